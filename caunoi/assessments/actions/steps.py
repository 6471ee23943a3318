"""The steps of one rating: the unit's own points, the level above beside them, the council, an appeal, its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi import events
from caunoi.accounts.models import User
from caunoi.assessments.actions.recording import record_classes
from caunoi.assessments.actions.rounds import check_caps, lock_round, set_lines
from caunoi.assessments.errors import (
    AppealTooLate,
    OwnRating,
    PointsRefused,
    RatingNotAllowed,
    RatingStepNotPossible,
    RatingUnknown,
    ReasonMissing,
    RoundChanged,
)
from caunoi.assessments.events import RatingReturned
from caunoi.assessments.models import Rating
from caunoi.assessments.permissions import PERMISSIONS, Where, may_take
from caunoi.assessments.queries import read_sheet_of
from caunoi.assessments.rules.life import FINAL, NEEDS_REASON, RatingState, RatingStep, find_next
from caunoi.assessments.rules.scoring import POINTS_DECIMALS, Line, fingerprint_lines, list_unscored, read_lines
from caunoi.assessments.rules.sheet import Criterion, Sheet
from caunoi.audit.actions import write_line
from caunoi.languages import in_reader_language, show_number
from caunoi.moments import local_date
from caunoi.vietnamese_text import clean


@dataclass(frozen=True)
class Typed:
    """What came in for one line: points (None: left empty) with their evidence or reason."""

    points: Decimal | None
    text: str = ""


Points = Mapping[str, Typed]
"""By criterion; lines that aren't named stay as they are."""


@transaction.atomic
def score_rating(
    *, rating_id: int, points: Points, send: bool, by: User, at: datetime, seen: str | None = None
) -> Rating:
    """The unit's own points; evidence is needed for any. Sent, nothing may be left open."""
    rating, sheet = begin_step(rating_id, RatingStep.SEND if send else RatingStep.SCORE, by, at, seen=seen)
    lines = _lay(sheet, rating, points, _put_own)
    unscored = list_unscored(sheet, lines)
    if send and unscored:
        raise refuse_line(unscored[0], _("chưa có điểm tự chấm."))
    set_lines(rating, sheet, lines)
    if send:
        rating.sent_at, rating.sent_by_name, rating.sent_by_id = at, str(by), by.pk
    return _end(rating, RatingStep.SEND if send else RatingStep.SCORE, by, at)


@transaction.atomic
def return_rating(*, rating_id: int, reason: str, by: User, at: datetime) -> Rating:
    """What the review and the council had said of the lines goes: it would outrank the points that the unit gives now.
    It stands in the audit line."""
    rating, sheet = begin_step(rating_id, RatingStep.RETURN, by, at, reason=reason)
    rating.reason = reason.strip()
    returned = _end(rating, RatingStep.RETURN, by, at, reason, taken_back=_take_back(rating, sheet))
    events.announce(RatingReturned(rating.pk, rating.org_unit_id, rating.sent_by_id, rating.reason, at))
    return returned


@transaction.atomic
def review_rating(*, rating_id: int, points: Points, by: User, at: datetime, seen: str | None = None) -> Rating:
    """Points left empty agree with the unit's own; others need a reason beside them."""
    rating, sheet = begin_step(rating_id, RatingStep.REVIEW, by, at, seen=seen)
    if rating.sent_by_id == by.pk:
        raise OwnRating()
    lines = _lay(sheet, rating, points, _put_review)
    if unscored := list_unscored(sheet, lines):
        raise refuse_line(unscored[0], _("chưa có điểm."))
    set_lines(rating, sheet, lines)
    rating.reviewed_at, rating.reviewed_by_name = at, str(by)
    return _end(rating, RatingStep.REVIEW, by, at)


@transaction.atomic
def decide_rating(*, rating_id: int, points: Points, by: User, at: datetime, seen: str | None = None) -> Rating:
    """The council's points; left empty: those of the review."""
    rating, sheet = begin_step(rating_id, RatingStep.DECIDE, by, at, seen=seen)
    set_lines(rating, sheet, _lay(sheet, rating, points, _put_council))
    return _end(rating, RatingStep.DECIDE, by, at)


