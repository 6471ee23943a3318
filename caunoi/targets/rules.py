"""Breaking a whole down into parts, in exact decimals. Nothing is lost: the parts always add up to the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

ZERO = Decimal(0)


def split_whole(whole: Decimal, weights: Sequence[Decimal], decimals: int) -> list[Decimal] | None:
    """The whole in parts like the weights, each with at most so many decimals, by largest remainder; ties go to the
    earlier. None where the weights say nothing (none at all, or all zero). Weights below zero count as zero.
    `whole` has at most `decimals` decimals."""
    exact = [Fraction(max(weight, ZERO)) for weight in weights]
    total = sum(exact, Fraction(0))
    if not total:
        return None
    units = int(whole.scaleb(decimals))
    ideal = [units * weight / total for weight in exact]
    parts = [int(one) for one in ideal]
    by_remainder = sorted(range(len(parts)), key=lambda index: (parts[index] - ideal[index], index))
    for index in by_remainder[: units - sum(parts)]:
        parts[index] += 1
    return [Decimal(part).scaleb(-decimals) for part in parts]


def is_reached(result: Decimal, target: Decimal, direction: str) -> bool | None:
    """Of what is no sum. `direction`: `up` where more is better, `down` where less is; of what is neither only the very
    number is right, and for another there is no word (None)."""
    if result == target:
        return True
    return None if not direction else (result > target) == (direction == "up")


@dataclass(frozen=True)
class Balance:
    """`kept`: what stays with the unit that breaks down. `difference`: what of the whole is left to be given (above
    zero) or given too much (below)."""

    given: Decimal
    kept: Decimal
    difference: Decimal

    @property
    def holds(self) -> bool:
        return not self.difference


def balance(whole: Decimal, parts: Mapping[int, Decimal], *, may_keep: bool) -> Balance:
    """A unit that may state the target itself keeps what it does not give away, but never less than nothing."""
    given = sum(parts.values(), ZERO)
    rest = whole - given
    kept = rest if may_keep and rest > 0 else ZERO
    return Balance(given, kept, rest - kept)
