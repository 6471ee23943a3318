"""Sets of criteria: which are met by a unit, by a rule over figures or as stated, and what is missing."""

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


@dataclass(frozen=True)
class Stated:
    """What was said of a criterion for a unit since a day, with evidence, and who confirmed it."""

    met: bool
    evidence: str
    day: date
    by_name: str


@dataclass(frozen=True)
class Judged:
    """`met` None: nobody has said so, and no figure does. `figure`, `threshold`, `ref`: of a rule that was applied."""

    criterion: SetCriterion
    met: bool | None
    figure: Decimal | None = None
    threshold: Decimal | None = None
    ref: str = ""
    why: str = ""
    stated: Stated | None = None


def judge(
    criterion: SetCriterion, group: str, figure: tuple[Decimal | None, str, str] | None, stated: Stated | None
) -> Judged:
    """`figure`: value, why there is none, ref. A rule decides wherever its figure and the group's threshold are there;
    otherwise what was stated does. A missing figure never means "not met"."""
    threshold = criterion.threshold_of(group)
    value, why, ref = figure if figure is not None else (None, "", "")
    if criterion.test != BY_HAND and value is not None and threshold is not None:
        met = value >= threshold if criterion.test == AT_LEAST else value <= threshold
        return Judged(criterion, met, value, threshold, ref, "", stated)
    return Judged(criterion, None if stated is None else stated.met, value, threshold, ref, why, stated)


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


def find_group(spells: Sequence[tuple[date, str]], day: date) -> str:
    """The group on a day; '' before the first. `spells`: (since, group); of two of one day the later said holds."""
    since = [group for first, group in sorted(spells, key=lambda spell: spell[0]) if first <= day]
    return since[-1] if since else ""


def write_criteria(criteria: Sequence[SetCriterion]) -> list[dict[str, object]]:
    """As JSON keeps them: thresholds as text, so that they stay exact."""
    return [
        {
            "code": one.code, "name_vi": one.name_vi, "name_en": one.name_en, "test": one.test,
            "formula": one.formula, "unit": one.unit,
            "thresholds": {group: format(value, "f") for group, value in one.thresholds},
        }
        for one in criteria
    ]  # fmt: skip


def read_criteria(kept: Sequence[Mapping[str, object]]) -> list[SetCriterion]:
    """Inverse of `write_criteria`."""
    found = []
    for one in kept:
        texts = {name: str(one[name]) for name in ("code", "name_vi", "name_en", "test", "formula", "unit")}
        thresholds = one["thresholds"]
        assert isinstance(thresholds, dict)
        found.append(SetCriterion(**texts, thresholds=tuple((g, Decimal(v)) for g, v in thresholds.items())))
    return found
