"""The same report of every unit of a level below a place, one by one; begun again, it goes on where it stopped."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.scope import EVERYTHING, Scope
from caunoi.audit.actions import write_line
from caunoi.audit.clock import current_number
from caunoi.audit.rules import Actor
from caunoi.facts.access import check_may_see
from caunoi.facts.rules.question import Question
from caunoi.periods.rules import Days
from caunoi.places.queries import get_snapshot
from caunoi.reports.actions.making import make_report
from caunoi.reports.errors import BatchTooLarge, NoUnitsBelow, ReportEmpty
from caunoi.reports.in_use import find_in_use
from caunoi.reports.models import BatchUnit, ReportBatch, ReportRun
from caunoi.reports.queries import find_same_run

Outcome = Literal["made", "kept", "empty"]
# A batch that stopped is taken up again when the same is asked; an older one has the books of its day.
TAKEN_UP_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Made:
    """`kept`: there already, from a run that was stopped or as a report of its own. `empty`: not one figure; `why` says
    what to do."""

    unit: int
    name: str
    outcome: Outcome
    run: ReportRun | None = None
    why: str = ""


def list_units_below(place: int, level: str, boundaries: date) -> list[int]:
    """In reading order. Raises NoUnitsBelow."""
    places = get_snapshot()
    units = [unit for unit in places.at_level(place, level, boundaries) if unit != place]
    if not units:
        raise NoUnitsBelow(
            _("Ngày %(day)s %(place)s không có đơn vị nào ở cấp này để lập báo cáo. Hãy chọn cấp khác.")
            % {"day": boundaries.strftime("%d/%m/%Y"), "place": places.name_on(place, boundaries)}
        )
    return units


def start_batch(
    *,
    template_code: str,
    place: int,
    level: str,
    days: Days,
    boundaries: date,
    by: Actor,
    at: datetime,
    scope: Scope = EVERYTHING,
    afresh: bool = False,
    most: int | None = None,
    body: str = "",
) -> ReportBatch:
    """The batch to make, nothing of it made yet; or the same one of this actor, where nothing has been posted since or
    it was begun within a day and is not finished. `afresh`: another one in any case.

    Refuses a place out of reach, a level without units, and more than `most` of them.
    """
    find_in_use(template_code, place, boundaries, get_snapshot(), body)  # refused before anything is kept
    known = current_number()
    key = get_snapshot().units[place].key
    check_may_see(Question((), key, days.first, days.last, boundaries, known), scope)
    units = list_units_below(place, level, boundaries)
    if most is not None and len(units) > most:
        raise BatchTooLarge(
            _(
                "Có %(count)d đơn vị, nhiều hơn %(most)d báo cáo một đợt. Hãy chọn đơn vị hẹp hơn, hoặc nhờ người vận"
                " hành máy chủ lập bằng lệnh caunoi report --each-below."
            )
            % {"count": len(units), "most": most}
        )
    with transaction.atomic():
        same = None if afresh else _find_same(template_code, body, place, level, days, boundaries, known, by, at)
        if same is not None:
            return same
        batch = ReportBatch.objects.create(
            template_code=template_code, body=body, org_unit_id=place, level=level, day_from=days.first,
            day_to=days.last, boundaries=boundaries, as_known=known, made_by_id=by.user_id, made_by_name=by.name,
            made_at=at,
        )  # fmt: skip
        BatchUnit.objects.bulk_create(
            BatchUnit(batch=batch, org_unit_id=unit, position=number) for number, unit in enumerate(units, 1)
        )
        detail = {
            "template": template_code, "org_unit": place, "level": level, "from": days.first.isoformat(),
            "to": days.last.isoformat(), "boundaries": boundaries.isoformat(), "as_known": known, "units": len(units),
            **({"body": body} if body else {}),
        }  # fmt: skip
        write_line("report.batch", batch.subject, detail, by=by, at=at)
    return batch


def _find_same(
    template_code: str,
    body: str,
    place: int,
    level: str,
    days: Days,
    boundaries: date,
    known: int,
    by: Actor,
    at: datetime,
) -> ReportBatch | None:
    last = ReportBatch.objects.filter(
        template_code=template_code, org_unit_id=place, level=level, day_from=days.first, day_to=days.last,
        boundaries=boundaries, made_by_id=by.user_id, body=body,
    ).first()  # fmt: skip
    if last is None or last.as_known == known:
        return last
    stopped = last.units.filter(run=None, why="").exists()
    return last if stopped and at - last.made_at < TAKEN_UP_FOR else None


class _MadeMeanwhile(Exception):
    """Somebody pressed the button twice: the other run was first with this unit."""


def make_batch(
    batch: ReportBatch, *, by: Actor, clock: Callable[[], datetime], scope: Scope = EVERYTHING
) -> Generator[Made, None, None]:
    """Every unit of the batch in its order. One report at a time, each in its own transaction: who stops in between
    loses none that was made.

    Raises at once what would be refused for every unit (a template with mistakes, a place out of reach).
    """
    places = get_snapshot()
    days = Days(batch.day_from, batch.day_to)
    for pk in list(batch.units.values_list("pk", flat=True)):
        row = BatchUnit.objects.select_related("run").get(pk=pk)  # as it stands now: another run may be at work
        if row.run is None and not row.why:
            outcome = _make(row, batch, days, by=by, at=clock(), scope=scope)
        else:
            outcome = "empty" if row.run is None else "kept"
        _give_memory_back()
        name = places.distinct_name_on(row.org_unit_id, batch.boundaries)
        yield Made(row.org_unit_id, name, outcome, row.run, row.why)


def _give_memory_back() -> None:
    """What a report was put together from lies in pieces all over the heap: those of a hundred take 40 MB that the next
    ones could use."""
    gc.collect()
    # Of the C library that most servers have; another one has none of these pieces.
    if (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:
        trim(0)


def _make(row: BatchUnit, batch: ReportBatch, days: Days, *, by: Actor, at: datetime, scope: Scope) -> Outcome:
    """`row` tells afterwards what came of it."""
    waiting = BatchUnit.objects.filter(pk=row.pk, run=None, why="")

    def keep(run: ReportRun) -> None:
        if not waiting.update(run=run):
            raise _MadeMeanwhile

    standing = find_same_run(
        batch.template_code,
        row.org_unit_id,
        days,
        batch.boundaries,
        by.user_id,
        as_known=batch.as_known,
        body=batch.body,
    )
    if standing is not None:
        waiting.update(run=standing)
        row.run = standing
        return "kept"
    try:
        made = make_report(
            template_code=batch.template_code, place=row.org_unit_id, first=days.first, last=days.last,
            boundaries=batch.boundaries, by=by, at=at, scope=scope, as_known=batch.as_known, kept_with=keep,
            body=batch.body,
        )  # fmt: skip
    except ReportEmpty as refused:
        row.why = refused.sentence
        waiting.update(why=row.why)
        return "empty"
    except _MadeMeanwhile:
        row.refresh_from_db()
        return "kept"
    row.run = made.run
    return "made"
