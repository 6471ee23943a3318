"""XLSForm to XForm, with every mistake named by sheet, row and column."""

from __future__ import annotations

import difflib
import hashlib
import re
import struct
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import PurePath
from typing import Any, Literal
from xml.parsers.expat import ExpatError

from django.utils.translation import gettext as _
from lxml import etree
from pyxform.errors import PyXFormError
from pyxform.xls2json_backends import DefinitionData, get_xlsform, md_table_to_workbook
from pyxform.xls2xform import convert

from caunoi.forms.rules.entities import Declaration, list_file_names, read_declarations
from caunoi.forms.rules.mistakes import Sheets, mistake_of
from caunoi.forms.rules.questions import RESERVED_NAMES, Choice, Enclosing, Question
from caunoi.forms.rules.xpath import BrokenExpression, Expression, UnknownFunction
from caunoi.refusals import FileRefused, Mistake

FileType = Literal["xlsx", "xls", "md"]
_XFORMS = "{http://www.w3.org/2002/xforms}"
_PIPE = re.compile(r"(?<!\\)\|")
_REFERENCE = re.compile(r"\$\{\s*(?:last-saved#)?([^}\s]+)\s*\}")
_LANGUAGE = re.compile(r"\((\w+)\)\s*$")
_EXPRESSIONS = ("relevant", "constraint", "calculation", "required", "choice_filter", "default", "repeat_count")
_TYPES = {
    "select one": "select_one", "select all that apply": "select_multiple", "string": "text", "int": "integer",
    "photo": "image", "dateTime": "datetime", "add select one prompt using": "select_one",
}  # fmt: skip
# Everything pyxform is known to raise on people's files: its own errors and, on odd cells, plain Python ones.
_PYXFORM_RAISES = (
    PyXFormError, TypeError, ValueError, KeyError, AttributeError, IndexError, RecursionError, AssertionError,
    zipfile.BadZipFile, etree.LxmlError, ExpatError, struct.error, OSError, NotImplementedError,
)  # fmt: skip


@dataclass(frozen=True)
class CompiledForm:
    """`titles` by language: XLSForm knows one title; the English one stands in our own column `form_title_en`.

    `untranslated`: labels that one of the form's languages lacks. `unchecked`: expressions with functions the server
    does not have; phones evaluate them, the server leaves these checks out. `entities`: the registers it feeds;
    `files`: names of the files it wants beside it.
    """

    form_id: str
    titles: dict[str, str]
    version: str
    xform: str
    questions: tuple[Question, ...]
    untranslated: tuple[Mistake, ...] = ()
    unchecked: tuple[Mistake, ...] = ()
    entities: tuple[Declaration, ...] = ()
    files: tuple[str, ...] = ()


def detect_file_type(content: bytes) -> FileType:
    """From the bytes, because an .xlsx may be an .xls and the other way round."""
    if content.startswith(b"PK\x03\x04"):
        return "xlsx"
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return "xls"
    return "md"


def compile_xlsform(content: bytes, file_type: str, file_name: str) -> CompiledForm:
    """Raises FileRefused with all mistakes that could be found before the first one that stops pyxform.

    `file_type` is what the name promises; the bytes decide.
    """
    kind = detect_file_type(content)
    if kind == "md" and file_type in ("xlsx", "xls"):
        raise _refused(file_name, [Mistake(file_name, "", 0, "", _("Tệp không phải là bảng tính Excel."))])
    if kind == "md" and (torn := list(_list_torn_rows(content, file_name))):
        raise _refused(file_name, torn)
    try:
        sheets = get_xlsform(content, file_type=f".{kind}")
    except _PYXFORM_RAISES as error:
        raise _refused(file_name, [mistake_of(error, file_name, {})]) from None
    rows = list(sheets.survey or ())
    mistakes = list(_list_mistakes(sheets, rows, file_name))
    if mistakes:
        raise _refused(file_name, mistakes)
    names = {str(row.get("name")) for row in rows}
    root = "data"
    while root in names:  # a question of the root's name would make one path mean two things
        root += "_"
    try:
        result = convert(content, validate=False, form_name=root, file_type=f".{kind}")
        survey = result._survey.to_json_dict() if result._survey else {}
        form_id, version = _identity(_settings_of(sheets), content, file_name)
        xform = _identified(result.xform, form_id, version)
        binds = _read_binds(xform)
    except _PYXFORM_RAISES as error:
        raise _refused(file_name, [mistake_of(error, file_name, _rows_by_sheet(sheets))]) from None
    questions = _with_own_names(tuple(_read_questions(survey, f"/{root}", (), binds)))
    mistakes, unchecked = _check_expressions(questions, _row_numbers(rows), file_name)
    if mistakes:
        raise _refused(file_name, mistakes)
    return CompiledForm(
        form_id=form_id,
        titles=_texts(_settings_of(sheets).get("form_title") or form_id)
        | _texts({"English (en)": _settings_of(sheets).get("form_title_en")}),
        version=version,
        xform=xform,
        questions=questions,
        untranslated=tuple(_list_untranslated(questions, _row_numbers(rows), file_name)),
        unchecked=tuple(unchecked),
        entities=read_declarations(xform),
        files=tuple(list_file_names(xform)),
    )


