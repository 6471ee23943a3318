from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.urls import reverse

from caunoi.accounts.models import Role
from caunoi.desk.tests.builders import signed_in, user
from caunoi.reports.asking import COVERAGE
from caunoi.reports.models import ReportRun
from caunoi.reports.tests.builders import DISTRICT, EAST, make, make_docx, state_usual, store_template, store_world

pytestmark = pytest.mark.django_db
YEAR = {"template": "thu", "place": "Huyện Bát Xát", "first": "01/01/2023", "last": "31/12/2023"}


def words(response: HttpResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_an_officer_makes_opens_and_downloads_a_report() -> None:
    state_usual(store_world())
    store_template()
    client = signed_in(user("huyen", [(Role.VIEWER, DISTRICT)]))

    made = client.post("/reports/new/", YEAR, follow=True)

    run = ReportRun.objects.get()
    assert made.redirect_chain == [(f"/reports/{run.pk}/", 302)]
    assert "Số liệu trong báo cáo" in words(made)
    assert "32,6 triệu đồng" in words(made)
    assert "Huyện Bát Xát, năm 2023" in words(client.get("/reports/?q=bat xat"))
    file = client.get(f"/reports/{run.pk}/file")
    assert file["Content-Disposition"] == f'attachment; filename="{run.file_name}"'
    assert file.content[:2] == b"PK"


def test_reports_link_to_the_page_of_coverage() -> None:
    assert reverse("coverage") == COVERAGE


def test_the_button_pressed_twice_makes_one_report() -> None:
    state_usual(store_world())
    store_template()
    client = signed_in(user("huyen", [(Role.VIEWER, DISTRICT)]))

    first, second = client.post("/reports/new/", YEAR), client.post("/reports/new/", YEAR)

    assert first["Location"] == second["Location"]
    assert ReportRun.objects.count() == 1


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"first": "31/12/2023", "last": "01/01/2023"}, "đứng trước ngày đầu kỳ"),
        ({"first": "31/02/2023"}, "Không phải là ngày"),
        ({"place": "Huyện Không Có"}, "Không có đơn vị nào"),
        ({"place": "Tỉnh Lào Cai"}, "trong phạm vi của bạn"),
        ({"first": "01/01/2010", "last": "31/12/2010"}, "chưa có bản ghi nào được duyệt"),
    ],
)
def test_what_cannot_be_made_is_said_beside_what_was_typed(changes: dict[str, str], said: str) -> None:
    state_usual(store_world())
    store_template()
    client = signed_in(user("huyen", [(Role.VIEWER, DISTRICT)]))

    page = client.post("/reports/new/", {**YEAR, **changes})

    assert page.status_code == 200
    assert said in words(page)
    assert f'value="{changes.get("place", YEAR["place"])}"' in page.content.decode()
    assert not ReportRun.objects.exists()


def test_empty_lists_say_what_to_do_next() -> None:
    store_world()
    client = signed_in(user("huyen", [(Role.VIEWER, DISTRICT)]))

    assert "Chưa có báo cáo nào" in words(client.get("/reports/"))
    assert "Chưa có mẫu báo cáo" in words(client.get("/reports/new/"))


def test_reports_of_places_out_of_reach_do_not_exist_for_the_reader() -> None:
    state_usual(store_world())
    store_template()
    run = make().run
    client = signed_in(user("xa", [(Role.VIEWER, EAST)]))

    assert "Chưa có báo cáo nào" in words(client.get("/reports/"))
    assert client.get(f"/reports/{run.pk}/").status_code == 404
    assert client.get(f"/reports/{run.pk}/file").status_code == 404


def test_a_file_is_verified_by_uploading_it() -> None:
    world = store_world()
    first, *_rest = state_usual(world)
    store_template()
    content = make().content
    client = signed_in(user("huyen", [(Role.VIEWER, DISTRICT)]))

    def upload(given: bytes) -> str:
        return words(client.post("/reports/verify/", {"file": SimpleUploadedFile("bao-cao.docx", given)}))

    assert "Cả 8 số liệu của báo cáo còn nguyên" in upload(content)
    world.correct(first, "ngay_cong", 1001)
    assert "đã đính chính ở nguồn" in upload(content)
    assert "không có bảng kê số liệu" in upload(make_docx(["Công văn"]))
    assert "không phải là tệp Word" in upload(b"khong")
    assert "Chưa chọn tệp" in words(client.post("/reports/verify/", {}))
