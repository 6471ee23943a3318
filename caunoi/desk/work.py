"""What an officer has to do now, in piles: how many, and the few that come first. Each is asked of its own room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.core.cache import cache
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import scope_of, windows_with_role
from caunoi.accounts.scope import Scope, ids_in_sql
from caunoi.approvals.rules import State
from caunoi.contests.queries import is_appointed
from caunoi.desk.collecting import title_of
from caunoi.desk.context import DECIDERS, READERS, WRITERS
from caunoi.desk.judging_work import list_judging_work
from caunoi.desk.matter_work import list_open_matters, show_matter
from caunoi.desk.missing import group_missing
from caunoi.desk.rating_work import list_rating_work
from caunoi.desk.templatetags.caunoi import day_, period
from caunoi.documents.queries import list_open_duties
from caunoi.languages import show_number
from caunoi.moments import local_date
from caunoi.places.queries import get_snapshot
from caunoi.records.held import count_held
from caunoi.records.models import Submission
from caunoi.records.queries import LATE, count_missing_up_to, list_missing, list_returned, list_waiting_for
from caunoi.reports.models import ReportRun
from caunoi.reports.queries import list_waiting
from caunoi.reports.rules.life import ReportState

FIRST = 3
# Above so many units counting what is missing takes longer than a page may; a minute old is new enough there.
MANY_UNITS = 300
KEPT_FOR = 60
# Above so many, a pile is counted up to here only, and what came first stands first: by its number, not by its day.
WIDE = 5_000
MOST_COUNTED = 1_000
AT_ONCE = 1_500


@dataclass(frozen=True)
class Line:
    """`note`: of whom, since when or until when."""

    title: str
    note: str
    address: str
    is_late: bool = False


@dataclass(frozen=True)
class Pile:
    """`name`: stable, for ids; `why`: in a few words what is in it; `first`: those to begin with. `is_more`: the count
    ended before the pile did."""

    name: str
    label: str
    why: str
    count: int
    address: str
    first: tuple[Line, ...]
    is_more: bool = False


def is_wide(scope: Scope) -> bool:
    return scope.everything or len(scope.unit_ids) > WIDE


def list_piles(user: User, roles: set[Role], at: datetime) -> list[Pile]:
    """In the order of urgency, those with nothing in them left out, but for what an officer decides: that nothing
    waits is worth knowing."""
    today = local_date(at)
    piles: list[Pile] = []
    if roles & DECIDERS:
        scope = windows_with_role(user, DECIDERS, today)
        piles += [_waiting(user, scope, at, today), _missing(user, scope, today)]
        piles += [pile for pile in (_returned(scope), _held(user, at)) if pile.count]
    if roles & (READERS | WRITERS):
        asked = (_ratings(user, today), _reports(user, today), _duties(user, today), _matters(user, today))
        piles += [pile for pile in asked if pile.count]
    if is_appointed(user):
        pile = _judging(user, at)
        # Who has no role came for this alone.
        piles += [pile] if pile.count or not roles else []
    return piles


def _look(found: QuerySet[Submission], state: State, scope: Scope) -> tuple[int, bool, list[Submission]]:
    """(how many, whether there are more, the first ones) of records in that state."""
    if not is_wide(scope):
        return found.count(), False, list(found[:FIRST])
    # Through the index of states in the order of numbers, that is, of arrival: nothing of a country's is sorted, or
    # counted to its end.
    pks: list[int] = []
    last = 0
    while len(pks) <= MOST_COUNTED:
        several = Submission.objects.filter(state=state, pk__gt=last).order_by("pk").values_list("pk", flat=True)
        batch = list(several[:AT_ONCE])
        if not batch:
            break
        last = batch[-1]
        pks += found.filter(pk__in=ids_in_sql(batch)).order_by().values_list("pk", flat=True)
    first = list(found.filter(pk__in=sorted(pks)[:FIRST]).order_by("pk"))
    return min(len(pks), MOST_COUNTED), len(pks) > MOST_COUNTED, first


def _waiting(user: User, scope: Scope, at: datetime, today: date) -> Pile:
    found = list_waiting_for(user, at)
    count, is_more, first = _look(found, State.SUBMITTED, scope)
    return Pile(
        "waiting",
        _("Chờ duyệt"),
        _("Đã gửi, đang đợi bạn xem và quyết định; chờ lâu nhất đứng trước."),
        count,
        f"{reverse('inbox')}?tab=waiting",
        tuple(_record(one, today) for one in first),
        is_more,
    )


def _returned(scope: Scope) -> Pile:
    found = list_returned(scope).order_by("due_on", "pk")
    count, is_more, first = _look(found, State.RETURNED, scope)
    return Pile(
        "returned",
        _("Đã trả lại"),
        _("Đã trả lại để sửa, đơn vị chưa gửi lại."),
        count,
        f"{reverse('inbox')}?tab=returned",
        tuple(_record(one, date.min) for one in first),
        is_more,
    )


def _record(one: Submission, today: date) -> Line:
    when = period(one.period_key) if one.period_key else day_(one.day_from)
    late = one.due_on is not None and one.due_on < today
    note = get_snapshot().path_name(one.org_unit_id, one.day_to)
    if late:
        note = f"{note} · {_('quá hạn %(day)s') % {'day': day_(one.due_on)}}"
    return Line(f"{title_of(one.form)}, {when}", note, reverse("submission", args=[one.pk]), late)


def _missing(user: User, scope: Scope, today: date) -> Pile:
    if is_wide(scope):
        return _missing_widely(user, scope, today)
    if len(scope.unit_ids) > MANY_UNITS:
        key = f"desk-missing:{user.pk}:{today}"
        found = cache.get(key)
        if found is None:
            found = _count_missing(scope, today)
            cache.set(key, found, KEPT_FOR)
    else:
        found = _count_missing(scope, today)
    count, late, first = found
    return Pile(
        "missing",
        _("Chưa gửi"),
        _("Kỳ đã hết mà cấp dưới chưa gửi; %(late)s báo cáo đã quá hạn. Nơi thiếu nhiều nhất đứng trước.")
        % {"late": show_number(Decimal(late))},
        count,
        f"{reverse('inbox')}?tab=missing",
        first,
    )


def _missing_widely(user: User, scope: Scope, today: date) -> Pile:
    """Who reads of a country asks the page of coverage where most is missing."""
    key = f"desk-missing-widely:{user.pk}:{today}"
    count = cache.get(key)
    if count is None:
        count = count_missing_up_to(MOST_COUNTED + 1, scope, today)
        cache.set(key, count, KEPT_FOR)
    return Pile(
        "missing",
        _("Chưa gửi"),
        _("Kỳ đã hết mà cấp dưới chưa gửi. Nơi nào thiếu nhiều, xem ở trang Tiến độ báo cáo."),
        min(count, MOST_COUNTED),
        reverse("coverage"),
        (),
        count > MOST_COUNTED,
    )


def _count_missing(scope: Scope, today: date) -> tuple[int, int, tuple[Line, ...]]:
    found = list_missing(scope, today)
    groups = sorted(group_missing(found, "count"), key=lambda group: (-group.late, -group.count))
    first = tuple(
        Line(
            f"{group.unit_name}: {group.form_title}",
            _("thiếu %(count)s, quá hạn %(late)s") % {"count": group.count, "late": group.late},
            f"{reverse('inbox')}?tab=missing&place={group.place}&form={group.form_code}",
            group.late > 0,
        )
        for group in groups[:FIRST]
    )
    return len(found), sum(due.state == LATE for due in found), first


def _held(user: User, at: datetime) -> Pile:
    return Pile(
        "held",
        _("Bản gửi chờ xếp chỗ"),
        _("Điện thoại gửi lên mà hệ thống không biết xếp vào đâu."),
        count_held(user, at),
        reverse("held"),
        (),
    )


def _ratings(user: User, today: date) -> Pile:
    found = list_rating_work(user, today)
    return Pile(
        "ratings",
        _("Chấm điểm, xếp loại"),
        _("Bảng chấm cần bạn tự chấm, thẩm định, trả lời hoặc chốt; kỳ cũ đứng trước."),
        sum(count for count, _line in found),
        reverse("ratings"),
        tuple(Line(*line) for _count, line in found[:FIRST]),
    )


def _judging(user: User, at: datetime) -> Pile:
    found = list_judging_work(user, at)
    return Pile(
        "judging",
        _("Bài dự thi chờ chấm"),
        _("Bạn là giám khảo: bài chưa chấm đủ; hội thi hết hạn chấm sớm nhất đứng trước."),
        sum(count for count, _line in found),
        reverse("contests"),
        tuple(Line(*line) for _count, line in found[:FIRST]),
    )


def _reports(user: User, today: date) -> Pile:
    awaited: dict[str, Callable[[ReportRun], str]] = {
        ReportState.SUBMITTED: lambda _run: _("chờ bạn duyệt"),
        ReportState.APPROVED: lambda _run: _("chờ ban hành"),
        ReportState.RETURNED: lambda _run: _("bị trả lại, cần sửa"),
    }
    found = list_waiting(user, today)
    return Pile(
        "reports",
        _("Báo cáo chờ bạn"),
        _("Báo cáo cần bạn duyệt, ban hành hoặc sửa lại."),
        len(found),
        reverse("reports"),
        tuple(Line(run.title, awaited[run.state](run), reverse("report", args=[run.pk])) for run in found[:FIRST]),
    )


def _duties(user: User, today: date) -> Pile:
    found = list_open_duties(scope_of(user, today))
    places = get_snapshot()
    lines = []
    for one in found[:FIRST]:
        due = one.deadline.due_on
        when = _("quá hạn %(day)s") if due < today else _("hạn %(day)s")
        name = places.name_on(one.org_unit_id, places.units[one.org_unit_id].starts_on)
        lines.append(
            Line(
                f"{one.deadline.document.reference}: {one.deadline.document.title}",
                f"{name} · {when % {'day': day_(due)}}",
                reverse("document", args=[one.deadline.document_id]),
                due < today,
            )
        )
    return Pile(
        "duties",
        _("Việc theo văn bản"),
        _("Hạn ghi trong văn bản mà đơn vị chưa báo đã làm."),
        found.count(),
        reverse("document-deadlines"),
        tuple(lines),
    )


def _matters(user: User, today: date) -> Pile:
    found = list_open_matters(user, today)
    first = [show_matter(one, today) for one in found[:FIRST]]
    # The page shows one state at a time: what is late comes before what is not.
    state = "late" if any(late for *_shown, late in first) else "open"
    return Pile(
        "matters",
        _("Việc sau họp"),
        _("Kết luận, kiến nghị, câu hỏi giao cho các đơn vị mà chưa xong; hạn sớm nhất đứng trước."),
        found.count(),
        f"{reverse('meeting-matters')}?state={state}",
        tuple(Line(*one) for one in first),
    )
