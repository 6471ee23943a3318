"""A repeat within a repeat in the period's workbook: a sheet each, and rows that name the row around them."""

from __future__ import annotations

from typing import Any

import pytest
from openpyxl import Workbook

from caunoi.forms.actions import publish_form, set_assignments
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.records.models import SubmissionVersion
from caunoi.records.spreadsheet.book import import_book
from caunoi.records.tests.builders import AT, BY, EVENTS
from caunoi.records.tests.test_import_repeats import PLANTING
from caunoi.records.tests.test_period_book import (
    Places,
    columns_of,
    download,
    edit,
    mistakes,
    outcomes,
    places,
    row_of,
    sender,
    sheet_of,
)

__all__ = ["places"]
pytestmark = pytest.mark.django_db
MONTHLY = PLANTING.replace("| ngay |", "| ky_bao_cao |").replace("| Ngày |", "| Tháng |")


def publish_planting(text: str, assignment: AssignmentRow) -> None:
    made = publish_form(content=text.encode(), file_type="md", file_name="cay.md", pack="thu", by=BY, at=AT)
    set_assignments(made.form.code, [assignment], by=BY, at=AT)


def put(page: Any, row: int, **values: Any) -> None:
    columns = columns_of(page)
    for name, value in values.items():
        page.cell(row, columns[name.replace("__", ":").replace("at_", "@")]).value = value


def fill_trees(book: Workbook, who: dict[str, Any]) -> None:
    teams, trees = sheet_of(book, "trong_cay", "to"), sheet_of(book, "trong_cay", "cay")
    put(teams, 6, **who, ten_to="Tổ 1")
    put(teams, 7, **who, ten_to="Tổ 2")
    put(trees, 6, at_muc__to=2, loai="Quế", so_cay=5)
    put(trees, 7, at_muc__to=2, loai="Hồi", so_cay=1)


TEAMS = [
    {"ten_to": "Tổ 1"},
    {"ten_to": "Tổ 2", "cay": [{"loai": "que", "so_cay": "5"}, {"loai": "hoi", "so_cay": "1"}]},
]


def test_a_month_s_report_is_filled_in_comes_back_whole_and_is_corrected(places: Places) -> None:
    publish_planting(MONTHLY, AssignmentRow("village", "month", approval_level="commune"))

    def change(book: Workbook) -> None:
        main = sheet_of(book, "trong_cay")
        put(main, row_of(main, "V1"), ghi_chu="sáng")
        fill_trees(book, {"don_vi": "Thôn 1"})

    import_book(edit(download(places.commune, "trong_cay"), change), "so.xlsx", sender())

    answers = {"ky_bao_cao": "2023-05-01", "ghi_chu": "sáng", "to": TEAMS}
    assert SubmissionVersion.objects.get().answers == answers
    fresh = download(places.commune, "trong_cay")
    assert outcomes(import_book(fresh, "so.xlsx", sender())) == {"Thôn 1": "unchanged"}

    def correct(book: Workbook) -> None:
        put(sheet_of(book, "trong_cay", "cay"), 7, so_cay=3)

    done = import_book(edit(fresh, correct), "so.xlsx", sender())
    assert [field.label for field in done.rows[0].fields] == ["to"]
    assert SubmissionVersion.objects.get(number=2).answers["to"][1]["cay"][1]["so_cay"] == "3"


def test_an_event_s_repeats_hang_on_the_number_of_its_row(places: Places) -> None:
    publish_planting(PLANTING, EVENTS)

    def change(book: Workbook) -> None:
        put(sheet_of(book, "trong_cay"), 8, don_vi="Thôn 1", ngay="05/05/2023")
        fill_trees(book, {"at_dong": 3})

    content = edit(download(places.commune, "trong_cay"), change)
    import_book(content, "so.xlsx", sender())

    assert SubmissionVersion.objects.get().answers == {"ngay": "2023-05-05", "to": TEAMS}
    assert set(outcomes(import_book(content, "so.xlsx", sender())).values()) == {"unchanged"}


def test_mistakes_within_are_named_in_their_own_sheet(places: Places) -> None:
    publish_planting(MONTHLY, AssignmentRow("village", "month", approval_level="commune"))

    def change(book: Workbook) -> None:
        main, trees = sheet_of(book, "trong_cay"), sheet_of(book, "trong_cay", "cay")
        put(main, row_of(main, "V1"), ghi_chu="sáng")
        fill_trees(book, {"don_vi": "Thôn 1"})
        put(trees, 7, so_cay=0)
        put(trees, 8, at_muc__to=900, loai="Quế", so_cay=5)
        put(trees, 9, loai="Quế", so_cay=5)

    found = mistakes(edit(download(places.commune, "trong_cay"), change))

    assert sorted((one.sheet, one.row) for one in found) == [("Trồng cây - cay", row) for row in (7, 8, 9)]


def test_a_deleted_sheet_of_a_repeat_is_named_instead_of_emptying_it(places: Places) -> None:
    publish_planting(MONTHLY, AssignmentRow("village", "month", approval_level="commune"))

    def change(book: Workbook) -> None:
        book.remove(sheet_of(book, "trong_cay", "cay"))
        main = sheet_of(book, "trong_cay")
        put(main, row_of(main, "V1"), ghi_chu="sáng")

    assert "cay" in mistakes(edit(download(places.commune, "trong_cay"), change))[0].message
