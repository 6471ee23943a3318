"""Forms with repeats by plain workbook: a sheet each, whose rows say which row they belong to."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from openpyxl import load_workbook

from caunoi.accounts.scope import EVERYTHING
from caunoi.forms.actions import publish_form, set_assignments
from caunoi.places.models import OrgUnit
from caunoi.records.exports import Export, ExportRequest, write_file
from caunoi.records.models import Submission, SubmissionVersion
from caunoi.records.spreadsheet import ImportResult, import_file, template_workbook
from caunoi.records.tests.builders import AT, BY, DAY, EVENTS, send, sending, stored, unit
from caunoi.refusals import FileRefused, Mistake

pytestmark = pytest.mark.django_db

PLANTING = """
| survey | | | | | |
|  | type | name | label::Tiếng Việt (vi) | required | constraint |
|  | date | ngay | Ngày | yes | |
|  | begin repeat | to | Tổ | | |
|  | text | ten_to | Tên tổ | yes | |
|  | begin repeat | cay | Cây | | |
|  | select_one loai | loai | Loại cây | yes | |
|  | integer | so_cay | Số cây | yes | . >= 1 |
|  | end repeat | | | | |
|  | end repeat | | | | |
|  | begin repeat | khach | Khách | | |
|  | text | co_quan | Cơ quan | yes | |
|  | end repeat | | | | |
|  | text | ghi_chu | Ghi chú | | |
| choices | | | |
|  | list_name | name | label::Tiếng Việt (vi) |
|  | loai | que | Quế |
|  | loai | hoi | Hồi |
| settings | | | |
|  | form_id | form_title | version | default_language |
|  | trong_cay | Trồng cây | 1 | Tiếng Việt (vi) |
"""
MAIN = ["@dong", "don_vi", "ngay", "ghi_chu"]
TEAMS = ["@muc:to", "@dong", "ten_to"]
TREES = ["@muc:to", "loai", "so_cay"]
GUESTS = ["@dong", "co_quan"]
Sheets = Mapping[str, Sequence[Sequence[Any]]]


@pytest.fixture
def village() -> OrgUnit:
    made = publish_form(
        content=PLANTING.encode(), file_type="md", file_name="cay.md", pack="thu", by=BY, at=AT,
    )  # fmt: skip
    set_assignments(made.form.code, [EVENTS], by=BY, at=AT)
    return unit("Thôn 1", "village", unit("Xã Bản Qua", "commune"), code="V1")


def workbook(sheets: Sheets) -> bytes:
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        for index, row in enumerate(rows):
            page.write_row(index, 0, row)
    book.close()
    return made.getvalue()


def load(content: bytes) -> ImportResult:
    return import_file("trong_cay", content, "cay.xlsx", by=None, by_name="Người thử", at=AT, scope=EVERYTHING)


def refused(content: bytes) -> list[tuple[str, int, str]]:
    """(sheet, row, column) of each mistake."""
    return [(one.sheet, one.row, one.column) for one in mistakes(content)]


def mistakes(content: bytes) -> list[Mistake]:
    before = SubmissionVersion.objects.count()
    with pytest.raises(FileRefused) as found:
        load(content)
    assert SubmissionVersion.objects.count() == before
    return list(found.value.mistakes)


def whole(**changes: Sequence[Sequence[Any]]) -> dict[str, Sequence[Sequence[Any]]]:
    return {
        "Dữ liệu": [MAIN, [1, "V1", "01/06/2023", "sáng"], [2, "V1", "02/06/2023", ""], [3, "", "", ""]],
        "to": [TEAMS, [1, 1, "Tổ 1"], [2, 2, "Tổ 2"], [3, 1, "Tổ 3"], [4, "", ""]],
        "cay": [TREES, [3, "Quế", 5], [1, "Hồi", 2], [1, "que", 9]],
        "khach": [GUESTS, [2, "Hạt kiểm lâm"]],
        **changes,
    }


def test_rows_of_repeats_join_the_record_they_name_also_one_inside_another(village: OrgUnit) -> None:
    content = workbook(whole())

    assert load(content) == ImportResult(2, 0, 0)

    first, second = (version.answers for version in SubmissionVersion.objects.order_by("submission__day_from"))
    assert first == {
        "ngay": "2023-06-01",
        "ghi_chu": "sáng",
        "to": [
            {"ten_to": "Tổ 1", "cay": [{"loai": "hoi", "so_cay": "2"}, {"loai": "que", "so_cay": "9"}]},
            {"ten_to": "Tổ 3", "cay": [{"loai": "que", "so_cay": "5"}]},
        ],
    }
    assert second == {"ngay": "2023-06-02", "to": [{"ten_to": "Tổ 2"}], "khach": [{"co_quan": "Hạt kiểm lâm"}]}
    assert load(content) == ImportResult(0, 0, 2)


def test_without_sheets_of_repeats_their_records_have_none(village: OrgUnit) -> None:
    assert load(workbook({"Dữ liệu": whole()["Dữ liệu"]})) == ImportResult(2, 0, 0)

    assert SubmissionVersion.objects.order_by("pk")[0].answers == {"ngay": "2023-06-01", "ghi_chu": "sáng"}


def test_mistakes_in_repeats_are_named_in_their_own_sheet_row_and_column(village: OrgUnit) -> None:
    trees = [TREES, [3, "Lim", 5], [1, "Quế", "nhiều"], [1, "Quế", 0], [1, "", 4]]

    assert refused(workbook(whole(cay=trees))) == [
        ("cay", 2, "B (loai)"), ("cay", 3, "C (so_cay)"), ("cay", 4, "C (so_cay)"), ("cay", 5, "B (loai)"),
    ]  # fmt: skip


def test_rows_that_belong_nowhere_are_named(village: OrgUnit) -> None:
    teams = [TEAMS, [1, 1, "Tổ 1"], [2, 9, "Tổ 2"], [3, "", "Tổ 3"], [1, 1, "Tổ 4"]]
    trees = [TREES, [7, "Quế", 5], ["", "Quế", 5]]

    assert refused(workbook(whole(to=teams, cay=trees))) == [
        ("cay", 2, "A (@muc:to)"), ("cay", 3, "A (@muc:to)"),
        ("to", 3, "B (@dong)"), ("to", 4, "B (@dong)"), ("to", 5, "A (@muc:to)"),
    ]  # fmt: skip


def test_a_sheet_inside_another_is_not_passed_over_in_silence(village: OrgUnit) -> None:
    sheets = whole()
    del sheets["cay"]

    assert [one.message for one in mistakes(workbook(sheets))] == [
        "Thiếu trang “cay”. Hãy thêm trang ấy, để trống nếu không có gì để ghi."
    ]


def test_a_wrong_header_of_a_repeat_is_named(village: OrgUnit) -> None:
    found = mistakes(workbook(whole(khach=[["co_quan", "chuc_vu"], ["Hạt kiểm lâm", "x"]])))

    assert {(one.sheet, one.row, one.message) for one in found} == {
        ("khach", 1, "Không có cột nào tên “chuc_vu”."), ("khach", 1, "Thiếu cột “@dong”."),
    }  # fmt: skip


def test_a_row_number_that_stands_twice_in_the_main_sheet_is_named(village: OrgUnit) -> None:
    main = [MAIN, [1, "V1", "01/06/2023", ""], [2, "V1", "02/06/2023", ""], [1, "V1", "03/06/2023", ""]]

    assert refused(workbook(whole(**{"Dữ liệu": main}))) == [("Dữ liệu", 4, "A (@dong)")]


def test_a_corrected_record_keeps_the_repeats_that_no_row_tells_of(village: OrgUnit) -> None:
    answers = {"ngay": "2023-06-01", "khach": [{"co_quan": "Hạt kiểm lâm"}], "to": [{"ten_to": "Tổ 1"}]}
    made = stored(send(sending("trong_cay", village, {}, dict(answers), AT, "")))
    main = [["@dong", "@ban_ghi", "don_vi", "ngay"], [1, made.pk, "V1", "01/06/2023"]]
    book = {"Dữ liệu": main, "to": [TEAMS, [1, 1, "Tổ 5"]], "cay": [TREES], "khach": [GUESTS]}

    assert load(workbook(book)) == ImportResult(0, 1, 0)

    now = SubmissionVersion.objects.get(submission=made, number=2).answers
    assert now == {**answers, "to": [{"ten_to": "Tổ 5"}]}
    assert load(workbook(book)) == ImportResult(0, 0, 1)


def test_the_repeats_of_an_export_are_read_as_it_wrote_them(village: OrgUnit, tmp_path: Path) -> None:
    trees = [{"loai": "que", "so_cay": "5"}, {"loai": "hoi", "so_cay": "1"}]
    answers: dict[str, Any] = {"ngay": "2023-06-01", "to": [{"ten_to": "Tổ 1"}, {"ten_to": "Tổ 2", "cay": trees}]}
    made = stored(send(sending("trong_cay", village, {}, answers, AT, "")))
    file = tmp_path / "ra.xlsx"
    request = ExportRequest("trong_cay", frozenset({village.pk}), date(2023, 6, 1), date(2023, 6, 30), "codes")
    write_file(Export(request, EVERYTHING), "xlsx", file)
    pages = {page.title: [list(row) for row in page.values] for page in load_workbook(file).worksheets}
    main = [["ban_ghi", "don_vi", "ngay"], [made.pk, "V1", "01/06/2023"]]
    sheets = {"Dữ liệu": main, **{name: pages[name] for name in ("to", "cay", "khach")}}

    assert load(workbook(sheets)) == ImportResult(0, 0, 1)
    sheets["cay"][2][-1] = "8"
    assert load(workbook(sheets)) == ImportResult(0, 1, 0)

    now = SubmissionVersion.objects.get(submission=made, number=2).answers
    assert now["to"][1]["cay"] == [trees[0], {"loai": "hoi", "so_cay": "8"}]


def test_the_template_offers_a_sheet_for_each_repeat_and_is_read_back(village: OrgUnit) -> None:
    book = load_workbook(io.BytesIO(template_workbook("trong_cay", [village.pk], today=DAY)))

    heads = {name: [cell.value for cell in book[name][1]] for name in ("Dữ liệu", "to", "cay", "khach")}
    assert heads == {
        "Dữ liệu": MAIN, "to": TEAMS, "cay": TREES, "khach": GUESTS,
    }  # fmt: skip
    for name, rows in whole().items():
        for index, row in enumerate(rows[1:], start=3):
            for column, value in enumerate(row, start=1):
                book[name].cell(index, column).value = value if value != "" else None
    made = io.BytesIO()
    book.save(made)
    assert load(made.getvalue()) == ImportResult(2, 0, 0)
    assert Submission.objects.count() == 2
