"""The first page: what this person has to do now, by the roles they hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from caunoi import moments
from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import list_grants, windows_with_role
from caunoi.boards.campaigns import list_running
from caunoi.boards.queries import find_first_page, list_tiles
from caunoi.desk.alarms import list_alarms
from caunoi.desk.collecting import list_due_cards, list_forms_to_fill, list_returned_cards, rank_now, title_of
from caunoi.desk.context import READERS, WRITERS
from caunoi.desk.ended_units import list_ended_to_tell
from caunoi.desk.notices.soon import list_invitations
from caunoi.desk.reading import as_defined_now
from caunoi.desk.tiles import title_of as tile_title
from caunoi.desk.units import WorkingUnit, choose_working_unit, list_working_units
from caunoi.desk.work import list_piles
from caunoi.records.queries import list_submissions

SHOWN = 6


@dataclass(frozen=True)
class Recent:
    address: str
    title: str
    period_key: str
    day: date
    state: str


@dataclass(frozen=True)
class Shortcut:
    """`name`: of the address it leads to."""

    name: str
    label: str
    text: str


@never_cache
@require_safe
@as_defined_now
def home(request: HttpRequest) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    today = moments.local_date(at)
    grants = list_grants(user, today)
    roles = {Role(grant.role) for grant in grants}
    context: dict[str, object] = {"shortcuts": list_shortcuts(roles), "alarms": list_alarms(user, at)}
    units = list_working_units(user, WRITERS, today)
    if (unit := choose_working_unit(request, units)) is not None:
        context |= {"units": units, "unit": unit, **_read_unit(user, unit, today)}
    context["ended_units"] = list_ended_to_tell(grants, today)
    context |= {"piles": list_piles(user, roles, at), "campaigns": list_running(user, today)}
    context["invitations"] = list_invitations(user, today)
    if (board := find_first_page(user, today)) is not None:
        # Its parts are fetched after the page, each asking as this reader.
        context |= {"board": board, "tiles": [(tile, tile_title(tile), None) for tile in list_tiles(board)]}
    return render(request, "desk/home.html", context)


def _read_unit(user: User, unit: WorkingUnit, today: date) -> dict[str, object]:
    scope = windows_with_role(user, WRITERS, today)
    todo = sorted(list_due_cards({unit.id}, today), key=rank_now)
    sent = list_submissions(scope).filter(org_unit_id=unit.id).order_by("-first_received_at", "-pk")[:SHOWN]
    return {
        "returned": list_returned_cards(scope, {unit.id}),
        "due_now": todo[:SHOWN],
        "more_due": max(0, len(todo) - SHOWN),
        "event_forms": [form for form in list_forms_to_fill(user, today, unit.id) if form.is_event],
        "recent": [
            Recent(reverse("submission", args=[one.pk]), title_of(one.form), one.period_key, one.day_from, one.state)
            for one in sent
        ],
    }


def list_shortcuts(roles: set[Role]) -> list[Shortcut]:
    """Where those who read figures begin."""
    found = []
    if roles & READERS:
        found += [
            Shortcut("figures", _("Số liệu"), _("Chọn chỉ tiêu, nơi và kỳ; mỗi số dẫn tới bản ghi gốc.")),
            Shortcut("coverage", _("Tiến độ báo cáo"), _("Đơn vị nào đã gửi, gửi muộn hay chưa gửi.")),
            Shortcut("reports", _("Báo cáo"), _("Lập báo cáo Word từ số liệu đã duyệt.")),
        ]
    if Role.ADMINISTRATOR in roles:
        found.append(Shortcut("users", _("Người dùng"), _("Tài khoản, vai trò và đơn vị.")))
    if roles & {Role.AUDITOR, Role.ADMINISTRATOR}:
        found.append(Shortcut("audit", _("Nhật ký"), _("Ai đã làm gì, lúc nào, vì sao.")))
    return found
