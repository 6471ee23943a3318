"""What a question answers: kinds of figures, boundaries, moments of knowledge, and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from caunoi.accounts.scope import EVERYTHING
from caunoi.audit.clock import current_number
from caunoi.facts import questions
from caunoi.facts.access import ask_as_in_parts
from caunoi.facts.errors import CodeUnknown, QuestionMalformed
from caunoi.facts.explanation import explain, explanation_json
from caunoi.facts.models import Relation
from caunoi.facts.questions import Figure, ask, figure_json, make_question
from caunoi.facts.tests.builders import World
from caunoi.places.tests.test_snapshot import REFORM, reform

pytestmark = pytest.mark.django_db

YEAR = (date(2024, 1, 1), date(2024, 12, 31))
MAY = date(2024, 5, 10)


@pytest.fixture
def world() -> World:
    """Units of `reform()`: province 1, district 2, communes 3 and 4 (village 5 in 3), since the reform commune 6."""
    return World(reform())


def figure(code: str, place: str, first: date = YEAR[0], last: date = YEAR[1], **asked: object) -> Figure:
    found = ask(make_question([code], place, first, last, **asked))
    assert len(found) == 1
    return found[0]


def test_a_flow_is_summed_over_days_and_units(world: World) -> None:
    world.element("ngay_cong")
    world.state("ngay_cong", 5, MAY, 10)
    world.state("ngay_cong", 5, date(2024, 6, 1), 5)
    world.state("ngay_cong", 4, MAY, 7)

    assert figure("ngay_cong", "Tỉnh P").value == 22
    assert figure("ngay_cong", "Xã A").value == 15
    assert figure("ngay_cong", "Thôn 1", last=MAY).value == 10


def test_missing_is_not_zero_and_says_why(world: World) -> None:
    world.element("ngay_cong")
    world.state("ngay_cong", 4, MAY, 0)

    assert figure("ngay_cong", "Xã B").value == 0
    missing = figure("ngay_cong", "Xã A")
    assert missing.value is None
    assert missing.why


def test_a_flow_keeps_its_total_on_the_boundaries_of_any_day(world: World) -> None:
    world.element("ngay_cong")
    world.state("ngay_cong", 3, MAY, 10)
    world.state("ngay_cong", 4, MAY, 20)

    assert figure("ngay_cong", "Xã C", boundaries=REFORM).value == 30
    assert not figure("ngay_cong", "Xã C", boundaries=REFORM).estimated
    assert figure("ngay_cong", "Tỉnh P", boundaries=REFORM).value == 30


def test_a_figure_recast_backward_by_shares_is_exact_marked_estimated_and_names_its_basis(world: World) -> None:
    world.element("ngay_cong")
    world.state("ngay_cong", 6, date(2025, 8, 1), 11)

    days = (date(2025, 7, 1), date(2025, 12, 31))
    a = figure("ngay_cong", "Xã A", *days, boundaries=date(2020, 12, 1))
    b = figure("ngay_cong", "Xã B", *days, boundaries=date(2020, 12, 1))

    assert (a.value, b.value) == (Decimal("2.75"), Decimal("8.25"))
    assert a.estimated
    assert a.bases == ("population",)
    assert not figure("ngay_cong", "Huyện D", *days, boundaries=date(2020, 12, 1)).estimated


def test_a_stock_is_the_latest_value_at_the_end_of_the_period_summed_over_units(world: World) -> None:
    world.element("to", "stock")
    world.state("to", 3, date(2024, 1, 5), 4)
    world.state("to", 3, MAY, 6)
    world.state("to", 4, date(2023, 3, 3), 2)

    assert figure("to", "Tỉnh P", last=date(2024, 3, 31)).value == 6
    assert figure("to", "Tỉnh P").value == 8


def test_a_stock_of_a_successor_is_carried_over_until_it_has_reported_and_never_counted_twice(world: World) -> None:
    world.element("to", "stock")
    world.state("to", 3, MAY, 4)
    world.state("to", 4, MAY, 5)

    before = figure("to", "Xã C", REFORM, date(2025, 9, 30))
    world.state("to", 6, date(2025, 10, 2), 8)
    after = figure("to", "Xã C", REFORM, date(2025, 12, 31))

    assert (before.value, before.carried_over) == (9, True)
    assert (after.value, after.carried_over) == (8, False)
    assert figure("to", "Tỉnh P", REFORM, date(2025, 12, 31)).value == 8


def test_categories_are_counted_by_latest_class_and_shared(world: World) -> None:
    world.element("hang", "category", classes="tot;kha;yeu")
    world.indicator("tot", "share_of_class(hang, 'tot')")
    world.indicator("kha_tro_len", "share_at_least(hang, 'kha')")
    world.state("hang", 3, date(2024, 1, 5), "yeu")
    world.state("hang", 3, MAY, "kha")
    world.state("hang", 4, MAY, "tot")

    good, fair = figure("tot", "Tỉnh P"), figure("kha_tro_len", "Tỉnh P")

    assert (good.value, good.numerator, good.denominator) == (50, 1, 2)
    assert (fair.value, fair.numerator, fair.denominator) == (100, 2, 2)


def test_a_class_for_a_year_does_not_stand_for_the_next_year(world: World) -> None:
    world.element("hang", "category", classes="tot;kha", day="period")
    world.indicator("tot", "share_of_class(hang, 'tot')")
    world.state("hang", 3, date(2023, 1, 1), "tot", to=date(2023, 12, 31))

    assert figure("tot", "Tỉnh P").value is None
    assert figure("tot", "Tỉnh P", date(2023, 1, 1), date(2023, 12, 31)).value == 100


def test_an_own_level_value_is_shown_for_its_unit_and_never_added_up(world: World) -> None:
    world.element("thu_nhap", "own-level", levels="district;commune")
    world.state("thu_nhap", 2, MAY, 32_600_000)

    assert figure("thu_nhap", "Huyện D").value == 32_600_000
    above = figure("thu_nhap", "Tỉnh P")
    assert above.value is None
    assert "không cộng" in (above.why or "")


def test_units_of_a_level_are_counted_from_the_places_themselves(world: World) -> None:
    world.element("so_xa", "units", levels="commune")

    assert figure("so_xa", "Tỉnh P").value == 2
    assert figure("so_xa", "Tỉnh P", boundaries=REFORM).value == 1


def test_a_fact_cut_by_the_asked_period_is_left_out_and_given_apart(world: World) -> None:
    world.element("ngay_cong", day="period")
    world.state("ngay_cong", 3, date(2024, 1, 1), 10, to=date(2024, 1, 31))
    world.state("ngay_cong", 3, date(2024, 2, 1), 7, to=date(2024, 2, 29))

    found = figure("ngay_cong", "Xã A", date(2024, 1, 1), date(2024, 2, 15))

    assert found.value == 10
    assert found.partly_outside is not None
    assert (found.partly_outside.value, found.partly_outside.facts) == (7, 1)


def test_a_month_from_the_15th_to_the_14th_belongs_to_its_named_month_unless_a_calendar_is_asked(
    world: World,
) -> None:
    world.element("ngay_cong", day="period")
    named = (date(2024, 1, 1), date(2024, 1, 31))
    world.state("ngay_cong", 3, date(2023, 12, 15), 10, to=date(2024, 1, 14), named=named)

    assert figure("ngay_cong", "Xã A").value == 10
    assert figure("ngay_cong", "Xã A", cut_off=15).value == 10
    strict = figure("ngay_cong", "Xã A", cut_off=1)
    assert strict.value is None
    assert strict.partly_outside is not None


def test_a_correction_replaces_the_figure_and_leaves_the_old_one_askable_as_known_then(world: World) -> None:
    world.element("ngay_cong")
    submission = world.state("ngay_cong", 3, MAY, 10)
    then = current_number()
    world.correct(submission, "ngay_cong", 12)

    assert figure("ngay_cong", "Xã A").value == 12
    assert figure("ngay_cong", "Xã A", as_known=then).value == 10
    assert figure("ngay_cong", "Xã A", as_known=date(2024, 1, 1)).value == 10


def test_the_two_books_differ_until_the_correction_is_approved(world: World) -> None:
    world.element("ngay_cong")
    submission = world.state("ngay_cong", 3, MAY, 10)
    world.correct(submission, "ngay_cong", 12, approve=False)

    assert figure("ngay_cong", "Xã A").value == 10
    assert figure("ngay_cong", "Xã A", book="reported").value == 12


def test_a_withdrawal_reverses_both_books(world: World) -> None:
    world.element("ngay_cong")
    submission = world.state("ngay_cong", 3, MAY, 10)
    world.withdraw(submission)

    assert figure("ngay_cong", "Xã A").value is None
    assert figure("ngay_cong", "Xã A", book="reported").value is None


def test_a_unit_that_did_not_exist_on_the_asked_day_is_answered_with_what_it_became(world: World) -> None:
    world.element("ngay_cong")
    world.state("ngay_cong", 3, MAY, 10)

    found = figure("ngay_cong", "Xã A", boundaries=REFORM)

    assert found.value is None
    assert "Xã C" in (found.why or "")


def test_figures_by_level_and_month_come_in_reading_order(world: World) -> None:
    world.element("ngay_cong")
    world.state("ngay_cong", 3, MAY, 10)
    world.state("ngay_cong", 4, date(2024, 4, 2), 3)

    found = ask(
        make_question(["ngay_cong"], "Tỉnh P", date(2024, 4, 1), date(2024, 5, 31), level="commune", by="month")
    )

    assert [(f.place_name, f.first.month, f.value) for f in found] == [
        ("Xã A", 4, None), ("Xã A", 5, 10), ("Xã B", 4, 3), ("Xã B", 5, None),
    ]  # fmt: skip


def test_ratios_recast_numerator_and_denominator_and_then_divide(world: World) -> None:
    world.element("dat")
    world.element("tong")
    world.indicator("ty_le", "percent(dat, tong)")
    for code, unit, value in (("dat", 3, 1), ("tong", 3, 2), ("dat", 4, 3), ("tong", 4, 10)):
        world.state(code, unit, MAY, value)

    found = figure("ty_le", "Xã C", boundaries=REFORM)

    assert (found.value, found.numerator, found.denominator) == (Decimal("33.3"), 4, 12)


def test_a_ratio_without_one_of_its_parts_is_missing_and_says_which(world: World) -> None:
    world.element("dat")
    world.element("tong")
    world.indicator("ty_le", "percent(dat, tong)")
    world.state("dat", 3, MAY, 1)

    found = figure("ty_le", "Xã A")

    assert found.value is None
    assert "tong" in (found.why or "")


@pytest.mark.parametrize(
    ("first", "last", "asked"),
    [
        (date(2024, 2, 1), date(2024, 1, 1), {}),
        (date(2024, 1, 1), date(2024, 1, 2), {"level": "galaxy"}),
        (date(1850, 1, 1), date(2024, 1, 2), {}),
        (date(2024, 1, 1), date(2024, 1, 2), {"boundaries": date(1800, 1, 1)}),
    ],
)
def test_a_malformed_question_is_refused_with_a_sentence(
    world: World, first: date, last: date, asked: dict[str, object]
) -> None:
    world.element("ngay_cong")

    with pytest.raises(QuestionMalformed) as refused:
        make_question(["ngay_cong"], "Tỉnh P", first, last, **asked)

    assert len(refused.value.sentence) > 20


def test_a_question_of_any_size_is_answered_part_after_part_and_refused_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.element("ngay_cong")
    world.state("ngay_cong", 3, MAY, 10)
    world.state("ngay_cong", 4, MAY, 20)
    question = make_question(["ngay_cong"], "Tỉnh P", *YEAR, level="commune", by="month")
    whole = ask(question)

    monkeypatch.setattr(questions, "MOST_FIGURES", 12)

    with pytest.raises(QuestionMalformed, match=r"24 số.*CSV"):
        ask(question)
    parts = list(ask_as_in_parts(question, EVERYTHING))
    assert [len(part) for part in parts] == [12, 12]
    assert [figure for part in parts for figure in part] == whole


def test_an_unknown_code_is_refused_with_what_was_perhaps_meant(world: World) -> None:
    world.element("ngay_cong")

    with pytest.raises(CodeUnknown, match="ngay_cong"):
        make_question(["ngay_cog"], "Tỉnh P", *YEAR)


def test_figures_asked_together_that_break_a_declared_relation_say_so(world: World) -> None:
    world.element("ho")
    world.element("ho_van_hoa")
    relate("ho_van_hoa", "part-of", "ho")
    world.state("ho", 5, MAY, 10)
    world.state("ho_van_hoa", 4, MAY, 11)

    codes = ["ho_van_hoa", "ho"]
    whole, part = ask(make_question(codes, "Tỉnh P", *YEAR))[::-1]
    below = ask(make_question(codes, "Tỉnh P", *YEAR, level="commune"))

    assert part.warnings == whole.warnings
    assert "(11)" in part.warnings[0]
    assert figure_json(part)["warnings"] == list(part.warnings)
    # No commune states both.
    assert [one.warnings for one in below] == [()] * 4
    assert "warnings" not in figure_json(below[0])
    assert figure("ho_van_hoa", "Tỉnh P").warnings == ()


def test_the_explanation_names_the_relations_of_a_figure_and_warns_where_they_are_broken(world: World) -> None:
    world.element("ho")
    world.element("ho_van_hoa")
    world.element("ho_ke_hoach", nature="target")
    relate("ho_van_hoa", "part-of", "ho")
    relate("ho_ke_hoach", "target-of", "ho")
    world.state("ho", 5, MAY, 10)
    world.state("ho_van_hoa", 5, MAY, 11)

    explained = explain(figure("ho", "Xã A").ref, EVERYTHING)

    assert [(one.relation, one.words, one.figure.code) for one in explained.related] == [
        ("part-of", "gồm có", "ho_van_hoa"), ("target-of", "có chỉ tiêu phấn đấu", "ho_ke_hoach"),
    ]  # fmt: skip
    assert "(11)" in explained.figure.warnings[0]
    assert explanation_json(explained)["relations"][0]["figure"]["value"] == "11"


def relate(code: str, relation: str, other: str) -> None:
    Relation.objects.create(code=code, relation=relation, other=other, pack="thu")
