"""criteria_sets/parts.csv: what criteria fall into, with thresholds by group of communes and days of their own.

The same file is read from a pack and from the page on which a province fills in a set that a pack left empty.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from caunoi.assessments.rules.criteria import BY_HAND, TESTS, Group, Part, SetCriterion
from caunoi.packs.rules.ratings import Known, check_formula_of
from caunoi.packs.rules.tables import Notes, Row, check_unique, suggest

COLUMNS = ("set", "criterion", "code", "name_vi", "test", "thresholds", "unit")
OPTIONAL = ("name_en", "formula", "from", "to")
MOST_PARTS = 1_000
LONGEST_NAME = 500
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,6})?", re.ASCII)


@dataclass(frozen=True)
class FilledSet:
    """The set that is filled in: `criteria`: its codes."""

    level: str
    criteria: Sequence[str]
    groups: Sequence[Group]


@dataclass(frozen=True)
class StandingParts:
    """What a set has that something was said of. Days before `today` were judged by it."""

    parts: tuple[Part, ...]
    today: date


def read_parts_of(
    rows: Sequence[Row], filled: FilledSet, known: Known | None, standing: StandingParts | None, notes: Notes
) -> tuple[Part, ...]:
    """`rows`: of this set. `known` None: codes can't be judged. `standing` None: nothing was said of the set."""
    check_unique(rows, "code", notes, {}, {})
    if len(rows) > MOST_PARTS:
        notes.add(rows[MOST_PARTS], "code", _("Một bộ có nhiều nhất %(most)d chỉ tiêu.") % {"most": MOST_PARTS})
    found = tuple(_read_part(row, filled, known, notes) for row in rows)
    if standing is not None:
        _check_standing(rows, found, standing, notes)
    return found


def _read_part(row: Row, filled: FilledSet, known: Known | None, notes: Notes) -> Part:
    if row["criterion"] not in filled.criteria:
        said = _("Bộ không có tiêu chí “%(code)s”.") % {"code": row["criterion"]}
        notes.add(row, "criterion", said + suggest(row["criterion"], filled.criteria))
    code = notes.code(row)
    if code in filled.criteria:
        notes.add(row, "code", _("Mã này là của một tiêu chí trong bộ; hãy đặt mã khác cho chỉ tiêu."))
    if not row["name_vi"]:
        notes.add(row, "name_vi", _("Thiếu tên tiếng Việt."))
    test = notes.one_of(row, "test", TESTS, default=BY_HAND)
    thresholds = _read_thresholds(row, [group.code for group in filled.groups], notes)
    if test == BY_HAND:
        for column in ("formula", "thresholds"):
            if row[column]:
                said = _("Chỉ tiêu xác nhận tay (test = hand) không có công thức và ngưỡng.")
                notes.add(row, column, said, allowed=", ".join(TESTS))
    else:
        if row["formula"]:
            check_formula_of(row, "formula", filled.level, known, notes)
        _check_complete(row, thresholds, filled.groups, notes)
    first, last = notes.day(row, "from"), notes.day(row, "to")
    if first is not None and last is not None and first > last:
        notes.add(row, "to", _("Ngày kết thúc trước ngày bắt đầu."))
    name_vi, name_en = (notes.text(row, column, LONGEST_NAME) for column in ("name_vi", "name_en"))
    rule = SetCriterion(
        code, name_vi, name_en or name_vi, test, row["formula"], notes.text(row, "unit", 40), thresholds
    )
    return Part(row["criterion"], rule, first, last)


def _read_thresholds(row: Row, groups: Collection[str], notes: Notes) -> tuple[tuple[str, Decimal], ...]:
    """`70` for all groups; `nhom_1=80;nhom_2=70` by group. Both together: a group's own goes first."""
    found: dict[str, Decimal] = {}
    for said in row.values("thresholds"):
        group, equals, text = said.rpartition("=")
        group, text = group.strip(), text.strip()
        if equals and group not in groups:
            message = _("Bộ không có nhóm “%(code)s”.") % {"code": group} + suggest(group, groups)
            notes.add(row, "thresholds", message, allowed=", ".join(groups))
        elif not _NUMBER.fullmatch(text):
            message = _("Không phải là số; ghi dấu chấm trước phần thập phân.")
            notes.add(row, "thresholds", message, allowed="70; nhom_1=80;nhom_2=70")
        elif group in found:
            notes.add(row, "thresholds", _("Một nhóm chỉ có một ngưỡng."))
        else:
            found[group] = Decimal(text)
    return tuple(found.items())


