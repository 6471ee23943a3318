from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as DatabaseCase

from caunoi import events
from caunoi.accounts.models import Role
from caunoi.approvals.errors import StepImpossible
from caunoi.approvals.models import ApprovalStep
from caunoi.audit.models import AuditLine
from caunoi.audit.queries import find_chain_break
from caunoi.forms.actions import close_form, publish_form, set_assignments
from caunoi.forms.errors import FormClosed, FormUnknown, InstanceRefused
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import local_moment
from caunoi.places.models import OrgUnit
from caunoi.records import errors
from caunoi.records.actions import Incoming, IncomingFile, receive_many
from caunoi.records.events import Arrived, VersionsApproved, VersionsArrived
from caunoi.records.models import Attachment, Source, Submission, SubmissionVersion
from caunoi.records.tests.builders import AT, BY, EVENTS, cleanup, merge, publish, report, send, stored, unit, user
from caunoi.refusals import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def village() -> OrgUnit:
    commune = unit("Xã Bản Qua", "commune", code="10.082.02683")
    return unit("Thôn 1", "village", commune, code="10.082.02683.01")


@pytest.fixture
def heard() -> Iterator[list[object]]:
    """What the door announces."""
    said: list[object] = []
    for kind in (VersionsArrived, VersionsApproved):
        events.on(kind, said.append)
    yield said
    for kind in (VersionsArrived, VersionsApproved):
        events._handlers[kind].remove(said.append)


def arrived(heard: list[object], kind: type[VersionsArrived] | type[VersionsApproved]) -> list[Arrived]:
    return [one for event in heard if isinstance(event, kind) for one in event.versions]


def test_a_monthly_report_is_kept_with_its_days_and_its_due_day(village: OrgUnit) -> None:
    publish("bao_cao_thang_thon", AssignmentRow("village", "month", cut_off=15, due_days=5, approval_level="commune"))

    submission = stored(send(report(village, "2023-06")))

    assert (submission.day_from, submission.day_to) == (date(2023, 5, 15), date(2023, 6, 14))
    assert (submission.named_from, submission.named_to) == (date(2023, 6, 1), date(2023, 6, 30))
    assert submission.due_on == date(2023, 6, 19)
    assert submission.state == "submitted"
    version = submission.versions.get()
    assert version.answers["ky_bao_cao"] == "2023-06-01"
    assert version.answers["so_luot_du"] == "60"
    assert "<so_luot_du>60</so_luot_du>" in version.xml


def test_a_second_report_for_the_same_month_is_a_correction_and_the_first_stays(village: OrgUnit) -> None:
    publish("bao_cao_thang_thon")
    first = send(report(village))
    before = SubmissionVersion.objects.values().get()

    second = send(report(village, so_luot_du="70"))

    assert (second.outcome, second.number, second.submission_id) == ("corrected", 2, first.submission_id)
    assert SubmissionVersion.objects.values().get(pk=first.version_id) == before


def test_the_same_report_again_changes_nothing(village: OrgUnit) -> None:
    publish("bao_cao_thang_thon")
    first = send(report(village))
    lines = AuditLine.objects.count()

    again = send(report(village))

    assert (again.outcome, again.version_id) == ("unchanged", first.version_id)
    assert SubmissionVersion.objects.count() == 1
    assert AuditLine.objects.count() == lines


def test_a_returned_report_sent_again_as_it_was_reaches_the_officer_again(village: OrgUnit) -> None:
    publish("bao_cao_thang_thon")
    first = stored(send(report(village)))
    Submission.objects.filter(pk=first.pk).update(state="returned")

    assert send(report(village)).state == "submitted"


def test_a_locked_report_cannot_be_corrected(village: OrgUnit) -> None:
    publish("bao_cao_thang_thon")
    first = send(report(village))
    Submission.objects.filter(pk=first.submission_id).update(state="locked")

    with pytest.raises(StepImpossible, match="đã khóa"):
        send(report(village, so_luot_du="70"))


