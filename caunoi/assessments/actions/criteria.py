"""What is said of a unit's criteria, and which group it belongs to. Nothing said before is ever changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.assessments.errors import RatingNotAllowed, StatementRefused
from caunoi.assessments.models import CriteriaSet, CriterionStatement, GroupSpell, ProgressRecord, StatementFile
from caunoi.assessments.permissions import may_group, may_state
from caunoi.assessments.queries import groups_on, judge_units, list_parts_on
from caunoi.assessments.rules.criteria import Part, SetCriterion, count_progress, read_criteria, write_parts
from caunoi.assessments.rules.filling import WORDS, Reached
from caunoi.assessments.standings import tell_standings
from caunoi.audit.actions import write_line
from caunoi.audit.rules import Actor
from caunoi.audit.values import changes_of
from caunoi.documents.actions import keep_bytes, store_bytes
from caunoi.documents.uploads import PreparedFile
from caunoi.forms.rules.filling import DAY
from caunoi.moments import local_date
from caunoi.places.queries import get_snapshot
from caunoi.records.actions.filling import fill_record
from caunoi.records.permissions import may_run
from caunoi.vietnamese_text import clean

MOST_FILES = 10
# Of one filling in, in one audit line; what is beyond them is counted.
MOST_TOLD = 200
MOST_VALUE = Decimal(10) ** 12


def state_criterion(
    *,
    set_: CriteriaSet,
    criterion: str,
    org_unit_id: int,
    day: date,
    evidence: str,
    by: User,
    at: datetime,
    met: bool | None = None,
    value: Decimal | None = None,
    files: Sequence[PreparedFile] = (),
) -> CriterionStatement:
    """`criterion`: the code of one without parts on that day, or of a part that holds on it. Where a threshold judges
    what was measured `value` is given, and what follows of it is kept; else `met`."""
    # Waiting for the disk before the transaction.
    for file in files:
        keep_bytes(file.content)
    with transaction.atomic():
        if not may_state(by, org_unit_id, local_date(at)):
            raise RatingNotAllowed(_("người duyệt của xã hoặc của cấp trên"))
        _check_day(set_, day, at)
        rule = _find_rule(set_, criterion, day)
        if not clean(evidence):
            raise StatementRefused(_("Hãy ghi minh chứng: số quyết định, biên bản, hồ sơ để ở đâu."))
        if len(files) > MOST_FILES:
            raise StatementRefused(_("Nhiều nhất %(most)d tệp minh chứng cho một lần xác nhận.") % {"most": MOST_FILES})
        if rule.is_measured:
            met = _judge_value(set_, rule, org_unit_id, day, value)
        elif met is None:
            raise StatementRefused(_("Hãy chọn đạt hay chưa đạt."))
        stated = CriterionStatement.objects.create(
            set_code=set_.code, criterion=criterion, org_unit_id=org_unit_id, day=day, met=met,
            value=value if rule.is_measured else None, evidence=clean(evidence), by_name=str(by), at=at,
        )  # fmt: skip
        StatementFile.objects.bulk_create(
            StatementFile(
                statement=stated, name=file.name, stored=store_bytes(file.content, media_type=file.media_type, at=at)
            )
            for file in files
        )
        detail: dict[str, Any] = {
            "set": set_.code, "criterion": criterion, "day": day.isoformat(), "met": met, "evidence": stated.evidence
        }  # fmt: skip
        if stated.value is not None:
            detail["value"] = format(stated.value, "f")
        if files:
            detail["files"] = [file.name for file in files]
        write_line("criterion.state", f"org_unit:{get_snapshot().units[org_unit_id].key}", detail, by=by.actor, at=at)
    return stated


def _find_rule(set_: CriteriaSet, code: str, day: date) -> SetCriterion:
    parts = list_parts_on(set_, day)
    if code in parts:
        raise StatementRefused(
            _("Ngày này tiêu chí được xét từ các chỉ tiêu thành phần. Hãy xác nhận từng chỉ tiêu của nó.")
        )
    known = [part.rule for several in parts.values() for part in several] + read_criteria(set_.criteria)
    found = next((rule for rule in known if rule.code == code), None)
    if found is None:
        raise StatementRefused(_("Ngày này bộ tiêu chí không có tiêu chí, chỉ tiêu này. Hãy tải lại trang."))
    return found


def _judge_value(set_: CriteriaSet, rule: SetCriterion, unit: int, day: date, value: Decimal | None) -> bool:
    if value is None:
        raise StatementRefused(_("Chỉ tiêu này có ngưỡng: hãy ghi giá trị đo được."))
    if value != round(value, 6) or abs(value) >= MOST_VALUE:
        raise StatementRefused(_("Giá trị đo được có nhiều nhất 12 chữ số trước và 6 chữ số sau dấu phẩy."))
    threshold = rule.threshold_of(groups_on(set_, [unit], day).get(unit, ""))
    if threshold is None:
        raise StatementRefused(_("Xã chưa được xếp vào nhóm nào nên chưa biết ngưỡng. Hãy xếp nhóm xã trước."))
    return rule.is_met_by(value, threshold)


@transaction.atomic
def fill_parts(*, set_: CriteriaSet, parts: Sequence[Part], by: Actor, at: datetime) -> bool:
    """These and no others; what they may be was judged by who read them. False: they are the same already."""
    kept = CriteriaSet.objects.select_for_update().get(pk=set_.pk)
    before = {str(one["code"]): one for one in kept.parts}
    after = {str(one["code"]): one for one in write_parts(parts)}
    if list(before.values()) == list(after.values()):
        return False
    kept.parts = list(after.values())
    kept.save(update_fields=["parts"])
    changes = changes_of(before, after)
    told: dict[str, Any] = dict(islice(changes.items(), MOST_TOLD))
    if len(changes) > MOST_TOLD:
        told["count"] = len(changes)
    write_line("criteria_set.parts", f"criteria_set:{kept.code}", told, by=by, at=at)
    return True


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
    """What is met on the day goes into the figures, with the level it makes: a record of the set's form, for approval
    like any other. Once more for the same day it is corrected; False: it says so already. Who enters the unit's records
    sends it: others have confirmed what is met, and approve. Raises also what the door refuses."""
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
    judged = judge_units(set_, [org_unit_id], day)
    standing = tell_standings(set_, [org_unit_id], day, judged)[org_unit_id]
    reached = Reached(count_progress(judged[org_unit_id]), standing.code)
    answers = WORDS.fill(set_.answers, reached, {DAY: day})
    return fill_record(record, set_.form_code, answers, action="criterion.record", by=by, at=at)


def _check_day(set_: CriteriaSet, day: date, at: datetime) -> None:
    first, last = set_.from_day, set_.to_day
    if day > local_date(at) or (first is not None and day < first) or (last is not None and day > last):
        raise StatementRefused(
            _("Ngày %(day)s nằm ngoài thời gian áp dụng của bộ tiêu chí, hoặc ở tương lai. Hãy ghi ngày khác.")
            % {"day": f"{day:%d/%m/%Y}"}
        )