def _check_complete(
    row: Row, thresholds: tuple[tuple[str, Decimal], ...], groups: Sequence[Group], notes: Notes
) -> None:
    given = dict(thresholds)
    without = [group.code for group in groups if group.code not in given]
    if "" not in given and (without or not groups):
        said = _("Thiếu ngưỡng chung hoặc ngưỡng của nhóm: %(groups)s.")
        notes.add(row, "thresholds", said % {"groups": ", ".join(without) or "–"})


# -- What days gone by were judged by ---------------------------------------------------------------------------------


def _check_standing(rows: Sequence[Row], new: Sequence[Part], standing: StandingParts, notes: Notes) -> None:
    why = _(
        "Bộ này đã có xác nhận hoặc kết quả được ghi; đổi chỗ này thì những ngày đã qua bị xét lại. "
        "Hãy giữ dòng cũ, ghi ngày cuối của nó ở cột to, và ghi thay đổi thành một dòng mới có mã khác."
    )
    today = f"{standing.today:%d/%m/%Y}"
    before = {part.rule.code: part for part in standing.parts}
    for row, part in zip(rows, new, strict=True):
        old = before.pop(part.rule.code, None)
        if old is None:
            if part.first is None or part.first < standing.today:
                said = _("Bộ này đã có xác nhận: chỉ tiêu mới chỉ tính từ hôm nay (%(day)s) trở đi.")
                notes.add(row, "from", said % {"day": today}, allowed=_("từ ngày %(day)s") % {"day": today})
            continue
        for column, value, kept in _compare(part, old):
            if value != kept:
                notes.add(row, column, why, allowed=kept)
        if part.last != old.last and _ended_before(standing.today, part.last, old.last):
            notes.add(
                row, "to", why, allowed=_write_day(old.last) or _("từ ngày %(day)s hoặc muộn hơn") % {"day": today}
            )
    for code in before:
        file = rows[0].file if rows else ""
        notes.add_file(file, _("Thiếu chỉ tiêu “%(code)s”.") % {"code": code} + " " + why, column="code", value=code)


def _compare(part: Part, old: Part) -> list[tuple[str, str, str]]:
    """(column, what it is now, what it was)."""
    return [
        ("criterion", part.criterion, old.criterion),
        ("test", part.rule.test, old.rule.test),
        ("formula", part.rule.formula, old.rule.formula),
        ("thresholds", write_thresholds(part.rule), write_thresholds(old.rule)),
        ("from", _write_day(part.first), _write_day(old.first)),
    ]


def _write_day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _ended_before(today: date, *lasts: date | None) -> bool:
    return any(last is not None and last < today for last in lasts)


def write_thresholds(rule: SetCriterion) -> str:
    """Inverse of how they are read, in one order."""
    return ";".join(f"{group}={_plain(value)}" if group else _plain(value) for group, value in sorted(rule.thresholds))


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def write_rows(set_code: str, criteria: Sequence[SetCriterion], parts: Sequence[Part]) -> list[list[str]]:
    """The file as it stands, header first; of a criterion without parts a row to be filled in."""
    header = ["set", "criterion", "code", "name_vi", "name_en", "test", "formula", "unit", "thresholds", "from", "to"]
    rows = [header]
    for criterion in criteria:
        own = [part for part in parts if part.criterion == criterion.code]
        if not own:
            rows.append([set_code, criterion.code, *[""] * (len(header) - 2)])
        for part in own:
            rule = part.rule
            rows.append(
                [
                    set_code, criterion.code, rule.code, rule.name_vi, rule.name_en, rule.test, rule.formula, rule.unit,
                    write_thresholds(rule), _write_day(part.first), _write_day(part.last),
                ]
            )  # fmt: skip
    return rows


def list_filled(rows: Iterable[Row]) -> list[Row]:
    """Without those that only name the set and a criterion: nothing was filled in yet."""
    return [row for row in rows if any(row[column] for column in row.cells if column not in ("set", "criterion"))]
