"""Names every mistake of a template and its parameters, each with the paragraph it stands in."""

from __future__ import annotations

import difflib
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import docx
from django.utils.translation import gettext as _
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from jinja2 import TemplateSyntaxError, meta, nodes

from caunoi.places.models import Level
from caunoi.refusals import Mistake
from caunoi.reports.composing import VALUE_NAMES
from caunoi.reports.rules.parameters import Parameters, read_parameters
from caunoi.reports.rules.tags import FUNCTIONS, STRETCHES, Asked, list_levels, list_wrong_row_tags, read_tags
from caunoi.reports.template_file import find_obstacle, list_edges, make_environment, parse_template

JINJA_GLOBALS = frozenset(["range", "loop", "true", "false", "none", "namespace", "dict", "lipsum", "cycler", "joiner"])
TAG = re.compile(r"\{([{%])(tr|tc|p|r)?[ \-]?\s*(.*?)\s*[ \-]?[%}]\}", re.DOTALL)
QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"'})
"""Word writes them by itself; the filling reads them as straight ones."""
OUTSIDE: tuple[type[nodes.Node], ...] = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)
OPENING = {"for": "endfor", "if": "endif"}
OLD_FONT = re.compile(r"^(\.Vn|VNI[-_ ])", re.IGNORECASE)
MOST_PLACES = 5


@dataclass(frozen=True)
class Paragraph:
    """`number` counts all paragraphs from 1, those of tables too; 0 in heads and feet of pages. `changed` are the
    stretches of the text that a tracked change touches, as (first, last) characters; a deletion stands between two
    characters."""

    number: int
    text: str
    in_table: bool
    changed: tuple[tuple[int, int], ...] = ()
    fonts: frozenset[str] = frozenset()


def check_template(
    content: bytes, parameters: Mapping[str, Any], known_codes: Collection[str], file_name: str
) -> list[Mistake]:
    """Everything wrong with a template and its parameters. Empty: all well. A `file_name` that is no .docx is one."""
    read, wrong = read_parameters(parameters)
    toml = file_name.rsplit(".", 1)[0] + ".toml"
    mistakes = [Mistake(toml, "", 0, "", f"{where}: {sentence}") for where, sentence in wrong]
    mistakes += [
        Mistake(toml, "", 0, "", f"{where}: {_unknown_code(code, known_codes)}", code)
        for where, code in _codes_of(read)
        if code not in known_codes
    ]
    obstacle = find_obstacle(content)
    if obstacle is None and not file_name.lower().endswith(".docx"):
        obstacle = _("Tên tệp phải có đuôi .docx.")
    if obstacle is not None:
        return [*mistakes, Mistake(file_name, "", 0, "", obstacle)]
    checked = _Checked(list(_list_paragraphs(content)), file_name)
    checked.check_shape()
    try:
        template = parse_template(content)
    except TemplateSyntaxError as error:
        checked.name_broken(error.message or "")
        return mistakes + checked.mistakes
    checked.check_names(template, read_tags(template), read, known_codes)
    return mistakes + checked.mistakes


def _codes_of(read: Parameters) -> Iterator[tuple[str, str]]:
    yield from (("figures.codes", code) for code in read.codes)
    yield from ((f"chart.{name}.code", chart.code) for name, chart in read.charts.items())
    for name, sentence in read.sentences.items():
        yield f"sentence.{name}.code", sentence.code
        if sentence.target:
            yield f"sentence.{name}.target", sentence.target


