"""assignments.csv: who owes which form for which period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from django.utils.translation import gettext as _

from caunoi.forms.rules.assignments import AssignmentRow, find_overlap
from caunoi.forms.rules.questions import PERIOD_QUESTION, Question, find_event_question
from caunoi.packs.rules.tables import Notes, Row, suggest
from caunoi.packs.rules.words import EVENT, LEVELS, PERIOD_TYPES, USUAL_CUT_OFF
from caunoi.periods.rules import CutOff

FILE = "assignments.csv"
COLUMNS = (
    "form", "level", "period_type", "cut_off", "due_days", "approval", "self_approval", "covers", "from", "to",
)  # fmt: skip
# Packs made before these columns existed load as they are.
OPTIONAL = ("closes_days", "locks_days")
NO_APPROVAL = "none"

# The questions of each form; None for a form that can't be read, which is said elsewhere.
Forms = Mapping[str, Sequence[Question] | None]


def read_assignments(
    rows: Sequence[Row], levels: Sequence[str], forms: Forms, notes: Notes, *, cut_off: CutOff = USUAL_CUT_OFF
) -> dict[str, tuple[AssignmentRow, ...]]:
    """By form code; every form of the pack is there, also one without assignments. `cut_off`: of periods whose row
    names none."""
    found: dict[str, list[tuple[Row, AssignmentRow]]] = {form: [] for form in forms}
    events = {row["form"] for row in rows if row["period_type"] == EVENT}
    for row in rows:
        form = row["form"]
        if form not in forms:
            message = _("Gói không có biểu mẫu “%(form)s”.") % {"form": form} if form else _("Chưa ghi biểu mẫu.")
            notes.add(row, "form", message + suggest(form, forms), allowed=", ".join(sorted(forms)))
        read = _read(row, levels, cut_off, notes)
        _check_covers(row, read, forms, events, notes)
        if form in forms:
            found[form].append((row, read))
            if (questions := forms[form]) is not None:
                _check_questions(row, read, questions, notes)
    for form, several in found.items():
        _check_overlap(form, several, notes)
    return {form: tuple(read for _row, read in several) for form, several in found.items()}


def _read(row: Row, levels: Sequence[str], usual: CutOff, notes: Notes) -> AssignmentRow:
    period_kind = notes.one_of(row, "period_type", PERIOD_TYPES)
    level = notes.one_of(row, "level", levels)
    approval = _read_approval(row, level if level in levels else "", levels, notes)
    cut_off = notes.one_of(row, "cut_off", ("1", "15"), default="1" if period_kind == EVENT else str(usual))
    first, last = notes.day(row, "from"), notes.day(row, "to")
    if first is not None and last is not None and first > last:
        notes.add(row, "to", _("Ngày kết thúc trước ngày bắt đầu."))
        last = None
    due_days = notes.whole_number(row, "due_days", 0, 366)
    return AssignmentRow(
        level=level,
        period_kind=period_kind,
        cut_off=15 if cut_off == "15" else 1,
        due_days=due_days,
        approval_level=approval[0] if approval else "",
        further_levels=tuple(approval[1:]),
        closes_days=_read_days(row, "closes_days", period_kind, due_days, notes),
        locks_days=_read_days(row, "locks_days", period_kind, due_days, notes),
        self_approval_allowed=notes.one_of(row, "self_approval", ("forbidden", "allowed"), default="forbidden")
        == "allowed",
        covers=row.values("covers"),
        from_day=first,
        to_day=last,
    )


def _read_approval(row: Row, level: str, levels: Sequence[str], notes: Notes) -> list[str]:
    """Levels that decide in turn; empty for none. A unit's record is decided at its own level or above, going up.

    `level` blank: unknown, nothing is compared with it.
    """
    values = row.values("approval")
    if len(values) < 2:
        only = notes.one_of(row, "approval", (*levels, NO_APPROVAL))
        return [only] if only in levels and _is_above(only, level, row, notes) else []
    for value in values:
        if value not in levels:
            message = _("Gói không có cấp “%(level)s”.") % {"level": value} + suggest(value, levels)
            notes.add(row, "approval", message, allowed=", ".join(levels))
            return []
    ranks = [LEVELS.index(value) for value in values]
    if any(later >= earlier for earlier, later in pairwise(ranks)):
        message = _("Các cấp duyệt phải đi lên dần, mỗi cấp một lần: cấp sau trên cấp trước.")
        notes.add(row, "approval", message, allowed=_("ví dụ commune;province"))
        return []
    return list(values) if _is_above(values[0], level, row, notes) else []


def _is_above(approval: str, level: str, row: Row, notes: Notes) -> bool:
    if not level or LEVELS.index(approval) <= LEVELS.index(level):
        return True
    message = _("Cấp duyệt phải là chính cấp gửi hoặc cấp trên.")
    notes.add(row, "approval", message, allowed=", ".join([*LEVELS[: LEVELS.index(level) + 1], NO_APPROVAL]))
    return False


def _read_days(row: Row, column: str, period_kind: str, due_days: int, notes: Notes) -> int | None:
    """Days after the period's last day, not before the due day; None where nothing is written."""
    if not row[column]:
        return None
    if period_kind == EVENT:
        message = _("Chỉ báo cáo theo kỳ mới có ngày đóng và ngày khóa.")
        notes.add(row, column, message)
        return None
    return notes.whole_number(row, column, due_days, 3660)


def _check_covers(row: Row, read: AssignmentRow, forms: Forms, events: set[str], notes: Notes) -> None:
    if read.covers and read.period_kind == EVENT:
        notes.add(row, "covers", _("Chỉ báo cáo theo kỳ mới bảo đảm cho biểu mẫu khác."))
    for covered in read.covers:
        if covered not in forms:
            message = _("Gói không có biểu mẫu “%(form)s”.") % {"form": covered} + suggest(covered, forms)
            notes.add(row, "covers", message, allowed=", ".join(sorted(events)))
        elif covered not in events:
            message = _("“%(form)s” không phải là biểu mẫu theo hoạt động (period_type = event).") % {"form": covered}
            notes.add(row, "covers", message, allowed=", ".join(sorted(events)))


def _check_questions(row: Row, read: AssignmentRow, questions: Sequence[Question], notes: Notes) -> None:
    """A form says which period or day it is about."""
    if read.period_kind == EVENT:
        if find_event_question(questions) is None:
            message = _("Biểu mẫu theo hoạt động phải có câu hỏi ngày, ví dụ “ngay”.")
            notes.add(row, "form", message)
    elif read.period_kind in PERIOD_TYPES and not any(
        question.name == PERIOD_QUESTION and question.type == "date" and question.repeat is None
        for question in questions
    ):
        message = _("Biểu mẫu theo kỳ phải có câu hỏi ngày tên “%(name)s”.") % {"name": PERIOD_QUESTION}
        notes.add(row, "form", message)


def _check_overlap(form: str, several: Sequence[tuple[Row, AssignmentRow]], notes: Notes) -> None:
    for number, (row, read) in enumerate(several):
        for other_row, other in several[:number]:
            if find_overlap([other, read]) is not None:
                message = _("Biểu mẫu “%(form)s” đã giao cho cấp này trong cùng những ngày ấy ở dòng %(row)d.")
                notes.add(row, "level", message % {"form": form, "row": other_row.number})
                break
