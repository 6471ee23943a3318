"""What a release shows, cell by cell, and of which statements each cell is the sum.

The figures come from the one way to ask. The sums are put together a second time, statement by statement, because
protection has to know what two cells have in common; both must agree to the last unit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Max, QuerySet, Sum

from caunoi.accounts.scope import EVERYTHING, ids_in_sql
from caunoi.facts.closure import Closure, get_closure
from caunoi.facts.models import Book, DataElement, Kind, Posting
from caunoi.facts.queries import get_catalogue
from caunoi.facts.questions import ask
from caunoi.facts.rules.question import Question
from caunoi.facts.rules.stocks import hold
from caunoi.facts.rules.suppression import Cell, Known
from caunoi.periods.rules import Days, PeriodType, list_periods
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.snapshot import ONE, PlaceSnapshot

REST = ""
"""The column of what is left of the whole."""


@dataclass(frozen=True)
class TableRule:
    """A disaggregation as it was declared when released. `rest`: whether the parts leave something of the whole."""

    code: str
    whole: str
    parts: tuple[str, ...]
    rest: bool
    levels: tuple[str, ...]
    period_type: PeriodType
    threshold: int
    hides_zeros: bool

    @property
    def codes(self) -> tuple[str, ...]:
        return (self.whole, *self.parts)

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.codes, REST) if self.rest else self.codes


@dataclass(frozen=True)
class Wanted:
    """One release: these tables of a place, for whole periods, on the boundaries of these days, as known then."""

    place: str
    days: Days
    boundaries: tuple[date, ...]
    as_known: int
    rules: tuple[TableRule, ...]


class CellKey(NamedTuple):
    """`table`: number of the rule in its release; `unit`: its id; `first`: the period's first day."""

    table: int
    boundaries: date
    unit: int
    first: date
    column: str


Base = tuple[int, date, date, date, date]
"""Of a statement: (unit, its days, the days it is named for)."""


@dataclass
class Stated:
    """What one statement says for one element, and how many parts of it (in 1/ONE) count in which cells. The cells'
    column is left open: what says the same of the whole and of a part counts in the same cells of both."""

    amount: int
    parts: dict[CellKey, int] = field(default_factory=dict)


Statements = dict[str, dict[Base, Stated]]
"""By element and statement."""


@dataclass
class System:
    """Cells of several releases over common unknowns: a statement that did not change is the same in all of them.

    `values` None: nothing was reported. `links`: what everybody knows of wholes and parts.
    """

    unknowns: list[int] = field(default_factory=list)
    cells: list[dict[CellKey, Cell]] = field(default_factory=list)
    values: list[dict[CellKey, Decimal | None]] = field(default_factory=list)
    links: list[Known] = field(default_factory=list)


class PartsExceed(Exception):
    """The parts are more than their whole, or less although they should be all of it: no table can show that."""

    def __init__(self, rule: TableRule, keys: Sequence[CellKey]) -> None:
        super().__init__(rule.code)
        self.rule, self.keys = rule, keys


def list_units(wanted: Wanted, rule: TableRule, boundaries: date, places: PlaceSnapshot) -> list[int]:
    """From the widest level to the narrowest, each in reading order."""
    root = places.by_key[wanted.place].id
    return [unit for level in rule.levels for unit in places.at_level(root, level, boundaries)]


def build_system(releases: Sequence[Wanted]) -> System:
    """Raises PartsExceed for the last of the releases; earlier ones were built before."""
    system = System()
    for wanted in releases:
        system.values.append(_read_values(wanted))
    _add_unknowns(releases, [_read_statements(wanted) for wanted in releases], system)
    for wanted, values, cells in zip(releases, system.values, system.cells, strict=True):
        _compare(wanted, values, cells, system.unknowns)
    return system


# -- Figures ----------------------------------------------------------------------------------------------------------


def _read_values(wanted: Wanted) -> dict[CellKey, Decimal | None]:
    places = get_snapshot(wanted.as_known)
    found: dict[CellKey, Decimal | None] = {}
    for table, rule in enumerate(wanted.rules):
        for boundaries in wanted.boundaries:
            for level in rule.levels:
                question = Question(
                    rule.codes, wanted.place, wanted.days.first, wanted.days.last, boundaries, wanted.as_known,
                    level=level, by=rule.period_type,
                )  # fmt: skip
                for figure in ask(question, EVERYTHING):
                    unit = places.by_key[figure.place].id
                    found[CellKey(table, boundaries, unit, figure.first, figure.code)] = figure.value
        _add_rest(table, rule, found)
    return found


def _add_rest(table: int, rule: TableRule, values: dict[CellKey, Decimal | None]) -> None:
    wrong: list[CellKey] = []
    wholes = [key for key in values if key.table == table and key.column == rule.whole]
    for key in wholes:
        whole, parts = values[key], [values[key._replace(column=part)] for part in rule.parts]
        known = [part for part in parts if part is not None]
        rest = None if whole is None or len(known) < len(parts) else whole - sum(known, Decimal(0))
        if rest is not None and (rest < 0 or (rest and not rule.rest)):
            wrong.append(key)
        if rule.rest:
            values[key._replace(column=REST)] = rest
    if wrong:
        raise PartsExceed(rule, wrong)


