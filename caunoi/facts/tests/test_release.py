"""Releases of sensitive counts: what residents read, and what nobody can compute from all that was ever released."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caunoi.accounts.scope import EVERYTHING, NOTHING, Scope, Window
from caunoi.audit.models import AuditLine
from caunoi.audit.rules import Actor
from caunoi.facts.access import ask_as
from caunoi.facts.errors import OnlyReleased, ReleaseRefused
from caunoi.facts.explanation import explain
from caunoi.facts.models import Disaggregation, Release
from caunoi.facts.projection import forget_projections
from caunoi.facts.questions import ask, make_question
from caunoi.facts.release import list_released
from caunoi.facts.release_tables import build_system
from caunoi.facts.releasing import (
    SUPPRESSED,
    Draft,
    _as_wanted,
    _list_known,
    make_release,
    prepare_release,
    withdraw_release,
)
from caunoi.facts.tests.builders import World
from caunoi.facts.tests.test_laws import _Undo
from caunoi.facts.tests.test_suppression import Public
from caunoi.moments import now
from caunoi.places.rules.snapshot import ONE, PlaceSnapshot, Spell, Step, Unit, make_snapshot
from caunoi.places.tests.histories import START, place_histories

pytestmark = pytest.mark.django_db
OFFICER = Actor("Cán bộ tỉnh")
MAY = date(2024, 5, 10)
LONG_AGO = date(1900, 1, 1)
REFORM = date(2025, 7, 1)
YEAR = {"first": date(2024, 1, 1), "last": date(2024, 12, 31)}


def province() -> PlaceSnapshot:
    """Province 1 with communes 2, 3, 4; on the reform 2 and 3 become 5. Villages 6 and 7 in 2, 8 in 3; on the reform
    village 7 goes to 4."""
    return make_snapshot(
        [
            Unit(1, "p", "province", LONG_AGO),
            Unit(2, "a", "commune", LONG_AGO, REFORM),
            Unit(3, "b", "commune", LONG_AGO, REFORM),
            Unit(4, "c", "commune", LONG_AGO),
            Unit(5, "ab", "commune", REFORM),
            Unit(6, "v6", "village", LONG_AGO),
            Unit(7, "v7", "village", LONG_AGO),
            Unit(8, "v8", "village", LONG_AGO),
        ],
        [
            Spell(1, "Tỉnh P", "10", None, LONG_AGO),
            Spell(2, "Xã A", "1", 1, LONG_AGO, REFORM),
            Spell(3, "Xã B", "2", 1, LONG_AGO, REFORM),
            Spell(4, "Xã C", "3", 1, LONG_AGO),
            Spell(5, "Xã AB", "4", 1, REFORM),
            Spell(6, "Thôn 6", "", 2, LONG_AGO, REFORM),
            Spell(6, "Thôn 6", "", 5, REFORM),
            Spell(7, "Thôn 7", "", 2, LONG_AGO, REFORM),
            Spell(7, "Thôn 7", "", 4, REFORM),
            Spell(8, "Thôn 8", "", 3, LONG_AGO, REFORM),
            Spell(8, "Thôn 8", "", 5, REFORM),
        ],
        [Step(REFORM, 2, 5, ONE, ONE // 2, "population"), Step(REFORM, 3, 5, ONE, ONE - ONE // 2, "population")],
    )


class Released(World):
    """A world whose form counts households: all, and the poor ones."""

    def declare(self, kind: str = "flow", **given: Any) -> None:
        for code in ("ho", "ho_ngheo"):
            element = self.element(code, kind)
            element.sensitive = True
            element.save()
        declared = {
            "title_vi": "Hộ theo mức sống", "title_en": "Households by means", "whole": "ho", "parts": ["ho_ngheo"],
            "rest_vi": "Hộ khác", "rest_en": "Others", "levels": ["province", "commune"], "period_type": "year",
            "threshold": 5, "pack": "thu",
        }  # fmt: skip
        Disaggregation.objects.create(code="muc_song", **(declared | given))

    def households(self, unit: int, whole: int, poor: int, day: date = MAY) -> tuple[int, int]:
        return self.state("ho", unit, day, whole), self.state("ho_ngheo", unit, day, poor)


def make(**given: Any) -> Release:
    return make_release(prepare_release(place="p", **(YEAR | given)), by=OFFICER, at=now())


def shown(release: Release | Draft, column: str, table: int = 0) -> dict[str, str | None]:
    """By unit, of the first period."""
    found = release.tables[table]
    number = [one["code"] for one in found["columns"]].index(column)
    return {row["key"]: cells[0][number] for row, cells in zip(found["rows"], found["cells"], strict=True)}


def attack(releases: list[Release]) -> None:
    """By linear programming, over everything published."""
    system = build_system([_as_wanted(one) for one in releases])
    public = Public(system.unknowns)
    public.rows = [(known.cell, known.published, known.least) for known in _list_known(releases, system)]
    public.assert_keeps_small_groups()


def test_small_counts_and_what_would_give_them_away_are_not_in_the_table() -> None:
    world = Released(province())
    world.declare()
    world.households(2, 100, 3)
    world.households(3, 80, 30)
    world.households(4, 90, 40)

    release = make()

    poor = shown(release, "ho_ngheo")
    assert poor["a"] == SUPPRESSED
    assert poor["p"] == "73" and SUPPRESSED in (poor["b"], poor["c"])
    assert release.reasons["small"] == 1 and release.reasons["others"] >= 2
    assert shown(release, "ho")["p"] == "270"
    attack([release])


def test_what_nobody_reported_is_missing_and_not_suppressed() -> None:
    world = Released(province())
    world.declare()
    world.households(2, 100, 30)

    assert shown(make(), "ho") == {"p": "100", "a": "100", "b": None, "c": None}


def test_residents_are_refused_with_the_tables_that_were_released() -> None:
    world = Released(province())
    world.declare()
    world.households(2, 100, 30)
    world.indicator("ty_le_ngheo", "percent(ho_ngheo, ho)")
    make()
    release = make()
    withdraw_release(release, because="Công bố nhầm kỳ", by=OFFICER, at=now())

    for code in ("ho_ngheo", "ty_le_ngheo", "ho_ngheo + 1"):
        question = make_question([code], "Tỉnh P", YEAR["first"], YEAR["last"])
        for asking in (ask, partial(ask_as, scope=NOTHING)):
            with pytest.raises(OnlyReleased) as only:
                asking(question)
            assert "Hộ theo mức sống, Tỉnh P" in only.value.sentence
            assert f"số {release.pk - 1}:" in only.value.sentence and f"số {release.pk}:" not in only.value.sentence
        with pytest.raises(OnlyReleased):
            explain(ask(question, EVERYTHING)[0].ref, NOTHING)


def test_officers_see_them_by_role() -> None:
    world = Released(province())
    world.declare()
    world.households(4, 100, 3)
    question = make_question(["ho_ngheo"], "Xã C", YEAR["first"], YEAR["last"])
    officer = Scope(False, {4: (Window(LONG_AGO, None),)})

    assert ask_as(question, officer)[0].value == 3


def test_what_is_not_sensitive_is_answered_as_before() -> None:
    world = Released(province())
    world.declare()
    world.element("loa")
    world.state("loa", 2, MAY, 3)

    assert ask(make_question(["loa"], "Tỉnh P", YEAR["first"], YEAR["last"]))[0].value == 3


def three_communes(world: Released) -> dict[str, int]:
    """Only a is small; the numbers of the submissions of the poor."""
    counted = {"a": (2, 100, 3), "b": (3, 80, 6), "c": (4, 90, 40)}
    return {key: world.households(*numbers)[1] for key, numbers in counted.items()}


def neighbour(release: Release) -> str:
    """The commune that is suppressed for the small one's sake."""
    hidden = {key for key, value in shown(release, "ho_ngheo").items() if value == SUPPRESSED} - {"a", "p"}
    return sorted(hidden)[0]


