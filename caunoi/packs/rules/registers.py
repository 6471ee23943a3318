"""registers.csv: the things that forms follow over time. And the files beside forms, among them registers' lists."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from caunoi.forms.rules.questions import Question
from caunoi.packs.rules.contents import FormFile, KnownRegister, PersonalFieldRow, RegisterRow
from caunoi.packs.rules.stages import read_refers_to, read_told_by
from caunoi.packs.rules.tables import Notes, Row, suggest
from caunoi.records.entities.rules.conditions import Condition, WrongCondition, list_properties

FILE = "registers.csv"
COLUMNS = ("code", "title_vi", "title_en", "ended_when", "columns")
OPTIONAL = (
    "label_from", "seats_by", "seats", "review_from", "term_until", "stage_by", "stage_form", "told_by", "refers_to"
)  # fmt: skip
MEDIA = "-media"
_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])", re.ASCII)
_SEATS = re.compile(r"([^:=,;\s]+)=([1-9]\d{0,3})", re.ASCII)
MEDIA_TYPES = (
    ".csv", ".xml", ".geojson", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".mp3", ".m4a", ".ogg", ".wav", ".mp4",
    ".3gp",
)  # fmt: skip
# Made by the house for every unit, as a register's list is: what was sent back for correction.
RETURNED = "returned"


def list_declared(forms: Sequence[FormFile]) -> dict[str, tuple[str, ...]]:
    """Register -> its properties in the order the forms name them."""
    found: dict[str, dict[str, None]] = {}
    for form in forms:
        for declared in form.compiled.entities:
            names = found.setdefault(declared.list_code, {})
            names.update((name, None) for name, _path in declared.properties)
    return {code: tuple(names) for code, names in found.items()}


def list_known(forms: Sequence[FormFile], loaded: Mapping[str, KnownRegister]) -> dict[str, tuple[str, ...]]:
    """Register -> its properties: what is loaded, and what these forms give besides."""
    declared = list_declared(forms)
    return {
        code: tuple(dict.fromkeys([*(loaded[code].properties if code in loaded else ()), *declared.get(code, ())]))
        for code in {*loaded, *declared}
    }


def list_telling(
    forms: Sequence[FormFile], questions: Mapping[str, Sequence[Question] | None], known: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, list[Question]]]:
    """Register -> property -> the questions of these forms that tell it; none of a property that only others tell."""
    found: dict[str, dict[str, list[Question]]] = {
        code: {name: [] for name in properties} for code, properties in known.items()
    }
    for form in forms:
        by_path = {one.path: one for one in questions.get(form.compiled.form_id) or ()}
        for declared in form.compiled.entities:
            for name, path in declared.properties:
                if path in by_path:
                    found[declared.list_code][name].append(by_path[path])
    return found


def read_registers(
    rows: Sequence[Row],
    forms: Sequence[FormFile],
    loaded: Mapping[str, KnownRegister],
    pack: str,
    levels: Sequence[str],
    notes: Notes,
) -> list[RegisterRow]:
    """One for each row, and a mistake for each list that a form feeds without there being a row for it."""
    declared = list_declared(forms)
    found = []
    seen: dict[str, int] = {}
    for row in rows:
        code = notes.code(row)
        if code in seen:
            notes.add(row, "code", _("Sổ này đã có ở dòng %(row)d.") % {"row": seen[code]})
        seen.setdefault(code, row.number)
        owner = loaded.get(code)
        if owner is not None and owner.pack != pack:
            notes.add(row, "code", _("Sổ này đã thuộc gói “%(pack)s”; hãy đặt mã khác.") % {"pack": owner.pack})
        elif code and code not in declared:
            message = _("Không có biểu mẫu nào của gói ghi vào sổ này (trang entities, cột list_name).")
            notes.add(row, "code", message + suggest(code, declared), allowed=", ".join(sorted(declared)))
        # What earlier forms gave stays a property, although no form of today asks it.
        kept = owner.properties if owner is not None else ()
        properties = tuple(dict.fromkeys([*kept, *declared.get(code, ())]))
        known = {*declared, *loaded}
        found.append(
            replace(
                _read(row, code, properties, levels, notes),
                told_by=read_told_by(row, forms, code, notes),
                refers_to=read_refers_to(row, properties, dict.fromkeys(known), notes),
            )
        )
    for form in forms:
        for one in form.compiled.entities:
            other = loaded.get(one.list_code)
            if one.list_code not in seen and (other is None or other.pack == pack):
                seen[one.list_code] = 0
                message = _("Biểu mẫu ghi vào sổ “%(code)s” nhưng %(file)s chưa có dòng cho sổ này.")
                words = {"code": one.list_code, "file": FILE}
                notes.add_file(form.file_name, message % words, column="list_name", value=one.list_code)
    return found


def _read(row: Row, code: str, properties: Sequence[str], levels: Sequence[str], notes: Notes) -> RegisterRow:
    for column, message in (
        ("title_vi", _("Thiếu tên tiếng Việt.")),
        ("title_en", _("Thiếu tên tiếng Anh (bản dịch).")),
    ):
        if not row[column]:
            notes.add(row, column, message)
    columns = row.values("columns")
    for name in columns:
        _check_property(row, "columns", name, properties, notes)
    label_from = row.values("label_from")
    for name in label_from:
        _check_property(row, "label_from", name, properties, notes)
    for column in ("seats_by", "term_until", "stage_by"):
        if row[column]:
            _check_property(row, column, row[column], properties, notes)
    if row["review_from"] and _DAY.fullmatch(row["review_from"]) is None:
        notes.add(row, "review_from", _("Ngày trong năm viết không đúng (tháng-ngày)."), allowed="01-01, 07-15")
    ended_when = row["ended_when"]
    try:
        Condition(ended_when)
    except WrongCondition as wrong:
        message = _("Điều kiện viết sai, hoặc phụ thuộc vào ngày xem (today, now).")
        allowed = "${trang_thai} = 'ngung'"
        notes.add(row, "ended_when", message, allowed=allowed, value=", ".join(wrong.names) or None)
    else:
        for name in list_properties(ended_when):
            _check_property(row, "ended_when", name, properties, notes)
    return RegisterRow(
        code=code,
        title_vi=notes.text(row, "title_vi", 200),
        title_en=notes.text(row, "title_en", 200),
        ended_when=ended_when,
        columns=columns,
        properties=tuple(properties),
        label_from=label_from,
        seats_by=row["seats_by"],
        seats=_read_seats(row, levels, notes),
        review_from=row["review_from"],
        term_until=row["term_until"],
        stage_by=row["stage_by"],
        stage_form=row["stage_form"],
    )


def _read_seats(row: Row, levels: Sequence[str], notes: Notes) -> dict[str, dict[str, int]]:
    """`village:to_truong=1,thanh_vien=5;commune:truong_ban=1`"""
    found: dict[str, dict[str, int]] = {}
    if row["seats"] and not row["seats_by"]:
        notes.add(row, "seats_by", _("Chưa ghi thuộc tính nào cho biết ghế (vai trò) của mỗi người."))
    for part in row.values("seats"):
        level, _colon, counted = part.partition(":")
        seats = [_SEATS.fullmatch(one.strip()) for one in counted.split(",")]
        if level not in levels:
            message = _("Gói không có cấp “%(level)s”.") % {"level": level}
            notes.add(row, "seats", message + suggest(level, levels), allowed=", ".join(levels))
        elif level in found or None in seats or len({one[1] for one in seats if one}) < len(seats):
            message = _("Số ghế viết không đúng, hoặc một cấp hay một ghế ghi hai lần.")
            notes.add(row, "seats", message, allowed="village:to_truong=1,thanh_vien=5")
        else:
            found[level] = {one[1]: int(one[2]) for one in seats if one}
    return found


def with_personal(rows: Sequence[RegisterRow], fields: Sequence[PersonalFieldRow]) -> list[RegisterRow]:
    """The registers, each with what is personal in it."""
    return [
        replace(row, personal=tuple(one.question for one in fields if one.register and one.register == row.code))
        for row in rows
    ]


def _check_property(row: Row, column: str, name: str, properties: Sequence[str], notes: Notes) -> None:
    if properties and name not in properties:
        message = _("Sổ không có thuộc tính “%(name)s” (cột save_to của các biểu mẫu).") % {"name": name}
        notes.add(row, column, message + suggest(name, properties), allowed=", ".join(properties))


# Files beside forms


def check_media(
    media: Mapping[str, bytes], forms: Sequence[FormFile], loaded: Mapping[str, KnownRegister], notes: Notes
) -> dict[str, dict[str, bytes]]:
    """The files of each form, by its code. `media`: content by path in the pack (`forms/dong_gop-media/anh.png`).

    Mistakes: a folder of no form, a file that its form does not name, a file that a form names and nobody gave.
    """
    by_code = {form.compiled.form_id: form for form in forms}
    registers = {*list_declared(forms), *loaded, RETURNED}
    found: dict[str, dict[str, bytes]] = {code: {} for code in by_code}
    for path, content in media.items():
        folder, name = PurePosixPath(path).parent.name, PurePosixPath(path).name
        code = folder.removesuffix(MEDIA)
        form = by_code.get(code)
        if form is None:
            message = _("Gói không có biểu mẫu “%(form)s” cho thư mục này.") % {"form": code}
            notes.add_file(path, message + suggest(code, by_code))
        elif name not in form.compiled.files:
            message = _("Biểu mẫu “%(form)s” không dùng tệp này.") % {"form": code}
            allowed = ", ".join(form.compiled.files)
            notes.add_file(path, message + suggest(name, form.compiled.files), allowed=allowed)
        else:
            found[code][name] = content
    for form in forms:
        code = form.compiled.form_id
        for name in form.compiled.files:
            is_register = name.endswith(".csv") and name.removesuffix(".csv") in registers
            if name not in found[code] and not is_register:
                where = f"forms/{code}{MEDIA}/{name}"
                message = _("Biểu mẫu dùng tệp “%(name)s” nhưng gói không có: hãy thêm %(where)s.")
                notes.add_file(form.file_name, message % {"name": name, "where": where}, value=name)
    return found
