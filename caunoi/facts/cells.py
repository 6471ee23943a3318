"""What data elements give for units and stretches of days: read from the ledger a kind at a time, kept as columns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from caunoi.facts.closure import Closure
from caunoi.facts.engine import Engine, Stated, Sum, open_engine
from caunoi.facts.models import DataElement, Kind
from caunoi.facts.rules.question import PartlyOutside, Question, Slice, exact
from caunoi.languages import in_reader_language


class Cell(NamedTuple):
    """What one data element gives for one unit and slice, before it is dressed as a figure."""

    value: Decimal | None = None
    why: str | None = None
    estimated: bool = False
    bases: tuple[str, ...] = ()
    carried_over: bool = False
    partly_outside: PartlyOutside | None = None
    classes: Mapping[str, int] | None = None


class Cells:
    """For each data element a column: a cell for each asked unit and slice, unit after unit."""

    def __init__(self, targets: Sequence[int], slices: Sequence[Slice]) -> None:
        self.targets = targets
        self.slices = slices
        self.width = len(slices)
        self.starts = {target: row * self.width for row, target in enumerate(targets)}
        """Where a unit's cells begin in every column."""
        self.columns: dict[str, list[Cell]] = {}
        self.units_with: dict[tuple[str, str], dict[tuple[int, int], int]] = {}
        """(data element, level) -> (asked unit, slice) -> how many units of the level under it have more than none;
        absent where none of them stated anything."""
        self.engine: Engine | None = None
        """Kept only where figures are explained: it holds a cursor."""
        self.nothing = Cell(None, say_nothing())

    def at(self, code: str, target: int, index: int) -> Cell:
        return self.columns[code][self.starts[target] + index]

    def read(
        self,
        elements: Collection[DataElement],
        closure: Closure,
        question: Question,
        units_counted: Collection[tuple[str, str]] = (),
        explained: bool = False,
    ) -> None:
        """A few statements for each kind, however many elements, units and slices; one more for each of
        `units_counted`, (data element, level). `explained`: `engine` is asked for what stands behind flows."""
        by_kind: dict[str, list[DataElement]] = {}
        for element in elements:
            by_kind.setdefault(element.kind, []).append(element)
        if set(by_kind) - {Kind.UNITS}:
            engine = open_engine(question, closure, self.slices)
            self.engine = engine if explained else None
            self._read_flows(engine, by_kind.get(Kind.FLOW, []), explained)
            self._read_stocks(engine, by_kind.get(Kind.STOCK, []))
            self._read_categories(engine, by_kind.get(Kind.CATEGORY, []))
            self._read_own_level(engine, by_kind.get(Kind.OWN_LEVEL, []))
            by_code = {element.code: element for element in elements}
            for code, level in sorted(units_counted):
                self.units_with[code, level] = self._count_units(engine, by_code[code], level, question.boundaries)
        for element in by_kind.get(Kind.UNITS, []):
            level, day = element.levels[0], question.boundaries
            counts = [Cell(Decimal(len(closure.places.at_level(target, level, day)))) for target in self.targets]
            self.columns[element.code] = [count for count in counts for _slice in self.slices]

    def _each(self) -> Iterator[tuple[int, int]]:
        """(unit, slice) in the order of a column."""
        return ((target, index) for target in self.targets for index in range(self.width))

    def _read_flows(self, engine: Engine, elements: list[DataElement], explained: bool) -> None:
        self._take_sums(elements, engine.flows([element.pk for element in elements], self.targets, explained))

    def _read_stocks(self, engine: Engine, elements: list[DataElement]) -> None:
        things = {element.pk for element in elements if element.register}
        self._take_sums(elements, engine.stocks([element.pk for element in elements], self.targets, things))

    def _take_sums(self, elements: Iterable[DataElement], sums: Iterable[Sum]) -> None:
        """What was found, and why there is nothing where nothing was."""
        ours: dict[int, tuple[list[Cell], int]] = {}
        for element in elements:
            column = self.columns[element.code] = [self.nothing] * (len(self.targets) * self.width)
            ours[element.pk] = column, element.decimals
        starts, cut, make = self.starts, [], Cell._make
        for one in sums:
            fits, pk, target, index, amount, _facts, estimated, bases, carried_over = one
            if not fits:
                cut.append(one)
                continue
            column, decimals = ours[pk]
            value = exact(amount, decimals)
            column[starts[target] + index] = make((value, None, estimated, bases, carried_over, None, None))
        why = say_cut() if cut else ""
        for _fits, pk, target, index, amount, facts, *_shared in cut:
            column, decimals = ours[pk]
            at = starts[target] + index
            found = column[at] if column[at].value is not None else Cell(None, why)
            column[at] = found._replace(partly_outside=PartlyOutside(exact(amount, decimals), facts))

    def _count_units(self, engine: Engine, element: DataElement, level: str, day: date) -> dict[tuple[int, int], int]:
        """Units as they lie on the day of the boundaries: two that became one count once."""
        places = engine.closure.places
        under = {target: places.at_level(target, level, day) for target in self.targets}
        units = {unit for several in under.values() for unit in several}
        if element.kind == Kind.STOCK:
            sums = engine.stocks([element.pk], units, {element.pk} if element.register else ())
        else:
            sums = engine.flows([element.pk], units)
        has = {(unit, index): amount > 0 for fits, _pk, unit, index, amount, *_further in sums if fits}
        found = {}
        for target, index in self._each():
            known = [has[unit, index] for unit in under[target] if (unit, index) in has]
            if known:
                found[target, index] = sum(known)
        return found

    def _read_categories(self, engine: Engine, elements: list[DataElement]) -> None:
        counts = engine.classes([element.pk for element in elements], self.targets)
        for element in elements:
            column = self.columns[element.code] = []
            for target, index in self._each():
                classes = counts.get((element.pk, target, index), {})
                listed = ", ".join(f"{code}: {number}" for code, number in sorted(classes.items()))
                why = _("Xếp loại không cộng được; hãy hỏi tỷ lệ hoặc số đơn vị theo loại (%(classes)s).") % {
                    "classes": listed or _("chưa có đơn vị nào được xếp loại")
                }
                column.append(Cell(None, why, classes=classes))

    def _read_own_level(self, engine: Engine, elements: list[DataElement]) -> None:
        ids = [element.pk for element in elements]
        stated = engine.own_level(ids, self.targets)
        below = engine.stated_below(ids, self.targets)
        for element in elements:
            self.columns[element.code] = [
                _own_cell(element, stated.get((element.pk, target, index)), below.get((element.pk, target), 0))
                for target, index in self._each()
            ]


def say_nothing() -> str:
    return _("Chưa có số liệu trong kỳ này.")


def say_cut() -> str:
    return _("Chỉ có số liệu nằm vắt qua ngày đầu hoặc ngày cuối kỳ; không chia nhỏ để cộng.")


def _own_cell(element: DataElement, found: Stated | None, below: int) -> Cell:
    """`below`: how many units of lower levels state their own."""
    if found is None:
        if not below:
            return Cell(None, _("Đơn vị chưa có số riêng trong kỳ này."))
        said = _(
            "%(name)s là số riêng của từng đơn vị, không cộng từ cấp dưới lên (%(number)d đơn vị cấp dưới có số riêng)."
        )
        return Cell(None, said % {"name": in_reader_language(element.name_vi, element.name_en), "number": below})
    if len(found.amounts) > 1:
        said = _("Đơn vị có %(count)d số riêng trong kỳ này; số riêng không cộng theo thời gian. Hãy hỏi từng năm.")
        return Cell(None, said % {"count": len(found.amounts)})
    return Cell(exact(found.amounts[0], element.decimals, parts=False))
