from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from caunoi import moments
from caunoi.accounts.models import Role
from caunoi.audit.models import AuditLine
from caunoi.desk.tests.builders import page, signed_in
from caunoi.meetings.actions import change_meeting, plan_meeting, take_step
from caunoi.meetings.models import Matter, Meeting, Turn
from caunoi.meetings.tests.builders import Places, draft, make_world
from caunoi.records.models import Submission
from caunoi.records.tests.builders import unit, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def places() -> Places:
    return make_world()


def typed(**given: str) -> dict[str, str]:
    return {
        "kind": "hoi_nghi", "title": "Hội nghị hiến đất", "day": f"{moments.today():%d/%m/%Y}", "starts": "0:00",
        "ends": "23h59", "halls": "Hội trường UBND xã", "agenda": "8h Khai mạc | Văn phòng", "offices": "Chủ tịch",
        "invited": "Thôn 1", **given,
    }  # fmt: skip


def running(places: Places, **given: Any) -> Meeting:
    """Since an hour ago, for two hours."""
    at = moments.now()
    times = {"starts_at": at - timedelta(hours=1), "ends_at": at + timedelta(hours=1)}
    return plan_meeting(org_unit_id=places.commune.pk, draft=draft(**times, **given), by=places.officer, at=at)


def test_a_meeting_is_planned_counted_concluded_closed_and_found_again(places: Places) -> None:
    office = signed_in(places.officer)
    answer = office.post("/meetings/new/", typed(), follow=True)
    meeting = Meeting.objects.get()
    address = f"/meetings/{meeting.pk}/"
    assert "Khai mạc" in answer.content.decode() and "Mời 1 đơn vị" in answer.content.decode()

    site = meeting.sites.get()
    office.post(f"{address}attendance/", {f"site-{site.pk}": "40"})
    office.post(f"{address}topics/", {"name": "Giải phóng mặt bằng", "contributions": "3"})
    office.post(
        f"{address}matters/",
        {"sort": "conclusion", "what": "Vận động ba hộ còn lại", "unit": "Thôn 1", "due_on": "31/12/2030"},
    )
    office.post(f"{address}steps/close/", {"asked-so_tai_lieu": "30"})

    shown = page(office, address)
    assert "Đã kết thúc" in shown and "Vận động ba hộ còn lại" in shown and "Giải phóng mặt bằng" in shown
    assert Submission.objects.get().form.code == "hoi_nghi"
    assert "Hội nghị hiến đất" in page(office, "/meetings/?q=hien+dat&sort=title&state=closed")
    assert "Chưa có cuộc họp nào" in page(office, "/meetings/?q=khac")
    assert "Vận động ba hộ" in page(office, "/meetings/matters/?state=open&q=van+dong")


def test_a_village_is_the_office_s_own_whichever_other_communes_have_one_of_that_name(places: Places) -> None:
    unit("Thôn 1", "village", places.other)
    office = signed_in(places.officer)

    office.post("/meetings/new/", typed(online="Thôn 1"))

    assert [one.org_unit_id for one in Meeting.objects.get().sites.filter(online=True)] == [places.village.pk]
    unit("Thôn 1", "village", places.commune)
    refused = office.post("/meetings/new/", typed(online="Thôn 1")).content.decode()
    assert "Có 2 đơn vị tên" in refused


def test_the_invitation_is_a_calendar_file(places: Places) -> None:
    meeting = running(places)

    answer = signed_in(places.officer).get(f"/meetings/{meeting.pk}/invitation.ics")

    assert answer["Content-Type"].startswith("text/calendar")
    assert f"UID:meeting-{meeting.pk}@" in answer.content.decode()


