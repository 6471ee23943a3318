from __future__ import annotations

import csv
import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from caunoi.accounts.models import Role
from caunoi.desk.tests.builders import (
    commune_officer,
    publish_event,
    publish_monthly,
    signed_in,
    store_world,
    user,
    village_head,
)
from caunoi.desk.views.spreadsheet import MAX_MEGABYTES
from caunoi.records.models import Submission

pytestmark = pytest.mark.django_db

GOOD = "don_vi,ky,so_cuoc_hop,so_luot\nThôn 1,2026-08,3,45\nThôn 2,2026-08,2,30\n"


@pytest.fixture(autouse=True)
def _world() -> None:
    store_world()


def upload(client: Client, text: str, form: str = "bao_cao_thang", name: str = "thang8.csv") -> Any:
    return client.post("/import/", {"form": form, "file": SimpleUploadedFile(name, text.encode(), "text/csv")})


def test_a_filled_file_becomes_one_record_a_row() -> None:
    publish_monthly()

    page = upload(signed_in(commune_officer()), GOOD).content.decode()

    assert "Bản mới: 2" in page
    assert Submission.objects.count() == 2


def test_the_same_file_again_changes_nothing() -> None:
    publish_monthly()
    client = signed_in(commune_officer())
    upload(client, GOOD)

    page = upload(client, GOOD).content.decode()

    assert "không đổi: 2" in page
    assert Submission.objects.count() == 2


def test_every_mistake_is_listed_with_its_place_and_nothing_is_stored() -> None:
    publish_monthly()
    bad = "don_vi,ky,so_cuoc_hop,so_luot\nThôn 1,2026-08,ba,45\nThôn 2,2026-08,2,-5\nThôn 9,2026-08,1,1\n"

    answer = upload(signed_in(commune_officer()), bad)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count('data-label="Dòng"') >= 3
    assert "so_cuoc_hop" in page and "ba" in page and "Thôn 9" in page
    assert not Submission.objects.exists()


def test_the_mistakes_can_be_taken_away_as_a_file() -> None:
    publish_monthly()
    client = signed_in(commune_officer())
    upload(client, "don_vi,ky,so_cuoc_hop,so_luot\nThôn 1,2026-08,=1+1,45\n")

    rows = list(csv.reader(io.StringIO(client.get("/import/mistakes.csv").content.decode("utf-8-sig"))))

    assert rows[0][2] == "Dòng"
    assert rows[1][2] == "2"
    assert all(not cell.startswith("=") for row in rows for cell in row)


def test_without_mistakes_there_is_no_file_of_them() -> None:
    assert signed_in(village_head()).get("/import/mistakes.csv").status_code == 302


def test_another_communes_village_cannot_be_imported() -> None:
    publish_monthly()

    answer = upload(signed_in(commune_officer()), "don_vi,ky,so_cuoc_hop,so_luot\nThôn 3,2026-08,3,45\n")

    assert answer.status_code == 422
    assert not Submission.objects.exists()


def test_a_form_that_is_not_for_this_readers_units_is_neither_offered_nor_given() -> None:
    publish_monthly()
    client = signed_in(user("tinh", [(Role.RECORDER, 1)]))
    viewer = signed_in(user("xem", [(Role.VIEWER, 2)]))

    assert 'value="bao_cao_thang"' in client.get("/import/").content.decode()
    assert 'value="bao_cao_thang"' not in viewer.get("/import/").content.decode()
    assert viewer.get("/import/template.xlsx?form=bao_cao_thang").status_code == 404
    assert upload(viewer, GOOD).status_code == 422
    assert not Submission.objects.exists()


def test_the_template_names_the_readers_own_units() -> None:
    publish_monthly()

    answer = signed_in(commune_officer()).get("/import/template.xlsx?form=bao_cao_thang")

    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    cells = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
    assert {"Thôn 1", "Thôn 2"} <= cells
    assert "Thôn 3" not in cells
    assert answer["Content-Disposition"] == 'attachment; filename="bao_cao_thang.xlsx"'


def test_sending_without_a_file_says_what_to_do() -> None:
    publish_monthly()

    answer = signed_in(commune_officer()).post("/import/", {"form": "bao_cao_thang"})

    assert answer.status_code == 422
    assert "Hãy chọn tệp" in answer.content.decode()


def test_a_file_that_is_too_large_is_refused_in_words() -> None:
    publish_monthly()

    answer = upload(signed_in(commune_officer()), " " * (MAX_MEGABYTES * 1024 * 1024 + 1))

    assert answer.status_code == 422
    assert "lớn hơn" in answer.content.decode()


def test_an_unknown_form_is_refused_in_words() -> None:
    publish_event()

    assert upload(signed_in(commune_officer()), GOOD, form="khong_co").status_code == 422


def test_the_chosen_form_stays_chosen_after_mistakes() -> None:
    publish_monthly()
    publish_event()

    page = upload(signed_in(commune_officer()), "a,b\n1,2\n").content.decode()

    assert page.count('value="bao_cao_thang" selected') == 2
