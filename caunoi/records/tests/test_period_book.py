"""The workbook of all villages and all due forms of a period: filled, sent back, looked over, confirmed."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import windows_with_role
from caunoi.accounts.scope import EVERYTHING, Scope
from caunoi.audit.models import AuditLine
from caunoi.documents.models import StoredFile
from caunoi.forms.actions import publish_form, set_assignments
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import local_moment
from caunoi.periods.rules import Period
from caunoi.personal.models import PersonalQuestion
from caunoi.places.models import OrgUnit
from caunoi.records.actions import approve, lock, withdraw
from caunoi.records.incoming import IncomingFile
from caunoi.records.models import Attachment, Submission, SubmissionVersion
from caunoi.records.permissions import MAY_ENTER
from caunoi.records.spreadsheet.book import (
    BookChanges,
    BookMoved,
    Sender,
    import_book,
    is_book,
    list_due_forms,
    plan_book,
    preview_book,
    write_book,
)
from caunoi.records.tests.builders import AT, BY, DAY, EVENTS, cleanup, publish, report, send, stored, unit, user
from caunoi.refusals import FileRefused, Mistake

pytestmark = pytest.mark.django_db

MAY = Period("month", (2023, 5))
REPORT = "bao_cao_thang_thon"
# What an officer reads on the sheet, and types.
FINE = {"so_cuoc_hop": 2, "so_luot_du": 60, "so_luot_ho": 5, "so_buoi_phat": 8, "so_cau_hoi": 3, "so_da_tra_loi": 2}
HOUSEHOLDS = """
| survey | | | | | |
|  | type | name | label::Tiếng Việt (vi) | required | constraint |
|  | date | ky_bao_cao | Tháng | yes | |
|  | integer | so_ho | Số hộ | yes | . >= 0 |
|  | begin repeat | ho | Hộ | | |
|  | text | ten_to | Tên tổ | yes | |
|  | select_one loai | loai | Loại | | |
|  | integer | so_nguoi | Số người | yes | . >= 1 and . <= 30 |
|  | end repeat | | | | |
|  | select_multiple viec | viec | Việc đã làm | | |
|  | decimal | dien_tich | Diện tích (ha) | | . > 0 |
|  | image | anh | Ảnh | | |
| choices | | | |
|  | list_name | name | label::Tiếng Việt (vi) |
|  | loai | a | Loại A |
|  | loai | b | Loại B |
|  | viec | don_rac | Dọn rác |
|  | viec | trong_cay | Trồng cây, hoa |
| settings | | | |
|  | form_id | form_title | version | default_language |
|  | ho_dan | Hộ dân | VERSION | Tiếng Việt (vi) |
"""


class Places:
    def __init__(self) -> None:
        self.province = unit("Tỉnh Lào Cai", "province", code="10")
        self.commune = unit("Xã Bản Qua", "commune", self.province, code="02683")
        self.village = unit("Thôn 1", "village", self.commune, code="V1")
        self.second = unit("Thôn 2", "village", self.commune, code="V2")
        self.other_commune = unit("Xã Mường Vi", "commune", self.province, code="02695")
        self.elsewhere = unit("Thôn 2", "village", self.other_commune, code="V9")


@pytest.fixture
def places() -> Places:
    made = Places()
    publish(REPORT)
    publish("ngay_ra_quan", EVENTS)
    return made


def publish_households(version: str = "1", text: str = HOUSEHOLDS) -> None:
    content = text.replace("VERSION", version).encode()
    at = local_moment(date(2023, 5, int(version)))
    made = publish_form(content=content, file_type="md", file_name="ho.md", pack="thu", by=BY, at=at)
    set_assignments(made.form.code, [AssignmentRow("village", "month", approval_level="commune")], by=BY, at=at)


def sender(who: User | None = None, scope: Scope = EVERYTHING, at: datetime = AT) -> Sender:
    return Sender(who, str(who) if who else "Người thử", at, scope)


def download(at: OrgUnit, *forms: str, period: Period = MAY, scope: Scope = EVERYTHING) -> bytes:
    book = plan_book(at.pk, period, forms or (REPORT,), scope, DAY)
    return write_book(book, today=DAY)


def edit(content: bytes, change: Callable[[Workbook], None]) -> bytes:
    book = load_workbook(io.BytesIO(content))
    change(book)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def sheet_of(book: Workbook, form: str, repeat: str = "") -> Any:
    wanted = (f'"form": "{form}"', f'"repeat": "{repeat}"')
    return next(page for page in book.worksheets if all(part in str(page["A1"].value) for part in wanted))


def columns_of(page: Any) -> dict[str, int]:
    return {cell.value: cell.column for cell in page[2] if cell.value}


def row_of(page: Any, code: str) -> int:
    column = columns_of(page)["don_vi"]
    return next(row for row in range(6, page.max_row + 1) if str(page.cell(row, column).value) == code)


def fill(content: bytes, rows: dict[str, dict[str, Any]], form: str = REPORT) -> bytes:
    """Each unit's cells, by its code."""

    def change(book: Workbook) -> None:
        page = sheet_of(book, form)
        for code, answers in rows.items():
            for name, value in answers.items():
                page.cell(row_of(page, code), columns_of(page)[name]).value = value

    return edit(content, change)


