"""Successions as stated by a file or a form: what is wrong with them, and the places they make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from caunoi.languages import show_number
from caunoi.places.rules.drafts import PlaceDraft, Problem, describe_clash, is_above, show_day
from caunoi.places.rules.snapshot import LEVELS, ONE, Spell, Step, Unit
from caunoi.places.rules.succession_rows import SuccessionRow, describe_unknown, put_keys
from caunoi.places.rules.units import describe_life

KINDS = ("merge", "split", "rename", "transfer", "abolish")
SHOWN_NAMES = 12


@dataclass(frozen=True)
class PlannedSuccession:
    """What becomes one `Succession`: its steps, or the units that go on with another name or parent (of a level that is
    abolished: that end)."""

    day: date
    kind: str
    steps: tuple[Step, ...] = ()
    continued: tuple[int, ...] = ()


@dataclass
class SuccessionPlan:
    problems: list[Problem] = field(default_factory=list)
    successions: list[PlannedSuccession] = field(default_factory=list)
    unchanged: int = 0
    # Children that came under the one heir of their ended parent: (child, old parent, new parent, day).
    followed: list[tuple[int, int, int, date]] = field(default_factory=list)
    # Units that got a code here, to be compared with all others in the end.
    coded: dict[int, SuccessionRow] = field(default_factory=dict)


def parts_of(share: Decimal) -> int | None:
    """A share as parts of `ONE`; None unless between 0 and 1 with at most 12 places."""
    parts = share * ONE
    return int(parts) if 0 <= share <= 1 and parts == int(parts) else None


def show_share(parts: int) -> str:
    """`0,5`, for readers of English `0.5`; every place that says something."""
    return show_number(Decimal(parts) / ONE)


def describe_basis(basis: str) -> str:
    """A basis for readers: `whole/equal-unknown` -> `toàn bộ / chia đều vì chưa rõ`; what an officer wrote stays."""
    words = {
        "whole": _("toàn bộ"),
        "population": _("dân số"),
        "commune-count": _("số xã"),
        "equal-unknown": _("chia đều vì chưa rõ"),
    }
    parts = basis.split("/")
    return " / ".join(words[part] for part in parts) if all(part in words for part in parts) else basis


def plan_successions(rows: Sequence[SuccessionRow], draft: PlaceDraft) -> SuccessionPlan:
    """Changes the draft day by day. All that is wrong is named; the draft means nothing then."""
    plan = SuccessionPlan()
    by_day: dict[date, list[SuccessionRow]] = defaultdict(list)
    for row in rows:
        by_day[row.day].append(row)
    for day in sorted(by_day):
        by_day[day], unclear = put_keys(day, by_day[day], draft)
        if unclear:
            # Which units this day is about isn't known, so neither is what the days after it would find.
            plan.problems += unclear
            break
        if unlived := _find_unlived(day, by_day[day], draft):
            plan.problems += unlived
            break
        groups = _connect([row for row in by_day[day] if row.has_shares])
        # Provinces before their communes: what begins may come under what begins the same day.
        for group in sorted(groups, key=lambda group: _widest(group, draft)):
            _plan_group(day, group, draft, plan)
        abolished = _plan_abolished(day, [row for row in by_day[day] if row.kind == "abolish"], draft, plan)
        children = _followers(plan, day, draft)
        continuing = [row for row in by_day[day] if row.kind in ("rename", "transfer")]
        _plan_continuing(day, continuing, draft, plan)
        _follow(children, day, draft, plan)
        _climb(abolished, day, draft, plan)
        _check_left_behind(day, by_day[day], children, draft, plan)
    for unit, other, spell in draft.clashes(plan.coded):
        row = plan.coded[unit]
        message = describe_clash(other, max(row.day, spell.from_day), draft)
        plan.problems.append(Problem(row.row, "code", message, spell.code))
    return plan


def _connect(rows: Iterable[SuccessionRow]) -> list[list[SuccessionRow]]:
    """Rows that share a unit belong to one succession; in order of their first row."""
    leader: dict[str, str] = {}

    def find(name: str) -> str:
        while leader.setdefault(name, name) != name:
            name = leader[name]
        return name

    rows = list(rows)
    for row in rows:
        leader[find("old " + row.old)] = find("new " + row.new)
    groups: dict[str, list[SuccessionRow]] = defaultdict(list)
    for row in rows:
        groups[find("old " + row.old)].append(row)
    return list(groups.values())


def _find_unlived(day: date, rows: list[SuccessionRow], draft: PlaceDraft) -> list[Problem]:
    """Units that would begin and end on the same day (docs/decisions/0051): what stands for them is said, and how to
    state it without them."""
    pairs = [row for row in rows if row.has_shares and row.old != row.new]
    made, problems = {row.new for row in pairs}, []
    for key in dict.fromkeys(row.old for row in pairs if row.old in made):
        unit = draft.find(key)
        if unit is not None and unit.starts_on < day:
            continue  # it was there before: no succession makes it, which is said of it where pairs are looked at
        into, out_of = ([r for r in pairs if r.new == key], [r for r in pairs if r.old == key])
        message = _(
            "%(name)s bắt đầu và kết thúc cùng ngày %(day)s nên không có ngày nào. Hãy ghi thẳng, với tỷ lệ nhân với"
            " nhau: %(olds)s → %(news)s."
        ) % {
            "name": next((row.name for row in into if row.name), key),
            "day": show_day(day),
            "olds": _list_names((row.old for row in into), day - timedelta(days=1), draft),
            "news": _list_names((row.new for row in out_of), day, draft),
        }
        problems.append(Problem(out_of[0].row, "old", message, key))
    return problems


def _list_names(keys: Iterable[str], day: date, draft: PlaceDraft) -> str:
    """`Xã A (10.1), 10.2`: the key alone where the unit is yet to begin."""
    units = [(key, draft.find(key)) for key in dict.fromkeys(keys)]
    return ", ".join(f"{draft.spell_on(unit.id, day).name} ({key})" if unit else key for key, unit in units)


def _widest(rows: list[SuccessionRow], draft: PlaceDraft) -> int:
    levels = [LEVELS.index(old.level) for row in rows if (old := draft.find(row.old)) is not None]
    return min(levels, default=len(LEVELS))


def _plan_group(day: date, rows: list[SuccessionRow], draft: PlaceDraft, plan: SuccessionPlan) -> None:
    if _is_recorded(day, rows, draft):
        plan.unchanged += len(rows)
        return
    problems = _check_pairs(rows) + _check_shares(rows)
    begun = _begin_units(day, rows, draft, problems)
    for row in rows:
        problems += _check_old(day, row, draft)
        if row.new not in begun:
            problems += _check_new(day, row, draft)
    if problems:
        plan.problems += problems
        return
    steps = []
    for row in rows:
        assert row.old_parts is not None and row.new_parts is not None, "checked above"
        steps.append(Step(day, draft.ids[row.old], draft.ids[row.new], row.old_parts, row.new_parts, row.basis))
    for old in {step.old for step in steps}:
        if draft.units[old].ends_on is None:
            draft.end(old, day)
    for step in steps:
        draft.step(step)
    for key, row in begun.items():
        plan.coded[draft.ids[key]] = row
    kind = "split" if any(row.kind == "split" for row in rows) else "merge"
    plan.successions.append(PlannedSuccession(day, kind, tuple(steps)))


def _is_recorded(day: date, rows: list[SuccessionRow], draft: PlaceDraft) -> bool:
    stored = {
        (step.old, step.new): step
        for row in rows
        if row.old in draft.ids
        for step in draft.before.successors(draft.ids[row.old])
    }
    for row in rows:
        step = stored.get((draft.ids.get(row.old, 0), draft.ids.get(row.new, 0)))
        if step is None or (step.day, step.old_parts, step.new_parts, step.basis) != (
            day, row.old_parts, row.new_parts, row.basis,
        ):  # fmt: skip
            return False
    return True


def _check_pairs(rows: list[SuccessionRow]) -> list[Problem]:
    problems = []
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        if row.old == row.new:
            message = _("Đơn vị cũ và đơn vị mới phải khác nhau. Đổi tên hay chuyển cấp trên thì ghi rename, transfer.")
            problems.append(Problem(row.row, "new", message, row.new))
        if (row.old, row.new) in seen:
            message = _("Cặp đơn vị này đã có ở dòng %d.") % seen[row.old, row.new]
            problems.append(Problem(row.row, "new", message, row.new))
        seen.setdefault((row.old, row.new), row.row)
    return problems


def _check_shares(rows: list[SuccessionRow]) -> list[Problem]:
    problems = []
    for row in rows:
        for column, parts in (("share_of_old", row.old_parts), ("share_of_new", row.new_parts)):
            if parts is None:
                problems.append(
                    Problem(row.row, column, _("Thiếu tỷ lệ."), "", _("số từ 0 đến 1, nhiều nhất 12 chữ số thập phân"))
                )
        if not row.basis and {row.old_parts, row.new_parts} - {None, ONE}:
            message = _("Tỷ lệ khác 1 thì phải ghi căn cứ (dân số, số thôn, chia đều vì chưa rõ...).")
            problems.append(Problem(row.row, "basis", message))
        if row.kind == "merge" and row.old_parts not in (None, ONE):
            message = _("Sáp nhập là toàn bộ đơn vị cũ; một phần thì là chia tách (split).")
            problems.append(Problem(row.row, "share_of_old", message, show_share(row.old_parts or 0), "1"))
    sides = (
        ("old", "share_of_old", _("Các phần của đơn vị cũ %(unit)s cộng lại là %(sum)s, phải đúng bằng 1.")),
        ("new", "share_of_new", _("Các phần tạo nên đơn vị mới %(unit)s cộng lại là %(sum)s, phải đúng bằng 1.")),
    )
    for side, column, sentence in sides:
        sums: dict[str, list[tuple[SuccessionRow, int | None]]] = defaultdict(list)
        for row in rows:
            parts = row.old_parts if side == "old" else row.new_parts
            sums[row.old if side == "old" else row.new].append((row, parts))
        for key, several in sums.items():
            given = [parts for _row, parts in several if parts is not None]
            if len(given) == len(several) and sum(given) != ONE:
                message = sentence % {"unit": key, "sum": show_share(sum(given))}
                problems.append(Problem(several[0][0].row, column, message, show_share(given[0])))
    return problems


def _begin_units(
    day: date, rows: list[SuccessionRow], draft: PlaceDraft, problems: list[Problem]
) -> dict[str, SuccessionRow]:
    """New units stated with name and parent in the succession itself."""
    begun: dict[str, SuccessionRow] = {}
    for row in rows:
        if draft.find(row.new) is not None or not row.name:
            continue
        olds = [draft.find(other.old) for other in rows if other.new == row.new]
        level = next((old.level for old in olds if old is not None), None)
        if level is None:
            continue  # said of the old units
        parent = draft.find(row.parent) if row.parent else None
        if found := _check_parent(row, level, parent, draft, day):
            problems += found
        unit = Unit(0, row.new, level, day, None, start_known=True)
        draft.add(unit, row.name, row.short_name or row.name, row.code, parent.id if parent and not found else None)
        begun[row.new] = row
    return begun


def _check_parent(row: SuccessionRow, level: str, parent: Unit | None, draft: PlaceDraft, day: date) -> list[Problem]:
    if parent is None:
        if not row.parent and level in ("country", "province"):
            return []
        message = describe_unknown(row.parent, day, draft) if row.parent else _("Thiếu đơn vị cấp trên.")
        return [Problem(row.row, "parent", message, row.parent)]
    if not is_above(parent.level, level):
        return [Problem(row.row, "parent", _("Đơn vị cấp trên phải ở cấp cao hơn đơn vị này."), row.parent)]
    if not parent.exists_on(day):
        name = draft.spell_on(parent.id, day).name
        message = _("%(name)s không có vào ngày %(day)s.") % {"name": name, "day": show_day(day)}
        return [Problem(row.row, "parent", message, row.parent)]
    return []


def _check_old(day: date, row: SuccessionRow, draft: PlaceDraft) -> list[Problem]:
    unit = draft.find(row.old)
    if unit is None:
        return [_unknown_old(row, draft)]
    name = draft.spell_on(unit.id, day).name
    if day <= unit.starts_on:
        message = _("%(name)s bắt đầu ngày %(start)s, không thể kết thúc ngày %(day)s.")
        values = {"name": name, "start": show_day(unit.starts_on), "day": show_day(day)}
        return [Problem(row.row, "old", message % values, row.old)]
    if unit.ends_on is not None and unit.ends_on != day:
        message = _("%(name)s đã kết thúc ngày %(end)s, không thể kết thúc lần nữa ngày %(day)s.")
        values = {"name": name, "end": show_day(unit.ends_on), "day": show_day(day)}
        return [Problem(row.row, "old", message % values, row.old)]
    if known := draft.successors(unit.id):
        message = _("%(name)s đã kết thúc ngày %(end)s, thành %(heirs)s; không thể kết thúc lần nữa.")
        heirs = ", ".join(draft.spell_on(step.new, day).name for step in known[:SHOWN_NAMES])
        values = {"name": name, "end": show_day(known[0].day), "heirs": heirs}
        return [Problem(row.row, "old", message % values, row.old)]
    return []


def _unknown_old(row: SuccessionRow, draft: PlaceDraft) -> Problem:
    return Problem(row.row, "old", describe_unknown(row.old, row.day - timedelta(days=1), draft), row.old)


def _check_new(day: date, row: SuccessionRow, draft: PlaceDraft) -> list[Problem]:
    unit = draft.find(row.new)
    if unit is None:
        message = describe_unknown(row.new, day, draft)
        remedy = _("Hãy nạp đơn vị mới trước, hoặc ghi tên và cấp trên ở dòng này.")
        return [Problem(row.row, "new", f"{message} {remedy}", row.new)]
    problems = []
    name = draft.spell_on(unit.id, day).name
    if unit.starts_on != day:
        message = _(
            "%(name)s bắt đầu ngày %(start)s, không phải ngày %(day)s. Đơn vị hợp nhất là đơn vị mới, dù giữ tên cũ."
        )
        values = {"name": name, "start": show_day(unit.starts_on), "day": show_day(day)}
        problems.append(Problem(row.row, "new", message % values, row.new))
    elif draft.before.predecessors(unit.id):
        message = _("%(name)s đã được ghi là hình thành từ các đơn vị khác.") % {"name": name}
        problems.append(Problem(row.row, "new", message, row.new))
    old = draft.find(row.old)
    if old is not None and old.level != unit.level:
        problems.append(Problem(row.row, "new", _("Đơn vị cũ và đơn vị mới phải cùng cấp."), row.new))
    return problems


# --- units that go on: rename and transfer ---------------------------------------------------------------------------


def _plan_continuing(day: date, rows: list[SuccessionRow], draft: PlaceDraft, plan: SuccessionPlan) -> None:
    seen: dict[str, int] = {}
    changed: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        unit = draft.find(row.old)
        if unit is None:
            plan.problems.append(_unknown_old(row, draft))
            continue
        if row.new not in ("", row.old):
            message = _("Đổi tên và chuyển cấp trên không tạo đơn vị mới; để trống cột này.")
            plan.problems.append(Problem(row.row, "new", message, row.new))
            continue
        if row.old in seen:
            message = _("Đơn vị này đã có ở dòng %d cùng ngày.") % seen[row.old]
            plan.problems.append(Problem(row.row, "old", message, row.old))
            continue
        seen[row.old] = row.row
        if day <= unit.starts_on or not unit.exists_on(day):
            plan.problems.append(Problem(row.row, "day", describe_life(unit), day.isoformat()))
            continue
        standing = draft.spell_on(unit.id, day)
        spell = replace(standing, from_day=day, to_day=None)
        if row.kind == "rename":
            if not row.name:
                plan.problems.append(Problem(row.row, "name", _("Thiếu tên mới.")))
                continue
            spell = replace(spell, name=row.name, short_name=row.short_name or row.name, code=row.code or standing.code)
        else:
            parent = draft.find(row.parent) if row.parent else None
            if found := _check_parent(row, unit.level, parent, draft, day):
                plan.problems += found
                continue
            assert parent is not None or unit.level in ("country", "province"), "checked above"
            spell = replace(spell, parent=parent.id if parent else None, code=row.code or standing.code)
        if _same(standing, spell):
            plan.unchanged += 1
            continue
        draft.change(unit.id, spell)
        changed[row.kind].append(unit.id)
        plan.coded[unit.id] = row
    for kind, units in changed.items():
        plan.successions.append(PlannedSuccession(day, kind, (), tuple(units)))


def _same(one: Spell, other: Spell) -> bool:
    return (one.name, one.short_name, one.code, one.parent) == (other.name, other.short_name, other.code, other.parent)


# --- levels that are abolished ---------------------------------------------------------------------------------------


def _plan_abolished(
    day: date, rows: list[SuccessionRow], draft: PlaceDraft, plan: SuccessionPlan
) -> dict[int, SuccessionRow]:
    """The units that end here, with the rows that say so."""
    ended: dict[int, SuccessionRow] = {}
    for row in rows:
        unit = draft.find(row.old)
        if unit is None:
            plan.problems.append(_unknown_old(row, draft))
        elif unit.id in ended:
            message = _("Đơn vị này đã có ở dòng %d cùng ngày.") % ended[unit.id].row
            plan.problems.append(Problem(row.row, "old", message, row.old))
        elif unit.ends_on == day and not draft.successors(unit.id):
            plan.unchanged += 1
        elif found := _check_old(day, row, draft):
            plan.problems += found
        elif draft.spell_on(unit.id, day).parent is None:
            message = _("Đơn vị này không thuộc đơn vị nào, nên không có đơn vị nào nhận các đơn vị trực thuộc của nó.")
            plan.problems.append(Problem(row.row, "old", message, row.old))
        else:
            draft.end(unit.id, day)
            ended[unit.id] = row
    if ended:
        plan.successions.append(PlannedSuccession(day, "abolish", (), tuple(ended)))
    return ended


def _climb(abolished: dict[int, SuccessionRow], day: date, draft: PlaceDraft, plan: SuccessionPlan) -> None:
    """What stood under a unit that ended without successors goes under what the unit stood under, or its heir."""
    for old, row in abolished.items():
        above = draft.spell_on(old, day).parent
        while above is not None and not draft.units[above].exists_on(day):
            heir = draft.heir(above)
            above = draft.spell_on(above, day).parent if heir is None and not draft.successors(above) else heir
        for child in sorted(draft.children(old)):
            if not any(spell.parent == old and draft.outlived(spell) == day for spell in draft.spells[child]):
                continue
            if above is None:
                name = draft.spell_on(child, day).name
                message = _("Chưa rõ %(name)s (%(key)s) về đâu; cần một dòng transfer cho đơn vị này.")
                values = {"name": name, "key": draft.units[child].key}
                plan.problems.append(Problem(row.row, "old", message % values, row.old))
                continue
            draft.change(child, replace(draft.spell_on(child, day), parent=above, from_day=day))
            plan.followed.append((child, old, above, day))


# --- children of units that ended -------------------------------------------------------------------------------------


def _followers(plan: SuccessionPlan, day: date, draft: PlaceDraft) -> list[tuple[int, int]]:
    """(child, ended parent) of this day's successions, where nothing yet says where the child goes."""
    ended = {step.old for planned in plan.successions if planned.day == day for step in planned.steps}
    return [
        (child, old)
        for old in sorted(ended)
        for child in sorted(draft.children(old))
        if any(spell.parent == old and draft.outlived(spell) == day for spell in draft.spells[child])
    ]


