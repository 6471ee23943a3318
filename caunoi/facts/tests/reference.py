"""What a question must answer, computed from the ledger's rows one by one in plain Python.

Values come as fractions of the data element's unit.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from caunoi.facts.models import DataElement, Kind, Posting
from caunoi.facts.rules.question import Slice
from caunoi.facts.rules.stocks import hold
from caunoi.places.rules.snapshot import ONE, PlaceSnapshot


class Reference:
    """The rows of one book up to a number, for one slice of days on the places of `boundaries`."""

    def __init__(
        self, rows: Iterable[Posting], slice_: Slice, places: PlaceSnapshot, boundaries: date, book: int, known: int
    ) -> None:
        self.rows = [row for row in rows if row.book == book and row.seq <= known]
        self.slice, self.places, self.boundaries = slice_, places, boundaries

    def flow(self, element: DataElement, unit: int) -> Fraction | None:
        """None where no fact stands."""
        amounts: Counter[int] = Counter()
        facts: Counter[int] = Counter()
        for row in self._of(element):
            if self._fits(row):
                amounts[row.org_unit_id] += row.amount
                facts[row.org_unit_id] += row.sign
        found = [
            Fraction(amounts[stated] * share.parts, ONE)
            for stated in amounts
            if facts[stated] > 0
            for share in self.places.map_unit(stated, self.boundaries)
            if unit in self._line(share.unit)
        ]
        return self._scaled(element, sum(found, Fraction(0))) if found else None

    def stock(self, element: DataElement, unit: int) -> Fraction | None:
        end = self.slice.days.last
        latest: dict[int, tuple[tuple[date, int], int]] = {}
        for (stated, _from, day_to, _class, _version), (amount, seq, _row) in self._standing(element).items():
            if day_to <= end and (stated not in latest or latest[stated][0] < (day_to, seq)):
                latest[stated] = (day_to, seq), amount
        found = [
            Fraction(amount * share.parts, ONE)
            for stated, (_when, amount) in latest.items()
            for share in hold(stated, set(latest), end, self.boundaries, self.places).mapped
            if unit in self._line(share.unit)
        ]
        return self._scaled(element, sum(found, Fraction(0))) if found else None

    def classes(self, element: DataElement, unit: int) -> dict[str, int]:
        end = self.slice.days.last
        latest: dict[int, tuple[tuple[date, int], str]] = {}
        for (stated, _from, day_to, class_code, _version), (_amount, seq, row) in self._standing(element).items():
            known = latest.get(stated)
            if self._stands(row) and (known is None or known[0] < (day_to, seq)):
                latest[stated] = (day_to, seq), class_code
        counted: Counter[str] = Counter()
        for stated, (_when, class_code) in latest.items():
            if self.places.exists_on(stated, end):
                shares = self.places.map_unit(stated, self.boundaries)
                home = max(shares, key=lambda share: (share.parts, -share.unit)).unit
                counted[class_code] += unit in self._line(home)
        return dict(+counted)

    def own_level(self, element: DataElement, unit: int) -> list[Fraction]:
        """Every value that covers days of the slice; otherwise the latest of a single day."""
        stretches, point = [], None
        for (stated, day_from, day_to, _class, _version), (amount, seq, row) in self._standing(element).items():
            if stated != unit or not self._stands(row):
                continue
            if day_from < day_to:
                stretches.append(amount)
            elif point is None or point[0] < (day_to, seq):
                point = (day_to, seq), amount
        amounts = stretches or ([point[1]] if point else [])
        return [self._scaled(element, Fraction(amount)) for amount in amounts]

    def _of(self, element: DataElement) -> list[Posting]:
        return [row for row in self.rows if row.data_element_id == element.pk]

    def _standing(
        self, element: DataElement
    ) -> dict[tuple[int, date, date, str, int | None], tuple[int, int, Posting]]:
        """(unit, day_from, day_to, class, version) -> (amount, highest number, a row of it)."""
        together: dict[tuple[int, date, date, str, int | None], list[Posting]] = defaultdict(list)
        for row in self._of(element):
            class_code = row.class_code if element.kind == Kind.CATEGORY else ""
            together[row.org_unit_id, row.day_from, row.day_to, class_code, row.version_id].append(row)
        return {
            key: (sum(row.amount for row in rows), max(row.seq for row in rows), rows[0])
            for key, rows in together.items()
            if sum(row.sign for row in rows) > 0
        }

    def _fits(self, row: Posting) -> bool:
        first, last = (row.named_from, row.named_to) if self.slice.named else (row.day_from, row.day_to)
        return self.slice.days.first <= first and last <= self.slice.days.last

    def _stands(self, row: Posting) -> bool:
        """Of a single day: until something newer is said. Of several: for those days alone."""
        return row.day_to <= self.slice.days.last if row.day_from == row.day_to else self._fits(row)

    def _line(self, unit: int) -> set[int]:
        return {unit, *self.places.ancestors_on(unit, self.boundaries)}

    @staticmethod
    def _scaled(element: DataElement, amount: Fraction) -> Fraction:
        return amount / Fraction(10) ** int(element.decimals)
