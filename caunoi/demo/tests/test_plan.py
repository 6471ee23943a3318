"""The plan's arithmetic, without a database: what the rows ask for is what the records say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caunoi.demo.rules.drafts import Filler, Fillers, fixed_answers
from caunoi.demo.rules.plan import (
    BesideRow,
    PlanBroken,
    PlanRow,
    divide,
    event_day,
    make_beside,
    make_planned,
    unit_number,
)
from caunoi.demo.sources import read_demo, read_rows

REPOSITORY = Path(__file__).resolve().parents[3]
FIRST = date(2023, 11, 1)


def row(**values: object) -> PlanRow:
    given_: dict[str, object] = {
        "place": "Huyện Bát Xát", "code": "labour_days", "form": "dong_gop", "unit_level": "village",
        "first": date(2023, 1, 1), "last": date(2023, 12, 31), "total": Decimal(100), "spread": "weighted",
        "records": "a", "count": 7, "left_out": "", "step": Decimal(1), "answers": "",
    }  # fmt: skip
    return PlanRow(**{**given_, **values})


@given(
    st.integers(min_value=0, max_value=10**10),
    st.sampled_from([Decimal(1), Decimal("0.1"), Decimal(100000)]),
    st.lists(st.integers(min_value=1, max_value=9), min_size=1, max_size=60),
)
def test_divided_amounts_add_up_to_the_total_exactly(quotas: int, step: Decimal, weights: list[int]) -> None:
    parts = divide(quotas * step, step, weights)

    assert sum(parts) == quotas * step
    assert all(part % step == 0 for part in parts)


def test_what_remains_goes_to_the_largest_remainders_and_the_first_of_equals() -> None:
    assert divide(Decimal(5), Decimal(1), [1, 1, 1]) == [2, 2, 1]
    assert divide(Decimal(4), Decimal(1), [1, 3, 2]) == [1, 2, 1]


def test_a_total_that_is_no_multiple_of_its_step_is_a_mistake_of_the_plan() -> None:
    with pytest.raises(PlanBroken):
        divide(Decimal("1.05"), Decimal("0.1"), [1])


def test_few_records_spread_over_all_units_and_many_go_round() -> None:
    assert [unit_number(i, 3, 9) for i in range(3)] == [0, 3, 6]
    assert [unit_number(i, 5, 2) for i in range(5)] == [0, 1, 0, 1, 0]


def test_days_run_from_the_first_to_the_last() -> None:
    days = [event_day(i, 4, date(2023, 1, 1), date(2023, 1, 8)) for i in range(4)]

    assert days == [date(2023, 1, 1), date(2023, 1, 3), date(2023, 1, 5), date(2023, 1, 7)]


def test_fixed_answers_stand_for_all_or_come_in_turn_or_in_stretches() -> None:
    text = "a=x;b=p|q|r;c=m*2|n*1"

    assert fixed_answers(text, 0) == {"a": "x", "b": "p", "c": "m"}
    assert fixed_answers(text, 1)["c"] == "m"
    assert fixed_answers(text, 2) == {"a": "x", "b": "r", "c": "n"}


def test_silent_questions_are_filled_in_order_and_only_where_they_are_asked() -> None:
    fillers = Fillers(
        [
            Filler("f", "so_hoi", "", "${i} mod 4"),
            Filler("f", "so_tra_loi", "", "${so_hoi} - number(${i} mod 2 = 1 and ${so_hoi} > 0)"),
            Filler("f", "ten", "", "concat('Mô hình số ', ${i} + 1)"),
            Filler("f", "so_cong", "${loai} = 'cong'", "5"),
        ]
    )

    assert fillers.fill("f", 7, {"loai": "dat"}) == {
        "loai": "dat", "so_hoi": "3", "so_tra_loi": "2", "ten": "Mô hình số 8",
    }  # fmt: skip
    assert fillers.fill("f", 0, {"loai": "cong", "so_hoi": "9"})["so_cong"] == "5"


def test_rows_of_one_set_answer_questions_of_the_same_records() -> None:
    rows = [row(), row(code="contributing_household_turns", total=Decimal(20))]

    drafts = make_planned(
        rows, ["v1", "v2"], {"labour_days": "so_cong", "contributing_household_turns": "so_ho"}, False, Fillers([]), {}
    )

    assert len(drafts) == 7
    assert sum(int(draft.answers["so_cong"]) for draft in drafts) == 100
    assert sum(int(draft.answers["so_ho"]) for draft in drafts) == 20
    assert {draft.unit for draft in drafts} == {"v1", "v2"}


def test_a_restated_record_repeats_what_its_unit_said_before() -> None:
    fillers = Fillers([Filler("dong_gop", "so_can_bo", "", "11")])

    draft = make_planned(
        [row(count=1, total=Decimal(1), spread="every-unit")], ["v1"], {"labour_days": "so_ban"}, False, fillers,
        {"v1": {"so_can_bo": "13"}},
    )[0]  # fmt: skip

    assert draft.answers == {"so_ban": "1", "so_can_bo": "13"}


def test_months_beside_the_plan_run_over_all_units_month_by_month() -> None:
    monthly = BesideRow("m", "f", "village", ("p",), FIRST, FIRST, date(2024, 2, 1), None, "")

    drafts = make_beside(monthly, ["v1", "v2"], Fillers([]))

    assert [(draft.period, draft.unit) for draft in drafts[:3]] == [
        (date(2023, 11, 1), "v1"), (date(2023, 11, 1), "v2"), (date(2023, 12, 1), "v1"),
    ]  # fmt: skip
    assert len(drafts) == 8


def test_the_plan_can_be_read_and_every_set_agrees_with_itself() -> None:
    demo = read_demo(REPOSITORY)
    elements = {r["code"]: r for r in read_rows(demo.pack / "data_elements.csv")}

    for records, rows in demo.planned.items():
        units = [f"u{n}" for n in range(rows[0].count if rows[0].spread == "every-unit" else 7)]
        question_of: dict[str, str | None] = {}
        for one in rows:
            element = elements[one.code]
            counted = element["register"] or element["expression"] == "1"
            assert element["form"] == one.form or element["register"], records
            question_of[one.code] = None if element["kind"] == "category" or counted else element["expression"][2:-1]
        drafts = make_planned(rows, units, question_of, False, Fillers(demo.fillers), {})
        for one in rows:
            if (question := question_of[one.code]) is not None:
                assert sum(Decimal(draft.answers[question]) for draft in drafts) == one.total
    assert sum(rows[0].count for rows in demo.planned.values()) == 7647
