from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any, cast

import pytest
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from openpyxl import load_workbook

from caunoi.accounts.models import Role
from caunoi.desk.long_work import LINES, Show, answer
from caunoi.desk.tests.builders import (
    commune_officer,
    publish_event,
    publish_monthly,
    signed_in,
    store_world,
    user,
    village_head,
)
from caunoi.documents.actions import read_bytes
from caunoi.documents.models import StoredFile
from caunoi.documents.waiting import KEPT, clear_waiting
from caunoi.moments import now
from caunoi.records.models import Submission
from caunoi.records.tests.test_period_book import columns_of, edit, row_of, sheet_of

pytestmark = pytest.mark.django_db

AUGUST = {"place": "Xã Bản Qua", "period": "2026-08"}


@pytest.fixture(autouse=True)
def _world() -> None:
    store_world()


def download(client: Client, **asked: Any) -> bytes:
    file = client.get("/workbooks/file.xlsx", {**AUGUST, **asked})
    assert file.status_code == 200
    return bytes(file.content)


def fill(content: bytes, unit: str = "u3", **answers: Any) -> bytes:
    def change(book: Any) -> None:
        page = sheet_of(book, "bao_cao_thang")
        for name, value in answers.items():
            page.cell(row_of(page, unit), columns_of(page)[name]).value = value

    return edit(content, change)


def upload(client: Client, content: bytes, address: str = "/workbooks/", **more: Any) -> Any:
    file = SimpleUploadedFile("so.xlsx", content, "application/octet-stream")
    return client.post(address, {"file": file, **more.pop("data", {})}, **more)


def confirm(client: Client, page: Any, **more: Any) -> Any:
    context = page.context[-1] if isinstance(page.context, list) else page.context
    told = {"sha256": context["sha256"], "expected": context["changes"].fingerprint}
    return client.post("/workbooks/confirm/", told, **more)


def test_the_page_offers_the_forms_due_in_the_period_with_those_of_activities_apart() -> None:
    publish_monthly()
    publish_event()

    page = signed_in(commune_officer()).get("/workbooks/", AUGUST)

    forms = {form.code: (form.units, form.sent, form.chosen) for form in page.context["forms"]}
    assert forms == {"bao_cao_thang": (2, 0, True), "hoat_dong": (2, 0, False)}
    assert "tháng 08/2026" in page.content.decode()


def test_who_enters_nothing_is_told_so() -> None:
    publish_monthly()

    page = signed_in(user("xem", [(Role.VIEWER, 2)])).get("/workbooks/")

    assert "vai trò ghi" in page.content.decode()


def test_the_workbook_holds_the_chosen_forms_and_the_readers_units() -> None:
    publish_monthly()
    publish_event()

    book = load_workbook(io.BytesIO(download(signed_in(village_head()), forms=["hoat_dong", "bao_cao_thang"])))

    page = sheet_of(book, "bao_cao_thang")
    assert [page.cell(row, 2).value for row in range(6, page.max_row + 1)] == ["Thôn 1"]
    assert sheet_of(book, "hoat_dong") is not None


def test_nothing_is_written_before_it_was_looked_over_and_confirmed() -> None:
    publish_monthly()
    client = signed_in(commune_officer())

    looked = upload(client, fill(download(client), so_cuoc_hop=2, so_luot=45))
    assert not Submission.objects.exists()
    done = confirm(client, looked)

    assert looked.context["changes"].count("new") == 1
    assert 'id="book-done"' in done.content.decode()
    assert Submission.objects.count() == 1


def test_a_second_upload_says_what_it_changes() -> None:
    publish_monthly()
    client = signed_in(commune_officer())
    first = fill(download(client), so_cuoc_hop=2, so_luot=45)
    confirm(client, upload(client, first))

    page = upload(client, fill(first, so_luot=50)).content.decode()

    assert "<del>45</del> → <ins>50</ins>" in page


def test_mistakes_are_listed_and_can_be_taken_away() -> None:
    publish_monthly()
    client = signed_in(commune_officer())

    refused = upload(client, fill(download(client), so_cuoc_hop=99, so_luot="nhiều"))

    assert refused.status_code == 422
    assert "nhiều" in refused.content.decode()
    assert "Nhập số từ 0 đến 60." in client.get("/import/mistakes.csv").content.decode("utf-8-sig")