@transaction.atomic
def leave_out(*, rating_id: int, reason: str, by: User, at: datetime) -> Rating:
    """Not rated this time: a unit that began last week, or ended."""
    rating, _sheet = begin_step(rating_id, RatingStep.LEAVE_OUT, by, at, reason=reason)
    rating.reason = reason.strip()
    return _end(rating, RatingStep.LEAVE_OUT, by, at, reason)


@transaction.atomic
def take_in(*, rating_id: int, by: User, at: datetime) -> Rating:
    """Begins again with the unit's own points, as one that was returned."""
    rating, sheet = begin_step(rating_id, RatingStep.TAKE_IN, by, at)
    rating.reason = ""
    return _end(rating, RatingStep.TAKE_IN, by, at, taken_back=_take_back(rating, sheet))


@transaction.atomic
def appeal_rating(*, rating_id: int, appeal: str, by: User, at: datetime) -> Rating:
    """Raises AppealTooLate."""
    rating, _sheet = begin_step(rating_id, RatingStep.APPEAL, by, at, reason=appeal)
    last = rating.round.appeal_until
    if last is not None and local_date(at) > last:
        raise AppealTooLate(last)
    rating.appeal, rating.appealed_at, rating.appealed_by_name = appeal.strip(), at, str(by)
    return _end(rating, RatingStep.APPEAL, by, at, appeal)


@transaction.atomic
def answer_appeal(
    *, rating_id: int, answer: str, points: Points, by: User, at: datetime, seen: str | None = None
) -> Rating:
    """With other points where the unit is right: the answer is their reason, and that of leaving a cap behind."""
    rating, sheet = begin_step(rating_id, RatingStep.ANSWER, by, at, reason=answer, seen=seen)
    reasoned = {code: Typed(one.points, one.text or answer) for code, one in points.items()}
    if reasoned:
        before = rating.class_code
        set_lines(rating, sheet, _lay(sheet, rating, reasoned, _put_council))
        others = Rating.objects.filter(round_id=rating.round_id, state__in=sorted(FINAL)).exclude(pk=rating.pk)
        if rating.class_code != before:
            check_caps(sheet, [*others.values_list("class_code", flat=True), rating.class_code], answer)
            record_classes(rating.round, sheet, [rating], by=by.actor, at=at)
    rating.answer, rating.answered_at, rating.answered_by_name = answer.strip(), at, str(by)
    return _end(rating, RatingStep.ANSWER, by, at, answer)


# -- inside -----------------------------------------------------------------------------------------------------------


def begin_step(
    rating_id: int, step: RatingStep, by: User, at: datetime, *, reason: str = "…", seen: str | None = None
) -> tuple[Rating, Sheet]:
    """The rating, which nobody else changes until the transaction ends, once the step may be taken. `seen`: the
    fingerprint of the lines that were looked at, if somebody looked."""
    round_id = Rating.objects.filter(pk=rating_id).values_list("round_id", flat=True).first()
    if round_id is None:
        raise RatingUnknown()
    round_ = lock_round(round_id, closed=step in (RatingStep.APPEAL, RatingStep.ANSWER))
    rating = Rating.objects.get(pk=rating_id)
    rating.round = round_
    unit, runner = rating.org_unit_id, round_.org_unit_id
    if not may_take(step, user=by, unit=unit, runner=runner, day=rating.day_to, on=local_date(at)):
        raise RatingNotAllowed(_who(step))
    if find_next(RatingState(rating.state), step) is None:
        raise RatingStepNotPossible(RatingState(rating.state), step)
    if seen is not None and seen != fingerprint_lines(read_lines(rating.lines)):
        raise RoundChanged(of_one=True)
    if step in NEEDS_REASON and not reason.strip():
        raise ReasonMissing()
    return rating, read_sheet_of(round_)


def _who(step: RatingStep) -> str:
    return {
        Where.UNIT: _("người ghi, người sửa hoặc người duyệt của đơn vị được chấm"),
        Where.ABOVE: _("người duyệt của cấp trên trực tiếp"),
        Where.RUNNER: _("người duyệt của đơn vị mở đợt"),
    }[PERMISSIONS[step][1]]


