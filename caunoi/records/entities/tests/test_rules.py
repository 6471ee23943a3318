"""Bases, conflicts and states as tables of cases: no database."""

from __future__ import annotations

from datetime import date

import pytest

from caunoi.records.entities.rules.conditions import Condition, WrongCondition
from caunoi.records.entities.rules.merging import fill_blanks, find_refill
from caunoi.records.entities.rules.states import find_end, find_state, tell_story
from caunoi.records.entities.rules.versions import (
    BaseAwaited,
    BaseUnknown,
    Change,
    Version,
    find_base,
    is_interrupted,
    lay,
    list_sayings,
    worse,
)

A, B = "nhánh A", "nhánh B"


def day(number: int) -> date:
    return date(2026, 3, number)


def first(**values: str) -> Version:
    given = {"label": "Đội A", "so": "8", **values}
    return Version(1, "create", day(1), given, frozenset(given))


def then(
    before: Version,
    act: str = "update",
    *,
    from_: int = 1,
    branch: str = "",
    trunk: int | None = None,
    branch_base: int | None = None,
    base: int | None = None,
    conflict: str = "",
    **sent: str,
) -> Version:
    return Version(
        before.number + 1, act, day(from_), {**before.values, **sent}, frozenset(sent),
        base=base or before.number, branch_id=branch, trunk=trunk, branch_base=branch_base,
        conflict=conflict,
    )  # fmt: skip


V1 = first()
V2 = then(V1, so="9")
IN_A = then(V1, branch=A, trunk=1, branch_base=1, so="9")
IN_A_2 = then(IN_A, branch=A, trunk=1, branch_base=2, so="10")


@pytest.mark.parametrize(
    ("change", "versions", "base"),
    [
        (Change({}, None), [V1, V2], 2),
        (Change({}, 1), [V1, V2], 1),
        (Change({}, 2), [V1, V2], 2),
        (Change({}, 1, None, A), [V1, V2], 1),
        (Change({}, 1, 1, A), [V1, V2], 1),
        (Change({}, 2, 2, A), [V1, V2], 2),
        (Change({}, 2, 1, A), [V1, IN_A], 2),
        (Change({}, 2, None, A), [V1, IN_A], 2),
        (Change({}, 3, 1, A), [V1, IN_A, IN_A_2], 3),
        (Change({}, 2, 1, A), [V1, V2, then(V2, branch=A, trunk=1, branch_base=1)], 3),
    ],
)
def test_the_base_is_found_as_the_specification_says(change: Change, versions: list[Version], base: int) -> None:
    assert find_base(change, versions).number == base


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (Change({}, 7), BaseUnknown),
        (Change({}, 2, 1, A), BaseAwaited),
        (Change({}, 3, 3, A), BaseAwaited),
        (Change({}, 2, None, B), BaseAwaited),
    ],
)
def test_a_missing_base_is_a_mistake_without_a_branch_and_awaited_in_one(
    change: Change, error: type[ValueError]
) -> None:
    with pytest.raises(error):
        find_base(change, [V1])
    if error is BaseAwaited:
        assert find_base(change, [V1], force=True) is V1


@pytest.mark.parametrize(
    ("change", "versions", "conflict", "names"),
    [
        (Change({"so": "9"}, 1), [V1], "", set()),
        (Change({"mau": "đỏ"}, 1), [V1, V2], "soft", set()),
        (Change({"so": "9"}, 1), [V1, V2], "soft", set()),
        (Change({"so": "12"}, 1), [V1, V2], "hard", {"so"}),
        (Change({"so": "12", "mau": "đỏ"}, 1), [V1, V2], "hard", {"so"}),
        (Change({"label": "Đội B"}, 1), [V1, then(V1, label="Đội C")], "hard", {"label"}),
        (Change({"so": "10"}, 2, 1, A), [V1, IN_A], "", set()),
        (Change({"so": "10"}, 2, 1, A), [V1, V2, then(V2, branch=A, trunk=1, branch_base=1, so="9")], "soft", set()),
    ],
)
def test_a_change_is_laid_upon_the_newest_version(
    change: Change, versions: list[Version], conflict: str, names: set[str]
) -> None:
    laid = lay(change, versions)

    assert (laid.conflict, laid.names) == (conflict, names)
    assert laid.values == {**versions[-1].values, **change.sent}


def test_a_branch_is_interrupted_by_anybody_else() -> None:
    assert not is_interrupted(Change({}, 2, 1, A), [V1, IN_A])
    assert is_interrupted(Change({}, 2, 1, A), [V1, V2, IN_A])
    assert is_interrupted(Change({}, 3, None, A), [V1, IN_A, then(IN_A)])
    assert not is_interrupted(Change({}, 2), [V1, V2])


