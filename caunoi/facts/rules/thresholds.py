"""What a pack's checks.csv may say, and which of its rows counts for a data element on a level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from caunoi.facts.rules.plausibility import Thresholds

# The columns after code and level. Numbers may have decimals; counts are whole, at least 1, 2 where one says nothing.
NUMBERS = ("plausible_from", "plausible_to", "score", "jump", "least_change")
COUNTS = ("least_history", "most_history", "digits", "copied")
COLUMNS = ("plausible_from", "plausible_to", "least_history", "most_history", "score", "jump", "least_change", "digits",
           "copied")  # fmt: skip
# Where `OFF` may stand: the check isn't made, or a bound that a wider row gives does not hold here.
CAN_BE_OFF = frozenset({"plausible_from", "plausible_to", "score", "jump", "digits", "copied"})
OFF = "-"

Row = Mapping[str, str]


def combine(rows: Sequence[Row]) -> Thresholds:
    """`rows`: the most particular first. Each column is taken from the first row that gives it, else the default."""
    given: dict[str, Decimal | int | None] = {}
    for column in COLUMNS:
        text = next((row[column] for row in rows if row.get(column)), "")
        if text == OFF:
            given[column] = None
        elif text:
            given[column] = int(text) if column in COUNTS else Decimal(text)
    return Thresholds(**given)  # type: ignore[arg-type]  # the columns are the fields, each read as its type
