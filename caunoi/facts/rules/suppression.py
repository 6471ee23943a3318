"""Which cells of released tables stay unsaid, so that no small group can be found from all that was ever released.

Every released cell is a sum of *unknowns*: what a unit stated for some days, counted once however often it was
released. Who reads the tables knows the published sums, that nothing is negative, and which cells are suppressed.
A small cell is protected if, for all that is known, it may as well be `threshold` or more (decision 0015).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from caunoi.places.rules.snapshot import ONE

Key = TypeVar("Key", bound=Hashable)

TOLERANCE = 1e-6
"""Of the solver, in counts. What is told apart by it, thresholds and counts, lies whole counts asunder."""


@dataclass(frozen=True)
class Cell:
    """`terms`: (number of the unknown, parts of it in 1/ONE), each unknown once; parts may be negative (a remainder is
    the whole less its parts).

    Small: more than nothing and less than `threshold`; nothing too, where `hides_zeros`.
    """

    terms: tuple[tuple[int, int], ...]
    threshold: int
    hides_zeros: bool = False

    def amount(self, unknowns: Sequence[int]) -> int:
        """In 1/ONE."""
        return sum(unknowns[unknown] * parts for unknown, parts in self.terms)

    def is_small(self, unknowns: Sequence[int]) -> bool:
        amount = self.amount(unknowns)
        return 0 < amount < self.threshold * ONE or (amount == 0 and self.hides_zeros)

    @property
    def is_group(self) -> bool:
        """Of whole statements. A share of one (an estimate where boundaries divide a unit) is nobody in particular."""
        return all(abs(parts) == ONE for _unknown, parts in self.terms)

    def least(self, unknowns: Sequence[int]) -> int:
        """What a reader knows of it when it is suppressed, in counts: no published nothing, so at least one."""
        return 1 if self.is_group and not self.hides_zeros and self.amount(unknowns) > 0 else 0


@dataclass(frozen=True)
class Known:
    """A cell of an earlier release: `published`, or suppressed and known to be `least` or more, in counts."""

    cell: Cell
    published: bool
    least: int = 0


@dataclass(frozen=True)
class Suppression(Generic[Key]):
    """`small` and `others` are suppressed, the others so that the small ones can't be computed. `withheld`: all are."""

    small: frozenset[Key]
    others: frozenset[Key]
    withheld: bool = False

    def hides(self, key: Key) -> bool:
        return self.withheld or key in self.small or key in self.others


def choose_suppression(
    unknowns: Sequence[int],
    cells: Mapping[Key, Cell],
    earlier: Iterable[Known] = (),
    tell: Callable[[int, int], None] | None = None,
) -> Suppression[Key] | None:
    """What to suppress of `cells`, published together and beside all `earlier` ones. `unknowns` are the true counts.

    None if even withholding all of them leaves a small group open: only what was published before can do that.
    """
    earlier = list(earlier)
    amounts = {key: cell.amount(unknowns) for key, cell in cells.items()}
    small = frozenset(key for key, cell in cells.items() if cell.is_small(unknowns))
    guarded = _list_guarded(unknowns, [*cells.values(), *(known.cell for known in earlier)])
    if not guarded:
        return Suppression(small, frozenset())
    keys = list(cells)
    attack = Attack(unknowns, [*cells.values(), *(known.cell for known in earlier)])
    for row, key in enumerate(keys):
        if key in small:
            attack.suppress(row, cells[key].least(unknowns))
    for row, known in enumerate(earlier, start=len(keys)):
        if not known.published:
            attack.suppress(row, known.least)
    # In the order in which they are given up: the least said first, and nothing that is nothing.
    candidates = {row: amounts[key] for row, key in enumerate(keys) if key not in small and amounts[key]}
    others: set[Key] = set()
    open_ = list(guarded)
    # Suppressing only takes knowledge away: what was once out of reach stays so, and needs no second look.
    while open_:
        if tell is not None:
            tell(len(guarded) - len(open_), len(guarded))
        found = attack.raise_(open_[0])
        if found.most < open_[0].threshold - TOLERANCE:
            bounding = [row for row in found.bounding if row in candidates]
            if not bounding:
                break
            row = min(bounding, key=lambda row: (candidates[row], row))
            del candidates[row]
            others.add(keys[row])
            attack.suppress(row, cells[keys[row]].least(unknowns))
        else:
            open_ = [cell for cell in open_[1:] if found.value(cell) < cell.threshold - TOLERANCE]
    if not open_:
        return Suppression(small, frozenset(others))
    for row in range(len(keys)):
        attack.suppress(row, 0)
    if all(attack.raise_(cell).most >= cell.threshold - TOLERANCE for cell in guarded):
        return Suppression(small, frozenset(cells) - small, withheld=True)
    return None


