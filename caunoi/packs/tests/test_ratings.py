"""Scoring sheets and sets of criteria in packs: what can't be rated by is named by row before anybody is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from caunoi.assessments.models import CriteriaSet, CriterionStatement, ScoringSheet
from caunoi.assessments.rules.sheet import read_sheet
from caunoi.audit.rules import Actor
from caunoi.forms.models import Form
from caunoi.moments import local_moment
from caunoi.packs.actions import load_pack
from caunoi.packs.assessing import FILES, OPTIONAL
from caunoi.packs.reading import read_pack
from caunoi.packs.rules import criteria_sets, ratings
from caunoi.packs.tests.builders import (
    ASSIGNMENTS,
    BAO_CAO,
    HOAT_DONG,
    MONTH,
    assignment,
    form,
    table,
    tiny_pack,
)
from caunoi.places.models import OrgUnit
from caunoi.refusals import FileRefused

RESULT = form(
    MONTH,
    "| | select_one xep | xep_loai | Xếp loại | Class | |",
    form_id="ket_qua",
    choices="| | xep | tot | Tốt | Good |\n| | xep | yeu | Yếu | Weak |",
)
Rows = dict[str, list[dict[str, str]]]


def right() -> Rows:
    return {
        ratings.SHEETS: [
            {
                "code": "cham_xa", "series": "cham_xa", "title_vi": "Chấm xã", "title_en": "Communes",
                "level": "commune", "run_by": "province", "period_type": "month", "cut_off": "15", "total": "20",
                "from": "2026-01-01", "source_vi": "Quyết định 1", "source_en": "Decision 1", "form": "ket_qua",
                "question": "xep_loai", "due_days": "5", "appeal_days": "15",
            }
        ],
        ratings.CRITERIA: [
            {
                "sheet": "cham_xa", "code": "hop", "name_vi": "Hội nghị", "name_en": "Conferences", "most": "10",
                "scoring": "linear", "formula": "hoi_nghi", "scale": "0:0;5:10",
            },
            {
                "sheet": "cham_xa", "code": "chi_dao", "name_vi": "Chỉ đạo", "name_en": "Leading", "most": "10",
                "scoring": "hand",
            },
        ],
        ratings.CLASSES: [
            {"sheet": "cham_xa", "code": "tot", "name_vi": "Tốt", "name_en": "Good", "from": "12", "below": "20"},
            {"sheet": "cham_xa", "code": "yeu", "name_vi": "Yếu", "name_en": "Weak", "from": "0", "below": "12"},
        ],
        ratings.CAPS: [{"sheet": "cham_xa", "class": "tot", "of": "tot;yeu", "most_percent": "20"}],
        criteria_sets.SETS: [
            {
                "code": "ntm", "title_vi": "Nông thôn mới", "title_en": "New rural", "level": "commune",
                "criteria": "2", "source_vi": "Quyết định 2", "source_en": "Decision 2", "form": "hoat_dong",
                "answers": "ngay=day; so_nguoi=met",
            }
        ],
        criteria_sets.CRITERIA: [
            {
                "set": "ntm", "code": "van_hoa", "name_vi": "Văn hóa", "name_en": "Culture", "test": "at_least",
                "formula": "hoi_nghi",
            },
            {"set": "ntm", "code": "nha_o", "name_vi": "Nhà ở", "name_en": "Housing", "test": "hand"},
        ],
        criteria_sets.GROUPS: [{"set": "ntm", "code": "nhom_1", "name_vi": "Nhóm 1", "name_en": "Group 1"}],
        criteria_sets.THRESHOLDS: [{"set": "ntm", "criterion": "van_hoa", "group": "nhom_1", "value": "3"}],
        criteria_sets.LEVELS: [
            {
                "set": "ntm", "code": code, "name_vi": code, "name_en": code, "least": least, "group": group,
                "source_vi": "Quyết định 2", "source_en": "Decision 2",
            }
            for code, least, group in (("dat_chuan", "1", ""), ("kieu_mau", "2", ""), ("dat_chuan", "2", "nhom_1"))
        ],
    }  # fmt: skip


def with_ratings(folder: Path, rows: Rows) -> Path:
    files: dict[str, str | bytes | None] = {
        file: table((*FILES[file], *OPTIONAL.get(file, ())), several) for file, several in rows.items()
    }
    forms: dict[str, str | bytes] = {"hoat_dong.md": HOAT_DONG, "bao_cao.md": BAO_CAO, "ket_qua.md": RESULT}
    monthly = {"period_type": "month", "cut_off": "15", "approval": "none"}
    return tiny_pack(folder, forms=forms, files=files, assignment_rows=[*ASSIGNMENTS, assignment("ket_qua", **monthly)])


@pytest.mark.django_db
def test_sheets_and_sets_are_loaded_and_loading_again_changes_nothing(tmp_path: Path) -> None:
    made, by, at = with_ratings(tmp_path, right()), Actor("Người thử"), local_moment(date(2026, 8, 1))

    load_pack(made, by=by, at=at)
    again = load_pack(made, by=by, at=at)

    sheet = read_sheet(ScoringSheet.objects.get().content)
    assert [one.code for one in sheet.criteria] == ["hop", "chi_dao"]
    assert [band.code for band in sheet.bands] == ["tot", "yeu"]
    assert CriteriaSet.objects.get().criteria[0]["thresholds"] == {"nhom_1": "3"}
    assert not again.changed_anything
    assert (sheet.form, sheet.question, sheet.due_days, sheet.appeal_days) == ("ket_qua", "xep_loai", 5, 15)
    assert list(Form.objects.filter(is_derived=True).values_list("code", flat=True)) == ["ket_qua"]


@pytest.mark.django_db
def test_a_form_is_filled_by_hand_again_once_no_sheet_records_in_it(tmp_path: Path) -> None:
    by, at, rows = Actor("Người thử"), local_moment(date(2026, 8, 1)), right()
    load_pack(with_ratings(tmp_path, rows), by=by, at=at)
    rows[ratings.SHEETS][0] |= {"form": "", "question": ""}

    load_pack(with_ratings(tmp_path, rows), by=by, at=at)

    assert not Form.objects.filter(is_derived=True).exists()


SPOILED = [
    (ratings.SHEETS, 0, "total", "30", ratings.SHEETS, 2, "total"),
    (ratings.SHEETS, 0, "run_by", "village", ratings.SHEETS, 2, "run_by"),
    (ratings.SHEETS, 0, "title_en", "", ratings.SHEETS, 2, "title_en"),
    (ratings.SHEETS, 0, "code", "cham_thon", ratings.CRITERIA, 2, "sheet"),
    (ratings.CRITERIA, 0, "formula", "hoi_ngi", ratings.CRITERIA, 2, "formula"),
    (ratings.CRITERIA, 0, "scale", "0:0;5:8", ratings.CRITERIA, 2, "scale"),
    (ratings.CRITERIA, 0, "scale", "5:0;0:10", ratings.CRITERIA, 2, "scale"),
    (ratings.CRITERIA, 0, "scale", "5:10", ratings.CRITERIA, 2, "scale"),
    (ratings.CRITERIA, 0, "name_en", "", ratings.CRITERIA, 2, "name_en"),
    (ratings.CRITERIA, 1, "formula", "hoi_nghi", ratings.CRITERIA, 3, "formula"),
    (ratings.CRITERIA, 1, "reports", "bao_cao", ratings.CRITERIA, 3, "reports"),
    (ratings.CRITERIA, 0, "reports", "bao_cao", ratings.CRITERIA, 2, "reports"),
    (ratings.CLASSES, 1, "below", "13", ratings.CLASSES, 3, "below"),
    (ratings.CLASSES, 1, "below", "11", ratings.CLASSES, 3, "below"),
    (ratings.CLASSES, 1, "from", "1", ratings.CLASSES, 3, "from"),
    (ratings.CLASSES, 0, "below", "19", ratings.CLASSES, 2, "below"),
    (ratings.CAPS, 0, "class", "kha", ratings.CAPS, 2, "class"),
    (ratings.CAPS, 0, "class", "yeu", ratings.CAPS, 2, "class"),
    (ratings.CAPS, 0, "of", "tot", ratings.CAPS, 2, "of"),
    (ratings.CAPS, 0, "most_percent", "120", ratings.CAPS, 2, "most_percent"),
    (ratings.CAPS, 0, "exception_percent", "10", ratings.CAPS, 2, "exception_percent"),
    (ratings.SHEETS, 0, "form", "ket_qua_xa", ratings.SHEETS, 2, "form"),
    (ratings.SHEETS, 0, "form", "", ratings.SHEETS, 2, "question"),
    (ratings.SHEETS, 0, "form", "hoat_dong", ratings.SHEETS, 2, "form"),
    (ratings.SHEETS, 0, "question", "so_hop", ratings.SHEETS, 2, "question"),
    (ratings.SHEETS, 0, "question", "xep_loai_2", ratings.SHEETS, 2, "question"),
    (ratings.SHEETS, 0, "period_type", "quarter", ratings.SHEETS, 2, "form"),
    (ratings.SHEETS, 0, "due_days", "nhiều", ratings.SHEETS, 2, "due_days"),
    (ratings.CLASSES, 1, "code", "rat_yeu", ratings.SHEETS, 2, "question"),
    (criteria_sets.SETS, 0, "criteria", "19", criteria_sets.SETS, 2, "criteria"),
    (criteria_sets.SETS, 0, "form", "khong_co", criteria_sets.SETS, 2, "form"),
    (criteria_sets.SETS, 0, "answers", "ngay=day; so_nguoi=people", criteria_sets.SETS, 2, "answers"),
    (criteria_sets.CRITERIA, 0, "formula", "khong_co", criteria_sets.CRITERIA, 2, "formula"),
    (criteria_sets.CRITERIA, 1, "formula", "hoi_nghi", criteria_sets.CRITERIA, 3, "formula"),
    (criteria_sets.THRESHOLDS, 0, "group", "nhom_9", criteria_sets.THRESHOLDS, 2, "group"),
    (criteria_sets.THRESHOLDS, 0, "value", "nhiều", criteria_sets.CRITERIA, 2, "test"),
    (criteria_sets.LEVELS, 0, "set", "ntm_9", criteria_sets.LEVELS, 2, "set"),
    (criteria_sets.LEVELS, 0, "least", "3", criteria_sets.LEVELS, 2, "least"),
    (criteria_sets.LEVELS, 1, "least", "1", criteria_sets.LEVELS, 3, "least"),
    (criteria_sets.LEVELS, 1, "code", "dat_chuan", criteria_sets.LEVELS, 3, "code"),
    (criteria_sets.LEVELS, 0, "group", "nhom_9", criteria_sets.LEVELS, 2, "group"),
    (criteria_sets.LEVELS, 0, "source_en", "", criteria_sets.LEVELS, 2, "source_en"),
    (criteria_sets.LEVELS, 0, "requires", "ntm", criteria_sets.LEVELS, 2, "requires"),
    (criteria_sets.LEVELS, 0, "requires", "ntm:kieu_mau", criteria_sets.LEVELS, 2, "requires"),
    (criteria_sets.LEVELS, 0, "requires", "co_ban:dat_chuan", criteria_sets.LEVELS, 2, "requires"),
    (criteria_sets.SETS, 0, "answers", "ngay=day; so_nguoi=level:chua_dat", criteria_sets.SETS, 2, "answers"),
]


@pytest.mark.parametrize(("spoiled", "at", "column", "value", "file", "row", "told"), SPOILED)
def test_what_cannot_be_rated_by_is_named_by_file_row_and_column(
    tmp_path: Path, spoiled: str, at: int, column: str, value: str, file: str, row: int, told: str
) -> None:
    rows = right()
    rows[spoiled][at][column] = value

    with pytest.raises(FileRefused) as refused:
        read_pack(with_ratings(tmp_path, rows))

    assert (file, row, told) in {(one.file, one.row, one.column) for one in refused.value.mistakes}


# -- A set of which something was said --------------------------------------------------------------------------------

SETS, CRITERIA, GROUPS, THRESHOLDS, _PARTS, LEVELS = criteria_sets.FILES
SAID = date(2026, 6, 20)
# Another criterion, threshold or rule, other units or days: file, row, column, value; file, row and column told.
JUDGES_ANEW = [
    (CRITERIA, 0, "test", "at_most", CRITERIA, 2, "test"),
    (CRITERIA, 0, "formula", "so_nguoi", CRITERIA, 2, "formula"),
    (THRESHOLDS, 0, "value", "4", THRESHOLDS, 2, "value"),
    (THRESHOLDS, 0, "group", "", CRITERIA, 2, "code"),
    (CRITERIA, 1, "code", "nha_kien_co", CRITERIA, 3, "code"),
    (CRITERIA, 1, "code", "nha_kien_co", SETS, 2, "criteria"),
    (SETS, 0, "from", "2026-06-21", SETS, 2, "from"),
    (SETS, 0, "to", "2026-06-19", SETS, 2, "to"),
    (LEVELS, 0, "code", "dat_muc", LEVELS, 2, "from"),
    (LEVELS, 0, "code", "dat_muc", SETS, 2, "code"),
    (LEVELS, 2, "least", "1", LEVELS, 4, "least"),
    (LEVELS, 1, "to", "2026-06-20", LEVELS, 3, "to"),
]
SAME_JUDGEMENT = [
    (SETS, 0, "title_vi", "Xã nông thôn mới"),
    (SETS, 0, "source_en", "Decision 2 and its explanation"),
    (SETS, 0, "from", "2026-01-01"),
    (SETS, 0, "to", "2026-06-20"),
    (CRITERIA, 0, "name_en", "Culture and sports"),
    (GROUPS, 0, "name_vi", "Nhóm một"),
    (THRESHOLDS, 0, "value", "3.0"),
    (LEVELS, 0, "name_vi", "Đạt chuẩn nông thôn mới"),
    (LEVELS, 1, "to", "2099-12-31"),
]


def say_of_the_set() -> None:
    place = OrgUnit.objects.create(key="xa", level="commune", known_from=1)
    CriterionStatement.objects.create(
        set_code="ntm", criterion="nha_o", org_unit=place, day=SAID, met=True, evidence="Biên bản số 5",
        by_name="Lò Thị Ghi", at=local_moment(SAID),
    )  # fmt: skip


def load(folder: Path, rows: Rows) -> None:
    load_pack(with_ratings(folder, rows), by=Actor("Người thử"), at=local_moment(date(2026, 8, 1)))


@pytest.mark.django_db
@pytest.mark.parametrize(("changed", "at", "column", "value", "file", "row", "told"), JUDGES_ANEW)
def test_what_days_gone_by_were_judged_by_is_not_changed_in_a_set_of_which_something_was_said(
    tmp_path: Path, changed: str, at: int, column: str, value: str, file: str, row: int, told: str
) -> None:
    rows = right()
    load(tmp_path, rows)
    kept = CriteriaSet.objects.values().get()
    rows[changed][at][column] = value
    say_of_the_set()

    with pytest.raises(FileRefused) as refused:
        load(tmp_path, rows)

    named = {(one.file, one.row, one.column): one.message for one in refused.value.mistakes}
    assert "những ngày đã qua" in named[file, row, told]
    assert CriteriaSet.objects.values().get() == kept


@pytest.mark.django_db
@pytest.mark.parametrize(("changed", "at", "column", "value"), SAME_JUDGEMENT)
def test_names_sources_and_days_without_statements_may_change(
    tmp_path: Path, changed: str, at: int, column: str, value: str
) -> None:
    rows = right()
    load(tmp_path, rows)
    say_of_the_set()
    rows[changed][at][column] = value

    load(tmp_path, rows)

    assert CriteriaSet.objects.count() == 1


@pytest.mark.django_db
def test_a_set_of_which_nothing_was_said_is_corrected_and_a_new_one_stands_beside_the_old(tmp_path: Path) -> None:
    rows = right()
    load(tmp_path, rows)
    rows[THRESHOLDS][0]["value"] = "4"

    load(tmp_path, rows)
    say_of_the_set()
    rows[SETS][0]["to"] = "2026-06-30"
    rows[SETS].append({**rows[SETS][0], "code": "ntm_2", "from": "2026-07-01", "to": ""})
    for file in (CRITERIA, GROUPS, THRESHOLDS):
        rows[file] += [{**one, "set": "ntm_2"} for one in rows[file]]
    rows[THRESHOLDS][1]["value"] = "5"
    load(tmp_path, rows)

    thresholds = {one.code: one.criteria[0]["thresholds"]["nhom_1"] for one in CriteriaSet.objects.all()}
    assert thresholds == {"ntm": "4", "ntm_2": "5"}


def test_two_sets_never_wait_for_each_other_s_levels(tmp_path: Path) -> None:
    rows = right()
    rows[SETS].append({**rows[SETS][0], "code": "nang_cao"})
    for file in (CRITERIA, GROUPS, THRESHOLDS, LEVELS):
        rows[file] += [{**one, "set": "nang_cao"} for one in rows[file]]
    rows[LEVELS][3]["requires"] = "ntm:dat_chuan"

    read_pack(with_ratings(tmp_path, rows))
    rows[LEVELS][1]["requires"] = "nang_cao:dat_chuan"
    with pytest.raises(FileRefused) as refused:
        read_pack(with_ratings(tmp_path, rows))

    assert [(one.file, one.row, one.column) for one in refused.value.mistakes] == [
        (LEVELS, row, "requires") for row in (3, 5)
    ]


def test_a_criterion_is_scored_by_reports_that_the_rated_units_owe_within_its_period(tmp_path: Path) -> None:
    rows = right()
    rows[ratings.CRITERIA][0] |= {"formula": "", "reports": "ket_qua", "scale": "0:0;100:10"}

    read = read_pack(with_ratings(tmp_path, rows))
    assert read.sheets[0].sheet.criteria[0].reports == ("ket_qua",)

    for code in ("khong_co", "hoat_dong"):
        rows[ratings.CRITERIA][0]["reports"] = code
        with pytest.raises(FileRefused) as refused:
            read_pack(with_ratings(tmp_path, rows))
        assert [(one.row, one.column, one.value) for one in refused.value.mistakes] == [(2, "reports", code)]


def test_two_versions_of_a_sheet_never_hold_on_one_day(tmp_path: Path) -> None:
    rows = right()
    later = {"code": "cham_xa_2", "from": "2026-06-01", "form": "", "question": ""}
    rows[ratings.SHEETS].append({**rows[ratings.SHEETS][0], **later})
    for file in (ratings.CRITERIA, ratings.CLASSES):
        rows[file] += [{**one, "sheet": "cham_xa_2", "code": f"{one['code']}_2"} for one in rows[file]]

    with pytest.raises(FileRefused) as refused:
        read_pack(with_ratings(tmp_path, rows))
    rows[ratings.SHEETS][0]["to"] = "2026-05-31"
    read = read_pack(with_ratings(tmp_path, rows))

    assert [(one.row, one.column) for one in refused.value.mistakes] == [(3, "from")]
    assert len(read.sheets) == 2


def test_a_file_with_another_name_in_the_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as refused:
        read_pack(tiny_pack(tmp_path, files={"ratings/sheet.csv": "code\n"}))

    assert [one.file for one in refused.value.mistakes] == ["ratings/sheet.csv"]
