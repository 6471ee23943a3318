"""Photos inside repeats stay beside the rows they belong to when a spreadsheet corrects the record."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from caunoi.forms.actions import publish_form, set_assignments
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.forms.rules.questions import Question
from caunoi.places.models import OrgUnit
from caunoi.records.incoming import Incoming, IncomingFile
from caunoi.records.models import Attachment, Source, SubmissionVersion
from caunoi.records.spreadsheet import ImportResult
from caunoi.records.spreadsheet.book import import_book
from caunoi.records.spreadsheet.carrying import match_rows
from caunoi.records.tests.builders import AT, BY, EVENTS, send, stored, unit
from caunoi.records.tests.test_import_repeats import PLANTING, load, workbook
from caunoi.records.tests.test_period_book import Places, download, edit, outcomes, places, sender, sheet_of
from caunoi.records.tests.test_period_book_repeats import put

__all__ = ["places"]

WITH_PHOTOS = (
    PLANTING.replace("|  | integer | so_cay", "|  | image | anh_cay | Ảnh cây | | |\n|  | integer | so_cay")
    .replace("|  | text | co_quan | Cơ quan | yes |", "|  | text | co_quan | Cơ quan | |")
    .replace("| khach | Khách | | |\n", "| khach | Khách | | |\n|  | image | anh | Ảnh | | |\n")
)  # fmt: skip
GUESTS: list[dict[str, Any]] = [
    {"co_quan": "Kiểm lâm", "anh": "a.jpg"}, {"co_quan": "Đoàn xã", "anh": "b.jpg"}, {"anh": "c.jpg"},
]  # fmt: skip
TREES: list[dict[str, Any]] = [{"loai": "que", "so_cay": "5", "anh_cay": "d.jpg"}, {"loai": "hoi", "so_cay": "1"}]
ANSWERS: dict[str, Any] = {"khach": GUESTS, "to": [{"ten_to": "Tổ 1", "cay": TREES}]}
NAMES = ("a.jpg", "b.jpg", "c.jpg", "d.jpg")


def publish_planting(text: str, assignment: AssignmentRow) -> None:
    made = publish_form(content=text.encode(), file_type="md", file_name="cay.md", pack="thu", by=BY, at=AT)
    set_assignments(made.form.code, [assignment], by=BY, at=AT)


def send_planting(village: OrgUnit, answers: Mapping[str, Any], period_key: str = "") -> SubmissionVersion:
    files = [IncomingFile(name, name.encode(), "image/jpeg") for name in NAMES]
    sending = Incoming(
        "trong_cay", village.pk, AT, period_key, answers=answers, source=Source.BROWSER, attachments=files
    )
    return SubmissionVersion.objects.get(submission=stored(send(sending)))


def newest(version: SubmissionVersion) -> tuple[dict[str, Any], list[str]]:
    """Its answers, and the files that are really there."""
    now = SubmissionVersion.objects.filter(submission_id=version.submission_id).order_by("number").last()
    assert now is not None
    here = Attachment.objects.filter(version=now).exclude(file=None).order_by("name")
    return now.answers, list(here.values_list("name", flat=True))


@pytest.mark.django_db
def test_rows_that_stay_keep_their_photos_and_deleted_ones_take_theirs_along() -> None:
    publish_planting(WITH_PHOTOS, EVENTS)
    village = unit("Thôn 1", "village", unit("Xã Bản Qua", "commune"), code="V1")
    made = send_planting(village, {"ngay": "2023-06-01", **ANSWERS})
    main: list[list[Any]] = [["@dong", "@ban_ghi", "don_vi", "ngay"], [1, made.submission_id, "V1", "01/06/2023"]]
    book: dict[str, list[list[Any]]] = {
        "Dữ liệu": main, "to": [["@muc:to", "@dong", "ten_to"], [1, 1, "Tổ 1"]],
        "cay": [["@muc:to", "loai", "so_cay"], [1, "Hồi", 1], [1, "Quế", 5]],
        "khach": [["@dong", "co_quan"], [1, "Kiểm lâm"], [1, "Đoàn xã"]],
    }  # fmt: skip

    assert load(workbook({**book, "cay": [book["cay"][0], *book["cay"][:0:-1]]})) == ImportResult(0, 0, 1)
    assert load(workbook({**book, "khach": [["@dong", "co_quan"], [1, "Đoàn xã"]]})) == ImportResult(0, 1, 0)

    answers, files = newest(made)
    assert answers["khach"] == [GUESTS[1], GUESTS[2]]
    assert answers["to"][0]["cay"] == [TREES[1], TREES[0]]
    assert files == ["b.jpg", "c.jpg", "d.jpg"]
    assert Attachment.objects.filter(version=made).count() == 4


@pytest.mark.django_db
def test_a_row_corrected_in_the_period_s_workbook_keeps_its_photo(places: Places) -> None:
    monthly = WITH_PHOTOS.replace("| ngay |", "| ky_bao_cao |").replace("| Ngày |", "| Tháng |")
    publish_planting(monthly, AssignmentRow("village", "month", approval_level="commune"))
    made = send_planting(places.village, ANSWERS, "2023-05")
    fresh = download(places.commune, "trong_cay")
    assert outcomes(import_book(fresh, "so.xlsx", sender())) == {"Thôn 1": "unchanged"}

    def correct(book: Workbook) -> None:
        put(sheet_of(book, "trong_cay", "cay"), 6, so_cay=7)
        put(sheet_of(book, "trong_cay", "khach"), 7, co_quan="Đoàn thanh niên xã")

    import_book(edit(fresh, correct), "so.xlsx", sender())

    answers, files = newest(made)
    assert answers["to"][0]["cay"][0] == {**TREES[0], "so_cay": "7"}
    assert answers["khach"] == [GUESTS[0], {"co_quan": "Đoàn thanh niên xã", "anh": "b.jpg"}, GUESTS[2]]
    assert files == list(NAMES)


NAME, COUNT = Question("ten", "text", "/x/ten"), Question("so", "integer", "/x/so")


def row(name: str, count: str = "1") -> dict[str, str]:
    return {"ten": name, "so": count}


@pytest.mark.parametrize(
    ("stored_rows", "given_rows", "partners"),
    [
        ("a1 b2 c3", "c3 a1 b2", [2, 0, 1]),
        ("a1 b2 c3", "a1 b9 c3", [0, 1, 2]),
        ("a1 b2", "x7 y8", [0, 1]),
        ("a1 b2 c3", "a1 c9", [0, 2]),
        ("a1 b2", "a1 b2 x7", [0, 1, None]),
        ("a1 b2", "x7", [None]),
        ("a1 a1", "a1 a1", [0, 1]),
        ("a1 b2 c3", "b8 a9 c3", [1, 0, 2]),
    ],
)  # fmt: skip
def test_whose_photo_it_is(stored_rows: str, given_rows: str, partners: list[int | None]) -> None:
    before, after = ([row(one[0], one[1:]) for one in rows.split()] for rows in (stored_rows, given_rows))

    assert match_rows(before, after, [NAME, COUNT]) == partners


ROWS = st.lists(st.builds(row, st.sampled_from("abc"), st.sampled_from("123")), max_size=6)


@given(ROWS, st.randoms())
def test_sorting_rows_moves_no_photo_to_a_row_that_says_something_else(
    rows: list[dict[str, str]], chance: random.Random
) -> None:
    sorted_otherwise = chance.sample(rows, len(rows))

    partners = match_rows(rows, sorted_otherwise, [NAME, COUNT])

    assert sorted(partner for partner in partners if partner is not None) == list(range(len(rows)))
    assert [rows[partner or 0] for partner in partners] == sorted_otherwise


@given(ROWS, ROWS)
def test_no_photo_is_given_to_two_rows(before: list[dict[str, str]], after: list[dict[str, str]]) -> None:
    found = [partner for partner in match_rows(before, after, [NAME, COUNT]) if partner is not None]

    assert len(found) == len(set(found))
