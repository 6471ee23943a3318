"""Ratings: the list of rounds, its file, and one round with its simulation, council table and closing."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import Scope
from caunoi.assessments.actions import (
    close_round,
    open_round,
    refresh_figures,
    review_complete,
)
from caunoi.assessments.actions.rounds import list_complete
from caunoi.assessments.errors import CompleteChanged, state_name
from caunoi.assessments.models import RatingRound
from caunoi.assessments.permissions import DECIDERS, may_run
from caunoi.assessments.queries import (
    ROUND_SORTS,
    get_round,
    get_sheet,
    list_ratings,
    list_rounds,
    list_series,
    list_sheets,
    period_of_round,
    read_sheet_of,
)
from caunoi.assessments.rules.life import RatingState
from caunoi.desk.list_filters import read_sort
from caunoi.desk.ratings import (
    ROUND_STATES,
    OpenForm,
    filter_rows,
    list_cells,
    list_headings,
    list_round_cells,
    list_round_headings,
    make_rows,
    read_round_filters,
    show_rounds,
    simulate,
    sort_rows,
)
from caunoi.desk.registers import list_unit_choices
from caunoi.desk.table_files import send_table
from caunoi.desk.typed_numbers import read_number
from caunoi.desk.units import list_working_units
from caunoi.languages import in_reader_language
from caunoi.periods.rules import PeriodType, period_of
from caunoi.places.queries import get_snapshot
from caunoi.refusals import NotAllowed, NotFound, Refusal

ROUNDS_A_PAGE = 25
USUAL_SORT = "-day"
UNITS_A_PAGE = 100


def _reader(request: HttpRequest) -> tuple[User, Scope]:
    user = cast(User, request.user)  # every page but sign-in requires one
    return user, scope_of(user, moments.today())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ratings(request: HttpRequest) -> HttpResponse:
    user, scope = _reader(request)
    today = moments.today()
    units = list_working_units(user, DECIDERS, today)
    offered = [
        (f"{sheet.series}@{unit.key}", f"{in_reader_language(sheet.title_vi, sheet.title_en)} – {unit.name}")
        for sheet in list_sheets(today)
        for unit in units
        if sheet.run_by == unit.level
    ]
    posted = request.method == "POST"
    before = today.replace(day=1) - timedelta(days=1)
    form = OpenForm(request.POST if posted else None, sheets=offered, initial={"day": before})
    if posted and form.is_valid():
        try:
            made = _open(form.cleaned_data["series"], form, user)
        except Refusal as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Đã mở đợt chấm điểm."))
            return redirect("rating-round", made.pk)
    asked, sort = read_round_filters(request.GET, today), read_sort(request.GET, ROUND_SORTS, USUAL_SORT)
    page = Paginator(list_rounds(scope, asked.filters, sort), ROUNDS_A_PAGE).get_page(request.GET.get("page"))
    shown = {
        "page": page,
        "lines": list(show_rounds(page)),
        "asked": asked,
        "sort": sort,
        "sheets": [(one.series, in_reader_language(one.title_vi, one.title_en)) for one in list_series()],
        "states": ROUND_STATES,
        "units": list_unit_choices(user, today),
        "form": form if offered else None,
    }
    return render(request, "desk/assessments/ratings.html", shown)


@never_cache
@require_safe
def ratings_export(request: HttpRequest, kind: str) -> StreamingHttpResponse:
    """All rounds that the list's filters match."""
    (_user, scope), today = _reader(request), moments.today()
    asked, sort = read_round_filters(request.GET, today), read_sort(request.GET, ROUND_SORTS, USUAL_SORT)
    rows = map(list_round_cells, show_rounds(list_rounds(scope, asked.filters, sort).iterator(chunk_size=500)))
    return send_table(_("Đợt chấm điểm"), list_round_headings(), rows, f"dot-cham-diem-{today:%Y-%m-%d}.{kind}")


def _open(chosen: str, form: OpenForm, user: User) -> RatingRound:
    series, _at, key = chosen.partition("@")
    sheet = get_sheet(series, form.cleaned_data["day"])
    type_ = cast(PeriodType, sheet.period_type)
    period = period_of(form.cleaned_data["day"], type_, 15 if sheet.cut_off == 15 else 1)
    unit = get_snapshot().by_key[key].id
    return open_round(series=series, org_unit_id=unit, period=period, by=user, at=moments.now())


