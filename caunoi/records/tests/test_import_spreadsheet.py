"""Rows of a spreadsheet become records: what is read, and what is named as a mistake."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from caunoi.accounts.models import Role
from caunoi.accounts.queries import windows_with_role
from caunoi.audit.models import AuditLine
from caunoi.forms.errors import FormUnknown
from caunoi.places.models import OrgUnitSpell
from caunoi.records.models import Submission, SubmissionVersion
from caunoi.records.permissions import MAY_ENTER
from caunoi.records.spreadsheet import ImportResult
from caunoi.records.spreadsheet.reading import MAX_LISTED
from caunoi.records.tests.builders import DAY, EVENTS, merge, publish, unit, user
from caunoi.records.tests.spreadsheets import CLEANUP, FINE, REPORT, Places, load, mistakes, one, places, xlsx
from caunoi.refusals import FileRefused

__all__ = ["places"]
pytestmark = pytest.mark.django_db


def test_a_good_file_is_loaded_and_the_same_file_again_changes_nothing(places: Places) -> None:
    content = xlsx(REPORT, FINE, ["V2", "05/2023", 0, 0, 0, 0, 0, 0])

    assert load(content) == ImportResult(2, 0, 0)
    lines = AuditLine.objects.count()
    assert load(content) == ImportResult(0, 0, 2)
    assert AuditLine.objects.count() == lines
    assert SubmissionVersion.objects.count() == 2
    assert SubmissionVersion.objects.get(submission__org_unit=places.village).answers == {
        "ky_bao_cao": "2023-05-01", "so_cuoc_hop": "2", "so_luot_du": "60", "so_luot_ho": "5", "so_buoi_phat": "8",
        "so_cau_hoi": "3", "so_da_tra_loi": "2",
    }  # fmt: skip
    line = AuditLine.objects.get(action="submission.import")
    assert line.detail["file"] == "so-lieu.xlsx"


def test_a_changed_row_is_a_correction_and_an_old_file_does_not_undo_it(places: Places) -> None:
    old, new = xlsx(REPORT, FINE), xlsx(REPORT, [*FINE[:3], 70, *FINE[4:]])
    load(old)

    assert load(new) == ImportResult(0, 1, 0)
    again = load(old)

    assert (again.new, again.corrected, again.unchanged) == (0, 0, 1)
    assert "bản sửa mới hơn được giữ nguyên" in again.notes[0]
    assert Submission.objects.get().current_number == 2


def test_an_empty_file_is_refused(places: Places) -> None:
    assert "trống" in one(mistakes(b"")).message
    assert "trống" in one(mistakes(b"  \n ")).message
    assert "chưa có dòng số liệu" in one(mistakes(xlsx(REPORT))).message
    assert all("Thiếu cột" in found.message for found in mistakes(xlsx()))


def test_a_wrong_header_is_named_with_what_was_meant(places: Places) -> None:
    found = mistakes(xlsx(["don_vi", "ky", "so_cuoc_hopp", *REPORT[3:]], FINE))

    unknown, missing = sorted(found, key=lambda m: m.column, reverse=True)
    assert (unknown.row, unknown.column) == (1, "C")
    assert "so_cuoc_hopp" in unknown.message and "so_cuoc_hop" in unknown.allowed
    assert "Thiếu cột “so_cuoc_hop”" in missing.message


def test_a_file_without_header_is_told_once_what_is_lacking(places: Places) -> None:
    headline = ["BẢNG SỐ LIỆU CỦA XÃ", "Mẫu số 5"]

    found = one(mistakes(xlsx(headline, REPORT, FINE)))

    assert (found.row, found.value) == (1, "BẢNG SỐ LIỆU CỦA XÃ")
    assert "không phải dòng tiêu đề" in found.message and "so_cuoc_hop" in found.allowed


def test_an_empty_cell_is_told_without_what_would_follow_from_it(places: Places) -> None:
    found = mistakes(xlsx(REPORT, [*FINE[:2], "", *FINE[3:]], ["V2", FINE[1], "", "", *FINE[4:]]))

    places_of = [(mistake.row, mistake.column[0]) for mistake in found if "bắt buộc" in mistake.message]
    assert places_of == [(2, "C"), (3, "C"), (3, "D")] and len(found) == 3


def test_a_column_named_twice_and_a_column_without_name_are_named(places: Places) -> None:
    found = mistakes(xlsx([*REPORT, "so_luot_du", ""], [*FINE, 60, 7]))

    assert [m.column for m in found] == ["I", "J"]


def test_headers_may_be_the_labels_of_the_form(places: Places) -> None:
    labels = [
        "Đơn vị", "Tháng báo cáo", "Số cuộc họp, sinh hoạt với người dân", "Tổng số lượt người dự các cuộc họp đó",
        "SỐ LƯỢT HỘ ĐƯỢC ĐẾN TẬN NHÀ TUYÊN TRUYỀN, VẬN ĐỘNG", "Broadcasts on the village loudspeaker",
        "so cau hoi, kien nghi cua nguoi dan", "so_da_tra_loi",
    ]  # fmt: skip
    labels[1] = "Kỳ báo cáo"

    assert load(xlsx(labels, FINE)).new == 1


def test_remarks_and_empty_rows_are_passed_over(places: Places) -> None:
    content = xlsx([], REPORT, ["# Tên thôn", "kỳ"], FINE, [], ["", "", ""], ["V2", *FINE[1:]])

    assert load(content).new == 2


def test_an_unknown_unit_is_named_with_similar_names(places: Places) -> None:
    unit("Thôn Nà Lặc", "village", places.commune)

    found = one(mistakes(xlsx(REPORT, ["Thôn Nà Lạc 1", *FINE[1:]])))

    assert (found.row, found.column, found.value) == (2, "A (don_vi)", "Thôn Nà Lạc 1")
    assert "Thôn Nà Lặc" in found.allowed


def test_where_every_unit_is_unknown_each_is_named_and_only_the_first_get_similar_names(places: Places) -> None:
    unit("Thôn Nà Lặc", "village", places.commune)

    found = mistakes(xlsx(REPORT, *([f"Thôn Nà Lạc {number}", *FINE[1:]] for number in range(60))))

    assert [mistake.row for mistake in found] == [*range(2, 62)]
    assert [mistake.allowed for mistake in found] == ["Thôn Nà Lặc"] * 50 + [""] * 10


def test_a_unit_that_did_not_exist_on_that_day_is_named_with_its_successor(places: Places) -> None:
    day = date(2023, 5, 10)
    old = unit("Thôn Cũ", "village", places.commune, code="C1", to=day)
    new = unit("Thôn Mới", "village", places.commune, code="M1", from_=day)
    merge(day, [old], new)

    found = mistakes(xlsx(REPORT, ["Thôn Cũ", *FINE[1:]], ["M1", "2023-04", *FINE[2:]]))

    assert [m.row for m in found] == [2, 3]
    assert "Thôn Mới" in found[0].message and "10/05/2023" in found[0].message
    assert "Thôn Cũ" in found[1].message


def test_an_ambiguous_unit_name_is_named_with_the_candidates_and_can_be_qualified(places: Places) -> None:
    found = one(mistakes(xlsx(REPORT, ["Thôn 2", *FINE[1:]])))

    assert "2 đơn vị" in found.message
    assert "Thôn 2, Xã Bản Qua (V2)" in found.allowed and "V9" in found.allowed
    content = xlsx(REPORT, ["Thôn 2, Xã Bản Qua", *FINE[1:]], ["thon 2, muong vi", *FINE[1:]])
    assert load(content).new == 2


def test_villages_of_one_name_in_one_commune_are_named_as_the_pages_name_them(places: Places) -> None:
    twin = unit("Thôn 2", "village", places.commune, code="V8")
    found = one(mistakes(xlsx(REPORT, ["Thôn 2, Xã Bản Qua", *FINE[1:]])))
    assert f"Thôn 2 ({twin.key}), Xã Bản Qua (V8)" in found.allowed

    load(xlsx(REPORT, [f"Thôn 2 ({twin.key})", *FINE[1:]]))

    assert Submission.objects.get().org_unit_id == twin.pk


def test_a_name_is_unambiguous_within_the_officers_own_commune(places: Places) -> None:
    officer = user("Lan", (Role.EDITOR, places.commune))
    scope = windows_with_role(officer, MAY_ENTER, DAY)

    load(xlsx(REPORT, ["Thôn 2", *FINE[1:]]), scope=scope)

    assert Submission.objects.get().org_unit_id == places.second.pk


def test_units_outside_the_scope_are_mistakes(places: Places) -> None:
    officer = user("Lan", (Role.EDITOR, places.commune))

    found = one(mistakes(xlsx(REPORT, FINE, ["V9", *FINE[1:]]), scope=windows_with_role(officer, MAY_ENTER, DAY)))

    assert (found.row, found.value) == (3, "V9")
    assert "ngoài phạm vi" in found.message


def test_a_unit_of_a_level_that_does_not_owe_the_form_is_told_so(places: Places) -> None:
    found = one(mistakes(xlsx(REPORT, ["xã bản qua", *FINE[1:]])))

    assert found.message == "Xã Bản Qua không thuộc cấp ghi biểu mẫu này. Hãy ghi đơn vị thuộc cấp: Thôn."


def test_a_code_of_another_time_is_told_with_the_one_of_that_day(places: Places) -> None:
    village, day = unit("Thôn Đổi Mã", "village", places.commune, code="M1"), date(2023, 7, 1)
    spell = OrgUnitSpell.objects.get(org_unit=village)
    OrgUnitSpell.objects.filter(pk=spell.pk).update(to_day=day)
    spell.pk, spell.code, spell.from_day = None, "M2", day
    spell.save()

    found = one(mistakes(xlsx(REPORT, ["M2", *FINE[1:]])))

    assert "31/05/2023" in found.message and "(M1)" in found.message


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("sáu mươi", "không phải là số"), (-1, "Không có cuộc họp nào"), ("1.234", "hai cách"),
        ("1,234", "hai cách"), (60.5, "số nguyên"), ("60,5", "số nguyên"), ("", "bắt buộc"), (True, "đúng/sai"),
        (date(2023, 1, 1), "định dạng là ngày"), (10**20, "số nguyên"), ("#REF!", "không phải là số"),
    ],
)  # fmt: skip
def test_what_is_no_count_is_named_with_row_column_and_value(places: Places, cell: Any, words: str) -> None:
    found = one(mistakes(xlsx(REPORT, [*FINE[:3], cell, *FINE[4:]])))

    assert (found.row, found.column) == (2, "D (so_luot_du)")
    assert words in found.message


def test_a_number_outside_its_limits_is_told_what_is_allowed(places: Places) -> None:
    assert one(mistakes(xlsx(REPORT, [*FINE[:3], -3, *FINE[4:]]))).allowed == "số nguyên từ 0 đến 20.000"


@pytest.mark.parametrize("cell", ["1.234,0", "1,234.0", "１２３４", "1 234", 1234, "1234"])
def test_numbers_in_any_clear_spelling_are_read(places: Places, cell: Any) -> None:
    load(xlsx(REPORT, [*FINE[:3], cell, *FINE[4:]]))

    assert SubmissionVersion.objects.get().answers["so_luot_du"] == "1234"


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("31/02/2023", "Không có ngày"), ("21/06/2023", "tương lai"), (date(2023, 6, 21), "tương lai"),
        ("hôm qua", "không phải là ngày"), (45000, "định dạng ô thành ngày"), ("", "bắt buộc"),
        ("2009-12-31", "từ năm 2010"), ("06/13/2023", "Không có ngày"),
    ],
)  # fmt: skip
def test_a_wrong_day_is_named_once(places: Places, cell: Any, words: str) -> None:
    found = one(mistakes(xlsx(CLEANUP, ["Thôn 1", cell, 25, 1.5]), "ngay_ra_quan"))

    assert (found.row, found.column) == (2, "B (ngay)")
    assert words in found.message


@pytest.mark.parametrize("cell", ["01/06/2023", date(2023, 6, 1), datetime(2023, 6, 1, 8), "2023-06-01", "1/6/2023"])
def test_days_in_any_clear_spelling_are_read(places: Places, cell: Any) -> None:
    load(xlsx(CLEANUP, ["Thôn 1", cell, 25, "1,5"]), "ngay_ra_quan")

    version = SubmissionVersion.objects.get()
    assert version.answers == {"ngay": "2023-06-01", "so_nguoi": "25", "rac_m3": "1.5"}


@pytest.mark.parametrize("cell", ["", "tháng trước", "2023", "13/2023", date(2023, 5, 2), "2024-01"])
def test_a_wrong_period_is_named(places: Places, cell: Any) -> None:
    found = one(mistakes(xlsx(REPORT, [FINE[0], cell, *FINE[2:]])))

    assert (found.row, found.column) == (2, "B (ky)")


def test_a_month_that_the_spreadsheet_program_turned_into_a_date_is_read(places: Places) -> None:
    load(xlsx(REPORT, [FINE[0], date(2023, 5, 1), *FINE[2:]]))

    assert Submission.objects.get().period_key == "2023-05"


def test_the_period_column_may_bear_the_forms_own_name(places: Places) -> None:
    assert load(xlsx(["don_vi", "ky_bao_cao", *REPORT[2:]], FINE)).new == 1


def test_a_row_twice_and_two_rows_for_one_unit_and_month_are_named(places: Places) -> None:
    twice = one(
        mistakes(xlsx(CLEANUP, ["V1", "01/06/2023", 25, 1], ["Thôn 1", date(2023, 6, 1), 25, 1.0]), "ngay_ra_quan")
    )
    assert (twice.row, twice.column) == (3, "A (don_vi)")
    assert "giống hệt dòng 2" in twice.message

    months = one(mistakes(xlsx(REPORT, FINE, ["V1", "tháng 5/2023", *FINE[2:3], 70, *FINE[4:]])))
    assert months.row == 3
    assert "dòng 2" in months.message


def test_all_mistakes_of_a_file_are_listed_at_once_by_row(places: Places) -> None:
    content = xlsx(
        REPORT,
        ["Thôn 7", "2023-05", "hai", -60, 5, 8, 3, 9],
        FINE,
        ["V2", "2023-13", 1, 1, "", 8, 3, 2],
        ["", "", 1, 1, 1, 1, 1, 1],
    )

    found = [(m.row, m.column[0]) for m in mistakes(content)]

    assert found == [
        (2, "A"), (2, "C"), (2, "D"), (2, "H"), (4, "B"), (4, "E"), (5, "A"), (5, "B"),
    ]  # fmt: skip


def test_more_than_500_mistakes_are_counted_and_never_silent(places: Places) -> None:
    rows = [["Thôn 1", "2023-05", "x", 60, 5, 8, 3, 2] for _ in range(700)]

    with pytest.raises(FileRefused, match="700 lỗi.*500 lỗi đầu.*200 lỗi nữa") as refused:
        load(xlsx(REPORT, *rows))
    assert len(refused.value.mistakes) == MAX_LISTED


def test_choices_may_be_written_as_labels(places: Places) -> None:
    publish("dong_gop", EVENTS)
    header = ["don_vi", "ngay", "loai_cong_trinh", "hinh_thuc", "dat_m2", "so_ngay_cong", "so_tien", "so_ho"]

    load(xlsx(header, ["V1", "01/06/2023", "Đường giao thông", "Hiến đất; Tiền mặt", 120, "", 5000000, 3]), "dong_gop")

    answers = SubmissionVersion.objects.get().answers
    assert (answers["loai_cong_trinh"], answers["hinh_thuc"]) == ("duong", "dat tien")


def test_a_question_that_was_not_asked_must_stay_empty_and_its_column_may_be_missing(places: Places) -> None:
    publish("dong_gop", EVENTS)
    header = ["don_vi", "ngay", "loai_cong_trinh", "hinh_thuc", "dat_m2", "so_ho"]

    found = mistakes(xlsx(header, ["V1", "01/06/2023", "duong", "tien", 120, 3]), "dong_gop")
    assert [(m.column, m.message.split()[0]) for m in found] == [("E (dat_m2)", "Câu"), ("so_tien", "Câu")]
    assert load(xlsx(header, ["V1", "01/06/2023", "duong", "dat", 120, 3]), "dong_gop").new == 1


def test_a_locked_record_stops_the_file_with_its_row(places: Places) -> None:
    load(xlsx(REPORT, FINE))
    Submission.objects.update(state="locked")

    with pytest.raises(FileRefused) as refused:
        load(xlsx(REPORT, ["V2", *FINE[1:]], [*FINE[:3], 70, *FINE[4:]]))
    assert [m.row for m in refused.value.mistakes] == [3]
    assert Submission.objects.count() == 1


def test_an_unknown_form_is_refused(places: Places) -> None:
    with pytest.raises(FormUnknown):
        load(xlsx(REPORT, FINE), "khong_co")
