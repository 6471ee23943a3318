"""criteria_sets/*.csv: versioned sets of criteria, groups of communes, thresholds of each group; parts of criteria are
read by `criteria_parts`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from caunoi.assessments.rules.criteria import BY_HAND, TESTS, Group, Part, SetCriterion
from caunoi.assessments.rules.filling import WORDS
from caunoi.assessments.rules.levels import SetLevel
from caunoi.forms.rules.questions import Question
from caunoi.packs.rules import criteria_levels, criteria_parts
from caunoi.packs.rules.answers import read_answers
from caunoi.packs.rules.criteria_levels import check_recorded, check_required, check_standing, read_levels_of
from caunoi.packs.rules.criteria_parts import FilledSet, StandingParts, list_filled, read_parts_of
from caunoi.packs.rules.ratings import Known, check_formula_of, read_both, read_decimal
from caunoi.packs.rules.tables import Notes, Row, check_unique, suggest

FOLDER = "criteria_sets"
SETS, CRITERIA, GROUPS, THRESHOLDS, PARTS, LEVELS = (
    f"{FOLDER}/{name}.csv" for name in ("sets", "criteria", "groups", "thresholds", "parts", "levels")
)
SET_COLUMNS = ("code", "title_vi", "title_en", "level", "criteria", "from", "to", "source_vi", "source_en")
CRITERION_COLUMNS = ("set", "code", "name_vi", "name_en", "test", "formula", "unit")
GROUP_COLUMNS = ("set", "code", "name_vi", "name_en")
THRESHOLD_COLUMNS = ("set", "criterion", "group", "value")
FILES = {
    SETS: SET_COLUMNS, CRITERIA: CRITERION_COLUMNS, GROUPS: GROUP_COLUMNS, THRESHOLDS: THRESHOLD_COLUMNS,
    PARTS: criteria_parts.COLUMNS, LEVELS: criteria_levels.COLUMNS,
}  # fmt: skip
OPTIONAL = {SETS: ("form", "answers", "parts"), PARTS: criteria_parts.OPTIONAL, LEVELS: criteria_levels.OPTIONAL}
MOST_CRITERIA = 500


@dataclass(frozen=True)
class CriteriaSetRow:
    """One version of a set; `from_day` to `to_day` both included, None: without end."""

    code: str
    title_vi: str
    title_en: str
    level: str
    from_day: date | None
    to_day: date | None
    source_vi: str
    source_en: str
    groups: tuple[Group, ...]
    criteria: tuple[SetCriterion, ...]
    form_code: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    parts_in_set: int | None = None
    set_levels: tuple[SetLevel, ...] = ()


@dataclass(frozen=True)
class SpokenSet:
    """A set of this pack as loaded before, of which something was said: criteria stated, units put into groups,
    progress recorded. `first`, `last`: the days these speak of. `standing`: the parts of its criteria. `set_levels`:
    what it told of levels."""

    level: str
    groups: tuple[Group, ...]
    criteria: tuple[SetCriterion, ...]
    first: date
    last: date
    standing: StandingParts | None = None
    set_levels: tuple[SetLevel, ...] = ()


def read_criteria_sets(
    rows: Mapping[str, Sequence[Row]],
    levels: Sequence[str],
    known: Known | None,
    owners: Mapping[str, str],
    spoken: Mapping[str, SpokenSet],
    questions: Mapping[str, Sequence[Question] | None],
    notes: Notes,
) -> list[CriteriaSetRow]:
    """`rows` by file; `known` None: codes can't be judged; `owners`: sets of other packs; `questions` by form."""
    sets = rows.get(SETS, [])
    check_unique(sets, "code", notes, owners, {})
    parts = {file: _by_set(rows.get(file, []), sets, notes) for file in (CRITERIA, GROUPS, THRESHOLDS, PARTS, LEVELS)}
    found = [
        _read_set(
            row, parts[CRITERIA][row["code"]], parts[GROUPS][row["code"]], parts[THRESHOLDS][row["code"]], levels,
            known, questions, notes,
        )
        for row in sets
    ]  # fmt: skip
    found = [
        replace(
            one,
            parts=_read_parts(one, list_filled(parts[PARTS][one.code]), known, spoken.get(one.code), notes),
            set_levels=read_levels_of(parts[LEVELS][one.code], one.groups, len(one.criteria), notes),
        )
        for one in found
    ]
    check_required(parts[LEVELS], {one.code: one.set_levels for one in found}, notes)
    for row, one in zip(sets, found, strict=True):
        check_recorded(row, one.set_levels, one.answers, questions.get(one.form_code), notes)
        if (old := spoken.get(one.code)) is not None:
            _check_spoken(row, parts[CRITERIA][one.code], parts[THRESHOLDS][one.code], one, old, notes)
            if old.standing is not None:
                today = old.standing.today
                check_standing(row, parts[LEVELS][one.code], one.set_levels, old.set_levels, today, notes)
    return found


