"""One workbook for all units and all due forms of a period: the download, the upload looked over, the confirmation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import windows_with_role
from caunoi.accounts.scope import Scope
from caunoi.desk.collecting import title_of
from caunoi.desk.context import WRITERS
from caunoi.desk.errors import NoUploadWaiting
from caunoi.desk.long_work import Show, answer
from caunoi.desk.templatetags.caunoi import period_of_key
from caunoi.desk.units import list_working_units
from caunoi.desk.views.spreadsheet import (
    MAX_MEGABYTES,
    SHOWN,
    UPLOAD_KEY,
    XLSX,
    keep_mistakes,
    keep_upload,
    read_upload,
)
from caunoi.documents.waiting import find_waiting
from caunoi.periods.rules import Days, Period, PeriodType, list_touching
from caunoi.places.queries import get_place, get_snapshot
from caunoi.records.spreadsheet.book import (
    BookChanges,
    BookMoved,
    Sender,
    file_name_of,
    import_book,
    list_due_forms,
    plan_book,
    preview_book,
    write_book,
)
from caunoi.refusals import FileRefused, Refusal
from caunoi.vietnamese_text import sort_key

# How far back the list of periods goes; others may be asked for in the address.
OFFERED: dict[PeriodType, int] = {"month": 24, "quarter": 8, "half-year": 4, "year": 5}


@dataclass(frozen=True)
class FormOption:
    code: str
    title: str
    units: int
    owed: int
    sent: int
    sheets: int
    is_event: bool
    chosen: bool


@dataclass(frozen=True)
class PeriodOptions:
    label: str
    periods: list[Period]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def workbooks(request: HttpRequest) -> HttpResponseBase:
    if request.method != "POST":
        return render(request, "desk/collect/workbooks.html", _offer(request))
    try:
        name, content = read_upload(request)
    except Refusal as refusal:
        return _refused(request, refusal)
    keep_upload(request, name, content)
    return answer(request, lambda show: _look_over(request, name, content, show))


@never_cache
@require_safe
def workbook_preview(request: HttpRequest) -> HttpResponse:
    """Once more, of the workbook that waits."""
    waiting = request.session.get(UPLOAD_KEY)
    if not waiting:
        return redirect("workbooks")
    content = find_waiting(waiting["sha256"])
    if content is None:
        return _refused(request, NoUploadWaiting())
    return _look_over(request, waiting["name"], content, lambda _done, _total: None)


@never_cache
@require_POST
def workbook_confirm(request: HttpRequest) -> HttpResponseBase:
    waiting = request.session.get(UPLOAD_KEY)
    if not waiting or waiting["sha256"] != request.POST.get("sha256"):
        return _refused(request, NoUploadWaiting())
    content, name = find_waiting(waiting["sha256"]), waiting["name"]
    if content is None:
        return _refused(request, NoUploadWaiting())

    def work(show: Show) -> HttpResponse:
        try:
            done = import_book(content, name, _sender(request), expected=request.POST.get("expected", ""), show=show)
        except BookMoved as moved:
            return _look_over(request, name, content, show, sentence=moved.sentence)
        except Refusal as refusal:
            return _refused(request, refusal)
        request.session.pop(UPLOAD_KEY, None)
        return render(request, "desk/collect/workbooks.html", {**_offer(request), **_told(done, name), "done": True})

    return answer(request, work)


@never_cache
@require_safe
def workbook_file(request: HttpRequest) -> HttpResponse:
    """The workbook itself."""
    offered = _offer(request)
    if "unit" not in offered:
        return redirect("workbooks")
    codes = {form.code for form in offered["forms"] if form.chosen}
    today = moments.today()
    book = plan_book(offered["unit"], offered["period"], codes, _scope(request), today)
    headers = {"Content-Disposition": f'attachment; filename="{file_name_of(book)}"'}
    return HttpResponse(write_book(book, today=today), content_type=XLSX, headers=headers)


# What the pages show


def _offer(request: HttpRequest) -> dict[str, Any]:
    """Unit, period and forms to choose from; `unit` and `period` once both are known."""
    user, today = cast(User, request.user), moments.today()
    units = list_working_units(user, WRITERS, today)
    typed = request.GET.get("place", units[0].path if units else "")
    period = _read_period(request.GET.get("period", ""))
    shown: dict[str, Any] = {
        "has_units": bool(units),
        "place": typed,
        "period": period,
        "periods": _list_periods(),
        "places": _suggestions(_scope(request)),
        "max_megabytes": MAX_MEGABYTES,
    }
    if not units:
        return shown
    try:
        unit = _find_place(typed, period)
    except Refusal as refusal:
        return {**shown, "place_error": refusal.sentence}
    picked = set(request.GET.getlist("forms"))
    forms = [
        FormOption(
            one.form.code,
            title_of(one.form),
            one.units,
            one.owed,
            one.sent,
            len(one.periods),
            one.is_event,
            one.form.code in picked if picked else any(p.type == period.type for p in one.periods),
        )
        for one in list_due_forms(unit, period, _scope(request), today)
    ]
    events = [form for form in forms if form.is_event]
    return {
        **shown, "unit": unit, "forms": forms, "events": events, "events_chosen": any(form.chosen for form in events),
    }  # fmt: skip


def _look_over(request: HttpRequest, name: str, content: bytes, show: Show, sentence: str = "") -> HttpResponse:
    try:
        found = preview_book(content, name, _sender(request), show=show)
    except Refusal as refusal:
        return _refused(request, refusal, name)
    shown = {**_told(found, name), "sentence": sentence, "sha256": request.session[UPLOAD_KEY]["sha256"]}
    return render(request, "desk/collect/workbook_preview.html", shown)


def _told(changes: BookChanges, name: str) -> dict[str, Any]:
    places = get_snapshot()
    unit = places.by_key.get(changes.unit_key)
    return {
        "file_name": name,
        "changes": changes,
        "book_unit": places.path_name(unit.id, moments.today()) if unit else "",
        "book_period": changes.chosen,
        "shown": SHOWN,
        **{
            outcome: [row for row in changes.rows if row.outcome == outcome]
            for outcome in ("new", "corrected", "unchanged", "emptied", "kept")
        },
    }


def _refused(request: HttpRequest, refusal: Refusal, name: str = "") -> HttpResponse:
    context: dict[str, Any] = {**_offer(request), "sentence": refusal.sentence, "file_name": name}
    if isinstance(refusal, FileRefused):
        keep_mistakes(request, refusal.mistakes)
        context |= {"mistakes": refusal.mistakes[:SHOWN], "mistakes_count": len(refusal.mistakes)}
    return render(request, "desk/collect/workbooks.html", context, status=422)


def _sender(request: HttpRequest) -> Sender:
    user = cast(User, request.user)
    return Sender(user, str(user), moments.now(), _scope(request))


def _scope(request: HttpRequest) -> Scope:
    return windows_with_role(cast(User, request.user), WRITERS, moments.today())


def _read_period(text: str) -> Period:
    """The month before this one, if nothing readable was asked."""
    try:
        return period_of_key(text)
    except (ValueError, IndexError):
        return list_touching(Days(moments.today(), moments.today()), "month")[0].before()


def _list_periods() -> list[PeriodOptions]:
    """Begun periods, the newest first."""
    today = moments.today()
    labels = {"month": _("Tháng"), "quarter": _("Quý"), "half-year": _("6 tháng"), "year": _("Năm")}
    options = []
    for kind, count in OFFERED.items():
        # Months with a cut-off on the 15th are named after the month to come.
        period = list_touching(Days(today, today), kind, 15)[0]
        periods = []
        for _index in range(count):
            periods.append(Period(kind, period.month_first))
            period = period.before()
        options.append(PeriodOptions(labels[kind], periods))
    return options


def _find_place(typed: str, period: Period) -> int:
    """By today's name, else by that of the period: communes that were merged since bear their old one."""
    places = get_snapshot()
    try:
        return get_place(typed, moments.today(), places)
    except Refusal:
        return get_place(typed, min(period.named_days.last, moments.today()), places)


def _suggestions(scope: Scope) -> list[str]:
    places, today = get_snapshot(), moments.today()
    wide = [unit.id for unit in places.units.values() if unit.level in ("province", "district", "commune")]
    names = {places.path_name(u, today) for u in wide if scope.sees_unit(u) and places.exists_on(u, today)}
    return sorted(names, key=sort_key)[:1500]
