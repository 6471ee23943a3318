"""Fills a Word template and puts the figures' links and charts where the stamps stand."""

from __future__ import annotations

import copy
import difflib
import io
import re
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import docx
from django.utils.translation import gettext as _
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.text.run import Run
from docxtpl import DocxTemplate
from jinja2 import TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree

from caunoi.refusals import Mistake
from caunoi.reports.composing import STAMP_CLOSE, STAMP_OPEN, VALUE_NAMES, Blank, Picture, PrintedFigure, Stamp
from caunoi.reports.errors import TemplateBroken
from caunoi.reports.marks import bookmark
from caunoi.reports.rules.parameters import read_parameters
from caunoi.reports.rules.tags import CHART_TAG, CHILDREN_TAG, STRETCHES, WITH_CODES, Asked, read_tags

CHART_WIDTH = Mm(160)
_STAMP = re.compile(f"{STAMP_OPEN}(\\d+){STAMP_CLOSE}")
_TAG = re.compile(r"\{[{%](?:tr|tc|p|r)?\s?(.*?)[%}]\}", re.DOTALL)
JINJA_GLOBALS = frozenset(["range", "loop", "true", "false", "none", "namespace", "dict", "lipsum", "cycler", "joiner"])


def make_environment() -> ImmutableSandboxedEnvironment:
    # A template comes from outside the program: no attribute of ours beyond the tags may be reached from it.
    return ImmutableSandboxedEnvironment(autoescape=True)


# -- reading ----------------------------------------------------------------------------------------------------------


def parse_template(content: bytes) -> nodes.Template:
    """Raises jinja2's TemplateSyntaxError, and what python-docx raises of a file that is no document."""
    template = DocxTemplate(io.BytesIO(content))
    template.init_docx()
    return make_environment().parse(template.patch_xml(template.get_xml()))


def check_template(
    content: bytes, parameters: Mapping[str, Any], known_codes: Collection[str], file_name: str
) -> list[Mistake]:
    """Everything wrong with a template and its parameters, each with the paragraph it stands in. Empty: all well."""
    read, wrong = read_parameters(parameters)
    toml = file_name.removesuffix(".docx") + ".toml"
    mistakes = [Mistake(toml, "", 0, "", f"{where}: {sentence}") for where, sentence in wrong]
    mistakes += [
        Mistake(toml, "", 0, "", f"chart.{name}.code: " + _unknown_code(chart.code, known_codes), chart.code)
        for name, chart in read.charts.items()
        if chart.code not in known_codes
    ]
    try:
        paragraphs = list(_list_paragraphs(content))
    except (OpcError, zipfile.BadZipFile, KeyError, ValueError, etree.LxmlError, OSError):
        sentence = _("Không mở được: đây không phải là tệp Word .docx, hoặc tệp hỏng.")
        return [*mistakes, Mistake(file_name, "", 0, "", sentence)]

    def add(needle: str, message: str, value: str = "") -> None:
        where = next((text for text in paragraphs if needle and needle in text), "")
        place = _("Đoạn “%(text)s”: ") % {"text": _shorten(where)} if where else ""
        mistakes.append(Mistake(file_name, "", 0, "", place + message, value))

    try:
        template = parse_template(content)
    except TemplateSyntaxError as error:
        culprit = next((tag for text in paragraphs for tag in _list_wrong_tags(text)), "")
        add(culprit, _("thẻ viết sai: %(why)s.") % {"why": error.message or ""}, culprit)
        return mistakes
    tags = read_tags(template)
    for code in tags.all_codes:
        if code not in known_codes:
            add(code, _unknown_code(code, known_codes), code)
    for code in read.codes:
        if code not in known_codes:
            mistakes.append(Mistake(toml, "", 0, "", "figures.codes: " + _unknown_code(code, known_codes), code))
    for name in tags.charts:
        if name not in read.charts:
            add(name, _("biểu đồ “%(name)s” chưa có phần [chart.%(name)s] trong tệp .toml.") % {"name": name}, name)
    for name in tags.wrong_stretches:
        add(name, _("không có kỳ “%(name)s”; các kỳ: %(known)s.") % {"name": name, "known": ", ".join(STRETCHES)}, name)
    known = VALUE_NAMES | WITH_CODES | {CHILDREN_TAG, CHART_TAG}
    for name in sorted(meta.find_undeclared_variables(template) - known - JINJA_GLOBALS):
        near = difflib.get_close_matches(name, known, n=1)
        hint = " " + _("Có phải: %(names)s?") % {"names": near[0]} if near else ""
        add(name, _("không có thẻ “%(name)s”.") % {"name": name} + hint, name)
    return mistakes


