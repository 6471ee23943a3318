"""Which declared relations the values stated together break."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from caunoi.facts.rules.formula_check import NOT_GREATER_THAN, PART_OF, TARGET_OF, TURNS_OF
from caunoi.sentences import gettext as _
from caunoi.sentences import number


@dataclass(frozen=True)
class Bound:
    """`code` may never be greater than `other`. `through`: the codes between them, if it only follows from others."""

    code: str
    relation: str
    other: str
    through: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Broken:
    bound: Bound
    value: Decimal
    most: Decimal


def list_bounds(relations: Iterable[tuple[str, str, str]]) -> list[Bound]:
    """The relations that bound a value, and those that follow from them: a part of a part is part of the whole, and
    what is not greater than a part is not greater than its whole. Circles are followed once.

    `relations` are (code, relation, other) as the catalogue has them; other kinds bound nothing.
    """
    above: dict[str, list[Bound]] = {}
    for code, relation, other in relations:
        if relation in (PART_OF, NOT_GREATER_THAN) and code != other:
            above.setdefault(code, []).append(Bound(code, relation, other))
    found: dict[tuple[str, str], Bound] = {}
    for start, direct in above.items():
        open_ = list(direct)
        while open_:
            bound = open_.pop(0)
            if bound.other == start or (start, bound.other) in found:
                continue
            found[start, bound.other] = bound
            for step in above.get(bound.other, ()):
                relation = PART_OF if bound.relation == step.relation == PART_OF else NOT_GREATER_THAN
                open_.append(Bound(start, relation, step.other, bound.through | {bound.other}))
    return list(found.values())


def find_broken(bounds: Sequence[Bound], values: Mapping[str, Decimal]) -> list[Broken]:
    """Of values for the same unit and days. What is not stated breaks nothing; zero is stated.

    What only follows from other relations is left to those where what stands between is stated too.
    """
    return [
        Broken(bound, values[bound.code], values[bound.other])
        for bound in bounds
        if bound.code in values
        and bound.other in values
        and values[bound.code] > values[bound.other]
        and not bound.through & values.keys()
    ]


def describe_broken(broken: Broken, part: str, whole: str) -> str:
    """The sentence for people, at the door and under a figure."""
    values = {"part": part, "a": number(broken.value), "whole": whole, "b": number(broken.most)}
    if broken.bound.relation == PART_OF:
        return _("“%(part)s” (%(a)s) là một phần của “%(whole)s” (%(b)s) nên không thể lớn hơn.") % values
    return _("“%(part)s” (%(a)s) không được lớn hơn “%(whole)s” (%(b)s).") % values


def name_relation(relation: str, *, turned: bool) -> str:
    """What the one side is to the other, to stand before the other's name; `turned`: what `other` is to `code`."""
    words = {
        PART_OF: (_("là một phần của"), _("gồm có")),
        NOT_GREATER_THAN: (_("không lớn hơn"), _("không nhỏ hơn")),
        TARGET_OF: (_("là chỉ tiêu phấn đấu của"), _("có chỉ tiêu phấn đấu")),
        TURNS_OF: (_("là số lượt của"), _("có số lượt")),
    }
    return words[relation][turned]
