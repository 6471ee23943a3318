"""Levels of sets of criteria: told on a day by how many criteria are met, by what another set's level requires, and by
the group of the unit; a figure once they are recorded."""

from __future__ import annotations

from datetime import date

import pytest

from caunoi.accounts.models import Role
from caunoi.assessments.actions import group_unit, record_progress, state_criterion
from caunoi.assessments.models import CriteriaSet
from caunoi.assessments.queries import judge_units
from caunoi.assessments.rules.criteria import SetCriterion, write_criteria
from caunoi.assessments.rules.levels import (
    SetLevel,
    Standing,
    count_units,
    list_levels_on,
    read_levels,
    tell_standing,
    write_levels,
)
from caunoi.assessments.standings import list_above, list_required, tell_standings
from caunoi.assessments.tests.builders import commune_officer, province_officer, store_world
from caunoi.audit.clock import take_numbers
from caunoi.desk.tests.builders import signed_in, user
from caunoi.facts.models import DataElement
from caunoi.facts.questions import ask, make_question
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import local_moment
from caunoi.records.actions import approve
from caunoi.records.models import Submission
from caunoi.records.tests.builders import publish

COMMUNE, OTHER = 2, 5
DAY, BEFORE, AFTER = date(2024, 6, 20), date(2024, 6, 19), date(2024, 6, 25)
AT = local_moment(date(2024, 7, 1))
BASIC = SetLevel("dat_chuan", "Đạt chuẩn", "Standard", 2, source_vi="Quyết định 1", source_en="Decision 1")
ADVANCED = SetLevel("nang_cao", "Nâng cao", "Advanced", 1, requires=("co_ban", "dat_chuan"))
MODEL = SetLevel("kieu_mau", "Kiểu mẫu", "Model", 2, requires=("co_ban", "dat_chuan"))
FORM = "tieu_chi_ntm"


def store_set(code: str, levels: list[SetLevel], **columns: object) -> CriteriaSet:
    criteria = [SetCriterion(f"{code}_{at}", f"Tiêu chí {at}", f"Criterion {at}") for at in (1, 2, 3)]
    return CriteriaSet.objects.create(
        pack="thu", code=code, title_vi=f"Bộ {code}", title_en=f"Set {code}", level="commune", to_day=None,
        groups=[{"code": "nhom_3", "name_vi": "Nhóm 3", "name_en": "Group 3"}], criteria=write_criteria(criteria),
        levels=write_levels(levels), **columns,
    )  # fmt: skip


def meet(set_: CriteriaSet, *numbers: int, day: date = DAY) -> None:
    by = province_officer()
    for number in numbers:
        state_criterion(
            set_=set_, criterion=f"{set_.code}_{number}", org_unit_id=COMMUNE, day=day, met=True,
            evidence="Biên bản số 5", by=by, at=AT,
        )  # fmt: skip
    by.delete()


def standing(set_: CriteriaSet, day: date = DAY, unit: int = COMMUNE) -> Standing:
    return tell_standings(set_, [unit], day, judge_units(set_, [unit], day))[unit]


# -- Which one is reached ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("met", "required", "code", "next_code", "short"),
    [
        (0, True, "", "mot", 1), (1, True, "mot", "hai", 2), (2, True, "mot", "hai", 1), (3, True, "hai", "ba", 2),
        (3, False, "mot", "hai", 0), (5, False, "mot", "hai", 0), (5, True, "ba", None, 0),
    ],
)  # fmt: skip
def test_a_level_is_reached_with_those_below_it_and_with_what_it_requires(
    met: int, required: bool, code: str, next_code: str | None, short: int
) -> None:
    least = {"mot": 1, "hai": 3, "ba": 5}
    levels = [SetLevel(name, name, name, count) for name, count in least.items()]
    levels[1] = SetLevel("hai", "hai", "hai", 3, requires=("khac", "muc"))

    told = tell_standing(levels, met, lambda _required: required)

    assert (told.code, told.next_level and told.next_level.code, told.short) == (code, next_code, short)


def test_a_group_s_own_row_goes_before_the_one_for_all_and_only_on_its_days() -> None:
    own = SetLevel("dat_chuan", "x", "x", 1, group="nhom_3", first=DAY, last=DAY)

    levels = [BASIC, own]

    assert list_levels_on(levels, "nhom_3", DAY) == [own]
    assert list_levels_on(levels, "nhom_3", AFTER) == list_levels_on(levels, "", DAY) == [BASIC]


def test_levels_are_kept_as_they_are_and_units_counted_from_the_highest_down() -> None:
    levels = [BASIC, SetLevel("kieu_mau", "k", "k", 3, "nhom_3", ("co_ban", "dat_chuan"), DAY, AFTER, "a", "b")]

    assert read_levels(write_levels(levels)) == levels
    counted = count_units(levels, ["dat_chuan", "", "kieu_mau", "dat_chuan"])
    assert [(one.code if one else "", units) for one, units in counted] == [("kieu_mau", 1), ("dat_chuan", 2), ("", 1)]


