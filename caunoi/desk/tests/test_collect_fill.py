from __future__ import annotations

import html
import io
import json
import re
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from caunoi.accounts.models import Role
from caunoi.desk.tests.builders import (
    JSON,
    MONTHLY,
    TESTER,
    commune_officer,
    event_xml,
    monthly_xml,
    publish,
    publish_event,
    publish_monthly,
    signed_in,
    store_world,
    user,
    village_head,
)
from caunoi.forms.actions import close_form
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import local_moment
from caunoi.records.actions import return_
from caunoi.records.models import Submission, SubmissionVersion

pytestmark = pytest.mark.django_db

AUGUST = "/fill/bao_cao_thang/u3/2026-08/"


@pytest.fixture(autouse=True)
def _world() -> None:
    store_world()


def sheet_of(page: Any) -> Any:
    """What the page's script is told."""
    found = re.search(r'data-sheet="([^"]*)"', page.content.decode())
    assert found is not None
    return json.loads(html.unescape(found[1]))


def send(client: Client, address: str, xml: str, **files: SimpleUploadedFile) -> Any:
    sent = SimpleUploadedFile("xml_submission_file", xml.encode(), "text/xml")
    return client.post(f"{address}submit/", {"xml_submission_file": sent, **files}, **JSON)


def test_the_form_opens_for_the_month_that_is_due() -> None:
    publish_monthly()
    client = signed_in(village_head())

    page = client.get(AUGUST)

    assert page.status_code == 200
    assert "Báo cáo tháng của thôn" in page.content.decode()
    assert "tháng 08/2026" in page.content.decode()
    assert sheet_of(page)["submit_url"] == "/fill/bao_cao_thang/u3/2026-08/submit/"


def test_the_month_is_answered_before_the_form_opens_and_not_asked_again() -> None:
    publish_monthly()
    client = signed_in(village_head())

    sheet = sheet_of(client.get(AUGUST))

    assert sheet["prefilled"] == {"ky_bao_cao": "2026-08-01"}
    assert sheet["hidden"] == ["ky_bao_cao"]
    assert client.get(sheet["xform_url"])["Content-Type"].startswith("text/xml")


def test_what_is_sent_arrives_and_waits_for_approval() -> None:
    publish_monthly()
    client = signed_in(village_head())

    answer = send(client, AUGUST, monthly_xml())

    one = Submission.objects.get()
    assert answer.json() == {"ok": True, "url": f"/submissions/{one.pk}/", "flags": []}
    assert one.state == "submitted"
    assert one.versions.get().entered_by_name == "Giàng A Páo"


def test_the_same_button_pressed_twice_makes_one_record() -> None:
    publish_monthly()
    client = signed_in(village_head())
    first = send(client, AUGUST, monthly_xml())

    second = send(client, AUGUST, monthly_xml())

    assert second.json() == first.json()
    assert SubmissionVersion.objects.count() == 1


def test_a_session_that_expired_while_typing_is_told_apart_from_a_refusal() -> None:
    publish_monthly()
    client = signed_in(village_head())
    client.logout()

    answer = send(client, AUGUST, monthly_xml())

    assert answer.status_code == 401
    assert answer.json()["login_url"] == "/sign-in/?next=/signed-in/"


def test_another_villages_form_does_not_exist_for_this_reader() -> None:
    publish_monthly()
    client = signed_in(village_head())

    foreign = "/fill/bao_cao_thang/u4/2026-08/"

    assert client.get(foreign).status_code == 404
    assert send(client, foreign, monthly_xml()).status_code == 404


def test_a_closed_form_says_so_in_one_sentence() -> None:
    publish_monthly()
    close_form("bao_cao_thang", on=date(2026, 9, 1), by=TESTER, at=local_moment(date(2026, 9, 1)))
    client = signed_in(village_head())

    page, sent = client.get(AUGUST), send(client, AUGUST, monthly_xml())

    assert page.status_code == sent.status_code == 409
    assert "đã đóng từ ngày 01/09/2026" in page.content.decode()
    assert "đã đóng từ ngày 01/09/2026" in sent.json()["message"]


def test_a_month_that_has_not_begun_cannot_be_filled() -> None:
    publish_monthly()

    page = signed_in(village_head()).get("/fill/bao_cao_thang/u3/2199-01/")

    assert page.status_code == 400
    assert "chưa bắt đầu" in page.content.decode()


def test_a_period_that_is_none_is_refused_not_crashed_on() -> None:
    publish_monthly()

    assert signed_in(village_head()).get("/fill/bao_cao_thang/u3/abc/").status_code == 400


def test_text_where_a_number_belongs_is_named_and_nothing_is_stored() -> None:
    publish_monthly()

    answer = send(signed_in(village_head()), AUGUST, monthly_xml(so_cuoc_hop="ba"))

    assert answer.status_code == 422
    assert [one["question"] for one in answer.json()["mistakes"]] == ["so_cuoc_hop"]
    assert not Submission.objects.exists()


def test_another_month_in_the_form_than_in_the_address_is_refused() -> None:
    publish_monthly()

    answer = send(signed_in(village_head()), AUGUST, monthly_xml(ky_bao_cao="2026-09-01"))

    assert answer.status_code == 400
    assert answer.json()["ok"] is False


def test_opening_a_month_that_was_sent_leads_to_what_was_sent() -> None:
    publish_monthly()
    client = signed_in(village_head())
    send(client, AUGUST, monthly_xml())

    assert client.get(AUGUST)["Location"] == f"/submissions/{Submission.objects.get().pk}/"


