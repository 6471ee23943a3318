"""Classes of many units: lists, shares, cumulative shares, and what caps say of them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from caunoi.assessments.rules.sheet import Band, Cap
from caunoi.facts.rules.question import round_half_up


@dataclass(frozen=True)
class ClassCount:
    """Shares in %, of the units that have a class, rounded to 1 decimal; cumulative: in this class or a better one.
    None where nobody has a class."""

    band: Band
    units: int
    share: Decimal | None
    cumulative: int
    cumulative_share: Decimal | None


def count_classes(bands: Sequence[Band], codes: Iterable[str]) -> list[ClassCount]:
    """From the best class down. `codes`: the units' classes in any order, '' for none."""
    counted = Counter(code for code in codes if code)
    rated = sum(counted[band.code] for band in bands)
    found, cumulative = [], 0
    for band in sorted(bands, key=lambda one: -one.least):
        units = counted[band.code]
        cumulative += units
        found.append(ClassCount(band, units, _percent(units, rated), cumulative, _percent(cumulative, rated)))
    return found


def _percent(part: int, whole: int) -> Decimal | None:
    return None if not whole else round_half_up(Decimal(part) * 100 / whole, 1)


@dataclass(frozen=True)
class Breach:
    """`units` in the cap's class, of `of_units`; `allowed` would keep it, `with_reason` (None: never more) what a
    recorded exception allows."""

    cap: Cap
    units: int
    of_units: int
    allowed: int
    with_reason: int | None

    @property
    def may_be_excepted(self) -> bool:
        return self.with_reason is not None and self.units <= self.with_reason


def find_breaches(caps: Sequence[Cap], codes: Iterable[str]) -> list[Breach]:
    """Caps that these classes break. Nobody is put into another class for it."""
    counted = Counter(codes)
    found = []
    for cap in caps:
        units, of_units = counted[cap.class_code], sum(counted[code] for code in set(cap.of))
        allowed = int(cap.most_percent * of_units // 100)
        if units > allowed:
            exception = cap.exception_percent
            with_reason = None if exception is None else int(exception * of_units // 100)
            found.append(Breach(cap, units, of_units, allowed, with_reason))
    return found


def fingerprint(totals: Iterable[tuple[int, Decimal | None, str]]) -> str:
    """Of (unit, total, class), in any order: whether what is closed is what was looked at."""
    lines = sorted(
        f"{unit} {'' if total is None else format(total.normalize(), 'f')} {code}" for unit, total, code in totals
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
