"""Targets as files: those of a place, and one broken down to units. Numbers are exact, with a point and no grouping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from caunoi.facts.rules.question import text_of
from caunoi.periods.rules import Period
from caunoi.periods.wording import describe_period
from caunoi.places.queries import get_snapshot
from caunoi.targets.attainment import Attained, TargetColumns
from caunoi.targets.queries import Breakdown, Target


@dataclass(frozen=True)
class TargetLine:
    """A target of the place in its running period, or in the one to come. `attained`: None: none is set. `opens`:
    whether there is anybody to give parts of it to."""

    target: Target
    period: Period
    attained: Attained | None
    opens: bool


def target_headings(lines: Sequence[TargetLine]) -> list[str]:
    titles = [_("Đơn vị"), _("Mã chỉ tiêu"), _("Chỉ tiêu"), _("Đơn vị tính"), _("Kỳ"), _("Đã đạt")]
    return [*titles, *_columns_of(lines).titles]


def list_target_rows(place_name: str, lines: Sequence[TargetLine]) -> Iterator[list[str]]:
    columns = _columns_of(lines)
    for one in lines:
        target, result = one.target, one.attained.result if one.attained else None
        cells = [place_name, target.code, target.name, target.element.unit, describe_period(one.period)]
        yield [*cells, text_of(result) or "", *columns.cells(one.attained)]


def _columns_of(lines: Sequence[TargetLine]) -> TargetColumns:
    return TargetColumns([one.target.result.code for one in lines])


def part_headings(seen: Breakdown) -> list[str]:
    titles = [_("Đơn vị"), _("Mã đơn vị"), _("Kỳ"), _("Chờ duyệt"), _("Kết quả kỳ trước"), _("Đã đạt kỳ này")]
    given = _("Phần được giao") if seen.target.adds_up else _("Chỉ tiêu riêng")
    return [*titles, given, *TargetColumns([seen.target.result.code]).titles]


def list_part_rows(
    seen: Breakdown, before: Mapping[str, Decimal], attained: Mapping[str, Attained]
) -> Iterator[list[str]]:
    """The place first with what it set itself, of what adds up the whole; then its units; last what it keeps.

    What was given also counts what waits for approval, the target beside the share reached only what is approved.
    """
    places, day, columns = get_snapshot(), seen.period.days.last, TargetColumns([seen.target.result.code])

    def row(key: str, name: str, value: Decimal | None, waiting: bool) -> list[str]:
        found = attained.get(key)
        reached = None if found is None else found.result
        cells = [name, places.code_on(places.by_key[key].id, day), describe_period(seen.period)]
        cells += [_("có") if waiting else "", text_of(before.get(key)) or "", text_of(reached) or ""]
        return [*cells, text_of(value) or "", *columns.cells(found)]

    yield row(seen.place.key, seen.place_name, seen.whole, seen.own_waiting)
    for one in seen.lines:
        yield row(one.key, one.name, one.value, one.waiting)
    if seen.target.adds_up and seen.may_keep:
        kept = [_("%(name)s giữ lại") % {"name": seen.place_name}, "", describe_period(seen.period), "", "", ""]
        yield [*kept, text_of(seen.own) or "", *[""] * len(columns.titles)]
