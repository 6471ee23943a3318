"""Registers as officers and village heads see them."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from django.test import Client

from caunoi.accounts.models import Role
from caunoi.desk.tests.builders import commune_officer, signed_in, store_world, user, village_head
from caunoi.desk.tests.builders import page as text_of
from caunoi.places.models import OrgUnit
from caunoi.records.entities.tests import builders as given
from caunoi.records.entities.tests.builders import GROUP, OTHER, create, group, update
from caunoi.records.models import EntityProblem

pytestmark = pytest.mark.django_db
ONE = f"/registers/doi/{GROUP}/"


@pytest.fixture
def village() -> OrgUnit:
    store_world()
    given.register()
    given.publish()
    return OrgUnit.objects.get(pk=3)


@pytest.fixture
def officer(village: OrgUnit) -> Client:
    return signed_in(commune_officer())


def test_the_menu_leads_to_the_registers_with_what_each_holds(village: OrgUnit, officer: Client) -> None:
    create(village)

    page = text_of(officer, "/registers/")

    assert 'href="/registers/doi/"' in page and "Đội văn nghệ" in page
    assert 'href="/registers/"' in text_of(officer, "/")


def test_a_list_is_searched_without_accents_and_filtered(village: OrgUnit, officer: Client) -> None:
    create(village, "Đội văn nghệ Bản Vền")
    create(OrgUnit.objects.get(pk=4), "Đội kèn Pí lè", OTHER, trang_thai="ngung")

    assert "Bản Vền" in text_of(officer, "/registers/doi/", q="ban ven DOI")
    assert "Bản Vền" not in text_of(officer, "/registers/doi/", q="ban qua")
    assert "Pí lè" not in text_of(officer, "/registers/doi/")
    assert "Pí lè" in text_of(officer, "/registers/doi/", state="ended")
    assert "Pí lè" in text_of(officer, "/registers/doi/", state="all", unit="u4")
    assert "Bản Vền" not in text_of(officer, "/registers/doi/", state="all", unit="u4")


def test_a_number_in_a_search_is_that_number_and_no_part_of_another(village: OrgUnit, officer: Client) -> None:
    create(village, "Đội văn nghệ số 1")
    create(village, "Đội văn nghệ số 12", OTHER)

    for day in ("", "31/12/2999"):
        page = text_of(officer, "/registers/doi/", q="doi van nghe so 1", day=day)
        assert "số 1<" in page and "số 12" not in page


def test_a_list_shows_an_earlier_day(village: OrgUnit, officer: Client) -> None:
    create(village, "Tên cũ")
    update(village, 1, label="Tên mới", ten="Tên mới", day=date(2026, 3, 10))

    past = text_of(officer, "/registers/doi/", day="05/03/2026")

    assert "Tên cũ" in past and "Tên mới" not in past and "05/03/2026" in past
    assert "Tên mới" in text_of(officer, "/registers/doi/", day="31/12/2999")


def test_lists_are_exported_with_labels_and_without_formulas(village: OrgUnit, officer: Client) -> None:
    create(village, "=1+1", so_nguoi="1200")

    csv = b"".join(officer.get("/registers/doi/export.csv").streaming_content).decode()  # type: ignore[attr-defined]  # streamed
    book = b"".join(officer.get("/registers/doi/export.xlsx").streaming_content)  # type: ignore[attr-defined]  # streamed

    heading, row = csv.splitlines()
    assert heading.removeprefix("\ufeff").startswith("Mã,Tên,Đơn vị,Tên đội,Số người,Trạng thái,")
    assert "'=1+1" in row and "1.200,Đang hoạt động" in row
    sheet = openpyxl.load_workbook(io.BytesIO(book)).active
    assert sheet is not None and [cell.value for cell in sheet[2]][1] == "=1+1"
    assert sheet["B2"].data_type == "s"


def test_a_thing_tells_its_history_with_the_record_behind_each_change(village: OrgUnit, officer: Client) -> None:
    received = create(village)
    update(village, 1, so_nguoi="12")

    page = text_of(officer, ONE)

    assert f"/submissions/{received.submission_id}/versions/1/" in page
    assert "Giàng A Páo" in page and "Ghi đội văn nghệ" in page and "12" in page


def test_a_conflict_is_shown_side_by_side_and_decided(village: OrgUnit, officer: Client) -> None:
    create(village)
    update(village, 1, so_nguoi="9")
    update(village, 1, so_nguoi="12")
    page = text_of(officer, ONE)
    assert 'name="c-so_nguoi"' in page and page.count('type="radio"') == 3

    late = officer.post(f"{ONE}decide/", {"what": "resolve", "number": "2", "c-so_nguoi": "9"})
    done = officer.post(f"{ONE}decide/", {"what": "resolve", "number": "3", "c-so_nguoi": "9"})

    assert (late.status_code, done.status_code) == (409, 302)
    assert (group().conflict, group().properties["so_nguoi"]) == ("", "9")


def test_two_things_are_compared_merged_and_parted(village: OrgUnit, officer: Client) -> None:
    create(village, "Đội A", so_nguoi="")
    create(village, "Đội A (ghi lại)", OTHER)
    ids = [str(group().pk), str(group(OTHER).pk)]
    assert "lấy thêm từ mục kia:" in text_of(officer, f"/registers/doi/merge/?id={ids[0]}&id={ids[1]}")

    numbers = {f"number-{one}": "1" for one in ids}
    merged = officer.post("/registers/doi/merge/", {"id": ids, "keep": ids[0], **numbers})

    assert merged.status_code == 302 and group(OTHER).merged_into == group()
    assert f"/registers/doi/{OTHER}/" in text_of(officer, ONE)
    officer.post(f"/registers/doi/{OTHER}/decide/", {"what": "unmerge"})
    assert group(OTHER).merged_into is None
    assert officer.get(f"/registers/doi/merge/?id={ids[0]}").status_code == 400


def test_an_officer_enters_edits_removes_and_restores(village: OrgUnit, officer: Client) -> None:
    typed = {"unit": "u3", "label": "Đội mới", "p-ten": "Đội mới", "p-so_nguoi": "x", "from_day": "01/03/2026"}

    wrong = officer.post("/registers/doi/new/", typed)
    assert wrong.status_code == 422 and "Phải là số nguyên" in wrong.content.decode()
    made = officer.post("/registers/doi/new/", {**typed, "p-so_nguoi": "7", "p-trang_thai": "hoat_dong"})
    assert made.status_code == 302
    address = made.headers["Location"]
    edited = officer.post(f"{address}edit/", {**typed, "p-so_nguoi": "8", "number": "1"})
    assert edited.status_code == 302
    again = officer.post(f"{address}edit/", {**typed, "p-so_nguoi": "9", "number": "1"})
    assert again.status_code == 422 and "vừa được sửa" in again.content.decode()

    officer.post(f"{address}decide/", {"what": "remove", "number": "2", "reason": "ghi nhầm"})
    assert address not in text_of(officer, "/registers/doi/")
    officer.post(f"{address}decide/", {"what": "restore", "number": "3"})
    assert "Đội mới" in text_of(officer, "/registers/doi/")


def test_an_officer_moves_what_was_written_down_for_the_wrong_village(village: OrgUnit, officer: Client) -> None:
    create(village)
    page = text_of(officer, f"{ONE}move/")
    assert "Đang ghi cho" in page and 'value="u4"' in page
    assert 'value="u3"' not in page and 'value="u2"' not in page

    without_reason = officer.post(f"{ONE}move/", {"unit": "u4", "reason": " ", "number": "1"})
    assert without_reason.status_code == 422
    done = officer.post(f"{ONE}move/", {"unit": "u4", "reason": "ghi nhầm", "number": "1"})

    assert done.status_code == 302
    assert group().org_unit.key == "u4"
    assert "chuyển đơn vị" in text_of(officer, ONE)
    assert signed_in(village_head()).get(f"{ONE}move/").status_code in (403, 404)


def test_a_village_head_sees_the_own_register_and_edits_nothing_by_hand(village: OrgUnit) -> None:
    create(village)
    head = signed_in(village_head())

    assert "Đội văn nghệ Thôn 1" in text_of(head, "/registers/doi/")
    assert "/edit/" not in text_of(head, ONE)
    assert head.get(f"{ONE}edit/").status_code == 403
    assert head.post(f"{ONE}decide/", {"what": "remove", "number": "1"}).status_code == 403


def test_a_stranger_finds_nothing(village: OrgUnit) -> None:
    create(village)
    stranger = signed_in(user("khac", [(Role.APPROVER, 5)]))

    assert stranger.get(ONE).status_code == 404
    assert "Đội văn nghệ Thôn 1" not in text_of(stranger, "/registers/doi/")
    assert stranger.get(f"/registers/doi/merge/?id={group().pk}&id=999").status_code == 404


def test_what_could_not_be_carried_out_is_listed_and_settled(village: OrgUnit, officer: Client) -> None:
    create(village, label="")
    update(village, 2, trunk=1, branch=given.BRANCH, so_nguoi="9")
    page = text_of(officer, "/registers/problems/")
    assert "Mục mới chưa có tên" in page and 'id="backlog"' in page

    problem = EntityProblem.objects.get()
    officer.post(f"/registers/problems/{problem.pk}/", {"what": "settle"})

    problem.refresh_from_db()
    assert problem.settled_by == "Nguyễn Thị Hoa"
    assert "Mục mới chưa có tên" not in text_of(officer, "/registers/problems/")
