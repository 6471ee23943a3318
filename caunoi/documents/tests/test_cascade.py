from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from caunoi.accounts.scope import EVERYTHING
from caunoi.documents.cascade import Branch, Cascade, build_cascade
from caunoi.documents.rules.answering import DONE, DONE_LATE, LATE, OPEN, Asked, find_done_day, find_state
from caunoi.documents.rules.drafts import DeadlineDraft
from caunoi.documents.tests.builders import (
    BAN_QUA,
    BAN_VUOC,
    BAT_XAT,
    COC_SAN,
    THON,
    register,
    resolution,
    store_documents_world,
)

APRIL = date(2026, 4, 30)
JUNE = date(2026, 6, 15)
AUGUST = date(2026, 8, 10)


@pytest.mark.parametrize(
    ("answered", "today", "state"),
    [
        ({}, date(2026, 4, 30), OPEN),
        ({}, date(2026, 5, 1), LATE),
        ({7: APRIL}, AUGUST, DONE),
        ({7: date(2026, 5, 1)}, AUGUST, DONE_LATE),
        ({2: APRIL, 4: APRIL}, AUGUST, DONE),
        ({2: APRIL, 4: date(2026, 5, 1)}, AUGUST, DONE_LATE),
        ({2: APRIL}, AUGUST, LATE),
    ],
)
def test_a_successor_has_its_plan_when_it_answered_or_when_all_it_succeeds_had(
    answered: dict[int, date], today: date, state: str
) -> None:
    asked = [Asked(2, APRIL), Asked(4, APRIL)]

    assert find_state(7, asked, answered, today)[0] == state


def test_without_a_day_nothing_is_late() -> None:
    assert find_state(7, [Asked(7, None)], {}, AUGUST) == (OPEN, None)


@given(st.sets(st.integers(1, 6), min_size=1), st.dictionaries(st.integers(1, 6), st.dates(APRIL, AUGUST)))
def test_what_was_asked_of_a_divided_unit_is_done_when_all_its_parts_answered(
    parts: set[int], answered: dict[int, date]
) -> None:
    done_on = find_done_day(0, parts, answered)

    assert (done_on is not None) == parts.issubset(answered)
    assert done_on is None or done_on == max(answered[part] for part in parts)


@pytest.fixture
def world(db: None, settings: Settings, tmp_path: Path) -> None:
    settings.CAUNOI_HOME = tmp_path
    store_documents_world()


def states(branches: tuple[Branch, ...]) -> dict[str, str | None]:
    return {branch.name: branch.state for branch in branches}


def totals(cascade: Cascade) -> dict[str, dict[str, int]]:
    return {level: dict(counts) for level, counts in cascade.totals.items()}


def test_the_tree_stands_on_the_boundaries_of_the_asked_day(world: None) -> None:
    asking = resolution(BAN_QUA, BAN_VUOC, COC_SAN)
    register(BAN_QUA, implements=asking.pk, issued_on=date(2026, 3, 1), reference="1/KH")
    register(COC_SAN, implements=asking.pk, issued_on=date(2026, 5, 5), reference="2/KH")

    june = build_cascade(asking, EVERYTHING, JUNE)
    assert states(june.branches) == {"Xã Bản Qua": DONE, "Xã Bản Vược": LATE, "Xã Cốc San": DONE_LATE}
    august = build_cascade(asking, EVERYTHING, AUGUST)
    assert states(august.branches) == {"Xã Bát Xát": LATE, "Xã Cốc San": DONE_LATE}
    register(BAT_XAT, implements=asking.pk, issued_on=date(2026, 8, 1), reference="3/KH")
    assert totals(build_cascade(asking, EVERYTHING, AUGUST)) == {"commune": {DONE_LATE: 2}}
    assert states(build_cascade(asking, EVERYTHING, date(2026, 4, 1)).branches)["Xã Bản Vược"] == OPEN


def test_a_plan_goes_on_to_the_villages_it_asks(world: None) -> None:
    asking = resolution(COC_SAN)
    register(
        COC_SAN,
        implements=asking.pk, addressed_to=(THON,),
        deadlines=(DeadlineDraft("Họp dân", date(2026, 4, 1)),),
    )  # fmt: skip

    cascade = build_cascade(asking, EVERYTHING, AUGUST)

    (answer,) = cascade.branches[0].answers
    assert states(answer.branches) == {"Thôn 1": LATE}
    assert dict(answer.counts) == {LATE: 1}


def test_villages_asked_from_above_stand_under_their_communes(world: None) -> None:
    asking = resolution(THON)

    cascade = build_cascade(asking, EVERYTHING, AUGUST)

    (commune,) = cascade.branches
    assert (commune.name, commune.state, dict(commune.counts)) == ("Xã Cốc San", None, {LATE: 1})
    assert states(tuple(commune.below)) == {"Thôn 1": LATE}


def test_the_tree_takes_as_many_statements_for_many_units_as_for_few(world: None) -> None:
    few, many = resolution(COC_SAN), resolution(BAN_QUA, BAN_VUOC, COC_SAN, reference="13-NQ/TU")
    for unit in (BAN_QUA, BAN_VUOC, COC_SAN):
        register(unit, implements=many.pk, reference=f"{unit}/KH")
    register(COC_SAN, implements=few.pk, reference="9/KH")

    counts = []
    for one in (few, many):
        with CaptureQueriesContext(connection) as asked:
            build_cascade(one, EVERYTHING, AUGUST)
        counts.append(len(asked))

    assert counts[0] == counts[1]
