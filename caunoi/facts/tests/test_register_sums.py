"""Numbers that things of a register state of themselves, added up: as stocks on a day, as flows of what began."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caunoi.accounts.scope import EVERYTHING
from caunoi.facts.actions import recount
from caunoi.facts.explanation import Explanation, explain, explanation_json
from caunoi.facts.ledger import check_ledger
from caunoi.facts.questions import ask, make_question
from caunoi.facts.rules.expressions import parse_expression
from caunoi.facts.rules.registers import flow_steps, read_number, stock_steps, tell_lives
from caunoi.facts.tests.test_registers import DAYS, WEEK, Commune, commune, counting, figure, merge_villages
from caunoi.records.actions import approve, withdraw
from caunoi.records.entities.actions import edit_entity, move_entity
from caunoi.records.entities.rules.states import all_count
from caunoi.records.entities.rules.versions import CREATE, UPDATE, Version
from caunoi.records.entities.tests.builders import DAY, GROUP, OTHER, create, later, update
from caunoi.records.models import Entity

__all__ = ["commune"]
pytestmark = pytest.mark.django_db
THIRD = "33333333-3333-4333-8333-333333333333"
PEOPLE = "${so_nguoi}"


def edit(thing: str, commune: Commune, day: date = DAY, **values: str) -> None:
    found = Entity.objects.get(uuid=thing)
    edit_entity(found.pk, found.label, values, day, number=found.current_number, by=commune.officer, at=later(1))


def test_the_sum_is_of_what_the_things_there_on_the_day_state_in_both_books(commune: Commune) -> None:
    counting(expression=PEOPLE)
    received = create(commune.village, so_nguoi="12")
    create(commune.other, "Đội 2", OTHER, so_nguoi="5", day=DAY + WEEK)
    create(commune.other, "Đội 3", THIRD, so_nguoi="90", trang_thai="ngung")

    assert [figure(day).value for day in (DAY - DAYS, DAY, DAY + WEEK)] == [None, 12, 17]
    assert figure(DAY + WEEK, "approved").value is None
    approve(received.submission_id, by=commune.officer, at=later(1))
    assert figure(DAY + WEEK, "approved").value == 12
    assert check_ledger() == []


def test_the_sum_follows_the_day_on_which_a_number_changed_and_on_which_a_thing_ended(commune: Commune) -> None:
    counting(expression=PEOPLE)
    create(commune.village, so_nguoi="12")
    update(commune.village, ten="Đội", so_nguoi="9", day=DAY + WEEK)
    update(commune.village, 2, ten="Đội", trang_thai="ngung", day=DAY + 2 * WEEK)

    assert [figure(DAY + weeks * WEEK).value for weeks in range(3)] == [12, 9, 0]
    assert check_ledger() == []


def test_a_thing_that_does_not_state_its_number_adds_nothing_and_alone_is_missing_and_not_zero(
    commune: Commune,
) -> None:
    counting(expression=PEOPLE)
    counting("unstated", "${so_nguoi} = ''")
    create(commune.village, so_nguoi="")
    create(commune.other, "Đội 2", OTHER, so_nguoi="5")
    create(commune.other, "Đội 3", THIRD)
    edit(THIRD, commune, so_nguoi="nhiều")

    assert (figure().value, figure(place="V1").value, figure(place="V2").value) == (5, None, 5)
    assert figure(code="unstated").value == 1
    edit(GROUP, commune, so_nguoi="7")
    assert (figure().value, figure(place="V1").value) == (12, 7)
    assert check_ledger() == []


def test_decimals_are_exact_and_a_value_finer_than_the_element_is_not_rounded(commune: Commune) -> None:
    counting("km", "", expression=PEOPLE, decimals=1)
    counting("rooms", "", expression="${so_nguoi} * 3", decimals=2)
    for name, thing, stated in (("Đội", GROUP, "0.1"), ("Đội 2", OTHER, "0.2"), ("Đội 3", THIRD, "0.25")):
        create(commune.village, name, thing)
        edit(thing, commune, so_nguoi=stated)

    assert figure(code="km").value == Decimal("0.3")
    assert figure(code="rooms").value == Decimal("1.65")
    assert check_ledger() == []


def test_a_number_too_large_for_the_books_states_nothing(commune: Commune) -> None:
    counting(expression=PEOPLE)
    for name, thing, stated in (("Đội", GROUP, "1E40"), ("Đội 2", OTHER, "9" * 18), ("Đội 3", THIRD, "7")):
        create(commune.village, name, thing)
        edit(thing, commune, so_nguoi=stated)

    assert figure().value == 7
    assert check_ledger() == []


def test_the_sum_moves_with_its_thing_leaves_with_its_record_and_what_was_known_stays(commune: Commune) -> None:
    counting(expression=PEOPLE)
    create(commune.village, so_nguoi="12")
    second = create(commune.village, "Đội 2", OTHER, so_nguoi="5")
    before = figure(place="V1")

    first = Entity.objects.get(uuid=GROUP)
    move_entity(first.pk, commune.other.pk, "ghi nhầm thôn", number=1, by=commune.officer, at=later(2))
    withdraw(second.submission_id, by=commune.officer, at=later(2), comment="Ghi nhầm")

    assert (figure().value, figure(place="V2").value) == (12, 12)
    assert not figure(place="V1").value
    assert figure(place="V1", as_known=before.as_known).value == 17
    assert check_ledger() == []


def test_sums_pass_to_what_their_unit_became_beside_what_is_registered_there_anew(commune: Commune) -> None:
    counting(expression=PEOPLE)
    create(commune.village, so_nguoi="12")
    create(commune.other, "Đội 2", OTHER, so_nguoi="5")
    day = DAY + WEEK
    new = merge_villages(commune, day)

    create(new, "Đội 3", THIRD, day=DAY + 2 * WEEK, so_nguoi="4")

    assert [figure(on, place="V3").value for on in (day, DAY + 2 * WEEK)] == [17, 21]


def test_a_flow_adds_what_began_to_match_on_the_days_asked_once_each(commune: Commune) -> None:
    counting("started", kind="flow", expression=PEOPLE)
    counting("begun", kind="flow")
    create(commune.village, so_nguoi="12")
    create(commune.village, "Đội 2", OTHER, so_nguoi="5", trang_thai="ngung")
    edit(OTHER, commune, DAY + WEEK, trang_thai="hoat_dong", so_nguoi="6")
    edit(GROUP, commune, DAY + WEEK, so_nguoi="20")

    def flow(code: str, first: date, last: date) -> Decimal | None:
        return ask(make_question([code], "C1", first, last, book="reported"))[0].value

    assert flow("started", DAY, DAY + 2 * WEEK) == 18
    assert flow("started", DAY, DAY + DAYS) == 12
    assert flow("started", DAY + DAYS, DAY + WEEK) == 6
    assert flow("started", DAY + WEEK + DAYS, DAY + 2 * WEEK) is None
    assert flow("begun", DAY, DAY + 2 * WEEK) == 2
    edit(OTHER, commune, DAY + WEEK, so_nguoi="7")
    assert flow("started", DAY, DAY + 2 * WEEK) == 19
    assert check_ledger() == []


def test_a_pack_that_begins_to_add_up_finds_what_is_registered_already(commune: Commune) -> None:
    create(commune.village, so_nguoi="12")
    counting(expression=PEOPLE)

    assert check_ledger() != []
    recount("thu")

    assert figure().value == 12
    assert check_ledger() == []


# What stands behind a sum


def told_by(explained: Explanation) -> list[tuple[str, Decimal | None, date]]:
    things = explained.evidence[0].things
    assert things is not None
    return [(line.name, line.value, line.since) for line in things.lines]


def test_the_explanation_names_the_things_with_their_numbers_and_says_how_many_state_none(commune: Commune) -> None:
    counting(expression=PEOPLE)
    create(commune.village, so_nguoi="12")
    create(commune.village, "Đội 2", OTHER, so_nguoi="")
    create(commune.other, "Đội 3", THIRD, so_nguoi="5")
    edit(THIRD, commune, DAY + WEEK, so_nguoi="6")

    explained = explain(figure(DAY + WEEK).ref, EVERYTHING)

    assert told_by(explained) == [
        ("Đội văn nghệ Thôn 1", 12, DAY), ("Đội 2", None, DAY), ("Đội 3", 6, DAY + WEEK),
    ]  # fmt: skip
    things = explanation_json(explained)["records"][0]["things"]
    assert (things["total"], things["stating_none"], things["changed_since"]) == (3, 1, False)
    assert things["lines"][2] | {"thing": ""} == {
        "register": "doi", "thing": "", "name": "Đội 3", "since": "2026-03-09", "value": "6",
    }  # fmt: skip


def test_of_a_unit_where_none_states_its_number_the_explanation_still_names_the_things(commune: Commune) -> None:
    counting(expression=PEOPLE)
    create(commune.village, so_nguoi="")

    explained = explain(figure(place="V1").ref, EVERYTHING)

    assert explained.figure.value is None
    assert told_by(explained) == [("Đội văn nghệ Thôn 1", None, DAY)]


def test_things_that_have_changed_since_the_moment_of_the_figure_are_not_passed_off_as_its_own(
    commune: Commune,
) -> None:
    counting(expression=PEOPLE)
    create(commune.village, so_nguoi="12")
    before = figure()
    edit(GROUP, commune, so_nguoi="9")

    explained = explain(before.ref, EVERYTHING)

    assert explained.figure.value == 12
    things = explained.evidence[0].things
    assert things is not None
    assert (things.lines, things.changed) == ((), True)


def test_a_flow_is_explained_by_the_things_that_began_in_the_period(commune: Commune) -> None:
    counting("started", kind="flow", expression=PEOPLE)
    create(commune.village, so_nguoi="12")
    create(commune.other, "Đội 2", OTHER, so_nguoi="5", day=DAY + WEEK)
    asked = make_question(["started"], "C1", DAY + DAYS, DAY + WEEK, book="reported")

    explained = explain(ask(asked)[0].ref, EVERYTHING)

    assert told_by(explained) == [("Đội 2", 5, DAY + WEEK)]


# The law: on any day the sum is what adding up thing by thing gives


@dataclass(frozen=True)
class Told:
    thing: int
    day: int
    active: bool | None
    number: str | None
    """None: not spoken of; '' and what isn't a number: not stated."""
    approved: bool