def _list_torn_rows(content: bytes, file_name: str) -> Iterator[Mistake]:
    """Of a form kept as text: rows with more cells than their header, over which pyxform stumbles without a word, and
    sheets that are a name alone."""
    sheet, row, width = "", 0, 0
    for line in content.decode(errors="replace").splitlines():
        if not line.strip().startswith("|"):
            continue
        cells = _PIPE.split(line.strip())[1:-1]
        if len(cells) == 1:
            if sheet and row == 0:
                yield Mistake(file_name, sheet, 0, "", _("Trang này trống. Hãy bỏ trang hoặc thêm dòng tiêu đề."))
            sheet, row = cells[0].strip(), 0
            continue
        row += 1
        width = len(cells) if row == 1 else width
        if len(cells) > width:
            message = _("Dòng này có %(count)d ô, nhiều hơn dòng tiêu đề (%(width)d ô). Hãy bỏ bớt dấu |.")
            yield Mistake(file_name, sheet, row, "", message % {"count": len(cells) - 1, "width": width - 1})


def _settings_of(sheets: DefinitionData) -> Mapping[str, Any]:
    rows: list[Mapping[str, Any]] = list(sheets.settings or ())
    return rows[0] if rows else {}


def _rows_by_sheet(sheets: DefinitionData) -> Sheets:
    return {
        "survey": list(sheets.survey or ()),
        "choices": list(sheets.choices or ()),
        "settings": list(sheets.settings or ()),
        "entities": list(sheets.entities or ()),
    }


def _identity(settings: Mapping[str, Any], content: bytes, file_name: str) -> tuple[str, str]:
    """Form id and version; where the sheet does not say them, from the file's name and from its content: phones tell
    forms apart by these two, and other content under the same version would never reach them."""
    stem = re.sub(r"[^\w.-]+", "_", PurePath(file_name).stem).strip("_") or "bieu_mau"
    version = str(settings.get("version") or "") or hashlib.sha256(content).hexdigest()[:10]
    return str(settings.get("form_id") or settings.get("id_string") or "") or stem, version


def _identified(xform: str, form_id: str, version: str) -> str:
    root = etree.fromstring(xform.encode())
    instance = root.find(f".//{_XFORMS}model/{_XFORMS}instance")
    if instance is None or len(instance) == 0 or (instance[0].get("id"), instance[0].get("version")) == (
        form_id, version,
    ):  # fmt: skip
        return xform
    instance[0].set("id", form_id)
    instance[0].set("version", version)
    return etree.tostring(root, encoding="unicode")


def _refused(file_name: str, mistakes: Sequence[Mistake]) -> FileRefused:
    sentence = _("Biểu mẫu %(file)s có %(count)d lỗi nên chưa được nạp.") % {"file": file_name, "count": len(mistakes)}
    return FileRefused(sentence, mistakes)


