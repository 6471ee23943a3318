"""The stages of a thing on its page: the steps so far, the buttons that come next, repairs and photos."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from caunoi.accounts.models import Role
from caunoi.desk.tests.builders import commune_officer, signed_in, store_world, user
from caunoi.desk.tests.builders import page as text_of
from caunoi.forms.actions import publish_form, set_assignments
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.places.models import OrgUnit
from caunoi.records.actions import Incoming, receive
from caunoi.records.entities.actions import set_register
from caunoi.records.entities.tests.builders import AT, GROUP, group
from caunoi.records.entities.tests.test_stages import declare, tell
from caunoi.records.models import Entity, EntityList, SubmissionVersion
from caunoi.records.tests.builders import BY

pytestmark = pytest.mark.django_db
LIST = "/registers/cum/"
FIELDS = """
| survey | | | | | | |
| | type | name | label::Tiếng Việt (vi) | label::English (en) | save_to | required |
| | date | ngay | Ngày | Day | | yes |
| | select_one_from_file mo_hinh.csv | cu | Mô hình đã ghi | Model | | |
| | text | ten | Tên | Name | | yes |
| | select_one lv | linh_vuc | Lĩnh vực | Field | linh_vuc | yes |
| | select_one tt | trang_thai | Tình trạng | State | trang_thai | yes |
| choices | | | |
| | list_name | name | label::Tiếng Việt (vi) | label::English (en) |
| | lv | giao_thong | Giao thông | Roads |
| | lv | kinh_te | Kinh tế | Economy |
| | tt | dang_ky | Đăng ký | Proposed |
| | tt | cong_nhan | Công nhận | Recognised |
| entities | | | | | |
| | list_name | label | entity_id | create_if | update_if |
| | mo_hinh | ${ten} | coalesce(${cu}, uuid()) | ${cu} = '' | ${cu} != '' |
| settings | | | |
| | form_id | form_title | version | default_language |
| | ghi_mo_hinh | Ghi mô hình | 1 | Tiếng Việt (vi) |
"""
ONE = f"{LIST}{GROUP}/"


@pytest.fixture
def village() -> OrgUnit:
    store_world()
    declare()
    village = OrgUnit.objects.get(pk=3)
    tell(village, "dung", 2, so_loa="4")
    return village


@pytest.fixture
def officer(village: OrgUnit) -> Client:
    return signed_in(commune_officer())


def picture(name: str = "anh.png") -> SimpleUploadedFile:
    made = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(made, "PNG")
    return SimpleUploadedFile(name, made.getvalue(), "image/png")


def press(client: Client, **typed: object) -> tuple[int, str]:
    given = {"to": "hong", "day": "09/03/2026", "number": "1", "q-ly_do": "Sét đánh", **typed}
    answer = client.post(f"{ONE}stage/", given)
    return answer.status_code, answer.content.decode()


def test_an_officer_presses_the_next_step_with_reason_and_photo(village: OrgUnit, officer: Client) -> None:
    assert f'href="{ONE}stage/?to=hong"' in text_of(officer, ONE)
    assert 'name="q-ly_do"' in text_of(officer, f"{ONE}stage/", to="hong")

    status, _page = press(officer, **{"q-anh": picture()})

    page = text_of(officer, ONE)
    assert status == 302 and group().properties["trang_thai"] == "hong"
    assert "Sét đánh" in page and "/files/1/anh.png/" in page and "?to=sua" in page
    assert "09/03/2026" in page and "?to=hong" not in page


def test_what_is_wrong_is_said_and_what_was_typed_stays(village: OrgUnit, officer: Client) -> None:
    fake = SimpleUploadedFile("anh.png", b"khong phai anh", "image/png")
    for typed, says in (
        ({"q-anh": fake}, "không phải là ảnh"),
        ({"q-ly_do": ""}, "q-ly_do"),
        ({"day": "01/03/2026"}, "từ ngày 02/03/2026"),
        ({"day": "01/03/2099"}, "ngày chưa đến"),
        ({"number": "9"}, "vừa được sửa trong lúc bạn đang xem"),
    ):
        status, page = press(officer, **typed)
        assert status == 422 and says in page
    assert SubmissionVersion.objects.count() == 1
    assert press(officer, to="ngung")[0] == 404


def test_a_thing_of_another_commune_is_not_there_and_readers_have_no_buttons(village: OrgUnit) -> None:
    stranger = signed_in(commune_officer(5, "la"))
    reader = signed_in(user("xem", [(Role.VIEWER, 2)]))

    assert stranger.get(f"{ONE}stage/", {"to": "hong"}).status_code == 404
    assert press(stranger)[0] == 404
    assert "?to=hong" not in text_of(reader, ONE)
    assert press(reader)[0] == 422 and group().current_number == 1


def test_a_list_is_narrowed_by_stage_and_year_and_counted(village: OrgUnit, officer: Client) -> None:
    press(officer)

    assert "Cụm 1" in text_of(officer, LIST, **{"v-trang_thai": "hong", "year": "2026"})
    assert "Cụm 1" not in text_of(officer, LIST, **{"v-trang_thai": "dung"})
    assert "Cụm 1" not in text_of(officer, LIST, year="2025")
    assert "Cụm 1" in text_of(officer, LIST, **{"v-trang_thai": "dung", "day": "05/03/2026"})
    counts = text_of(officer, f"{LIST}stages/")
    assert "Năm 2026" in counts and "Hỏng" in counts


def test_what_is_at_each_stage_is_told_apart_by_field_and_by_the_year_it_got_there(
    village: OrgUnit, officer: Client
) -> None:
    """Of the field that lists show, with choices: each model's, say. What moved on counts in its year, not in now."""
    version = publish_form(content=FIELDS.encode(), file_type="md", file_name="mau.md", pack="thu", by=BY, at=AT)
    set_assignments(version.form.code, [AssignmentRow("village", "event")], by=BY, at=AT)
    set_register(
        code="mo_hinh", title_vi="Mô hình", title_en="Models", ended_when="", columns=("linh_vuc", "trang_thai"),
        properties=("linh_vuc", "trang_thai"), stage_by="trang_thai", stage_form="ghi_mo_hinh",
        transitions=[{"before": "", "after": "dang_ky"}, {"before": "dang_ky", "after": "cong_nhan"}],
        pack="thu", by=BY, at=AT,
    )  # fmt: skip

    def tell_model(day: str, name: str, field: str, state: str = "dang_ky", known: str = "") -> None:
        answers = {"ngay": day, "cu": known, "ten": name, "linh_vuc": field, "trang_thai": state}
        receive(Incoming("ghi_mo_hinh", village.pk, AT, answers=answers, entered_by_name="A"), by=BY, at=AT)

    for day, name, field in (
        ("2025-03-05", "Hiến đất", "giao_thong"),
        ("2025-06-01", "Đường hoa", "giao_thong"),
        ("2026-02-01", "Vườn mẫu", "kinh_te"),
    ):
        tell_model(day, name, field)
    first = Entity.objects.get(label="Hiến đất")
    tell_model("2026-03-01", "Hiến đất", "giao_thong", "cong_nhan", str(first.uuid))

    counts = text_of(officer, "/registers/mo_hinh/stages/")

    heads, *lines = (
        [" ".join(re.sub("<[^>]+>", " ", cell).split()) for cell in re.findall(r"<t[hd] .*?</t[hd]>", row, re.DOTALL)]
        for row in re.findall("<tr>.*?</tr>", counts, re.DOTALL)
    )
    assert heads == ["Bước", "Hiện có", "Giao thông", "Kinh tế", "Năm 2026", "Năm 2025"]
    assert lines == [["Đăng ký", "2", "1", "1", "1", "2"], ["Công nhận", "1", "1", "0", "1", "0"]]
    only = text_of(officer, "/registers/mo_hinh/stages/", **{"v-linh_vuc": "kinh_te"})
    assert re.search(r"Đăng ký</a>\s*</th>\s*<td[^>]*>1<", only)


