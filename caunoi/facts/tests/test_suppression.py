"""Released tables against an attacker who solves the system of everything that was ever published.

The attack is written anew here, with another wrapper (scipy): it knows only what stands in the published tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from caunoi.facts.rules.suppression import Cell, Known, Suppression, choose_suppression
from caunoi.places.rules.snapshot import ONE

K = 5


def whole(*unknowns: int, threshold: int = K, hides_zeros: bool = False) -> Cell:
    return Cell(tuple((unknown, ONE) for unknown in unknowns), threshold, hides_zeros)


@dataclass
class Public:
    """What everybody knows: equations of published sums, and of suppressed ones at most that they aren't nothing."""

    unknowns: Sequence[int]
    rows: list[tuple[Cell, bool, int]] = field(default_factory=list)

    def read(self, cells: Mapping[str, Cell], chosen: Suppression[str]) -> None:
        for key, cell in cells.items():
            least = 0 if chosen.withheld else cell.least(self.unknowns)
            self.rows.append((cell, not chosen.hides(key), least))

    def known(self) -> list[Known]:
        return [Known(cell, published, least) for cell, published, least in self.rows]

    def bounds_of(self, cell: Cell) -> tuple[float, float]:
        """Least and most that the cell may be."""
        published = [row for row in self.rows if row[1]]
        hidden = [row for row in self.rows if not row[1]]
        found = []
        for sign in (1, -1):
            result = linprog(
                sign * self._line(cell),
                A_eq=numpy.array([self._line(c) for c, _, _ in published]) if published else None,
                b_eq=[c.amount(self.unknowns) / ONE for c, _, _ in published] if published else None,
                A_ub=numpy.array([-self._line(c) for c, _, _ in hidden]) if hidden else None,
                b_ub=[-float(least) for _, _, least in hidden] if hidden else None,
                bounds=(0, None),
            )
            assert result.status in (0, 3), result.message
            found.append(sign * result.fun if result.status == 0 else -sign * float("inf"))
        return found[0], found[1]

    def _line(self, cell: Cell) -> numpy.ndarray:
        line = numpy.zeros(len(self.unknowns))
        for unknown, parts in cell.terms:
            line[unknown] = parts / ONE
        return line

    def assert_keeps_small_groups(self) -> None:
        rules = {u: (cell.threshold, cell.hides_zeros) for cell, _, _ in self.rows for u, _ in cell.terms}
        alone = [whole(u, threshold=threshold, hides_zeros=hides) for u, (threshold, hides) in rules.items()]
        for cell in [*(cell for cell, _, _ in self.rows), *alone]:
            if cell.is_group and cell.is_small(self.unknowns):
                least, most = self.bounds_of(cell)
                assert most - least > 0.999, "known, or known but for a fraction"
                assert most >= cell.threshold - 0.001, "known to be small"


def test_a_small_cell_is_suppressed_and_a_neighbour_with_it() -> None:
    unknowns = [3, 7, 20]
    cells = {"total": whole(0, 1, 2), "a": whole(0), "b": whole(1), "c": whole(2)}

    chosen = choose_suppression(unknowns, cells)

    assert chosen == Suppression(frozenset({"a"}), frozenset({"b"}))


def test_where_nothing_is_small_everything_is_published() -> None:
    chosen = choose_suppression([5, 0, 20], {"total": whole(0, 1, 2), "a": whole(0), "b": whole(1), "c": whole(2)})

    assert chosen == Suppression(frozenset(), frozenset())


def test_two_small_cells_that_make_five_together_take_the_total_with_them() -> None:
    """Both are at least one: neither could be five or more."""
    chosen = choose_suppression([4, 1], {"total": whole(0, 1), "a": whole(0), "b": whole(1)})

    assert chosen is not None
    assert chosen.hides("total")


def test_a_nothing_may_be_declared_small_too() -> None:
    stated = {"total": (0, 1, 2), "a": [0], "b": [1], "c": [2]}
    cells = {key: whole(*of, hides_zeros=True) for key, of in stated.items()}

    chosen = choose_suppression([0, 9, 20], cells)

    assert chosen == Suppression(frozenset({"a"}), frozenset({"b"}))


