"""The same figures on the boundaries of two days, side by side: which units became which, and that totals are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from caunoi.accounts.scope import Scope
from caunoi.facts.access import Reach, ask_as
from caunoi.facts.models import Kind
from caunoi.facts.rules.question import Figure, Question, figure_json, text_of
from caunoi.languages import in_reader_language
from caunoi.periods.rules import Days
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot

ADDITIVE = (Kind.FLOW, Kind.STOCK, Kind.UNITS)


@dataclass(frozen=True)
class Side:
    """Figures of some units on one day's boundaries. `total`: their sum; None where they cannot be added or one of
    them is out of the reader's reach. Units without a value count nothing; if none has one, there is no total."""

    figures: tuple[Figure, ...]
    total: Decimal | None


@dataclass(frozen=True)
class Pair:
    """Units of the one day and of the other that are made of each other; one code and one stretch of days."""

    code: str
    first: date
    last: date
    left: Side
    right: Side

    @property
    def sample(self) -> Figure | None:
        """Any of the figures, for the name and unit all share."""
        return next(iter([*self.left.figures, *self.right.figures]), None)

    @property
    def difference(self) -> Decimal | None:
        if self.left.total is None or self.right.total is None:
            return None
        return self.right.total - self.left.total


@dataclass(frozen=True)
class SideBySide:
    """`pairs`: the units of the asked level, in the order of the left ones; `totals`: the whole place, the same way."""

    question: Question
    other_day: date
    pairs: tuple[Pair, ...]
    totals: tuple[Pair, ...]

    @property
    def is_kept(self) -> bool | None:
        """Whether every total that can be told is the same on both boundaries; None if none can be told."""
        differences = [pair.difference for pair in self.totals if pair.difference is not None]
        return all(difference == 0 for difference in differences) if differences else None


def compare_boundaries(question: Question, other_day: date, scope: Scope) -> SideBySide:
    """`question.boundaries` on the left. On the right the place is what stands for it on `other_day`: several units
    where it was made of several. Refuses what `ask_as` refuses."""
    places = get_snapshot(question.as_known)
    root = places.by_key[question.place].id
    roots = {
        day: [places.units[mapped.unit].key for mapped in places.map_unit(root, day)]
        for day in (question.boundaries, other_day)
    }
    sides = {
        day: [figure for key in keys for figure in ask_as(replace(question, place=key, boundaries=day), scope)]
        for day, keys in roots.items()
    }
    wholes = sides
    if question.level is not None:
        whole = replace(question, level=None)
        wholes = {
            day: [figure for key in keys for figure in ask_as(replace(whole, place=key, boundaries=day), scope)]
            for day, keys in roots.items()
        }
    left, right = question.boundaries, other_day
    reaches = tuple(Reach(Days(question.first, question.last), day, scope) for day in (left, right))
    everything = [(roots[left], roots[right])]
    groups = everything
    if question.level is not None:
        keys = [list(dict.fromkeys(figure.place for figure in sides[day])) for day in (left, right)]
        groups = _connect(keys[0], keys[1], left, right, places)
    return SideBySide(
        question,
        other_day,
        _pair(question, sides[left], sides[right], groups, reaches) if question.level is not None else (),
        _pair(question, wholes[left], wholes[right], everything, reaches),
    )


def _connect(
    left: Sequence[str], right: Sequence[str], left_day: date, right_day: date, places: PlaceSnapshot
) -> list[tuple[list[str], list[str]]]:
    """Units that stand for each other, forward or backward, however many times over."""
    group: dict[tuple[bool, str], int] = {}
    members: dict[int, list[tuple[bool, str]]] = {}
    for number, node in enumerate([*((False, key) for key in left), *((True, key) for key in right)]):
        group[node], members[number] = number, [node]

    def join(one: tuple[bool, str], other: tuple[bool, str]) -> None:
        kept, gone = sorted((group[one], group[other]))
        if kept != gone:
            for node in members.pop(gone):
                group[node] = kept
                members[kept].append(node)

    for is_right, keys, day in ((False, left, right_day), (True, right, left_day)):
        for key in keys:
            for mapped in places.map_unit(places.by_key[key].id, day):
                other = (not is_right, places.units[mapped.unit].key)
                if other in group:
                    join((is_right, key), other)
    order = {node: number for number, node in enumerate(group)}
    return [
        ([k for is_right, k in nodes if not is_right], [k for is_right, k in nodes if is_right])
        for nodes in (sorted(several, key=order.__getitem__) for _number, several in sorted(members.items()))
    ]


def _pair(
    question: Question,
    left: Sequence[Figure],
    right: Sequence[Figure],
    groups: Sequence[tuple[Sequence[str], Sequence[str]]],
    reaches: tuple[Reach, ...],
) -> tuple[Pair, ...]:
    by_cell: list[dict[tuple[str, str, date], Figure]] = [
        {(f.code, f.place, f.first): f for f in s} for s in (left, right)
    ]
    slices = list(dict.fromkeys((f.first, f.last) for f in [*left, *right]))
    return tuple(
        Pair(
            code,
            first,
            last,
            *(
                _side([cells[code, key, first] for key in keys if (code, key, first) in cells], reach)
                for cells, keys, reach in zip(by_cell, group, reaches, strict=True)
            ),
        )
        for code in question.codes
        for group in groups
        for first, last in slices
    )


def _side(figures: list[Figure], reach: Reach) -> Side:
    veiled = not all(reach.sees(figure.place) for figure in figures)
    values = [figure.value for figure in figures if figure.value is not None]
    adds = all(figure.kind in ADDITIVE for figure in figures) or len(figures) == 1
    total = sum(values, Decimal(0)) if values and adds and not veiled else None
    return Side(tuple(figures), total)


def comparison_json(compared: SideBySide) -> dict[str, Any]:
    def pair(one: Pair) -> dict[str, Any]:
        return {
            "code": one.code,
            "from": one.first.isoformat(),
            "to": one.last.isoformat(),
            "left": [figure_json(figure) for figure in one.left.figures],
            "right": [figure_json(figure) for figure in one.right.figures],
            "left_total": text_of(one.left.total),
            "right_total": text_of(one.right.total),
            "difference": text_of(one.difference),
        }

    return {
        "boundaries": compared.question.boundaries.isoformat(),
        "compared_boundaries": compared.other_day.isoformat(),
        "totals_kept": compared.is_kept,
        "totals": [pair(one) for one in compared.totals],
        "pairs": [pair(one) for one in compared.pairs],
    }


def comparison_rows(compared: SideBySide) -> list[list[str]]:
    """Header and a row for each pair, all as text."""
    days = [f"{day:%d/%m/%Y}" for day in (compared.question.boundaries, compared.other_day)]
    header = [_("Mã chỉ tiêu"), _("Chỉ tiêu"), _("Từ ngày"), _("Đến ngày")]
    header += [
        _("Địa bàn ngày %s") % days[0],
        _("Giá trị"),
        _("Địa bàn ngày %s") % days[1],
        _("Giá trị"),
        _("Chênh lệch"),
    ]
    return [header, *(_row(pair) for pair in [*compared.totals, *compared.pairs])]


def _row(pair: Pair) -> list[str]:
    name = in_reader_language(pair.sample.name_vi, pair.sample.name_en) if pair.sample else pair.code
    cells = [pair.code, name, pair.first.isoformat(), pair.last.isoformat()]
    for side in (pair.left, pair.right):
        cells += ["; ".join(figure.place_name for figure in side.figures), text_of(side.total) or ""]
    return [*cells, text_of(pair.difference) or ""]
