"""Numbers of things of a register, as stocks in both books."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
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
from caunoi.facts.rules.registers import stock_steps, tell_lives
from caunoi.facts.segments import rebuild
from caunoi.places.models import OrgUnit
from caunoi.places.queries import forget_snapshots
from caunoi.records.actions import approve, approve_many, withdraw
from caunoi.records.entities.actions import (
    edit_entity,
    merge_entities,
    move_entity,
    remove_entity,
    restore_entity,
    unmerge_entity,
)
from caunoi.records.entities.rules.states import all_count
from caunoi.records.entities.rules.versions import CREATE, UPDATE, Version
from caunoi.records.entities.tests.builders import (
    DAY,
    GROUP,
    OTHER,
    create,
    entity_xml,
    group_xml,
    later,
    publish,
    register,
    send,
    update,
)
from caunoi.records.models import Entity
from caunoi.records.tests.builders import merge, unit, user
from caunoi.refusals import Refusal

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


def merge_villages(commune: Commune, day: date) -> OrgUnit:
    for old in (commune.village, commune.other):
        OrgUnit.objects.filter(pk=old.pk).update(ends_on=day)
        old.spells.update(to_day=day)
    new = unit("Thôn Mới", "village", commune.unit, code="V3", from_=day)
    merge(day, [commune.village, commune.other], new)
    forget_snapshots()
    return new


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


def test_a_thing_that_moves_is_counted_where_it_belongs_on_every_day_and_what_was_known_stays(
    commune: Commune,
) -> None:
    counting()
    received = create(commune.village)
    approve(received.submission_id, by=commune.officer, at=later(1))
    before = figure(place="V1")

    move_entity(
        Entity.objects.get().pk, commune.other.pk, "ghi nhầm thôn", number=1, by=commune.officer, at=later(2)
    )  # fmt: skip

    for book in ("reported", "approved"):
        assert figure(book=book).value == 1
        assert figure(book=book, place="V2").value == 1
        assert not figure(book=book, place="V1").value
    assert figure(place="V1", as_known=before.as_known).value == 1
    assert check_ledger() == []


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
    new = merge_villages(commune, day)

    create(new, "Đội 3", "33333333-3333-4333-8333-333333333333", day=DAY + 2 * WEEK)

    after = figure(DAY + 2 * WEEK, place="V3")
    assert (after.value, after.carried_over) == (3, False)
    assert figure(DAY + 2 * WEEK).value == 3
    assert figure(day, place="V3").value == 2


def test_units_that_have_any_count_once_however_many_they_have_and_whatever_they_were_before(commune: Commune) -> None:
    counting()
    third = unit("Thôn 3", "village", commune.unit, code="V9")
    create(commune.village)
    create(commune.village, "Đội 2", OTHER)
    create(commune.other, "Đội 3", "33333333-3333-4333-8333-333333333333")
    create(third, "Đội 4", "44444444-4444-4444-8444-444444444444", trang_thai="ngung")
    asked = "units_with(groups)"

    assert figure(code=asked).value == 2
    assert figure(code=asked, place="V1").value == 1
    assert figure(code=asked, place="V9").value == 0
    assert figure(DAY - WEEK, code=asked).value is None
    day = DAY + WEEK
    merge_villages(commune, day)
    assert figure(day, code=asked).value == 1
    assert figure(DAY, code=asked, boundaries=DAY).value == 2


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


def correct_group(commune: Commune, corrects: str, entity: str = "", uuid: str = "uuid:sửa", **answers: str) -> int:
    """A correction of the report under `corrects`; without `entity` it no longer speaks of the group."""
    given = {"ten": "Đội", "so_nguoi": "8", "trang_thai": "hoat_dong", **answers}
    return send(commune.village, group_xml(uuid, entity, corrects=corrects, **given), at=later(2)).submission_id


def create_group(commune: Commune, instance: str = "uuid:đầu", **answers: str) -> int:
    entity = entity_xml(GROUP, create=True, label="Đội")
    given = {"ten": "Đội", "so_nguoi": "8", "trang_thai": "hoat_dong", **answers}
    return send(commune.village, group_xml(instance, entity, **given)).submission_id


def test_what_a_waiting_correction_drops_still_counts_as_approved_until_it_is_approved(commune: Commune) -> None:
    counting()
    sent = create_group(commune)
    approve(sent, by=commune.officer, at=later(1))

    correct_group(commune, "uuid:đầu")

    assert figure().value is None
    assert figure(book="approved").value == 1
    assert check_ledger() == []
    approve(sent, by=commune.officer, at=later(3))
    assert figure(book="approved").value is None
    assert check_ledger() == []


def test_a_change_that_a_waiting_correction_takes_back_still_counts_as_approved(commune: Commune) -> None:
    counting()
    create_group(commune)
    approve_many([create(commune.village, "Đội 2", OTHER).submission_id], by=commune.officer, at=later(1))
    change = entity_xml(OTHER, update=True, base=1)
    sent = send(commune.village, group_xml("uuid:ngừng", change, ten="Đội 2", trang_thai="ngung")).submission_id
    approve(sent, by=commune.officer, at=later(1))
    assert figure(book="approved").value == 0

    correct_group(commune, "uuid:ngừng")

    assert figure().value == 2
    assert figure(book="approved").value == 0
    approve(sent, by=commune.officer, at=later(3))
    assert figure(book="approved").value == 1
    assert check_ledger() == []


def test_a_thing_dropped_and_named_again_before_approval_never_left_the_approved_book(commune: Commune) -> None:
    counting()
    sent = create_group(commune)
    approve(sent, by=commune.officer, at=later(1))
    correct_group(commune, "uuid:đầu", uuid="uuid:bỏ")

    correct_group(commune, "uuid:bỏ", entity_xml(GROUP, create=True, label="Đội"), uuid="uuid:lại")

    assert (figure().value, figure(book="approved").value) == (1, 1)
    approve(sent, by=commune.officer, at=later(3))
    assert (figure().value, figure(book="approved").value) == (1, 1)
    assert check_ledger() == []


def test_a_withdrawn_record_with_a_waiting_correction_leaves_both_books(commune: Commune) -> None:
    counting()
    sent = create_group(commune)
    approve(sent, by=commune.officer, at=later(1))
    correct_group(commune, "uuid:đầu")

    withdraw(sent, by=commune.officer, at=later(3), comment="Ghi nhầm")

    assert (figure().value, figure(book="approved").value) == (None, None)
    assert check_ledger() == []


def test_approving_a_correction_approves_the_thing_it_left_as_it_was(commune: Commune) -> None:
    counting()
    sent = create_group(commune)
    correct_group(commune, "uuid:đầu", entity_xml(GROUP, create=True, label="Đội"))

    approve(sent, by=commune.officer, at=later(3))

    assert (figure().value, figure(book="approved").value) == (1, 1)
    assert check_ledger() == []


def test_a_correction_in_order_reports_the_thing_its_flagged_version_brought(commune: Commune) -> None:
    counting()
    # The form asks for the name: without it an officer must look first.
    sent = create_group(commune, ten="")
    assert figure().value is None

    correct_group(commune, "uuid:đầu", entity_xml(GROUP, create=True, label="Đội"))

    assert figure().value == 1
    assert check_ledger() == []
    approve(sent, by=commune.officer, at=later(3))
    assert check_ledger() == []


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

    lives = tell_lives(
        [tuple(versions) for versions in things.values()],
        lambda values: values.get("active") == "",
        (lambda version: version.source_id == 1) if only_approved else all_count,
    )
    steps = stock_steps(lives, lambda values: values.get("active") == "1")

    for day in range(13):
        held = [step.amount for step in steps if step.day <= DAY + timedelta(days=day)]
        assert (held[-1] if held else None) == count_naively(told, day, only_approved=only_approved)
    assert all(one.amount != after.amount for one, after in zip(steps, steps[1:], strict=False))


class _Undo(Exception):
    """Rolls back what one generated example wrote."""


ACTS = ("new", "update", "approve", "withdraw", "edit", "merge", "unmerge", "remove", "restore")
acts = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 99), st.integers(0, 12), st.booleans()), max_size=10)


@dataclass
class Story:
    """Random acts of villages and officers on one register, each on whatever the drawn numbers point at."""

    commune: Commune
    sent: list[int] = field(default_factory=list)

    def act(self, kind: str, pick: int, day: int, active: bool) -> None:
        on, state = DAY + timedelta(days=day), "hoat_dong" if active else "ngung"
        things = list(Entity.objects.order_by("pk"))
        standing = [one for one in things if not one.removed and one.merged_into_id is None]
        village = (self.commune.village, self.commune.other)[pick % 2]
        officer, at = {"by": self.commune.officer}, {"at": later(1)}
        match kind:
            case "new":
                uuid = f"{len(things) + 1:08d}-1111-4111-8111-111111111111"
                self.sent.append(create(village, f"Đội {len(things)}", uuid, day=on, trang_thai=state).submission_id)
            case "update" if standing:
                one = standing[pick % len(standing)]
                unit = OrgUnit.objects.get(pk=one.org_unit_id)
                told = update(unit, one.current_number, str(one.uuid), day=on, ten="Đội", trang_thai=state)
                self.sent.append(told.submission_id)
            case "approve" if self.sent:
                approve_many([self.sent[pick % len(self.sent)]], **officer, **at)
            case "withdraw" if self.sent:
                withdraw(self.sent.pop(pick % len(self.sent)), comment="Ghi nhầm", **officer, **at)
            case "edit" if standing:
                one = standing[pick % len(standing)]
                values = {"trang_thai": state, "so_nguoi": str(pick)}
                edit_entity(one.pk, one.label, values, on, number=one.current_number, **officer, **at)
            case "merge" if len(standing) > 1:
                keep = standing[pick % len(standing)]
                gone = next((one for one in standing if one.org_unit_id == keep.org_unit_id and one != keep), keep)
                numbers = (keep.current_number, gone.current_number)
                merge_entities(keep.pk, gone.pk, numbers=numbers, **officer, **at)
            case "unmerge":
                for one in [one for one in things if one.merged_into_id is not None][:1]:
                    unmerge_entity(one.pk, **officer, **at)
            case "remove" if standing:
                one = standing[pick % len(standing)]
                remove_entity(one.pk, "Nhầm", number=one.current_number, **officer, **at)
            case "restore":
                for one in [one for one in things if one.removed][:1]:
                    restore_entity(one.pk, number=one.current_number, **officer, **at)


Seen = dict[int, list[tuple[bool, int | None]]]
"""By unit, of each thing known on a day: whether it is active, and how many people it states."""


def look_at_things(day: date, book: str) -> Seen:
    """One after the other, out of the rows."""
    found: Seen = {}
    for entity in Entity.objects.filter(removed=False, merged_into=None):
        rows = [
            row
            for row in entity.versions.select_related("source__submission").order_by("number")
            if row.source is None
            or row.source.number <= (row.source.submission.approved_number or 0)
            or (book == "reported" and not row.source.flags)
        ]
        born = [row.from_day for row in rows if row.act in ("create", "restore")]
        undone = {row.base_number for row in rows if row.act == "unmerge"}
        taken_in = [row.from_day for row in rows if row.act == "merge" and row.number not in undone]
        if born and min([born[-1], *taken_in]) <= day:
            state, people = (
                [row.properties[name] for row in rows if name in row.changed and row.from_day <= max(day, born[-1])]
                for name in ("trang_thai", "so_nguoi")
            )
            thing = state[-1:] == ["hoat_dong"], int(people[-1]) if people and people[-1] else None
            found.setdefault(entity.org_unit_id, []).append(thing)
    return found


def count_things(seen: Seen) -> int | None:
    """None: nothing known yet."""
    things = [one for several in seen.values() for one in several]
    return sum(active for active, _people in things) if things else None


def add_up_people(days: list[Seen]) -> int | None:
    """On the last of these days. Where active things of a unit are there and none of them states how many, what was
    stated last stands."""
    stands: dict[int, int] = {}
    for seen in days:
        for village, things in seen.items():
            active = [people for is_active, people in things if is_active]
            stated = [people for people in active if people is not None]
            if stated or not active:
                stands[village] = sum(stated)
    return sum(stands.values()) if stands else None


def held_in_ledger(day: date, book: str, code: str = "groups") -> int | None:
    """Each unit's latest standing step, added up."""
    standing: Counter[tuple[int, date, int]] = Counter()
    for line in Posting.objects.filter(book=Book[book.upper()], day_from__lte=day, data_element__code=code):
        standing[line.org_unit_id, line.day_from, line.amount * line.sign] += line.sign
    latest = {unit: count for unit, _day, count in sorted(+standing)}
    return sum(latest.values()) if latest else None


