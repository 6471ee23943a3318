from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from caunoi.accounts.models import Role, User
from caunoi.counting import count_within
from caunoi.desk.notices.models import Notice
from caunoi.desk.notices.queries import count_unread, list_wanted
from caunoi.desk.report_inputs import IssueForm
from caunoi.desk.tests.builders import signed_in, user
from caunoi.desk.views.report_verify import CHECKS_ALLOWED
from caunoi.documents.actions import read_bytes
from caunoi.facts.models import DataElement
from caunoi.facts.queries import forget_catalogues
from caunoi.facts.tests.builders import World
from caunoi.reports.models import ReportRun
from caunoi.reports.queries import read_run
from caunoi.reports.tests.builders import (
    DISTRICT,
    EAST,
    PROVINCE,
    make,
    state_usual,
    store_template,
    store_world,
    text_of_docx,
)
from caunoi.reports.tests.test_life import DECREE
from caunoi.reports.tests.test_verifying import edit

pytestmark = pytest.mark.django_db
NUMBERED = {"issue_number": "12/BC-UBND", "on": "07/02/2024", "place": "Y Tý", "signer": "CHỦ TỊCH"}


def words(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture(autouse=True)
def _nothing_counted() -> Iterator[None]:
    caches["shared"].clear()
    yield
    caches["shared"].clear()


@pytest.fixture
def world() -> World:
    made = store_world()
    made.first = state_usual(made)[0]  # type: ignore[attr-defined]  # the submission that is corrected below
    store_template(DECREE)
    return made


@pytest.fixture
def writer(world: World) -> User:
    return user("viet", [(Role.EDITOR, DISTRICT)], "Lý Thị Mai")


@pytest.fixture
def report(writer: User) -> ReportRun:
    return make(by=writer.actor).run


def step(who: Client, report: ReportRun, name: str, **more: str) -> Any:
    return who.post(f"/reports/{report.pk}/steps/{name}/", more, follow=True)


def issue(report: ReportRun, writer: User, **more: str) -> ReportRun:
    mine, chiefs = signed_in(writer), signed_in(user(f"duyet{report.pk}", [(Role.APPROVER, DISTRICT)], "Trần Văn Sơn"))
    step(mine, report, "submit")
    step(chiefs, report, "approve")
    mine.post(f"/reports/{report.pk}/issue/", {**NUMBERED, "confirmed": "yes", **more})
    report.refresh_from_db()
    assert report.state == "issued"
    return report


def test_a_report_is_submitted_returned_rewritten_approved_and_issued_on_its_page(
    report: ReportRun, writer: User
) -> None:
    mine, chiefs = signed_in(writer), signed_in(user("duyet", [(Role.APPROVER, DISTRICT)], "Trần Văn Sơn"))

    assert "Chờ duyệt" in words(step(mine, report, "submit", number="1"))
    assert "Huyện Bát Xát" in words(chiefs.get("/reports/?state=waiting"))
    assert "Viết lại kết quả" in words(step(chiefs, report, "return", comment="Viết lại kết quả"))
    page = words(mine.get(f"/reports/{report.pk}/"))
    assert "Trần Văn Sơn đã trả lại lúc" in page and "Trình duyệt" in page and "Nộp lại bản đã sửa" in page

    ours = edit(read_bytes(report.file_id), "Tinh thần rất tốt.", "Bà con hưởng ứng.")
    sent = {"file": SimpleUploadedFile("sua.docx", ours)}
    assert "phiên bản 2; 1 câu được viết lại" in words(mine.post(f"/reports/{report.pk}/upload/", sent, follow=True))
    step(mine, report, "submit", number="2")
    assert "Đã duyệt, chờ ban hành" in words(step(chiefs, report, "approve", number="2"))

    chosen = {"signer": "CHỦ TỊCH", "signer_name": " Nguyễn  Văn An "}
    assert "Người ký: CHỦ TỊCH Nguyễn Văn An" in words(mine.post(f"/reports/{report.pk}/signer/", chosen, follow=True))
    assert 'value="Nguyễn Văn An"' in mine.get(f"/reports/{report.pk}/issue/").content.decode()
    asked = mine.post(f"/reports/{report.pk}/issue/", NUMBERED)
    assert "tệp không sửa được nữa" in words(asked) and "12/BC-UBND" in words(asked)
    assert ReportRun.objects.get().state == "approved"
    issued = mine.post(f"/reports/{report.pk}/issue/", {**NUMBERED, "confirmed": "yes", "number": "2"}, follow=True)
    assert "Số 12/BC-UBND, Y Tý, ngày 07/02/2024" in words(issued)
    assert "Trình duyệt" not in words(issued)
    assert "Huyện Bát Xát" in words(mine.get("/reports/?state=issued&q=12/bc"))
    assert "Không có báo cáo nào khớp" in words(mine.get("/reports/?state=draft"))


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("5/BC-UBND", "05/BC-UBND"),
        ("5", "05"),
        ("05/BC-UBND", "05/BC-UBND"),
        ("10/BC-UBND", "10/BC-UBND"),
        ("BC-5", "BC-5"),
    ],
)
def test_a_number_below_ten_takes_a_zero(typed: str, printed: str) -> None:
    form = IssueForm({**NUMBERED, "issue_number": typed})

    assert form.is_valid(), form.errors
    assert form.cleaned_data["issue_number"] == printed


