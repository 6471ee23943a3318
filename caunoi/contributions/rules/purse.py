"""What a pack says of contributions: the sources, the kinds of gifts, and which questions of which forms tell them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any


class Side(Enum):
    """GIVEN: somebody gave it for the work. COST: the work cost it, paid by that source."""

    GIVEN = "given"
    COST = "cost"


@dataclass(frozen=True)
class MoneySource:
    code: str
    name_vi: str
    name_en: str


@dataclass(frozen=True)
class GiftKind:
    """`decimals`: of its unit, as amounts are kept. `money`: in đồng, so that it is held against costs."""

    code: str
    name_vi: str
    name_en: str
    unit: str
    decimals: int
    money: bool


@dataclass(frozen=True)
class WorkForm:
    """One form. Each field but the first three is a question of it, blank if it asks none: `work` names a thing of
    `register`; `source` says which source; `giver` who gave, told to others only if `consent` is answered with
    `consent_value`, with its day and the way it was given. `progress`: question -> property of the register with the
    target it is shown beside, never added to."""

    form: str
    side: Side
    register: str
    work: str
    source: str
    households: str
    giver: str
    consent: str
    consent_value: str
    consent_day: str
    consent_way: str
    progress: Mapping[str, str]


@dataclass(frozen=True)
class AmountRule:
    """`question` states that much of `kind` from `source`; where the form asks the source, only if it is this one.
    `element`: the data element that counts the same, blank if none does."""

    form: str
    question: str
    kind: str
    source: str
    element: str


@dataclass(frozen=True)
class Purse:
    sources: tuple[MoneySource, ...] = ()
    kinds: tuple[GiftKind, ...] = ()
    forms: tuple[WorkForm, ...] = ()
    amounts: tuple[AmountRule, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.sources or self.kinds or self.forms or self.amounts)

    def form(self, code: str) -> WorkForm | None:
        return next((one for one in self.forms if one.form == code), None)

    def kind(self, code: str) -> GiftKind | None:
        return next((one for one in self.kinds if one.code == code), None)

    def kinds_given(self) -> list[GiftKind]:
        sides = {one.form: one.side for one in self.forms}
        given = {one.kind for one in self.amounts if sides.get(one.form) == Side.GIVEN}
        return [one for one in self.kinds if one.code in given]

    def elements(self, side: Side) -> dict[tuple[str, str], list[str]]:
        """(source, kind) -> the data elements that count it on this side, each once."""
        sides = {one.form: one.side for one in self.forms}
        found: dict[tuple[str, str], list[str]] = {}
        for one in self.amounts:
            if sides.get(one.form) == side and one.element:
                several = found.setdefault((one.source, one.kind), [])
                if one.element not in several:
                    several.append(one.element)
        return found


def write_purse(purse: Purse) -> dict[str, Any]:
    """As JSON keeps it."""
    told = asdict(purse)
    for form in told["forms"]:
        form["side"] = form["side"].value
        form["progress"] = dict(form["progress"])
    return {name: list(rows) for name, rows in told.items()}


def read_purse(stored: Mapping[str, Any]) -> Purse:
    return Purse(
        tuple(MoneySource(**one) for one in stored["sources"]),
        tuple(GiftKind(**one) for one in stored["kinds"]),
        tuple(WorkForm(**{**one, "side": Side(one["side"])}) for one in stored["forms"]),
        tuple(AmountRule(**one) for one in stored["amounts"]),
    )


@dataclass(frozen=True)
class Line:
    """`amount`: in whole 10^-decimals of the kind's unit."""

    side: Side
    source: str
    kind: str
    amount: int


def read_lines(purse: Purse, form_code: str, answers: Mapping[str, Any]) -> list[Line]:
    """What one record says, each source and kind once, in the purse's order. What is no number, or finer than the kind
    is kept, is left out: the door flags it, and no book can hold it."""
    form = purse.form(form_code)
    if form is None:
        return []
    found: dict[tuple[str, str], int] = {}
    for rule in purse.amounts:
        kind = purse.kind(rule.kind)
        if rule.form != form_code or kind is None or (form.source and answers.get(form.source) != rule.source):
            continue
        amount = scale(answers.get(rule.question), kind.decimals)
        if amount:
            key = rule.source, rule.kind
            found[key] = found.get(key, 0) + amount
    return [Line(form.side, source, kind, amount) for (source, kind), amount in found.items() if amount]


# What the books hold at most, and leaves room to add some: a larger one is flagged at the door.
LARGEST = 2**62
_MOST_DIGITS = 19


def scale(answer: object, decimals: int) -> int | None:
    if not isinstance(answer, str) or not answer:
        return None
    try:
        value = Decimal(answer).scaleb(decimals)
    except InvalidOperation:
        return None
    # The size first: of 1E90 not even the whole number would be told in this context, and no column holds it.
    if not value.is_finite() or value.adjusted() > _MOST_DIGITS or abs(value) > LARGEST:
        return None
    return int(value) if value == value.to_integral_value() else None