def test_who_is_invited_reads_it_on_the_first_page_and_among_what_is_soon_also_when_it_moves_or_is_cancelled(
    places: Places,
) -> None:
    today, hour = moments.today(), moments.local_moment
    held = {"starts_at": hour(today, 23), "ends_at": hour(today, 23, 30), "invited": frozenset({places.other.pk})}
    meeting = plan_meeting(
        org_unit_id=places.province.pk, draft=draft(**held), by=places.above, at=hour(today, 1)
    )  # fmt: skip
    guest, host = signed_in(user("khach", (Role.RECORDER, places.other))), signed_in(places.officer)
    link = f"/meetings/{meeting.pk}/"

    def told(client: Client) -> str:
        first = page(client, "/")
        assert ('id="invitations"' in first) == (link in first) == (link in (soon := page(client, "/notices/")))
        return soon

    assert "Mời họp: Hội nghị chuyên đề hiến đất làm đường, 23:00" in told(guest)
    assert "Đơn vị bạn làm việc được mời." in told(guest) and link not in told(host)
    later = today + timedelta(days=2)
    moved = {**held, "starts_at": hour(later, 14), "ends_at": hour(later, 15)}
    change_meeting(meeting.pk, seen_number=1, draft=draft(**moved), by=places.above, at=hour(today, 1))
    assert ", 14:00" in told(guest) and f"họp ngày {later:%d/%m/%Y}" in told(guest)
    take_step(meeting.pk, "cancel", because="Mưa lũ", by=places.above, at=hour(today, 1))
    assert "Đã hủy: Hội nghị chuyên đề" in told(guest)


def test_what_is_changed_and_taken_out_is_told_to_the_audit(places: Places) -> None:
    office, meeting = signed_in(places.officer), running(places)
    address = f"/meetings/{meeting.pk}/"

    office.post(f"{address}edit/", typed(title="Hội nghị khác", number=str(meeting.number)))
    office.post(f"{address}topics/", {"name": "Giải phóng mặt bằng", "contributions": "3"})
    office.post(f"{address}topics/{meeting.topics.get().pk}/remove/")

    meeting.refresh_from_db()
    told = AuditLine.objects.filter(subject=meeting.subject).values_list("action", flat=True)
    assert (meeting.title, meeting.topics.count()) == ("Hội nghị khác", 0)
    assert {"meeting.change", "meeting.topic-remove"} <= set(told)


def test_what_is_mistyped_stays_on_the_page_with_what_is_wrong(places: Places) -> None:
    office = signed_in(places.officer)

    answer = office.post("/meetings/new/", typed(starts="25:00", invited="Xã Không Có", halls=""))

    shown = answer.content.decode()
    assert answer.status_code == 422 and "Hội nghị hiến đất" in shown
    assert "Ghi giờ theo dạng 08:30." in shown and "Xã Không Có" in shown
    meeting = running(places)
    wrong = office.post(f"/meetings/{meeting.pk}/matters/", {"sort": "conclusion", "what": "Làm", "unit": "?"})
    assert wrong.status_code == 422 and "Làm" in wrong.content.decode()
    assert office.post(f"/meetings/{meeting.pk}/topics/", {"name": "x", "contributions": "vài"}).status_code == 400


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"agenda": "8h " + "Báo cáo " * 50}, "mỗi mục dài nhất 300 ký tự"),
        ({"agenda": "Báo cáo\n" * 61}, "nhiều nhất 60 mục"),
        ({"halls": "Hội trường " * 30}, "Tên một nơi họp dài nhất 200 ký tự"),
    ],
)
def test_what_is_too_long_is_told_and_not_cut(places: Places, given: dict[str, str], told: str) -> None:
    answer = signed_in(places.officer).post("/meetings/new/", typed(**given))

    assert answer.status_code == 422 and told in answer.content.decode()
    assert not Meeting.objects.exists()


def test_who_is_outside_neither_sees_nor_steps_and_a_viewer_only_sees(places: Places) -> None:
    meeting = running(places)
    stranger = signed_in(user("khac", (Role.EDITOR, places.other)))
    viewer = signed_in(user("xem", (Role.VIEWER, places.commune)))

    page(stranger, f"/meetings/{meeting.pk}/", 404)
    assert "hiến đất" not in page(stranger, "/meetings/")
    assert stranger.post(f"/meetings/{meeting.pk}/steps/cancel/", {"because": "x"}).status_code == 404
    assert 'id="edit"' not in page(viewer, f"/meetings/{meeting.pk}/")
    assert viewer.get(f"/meetings/{meeting.pk}/edit/").status_code == 403
    assert viewer.post(f"/meetings/{meeting.pk}/steps/cancel/", {"because": "x"}).status_code == 403


