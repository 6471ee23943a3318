"""A round as a whole: opened for a period, its figures read again, what is complete reviewed, closed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from caunoi import events
from caunoi.accounts.models import User
from caunoi.assessments.actions.recording import record_classes
from caunoi.assessments.errors import (
    CapBroken,
    CompleteChanged,
    NothingToRate,
    PointsRefused,
    RatingNotAllowed,
    RatingOpened,
    RatingUnknown,
    RoundChanged,
    RoundClosed,
    RoundUnfinished,
)
from caunoi.assessments.events import RatingsClosed
from caunoi.assessments.figures import Answers, ask_figures, ask_on_time
from caunoi.assessments.models import Rating, RatingRound
from caunoi.assessments.permissions import may_run, may_take
from caunoi.assessments.queries import get_sheet, read_sheet_of
from caunoi.assessments.rules.classes import Breach, find_breaches, fingerprint
from caunoi.assessments.rules.life import RatingState, RatingStep
from caunoi.assessments.rules.scoring import (
    Line,
    apply_figure,
    compute_total,
    find_class,
    read_lines,
    write_lines,
)
from caunoi.assessments.rules.sheet import Sheet, read_sheet, write_sheet
from caunoi.audit.actions import write_line
from caunoi.audit.clock import current_number, lock_clock
from caunoi.bulk_rows import insert_rows
from caunoi.languages import in_reader_language
from caunoi.moments import local_date
from caunoi.periods.rules import Days, Period
from caunoi.places.queries import get_snapshot

NAMED = 5


@transaction.atomic
def open_round(*, series: str, org_unit_id: int, period: Period, by: User, at: datetime) -> RatingRound:
    """For every unit of the sheet's level under the unit on the period's last day. `period` has the sheet's type and
    cut-off."""
    days, places = period.days, get_snapshot()
    if not may_run(by, org_unit_id, local_date(at)):
        raise RatingNotAllowed(_("người duyệt của đơn vị mở đợt"))
    kept = get_sheet(series, days.last)
    if kept.run_by != places.units[org_unit_id].level or (period.type, period.cut_off) != (
        kept.period_type,
        kept.cut_off,
    ):
        raise PointsRefused(_("Bảng chấm này do cấp khác mở, hoặc chấm cho loại kỳ khác. Hãy chọn lại đơn vị và kỳ."))
    if days.first > local_date(at):
        raise PointsRefused(_("Kỳ này chưa bắt đầu. Hãy chọn kỳ đã qua hoặc đang diễn ra."))
    # Two officers opening the same period at once: the second waits here and is told.
    lock_clock()
    sheet = read_sheet(kept.content)
    if RatingRound.objects.filter(series=series, org_unit_id=org_unit_id, period_key=period.key).exists():
        raise RatingOpened(_("Đợt chấm của kỳ này đã được mở. Hãy mở nó trong danh sách."))
    units = places.at_level(org_unit_id, kept.level, days.last)
    if not units:
        raise NothingToRate(places.name_on(org_unit_id, days.last))
    round_ = RatingRound.objects.create(
        sheet_code=kept.code, series=series, sheet=write_sheet(sheet), org_unit_id=org_unit_id,
        period_type=period.type, period_key=period.key, cut_off=period.cut_off, day_from=days.first,
        day_to=days.last, as_known=current_number(), opened_at=at, opened_by_name=str(by),
        due_on=None if sheet.due_days is None else days.last + timedelta(days=sheet.due_days),
    )  # fmt: skip
    answers = _ask(round_, sheet, units)
    ratings = []
    for unit in units:
        lines = _apply(sheet, [Line(one.code) for one in sheet.criteria], unit, answers)
        rating = Rating(round=round_, org_unit_id=unit, day_from=days.first, day_to=days.last)
        set_lines(rating, sheet, lines)
        ratings.append(rating)
    insert_rows(ratings)
    detail = {"sheet": kept.code, "period": period.key, "unit": places.units[org_unit_id].key, "units": len(units)}
    write_line("rating.open", round_.subject, detail, by=by.actor, at=at)
    return round_


@transaction.atomic
def refresh_figures(*, round_id: int, by: User, at: datetime) -> int:
    """Reads the figures again; returns how many ratings changed. Points by hand stay."""
    round_ = lock_round(round_id)
    _check_runs(round_, by, at)
    changed = _refresh(round_, read_sheet_of(round_), list(round_.ratings.order_by("pk")))
    write_line("rating.refresh", round_.subject, {"changed": changed}, by=by.actor, at=at)
    return changed


def list_complete(round_: RatingRound, ratings: Iterable[Rating], by: User, on: date) -> list[Rating]:
    """Those of the round's ratings that wait for this reviewer with none of their lines without points; those that
    the reviewer sent are left to somebody else."""
    runner, day = round_.org_unit_id, round_.day_to
    return [
        one
        for one in ratings
        if one.state in (RatingState.OPEN, RatingState.SENT)
        and one.total is not None
        and one.sent_by_id != by.pk
        and may_take(RatingStep.REVIEW, user=by, unit=one.org_unit_id, runner=runner, day=day, on=on)
    ]


@transaction.atomic
def review_complete(*, round_id: int, counted: int, by: User, at: datetime) -> int:
    """Agrees to every complete rating below the reviewer as it stands; returns how many. `counted`: as many as the
    reviewer was told of. Raises CompleteChanged where there are more or fewer by now."""
    round_ = lock_round(round_id)
    done = list_complete(round_, round_.ratings.order_by("pk"), by, local_date(at))
    if len(done) != counted:
        raise CompleteChanged(len(done))
    for rating in done:
        rating.state, rating.reviewed_at, rating.reviewed_by_name = RatingState.REVIEWED.value, at, str(by)
    with connection.cursor() as cursor:
        moment = connection.ops.adapt_datetimefield_value(at)
        cursor.executemany(
            "UPDATE assessments_rating SET state = %s, reviewed_at = %s, reviewed_by_name = %s WHERE id = %s",
            [(one.state, moment, one.reviewed_by_name, one.pk) for one in done],
        )
    write_line("rating.review-complete", round_.subject, {"units": len(done)}, by=by.actor, at=at)
    return len(done)


def close_round(*, round_id: int, seen: str, exception_reason: str, by: User, at: datetime) -> RatingRound:
    """`seen`: the fingerprint of the simulation that was looked at. Classes never change again, except by the answer to
    an appeal. Caps may be left behind only as far as the sheet's exceptions go, with a recorded reason.

    Raises RoundChanged where the figures give something else by now. Those are kept, so that the page shows them and
    the next try can close: the refusal comes after their transaction, not within it.
    """
    closed = _close(round_id=round_id, seen=seen, exception_reason=exception_reason, by=by, at=at)
    if closed is None:
        raise RoundChanged()
    return closed


@transaction.atomic
def _close(*, round_id: int, seen: str, exception_reason: str, by: User, at: datetime) -> RatingRound | None:
    """None: something else was seen, and the figures have been read again."""
    # Two officers closing at once: the second waits for this lock and then finds the round closed.
    round_ = lock_round(round_id)
    _check_runs(round_, by, at)
    sheet = read_sheet_of(round_)
    ratings = [one for one in round_.ratings.order_by("pk") if one.state != RatingState.LEFT_OUT]
    changed = _refresh(round_, sheet, ratings)
    if seen != fingerprint_of(ratings):
        write_line("rating.refresh", round_.subject, {"changed": changed}, by=by.actor, at=at)
        return None
    _check_finished(round_, ratings)
    check_caps(sheet, [one.class_code for one in ratings], exception_reason)
    round_.closed_at, round_.closed_by_name, round_.exception_reason = at, str(by), exception_reason.strip()
    if sheet.appeal_days is not None:
        round_.appeal_until = local_date(at) + timedelta(days=sheet.appeal_days)
    round_.save()
    round_.ratings.exclude(state=RatingState.LEFT_OUT).update(state=RatingState.CLOSED)
    record_classes(round_, sheet, ratings, by=by.actor, at=at)
    counted = {band.code: sum(one.class_code == band.code for one in ratings) for band in sheet.bands}
    detail = {"classes": counted, "as_known": round_.as_known, "exception": round_.exception_reason}
    write_line("rating.close", round_.subject, detail, by=by.actor, at=at)
    events.announce(RatingsClosed(round_.pk, at))
    return round_


# -- shared with the steps of one rating ------------------------------------------------------------------------------


def lock_round(round_id: int, *, closed: bool = False) -> RatingRound:
    """The round, and nobody changes any of its ratings meanwhile. `closed`: as the step needs it to be."""
    found = RatingRound.objects.select_for_update().filter(pk=round_id).first()
    if found is None:
        raise RatingUnknown()
    if found.closed_at is not None and not closed:
        raise RoundClosed(found.closed_by_name, found.closed_at)
    return found


def set_lines(rating: Rating, sheet: Sheet, lines: Sequence[Line]) -> None:
    """The rating's lines, and with them its total and class."""
    rating.lines = write_lines(lines)
    rating.total = compute_total(lines)
    rating.class_code = find_class(sheet.bands, rating.total)


