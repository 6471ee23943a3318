"""The list of dossiers, and the files that come with one."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from caunoi.accounts.models import Role, User
from caunoi.audit.models import AuditLine
from caunoi.awards.actions import drop_dossier
from caunoi.awards.models import Dossier, DossierFile
from caunoi.awards.tests.builders import AT, add, decide, dossier, store_awards, village
from caunoi.desk.tests.builders import commune_officer, signed_in, store_world, user
from caunoi.documents.uploads import LARGEST_FILE

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n%%EOF\n"
LIST = "/awards/dossiers/"


@pytest.fixture
def officer() -> User:
    store_world()
    store_awards()
    return commune_officer()


def titles(client: Client, question: str = "") -> list[str]:
    return [line.dossier.title for line in client.get(f"{LIST}{question}").context["lines"]]


def read(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


# -- the list ---------------------------------------------------------------------------------------------------------


def test_what_is_still_to_be_decided_stands_first_and_what_was_dropped_only_when_asked_for(officer: User) -> None:
    decided = dossier(2, officer, "Hiến đất mở đường")
    add(decided, officer, village(3))
    decide(decided, officer)
    dossier(2, officer, "Giữ rừng đầu nguồn")
    dropped = dossier(2, officer, "Lập nhầm")
    drop_dossier(dossier_id=dropped.pk, because="Trùng hồ sơ", by=officer, at=AT)
    client = signed_in(officer)

    assert titles(client) == ["Giữ rừng đầu nguồn", "Hiến đất mở đường"]
    assert titles(client, "?state=draft") == ["Giữ rừng đầu nguồn"]
    assert titles(client, "?state=decided") == ["Hiến đất mở đường"]
    assert titles(client, "?state=dropped") == ["Lập nhầm"]
    assert titles(client, "?sort=-title") == ["Hiến đất mở đường", "Giữ rừng đầu nguồn"]


def test_a_dossier_is_found_without_accents_by_its_decision_kind_unit_and_year(officer: User) -> None:
    decided = dossier(2, officer, "Hiến đất mở đường")
    add(decided, officer, village(3))
    decide(decided, officer)
    client = signed_in(officer)

    for question in ("?q=hien+dat", "?q=125/qd", "?kind=giay_khen", "?unit=u2", "?year=2026"):
        assert titles(client, question) == ["Hiến đất mở đường"], question
    for question in ("?q=giu+rung", "?kind=bang_khen", "?unit=u5", "?year=2025"):
        assert titles(client, question) == [], question
    assert "Thử bỏ bớt điều kiện lọc." in client.get(f"{LIST}?year=2025").content.decode()


def test_the_list_goes_into_a_file_as_it_is_filtered(officer: User) -> None:
    dossier(2, officer, "Giữ rừng đầu nguồn")
    dossier(2, officer, "Hiến đất mở đường")
    client = signed_in(officer)

    sheet = read(client.get(f"{LIST}export.csv?q=giu+rung")).decode()

    assert "Giữ rừng đầu nguồn,Giấy khen,Theo chuyên đề" in sheet and "Đang đề nghị" in sheet
    assert "Hiến đất" not in sheet
    assert read(client.get(f"{LIST}export.xlsx"))[:2] == b"PK"
    assert client.get(f"{LIST}export.pdf").status_code == 404


def test_who_opens_no_dossiers_reads_the_list_without_the_button_and_is_refused_the_page(officer: User) -> None:
    dossier(2, officer, "Giữ rừng đầu nguồn")
    viewer = signed_in(user("xem", [(Role.VIEWER, 2)]))

    assert 'id="new-dossier"' in signed_in(officer).get(LIST).content.decode()
    assert titles(viewer) == ["Giữ rừng đầu nguồn"]
    assert 'id="new-dossier"' not in viewer.get(LIST).content.decode()
    assert viewer.get(f"{LIST}new/").status_code == 403
    assert titles(signed_in(commune_officer(5, "xa5"))) == []


# -- files ------------------------------------------------------------------------------------------------------------


def upload(client: Client, found: Dossier, name: str = "to-trinh.pdf", content: bytes = PDF) -> Any:
    return client.post(f"{LIST}{found.pk}/file/", {"file": SimpleUploadedFile(name, content)})


def test_a_file_is_kept_given_out_as_a_download_and_taken_off_again(officer: User) -> None:
    made, client = dossier(2, officer), signed_in(officer)

    upload(client, made)
    file = DossierFile.objects.get()
    assert "to-trinh.pdf" in client.get(f"{LIST}{made.pk}/").content.decode()
    given = client.get(f"{LIST}{made.pk}/files/{file.pk}")
    assert read(given) == PDF
    assert given["Content-Disposition"] == 'attachment; filename="to-trinh.pdf"'
    assert given["X-Content-Type-Options"] == "nosniff" and "sandbox" in given["Content-Security-Policy"]
    client.post(f"{LIST}{made.pk}/remove-file/", {"file": file.pk})

    assert not made.files.exists()
    assert client.get(f"{LIST}{made.pk}/files/{file.pk}").status_code == 404
    told = AuditLine.objects.filter(subject=made.subject).order_by("pk").values_list("action", flat=True)
    assert list(told) == ["award.open", "award.attach", "award.read", "award.detach"]


def test_a_file_that_may_name_people_is_read_by_who_keeps_the_dossier_only(officer: User) -> None:
    made, other = dossier(2, officer), dossier(2, officer)
    upload(signed_in(officer), made)
    file = DossierFile.objects.get()
    address = f"{LIST}{made.pk}/files/{file.pk}"

    assert read(signed_in(commune_officer(2, "dong-nghiep")).get(address)) == PDF
    viewer = signed_in(user("xem", [(Role.VIEWER, 2)]))
    assert "to-trinh.pdf" in viewer.get(f"{LIST}{made.pk}/").content.decode()
    assert address not in viewer.get(f"{LIST}{made.pk}/").content.decode()
    assert viewer.get(address).status_code == 404
    assert signed_in(commune_officer(5, "xa5")).get(address).status_code == 404
    assert signed_in(officer).get(f"{LIST}{other.pk}/files/{file.pk}").status_code == 404
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize(
    "name, content, why",
    [
        ("danh-sach.pdf.exe", PDF, "chạy được trên máy"),
        ("danh-sach.pdf", b"MZ\x90\x00 chay duoc", "không phải là loại văn bản"),
        ("danh-sach.pdf", b"", "trống"),
        ("lon.pdf", PDF + b" " * LARGEST_FILE, "lớn quá 40 MB"),
    ],
)
def test_a_file_that_must_not_be_kept_is_refused_with_the_reason(
    officer: User, name: str, content: bytes, why: str
) -> None:
    made = dossier(2, officer)

    refused = upload(signed_in(officer), made, name, content)

    assert refused.status_code == 422 and why in refused.content.decode()
    assert not made.files.exists()


def test_a_program_s_ending_before_the_last_one_is_made_harmless(officer: User) -> None:
    made = dossier(2, officer)

    upload(signed_in(officer), made, "../danh-sach.exe.pdf")

    assert made.files.get().name == "danh-sach_exe.pdf"


def test_files_change_while_a_dossier_is_proposed_and_by_its_keepers_only(officer: User) -> None:
    made, client = dossier(2, officer), signed_in(officer)
    add(made, officer, village(3))
    upload(client, made)
    file = made.files.get()
    viewer = signed_in(user("xem", [(Role.VIEWER, 2)]))

    assert upload(viewer, made).status_code == 403
    assert viewer.post(f"{LIST}{made.pk}/remove-file/", {"file": file.pk}).status_code == 403
    decide(made, officer)
    assert upload(client, made).status_code == 400
    assert client.post(f"{LIST}{made.pk}/remove-file/", {"file": file.pk}).status_code == 400

    assert made.files.get() == file
    assert "add-file" not in client.get(f"{LIST}{made.pk}/").content.decode()