def test_a_report_numbered_five_is_issued_and_registered_as_05(report: ReportRun, writer: User) -> None:
    issued = issue(report, writer, issue_number="5/BC-UBND")

    assert issued.issue_number == "05/BC-UBND"
    assert "Số: 05/BC-UBND" in text_of_docx(read_bytes(issued.file_id))
    assert "Báo cáo số 05/BC-UBND" in words(upload(read_bytes(issued.file_id)))


def notices_of(who: User) -> str:
    return words(signed_in(who).get("/notices/"))


def test_who_may_decide_hears_of_a_submitted_report_and_its_author_of_the_decision(
    report: ReportRun, writer: User
) -> None:
    chief = user("duyet", [(Role.APPROVER, DISTRICT)], "Trần Văn Sơn")
    far, other = user("tinh", [(Role.APPROVER, PROVINCE)]), user("xa", [(Role.APPROVER, EAST)])

    step(signed_in(writer), report, "submit", comment="Kính trình")
    told = notices_of(chief)
    assert f"Báo cáo chờ duyệt: {report.title}, Huyện Bát Xát" in told and "Kính trình" in told
    assert "Bạn được duyệt báo cáo của đơn vị này" in told
    assert f"/reports/{report.pk}/" in signed_in(chief).get("/notices/").content.decode()

    step(signed_in(chief), report, "return", comment="Viết lại kết quả")
    assert count_unread(chief) == 0, "it waits no longer"
    told = notices_of(writer)
    assert "Báo cáo bị trả lại" in told and "Viết lại kết quả" in told
    assert "Bạn đã lập hoặc trình báo cáo này" in told

    step(signed_in(writer), report, "submit")
    step(signed_in(chief), report, "approve")
    assert "Báo cáo đã được duyệt" in notices_of(writer)
    assert set(Notice.objects.values_list("user", flat=True)) == {writer.pk, chief.pk}
    assert not Notice.objects.filter(user__in=[far, other]).exists()


def test_where_nobody_of_the_unit_may_decide_the_nearest_above_hears_of_it(report: ReportRun, writer: User) -> None:
    above = user("tinh", [(Role.APPROVER, PROVINCE)])

    step(signed_in(writer), report, "submit")

    assert "Báo cáo chờ duyệt" in notices_of(above)
    signed_in(above).post("/notices/choose/", {"kinds": ["report-no"]})
    assert list_wanted(above.pk) == {"report-no"}


def test_figures_changed_by_hand_are_listed_beside_the_file(report: ReportRun, writer: User) -> None:
    mine = signed_in(writer)
    content = read_bytes(report.file_id)

    def upload(given: bytes, **more: str) -> str:
        return words(mine.post(f"/reports/{report.pk}/upload/", {"file": SimpleUploadedFile("a.docx", given), **more}))

    retyped = upload(edit(content, ">32,6 triệu đồng<", ">36,2 triệu đồng<"))
    assert "đã in 32,6 triệu đồng, trong tệp là 36,2 triệu đồng" in retyped
    assert "muốn bỏ các số liệu này" in upload(edit(content, ">32,6 triệu đồng<", "><"))
    assert "không phải là tệp Word" in upload(b"khong")
    assert report.versions.count() == 1
    upload(edit(content, ">32,6 triệu đồng<", "><"), dropping="on")
    assert report.versions.count() == 2


def test_what_must_not_be_done_is_refused_with_its_reason(report: ReportRun, writer: User) -> None:
    viewer, elsewhere = user("xem", [(Role.VIEWER, DISTRICT)]), user("xa", [(Role.APPROVER, EAST)])

    assert step(signed_in(viewer), report, "submit").status_code == 403
    assert step(signed_in(elsewhere), report, "submit").status_code == 404
    assert step(signed_in(writer), report, "approve").status_code == 403
    assert step(signed_in(writer), report, "burn").status_code == 404
    assert signed_in(writer).get(f"/reports/{report.pk}/issue/").status_code == 409
    for address in ("", "upload/", "issue/", "compare/", "versions/1/file"):
        assert signed_in(elsewhere).get(f"/reports/{report.pk}/{address}").status_code == 404


