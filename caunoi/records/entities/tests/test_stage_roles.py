"""Steps that are reserved to a role: what comes without it is flagged at the door, and books and register agree."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from caunoi.accounts.models import Role, User
from caunoi.places.models import OrgUnit
from caunoi.records.actions import Incoming, approve, receive
from caunoi.records.entities.errors import EntityStageNotAllowed
from caunoi.records.entities.tests import builders as given
from caunoi.records.entities.tests.builders import AT, GROUP, group, later
from caunoi.records.entities.tests.test_stages import declare, sentences, stage, tell
from caunoi.records.errors import AnswersRefused
from caunoi.records.models import EntityList, EntityProblem, Source, Submission, SubmissionVersion
from caunoi.records.tests.builders import BY, unit, user

pytestmark = pytest.mark.django_db
NO_ROLE = "không có vai trò"


@pytest.fixture
def village() -> OrgUnit:
    """Its cluster is in use; that it broke is for an approver to say."""
    commune = unit("Xã Bản Qua", "commune")
    declare()
    village = unit("Thôn 1", "village", commune)
    register = EntityList.objects.get()
    register.transitions = [
        one | {"roles": ["approver"]} if one["after"] == "hong" else one for one in register.transitions
    ]
    register.save()
    tell(village, "dung", 2)
    return village


def say_broken(
    village: OrgUnit, by: User | None, source: str, *, on: int = 9, corrects: str = "", **more: str
) -> Submission:
    """As a page or a phone sends it."""
    entity = given.entity_xml(GROUP, update=True, base=1, label="Cụm 1", list_code="cum")
    answers = {"ten": "Cụm 1", "cu": GROUP, "trang_thai": "hong", **more}
    xml = given.group_xml(
        given.instance(), entity, day=date(2026, 3, on), form="ghi_cum_loa", corrects=corrects, **answers
    )  # fmt: skip
    received = given.send(village, xml, form="ghi_cum_loa", source=source, entered_by=by)
    return Submission.objects.get(pk=received.submission_id)


def test_a_page_without_the_role_is_flagged_and_counts_in_no_book(village: OrgUnit) -> None:
    record = say_broken(village, user("thon", (Role.RECORDER, village)), Source.BROWSER)

    (flag,) = SubmissionVersion.objects.get(submission=record).flags
    assert NO_ROLE in flag["message"] and record.reported_number is None
    assert stage(9) == "dung" and NO_ROLE in sentences()[0]


def test_a_phone_has_no_role_whoever_carries_it(village: OrgUnit) -> None:
    record = say_broken(village, None, Source.DEVICE)

    (flag,) = SubmissionVersion.objects.get(submission=record).flags
    assert NO_ROLE in flag["message"] and record.reported_number is None
    assert stage(9) == "dung" and NO_ROLE in sentences()[0]


def test_who_has_the_role_there_says_so_without_a_flag(village: OrgUnit) -> None:
    approver = user("xa", (Role.APPROVER, OrgUnit.objects.get(level="commune")), (Role.RECORDER, village))

    record = say_broken(village, approver, Source.BROWSER)

    assert SubmissionVersion.objects.get(submission=record).flags == [] and record.reported_number == 1
    assert (stage(9), sentences(), group().current_number) == ("hong", [], 2)


def test_who_corrects_something_else_of_a_step_needs_no_role_and_who_moves_its_day_does(village: OrgUnit) -> None:
    approver = user("xa", (Role.APPROVER, OrgUnit.objects.get(level="commune")), (Role.RECORDER, village))
    recorder = user("thon", (Role.RECORDER, village))
    said = say_broken(village, approver, Source.BROWSER)

    def correct(**otherwise: Any) -> SubmissionVersion:
        newest = SubmissionVersion.objects.filter(submission=said).order_by("-number")[0]
        say_broken(village, recorder, Source.BROWSER, corrects=newest.instance_id, **otherwise)
        return SubmissionVersion.objects.filter(submission=said).order_by("-number")[0]

    told = correct(ly_do="Sét đánh")
    moved = correct(ly_do="Sét đánh", on=7)

    assert (told.number, told.flags, moved.number) == (2, [], 3)
    assert NO_ROLE in moved.flags[0]["message"] and (stage(8), stage(9)) == ("dung", "hong")


def test_a_row_of_a_spreadsheet_without_the_role_is_refused(village: OrgUnit) -> None:
    answers = {"ngay": "2026-03-09", "cu": GROUP, "ten": "Cụm 1", "trang_thai": "hong"}
    recorder = user("thon", (Role.RECORDER, village))
    row = Incoming("ghi_cum_loa", village.pk, AT, answers=answers, source=Source.SPREADSHEET, entered_by=recorder)

    with pytest.raises(AnswersRefused, match=NO_ROLE):
        receive(row, by=BY, at=AT)
    assert Submission.objects.count() == 1


def test_accepted_by_who_has_the_role_it_counts_and_the_register_takes_it(village: OrgUnit) -> None:
    record = say_broken(village, None, Source.DEVICE)
    approver = user("xa", (Role.APPROVER, OrgUnit.objects.get(level="commune")))

    approve(record.pk, by=approver, at=later(1))

    record.refresh_from_db()
    assert (record.state, record.reported_number, stage(9)) == ("approved", 1, "hong")
    assert not EntityProblem.objects.filter(settled_at=None).exists()


def test_who_lacks_the_role_cannot_accept_it_either(village: OrgUnit) -> None:
    register = EntityList.objects.get()
    register.transitions = [
        one | {"roles": ["programme_manager"]} if "roles" in one else one for one in register.transitions
    ]
    register.save()
    record = say_broken(village, None, Source.DEVICE)
    approver = user("xa", (Role.APPROVER, OrgUnit.objects.get(level="commune")))

    with pytest.raises(EntityStageNotAllowed, match=NO_ROLE):
        approve(record.pk, by=approver, at=later(1))

    record.refresh_from_db()
    assert (record.state, record.reported_number, stage(9)) == ("submitted", None, "dung")
    assert EntityProblem.objects.filter(settled_at=None).count() == 1