NUMBERS = st.sampled_from(["0", "1", "2.5", "7", "1000000", "-3", "", "x", "0.125", None])
stories = st.lists(
    st.builds(Told, st.integers(0, 3), st.integers(0, 9), st.sampled_from([True, False, None]), NUMBERS, st.booleans()),
    max_size=14,
)


def tell(told: list[Told]) -> list[tuple[Version, ...]]:
    things: dict[int, list[Version]] = {}
    for one in told:
        versions = things.setdefault(one.thing, [])
        changed = {} if one.active is None else {"active": "1" if one.active else ""}
        changed |= {} if one.number is None else {"number": one.number}
        values = {**(versions[-1].values if versions else {}), **changed}
        act, number = UPDATE if versions else CREATE, len(versions) + 1
        on = DAY + timedelta(days=one.day)
        source = 1 if one.approved else 2
        versions.append(Version(number, act, on, values, frozenset(changed), source_id=source))
    return [tuple(versions) for versions in things.values()]


def look_at(told: list[Told], day: int, *, only_approved: bool) -> list[tuple[bool, Decimal | None]] | None:
    """Of each thing there on the day, word by word: whether it is active, and its number. None: nothing known yet."""
    found = []
    for thing in range(4):
        said = [one for one in told if one.thing == thing]
        if not said or said[0].day > day or (only_approved and not said[0].approved):
            continue
        words = [one for one in said if (one.approved or not only_approved) and max(one.day, said[0].day) <= day]
        active = [one.active for one in words if one.active is not None]
        numbers = [one.number for one in words if one.number is not None]
        stated = numbers[-1] if numbers and numbers[-1] not in ("", "x", "0.125") else None
        found.append((bool(active and active[-1]), None if stated is None else Decimal(stated)))
    return found or None


