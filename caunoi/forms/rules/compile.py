"""XLSForm to XForm, with every mistake named by sheet, row and column."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree
from pyxform.xls2json_backends import DefinitionData, md_table_to_workbook
from pyxform.xls2xform import ConvertResult

from caunoi.forms.rules.converting import convert_all
from caunoi.forms.rules.entities import Declaration, list_file_names, read_declarations
from caunoi.forms.rules.mistakes import mistake_of
from caunoi.forms.rules.questions import RESERVED_NAMES, Choice, Enclosing, Question
from caunoi.forms.rules.sheets import (
    PYXFORM_RAISES,
    Described,
    describe_sheets,
    detect_file_type,
    is_passed_over,
    open_sheets,
    refused,
    row_numbers,
    rows_by_sheet,
    settings_of,
)
from caunoi.forms.rules.translations import language_of
from caunoi.forms.rules.xpath import BrokenExpression, Expression, UnknownFunction
from caunoi.refusals import Mistake

_XFORMS = "{http://www.w3.org/2002/xforms}"
_REFERENCE = re.compile(r"\$\{\s*(?:last-saved#)?([^}\s]+)\s*\}")
_EXPRESSIONS = ("relevant", "constraint", "calculation", "required", "choice_filter", "default", "repeat_count")
_TYPES = {
    "select one": "select_one", "select all that apply": "select_multiple", "string": "text", "int": "integer",
    "photo": "image", "dateTime": "datetime", "add select one prompt using": "select_one",
}  # fmt: skip


@dataclass(frozen=True)
class CompiledForm(Described):
    """`titles` by language: XLSForm knows one title; the English one stands in our own column `form_title_en`.

    `unchecked`: expressions with functions the server does not have; phones evaluate them, the server leaves these
    checks out. `entities`: the registers it feeds; `files`: names of the files it wants beside it.
    """

    titles: dict[str, str]
    xform: str
    questions: tuple[Question, ...]
    unchecked: tuple[Mistake, ...] = ()
    entities: tuple[Declaration, ...] = ()
    files: tuple[str, ...] = ()


def compile_xlsform(content: bytes, file_type: str, file_name: str) -> CompiledForm:
    """Raises FileRefused with all mistakes that can be found, also beyond the first one that stops pyxform.

    `file_type` is what the name promises; the bytes decide.
    """
    sheets = open_sheets(content, file_type, file_name)
    described = describe_sheets(sheets, content, file_name)
    rows = list(sheets.survey or ())
    names = row_numbers(rows)
    root = "data"
    while root in names:  # a question of the root's name would make one path mean two things
        root += "_"
    mistakes, result = convert_all(sheets, root, list(_list_mistakes(sheets, rows, file_name)), file_name)
    if result is None:
        raise refused(file_name, mistakes)
    try:
        survey = _as_json(result)
        xform = _identified(result.xform, described.form_id, described.version)
        root, binds = _read_root(xform), _read_binds(xform)
    except PYXFORM_RAISES as error:
        raise refused(file_name, [*mistakes, mistake_of(error, file_name, rows_by_sheet(sheets))]) from None
    questions = _with_own_names(tuple(_read_questions(survey, f"/{root}", (), binds)))
    broken, unchecked = _check_expressions(questions, _rows_by_path(rows, root), file_name)
    if mistakes or broken:
        raise refused(file_name, [*mistakes, *broken])
    return CompiledForm(
        form_id=described.form_id,
        version=described.version,
        languages=described.languages,
        untranslated=described.untranslated,
        titles=_texts(settings_of(sheets).get("form_title") or described.form_id)
        | _texts({"English (en)": settings_of(sheets).get("form_title_en")}),
        xform=xform,
        questions=questions,
        unchecked=tuple(unchecked),
        entities=read_declarations(xform),
        files=tuple(list_file_names(xform)),
    )


def _as_json(result: ConvertResult) -> Mapping[str, Any]:
    if result._survey is None:
        return {}
    for element in result._survey.iter_descendants():
        # pyxform 4.5 leaves some fields of questions of the type osm unset, and stumbles over that itself.
        for field in element.get_slot_names():
            if not hasattr(element, field):
                setattr(element, field, None)
    told: Mapping[str, Any] = result._survey.to_json_dict()
    return told


def _read_root(xform: str) -> str:
    """Name of the primary instance's root: the column `name` of the settings has the last word."""
    instance = etree.fromstring(xform.encode()).find(f".//{_XFORMS}model/{_XFORMS}instance")
    return "data" if instance is None or len(instance) == 0 else str(etree.QName(instance[0]).localname)


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


def _list_mistakes(sheets: DefinitionData, rows: Sequence[Mapping[str, Any]], file_name: str) -> Iterator[Mistake]:
    """What pyxform would report one at a time, or not at all."""
    numbers = row_numbers(rows)
    inside: list[dict[str, int]] = [{}]
    for number, row in enumerate(rows, start=2):
        if is_passed_over(row):
            continue
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
    settings = settings_of(sheets)
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


def _rows_by_path(rows: Sequence[Mapping[str, Any]], root: str) -> dict[str, int]:
    """Path in the instance -> row; of a loop's questions, which stand there once a choice, without the choice."""
    found: dict[str, int] = {}
    around = [f"/{root}"]
    for number, row in enumerate(rows, start=2):
        kind = " ".join(str(row.get("type") or "").replace("_", " ").split())
        if kind.startswith("end "):
            around = around[:-1] or around
        elif row.get("name") and not is_passed_over(row):
            path = f"{around[-1]}/{row['name']}"
            found.setdefault(path, number)
            if kind.startswith("begin "):
                around.append(path)
    return found


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
            language_of(str(language)): str(text) for language, text in given.items() if text not in (None, "-", "")
        }
    return {"vi": str(given)} if given else {}


def _check_expressions(
    questions: Sequence[Question], rows: Mapping[str, int], file_name: str
) -> tuple[list[Mistake], list[Mistake]]:
    """Expressions that are no XPath (mistakes), and those the server cannot evaluate (said, not refused)."""
    broken: set[Mistake] = set()
    unchecked: set[Mistake] = set()
    for question in questions:
        parts = [
            ("relevant", question.relevant, question.path), ("constraint", question.constraint, question.path),
            ("calculation", question.calculate, question.path), ("required", question.required_expr, question.path),
            *(("relevant", around.relevant, around.path) for around in question.enclosing),
        ]  # fmt: skip
        for column, text, path in parts:
            row, column = _find_cell(rows, path, column)
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


def _find_cell(rows: Mapping[str, int], path: str, column: str) -> tuple[int, str]:
    """Row and column an expression was written in; (0, "") if it stands nowhere."""
    if path in rows:
        return rows[path], column
    if (repeat := path.removesuffix("_count")) != path and repeat in rows:
        return rows[repeat], "repeat_count"  # pyxform makes a question of it
    # Of a loop's question, or of one whose group was wrong itself, the path is another than in the sheet.
    named = [row for one, row in rows.items() if one.rpartition("/")[2] == path.rpartition("/")[2]]
    return (named[0], column) if len(named) == 1 else (0, "")


def xlsx_of(content: bytes) -> bytes:
    """The XLSForm as .xlsx, which officers edit with Excel, also when it is kept as text."""
    if detect_file_type(content) != "md":
        return content
    made = BytesIO()
    md_table_to_workbook(content.decode()).save(made)
    return made.getvalue()