@pytest.mark.django_db
def test_the_advanced_level_waits_for_the_basic_one_of_the_same_day() -> None:
    store_world()
    basic, advanced = store_set("co_ban", [BASIC]), store_set("nang_cao", [ADVANCED, MODEL])
    meet(advanced, 1, 2)
    meet(basic, 1)

    waiting = standing(advanced, AFTER)
    meet(basic, 2, day=AFTER)

    assert (waiting.code, waiting.has_required, waiting.short) == ("", False, 0)
    assert list(list_required([waiting])) == [("co_ban", "dat_chuan")]
    assert standing(advanced, DAY).code == ""
    assert standing(advanced, AFTER).code == "kieu_mau"
    assert [one.level.code for one in list_above(basic, standing(basic, AFTER), AFTER)] == ["nang_cao", "kieu_mau"]
    assert standing(advanced, AFTER, OTHER).code == ""


@pytest.mark.django_db
def test_a_day_is_told_by_what_held_then_also_after_thresholds_and_groups_changed() -> None:
    store_world()
    easier = SetLevel("dat_chuan", "Đạt chuẩn", "Standard", 1, group="nhom_3", first=DAY)
    set_ = store_set("co_ban", [BASIC, easier], from_day=date(2024, 1, 1))
    meet(set_, 1, day=date(2024, 6, 1))

    before = standing(set_, DAY).code
    officer = province_officer()
    group_unit(set_=set_, org_unit_id=COMMUNE, group="nhom_3", from_day=date(2024, 6, 10), by=officer, at=AT)

    assert before == standing(set_, BEFORE).code == ""
    assert standing(set_, DAY).code == "dat_chuan"
    set_.to_day = DAY
    assert standing(set_, AFTER) == Standing(None, None)


# -- As a figure, and on the pages ------------------------------------------------------------------------------------


@pytest.fixture
def recorded(db: None) -> CriteriaSet:
    store_world()
    publish(FORM, AssignmentRow("commune", "event", approval_level="province"), at=AT)
    DataElement.objects.create(
        code="xa_dat", name_vi="Xã đạt chuẩn", kind="stock", levels=["commune"], unit="xã", form_code=FORM, pack="thu",
        expression="if(${muc} = 'dat_chuan', 1, 0)", filter="${muc} != ''", day="${ngay}", nature="result",
        known_from=take_numbers(1)[0],
    )  # fmt: skip
    answers = {
        "ngay": "day", "bo_tieu_chi": "'co_ban_2021'", "so_dat": "met", "so_tieu_chi": "in_set", "muc": "level:chua_dat"
    }  # fmt: skip
    return store_set("co_ban", [BASIC], form_code=FORM, answers=answers)


def test_communes_by_level_are_a_figure_once_the_level_is_recorded_and_approved(recorded: CriteriaSet) -> None:
    meet(recorded, 1, 2)
    clerks = {unit: user(f"ghi-{unit}", [(Role.RECORDER, unit)], "Lò Thị Ghi") for unit in (COMMUNE, OTHER)}

    for unit, clerk in clerks.items():
        record_progress(set_=recorded, org_unit_id=unit, day=DAY, by=clerk, at=AT)
    province = province_officer()
    for sent in Submission.objects.filter(form__code=FORM):
        approve(sent.pk, by=province, at=AT)

    told = {figure.place: figure.value for figure in ask(make_question(["xa_dat"], "u1", DAY, DAY, level="commune"))}
    assert told == {"u2": 1, "u5": 0}
    assert ask(make_question(["xa_dat"], "u1", DAY, DAY))[0].value == 1


@pytest.mark.django_db
def test_the_pages_and_the_file_tell_the_level_its_source_and_what_is_missing_to_the_next() -> None:
    store_world()
    basic, advanced = store_set("co_ban", [BASIC]), store_set("nang_cao", [ADVANCED, MODEL])
    meet(basic, 1)
    meet(advanced, 1)
    browser = signed_in(commune_officer())

    unit = browser.get("/criteria/co_ban/u2/?day=2024-06-20").content.decode()
    above = browser.get("/criteria/nang_cao/u2/?day=2024-06-20").content.decode()
    assert "Chưa đạt mức nào" in unit
    assert "còn thiếu 1 tiêu chí" in unit and "Quyết định 1" in unit
    assert "phải đạt “Đạt chuẩn”" in above and "/criteria/co_ban/u2/?day=2024-06-20" in above

    meet(basic, 2)
    unit = browser.get("/criteria/co_ban/u2/?day=2024-06-20").content.decode()
    table = browser.get("/criteria/co_ban/?day=2024-06-20").content.decode()
    file = browser.get("/criteria/nang_cao/?day=2024-06-20&format=csv").getvalue().decode("utf-8-sig")
    assert "Đạt chuẩn" in unit and "/criteria/nang_cao/u2/?day=2024-06-20" in unit
    assert 'id="levels"' in table and "/criteria/co_ban/u2/?day=2024-06-20" in table
    assert "Nâng cao" in file.splitlines()[1] and "Kiểu mẫu: còn thiếu 1 tiêu chí" in file
