"""A class as a whole: opened, changed, and the steps of its life."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.audit.actions import write_line
from caunoi.moments import local_date
from caunoi.places.queries import get_snapshot
from caunoi.records.actions.filling import find_record
from caunoi.training.actions.recording import close_counts
from caunoi.training.errors import ClassHasRecord, ClassMoved, ClassStepImpossible, ClassUnknown, TrainingInvalid
from caunoi.training.models import ClassLecturer, ClassSession, ClassState, TrainingClass, TrainingKind
from caunoi.training.permissions import check_may_run
from caunoi.training.queries import list_lecturers_offered
from caunoi.training.rules.drafts import LONGEST_DAYS, LONGEST_TITLE, MOST_HOURS, ClassDraft, list_days
from caunoi.training.rules.life import WITH_REASON, find_next
from caunoi.vietnamese_text import clean, fold


def open_class(*, org_unit_id: int, draft: ClassDraft, by: User, at: datetime) -> TrainingClass:
    """With a session for each day, if it is short. Raises ClassNotYours and TrainingInvalid."""
    check_may_run(by, org_unit_id, local_date(at))
    _check(org_unit_id, draft, at)
    with transaction.atomic():
        made = TrainingClass(org_unit_id=org_unit_id, opened_by=str(by), opened_at=at)
        _put(made, draft)
        ClassSession.objects.bulk_create(
            [ClassSession(training_class=made, day=day) for day in list_days(draft.day_from, draft.day_to)]
        )
        write_line("training.open", made.subject, _spell(made), by=by.actor, at=at)
    return made


def change_class(class_id: int, *, seen_number: int, draft: ClassDraft, by: User, at: datetime) -> TrainingClass:
    """Raises also ClassMoved, if somebody else changed it since `seen_number`."""
    with transaction.atomic():
        found = lock_class(class_id, ClassState.OPEN)
        check_may_run(by, found.org_unit_id, local_date(at))
        _check(found.org_unit_id, draft, at, found)
        if found.number != seen_number:
            raise ClassMoved
        if found.learners.exists() and not TrainingKind.objects.get(code=draft.kind).names:
            raise TrainingInvalid(_("Lớp đã có danh sách người học nên không đổi sang loại chỉ ghi số đếm được."))
        outside = found.sessions.exclude(day__gte=draft.day_from, day__lte=draft.day_to).first()
        if outside is not None:
            raise TrainingInvalid(
                _("Có buổi học ngày %(day)s nằm ngoài thời gian mới của lớp. Hãy bỏ buổi đó trước.")
                % {"day": f"{outside.day:%d/%m/%Y}"}
            )
        found.number += 1
        _put(found, draft)
        write_line("training.change", found.subject, _spell(found), by=by.actor, at=at)
    return found


def take_step(class_id: int, step: str, *, because: str = "", by: User, at: datetime) -> TrainingClass:
    """`close`, `reopen`, `cancel` or `restore`; closing finds who completed and fills the kind's form.

    Raises ClassStepImpossible, ClassNotYours, TrainingInvalid without a reason where one is needed, ClassHasRecord, and
    what the door of records refuses; nothing is written then.
    """
    because = clean(because)
    with transaction.atomic():
        # Of two who close it at once the second waits here, and finds it closed.
        found = lock_class(class_id)
        check_may_run(by, found.org_unit_id, local_date(at))
        after = find_next(found.state, step)
        if after is None:
            raise ClassStepImpossible(str(ClassState(found.state).label))
        if step in WITH_REASON and not because:
            raise TrainingInvalid(_("Hãy ghi lý do."))
        if step == "cancel" and find_record(found) is not None:
            raise ClassHasRecord
        if step == "reopen" and found.dossier_id is not None:
            raise TrainingInvalid(
                _("Lớp đã lập hồ sơ cấp giấy chứng nhận nên không mở lại được. Hãy sửa, thu hồi giấy ở hồ sơ đó.")
            )
        if step == "close" and found.day_to > local_date(at):
            raise TrainingInvalid(_("Lớp chưa đến ngày cuối nên chưa kết thúc được. Hãy sửa ngày nếu lớp xong sớm."))
        found.state = after
        found.number += 1
        found.because = because[:500]
        found.closed_by, found.closed_at = (str(by), at) if step == "close" else ("", None)
        found.save()
        write_line(f"training.{step}", found.subject, {"because": because}, by=by.actor, at=at)
        if step == "close":
            close_counts(found, by=by, at=at)
    return found


def lock_class(class_id: int, *states: str) -> TrainingClass:
    """Its row, until the transaction ends. Raises ClassStepImpossible in another state than these, if given."""
    found = TrainingClass.objects.select_for_update(of=("self",)).select_related("kind").filter(pk=class_id).first()
    if found is None:
        raise ClassUnknown
    if states and found.state not in states:
        raise ClassStepImpossible(str(ClassState(found.state).label))
    return found


def _check(org_unit_id: int, draft: ClassDraft, at: datetime, found: TrainingClass | None = None) -> None:
    places = get_snapshot()
    kind = TrainingKind.objects.filter(code=draft.kind).first()
    if kind is None or places.units[org_unit_id].level not in kind.levels:
        raise TrainingInvalid(_("Cấp này không mở loại lớp đã chọn. Hãy chọn loại khác."))
    if not clean(draft.title) or len(draft.title) > LONGEST_TITLE:
        raise TrainingInvalid(_("Hãy ghi tên lớp, nhiều nhất 300 ký tự."))
    if len(draft.place) > LONGEST_TITLE or draft.hours > MOST_HOURS:
        raise TrainingInvalid(_("Nơi học nhiều nhất 300 ký tự; số tiết nhiều nhất 2.000."))
    if not 0 <= (draft.day_to - draft.day_from).days <= LONGEST_DAYS:
        raise TrainingInvalid(_("Ngày cuối của lớp phải từ ngày khai giảng trở đi, trong vòng ba năm."))
    # Who taught it stays, also once they left the register.
    taught = set(found.lecturers.values_list("lecturer_id", flat=True)) if found is not None else set()
    offered = {one.pk for one in list_lecturers_offered(kind, org_unit_id, local_date(at))}
    if set(draft.lecturers) - taught - offered:
        raise TrainingInvalid(_("Có giảng viên không ở trong sổ mà đơn vị này dùng. Hãy tải lại trang rồi chọn lại."))
    if not places.exists_on(org_unit_id, draft.day_to) or not places.exists_on(org_unit_id, draft.day_from):
        raise TrainingInvalid(
            _("%(unit)s không tồn tại suốt thời gian của lớp. Hãy chọn đơn vị của những ngày đó.")
            % {"unit": places.path_name(org_unit_id, draft.day_from)}
        )


def _put(found: TrainingClass, draft: ClassDraft) -> None:
    found.kind = TrainingKind.objects.get(code=draft.kind)
    found.title, found.place = clean(draft.title), clean(draft.place)
    found.day_from, found.day_to, found.hours = draft.day_from, draft.day_to, draft.hours
    found.words = fold(f"{found.title} {found.place}")
    found.save()
    found.lecturers.exclude(lecturer__in=draft.lecturers).delete()
    taught = [ClassLecturer(training_class=found, lecturer_id=one) for one in draft.lecturers]
    ClassLecturer.objects.bulk_create(taught, ignore_conflicts=True)


def _spell(found: TrainingClass) -> dict[str, object]:
    return {
        "unit": get_snapshot().units[found.org_unit_id].key, "kind": found.kind.code, "title": found.title,
        "from": found.day_from.isoformat(), "to": found.day_to.isoformat(), "hours": found.hours,
        "lecturers": sorted(str(uuid) for uuid in found.lecturers.values_list("lecturer__uuid", flat=True)),
    }  # fmt: skip
