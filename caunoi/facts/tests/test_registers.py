"""Numbers of things of a register, as stocks in both books."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from caunoi.accounts.models import Role, User
from caunoi.accounts.scope import EVERYTHING
from caunoi.audit.clock import take_numbers
from caunoi.facts.actions import recount
from caunoi.facts.explanation import explain
from caunoi.facts.ledger import check_ledger
from caunoi.facts.models import Book, DataElement, Posting
from caunoi.facts.projection import forget_projections
from caunoi.facts.questions import ask, make_question
from caunoi.facts.rules.question import Figure
from caunoi.facts.rules.registers import count_steps
from caunoi.facts.segments import rebuild
from caunoi.places.models import OrgUnit
from caunoi.places.queries import forget_snapshots
from caunoi.records.actions import approve, withdraw
from caunoi.records.entities.rules.states import all_count
from caunoi.records.entities.rules.versions import CREATE, UPDATE, Version
from caunoi.records.entities.tests.builders import DAY, OTHER, create, later, publish, register, update
from caunoi.records.tests.builders import merge, unit, user

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=1)
WEEK = 7 * DAYS
ACTIVE = "${trang_thai} = 'hoat_dong'"


def counting(code: str = "groups", filter: str = ACTIVE, **more: Any) -> DataElement:
    given = {"name_vi": code, "kind": "stock", "levels": ["village"], "register": "doi"} | more
    return DataElement.objects.create(code=code, filter=filter, pack="thu", known_from=take_numbers(1)[0], **given)


@dataclass
class Commune:
    unit: OrgUnit
    village: OrgUnit
    other: OrgUnit
    officer: User


@pytest.fixture
def commune() -> Commune:
    made = unit("Xã Bản Qua", "commune", code="C1")
    villages = [unit(f"Thôn {n}", "village", made, code=f"V{n}") for n in (1, 2)]
    publish(approval="commune")
    register()
    return Commune(made, villages[0], villages[1], user("can-bo", (Role.APPROVER, made)))


def figure(day: date = DAY, book: str = "reported", place: str = "C1", code: str = "groups", **asked: Any) -> Figure:
    return ask(make_question([code], place, day, day, book=book, **asked))[0]


def test_a_thing_counts_as_reported_at_once_and_as_approved_with_its_record(commune: Commune) -> None:
    counting()

    received = create(commune.village)

    assert figure().value == 1
    assert figure(DAY - WEEK).value is None
    assert figure(book="approved").value is None
    approve(received.submission_id, by=commune.officer, at=later(1))
    assert figure(book="approved").value == 1
    assert check_ledger() == []


def test_what_a_flagged_record_says_counts_once_an_officer_decided(commune: Commune) -> None:
    counting()
    create(commune.village)
    # The form asks for the name: without it an officer must look first.
    received = update(commune.village, trang_thai="ngung")
    assert figure().value == 1

    approve(received.submission_id, by=commune.officer, at=later(1))

    assert figure().value == 0
    assert figure(book="approved").value is None
    assert check_ledger() == []


def test_the_number_follows_the_day_of_each_change_also_when_told_late(commune: Commune) -> None:
    counting()
    create(commune.village, day=DAY)
    create(commune.other, "Đội Thôn 2", OTHER, day=DAY + 2 * DAYS)
    update(commune.village, ten="Đội", trang_thai="ngung", day=DAY + 6 * DAYS)
    update(commune.village, 2, ten="Đội", so_nguoi="9", day=DAY + 4 * DAYS)

    assert [figure(DAY + 2 * step * DAYS).value for step in range(5)] == [1, 2, 2, 1, 1]
    assert [figure(DAY + 2 * step * DAYS, place="V1").value for step in range(5)] == [1, 1, 1, 0, 0]
    assert check_ledger() == []


def test_what_was_known_at_a_time_stays(commune: Commune) -> None:
    counting()
    create(commune.village)
    before = figure()
    create(commune.village, "Đội 2", OTHER)

    assert figure().value == 2
    assert figure(as_known=before.as_known).value == 1


def test_a_withdrawn_record_takes_its_thing_out_of_both_books(commune: Commune) -> None:
    counting()
    received = create(commune.village)
    create(commune.village, "Đội 2", OTHER)
    approve(received.submission_id, by=commune.officer, at=later(1))

    withdraw(received.submission_id, by=commune.officer, at=later(2), comment="Ghi nhầm")

    assert figure().value == 1
    assert figure(book="approved").value is None
    assert check_ledger() == []


def test_things_pass_to_what_their_unit_became_beside_what_is_registered_there_anew(commune: Commune) -> None:
    counting(levels=["village", "commune"])
    create(commune.village)
    create(commune.other, "Đội 2", OTHER)
    day = DAY + WEEK
    for old in (commune.village, commune.other):
        OrgUnit.objects.filter(pk=old.pk).update(ends_on=day)
        old.spells.update(to_day=day)
    new = unit("Thôn Mới", "village", commune.unit, code="V3", from_=day)
    merge(day, [commune.village, commune.other], new)
    forget_snapshots()

    create(new, "Đội 3", "33333333-3333-4333-8333-333333333333", day=DAY + 2 * WEEK)

    after = figure(DAY + 2 * WEEK, place="V3")
    assert (after.value, after.carried_over) == (3, False)
    assert figure(DAY + 2 * WEEK).value == 3
    assert figure(day, place="V3").value == 2


def test_only_units_of_the_elements_levels_are_counted_and_only_things_that_match(commune: Commune) -> None:
    counting("many", "${so_nguoi} >= 10")
    counting("of_communes", "", levels=["commune"])
    counting("all", "")
    create(commune.village, so_nguoi="12")
    create(commune.village, "Đội 2", OTHER, so_nguoi="3")

    assert [figure(code=code).value for code in ("many", "of_communes", "all")] == [1, None, 2]


def test_a_pack_that_begins_to_count_counts_what_is_registered_already(commune: Commune) -> None:
    create(commune.village)
    counting()

    assert check_ledger() != []
    recount("thu")

    assert figure().value == 1
    assert check_ledger() == []
    count = Posting.objects.count()
    recount("thu")
    assert Posting.objects.count() == count


def test_the_explanation_leads_to_the_record_that_changed_the_number_last(commune: Commune) -> None:
    counting()
    received = create(commune.village)

    explained = explain(figure().ref, EVERYTHING)

    (line,) = explained.evidence[0].lines
    assert (line.submission_id, line.value, line.first, explained.register) == (
        received.submission_id, 1, DAY, "doi",
    )  # fmt: skip


def test_a_number_that_an_officer_changed_says_so(commune: Commune) -> None:
    counting()
    create(commune.village)
    Posting.objects.update(version=None)
    forget_projections()

    (line,) = explain(figure().ref, EVERYTHING).evidence[0].lines

    assert line.submission_id is None
    assert line.entered_by


def test_the_check_finds_a_number_that_the_register_does_not_imply(commune: Commune) -> None:
    counting()
    create(commune.village)
    Posting.objects.filter(book=Book.REPORTED).update(amount=7)

    (difference,) = check_ledger()

    assert "groups" in difference


# The law: on any day the ledger's stock is the number one gets by counting


@dataclass(frozen=True)
class Told:
    thing: int
    day: int
    active: bool | None
    approved: bool


stories = st.lists(
    st.builds(Told, st.integers(0, 3), st.integers(0, 12), st.sampled_from([True, False, None]), st.booleans()),
    max_size=14,
)


def count_naively(told: list[Told], day: int, *, only_approved: bool) -> int | None:
    """Thing by thing, word by word. None: nothing known yet."""
    known, count = False, 0
    for thing in range(4):
        said = [one for one in told if one.thing == thing]
        words = [one for one in said if one.approved or not only_approved]
        if not said or not (said[0].approved or not only_approved) or said[0].day > day:
            continue
        known = True
        # The first word brings it into being, and it can't have changed before that.
        active = [one.active for one in words if max(one.day, said[0].day) <= day and one.active is not None]
        count += bool(active and active[-1])
    return count if known else None


@given(stories, st.booleans())
def test_the_number_on_any_day_is_what_counting_gives(told: list[Told], only_approved: bool) -> None:
    things: dict[int, list[Version]] = {}
    for one in told:
        versions = things.setdefault(one.thing, [])
        changed = {} if one.active is None else {"active": "1" if one.active else ""}
        values = {**(versions[-1].values if versions else {}), **changed}
        versions.append(
            Version(
                len(versions) + 1,
                UPDATE if versions else CREATE,
                DAY + timedelta(days=one.day),
                values,
                frozenset(changed),
                source_id=1 if one.approved else 2,
            )  # fmt: skip
        )

    steps = count_steps(
        [tuple(versions) for versions in things.values()],
        lambda values: values.get("active") == "",
        lambda values: values.get("active") == "1",
        (lambda version: version.source_id == 1) if only_approved else all_count,
    )

    for day in range(13):
        held = [step.count for step in steps if step.day <= DAY + timedelta(days=day)]
        assert (held[-1] if held else None) == count_naively(told, day, only_approved=only_approved)
    assert all(one.count != after.count for one, after in zip(steps, steps[1:], strict=False))


class _Undo(Exception):
    """Rolls back what one generated example wrote."""


@settings(
    max_examples=10,
    phases=[Phase.explicit, Phase.generate],  # shrinking a history of sendings takes minutes and shortens little
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(told=st.lists(stories.filter(bool).map(lambda several: several[0]), max_size=8))
def test_the_ledger_holds_it_whatever_is_sent_and_approved_in_whatever_order(
    commune: Commune, told: list[Told]
) -> None:
    with pytest.raises(_Undo), transaction.atomic():
        counting()
        numbers: dict[int, int] = {}
        heard: list[Told] = []
        for one in told:
            state = {True: "hoat_dong", False: "ngung", None: "hoat_dong"}[one.active]
            uuid = f"{one.thing + 1:08d}-1111-4111-8111-111111111111"
            day = DAY + timedelta(days=one.day)
            if one.thing in numbers:
                answers = {} if one.active is None else {"trang_thai": state}
                received = update(commune.village, numbers[one.thing], uuid, day=day, ten="Đội", **answers)
            else:
                received = create(commune.village, f"Đội {one.thing}", uuid, day=day, trang_thai=state)
            numbers[one.thing] = numbers.get(one.thing, 0) + 1
            created = numbers[one.thing] == 1
            heard.append(replace(one, active=True) if created and one.active is None else one)
            if one.approved:
                approve(received.submission_id, by=commune.officer, at=later(1))
        forget_projections()

        for book, only_approved in (("reported", False), ("approved", True)):
            for day_ in (0, 3, 6, 12):
                wanted = count_naively(heard, day_, only_approved=only_approved)
                assert figure(DAY + timedelta(days=day_), book).value == (None if wanted is None else Decimal(wanted))
        assert check_ledger() == []
        rebuild()
        assert check_ledger() == []
        raise _Undo
    forget_projections()
