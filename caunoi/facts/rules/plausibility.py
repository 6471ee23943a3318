"""What about a figure is worth a second look: never a verdict, and never a reason to change anything.

All comparisons are products of exact decimals: nothing is divided, so the same figures in other units (hectares or
square metres) get the same answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from caunoi.facts.rules.tokens import EXACT

ZERO = Decimal(0)

# For figures that scatter like a normal distribution, the median of their distances from the median is 0.6745 standard
# deviations, and their mean distance 1 / 1.253314 of one. Source: Iglewicz and Hoaglin, How to Detect and Handle
# Outliers (1993), "modified Z-score", with the second for histories of which more than half are equal.
_OF_MEDIAN = Decimal("0.6745")
_OF_MEAN = Decimal("1.253314")


class Kind(StrEnum):
    """In the order of weight: a figure is told about once, by the first that applies."""

    RELATION = "relation"
    MAGNITUDE = "magnitude"
    OUTLIER = "outlier"
    JUMP = "jump"
    DIGITS = "digits"
    COPIED = "copied"


@dataclass(frozen=True)
class Thresholds:
    """When to say something; a pack's `checks.csv` changes each. None: not looked at.

    `least_change` is in the data element's unit; `score` in standard deviations; `jump` in times; `digits` and `copied`
    are counts (of digits, of figures that are not zero); the histories are counts of periods.
    """

    plausible_from: Decimal | None = None
    plausible_to: Decimal | None = None
    least_history: int = 6
    most_history: int = 24
    score: Decimal | None = Decimal("3.5")
    jump: Decimal | None = Decimal(5)
    least_change: Decimal = Decimal(20)
    digits: int | None = 4
    copied: int | None = 4


@dataclass(frozen=True)
class History:
    """What the same unit stated earlier of the same data element, oldest first. `before`: for the period just before;
    `year_before`: for the same period of the year before; None where nothing was stated."""

    earlier: Sequence[Decimal] = ()
    before: Decimal | None = None
    year_before: Decimal | None = None


@dataclass(frozen=True)
class Oddity:
    """Why a value is worth a look. `usual`: the median of `count` earlier values, which lay between `least` and `most`;
    `before` and `year_before`: the values it jumped from, None where it did not."""

    kind: Kind
    value: Decimal
    usual: Decimal = ZERO
    least: Decimal = ZERO
    most: Decimal = ZERO
    count: int = 0
    before: Decimal | None = None
    year_before: Decimal | None = None
    bounds: tuple[Decimal | None, Decimal | None] = field(default=(None, None))


def look_at(value: Decimal, history: History, thresholds: Thresholds) -> Oddity | None:
    """The weightiest thing to say of one value, if anything."""
    return (
        find_implausible(value, thresholds)
        or find_outlier(value, history, thresholds)
        or find_jump(value, history, thresholds)
        or find_repeated_digits(value, thresholds)
    )


def find_implausible(value: Decimal, thresholds: Thresholds) -> Oddity | None:
    """Outside the bounds, which are themselves plausible."""
    first, last = thresholds.plausible_from, thresholds.plausible_to
    if (first is not None and value < first) or (last is not None and value > last):
        return Oddity(Kind.MAGNITUDE, value, bounds=(first, last))
    return None


def find_outlier(value: Decimal, history: History, thresholds: Thresholds) -> Oddity | None:
    """Far from the unit's own usual, measured by the median and the median distance from it (robust z-score).

    Says nothing with fewer than `least_history` values, nor of a change smaller than `least_change`, nor of a value
    that the same period of the year before explains: a festival month is high every year. Where most of the history is
    one number, the mean distance stands in, and nothing between the least and the most ever stated is told; where all
    of it is, only a change by `jump` times is.
    """
    earlier = history.earlier[-thresholds.most_history :]
    if thresholds.score is None or not earlier or len(earlier) < thresholds.least_history:
        return None
    usual = median(earlier)
    change = abs(value - usual)
    if change == 0 or change < thresholds.least_change or _is_seasonal(value, usual, history.year_before):
        return None
    distances = [abs(one - usual) for one in earlier]
    least, most = min(earlier), max(earlier)
    spread = median(distances)
    if spread:
        is_far = EXACT.multiply(_OF_MEDIAN, change) >= EXACT.multiply(thresholds.score, spread)
    elif any(distances):
        total = sum(distances, ZERO)
        wanted = EXACT.multiply(EXACT.multiply(thresholds.score, _OF_MEAN), total)
        is_far = change * len(distances) >= wanted and not least <= value <= most
    else:
        is_far = thresholds.jump is None or usual == 0 or is_jump(value, usual, thresholds.jump)
    return Oddity(Kind.OUTLIER, value, usual, least, most, len(earlier)) if is_far else None


def _is_seasonal(value: Decimal, usual: Decimal, year_before: Decimal | None) -> bool:
    return year_before is not None and (usual < value <= year_before or year_before <= value < usual)


def find_jump(value: Decimal, history: History, thresholds: Thresholds) -> Oddity | None:
    """Many times more, or many times less, than the period before; where the same period of the year before is known,
    than that too, and in the same direction. From nothing and to nothing has no number of times: never told."""
    if thresholds.jump is None:
        return None
    known = [one for one in (history.before, history.year_before) if one is not None]
    if not known or any(
        abs(value - one) < thresholds.least_change or not is_jump(value, one, thresholds.jump) for one in known
    ):
        return None
    if len({value > one for one in known}) > 1:
        return None
    return Oddity(Kind.JUMP, value, before=history.before, year_before=history.year_before)


def is_jump(value: Decimal, other: Decimal, times: Decimal) -> bool:
    """Whether one is at least so many times the other. Zero is no number of times anything, nor are signs apart."""
    if value == 0 or other == 0 or (value > 0) != (other > 0):
        return False
    small, large = sorted((abs(value), abs(other)))
    return large >= EXACT.multiply(small, times)


def find_repeated_digits(value: Decimal, thresholds: Thresholds) -> Oddity | None:
    """One digit typed over and over: 5555. Zeros behind the point don't count, nor does zero itself."""
    if thresholds.digits is None or value == 0:
        return None
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    digits = [sign for sign in text if sign.isdecimal()]
    if len(digits) >= thresholds.digits and len(set(digits)) == 1:
        return Oddity(Kind.DIGITS, value)
    return None


def is_copy(stated: Mapping[str, int], other: Mapping[str, int], thresholds: Thresholds) -> bool:
    """Whether two reports state the same of everything, with enough figures that are not zero: a village where nothing
    happened two months running has not copied."""
    if thresholds.copied is None or stated != other:
        return False
    return sum(1 for amount in stated.values() if amount) >= thresholds.copied


def median(values: Sequence[Decimal]) -> Decimal:
    """Of at least one value; of an even number the middle between the two middle ones, exactly."""
    in_order = sorted(values)
    half = len(in_order) // 2
    if len(in_order) % 2:
        return in_order[half]
    return EXACT.multiply(in_order[half - 1] + in_order[half], Decimal("0.5"))