def test_the_door_counts_without_account_cookie_or_trace_of_the_visitor(places: Places) -> None:
    meeting = running(places)
    code = page(signed_in(places.officer), f"/meetings/{meeting.pk}/doors/{meeting.sites.get().pk}/")
    door = re.search(r"/attend/[\w-]+/", code)
    assert door is not None and "<svg" in code
    visitor, nonce = Client(enforce_csrf_checks=True), str(uuid4())

    shown = visitor.get(door[0])
    sent = [
        visitor.post(
            f"{door[0]}turns/",
            json.dumps({"turns": [nonce]}),
            "application/json",
            headers={"accept": "application/json"},
        )
        for _try in range(2)
    ]

    assert "count-me" in shown.content.decode() and not shown.cookies and not visitor.cookies
    assert [answer.status_code for answer in sent] == [200, 200] and not visitor.cookies
    assert Turn.objects.count() == 1
    for wrong in ("", "[]", '{"turns": ["x"]}', '{"turns": []}', '{"turns": 3}'):
        assert visitor.post(f"{door[0]}turns/", wrong, "application/json").status_code == 400
    assert visitor.get("/attend/khong-co/").status_code == 404


def test_a_closed_door_says_so_to_the_page_and_to_its_script(places: Places) -> None:
    meeting = running(places)
    Meeting.objects.filter(pk=meeting.pk).update(state="cancelled")
    door = f"/attend/{meeting.sites.get().key}/"

    answer = Client().post(f"{door}turns/", json.dumps({"turns": [str(uuid4())]}), "application/json")

    assert answer.status_code == 409
    assert "count-me" not in page(Client(), door)


def test_an_answer_is_given_published_opened_again_and_dropped_with_reasons(places: Places) -> None:
    office, meeting = signed_in(places.officer), running(places, kind="doi_thoai")
    office.post(
        f"/meetings/{meeting.pk}/matters/",
        {"sort": "question", "what": "Bao giờ làm cầu?", "unit": "02710", "due_on": "31/12/2030"},
    )
    matter = Matter.objects.get()

    def step(name: str, **given: str) -> int:
        return office.post(f"/meetings/matters/{matter.pk}/{name}/", {"back": "matters", **given}).status_code

    today = f"{moments.today():%d/%m/%Y}"
    assert step("settle", answer="Quý sau", done_on="mai") == 400
    assert step("settle", answer="Quý sau", done_on=today) == 302
    assert step("publish") == 302
    assert "công khai" in page(office, "/meetings/matters/?sort=question")
    assert step("unsettle") == 400 and step("unsettle", because="nhầm") == 302
    assert step("drop", because="trùng") == 302 and step("sai") == 404
    assert "Không có việc nào" in page(office, "/meetings/matters/")


def add_meetings(places: Places, count: int) -> None:
    for number in range(count):
        meeting = running(places, title=f"Hội nghị {number}", online=(places.other.pk,))
        for sort in ("conclusion", "request"):
            Matter.objects.create(
                meeting=meeting, sort=sort, what=f"Việc {number}", words=f"viec {number}", due_on=moments.today(),
                org_unit=places.province,
            )  # fmt: skip


@pytest.mark.parametrize("address", ["/meetings/", "/meetings/matters/"])
def test_a_longer_list_asks_no_more_questions(places: Places, address: str) -> None:
    office = signed_in(places.officer)
    add_meetings(places, 1)
    page(office, address)

    with CaptureQueriesContext(connection) as short:
        page(office, address)
    add_meetings(places, 4)
    with CaptureQueriesContext(connection) as long:
        page(office, address)

    assert len(long) == len(short), [one["sql"][:200] for one in long.captured_queries]


def test_lists_go_into_files(places: Places) -> None:
    office = signed_in(places.officer)
    add_meetings(places, 6)

    for name, kind in (("", "csv"), ("", "xlsx"), ("matters/", "csv"), ("matters/", "xlsx")):
        answer = office.get(f"/meetings/{name}export.{kind}")
        content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a streamed answer
        assert content.count(b"\n") >= 7 if kind == "csv" else content[:2] == b"PK"