def mistakes(content: bytes, who: Sender | None = None, name: str = "so.xlsx") -> list[Mistake]:
    before = SubmissionVersion.objects.count()
    with pytest.raises(FileRefused) as refused:
        import_book(content, name, who or sender())
    assert SubmissionVersion.objects.count() == before
    return list(refused.value.mistakes)


def one(found: list[Mistake]) -> Mistake:
    assert len(found) == 1, found
    return found[0]


def outcomes(changes: BookChanges) -> dict[str, str]:
    return {row.unit: row.outcome for row in changes.rows}


# Downloading


def test_the_forms_of_a_period_are_those_due_from_units_below(places: Places) -> None:
    publish("bao_cao_thang_xa", AssignmentRow("commune", "month", cut_off=15, approval_level="district"))
    publish("xep_loai_to", AssignmentRow("village", "year", approval_level="commune"))
    send(report(places.village))

    of_month = list_due_forms(places.commune.pk, MAY, EVERYTHING, DAY)
    of_year = list_due_forms(places.province.pk, Period("year", (2023, 1)), EVERYTHING, DAY)

    assert [(f.form.code, f.units, f.sent, f.is_event) for f in of_month] == [
        (REPORT, 2, 1, False),
        ("bao_cao_thang_xa", 1, 0, False),
        ("ngay_ra_quan", 2, 0, True),
    ]
    assert {f.form.code: len(f.periods) for f in of_year} == {
        REPORT: 6, "bao_cao_thang_xa": 7, "xep_loai_to": 1, "ngay_ra_quan": 0,
    }  # fmt: skip


def test_each_unit_has_a_row_with_what_it_sent_and_what_it_said_last_period(places: Places) -> None:
    send(report(places.village, "2023-04", so_luot_du="40"))
    send(report(places.village, so_luot_du="60"))

    page = sheet_of(load_workbook(io.BytesIO(download(places.commune))), REPORT)

    columns = columns_of(page)
    first, second = row_of(page, "V1"), row_of(page, "V2")
    assert page.cell(first, columns["so_luot_du"]).value == 60
    assert page.cell(first, columns["@truoc:so_luot_du"]).value == 40
    assert page.cell(first, columns["@tinh_trang"]).value == "chờ duyệt"
    assert page.cell(second, columns["so_luot_du"]).value is None
    assert page.cell(second, columns["@tinh_trang"]).value == "chưa gửi"


