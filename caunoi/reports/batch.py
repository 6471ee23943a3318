"""The same report of every unit of a level below a place, one by one; done again, it goes on where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from django.utils.translation import gettext as _

from caunoi.accounts.scope import EVERYTHING, Scope
from caunoi.audit.rules import Actor
from caunoi.periods.rules import Days
from caunoi.places.queries import get_snapshot
from caunoi.reports.actions import make_report
from caunoi.reports.errors import NoUnitsBelow, ReportEmpty
from caunoi.reports.models import ReportRun
from caunoi.reports.queries import find_same_run

Outcome = Literal["made", "kept", "empty"]


@dataclass(frozen=True)
class Made:
    """`kept`: the same question was answered before and nothing has been posted since. `empty`: not one figure; `why`
    says what to do."""

    unit: int
    name: str
    outcome: Outcome
    run: ReportRun | None = None
    why: str = ""


def list_units_below(place: int, level: str, boundaries: date) -> list[int]:
    """In the order of their names. Raises NoUnitsBelow."""
    places = get_snapshot()
    units = [unit for unit in places.at_level(place, level, boundaries) if unit != place]
    if not units:
        raise NoUnitsBelow(
            _("Ngày %(day)s %(place)s không có đơn vị nào ở cấp này để lập báo cáo. Hãy chọn cấp khác.")
            % {"day": boundaries.strftime("%d/%m/%Y"), "place": places.name_on(place, boundaries)}
        )
    return units


def make_each(
    units: list[int],
    *,
    template_code: str,
    days: Days,
    boundaries: date,
    by: Actor,
    clock: Callable[[], datetime],
    scope: Scope = EVERYTHING,
) -> Iterator[Made]:
    """One report at a time, each in its own transaction: who stops in between loses none that was made.

    Raises at once what would be refused for every unit (a template with mistakes, a place out of reach).
    """
    places = get_snapshot()
    for unit in units:
        name = places.distinct_name_on(unit, boundaries)
        same = find_same_run(template_code, unit, days, boundaries, by.user_id)
        if same is not None:
            yield Made(unit, name, "kept", same)
            continue
        try:
            made = make_report(
                template_code=template_code, place=unit, first=days.first, last=days.last, boundaries=boundaries,
                by=by, at=clock(), scope=scope,
            )  # fmt: skip
        except ReportEmpty as refused:
            yield Made(unit, name, "empty", why=refused.sentence)
        else:
            yield Made(unit, name, "made", made.run)