def test_a_correction_does_not_uncover_what_was_suppressed_before() -> None:
    world = Released(province())
    world.declare()
    sent = three_communes(world)
    first = make()
    (other,) = {"b", "c"} - {neighbour(first)}
    world.correct(sent[other], "ho_ngheo", 44)
    second = make()

    assert shown(first, "ho_ngheo")[other] != SUPPRESSED
    assert shown(second, "ho_ngheo")[neighbour(first)] == SUPPRESSED
    attack([first, second])


def test_a_correction_of_the_small_count_itself_does_not_uncover_it() -> None:
    world = Released(province())
    world.declare()
    sent = three_communes(world)
    first = make()
    world.correct(sent["a"], "ho_ngheo", 30)
    second = make()

    attack([first, second])
    assert shown(second, "ho_ngheo")["a"] in ("30", SUPPRESSED)


def test_a_withdrawn_release_counts_as_known() -> None:
    world = Released(province())
    world.declare()
    three_communes(world)
    first = make()
    withdraw_release(first, because="Công bố nhầm kỳ", by=OFFICER, at=now())
    Disaggregation.objects.update(levels=["commune"])
    second = make()

    # Alone, the second one could show it: without the province's total nothing would follow.
    assert shown(first, "ho_ngheo")["p"] == "49" and shown(second, "ho_ngheo")[neighbour(first)] == SUPPRESSED
    assert list_released() == [second]
    attack([first, second])


