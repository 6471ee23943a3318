"""Every kind of question over random ledgers has one answer: DuckDB's, a Spark cluster's, plain Python's.

All kinds of data elements, every function of formulas and formulas made of them, cut into months to years by either
calendar, on the boundaries of any day, of both books, as known now and before.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from caunoi.facts.models import Book, DataElement, Posting
from caunoi.facts.questions import TYPED_DECIMALS, Figure, Question, ask
from caunoi.facts.rules.formula import FUNCTIONS, divides, parse_formula
from caunoi.facts.rules.formula_tree import codes_in
from caunoi.facts.tests.random_questions import (
    EACH_FUNCTION,
    INDICATOR_DECIMALS,
    INDICATORS,
    KINDS,
    Ledger,
    ledgers,
    put,
    questions,
    write,
)
from caunoi.facts.tests.reference import Formulas, Reference, cut_days
from caunoi.places.queries import get_snapshot

pytestmark = pytest.mark.django_db
PARSED = {code: parse_formula(formula) for code, formula in INDICATORS.items()}
# Fifty digits are carried through a division; that far below what is shown, fractions and decimals may differ.
INEXACT = Fraction(1, 10**25)
slow = hypothesis_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
    deadline=None,
)
some = hypothesis_settings(slow, max_examples=max(4, hypothesis_settings.default.max_examples // 2))
few = hypothesis_settings(slow, max_examples=max(3, hypothesis_settings.default.max_examples // 10))


class _Undo(Exception):
    """Rolls back what one generated example wrote."""


@pytest.mark.duckdb  # on Spark the test below asks both engines and plain Python
@some
@given(ledgers(), st.lists(questions(), min_size=2, max_size=4))
def test_every_question_is_answered_as_plain_python_answers_it(ledger: Ledger, asked: list[dict[str, Any]]) -> None:
    with pytest.raises(_Undo), transaction.atomic():
        elements = write(ledger)
        postings = list(Posting.objects.order_by("seq"))
        for question in put(asked, ledger):
            check_against_reference(ask(question), question, ledger, postings, elements)
        raise _Undo


@few
@given(ledgers(), st.lists(questions(), min_size=2, max_size=2))
def test_spark_answers_every_question_as_duckdb_and_plain_python_do(
    spark: None, settings: Any, ledger: Ledger, asked: list[dict[str, Any]]
) -> None:
    with pytest.raises(_Undo), transaction.atomic():
        elements = write(ledger)
        postings = list(Posting.objects.order_by("seq"))
        for question in put(asked, ledger):
            settings.CAUNOI_ENGINE = "duckdb"
            embedded = ask(question)
            settings.CAUNOI_ENGINE = "spark"
            on_cluster = ask(question)

            assert on_cluster == embedded
            check_against_reference(on_cluster, question, ledger, postings, elements)
        raise _Undo


def test_no_function_of_formulas_is_left_unasked() -> None:
    asked = " ".join(EACH_FUNCTION)

    assert [function for function in FUNCTIONS if f"{function}(" not in asked] == []


def check_against_reference(
    answer: list[Figure], question: Question, ledger: Ledger, postings: list[Posting], elements: dict[str, DataElement]
) -> None:
    places = get_snapshot(question.as_known)
    book = Book.APPROVED if question.book == "approved" else Book.REPORTED
    reference = Reference(postings, places, question.boundaries, book, question.as_known)
    formulas = Formulas(reference, elements, PARSED, question.cut_off, ledger.targets_for)
    slices = {slice_.days: slice_ for slice_ in cut_days(question)}
    seen: dict[tuple[str, str], list[Any]] = {}
    for figure in answer:
        seen.setdefault((figure.code, figure.place), []).append((figure.first, figure.last))
        unit = places.by_key[figure.place].id
        assert figure.value is not None or figure.why, "a figure without a value says why"
        if not places.exists_on(unit, question.boundaries):
            continue
        slice_ = slices[next(days for days in slices if days.first == figure.first)]
        if figure.code in KINDS:
            check_element(figure, elements[figure.code], reference, unit, slice_)
        else:
            check_formula(figure, formulas, unit, slice_)
    wanted = [(days.first, days.last) for days in slices]
    assert all(days == wanted for days in seen.values()), "the asked days, cut as the calendar cuts them"


def check_element(figure: Figure, element: DataElement, reference: Reference, unit: int, slice_: Any) -> None:
    assert exactly(figure.value) == reference.value_of(element, unit, slice_)
    if element.kind in ("flow", "stock"):
        found = (reference.flow if element.kind == "flow" else reference.stock)(element, unit, slice_)
        assert (figure.estimated, figure.carried_over) == (found.estimated, found.carried_over)
        cut = figure.partly_outside
        assert (None if cut is None else (exactly(cut.value), cut.facts)) == found.cut


def check_formula(figure: Figure, formulas: Formulas, unit: int, slice_: Any) -> None:
    node = PARSED.get(figure.code) or parse_formula(figure.code)
    found = formulas.compute(node, unit, slice_)
    assert (figure.value is None) == (found.value is None), (figure.code, figure.why, found)
    if figure.value is None or found.value is None:
        return
    # What divides is rounded, once; all else is exact.
    decimals = INDICATOR_DECIMALS if figure.code in INDICATORS else TYPED_DECIMALS
    off = Fraction(1, 2 * 10**decimals) if divides(node) or codes_in(node) & set(INDICATORS) else 0
    assert abs(Fraction(figure.value) - found.value) <= off + INEXACT, (figure.code, figure.value, found)
    for shown, computed in ((figure.numerator, found.numerator), (figure.denominator, found.denominator)):
        assert (shown is None) == (computed is None), (figure.code, shown, computed)
        if shown is not None and computed is not None:
            assert abs(Fraction(shown) - computed) <= INEXACT * max(1, abs(computed))


def exactly(value: Decimal | None) -> Fraction | None:
    return None if value is None else Fraction(value)