def _name_unit(round_: RatingRound) -> str:
    return get_snapshot().path_name(round_.org_unit_id, round_.day_to)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rating_round(request: HttpRequest, round_id: int) -> HttpResponse | StreamingHttpResponse:
    """`q`, `state` (a state or a class), `sort`; `format`: csv or xlsx of all rows that match. A POST closes the round;
    refused, the page shows what stands by now and the reason as it was typed."""
    user, scope = _reader(request)
    refused = _close(request, get_round(round_id, scope), user) if request.method == "POST" else ""
    if refused is None:
        return redirect("rating-round", round_id)
    round_ = get_round(round_id, scope)
    sheet, found = read_sheet_of(round_), list_ratings(round_, scope)
    asked = {name: request.GET.get(name, "").strip() for name in ("q", "state", "sort")}
    rows = sort_rows(filter_rows(make_rows(round_, sheet, found), asked["q"], asked["state"]), asked["sort"])
    if (kind := request.GET.get("format")) in ("csv", "xlsx"):
        name = f"{round_.series}-{round_.period_key}.{kind}"
        return send_table(_("Xếp loại"), list_headings(sheet), map(list_cells, rows), name, wide=2)
    runs = may_run(user, round_.org_unit_id, moments.today())
    may_review = not round_.is_closed and bool(list_working_units(user, DECIDERS, moments.today()))
    states = [("", _("Tất cả")), *((state.value, state_name(state)) for state in RatingState)]
    bands = [(band.code, in_reader_language(band.name_vi, band.name_en)) for band in sheet.bands]
    shown = {
        "round": round_,
        "sheet": sheet,
        "unit": _name_unit(round_),
        "period": period_of_round(round_),
        "criteria": [in_reader_language(one.name_vi, one.name_en) for one in sheet.criteria],
        "page": Paginator(rows, UNITS_A_PAGE).get_page(request.GET.get("page")),
        "simulation": simulate(sheet, found),
        "partial": len(found) < round_.ratings.count(),
        "may_close": runs and not round_.is_closed,
        "may_review": may_review,
        "complete": len(list_complete(round_, found, user, moments.today())) if may_review else 0,
        "choices": [*states, *bands],
        "refused": refused,
        "reason": request.POST.get("exception_reason", ""),
        **asked,
    }
    return render(request, "desk/assessments/round.html", shown, status=422 if refused else 200)


def _close(request: HttpRequest, round_: RatingRound, user: User) -> str | None:
    """Why not; None once it is closed."""
    seen, reason = request.POST.get("seen", ""), request.POST.get("exception_reason", "")
    try:
        close_round(round_id=round_.pk, seen=seen, exception_reason=reason, by=user, at=moments.now())
    except (NotAllowed, NotFound):
        raise
    except Refusal as refused:
        return refused.sentence
    messages.success(request, _("Đã chốt xếp loại. Đơn vị chưa đồng ý có thể kiến nghị."))
    return None


@require_POST
def rating_round_step(request: HttpRequest, round_id: int, step: str) -> HttpResponse:
    user, scope = _reader(request)
    round_, at = get_round(round_id, scope), moments.now()
    match step:
        case "refresh":
            changed = refresh_figures(round_id=round_.pk, by=user, at=at)
            said = _("Đã đọc lại số liệu: %(count)d bảng chấm thay đổi.") % {"count": changed}
        case "review":
            counted = read_number(request.POST.get("counted")) or 0
            try:
                done = review_complete(round_id=round_.pk, counted=counted, by=user, at=at)
            except CompleteChanged as refused:
                messages.error(request, refused.sentence)
                return redirect("rating-round", round_.pk)
            said = _("Đã thẩm định %(count)d bảng chấm đủ điểm.") % {"count": done}
        case _other:
            raise NotFound(_("Không có bước này. Hãy quay lại trang đợt chấm điểm."))
    messages.success(request, said)
    return redirect("rating-round", round_.pk)