def _take_back(rating: Rating, sheet: Sheet) -> dict[str, Any]:
    """Leaves the figures and the unit's own points; what was on the lines beside them, by criterion."""
    lines = read_lines(rating.lines)
    taken = {
        line.code: {
            name: kept[name]
            for name in ("review_points", "review_reason", "council_points", "council_reason")
            if name in kept
        }
        for line, kept in zip(lines, rating.lines, strict=True)
    }
    own = [
        replace(line, review_points=None, review_reason="", council_points=None, council_reason="") for line in lines
    ]
    set_lines(rating, sheet, own)
    return {code: said for code, said in taken.items() if said}


def _end(
    rating: Rating, step: RatingStep, by: User, at: datetime, reason: str = "", **further: dict[str, Any]
) -> Rating:
    """`further`: of this step, for the audit line; left out where it is empty."""
    old = RatingState(rating.state)
    new = find_next(old, step)
    assert new is not None, "looked up when the step began"
    rating.state = new
    rating.save()
    detail = {
        "unit": rating.org_unit.key, "old": old.value, "new": new.value,
        "points": {line.code: format(line.points, "f") for line in read_lines(rating.lines) if line.points is not None},
        "class": rating.class_code, "reason": reason.strip(),
        **{name: said for name, said in further.items() if said},
    }  # fmt: skip
    write_line(f"rating.{step.value.replace('_', '-')}", rating.subject, detail, by=by.actor, at=at)
    return rating


def _lay(sheet: Sheet, rating: Rating, points: Points, put: Callable[[Criterion, Line, Typed], Line]) -> list[Line]:
    """The lines with what came in for each, once it may stand there."""
    found = []
    for line in read_lines(rating.lines):
        given, criterion = points.get(line.code), sheet.criterion(line.code)
        if given is not None:
            _check_points(criterion, line, given)
            line = put(criterion, line, given)
        found.append(line)
    return found


def _put_own(criterion: Criterion, line: Line, given: Typed) -> Line:
    if given.points and not given.text.strip():
        raise refuse_line(criterion, _("cần ghi minh chứng cho số điểm tự chấm."))
    return replace(line, self_points=given.points, evidence=clean(given.text))


def _put_review(criterion: Criterion, line: Line, given: Typed) -> Line:
    # Where the unit said nothing, there is nobody to be told why.
    said = _beside(line.self_points, given, needs_reason=line.self_points is not None)
    if said is None:
        raise refuse_line(criterion, _("điểm thẩm định khác điểm tự chấm nên cần ghi lý do."))
    return replace(line, review_points=said.points, review_reason=said.text)


def _put_council(criterion: Criterion, line: Line, given: Typed) -> Line:
    said = _beside(line.before_council, given, needs_reason=True)
    if said is None:
        raise refuse_line(criterion, _("điểm hội đồng khác điểm thẩm định nên cần ghi lý do."))
    return replace(line, council_points=said.points, council_reason=said.text)


def _beside(before: Decimal | None, given: Typed, *, needs_reason: bool) -> Typed | None:
    """What stands beside the points before: nothing where they are the same; None where a reason is missing."""
    if given.points is None or given.points == before:
        return Typed(None)
    if needs_reason and not given.text.strip():
        return None
    return Typed(given.points, clean(given.text))


def _check_points(criterion: Criterion, line: Line, given: Typed) -> None:
    if line.by_rule:
        raise refuse_line(criterion, _("điểm tính từ số liệu. Nếu số liệu sai, hãy sửa bản ghi làm nên số đó."))
    points = given.points
    if points is None:
        return
    # In this order: what is no number cannot be compared, and what is out of bounds may be too long to round.
    within = points.is_finite() and 0 <= points <= criterion.most
    if not within or points != round(points, POINTS_DECIMALS):
        raise refuse_line(
            criterion,
            _("điểm từ 0 đến %(most)s, nhiều nhất 2 chữ số thập phân.") % {"most": show_number(criterion.most)},
        )


def refuse_line(criterion: Criterion, what: str) -> PointsRefused:
    return PointsRefused(f"“{in_reader_language(criterion.name_vi, criterion.name_en)}”: {what}")
