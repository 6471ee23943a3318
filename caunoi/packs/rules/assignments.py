"""assignments.csv: who owes which form for which period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from caunoi.forms.rules.assignments import AssignmentRow, find_overlap
from caunoi.forms.rules.questions import PERIOD_QUESTION, Question, find_event_question
from caunoi.packs.rules.tables import Notes, Row, suggest
from caunoi.packs.rules.words import EVENT, LEVELS, PERIOD_TYPES

FILE = "assignments.csv"
COLUMNS = (
    "form", "level", "period_type", "cut_off", "due_days", "approval", "self_approval", "covers", "from", "to",
)  # fmt: skip
NO_APPROVAL = "none"

# The questions of each form; None for a form that can't be read, which is said elsewhere.
Forms = Mapping[str, Sequence[Question] | None]


def read_assignments(
    rows: Sequence[Row], levels: Sequence[str], forms: Forms, notes: Notes
) -> dict[str, tuple[AssignmentRow, ...]]:
    """By form code; every form of the pack is there, also one without assignments."""
    found: dict[str, list[tuple[Row, AssignmentRow]]] = {form: [] for form in forms}
    events = {row["form"] for row in rows if row["period_type"] == EVENT}
    for row in rows:
        form = row["form"]
        if form not in forms:
            message = _("Gói không có biểu mẫu “%(form)s”.") % {"form": form} if form else _("Chưa ghi biểu mẫu.")
            notes.add(row, "form", message + suggest(form, forms), allowed=", ".join(sorted(forms)))
        read = _read(row, levels, notes)
        _check_covers(row, read, forms, events, notes)
        if form in forms:
            found[form].append((row, read))
            if (questions := forms[form]) is not None:
                _check_questions(row, read, questions, notes)
    for form, several in found.items():
        _check_overlap(form, several, notes)
    return {form: tuple(read for _row, read in several) for form, several in found.items()}


def _read(row: Row, levels: Sequence[str], notes: Notes) -> AssignmentRow:
    period_kind = notes.one_of(row, "period_type", PERIOD_TYPES)
    level = notes.one_of(row, "level", levels)
    approval = notes.one_of(row, "approval", (*levels, NO_APPROVAL))
    if approval in levels and level in levels and LEVELS.index(approval) > LEVELS.index(level):
        # A unit's record is decided at its own level or above.
        message = _("Cấp duyệt phải là chính cấp gửi hoặc cấp trên.")
        notes.add(row, "approval", message, allowed=", ".join([*LEVELS[: LEVELS.index(level) + 1], NO_APPROVAL]))
    cut_off = notes.one_of(row, "cut_off", ("1", "15"), default="1")
    first, last = notes.day(row, "from"), notes.day(row, "to")
    if first is not None and last is not None and first > last:
        notes.add(row, "to", _("Ngày kết thúc trước ngày bắt đầu."))
        last = None
    return AssignmentRow(
        level=level,
        period_kind=period_kind,
        cut_off=15 if cut_off == "15" else 1,
        due_days=notes.whole_number(row, "due_days", 0, 366),
        approval_level="" if approval == NO_APPROVAL else approval,
        self_approval_allowed=notes.one_of(row, "self_approval", ("forbidden", "allowed"), default="forbidden")
        == "allowed",
        covers=row.values("covers"),
        from_day=first,
        to_day=last,
    )


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
