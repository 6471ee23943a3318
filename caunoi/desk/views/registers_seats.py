"""A register's seats unit by unit: which are empty, whose yearly review is due, whose term is over; as files too."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of, units_with_role
from caunoi.desk.errors import PageUnknown
from caunoi.desk.registers import Asked, list_unit_choices, read_filters
from caunoi.desk.table_files import send_table
from caunoi.places.queries import get_snapshot
from caunoi.records.entities.queries import get_register, list_properties
from caunoi.records.entities.reviews import find_terms
from caunoi.records.entities.rules.seats import Seats
from caunoi.records.entities.seats import UnitSeats, has_seats, list_unit_seats
from caunoi.records.models import EntityList
from caunoi.records.permissions import MAY_ENTER

PAGE = 50


@dataclass(frozen=True)
class SeatLine:
    """`empty`: "Tổ trưởng (1), Thành viên (2)". `reviewed`: the reader may send the unit's review."""

    unit: str
    key: str
    seats: Seats
    empty: str
    reviewed: bool


@never_cache
@require_safe
def seats(request: HttpRequest, code: str) -> HttpResponse:
    user, today = cast(User, request.user), moments.today()
    register, asked, units = _find(request, code, user, today)
    page = Paginator(units, PAGE).get_page(request.GET.get("page"))
    context = {
        "register": register,
        "asked": asked,
        "everything": _wants_all(request),
        "units": list_unit_choices(user, today),
        "page": page,
        "lines": show_seats(register, list(page), today, units_with_role(user, MAY_ENTER, today)),
        "vacant": sum(sum(one.seats.empty.values()) for one in units),
        "due": sum(one.seats.due for one in units),
        "over": sum(one.seats.over for one in units),
    }
    return render(request, "desk/registers/seats.html", context)


@never_cache
@require_safe
def seats_file(request: HttpRequest, code: str, kind: str) -> StreamingHttpResponse:
    """All that the page's filters match. Numbers and seats only, nobody's name."""
    user, today = cast(User, request.user), moments.today()
    register, _asked, units = _find(request, code, user, today)
    headings = [_("Đơn vị"), _("Số ghế"), _("Đã có người"), _("Ghế trống"), _("Đến kỳ kiện toàn"), _("Hết nhiệm kỳ")]
    rows = (
        [
            line.unit,
            str(line.seats.total),
            str(line.seats.filled),
            line.empty,
            str(line.seats.due),
            str(line.seats.over),
        ]
        for line in show_seats(register, units, today)
    )
    return send_table(_("Ghế và kiện toàn"), headings, rows, f"{code}-{today:%Y-%m-%d}.{kind}", wide=1)


def _wants_all(request: HttpRequest) -> bool:
    return request.GET.get("all") == "1"


def _find(request: HttpRequest, code: str, user: User, today: date) -> tuple[EntityList, Asked, list[UnitSeats]]:
    register, asked = get_register(code), read_filters(request.GET, today)
    if not has_seats(register):
        raise PageUnknown
    found = list_unit_seats(
        register, scope_of(user, today), today, unit_ids=asked.filters.unit_ids, open_only=not _wants_all(request)
    )
    return register, asked, found


def show_seats(
    register: EntityList, units: Sequence[UnitSeats], today: date, sending: Collection[int] = ()
) -> list[SeatLine]:
    """`sending`: units whose records the reader enters."""
    places, language = get_snapshot(), get_language() or "vi"
    roles = next((one for one in list_properties(register) if one.name == register.seats_by), None)
    lines = []
    for one in units:
        empty = (
            f"{roles.show(seat, language) if roles else seat} ({count})" for seat, count in one.seats.empty.items()
        )
        unit = places.units[one.org_unit_id]
        reviewed = unit.id in sending and find_terms(register, unit.level) is not None
        lines.append(SeatLine(places.path_name(unit.id, today), unit.key, one.seats, ", ".join(empty), reviewed))
    return lines
