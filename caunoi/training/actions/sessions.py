"""Sessions of a class and who was there: by learner where they are named, otherwise as a number."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.audit.actions import write_line
from caunoi.moments import local_date
from caunoi.training.actions.planning import lock_class
from caunoi.training.errors import TrainingInvalid
from caunoi.training.models import ClassSession, ClassState, Presence
from caunoi.training.permissions import check_may_run
from caunoi.training.queries import read_presences
from caunoi.training.rules.drafts import LONGEST_NAME, MOST_LEARNERS, MOST_SESSIONS
from caunoi.vietnamese_text import clean


def add_session(class_id: int, *, day: date, title: str = "", by: User, at: datetime) -> ClassSession:
    """Raises TrainingInvalid for a day outside the class's, and for one that is there already."""
    title = clean(title)
    with transaction.atomic():
        found = lock_class(class_id, ClassState.OPEN)
        check_may_run(by, found.org_unit_id, local_date(at))
        if not found.day_from <= day <= found.day_to:
            raise TrainingInvalid(
                _("Buổi học ngày %(day)s nằm ngoài thời gian của lớp (%(first)s – %(last)s).")
                % {"day": f"{day:%d/%m/%Y}", "first": f"{found.day_from:%d/%m/%Y}", "last": f"{found.day_to:%d/%m/%Y}"}
            )
        if len(title) > LONGEST_NAME:
            raise TrainingInvalid(_("Tên buổi học dài nhất 200 ký tự."))
        if found.sessions.count() >= MOST_SESSIONS:
            raise TrainingInvalid(_("Một lớp có nhiều nhất 200 buổi. Hãy chia thành nhiều lớp."))
        if found.sessions.filter(day=day, title=title).exists():
            raise TrainingInvalid(_("Ngày này đã có buổi học cùng tên. Hãy ghi tên khác, ví dụ: Sáng, Chiều."))
        made = ClassSession.objects.create(training_class=found, day=day, title=title)
        detail = {"session": made.pk, "day": day.isoformat(), "title": title}
        write_line("training.session", found.subject, detail, by=by.actor, at=at)
    return made


def remove_session(class_id: int, session_id: int, *, by: User, at: datetime) -> None:
    """One that nobody was counted in."""
    with transaction.atomic():
        found = lock_class(class_id, ClassState.OPEN)
        check_may_run(by, found.org_unit_id, local_date(at))
        for session in found.sessions.filter(pk=session_id):
            if session.present or session.presences.exists():
                raise TrainingInvalid(_("Buổi này đã điểm danh nên không bỏ được. Hãy bỏ điểm danh trước."))
            session.delete()
            detail = {"session": session_id, "day": session.day.isoformat()}
            write_line("training.session-remove", found.subject, detail, by=by.actor, at=at)


def mark_presences(
    class_id: int, sessions: Mapping[int, Collection[int]], *, learners: Collection[int],
    seen: Mapping[int, Collection[int]] | None = None, by: User, at: datetime,
) -> int:  # fmt: skip
    """Of each session, who of `learners` was there; others stay as they are. `seen`: who was ticked there before, so
    that only what was ticked or unticked since changes anything; None: all are. How many changed.

    Raises TrainingInvalid for a session of a day to come, and for sessions and learners of another class.
    """
    today = local_date(at)
    with transaction.atomic():
        # Two who count one session at once write one after the other, each only what they changed on their page.
        found = lock_class(class_id, ClassState.OPEN)
        check_may_run(by, found.org_unit_id, today)
        own = {one.pk: one for one in found.sessions.all()}
        known = set(found.learners.filter(pk__in=list(learners)).values_list("pk", flat=True))
        if not own.keys() >= sessions.keys() or known != set(learners):
            raise TrainingInvalid(_("Danh sách của lớp vừa thay đổi. Hãy tải lại trang rồi điểm danh lại."))
        there = read_presences(found)
        new: list[Presence] = []
        gone: list[tuple[int, set[int]]] = []
        for number, wanted in sessions.items():
            present = set(wanted) & known
            if seen is not None:
                before = set(seen.get(number, ())) & known
                present = ((there[number] & known) | (present - before)) - (before - present)
            added = present - there[number]
            if added and own[number].day > today:
                raise _too_early(own[number])
            new += [Presence(session_id=number, learner_id=learner) for learner in sorted(added)]
            if left := (there[number] & known) - present:
                gone.append((number, left))
        Presence.objects.bulk_create(new, batch_size=500)
        for number, left in gone:
            Presence.objects.filter(session_id=number, learner_id__in=sorted(left)).delete()
        changed = len(new) + sum(len(left) for _number, left in gone)
        if changed:
            # Numbers only: who was there is the learners' own business.
            detail = {"sessions": sorted(sessions), "added": len(new), "removed": changed - len(new)}
            write_line("training.attendance", found.subject, detail, by=by.actor, at=at)
    return changed


def state_counts(
    class_id: int, *, learners: int | None, completed: int | None, present: Mapping[int, int | None], by: User,
    at: datetime,
) -> None:  # fmt: skip
    """Of a class without names: how many learn, how many completed, how many were in each session."""
    today = local_date(at)
    with transaction.atomic():
        found = lock_class(class_id, ClassState.OPEN)
        check_may_run(by, found.org_unit_id, today)
        if found.learners.exists():
            raise TrainingInvalid(_("Lớp này có danh sách người học; số đếm lấy từ danh sách."))
        own = {one.pk: one for one in found.sessions.all()}
        if not own.keys() >= present.keys():
            raise TrainingInvalid(_("Danh sách của lớp vừa thay đổi. Hãy tải lại trang rồi điểm danh lại."))
        numbers = [learners, completed, *present.values()]
        if any(one is not None and not 0 <= one <= MOST_LEARNERS for one in numbers):
            raise TrainingInvalid(_("Số người ghi từ 0 đến 2.000."))
        if (completed or 0) > (learners or 0):
            raise TrainingInvalid(_("Số người hoàn thành không được lớn hơn số người học."))
        if any((one or 0) > (learners or 0) for one in present.values()):
            raise TrainingInvalid(_("Số người có mặt ở một buổi không được lớn hơn số người học."))
        early = next((own[number] for number, one in present.items() if one and own[number].day > today), None)
        if early is not None:
            raise _too_early(early)
        found.learners_stated, found.completed_stated = learners, completed
        found.save(update_fields=["learners_stated", "completed_stated"])
        for number, one in present.items():
            if own[number].present != one:
                own[number].present = one
                own[number].save(update_fields=["present"])
        detail = {"learners": learners, "completed": completed, "present": {str(pk): n for pk, n in present.items()}}
        write_line("training.counts", found.subject, detail, by=by.actor, at=at)


def _too_early(session: ClassSession) -> TrainingInvalid:
    day = f"{session.day:%d/%m/%Y}"
    return TrainingInvalid(_("Buổi ngày %(day)s chưa diễn ra nên chưa điểm danh được.") % {"day": day})
