"""Pages about held sendings: what phones sent that waits for an officer to say what it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import holds_anywhere
from caunoi.desk.answers import AnswerRow, list_rows
from caunoi.desk.collecting import title_of
from caunoi.desk.errors import CannotDecide, PageUnknown
from caunoi.desk.views.submission import PICTURES
from caunoi.documents.actions import path_of
from caunoi.forms.models import PeriodKind
from caunoi.forms.queries import checker_of, list_assignments
from caunoi.openrosa.inputs import PlaceForm, PutAsideForm
from caunoi.periods.rules import CutOff, Days, PeriodType, list_touching
from caunoi.periods.wording import describe_period
from caunoi.places.queries import get_snapshot
from caunoi.records.actions.held import place_held, put_aside
from caunoi.records.held import MAY_SETTLE, get_held, list_held
from caunoi.records.models import HeldSending
from caunoi.records.sealed import read_held
from caunoi.refusals import Refusal

# Periods to choose from, counted back from the day it came.
LOOKING_BACK = timedelta(days=750)


@dataclass(frozen=True)
class HeldLine:
    held: HeldSending
    title: str
    unit: str


@never_cache
@require_safe
def held_list(request: HttpRequest) -> HttpResponse:
    user, at = _officer(request), moments.now()
    settled = request.GET.get("tab") == "settled"
    lines = [_line(one) for one in list_held(user, at, settled=settled)]
    return render(request, "openrosa/held_list.html", {"lines": lines, "settled": settled})


@never_cache
@require_safe
def held(request: HttpRequest, held_id: int) -> HttpResponse:
    found = get_held(held_id, _officer(request), moments.now())
    return _show(request, found, _place_form(found), PutAsideForm())


@require_POST
def held_place(request: HttpRequest, held_id: int) -> HttpResponse:
    user, at = _officer(request), moments.now()
    found = get_held(held_id, user, at)
    form = _place_form(found, request.POST)
    if form.is_valid():
        entered = form.cleaned_data
        try:
            received = place_held(
                found.pk,
                period_key=entered.get("period", ""),
                day=entered.get("day"),
                org_unit_id=entered.get("unit"),
                by=user,
                at=at,
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("Đã xếp vào đúng chỗ. Bản ghi này từ nay như mọi bản ghi khác."))
            return redirect("submission", received.submission_id)
    return _show(request, found, form, PutAsideForm(), status=422)


@require_POST
def held_aside(request: HttpRequest, held_id: int) -> HttpResponse:
    user, at = _officer(request), moments.now()
    found = get_held(held_id, user, at)
    form = PutAsideForm(request.POST)
    if not form.is_valid():
        return _show(request, found, _place_form(found), form, status=422)
    put_aside(found.pk, reason=form.cleaned_data["reason"], by=user, at=at)
    messages.success(request, _("Đã để riêng. Bản gửi vẫn còn để tra cứu."))
    return redirect("held")


@never_cache
@require_safe
def held_file(request: HttpRequest, held_id: int, name: str) -> HttpResponseBase:
    found = get_held(held_id, _officer(request), moments.now())
    file = found.files.select_related("file").filter(name=name).first()
    if file is None:
        raise PageUnknown
    as_picture = file.file.media_type in PICTURES
    answer = FileResponse(
        path_of(file.file.sha256).open("rb"),
        as_attachment=not as_picture,
        filename=file.name,
        content_type=file.file.media_type if as_picture else "application/octet-stream",
    )
    answer["Content-Security-Policy"] = "sandbox"
    return answer


def _officer(request: HttpRequest) -> User:
    user = cast(User, request.user)
    if not any(holds_anywhere(user, role, moments.today()) for role in MAY_SETTLE):
        raise CannotDecide
    return user


def _show(
    request: HttpRequest, found: HeldSending, place: PlaceForm, aside: PutAsideForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "line": _line(found),
        "rows": _rows(request, found),
        "files": set(found.files.values_list("name", flat=True)),
        "place": place,
        "aside": aside,
    }
    return render(request, "openrosa/held.html", context, status=status)


def _rows(request: HttpRequest, found: HeldSending) -> list[AnswerRow]:
    checker = checker_of(found.form_version)
    answers = read_held(found, by=_officer(request), at=moments.now())
    return list_rows(checker.outline, answers, None, get_language() or "vi")


def _line(found: HeldSending) -> HeldLine:
    day = moments.local_date(found.received_at)
    return HeldLine(found, title_of(found.form_version.form), get_snapshot().path_name(found.org_unit_id, day))


def _place_form(found: HeldSending, given: object = None) -> PlaceForm:
    return PlaceForm(given, units=_list_units(found), periods=_list_periods(found))


def _list_units(found: HeldSending) -> list[tuple[int, str]]:
    """The sender's unit and, if it ended, what became of it."""
    places, day = get_snapshot(), moments.local_date(found.received_at)
    units = [found.org_unit_id, *(mapped.unit for mapped in places.map_unit(found.org_unit_id, day))]
    return [(unit, places.path_name(unit, day)) for unit in dict.fromkeys(units)]


def _list_periods(found: HeldSending) -> list[tuple[str, str]]:
    """Newest first; none if the form is about events. Also of assignments that ended: the door says what holds."""
    day = moments.local_date(found.received_at)
    level = get_snapshot().units[found.org_unit_id].level
    periods: dict[str, tuple[date, str]] = {}
    for assignment in list_assignments(found.form_code, level=level) or list_assignments(found.form_code):
        if assignment.period_kind == PeriodKind.EVENT:
            continue
        kind, cut_off = cast(PeriodType, assignment.period_kind), cast(CutOff, assignment.cut_off)
        for period in list_touching(Days(day - LOOKING_BACK, day), kind, cut_off):
            periods[period.key] = (period.days.first, describe_period(period))
    newest = sorted(periods, key=lambda key: periods[key][0], reverse=True)
    return [(key, periods[key][1]) for key in newest]
