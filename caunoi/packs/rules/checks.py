"""checks.csv: when a figure is worth a second look before it is approved."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from caunoi.facts.rules.thresholds import CAN_BE_OFF, COUNTS, OFF
from caunoi.facts.rules.thresholds import COLUMNS as THRESHOLDS
from caunoi.packs.rules.contents import CheckRow, ElementRow
from caunoi.packs.rules.tables import Notes, Row, suggest
from caunoi.packs.rules.words import CATEGORY, UNITS

FILE = "checks.csv"
COLUMNS = ("code", "level")
# Whoever only gives bounds need not carry seven empty columns.
OPTIONAL = THRESHOLDS
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?", re.ASCII)
_MOST = {"least_history": 120, "most_history": 240, "digits": 15, "copied": 1000}
_LEAST = {"digits": 2}


def read_checks(
    rows: Sequence[Row], elements: Sequence[ElementRow] | None, levels: Sequence[str], notes: Notes
) -> list[CheckRow]:
    """One for each row. `elements` None: the pack's could not be read, and no code can be called unknown."""
    known = None if elements is None else {one.code: one for one in elements}
    seen: dict[tuple[str, str], int] = {}
    found = []
    for row in rows:
        code, level = row["code"], row["level"]
        _check_place(row, known, levels, notes)
        if (first := seen.setdefault((code, level), row.number)) != row.number:
            message = _("Chỉ tiêu và cấp này đã có ở dòng %(row)d.")
            notes.add(row, "code", message % {"row": first})
        values = {column: row[column] for column in THRESHOLDS if row[column]}
        if not values:
            notes.add(row, "code", _("Dòng này chưa ghi ngưỡng nào."), allowed=", ".join(THRESHOLDS))
        right = all([_check_value(row, column, notes) for column in values])
        if right:
            _check_order(row, values, notes)
        found.append(CheckRow(code, level, values))
    return found


def _check_place(row: Row, known: Mapping[str, ElementRow] | None, levels: Sequence[str], notes: Notes) -> None:
    code, level = row["code"], row["level"]
    if level and level not in levels:
        message = _("Gói không có cấp “%(level)s”.") % {"level": level} + suggest(level, levels)
        notes.add(row, "level", message, allowed=", ".join(levels))
    if not code:
        for column in ("plausible_from", "plausible_to"):
            # What is plausible of people is not of metres.
            if row[column]:
                notes.add(row, column, _("Ngưỡng này cần ghi rõ chỉ tiêu ở cột code."))
        return
    if row["copied"]:
        notes.add(row, "copied", _("Ngưỡng này là của cả báo cáo: hãy để trống cột code."))
    if known is None:
        return
    element = known.get(code)
    if element is None:
        message = _("Không có chỉ tiêu nào mã “%(code)s” trong data_elements.csv.") % {"code": code}
        notes.add(row, "code", message + suggest(code, known))
    elif element.kind in (CATEGORY, UNITS) or not element.form_code:
        notes.add(row, "code", _("Chỉ kiểm tra được số do biểu mẫu ghi; chỉ tiêu này không phải."))
    elif level in levels and level not in element.levels:
        message = _("Cấp này không ghi chỉ tiêu “%(code)s”.") % {"code": code}
        notes.add(row, "level", message, allowed=", ".join(element.levels))


def _check_value(row: Row, column: str, notes: Notes) -> bool:
    text = row[column]
    if text == OFF:
        if column in CAN_BE_OFF:
            return True
        notes.add(row, column, _("Ngưỡng này không bỏ được."))
        return False
    if column in COUNTS:
        least, most = _LEAST.get(column, 1), _MOST[column]
        if re.fullmatch(r"\d{1,4}", text, re.ASCII) and least <= int(text) <= most:
            return True
        message = _("Không phải là số nguyên trong khoảng cho phép.")
        notes.add(row, column, message, allowed=_("từ %(least)d đến %(most)d") % {"least": least, "most": most})
        return False
    if not _NUMBER.fullmatch(text):
        notes.add(row, column, _("Không phải là số; ghi dấu chấm trước phần thập phân."), allowed="1234.5")
        return False
    if (column == "score" and Decimal(text) <= 0) or (column == "jump" and Decimal(text) <= 1):
        allowed = _("lớn hơn 0") if column == "score" else _("lớn hơn 1")
        notes.add(row, column, _("Số quá nhỏ."), allowed=allowed)
        return False
    if column == "least_change" and Decimal(text) < 0:
        notes.add(row, column, _("Số quá nhỏ."), allowed=_("từ 0 trở lên"))
        return False
    return True


def _check_order(row: Row, values: Mapping[str, str], notes: Notes) -> None:
    for low, high in (("plausible_from", "plausible_to"), ("least_history", "most_history")):
        first, last = values.get(low, OFF), values.get(high, OFF)
        if OFF not in (first, last) and Decimal(first) > Decimal(last):
            message = _("Phải không nhỏ hơn cột %(column)s (%(value)s).")
            notes.add(row, high, message % {"column": low, "value": first})