def test_tables_before_and_after_a_merger_do_not_give_away_a_village_by_their_difference() -> None:
    """Village 7 with its 4 poor households went from what is now commune ab to commune c."""
    world = Released(province())
    world.declare()
    for unit, poor in ((6, 20), (7, 4), (8, 30), (4, 50)):
        world.households(unit, 100, poor)

    both = make(boundaries=[YEAR["last"], REFORM])

    attack([both])
    before, after = shown(both, "ho_ngheo"), shown(both, "ho_ngheo", table=1)
    assert before["p"] == after["p"] == "104"
    assert SUPPRESSED in (before["c"], after["c"])


def test_a_stock_that_nobody_stated_anew_is_the_same_in_next_years_table() -> None:
    world = Released(province())
    world.declare("stock")
    three_communes(world)
    first = make()
    (other,) = {"b", "c"} - {neighbour(first)}
    world.households({"b": 3, "c": 4}[other], 91, 44, date(2025, 3, 1))
    second = make(first=date(2025, 1, 1), last=date(2025, 12, 31), boundaries=[YEAR["last"]])

    assert shown(second, "ho_ngheo")[neighbour(first)] == SUPPRESSED
    attack([first, second])


def test_two_tables_of_one_whole_are_protected_together() -> None:
    """By sex and by means: the whole that one shows must not open the other."""
    world = Released(province())
    world.declare()
    for code in ("nam", "nu"):
        element = world.element(code)
        element.sensitive = True
        element.save()
    Disaggregation.objects.create(
        code="gioi", title_vi="Chủ hộ theo giới", title_en="By sex", whole="ho", parts=["nam", "nu"],
        levels=["province", "commune"], period_type="year", threshold=5, pack="thu",
    )  # fmt: skip
    for unit, whole, poor, women in ((2, 100, 3, 2), (3, 80, 6, 30), (4, 90, 40, 8)):
        world.households(unit, whole, poor)
        world.state("nu", unit, MAY, women)
        world.state("nam", unit, MAY, whole - women)

    release = make()

    assert [table["code"] for table in release.tables] == ["gioi", "muc_song"]
    assert shown(release, "nu", 0)["a"] == shown(release, "ho_ngheo", 1)["a"] == SUPPRESSED
    attack([release])


