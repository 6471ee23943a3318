"""What holds for any list of recipients, and for any code."""

from __future__ import annotations

import base64
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caunoi.awards.rules.codes import Code, Standing, judge_standing, read_code
from caunoi.awards.rules.counting import Decided, make_answers
from caunoi.awards.rules.life import DossierState, DossierStep, find_next
from caunoi.awards.rules.recipients import Counted, Recipient, RecipientKind, count_by_unit, list_names, split_new
from caunoi.awards.tests.builders import ANSWERS, DAY

RECIPIENTS = st.builds(
    Recipient, st.sampled_from(RecipientKind), st.integers(1, 4), st.sampled_from(["Tổ 1", "tổ 1", "Tổ 2"]),
    st.integers(1, 3),
)  # fmt: skip


@given(st.lists(RECIPIENTS))
def test_nobody_is_lost_and_nobody_stands_twice(wanted: list[Recipient]) -> None:
    new, twice = split_new(wanted, set())

    assert len(new) + len(twice) == len(wanted)
    assert len({one.identity for one in new}) == len(new)
    assert {one.identity for one in twice} <= {one.identity for one in new}


@given(
    st.lists(st.tuples(st.sampled_from(RecipientKind), st.integers(1, 6))),
    st.dictionaries(st.integers(1, 6), st.integers(7, 9)),
)
def test_counts_by_unit_add_up_to_those_who_have_one(
    recipients: list[tuple[RecipientKind, int]], owing: dict[int, int]
) -> None:
    counted = count_by_unit(recipients, owing).values()

    people = [unit for kind, unit in recipients if kind == RecipientKind.PERSON and unit in owing]
    assert sum(one.persons for one in counted) == len(people)
    assert sum(one.persons + one.collectives for one in counted) == sum(unit in owing for _kind, unit in recipients)
    assert all(not one.is_empty for one in counted)


def test_a_form_is_answered_in_its_own_choices() -> None:
    answers = make_answers(ANSWERS, Decided(DAY, "1/QĐ", "chuyen_de", "commune"), Counted(2, 3))

    assert answers == {
        "ngay": "2026-03-01", "so_quyet_dinh": "1/QĐ", "cap_khen": "xa", "dip_khen": "chuyen_de",
        "so_tap_the": "2", "so_ca_nhan": "3",
    }  # fmt: skip
    assert make_answers(ANSWERS, Decided(DAY, "", "", "village"), Counted())["cap_khen"] == ""


@given(st.binary(min_size=64, max_size=64))
def test_a_code_is_read_as_it_was_written(signature: bytes) -> None:
    code = Code("abcdefghij_-12345678", "0123456789abcdef", base64.b64encode(signature).decode())

    assert read_code(str(code)) == code
    assert "/" not in str(code) and "+" not in str(code)


@pytest.mark.parametrize("text", ["", "abc", "a.b.c", "x" * 200, "../../etc/passwd", "%00"])
def test_what_is_no_code_is_none(text: str) -> None:
    assert read_code(text) is None


@pytest.mark.parametrize(
    ("is_ours", "holds", "is_kept", "is_withdrawn", "standing"),
    [
        (True, True, True, False, Standing.VALID),
        (True, True, True, True, Standing.WITHDRAWN),
        (True, True, False, False, Standing.UNKNOWN),
        (True, False, True, False, Standing.UNKNOWN),
        (False, False, False, False, Standing.OTHER_SERVER),
        (False, True, True, False, Standing.OTHER_SERVER),
    ],
)
def test_what_a_code_is_worth(
    is_ours: bool, holds: bool, is_kept: bool, is_withdrawn: bool, standing: Standing
) -> None:
    assert judge_standing(is_ours=is_ours, holds=holds, is_kept=is_kept, is_withdrawn=is_withdrawn) == standing


def test_every_state_and_step_is_decided() -> None:
    possible = {(state, step) for state, step in product(DossierState, DossierStep) if find_next(state, step)}

    assert possible == {
        (DossierState.DRAFT, DossierStep.CHANGE),
        (DossierState.DRAFT, DossierStep.DECIDE),
        (DossierState.DRAFT, DossierStep.DROP),
        (DossierState.DECIDED, DossierStep.WITHDRAW),
        (DossierState.DECIDED, DossierStep.PRINT),
    }


def test_names_are_read_a_line_each_up_to_a_number() -> None:
    assert list_names("Một\n\n  \nHai\n", 2) == ["Một", "Hai"]
    assert list_names("Một\nHai\nBa", 2) is None
