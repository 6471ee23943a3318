"""personal_fields.csv: which questions of forms, and which properties of registers, are about a person, for what
purpose, and how long what they say is kept."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

from caunoi.forms.rules.questions import Question
from caunoi.packs.rules.contents import ElementRow, FormFile, PersonalFieldRow, RegisterRow
from caunoi.packs.rules.tables import Notes, Row, suggest
from caunoi.records.entities.rules.conditions import list_properties

FILE = "personal_fields.csv"
COLUMNS = (
    "form", "question", "whose_vi", "whose_en", "purpose_vi", "purpose_en", "keep", "counted_from", "at_end",
    "sensitive",
)  # fmt: skip
OPTIONAL = ("register",)
COUNTED_FROM = ("received", "day")
COUNTED_FROM_OF_REGISTERS = ("received", "ended")
AT_END = ("ask", "erase")
YES_NO = ("yes", "no")
_KEEP = re.compile(r"([1-9]\d{0,3}) (months?|days?)", re.ASCII)
_LONGEST_MONTHS = 1200
_XFORMS = "{http://www.w3.org/2002/xforms}"
_SAVE_TO = "{http://www.opendatakit.org/xforms/entities}saveto"


def read_personal_fields(
    rows: Sequence[Row],
    forms: Sequence[FormFile],
    questions: Mapping[str, Sequence[Question] | None],
    elements: Sequence[ElementRow],
    registers: Mapping[str, RegisterRow],
    notes: Notes,
) -> list[PersonalFieldRow]:
    """One for each row. `questions` None for a form that can't be read, of which nothing is said here. `registers`:
    those of the pack, by code."""
    compiled = {form.compiled.form_id: form for form in forms}
    sealed = {(row["register"], row["question"]) for row in rows if row["register"]}
    asked_for = {(row["form"], row["question"]) for row in rows if row["form"]}
    seen: dict[tuple[str, str, str], int] = {}
    first_of: dict[tuple[str, str], tuple[Row, PersonalFieldRow]] = {}
    found = []
    for row in rows:
        one = _read(row, notes)
        found.append(one)
        if (before := seen.setdefault((one.form_code, one.register, one.question), row.number)) != row.number:
            notes.add(row, "question", _("Câu hỏi này đã có ở dòng %(row)d.") % {"row": before})
        _check_same_keeping(row, one, *first_of.setdefault((one.form_code, one.register), (row, one)), notes)
        if one.form_code and one.register:
            notes.add(row, "register", _("Mỗi dòng chỉ nói về một biểu mẫu hoặc một sổ; hãy tách làm hai dòng."))
        elif one.register:
            _check_property(row, one, registers, forms, asked_for, elements, notes)
        elif one.form_code not in questions:
            message = _("Gói không có biểu mẫu “%(form)s”.") % {"form": one.form_code}
            notes.add(row, "form", message + suggest(one.form_code, questions), allowed=", ".join(sorted(questions)))
        elif (asked := questions[one.form_code]) is not None:
            _check_question(row, one, asked, compiled[one.form_code], sealed, elements, notes)
    return found


def _read(row: Row, notes: Notes) -> PersonalFieldRow:
    sensitive = notes.one_of(row, "sensitive", YES_NO) == "yes"
    return read_person(row, row["form"], row["question"], row["register"], sensitive=sensitive, notes=notes)


def read_person(
    row: Row, form: str, question: str, register: str = "", *, sensitive: bool, notes: Notes
) -> PersonalFieldRow:
    """What a row declares: whose it is, for what, and how long it is kept."""
    for column, message in (
        ("whose_vi", _("Chưa ghi đây là dữ liệu của ai.")),
        ("whose_en", _("Thiếu bản dịch tiếng Anh.")),
        ("purpose_vi", _("Chưa ghi mục đích: không có mục đích thì không được hỏi.")),
        ("purpose_en", _("Thiếu bản dịch tiếng Anh.")),
    ):
        if not row[column]:
            notes.add(row, column, message)
    months, days = _read_keep(row, notes)
    return PersonalFieldRow(
        form_code=form,
        question=question,
        whose_vi=notes.text(row, "whose_vi", 200),
        whose_en=notes.text(row, "whose_en", 200),
        purpose_vi=notes.text(row, "purpose_vi", 300),
        purpose_en=notes.text(row, "purpose_en", 300),
        keep_months=months,
        keep_days=days,
        counted_from=notes.one_of(row, "counted_from", COUNTED_FROM_OF_REGISTERS if register else COUNTED_FROM),
        at_end=notes.one_of(row, "at_end", AT_END),
        sensitive=sensitive,
        register=register,
    )


def _read_keep(row: Row, notes: Notes) -> tuple[int, int]:
    found = _KEEP.fullmatch(row["keep"])
    if found is None:
        message = _("Chưa ghi giữ bao lâu.") if not row["keep"] else _("Thời hạn giữ viết không đúng.")
        notes.add(row, "keep", message, allowed="24 months, 90 days")
        return 0, 0
    count = int(found[1])
    if found[2].startswith("day"):
        return 0, count
    if count > _LONGEST_MONTHS:
        notes.add(row, "keep", _("Thời hạn giữ quá dài."), allowed=_("nhiều nhất 1200 months"))
    return count, 0


def _check_same_keeping(row: Row, one: PersonalFieldRow, first: Row, other: PersonalFieldRow, notes: Notes) -> None:
    for column, mine, theirs in (
        ("keep", (one.keep_months, one.keep_days), (other.keep_months, other.keep_days)),
        ("counted_from", one.counted_from, other.counted_from),
        ("at_end", one.at_end, other.at_end),
    ):
        if mine != theirs:
            message = _("Khác với dòng %(row)d: các câu trả lời của một bản ghi được xóa cùng lúc.")
            notes.add(row, column, message % {"row": first.number}, allowed=first[column])


def _check_question(
    row: Row,
    one: PersonalFieldRow,
    asked: Sequence[Question],
    form: FormFile,
    sealed: Collection[tuple[str, str]],
    elements: Sequence[ElementRow],
    notes: Notes,
) -> None:
    by_name = {question.name: question for question in asked}
    question = by_name.get(one.question)
    if question is None:
        message = _("Biểu mẫu “%(form)s” không có câu hỏi “%(name)s”.")
        message = message % {"form": one.form_code, "name": one.question} + suggest(one.question, by_name)
        notes.add(row, "question", message, allowed=", ".join(by_name))
        return
    if question.type != "text" or not question.is_asked:
        message = _("Chỉ niêm phong được câu hỏi chữ (text) do người trả lời; đây là “%(type)s”.")
        notes.add(row, "question", message % {"type": question.type})
    if question.repeat is not None:
        message = _("Câu hỏi nằm trong nhóm lặp: mỗi người cần một bản ghi riêng, để xóa được riêng từng người.")
        notes.add(row, "question", message)
    kept = {
        path
        for declared in form.compiled.entities
        for name, path in declared.properties
        if (declared.list_code, name) in sealed
    }
    for where in _list_copies(form.compiled.xform, question.path, kept):
        message = _("Câu trả lời này bị chép sang “%(where)s”, nơi ai cũng đọc được. Hãy bỏ chỗ chép đó.")
        notes.add(row, "question", message % {"where": where})
    for element in elements:
        if element.form_code == one.form_code and f"${{{one.question}}}" in element.expression + element.filter:
            message = _("Chỉ tiêu “%(code)s” dùng câu trả lời này; số liệu không được lấy từ dữ liệu cá nhân.")
            notes.add(row, "question", message % {"code": element.code})


def _check_property(
    row: Row,
    one: PersonalFieldRow,
    registers: Mapping[str, RegisterRow],
    forms: Sequence[FormFile],
    asked_for: Collection[tuple[str, str]],
    elements: Sequence[ElementRow],
    notes: Notes,
) -> None:
    register = registers.get(one.register)
    if register is None:
        message = _("Gói không có sổ “%(code)s” (registers.csv).") % {"code": one.register}
        notes.add(row, "register", message + suggest(one.register, registers), allowed=", ".join(sorted(registers)))
        return
    if one.question not in register.properties:
        message = _("Sổ không có thuộc tính “%(name)s” (cột save_to của các biểu mẫu).") % {"name": one.question}
        message += suggest(one.question, register.properties)
        notes.add(row, "question", message, allowed=", ".join(register.properties))
        return
    used = {*list_properties(register.ended_when), *register.columns, *register.label_from}
    if one.question in used | {register.seats_by, register.term_until}:
        message = _("registers.csv dùng thuộc tính này ở chỗ ai cũng thấy; dữ liệu cá nhân không dùng ở đó được.")
        notes.add(row, "question", message)
    if not register.label_from:
        message = _("Sổ có dữ liệu cá nhân cần cột label_from, để tên của mục không là tên người.")
        notes.add(row, "register", message)
    for form in forms:
        for declared in form.compiled.entities:
            for name, path in declared.properties:
                source = path.rpartition("/")[2]
                feeds = (declared.list_code, name) == (one.register, one.question)
                if feeds and (form.compiled.form_id, source) not in asked_for:
                    message = _("Câu hỏi “%(name)s” của biểu mẫu “%(form)s” ghi vào đây: hãy thêm một dòng cho nó.")
                    notes.add(row, "question", message % {"name": source, "form": form.compiled.form_id})
    for element in elements:
        if element.register == one.register and f"${{{one.question}}}" in element.expression + element.filter:
            message = _("Chỉ tiêu “%(code)s” dùng câu trả lời này; số liệu không được lấy từ dữ liệu cá nhân.")
            notes.add(row, "question", message % {"code": element.code})


def _list_copies(xform: str, path: str, sealed: Collection[str]) -> Iterator[str]:
    """Where the form itself carries the answer on: calculations (labels of things and names of sendings are such),
    properties of things that are not `sealed` there too, values set by actions."""
    word = re.compile(re.escape(path) + r"(?![\w/.-])")
    for node in etree.fromstring(xform.encode()).iter(f"{_XFORMS}bind", f"{_XFORMS}setvalue"):
        place = _place(node)
        if word.search(node.get("calculate", "") + " " + node.get("value", "")):
            yield place.rpartition("/")[2]
        elif place == path and path not in sealed and (kept := str(node.get(_SAVE_TO) or "")):
            yield kept


def _place(node: Any) -> str:
    return str(node.get("nodeset") or node.get("ref") or "")
