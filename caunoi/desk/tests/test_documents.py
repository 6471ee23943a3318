from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook
from pytest_django import Settings

from caunoi.accounts.models import Role
from caunoi.desk.tests.builders import page, signed_in, user
from caunoi.documents.models import Document
from caunoi.documents.tests.builders import (
    BAN_QUA,
    BAN_VUOC,
    BAT_XAT,
    COC_SAN,
    PROVINCE,
    register,
    resolution,
    store_documents_world,
)
from caunoi.documents.uploads import prepare_file

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world(settings: Settings, tmp_path: Path) -> None:
    settings.CAUNOI_HOME = tmp_path
    store_documents_world()


def clerk(unit: int, role: Role = Role.EDITOR) -> Client:
    return signed_in(user(f"clerk-{unit}-{role}", [(role, unit)]))


def typed(**given: str) -> dict[str, str]:
    return {
        "reference": "05/KH-UBND", "kind": "ke_hoach", "issued_on": "02/03/2026", "title": "Kế hoạch năm 2026",
        **given,
    }  # fmt: skip


def test_a_plan_is_entered_with_its_file_found_again_and_downloaded_under_a_safe_name() -> None:
    office = clerk(COC_SAN)

    answer = office.post(
        "/documents/new/?direction=outgoing",
        {**typed(plans="2026"), "uploads": SimpleUploadedFile("ke-hoach.exe.txt", "Vận động hiến đất".encode())},
        follow=True,
    )

    assert "đã ghi văn bản 05/kh-ubnd" in answer.content.decode().lower()
    assert "đuôi kép" in answer.content.decode()
    made = Document.objects.get()
    assert "05/KH-UBND" in page(office, "/documents/?q=hien+dat")
    file = made.files.get()
    download = office.get(f"/documents/{made.pk}/files/{file.pk}/")
    assert download.getvalue().decode() == "Vận động hiến đất"
    assert download["Content-Disposition"] == 'attachment; filename="ke-hoach_exe.txt"'
    assert download["X-Content-Type-Options"] == "nosniff"


def test_an_incoming_document_names_its_body_and_the_day_it_came() -> None:
    office = clerk(COC_SAN)
    given = typed(issuing_body="Tỉnh Lào Cai", received_on="05/03/2026", reference="12-NQ/TU")

    office.post("/documents/new/?direction=incoming", given)

    made = Document.objects.get()
    assert (made.issuing_unit_id, made.day_to, made.direction) == (PROVINCE, date(2026, 3, 5), "incoming")


def test_what_is_unusual_is_asked_with_the_file_kept_and_entered_when_confirmed() -> None:
    office = clerk(COC_SAN)
    given = typed(plans="2025")

    asked = office.post("/documents/new/", {**given, "uploads": SimpleUploadedFile("a.txt", "Nội dung".encode())})

    shown = asked.content.decode()
    assert asked.status_code == 422
    assert "lập kế hoạch cho thời gian đã hết ngày 31/12/2025" in shown
    assert Document.objects.count() == 0
    waiting = shown.split('name="waiting" value="')[1].split('"')[0]
    office.post("/documents/new/", {**given, "waiting": waiting, "confirmed": "dated-after-its-plan"})
    assert Document.objects.get().files.get().name == "a.txt"


def test_a_program_named_like_a_document_is_refused_in_a_sentence_and_nothing_typed_is_lost() -> None:
    office = clerk(COC_SAN)

    answer = office.post(
        "/documents/new/", {**typed(), "uploads": SimpleUploadedFile("ke-hoach.pdf.exe", b"MZ\x90\x00")}
    )

    assert answer.status_code == 422
    assert "chạy được trên máy" in answer.content.decode()
    assert "Kế hoạch năm 2026" in answer.content.decode()
    assert Document.objects.count() == 0


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("plans", "sang năm", "Ghi năm, khoảng năm"),
        ("implements", "99/XX", "không có đúng một văn bản"),
        ("issued_on", "31/02/2026", "ngày có thật"),
        ("due-0", "01/09/2026", "Hãy ghi việc phải làm"),
        ("addressed_units", "Xã Không Có", "Không có"),
    ],
)
def test_each_mistake_is_told_at_its_field(field: str, value: str, says: str) -> None:
    answer = clerk(COC_SAN).post("/documents/new/", typed(**{field: value}))

    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_a_resolution_is_sent_to_all_communes_and_the_province_sees_who_answered() -> None:
    province, commune = clerk(PROVINCE), clerk(COC_SAN)
    given = {
        "what-0": "Ban hành kế hoạch thực hiện", "due-0": "30/04/2026", "wants-0": "on",
        "addressed_level": "commune",
    }  # fmt: skip
    province.post("/documents/new/", typed(reference="12-NQ/TU", issued_on="01/02/2026", kind="nghi_quyet", **given))
    asking = Document.objects.get()
    assert set(asking.addresses.values_list("org_unit_id", flat=True)) == {BAN_QUA, COC_SAN, BAN_VUOC}

    assert "Ban hành kế hoạch thực hiện" in page(commune, "/documents/deadlines/")
    commune.post("/documents/new/", typed(implements="12-NQ/TU"))

    assert "Ban hành kế hoạch thực hiện" not in page(commune, "/documents/deadlines/")
    tree = page(province, f"/documents/{asking.pk}/cascade/")
    assert "Xã Bát Xát" in tree  # what the two others became
    assert "Xã Bản Qua" not in tree
    assert "05/KH-UBND" in tree
    before = page(province, f"/documents/{asking.pk}/cascade/?day=01/06/2026")
    assert "Xã Bản Qua" in before


