"""Lines 29 to 42 of the checklist: what phones send."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.approvals.models import ApprovalStep
from caunoi.desk.tests.builders import EVENT, signed_in
from caunoi.documents.actions import read_bytes
from caunoi.forms.actions import close_form, publish_form
from caunoi.openrosa.tests.client import OPEN_ROSA, Phone, multipart
from caunoi.openrosa.tests.sendings import activity, photo
from caunoi.records.actions import approve, return_, withdraw
from caunoi.records.models import Attachment, Submission, SubmissionVersion


def files_of(instance: str) -> dict[str, bool]:
    """Name -> whether it has come."""
    found = Attachment.objects.filter(version__instance_id=instance)
    return {one.name: one.file_id is not None for one in found}


def content_of(instance: str, name: str) -> bytes:
    return read_bytes(Attachment.objects.get(version__instance_id=instance, name=name).file_id)


def test_29_head_is_204_without_a_body(phone: Phone) -> None:
    answer = phone.ask(f"{phone.prefix}/submission?deviceID=x", "HEAD")

    assert (answer.status, answer.body) == (204, b"")


def test_30_a_sending_is_answered_201(phone: Phone) -> None:
    answer = phone.send(activity("uuid:a", so_nguoi="31"))

    assert answer.status == 201
    assert answer.texts("message") == ["Đã nhận."]
    version = SubmissionVersion.objects.get()
    assert version.answers["so_nguoi"] == "31" and version.flags == []
    assert (version.source, version.entered_by, version.entered_by_name) == ("device", None, "Giàng A Páo")


def test_31_without_the_xml_it_is_400(phone: Phone) -> None:
    body, content_type = multipart([("anh.jpg", "anh.jpg", "image/jpeg", photo())])

    answer = phone.ask(f"{phone.prefix}/submission", "POST", body, {**OPEN_ROSA, "Content-Type": content_type})

    assert answer.status == 400 and answer.error


@pytest.mark.parametrize(
    "content_type, body",
    [
        ("multipart/form-data; boundary=x", b"no parts at all"),
        ("multipart/form-data", b"--x\r\n\r\n--x--\r\n"),
        ("multipart/form-data; boundary=x", b""),
        ("text/xml", b"<data/>"),
        ("application/x-www-form-urlencoded", b"xml_submission_file=%3Cdata%2F%3E"),
    ],
)
def test_31_malformed_multipart_is_400(phone: Phone, content_type: str, body: bytes) -> None:
    answer = phone.ask(f"{phone.prefix}/submission", "POST", body, {**OPEN_ROSA, "Content-Type": content_type})

    assert answer.status == 400 and answer.error


def test_31_without_a_form_id_it_is_400(phone: Phone) -> None:
    answer = phone.send("<data version='1'><meta><instanceID>uuid:a</instanceID></meta></data>")

    assert answer.status == 400 and "mã biểu mẫu" in answer.error


def test_32_an_unknown_form_or_version_is_404(phone: Phone) -> None:
    assert phone.send(activity(form="khong_co")).status == 404
    assert phone.send(activity(version="99")).status == 404


def test_32_an_old_published_version_is_accepted(phone: Phone, officer: User) -> None:
    newer = EVENT.replace("| hoat_dong | Hoạt động của thôn | 1 |", "| hoat_dong | Hoạt động của thôn | 2 |")
    publish_form(
        content=newer.encode(), file_type="md", file_name="m.md", pack="thu", by=officer.actor, at=moments.now()
    )

    assert phone.get("/formList").texts("version") == ["2"]
    assert phone.send(activity(version="1")).status == 201
    assert SubmissionVersion.objects.get().form_version.version == "1"


def test_33_a_closed_form_is_409(phone: Phone, officer: User) -> None:
    before = activity("uuid:a")
    phone.send(before)
    close_form("hoat_dong", on=moments.today(), by=officer.actor, at=moments.now())

    answer = phone.send(activity())

    assert answer.status == 409 and "đã đóng" in answer.error
    # What arrived before it closed, and whose acknowledgement was lost, has arrived.
    assert phone.send(before).status == 201


def test_34_the_same_again_is_201_and_brings_what_we_lack(phone: Phone) -> None:
    xml = activity("uuid:a", anh="anh.jpg")
    assert phone.send(xml).status == 201
    assert files_of("uuid:a") == {"anh.jpg": False}

    assert phone.send(xml, {"anh.jpg": photo("red")}).status == 201
    first = content_of("uuid:a", "anh.jpg")
    assert phone.send(xml, {"anh.jpg": photo("blue")}).status == 201

    assert SubmissionVersion.objects.count() == 1
    assert content_of("uuid:a", "anh.jpg") == first


def test_34_also_after_the_record_was_decided_about(phone: Phone, officer: User) -> None:
    xml = activity("uuid:a", anh="anh.jpg")
    phone.send(xml)
    approve(Submission.objects.get().pk, by=officer, at=moments.now())

    assert phone.send(xml, {"anh.jpg": photo()}).status == 201
    assert files_of("uuid:a") == {"anh.jpg": True}
    assert Submission.objects.get().state == "approved"


def test_35_a_sending_in_several_posts_is_one_record(phone: Phone) -> None:
    xml = activity("uuid:a", anh="anh.jpg")

    assert phone.send(xml, fields={"*isIncomplete*": "yes"}).status == 201
    assert phone.send(xml, {"anh.jpg": photo()}).status == 201

    assert (Submission.objects.count(), files_of("uuid:a")) == (1, {"anh.jpg": True})


def test_35_more_than_a_hundred_files_in_one_post_are_read(phone: Phone) -> None:
    answer = phone.send(activity("uuid:a", anh="120.jpg"), {f"{n}.jpg": b"x" for n in range(121)})

    assert (answer.status, files_of("uuid:a")) == (201, {"120.jpg": True})


def test_36_the_same_instance_with_other_bytes_is_409(phone: Phone) -> None:
    xml = activity("uuid:a")
    phone.send(xml)

    answer = phone.send(xml.replace("><", ">\n<", 1))

    assert answer.status == 409 and answer.error
    assert SubmissionVersion.objects.get().xml == xml


def test_37_unexpected_files_are_ignored_and_missing_ones_listed(phone: Phone) -> None:
    assert phone.send(activity("uuid:a", anh="anh.jpg"), {"khac.jpg": photo()}).status == 201

    assert files_of("uuid:a") == {"anh.jpg": False}


def test_37_the_officer_sees_which_photo_has_not_come(phone: Phone, officer: User) -> None:
    phone.send(activity(anh="anh.jpg"))
    address = f"/submissions/{Submission.objects.get().pk}/"

    assert "(chưa đến)" in signed_in(officer).get(address).content.decode()


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_37_vietnamese_file_names_are_kept(phone: Phone, form: str) -> None:
    name = "Ảnh họp thôn.jpg"

    phone.send(activity("uuid:a", anh=name), {unicodedata.normalize(form, name): photo()})

    assert files_of("uuid:a") == {name: True}


def test_38_a_withdrawn_record_sent_again_is_409(phone: Phone, officer: User) -> None:
    xml = activity("uuid:a")
    phone.send(xml)
    withdraw(Submission.objects.get().pk, by=officer, at=moments.now(), comment="ghi nhầm")

    answer = phone.send(xml)

    assert answer.status == 409 and "đã rút" in answer.error


def test_39_a_correction_must_name_the_current_version(phone: Phone) -> None:
    phone.send(activity("uuid:a"))

    assert phone.send(activity("uuid:b", corrects="uuid:khong-co")).status == 404
    assert phone.send(activity("uuid:b", corrects="uuid:a")).status == 201
    assert phone.send(activity("uuid:c", corrects="uuid:a")).status == 409  # no longer the current one
    assert phone.send(activity("uuid:a", corrects="uuid:b")).status == 409  # an instance used before
    assert phone.send(activity("uuid:d", corrects="uuid:b")).status == 201

    assert [v.instance_id for v in SubmissionVersion.objects.order_by("number")] == ["uuid:a", "uuid:b", "uuid:d"]


def test_40_a_correction_is_to_be_reviewed_again_and_keeps_the_photos_it_did_not_send(
    phone: Phone, officer: User
) -> None:
    phone.send(activity("uuid:a", anh="anh.jpg"), {"anh.jpg": photo("red")})
    approve(Submission.objects.get().pk, by=officer, at=moments.now())

    phone.send(activity("uuid:b", corrects="uuid:a", so_nguoi="33", anh="anh.jpg"))

    submission = Submission.objects.get()
    assert (submission.state, submission.current_number, submission.approved_number) == ("submitted", 2, 1)
    assert ApprovalStep.objects.order_by("-id")[0].step == "correct"
    assert content_of("uuid:b", "anh.jpg") == content_of("uuid:a", "anh.jpg")


def test_40_a_photo_it_did_send_replaces_the_earlier_one(phone: Phone, officer: User) -> None:
    phone.send(activity("uuid:a", anh="anh.jpg"), {"anh.jpg": photo("red")})
    return_(Submission.objects.get().pk, by=officer, at=moments.now(), comment="ảnh mờ")

    phone.send(activity("uuid:b", corrects="uuid:a", anh="anh.jpg"), {"anh.jpg": photo("blue")})

    pixel = Image.open(io.BytesIO(content_of("uuid:b", "anh.jpg"))).getpixel((5, 5))
    assert isinstance(pixel, tuple) and pixel[2] > 200 > pixel[0]
    assert content_of("uuid:a", "anh.jpg") != content_of("uuid:b", "anh.jpg")


def test_40_it_replaces_it_too_if_it_comes_in_a_later_request_than_the_correction(phone: Phone) -> None:
    phone.send(activity("uuid:a", anh="anh.jpg"), {"anh.jpg": photo("red")})
    correction = activity("uuid:b", corrects="uuid:a", anh="anh.jpg")
    phone.send(correction)

    phone.send(correction, {"anh.jpg": photo("blue")})
    replaced = content_of("uuid:b", "anh.jpg")
    phone.send(correction, {"anh.jpg": photo("green")})

    assert content_of("uuid:a", "anh.jpg") != replaced
    assert content_of("uuid:b", "anh.jpg") == replaced, "its own, once it is there, stays"


def test_40_a_photo_that_comes_after_the_correction_reaches_it_too(phone: Phone) -> None:
    first = activity("uuid:a", anh="anh.jpg")
    phone.send(first)
    phone.send(activity("uuid:b", corrects="uuid:a", anh="anh.jpg"))

    phone.send(first, {"anh.jpg": photo()})

    assert files_of("uuid:a") == files_of("uuid:b") == {"anh.jpg": True}


def test_41_the_same_instance_on_another_form_is_fine(phone: Phone, officer: User) -> None:
    from caunoi.desk.tests.builders import publish
    from caunoi.forms.rules.assignments import AssignmentRow

    other = EVENT.replace("| hoat_dong |", "| hoat_dong_2 |")
    publish(other, [AssignmentRow("village", "event", approval_level="commune")])

    assert phone.send(activity("uuid:a")).status == 201
    assert phone.send(activity("uuid:a", form="hoat_dong_2")).status == 201
    assert Submission.objects.count() == 2


def test_42_what_sent_it_is_stored(phone: Phone) -> None:
    phone.send(
        activity(),
        query="?deviceID=collect%3Aabc%00",
        headers={"User-Agent": "org.odk.collect.android/v2026.1", "ODK-Client": "collect"},
    )

    device = SubmissionVersion.objects.get().device
    assert device.pop("app_user")
    assert device == {
        "device_id": "collect:abc",
        "user_agent": "org.odk.collect.android/v2026.1",
        "client": "collect",
    }


def test_413_says_the_limit(phone: Phone, settings: Any) -> None:
    settings.CAUNOI_MAX_SUBMISSION_MB = 1

    answer = phone.send(activity(anh="anh.jpg"), {"anh.jpg": b"x" * (1024**2 + 1)})

    assert answer.status == 413 and "1 MB" in answer.error
    assert answer.headers["x-openrosa-accept-content-length"] == str(1024**2)
    assert not Submission.objects.exists()


def test_a_photo_cut_in_the_middle_is_not_taken(phone: Phone) -> None:
    parts = [("xml_submission_file", "a.xml", "text/xml", activity("uuid:a", anh="anh.jpg").encode())]
    parts.append(("anh.jpg", "anh.jpg", "image/jpeg", photo(size=(400, 300))))
    body, content_type = multipart(parts)

    answer = phone.ask(f"{phone.prefix}/submission", "POST", body[:-500], {**OPEN_ROSA, "Content-Type": content_type})

    assert answer.status == 400
    assert not Submission.objects.exists()


def test_two_villages_may_send_at_once(phone: Phone, phone_of: Callable[[int], Phone]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    phones = [phone, phone_of(4)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: phones[n % 2].send(activity()).status, range(24)))

    assert answers == [201] * 24
    assert Submission.objects.count() == 24
