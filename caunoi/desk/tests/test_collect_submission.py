from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from caunoi.accounts.models import Role, User
from caunoi.audit.clock import take_numbers
from caunoi.desk.tests.builders import (
    commune_officer,
    event_xml,
    monthly_xml,
    publish_event,
    publish_monthly,
    signed_in,
    store_world,
    user,
    village_head,
)
from caunoi.facts.models import DataElement
from caunoi.moments import local_moment
from caunoi.records.actions import receive, return_
from caunoi.records.incoming import Incoming, IncomingFile
from caunoi.records.models import Submission

pytestmark = pytest.mark.django_db

SENT = local_moment(date(2026, 9, 2))


@pytest.fixture(autouse=True)
def _world() -> None:
    store_world()


def sent(by: User, xml: str = "", form: str = "bao_cao_thang", unit: int = 3) -> Submission:
    incoming = Incoming(form, unit, SENT, xml=(xml or monthly_xml()).encode(), entered_by=by)
    return Submission.objects.get(pk=receive(incoming, by=by.actor, at=SENT).submission_id)


def page(client: Client, one: Submission) -> str:
    return client.get(f"/submissions/{one.pk}/").content.decode()


def test_a_record_shows_its_answers_under_their_labels_in_the_forms_order() -> None:
    publish_monthly()
    head = village_head()
    one = sent(head, monthly_xml(so_luot="1045"))

    text = page(signed_in(head), one)

    assert text.index("Số cuộc họp") < text.index("Số lượt người dự")
    assert "1.045" in text
    assert "Chờ duyệt" in text


def test_the_last_periods_values_stand_beside_it() -> None:
    publish_monthly()
    head = village_head()
    sent(head, monthly_xml(so_luot="40"))
    one = sent(head, monthly_xml(instance="uuid:2", ky_bao_cao="2026-09-01", so_luot="52"))

    text = page(signed_in(head), one)

    assert "Tháng 08/2026" in text
    assert "+12" in text


def test_a_record_outside_the_readers_units_does_not_exist_for_them() -> None:
    publish_monthly()
    one = sent(village_head())
    stranger = signed_in(village_head(unit=6, name="khac"))

    for path in ("", "versions/1/", "files/1/anh.jpg/", "correct/", "correct/instance/"):
        assert stranger.get(f"/submissions/{one.pk}/{path}").status_code == 404
    for path in ("approve/", "return/", "withdraw/"):
        assert stranger.post(f"/submissions/{one.pk}/{path}", {"number": "1", "comment": "x"}).status_code == 404


def test_the_officer_approves_with_one_press() -> None:
    publish_monthly()
    one = sent(village_head())
    client = signed_in(commune_officer())
    assert 'id="approve"' in page(client, one)

    client.post(f"/submissions/{one.pk}/approve/", {"number": "1"})

    one.refresh_from_db()
    assert one.state == "approved"
    assert "Đã duyệt" in page(client, one)


def test_pressing_approve_twice_says_it_was_done_already() -> None:
    publish_monthly()
    one = sent(village_head())
    client = signed_in(commune_officer())
    client.post(f"/submissions/{one.pk}/approve/", {"number": "1"})

    again = client.post(f"/submissions/{one.pk}/approve/", {"number": "1"})

    assert again.status_code == 409
    assert "không có gì thay đổi" in again.content.decode()


def test_nobody_approves_what_they_sent_themselves() -> None:
    publish_monthly()
    officer = commune_officer()
    one = sent(officer)
    client = signed_in(officer)

    answer = client.post(f"/submissions/{one.pk}/approve/", {"number": "1"})

    one.refresh_from_db()
    assert answer.status_code == 403
    assert one.state == "submitted"
    assert 'id="why-not-approve"' in page(client, one)
    assert 'id="approve"' not in page(client, one)


def test_the_village_is_offered_no_decision() -> None:
    publish_monthly()
    head = village_head()
    one = sent(head)

    text = page(signed_in(head), one)

    assert 'id="decision"' not in text
    assert 'id="correct"' in text


def test_a_record_is_returned_with_a_comment_that_the_village_reads() -> None:
    publish_monthly()
    head = village_head()
    one = sent(head)

    signed_in(commune_officer()).post(
        f"/submissions/{one.pk}/return/", {"number": "1", "comment": "Số lượt dự chưa khớp biên bản."}
    )

    one.refresh_from_db()
    assert one.state == "returned"
    assert "Số lượt dự chưa khớp biên bản." in page(signed_in(head), one)


def test_returning_without_a_comment_stays_on_the_record_with_the_reason_beside_the_box() -> None:
    publish_monthly()
    one = sent(village_head())

    answer = signed_in(commune_officer()).post(f"/submissions/{one.pk}/return/", {"number": "1", "comment": "  "})

    one.refresh_from_db()
    page = answer.content.decode()
    assert (answer.status_code, one.state) == (422, "submitted")
    assert 'id="returning" open' in page and 'id="answers"' in page
    assert page.index('id="return-comment-text"') < page.index('id="return-error"') < page.index('id="remarks"')


