"""From rows of demo/plan.csv and demo/beside.csv to records. The rules are told in demo/README.md; plain arithmetic,
no chance: the same records every time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from caunoi.demo.rules.drafts import Draft, Fillers, fixed_answers
from caunoi.periods.rules import add_months


@dataclass(frozen=True)
class PlanRow:
    """What one data element of one set of records adds up to. `left_out` names a place whose units get none. `through`:
    the room that sends the records, blank where somebody types them."""

    place: str
    code: str
    form: str
    unit_level: str
    first: date
    last: date
    total: Decimal
    spread: str
    records: str
    count: int
    left_out: str
    step: Decimal
    answers: str
    through: str = ""


@dataclass(frozen=True)
class BesideRow:
    """A set beside the plan: `per_unit` events of each unit, or (None) a report for each month from `first` on.
    The units are those under the places on the day `units_on`."""

    records: str
    form: str
    unit_level: str
    places: tuple[str, ...]
    units_on: date
    first: date
    last: date
    per_unit: int | None
    answers: str


@dataclass(frozen=True)
class Restated:
    """The set repeats what the units said in another one."""

    source: str
    questions: tuple[str, ...]


class PlanBroken(ValueError):
    """A row of the plan contradicts the others or cannot be made exactly."""


def divide(total: Decimal, step: Decimal, weights: Sequence[int]) -> list[Decimal]:
    """Parts that are multiples of the step and add up to the total exactly, by largest remainder (the first of equals).

    Raises PlanBroken if the total is not a multiple of the step.
    """
    quotas, rest = divmod(total, step)
    if rest:
        raise PlanBroken(f"{total} is not a multiple of {step}")
    whole, sum_of_weights = int(quotas), sum(weights)
    parts = [whole * weight // sum_of_weights for weight in weights]
    remainders = sorted(range(len(weights)), key=lambda i: (-(whole * weights[i] % sum_of_weights), i))
    for i in remainders[: whole - sum(parts)]:
        parts[i] += 1
    return [part * step for part in parts]


def unit_number(i: int, count: int, units: int) -> int:
    return i * units // count if count <= units else i % units


def event_day(i: int, count: int, first: date, last: date) -> date:
    return first + timedelta(days=i * ((last - first).days + 1) // count)


def make_planned(
    rows: Sequence[PlanRow],
    units: Sequence[str],
    question_of: Mapping[str, str | None],
    by_period: bool,
    fillers: Fillers,
    repeated: Mapping[str, Mapping[str, str]],
) -> list[Draft]:
    """All records of one set. `question_of` gives the question an element's amount goes into; None if its value needs
    no amount (it counts records, or is a class). `repeated`: unit -> answers it gives again."""
    first_row = rows[0]
    count = first_row.count
    if (
        len(
            {(r.form, r.unit_level, r.first, r.last, r.spread, r.count, r.left_out, r.answers, r.through) for r in rows}
        )
        != 1
    ):
        raise PlanBroken(f"the rows of {first_row.records} differ")
    if not units or (first_row.spread == "every-unit" and len(units) != count):
        raise PlanBroken(f"{first_row.records}: {len(units)} units for {count} records")
    amounts: list[tuple[str, list[Decimal]]] = []
    for k, row in enumerate(rows):
        question = question_of[row.code]
        if question is None:
            continue
        weights = [1 + (7 * (i + k)) % 5 if row.spread == "weighted" else 1 for i in range(count)]
        amounts.append((question, divide(row.total, row.step, weights)))
    made = []
    for i in range(count):
        unit = units[unit_number(i, count, len(units))]
        answers = fixed_answers(first_row.answers, i)
        answers.update((question, _plain(parts[i])) for question, parts in amounts)
        for question, text in repeated.get(unit, {}).items():
            answers.setdefault(question, text)
        made.append(
            Draft(
                first_row.records,
                i,
                first_row.form,
                unit,
                None if by_period else event_day(i, count, first_row.first, first_row.last),
                first_row.first if by_period else None,
                fillers.fill(first_row.form, i, answers),
            )
        )
    return made


def make_beside(row: BesideRow, units: Sequence[str], fillers: Fillers) -> list[Draft]:
    """The records of a set beside the plan, numbered month by month and unit by unit."""
    made = []
    if row.per_unit is None:
        months = [month for month in _months(row.first, row.last)]
        for number, (month, unit) in enumerate((month, unit) for month in months for unit in units):
            answers = fillers.fill(row.form, number, fixed_answers(row.answers, number))
            made.append(Draft(row.records, number, row.form, unit, None, month, answers))
        return made
    count = row.per_unit * len(units)
    for number in range(count):
        day = event_day(number, count, row.first, row.last)
        answers = fillers.fill(row.form, number, fixed_answers(row.answers, number))
        made.append(Draft(row.records, number, row.form, units[number % len(units)], day, None, answers))
    return made


def _months(first: date, last: date) -> list[date]:
    months = []
    month = (first.year, first.month)
    while date(*month, 1) <= last:
        months.append(date(*month, 1))
        month = add_months(month, 1)
    return months


def _plain(amount: Decimal) -> str:
    """`38`, `0.1`: as an answer is written; no exponent, no trailing zeros."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
