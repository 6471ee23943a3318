"""Fills a Word template and puts the figures' links and charts where the stamps stand."""

from __future__ import annotations

import copy
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import docx
from django.utils.translation import gettext as _
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.text.run import Run
from docxtpl import DocxTemplate
from jinja2 import TemplateError
from lxml import etree

from caunoi.refusals import Mistake
from caunoi.reports.checking import check_template
from caunoi.reports.composing import STAMP_CLOSE, STAMP_OPEN, Blank, Picture, PlainLink, PrintedFigure, Stamp
from caunoi.reports.errors import TemplateBroken
from caunoi.reports.marks import add_picture, bookmark
from caunoi.reports.template_file import make_environment, read_template_tags

__all__ = ["check_template", "fill", "make_environment", "put_in", "read_template_tags"]

CHART_WIDTH = Mm(160)
_UNIT = re.compile(r"^ (?=[^\W\d_])")
_STAMP = re.compile(f"{STAMP_OPEN}(\\d+){STAMP_CLOSE}")


def fill(content: bytes, tags: Mapping[str, Any], file_name: str) -> bytes:
    """The template with its stamps. Raises TemplateBroken for what only shows while filling."""
    template = DocxTemplate(io.BytesIO(content))
    try:
        template.render(dict(tags), make_environment(), autoescape=True)
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise TemplateBroken(
            _("Mẫu báo cáo %(file)s không điền được: %(why)s. Hãy sửa mẫu rồi đưa vào dùng lại, hoặc nạp lại gói.")
            % {"file": file_name, "why": str(error)},
            [Mistake(file_name, "", 0, "", str(error))],
        ) from error
    out = io.BytesIO()
    template.save(out)
    return out.getvalue()


@dataclass
class Placed:
    """What stands in the document, in reading order."""

    figures: list[PrintedFigure] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    links: list[PlainLink] = field(default_factory=list)


def put_in(content: bytes, stamps: Sequence[Stamp], *, base_url: str, title: str, author: str) -> tuple[bytes, Placed]:
    """The document with links and pictures in the stamps' places."""
    document = docx.Document(io.BytesIO(content))
    printed = Placed()
    for text in [node for node in document.element.body.iter(qn("w:t")) if STAMP_OPEN in (node.text or "")]:
        _replace(text, stamps, document, base_url, printed)
    for part in document.part.package.iter_parts():
        if part is not document.part and hasattr(part, "element"):
            for text in part.element.iter(qn("w:t")):
                text.text = _STAMP.sub(lambda found: _shown(stamps[int(found.group(1))]), text.text or "")
    document.core_properties.title = title
    document.core_properties.author = author
    document.core_properties.language = "vi-VN"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue(), printed


def _shown(stamp: Stamp) -> str:
    return "" if isinstance(stamp, Picture) else stamp.shown


def _replace(text: Any, stamps: Sequence[Stamp], document: Any, base_url: str, printed: Placed) -> None:
    """Cuts the run at its stamps; every piece keeps the run's letters."""
    run = text.getparent()
    in_link = any(True for _found in run.iterancestors(qn("w:hyperlink")))
    children = [child for child in run if child.tag != qn("w:rPr")]
    pieces: list[Any] = []
    for child in children:
        if child is not text:
            pieces.append(_like(run, [child]))
            continue
        # re.split with one group: words, number, words, number, ..., words
        number_before = False
        for turn, piece in enumerate(_STAMP.split(text.text)):
            if turn % 2 == 0:
                if piece:
                    # A number and its unit stay on one line.
                    pieces.append(_words(run, _UNIT.sub("\u00a0", piece, count=1) if number_before else piece))
                continue
            stamp = stamps[int(piece)]
            number_before = isinstance(stamp, PrintedFigure) and stamp.shown[-1:].isdigit()
            if isinstance(stamp, Picture):
                printed.pictures.append(stamp)
                pieces.append(_picture(run, stamp, document))
            elif isinstance(stamp, Blank):
                pieces += bookmark(stamp.name, int(piece), [_words(run, stamp.shown)])
            elif in_link:
                pieces.append(_words(run, stamp.shown))
            else:
                if isinstance(stamp, PrintedFigure):
                    printed.figures.append(stamp)
                    address = f"{base_url}/figures/{stamp.figure.ref}/"
                else:
                    printed.links.append(stamp)
                    address = stamp.address
                pieces.append(_link(_words(run, stamp.shown), address, document))
    for piece in pieces:
        run.addprevious(piece)
    run.getparent().remove(run)


def _like(run: Any, children: Sequence[Any]) -> Any:
    made = copy.deepcopy(run)
    for child in list(made):
        if child.tag != qn("w:rPr"):
            made.remove(child)
    made.extend(children)
    return made


def _words(run: Any, words: str) -> Any:
    text = etree.SubElement(_like(run, []), qn("w:t"))
    text.text = words
    text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return text.getparent()


def _link(run: Any, address: str, document: Any) -> Any:
    link = run.makeelement(qn("w:hyperlink"), {})
    link.set(qn("r:id"), document.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    link.set(qn("w:history"), "1")
    link.set(qn("w:tooltip"), "Mở phần giải trình số liệu này")
    link.append(run)
    return link


def _picture(run: Any, picture: Picture, document: Any) -> Any:
    made = _like(run, [])
    described = add_picture(Run(made, document), picture.png, CHART_WIDTH)
    described.set("descr", picture.description)
    described.set("title", picture.description.split(".")[0])
    return made
