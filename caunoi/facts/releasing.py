"""Making and withdrawing releases. A release is prepared first, looked at, and then made as it was seen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.audit.actions import write_line
from caunoi.audit.clock import current_number, lock_clock
from caunoi.audit.rules import Actor
from caunoi.facts.errors import ReleaseRefused
from caunoi.facts.models import Disaggregation, Release
from caunoi.facts.queries import get_catalogue
from caunoi.facts.release import shown_in
from caunoi.facts.release_tables import (
    REST,
    CellKey,
    PartsExceed,
    System,
    TableRule,
    Wanted,
    build_system,
    list_units,
)
from caunoi.facts.rules.question import text_of
from caunoi.facts.rules.suppression import Known, Suppression, choose_suppression
from caunoi.languages import in_reader_language
from caunoi.periods.rules import Days, PeriodType, list_periods, period_of
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot

SUPPRESSED = "…"
"""Stands in a table for a suppressed cell; null: nothing was reported."""
MOST_CELLS = 10_000
MOST_SAID = 5

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Draft:
    """What would be published. `small` and `others`: how many cells are suppressed, and why; `known`: by the moment as
    of which it was prepared; `after`: number of the release before it, 0 for none."""

    wanted: Wanted
    place_name: str
    tables: list[dict[str, Any]]
    small: int
    others: int
    withheld: bool
    cells: int
    after: int


def list_disaggregations() -> list[Disaggregation]:
    return list(Disaggregation.objects.all())


def prepare_release(
    *,
    place: str,
    first: date,
    last: date,
    codes: Sequence[str] = (),
    boundaries: Sequence[date] = (),
    as_known: int | None = None,
    progress: Progress | None = None,
) -> Draft:
    """`place`: a unit's key; `codes`: of disaggregations, all without any; `boundaries`: days, without any the last.

    Raises ReleaseRefused with what to do.
    """
    known = current_number() if as_known is None else min(as_known, current_number())
    wanted = _want(place, first, last, tuple(codes), tuple(dict.fromkeys(boundaries)) or (last,), known)
    places = get_snapshot(known)
    before = Release.objects.order_by("id").last()
    earlier = _list_related(wanted)
    try:
        system = build_system([*(_as_wanted(release) for release in earlier), wanted])
    except PartsExceed as wrong:
        raise ReleaseRefused(_say_wrong_parts(wrong, places)) from wrong
    cells = system.cells[-1]
    if not cells:
        raise ReleaseRefused(_("Chưa có số liệu đã duyệt nào trong kỳ này, nên chưa có gì để công bố."))
    chosen = choose_suppression(system.unknowns, cells, _list_known(earlier, system), progress)
    if chosen is None:
        raise ReleaseRefused(
            _(
                "Các bảng đã công bố trước đây cùng với bảng này sẽ làm lộ nhóm nhỏ, dù che cả bảng. Hãy công bố ít cấp"
                " hơn hoặc kỳ khác."
            )
        )
    root = places.by_key[place].id
    return Draft(
        wanted=wanted,
        place_name=places.path_name(root, wanted.boundaries[-1]),
        tables=[
            _make_table(wanted, table, rule, day, system, chosen, places)
            for table, rule in enumerate(wanted.rules)
            for day in wanted.boundaries
        ],
        small=len(chosen.small),
        others=len(chosen.others),
        withheld=chosen.withheld,
        cells=len(cells),
        after=0 if before is None else before.pk,
    )


def make_release(draft: Draft, *, by: Actor, at: datetime) -> Release:
    """Publishes what was prepared. Raises ReleaseRefused if another release was made since: it may have to be protected
    together with that one."""
    with transaction.atomic():
        # Two officers who release at the same moment would each be protected against all but the other.
        lock_clock()
        newest = Release.objects.order_by("id").last()
        if (0 if newest is None else newest.pk) != draft.after:
            raise ReleaseRefused(_("Vừa có bảng khác được công bố. Hãy xem trước lại rồi công bố."))
        wanted = draft.wanted
        release = Release.objects.create(
            place=wanted.place,
            place_name=draft.place_name,
            first=wanted.days.first,
            last=wanted.days.last,
            boundaries=[day.isoformat() for day in wanted.boundaries],
            as_known=wanted.as_known,
            rules=[asdict(rule) for rule in wanted.rules],
            tables=draft.tables,
            sha256=hash_tables(draft.tables),
            reasons={"cells": draft.cells, "small": draft.small, "others": draft.others},
            withheld=draft.withheld,
            made_by_id=by.user_id,
            made_by_name=by.name,
            made_at=at,
        )
        detail = {
            "place": wanted.place,
            "from": wanted.days.first.isoformat(),
            "to": wanted.days.last.isoformat(),
            "tables": [rule.code for rule in wanted.rules],
            "as_known": wanted.as_known,
            "suppressed": draft.small + draft.others,
            "sha256": release.sha256,
        }
        write_line("release.make", f"release:{release.pk}", detail, by=by, at=at)
    return release


def withdraw_release(release: Release, *, because: str, by: Actor, at: datetime) -> Release:
    """It is offered no more. What it published stays known, and later releases are protected against it."""
    if not because.strip():
        raise ReleaseRefused(_("Hãy ghi lý do rút bảng công bố."))
    with transaction.atomic():
        # Two officers may withdraw at once: the first one's reason stays.
        found = Release.objects.select_for_update().get(pk=release.pk)
        if found.withdrawn_at is not None:
            raise ReleaseRefused(_("Bảng công bố này đã được rút."))
        found.withdrawn_at, found.withdrawn_by_id, found.withdrawn_by_name = at, by.user_id, by.name
        found.withdrawn_because = because.strip()
        found.save(update_fields=["withdrawn_at", "withdrawn_by_id", "withdrawn_by_name", "withdrawn_because"])
        write_line("release.withdraw", f"release:{found.pk}", {"because": found.withdrawn_because}, by=by, at=at)
    return found


def hash_tables(tables: Sequence[dict[str, Any]]) -> str:
    return hashlib.sha256(json.dumps(tables, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


# -- What is wanted ---------------------------------------------------------------------------------------------------


def _want(
    place: str, first: date, last: date, codes: tuple[str, ...], boundaries: tuple[date, ...], known: int
) -> Wanted:
    known_codes = {one.code: one for one in list_disaggregations()}
    if not known_codes:
        raise ReleaseRefused(_("Chưa có gói nào khai bảng công bố (disaggregations.csv)."))
    for code in codes:
        if code not in known_codes:
            raise ReleaseRefused(
                _("Không có bảng “%(code)s”. Các bảng: %(codes)s.")
                % {"code": code, "codes": ", ".join(sorted(known_codes))}
            )
    if first > last:
        raise ReleaseRefused(_("Kỳ công bố bị ngược: ngày đầu sau ngày cuối."))
    rules = tuple(_as_rule(known_codes[code]) for code in dict.fromkeys(codes or sorted(known_codes)))
    for rule in rules:
        _check_whole_periods(rule, Days(first, last), known_codes[rule.code])
    places = get_snapshot(known)
    unit = places.by_key.get(place)
    size = 0
    for day in boundaries:
        if unit is None or not unit.exists_on(day):
            raise ReleaseRefused(
                _("Đơn vị không tồn tại vào ngày %(day)s. Hãy chọn ngày ranh giới khác.") % {"day": f"{day:%d/%m/%Y}"}
            )
    wanted = Wanted(place, Days(first, last), boundaries, known, rules)
    for rule in rules:
        periods = len(list_periods(wanted.days, rule.period_type))
        size += sum(len(list_units(wanted, rule, day, places)) for day in boundaries) * periods * len(rule.columns)
    if size > MOST_CELLS:
        raise ReleaseRefused(
            _(
                "Bảng này có %(size)d ô, nhiều hơn %(most)d ô bảo vệ được một lần. "
                "Hãy chọn đơn vị nhỏ hơn hoặc kỳ ngắn hơn."
            )
            % {"size": size, "most": MOST_CELLS}
        )
    return wanted


def _as_rule(found: Disaggregation) -> TableRule:
    return TableRule(
        code=found.code, whole=found.whole, parts=tuple(found.parts), rest=bool(found.rest_vi),
        levels=tuple(found.levels), period_type=cast(PeriodType, found.period_type), threshold=found.threshold,
        hides_zeros=found.hides_zeros,
    )  # fmt: skip


def _check_whole_periods(rule: TableRule, days: Days, found: Disaggregation) -> None:
    """No custom days: tables of days that overlap in part are differences of each other."""
    opening = period_of(days.first, rule.period_type).days.first
    closing = period_of(days.last, rule.period_type).days.last
    if (opening, closing) != (days.first, days.last):
        raise ReleaseRefused(
            _("Bảng “%(title)s” chỉ công bố theo kỳ trọn. Kỳ trọn gần nhất: từ %(first)s đến %(last)s.")
            % {
                "title": in_reader_language(found.title_vi, found.title_en),
                "first": f"{opening:%d/%m/%Y}",
                "last": f"{closing:%d/%m/%Y}",
            }
        )


def _as_wanted(release: Release) -> Wanted:
    rules = tuple(
        TableRule(**{**rule, "parts": tuple(rule["parts"]), "levels": tuple(rule["levels"])}) for rule in release.rules
    )
    boundaries = tuple(date.fromisoformat(day) for day in release.boundaries)
    return Wanted(release.place, Days(release.first, release.last), boundaries, release.as_known, rules)


def _list_related(wanted: Wanted) -> list[Release]:
    """Releases, withdrawn ones too, that have a data element in common with this one, or with one that has."""
    codes = {code for rule in wanted.rules for code in rule.codes}
    left = list(Release.objects.order_by("id"))
    found: list[Release] = []
    while near := [release for release in left if shown_in(release) & codes]:
        found += near
        codes |= {code for release in near for code in shown_in(release)}
        left = [release for release in left if release not in near]
    return sorted(found, key=lambda release: release.pk)


def _list_known(earlier: Sequence[Release], system: System) -> list[Known]:
    known = list(system.links)
    for release, wanted, cells in zip(earlier, map(_as_wanted, earlier), system.cells, strict=False):
        published = _read_published(release, wanted)
        for key, cell in cells.items():
            least = 0 if release.withheld else cell.least(system.unknowns)
            known.append(Known(cell, key in published, least))
    return known


def _read_published(release: Release, wanted: Wanted) -> set[CellKey]:
    places = get_snapshot(release.as_known)
    found: set[CellKey] = set()
    days = [(table, day) for table in range(len(wanted.rules)) for day in wanted.boundaries]
    for (number, day), table in zip(days, release.tables, strict=True):
        for unit, row in zip(table["rows"], table["cells"], strict=True):
            for period, values in zip(table["periods"], row, strict=True):
                for column, value in zip(table["columns"], values, strict=True):
                    if value != SUPPRESSED:
                        first = date.fromisoformat(period["first"])
                        found.add(CellKey(number, day, places.by_key[unit["key"]].id, first, column["code"]))
    return found


def _say_wrong_parts(wrong: PartsExceed, places: PlaceSnapshot) -> str:
    where = "; ".join(
        f"{places.path_name(key.unit, key.boundaries)} ({key.first:%d/%m/%Y})" for key in wrong.keys[:MOST_SAID]
    )
    said = (
        _("Các phần của bảng “%(code)s” lớn hơn tổng ở: %(where)s.")
        if wrong.rule.rest
        else _("Các phần của bảng “%(code)s” không cộng đúng bằng tổng ở: %(where)s.")
    )
    return said % {"code": wrong.rule.code, "where": where} + " " + _("Hãy đính chính số liệu rồi công bố.")


# -- The document -----------------------------------------------------------------------------------------------------


def _make_table(
    wanted: Wanted,
    table: int,
    rule: TableRule,
    boundaries: date,
    system: System,
    chosen: Suppression[CellKey],
    places: PlaceSnapshot,
) -> dict[str, Any]:
    """What stands for ever; plain values. `cells`: by row, period and column; texts of exact numbers."""
    found = Disaggregation.objects.get(code=rule.code)
    elements = get_catalogue(wanted.as_known).elements
    columns = [
        {"code": code, "name_vi": elements[code].name_vi, "name_en": elements[code].name_en} for code in rule.codes
    ]
    if rule.rest:
        columns.append({"code": REST, "name_vi": found.rest_vi, "name_en": found.rest_en})
    periods = list_periods(wanted.days, rule.period_type)
    units = list_units(wanted, rule, boundaries, places)
    values = system.values[-1]

    def show(unit: int, first: date, column: str) -> str | None:
        key = CellKey(table, boundaries, unit, first, column)
        if values.get(key) is None:
            return None
        return SUPPRESSED if chosen.hides(key) else text_of(values[key])

    return {
        "code": rule.code,
        "title_vi": found.title_vi,
        "title_en": found.title_en,
        "unit": elements[rule.whole].unit,
        "boundaries": boundaries.isoformat(),
        "threshold": rule.threshold,
        "hides_zeros": rule.hides_zeros,
        "period_type": rule.period_type,
        "columns": columns,
        "periods": [
            {"key": one.key, "first": one.days.first.isoformat(), "last": one.days.last.isoformat()} for one in periods
        ],
        "rows": [
            {
                "key": places.units[unit].key,
                "code": places.code_on(unit, boundaries),
                "name": places.distinct_name_on(unit, boundaries),
                "level": places.units[unit].level,
            }
            for unit in units
        ],
        "cells": [
            [[show(unit, one.days.first, column) for column in rule.columns] for one in periods] for unit in units
        ],
    }