def _follow(children: list[tuple[int, int]], day: date, draft: PlaceDraft, plan: SuccessionPlan) -> None:
    draft.follow(child for child, _old in children)
    for child, old in children:
        parent = draft.spell_on(child, day).parent
        if parent is not None and parent == draft.heir(old):
            plan.followed.append((child, old, parent, day))


def _check_left_behind(
    day: date, rows: list[SuccessionRow], children: list[tuple[int, int]], draft: PlaceDraft, plan: SuccessionPlan
) -> None:
    """A divided unit's children go to one of its successors; which one, a row of kind `transfer` must say."""
    left: dict[int, list[int]] = defaultdict(list)
    for child, old in children:
        parent = draft.spell_on(child, day).parent
        heirs = {step.new for step in draft.successors(old)}
        if parent == old:
            left[old].append(child)
        elif parent not in heirs and any(row.old == draft.units[child].key for row in rows):
            row_number = next(row.row for row in rows if row.old == draft.units[child].key)
            message = _("%(child)s phải thuộc một trong các đơn vị kế tục của %(old)s.")
            old_name = draft.spell_on(old, day - timedelta(days=1)).name
            values = {"child": draft.spell_on(child, day).name, "old": old_name}
            plan.problems.append(Problem(row_number, "parent", message % values))
    for old, several in left.items():
        key = draft.units[old].key
        row_number = next((row.row for row in rows if row.old == key and row.has_shares), 0)
        listed = ", ".join(f"{draft.spell_on(c, day).name} ({draft.units[c].key})" for c in several[:SHOWN_NAMES])
        more = _(" và %d đơn vị khác") % (len(several) - SHOWN_NAMES) if len(several) > SHOWN_NAMES else ""
        plan.problems.append(
            Problem(
                row_number,
                "old",
                _("%(name)s được chia cho nhiều đơn vị; cần một dòng transfer cho mỗi đơn vị trực thuộc: %(units)s.")
                % {"name": draft.spell_on(old, day).name, "units": listed + more},
                key,
            )
        )