def test_a_release_is_made_for_whole_periods_only() -> None:
    world = Released(province())
    world.declare()

    with pytest.raises(ReleaseRefused) as refused:
        prepare_release(place="p", first=date(2024, 1, 1), last=date(2024, 6, 30))

    assert "từ 01/01/2024 đến 31/12/2024" in refused.value.sentence


def test_a_table_without_a_single_figure_is_not_released() -> None:
    Released(province()).declare()

    with pytest.raises(ReleaseRefused):
        make()


def test_parts_that_are_more_than_their_whole_are_named_and_nothing_is_released() -> None:
    world = Released(province())
    world.declare()
    world.households(3, 10, 11)

    with pytest.raises(ReleaseRefused) as refused:
        make()

    assert "Xã B" in refused.value.sentence
    assert not Release.objects.exists()


def test_what_was_looked_at_is_what_is_published_although_figures_changed_meanwhile() -> None:
    world = Released(province())
    world.declare()
    _all, poor = world.households(2, 100, 30)
    draft = prepare_release(place="p", **YEAR)
    world.correct(poor, "ho_ngheo", 50)

    release = make_release(draft, by=OFFICER, at=now())

    assert shown(release, "ho_ngheo")["a"] == "30"
    assert shown(make(as_known=release.as_known), "ho_ngheo")["a"] == "30"


def test_a_draft_is_refused_once_another_release_was_made() -> None:
    world = Released(province())
    world.declare()
    world.households(2, 100, 30)
    draft = prepare_release(place="p", **YEAR)
    make()

    with pytest.raises(ReleaseRefused):
        make_release(draft, by=OFFICER, at=now())


def test_making_and_withdrawing_leave_a_line_each_and_a_reason_is_needed_once() -> None:
    world = Released(province())
    world.declare()
    world.households(2, 100, 30)
    release = make()

    with pytest.raises(ReleaseRefused):
        withdraw_release(release, because=" ", by=OFFICER, at=now())
    withdraw_release(release, because="Công bố nhầm kỳ", by=OFFICER, at=now())
    with pytest.raises(ReleaseRefused):
        withdraw_release(release, because="Lần nữa", by=OFFICER, at=now())

    lines = AuditLine.objects.filter(subject=f"release:{release.pk}").order_by("number")
    assert [line.action for line in lines] == ["release.make", "release.withdraw"]
    assert lines[0].detail["sha256"] == release.sha256


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(place_histories(), st.data())
def test_no_small_group_is_found_whatever_became_of_the_places(places: PlaceSnapshot, data: st.DataObject) -> None:
    """Random mergers, divisions and transfers; two releases on two boundaries each, with corrections between them."""
    with pytest.raises(_Undo), transaction.atomic():
        world = Released(places)
        kind = data.draw(st.sampled_from(["flow", "stock"]))
        world.declare(kind, levels=["country", "province", "commune"], threshold=data.draw(st.integers(2, 6)))
        stated: list[tuple[int, int]] = []
        day = date(START.year + data.draw(st.integers(0, 3)), 6, 1)
        living = sorted(u.id for u in places.units.values() if u.exists_on(day) and u.level in ("village", "commune"))
        for unit in data.draw(st.lists(st.sampled_from(living), min_size=1, max_size=5, unique=True)):
            poor = data.draw(st.integers(0, 12))
            stated.append((world.households(unit, poor + data.draw(st.integers(0, 12)), poor, day)[1], poor))
        country = next(u.key for u in places.units.values() if u.level == "country")
        year = {"first": date(day.year, 1, 1), "last": date(day.year, 12, 31)}
        releases = []
        for _ in range(2):
            days = [START.replace(year=START.year + data.draw(st.integers(0, 8)), month=9) for _ in range(2)]
            forget_projections()
            draft = prepare_release(place=country, boundaries=days, **year)
            releases.append(make_release(draft, by=OFFICER, at=now()))
            attack(releases)
            submission, poor = data.draw(st.sampled_from(stated))
            world.correct(submission, "ho_ngheo", data.draw(st.integers(0, poor)))
        raise _Undo
