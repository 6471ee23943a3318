"""What a spreadsheet program can watch of a form's rules while somebody types: the plain limits of a number or day.

Only ever looser than the form: what cannot be read is left to the door, which checks everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

_COMPARISON = re.compile(r"\.\s*(>=|<=|>|<|=)\s*(-?[0-9]+(?:\.[0-9]+)?)")
_DAY = re.compile(r"\.\s*(>=|<=)\s*(today\(\)|date\('([0-9]{4}-[0-9]{2}-[0-9]{2})'\))")


@dataclass(frozen=True)
class Limits:
    """Both ends included; None: open."""

    least: Decimal | None = None
    most: Decimal | None = None


@dataclass(frozen=True)
class DayLimits:
    first: date | None = None
    last: date | None = None


def limits_of(constraint: str, *, whole: bool) -> Limits:
    """`. >= 0 and . <= 60` gives 0 and 60; `. > 0` gives 1 for whole numbers, nothing for others."""
    least: list[Decimal] = []
    most: list[Decimal] = []
    for part in _conjuncts(constraint):
        found = _COMPARISON.fullmatch(part)
        if found is None:
            continue
        try:
            number = Decimal(found.group(2))
        except InvalidOperation:
            continue
        sign = found.group(1)
        if sign in (">=", "="):
            least.append(number)
        if sign in ("<=", "="):
            most.append(number)
        if whole and sign == ">":
            least.append(number + 1)
        if whole and sign == "<":
            most.append(number - 1)
    return Limits(max(least, default=None), min(most, default=None))


def day_limits_of(constraint: str, today: date) -> DayLimits:
    """`today()` as an upper limit is left open: the workbook is filled on later days too."""
    first: list[date] = []
    last: list[date] = []
    for part in _conjuncts(constraint):
        found = _DAY.fullmatch(part)
        if found is None or (found.group(3) is None and found.group(1) == "<="):
            continue
        try:
            day = date.fromisoformat(found.group(3)) if found.group(3) else today
        except ValueError:
            continue
        (first if found.group(1) == ">=" else last).append(day)
    return DayLimits(max(first, default=None), min(last, default=None))


def _conjuncts(constraint: str) -> Iterator[str]:
    """The parts that all must hold; nothing if an `or` stands outside parentheses."""
    depth, start, parts = 0, 0, []
    words = re.compile(r"'[^']*'|\"[^\"]*\"|[()]|\band\b|\bor\b")
    for found in words.finditer(constraint):
        word = found.group()
        if word == "(":
            depth += 1
        elif word == ")":
            depth -= 1
        elif depth == 0 and word == "or":
            return
        elif depth == 0 and word == "and":
            parts.append(constraint[start : found.start()])
            start = found.end()
    parts.append(constraint[start:])
    for part in parts:
        text = part.strip()
        # `(. >= 0)` says no more than `. >= 0`.
        while text.startswith("(") and text.endswith(")") and text.count("(") == 1:
            text = text[1:-1].strip()
        yield text
