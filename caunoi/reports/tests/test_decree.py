"""The boxes of a report as Decree 30/2020/NĐ-CP (Appendix I) lays them out, in the issued file of every template; and
where the second layout set, for bodies outside the decree, differs. How they print: test_pages.py."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from caunoi.reports.tests.filled import SHIPPED, issue_all
from caunoi.reports.tests.test_pack_templates import PACKS, TEMPLATES

CENTRE, LEFT, JUSTIFIED = "centre", "left", "justified"
PLACES = {0: LEFT, 1: CENTRE, 3: JUSTIFIED}
TEXT = ("Thân", "Mục", "Tiểu mục", "Kết")
"""Styles of what is read one paragraph after the other."""


@dataclass(frozen=True)
class Box:
    """`words`: the whole line, as a pattern. `column`: of the two that head and end have; blank: the page's width.
    `ruled`: a rule stands under it."""

    number: str
    what: str
    words: str
    sizes: tuple[int, int]
    look: str
    place: str = CENTRE
    column: str = ""
    ruled: bool = False


# In the order in which a file has them.
HEAD = (
    Box("2", "cơ quan cấp trên", "TỈNH LÀO CAI", (12, 13), "upright", column="left"),
    Box("2", "cơ quan ban hành", "ỦY BAN NHÂN DÂN", (12, 13), "bold", column="left"),
    Box("2", "cơ quan ban hành", "HUYỆN BÁT XÁT", (12, 13), "bold", column="left", ruled=True),
    Box("1", "quốc hiệu", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", (12, 13), "bold", column="right"),
    Box("1", "tiêu ngữ", "Độc lập - Tự do - Hạnh phúc", (13, 14), "bold", column="right", ruled=True),
    Box("3", "số, ký hiệu", r"Số: 0[1-9]/BC-UBND", (13, 13), "upright", column="left"),
    Box("4", "địa danh, thời gian", "Y Tý, ngày 07 tháng 02 năm 2024", (13, 14), "italic", column="right"),
)
REST = (
    Box("5a", "tên loại", "BÁO CÁO( CHUYÊN ĐỀ)?", (13, 14), "bold"),
    Box("5a", "trích yếu", r".* của huyện Bát Xát", (13, 14), "bold"),
    Box("5a", "trích yếu", r"(tháng|quý|6 tháng|năm|từ ngày) [^.]*", (13, 14), "bold", ruled=True),
    Box("6", "nội dung", r"(Thực hiện|Ủy ban) .* như sau:", (13, 14), "upright", JUSTIFIED),
    Box("6", "nội dung", r"Trên đây là .*\./\.", (13, 14), "upright", JUSTIFIED),
    Box("9b", "nơi nhận", "Nơi nhận:", (12, 12), "bold italic", LEFT, "left"),
    Box("9b", "nơi nhận", r"- .*;", (11, 11), "upright", LEFT, "left"),
    Box("9b", "nơi nhận, lưu", r"- Lưu: VT\.", (11, 11), "upright", LEFT, "left"),
    Box("7a", "thẩm quyền ký", "TM. ỦY BAN NHÂN DÂN", (13, 14), "bold", column="right"),
    Box("7a", "chức vụ", "CHỦ TỊCH", (13, 14), "bold", column="right"),
    Box("7b", "họ tên", "Nguyễn Văn An", (13, 14), "bold", column="right"),
)
ANNEX = (
    Box("8", "phụ lục", "Phụ lục( [IVX]+)?", (14, 14), "bold"),
    Box("8", "tên phụ lục", "[^a-z]{10,}", (13, 14), "bold"),
    Box("8", "kèm theo", r"\(Kèm theo Báo cáo số 0[1-9]/BC-UBND ngày 07 tháng 02 năm 2024\)", (13, 14), "italic"),
)
# The head of a body outside the decree. What follows it is laid out alike.
OTHER_HEAD = (
    Box("", "cơ quan cấp trên", "TỈNH LÀO CAI", (12, 13), "upright", column="left"),
    Box("", "cơ quan ban hành", "ỦY BAN NHÂN DÂN", (12, 13), "bold", column="left"),
    Box("", "cơ quan ban hành", "HUYỆN BÁT XÁT", (12, 13), "bold", column="left"),
    Box("", "dấu sao", r"\*", (13, 14), "upright", column="left"),
    Box("", "số, ký hiệu", r"Số: 0[1-9]/BC-UBND", (13, 13), "upright", column="left"),
    Box("", "tiêu đề", "ĐẢNG CỘNG SẢN VIỆT NAM", (13, 14), "bold", column="right"),
    Box("", "địa danh, thời gian", "Y Tý, ngày 07 tháng 02 năm 2024", (13, 14), "italic", column="right"),
)
STATE = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")


@dataclass(frozen=True)
class Line:
    words: str
    style: str
    sizes: frozenset[float]
    looks: frozenset[str]
    place: str
    column: str
    ruled: bool
    paragraph: Paragraph


def read_lines(content: bytes) -> list[Line]:
    """All that has words, but for tables of figures."""
    document = docx.Document(io.BytesIO(content))
    found = []
    for column, paragraphs in _list_parts(document):
        for paragraph, after in zip_longest(paragraphs, paragraphs[1:]):
            runs = [Run(run, paragraph) for run in paragraph._p.iter(qn("w:r"))]
            written = [run for run in runs if run.text.strip()]
            if written:
                found.append(
                    Line(
                        " ".join("".join(run.text for run in runs).split()),
                        str(paragraph.style.name if paragraph.style else ""),
                        frozenset(_size(run, paragraph) for run in written),
                        frozenset(_look(run, paragraph) for run in written),
                        PLACES[int(_of(paragraph, "alignment") or 0)],
                        column,
                        after is not None and not after.text and _is_rule(after),
                        paragraph,
                    )
                )
    return found


def _list_parts(document: Any) -> Iterator[tuple[str, list[Paragraph]]]:
    """The cells of head and end, which have two columns, with their column; paragraphs of the page one by one."""
    loose: list[Paragraph] = []
    for element in document.element.body:
        if element.tag == qn("w:p"):
            loose.append(Paragraph(element, document))
        elif element.tag == qn("w:tbl"):
            yield "", loose
            loose, table = [], Table(element, document)
            if len(table.columns) == 2:
                for row in table.rows:
                    for column, cell in zip(("left", "right"), row.cells, strict=True):
                        yield column, cell.paragraphs
    yield "", loose


def _of(paragraph: Paragraph, name: str) -> Any:
    """Its own, or else its style's."""
    own = getattr(paragraph.paragraph_format, name)
    return own if own is not None or paragraph.style is None else getattr(paragraph.style.paragraph_format, name)


