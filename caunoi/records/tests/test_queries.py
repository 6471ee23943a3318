from __future__ import annotations

from datetime import date, timedelta

import pytest

from caunoi.accounts.models import Role
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import EVERYTHING
from caunoi.approvals.errors import OwnApproval, StepNotAllowed
from caunoi.approvals.rules import Step
from caunoi.forms.actions import close_form
from caunoi.forms.queries import list_assignments
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import local_moment
from caunoi.periods.rules import period_from_key
from caunoi.records import actions, queries
from caunoi.records.errors import SubmissionUnknown
from caunoi.records.tests.builders import AT, BY, DAY, cleanup, publish, report, send, stored, unit, user

pytestmark = pytest.mark.django_db


class Places:
    def __init__(self) -> None:
        self.commune = unit("Xã Bản Qua", "commune")
        self.village = unit("Thôn 1", "village", self.commune)
        self.second = unit("Thôn 2", "village", self.commune)
        self.far = unit("Thôn 3", "village", unit("Xã Mường Vi", "commune"))


@pytest.fixture
def places() -> Places:
    made = Places()
    publish(
        "bao_cao_thang_thon", AssignmentRow("village", "month", approval_level="commune", from_day=date(2023, 4, 1))
    )
    return made


def test_a_village_sees_what_it_owes_and_what_it_has_sent(places: Places) -> None:
    sent = send(report(places.village, "2023-05"))

    due = queries.list_due([places.village.pk], DAY)

    assert [(one.period_key, one.state) for one in due] == [
        ("2023-04", "late"), ("2023-05", "submitted"), ("2023-06", "missing"),
    ]  # fmt: skip
    assert due[1].submission is not None and due[1].submission.pk == sent.submission_id
    assert (due[0].due_on, due[0].period_label) == (date(2023, 5, 5), "tháng 04/2023")


def test_old_sent_reports_leave_the_list_and_returned_ones_stay(places: Places) -> None:
    by = user("Lan", (Role.APPROVER, places.commune))
    later = DAY + timedelta(days=90)
    for key in ("2023-04", "2023-05", "2023-06", "2023-07"):
        received = send(report(places.village, key, at=local_moment(later)))
        if key == "2023-05":
            actions.return_(received.submission_id, by=by, at=local_moment(later), comment="Xem lại")

    keys = {one.period_key: one.state for one in queries.list_due([places.village.pk], later)}

    assert keys == {"2023-05": "returned", "2023-08": "late", "2023-09": "missing"}


def test_a_closed_form_and_a_unit_that_ended_owe_nothing(places: Places) -> None:
    gone = unit("Thôn Cũ", "village", places.commune, to=date(2023, 5, 1))

    assert [one.period_key for one in queries.list_due([gone.pk], DAY)] == ["2023-04"]
    close_form("bao_cao_thang_thon", on=DAY, by=BY, at=AT)
    assert queries.list_due([places.village.pk], DAY) == []


def test_an_officer_sees_who_is_missing_within_their_units_only(places: Places) -> None:
    lan = user("Lan", (Role.APPROVER, places.commune))
    send(report(places.village, "2023-05"))
    send(report(places.village, "2023-04"))

    missing = queries.list_missing(scope_of(lan, DAY), DAY)

    assert [(one.org_unit_id, one.period_key) for one in missing] == [
        (places.second.pk, "2023-04"), (places.second.pk, "2023-05"),
    ]  # fmt: skip
    assert len(queries.list_missing(EVERYTHING, DAY)) == 4


def test_the_status_of_one_period_names_every_unit_that_owes_it(places: Places) -> None:
    send(report(places.village, "2023-05"))
    [assignment] = list_assignments("bao_cao_thang_thon")
    units = [places.village.pk, places.second.pk, places.commune.pk]

    status = queries.list_reporting(assignment, period_from_key("2023-05", "month"), units, DAY)

    assert {one.org_unit_id: one.state for one in status} == {places.village.pk: "submitted", places.second.pk: "late"}


