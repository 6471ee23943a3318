"""criteria_sets/levels.csv: how many criteria met make which level of a set, by group of communes, with days and a
legal source of their own; which level of another set has to be reached as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _

from caunoi.assessments.rules.criteria import Group
from caunoi.assessments.rules.filling import LEVEL
from caunoi.assessments.rules.levels import SetLevel
from caunoi.forms.rules.questions import Question
from caunoi.packs.rules.ratings import read_both
from caunoi.packs.rules.tables import Notes, Row, suggest

COLUMNS = ("set", "code", "name_vi", "name_en", "least", "source_vi", "source_en")
OPTIONAL = ("group", "requires", "from", "to")
ALWAYS = (date.min, date.max)


def read_levels_of(rows: Sequence[Row], groups: Sequence[Group], criteria: int, notes: Notes) -> tuple[SetLevel, ...]:
    """`rows`: of one set. `criteria`: how many the set has."""
    found = tuple(_read_level(row, groups, criteria, notes) for row in rows)
    for at, (row, later) in enumerate(zip(rows, found, strict=True)):
        for first_row, earlier in zip(rows[:at], found[:at], strict=True):
            _check_apart(row, later, first_row, earlier, notes)
    return found


def _read_level(row: Row, groups: Sequence[Group], criteria: int, notes: Notes) -> SetLevel:
    known = [group.code for group in groups]
    if row["group"] and row["group"] not in known:
        said = _("Bộ không có nhóm “%(code)s”.") % {"code": row["group"]}
        notes.add(row, "group", said + suggest(row["group"], known), allowed=", ".join(known))
    first, last = notes.day(row, "from"), notes.day(row, "to")
    if first is not None and last is not None and first > last:
        notes.add(row, "to", _("Ngày kết thúc trước ngày bắt đầu."))
    of, colon, level = row["requires"].partition(":")
    if row["requires"] and not (of and colon and level):
        notes.add(row, "requires", _("Viết mã bộ, dấu hai chấm, mã mức."), allowed="ntm_co_ban_2021:dat_chuan")
    name_vi, name_en = notes.names(row)
    source_vi, source_en = read_both(row, "source", notes)
    return SetLevel(
        notes.code(row), name_vi, name_en, notes.whole_number(row, "least", 1, max(criteria, 1)), row["group"],
        (of, level) if colon else None, first, last, source_vi, source_en,
    )  # fmt: skip


def _check_apart(row: Row, later: SetLevel, first_row: Row, earlier: SetLevel, notes: Notes) -> None:
    """On one day a group has a level once, and no two levels for as many criteria."""
    if later.group != earlier.group or not _days_meet(later, earlier):
        return
    if later.code == earlier.code:
        said = _("Mức này đã ghi ở dòng %(row)d cho cùng nhóm và cùng thời gian.")
        notes.add(row, "code", said % {"row": first_row.number})
    elif later.least == earlier.least:
        said = _("Cùng số tiêu chí với mức ở dòng %(row)d nên không biết mức nào cao hơn.")
        notes.add(row, "least", said % {"row": first_row.number})


def _days_meet(one: SetLevel, other: SetLevel) -> bool:
    first, last = ALWAYS
    return (one.first or first) <= (other.last or last) and (other.first or first) <= (one.last or last)


def check_required(rows: Mapping[str, Sequence[Row]], levels: Mapping[str, Sequence[SetLevel]], notes: Notes) -> None:
    """By set. What a level requires is a level of another set of the pack, and no set waits for itself in the end."""
    needs = {code: {one.requires[0] for one in several if one.requires} for code, several in levels.items()}
    for code, several in levels.items():
        for row, one in zip(rows[code], several, strict=True):
            if one.requires is None:
                continue
            of, level = one.requires
            offered = [f"{name}:{other.code}" for name, those in levels.items() if name != code for other in those]
            if f"{of}:{level}" not in offered:
                said = _("Không có mức này ở một bộ khác trong gói.") + suggest(row["requires"], offered)
                notes.add(row, "requires", said, allowed=", ".join(offered))
            elif code in _reach(of, needs):
                notes.add(row, "requires", _("Hai bộ chờ lẫn nhau nên không xã nào đạt được mức này."))


def _reach(start: str, needs: Mapping[str, set[str]]) -> set[str]:
    """All sets that one waits for, directly or not."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for one in needs.get(waiting.pop(), set()) - found:
            found.add(one)
            waiting.append(one)
    return found


def check_recorded(
    set_row: Row, levels: Sequence[SetLevel], answers: Mapping[str, str], asked: Sequence[Question] | None, notes: Notes
) -> None:
    """A question that is answered with the level has a choice for each, and for none."""
    if asked is None:
        return
    choices = {question.name: [choice.name for choice in question.choices] for question in asked}
    for name, word in answers.items():
        kind, _colon, none = word.partition(":")
        if kind != LEVEL or name not in choices:
            continue
        wanted = dict.fromkeys([*(one.code for one in levels), none])
        if missing := [code for code in wanted if code not in choices[name]]:
            said = _("Câu hỏi “%(name)s” không có lựa chọn cho các mức: %(codes)s.")
            told = said % {"name": name, "codes": ", ".join(missing)}
            notes.add(set_row, "answers", told, allowed=", ".join(choices[name]))


def check_standing(
    set_row: Row, rows: Sequence[Row], new: Sequence[SetLevel], old: Sequence[SetLevel], today: date, notes: Notes
) -> None:
    """What days gone by were told stays: rows keep their conditions, one ends today at the earliest, and a new one
    begins today or later. A set that told no level may be given its levels from the beginning."""
    if not old:
        return
    why = _(
        "Bộ này đã có xác nhận hoặc kết quả được ghi; đổi chỗ này thì mức của những ngày đã qua bị xét lại. "
        "Hãy giữ dòng cũ, ghi ngày cuối của nó ở cột to, và ghi thay đổi thành một dòng mới bắt đầu từ hôm nay."
    )
    before = {(one.code, one.group, one.first): one for one in old}
    for row, one in zip(rows, new, strict=True):
        kept = before.pop((one.code, one.group, one.first), None)
        if kept is None:
            if one.first is None or one.first < today:
                notes.add(row, "from", why, allowed=_("từ ngày %(day)s") % {"day": f"{today:%d/%m/%Y}"})
            continue
        if one.least != kept.least:
            notes.add(row, "least", why, allowed=str(kept.least))
        if one.requires != kept.requires:
            notes.add(row, "requires", why, allowed=":".join(kept.requires or ()))
        if one.last != kept.last and any(last is not None and last < today for last in (one.last, kept.last)):
            notes.add(row, "to", why, allowed=kept.last.isoformat() if kept.last else "")
    for code, _group, _first in before:
        notes.add(set_row, "code", _("Thiếu mức “%(code)s”.") % {"code": code} + " " + why)