def test_a_form_that_needs_no_approval_is_approved_on_arrival(village: OrgUnit, heard: list[object]) -> None:
    publish("bao_cao_thang_thon", AssignmentRow("village", "month"))

    received = send(report(village))

    assert received.state == "approved"
    assert stored(received).approved_number == 1
    assert [one.version_id for one in arrived(heard, VersionsApproved)] == [received.version_id]
    assert list(ApprovalStep.objects.values_list("step", "from_state", "to_state")) == [
        ("submit", "draft", "submitted"), ("approve", "submitted", "approved"),
    ]  # fmt: skip


def test_a_correction_says_which_version_it_replaces_in_the_books(village: OrgUnit, heard: list[object]) -> None:
    publish("bao_cao_thang_thon", AssignmentRow("village", "month"))

    one, two = receive_many([report(village), report(village, so_luot_du="70")], by=BY, at=AT)

    assert [a.previous_version_id for a in arrived(heard, VersionsArrived)] == [None, one.version_id]
    assert [a.previous_version_id for a in arrived(heard, VersionsApproved)] == [None, one.version_id]
    assert stored(two).current_number == stored(two).approved_number == 2


def test_answers_outside_the_rules_are_kept_but_flagged(village: OrgUnit, heard: list[object]) -> None:
    publish("bao_cao_thang_thon", AssignmentRow("village", "month"))

    received = send(report(village, so_da_tra_loi="9"))

    assert received.state == "submitted"
    assert stored(received).reported_number is None
    flags = SubmissionVersion.objects.get().flags
    assert [flag["question"] for flag in flags] == ["so_da_tra_loi"]
    assert [one.flagged for one in arrived(heard, VersionsArrived)] == [True]
    assert arrived(heard, VersionsApproved) == []


def test_a_clean_correction_of_a_flagged_report_replaces_nothing_in_the_book(
    village: OrgUnit, heard: list[object]
) -> None:
    publish("bao_cao_thang_thon")
    send(report(village, so_da_tra_loi="9"))

    second = send(report(village))

    last = arrived(heard, VersionsArrived)[-1]
    assert (last.version_id, last.flagged, last.previous_version_id) == (second.version_id, False, None)
    assert stored(second).reported_number == 2


@pytest.mark.parametrize(
    "change", [{"so_luot_du": "sáu mươi"}, {"so_luot_du": "6.5"}, {"cau_la": "1"}, {"so_luot_du": "9" * 25}]
)
def test_a_value_of_the_wrong_kind_is_refused_even_from_the_web(village: OrgUnit, change: dict[str, str]) -> None:
    publish("bao_cao_thang_thon")

    with pytest.raises(errors.AnswersRefused):
        send(report(village, at=AT, **change))
    assert Submission.objects.count() == 0


def test_a_spreadsheet_row_outside_the_rules_is_refused(village: OrgUnit) -> None:
    publish("bao_cao_thang_thon")

    with pytest.raises(errors.AnswersRefused, match="trả lời"):
        send(report(village, so_da_tra_loi="9", source=Source.SPREADSHEET))


def test_an_event_belongs_to_its_day_and_any_number_may_be_sent(village: OrgUnit) -> None:
    publish("ngay_ra_quan", EVENTS)

    one, two = send(cleanup(village)), send(cleanup(village))

    assert one.submission_id != two.submission_id
    submission = stored(one)
    assert (submission.day_from, submission.day_to, submission.period_key) == (date(2023, 6, 1), date(2023, 6, 1), "")
    assert submission.due_on == date(2023, 6, 6)


def test_a_spreadsheet_row_about_an_event_is_the_same_event_the_next_time(village: OrgUnit) -> None:
    publish("ngay_ra_quan", EVENTS)

    one = send(cleanup(village, source=Source.SPREADSHEET))
    two = send(cleanup(village, source=Source.SPREADSHEET))
    other = send(cleanup(village, source=Source.SPREADSHEET, so_nguoi="26"))

    assert (two.outcome, two.submission_id) == ("unchanged", one.submission_id)
    assert other.outcome == "new"


def test_an_event_is_corrected_by_naming_the_version_it_replaces(village: OrgUnit) -> None:
    publish("ngay_ra_quan", EVENTS)
    send(cleanup(village, instance_id="uuid:1"))

    second = send(cleanup(village, instance_id="uuid:2", deprecated_id="uuid:1", ngay="2023-06-02"))

    assert (second.outcome, second.number) == ("corrected", 2)
    assert stored(second).day_from == date(2023, 6, 2)
    with pytest.raises(errors.DeprecatedStale):
        send(cleanup(village, instance_id="uuid:3", deprecated_id="uuid:1"))
    with pytest.raises(errors.DeprecatedUnknown):
        send(cleanup(village, instance_id="uuid:3", deprecated_id="uuid:khong-co"))