def _read_parts(
    one: CriteriaSetRow, rows: Sequence[Row], known: Known | None, spoken: SpokenSet | None, notes: Notes
) -> tuple[Part, ...]:
    """None where the pack leaves them to the page: what was filled in there stays."""
    if not rows:
        return ()
    filled = FilledSet(one.level, [criterion.code for criterion in one.criteria], one.groups)
    return read_parts_of(rows, filled, known, None if spoken is None else spoken.standing, notes)


def _by_set(rows: Sequence[Row], sets: Sequence[Row], notes: Notes) -> Mapping[str, list[Row]]:
    codes = [row["code"] for row in sets]
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["set"] not in codes:
            said = _("Không có bộ tiêu chí “%(code)s” trong %(file)s.") % {"code": row["set"], "file": SETS}
            notes.add(row, "set", said + suggest(row["set"], codes))
        found[row["set"]].append(row)
    return found


def _read_set(
    row: Row, criteria: Sequence[Row], groups: Sequence[Row], thresholds: Sequence[Row], levels: Sequence[str],
    known: Known | None, questions: Mapping[str, Sequence[Question] | None], notes: Notes,
) -> CriteriaSetRow:  # fmt: skip
    code, level = notes.code(row), notes.one_of(row, "level", levels)
    title_vi, title_en = read_both(row, "title", notes)
    source_vi, source_en = read_both(row, "source", notes)
    first, last = notes.day(row, "from"), notes.day(row, "to")
    if first is not None and last is not None and first > last:
        notes.add(row, "to", _("Ngày kết thúc trước ngày bắt đầu."))
    wanted = notes.whole_number(row, "criteria", 1, MOST_CRITERIA)
    if wanted != len(criteria):
        said = _("Bộ ghi %(wanted)d tiêu chí nhưng %(file)s có %(count)d.")
        notes.add(row, "criteria", said % {"wanted": wanted, "file": CRITERIA, "count": len(criteria)})
    check_unique(criteria, "code", notes, {}, {})
    check_unique(groups, "code", notes, {}, {})
    read_groups = tuple(Group(notes.code(one), *notes.names(one)) for one in groups)
    values = _read_thresholds(thresholds, criteria, read_groups, notes)
    return CriteriaSetRow(
        code, title_vi, title_en, level, first, last, source_vi, source_en, read_groups,
        tuple(_read_criterion(one, level, values[one["code"]], read_groups, known, notes) for one in criteria),
        row["form"], read_answers(row, questions, WORDS, notes),
        parts_in_set=notes.whole_number(row, "parts", 1, criteria_parts.MOST_PARTS) if row["parts"] else None,
    )  # fmt: skip


def _read_criterion(
    row: Row, level: str, thresholds: Mapping[str, Decimal], groups: Sequence[Group], known: Known | None, notes: Notes
) -> SetCriterion:
    name_vi, name_en = notes.names(row, 300)
    test = notes.one_of(row, "test", TESTS, default=BY_HAND)
    if test == BY_HAND:
        if row["formula"] or thresholds:
            said = _("Tiêu chí xác nhận tay (test = hand) không có công thức và ngưỡng.")
            notes.add(row, "formula" if row["formula"] else "test", said)
    else:
        check_formula_of(row, "formula", level, known, notes)
        without = [group.code for group in groups if group.code not in thresholds]
        if "" not in thresholds and (without or not groups):
            said = _("Thiếu ngưỡng trong %(file)s cho nhóm: %(groups)s.")
            notes.add(row, "test", said % {"file": THRESHOLDS, "groups": ", ".join(without) or "–"})
    return SetCriterion(
        notes.code(row), name_vi, name_en, test, row["formula"], notes.text(row, "unit", 40), tuple(thresholds.items())
    )