def _list_guarded(unknowns: Sequence[int], cells: Sequence[Cell]) -> list[Cell]:
    """The small ones among the cells, and among the unknowns themselves: a difference of two tables (on the boundaries
    of before and after) may be one unit's statement that no table shows."""
    thresholds: dict[int, int] = {}
    hidden: dict[int, bool] = {}
    for cell in cells:
        for unknown, _parts in cell.terms:
            thresholds[unknown] = max(thresholds.get(unknown, 0), cell.threshold)
            hidden[unknown] = hidden.get(unknown, False) or cell.hides_zeros
    alone = [Cell(((unknown, ONE),), thresholds[unknown], hidden[unknown]) for unknown in sorted(thresholds)]
    groups = [cell for cell in [*alone, *cells] if cell.is_group and cell.is_small(unknowns)]
    return list(dict.fromkeys(groups))


# -- The attacker -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """The most a cell may be, for all that is known; one solution in which it is that; the rows that keep it down."""

    most: float
    solution: Sequence[float]
    bounding: Sequence[int]

    def value(self, cell: Cell) -> float:
        return sum(self.solution[unknown] * parts / ONE for unknown, parts in cell.terms)


class Attack:
    """The linear program of all that is known. At first every cell is published; `suppress` takes knowledge away."""

    def __init__(self, unknowns: Sequence[int], cells: Sequence[Cell]) -> None:
        # With numpy some 30 MB and a tenth of a second: only for who makes a release.
        import highspy  # noqa: PLC0415
        import numpy  # noqa: PLC0415

        self._highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # its stub leaves the arguments open
        self._highs.setOptionValue("output_flag", False)
        self._highs.setOptionValue("threads", 1)
        self._optimal, self._infinite = highspy.HighsModelStatus.kOptimal, highspy.kHighsInf
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = len(unknowns), len(cells)
        program.sense_ = highspy.ObjSense.kMaximize
        program.col_cost_ = numpy.zeros(len(unknowns))
        program.col_lower_ = numpy.zeros(len(unknowns))
        # That nobody counts more than this anyone may know; it keeps what is unbounded from being an error.
        most = 4 * max(unknowns, default=0) + 10 * max((cell.threshold for cell in cells), default=0)
        program.col_upper_ = numpy.full(len(unknowns), float(most))
        values = numpy.array([cell.amount(unknowns) / ONE for cell in cells])
        program.row_lower_ = program.row_upper_ = values
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_ = numpy.cumsum([0, *(len(cell.terms) for cell in cells)], dtype=numpy.int32)
        terms = [term for cell in cells for term in cell.terms]
        program.a_matrix_.index_ = numpy.array([unknown for unknown, _parts in terms], dtype=numpy.int32)
        program.a_matrix_.value_ = numpy.array([parts / ONE for _unknown, parts in terms])
        self._highs.passModel(program)

    def suppress(self, row: int, least: int) -> None:
        self._highs.changeRowBounds(row, float(least), self._infinite)

    def raise_(self, cell: Cell) -> Found:
        """Raises RuntimeError if there is no solution: the true counts are one."""
        for unknown, parts in cell.terms:
            self._highs.changeColCost(unknown, parts / ONE)
        self._highs.run()
        status = self._highs.getModelStatus()
        if status != self._optimal:
            raise RuntimeError(f"the released tables contradict each other: {status}")
        solution = self._highs.getSolution()
        for unknown, _parts in cell.terms:
            self._highs.changeColCost(unknown, 0.0)
        values = list(solution.col_value)
        bounding = [row for row, dual in enumerate(solution.row_dual) if abs(dual) > 1e-9]
        return Found(sum(values[unknown] * parts / ONE for unknown, parts in cell.terms), values, bounding)
