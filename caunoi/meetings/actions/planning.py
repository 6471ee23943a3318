"""A meeting before it is held, and the steps of its life."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.audit.actions import write_line
from caunoi.events import announce
from caunoi.meetings.actions.recording import write_record
from caunoi.meetings.errors import MeetingHasRecord, MeetingInvalid, MeetingMoved, MeetingStepImpossible
from caunoi.meetings.events import CalledUnitsTold
from caunoi.meetings.models import Matter, MatterSort, Meeting, MeetingKind, MeetingState, MeetingUnit, Site, Turn
from caunoi.meetings.permissions import check_may_run
from caunoi.meetings.rules.drafts import LONGEST_NAME, MeetingDraft, Part, find_beyond, spell_draft
from caunoi.meetings.rules.life import LONGEST_REASON, WITH_REASON, find_next
from caunoi.moments import local_date
from caunoi.places.queries import get_snapshot
from caunoi.records.actions.filling import find_record
from caunoi.tasks.actions import close_tasks, open_task
from caunoi.vietnamese_text import clean, fold

# Kind of the tasks that conclusions set: their subjects are `matter:12`.
CONCLUSION_TASK = "conclusion"


def plan_meeting(*, org_unit_id: int, draft: MeetingDraft, by: User, at: datetime) -> Meeting:
    """Raises MeetingNotYours and MeetingInvalid."""
    check_may_run(by, org_unit_id, local_date(at))
    _check(org_unit_id, draft)
    with transaction.atomic():
        meeting = Meeting(org_unit_id=org_unit_id, planned_by=str(by), planned_at=at)
        _put(meeting, draft)
        write_line("meeting.plan", meeting.subject, _spell(meeting, draft), by=by.actor, at=at)
        if meeting.starts_at > at:
            _tell_called(meeting, newly=_list_called(meeting), by=by, at=at)
    return meeting


def change_meeting(meeting_id: int, *, seen_number: int, draft: MeetingDraft, by: User, at: datetime) -> Meeting:
    """Raises also MeetingMoved, if somebody else changed it since `seen_number`."""
    with transaction.atomic():
        meeting = lock_meeting(meeting_id, MeetingState.PLANNED)
        check_may_run(by, meeting.org_unit_id, local_date(at))
        _check(meeting.org_unit_id, draft)
        if meeting.number != seen_number:
            raise MeetingMoved
        meeting.number += 1
        called, stood = _list_called(meeting), (meeting.starts_at, meeting.ends_at, meeting.venue)
        title = meeting.title
        _put(meeting, draft)
        write_line("meeting.change", meeting.subject, _spell(meeting, draft), by=by.actor, at=at)
        if max(stood[0], meeting.starts_at) > at:
            now = _list_called(meeting)
            moved = stood != (meeting.starts_at, meeting.ends_at, meeting.venue)
            otherwise = called & now if moved else frozenset[int]()
            _tell_called(
                meeting, title=title, newly=now - called, otherwise=otherwise, no_longer=called - now, by=by, at=at
            )
    return meeting


def take_step(
    meeting_id: int, step: str, *, because: str = "", asked: Mapping[str, int] | None = None, by: User, at: datetime
) -> Meeting:
    """`close`, `reopen`, `cancel` or `restore`; closing fills the kind's form, with `asked` answered by the officer.

    Raises MeetingStepImpossible, MeetingNotYours, MeetingInvalid without a reason where one is needed,
    MeetingHasRecord, and what the door of records refuses; nothing is written then.
    """
    because = clean(because)
    with transaction.atomic():
        meeting = lock_meeting(meeting_id)
        check_may_run(by, meeting.org_unit_id, local_date(at))
        after = find_next(meeting.state, step)
        if after is None:
            raise MeetingStepImpossible(str(MeetingState(meeting.state).label))
        if step in WITH_REASON and not because:
            raise MeetingInvalid(_("Hãy ghi lý do."))
        if len(because) > LONGEST_REASON:
            raise MeetingInvalid(_("Lý do dài nhất 500 ký tự. Hãy viết gọn lại."))
        if step == "cancel" and find_record(meeting) is not None:
            raise MeetingHasRecord
        if step == "close" and meeting.starts_at > at:
            raise MeetingInvalid(_("Cuộc họp chưa bắt đầu nên chưa kết thúc được. Hãy sửa giờ họp nếu đã họp sớm hơn."))
        # Who counts at a door holds its site's row: behind these locks no turn slips in after the count.
        list(Site.objects.select_for_update().filter(meeting=meeting).order_by("pk"))
        meeting.state = after
        meeting.number += 1
        meeting.because = because
        meeting.closed_by, meeting.closed_at = (str(by), at) if step == "close" else ("", None)
        if step == "close":
            meeting.asked = dict(asked or {})
        meeting.save()
        write_line(f"meeting.{step}", meeting.subject, {"because": because}, by=by.actor, at=at)
        if step == "close":
            write_record(meeting, by=by, at=at)
        _follow_conclusions(meeting, at)
        if step in ("cancel", "restore") and meeting.starts_at > at:
            _tell_called(meeting, otherwise=_list_called(meeting), because=because, by=by, at=at)
    return meeting


def lock_meeting(meeting_id: int, *states: str) -> Meeting:
    """Its row, until the transaction ends. Raises MeetingStepImpossible in another state than these, if given."""
    meeting = Meeting.objects.select_for_update(of=("self",)).select_related("kind").get(pk=meeting_id)
    if states and meeting.state not in states:
        raise MeetingStepImpossible(str(MeetingState(meeting.state).label))
    return meeting


def _follow_conclusions(meeting: Meeting, at: datetime) -> None:
    """Of a cancelled meeting nothing is left to do; of a restored one again what was."""
    open_ones = list(
        Matter.objects.filter(meeting=meeting, sort=MatterSort.CONCLUSION, done_on=None, dropped_because="")
    )
    if meeting.state == MeetingState.CANCELLED:
        close_tasks(CONCLUSION_TASK, [f"matter:{one.pk}" for one in open_ones], at=at)
        return
    for one in open_ones:
        open_conclusion(one, at=at)


def open_conclusion(matter: Matter, *, at: datetime) -> None:
    open_task(
        CONCLUSION_TASK,
        org_unit_id=matter.org_unit_id,
        subject=f"matter:{matter.pk}",
        note=matter.what,
        due_on=matter.due_on,
        at=at,
    )


def concern(meeting: Meeting, units: Mapping[int, bool] | dict[int, bool], offices: str = "") -> None:
    """These units may see the meeting; True: they are invited."""
    MeetingUnit.objects.bulk_create(
        [
            MeetingUnit(
                meeting=meeting, org_unit_id=unit, day_to=meeting.day_to, invited=invited,
                offices=offices if invited else "",
            )
            for unit, invited in units.items()
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def _list_called(meeting: Meeting) -> frozenset[int]:
    """Units besides the meeting's own that are invited or have a site of it."""
    invited = MeetingUnit.objects.filter(meeting=meeting, invited=True).values_list("org_unit_id", flat=True)
    sites = meeting.sites.values_list("org_unit_id", flat=True)
    return frozenset({*invited, *sites} - {meeting.org_unit_id})