class _Checked:
    def __init__(self, paragraphs: Sequence[Paragraph], file_name: str) -> None:
        self.paragraphs, self.file_name = paragraphs, file_name
        self.mistakes: list[Mistake] = []

    def _at(self, paragraph: Paragraph, message: str, value: str = "") -> None:
        said = _("Đoạn %(number)d “%(text)s”: ") if paragraph.number else _("Đầu hoặc chân trang “%(text)s”: ")
        place = said % {"number": paragraph.number, "text": _shorten(paragraph.text)}
        mistake = Mistake(self.file_name, "", 0, "", place + message, value)
        if mistake not in self.mistakes:
            self.mistakes.append(mistake)

    def _everywhere(self, needle: str, message: str) -> None:
        """In each paragraph whose tags name it, the first few; of the file where none does."""
        word = re.compile(rf"(?<![\w-]){re.escape(needle)}(?![\w-])")
        found = [p for p in self.paragraphs if any(word.search(tag.group(0)) for tag in TAG.finditer(p.text))]
        for paragraph in found[:MOST_PLACES]:
            self._at(paragraph, message, needle)
        if not found:
            self.mistakes.append(Mistake(self.file_name, "", 0, "", message, needle))

    # -- what only the paragraphs show --------------------------------------------------------------------------------

    def check_shape(self) -> None:
        """Loops and conditions that do not close, tags that swallow words, tracked changes, fonts of old encodings."""
        opened: list[tuple[str, str, Paragraph, str]] = []
        for paragraph in self.paragraphs:
            self._check_paragraph(paragraph)
            for tag in TAG.finditer(paragraph.text):
                if tag.group(1) != "%":
                    continue
                kind, word = tag.group(2) or "", tag.group(3).split(" ")[0]
                if word in OPENING:
                    opened.append((word, kind, paragraph, tag.group(0)))
                elif word in OPENING.values():
                    self._close(opened, word, kind, paragraph, tag.group(0))
                elif word in ("else", "elif") and not opened:
                    self._at(paragraph, _("thẻ %(tag)s không nằm trong điều kiện nào.") % {"tag": tag.group(0)})
        for word, kind, paragraph, tag_text in opened:
            ending = "{%" + kind + " " + OPENING[word] + " %}"
            self._at(
                paragraph,
                _("thẻ %(tag)s không có %(ending)s đóng lại.") % {"tag": tag_text, "ending": ending},
                tag_text,
            )

    def _close(
        self, opened: list[tuple[str, str, Paragraph, str]], word: str, kind: str, paragraph: Paragraph, tag: str
    ) -> None:
        if not opened or OPENING[opened[-1][0]] != word:
            self._at(paragraph, _("thẻ %(tag)s không có thẻ mở tương ứng ở trước.") % {"tag": tag}, tag)
            return
        _word, first_kind, first, opening = opened.pop()
        if first_kind != kind:
            self._at(
                paragraph,
                _("thẻ %(tag)s đóng thẻ %(opening)s ở đoạn %(number)d: hai thẻ phải cùng kiểu (p, tr hoặc không có).")
                % {"tag": tag, "opening": opening, "number": first.number},
                tag,
            )

    def _check_paragraph(self, paragraph: Paragraph) -> None:
        tags = list(TAG.finditer(paragraph.text))
        rest = TAG.sub("", paragraph.text).strip()
        for tag in tags:
            if tag.group(2) == "p" and (rest or len(tags) > 1):
                self._at(
                    paragraph,
                    _("thẻ %(tag)s phải đứng một mình trong đoạn: chữ khác trong đoạn này sẽ mất.")
                    % {"tag": tag.group(0)},
                    tag.group(0),
                )
            if tag.group(2) in ("tr", "tc") and not paragraph.in_table:
                self._at(paragraph, _("thẻ %(tag)s chỉ dùng trong bảng.") % {"tag": tag.group(0)}, tag.group(0))
            if any(first < tag.end() and last > tag.start() for first, last in paragraph.changed):
                self._at(
                    paragraph,
                    _("thẻ %(tag)s còn phần sửa đổi đang theo dõi. Trong Word hãy chọn Xem lại > Chấp nhận thay đổi.")
                    % {"tag": tag.group(0)},
                    tag.group(0),
                )
        if re.search(r"\{[{%]|[%}]\}", TAG.sub("", paragraph.text)):
            self._at(paragraph, _("ngoặc của thẻ không đủ đôi; thẻ viết {{ … }} hoặc {% … %} trọn trong một đoạn."))
        if old := next((font for font in sorted(paragraph.fonts) if OLD_FONT.match(font)), None):
            self._at(
                paragraph,
                _(
                    "phông chữ %(font)s dùng bảng mã cũ (TCVN3, VNI). Hãy chuyển văn bản sang Unicode, ví dụ phông"
                    " Times New Roman."
                )
                % {"font": old},
                old,
            )

    def name_broken(self, why: str) -> None:
        """The whole does not parse: tags that mean nothing on their own, if the shape does not say it already."""
        found = [(p, tag) for p in self.paragraphs for tag in _list_wrong_tags(p.text)]
        for paragraph, tag in found:
            self._at(paragraph, _("thẻ viết sai: %(tag)s.") % {"tag": tag}, tag)
        if not self.mistakes:
            message = _("thẻ viết sai: %(why)s.") % {"why": why}
            self.mistakes.append(Mistake(self.file_name, "", 0, "", message))

    # -- what its tags name -------------------------------------------------------------------------------------------

    def check_names(
        self, template: nodes.Template, tags: Asked, read: Parameters, known_codes: Collection[str]
    ) -> None:
        for code in tags.all_codes:
            if code not in known_codes:
                self._everywhere(code, _unknown_code(code, known_codes))
        for name in tags.charts:
            if name not in read.charts:
                message = _("biểu đồ “%(name)s” chưa có phần [chart.%(name)s] trong tệp .toml.")
                self._everywhere(name, message % {"name": name})
        for name in tags.sentences:
            if name not in read.sentences:
                message = _("câu nhận xét “%(name)s” chưa có phần [sentence.%(name)s] trong tệp .toml.")
                self._everywhere(name, message % {"name": name})
        for name in tags.wrong_stretches:
            message = _("không có kỳ “%(name)s”; các kỳ: %(known)s.")
            self._everywhere(name, message % {"name": name, "known": ", ".join(STRETCHES)})
        filters = make_environment().filters
        unknown = sorted({one.name for one in template.find_all(nodes.Filter)} - set(filters))
        for name in unknown:
            self._everywhere(name, _("không có bộ lọc “%(name)s”.") % {"name": name})
        if unknown:  # jinja reads no names behind a filter it doesn't know
            added: dict[str, Any] = dict.fromkeys(unknown, str)
            lenient = make_environment().overlay()
            lenient.filters = {**filters, **added}
            template.environment = lenient
        for whole, word, of_row in list_wrong_row_tags(template):
            near = difflib.get_close_matches(word, of_row, n=1) or sorted(of_row)
            hint = " " + _("Có phải: %(names)s?") % {"names": ", ".join(near)}
            self._everywhere(whole, _("hàng của bảng không có “%(name)s”.") % {"name": whole} + hint)
        for level in list_levels(template):
            if level not in Level.values:
                message = _("không có cấp “%(name)s”; các cấp: %(known)s.")
                self._everywhere(level, message % {"name": level, "known": ", ".join(Level.values)})
        for node in template.find_all(OUTSIDE):
            word = type(node).__name__.lower().removeprefix("from")
            message = _("thẻ %(tag)s không dùng được: mẫu không lấy thêm gì từ tệp khác.") % {"tag": word}
            self._everywhere(word, message)
        known = VALUE_NAMES | FUNCTIONS
        for name in sorted(meta.find_undeclared_variables(template) - known - JINJA_GLOBALS):
            near = difflib.get_close_matches(name, known, n=1)
            hint = " " + _("Có phải: %(names)s?") % {"names": near[0]} if near else ""
            self._everywhere(name, _("không có thẻ “%(name)s”.") % {"name": name} + hint)


