"""Sets of criteria: which are met by a unit, by a rule over figures or as stated, and what is missing.

A criterion may fall into parts (chỉ tiêu thành phần), each with days of its own; then it is met when all of them are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

AT_LEAST, AT_MOST, BY_HAND = TESTS = ("at_least", "at_most", "hand")


@dataclass(frozen=True)
class Group:
    """A group of communes with thresholds of its own."""

    code: str
    name_vi: str
    name_en: str


@dataclass(frozen=True)
class SetCriterion:
    """`formula` blank: only ever stated. `thresholds`: group -> value; '' for all groups that have none."""

    code: str
    name_vi: str
    name_en: str
    test: str = BY_HAND
    formula: str = ""
    unit: str = ""
    thresholds: tuple[tuple[str, Decimal], ...] = ()

    def threshold_of(self, group: str) -> Decimal | None:
        found = dict(self.thresholds)
        return found.get(group, found.get(""))

    @property
    def is_measured(self) -> bool:
        """Whoever confirms it states the value, which the threshold judges."""
        return self.test != BY_HAND and not self.formula

    def is_met_by(self, value: Decimal, threshold: Decimal) -> bool:
        return value >= threshold if self.test == AT_LEAST else value <= threshold


@dataclass(frozen=True)
class Part:
    """What the criterion of that code falls into, from `first` to `last`, both included; None: as long as the set."""

    criterion: str
    rule: SetCriterion
    first: date | None = None
    last: date | None = None

    def holds_on(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Stated:
    """What was said of a criterion or a part for a unit since a day, with evidence, and who confirmed it. `value`: as
    measured. `id`: of the statement, 0 where it is not kept."""

    met: bool
    evidence: str
    day: date
    by_name: str
    value: Decimal | None = None
    id: int = 0


@dataclass(frozen=True)
class Judged:
    """`met` None: nobody has said so, and no figure does. `figure`, `threshold`, `ref`: of a rule that was applied;
    a measured value has no `ref`. `parts`: those of the day, of which `met` then follows."""

    criterion: SetCriterion
    met: bool | None
    figure: Decimal | None = None
    threshold: Decimal | None = None
    ref: str = ""
    why: str = ""
    stated: Stated | None = None
    parts: tuple[Judged, ...] = ()


def judge(
    criterion: SetCriterion, group: str, figure: tuple[Decimal | None, str, str] | None, stated: Stated | None
) -> Judged:
    """`figure`: value, why there is none, ref. A rule decides wherever its figure and the group's threshold are there;
    otherwise what was stated does. A missing figure never means "not met". A measured value is judged by the threshold
    of the unit's group on the day that is asked for, not by the one of the day it was stated."""
    threshold = criterion.threshold_of(group)
    value, why, ref = figure if figure is not None else (None, "", "")
    if criterion.is_measured:
        value = stated.value if stated is not None else None
        if value is None or threshold is None:
            return Judged(criterion, None, value, threshold, stated=stated)
    if criterion.test != BY_HAND and value is not None and threshold is not None:
        return Judged(criterion, criterion.is_met_by(value, threshold), value, threshold, ref, "", stated)
    return Judged(criterion, None if stated is None else stated.met, value, threshold, ref, why, stated)


def judge_parts(criterion: SetCriterion, parts: Sequence[Judged]) -> Judged:
    """`parts`: at least one. Met when all are, not met as soon as one is not, else nothing is known."""
    met: bool | None = None
    if any(one.met is False for one in parts):
        met = False
    elif all(one.met for one in parts):
        met = True
    return Judged(criterion, met, parts=tuple(parts))


@dataclass(frozen=True)
class Progress:
    """Criteria met, said to be unmet, not known; they sum to those of the set."""

    met: int
    unmet: int
    unknown: int

    @property
    def in_set(self) -> int:
        return self.met + self.unmet + self.unknown


def count_progress(judged: Sequence[Judged]) -> Progress:
    met = sum(one.met is True for one in judged)
    unmet = sum(one.met is False for one in judged)
    return Progress(met, unmet, len(judged) - met - unmet)


def list_missing(judged: Sequence[Judged]) -> list[Judged]:
    """Everything that is not met, in the set's order."""
    return [one for one in judged if one.met is not True]


def list_parts(judged: Sequence[Judged]) -> list[Judged]:
    """The parts of all criteria, in their order."""
    return [part for one in judged for part in one.parts]


def find_group(spells: Sequence[tuple[date, str]], day: date) -> str:
    """The group on a day; '' before the first. `spells`: (since, group); of two of one day the later said holds."""
    since = [group for first, group in sorted(spells, key=lambda spell: spell[0]) if first <= day]
    return since[-1] if since else ""


def write_criteria(criteria: Sequence[SetCriterion]) -> list[dict[str, object]]:
    """As JSON keeps them: thresholds as text, so that they stay exact."""
    return [_write(one) for one in criteria]


def read_criteria(kept: Sequence[Mapping[str, object]]) -> list[SetCriterion]:
    """Inverse of `write_criteria`."""
    return [_read(one) for one in kept]


def write_parts(parts: Sequence[Part]) -> list[dict[str, object]]:
    return [
        {
            **_write(one.rule), "criterion": one.criterion,
            "first": one.first.isoformat() if one.first else "", "last": one.last.isoformat() if one.last else "",
        }
        for one in parts
    ]  # fmt: skip


def read_parts(kept: Sequence[Mapping[str, object]]) -> list[Part]:
    """Inverse of `write_parts`."""
    return [Part(str(one["criterion"]), _read(one), _day(one["first"]), _day(one["last"])) for one in kept]


def _write(one: SetCriterion) -> dict[str, object]:
    return {
        "code": one.code, "name_vi": one.name_vi, "name_en": one.name_en, "test": one.test,
        "formula": one.formula, "unit": one.unit,
        "thresholds": {group: format(value, "f") for group, value in one.thresholds},
    }  # fmt: skip


def _read(one: Mapping[str, object]) -> SetCriterion:
    texts = {name: str(one[name]) for name in ("code", "name_vi", "name_en", "test", "formula", "unit")}
    thresholds = one["thresholds"]
    assert isinstance(thresholds, dict)
    return SetCriterion(**texts, thresholds=tuple((group, Decimal(value)) for group, value in thresholds.items()))


def _day(text: object) -> date | None:
    return date.fromisoformat(str(text)) if text else None
