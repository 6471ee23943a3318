"""A step is one record: where a flow counts the records, a second one that says it again is in no book until an officer
has decided, by whichever door it came."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import date
from itertools import pairwise

import pytest
from django.db import transaction
from django.db.models import F, Sum
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from caunoi.accounts.models import Role, User
from caunoi.audit.clock import take_numbers
from caunoi.facts.models import Book, DataElement, Posting
from caunoi.facts.queries import forget_catalogues
from caunoi.places.models import OrgUnit
from caunoi.records.actions import Incoming, receive, receive_many, withdraw
from caunoi.records.entities import actions
from caunoi.records.entities.errors import EntityStageRefused
from caunoi.records.entities.tests.builders import AT, group
from caunoi.records.entities.tests.test_stages import DAY, declare, newest, press, stage, tell
from caunoi.records.models import EntityList, Source, SubmissionVersion
from caunoi.records.tests.builders import BY, unit, user
from caunoi.refusals import Refusal

pytestmark = pytest.mark.django_db
# Counted by flows; that it ended is not.
STAGES = ("dung", "hong", "sua")


@pytest.fixture
def village() -> OrgUnit:
    commune = unit("Xã Bản Qua", "commune")
    declare()
    return unit("Thôn 1", "village", commune)


@pytest.fixture
def officer(village: OrgUnit) -> User:
    commune = OrgUnit.objects.get(level="commune")
    return user("xa", (Role.RECORDER, commune), (Role.APPROVER, commune))


def count_by(*stages: str) -> None:
    """Flows over the form, one for each of these stages."""
    for one in stages:
        DataElement.objects.create(
            code=f"to_{one}", name_vi=one, kind="flow", levels=["village", "commune"], form_code="ghi_cum_loa",
            expression="1", filter=f"${{trang_thai}} = '{one}'", day="${ngay}", pack="thu",
            known_from=take_numbers(1)[0],
        )  # fmt: skip
    forget_catalogues()


def counted(stage: str) -> int:
    rows = Posting.objects.filter(book=Book.REPORTED, data_element__code=f"to_{stage}")
    return int(rows.aggregate(total=Sum("amount"))["total"] or 0)


def row(village: OrgUnit, stage: str, on: int, **answers: str) -> Incoming:
    given = {"ngay": f"2026-03-{on:02}", "cu": str(group().uuid), "ten": "Cụm 1", "trang_thai": stage, **answers}
    return Incoming("ghi_cum_loa", village.pk, AT, answers=given, source=Source.SPREADSHEET, entered_by_name="Tệp")


def flags_of(record: int) -> list[str]:
    version = SubmissionVersion.objects.filter(submission_id=record).latest("number")
    return [flag["message"] for flag in version.flags]


@pytest.mark.parametrize("source", [Source.BROWSER, Source.DEVICE])
def test_who_says_a_step_again_is_told_which_record_says_it_already(village: OrgUnit, source: str) -> None:
    count_by("hong")
    tell(village, "dung", 2)
    tell(village, "hong", 5)

    record, _instance = tell(village, "hong", 9, base=newest(), source=source)

    (said,) = flags_of(record)
    assert "“Hỏng” ngày 05/03/2026" in said and "đếm hai lần" in said
    assert (counted("hong"), stage(20)) == (1, "hong")


def test_a_row_of_a_spreadsheet_that_says_it_again_is_refused_and_the_same_row_is_known(village: OrgUnit) -> None:
    count_by("hong")
    tell(village, "dung", 2)
    receive(row(village, "hong", 5), by=BY, at=AT)

    with pytest.raises(Refusal, match="đếm hai lần"):
        receive(row(village, "hong", 9), by=BY, at=AT)
    assert receive(row(village, "hong", 5), by=BY, at=AT).outcome == "unchanged"
    with pytest.raises(Refusal, match="đếm hai lần"):
        receive_many([row(village, "sua", 10), row(village, "dung", 12), row(village, "hong", 14),
                      row(village, "hong", 14, ly_do="Sét đánh")], by=BY, at=AT)  # fmt: skip
    assert counted("hong") == 1


def test_a_button_is_refused_and_a_phone_that_sends_once_more_is_not(village: OrgUnit, officer: User) -> None:
    count_by("hong")
    tell(village, "dung", 2)
    record, instance = tell(village, "hong", 5, name="uuid:một")
    with pytest.raises(EntityStageRefused):
        press(group(), "hong", officer)

    again, _same = tell(village, "hong", 5, name=instance)

    assert (again, flags_of(record), counted("hong")) == (record, [], 1)


def test_where_no_flow_counts_the_stage_a_record_may_say_it_beside_other_things(village: OrgUnit) -> None:
    count_by("hong")
    tell(village, "dung", 2)

    record, _instance = tell(village, "dung", 6, so_loa="4")

    assert (flags_of(record), group().properties["so_loa"]) == ([], "4")


def test_what_was_entered_by_hand_is_no_record_so_one_may_say_the_step(village: OrgUnit, officer: User) -> None:
    count_by("dung")
    made = actions.enter_entity("cum", village.pk, "Cụm 2", {"trang_thai": "dung"}, DAY, by=officer, at=AT)
    uuid = str(made.uuid)

    first, _instance = tell(village, "dung", 6, uuid=uuid)
    second, _instance = tell(village, "dung", 7, uuid=uuid)

    assert (flags_of(first), len(flags_of(second)), counted("dung")) == ([], 1, 1)


def test_a_step_taken_back_may_be_said_anew(village: OrgUnit, officer: User) -> None:
    count_by("hong")
    tell(village, "dung", 2)
    record, _instance = tell(village, "hong", 5)
    withdraw(record, by=officer, comment="Ghi nhầm", at=AT)

    again, _instance = tell(village, "hong", 9, base=newest())

    assert (flags_of(again), counted("hong")) == ([], 1)


def test_a_correction_that_says_a_step_again_is_told_so_and_the_book_keeps_what_stood(village: OrgUnit) -> None:
    count_by(*STAGES)
    tell(village, "dung", 2)
    tell(village, "hong", 4)
    _record, repairing = tell(village, "sua", 6, base=newest())
    tell(village, "dung", 8, base=newest())
    tell(village, "hong", 10, base=newest())

    record, _instance = tell(village, "hong", 6, base=newest(), corrects=repairing)

    assert "“Hỏng” ngày 04/03/2026" in " ".join(flags_of(record))
    assert [counted(one) for one in STAGES] == [2, 2, 1]


def test_a_correction_that_no_longer_parts_two_records_of_one_stage_is_told_which_is_too_many(village: OrgUnit) -> None:
    register = EntityList.objects.get()
    register.transitions += [{"before": "hong", "after": "dung"}]
    register.save()
    count_by("dung")
    tell(village, "dung", 2)
    _record, broken = tell(village, "hong", 5)
    tell(village, "dung", 8, base=newest())

    record, _instance = tell(village, "hong", 12, base=newest(), corrects=broken)

    (said,) = flags_of(record)
    assert "“Đang dùng” ngày 08/03/2026" in said and "lặp lại" in said
    assert counted("dung") == 2


class _Undo(Exception):
    pass


acts = st.lists(
    st.tuples(
        st.sampled_from(["browser", "device", "stale device", "spreadsheet", "button", "correct", "correct"]),
        st.integers(0, 5),
        st.sampled_from([*STAGES, "ngung"]),
        st.integers(2, 19),
    ),
    min_size=2,
    max_size=9,
)


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(several=acts)
def test_the_flow_counts_as_many_as_there_are_steps_whatever_comes_through_the_doors(
    village: OrgUnit, officer: User, several: list[tuple[str, int, str, int]]
) -> None:
    with pytest.raises(_Undo), transaction.atomic():
        count_by(*STAGES)
        tell(village, "dung", 3)
        for door, which, wanted, on in several:
            # What may not be is refused and changes nothing.
            with suppress(Refusal), transaction.atomic():
                _send(village, officer, door, which, wanted, on)

        said = _list_said()
        assert all(one != other or one not in STAGES for one, other in pairwise(said)), said
        assert {one: counted(one) for one in STAGES} == {one: Counter(said)[one] for one in STAGES}
        raise _Undo
    forget_catalogues()


def _send(village: OrgUnit, officer: User, door: str, which: int, wanted: str, on: int) -> None:
    if door == "spreadsheet":
        receive(row(village, wanted, on), by=BY, at=AT)
    elif door == "button":
        press(group(), wanted, officer, on=on)
    elif door == "correct":
        newest_of = SubmissionVersion.objects.filter(number=F("submission__current_number")).order_by("submission_id")
        version = newest_of[which % newest_of.count()]
        makes = not version.answers.get("cu")
        tell(village, wanted, on, corrects=version.instance_id, base=0 if makes else newest())
    else:
        source = Source.BROWSER if door == "browser" else Source.DEVICE
        tell(village, wanted, on, base=1 if door == "stale device" else newest(), source=source)


def _list_said() -> list[str]:
    """The stages that the reported book's records say, in the order of their days."""
    versions = SubmissionVersion.objects.filter(number=F("submission__reported_number"))
    rows = [(date.fromisoformat(one.answers["ngay"]), one.submission_id, one) for one in versions]
    return [one.answers["trang_thai"] for _day, _pk, one in sorted(rows, key=lambda row: row[:2])]
