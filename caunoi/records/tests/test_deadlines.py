"""Closing days, extensions and locking, as villages and offices meet them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from caunoi.accounts.models import Role, User
from caunoi.accounts.scope import EVERYTHING
from caunoi.approvals.errors import StepImpossible
from caunoi.audit.models import AuditLine
from caunoi.audit.rules import Actor
from caunoi.forms.actions import extend
from caunoi.forms.errors import ExtensionNotAllowed, ExtensionNotOwed, ExtensionReasonMissing, ExtensionTooShort
from caunoi.forms.models import Extension
from caunoi.forms.queries import find_until
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import local_moment
from caunoi.records import actions, queries
from caunoi.records.errors import PeriodClosed
from caunoi.records.models import SubmissionVersion
from caunoi.records.tests.builders import cleanup, publish, report, send, stored, unit, user

pytestmark = pytest.mark.django_db

FORM = "bao_cao_thang_thon"
ROW = AssignmentRow("village", "month", approval_level="commune", due_days=5, closes_days=10, locks_days=40)
ON_TIME = local_moment(date(2023, 6, 3))
LAST_DAY = local_moment(date(2023, 6, 10), 23, 59)
CLOSED = local_moment(date(2023, 6, 11))
UNTIL = date(2023, 6, 20)
LOCKED = local_moment(date(2023, 7, 11))


class Places:
    """A commune with two villages, its approver, and an approver of the commune beside."""

    def __init__(self) -> None:
        self.district = unit("Huyện Bát Xát", "district")
        self.commune = unit("Xã Bản Qua", "commune", self.district)
        self.village = unit("Thôn 1", "village", self.commune)
        self.second = unit("Thôn 2", "village", self.commune)
        self.lan = user("Hoàng Thị Lan", (Role.APPROVER, self.commune))
        self.beside = user("Vàng A Tủa", (Role.APPROVER, unit("Xã Mường Vi", "commune", self.district)))
        self.manager = user("Phạm Văn Nam", (Role.PROGRAMME_MANAGER, self.district))


@pytest.fixture
def places() -> Places:
    publish(FORM, ROW)
    return Places()


def give(places: Places, by: User | None = None, until: date = UNTIL, reason: str = "Lũ quét, mất sóng") -> None:
    extend(FORM, [places.village.pk], "2023-05", until, reason, by=by or places.lan, at=CLOSED)


def test_a_report_is_taken_until_the_closing_day_and_refused_after_it_with_who_can_extend(places: Places) -> None:
    send(report(places.village, at=LAST_DAY), at=LAST_DAY)

    with pytest.raises(PeriodClosed, match=r"đóng sau ngày 10/06/2023.*Xã Bản Qua gia hạn"):
        send(report(places.second, at=CLOSED), at=CLOSED)


def test_what_arrived_in_time_is_answered_alike_when_sent_again_after_closing(places: Places) -> None:
    first = send(report(places.village, at=ON_TIME, instance_id="uuid:1"), at=ON_TIME)
    again = send(report(places.village, at=CLOSED, xml=_xml_of(first.version_id)), at=CLOSED)

    assert (again.outcome, again.submission_id) == ("unchanged", first.submission_id)


def _xml_of(version_id: int) -> bytes:
    return SubmissionVersion.objects.get(pk=version_id).xml.encode()


def test_a_returned_report_may_be_corrected_after_closing(places: Places) -> None:
    received = send(report(places.village, at=ON_TIME), at=ON_TIME)
    with pytest.raises(PeriodClosed):
        send(report(places.village, at=CLOSED, so_luot_du="55"), at=CLOSED)

    actions.return_(received.submission_id, by=places.lan, at=CLOSED, comment="Đếm lại")

    assert send(report(places.village, at=CLOSED, so_luot_du="55"), at=CLOSED).outcome == "corrected"


def test_an_extension_opens_the_period_for_that_unit_alone_and_counts_as_on_time(places: Places) -> None:
    give(places)

    received = send(report(places.village, at=local_moment(UNTIL)), at=local_moment(UNTIL))

    assert stored(received).due_on == UNTIL
    assert queries.list_late(EVERYTHING).count() == 0
    with pytest.raises(PeriodClosed):
        send(report(places.second, at=local_moment(UNTIL)), at=local_moment(UNTIL))
    line = AuditLine.objects.get(action="form.extend")
    assert (line.actor, line.detail["units"]) == ("Hoàng Thị Lan", [places.village.key])
    assert line.detail["reason"] == "Lũ quét, mất sóng"


def test_being_late_is_not_mended_by_an_extension_given_afterwards(places: Places) -> None:
    late = local_moment(date(2023, 6, 8))
    received = send(report(places.village, at=late), at=late)
    give(places)

    actions.return_(received.submission_id, by=places.lan, at=CLOSED, comment="Đếm lại")
    send(report(places.village, at=CLOSED, so_luot_du="55"), at=CLOSED)

    assert stored(received).due_on == date(2023, 6, 5)
    assert [one.pk for one in queries.list_late(EVERYTHING)] == [received.submission_id]


def test_the_newest_extension_counts(places: Places) -> None:
    give(places, until=date(2023, 6, 30))
    give(places, until=date(2023, 6, 15), reason="Nhầm ngày")

    assert find_until(Extension.objects.first().form_id, places.village.pk, "2023-05") == date(2023, 6, 15)
    with pytest.raises(PeriodClosed, match="15/06/2023"):
        send(report(places.village, at=local_moment(UNTIL)), at=local_moment(UNTIL))


def test_who_decides_or_runs_the_programme_extends_and_nobody_else(places: Places) -> None:
    head = user("Giàng A Páo", (Role.RECORDER, places.village), (Role.APPROVER, places.village))
    for one in (places.beside, head, user("Xem", (Role.VIEWER, places.commune))):
        with pytest.raises(ExtensionNotAllowed, match="Thôn 1"):
            give(places, by=one)

    for one in (places.lan, places.manager, user("Quản trị", (Role.ADMINISTRATOR, places.commune))):
        give(places, by=one)
    assert Extension.objects.count() == 3


def test_an_extension_needs_a_reason_a_later_day_and_something_owed(places: Places) -> None:
    with pytest.raises(ExtensionReasonMissing):
        give(places, reason="  ")
    with pytest.raises(ExtensionTooShort, match="từ 11/06/2023"):
        give(places, until=date(2023, 6, 10))
    with pytest.raises(ExtensionTooShort):
        give(places, until=date(2033, 6, 10))
    for units, key in (([places.commune.pk], "2023-05"), ([places.village.pk], "2023-Q1"), ([10**9], "2023-05")):
        with pytest.raises(ExtensionNotOwed):
            extend(FORM, units, key, UNTIL, "Vì lũ", by=places.lan, at=CLOSED)
    assert not Extension.objects.exists()


def test_many_villages_are_extended_at_once_or_none(places: Places) -> None:
    far = unit("Thôn 9", "village", unit("Xã Xa", "commune", places.district))

    with pytest.raises(ExtensionNotAllowed):
        extend(FORM, [places.village.pk, far.pk], "2023-05", UNTIL, "Vì lũ", by=places.lan, at=CLOSED)
    assert not Extension.objects.exists()
    made = extend(FORM, [places.village.pk, places.second.pk], "2023-05", UNTIL, "Vì lũ", by=places.lan, at=CLOSED)

    assert len(made) == 2 and len({one.known_from for one in made}) == 1


def test_what_is_closed_leaves_the_village_s_list_and_comes_back_with_the_extension(places: Places) -> None:
    today = date(2023, 6, 11)

    def keys() -> list[tuple[str, date]]:
        return [(one.period_key, one.due_on) for one in queries.list_due([places.village.pk], today)]

    assert keys() == [("2023-06", date(2023, 7, 5))]
    give(places)
    assert keys() == [("2023-05", UNTIL), ("2023-06", date(2023, 7, 5))]
    missing = queries.list_missing(EVERYTHING, today, unit_ids=[places.village.pk, places.second.pk])
    may = {one.org_unit_id: (one.until, one.closes_on) for one in missing if one.period_key == "2023-05"}
    assert may == {places.village.pk: (UNTIL, UNTIL), places.second.pk: (None, date(2023, 6, 10))}


# Locking


def approved(places: Places) -> int:
    received = send(report(places.village, at=ON_TIME), at=ON_TIME)
    actions.approve(received.submission_id, by=places.lan, at=ON_TIME)
    return received.submission_id


def test_what_is_approved_locks_by_itself_after_its_day_and_only_once(places: Places) -> None:
    publish("ngay_ra_quan", AssignmentRow("village", "event", approval_level="commune"))
    one = approved(places)
    event = send(cleanup(places.village, at=ON_TIME), at=ON_TIME)
    actions.approve(event.submission_id, by=places.lan, at=ON_TIME)
    waiting = send(report(places.second, at=ON_TIME), at=ON_TIME)
    by = Actor("Tự động")

    assert actions.lock_due(by=by, at=LOCKED - timedelta(days=1)) == 0
    assert actions.lock_due(by=by, at=LOCKED) == 1
    assert actions.lock_due(by=by, at=LOCKED) == 0

    states = {pk: queries.get_submission(pk, EVERYTHING).state for pk in (one, event.submission_id)}
    assert states == {one: "locked", event.submission_id: "approved"}
    assert stored(waiting).state == "submitted"
    line = AuditLine.objects.get(action="submission.lock")
    assert (line.actor, line.detail["count"]) == ("Tự động", 1)


def test_after_its_day_nobody_corrects_it_even_before_the_daily_step_has_come_by(places: Places) -> None:
    one = approved(places)
    extended = AssignmentRow("village", "month", approval_level="commune", due_days=5, locks_days=40)
    publish(FORM, extended)

    with pytest.raises(StepImpossible, match="khóa"):
        send(report(places.village, at=LOCKED, so_luot_du="55"), at=LOCKED)
    with pytest.raises(StepImpossible, match="khóa"):
        actions.return_(one, by=places.lan, at=LOCKED, comment="Đếm lại")


def test_unlocked_for_a_reason_it_stays_open_until_it_is_approved_anew(places: Places) -> None:
    publish(FORM, AssignmentRow("village", "month", approval_level="commune", due_days=5, locks_days=40))
    one = approved(places)

    actions.unlock(one, by=places.manager, at=LOCKED, comment="Theo kết luận kiểm tra")
    actions.lock_due(by=Actor("Tự động"), at=LOCKED)
    assert queries.get_submission(one, EVERYTHING).state == "approved"
    send(report(places.village, at=LOCKED, so_luot_du="55"), at=LOCKED)
    actions.approve(one, by=places.lan, at=LOCKED)
    actions.lock_due(by=Actor("Tự động"), at=LOCKED)

    assert queries.get_submission(one, EVERYTHING).state == "locked"