@given(stories, st.booleans())
def test_the_sum_on_any_day_is_what_the_things_of_that_day_state(told: list[Told], only_approved: bool) -> None:
    counts = (lambda version: version.source_id == 1) if only_approved else all_count
    lives = tell_lives(tell(told), counts=counts)
    rules = (lambda values: values.get("active") == "1"), read_number(parse_expression("${number}"), 1)

    steps, flows = stock_steps(lives, *rules), {one.day: one.amount for one in flow_steps(lives, *rules)}

    stands = None
    for number in range(10):
        day = DAY + timedelta(days=number)
        there = look_at(told, number, only_approved=only_approved)
        matching = [stated for active, stated in there or () if active]
        stated = [one for one in matching if one is not None]
        if there is not None and (stated or not matching):
            stands = sum(stated)
        held = [step.amount for step in steps if step.day <= day]
        assert (held[-1] if held else None) == (None if stands is None else stands * 10)
        begun = [spell for spell in spells_beginning(told, number, only_approved) if spell is not None]
        assert flows.get(day) == (sum(begun) * 10 if begun else None)
    assert all(one.amount != after.amount for one, after in zip(steps, steps[1:], strict=False))


def spells_beginning(told: list[Told], day: int, only_approved: bool) -> list[Decimal | None]:
    """What the things that are active on the day and were not the day before state then."""
    found = []
    for thing in range(4):
        said = [one for one in told if one.thing == thing]
        now, earlier = (look_at(said, on, only_approved=only_approved) or [(False, None)] for on in (day, day - 1))
        if now[0][0] and not earlier[0][0]:
            found.append(now[0][1])
    return found
