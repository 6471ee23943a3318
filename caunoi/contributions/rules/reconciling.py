"""Money given for a work by source, held against what the work cost by source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum


class Standing(Enum):
    EQUAL = "equal"
    GIVEN_MORE = "given-more"
    COST_MORE = "cost-more"
    NO_COST = "no-cost"
    NOTHING_GIVEN = "nothing-given"
    EMPTY = "empty"


@dataclass(frozen=True)
class Held:
    """One source, in đồng."""

    source: str
    given: int
    cost: int

    @property
    def difference(self) -> int:
        """Given less cost."""
        return self.given - self.cost

    @property
    def standing(self) -> Standing:
        if not self.given and not self.cost:
            return Standing.EMPTY
        if not self.cost:
            return Standing.NO_COST
        if not self.given:
            return Standing.NOTHING_GIVEN
        if self.given == self.cost:
            return Standing.EQUAL
        return Standing.GIVEN_MORE if self.given > self.cost else Standing.COST_MORE


def hold_together(sources: Sequence[str], given: Mapping[str, int], cost: Mapping[str, int]) -> tuple[list[Held], Held]:
    """Each source in the order given (and after them any other that has money), and all of them together."""
    others = sorted((given.keys() | cost.keys()) - set(sources))
    held = [Held(one, given.get(one, 0), cost.get(one, 0)) for one in [*sources, *others]]
    return held, Held("", sum(one.given for one in held), sum(one.cost for one in held))


def add_up(amounts: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, amount in amounts:
        found[name] = found.get(name, 0) + amount
    return found
