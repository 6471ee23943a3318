"""What changed since: a table of corrections between two moments of knowledge, from a report, a figure or by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import Scope
from caunoi.audit.clock import current_number, number_at
from caunoi.audit.queries import moment_of
from caunoi.desk.errors import PageUnknown
from caunoi.desk.place_pages import read_day
from caunoi.desk.table_files import as_csv, send_csv
from caunoi.facts.access import ask_as, check_may_see
from caunoi.facts.changes import Changes, ChangesAsked, change_row, header, list_place_changes, list_redefined
from caunoi.facts.errors import CodeUnknown
from caunoi.facts.questions import Answer
from caunoi.facts.refs import decode
from caunoi.facts.rules.question import Question
from caunoi.places.queries import get_snapshot
from caunoi.reports.queries import get_run

ROWS_A_PAGE = 50


def _reader(request: HttpRequest) -> Scope:
    return scope_of(cast(User, request.user), moments.today())


@require_safe
def figure_changes(request: HttpRequest, ref: str) -> HttpResponseBase:
    """`since`: a day; without one, the figure's own moment of knowledge."""
    scope = _reader(request)
    question = decode(ref)
    check_may_see(question, scope)
    latest = current_number()
    day, complaint = read_day(request.GET.get("since", ""), moments.today())
    since = number_at(day) if request.GET.get("since") and not complaint else question.as_known
    codes = tuple(sorted(Answer(question, scope, []).plan.elements))
    asked = ChangesAsked(
        question.place, question.first, question.last, question.boundaries, since, latest, codes, question.book
    )
    now = _ask(question, latest, scope)
    try:
        was = _ask(question, since, scope)
    except CodeUnknown:  # not defined yet at that time
        was = None
    more = {
        "figure": now,
        "was": was,
        "redefined": list_redefined(now.code, since, latest),
        "title": now.place_name,
        "ref": ref,
        "day": day if request.GET.get("since") else _day_of(since),
        "complaint": complaint,
    }
    return _answer(request, asked, scope, more)


def _day_of(number: int) -> date:
    moment = moment_of(number)
    return moments.today() if moment is None else moments.local_date(moment)


def _ask(question: Question, known: int, scope: Scope) -> Any:
    return ask_as(replace(question, as_known=known), scope)[0]


@require_safe
def report_changes(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Since the report was made, in its days and its unit."""
    scope = _reader(request)
    run = get_run(run_id, scope)
    places = get_snapshot()
    unit = places.units.get(run.org_unit_id)
    if unit is None:
        raise PageUnknown
    asked = ChangesAsked(unit.key, run.day_from, run.day_to, run.boundaries, run.as_known, current_number())
    return _answer(request, asked, scope, {"run": run, "title": run.title})


def _answer(request: HttpRequest, asked: ChangesAsked, scope: Scope, more: dict[str, Any]) -> HttpResponseBase:
    corrections = request.GET.get("only") == "corrections"
    found = Changes(asked, scope, corrections=corrections)
    if request.GET.get("format") == "csv":
        return send_csv(as_csv(header(), (change_row(change) for change in found)), "thay-doi.csv")
    page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "desk/figures/changes.html",
        {
            "page": page,
            "count": page.paginator.count,
            "asked": asked,
            "since_at": moment_of(asked.since),
            "corrections": corrections,
            "moved": list_place_changes(asked.since, asked.until),
            **more,
        },
    )
