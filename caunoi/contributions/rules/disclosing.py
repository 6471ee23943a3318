"""Who is named in the list that is disclosed, and what is told of all others together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum


class Why(Enum):
    """Why a gift's giver is not named."""

    NO_NAME = "no-name"
    NO_CONSENT = "no-consent"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Consent:
    """As the record says it. `way`: how it was given (on paper, at a meeting)."""

    given: bool
    day: date | None
    way: str


@dataclass(frozen=True)
class Gift:
    """One record. `amounts`: kind -> amount; `households`: how many gave together, None where it isn't asked. `name`
    blank: nobody is named, or it can't be read any more."""

    record: int
    org_unit: int
    day: date
    source: str
    amounts: Mapping[str, int]
    households: int | None
    name: str
    consent: Consent
    withdrawn_on: date | None = None


@dataclass
class Others:
    """Of one source: gifts that name nobody, how many households, and what they come to."""

    source: str
    gifts: int = 0
    households: int = 0
    amounts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Disclosed:
    """`left_out`: gifts with a name that is not told, and why."""

    named: tuple[Gift, ...]
    others: tuple[Others, ...]
    left_out: Mapping[Why, int]

    def total(self) -> dict[tuple[str, str], int]:
        """(source, kind) -> all of it, named or not."""
        found: dict[tuple[str, str], int] = {}
        parts = [(one.source, one.amounts) for one in self.named] + [(one.source, one.amounts) for one in self.others]
        for source, amounts in parts:
            for kind, amount in amounts.items():
                found[source, kind] = found.get((source, kind), 0) + amount
        return found


def find_obstacle(gift: Gift) -> Why | None:
    """None: the giver may be named. Consent counts with its day and its way, and only if it was given after the last
    time it was taken back."""
    if gift.withdrawn_on is not None and (gift.consent.day is None or gift.consent.day <= gift.withdrawn_on):
        return Why.WITHDRAWN
    if not gift.name:
        return Why.NO_NAME
    if not gift.consent.given or gift.consent.day is None or not gift.consent.way:
        return Why.NO_CONSENT
    return None


def disclose(gifts: Iterable[Gift], sources: Iterable[str]) -> Disclosed:
    """In the gifts' order; the others by source, in the sources' order."""
    named: list[Gift] = []
    others = {one: Others(one) for one in sources}
    left_out: dict[Why, int] = {}
    for gift in gifts:
        why = find_obstacle(gift)
        if why is None:
            named.append(gift)
            continue
        if why != Why.NO_NAME:
            left_out[why] = left_out.get(why, 0) + 1
        rest = others.setdefault(gift.source, Others(gift.source))
        rest.gifts += 1
        rest.households += gift.households or 0
        for kind, amount in gift.amounts.items():
            rest.amounts[kind] = rest.amounts.get(kind, 0) + amount
    return Disclosed(tuple(named), tuple(one for one in others.values() if one.gifts), left_out)


def signed_content(key: str) -> bytes:
    """Apart from everything else that the same key of the server signs."""
    return f"caunoi disclosure {key}".encode()