def test_keys_are_locked_cells_to_fill_are_open_and_what_is_typed_is_watched(places: Places) -> None:
    page = sheet_of(load_workbook(io.BytesIO(download(places.commune, REPORT, "ngay_ra_quan"))), REPORT)

    columns, row = columns_of(page), 6
    assert page.protection.sheet
    assert page.cell(row, columns["don_vi"]).protection.locked
    assert page.cell(4, columns["so_cuoc_hop"]).protection.locked
    assert not page.cell(row, columns["so_cuoc_hop"]).protection.locked
    assert page.freeze_panes == "D6"
    assert page.cell(4, columns["so_cuoc_hop"]).value.endswith("*")
    rule = next(v for v in page.data_validations.dataValidation if "D6" in str(v.sqref))
    assert (rule.type, rule.formula1, rule.formula2) == ("whole", "0", "60")


def test_a_workbook_is_recognised_by_its_bytes(places: Places) -> None:
    assert is_book(download(places.commune))
    assert not is_book(b"don_vi,ky\n")
    assert not is_book(b"")


# Filling and sending


def test_filled_rows_are_written_and_empty_ones_are_not_zeros(places: Places) -> None:
    content = fill(download(places.commune), {"V1": FINE})

    looked = preview_book(content, "so.xlsx", sender())
    assert not Submission.objects.exists()
    done = import_book(content, "so.xlsx", sender(), expected=looked.fingerprint)

    assert (done.count("new"), done.empty) == (1, 1)
    assert Submission.objects.get().org_unit == places.village
    assert SubmissionVersion.objects.get().answers["so_luot_du"] == "60"
    assert AuditLine.objects.get(action="submission.import").detail["file"] == "so.xlsx"


def test_the_same_workbook_again_says_nothing_new(places: Places) -> None:
    content = fill(download(places.commune), {"V1": FINE, "V2": {**FINE, "so_luot_du": 0, "so_cuoc_hop": 0}})
    import_book(content, "so.xlsx", sender())
    lines = AuditLine.objects.count()

    again = import_book(content, "so.xlsx", sender())

    assert outcomes(again) == {"Thôn 1": "unchanged", "Thôn 2": "unchanged"}
    assert AuditLine.objects.count() == lines


def test_a_second_upload_corrects_what_changed_and_says_from_what_to_what(places: Places) -> None:
    first = fill(download(places.commune), {"V1": FINE, "V2": FINE})
    import_book(first, "so.xlsx", sender())

    done = import_book(fill(first, {"V2": {"so_luot_du": 1061}}), "so.xlsx", sender())
    again = import_book(fill(first, {"V2": {"so_luot_du": 60}}), "so.xlsx", sender())

    assert outcomes(done) == {"Thôn 1": "unchanged", "Thôn 2": "corrected"}
    change = next(row for row in done.rows if row.outcome == "corrected").fields[0]
    assert (change.label, change.before, change.after) == ("Tổng số lượt người dự các cuộc họp đó", "60", "1.061")
    assert outcomes(again)["Thôn 2"] == "corrected"  # back to what it was first is a correction too
    assert Submission.objects.get(org_unit=places.second).current_number == 3


def test_a_correction_of_what_is_approved_waits_for_approval_again(places: Places) -> None:
    officer = user("duyet", (Role.APPROVER, places.commune))
    made = stored(send(report(places.village)))
    approve(made.pk, by=officer, at=AT)

    import_book(fill(download(places.commune), {"V1": {"so_luot_du": 61}}), "so.xlsx", sender())

    made.refresh_from_db()
    assert (made.state, made.approved_number, made.current_number) == ("submitted", 1, 2)


def test_a_locked_row_is_refused_when_changed_and_passed_over_when_not(places: Places) -> None:
    officer = user("duyet", (Role.APPROVER, places.commune))
    made = stored(send(report(places.village)))
    approve(made.pk, by=officer, at=AT)
    lock(made.pk, by=officer, at=AT)
    content = download(places.commune)

    assert "khóa" in one(mistakes(fill(content, {"V1": {"so_luot_du": 61}}))).message
    assert outcomes(import_book(fill(content, {"V2": FINE}), "so.xlsx", sender())) == {
        "Thôn 1": "unchanged", "Thôn 2": "new",
    }  # fmt: skip


