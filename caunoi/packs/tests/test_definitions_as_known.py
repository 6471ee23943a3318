"""Definitions of data elements, indicators and relations as they were known, over packs that change again and again."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caunoi.accounts.scope import EVERYTHING
from caunoi.audit.clock import current_number, take_numbers
from caunoi.audit.models import PastRow
from caunoi.audit.rules import Actor
from caunoi.facts.errors import CodeUnknown, OnlyReleased
from caunoi.facts.explanation import explain
from caunoi.facts.models import Book, DataElement, Posting
from caunoi.facts.projection import forget_projections
from caunoi.facts.queries import forget_catalogues
from caunoi.facts.questions import Figure, ask, make_question
from caunoi.facts.tests.builders import store_places
from caunoi.moments import local_moment
from caunoi.packs.actions import load_pack
from caunoi.packs.tests.builders import element, indicator, tiny_pack
from caunoi.places.tests.test_snapshot import reform

pytestmark = pytest.mark.django_db

AT = local_moment(date(2024, 3, 1))
YEAR = (date(2024, 1, 1), date(2024, 12, 31))
BY = Actor("Cán bộ tỉnh", 7)
COMMUNES = (3, 4)
CODES = ("hoi_nghi", "so_nguoi")


class _Undo(Exception):
    """Rolls back what one generated example wrote."""


def load(
    folder: Path,
    *,
    names: Mapping[str, str] | None = None,
    formulas: Mapping[str, str] | None = None,
    relations: Sequence[str] = (),
    codes: Sequence[str] = CODES,
) -> None:
    """A pack of the elements `codes` under these names, and of indicators with these formulas. `relations`: what is
    said of `hoi_nghi` to `so_nguoi`."""
    rows = [
        element(code, name_vi=(names or {}).get(code, code), expression="1", filter="", unit="lần") for code in codes
    ]
    load_pack(
        tiny_pack(
            folder,
            data_elements=rows,
            indicator_rows=[indicator(code, formula=formula, unit="") for code, formula in (formulas or {}).items()],
            assignment_rows=[],
            relations=[{"code": "hoi_nghi", "relation": one, "other": "so_nguoi"} for one in relations],
            files={"reports/bao-cao.docx": None, "reports/bao-cao.toml": None},
        ),
        by=BY,
        at=AT,
    )


def post(code: str, unit: int, amount: int) -> None:
    Posting.objects.create(
        seq=take_numbers(1)[0], book=Book.APPROVED, data_element=DataElement.objects.get(code=code), org_unit_id=unit,
        day_from=AT.date(), day_to=AT.date(), named_from=AT.date(), named_to=AT.date(), amount=amount, sign=1,
        version=None,
    )  # fmt: skip


def figures(codes: Sequence[str], as_known: int | None = None) -> list[Figure]:
    return ask(make_question(list(codes), "Tỉnh P", *YEAR, as_known=as_known), EVERYTHING)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store_places(reform())
    forget_catalogues()
    return tmp_path


def test_a_formula_that_was_changed_still_answers_as_it_did(folder: Path) -> None:
    load(folder, formulas={"tong": "hoi_nghi + so_nguoi"})
    post("hoi_nghi", 3, 2)
    post("so_nguoi", 3, 10)
    before = figures(["tong"])

    load(folder, formulas={"tong": "so_nguoi - hoi_nghi"})
    after = figures(["tong"])

    assert (before[0].value, after[0].value) == (12, 8)
    assert figures(["tong"], before[0].as_known) == before
    then, now = explain(before[0].ref, EVERYTHING), explain(after[0].ref, EVERYTHING)
    assert (then.formula, now.formula) == ("hoi_nghi + so_nguoi", "so_nguoi - hoi_nghi")
    assert then.figure.value == 12


def test_an_indicator_cannot_be_asked_for_before_it_was_known(folder: Path) -> None:
    load(folder)
    post("hoi_nghi", 3, 2)
    before = current_number()
    load(folder, formulas={"tong": "hoi_nghi + so_nguoi"})

    assert figures(["tong"])[0].why
    with pytest.raises(CodeUnknown, match="đặt ra sau thời điểm"):
        figures(["tong"], before)


def test_what_left_a_pack_is_still_answered_as_known_before(folder: Path) -> None:
    load(folder, formulas={"tong": "hoi_nghi + so_nguoi"})
    post("hoi_nghi", 3, 2)
    post("so_nguoi", 3, 1)
    before = figures(["tong", "hoi_nghi"])

    load(folder)

    with pytest.raises(CodeUnknown):
        figures(["tong"])
    assert figures(["tong", "hoi_nghi"], before[0].as_known) == before
    assert explain(before[0].ref, EVERYTHING).formula == "hoi_nghi + so_nguoi"


def test_what_came_and_left_again_is_answered_as_known_between(folder: Path) -> None:
    load(folder)
    post("hoi_nghi", 3, 2)
    post("so_nguoi", 3, 1)
    figures(["hoi_nghi"], current_number() - 1)
    load(folder, formulas={"tong": "hoi_nghi + so_nguoi"})
    between = figures(["tong"])

    load(folder)

    assert figures(["tong"], between[0].as_known) == between


def test_relations_and_names_are_those_of_then(folder: Path) -> None:
    load(folder, names={"hoi_nghi": "Hội nghị"}, relations=["not-greater-than"])
    post("hoi_nghi", 3, 5)
    post("so_nguoi", 3, 1)
    before = figures(CODES)
    load(folder, names={"hoi_nghi": "Cuộc họp"})

    assert before[0].warnings and not figures(CODES)[0].warnings
    assert figures(CODES, before[0].as_known) == before
    assert before[0].name_vi == "Hội nghị" and figures(CODES)[0].name_vi == "Cuộc họp"


def test_what_became_sensitive_is_protected_at_every_moment(folder: Path) -> None:
    load(folder, names={"hoi_nghi": "Hội nghị"})
    post("hoi_nghi", 3, 5)
    before = current_number()
    load(folder, names={"hoi_nghi": "Cuộc họp"})
    DataElement.objects.filter(code="hoi_nghi").update(sensitive=True, known_from=take_numbers(1)[0])

    with pytest.raises(OnlyReleased):
        ask(make_question(["hoi_nghi"], "Tỉnh P", *YEAR, as_known=before))


def test_loading_the_same_pack_again_keeps_no_past(folder: Path) -> None:
    load(folder, formulas={"tong": "hoi_nghi + so_nguoi"}, relations=["not-greater-than"])
    number = current_number()

    load(folder, formulas={"tong": "hoi_nghi + so_nguoi"}, relations=["not-greater-than"])

    assert current_number() == number
    assert not PastRow.objects.exists()


FORMULAS = {
    "hoi_nghi + so_nguoi": lambda a, b: Fraction(a + b),
    "so_nguoi - hoi_nghi": lambda a, b: Fraction(b - a),
    "hoi_nghi": lambda a, b: Fraction(a),
    "2 * so_nguoi": lambda a, b: Fraction(2 * b),
}


class Post(NamedTuple):
    code: str
    unit: int
    amount: int


class Load(NamedTuple):
    """Name of `hoi_nghi`, formula of the indicator `tong` (None: there is none), whether a relation is declared."""

    name: str
    formula: str | None
    related: bool


POSTED = st.builds(Post, st.sampled_from(CODES), st.sampled_from(COMMUNES), st.integers(0, 10**6))
LOADED = st.builds(
    Load, st.sampled_from(["Hội nghị", "Cuộc họp"]), st.none() | st.sampled_from(sorted(FORMULAS)), st.booleans()
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=6
)
@given(st.lists(LOADED | POSTED, min_size=2, max_size=7))
def test_an_answer_as_known_at_a_number_is_the_one_that_was_given_then(chain: list[Load | Post]) -> None:
    with pytest.raises(_Undo), transaction.atomic(), tempfile.TemporaryDirectory() as folder:
        store_places(reform())
        forget_catalogues()
        forget_projections()
        sums = dict.fromkeys(CODES, 0)
        state = Load("Hội nghị", "hoi_nghi + so_nguoi", True)
        given_then: dict[int, tuple[Load, dict[str, int], list[Figure]]] = {}
        steps: list[Load | Post] = [state, Post("hoi_nghi", 3, 7), Post("so_nguoi", 4, 5), *chain]
        for step in steps:
            if isinstance(step, Post):
                post(*step)
                sums[step.code] += step.amount
            else:
                state = step
                load(
                    Path(folder),
                    names={"hoi_nghi": state.name},
                    formulas={"tong": state.formula} if state.formula else {},
                    relations=["not-greater-than"] if state.related else [],
                )
            asked = [*CODES, "tong"] if state.formula else CODES
            given_then[current_number()] = (state, dict(sums), figures(asked))

        for number, ((name, formula, related), known, answered) in given_then.items():
            asked = [*CODES, "tong"] if formula else CODES
            again = figures(asked, number)
            assert again == answered
            assert again[0].name_vi == name
            if number == min(given_then):
                continue  # nothing was posted yet
            values = {code: known[code] for code in CODES}
            if all(values.values()) and formula:
                assert again[2].value == Decimal(int(FORMULAS[formula](*(values[code] for code in CODES))))
            broken = related and values["hoi_nghi"] > values["so_nguoi"] > 0
            assert bool(again[0].warnings) == broken or not all(values.values())
            if not formula:
                with pytest.raises(CodeUnknown):
                    figures(["tong"], number)
        raise _Undo