def check_caps(sheet: Sheet, codes: Sequence[str], reason: str) -> None:
    """Raises CapBroken; which class a unit gets is for people to say."""
    breaches = find_breaches(sheet.caps, codes)
    hopeless = [breach for breach in breaches if not breach.may_be_excepted]
    if hopeless:
        said = " ".join(describe_breach(sheet, breach) for breach in hopeless)
        raise CapBroken(said + " " + _("Hãy xem xét lại điểm của hội đồng; phần mềm không tự hạ loại đơn vị nào."))
    if breaches and not reason.strip():
        said = " ".join(describe_breach(sheet, breach) for breach in breaches)
        raise CapBroken(said + " " + _("Hãy ghi lý do ngoại lệ rồi chốt."))


def describe_breach(sheet: Sheet, breach: Breach) -> str:
    names = {band.code: in_reader_language(band.name_vi, band.name_en) for band in sheet.bands}
    return _(
        "Loại “%(name)s” có %(units)d đơn vị, nhiều hơn mức trần %(allowed)d"
        " (%(percent)s%% của %(of)d đơn vị loại %(classes)s)."
    ) % {
        "name": names[breach.cap.class_code],
        "units": breach.units,
        "allowed": breach.allowed,
        "percent": format(breach.cap.most_percent, "f"),
        "of": breach.of_units,
        "classes": ", ".join(f"“{names[code]}”" for code in breach.cap.of),
    }