def test_a_correction_cannot_move_a_record_to_another_unit_or_period(village: OrgUnit) -> None:
    publish("bao_cao_thang_thon")
    other = unit("Thôn 2", "village")
    send(report(village, instance_id="uuid:1"))

    with pytest.raises(errors.CorrectsAnother):
        send(report(other, instance_id="uuid:2", deprecated_id="uuid:1"))
    with pytest.raises(errors.CorrectsAnother):
        send(report(village, "2023-04", instance_id="uuid:2", deprecated_id="uuid:1"))


def xml(so_nguoi: str = "25", instance_id: str = "uuid:1", form: str = "ngay_ra_quan", version: str = "2") -> bytes:
    return (
        f'<?xml version="1.0"?><data xmlns:jr="http://openrosa.org/javarosa" id="{form}" version="{version}">'
        f"<ngay>2023-06-01</ngay><so_nguoi>{so_nguoi}</so_nguoi><rac_m3>1.5</rac_m3>"
        f"<meta><instanceID>{instance_id}</instanceID></meta></data>"
    ).encode()


def phone(village: OrgUnit, content: bytes, *files: IncomingFile) -> Incoming:
    return Incoming("ngay_ra_quan", village.pk, AT, xml=content, source=Source.DEVICE, attachments=files)


def test_a_page_that_resends_after_a_timeout_changes_nothing_but_may_bring_missing_photos(village: OrgUnit) -> None:
    publish("ngay_ra_quan", EVENTS)
    page = replace(phone(village, xml()), source=Source.BROWSER)
    first = send(replace(page, attachments=[IncomingFile("anh.jpg")]))
    assert Attachment.objects.get().file is None

    again = send(replace(page, attachments=[IncomingFile("anh.jpg", b"...", "image/jpeg")]))

    assert (again.outcome, again.version_id) == ("unchanged", first.version_id)
    assert Attachment.objects.get().file is not None
    assert SubmissionVersion.objects.get().xml == xml().decode()


def test_the_same_instance_with_other_content_is_refused(village: OrgUnit) -> None:
    publish("ngay_ra_quan", EVENTS)
    send(phone(village, xml()))

    with pytest.raises(errors.InstanceTaken):
        send(phone(village, xml(so_nguoi="26")))


def test_an_xml_of_another_form_or_of_an_unknown_version_is_refused(village: OrgUnit) -> None:
    publish("ngay_ra_quan", EVENTS)

    with pytest.raises(InstanceRefused, match="dong_gop"):
        send(phone(village, xml(form="dong_gop")))
    with pytest.raises(FormUnknown, match="phiên bản “9”"):
        send(phone(village, xml(version="9")))


def test_a_closed_form_accepts_nothing(village: OrgUnit) -> None:
    publish("bao_cao_thang_thon")
    close_form("bao_cao_thang_thon", on=date(2023, 6, 20), by=BY, at=AT)

    with pytest.raises(FormClosed, match="20/06/2023"):
        send(report(village))


def test_a_unit_that_does_not_owe_the_form_is_refused(village: OrgUnit) -> None:
    publish("bao_cao_thang_thon", AssignmentRow("village", "month", from_day=date(2023, 1, 1)))
    commune = OrgUnit.objects.get(level="commune")

    with pytest.raises(errors.NotAssigned, match="Xã Bản Qua"):
        send(report(commune))
    with pytest.raises(errors.NotAssigned, match="31/12/2022"):
        send(report(village, "2022-12"))


def test_a_unit_that_ended_is_refused_with_its_successor(village: OrgUnit) -> None:
    publish("bao_cao_thang_thon")
    day = date(2023, 5, 15)
    old = unit("Thôn Cũ", "village", code="C1", to=day)
    new = unit("Thôn Mới", "village", code="M1", from_=day)
    merge(day, [old], new)

    with pytest.raises(errors.UnitNotOnDay, match="Thôn Mới"):
        send(report(old, "2023-05"))
    with pytest.raises(errors.UnitNotOnDay, match="Thôn Cũ"):
        send(report(new, "2023-04"))
    assert send(report(old, "2023-04")).outcome == "new"
    assert send(report(new, "2023-05")).outcome == "new"


