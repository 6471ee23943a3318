"""Seats that a register has for each unit: which are empty, whose review is due, whose term is over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Holder:
    """One thing that is there today. `seat`: what it says of its seat, '' if nothing; `reviewed_on`: the last day that
    anybody told of; `term_until`: the term's last day."""

    seat: str
    reviewed_on: date
    term_until: date | None = None


@dataclass(frozen=True)
class Seats:
    """Of one unit. `empty`: seat -> how many more; a seat held by too many is none. `extra`: holders beyond the seats,
    or of a seat that the unit does not have."""

    total: int
    filled: int
    empty: Mapping[str, int]
    extra: int
    due: int
    over: int

    @property
    def is_settled(self) -> bool:
        return not (self.empty or self.due or self.over)


def cycle_start(review_from: str, today: date) -> date | None:
    """The day from which this year's review is asked for: the newest `MM-DD` that has come. None: there is none."""
    if not review_from:
        return None
    month, day = int(review_from[:2]), int(review_from[3:])
    start = date(today.year, month, day)
    return start if start <= today else date(today.year - 1, month, day)


def count_seats(wanted: Mapping[str, int], holders: Sequence[Holder], since: date | None, today: date) -> Seats:
    """`since`: the first day of the review's cycle. A term is over from the day after its last."""
    held = Counter(one.seat for one in holders)
    filled = sum(min(held[seat], count) for seat, count in wanted.items())
    return Seats(
        total=sum(wanted.values()),
        filled=filled,
        empty={seat: count - held[seat] for seat, count in wanted.items() if held[seat] < count},
        extra=len(holders) - filled if wanted else 0,
        due=sum(since is not None and one.reviewed_on < since for one in holders),
        over=_count_over(holders, today),
    )


def _count_over(holders: Iterable[Holder], today: date) -> int:
    return sum(one.term_until is not None and one.term_until < today for one in holders)