# -- Statements -------------------------------------------------------------------------------------------------------


def _read_statements(wanted: Wanted) -> Statements:
    """Only what counts in some cell."""
    places = get_snapshot(wanted.as_known)
    root = places.by_key[wanted.place].id
    closures = [get_closure(places, boundaries) for boundaries in wanted.boundaries]
    under = {
        unit
        for closure in closures
        for unit in places.units
        if root in closure.shares(places.map_unit(unit, closure.day))
    }
    elements = {element.code: element for rule in wanted.rules for element in _elements_of(rule, wanted.as_known)}
    found: Statements = {code: {} for code in elements}
    for table, rule in enumerate(wanted.rules):
        targets = {closure.day: set(list_units(wanted, rule, closure.day, places)) for closure in closures}
        periods = [period.days for period in list_periods(wanted.days, rule.period_type)]
        for code in rule.codes:
            spread = _spread_stock if elements[code].kind == Kind.STOCK else _spread_flow
            for base, amount, boundaries, unit, parts, first in spread(
                elements[code], wanted.as_known, under, periods, closures
            ):
                if unit in targets[boundaries]:
                    stated = found[code].setdefault(base, Stated(amount))
                    stated.parts[CellKey(table, boundaries, unit, first, REST)] = parts
    return found


def _elements_of(rule: TableRule, as_known: int) -> list[DataElement]:
    elements = get_catalogue(as_known).elements
    return [elements[code] for code in rule.codes]


Share = tuple[Base, int, date, int, int, date]
"""(statement, its amount, boundaries, unit, parts of it that count there, first day of the period)"""


def _spread_flow(
    element: DataElement, as_known: int, under: Iterable[int], periods: Sequence[Days], closures: Sequence[Closure]
) -> Iterator[Share]:
    rows = (
        _postings(element, as_known, under)
        .values_list("org_unit_id", "day_from", "day_to", "named_from", "named_to")
        .annotate(amounts=Sum("amount"), facts=Sum("sign"))
        .filter(facts__gt=0)
    )
    for *base, amount, _facts in rows:
        unit, _first, _last, named_from, named_to = base
        for days in periods:
            if days.first <= named_from and named_to <= days.last:
                for closure in closures:
                    for ancestor, (parts, _b) in closure.shares(closure.places.map_unit(unit, closure.day)).items():
                        yield tuple(base), int(amount), closure.day, ancestor, parts, days.first


def _spread_stock(
    element: DataElement, as_known: int, under: Iterable[int], periods: Sequence[Days], closures: Sequence[Closure]
) -> Iterator[Share]:
    """Each unit's latest statement at the end of each period, with whoever holds it then."""
    rows = list(
        _postings(element, as_known, under)
        .values_list("org_unit_id", "day_to", "version_id")
        .annotate(amounts=Sum("amount"), facts=Sum("sign"), latest=Max("seq"))
        .filter(facts__gt=0)
    )
    for days in periods:
        standing: dict[int, tuple[date, int, int]] = {}
        for unit, day, _version, amount, _facts, seq in rows:
            if day <= days.last and (unit not in standing or standing[unit][:2] < (day, seq)):
                standing[unit] = (day, seq, int(amount))
        reported = frozenset() if element.register else frozenset(standing)
        for unit, (day, _seq, amount) in standing.items():
            for closure in closures:
                holding = hold(unit, reported, days.last, closure.day, closure.places)
                for ancestor, (parts, _b) in closure.shares(holding.mapped).items():
                    yield (unit, day, day, day, day), amount, closure.day, ancestor, parts, days.first


def _postings(element: DataElement, as_known: int, under: Iterable[int]) -> QuerySet[Posting]:
    return Posting.objects.filter(
        book=Book.APPROVED, data_element=element, seq__lte=as_known, org_unit__in=ids_in_sql(under)
    ).order_by()


# -- Unknowns ---------------------------------------------------------------------------------------------------------

Column = tuple[str, ...]
"""A data element's code; or the codes of a whole and its parts, for the rest."""
Counts = frozenset[tuple[CellKey, int]]
"""Where something counts, with its parts in 1/ONE."""
Group = tuple[tuple[Column, tuple[tuple[int, int, Counts], ...]], ...]
"""Of a statement, by column: (release, how often it had changed by then, where it counts)."""


class Line(NamedTuple):
    """What one statement says in one release of one column."""

    column: Column
    release: int
    amount: int
    counts: Counts