@pytest.mark.parametrize("key", ["", "2023", "2023-13", "2023-Q1", "tháng 5", "2023-5"])
def test_a_report_must_name_a_period_of_its_kind(village: OrgUnit, key: str) -> None:
    publish("bao_cao_thang_thon")

    with pytest.raises(errors.PeriodMissing, match="01/2023"):
        send(report(village, key))


def test_the_period_is_read_from_the_form_and_must_agree_with_the_page(village: OrgUnit) -> None:
    publish("bao_cao_thang_thon")

    assert stored(send(report(village, "", ky_bao_cao="2023-04-01"))).period_key == "2023-04"
    with pytest.raises(errors.PeriodMismatch):
        send(report(village, "2023-05", ky_bao_cao="2023-04-01"))


def test_a_report_may_be_sent_once_its_period_has_begun_but_not_before(village: OrgUnit) -> None:
    publish("bao_cao_thang_thon")

    assert send(report(village, "2023-06")).outcome == "new"
    with pytest.raises(errors.PeriodNotBegun, match="01/07/2023"):
        send(report(village, "2023-07"))


@pytest.mark.parametrize(
    ("day", "refusal"),
    [("2023-06-21", errors.EventInFuture), ("2023-02-31", errors.EventDayMissing), ("", errors.EventDayMissing)],
)
def test_an_event_must_have_a_day_that_has_come(village: OrgUnit, day: str, refusal: type[Refusal]) -> None:
    publish("ngay_ra_quan", EVENTS)

    with pytest.raises(refusal):
        send(cleanup(village, ngay=day))


def test_an_unknown_unit_or_form_is_refused(village: OrgUnit) -> None:
    publish("bao_cao_thang_thon")
    nowhere = OrgUnit(pk=10**6, level="village")

    with pytest.raises(errors.UnitUnknown):
        send(report(nowhere))
    with pytest.raises(FormUnknown):
        send(cleanup(village))


def test_only_who_may_enter_for_the_unit_may_send(village: OrgUnit) -> None:
    publish("bao_cao_thang_thon")
    head = user("Lý A Sử", (Role.RECORDER, village))
    neighbour = user("Vàng Thị Mỷ", (Role.RECORDER, unit("Thôn 2", "village")))
    viewer = user("Trần Văn Ba", (Role.VIEWER, village))

    assert send(report(village, entered_by=head)).outcome == "new"
    assert SubmissionVersion.objects.get().entered_by_name == "Lý A Sử"
    for other in (neighbour, viewer):
        with pytest.raises(errors.EnteringNotAllowed):
            send(report(village, entered_by=other, so_luot_du="70"))


def test_one_bad_item_stops_the_whole_batch(village: OrgUnit) -> None:
    publish("bao_cao_thang_thon")

    with pytest.raises(errors.PeriodNotBegun):
        receive_many([report(village, "2023-05"), report(village, "2024-05")], by=BY, at=AT)
    assert Submission.objects.count() == 0


def test_a_withdrawn_report_makes_room_for_a_new_one(village: OrgUnit) -> None:
    publish("bao_cao_thang_thon")
    first = send(report(village))
    Submission.objects.filter(pk=first.submission_id).update(state="withdrawn")

    second = send(report(village))

    assert (second.outcome, second.number) == ("new", 1)
    assert second.submission_id != first.submission_id


def test_each_call_leaves_one_line_in_the_audit_chain(village: OrgUnit) -> None:
    publish("ngay_ra_quan", EVENTS)
    lines = AuditLine.objects.count()

    many = receive_many([cleanup(village) for _ in range(5)], by=BY, at=AT)

    line = AuditLine.objects.get(number=lines + 1)
    assert line.action == "submission.receive"
    assert line.detail["outcomes"] == {"new": 5}
    assert (line.detail["first"], line.detail["last"]) == (many[0].submission_id, many[-1].submission_id)
    assert AuditLine.objects.count() == lines + 1
    assert find_chain_break() is None