def _row_numbers(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Question name -> row as the spreadsheet program shows it (header = 1)."""
    return {str(row["name"]): number for number, row in enumerate(rows, start=2) if row.get("name")}


def _list_mistakes(sheets: DefinitionData, rows: Sequence[Mapping[str, Any]], file_name: str) -> Iterator[Mistake]:
    """What pyxform would report one at a time, or not at all."""
    numbers = _row_numbers(rows)
    inside: list[dict[str, int]] = [{}]
    for number, row in enumerate(rows, start=2):
        name = str(row.get("name") or "")
        kind = " ".join(str(row.get("type") or "").replace("_", " ").split())
        if kind.startswith("end "):
            if len(inside) > 1:
                inside.pop()
            continue
        if name in inside[-1]:
            message = _("Tên này đã dùng ở dòng %(row)d của cùng nhóm. Hãy đặt tên khác.")
            yield Mistake(file_name, "survey", number, "name", message % {"row": inside[-1][name]}, name)
        elif ":" in name:
            yield Mistake(file_name, "survey", number, "name", _("Tên không được có dấu hai chấm."), name)
        if name:
            inside[-1].setdefault(name, number)
        if kind.startswith("begin "):
            inside.append({})
        for column in _EXPRESSIONS:
            for wanted in _REFERENCE.findall(str(row.get(column) or "")):
                if wanted not in numbers:
                    yield Mistake(
                        file_name, "survey", number, column, _unknown_question(wanted, numbers), str(row[column])
                    )
    settings = _settings_of(sheets)
    if settings.get("public_key"):
        message = _("Máy chủ không đọc được bản gửi mã hóa. Hãy bỏ cột này; đường truyền đã được mã hóa.")
        yield Mistake(file_name, "settings", 2, "public_key", message)
    if settings.get("submission_url"):
        message = _("Biểu mẫu gửi đến máy chủ khác thì bản ghi không về đây. Hãy bỏ cột này.")
        yield Mistake(file_name, "settings", 2, "submission_url", message, str(settings["submission_url"]))


def _unknown_question(wanted: str, known: Mapping[str, int]) -> str:
    close = difflib.get_close_matches(wanted, known, n=1)
    hint = _(" Có phải ý bạn là “%(name)s”?") % {"name": close[0]} if close else ""
    return _("Không có câu hỏi nào tên “%(name)s”.") % {"name": wanted} + hint


def _read_binds(xform: str) -> dict[str, Mapping[str, str]]:
    root = etree.fromstring(xform.encode())
    return {
        bind.get("nodeset", ""): {str(k): str(v) for k, v in bind.attrib.items()}
        for bind in root.iter(f"{_XFORMS}bind")
    }


def _read_questions(
    element: Mapping[str, Any], path: str, around: tuple[Enclosing, ...], binds: Mapping[str, Mapping[str, str]]
) -> Iterator[Question]:
    for child in element.get("children") or ():
        name, kind = str(child["name"]), str(child.get("type", ""))
        here = f"{path}/{name}"
        bind = binds.get(here, {})
        if kind in ("group", "repeat"):
            if name == "meta":  # the form's own, or an entity's in a repeat; no group of people's may be called so
                continue
            enclosing = Enclosing(name, here, kind == "repeat", bind.get("relevant", "").strip())
            yield from _read_questions(child, here, (*around, enclosing), binds)
            continue
        required = bind.get("required", "").strip()
        yield Question(
            name=name,
            type=_type_of(kind, bind.get("type", "")),
            path=here,
            labels=_texts(child.get("label", "")),
            required=required not in ("", "false()"),
            required_expr="" if required in ("true()", "false()") else required,
            constraint=bind.get("constraint", "").strip(),
            constraint_messages=_texts((child.get("bind") or {}).get("jr:constraintMsg", "")),
            relevant=bind.get("relevant", "").strip(),
            calculate=bind.get("calculate", "").strip(),
            choices=_choices_of(child),
            readonly=bind.get("readonly", "") not in ("", "false()"),
            repeat=next((one.name for one in reversed(around) if one.repeats), None),
            hints=_texts(child.get("hint", "")),
            appearance=str((child.get("control") or {}).get("appearance", "")),
            enclosing=around,
        )


def _choices_of(question: Mapping[str, Any]) -> tuple[Choice, ...]:
    """None where the device takes them from elsewhere: with `search()` the sheet only names the columns of a file."""
    if "search(" in str((question.get("control") or {}).get("appearance", "")):
        return ()
    return tuple(Choice(str(c["name"]), _texts(c.get("label", ""))) for c in question.get("children") or ())


def _with_own_names(questions: tuple[Question, ...]) -> tuple[Question, ...]:
    """XLSForm lets groups repeat a name; answers need one each. Such questions are known by their path (`nhom/so`), as
    are those that bear the name of a spreadsheet's own column (`data/ky`)."""
    repeats = {around.name for question in questions for around in question.enclosing if around.repeats}
    taken = Counter(question.name for question in questions)
    return tuple(
        replace(question, name=_path_name(question))
        if taken[question.name] > 1 or question.name in RESERVED_NAMES | repeats
        else question
        for question in questions
    )


def _path_name(question: Question) -> str:
    root, *steps = question.path.strip("/").split("/")
    return "/".join(steps if len(steps) > 1 else [root, *steps])


def _type_of(kind: str, bind_type: str) -> str:
    if kind == "calculate":
        return {"int": "integer", "decimal": "decimal", "date": "date"}.get(bind_type, "calculate")
    return _TYPES.get(kind, kind)


def _texts(given: Any) -> dict[str, str]:
    """By language code: `{"Tiếng Việt (vi)": …}` -> `{"vi": …}`; a plain text counts as Vietnamese."""
    if isinstance(given, Mapping):
        return {
            (found.group(1) if (found := _LANGUAGE.search(str(language))) else "vi"): str(text)
            for language, text in given.items()
            if text not in (None, "-", "")
        }
    return {"vi": str(given)} if given else {}


def _check_expressions(
    questions: Sequence[Question], numbers: Mapping[str, int], file_name: str
) -> tuple[list[Mistake], list[Mistake]]:
    """Expressions that are no XPath (mistakes), and those the server cannot evaluate (said, not refused)."""
    broken: set[Mistake] = set()
    unchecked: set[Mistake] = set()
    for question in questions:
        parts = [
            ("relevant", question.relevant, question.name), ("constraint", question.constraint, question.name),
            ("calculation", question.calculate, question.name), ("required", question.required_expr, question.name),
            *(("relevant", around.relevant, around.name) for around in question.enclosing),
        ]  # fmt: skip
        for column, text, name in parts:
            row = numbers.get(name, 0)
            try:
                if text:
                    Expression(text)
            except UnknownFunction as error:
                message = _("Máy chủ không có hàm %(functions)s nên không kiểm tra lại được biểu thức này.")
                functions = ", ".join(error.names)
                unchecked.add(Mistake(file_name, "survey", row, column, message % {"functions": functions}, text))
            except BrokenExpression:
                message = _("Biểu thức viết sai cú pháp nên điện thoại không mở được biểu mẫu.")
                broken.add(Mistake(file_name, "survey", row, column, message, text))
    return sorted(broken), sorted(unchecked)


def _list_untranslated(questions: Sequence[Question], numbers: Mapping[str, int], file_name: str) -> Iterator[Mistake]:
    languages = sorted({language for question in questions for language in question.labels})
    seen: set[str] = set()
    for question in questions:
        row = numbers.get(question.name, 0)
        for column, texts in (
            ("label", question.labels),
            ("hint", question.hints),
            ("constraint_message", question.constraint_messages),
        ):
            for language in languages:
                if texts and language not in texts:
                    yield Mistake(file_name, "survey", row, f"{column}::{language}", _("Thiếu bản dịch."))
        for choice in question.choices:
            for language in languages:
                key = f"{language} {choice.name} {sorted(choice.labels.items())}"
                if choice.labels and language not in choice.labels and key not in seen:
                    seen.add(key)
                    yield Mistake(file_name, "choices", 0, f"label::{language}", _("Thiếu bản dịch."), choice.name)


def xlsx_of(content: bytes) -> bytes:
    """The XLSForm as .xlsx, which officers edit with Excel, also when it is kept as text."""
    if detect_file_type(content) != "md":
        return content
    made = BytesIO()
    md_table_to_workbook(content.decode()).save(made)
    return made.getvalue()