def test_a_commune_sees_of_the_cascade_only_itself() -> None:
    asking = resolution(COC_SAN, BAN_QUA)

    tree = page(clerk(COC_SAN), f"/documents/{asking.pk}/cascade/")

    assert "Xã Cốc San" in tree
    assert "Xã Bát Xát" not in tree
    assert "Không kể 1 đơn vị" in tree


def test_something_asked_is_marked_as_done_by_the_unit_it_is_asked_of() -> None:
    asking = resolution(COC_SAN)
    deadline = asking.deadlines.get()
    address = f"/documents/deadlines/{deadline.pk}/{COC_SAN}/done/"
    given = {"done_on": "02/04/2026", "note": "Đã họp", "back": "deadlines"}

    assert clerk(BAT_XAT).post(address, given).status_code == 404
    assert clerk(COC_SAN, Role.VIEWER).post(address, given).status_code == 403
    assert clerk(COC_SAN).post(address, given).status_code == 302
    assert deadline.duties.get().done_on == date(2026, 4, 2)


def test_pages_of_documents_of_other_units_are_not_there() -> None:
    made = register(PROVINCE, files=[prepare_file("a.txt", b"x")])
    file = made.files.get()
    stranger = clerk(COC_SAN)

    for address in ("", "edit/", "cascade/", f"files/{file.pk}/"):
        page(stranger, f"/documents/{made.pk}/{address}", 404)
    assert stranger.post(f"/documents/{made.pk}/withdraw/", {"number": "1", "because": "x"}).status_code == 404
    assert made.reference not in page(stranger, "/documents/")
    assert made.reference not in page(stranger, "/documents/?q=ke+hoach&state=all")


def test_who_only_reads_neither_enters_nor_corrects() -> None:
    made = register(COC_SAN)
    reader = clerk(COC_SAN, Role.VIEWER)

    assert "Ghi văn bản đến" not in page(reader, "/documents/")
    page(reader, "/documents/new/", 403)
    page(reader, f"/documents/{made.pk}/edit/", 403)


def test_a_correction_is_told_with_what_stood_before_and_why() -> None:
    made = register(COC_SAN)
    office = clerk(COC_SAN)
    assert "Kế hoạch tuyên truyền" in page(office, f"/documents/{made.pk}/edit/")

    office.post(f"/documents/{made.pk}/edit/", {**typed(title="Kế hoạch mới"), "number": "1", "because": "gõ nhầm"})

    shown = page(office, f"/documents/{made.pk}/")
    assert "<del>Kế hoạch tuyên truyền, vận động năm 2026</del>" in shown
    assert "gõ nhầm" in shown


def test_the_units_a_document_went_to_stand_by_their_names_when_it_is_corrected() -> None:
    made = resolution(COC_SAN)
    office = clerk(PROVINCE)
    assert "Xã Cốc San (02710)" in page(office, f"/documents/{made.pk}/edit/")

    given = typed(reference=made.reference, addressed_units="Xã Cốc San (02710)", number="1", because="gõ nhầm")
    office.post(f"/documents/{made.pk}/edit/", given)

    assert list(made.addresses.values_list("org_unit_id", flat=True)) == [COC_SAN]


def test_a_withdrawn_document_leaves_the_list_and_can_still_be_read() -> None:
    made = register(COC_SAN)
    office = clerk(COC_SAN)

    office.post(f"/documents/{made.pk}/withdraw/", {"number": "1", "because": "ban hành nhầm"})

    assert "05/KH-UBND" not in page(office, "/documents/")
    assert "05/KH-UBND" in page(office, "/documents/?state=withdrawn")
    assert "ban hành nhầm" in page(office, f"/documents/{made.pk}/")


def test_the_list_is_filtered_sorted_and_exported_as_it_stands() -> None:
    register(COC_SAN, reference="9/KH", title="Chín")
    register(COC_SAN, reference="10/NQ", title="Mười", kind="nghi_quyet")
    register(COC_SAN, reference="11/KH", title="=cmd()", issued_on=date(2025, 1, 5))
    office = clerk(COC_SAN)

    listed = page(office, "/documents/?kind=ke_hoach&sort=-reference")
    assert listed.index("11/KH") < listed.index("9/KH")
    assert "10/NQ" not in listed
    assert "11/KH" not in page(office, "/documents/?year=2026")
    csv = office.get("/documents/export.csv?year=2025").getvalue().decode()
    assert "'=cmd()" in csv
    assert "9/KH" not in csv
    book = load_workbook(io.BytesIO(office.get("/documents/export.xlsx?sort=reference").getvalue()))
    assert [row[0].value for row in list(book.active.rows)[1:]] == ["9/KH", "10/NQ", "11/KH"]


def test_the_list_asks_the_database_as_often_for_many_documents_as_for_few(
    django_assert_max_num_queries: Callable[..., AbstractContextManager[Any]],
) -> None:
    for number in range(30):
        register(COC_SAN, reference=f"{number}/KH")
    office = clerk(COC_SAN)
    page(office, "/documents/")

    with django_assert_max_num_queries(25):
        page(office, "/documents/")
