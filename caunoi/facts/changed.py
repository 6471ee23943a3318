"""Which facts changed between two moments of knowledge, asked of the columnar projection.

The ledger itself would be read from one moment to the other, whatever the place.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property

from caunoi.facts.engine import MOST_RANGES, find_ranges
from caunoi.facts.projection import get_projection

Key = tuple[int, int, date, date, str]
"""Data element, org unit, first and last day, disaggregation: one fact's place in the book."""


class ChangedFacts:
    """Of one book, in the order of `elements` (data element ids), unit, days and disaggregation. `windows`: units with
    the first and the last day on which a fact of theirs may end (None: without); None: any unit.

    A version that repeats the value reverses and posts the same: nothing changed.
    """

    def __init__(
        self,
        book: int,
        elements: Sequence[int],
        windows: Sequence[tuple[date, date | None, Sequence[int]]] | None,
        first: date,
        last: date,
        since: int,
        until: int,
        corrections: bool,
    ) -> None:
        self.session = get_projection().open()
        named = ", ".join(f"({element}, {place})" for place, element in enumerate(elements))
        self.session.make("named", f"FROM (VALUES {named}) AS n(element, place)")
        days = f"SELECT span, day_from, day_to FROM spans WHERE day_from <= DATE '{last}' AND day_to >= DATE '{first}'"
        self.session.make("asked_spans", days)
        reached = ""
        ranges: list[tuple[int, int]] = []
        if windows is not None:
            self.session.make("reached", " UNION ALL ".join(_spell_window(*window) for window in windows))
            reached = "JOIN reached r ON r.unit = p.unit AND d.day_to >= r.since AND d.day_to <= r.until"
            ranges = find_ranges(sorted({unit for _first, _last, units in windows for unit in units}), MOST_RANGES)
        postings = self.session.postings(book, ranges)
        earlier = f"""WHERE EXISTS (
            SELECT 1 FROM {postings} q JOIN asked_spans e ON e.span = q.span
            WHERE q.book = {book} AND q.seq <= {since} AND q.element = c.element AND q.unit = c.unit
              AND e.day_from = c.day_from AND e.day_to = c.day_to AND q.disaggregation = c.disaggregation
        )"""
        self.query = f"""
            WITH changed AS (
                SELECT n.place, p.element, p.unit, d.day_from, d.day_to, p.disaggregation, max(p.seq) AS known
                FROM {postings} p JOIN asked_spans d ON d.span = p.span JOIN named n ON n.element = p.element {reached}
                WHERE p.book = {book} AND p.seq > {since} AND p.seq <= {until}
                GROUP BY n.place, p.element, p.unit, d.day_from, d.day_to, p.disaggregation
                HAVING sum(p.amount) <> 0 OR sum(p.sign) <> 0 OR count(DISTINCT p.class_code) > 1
            )
            SELECT %s FROM changed c {earlier if corrections else ""}"""

    @cached_property
    def count(self) -> int:
        return self._summed[0]

    @property
    def newest(self) -> int | None:
        """The number from which the last of all the changes is known."""
        return self._summed[1]

    @cached_property
    def _summed(self) -> tuple[int, int | None]:
        count, newest = self.session.rows(self.query % "count(*), max(c.known)")[0]
        return count, newest

    def read(self, start: int, end: int) -> list[tuple[Key, int]]:
        """Each with the number from which its last change is known."""
        columns = "c.element, c.unit, c.day_from, c.day_to, c.disaggregation, c.known"
        rows = self.session.rows(
            f"""{self.query % columns}
            ORDER BY c.place, c.unit, c.day_from, c.day_to, c.disaggregation LIMIT {end - start} OFFSET {start}"""
        )
        return [((element, unit, first, last, cut), known) for element, unit, first, last, cut, known in rows]


def _spell_window(first: date, last: date | None, units: Sequence[int]) -> str:
    listed = ", ".join(map(str, units))
    return (
        f"SELECT unnest([{listed}]::INTEGER[]) AS unit, DATE '{first.isoformat()}' AS since,"
        f" DATE '{(last or date.max).isoformat()}' AS until"
    )
