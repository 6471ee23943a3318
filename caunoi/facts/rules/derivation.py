"""From the answers of one submission version to the facts it states."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple, TypeGuard

from django.utils.translation import gettext as _

from caunoi.facts.rules.expression_tree import Question
from caunoi.facts.rules.expressions import (
    AnswerRefused,
    Answers,
    Condition,
    Expression,
    ExpressionError,
    evaluate,
    evaluate_text,
    holds,
    parse_condition,
    parse_expression,
)
from caunoi.facts.rules.tokens import EXACT

# Sums of a few such amounts still fit a 64-bit column; anything near it is a typing mistake anyway.
LARGEST_AMOUNT = 2**62

CATEGORY = "category"


@dataclass(frozen=True)
class ElementRule:
    """A data element, compiled once. `day` is `period`, `end`, or the name of the question that says the day."""

    code: str
    kind: str
    decimals: int
    levels: frozenset[str]
    expression: Expression
    filter: Condition
    day: str
    classes: frozenset[str]

    @cached_property
    def unit(self) -> int:
        """What a whole 1 is in the book."""
        return int(10**self.decimals)

    @cached_property
    def bare_question(self) -> str | None:
        """The question whose number it is as it stands: most elements, and a month's reports state millions of them."""
        node = self.expression.node
        if isinstance(node, Question) and self.filter.node is None and self.kind != CATEGORY:
            return node.name
        return None


@dataclass(frozen=True)
class Frame:
    """The submission's days and the level of its unit; `named_*` are the calendar days of its named months."""

    day_from: date
    day_to: date
    named_from: date
    named_to: date
    level: str

    @cached_property
    def days_of(self) -> dict[str, tuple[date, date, date, date]]:
        """For elements whose day is no question's: (from, to, named from, named to)."""
        return {
            "period": (self.day_from, self.day_to, self.named_from, self.named_to),
            "end": (self.day_to, self.day_to, self.named_to, self.named_to),
        }


class DerivedFact(NamedTuple):
    """`amount` counts units of 10^-decimals; 0 for a category, whose class is `class_code`."""

    code: str
    day_from: date
    day_to: date
    named_from: date
    named_to: date
    disaggregation: str
    class_code: str
    amount: int


@dataclass(frozen=True)
class Problem:
    """Why a data element got no fact although its question was answered. Never a missing answer: that is no problem."""

    code: str
    sentence: str


@dataclass(frozen=True)
class Derivation:
    facts: list[DerivedFact]
    problems: list[Problem]


_DAY_QUESTION = re.compile(r"\$\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}", re.ASCII)


def read_day(day: str) -> str | None:
    """The name of the question in `${ngay}`; None for `period`, `end` or anything else."""
    found = _DAY_QUESTION.fullmatch(day.strip())
    return found.group(1) if found else None


def compile_element(
    *,
    code: str,
    kind: str,
    decimals: int,
    levels: Sequence[str],
    expression: str,
    filter: str,
    day: str,
    classes: Sequence[str] = (),
) -> ElementRule:
    """Raises `ExpressionError` when the expression, filter or day can't be read."""
    question = read_day(day)
    if question is None and day not in ("period", "end"):
        raise ExpressionError(_("Cột day phải là period, end hoặc một câu hỏi ngày dạng ${ngay}."), 1)
    return ElementRule(
        code=code,
        kind=kind,
        decimals=decimals,
        levels=frozenset(levels),
        expression=parse_expression(expression),
        filter=parse_condition(filter),
        day=question or day,
        classes=frozenset(classes),
    )


def derive(elements: Sequence[ElementRule], answers: Answers, frame: Frame) -> Derivation:
    """The facts of one version, at most one a data element, in the order of the elements.

    A missing answer, a filter that does not hold and a level that does not state the element give no fact. A value
    with more decimal places than the element has is a problem and no fact: rounding is never silent.
    """
    facts: list[DerivedFact] = []
    problems: list[Problem] = []
    level, days_of = frame.level, frame.days_of
    for element in elements:
        if level not in element.levels:
            continue
        # Nearly every element of a monthly form, millions of times a year: a count that stands as it was answered.
        bare = element.bare_question
        if bare is not None:
            said = answers.get(bare)
            if said is None:
                continue
            if _is_short_count(said) and (days := days_of.get(element.day)) is not None:
                facts.append(DerivedFact(element.code, *days, "", "", int(said) * element.unit))
                continue
        try:
            fact = _derive_one(element, answers, frame)
        except AnswerRefused as refused:
            problems.append(Problem(element.code, refused.sentence))
        else:
            if fact is not None:
                facts.append(fact)
    return Derivation(facts, problems)


def find_problems(elements: Sequence[ElementRule], answers: Answers, frame: Frame) -> list[Problem]:
    """The problems that `derive` finds, for whoever needs no facts: with counts, as most are, there can be none."""
    doubtful = [
        element
        for element in elements
        if (bare := element.bare_question) is None
        or ((said := answers.get(bare)) is not None and not (_is_short_count(said) and element.day in frame.days_of))
    ]
    return derive(doubtful, answers, frame).problems


def _derive_one(element: ElementRule, answers: Answers, frame: Frame) -> DerivedFact | None:
    if not holds(element.filter, answers):
        return None
    class_code, amount = "", 0
    if element.kind == CATEGORY:
        said = evaluate_text(element.expression, answers)
        if said is None:
            return None
        if element.classes and said not in element.classes:
            raise AnswerRefused(
                _("“%(value)s” không phải là một loại của %(code)s.") % {"value": said, "code": element.code}
            )
        class_code = said
    else:
        value = evaluate(element.expression, answers)
        if value is None:
            return None
        amount = scale(value, element.decimals)
    days = _days(element, answers, frame)
    return None if days is None else DerivedFact(element.code, *days, "", class_code, amount)


def _is_short_count(said: object) -> TypeGuard[str]:
    """Digits alone, too few to be too large: no Decimal is needed to say exactly what they are."""
    return isinstance(said, str) and len(said) <= 9 and said.isascii() and said.isdigit()


def scale(value: Decimal | str, decimals: int) -> int:
    """The value in whole units of 10^-decimals. Raises `AnswerRefused` if it is no such number, or too large."""
    if isinstance(value, str):
        raise AnswerRefused(_("Câu trả lời “%(value)s” không phải là số.") % {"value": value})
    scaled = EXACT.scaleb(value, decimals)
    # The size first: a number such as 1E90 would not even fit the exact context as a whole number.
    if scaled.adjusted() > 19 or abs(scaled) > LARGEST_AMOUNT:
        raise AnswerRefused(_("Giá trị %(value)s quá lớn.") % {"value": value})
    amount = int(scaled)
    if amount != scaled:
        raise AnswerRefused(
            _("Giá trị %(value)s có quá %(decimals)d chữ số thập phân.")
            % {"value": format(value, "f"), "decimals": decimals}
        )
    return amount


def _days(element: ElementRule, answers: Answers, frame: Frame) -> tuple[date, date, date, date] | None:
    if element.day in frame.days_of:
        return frame.days_of[element.day]
    said = answers.get(element.day)
    if not said:
        return None
    try:
        # A date-time question counts by its local date.
        day = date.fromisoformat(str(said)[:10])
    except ValueError:
        raise AnswerRefused(
            _("Câu trả lời “%(value)s” của câu hỏi %(name)s không phải là ngày.") % {"value": said, "name": element.day}
        ) from None
    return day, day, day, day