def test_a_village_that_changed_commune_is_not_found_by_the_difference_of_two_boundaries() -> None:
    """Village 1 (3 households) went from commune a to commune b: neither commune is small, their differences are."""
    unknowns = [20, 3, 30]
    cells = {"a before": whole(0, 1), "b before": whole(2), "a after": whole(0), "b after": whole(1, 2)}

    chosen = choose_suppression(unknowns, cells)

    assert chosen is not None and not chosen.small
    public = Public(unknowns)
    public.read(cells, chosen)
    public.assert_keeps_small_groups()
    assert any(not chosen.hides(key) for key in cells)


def test_a_correction_does_not_uncover_what_the_first_release_suppressed() -> None:
    """The second release may not publish the neighbour that the first one suppressed for the small one's sake."""
    unknowns = [3, 7, 20, 25]
    first = {"total": whole(0, 1, 2), "a": whole(0), "b": whole(1), "c": whole(2)}
    public = Public(unknowns)
    public.read(first, Suppression(frozenset({"a"}), frozenset({"b"})))
    # c was corrected from 20 to 25; a, whose number is still 3, left the table.
    second = {"b": whole(1), "c": whole(3), "both": whole(1, 3)}

    chosen = choose_suppression(unknowns, second, public.known())

    assert chosen is not None and chosen.hides("b")
    public.read(second, chosen)
    public.assert_keeps_small_groups()


def test_a_release_that_would_uncover_an_earlier_one_whatever_is_kept_back_is_refused() -> None:
    """The first one was not made by these rules."""
    unprotected = [Known(whole(0, 1), True), Known(whole(1), True), Known(whole(0), False)]

    assert choose_suppression([3, 7], {"a": whole(0)}, unprotected) is None


# -- Random hierarchies ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Made:
    unknowns: list[int]
    releases: list[dict[str, Cell]]


@st.composite
def releases(draw: st.DrawFn) -> Made:
    """Villages × parts × periods in communes in a district, on up to two boundaries that moved villages and shared one;
    then corrections, and the same tables again, perhaps without some of their levels."""
    villages, parts = draw(st.integers(2, 5)), draw(st.integers(1, 3))
    periods = draw(st.integers(1, 2))
    counts = st.one_of(st.integers(0, 6), st.integers(0, 40))
    unknowns: list[int] = []
    places = [(v, part, period) for v in range(villages) for part in range(parts) for period in range(periods)]
    standing = {}
    for place in places:
        standing[place] = len(unknowns)
        unknowns.append(draw(counts))
    boundaries = []
    for _ in range(draw(st.integers(1, 2))):
        homes = {v: draw(st.integers(0, 2)) for v in range(villages)}
        split = draw(st.one_of(st.none(), st.tuples(st.integers(0, villages - 1), st.sampled_from([1, 3, 7]))))
        boundaries.append((homes, split))
    threshold, hides_zeros = draw(st.integers(2, 6)), draw(st.booleans())
    made = []
    for _ in range(draw(st.integers(1, 3))):
        shown = draw(st.sets(st.sampled_from(["village", "commune", "district"]), min_size=1))
        cells: dict[str, dict[int, int]] = {}
        for number, (homes, split) in enumerate(boundaries[: draw(st.integers(1, len(boundaries)))]):
            for (v, part, period), unknown in standing.items():
                shares = {homes[v]: ONE}
                if split is not None and split[0] == v:
                    shares = {homes[v]: ONE * split[1] // 10, (homes[v] + 1) % 3: ONE - ONE * split[1] // 10}
                units = {("district", 0): ONE} | {("commune", c): share for c, share in shares.items()}
                units |= {("village", v): ONE}
                for (level, unit), share in units.items():
                    if level not in shown:
                        continue
                    for p in (part, "all"):
                        for when in (period, "both"):
                            terms = cells.setdefault(f"{number} {level} {unit} {p} {when}", {})
                            terms[unknown] = terms.get(unknown, 0) + share
        made.append({key: Cell(tuple(terms.items()), threshold, hides_zeros) for key, terms in cells.items()})
        for place in draw(st.lists(st.sampled_from(places), max_size=2, unique=True)):
            standing[place] = len(unknowns)
            unknowns.append(draw(counts))
    return Made(unknowns, made)


@given(releases())
def test_no_small_group_is_found_from_all_that_was_ever_released(made: Made) -> None:
    public = Public(made.unknowns)
    for cells in made.releases:
        chosen = choose_suppression(made.unknowns, cells, public.known())

        assert chosen is not None, "a release can always be withheld"
        public.read(cells, chosen)
        public.assert_keeps_small_groups()