def _unknown_code(code: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(code, known, n=3, cutoff=0.6)
    hint = " " + _("Có phải: %(names)s?") % {"names": ", ".join(near)} if near else ""
    return _("không có chỉ tiêu nào mã “%(code)s”.") % {"code": code} + hint


def _list_paragraphs(content: bytes) -> Iterator[str]:
    document = docx.Document(io.BytesIO(content))
    for paragraph in document.element.body.iter(qn("w:p")):
        if text := "".join(node.text or "" for node in paragraph.iter(qn("w:t"))):
            yield text


def _list_wrong_tags(text: str) -> Iterator[str]:
    """Tags of a paragraph that mean nothing on their own; `if` and `for` are only whole with their ends."""
    environment = make_environment()
    for tag in _TAG.finditer(text):
        if tag.group(0).startswith("{{"):
            try:
                environment.parse("{{" + tag.group(1) + "}}")
            except TemplateSyntaxError:
                yield tag.group(0)


def _shorten(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"


def read_template_tags(content: bytes) -> Asked:
    return read_tags(parse_template(content))


# -- filling ----------------------------------------------------------------------------------------------------------


def fill(content: bytes, tags: Mapping[str, Any], file_name: str) -> bytes:
    """The template with its stamps. Raises TemplateBroken for what only shows while filling."""
    template = DocxTemplate(io.BytesIO(content))
    try:
        template.render(dict(tags), make_environment(), autoescape=True)
    except (TemplateError, TypeError, KeyError) as error:
        raise TemplateBroken(
            _("Mẫu báo cáo %(file)s không điền được: %(why)s. Hãy sửa mẫu trong gói chương trình rồi nạp lại gói.")
            % {"file": file_name, "why": str(error)},
            [Mistake(file_name, "", 0, "", str(error))],
        ) from error
    out = io.BytesIO()
    template.save(out)
    return out.getvalue()


def put_in(
    content: bytes, stamps: Sequence[Stamp], *, base_url: str, title: str, author: str
) -> tuple[bytes, list[PrintedFigure]]:
    """The document with links and pictures in the stamps' places, and its figures in reading order."""
    document = docx.Document(io.BytesIO(content))
    printed: list[PrintedFigure] = []
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


def _replace(text: Any, stamps: Sequence[Stamp], document: Any, base_url: str, printed: list[PrintedFigure]) -> None:
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
        for turn, piece in enumerate(_STAMP.split(text.text)):
            if turn % 2 == 0:
                if piece:
                    pieces.append(_words(run, piece))
                continue
            stamp = stamps[int(piece)]
            if isinstance(stamp, Picture):
                pieces.append(_picture(run, stamp, document))
            elif isinstance(stamp, Blank):
                pieces += bookmark(stamp.name, int(piece), [_words(run, stamp.shown)])
            elif in_link:
                pieces.append(_words(run, stamp.shown))
            else:
                if isinstance(stamp, PrintedFigure):
                    printed.append(stamp)
                    address = f"{base_url}/figures/{stamp.figure.ref}/"
                else:
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
    Run(made, document).add_picture(io.BytesIO(picture.png), width=CHART_WIDTH)
    for described in made.iter(qn("wp:docPr")):
        described.set("descr", picture.description)
        described.set("title", picture.description.split(".")[0])
    return made
