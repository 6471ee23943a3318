"""What the pages of meetings show: lines of lists, one meeting, exports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.desk.documents import STATE_BADGES, STATE_LABELS, describe_today
from caunoi.desk.list_filters import AskedFor, read_choice, read_code, read_text, read_unit, read_year
from caunoi.desk.templatetags.caunoi import day_, moment
from caunoi.desk.units import WorkingUnit, list_working_units
from caunoi.documents.rules.answering import DONE, DONE_LATE, STATES, State
from caunoi.languages import in_reader_language
from caunoi.meetings.models import Matter, MatterSort, Meeting, MeetingState, Site
from caunoi.meetings.queries import Filters, MatterFilters, count_turns, read_counts
from caunoi.meetings.rules.calendar import Invitation
from caunoi.meetings.rules.counts import Counts, find_state
from caunoi.moments import VIETNAM
from caunoi.places.queries import get_snapshot
from caunoi.records.permissions import MAY_ENTER, may_run

# The badges of the house that look right for these.
MEETING_BADGES = {"planned": "submitted", "closed": "approved", "cancelled": "withdrawn"}


def read_filters(typed: QueryDict, today: date) -> AskedFor[Filters]:
    key, units = read_unit(typed, today)
    return AskedFor(
        Filters(
            text=read_text(typed),
            kind=read_code(typed, "kind"),
            state=read_choice(typed, "state", MeetingState.values),
            units=units,
            year=read_year(typed),
        ),
        key,
    )


def read_matter_filters(typed: QueryDict, today: date) -> AskedFor[MatterFilters]:
    key, units = read_unit(typed, today)
    return AskedFor(
        MatterFilters(
            sort=read_choice(typed, "sort", MatterSort.values),
            state=read_choice(typed, "state", STATES),
            text=read_text(typed),
            units=units,
        ),
        key,
    )


def list_holders(user: User, today: date) -> list[WorkingUnit]:
    """Units whose meetings the user plans: those their roles stand on."""
    return list_working_units(user, MAY_ENTER, today)


@dataclass(frozen=True)
class Line:
    """A meeting in a list."""

    id: int
    title: str
    kind: str
    unit: str
    starts_at: datetime
    state: str
    badge: str
    counts: Counts

    @property
    def when(self) -> str:
        return moment(self.starts_at)

    @property
    def numbers(self) -> list[tuple[str, int | None]]:
        return [(_("Lượt người dự"), self.counts.attendances), (_("Kết luận"), self.counts.conclusions.all)]


def show_lines(meetings: Sequence[Meeting], today: date) -> list[Line]:
    places, counts = get_snapshot(), read_counts(meetings, today)
    return [
        Line(
            id=one.pk,
            title=one.title,
            kind=in_reader_language(one.kind.name_vi, one.kind.name_en),
            unit=places.name_on(one.org_unit_id, one.day_to),
            starts_at=one.starts_at,
            state=str(MeetingState(one.state).label),
            badge=MEETING_BADGES[one.state],
            counts=counts[one.pk],
        )
        for one in meetings
    ]


def list_headings() -> list[str]:
    return [
        _("Tên cuộc họp"), _("Loại"), _("Đơn vị"), _("Bắt đầu lúc"), _("Tình trạng"), _("Điểm họp"),
        _("Lượt người dự"), _("Lượt phát biểu"), _("Kết luận"), _("Kiến nghị"), _("Kiến nghị trả lời đúng hạn"),
        _("Câu hỏi"), _("Câu hỏi trả lời đúng hạn"),
    ]  # fmt: skip


def list_cells(line: Line) -> list[str]:
    one = line.counts
    numbers = [
        one.sites, one.attendances, one.contributions, one.conclusions.all, one.requests.all, one.requests.on_time,
        one.questions.all, one.questions.on_time,
    ]  # fmt: skip
    return [line.title, line.kind, line.unit, moment(line.starts_at), line.state, *map(str, numbers)]


@dataclass(frozen=True)
class SiteLine:
    """`may_count`: the reader may state its number."""

    id: int
    name: str
    online: bool
    stated: int | None
    turns: int
    may_count: bool

    @property
    def attendance(self) -> int:
        return self.turns if self.stated is None else self.stated


def show_sites(meeting: Meeting, user: User, today: date) -> list[SiteLine]:
    sites: list[Site] = list(meeting.sites.all())
    turns = count_turns(sites)
    runs = may_run(user, meeting.org_unit_id, today)
    return [
        SiteLine(
            site.pk, site.name, site.online, site.attendance, turns[site.pk],
            meeting.state == MeetingState.PLANNED and (runs or may_run(user, site.org_unit_id, today)),
        )
        for site in sites
    ]  # fmt: skip


@dataclass(frozen=True)
class MatterLine:
    """`may_answer`: the reader may say that it is done; `may_drop`: may take it back."""

    id: int
    meeting_id: int
    meeting: str
    sort: str
    sort_label: str
    what: str
    unit: str
    due_on: date
    state: str
    state_label: str
    badge: str
    days_late: int
    answer: str
    done_on: date | None
    published_on: date | None
    dropped_because: str
    may_answer: bool
    may_drop: bool


def show_matters(matters: Iterable[Matter], user: User, today: date) -> list[MatterLine]:
    """Permissions are asked once for each unit, not for each line."""
    rows = list(matters)
    runs = {
        unit: may_run(user, unit, today)
        for unit in {one.org_unit_id for one in rows} | {one.meeting.org_unit_id for one in rows}
    }
    names = {unit: describe_today(unit, today) for unit in {one.org_unit_id for one in rows}}
    lines = []
    for one in rows:
        state = find_state(one.due_on, one.done_on, today)
        standing = not one.dropped_because and one.meeting.state != MeetingState.CANCELLED
        lines.append(
            MatterLine(
                id=one.pk,
                meeting_id=one.meeting_id,
                meeting=one.meeting.title,
                sort=one.sort,
                sort_label=str(MatterSort(one.sort).label),
                what=one.what,
                unit=names[one.org_unit_id],
                due_on=one.due_on,
                state=state,
                state_label=label_state(one.sort, state),
                badge=STATE_BADGES[state],
                days_late=max(0, (today - one.due_on).days) if one.done_on is None else 0,
                answer=one.answer,
                done_on=one.done_on,
                published_on=one.published_on,
                dropped_because=one.dropped_because,
                may_answer=standing and (runs[one.org_unit_id] or runs[one.meeting.org_unit_id]),
                may_drop=standing and runs[one.meeting.org_unit_id],
            )
        )
    return lines


def label_state(sort: str, state: State) -> str:
    """A conclusion is carried out, requests and questions are answered."""
    carried_out = sort == MatterSort.CONCLUSION
    if state == DONE:
        return _("Đã xong") if carried_out else _("Đã trả lời")
    if state == DONE_LATE:
        return _("Xong muộn") if carried_out else _("Trả lời muộn")
    return str(STATE_LABELS[state])


def list_matter_headings() -> list[str]:
    return [
        _("Nội dung"), _("Trả lời hoặc kết quả"), _("Ghi là"), _("Cuộc họp"), _("Đơn vị thực hiện hoặc trả lời"),
        _("Hạn"), _("Làm xong ngày"), _("Tình trạng"), _("Công khai ngày"),
    ]  # fmt: skip


def list_matter_cells(line: MatterLine) -> list[str]:
    return [
        line.what, line.answer, line.sort_label, line.meeting, line.unit, day_(line.due_on),
        day_(line.done_on) if line.done_on else "", line.state_label,
        day_(line.published_on) if line.published_on else "",
    ]  # fmt: skip


def show_when(meeting: Meeting) -> str:
    """`08:00 – 11:30, 22/11/2026`, or with both days."""
    starts, ends = meeting.starts_at.astimezone(VIETNAM), meeting.ends_at.astimezone(VIETNAM)
    if starts.date() == ends.date():
        return f"{starts:%H:%M} – {ends:%H:%M}, {starts:%d/%m/%Y}"
    return f"{starts:%H:%M, %d/%m/%Y} – {ends:%H:%M, %d/%m/%Y}"


def make_invitation(meeting: Meeting, at: datetime) -> Invitation:
    """For the calendar of whoever is invited by office: nobody is named."""
    invited = meeting.units.filter(invited=True).first()
    agenda = "\n".join(" ".join(filter(None, [time, what, f"({office})" if office else ""]))
                       for time, what, office in meeting.agenda)  # fmt: skip
    host = settings.CAUNOI_BASE_URL.partition("//")[2]
    offices = _("Thành phần: %(offices)s") % {"offices": invited.offices} if invited and invited.offices else ""
    return Invitation(
        uid=f"meeting-{meeting.pk}@{host}",
        sequence=meeting.number - 1,
        made_at=at,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        title=meeting.title,
        location=meeting.venue,
        description="\n".join(filter(None, [offices, agenda])),
        address=settings.CAUNOI_BASE_URL + reverse("meeting", args=[meeting.pk]),
        cancelled=meeting.state == MeetingState.CANCELLED,
    )
