"""What is said of a unit's criteria, and which group it belongs to. Nothing said before is ever changed."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.assessments.errors import RatingNotAllowed, StatementRefused
from caunoi.assessments.models import CriteriaSet, CriterionStatement, GroupSpell, ProgressRecord
from caunoi.assessments.permissions import may_group, may_state
from caunoi.assessments.queries import judge_units
from caunoi.assessments.rules.criteria import count_progress
from caunoi.assessments.rules.filling import WORDS
from caunoi.audit.actions import write_line
from caunoi.forms.rules.filling import DAY
from caunoi.moments import local_date
from caunoi.places.queries import get_snapshot
from caunoi.records.actions.filling import fill_record
from caunoi.records.permissions import may_run
from caunoi.vietnamese_text import clean


@transaction.atomic
def state_criterion(
    *, set_: CriteriaSet, criterion: str, org_unit_id: int, day: date, met: bool, evidence: str, by: User, at: datetime
) -> CriterionStatement:
    if not may_state(by, org_unit_id, local_date(at)):
        raise RatingNotAllowed(_("người duyệt của xã hoặc của cấp trên"))
    _check_day(set_, day, at)
    if criterion not in {one["code"] for one in set_.criteria}:
        raise StatementRefused(_("Bộ tiêu chí không có tiêu chí này. Hãy tải lại trang."))
    if not clean(evidence):
        raise StatementRefused(_("Hãy ghi minh chứng: số quyết định, biên bản, hồ sơ để ở đâu."))
    stated = CriterionStatement.objects.create(
        set_code=set_.code, criterion=criterion, org_unit_id=org_unit_id, day=day, met=met, evidence=clean(evidence),
        by_name=str(by), at=at,
    )  # fmt: skip
    detail = {
        "set": set_.code, "criterion": criterion, "day": day.isoformat(), "met": met, "evidence": stated.evidence
    }  # fmt: skip
    write_line("criterion.state", f"org_unit:{get_snapshot().units[org_unit_id].key}", detail, by=by.actor, at=at)
    return stated


@transaction.atomic
def group_unit(
    *, set_: CriteriaSet, org_unit_id: int, group: str, from_day: date, by: User, at: datetime
) -> GroupSpell:
    """Since that day; the groups before it stay as they were."""
    if not may_group(by, org_unit_id, local_date(at)):
        raise RatingNotAllowed(_("người duyệt của cấp trên trực tiếp"))
    _check_day(set_, from_day, at)
    if group not in {one["code"] for one in set_.groups}:
        raise StatementRefused(_("Bộ tiêu chí không có nhóm này. Hãy tải lại trang."))
    spell = GroupSpell.objects.create(
        set_code=set_.code, org_unit_id=org_unit_id, group=group, from_day=from_day, by_name=str(by), at=at
    )
    detail = {"set": set_.code, "group": group, "from": from_day.isoformat()}
    write_line("criterion.group", f"org_unit:{get_snapshot().units[org_unit_id].key}", detail, by=by.actor, at=at)
    return spell


@transaction.atomic
def record_progress(*, set_: CriteriaSet, org_unit_id: int, day: date, by: User, at: datetime) -> bool:
    """What is met on the day goes into the figures: a record of the set's form, for approval like any other. Once more
    for the same day it is corrected; False: it says so already. Who enters the unit's records sends it: others have
    confirmed what is met, and approve. Raises also what the door refuses."""
    if not may_run(by, org_unit_id, local_date(at)):
        raise RatingNotAllowed(_("người ghi số liệu của đơn vị"))
    _check_day(set_, day, at)
    if not set_.form_code:
        raise StatementRefused(_("Gói không ghi bộ tiêu chí này đưa vào biểu mẫu nào nên không có số liệu để chốt."))
    ProgressRecord.objects.get_or_create(
        set_code=set_.code, org_unit_id=org_unit_id, day=day, defaults={"by_name": str(by), "at": at}
    )
    # Of two who record the same day at once the second waits here, and corrects or finds nothing to do.
    record = ProgressRecord.objects.select_for_update().get(set_code=set_.code, org_unit_id=org_unit_id, day=day)
    progress = count_progress(judge_units(set_, [org_unit_id], day)[org_unit_id])
    answers = WORDS.fill(set_.answers, progress, {DAY: day})
    return fill_record(record, set_.form_code, answers, action="criterion.record", by=by, at=at)


def _check_day(set_: CriteriaSet, day: date, at: datetime) -> None:
    first, last = set_.from_day, set_.to_day
    if day > local_date(at) or (first is not None and day < first) or (last is not None and day > last):
        raise StatementRefused(
            _("Ngày %(day)s nằm ngoài thời gian áp dụng của bộ tiêu chí, hoặc ở tương lai. Hãy ghi ngày khác.")
            % {"day": f"{day:%d/%m/%Y}"}
        )