def _read_thresholds(
    rows: Sequence[Row], criteria: Sequence[Row], groups: Sequence[Group], notes: Notes
) -> Mapping[str, dict[str, Decimal]]:
    """By criterion, then by group; '' for all groups without one of their own."""
    codes, group_codes = [row["code"] for row in criteria], [group.code for group in groups]
    found: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for row in rows:
        if row["criterion"] not in codes:
            said = _("Bộ không có tiêu chí “%(code)s”.") % {"code": row["criterion"]}
            notes.add(row, "criterion", said + suggest(row["criterion"], codes))
        if row["group"] and row["group"] not in group_codes:
            said = _("Bộ không có nhóm “%(code)s”.") % {"code": row["group"]}
            notes.add(row, "group", said + suggest(row["group"], group_codes), allowed=", ".join(group_codes))
        if row["group"] in found[row["criterion"]]:
            notes.add(row, "group", _("Tiêu chí này đã có ngưỡng cho nhóm này ở dòng trên."))
        value = read_decimal(row, "value", notes)
        if value is not None:
            found[row["criterion"]][row["group"]] = value
    return found


def _check_spoken(
    row: Row, criteria: Sequence[Row], thresholds: Sequence[Row], new: CriteriaSetRow, old: SpokenSet, notes: Notes
) -> None:
    """What days gone by were judged by stays as it was; names, sources, the order and further groups may change."""
    why = _(
        "Bộ này đã có xác nhận hoặc kết quả được ghi; đổi chỗ này thì những ngày đã qua bị xét lại. "
        "Hãy giữ như cũ, và ghi thay đổi thành một bộ mới có mã khác, có ngày bắt đầu và kết thúc riêng."
    )
    if new.level != old.level:
        notes.add(row, "level", why, allowed=old.level)
    if new.from_day is not None and new.from_day > old.first:
        notes.add(row, "from", why, allowed=_("đến ngày %(day)s hoặc sớm hơn") % {"day": old.first})
    if new.to_day is not None and new.to_day < old.last:
        notes.add(row, "to", why, allowed=_("từ ngày %(day)s hoặc muộn hơn") % {"day": old.last})
    groups = {one.code for one in new.groups}
    for group in old.groups:
        if group.code not in groups:
            notes.add(row, "code", _("Thiếu nhóm “%(code)s”.") % {"code": group.code} + " " + why)
    now = {one.code: (one, at) for one, at in zip(new.criteria, criteria, strict=True)}
    before = {one.code: one for one in old.criteria}
    for code in [one for one in before if one not in now]:
        notes.add(row, "criteria", _("Thiếu tiêu chí “%(code)s”.") % {"code": code} + " " + why)
    for code, (one, at) in now.items():
        if code not in before:
            notes.add(at, "code", why)
        else:
            own = [threshold for threshold in thresholds if threshold["criterion"] == code]
            _check_spoken_criterion(at, own, one, before[code], why, notes)


def _check_spoken_criterion(
    row: Row, thresholds: Sequence[Row], new: SetCriterion, old: SetCriterion, why: str, notes: Notes
) -> None:
    for column, value, kept in (("test", new.test, old.test), ("formula", new.formula, old.formula)):
        if value != kept:
            notes.add(row, column, why, allowed=kept)
    values, kept_values = dict(new.thresholds), dict(old.thresholds)
    for threshold in thresholds:
        group = threshold["group"]
        if group in values and values[group] != kept_values.get(group):
            notes.add(threshold, "value", why, allowed=format(kept_values[group], "f") if group in kept_values else "")
    written = {threshold["group"] for threshold in thresholds}
    for group in [one for one in kept_values if one not in written]:
        said = _("Thiếu ngưỡng %(value)s của nhóm “%(group)s” trong %(file)s.")
        told = said % {"value": format(kept_values[group], "f"), "group": group or "–", "file": THRESHOLDS}
        notes.add(row, "code", f"{told} {why}")