def test_records_about_a_thing_are_listed_with_their_sum_by_year(village: OrgUnit, officer: Client) -> None:
    register = EntityList.objects.get()
    register.told_by = [["ghi_cum_loa", "so_loa"]]
    register.save()
    answers = {"ngay": "2025-03-05", "cu": "", "ten": "Cụm 2", "trang_thai": "dung", "so_loa": "7"}
    receive(Incoming("ghi_cum_loa", village.pk, AT, answers=answers, entered_by_name="A"), by=BY, at=AT)

    page = text_of(officer, ONE)

    assert "năm 2026: <strong>4</strong>" in page and "cộng <strong>4</strong>" in page
    assert date(2026, 3, 2).strftime("%d/%m/%Y") in page


def test_a_thing_copied_from_another_commune_names_it_by_its_address(village: OrgUnit, officer: Client) -> None:
    register = EntityList.objects.get()
    register.refers_to = {"hoc_tu": "cum"}
    register.save()
    other = "33333333-3333-4333-8333-333333333333"
    tell(OrgUnit.objects.get(pk=6), "dung", 2, uuid=other)

    typed = {"number": "1", "label": "Cụm 1", "p-hoc_tu": f"https://caunoi.example/registers/cum/{other}/"}
    wrong = officer.post(f"{ONE}edit/", {**typed, "p-hoc_tu": "không có", "from_day": "05/03/2026"})
    right = officer.post(f"{ONE}edit/", {**typed, "from_day": "05/03/2026"})

    assert (wrong.status_code, right.status_code) == (422, 302)
    page = text_of(officer, ONE)
    assert "Cụm 1 (" in page and "Xã Cốc San" in page and f'href="/registers/cum/{other}/"' not in page
    theirs = signed_in(user("tinh", [(Role.VIEWER, 1)]))
    assert f'href="{ONE}"' in text_of(theirs, f"/registers/cum/{other}/")