changes = st.fixed_dictionaries(
    {
        "village": st.integers(0, 1),
        "period": st.sampled_from(["2023-04", "2023-05"]),
        "so_luot_du": st.sampled_from(["50", "60", "70"]),
        "source": st.sampled_from([Source.SPREADSHEET, Source.DEVICE]),
    }
)


class ReplayingSubmissions(DatabaseCase):
    """Laws of the door."""

    @settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(changes, min_size=1, max_size=8), st.lists(st.integers(0, 7), max_size=12))
    def test_replaying_any_sequence_of_submissions_changes_nothing_and_corrections_keep_the_past(
        self, sequence: list[dict[str, str]], again: list[int]
    ) -> None:
        publish("bao_cao_thang_thon")
        villages = [unit("Thôn 1", "village"), unit("Thôn 2", "village")]
        items = []
        for number, one in enumerate(sequence):
            is_phone = one["source"] == Source.DEVICE
            items.append(
                report(
                    villages[int(one["village"])], one["period"], at=AT + timedelta(minutes=number),
                    so_luot_du=one["so_luot_du"], source=one["source"],
                    instance_id=f"uuid:{number}" if is_phone else None,
                )
            )  # fmt: skip
        seen: dict[int, object] = {}
        for item in items:
            send(item)
            rows = {row["id"]: row for row in SubmissionVersion.objects.values()}
            assert all(rows[pk] == row for pk, row in seen.items())
            seen = dict(rows)
        before = (list(Submission.objects.order_by("pk").values()), list(ApprovalStep.objects.values()))

        for index in again:
            if index < len(items):
                send(items[index])
        receive_many(items, by=BY, at=AT)

        assert {row["id"]: row for row in SubmissionVersion.objects.values()} == seen
        assert (list(Submission.objects.order_by("pk").values()), list(ApprovalStep.objects.values())) == before


def test_one_call_and_single_calls_give_the_same_records(village: OrgUnit) -> None:
    publish("bao_cao_thang_thon")
    items = [
        report(village, "2023-04"), report(village, "2023-05"), report(village, "2023-04", so_luot_du="70"),
        report(village, "2023-05"), report(village, "2023-04", so_luot_du="80"),
    ]  # fmt: skip

    at_once = receive_many(items, by=BY, at=AT)

    assert [one.outcome for one in at_once] == ["new", "new", "corrected", "unchanged", "corrected"]
    assert [one.number for one in at_once] == [1, 1, 2, 1, 3]
    assert at_once[2].submission_id == at_once[0].submission_id
    assert [one.outcome for one in receive_many(items[-1:], by=BY, at=local_moment(date(2023, 6, 21)))] == ["unchanged"]


WITH_ITS_BEGINNING = """
| survey | | | |
|  | type | name | label |
|  | start | bat_dau | |
|  | date | ngay | Ngày |
| settings | | | |
|  | form_id | form_title | version |
|  | co_gio_bat_dau | Có giờ bắt đầu | 1 |
"""


@pytest.mark.parametrize("source", [Source.BROWSER, Source.DEVICE])
@pytest.mark.parametrize(
    "begun, flagged",
    [
        ("2023-06-19T08:00:00.000+07:00", []),
        ("2022-06-01T08:00:00.000+07:00", ["clock"]),
        ("2024-06-19T08:00:00.000+07:00", ["clock"]),
    ],
)
def test_a_clock_that_is_a_year_off_is_told_to_the_officer(
    village: OrgUnit, source: Source, begun: str, flagged: list[str]
) -> None:
    publish_form(content=WITH_ITS_BEGINNING.encode(), file_type="md", file_name="f.md", pack="thu", by=BY, at=AT)
    set_assignments("co_gio_bat_dau", [EVENTS], by=BY, at=AT)
    xml = (
        f'<data id="co_gio_bat_dau" version="1"><bat_dau>{begun}</bat_dau><ngay>2023-06-01</ngay>'
        "<meta><instanceID>uuid:a</instanceID></meta></data>"
    )

    received = send(Incoming("co_gio_bat_dau", village.pk, AT, xml=xml.encode(), source=source))

    assert [flag["kind"] for flag in SubmissionVersion.objects.get().flags] == flagged
    assert stored(received).reported_number == (None if flagged else 1)
