"""What a prepared reorganisation does to roles, to what is owed and when, and to work that is under way."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Model, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caunoi.accounts.models import AppUser, Role, RoleGrant
from caunoi.accounts.rules import compute_reach, read_history
from caunoi.accounts.scope import Scope, ids_in_sql
from caunoi.approvals.rules import State
from caunoi.facts.coverage import Expectation, list_expectations
from caunoi.forms.models import Form
from caunoi.languages import in_reader_language
from caunoi.periods.rules import Days, Period, list_touching
from caunoi.places.rules.reorganisation import ReorganisationPreview
from caunoi.places.rules.snapshot import ONE
from caunoi.records.models import Entity, HeldSending, Submission
from caunoi.tasks.models import Task

SHOWN = 6


@dataclass(frozen=True)
class RoleChange:
    """One role somebody holds. `keeps`: units it reaches before and after; `loses`, `gains`: names of the topmost
    units; `confirm`: units of other offices whose older records open only when an administrator confirms it."""

    user: int
    name: str
    role: str
    unit: str
    ends: bool
    keeps: int
    loses: tuple[str, ...]
    gains: tuple[str, ...]
    confirm: tuple[str, ...]


@dataclass(frozen=True)
class OwedChange:
    """A periodic form at one level. `stop`, `start`: units that owe it no more, or from now on. `last`: the last whole
    period of those that end; `sent` of `stop` have sent it. `straddling`: the period that holds the day."""

    form: str
    level: str
    stop: int
    start: int
    last: Period
    last_due: date
    sent: int
    straddling: Period | None
    straddling_due: date | None


@dataclass(frozen=True)
class WorkUnit:
    key: str
    name: str
    count: int


@dataclass(frozen=True)
class Work:
    """Things under way at units that end or come under another one; `fate` says what becomes of them."""

    title: str
    count: int
    fate: str
    units: tuple[WorkUnit, ...]
    more: int


def list_role_changes(preview: ReorganisationPreview, confirmed: Collection[tuple[int, int]] = ()) -> list[RoleChange]:
    """Roles that hold on the day, on units that end and on all that stand above what changes."""
    places, after, day, last = preview.places, preview.after, preview.day, preview.last
    concerned = set(preview.ended)
    for unit, old, new in preview.moved:
        concerned.add(unit)
        concerned.update(parent for parent in (old, new) if parent is not None)
    for unit in list(concerned):
        if unit > 0:
            concerned.update(places.ancestors_on(unit, last))
    for change in preview.changes:
        for unit in change.after:
            concerned.update(parent for parent in after.ancestors_on(unit, day) if parent > 0)
    grants = RoleGrant.objects.filter(org_unit_id__in=ids_in_sql([u for u in concerned if u > 0]), from_day__lte=day)
    grants = grants.exclude(to_day__lte=day).select_related("user").order_by("org_unit_id", "user__username", "role")
    histories = read_history(places), read_history(after)
    known: dict[int, tuple[set[int], set[int], set[int]]] = {}
    found = []
    for grant in grants:
        unit = grant.org_unit_id
        if unit not in known:
            before, now = (compute_reach([unit], confirmed, history) for history in histories)
            known[unit] = (
                {u for u, windows in before.items() if any(w.has(day) for w in windows)},
                {u for u, windows in now.items() if any(w.has(day) for w in windows)},
                {u for u, windows in now.items() if any(w.has(last) for w in windows)},
            )
        reached, reaches, older = known[unit]
        lost = {u for u in reached - reaches if after.exists_on(u, day)}
        fresh = {u for u in reaches - reached if u > 0}
        of_others = {step.old for c in preview.changes for step in c.steps if step.new in reaches} - older
        widened = {
            step.new for c in preview.changes for step in c.steps if step.new in reaches and step.old in of_others
        }
        if not (lost or fresh or widened or unit in preview.ended):
            continue
        top_lost = [u for u in sorted(lost) if places.parent_on(u, last) not in lost]
        gained = sorted(fresh) + sorted(widened, reverse=True)
        top_gained = [u for u in gained if after.parent_on(u, day) not in {*fresh, *widened}]
        # What came along with a unit that ended is opened with it; what was transferred, by itself.
        came_alone = [
            u
            for u in sorted(fresh)
            if after.parent_on(u, day) not in fresh and places.parent_on(u, last) not in of_others
        ]
        others = sorted(of_others) + came_alone
        found.append(
            RoleChange(
                grant.user_id,
                str(grant.user),
                str(Role(grant.role).label),
                places.name_on(unit, last),
                unit in preview.ended,
                len(reached & reaches) + sum(1 for u in reaches if u < 0),
                _names((places.name_on(u, last) for u in top_lost), len(top_lost)),
                _names((after.name_on(u, day) for u in top_gained), len(top_gained)),
                _names((places.name_on(u, last) for u in others), len(others)),
            )
        )
    return found


def _names(names: Iterable[str], count: int) -> tuple[str, ...]:
    listed = list(names)[:SHOWN]
    rest = count - len(listed)
    more = [ngettext("và %(count)d đơn vị khác", "và %(count)d đơn vị khác", rest) % {"count": rest}] if rest else []
    return tuple([*listed, *more])


def list_owed_changes(preview: ReorganisationPreview) -> list[OwedChange]:
    """Periodic forms of the levels at which units end or begin, in the order of their codes."""
    places, day, last = preview.places, preview.day, preview.last
    titles = {f.code: in_reader_language(f.title_vi, f.title_en) for f in Form.objects.all()}
    found = []
    for owed in sorted(list_expectations(), key=lambda one: (one.form_code, one.level)):
        if (owed.from_day and owed.from_day > day) or (owed.to_day and owed.to_day < last):
            continue
        stop = [u for u in preview.ended if places.units[u].level == owed.level]
        start = [u for u in preview.begun if preview.after.units[u].level == owed.level]
        if not stop and not start:
            continue
        around = list_touching(Days(last, last), owed.period_type, owed.cut_off)[0]
        straddling = around if around.days.last >= day else None
        whole = around if straddling is None else around.before()
        found.append(
            OwedChange(
                titles.get(owed.form_code, owed.form_code),
                owed.level,
                len(stop),
                len(start),
                whole,
                _due(owed, whole),
                _count_sent(owed, whole, stop),
                straddling,
                _due(owed, straddling) if straddling else None,
            )
        )
    return found


def _due(owed: Expectation, period: Period) -> date:
    return period.days.last + timedelta(days=owed.due_days)


def _count_sent(owed: Expectation, period: Period, units: list[int]) -> int:
    sent = Submission.objects.filter(form_id=owed.form_id, period_key=period.key, org_unit_id__in=ids_in_sql(units))
    return sent.exclude(state__in=[State.WITHDRAWN, State.DRAFT]).count()


def list_open_work(preview: ReorganisationPreview, scope: Scope) -> list[Work]:
    """Of units that end, and of those that come under another one; what the reader may not see is not counted."""
    ended, moved = set(preview.ended), {unit for unit, _old, _new in preview.moved}
    seen = {unit for unit in ended | moved if scope.sees_unit(unit)}
    ended, both = ended & seen, seen
    whole = {
        unit
        for unit in ended
        if any(step.old == unit and step.old_parts == ONE for c in preview.changes for step in c.steps)
    }
    submissions = scope.filter_submissions(Submission.objects.all())
    follow = _("Vẫn ở đơn vị đã gửi; người có vai trò ở đơn vị kế tục xử lý tiếp.")
    kinds: list[tuple[str, str, QuerySet[Model], set[int]]] = [
        (_("Bản ghi chờ duyệt"), follow, submissions.filter(state=State.SUBMITTED), both),
        (_("Bản ghi bị trả lại, chờ sửa"), follow, submissions.filter(state=State.RETURNED), both),
        (_("Bản ghi chưa gửi"), follow, submissions.filter(state=State.DRAFT), both),
        (
            _("Lần gửi từ điện thoại đang giữ"),
            _("Người phụ trách chọn đơn vị và kỳ như trước; đơn vị kế tục cũng chọn được."),
            HeldSending.objects.filter(settled_at__isnull=True),
            ended,
        ),
        (
            _("Điện thoại đi theo đơn vị kế tục"),
            _("Không phải làm gì: điện thoại tự nhận biểu mẫu của đơn vị kế tục."),
            AppUser.objects.filter(revoked_at__isnull=True),
            whole,
        ),
        (
            _("Điện thoại phải cấp lại mã QR"),
            _("Đơn vị được chia ra hoặc không có đơn vị kế tục: máy không tự biết mình thuộc đâu."),
            AppUser.objects.filter(revoked_at__isnull=True),
            ended - whole,
        ),
        (
            _("Mục trong sổ theo dõi"),
            _("Vẫn ghi ở đơn vị cũ và được đếm cho đơn vị kế tục theo các phần."),
            Entity.objects.filter(removed=False, merged_into__isnull=True).filter(
                Q(ended_on__isnull=True) | Q(ended_on__gt=preview.day)
            ),
            ended,
        ),
        (_("Việc cần làm còn mở"), follow, Task.objects.filter(done_at__isnull=True), both),
    ]
    return [
        work for title, fate, rows, units in kinds if (work := _work(title, fate, rows, units, preview)) is not None
    ]


def _work(title: str, fate: str, rows: QuerySet[Model], units: set[int], preview: ReorganisationPreview) -> Work | None:
    if not units:
        return None
    counted = rows.filter(org_unit_id__in=ids_in_sql(units)).order_by()
    by_unit = {row["org_unit_id"]: row["rows"] for row in counted.values("org_unit_id").annotate(rows=Count("pk"))}
    if not by_unit:
        return None
    ordered = sorted(by_unit.items(), key=lambda pair: (-pair[1], pair[0]))
    listed = tuple(
        WorkUnit(preview.places.units[u].key, preview.places.path_name(u, preview.last), count)
        for u, count in ordered[:SHOWN]
    )
    return Work(title, sum(by_unit.values()), fate, listed, max(0, len(ordered) - SHOWN))