def _add_unknowns(releases: Sequence[Wanted], stated: Sequence[Statements], system: System) -> None:
    """Statements that count in the same cells of all releases are one unknown: no table tells them apart. What was
    corrected between two releases is another unknown in the later one."""
    lines: dict[Base, list[Line]] = defaultdict(list)
    links: dict[Base, list[tuple[int, TableRule]]] = defaultdict(list)
    for release, (wanted, statements) in enumerate(zip(releases, stated, strict=True)):
        for base in {base for several in statements.values() for base in several}:
            said = {code: several[base] for code, several in statements.items() if base in several}
            linked = [rule for table, rule in enumerate(wanted.rules) if _hangs_together(table, rule, said)]
            lines[base] += _list_lines(release, wanted.rules, said, linked)
            links[base] += [(release, rule) for rule in linked]
    numbers: dict[tuple[Group, Column, int], int] = {}
    terms: list[dict[CellKey, dict[int, int]]] = [defaultdict(dict) for _ in releases]
    known: dict[tuple[tuple[int, int], ...], None] = {}
    for base, several in lines.items():
        group, amounts = _group(several)
        unknown: dict[tuple[Column, int], int] = {}
        for column, stretches in group:
            for release, change, counts in stretches:
                number = numbers.setdefault((group, column, change), len(numbers))
                if number == len(system.unknowns):
                    system.unknowns.append(0)
                unknown[column, release] = number
                for key, parts in counts:
                    terms[release][key][number] = parts
        for number, amount in {unknown[one]: amounts[one] for one in unknown}.items():
            system.unknowns[number] += amount
        for release, rule in links[base]:
            right = [unknown[(part,), release] for part in rule.parts]
            if rule.rest:
                right.append(unknown[rule.codes, release])
            known[(unknown[(rule.whole,), release], ONE), *((number, -ONE) for number in right)] = None
    for wanted, values, found in zip(releases, system.values, terms, strict=True):
        given = [key for key, value in values.items() if value is not None]
        system.cells.append({key: _make_cell(wanted.rules[key.table], found[key]) for key in given})
        known |= dict.fromkeys(_list_sums(wanted, system.cells[-1]))
    system.links = [Known(Cell(link, 0), True) for link in known]


def _list_sums(wanted: Wanted, cells: Mapping[CellKey, Cell]) -> Iterator[tuple[tuple[int, int], ...]]:
    """Where the parts are all of the whole, everybody knows so, whatever statements the two come from."""
    for key, whole in cells.items():
        rule = wanted.rules[key.table]
        parts = [cells.get(key._replace(column=part)) for part in rule.parts]
        if not rule.rest and key.column == rule.whole and None not in parts:
            sums: dict[int, int] = defaultdict(int, whole.terms)
            for part in parts:
                for unknown, share in part.terms if part else ():
                    sums[unknown] -= share
            yield tuple((unknown, share) for unknown, share in sums.items() if share)


def _hangs_together(table: int, rule: TableRule, said: Mapping[str, Stated]) -> bool:
    """Whether the statement gives the whole and all its parts for the same cells, and they fit."""
    if any(code not in said for code in rule.codes):
        return False
    whole, *parts = [said[code] for code in rule.codes]
    rest = whole.amount - sum(part.amount for part in parts)
    if rest < 0 or (rest and not rule.rest):
        return False
    return all(_in_table(part, table) == _in_table(whole, table) for part in parts)


def _in_table(stated: Stated, table: int) -> dict[CellKey, int]:
    return {key: parts for key, parts in stated.parts.items() if key.table == table}


def _list_lines(
    release: int, rules: Sequence[TableRule], said: Mapping[str, Stated], linked: Sequence[TableRule]
) -> Iterator[Line]:
    counts: dict[Column, dict[CellKey, int]] = defaultdict(dict)
    amounts: dict[Column, int] = {(code,): stated.amount for code, stated in said.items()}
    for table, rule in enumerate(rules):
        for code in set(rule.codes) & said.keys():
            for key, parts in _in_table(said[code], table).items():
                counts[(code,)][key._replace(column=code)] = parts
                if rule.rest and rule not in linked:
                    counts[(code,)][key] = parts if code == rule.whole else -parts
        if rule.rest and rule in linked:
            counts[rule.codes] |= _in_table(said[rule.whole], table)
            amounts[rule.codes] = said[rule.whole].amount - sum(said[part].amount for part in rule.parts)
    for column, found in counts.items():
        yield Line(column, release, amounts[column], frozenset(found.items()))


def _group(lines: Sequence[Line]) -> tuple[Group, dict[tuple[Column, int], int]]:
    """The group, and the amount of each column in each release."""
    by_column: dict[Column, list[Line]] = defaultdict(list)
    for line in lines:
        by_column[line.column].append(line)
    group = []
    for column, several in sorted(by_column.items()):
        changes = list(dict.fromkeys(line.amount for line in several))
        stretches = tuple((line.release, changes.index(line.amount), line.counts) for line in several)
        group.append((column, stretches))
    return tuple(group), {(line.column, line.release): line.amount for line in lines}


def _make_cell(rule: TableRule, terms: Mapping[int, int]) -> Cell:
    return Cell(tuple(terms.items()), rule.threshold, rule.hides_zeros)


def _compare(
    wanted: Wanted, values: Mapping[CellKey, Decimal | None], cells: Mapping[CellKey, Cell], unknowns: Sequence[int]
) -> None:
    """Raises RuntimeError where the statements don't make the figure: then nothing can be said about protection."""
    for key, cell in cells.items():
        value = values[key]
        if value is None or cell.amount(unknowns) != value * ONE:
            raise RuntimeError(f"released cell {key} of {wanted.place}: figure {value}, statements {cell}")
