"""Held sendings: nothing is lost, nothing is taken twice, an officer decides."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest
from django.db import transaction

from caunoi import moments
from caunoi.accounts.models import Role, User
from caunoi.audit.clock import take_numbers
from caunoi.audit.models import AuditLine
from caunoi.desk.tests.builders import monthly_xml, publish_monthly, signed_in, user, village_head
from caunoi.openrosa.tests.client import Phone
from caunoi.openrosa.tests.sendings import activity, days_ago, photo
from caunoi.places.models import OrgUnit, OrgUnitSpell, Succession, SuccessionShare
from caunoi.records.actions.held import place_held, put_aside
from caunoi.records.errors import EventInFuture, HeldSettled, HeldUnknown
from caunoi.records.models import Attachment, HeldFile, HeldSending, Submission, SubmissionVersion


@pytest.fixture
def held(phone: Phone) -> HeldSending:
    """An activity with a photo, without its day."""
    assert phone.send(undated(), {"anh.jpg": photo()}).status == 201
    return HeldSending.objects.get()


def undated(instance: str = "uuid:a", **answers: str) -> str:
    return activity(instance, ngay="", anh="anh.jpg", **answers)


def test_sent_again_it_is_one_and_other_content_is_refused(phone: Phone, held: HeldSending) -> None:
    assert phone.send(undated()).status == 201
    assert phone.send(undated(so_nguoi="99")).status == 409
    assert HeldSending.objects.count() == 1


def test_photos_that_come_later_are_kept(phone: Phone) -> None:
    phone.send(undated())
    assert not HeldFile.objects.exists()

    assert phone.send(undated(), {"anh.jpg": photo(), "khac.jpg": photo()}).status == 201

    assert HeldFile.objects.get().name == "anh.jpg"


def test_an_officer_places_it_and_it_is_a_record_like_others(phone: Phone, officer: User, held: HeldSending) -> None:
    received = place_held(held.pk, day=moments.today(), by=officer, at=moments.now())

    submission = Submission.objects.get()
    version = SubmissionVersion.objects.get()
    assert (submission.pk, submission.day_from) == (received.submission_id, moments.today())
    assert (version.instance_id, version.source, version.entered_by_name) == ("uuid:a", "device", "Giàng A Páo")
    assert version.answers["ngay"] == moments.today().isoformat()
    assert version.xml == undated()
    assert Attachment.objects.get().file_id
    assert HeldSending.objects.get().became_id == submission.pk
    assert AuditLine.objects.filter(action="held.place").count() == 1
    # The phone, whose acknowledgement was lost, sends it once more.
    assert phone.send(undated()).status == 201
    assert SubmissionVersion.objects.count() == 1


def test_a_day_that_cannot_be_is_refused_and_it_stays_held(officer: User, held: HeldSending) -> None:
    from datetime import timedelta

    with pytest.raises(EventInFuture):
        place_held(held.pk, day=moments.today() + timedelta(1), by=officer, at=moments.now())

    assert HeldSending.objects.get().settled_at is None
    assert not Submission.objects.exists()


def test_placed_in_a_period_that_has_its_report_it_corrects_it(phone: Phone, officer: User) -> None:
    publish_monthly()
    phone.send(monthly_xml("uuid:a"))
    phone.send(monthly_xml("uuid:b", ky_bao_cao="2569-08-01", so_luot="77"))

    place_held(HeldSending.objects.get().pk, period_key="2026-08", by=officer, at=moments.now())

    submission = Submission.objects.get()
    assert (submission.period_key, submission.current_number) == ("2026-08", 2)
    newest = submission.versions.get(number=2)
    assert (newest.answers["ky_bao_cao"], newest.answers["so_luot"]) == ("2026-08-01", "77")


def test_decided_once_it_is_decided(officer: User, held: HeldSending) -> None:
    put_aside(held.pk, reason="bản thử", by=officer, at=moments.now())

    with pytest.raises(HeldSettled):
        place_held(held.pk, day=moments.today(), by=officer, at=moments.now())
    assert HeldSending.objects.get().put_aside_because == "bản thử"


def test_another_communes_officer_knows_nothing_of_it(held: HeldSending) -> None:
    stranger = user("khac", [(Role.APPROVER, 5)])

    with pytest.raises(HeldUnknown):
        place_held(held.pk, day=moments.today(), by=stranger, at=moments.now())
    with pytest.raises(HeldUnknown):
        put_aside(held.pk, reason="x", by=stranger, at=moments.now())
    assert signed_in(stranger).get(f"/held/{held.pk}/").status_code == 404
    assert signed_in(stranger).get(f"/held/{held.pk}/files/anh.jpg/").status_code == 404


def test_a_correction_of_what_is_held_takes_its_place(phone: Phone, officer: User, held: HeldSending) -> None:
    answer = phone.send(activity("uuid:b", corrects="uuid:a", anh="anh.jpg"))

    assert answer.status == 201
    newer = HeldSending.objects.get(instance_id="uuid:b")
    assert HeldFile.objects.filter(sending=newer, name="anh.jpg").exists()
    assert HeldSending.objects.get(instance_id="uuid:a").settled_at is not None
    place_held(newer.pk, day=moments.today(), by=officer, at=moments.now())
    assert Submission.objects.count() == 1


# ---- The pages -------------------------------------------------------------------------------------------------------


def test_the_officer_sees_it_counted_listed_and_whole(officer: User, held: HeldSending) -> None:
    client = signed_in(officer)

    home, listed = client.get("/").content.decode(), client.get("/held/").content.decode()
    page = client.get(f"/held/{held.pk}/").content.decode()

    assert 'id="count-held"' in home
    assert "Hoạt động của thôn" in listed and "Chưa có ngày diễn ra" in listed
    assert "Họp dân" in page and "Giàng A Páo" in page
    with contextlib.closing(client.get(f"/held/{held.pk}/files/anh.jpg/")) as file:
        assert file["Content-Type"] == "image/jpeg"


def test_it_is_placed_by_the_page(officer: User, held: HeldSending) -> None:
    client = signed_in(officer)
    today = moments.today()

    wrong = client.post(f"/held/{held.pk}/place/", {"day": "31/02/2026"})
    answer = client.post(f"/held/{held.pk}/place/", {"day": f"{today:%d/%m/%Y}"})

    assert wrong.status_code == 422
    assert answer["Location"] == f"/submissions/{Submission.objects.get().pk}/"
    assert 'id="count-held"' not in client.get("/").content.decode()
    assert "Đã thành bản ghi" in client.get("/held/?tab=settled").content.decode()


def test_a_periods_report_offers_the_begun_periods(phone: Phone, officer: User) -> None:
    publish_monthly()
    phone.send(monthly_xml(ky_bao_cao="2569-08-01"))
    client, pk = signed_in(officer), HeldSending.objects.get().pk

    page = client.get(f"/held/{pk}/").content.decode()
    client.post(f"/held/{pk}/place/", {"period": "2026-08"})

    assert '<option value="2026-08">' in page
    assert Submission.objects.get().period_key == "2026-08"


def test_it_is_put_aside_by_the_page_with_a_reason(officer: User, held: HeldSending) -> None:
    client = signed_in(officer)

    assert client.post(f"/held/{held.pk}/aside/", {"reason": " "}).status_code == 422
    client.post(f"/held/{held.pk}/aside/", {"reason": "bản thử"})

    assert HeldSending.objects.get().put_aside_because == "bản thử"
    assert "bản thử" in client.get("/held/?tab=settled").content.decode()


def test_who_decides_nothing_has_no_such_page(officer: User, held: HeldSending) -> None:
    assert signed_in(village_head()).get("/held/").status_code == 403


def test_an_old_day_is_a_record_all_the_same(phone: Phone) -> None:
    assert phone.send(activity(ngay=days_ago(300))).status == 201
    assert not HeldSending.objects.exists()


def test_a_photo_may_still_come_after_an_officer_placed_it_with_a_part_of_the_village(
    phone: Phone, officer: User
) -> None:
    day = date.fromisoformat(days_ago(10))
    split(day)
    assert phone.send(undated()).status == 201
    place_held(HeldSending.objects.get().pk, day=day, org_unit_id=8, by=officer, at=moments.now())

    assert phone.send(undated(), {"anh.jpg": photo()}).status == 201

    assert Attachment.objects.get().file_id
    assert phone.send(undated(so_nguoi="99")).status == 409


def split(day: date) -> None:
    """Thôn 1 became Thôn Trên (7) and Thôn Dưới (8)."""
    with transaction.atomic():
        OrgUnit.objects.filter(pk=3).update(ends_on=day)
        OrgUnitSpell.objects.filter(org_unit_id=3).update(to_day=day)
        known = take_numbers(1)[0]
        made = Succession.objects.create(day=day, kind="split", known_from=known)
        for pk, name in ((7, "Trên"), (8, "Dưới")):
            new = OrgUnit.objects.create(id=pk, key=f"u{pk}", level="village", starts_on=day, known_from=known)
            OrgUnitSpell.objects.create(
                org_unit=new, name=f"Thôn {name}", short_name=name, search_name=name, parent_id=2, from_day=day
            )
            SuccessionShare.objects.create(
                succession=made, old_id=3, new=new, old_parts=10**12 // 2, new_parts=10**12, basis="tách"
            )


def test_its_page_and_its_photos_are_kept_by_no_browser(phone: Phone, officer: User, held: HeldSending) -> None:
    client = signed_in(officer)

    for address in (f"/held/{held.pk}/", f"/held/{held.pk}/files/anh.jpg/"):
        answer = client.get(address)
        assert (answer.status_code, "no-store" in answer.headers.get("Cache-Control", "")) == (200, True), address
        answer.close()
