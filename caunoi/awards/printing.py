"""Papers from a pack's Word template, many in one file: streamed, so that memory holds one paper at a time."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from typing import IO, Any, Protocol

import segno
from django.conf import settings
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from docx.shared import Mm
from docxtpl import DocxTemplate
from jinja2 import Template, TemplateError, meta
from PIL import Image, ImageOps

from caunoi.awards.errors import AwardInvalid, TemplateUnusable
from caunoi.awards.models import Award, AwardKind, Dossier
from caunoi.awards.people import open_names
from caunoi.awards.queries import name_of_kind
from caunoi.awards.rules.codes import Code
from caunoi.documents.actions import read_bytes
from caunoi.places.queries import get_snapshot
from caunoi.refusals import Mistake
from caunoi.reports.rules.wording import word_day
from caunoi.reports.template_file import NOT_OPENED, make_environment, parse_template

# Papers in one Word file; word processors get slow with more.
PART = 500
QR_WIDTH = Mm(28)
# White modules around a code, as scanners want it; pixels of a module; white and black.
_QUIET, _PIXELS = 4, 4
_SHADES = bytes([255, 0]) + bytes(254)
_DOCUMENT, _RELATIONS = "word/document.xml", "word/_rels/document.xml.rels"
_FIRST_PARAGRAPH = re.compile(r"<w:p(?: [^>]*)?>(?:<w:pPr>)?")


class Addressed(Protocol):
    """A paper's fields are its template's tags; `address`: what its QR code leads to, blank for none."""

    @property
    def address(self) -> str: ...


@dataclass(frozen=True)
class Paper:
    """What a template may say, besides `qr`: its fields are its tags, in Vietnamese as the paper is."""

    kind: str
    recipient: str
    place: str
    title: str
    number: str
    decision: str
    day: str
    issuer: str
    address: str


class PaperTemplate:
    def __init__(self, content: bytes, file_name: str) -> None:
        self._name = file_name
        template = DocxTemplate(io.BytesIO(content))
        template.init_docx()
        part = template.docx.part
        inline = part.new_pic_inline(io.BytesIO(_blank()), QR_WIDTH, QR_WIDTH)
        self._relation: str = inline.graphic.graphicData.pic.blipFill.blip.embed
        self._picture = str(part.related_parts[self._relation].partname).removeprefix("/")
        # Described for readers' software; the number is one for all, which word processors mend by themselves.
        inline.docPr.set("descr", "Mã QR để kiểm tra giấy này")
        self._drawing = inline.xml
        body, self._end = _split_body(template.patch_xml(template.get_xml()))
        environment = make_environment()
        try:
            self._first: Template = environment.from_string(body)
            self._next: Template = environment.from_string(_break_page(body))
        except TemplateError as error:
            raise TemplateUnusable(file_name, str(error)) from error
        whole = io.BytesIO()
        template.docx.save(whole)
        self._parts = zipfile.ZipFile(whole)

    def write(self, papers: Iterator[Addressed], into: IO[bytes]) -> int:
        """One Word file of these papers, each on a page of its own; how many."""
        document = self._parts.read(_DOCUMENT).decode()
        head, tail = document[: document.index("<w:body")], document[document.index("</w:body>") :]
        relations = self._parts.read(_RELATIONS).decode()
        count = 0
        pictures: list[tuple[str, bytes]] = []
        with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as made:
            for name in self._parts.namelist():
                if name not in (_DOCUMENT, _RELATIONS, self._picture):
                    made.writestr(name, self._parts.read(name))
            with made.open(_DOCUMENT, "w") as body:
                body.write(f"{head}<w:body>".encode())
                for count, paper in enumerate(papers, 1):
                    relation = f"rIdQr{count}"
                    if paper.address:
                        pictures.append((relation, _draw(paper.address)))
                    body.write(self._fill(paper, relation, count).encode())
                body.write(f"{self._end}{tail}".encode())
            for relation, picture in pictures:
                made.writestr(f"word/media/{relation}.png", picture, zipfile.ZIP_STORED)
            made.writestr(_RELATIONS, self._relate(relations, [relation for relation, _picture in pictures]))
        return count

    def _fill(self, paper: Addressed, relation: str, count: int) -> str:
        drawing = self._drawing.replace(f'"{self._relation}"', f'"{relation}"')
        drawing = re.sub(r'(<wp:docPr [^>]*?id=")\d+"', rf'\g<1>{count}"', drawing, count=1)
        # Ours, of XML that holds nothing from outside.
        qr = mark_safe(f'</w:t></w:r><w:r><w:drawing>{drawing}</w:drawing></w:r><w:r><w:t xml:space="preserve">')
        try:
            told = vars(paper) | {"qr": qr if paper.address else ""}
            return (self._first if count == 1 else self._next).render(told)
        except (TemplateError, TypeError) as error:
            raise TemplateUnusable(self._name, str(error)) from error

    def _relate(self, relations: str, added: list[str]) -> str:
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
        kept = re.sub(rf'<Relationship [^>]*Id="{self._relation}"[^>]*/>', "", relations)
        new = "".join(f'<Relationship Id="{one}" Type="{kind}" Target="media/{one}.png"/>' for one in added)
        return kept.replace("</Relationships>", f"{new}</Relationships>")


def check_paper_template(file: str, content: bytes, paper: type[Any] = Paper) -> list[Mistake]:
    """What is wrong with a template that a pack brings: not a Word file, a tag cut in two, a word no paper knows."""
    try:
        asked = _list_tags(content, file)
    except NOT_OPENED:
        return [Mistake(file, "", 0, "", _("Đây không phải là tệp Word .docx, hoặc tệp bị hỏng."))]
    except TemplateError as error:
        return [Mistake(file, "", 0, "", str(error))]
    except TemplateUnusable as error:
        return [Mistake(file, "", 0, "", error.sentence)]
    known = {*(one.name for one in fields(paper)), "qr"}
    message = _("Giấy không có thẻ tên này.")
    return [Mistake(file, "", 0, "", message, one, ", ".join(sorted(known))) for one in sorted(asked - known)]


# A pack is read again and again; its templates stay the same.
@lru_cache(maxsize=16)
def _list_tags(content: bytes, file: str) -> frozenset[str]:
    """Raises what reading it raises, each time."""
    PaperTemplate(content, file)
    return frozenset(meta.find_undeclared_variables(parse_template(content)))


def _split_body(xml: str) -> tuple[str, str]:
    """(what a paper repeats, the page's set-up at the end), without the body's own tags."""
    inner = xml[xml.index(">", xml.index("<w:body")) + 1 : xml.rindex("</w:body>")]
    start = inner.rindex("<w:sectPr")
    return inner[:start], inner[start:]


def _break_page(body: str) -> str:
    """The same, beginning on a new page."""
    found = _FIRST_PARAGRAPH.search(body)
    if found is None or body.lstrip().startswith("<w:tbl"):
        return f'<w:p><w:r><w:br w:type="page"/></w:r></w:p>{body}'
    new_page = "<w:pageBreakBefore/>"
    if found[0].endswith("<w:pPr>"):
        # After the style, where the schema wants it.
        style = re.match(r"(?:<w:pStyle [^>]*/>)?(?:<w:keepNext/>)?(?:<w:keepLines/>)?", body[found.end() :])
        at = found.end() + (style.end() if style else 0)
        return f"{body[:at]}{new_page}{body[at:]}"
    return f"{body[: found.end()]}<w:pPr>{new_page}</w:pPr>{body[found.end() :]}"


def _blank() -> bytes:
    out = io.BytesIO()
    Image.new("1", (8, 8), 1).save(out, "PNG")
    return out.getvalue()


def _draw(address: str) -> bytes:
    # One mask for all: trying each of the eight takes most of a batch's time, and any can be read.
    code = segno.make(address, error="m", micro=False, boost_error=False, mask=3)
    size, out = len(code.matrix), io.BytesIO()
    modules = Image.frombytes("L", (size, size), b"".join(bytes(row) for row in code.matrix).translate(_SHADES))
    framed = ImageOps.expand(modules, border=_QUIET, fill=255)
    side = framed.width * _PIXELS
    framed.resize((side, side), Image.Resampling.NEAREST).convert("1").save(out, "PNG")
    return out.getvalue()


def address_of(award: Award) -> str:
    """What the QR code of its paper leads to."""
    code = Code(award.key or "", award.signed_by, award.signature)
    return f"{settings.CAUNOI_BASE_URL}{reverse('certificate', args=[str(code)])}"


def get_template(dossier: Dossier) -> tuple[AwardKind, PaperTemplate]:
    """Raises AwardInvalid where the pack brings none, TemplateUnusable for one with mistakes."""
    kind = name_of_kind(dossier.kind_code)
    if kind is None or kind.template_id is None:
        raise AwardInvalid(_("Gói chương trình chưa có mẫu Word cho hình thức này. Hãy thêm mẫu vào gói rồi nạp lại."))
    return kind, PaperTemplate(read_bytes(kind.template_id), f"{kind.code}.docx")


def list_papers(dossier: Dossier, kind: AwardKind, first: int, last: int) -> Iterator[Paper]:
    """Those numbers, without what was withdrawn; names are opened a few hundred at a time."""
    assert dossier.decided_on is not None, "only what was decided is printed"
    places, day = get_snapshot(), dossier.decided_on
    issuer = places.name_on(dossier.org_unit_id, day)
    rows = dossier.awards.filter(number__gte=first, number__lte=last, withdrawn_at=None).order_by("number")
    for start in range(first, last + 1, PART):
        some = list(rows.filter(number__gte=start, number__lt=start + PART))
        names = open_names(some)
        for award in some:
            yield Paper(
                kind=kind.name_vi, recipient=names[award.pk], place=_name_place(award, day), title=dossier.title,
                number=str(award.number), decision=dossier.decision, day=word_day(day), issuer=issuer,
                address=address_of(award),
            )  # fmt: skip


def _name_place(award: Award, day: date) -> str:
    """Where the recipient belongs, a unit under the one above it."""
    places = get_snapshot()
    unit = places.parent_on(award.org_unit_id, day) if award.recipient == "unit" else award.org_unit_id
    return places.path_name(unit, day) if unit is not None else ""


def write_papers(dossier: Dossier, first: int, last: int, into: IO[bytes]) -> None:
    """One Word file, of no more than PART papers."""
    kind, template = get_template(dossier)
    template.write(list_papers(dossier, kind, first, last), into)


def list_parts(papers: int) -> list[tuple[int, int]]:
    """(first, last) of the Word files that so many papers fill."""
    return [(first, min(first + PART - 1, papers)) for first in range(1, papers + 1, PART)]
