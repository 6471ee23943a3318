"""What an organiser declares for one contest: looked over as a whole, and put in the place of what its kind said.

Criteria, ties and prizes are told by their names, as people type them; what keeps its name keeps its code.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from itertools import count
from typing import Any

from caunoi.contests.rules.ranking import BY_TOTALS, WHOLE
from caunoi.contests.rules.terms import Scale, spell_mark
from caunoi.vietnamese_text import clean, fold

MOST_CRITERIA, MOST_PRIZES = 20, 20
MOST_GIVEN = 1_000
LONGEST_NAME = 200
DECLARED = ("lowest", "highest", "step", "ties", "prizes", "rounds")
"""What of the kept terms can be declared; who may enter and who may judge stays as the kind has it."""


@dataclass(frozen=True)
class DeclaredCriterion:
    name: str
    weight: Decimal


@dataclass(frozen=True)
class DeclaredPrize:
    name: str
    number: int


@dataclass(frozen=True)
class DeclaredWhole:
    """`ties`: words of `BY_TOTALS` and names of criteria, the first asked first."""

    scale: Scale
    ties: Sequence[str]
    prizes: Sequence[DeclaredPrize]


@dataclass(frozen=True)
class Declared:
    """`rounds`: code -> its criteria; a round that is not named stays. `whole` None: all that stays too."""

    rounds: Mapping[str, Sequence[DeclaredCriterion]]
    whole: DeclaredWhole | None = None


class Fault(Enum):
    NAME = "name"
    NAME_TWICE = "name-twice"
    NO_CRITERION = "no-criterion"
    TOO_MANY = "too-many"
    WEIGHT = "weight"
    WEIGHTS = "weights"
    SCALE_ENDS = "scale-ends"
    SCALE_STEP = "scale-step"
    TIE = "tie"
    TIE_TWICE = "tie-twice"
    PRIZE_NUMBER = "prize-number"


@dataclass(frozen=True)
class Wrong:
    """`where`: the round, criterion, tie or prize as it is called; `together`: what weights come to."""

    fault: Fault
    where: str = ""
    together: Decimal = WHOLE


def declare(kept: Mapping[str, Any], declared: Declared) -> dict[str, Any]:
    """The terms to keep (see `terms.read_terms`), of what has no fault."""
    known = [row for one in kept["rounds"] for row in one["criteria"]]
    rounds = [
        {**one, "criteria": _name_rows(declared.rounds[one["code"]], [*known, *one["criteria"]])}
        if one["code"] in declared.rounds
        else one
        for one in kept["rounds"]
    ]
    made = {**kept, "rounds": rounds}
    if (whole := declared.whole) is not None:
        codes = _list_told_apart(rounds)
        for name in ("lowest", "highest", "step"):
            made[name] = spell_mark(getattr(whole.scale, name))
        made["ties"] = [codes[tie] for tie in whole.ties]
        made["prizes"] = _name_rows(whole.prizes, kept["prizes"])
    return made


def list_faults(kept: Mapping[str, Any], declared: Declared) -> list[Wrong]:
    """All at once, in the order in which the page asks for them. Empty: `declare` may be asked."""
    found: list[Wrong] = []
    for one in kept["rounds"]:
        if one["code"] in declared.rounds:
            found += _list_faults_of_round(one["name_vi"], declared.rounds[one["code"]])
    if (whole := declared.whole) is not None:
        end = whole.scale.find_fault()
        found += [Wrong(Fault.SCALE_STEP if end == "step" else Fault.SCALE_ENDS)] if end else []
        found += _list_faults_of_prizes(whole.prizes)
    if found:
        return found
    rounds = declare(kept, Declared(declared.rounds))["rounds"]
    codes = _list_told_apart(rounds)
    if whole is None:
        left = set(codes.values())
        names = {row["code"]: row["name_vi"] for one in kept["rounds"] for row in one["criteria"]}
        return [Wrong(Fault.TIE, names[tie]) for tie in kept["ties"] if tie not in left]
    wrong = [Wrong(Fault.TIE, tie) for tie in whole.ties if tie not in codes]
    return wrong or [Wrong(Fault.TIE_TWICE, tie) for tie in _list_twice(whole.ties)]


def list_tie_names(kept: Mapping[str, Any]) -> list[str]:
    """Names of the criteria that can tell entries apart: those that stand in every round."""
    return [name for name in _list_told_apart(kept["rounds"]) if name not in BY_TOTALS]


def _list_faults_of_round(name: str, criteria: Sequence[DeclaredCriterion]) -> list[Wrong]:
    if not criteria:
        return [Wrong(Fault.NO_CRITERION, name)]
    found = [Wrong(Fault.TOO_MANY, name)] if len(criteria) > MOST_CRITERIA else []
    found += _list_faults_of_names([one.name for one in criteria])
    found += [Wrong(Fault.WEIGHT, one.name) for one in criteria if one.weight <= 0]
    together = sum((one.weight for one in criteria), Decimal())
    return found + ([Wrong(Fault.WEIGHTS, name, together)] if together != WHOLE else [])


def _list_faults_of_prizes(prizes: Sequence[DeclaredPrize]) -> list[Wrong]:
    found = [Wrong(Fault.TOO_MANY)] if len(prizes) > MOST_PRIZES else []
    found += _list_faults_of_names([one.name for one in prizes])
    return found + [Wrong(Fault.PRIZE_NUMBER, one.name) for one in prizes if not 0 < one.number <= MOST_GIVEN]


def _list_faults_of_names(names: Sequence[str]) -> list[Wrong]:
    found = [Wrong(Fault.NAME, name) for name in names if not clean(name) or len(name) > LONGEST_NAME]
    return found + [Wrong(Fault.NAME_TWICE, name) for name in _list_twice(names)]


def _list_twice(names: Sequence[str]) -> list[str]:
    said = [clean(name).casefold() for name in names]
    return [name for at, name in enumerate(names) if said[at] in said[:at]]


def _list_told_apart(rounds: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Name or word -> what is kept of it."""
    several = [{row["code"]: row["name_vi"] for row in one["criteria"]} for one in rounds]
    names = {name: code for code, name in several[0].items() if all(code in one for one in several)}
    return names | {word: word for word in BY_TOTALS}


def _name_rows(
    declared: Sequence[DeclaredCriterion | DeclaredPrize], known: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """With the codes and English names of the known ones of the same name, later ones first; others get a code that
    says their name."""
    by_name = {row["name_vi"]: row for row in known}
    used, given, rows = {row["code"] for row in known}, set[str](), []
    for one in declared:
        name = clean(one.name)
        row = by_name.get(name)
        # Rounds may call one criterion by two names: in one round it stands once.
        if row is None or row["code"] in given:
            row = {"code": _make_code(name, used | given), "name_en": ""}
        given.add(row["code"])
        amount = {"weight": spell_mark(one.weight)} if isinstance(one, DeclaredCriterion) else {"number": one.number}
        rows.append({"code": row["code"], "name_vi": name, "name_en": row["name_en"], **amount})
    return rows


def _make_code(name: str, used: Collection[str]) -> str:
    """`rieng_tinh_sang_tao`: apart from every code of a pack and from the names of a page's other fields."""
    plain = f"rieng_{re.sub('[^a-z0-9]+', '_', fold(name)).strip('_')[:40]}"
    return next(code for at in count(1) if (code := plain if at == 1 else f"{plain}_{at}") not in used)