def _unknown_code(code: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(code, known, n=3, cutoff=0.6)
    hint = " " + _("Có phải: %(names)s?") % {"names": ", ".join(near)} if near else ""
    return _("không có chỉ tiêu nào mã “%(code)s”.") % {"code": code} + hint


def _list_paragraphs(content: bytes) -> Iterator[Paragraph]:
    document = docx.Document(io.BytesIO(content))
    numbered = list(enumerate(document.element.body.iter(qn("w:p")), start=1))
    numbered += [(0, one) for part in list_edges(document) for one in parse_xml(part.blob).iter(qn("w:p"))]
    for number, paragraph in numbered:
        text, changed, fonts = "", [], set()
        for node in paragraph.iter(qn("w:t"), qn("w:del"), qn("w:moveFrom"), qn("w:rFonts")):
            if node.tag == qn("w:rFonts"):
                fonts |= {font for which in ("w:ascii", "w:hAnsi") if (font := node.get(qn(which)))}
            elif node.tag != qn("w:t"):
                if len(node):  # the mark of a deleted paragraph end holds no runs
                    changed.append((len(text) - 1, len(text) + 1))
            elif node.text:
                if any(True for _one in node.iterancestors(qn("w:ins"), qn("w:moveTo"))):
                    changed.append((len(text), len(text) + len(node.text)))
                text += node.text
        if text:
            in_table = any(True for _one in paragraph.iterancestors(qn("w:tbl")))
            yield Paragraph(number, text, in_table, tuple(changed), frozenset(fonts))


def _list_wrong_tags(text: str) -> Iterator[str]:
    """Tags of a paragraph that mean nothing; `if` and `for` are only whole with their ends."""
    environment = make_environment()
    for tag in TAG.finditer(text):
        inner, word = tag.group(3).translate(QUOTES), tag.group(3).split(" ")[0]
        if tag.group(1) == "{":
            whole = "{{" + inner + "}}"
        elif word in OPENING:
            whole = "{% " + inner + " %}{% " + OPENING[word] + " %}"
        elif word == "elif":
            whole = "{% if x %}{% " + inner + " %}{% endif %}"
        else:
            continue
        try:
            environment.parse(whole)
        except TemplateSyntaxError:
            yield tag.group(0)


def _shorten(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
