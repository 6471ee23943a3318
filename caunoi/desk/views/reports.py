"""Reports: the list of those made, making one, its figures and file, and verifying a file."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from caunoi import moments
from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import Scope
from caunoi.desk.report_inputs import ReportForm
from caunoi.desk.units import list_working_units
from caunoi.periods.rules import Days
from caunoi.places.queries import get_place, get_snapshot
from caunoi.refusals import FileRefused, Mistake, Refusal
from caunoi.reports.actions import make_report
from caunoi.reports.models import ReportRun
from caunoi.reports.queries import (
    check_may_open,
    find_same_run,
    get_run,
    list_runs,
    list_templates,
    list_visible,
    read_run,
)
from caunoi.reports.word_file import MEDIA_TYPE
from caunoi.vietnamese_text import fold

RUNS_A_PAGE = 25
FIGURES_A_PAGE = 100


def _reader(request: HttpRequest) -> tuple[User, Scope]:
    user = cast(User, request.user)  # every page but sign-in requires one
    return user, scope_of(user, moments.today())


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    _user, scope = _reader(request)
    asked = request.GET.get("q", "").strip()
    page = Paginator(list_runs(scope, asked), RUNS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/reports/reports.html", {"page": page, "q": asked})


@require_http_methods(["GET", "HEAD", "POST"])
def report_new(request: HttpRequest) -> HttpResponse:
    user, scope = _reader(request)
    posted = request.method == "POST"
    form = ReportForm(request.POST if posted else None, initial=_initial(user))
    mistakes: list[Mistake] = []
    if posted and form.is_valid():
        try:
            return redirect("report", _make(form.cleaned_data, user, scope).pk)
        except FileRefused as refused:
            mistakes = list(refused.mistakes)
            form.add_error("template", refused.sentence)
        except Refusal as refused:
            about_place = "place" in refused.code or refused.code == "not-found"
            form.add_error("place" if about_place else None, refused.sentence)
    shown = {"form": form, "mistakes": mistakes, "places": _suggestions(scope), "has_templates": bool(list_templates())}
    return render(request, "desk/reports/new.html", shown)


def _initial(user: User) -> dict[str, Any]:
    day = moments.today()
    units = list_working_units(user, Role, day)
    return {"place": units[0].path if units else "", "first": date(day.year, 1, 1), "last": day}


def _make(typed: dict[str, Any], user: User, scope: Scope) -> ReportRun:
    first, last = typed["first"], typed["last"]
    boundaries = typed["boundaries"] or last
    place = get_place(typed["place"], boundaries, get_snapshot())
    # Pressed twice, or asked again while nothing has changed: the report already made is the answer.
    same = find_same_run(typed["template"], place, Days(first, last), boundaries, user.pk)
    if same is not None:
        return get_run(same.pk, scope)
    made = make_report(
        template_code=typed["template"], place=place, first=first, last=last, boundaries=boundaries, by=user.actor,
        at=moments.now(), scope=scope,
    )  # fmt: skip
    return made.run


def _suggestions(scope: Scope) -> list[str]:
    """Names of the wider units the reader sees, as they were last called: enough to begin with, short to send."""
    snapshot = get_snapshot()
    names = {
        snapshot.path_name(unit.id, snapshot.spells[unit.id][-1].from_day)
        for unit in snapshot.units.values()
        if unit.level in ("province", "district", "commune") and scope.sees_unit(unit.id)
    }
    return sorted(names, key=fold)[:1500]


@require_safe
def report(request: HttpRequest, run_id: int) -> HttpResponse:
    _user, scope = _reader(request)
    run = get_run(run_id, scope)
    _content, manifest = read_run(run)
    lines = list_visible(manifest, scope)
    place = get_snapshot().name_on(run.org_unit_id, run.boundaries)
    hidden = len(manifest.figures) - len(lines)
    page = Paginator(lines, FIGURES_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "desk/reports/report.html", {"run": run, "place_name": place, "page": page, "hidden": hidden}
    )


@require_safe
def report_file(request: HttpRequest, run_id: int) -> HttpResponse:
    _user, scope = _reader(request)
    run = get_run(run_id, scope)
    content, manifest = read_run(run)
    check_may_open(manifest, scope)
    response = HttpResponse(content, content_type=MEDIA_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{run.file_name}"'
    return response
