"""From figures to points, from points to a total and a class: the arithmetic anybody can repeat with the sheet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from caunoi.assessments.rules.sheet import HAND, LINEAR, ZERO, Band, Criterion, Sheet
from caunoi.facts.rules.question import plain, round_half_up

POINTS_DECIMALS = 2


@dataclass(frozen=True)
class Found:
    """What the figures room answered for one criterion and unit: a value, or why there is none; `ref` leads there."""

    value: Decimal | None
    why: str
    ref: str


@dataclass(frozen=True)
class Line:
    """One criterion of one rating, with everything its points rest on.

    Points by rule come from the figure alone. By hand: the unit's own, beside them those of the level above where they
    differ, beside them the council's where those differ; each difference with its reason.
    """

    code: str
    figure: Decimal | None = None
    why: str = ""
    ref: str = ""
    rule_points: Decimal | None = None
    self_points: Decimal | None = None
    evidence: str = ""
    review_points: Decimal | None = None
    review_reason: str = ""
    council_points: Decimal | None = None
    council_reason: str = ""

    @property
    def by_rule(self) -> bool:
        """Whether nobody types points: who disagrees corrects the figure."""
        return self.rule_points is not None

    @property
    def before_council(self) -> Decimal | None:
        for points in (self.rule_points, self.review_points, self.self_points):
            if points is not None:
                return points
        return None

    @property
    def points(self) -> Decimal | None:
        """The points that count; None: nobody gave any, and no figure does."""
        if self.by_rule or self.council_points is None:
            return self.before_council
        return self.council_points


def compute_points(criterion: Criterion, value: Decimal) -> Decimal:
    """Points for a figure. Below the first value of the scale 0 (linear: the first points), from the last value on the
    last points; linear in between, rounded half up to 2 decimals."""
    scale = criterion.scale
    reached = [points for least, points in scale if value >= least]
    if criterion.scoring != LINEAR:
        return reached[-1] if reached else Decimal(0)
    if not reached:
        return scale[0][1]
    for (low, first), (high, last) in pairwise(scale):
        if low <= value < high:
            return plain(round_half_up(first + (last - first) * (value - low) / (high - low), POINTS_DECIMALS))
    return scale[-1][1]


def apply_figure(criterion: Criterion, line: Line, found: Found | None) -> Line:
    """The line with the figure and its points; what was typed stays. A missing figure is not a nought: unless the sheet
    says so, the line is scored by hand."""
    if criterion.scoring == HAND or found is None:
        return line
    points = Decimal(0) if criterion.missing == ZERO else None
    if found.value is not None:
        points = compute_points(criterion, found.value)
    return replace(line, figure=found.value, why=found.why, ref=found.ref, rule_points=points)


def compute_total(lines: Sequence[Line]) -> Decimal | None:
    """None while any line has no points: what is missing is not counted as nought."""
    points = [line.points for line in lines]
    return None if any(one is None for one in points) else plain(sum((one for one in points if one), Decimal(0)))


def find_class(bands: Sequence[Band], total: Decimal | None) -> str:
    """The class's code; '' for no total. Totals between 0 and the sheet's have exactly one."""
    if total is None:
        return ""
    return next((band.code for band in sorted(bands, key=lambda one: -one.least) if total >= band.least), "")


def list_unscored(sheet: Sheet, lines: Sequence[Line]) -> list[Criterion]:
    return [sheet.criterion(line.code) for line in lines if line.points is None]


def write_lines(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """As JSON keeps them: numbers as text, what is empty left out."""
    return [
        {
            name: format(value, "f") if isinstance(value, Decimal) else value
            for name, value in asdict(line).items()
            if value not in (None, "")
        }
        for line in lines
    ]


_NUMBERS = ("figure", "rule_points", "self_points", "review_points", "council_points")


def fingerprint_lines(lines: Sequence[Line]) -> str:
    """Of everything that a person judges by: figures and points with what is written beside them. A figure read again
    with the same answer is the same."""
    shown = [{**kept, "ref": "", "why": ""} for kept in write_lines(lines)]
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:16]


def read_lines(kept: Sequence[Mapping[str, Any]]) -> list[Line]:
    """Inverse of `write_lines`."""
    found = []
    for one in kept:
        read: dict[str, Any] = {name: Decimal(value) if name in _NUMBERS else value for name, value in one.items()}
        found.append(Line(**read))
    return found
