"""The days of a fact as one whole number, so that a question compares a few hundred spans instead of every fact.

Most facts share their days (all reports of a month do): the days compared are those of the distinct numbers.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from caunoi.periods.rules import BEGINNING

# From the low end: where the named months end and begin, as days after the days' own end and beginning; how many days;
# on which day since BEGINNING they begin. 54 bits in all, in the order of the first day.
OFFSET_BITS, LENGTH_BITS = 10, 17
OFFSET_MIDDLE = 1 << (OFFSET_BITS - 1)
LENGTH_SHIFT = 2 * OFFSET_BITS
FIRST_SHIFT = LENGTH_SHIFT + LENGTH_BITS


class Span(NamedTuple):
    """Days from/to, and the days of the months they are named after (a report of 15/06 to 14/07 is July's)."""

    day_from: date
    day_to: date
    named_from: date
    named_to: date


def pack_span(span: Span) -> int:
    """Raises ValueError where the named months lie more than 511 days away, or the days are out of order."""
    begins, ends = (span.named_from - span.day_from).days, (span.named_to - span.day_to).days
    length = (span.day_to - span.day_from).days
    first = (span.day_from - BEGINNING).days
    if not (-OFFSET_MIDDLE <= begins < OFFSET_MIDDLE and -OFFSET_MIDDLE <= ends < OFFSET_MIDDLE):
        raise ValueError(span)
    if not 0 <= length < 1 << LENGTH_BITS or first < 0:
        raise ValueError(span)
    return (
        (first << FIRST_SHIFT)
        | (length << LENGTH_SHIFT)
        | ((begins + OFFSET_MIDDLE) << OFFSET_BITS)
        | (ends + OFFSET_MIDDLE)
    )


def unpack_span(number: int) -> Span:
    mask = (1 << OFFSET_BITS) - 1
    first = BEGINNING + timedelta(days=number >> FIRST_SHIFT)
    last = first + timedelta(days=(number >> LENGTH_SHIFT) & ((1 << LENGTH_BITS) - 1))
    begins = timedelta(days=((number >> OFFSET_BITS) & mask) - OFFSET_MIDDLE)
    ends = timedelta(days=(number & mask) - OFFSET_MIDDLE)
    return Span(first, last, first + begins, last + ends)