def test_what_changed_meanwhile_is_shown_again_instead_of_written() -> None:
    publish_monthly()
    client, other = signed_in(commune_officer()), signed_in(village_head())
    content = fill(fill(download(client), so_cuoc_hop=2, so_luot=45), "u4", so_cuoc_hop=1, so_luot=30)
    looked = upload(client, content)
    confirm(other, upload(other, fill(download(other), so_cuoc_hop=2, so_luot=45)))

    again = confirm(client, looked)

    assert "đã thay đổi từ lúc bạn xem trước" in again.content.decode() or again.status_code == 422
    assert Submission.objects.count() == 1


def test_only_what_was_uploaded_in_this_session_can_be_confirmed() -> None:
    publish_monthly()
    client = signed_in(commune_officer())

    refused = client.post("/workbooks/confirm/", {"sha256": "0" * 64, "expected": ""})

    assert refused.status_code == 422
    assert "nộp lại tệp" in refused.content.decode()


def test_a_workbook_handed_in_at_the_page_for_single_forms_is_recognised() -> None:
    publish_monthly()
    client = signed_in(commune_officer())

    redirected = upload(
        client, fill(download(client), so_cuoc_hop=2, so_luot=45), "/import/", data={"form": "bao_cao_thang"}
    )

    assert redirected["Location"] == "/workbooks/preview/"
    assert client.get("/workbooks/preview/").context["changes"].count("new") == 1


def test_a_script_hears_how_far_the_work_is_and_gets_the_page_at_the_end() -> None:
    request = RequestFactory().post("/workbooks/", headers={"accept": LINES})
    request.session = SessionStore()

    def work(show: Show) -> HttpResponse:
        for done in range(0, 1001, 5):
            show(done, 1000)
        return HttpResponse("<main>xong</main>")

    answered = cast(StreamingHttpResponse, answer(request, work))

    lines = [json.loads(line) for line in b"".join(cast(Any, answered.streaming_content)).splitlines()]
    assert lines[0] == {"done": 0, "total": 1000}
    assert len(lines) == 102  # a line for each hundredth is enough for a bar
    assert lines[-1] == {"page": "<main>xong</main>"}


# Exports

ASKED = {"form": "bao_cao_thang", "place": "Xã Bản Qua", "first": "01/01/2026", "last": "31/12/2026"}


def test_records_are_counted_and_downloaded() -> None:
    publish_monthly()
    client = signed_in(commune_officer())
    confirm(client, upload(client, fill(download(client), so_cuoc_hop=2, so_luot=45)))

    counted = client.get("/exports/", {**ASKED, "count": "1"}).content.decode()
    text = client.get("/exports/", {**ASKED, "format": "csv"}).getvalue().decode()
    book = load_workbook(io.BytesIO(client.get("/exports/", ASKED).getvalue()))

    assert "Có 1 bản ghi" in counted
    assert text.startswith("\ufeff") and "Thôn 1" in text
    assert book.worksheets[0].max_row == 2


def test_an_export_that_is_asked_wrongly_says_where() -> None:
    publish_monthly()
    client = signed_in(commune_officer())

    page = client.get("/exports/", {**ASKED, "place": "Xã Không Có", "first": "1.1"}).content.decode()

    assert "Không phải là ngày" in page


def test_another_communes_records_are_not_in_it() -> None:
    publish_monthly()
    head = signed_in(village_head(6, "thon3"))
    asked = {**AUGUST, "place": "Xã Cốc San"}
    confirm(head, upload(head, fill(download(head, **asked), "u6", so_cuoc_hop=2, so_luot=45)))

    page = signed_in(commune_officer()).get("/exports/", {**ASKED, "place": "Tỉnh Lào Cai", "count": "1"})

    assert "Có 0 bản ghi" in page.content.decode()


def test_what_was_not_confirmed_within_a_day_is_asked_for_again() -> None:
    publish_monthly()
    client = signed_in(commune_officer())
    looked = upload(client, fill(download(client), so_cuoc_hop=2, so_luot=45))

    clear_waiting(at=now() + KEPT + timedelta(minutes=1))
    refused = confirm(client, looked)

    assert refused.status_code == 422
    assert "nộp lại tệp" in refused.content.decode()
    assert client.get("/workbooks/preview/").status_code == 422
    assert not Submission.objects.exists()


def test_a_confirmed_workbook_stays_as_a_document() -> None:
    publish_monthly()
    client = signed_in(commune_officer())
    content = fill(download(client), so_cuoc_hop=2, so_luot=45)
    looked = upload(client, content)
    assert not StoredFile.objects.filter(sha256=looked.context["sha256"]).exists()

    confirm(client, looked)
    clear_waiting(at=now() + KEPT + timedelta(minutes=1))

    assert read_bytes(looked.context["sha256"]) == content
