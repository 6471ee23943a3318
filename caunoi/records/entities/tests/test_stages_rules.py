"""The stages of a thing: which may follow which, and what it was on a day when steps were told late and corrected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caunoi.records.entities.rules.stages import (
    Reached,
    Stages,
    Transition,
    count_by_year,
    find_obstacle,
    find_repeat,
    in_order,
    list_reached,
    list_restatements,
    stage_on,
)
from caunoi.records.entities.rules.states import find_state, tell_story
from caunoi.records.entities.rules.versions import CREATE, RESTATE, UNDO, UPDATE, Version

STAGE = "trang_thai"
FIRST = date(2026, 1, 1)
MODEL = Stages(
    STAGE,
    (
        Transition("", "de_xuat"),
        Transition("de_xuat", "theo_doi"),
        Transition("theo_doi", "cong_nhan", levels=("commune",), roles=("approver",)),
        Transition("cong_nhan", "ket_thuc"),
    ),
)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def by_record(version: Version) -> str:
    return f"record:{version.source_id}"


def steps(*told: tuple[str, int]) -> list[Reached]:
    return [Reached(stage, day(on), f"record:{n}", n + 1, n) for n, (stage, on) in enumerate(told)]


@pytest.mark.parametrize(
    ("before", "stage", "on", "wrong"),
    [
        ([], "de_xuat", 5, None),
        ([], "cong_nhan", 5, "begin"),
        ([("de_xuat", 1)], "theo_doi", 1, None),
        ([("de_xuat", 1)], "cong_nhan", 5, "order"),
        ([("de_xuat", 1)], "theo_doi", 61, "future"),
        ([("de_xuat", 1), ("theo_doi", 9)], "cong_nhan", 8, "early"),
        ([("de_xuat", 1), ("theo_doi", 9)], "theo_doi", 12, None),
        ([("de_xuat", 1), ("theo_doi", 9), ("cong_nhan", 20), ("ket_thuc", 30)], "theo_doi", 40, "ended"),
    ],
)
def test_a_step_is_taken_in_its_order_and_on_its_day(
    before: list[tuple[str, int]], stage: str, on: int, wrong: str | None
) -> None:
    found = find_obstacle(MODEL, steps(*before), stage, day(on), day(60), level="commune", has_role=lambda roles: True)

    assert (found.wrong if found else None) == wrong


@pytest.mark.parametrize(
    ("level", "role", "wrong"),
    [("commune", "approver", None), ("village", "approver", "level"), ("commune", "", "role")],
)
def test_who_may_say_so_stands_in_the_pack(level: str, role: str, wrong: str | None) -> None:
    found = find_obstacle(
        MODEL, steps(("de_xuat", 1), ("theo_doi", 2)), "cong_nhan", day(3), day(60),
        level=level, has_role=lambda roles: role in roles,
    )  # fmt: skip

    assert (found.wrong if found else None) == wrong


def test_a_corrected_step_stays_before_those_that_follow_upon_it() -> None:
    others = steps(("de_xuat", 1), ("cong_nhan", 20))

    def correct(stage: str, on: int) -> str | None:
        found = find_obstacle(
            MODEL, others, stage, day(on), day(60), level="commune", has_role=lambda roles: True, corrects=True
        )
        return found.wrong if found else None

    assert correct("theo_doi", 5) is None
    assert correct("theo_doi", 25) == "order"
    assert correct("de_xuat", 5) is None
    assert correct("ket_thuc", 5) == "order"


@pytest.mark.parametrize(
    ("before", "after", "wrong"),
    [
        ("a1 b5", "a1 b5 b7*", ("again", 5)),
        ("a1 b5* c9", "a1 c9 b9*", None),
        ("a1* b5", "b3* b5", ("again", 5)),
        ("a1 b5* a9", "a1 a9 b12*", ("twice", 9)),
        ("a1 a9", "a1 a9 b12*", None),
        ("a1 a9", "a1 a9 a12*", ("again", 9)),
    ],
)
def test_a_record_that_makes_a_step_be_said_twice_is_told_which_other_says_it(
    before: str, after: str, wrong: tuple[str, int] | None
) -> None:
    """`b5*`: at b since the 5th, by the record in question."""

    def read(said: str) -> list[Reached]:
        words = [(one[0], one[1:].rstrip("*"), "*" if one.endswith("*") else one) for one in said.split()]
        return [Reached(stage, day(int(on)), name, number) for number, (stage, on, name) in enumerate(words)]

    found = find_repeat(read(before), read(after), "*")

    assert (found and (found.wrong, found.day)) == (wrong and (wrong[0], day(wrong[1])))


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from("abc"), st.integers(0, 9)), max_size=20))
def test_what_is_refused_so_never_leaves_a_step_with_two_records(told: Sequence[tuple[int, str, int]]) -> None:
    """Records that are written and corrected in any order, of any days."""
    said: dict[str, Reached] = {}
    for record, stage, on in told:
        word = Reached(stage, day(on), str(record), record)
        others = [one for name, one in said.items() if name != str(record)]
        if find_repeat(in_order(said.values()), in_order([*others, word]), str(record)) is None:
            said[str(record)] = word

    assert all(one.stage != other.stage for one, other in pairwise(in_order(said.values())))


def test_steps_are_counted_by_the_year_in_which_they_were_taken() -> None:
    one = [Reached("hong", date(2025, 3, 1), "a", 1), Reached("dung", date(2025, 4, 1), "b", 2)]
    other = [Reached("hong", date(2025, 9, 1), "c", 1), Reached("hong", date(2026, 1, 1), "d", 2)]

    assert count_by_year([one, other]) == {"hong": {2025: 2, 2026: 1}, "dung": {2025: 1}}


Told = tuple[int, str, int]
"""(record, stage, day); a blank stage takes the record back."""


class Thing:
    """A thing as sendings write it: a version for each word, and what must be said again behind a corrected one."""

    def __init__(self) -> None:
        self.versions: list[Version] = []

    def _add(self, act: str, on: date, stage: str, source: int | None, base: int | None = None) -> None:
        values = {STAGE: stage}
        self.versions.append(
            Version(len(self.versions) + 1, act, on, values, frozenset(values), base, source_id=source)
        )

    def say(self, record: int, stage: str, on: date) -> None:
        self._add(UPDATE if self.versions else CREATE, on, stage, record)
        self._settle(record)

    def take_back(self, record: int) -> None:
        said = [one for one in self.versions if one.source_id == record and one.act != RESTATE]
        before = next((one for one in self.versions if one.number == said[0].number - 1), said[0])
        self._add(UNDO, min(one.from_day for one in said), before.values[STAGE], None, said[-1].number)
        self._settle(None)

    def _settle(self, source: int | None) -> None:
        for one in list_restatements(self.versions, STAGE, by_record):
            self._add(RESTATE, one.day, one.stage, one.source_id if one.number else source)

    def stage(self, on: date, known: int) -> str:
        state = find_state(tell_story(self.versions[:known]), on)
        return state.values.get(STAGE, "") if state else ""


def of_records(said: dict[int, tuple[str, int, int]], on: date) -> str:
    """What the records say of the day, in the order of their days."""
    told = in_order(Reached(stage, day(at), "", number) for stage, at, number in said.values())
    return stage_on(told, on)


@given(st.lists(st.tuples(st.integers(1, 4), st.sampled_from(["a", "b", "c", ""]), st.integers(0, 12)), max_size=14))
def test_on_every_day_it_was_what_was_known_then_and_what_was_corrected_since(told: Sequence[Told]) -> None:
    """Both askable: each moment's knowledge stays as it was, and today's follows the records in the order of days."""
    thing = Thing()
    thing.say(0, "a", day(0))
    said, order = {0: ("a", 0, 0)}, 1
    moments = [(len(thing.versions), dict(said))]
    for record, stage, on in told:
        if stage:
            thing.say(record, stage, day(on))
            said[record] = (stage, on, said[record][2] if record in said else order)
            order += 1
        elif record in said:
            thing.take_back(record)
            del said[record]
        moments.append((len(thing.versions), dict(said)))

    for known, as_said in moments:
        for number in range(14):
            assert thing.stage(day(number), known) == of_records(as_said, day(number))


def test_the_steps_of_a_thing_are_what_its_records_say_now() -> None:
    thing = Thing()
    thing.say(0, "a", day(0))
    thing.say(1, "b", day(5))
    thing.say(2, "c", day(9))
    thing.say(1, "b", day(3))

    found = list_reached(thing.versions, STAGE, by_record)

    assert [(one.stage, one.day) for one in found] == [("a", day(0)), ("b", day(3)), ("c", day(9))]