def _tell_called(
    meeting: Meeting,
    *,
    title: str = "",
    newly: frozenset[int] = frozenset(),
    otherwise: frozenset[int] = frozenset(),
    no_longer: frozenset[int] = frozenset(),
    because: str = "",
    by: User,
    at: datetime,
) -> None:
    if newly or otherwise or no_longer:
        called = _list_called(meeting)
        announce(CalledUnitsTold(
            meeting.pk, title or meeting.title, called, newly, otherwise, no_longer, because, by.pk, at
        ))  # fmt: skip


def _check(org_unit_id: int, draft: MeetingDraft) -> None:
    places, day = get_snapshot(), local_date(draft.starts_at)
    kind = MeetingKind.objects.filter(code=draft.kind).first()
    if kind is None or places.units[org_unit_id].level not in kind.levels:
        raise MeetingInvalid(_("Cấp này không tổ chức loại cuộc họp đã chọn. Hãy chọn loại khác."))
    beyond = find_beyond(draft)
    if not clean(draft.title) or beyond == Part.TITLE:
        raise MeetingInvalid(_("Hãy ghi tên cuộc họp, nhiều nhất 300 ký tự."))
    if draft.ends_at <= draft.starts_at:
        raise MeetingInvalid(_("Giờ kết thúc phải sau giờ bắt đầu."))
    if not draft.halls and not draft.online:
        raise MeetingInvalid(_("Hãy ghi ít nhất một nơi họp hoặc một điểm cầu trực tuyến."))
    if beyond == Part.HALLS:
        raise MeetingInvalid(_("Tên một nơi họp dài nhất 200 ký tự, tất cả các nơi họp 300 ký tự. Hãy viết gọn lại."))
    if beyond == Part.AGENDA:
        raise MeetingInvalid(_("Chương trình nhiều nhất 60 mục, mỗi mục dài nhất 300 ký tự. Hãy viết gọn lại."))
    if beyond is not None:
        raise MeetingInvalid(_("Nhiều nhất 500 điểm cầu và 5.000 đơn vị được mời trong một cuộc họp."))
    for unit in {org_unit_id, *draft.online, *draft.invited}:
        if not places.exists_on(unit, day):
            raise MeetingInvalid(
                _("%(unit)s không tồn tại vào ngày họp. Hãy chọn đơn vị của ngày đó.")
                % {"unit": places.path_name(unit, day)}
            )


