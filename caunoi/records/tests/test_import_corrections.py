"""Records corrected by spreadsheet: the row names the record by its number, as exports do."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from caunoi.accounts.models import Role
from caunoi.accounts.queries import windows_with_role
from caunoi.accounts.scope import EVERYTHING, Scope
from caunoi.approvals.rules import State
from caunoi.records.models import Submission, SubmissionVersion
from caunoi.records.permissions import MAY_ENTER
from caunoi.records.sealed import open_version
from caunoi.records.spreadsheet import ImportResult
from caunoi.records.tests.builders import DAY, cleanup, report, send, stored, user
from caunoi.records.tests.people import NAME, contact, publish_contact
from caunoi.records.tests.spreadsheets import Places, load, mistakes, places, xlsx
from caunoi.refusals import FileRefused, Mistake

__all__ = ["places"]
pytestmark = pytest.mark.django_db

HEADER = ["Số bản ghi", "don_vi", "ngay", "so_nguoi", "rac_m3"]


def refused(*rows: list[Any], scope: Scope = EVERYTHING) -> list[Mistake]:
    with pytest.raises(FileRefused) as found:
        load(xlsx(*rows), "ngay_ra_quan", scope=scope)
    return list(found.value.mistakes)


def test_an_activity_is_corrected_by_its_number_and_others_beside_it_are_new(places: Places) -> None:
    made = stored(send(cleanup(places.village)))

    done = load(
        xlsx(HEADER, [made.pk, "Thôn 1", "02/06/2023", 30, 2], ["", "Thôn 1", "03/06/2023", 12, 1]), "ngay_ra_quan"
    )

    made.refresh_from_db()
    assert done == ImportResult(1, 1, 0)
    assert (made.current_number, made.day_from, made.state) == (2, date(2023, 6, 2), State.SUBMITTED)


def test_a_row_that_says_what_the_record_says_changes_nothing(places: Places) -> None:
    made = stored(send(cleanup(places.village)))
    row = [made.pk, "Thôn 1", "01/06/2023", 25, 1.5]

    assert load(xlsx(HEADER, row), "ngay_ra_quan") == ImportResult(0, 0, 1)
    assert load(xlsx(HEADER, [*row[:3], 26, 1.5]), "ngay_ra_quan") == ImportResult(0, 1, 0)
    assert load(xlsx(HEADER, row), "ngay_ra_quan") == ImportResult(0, 1, 0)  # back to what it was


def test_columns_that_are_not_there_stay_as_they_are(places: Places) -> None:
    made = stored(send(cleanup(places.village)))

    load(xlsx(["ban_ghi", "don_vi", "so_nguoi"], [made.pk, "Thôn 1", 40]), "ngay_ra_quan")

    answers = SubmissionVersion.objects.get(submission=made, number=2).answers
    assert answers == {"ngay": "2023-06-01", "so_nguoi": "40", "rac_m3": "1.5"}


def test_a_record_may_be_named_by_its_instance_id(places: Places) -> None:
    made = stored(send(cleanup(places.village)))
    instance = SubmissionVersion.objects.get(submission=made).instance_id

    assert load(xlsx(HEADER, [instance, "Thôn 1", "01/06/2023", 31, 1.5]), "ngay_ra_quan").corrected == 1


def test_unknown_foreign_and_doubled_records_are_named_with_their_row(places: Places) -> None:
    made = stored(send(cleanup(places.village)))
    row = [made.pk, "Thôn 1", "01/06/2023", 31, 1.5]

    assert "Không có bản ghi này" in refused(HEADER, [999_999, *row[1:]])[0].message
    assert "dòng 2" in refused(HEADER, row, [*row[:3], 32, 1.5])[0].message
    for odd in ("²", "٣", "9" * 30, 3.7, "-1"):
        assert "Không có bản ghi này" in refused(HEADER, [odd, *row[1:]])[0].message
    assert "đơn vị" in refused(HEADER, [made.pk, "Thôn 2, Xã Bản Qua", *row[2:]])[0].message
    officer = user("xa", (Role.RECORDER, places.other_commune))
    mine = windows_with_role(officer, MAY_ENTER, DAY)
    assert "Không có bản ghi này" in refused(HEADER, row, scope=mine)[0].message


def test_a_report_corrected_by_number_keeps_its_period(places: Places) -> None:
    made = stored(send(report(places.village)))

    load(xlsx(["ban_ghi", "don_vi", "ky", "so_luot_du"], [made.pk, "Thôn 1", "2023-05", 75]))

    assert SubmissionVersion.objects.get(submission=made, number=2).answers["so_luot_du"] == "75"


def test_without_the_column_a_missing_question_is_still_named(places: Places) -> None:
    assert "Thiếu cột" in mistakes(xlsx(["don_vi", "ky", "so_luot_du"], ["Thôn 1", "2023-05", 75]))[0].message
    assert not Submission.objects.exists()


CONTACT_HEADER = ["Số bản ghi", "don_vi", "ngay", "so_nguoi", "ghi_chu", "ten", "dien_thoai"]


def test_who_corrects_an_export_leaves_the_people_it_hides_as_they_are(places: Places) -> None:
    publish_contact()
    made = stored(send(contact(places.village)))
    row = [made.pk, "Thôn 1", "01/06/2023", 25, "", "•••", "•••"]

    assert load(xlsx(CONTACT_HEADER, row), "dau_moi") == ImportResult(0, 0, 1)
    assert load(xlsx(CONTACT_HEADER, [*row[:3], 30, *row[4:]]), "dau_moi") == ImportResult(0, 1, 0)
    before, after = SubmissionVersion.objects.filter(submission=made).order_by("number")
    assert after.answers == {**before.answers, "so_nguoi": "30"}
    assert open_version(after)["ten"] == NAME


def test_a_new_row_cannot_say_what_an_export_hides(places: Places) -> None:
    publish_contact()

    with pytest.raises(FileRefused) as found:
        load(xlsx(CONTACT_HEADER, ["", "Thôn 1", "01/06/2023", 25, "", "•••", "0987654321"]), "dau_moi")

    (mistake,) = found.value.mistakes
    assert (mistake.row, mistake.value) == (2, "•••") and "tệp xuất" in mistake.message
