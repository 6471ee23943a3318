"""Who learns in a class, and their marks: names and marks are sealed, audit lines hold numbers only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.audit.actions import write_line
from caunoi.bulk_rows import insert_rows, take_ids
from caunoi.moments import local_date
from caunoi.personal.destroying import destroy_keys
from caunoi.personal.models import PersonKey
from caunoi.places.queries import get_snapshot
from caunoi.sentences import gettext, keep
from caunoi.training.actions.planning import lock_class
from caunoi.training.errors import LearnerTwice, MarkOutsideScale, TrainingInvalid
from caunoi.training.models import ClassState, Learner, TrainingClass
from caunoi.training.people import PEOPLE, open_learners, seal_marks, seal_names
from caunoi.training.permissions import check_may_erase, check_may_run
from caunoi.training.queries import find_scale, get_learner
from caunoi.training.rules.drafts import LONGEST_NAME, MOST_LEARNERS, Person, split_new
from caunoi.training.rules.results import Scale
from caunoi.vietnamese_text import clean


def add_learners(
    class_id: int, people: Sequence[Person], *, others_of_same_name: bool = False, by: User, at: datetime
) -> int:
    """How many were added. Who stands already is asked about: all are refused with LearnerTwice, unless these are
    others of the same name, as the officer confirms."""
    with transaction.atomic():
        found = lock_class(class_id, ClassState.OPEN)
        check_may_run(by, found.org_unit_id, local_date(at))
        added = _add(found, people, others_of_same_name, at)
        write_line("training.learners", found.subject, {"added": len(added)}, by=by.actor, at=at)
    return len(added)


def bring_learners(
    class_id: int, people: Sequence[Person], new_marks: Sequence[Decimal | None], marks: Mapping[int, Decimal | None],
    *, seen: Mapping[int, Decimal | None] | None = None, by: User, at: datetime,
) -> tuple[int, int]:  # fmt: skip
    """A whole spreadsheet at once: new ones with their marks, and marks of those who stand, by number; who is not among
    `marks` keeps theirs. `seen`: what stood there when the sheet was downloaded, where it says so; if it became another
    one since, all is refused. How many learners were added, and how many marks of others changed."""
    with transaction.atomic():
        found = lock_class(class_id, ClassState.OPEN)
        check_may_run(by, found.org_unit_id, local_date(at))
        if seen and _part_moved(found, {pk: marks[pk] for pk in seen}, seen)[1]:
            raise TrainingInvalid(_("Danh sách của lớp vừa thay đổi. Hãy tải lại trang rồi ghi lại."))
        changed = _put_marks(found, marks) if marks else 0
        added = _add(found, people, False, at) if people else []
        given = {one.pk: mark for one, mark in zip(added, new_marks, strict=True) if mark is not None}
        if given:
            _put_marks(found, given)
        detail = {"added": len(added), "marks": changed + len(given)}
        write_line("training.learners", found.subject, detail, by=by.actor, at=at)
    return len(added), changed


def set_marks(
    class_id: int, marks: Mapping[int, Decimal | None], *, seen: Mapping[int, Decimal | None] | None = None, by: User,
    at: datetime,
) -> tuple[int, list[int]]:  # fmt: skip
    """By learner's number; None takes a mark back. `seen`: what stood there when they were typed; None: whatever it
    was. How many are others now, and whose mark somebody else changed meanwhile to another one, which stays.

    Raises MarkOutsideScale.
    """
    with transaction.atomic():
        # Two who mark one class write one after the other. Marks have no history, so neither may undo the other's.
        found = lock_class(class_id, ClassState.OPEN)
        check_may_run(by, found.org_unit_id, local_date(at))
        wanted, kept = (marks, []) if seen is None else _part_moved(found, marks, seen)
        changed = _put_marks(found, wanted)
        if changed:
            write_line("training.marks", found.subject, {"marks": changed}, by=by.actor, at=at)
    return changed, kept


def remove_learner(class_id: int, learner_id: int, *, by: User, at: datetime) -> None:
    """Somebody who never came or was entered by mistake: the row goes, and the name with it."""
    with transaction.atomic():
        found = lock_class(class_id, ClassState.OPEN)
        check_may_run(by, found.org_unit_id, local_date(at))
        learner = get_learner(found, learner_id)
        if PersonKey.objects.filter(subject=learner.subject, destroyed_at=None).exists():
            because = keep(gettext("Đã bỏ khỏi danh sách lớp trước khi lớp kết thúc."))
            destroy_keys(learner.subject, because=because, by=by.actor, at=at)
        learner.delete()
        write_line("training.learner-remove", found.subject, {"learner": learner_id}, by=by.actor, at=at)


def erase_learner(class_id: int, learner_id: int, *, because: str, by: User, at: datetime) -> None:
    """Name and mark, wherever they stand; that somebody learned, and the counts, stay. Raises NothingToErase."""
    because = clean(because)
    with transaction.atomic():
        found = lock_class(class_id)
        check_may_erase(by, found.org_unit_id, local_date(at))
        if not because:
            raise TrainingInvalid(_("Hãy ghi lý do xóa: ai yêu cầu, ngày nào."))
        destroy_keys(get_learner(found, learner_id).subject, because=because, by=by.actor, at=at)


def erase_class(class_id: int, *, because: str, by: User, at: datetime) -> int:
    """Names and marks of all learners who are left, as when they were kept long enough; how many."""
    because = clean(because)
    with transaction.atomic():
        found = lock_class(class_id)
        check_may_erase(by, found.org_unit_id, local_date(at))
        if not because:
            raise TrainingInvalid(_("Hãy ghi lý do xóa: ai yêu cầu, ngày nào."))
        subjects = [one.subject for one in found.learners.all()]
        left: list[str] = []
        for start in range(0, len(subjects), 500):
            keys = PersonKey.objects.filter(subject__in=subjects[start : start + 500], destroyed_at=None)
            left += keys.values_list("subject", flat=True)
        for subject in left:
            destroy_keys(subject, because=because, by=by.actor, at=at)
    return len(left)


def _add(found: TrainingClass, people: Sequence[Person], others_of_same_name: bool, at: datetime) -> list[Learner]:
    wanted = [Person(one.org_unit, clean(one.name)) for one in people]
    _check(found, wanted)
    standing = list(found.learners.all())
    opened = open_learners(standing)
    taken = {Person(one.org_unit_id, opened[one.pk].name).identity for one in standing if opened[one.pk].known}
    new, twice = split_new(wanted, taken)
    if twice and not others_of_same_name:
        raise LearnerTwice([one.name for one in twice])
    added = [Learner(training_class=found, org_unit_id=one.org_unit, name=one.name) for one in wanted]
    for learner, pk in zip(added, take_ids(Learner, len(added)), strict=True):
        learner.pk = pk
    seal_names(added, found.day_to, at)
    insert_rows(added)
    return added


def _check(found: TrainingClass, wanted: Sequence[Person]) -> None:
    if not found.kind.names:
        raise TrainingInvalid(_("Loại lớp này chỉ ghi số đếm, không ghi tên người học."))
    if not PEOPLE.is_declared():
        raise TrainingInvalid(_("Chưa gói chương trình nào khai báo vì sao giữ tên người học, nên chưa ghi được tên."))
    if not wanted:
        raise TrainingInvalid(_("Chưa có ai để thêm. Hãy ghi tên, mỗi dòng một tên."))
    if found.learners.count() + len(wanted) > MOST_LEARNERS:
        raise TrainingInvalid(_("Một lớp có nhiều nhất 2.000 người học. Hãy chia thành nhiều lớp."))
    if any(not 2 <= len(one.name) <= LONGEST_NAME for one in wanted):
        raise TrainingInvalid(_("Mỗi tên dài từ 2 đến 200 ký tự. Hãy xem lại từng dòng."))
    places = get_snapshot()
    gone = next((one for one in wanted if not places.exists_on(one.org_unit, found.day_from)), None)
    if gone is not None:
        raise TrainingInvalid(
            _("%(unit)s không tồn tại vào ngày khai giảng. Hãy chọn đơn vị của ngày đó.")
            % {"unit": places.path_name(gone.org_unit, found.day_from)}
        )


def _part_moved(
    found: TrainingClass, marks: Mapping[int, Decimal | None], seen: Mapping[int, Decimal | None]
) -> tuple[dict[int, Decimal | None], list[int]]:
    """(marks that are others than those seen, whose mark stays as it became meanwhile)."""
    wanted = {pk: mark for pk, mark in marks.items() if mark != seen.get(pk)}
    standing = open_learners(found.learners.filter(pk__in=list(wanted)))
    kept = [pk for pk, now in standing.items() if now.mark not in (seen.get(pk), wanted[pk])]
    return {pk: mark for pk, mark in wanted.items() if pk not in kept}, kept


def _put_marks(found: TrainingClass, marks: Mapping[int, Decimal | None]) -> int:
    scale = find_scale(found.kind)
    if scale is None:
        raise TrainingInvalid(_("Loại lớp này không chấm điểm."))
    for mark in marks.values():
        check_mark(mark, scale)
    learners = list(found.learners.filter(pk__in=list(marks)))
    if len(learners) != len(marks):
        raise TrainingInvalid(_("Danh sách của lớp vừa thay đổi. Hãy tải lại trang rồi ghi lại."))
    changed = seal_marks(learners, marks)
    Learner.objects.bulk_update(changed, ["mark"], 500)
    return len(changed)


def check_mark(mark: Decimal | None, scale: Scale) -> None:
    """Raises MarkOutsideScale."""
    if mark is not None and not scale.has(mark):
        highest = f"{scale.highest.normalize():f}"
        raise MarkOutsideScale(f"{mark:f}".replace(".", ","), highest.replace(".", ","), scale.decimals)
