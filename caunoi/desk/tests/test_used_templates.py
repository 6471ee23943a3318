"""The pages on which a unit's own templates and layout are put in use."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from caunoi.accounts.models import Role
from caunoi.desk.tests.builders import signed_in, user
from caunoi.reports.models import OwnTemplate
from caunoi.reports.tests.builders import DISTRICT, WEST, make, make_docx, store_template, store_world, text_of_docx
from caunoi.reports.tests.builders import state_usual as state

pytestmark = pytest.mark.django_db
SETS = {"set": "nd30", "body": "Ủy ban", "sets": {"nd30": "Theo nghị định", "khac": "Của cơ quan"}}
TEXT = "{{ the_thuc }}, {{ co_quan }}: {{ so('ngay_cong') }} {{ noi_nhan|join('; ') }}"
HERE = f"/reports/templates/used/thu/?place=u{DISTRICT}"


@pytest.fixture(autouse=True)
def _world() -> None:
    state(store_world())
    store_template((TEXT,), parameters={"layout": SETS})


def words(response: Any) -> str:
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split()))


def upload(text: str) -> dict[str, Any]:
    return {"step": "put", "word": SimpleUploadedFile("mau.docx", make_docx([text]))}


def test_an_officer_puts_an_edited_template_in_use_and_goes_back() -> None:
    client = signed_in(user("quan-ly", [(Role.ADMINISTRATOR, DISTRICT)], "Lò Thị Hoa"))
    listed = words(client.get("/reports/templates/used/"))
    assert "Huyện Bát Xát" in listed and "của gói thu" in listed

    refused = client.post(HERE, upload("{{ so('ngay_congg') }}"))
    assert refused.status_code == 422 and "Đoạn 1 “{{ so('ngay_congg') }}”: không có chỉ tiêu" in words(refused)
    taken = words(client.post(HERE, upload("Của huyện: {{ so('ngay_cong') }}"), follow=True))
    assert "Từ nay dùng mẫu này (bản 1)" in taken and "riêng, bản 1, Lò Thị Hoa đưa vào ngày" in taken
    assert "Của huyện: 1.234" in text_of_docx(make().content)
    file = client.get(f"/reports/templates/used/thu/file?place=u{DISTRICT}&number=1")
    assert "Của huyện" in text_of_docx(file.content)
    assert "Từ nay dùng lại mẫu chung" in words(client.post(HERE, {"step": "back"}, follow=True))
    assert "Từ nay dùng lại bản 1" in words(client.post(HERE, {"step": "again", "number": "1"}, follow=True))
    assert client.post(HERE, {"step": "again", "number": "9"}).status_code == 422


def test_who_doesnt_manage_the_unit_only_looks() -> None:
    client = signed_in(user("xem", [(Role.VIEWER, DISTRICT)]))

    assert "Đưa mẫu đã sửa vào dùng" not in words(client.get(HERE))
    assert client.post(HERE, upload("x")).status_code == 422 and not OwnTemplate.objects.exists()
    assert client.get("/reports/templates/used/?place=u1").status_code == 403


def test_the_layout_of_a_body_is_chosen_on_a_page() -> None:
    client = signed_in(user("quan-ly", [(Role.PROGRAMME_MANAGER, DISTRICT)]))
    address = f"/reports/layouts/?place=u{DISTRICT}"
    assert 'value="Ủy ban"' in client.get(address).content.decode()

    typed = {"set": "khac", "body": "Ban Tuyên vận", "recipients": "Thường trực\n\n Văn phòng "}
    assert "Đã lưu thể thức" in words(client.post(address, typed, follow=True))
    assert "khac, Ban Tuyên vận: 1.200 Thường trực; Văn phòng" in text_of_docx(make(WEST).content)
    assert "Bỏ thể thức riêng" in words(client.get(address))
    client.post(address, {"step": "remove"})
    assert "nd30, Ủy ban: 1.200" in text_of_docx(make(WEST).content)
    assert client.post(address, {**typed, "set": "la"}).status_code == 200


def test_a_second_body_is_added_on_the_page_and_chosen_with_the_report() -> None:
    client = signed_in(user("quan-ly", [(Role.PROGRAMME_MANAGER, DISTRICT), (Role.EDITOR, DISTRICT)]))
    address = f"/reports/layouts/?place=u{DISTRICT}&body="
    typed = {"set": "khac", "body": "", "recipients": ""}
    asked = {"template": "thu", "place": f"u{DISTRICT}", "first": "01/01/2023", "last": "31/12/2023"}
    assert "Cơ quan báo cáo" not in words(client.get("/reports/new/"))

    assert client.post(f"{address}%2B", typed).status_code == 200  # it needs a name
    client.post(f"{address}%2B", {**typed, "body": "Ban Tuyên vận"})
    again = client.get(f"{address}Ban Tuyên vận").content.decode()
    usual = client.post("/reports/new/", {**asked, "body": ""}, follow=True)
    theirs = client.post("/reports/new/", {**asked, "body": "Ban Tuyên vận"}, follow=True)
    refused = client.post("/reports/new/", {**asked, "place": "u1", "body": "Ban Tuyên vận"})

    assert 'value="Ban Tuyên vận"' in again and "remove-layout" in again
    assert "(Ban Tuyên vận)" not in words(usual) and "năm 2023 (Ban Tuyên vận)" in words(theirs)
    assert refused.status_code == 200