def test_a_row_emptied_deletes_nothing(places: Places) -> None:
    send(report(places.village))

    done = import_book(fill(download(places.commune), {"V1": dict.fromkeys(FINE)}), "so.xlsx", sender())

    assert outcomes(done) == {"Thôn 1": "emptied"}
    assert Submission.objects.get().current_number == 1


def test_a_row_left_as_downloaded_never_undoes_a_later_correction(places: Places) -> None:
    send(report(places.village))
    content = download(places.commune)
    send(report(places.village, so_luot_du="75"))

    done = import_book(fill(content, {"V2": FINE}), "so.xlsx", sender())

    assert outcomes(done) == {"Thôn 1": "kept", "Thôn 2": "new"}
    assert SubmissionVersion.objects.filter(submission__org_unit=places.village).count() == 2


def test_a_row_changed_here_and_elsewhere_is_refused_with_who_and_when(places: Places) -> None:
    send(report(places.village))
    content = download(places.commune)
    send(report(places.village, so_luot_du="75"))

    found = one(mistakes(fill(content, {"V1": {"so_luot_du": 70}})))

    assert (found.row, found.sheet) == (6, "Báo cáo tháng của thôn")
    assert "Người thử" in found.message and "sau khi sổ được tải về" in found.message


def test_a_report_sent_meanwhile_is_not_overwritten(places: Places) -> None:
    content = fill(download(places.commune), {"V1": FINE})
    send(report(places.village, so_luot_du="75"))

    assert "sau khi sổ được tải về" in one(mistakes(content)).message


def test_what_changed_between_looking_and_confirming_is_shown_again(places: Places) -> None:
    content = fill(download(places.commune), {"V1": FINE, "V2": FINE})
    looked = preview_book(content, "so.xlsx", sender())
    send(report(places.village))

    with pytest.raises(BookMoved):
        import_book(content, "so.xlsx", sender(), expected=looked.fingerprint)
    assert Submission.objects.count() == 1


def test_every_mistake_of_every_sheet_is_named_at_once(places: Places) -> None:
    publish("bao_cao_thang_xa", AssignmentRow("commune", "month", approval_level="district"))
    content = fill(
        download(places.commune, REPORT, "bao_cao_thang_xa"),
        {"V1": {**FINE, "so_cuoc_hop": "ba"}, "V2": {**FINE, "so_da_tra_loi": 9, "so_luot_ho": None}},
    )
    content = fill(content, {"02683": {next(iter(commune_questions())): -1}}, "bao_cao_thang_xa")

    found = mistakes(content)

    assert {m.sheet for m in found} == {"Báo cáo tháng của thôn", "Báo cáo tháng của xã"}
    assert {(m.row, m.value) for m in found if m.sheet == "Báo cáo tháng của thôn"} == {(6, "ba"), (7, "9"), (7, "")}
    assert all(m.column for m in found)


def commune_questions() -> list[str]:
    from caunoi.forms.queries import get_form_version, questions_of

    return [q.name for q in questions_of(get_form_version("bao_cao_thang_xa")) if q.type == "integer"]


def test_only_units_the_sender_may_enter_for_stand_in_it_and_are_taken(places: Places) -> None:
    officer = user("xa", (Role.RECORDER, places.commune))
    scope = windows_with_role(officer, MAY_ENTER, DAY)
    mine = sheet_of(load_workbook(io.BytesIO(download(places.province, scope=scope))), REPORT)
    theirs = fill(download(places.province), {"V9": FINE})

    codes = [mine.cell(row, 1).value for row in range(6, mine.max_row + 1)]
    found = one(mistakes(theirs, sender(officer, scope)))

    assert codes == ["V1", "V2"]
    assert "ngoài phạm vi" in found.message


def test_withdrawn_reports_may_be_sent_anew(places: Places) -> None:
    officer = user("duyet", (Role.APPROVER, places.commune))
    made = stored(send(report(places.village)))
    withdraw(made.pk, by=officer, at=AT, comment="nhầm")

    done = import_book(fill(download(places.commune), {"V1": FINE}), "so.xlsx", sender())

    assert outcomes(done) == {"Thôn 1": "new"}


