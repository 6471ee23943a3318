"""What is put into a report's Word file on its way: the draft's mark, number and date at issue, the last page.

Places that are filled later stand under bookmarks: Word and LibreOffice keep those through any editing around them,
where tags of their own or exact words would not survive. The words are Vietnamese: they are the document's.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import docx
import segno
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt
from docx.text.paragraph import Paragraph
from docx.text.run import Run

PREFIX = "caunoi_"
DRAFT = "du_thao"
_NAME = re.compile(rf"{PREFIX}(\w+?)_\d+$")
# Numbers of our bookmarks begin where no template's own are; those of stamps follow.
_FIRST = 90_000
_DRAFT_NUMBER = -1
QR_WIDTH = Mm(38)


# -- bookmarks --------------------------------------------------------------------------------------------------------


def bookmark(name: str, number: int, content: Sequence[Any]) -> list[Any]:
    """The elements between the two ends of a bookmark. `number`: of the stamp, unique in the document."""
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    start.set(qn("w:name"), f"{PREFIX}{name}_{_FIRST + number}")
    for one in (start, end):
        one.set(qn("w:id"), str(_FIRST + number))
    return [start, *content, end]


def _list_bookmarks(body: Any) -> list[tuple[str, Any]]:
    found = [(_NAME.match(start.get(qn("w:name"), "")), start) for start in body.iter(qn("w:bookmarkStart"))]
    return [(name.group(1), start) for name, start in found if name]


def _paragraph_of(start: Any) -> Any:
    return next(iter(start.iterancestors(qn("w:p"))), None)


def _write_under(start: Any, words: str) -> None:
    """Whatever stands from the bookmark's start to its end, within its paragraph, becomes these words."""
    paragraph = _paragraph_of(start)
    if paragraph is None:
        return
    texts, inside = [], False
    for node in paragraph.iter():
        if node is start:
            inside = True
        elif inside and node.tag == qn("w:bookmarkEnd") and node.get(qn("w:id")) == start.get(qn("w:id")):
            break
        elif inside and node.tag == qn("w:t"):
            texts.append(node)
    if not texts:  # somebody emptied it
        run = OxmlElement("w:r")
        texts = [OxmlElement("w:t")]
        run.append(texts[0])
        start.addnext(run)
    texts[0].text = words
    texts[0].set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    for text in texts[1:]:
        text.text = ""


# -- pictures ---------------------------------------------------------------------------------------------------------


def add_picture(run: Run, png: bytes, width: Length) -> Any:
    """Gives the element that takes the words to be read out."""
    inline = run.add_picture(io.BytesIO(png), width=width)._inline
    # Beside a picture that names none LibreOffice keeps 3 mm free: one as wide as the text ran past the margin.
    for side in ("distT", "distB", "distL", "distR"):
        inline.set(side, "0")
    return inline.docPr


# -- the draft --------------------------------------------------------------------------------------------------------


def mark_draft(content: bytes, number: int) -> bytes:
    """With `DỰ THẢO LẦN 2` above the first line, written anew where it stands already."""
    document = docx.Document(io.BytesIO(content))
    words = f"DỰ THẢO LẦN {number}"
    standing = [start for name, start in _list_bookmarks(document.element.body) if name == DRAFT]
    if standing:
        _write_under(standing[0], words)
        return _save(document)
    paragraph = Paragraph(cast(Any, OxmlElement("w:p")), document)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    paragraph.paragraph_format.first_line_indent = Mm(0)
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(words)
    run.bold = True
    run.font.size = Pt(12)
    for element in bookmark(DRAFT, _DRAFT_NUMBER, [run._r]):
        paragraph._p.append(element)
    document.element.body.insert(0, paragraph._p)
    return _save(document)


# -- issuing ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LastPage:
    """What the last page of an issued report says of itself. `address`: what the QR code leads to."""

    title: str
    number: str
    issued_on: str
    address: str
    figures: int
    figures_hash: str
    anchor: str


def finish(content: bytes, blanks: Mapping[str, str], last: LastPage) -> bytes:
    """Without the draft's mark, with number, date and place in the places kept for them, and with the last page."""
    document = docx.Document(io.BytesIO(content))
    for name, start in _list_bookmarks(document.element.body):
        if name == DRAFT:
            _remove_paragraph(_paragraph_of(start))
        elif name in blanks:
            _write_under(start, blanks[name])
    _add_last_page(document, last)
    return _save(document)


def _remove_paragraph(paragraph: Any) -> None:
    """Unless it is all that a cell of a table has: a cell without a paragraph cannot be opened by Word."""
    if paragraph is None or paragraph.getparent() is None:
        return
    if paragraph.getparent().tag == qn("w:tc") and len(paragraph.getparent().findall(qn("w:p"))) == 1:
        for text in paragraph.iter(qn("w:t")):
            text.text = ""
        return
    paragraph.getparent().remove(paragraph)


def _add_last_page(document: Any, last: LastPage) -> None:
    def line(words: str, *, bold: bool = False, size: int = 12) -> Any:
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.first_line_indent = Mm(0)
        paragraph.paragraph_format.space_after = Pt(6)
        run = paragraph.add_run(words)
        run.bold, run.font.size = bold, Pt(size)
        return paragraph

    heading = line("XÁC THỰC BÁO CÁO", bold=True, size=13)
    heading.paragraph_format.page_break_before = True
    line(last.title)
    line(f"Số {last.number}, ban hành ngày {last.issued_on}")
    code = io.BytesIO()
    segno.make(last.address, error="m", micro=False).save(code, kind="png", scale=8, border=4)
    add_picture(line("").add_run(), code.getvalue(), QR_WIDTH).set("descr", f"Mã QR dẫn tới {last.address}")
    line("Quét mã, hoặc mở địa chỉ dưới đây, để đối chiếu từng số liệu với sổ gốc:")
    line(last.address, size=10)
    line(f"Mã băm của {last.figures} số liệu trong báo cáo:")
    line(group_hash(last.figures_hash), size=10)
    line("Mốc của chuỗi nhật ký khi ban hành:")
    line(last.anchor, size=9)


def group_hash(figures_hash: str) -> str:
    """As it is printed: in groups of eight, to be read aloud and to break where a line ends."""
    return " ".join(figures_hash[start : start + 8] for start in range(0, len(figures_hash), 8))


def _save(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
