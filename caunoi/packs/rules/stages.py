"""stages.csv: which stage of a register's things may follow which, who may say so and what must be given with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from caunoi.forms.rules.questions import Question
from caunoi.packs.rules.contents import FormFile, RegisterRow
from caunoi.packs.rules.tables import Notes, Row, suggest
from caunoi.records.entities.rules.stages import Transition, to_json

FILE = "stages.csv"
COLUMNS = ("register", "from", "to", "title_vi", "title_en")
OPTIONAL = ("levels", "roles", "asks")


def read_stages(
    rows: Sequence[Row],
    registers: Sequence[RegisterRow],
    register_rows: Sequence[Row],
    forms: Sequence[FormFile],
    levels: Sequence[str],
    roles: Sequence[str],
    notes: Notes,
) -> list[RegisterRow]:
    """The registers, each with its transitions. `roles`: that the house knows.

    A register that names a stage needs at least one by which a thing begins.
    """
    by_code = {one.code: one for one in registers}
    by_form = {form.compiled.form_id: form for form in forms}
    found: dict[str, list[Transition]] = {}
    seen: set[tuple[str, str, str]] = set()
    for row in rows:
        register = by_code.get(row["register"])
        if register is None or not register.stage_by:
            message = _("Không có sổ nào mang mã này mà có cột stage_by trong registers.csv.")
            notes.add(row, "register", message + suggest(row["register"], by_code))
            continue
        key = (register.code, row["from"], row["to"])
        if key in seen:
            notes.add(row, "to", _("Bước chuyển này đã ghi ở dòng trên."))
        seen.add(key)
        found.setdefault(register.code, []).append(_read(row, register, by_form, levels, roles, notes))
    for row in register_rows:
        register = by_code.get(row["code"])
        if register is not None and register.stage_by:
            _check_register(row, register, found.get(register.code, []), by_form, notes)
    return [replace(one, transitions=tuple(to_json(found.get(one.code, ())))) for one in registers]


def _read(
    row: Row,
    register: RegisterRow,
    forms: Mapping[str, FormFile],
    levels: Sequence[str],
    roles: Sequence[str],
    notes: Notes,
) -> Transition:
    stages = _list_stages(register, forms)
    for column in ("from", "to"):
        if stages and row[column] not in stages and (row[column] or column == "to"):
            message = _("Câu hỏi “%(name)s” không có lựa chọn '%(text)s'.")
            words = {"name": register.stage_by, "text": row[column]}
            notes.add(row, column, message % words + suggest(row[column], stages), allowed=", ".join(stages))
    if not row["title_vi"] or not row["title_en"]:
        missing = "title_vi" if not row["title_vi"] else "title_en"
        notes.add(row, missing, _("Thiếu chữ trên nút chuyển bước (cả tiếng Việt và tiếng Anh)."))
    for role in row.values("roles"):
        if role not in roles:
            notes.add(row, "roles", _("Giá trị không dùng được.") + suggest(role, roles), allowed=", ".join(roles))
    for level in row.values("levels"):
        if level not in levels:
            message = _("Gói không có cấp “%(level)s”.") % {"level": level}
            notes.add(row, "levels", message + suggest(level, levels), allowed=", ".join(levels))
    form = forms.get(register.stage_form)
    asked = {one.name for one in form.compiled.questions if one.is_asked and not one.repeat} if form else set()
    for name in row.values("asks"):
        if form is not None and name not in asked:
            message = _("Biểu mẫu “%(form)s” không có câu hỏi “%(name)s”.")
            notes.add(row, "asks", message % {"form": register.stage_form, "name": name} + suggest(name, asked))
    return Transition(
        row["from"], row["to"], notes.text(row, "title_vi", 80), notes.text(row, "title_en", 80),
        row.values("levels"), row.values("roles"), row.values("asks"),
    )  # fmt: skip


def _list_stages(register: RegisterRow, forms: Mapping[str, FormFile]) -> tuple[str, ...]:
    """In the order in which the form offers them."""
    question = _find_question(register, forms.get(register.stage_form))
    return tuple(one.name for one in question.choices) if question else ()


def _find_question(register: RegisterRow, form: FormFile | None) -> Question | None:
    if form is None:
        return None
    paths = {
        path
        for declared in form.compiled.entities
        if declared.list_code == register.code and declared.repeat is None
        for name, path in declared.properties
        if name == register.stage_by
    }
    return next((one for one in form.compiled.questions if one.path in paths), None)


def _check_register(
    row: Row, register: RegisterRow, transitions: Sequence[Transition], forms: Mapping[str, FormFile], notes: Notes
) -> None:
    form = forms.get(register.stage_form)
    if form is None:
        message = _("Không có biểu mẫu “%(form)s” trong gói.") % {"form": register.stage_form}
        notes.add(row, "stage_form", message + suggest(register.stage_form, forms), allowed=", ".join(sorted(forms)))
        return
    question = _find_question(register, form)
    if question is None or question.type != "select_one" or not question.choices:
        message = _("Biểu mẫu này phải hỏi thuộc tính “%(name)s” bằng một câu chọn một (select_one) có lựa chọn.")
        notes.add(row, "stage_form", message % {"name": register.stage_by})
    elif not any(not one.before for one in transitions):
        message = _("stages.csv chưa có bước đầu của sổ này (dòng có cột from để trống).")
        notes.add(row, "stage_by", message)


def read_told_by(row: Row, forms: Sequence[FormFile], code: str, notes: Notes) -> tuple[tuple[str, str], ...]:
    """`sua_loa=kinh_phi;kiem_tra`: forms whose records about a thing its page lists, and the question it adds up."""
    by_code = {form.compiled.form_id: form for form in forms}
    found = []
    for part in row.values("told_by"):
        form_code, _equals, question = (piece.strip() for piece in part.partition("="))
        form = by_code.get(form_code)
        if form is None or all(one.list_code != code for one in form.compiled.entities):
            message = _("Không có biểu mẫu “%(form)s” ghi vào sổ này.") % {"form": form_code}
            notes.add(row, "told_by", message + suggest(form_code, by_code))
        elif question and question not in {one.name for one in form.compiled.questions}:
            message = _("Biểu mẫu “%(form)s” không có câu hỏi “%(name)s”.") % {"form": form_code, "name": question}
            notes.add(row, "told_by", message)
        found.append((form_code, question))
    return tuple(found)


def read_refers_to(row: Row, properties: Sequence[str], registers: Mapping[str, Any], notes: Notes) -> dict[str, str]:
    """`hoc_tu=mo_hinh_dan_van`: a property that names a thing of a register."""
    found = {}
    for part in row.values("refers_to"):
        name, _equals, code = (piece.strip() for piece in part.partition("="))
        if name not in properties or code not in registers:
            message = _("Viết “thuộc tính=mã sổ”; sổ này không có thuộc tính đó, hoặc không có sổ mang mã đó.")
            notes.add(row, "refers_to", message, allowed="hoc_tu=mo_hinh")
        found[name] = code
    return found