def test_an_activity_with_a_photo_arrives_whole() -> None:
    publish_event()
    client = signed_in(village_head())
    photo = SimpleUploadedFile("anh.jpg", b"\xff\xd8\xff bytes", "image/jpeg")

    answer = send(client, "/fill/hoat_dong/u3/event/", event_xml(), **{"anh.jpg": photo})

    page = client.get(answer.json()["url"]).content.decode()
    kept: Any = client.get(f"/submissions/{Submission.objects.get().pk}/files/1/anh.jpg/")
    assert "Họp dân" in page and "02/08/2026" in page
    assert b"".join(kept.streaming_content) == b"\xff\xd8\xff bytes"


def test_a_photo_loses_the_cameras_notes_whatever_the_page_sent() -> None:
    publish_event()
    client = signed_in(village_head())
    camera = io.BytesIO()
    notes = Image.Exif()
    notes[0x010E] = "chụp ở nhà ông A"
    Image.new("RGB", (40, 30), "green").save(camera, "JPEG", exif=notes)
    assert b"Exif" in camera.getvalue()

    photo = SimpleUploadedFile("anh.jpg", camera.getvalue(), "image/jpeg")
    send(client, "/fill/hoat_dong/u3/event/", event_xml(), **{"anh.jpg": photo})

    kept: Any = client.get(f"/submissions/{Submission.objects.get().pk}/files/1/anh.jpg/")
    content = b"".join(kept.streaming_content)
    assert Image.open(io.BytesIO(content)).size == (40, 30)
    assert b"Exif" not in content


def test_an_empty_sending_is_refused_in_words() -> None:
    publish_monthly()

    answer = signed_in(village_head()).post(f"{AUGUST}submit/", **JSON)

    assert answer.status_code == 400
    assert "không có nội dung" in answer.json()["message"]


def test_a_returned_report_opens_with_the_officers_words_above_it() -> None:
    publish_monthly()
    officer, client = commune_officer(), signed_in(village_head())
    send(client, AUGUST, monthly_xml())
    one = Submission.objects.get()
    return_(one.pk, by=officer, at=local_moment(date(2026, 9, 2)), comment="Kiểm tra lại số cuộc họp.")

    opened = client.get(AUGUST, follow=True)

    assert opened.redirect_chain[0][0] == f"/submissions/{one.pk}/correct/"
    assert "Kiểm tra lại số cuộc họp." in opened.content.decode()
    assert sheet_of(opened)["instance"]["url"] == f"/submissions/{one.pk}/correct/instance/"
    assert client.get(f"/submissions/{one.pk}/correct/instance/").content.decode() == monthly_xml()


def test_a_correction_is_a_new_version_and_overwrites_nothing() -> None:
    publish_monthly()
    officer, client = commune_officer(), signed_in(village_head())
    send(client, AUGUST, monthly_xml())
    one = Submission.objects.get()
    return_(one.pk, by=officer, at=local_moment(date(2026, 9, 2)), comment="Kiểm tra lại số cuộc họp.")

    answer = send(
        client, f"/submissions/{one.pk}/correct/", monthly_xml(so_cuoc_hop="4", instance="uuid:2", corrects="uuid:1")
    )

    one.refresh_from_db()
    assert answer.json() == {"ok": True, "url": f"/submissions/{one.pk}/", "flags": []}
    assert (one.state, one.current_number) == ("submitted", 2)
    assert [version.answers["so_cuoc_hop"] for version in one.versions.all()] == ["3", "4"]


def test_a_correction_of_an_older_version_is_stopped_before_it_undoes_the_newer_one() -> None:
    publish_monthly()
    client = signed_in(village_head())
    send(client, AUGUST, monthly_xml())
    address = f"/submissions/{Submission.objects.get().pk}/correct/"
    send(client, address, monthly_xml(so_cuoc_hop="4", instance="uuid:2", corrects="uuid:1"))

    answer = send(client, address, monthly_xml(so_cuoc_hop="5", instance="uuid:3", corrects="uuid:1"))

    assert answer.status_code == 409
    assert "mới hơn" in answer.json()["message"]


def test_a_form_whose_id_has_a_slash_is_filled_corrected_and_exported() -> None:
    text = MONTHLY.replace("bao_cao_thang", "mẫu 01/TT").replace("| 1 |", "| 2026/1 50% |")
    row = AssignmentRow("village", "month", approval_level="commune", from_day=date(2026, 8, 1))
    publish(text, [row])
    officer, client = signed_in(commune_officer()), signed_in(village_head())
    (sheet, *_more) = client.get("/offline/forms.json").json()["sheets"]
    assert client.get(sheet["address"]).status_code == 200
    assert client.get(sheet["xform_url"]).status_code == 200

    xml = monthly_xml(ky_bao_cao=sheet["period"] + "-01").replace(
        'id="bao_cao_thang" version="1"', 'id="mẫu 01/TT" version="2026/1 50%"'
    )
    sent = SimpleUploadedFile("xml_submission_file", xml.encode(), "text/xml")
    answer = client.post(sheet["submit_url"], {"xml_submission_file": sent}, **JSON)

    assert answer.json()["ok"] is True
    assert client.get(f"{answer.json()['url']}correct/").status_code == 200
    asked = {"form": "mẫu 01/TT", "place": "Xã Bản Qua", "first": "01/01/2026", "last": "31/12/2026", "format": "xlsx"}
    exported = officer.get("/exports/", asked)
    assert "attachment" in exported["Content-Disposition"]
    assert exported.getvalue().startswith(b"PK")


def test_a_reader_without_a_recorders_role_cannot_fill() -> None:
    publish_monthly()
    client = signed_in(user("xem", [(Role.VIEWER, 3)]))

    assert client.get(AUGUST).status_code == 403
    assert send(client, AUGUST, monthly_xml()).status_code == 403