def test_a_closed_period_is_refused_by_row_but_what_it_holds_already_is_no_obstacle(places: Places) -> None:
    send(report(places.village, at=local_moment(date(2023, 6, 2))))
    content = download(places.commune)
    set_assignments(REPORT, [AssignmentRow("village", "month", approval_level="commune", closes_days=10)], by=BY, at=AT)

    assert outcomes(import_book(content, "so.xlsx", sender())) == {"Thôn 1": "unchanged"}
    found = one(mistakes(fill(content, {"V2": FINE})))
    assert (found.row, "đã đóng" in found.message) == (7, True)
    with pytest.raises(FileRefused):  # looking it over says so too, before anybody confirms
        preview_book(fill(content, {"V2": FINE}), "so.xlsx", sender())


# Events


def first_free(page: Any) -> int:
    columns = columns_of(page)
    return next(r for r in range(6, page.max_row + 1) if page.cell(r, columns["don_vi"]).value in (None, ""))


def type_event(content: bytes, row: int | None = None, **answers: Any) -> bytes:
    def change(book: Workbook) -> None:
        page = sheet_of(book, "ngay_ra_quan")
        where = row or first_free(page)
        for name, value in answers.items():
            page.cell(where, columns_of(page)[name]).value = value

    return edit(content, change)


JUNE = Period("month", (2023, 6))


def test_activities_are_typed_into_free_rows_and_corrected_by_a_second_upload(places: Places) -> None:
    content = type_event(
        download(places.commune, "ngay_ra_quan", period=JUNE),
        don_vi="Thôn 1", ngay=date(2023, 6, 4), so_nguoi=20, rac_m3=1.5,
    )  # fmt: skip

    assert import_book(content, "so.xlsx", sender()).count("new") == 1
    assert import_book(content, "so.xlsx", sender()).count("unchanged") == 1
    done = import_book(type_event(content, 6, so_nguoi=25), "so.xlsx", sender())

    assert [f.after for f in done.rows[0].fields] == ["25"]
    assert Submission.objects.get().current_number == 2


def test_activities_that_were_recorded_stand_there_with_their_number_to_be_corrected(places: Places) -> None:
    made = stored(send(cleanup(places.village)))
    content = download(places.commune, "ngay_ra_quan", period=JUNE)
    page = sheet_of(load_workbook(io.BytesIO(content)), "ngay_ra_quan")

    assert page.cell(6, columns_of(page)["@ban_ghi"]).value == made.pk
    done = import_book(type_event(content, 6, ngay=date(2023, 6, 2)), "so.xlsx", sender())

    made.refresh_from_db()
    assert done.count("corrected") == 1
    assert (made.day_from, made.current_number) == (date(2023, 6, 2), 2)


def test_a_copied_row_is_named_not_taken_for_a_correction(places: Places) -> None:
    send(cleanup(places.village))
    content = download(places.commune, "ngay_ra_quan", period=JUNE)

    def copy_row(book: Workbook) -> None:
        page = sheet_of(book, "ngay_ra_quan")
        for column in range(1, page.max_column + 1):
            page.cell(8, column).value = page.cell(6, column).value
        page.cell(8, columns_of(page)["so_nguoi"]).value = 99

    assert "cùng số với dòng 6" in one(mistakes(edit(content, copy_row))).message


def test_what_names_no_record_is_said_and_makes_no_new_one(places: Places) -> None:
    send(cleanup(places.village))
    content = download(places.commune, "ngay_ra_quan", period=JUNE)

    def spoil(book: Workbook) -> None:
        page = sheet_of(book, "ngay_ra_quan")
        page.cell(6, columns_of(page)["@ban_ghi"]).value = "9" * 30

    assert "Không có bản ghi" in one(mistakes(edit(content, spoil))).message


# Repeats