def test_waiting_late_returned_and_flagged_records_are_listed_within_the_scope(places: Places) -> None:
    lan = user("Lan", (Role.APPROVER, places.commune))
    scope = scope_of(lan, DAY)
    on_time = send(report(places.village, "2023-05", at=local_moment(date(2023, 6, 5), 23, 59)))
    late = send(report(places.second, "2023-05", at=local_moment(date(2023, 6, 6), 0, 1)))
    flagged = send(report(places.village, "2023-06", so_da_tra_loi="9"))
    far = send(report(places.far, "2023-05", at=local_moment(date(2023, 6, 7))))

    assert [s.pk for s in queries.list_waiting(scope)] == [
        on_time.submission_id, late.submission_id, flagged.submission_id,
    ]  # fmt: skip
    assert [s.pk for s in queries.list_late(scope)] == [late.submission_id]
    assert [s.pk for s in queries.list_flagged(scope)] == [flagged.submission_id]
    assert far.submission_id in {s.pk for s in queries.list_late(EVERYTHING)}
    actions.return_(late.submission_id, by=lan, at=AT, comment="Xem lại")
    assert [s.pk for s in queries.list_returned(scope)] == [late.submission_id]


def test_the_inbox_holds_what_the_officer_may_decide_and_no_more(places: Places) -> None:
    publish("ngay_ra_quan", AssignmentRow("village", "event", approval_level="province"))
    mine = send(report(places.village))
    send(report(places.far))
    send(cleanup(places.village))
    lan = user("Lan", (Role.APPROVER, places.commune))
    head = user("Sử", (Role.RECORDER, places.village))

    assert [s.pk for s in queries.list_waiting_for(lan, AT)] == [mine.submission_id]
    assert list(queries.list_waiting_for(head, AT)) == []


def test_a_record_opens_beside_the_one_before_it(places: Places) -> None:
    lan = user("Lan", (Role.APPROVER, places.commune))
    april = send(report(places.village, "2023-04"))
    may = stored(send(report(places.village, "2023-05")))

    before = queries.find_previous(may, scope_of(lan, DAY))

    assert before is not None and before.submission_id == april.submission_id
    assert queries.find_previous(stored(april), scope_of(lan, DAY)) is None


def test_a_reader_opens_only_records_within_their_units(places: Places) -> None:
    lan = user("Lan", (Role.VIEWER, places.commune))
    mine, far = send(report(places.village)), send(report(places.far))

    assert queries.get_submission(mine.submission_id, scope_of(lan, DAY)).pk == mine.submission_id
    for hidden in (far.submission_id, 10**9):
        with pytest.raises(SubmissionUnknown):
            queries.get_submission(hidden, scope_of(lan, DAY))


def test_the_page_knows_which_buttons_to_show_and_why_not(places: Places) -> None:
    lan = user("Lan", (Role.APPROVER, places.commune), (Role.RECORDER, places.village))
    head = user("Sử", (Role.RECORDER, places.village))
    theirs = stored(send(report(places.village, entered_by=head)))
    own = stored(send(report(places.village, "2023-04", entered_by=lan)))

    assert queries.find_obstacle_to(theirs, Step.APPROVE, lan, AT) is None
    assert queries.find_obstacle_to(theirs, Step.RETURN, lan, AT) is None
    assert isinstance(queries.find_obstacle_to(own, Step.APPROVE, lan, AT), OwnApproval)
    assert isinstance(queries.find_obstacle_to(theirs, Step.APPROVE, head, AT), StepNotAllowed)


def test_the_comment_of_the_last_return_and_all_versions_are_found(places: Places) -> None:
    lan = user("Lan", (Role.APPROVER, places.commune))
    received = send(report(places.village))
    actions.return_(received.submission_id, by=lan, at=AT, comment="Lần một")
    send(report(places.village, so_luot_du="55"))
    actions.return_(received.submission_id, by=lan, at=AT, comment="Lần hai")
    submission = stored(received)

    comment = queries.find_return_comment(submission)

    assert comment is not None and comment.comment == "Lần hai"
    assert [version.number for version in queries.list_versions(submission)] == [1, 2]
    assert queries.get_version(submission, 2).answers["so_luot_du"] == "55"
    assert queries.find_submission_of_period("bao_cao_thang_thon", places.village.pk, "2023-05") == submission