def test_a_conflict_is_never_downgraded_by_itself() -> None:
    kinds = ("", "soft", "hard")

    assert [[worse(a, b) for b in kinds] for a in kinds] == [
        ["", "soft", "hard"], ["soft", "soft", "hard"], ["hard", "hard", "hard"],
    ]  # fmt: skip


def test_what_was_said_differently_is_told_since_the_versions_parted() -> None:
    third = then(V2, base=1, conflict="hard", so="12", mau="đỏ")

    sayings = list_sayings([V1, V2, third])

    assert {name: [(one.number, one.value) for one in said] for name, said in sayings.items()} == {
        "mau": [(0, ""), (3, "đỏ")],
        "so": [(0, "8"), (2, "9"), (3, "12")],
    }
    assert list_sayings([V1, V2, third, then(third, "resolve", so="9")]) == {}
    assert list_sayings([V1, V2]) == {}


# States


def is_over(values: object) -> bool:
    return isinstance(values, dict) and values.get("tt") == "ngung"


def test_a_thing_is_on_each_day_what_was_said_to_hold_then() -> None:
    second = then(V1, from_=10, so="9")
    late = then(second, from_=5, mau="đỏ")
    over = then(late, from_=20, tt="ngung")
    story = tell_story([V1, second, late, over], is_over)

    def seen(number: int) -> tuple[str, str, bool] | None:
        state = find_state(story, day(number))
        return None if state is None else (state.values["so"], state.values.get("mau", ""), state.ended)

    assert find_state(story, date(2026, 2, 28)) is None
    assert [seen(number) for number in (1, 5, 10, 20)] == [
        ("8", "", False), ("8", "đỏ", False), ("9", "đỏ", False), ("9", "đỏ", True),
    ]  # fmt: skip
    assert find_end(story) == day(20)
    assert find_end(tell_story([V1, second], is_over)) is None


def test_only_versions_that_count_tell_the_story() -> None:
    second = then(V1, from_=10, so="9")

    assert [one.values["so"] for one in tell_story([V1, second], counts=lambda one: one.number == 1)] == ["8"]
    assert tell_story([V1, second], counts=lambda one: one.number == 2) == []


def test_a_thing_resumed_after_its_end_goes_on() -> None:
    over = then(V1, from_=5, tt="ngung")
    again = then(over, from_=8, tt="hoat_dong")

    story = tell_story([V1, over, again], is_over)

    assert [(one.first, one.ended) for one in story] == [(day(1), False), (day(5), True), (day(8), False)]
    assert find_end(story) is None


def test_a_merged_thing_begins_with_the_earlier_one_until_they_are_parted() -> None:
    merged = Version(2, "merge", date(2026, 2, 1), V1.values, frozenset(), base=1)
    parted = Version(3, "unmerge", date(2026, 2, 1), V1.values, frozenset(), base=2)

    assert tell_story([V1, merged])[0].first == date(2026, 2, 1)
    assert tell_story([V1, merged])[0].values == V1.values
    assert tell_story([V1, merged, parted])[0].first == day(1)


def test_what_was_taken_over_goes_back_unless_somebody_touched_it_since() -> None:
    filled = fill_blanks({"so": "8", "mau": ""}, {"so": "9", "mau": "đỏ", "noi": "Bản Vền"})
    merge = then(V1, "merge", **filled)

    assert filled == {"mau": "đỏ", "noi": "Bản Vền"}
    assert find_refill([V1, merge], merge) == {"mau": "", "noi": ""}
    assert find_refill([V1, merge, then(merge, mau="xanh")], merge) == {"noi": ""}


# Conditions


@pytest.mark.parametrize(
    ("text", "values", "holds"),
    [
        ("", {}, False),
        ("${tt} = 'ngung'", {"tt": "ngung"}, True),
        ("${tt} = 'ngung'", {}, False),
        ("${tt} != 'ngung'", {}, True),
        ("${so} = 0 or ${tt} = 'ngung'", {"so": "0"}, True),
        ("${so} < 3", {"so": "2"}, True),
        ("${so} < 3", {"so": "hai"}, False),
        ("selected(${loai}, 'b')", {"loai": "a b"}, True),
        ("not(${ngay} = '')", {"ngay": "2026-03-01"}, True),
    ],
)
def test_conditions_over_properties(text: str, values: dict[str, str], holds: bool) -> None:
    assert Condition(text).holds(values) is holds


@pytest.mark.parametrize(
    "text", ["${tt} = ", "${t t} = 1", "${tt} = 'a", "today() > ${ngay}", "${/} = 1", "khac(${a})"]
)
def test_conditions_that_cannot_be_read_or_hang_on_the_clock(text: str) -> None:
    with pytest.raises(WrongCondition):
        Condition(text)