def fingerprint_of(ratings: Sequence[Rating]) -> str:
    """Of all ratings that get a class."""
    taken = [one for one in ratings if one.state != RatingState.LEFT_OUT]
    return fingerprint((one.org_unit_id, one.total, one.class_code) for one in taken)


# -- inside -----------------------------------------------------------------------------------------------------------


def _check_runs(round_: RatingRound, by: User, at: datetime) -> None:
    if not may_run(by, round_.org_unit_id, local_date(at)):
        raise RatingNotAllowed(_("người duyệt của đơn vị mở đợt"))


def _ask(round_: RatingRound, sheet: Sheet, units: Sequence[int]) -> Answers:
    days = Days(round_.day_from, round_.day_to)
    figures = ask_figures(
        (one.formula for one in sheet.criteria), place=round_.org_unit_id, level=sheet.level, days=days,
        boundaries=round_.day_to, cut_off=round_.cut_off, as_known=round_.as_known,
    )  # fmt: skip
    return {**figures, **ask_on_time(sheet.criteria, units, days, round_.as_known)}


def _apply(sheet: Sheet, lines: Sequence[Line], unit: int, answers: Answers) -> list[Line]:
    return [
        apply_figure(criterion, line, answers.get((unit, criterion.question)))
        for criterion, line in zip(sheet.criteria, lines, strict=True)
    ]


def _refresh(round_: RatingRound, sheet: Sheet, ratings: Sequence[Rating]) -> int:
    """Also on the given rows. A line that a figure scores now keeps what was typed, which no longer counts."""
    round_.as_known = current_number()
    answers = _ask(round_, sheet, [one.org_unit_id for one in ratings])
    changed = []
    for rating in ratings:
        before = rating.lines
        set_lines(rating, sheet, _apply(sheet, read_lines(before), rating.org_unit_id, answers))
        if rating.lines != before:
            changed.append(rating)
    total = Rating._meta.get_field("total")
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE assessments_rating SET lines = %s, total = %s, class_code = %s WHERE id = %s",
            [
                (json.dumps(one.lines), total.get_db_prep_save(one.total, connection), one.class_code, one.pk)
                for one in changed
            ],
        )
    round_.save(update_fields=["as_known"])
    return len(changed)


def _check_finished(round_: RatingRound, ratings: Sequence[Rating]) -> None:
    waiting = [one for one in ratings if one.state != RatingState.REVIEWED or not one.class_code]
    if not ratings or waiting:
        places = get_snapshot()
        names = ", ".join(places.path_name(one.org_unit_id, round_.day_to) for one in waiting[:NAMED])
        raise RoundUnfinished(
            _(
                "Còn %(count)d đơn vị chưa thẩm định xong hoặc còn dòng chưa có điểm: %(names)s."
                " Hãy thẩm định, hoặc đưa đơn vị ra khỏi đợt kèm lý do."
            )
            % {"count": len(waiting), "names": names + ("…" if len(waiting) > NAMED else "")}
        )