def test_repeats_have_a_sheet_of_their_own_and_come_back_whole(places: Places) -> None:
    publish_households()

    def change(book: Workbook) -> None:
        main, rows = sheet_of(book, "ho_dan"), sheet_of(book, "ho_dan", "ho")
        columns = columns_of(main)
        row = row_of(main, "V1")
        main.cell(row, columns["so_ho"]).value = 2
        main.cell(row, columns["viec"]).value = "Trồng cây, hoa; Dọn rác"
        main.cell(row, columns["dien_tich"]).value = "1.234,5"
        for index, (name, kind, people) in enumerate([("Tổ 1", "Loại A", 12), ("Tổ 2", None, 7)]):
            for column, value in zip(
                ("don_vi", "ten_to", "loai", "so_nguoi"), ("Thôn 1", name, kind, people), strict=True
            ):
                rows.cell(6 + index, columns_of(rows)[column]).value = value

    content = edit(download(places.commune, "ho_dan"), change)
    import_book(content, "so.xlsx", sender())

    assert SubmissionVersion.objects.get().answers == {
        "ky_bao_cao": "2023-05-01",
        "so_ho": "2",
        "ho": [{"ten_to": "Tổ 1", "loai": "a", "so_nguoi": "12"}, {"ten_to": "Tổ 2", "so_nguoi": "7"}],
        "viec": "trong_cay don_rac",
        "dien_tich": "1234.5",
    }
    fresh = download(places.commune, "ho_dan")
    assert outcomes(import_book(fresh, "so.xlsx", sender())) == {"Thôn 1": "unchanged"}

    def correct(book: Workbook) -> None:
        rows = sheet_of(book, "ho_dan", "ho")
        rows.cell(7, columns_of(rows)["so_nguoi"]).value = 8

    done = import_book(edit(fresh, correct), "so.xlsx", sender())
    assert done.rows[0].fields[0].label == "ho"
    assert SubmissionVersion.objects.get(number=2).answers["ho"][1]["so_nguoi"] == "8"


def test_a_mistake_in_a_repeat_is_named_in_its_own_sheet(places: Places) -> None:
    publish_households()

    def change(book: Workbook) -> None:
        main, rows = sheet_of(book, "ho_dan"), sheet_of(book, "ho_dan", "ho")
        main.cell(row_of(main, "V1"), columns_of(main)["so_ho"]).value = 1
        for row, (unit_name, people) in enumerate([("Thôn 1", 99), ("Thôn 7", 3), (None, 3)], start=6):
            rows.cell(row, 1).value = unit_name
            rows.cell(row, columns_of(rows)["ten_to"]).value = "Tổ"
            rows.cell(row, columns_of(rows)["so_nguoi"]).value = people

    found = mistakes(edit(download(places.commune, "ho_dan"), change))

    assert {(m.sheet, m.row) for m in found} == {("Hộ dân - ho", 6), ("Hộ dân - ho", 7), ("Hộ dân - ho", 8)}


def test_photos_of_a_record_survive_its_correction_by_workbook(places: Places) -> None:
    publish_households()
    from caunoi.records.actions import Incoming

    send(
        Incoming(
            "ho_dan", places.village.pk, AT, "2023-05", answers={"so_ho": "1", "anh": "a.jpg"},
            attachments=(IncomingFile("a.jpg", b"jpeg", "image/jpeg"),),
        )
    )  # fmt: skip

    import_book(fill(download(places.commune, "ho_dan"), {"V1": {"so_ho": 3}}, "ho_dan"), "so.xlsx", sender())

    version = SubmissionVersion.objects.get(number=2)
    assert version.answers["anh"] == "a.jpg"
    assert Attachment.objects.get(version=version).file is not None


def test_of_a_workbook_that_names_people_only_its_hash_is_kept(places: Places) -> None:
    content = fill(download(places.commune), {"V1": FINE})
    PersonalQuestion.objects.create(
        form_code=REPORT, question="so_luot_ho", purpose_vi="Thử.", keep_months=1, pack="thu"
    )

    import_book(content, "so.xlsx", sender())

    told = AuditLine.objects.get(action="submission.import").detail["sha256"]
    assert told == hashlib.sha256(content).hexdigest()
    assert not StoredFile.objects.filter(sha256=told).exists()
