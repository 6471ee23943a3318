"""Forms that a scoring sheet rests on: where it records the classes it gives, and the reports it scores by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from caunoi.assessments.rules.sheet import Sheet
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.forms.rules.questions import PERIOD_QUESTION, Question
from caunoi.packs.rules.tables import Notes, Row, suggest
from caunoi.packs.rules.words import EVENT, PERIOD_TYPES, USUAL_CUT_OFF

# From the shortest.
_PERIODS = [kind for kind in PERIOD_TYPES if kind != EVENT]


@dataclass(frozen=True)
class Recording:
    """By form code, of this pack: what it asks (None: it can't be read), and who owes it. `cut_off`: of periods whose
    row names none."""

    questions: Mapping[str, Sequence[Question] | None]
    assignments: Mapping[str, Sequence[AssignmentRow]]
    cut_off: int = USUAL_CUT_OFF


def check_recording(row: Row, sheet: Sheet, period_type: str, cut_off: int, recording: Recording, notes: Notes) -> None:
    """The form takes each class of the sheet for each unit and period, asks nothing else, and waits for nobody."""
    if not sheet.form:
        if sheet.question:
            notes.add(row, "question", _("Ghi câu hỏi thì phải ghi cả biểu mẫu ở cột form."))
        return
    if sheet.form not in recording.questions:
        said = _("Gói không có biểu mẫu “%(form)s”.") % {"form": sheet.form}
        notes.add(row, "form", said + suggest(sheet.form, recording.questions))
        return
    _check_assignments(row, sheet, period_type, cut_off, recording.assignments.get(sheet.form, ()), notes)
    questions = recording.questions[sheet.form]
    if questions is None:
        return
    asked = {one.name: one for one in questions}
    question = asked.get(sheet.question)
    if question is None or question.type != "select_one":
        said = _("Biểu mẫu không có câu hỏi chọn một tên “%(name)s”.") % {"name": sheet.question}
        chosen = [one.name for one in questions if one.type == "select_one"]
        notes.add(row, "question", said + suggest(sheet.question, chosen), allowed=", ".join(chosen))
        return
    choices = [one.name for one in question.choices]
    missing = [band.code for band in sheet.bands if band.code not in choices]
    if missing:
        said = _("Câu hỏi này không có lựa chọn cho các loại: %(codes)s.") % {"codes": ", ".join(missing)}
        notes.add(row, "question", said, allowed=", ".join(choices))
    others = [one.name for one in questions if one.required and one.name not in (PERIOD_QUESTION, question.name)]
    if others:
        said = _("Biểu mẫu ghi kết quả xếp loại không được bắt buộc trả lời thêm: %(names)s.")
        notes.add(row, "form", said % {"names": ", ".join(others)})


def _check_assignments(
    row: Row, sheet: Sheet, period_type: str, cut_off: int, assigned: Sequence[AssignmentRow], notes: Notes
) -> None:
    mine = [one for one in assigned if one.level == sheet.level]
    if not any((one.period_kind, one.cut_off) == (period_type, cut_off) for one in mine):
        said = _(
            "assignments.csv không giao biểu mẫu này cho cấp được chấm theo đúng loại kỳ và ngày chốt của bảng chấm."
        )
        notes.add(row, "form", said)
    elif any(one.approval_level or one.closes_days is not None for one in mine):
        said = _(
            "Kết quả đã chốt không duyệt lần nữa và không hết hạn nhận: ghi approval là none, để trống closes_days."
        )
        notes.add(row, "form", said)


def check_reports(row: Row, level: str, period_type: str, recording: Recording, notes: Notes) -> None:
    """Of a criterion: forms of the pack that units of the level owe for periods no longer than the sheet's."""
    for code in row.values("reports"):
        if code not in recording.questions:
            said = _("Gói không có biểu mẫu “%(form)s”.") % {"form": code}
            notes.add(row, "reports", said + suggest(code, recording.questions), value=code)
            continue
        owed = [
            one for one in recording.assignments.get(code, ()) if one.level == level and one.period_kind in _PERIODS
        ]
        if not owed:
            said = _("assignments.csv không giao biểu mẫu này theo kỳ cho cấp được chấm.")
            notes.add(row, "reports", said, value=code)
        elif period_type in _PERIODS and all(
            _PERIODS.index(one.period_kind) > _PERIODS.index(period_type) for one in owed
        ):
            said = _("Kỳ của biểu mẫu này dài hơn kỳ của bảng chấm nên không bao giờ có báo cáo đến hạn.")
            notes.add(row, "reports", said, value=code)