@settings(
    max_examples=8,
    phases=[Phase.explicit, Phase.generate],  # shrinking a history of sendings takes minutes and shortens little
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(several=acts)
def test_the_ledger_holds_it_whatever_villages_send_and_officers_decide(
    commune: Commune, several: list[tuple[str, int, int, bool]]
) -> None:
    with pytest.raises(_Undo), transaction.atomic():
        counting()
        counting("people", expression="${so_nguoi}")
        story = Story(commune)
        for one in [("new", 0, 3, True), ("new", 1, 1, True), ("new", 0, 5, True), *several]:
            # What is impossible just now (another village's thing, a record withdrawn) is refused and changes nothing.
            with suppress(Refusal), transaction.atomic():
                story.act(*one)
        forget_projections()

        for book in ("reported", "approved"):
            seen = [look_at_things(DAY + number * DAYS, book) for number in range(13)]
            for number in range(13):
                on = DAY + number * DAYS
                assert held_in_ledger(on, book) == count_things(seen[number]), (book, on)
                assert held_in_ledger(on, book, "people") == add_up_people(seen[: number + 1]), (book, on)
            assert figure(DAY + 4 * DAYS, book).value == count_things(seen[4])
            assert figure(DAY + 4 * DAYS, book, code="people").value == add_up_people(seen[:5])
        assert check_ledger() == []
        rebuild()
        assert check_ledger() == []
        raise _Undo
    forget_projections()
