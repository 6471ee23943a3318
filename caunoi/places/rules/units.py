"""Units and changes of units as stated by files: what is wrong with them, and the places they make."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from caunoi.periods.rules import BEGINNING
from caunoi.places.rules.drafts import PlaceDraft, Problem, describe_clash, is_above, show_day
from caunoi.places.rules.snapshot import Spell, Unit


@dataclass(frozen=True)
class UnitRow:
    row: int
    key: str
    level: str
    name: str
    short_name: str
    code: str
    parent: str
    from_day: date | None
    to_day: date | None
    synthetic: bool = False


@dataclass(frozen=True)
class ChangeRow:
    """All four values as they are from the day."""

    row: int
    key: str
    from_day: date
    name: str
    short_name: str
    code: str
    parent: str


@dataclass
class Outcome:
    """`kinds`: days on which units changed, and whether a parent did (transfer) or names and codes only (rename)."""

    new: int = 0
    unchanged: int = 0
    kinds: dict[date, str] = field(default_factory=dict)


def keep_only(rows: Sequence[UnitRow], only: Collection[str], draft: PlaceDraft) -> list[UnitRow]:
    """Units that are in `only`, lie under one of them, or stand above one (the country)."""
    by_key = {row.key: row for row in rows}

    def parent_of(key: str) -> str:
        if key in by_key:
            return by_key[key].parent
        unit = draft.find(key)
        parent = draft.spells[unit.id][0].parent if unit is not None else None
        return draft.units[parent].key if parent is not None else ""

    def line_of(key: str) -> list[str]:
        line: list[str] = []
        while key and key not in line:
            line.append(key)
            key = parent_of(key)
        return line

    above = {key for wanted in only for key in line_of(wanted)}
    return [row for row in rows if row.key in above or not set(only).isdisjoint(line_of(row.key))]


def plan_units(rows: Sequence[UnitRow], draft: PlaceDraft) -> tuple[list[Problem], Outcome]:
    """Adds the units to the draft. A key that exists with the same values is left; with others, it is a problem."""
    problems: list[Problem] = []
    outcome = Outcome()
    row_of: dict[str, UnitRow] = {}
    for row in rows:
        if row.key in row_of:
            problems.append(Problem(row.row, "key", _("Khóa này đã có ở dòng %d.") % row_of[row.key].row, row.key))
        else:
            row_of[row.key] = row
    added: dict[int, UnitRow] = {}
    # Parents before children, whatever the order of the file; what is left in the end has no parent to go under.
    waiting = list(row_of.values())
    while waiting:
        later = []
        for row in waiting:
            parent = draft.find(row.parent) if row.parent else None
            if row.parent and parent is None and row.parent in row_of and row.parent != row.key:
                later.append(row)
                continue
            found = _check_parent(row, parent)
            problems += found
            if draft.find(row.key) is not None:
                problems += (different := _compare(row, parent, draft))
                outcome.unchanged += not different
                continue
            outcome.new += 1
            starts = row.from_day or max(BEGINNING, parent.starts_on if parent else BEGINNING)
            unit = Unit(0, row.key, row.level, starts, row.to_day, row.from_day is not None, row.synthetic)
            kept = parent if parent is not None and not found else None
            unit = draft.add(unit, row.name, row.short_name, row.code, kept.id if kept else None)
            added[unit.id] = row
        if len(later) == len(waiting):
            problems += [
                Problem(row.row, "parent", _("Các đơn vị thuộc nhau thành vòng tròn."), row.parent) for row in later
            ]
            break
        waiting = later
    draft.follow(added)
    for unit_id, other, spell in draft.clashes(added):
        if other in added and added[unit_id].row < added[other].row:
            continue  # said once, of the later row
        message = describe_clash(other, spell.from_day, draft)
        problems.append(Problem(added[unit_id].row, "code", message, spell.code))
    return problems, outcome


def _check_parent(row: UnitRow, parent: Unit | None) -> list[Problem]:
    if not row.parent:
        if row.level in ("country", "province"):
            return []
        return [Problem(row.row, "parent", _("Thiếu đơn vị cấp trên."))]
    if row.parent == row.key:
        return [Problem(row.row, "parent", _("Một đơn vị không thể thuộc chính nó."), row.parent)]
    if parent is None:
        return [Problem(row.row, "parent", _("Trong tệp và trong dữ liệu đã nạp đều không có khóa này."), row.parent)]
    if not is_above(parent.level, row.level):
        return [Problem(row.row, "parent", _("Đơn vị cấp trên phải ở cấp cao hơn đơn vị này."), row.parent)]
    day = row.from_day or max(BEGINNING, parent.starts_on)
    if not parent.exists_on(day):
        said = (
            _("Đơn vị cấp trên không có vào ngày %(day)s (có từ %(from)s đến trước %(to)s).")
            if parent.ends_on
            else _("Đơn vị cấp trên không có vào ngày %(day)s (có từ %(from)s).")
        )
        values = {
            "day": show_day(day),
            "from": show_day(parent.starts_on),
            "to": show_day(parent.ends_on) if parent.ends_on else "",
        }
        return [Problem(row.row, "parent", said % values, row.parent)]
    return []


def _compare(row: UnitRow, parent: Unit | None, draft: PlaceDraft) -> list[Problem]:
    """What an existing unit has otherwise. A blank `to` says nothing about an end that came by a succession since."""
    unit = draft.units[draft.ids[row.key]]
    spell = draft.spells[unit.id][0]
    pairs: list[tuple[str, object, object]] = [
        ("level", row.level, unit.level),
        ("name", row.name, spell.name),
        ("short_name", row.short_name, spell.short_name),
        ("code", row.code, spell.code),
        ("parent", parent.id if parent else None, spell.parent),
        ("from", row.from_day, unit.starts_on if unit.start_known else None),
        ("to", row.to_day or unit.ends_on, unit.ends_on),
    ]
    return [
        Problem(
            row.row,
            column,
            _("Đơn vị %(key)s đã nạp với giá trị khác. Đổi tên, mã hay cấp trên thì ghi vào tệp thay đổi, có ngày.")
            % {"key": row.key},
            str(given or ""),
        )
        for column, given, stored in pairs
        if given != stored
    ]


def plan_changes(rows: Sequence[ChangeRow], draft: PlaceDraft) -> tuple[list[Problem], Outcome]:
    problems: list[Problem] = []
    outcome = Outcome()
    seen: dict[tuple[str, date], int] = {}
    changed: dict[int, ChangeRow] = {}
    for row in sorted(rows, key=lambda row: row.from_day):
        unit = draft.find(row.key)
        if unit is None:
            problems.append(Problem(row.row, "key", _("Không có đơn vị nào mang khóa này."), row.key))
            continue
        if (row.key, row.from_day) in seen:
            message = _("Đơn vị này đã có thay đổi cùng ngày ở dòng %d.") % seen[row.key, row.from_day]
            problems.append(Problem(row.row, "from", message, row.from_day.isoformat()))
            continue
        seen[row.key, row.from_day] = row.row
        if row.from_day <= unit.starts_on or not unit.exists_on(row.from_day):
            problems.append(Problem(row.row, "from", describe_life(unit), row.from_day.isoformat()))
            continue
        parent = draft.find(row.parent) if row.parent else None
        stated = UnitRow(row.row, row.key, unit.level, "", "", "", row.parent, row.from_day, None)
        if found := _check_parent(stated, parent):
            problems += found
            continue
        spell = Spell(unit.id, row.name, row.code, parent.id if parent else None, row.from_day, None, row.short_name)
        standing = draft.spell_on(unit.id, row.from_day)
        if _values(standing) == _values(spell):
            outcome.unchanged += 1
            continue
        if standing.from_day == row.from_day and _values(standing)[:3] != _values(spell)[:3]:
            message = _("Từ ngày này đơn vị đã mang tên %(name)s, mã %(code)s.")
            values = {"name": standing.name, "code": standing.code or "-"}
            problems.append(Problem(row.row, "from", message % values, row.from_day.isoformat()))
            continue
        if standing.parent != spell.parent or row.from_day not in outcome.kinds:
            outcome.kinds[row.from_day] = "rename" if standing.parent == spell.parent else "transfer"
        draft.change(unit.id, spell)
        changed[unit.id] = row
        outcome.new += 1
    draft.follow(changed)
    for unit_id, other, spell in draft.clashes(changed):
        message = describe_clash(other, max(spell.from_day, changed[unit_id].from_day), draft)
        problems.append(Problem(changed[unit_id].row, "code", message, spell.code))
    return problems, outcome


def describe_life(unit: Unit) -> str:
    first = show_day(unit.starts_on) if unit.start_known else _("chưa rõ ngày bắt đầu")
    last = show_day(unit.ends_on) if unit.ends_on else _("nay")
    return _("Ngày phải nằm sau ngày bắt đầu và trước ngày kết thúc của đơn vị (%(first)s đến %(last)s).") % {
        "first": first,
        "last": last,
    }


def _values(spell: Spell) -> tuple[str, str, str, int | None]:
    return spell.name, spell.short_name, spell.code, spell.parent