def test_nobody_decides_on_a_version_they_have_not_seen() -> None:
    publish_monthly()
    head = village_head()
    one = sent(head)
    sent(head, monthly_xml(instance="uuid:2", corrects="uuid:1", so_luot="46"))

    answer = signed_in(commune_officer()).post(f"/submissions/{one.pk}/approve/", {"number": "1"})

    one.refresh_from_db()
    assert answer.status_code == 409
    assert one.state == "submitted"


def test_withdrawing_needs_a_reason_and_keeps_the_record_readable() -> None:
    publish_monthly()
    one = sent(village_head())
    client = signed_in(commune_officer())
    assert client.post(f"/submissions/{one.pk}/withdraw/", {"number": "1", "comment": ""}).status_code == 400

    client.post(f"/submissions/{one.pk}/withdraw/", {"number": "1", "comment": "Ghi nhầm thôn."})

    one.refresh_from_db()
    assert one.state == "withdrawn"
    assert "Ghi nhầm thôn." in page(client, one)


def test_an_older_version_stays_readable_with_the_differences_marked() -> None:
    publish_monthly()
    head = village_head()
    one = sent(head, monthly_xml(so_luot="45"))
    sent(head, monthly_xml(instance="uuid:2", corrects="uuid:1", so_luot="46"))

    old = signed_in(head).get(f"/submissions/{one.pk}/versions/1/").content.decode()

    assert 'id="older-version"' in old
    assert 'class="changed"' in old
    assert "(khác)" in old


def test_the_history_tells_every_step_and_who_took_it() -> None:
    publish_monthly()
    head, officer = village_head(), commune_officer()
    one = sent(head)
    return_(one.pk, by=officer, at=local_moment(date(2026, 9, 3)), comment="Xem lại.")

    text = page(signed_in(head), one)

    assert text.index("Xem lại.") < text.index("Gửi lần đầu")
    assert "Nguyễn Thị Hoa" in text and "Giàng A Páo" in text


def test_answers_outside_the_rules_are_named_to_the_officer() -> None:
    publish_monthly()
    one = sent(village_head(), monthly_xml(so_cuoc_hop="90"))

    text = page(signed_in(commune_officer()), one)

    assert 'id="flags"' in text
    assert "chưa vào sổ nào" in text
    assert "Nhập số từ 0 đến 60." in text


def test_a_file_that_may_carry_scripts_is_only_downloaded() -> None:
    publish_event()
    head = village_head()
    incoming = Incoming(
        "hoat_dong", 3, SENT, xml=event_xml(anh="a.svg").encode(), entered_by=head,
        attachments=[IncomingFile("a.svg", b"<svg><script/></svg>", "image/svg+xml")],
    )  # fmt: skip
    one = receive(incoming, by=head.actor, at=SENT).submission_id

    answer = signed_in(head).get(f"/submissions/{one}/files/1/a.svg/")

    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"
    answer.close()


def test_an_auditor_reads_everything_and_changes_nothing() -> None:
    publish_monthly()
    one = sent(village_head())
    client = signed_in(user("kiemtra", [(Role.AUDITOR, 1)]))

    assert 'id="decision"' not in page(client, one)
    assert 'id="correct"' not in page(client, one)
    assert client.post(f"/submissions/{one.pk}/approve/", {"number": "1"}).status_code == 403
    assert client.get(f"/submissions/{one.pk}/correct/").status_code == 403


def test_what_a_recorder_typed_never_becomes_markup() -> None:
    publish_monthly()
    head = village_head()
    one = sent(head)

    signed_in(commune_officer()).post(
        f"/submissions/{one.pk}/return/", {"number": "1", "comment": "<script>alert(1)</script>"}
    )

    assert "<script>alert(1)" not in page(signed_in(head), one)


def test_a_correction_of_an_approved_report_leaves_the_approved_figures_standing_meanwhile() -> None:
    publish_monthly()
    head = village_head()
    one = sent(head)
    signed_in(commune_officer()).post(f"/submissions/{one.pk}/approve/", {"number": "1"})

    sent(head, monthly_xml(instance="uuid:2", corrects="uuid:1", so_luot="46"))

    assert "vẫn giữ số liệu của bản 1" in page(signed_in(head), one)


def test_the_record_names_the_figures_it_feeds_and_leads_to_their_explanation() -> None:
    publish_monthly()
    DataElement.objects.create(
        code="luot_hop", name_vi="Lượt người dự họp", unit="lượt", kind="flow", levels=["village"],
        form_code="bao_cao_thang", expression="${so_luot}", day="period", pack="thu", known_from=take_numbers(1)[0],
    )  # fmt: skip
    head = village_head()
    one = sent(head, monthly_xml(so_luot="1045"))
    client = signed_in(head)

    text = page(client, one)

    feeds = text[text.index('id="feeds"') :]
    assert "Lượt người dự họp" in feeds and "1.045" in feeds and "sổ đã báo cáo" in feeds
    address = feeds.split('href="')[1].split('"')[0]
    assert "1.045" in client.get(address).content.decode()