def _size(run: Run, paragraph: Paragraph) -> float:
    size = run.font.size or paragraph.style.font.size
    return float(size.pt)


def _look(run: Run, paragraph: Paragraph) -> str:
    font = paragraph.style.font
    bold = font.bold if run.bold is None else run.bold
    italic = font.italic if run.italic is None else run.italic
    return " ".join(name for name, given in (("bold", bold), ("italic", italic)) if given) or "upright"


def _is_rule(paragraph: Paragraph) -> bool:
    return [line.get(qn("w:val")) for line in paragraph._p.iterfind(f".//{qn('w:pBdr')}/*")] == ["single"]


def list_mistakes(boxes: tuple[Box, ...], lines: list[Line]) -> list[str]:
    """Boxes that are not there, not in their order, or look otherwise."""
    wrong, last = [], -1
    for box in boxes:
        at = [place for place, line in enumerate(lines) if place > last and re.fullmatch(box.words, line.words)]
        if not at:
            wrong.append(f"{box.what}: no line “{box.words}” after the one before")
            continue
        last, line = at[0], lines[at[0]]
        found = (line.looks, line.place, line.column, line.ruled)
        if found != ({box.look}, box.place, box.column, box.ruled):
            wrong.append(f"{box.what}: {line.words!r} is {found}")
        if not all(box.sizes[0] <= size <= box.sizes[1] for size in line.sizes):
            wrong.append(f"{box.what}: {line.words!r} has {sorted(line.sizes)} pt")
    return wrong


@pytest.mark.django_db
def test_every_box_stands_looks_and_is_sized_as_in_the_decree() -> None:
    for filled, content in issue_all(SHIPPED).items():
        lines = read_lines(content)
        annexes = [line.words for line in lines if line.words.startswith("Phụ lục")]

        assert list_mistakes((*HEAD, *REST, *(ANNEX if annexes else ())), lines) == [], str(filled)
        assert (annexes == []) == (filled.template == "chuyen-de-suc-dan"), str(filled)


@pytest.mark.django_db
def test_a_body_outside_the_decree_has_its_own_head_and_nothing_of_the_state_s() -> None:
    for filled, content in issue_all(replace(one, layout="khac") for one in SHIPPED).items():
        lines = read_lines(content)

        assert list_mistakes((*OTHER_HEAD, *REST), lines) == [], str(filled)
        assert not [line.words for line in lines if line.words in STATE], str(filled)


@pytest.mark.parametrize("template", TEMPLATES, ids=str)
def test_paragraphs_of_the_text_are_spaced_as_in_the_decree(template: Path) -> None:
    document = docx.Document(str(PACKS / template))
    paragraphs = [one for one in document.paragraphs if one.style is not None and one.style.name in TEXT]

    assert len(paragraphs) > 10
    for paragraph in paragraphs:
        indent, after, lines = (_of(paragraph, name) for name in ("first_line_indent", "space_after", "line_spacing"))
        assert 10 <= round(indent.mm, 1) <= 12.7, paragraph.text
        # Word keeps the larger of two spaces that meet, other programs their sum: one side alone must be enough.
        assert after.pt >= 6, paragraph.text
        assert 1 <= lines <= 1.5, paragraph.text
        assert PLACES[int(_of(paragraph, "alignment"))] == JUSTIFIED, paragraph.text
        if paragraph.style is not None and paragraph.style.name != "Thân":
            assert _of(paragraph, "keep_with_next"), paragraph.text


@pytest.mark.parametrize("template", TEMPLATES, ids=str)
def test_pages_are_numbered_in_the_middle_of_the_top_margin_and_not_the_first(template: Path) -> None:
    for section in docx.Document(str(PACKS / template)).sections:
        (number,) = [one for one in section.header.paragraphs if "PAGE" in one._p.xml]
        assert PLACES[int(_of(number, "alignment"))] == CENTRE
        assert all(13 <= _size(run, number) <= 14 for run in number.runs)
        assert section.different_first_page_header_footer
        assert not "".join(one.text for one in section.first_page_header.paragraphs)
        assert section.header_distance is not None and section.top_margin is not None
        assert section.header_distance < section.top_margin


def test_no_shipped_template_is_left_out_here() -> None:
    assert {f"{one.pack}/reports/{one.template}.docx" for one in SHIPPED} == {path.as_posix() for path in TEMPLATES}
