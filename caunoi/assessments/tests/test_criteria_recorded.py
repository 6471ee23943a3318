"""How many criteria a commune meets is a figure: a record of the set's form, sent when it is recorded."""

from __future__ import annotations

from datetime import date

import pytest

from caunoi.accounts.models import Role, User
from caunoi.assessments.actions import record_progress, state_criterion
from caunoi.assessments.errors import RatingNotAllowed, StatementRefused
from caunoi.assessments.models import CriteriaSet, ProgressRecord
from caunoi.assessments.rules.criteria import SetCriterion, write_criteria
from caunoi.assessments.tests.builders import commune_officer, province_officer, store_world
from caunoi.audit.clock import take_numbers
from caunoi.desk.tests.builders import signed_in, user
from caunoi.facts.models import DataElement, Indicator
from caunoi.facts.questions import Figure, ask, make_question
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import local_moment
from caunoi.records.actions import approve
from caunoi.records.models import Submission
from caunoi.records.tests.builders import publish

FORM, DAY = "tieu_chi_ntm", date(2024, 6, 20)
AT = local_moment(date(2024, 7, 1))
ANSWERS = {"ngay": "day", "bo_tieu_chi": "'nang_cao_2021'", "so_dat": "met", "so_tieu_chi": "in_set"}


@pytest.fixture
def set_(db: None) -> CriteriaSet:
    store_world()
    publish(FORM, AssignmentRow("commune", "event", approval_level="province"), at=AT)
    for code, question in (("dat", "so_dat"), ("trong_bo", "so_tieu_chi")):
        DataElement.objects.create(
            code=code, name_vi=code, kind="own-level", levels=["commune"], unit="tiêu chí", form_code=FORM, pack="thu",
            expression=f"${{{question}}}", filter="${bo_tieu_chi} = 'nang_cao_2021'", day="${ngay}", nature="result",
            known_from=take_numbers(1)[0],
        )  # fmt: skip
    Indicator.objects.create(
        code="tieu_chi_dat", name_vi="Đạt", formula="out_of(dat, trong_bo)", pack="thu", decimals=0,
        known_from=take_numbers(1)[0],
    )  # fmt: skip
    criteria = [SetCriterion(code, code, code) for code in ("nha", "dien", "duong")]
    return CriteriaSet.objects.create(
        pack="thu", code="ntm", title_vi="Nông thôn mới", title_en="New rural", level="commune", groups=[],
        criteria=write_criteria(criteria), form_code=FORM, answers=ANSWERS,
    )  # fmt: skip


def met(set_: CriteriaSet, criterion: str, by: User, day: date = DAY) -> None:
    state_criterion(
        set_=set_, criterion=criterion, org_unit_id=2, day=day, met=True, evidence="Biên bản số 5", by=by, at=AT
    )


def recorder() -> User:
    return user("ghi", [(Role.RECORDER, 2)], "Lò Thị Ghi")


def figure(book: str = "approved") -> Figure:
    return ask(make_question(["tieu_chi_dat"], "u2", DAY, DAY, book=book))[0]


def test_what_is_met_on_the_day_becomes_a_record_and_once_approved_a_figure(set_: CriteriaSet) -> None:
    commune = commune_officer()
    met(set_, "nha", commune)
    met(set_, "dien", commune)
    met(set_, "duong", commune, date(2024, 6, 21))

    assert record_progress(set_=set_, org_unit_id=2, day=DAY, by=recorder(), at=AT)

    assert figure().value is None
    sent = Submission.objects.get(form__code=FORM)
    approve(sent.pk, by=province_officer(), at=AT)
    assert (figure().numerator, figure().denominator) == (2, 3)
    assert ProgressRecord.objects.get().submission_id == sent.pk


def test_recorded_again_it_is_corrected_and_what_is_the_same_is_not_sent_twice(set_: CriteriaSet) -> None:
    commune, clerk = commune_officer(), recorder()
    met(set_, "nha", commune)
    record_progress(set_=set_, org_unit_id=2, day=DAY, by=clerk, at=AT)

    again = record_progress(set_=set_, org_unit_id=2, day=DAY, by=clerk, at=AT)
    met(set_, "dien", commune)
    corrected = record_progress(set_=set_, org_unit_id=2, day=DAY, by=clerk, at=AT)

    assert (again, corrected) == (False, True)
    assert Submission.objects.get(form__code=FORM).current_number == 2
    assert figure("reported").numerator == 2


def test_only_who_enters_the_unit_s_records_sends_it_and_only_of_a_set_that_has_a_form(set_: CriteriaSet) -> None:
    with pytest.raises(RatingNotAllowed):
        record_progress(set_=set_, org_unit_id=2, day=DAY, by=commune_officer(), at=AT)
    set_.form_code = ""
    with pytest.raises(StatementRefused):
        record_progress(set_=set_, org_unit_id=2, day=DAY, by=recorder(), at=AT)
    assert not ProgressRecord.objects.exists()


def test_the_commune_s_page_records_and_leads_to_the_record(set_: CriteriaSet) -> None:
    officer = commune_officer()
    met(set_, "nha", officer)
    browser = signed_in(recorder())

    said = browser.post("/criteria/ntm/u2/", {"record": "1", "day": "2024-06-20"})

    assert said.status_code == 302
    page = browser.get("/criteria/ntm/u2/").content.decode()
    assert f"/submissions/{Submission.objects.get(form__code=FORM).pk}/" in page
    assert "record-form" not in signed_in(officer).get("/criteria/ntm/u2/").content.decode()