def test_the_next_version_is_held_against_the_one_before(world: World, report: ReportRun, writer: User) -> None:
    mine = signed_in(writer)
    world.correct(world.first, "ngay_cong", 1001)  # type: ignore[attr-defined]  # set by the fixture

    mine.post(f"/reports/{report.pk}/again/", {"number": "1"})

    page = words(mine.get(f"/reports/{report.pk}/compare/"))
    assert re.search(r"ngay_cong Huyện Bát Xát 1\.234 1\.235 1 1 số liệu gốc được sửa hoặc bổ sung", page), page
    other = make(by=writer.actor, first=date(2023, 3, 1)).run
    between = words(mine.get(f"/reports/{report.pk}/compare/?first={other.pk}.1&second=1&all=1"))
    assert "ngay_cong Huyện Bát Xát 1.235 1.234 -1" in between
    assert mine.get(f"/reports/{report.pk}/compare/?first=9").status_code == 404
    assert mine.get(f"/reports/{report.pk}/compare/?first=x").status_code == 404


def test_files_of_each_version_stay_as_they_were(report: ReportRun, writer: User) -> None:
    mine, first = signed_in(writer), read_bytes(report.file_id)

    issue(report, writer)

    assert mine.get(f"/reports/{report.pk}/versions/1/file").content == first
    assert mine.get(f"/reports/{report.pk}/file").content == read_bytes(report.file_id) != first
    assert mine.get(f"/reports/{report.pk}/file?format=xlsx").content[:2] == b"PK"


# -- without an account -----------------------------------------------------------------------------------------------


def upload(given: bytes) -> Any:
    return Client().post("/verify/", {"file": SimpleUploadedFile("bao-cao.docx", given)})


def test_anyone_who_holds_a_report_may_ask_whether_it_is_genuine(world: World, report: ReportRun, writer: User) -> None:
    assert "dự thảo, chưa ban hành" in words(upload(read_bytes(report.file_id)))
    issued = issue(report, writer)
    content = read_bytes(issued.file_id)

    assert Client().get("/verify/").status_code == 200
    genuine = words(upload(content))
    assert "còn nguyên và vẫn đúng" in genuine and "Báo cáo số 12/BC-UBND, ban hành ngày 07/02/2024" in genuine
    retyped = upload(edit(content, ">32,6 triệu đồng<", ">36,2 triệu đồng<"))
    assert "32,6 triệu đồng 36,2 triệu đồng 32,6 triệu đồng bị sửa trong tệp" in words(retyped)
    assert "/figures/" not in retyped.content.decode()
    world.correct(world.first, "ngay_cong", 1001)  # type: ignore[attr-defined]  # set by the fixture
    corrected = words(upload(content))
    assert re.search(r"1\.234 1\.234 1\.235 đã đính chính ở nguồn \(1 số liệu gốc được sửa", corrected), corrected
    assert "không phải là tệp Word" in words(upload(b"khong"))


def test_the_qr_code_leads_to_the_issued_report_and_tells_a_forged_paper(report: ReportRun, writer: User) -> None:
    assert Client().get(f"/verify/{report.key}/").status_code == 404
    issued = issue(report, writer)
    manifest = read_run(issued)[1]
    assert manifest.issue is not None
    address = f"/verify/{issued.key}/"

    genuine = words(Client().get(f"{address}?ma={manifest.issue.figures_hash[:16]}"))

    assert "12/BC-UBND" in genuine and "Mã in trên giấy khớp với bản gốc" in genuine and "32,6 triệu đồng" in genuine
    assert "không khớp với bản gốc" in words(Client().get(f"{address}?ma=0123456789abcdef"))
    assert "Lý Thị Mai" not in genuine and "Trần Văn Sơn" not in genuine
    issue(make(by=writer.actor).run, writer, issue_number="13/BC-UBND", replaces=str(issued.pk))
    assert "Đã được thay thế bằng báo cáo số 13/BC-UBND" in words(Client().get(address))


def test_of_sensitive_counts_the_public_learns_only_that_they_were_corrected(
    world: World, report: ReportRun, writer: User
) -> None:
    issued = issue(report, writer)
    DataElement.objects.filter(code="ngay_cong").update(sensitive=True)
    forget_catalogues()
    world.correct(world.first, "ngay_cong", 1001)  # type: ignore[attr-defined]  # set by the fixture

    for answer in (upload(read_bytes(issued.file_id)), Client().get(f"/verify/{issued.key}/")):
        page = words(answer)
        assert "đã đính chính ở nguồn (số mới không hiện ở đây" in page
        assert "1.235" not in page
    retyped = words(upload(edit(read_bytes(issued.file_id), ">1.234<", ">1.300<")))
    assert "1.300" in retyped and "1.235" not in retyped
    officers = signed_in(writer).post(
        "/reports/verify/", {"file": SimpleUploadedFile("a.docx", read_bytes(issued.file_id))}
    )
    assert "1.235" in words(officers)


def test_who_checks_without_end_is_asked_to_wait_however_many_others_are_counted() -> None:
    for number in range(400):
        count_within("others", f"192.0.2.{number}", 5)
    for _turn in range(CHECKS_ALLOWED):
        assert Client().post("/verify/", {}).status_code == 200

    refused = Client().post("/verify/", {})

    assert refused.status_code == 429
    assert "Hãy đợi 10 phút" in words(refused)