def _put(meeting: Meeting, draft: MeetingDraft) -> None:
    meeting.kind = MeetingKind.objects.get(code=draft.kind)
    meeting.title = clean(draft.title)
    meeting.starts_at, meeting.ends_at = draft.starts_at, draft.ends_at
    meeting.day_to = local_date(draft.starts_at)
    halls = [clean(hall) for hall in draft.halls]
    meeting.venue = ", ".join(halls)
    meeting.agenda = [list(item) for item in draft.agenda]
    meeting.words = fold(f"{meeting.title} {meeting.venue}")
    meeting.save()
    places = get_snapshot()
    names = {unit: places.distinct_name_on(unit, meeting.day_to)[:LONGEST_NAME] for unit in draft.online}
    _put_sites(
        meeting,
        {(meeting.org_unit_id, hall): False for hall in halls} | {(unit, names[unit]): True for unit in draft.online},
    )
    left = set(Matter.objects.filter(meeting=meeting).values_list("org_unit_id", flat=True))
    MeetingUnit.objects.filter(meeting=meeting).delete()
    invited = dict.fromkeys(draft.invited, True)
    concern(meeting, dict.fromkeys([*draft.online, *left], False) | invited, clean(draft.offices))


def _put_sites(meeting: Meeting, wanted: Mapping[tuple[int, str], bool]) -> None:
    """Those that stay keep their code and what was counted. Raises MeetingInvalid where counted turns would go."""
    standing = {(site.org_unit_id, site.name): site for site in meeting.sites.all()}
    for key, site in standing.items():
        if key in wanted:
            continue
        if site.attendance or Turn.objects.filter(site=site).exists():
            raise MeetingInvalid(
                _("Điểm “%(site)s” đã có lượt điểm danh nên không bỏ được. Hãy giữ điểm này.") % {"site": site.name}
            )
        site.delete()
    for (unit, name), online in wanted.items():
        if (unit, name) not in standing:
            Site.objects.create(
                meeting=meeting, org_unit_id=unit, name=name, online=online, key=secrets.token_urlsafe(16)
            )


def _spell(meeting: Meeting, draft: MeetingDraft) -> dict[str, object]:
    units = get_snapshot().units
    keys = {unit: units[unit].key for unit in draft.online}
    return {"org_unit": units[meeting.org_unit_id].key, **spell_draft(draft, keys)}
