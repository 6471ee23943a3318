"""The figures page, the explanation of one figure, and coverage. Everything passes through `facts.access`."""

from __future__ import annotations

import codecs
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import Scope
from caunoi.audit.queries import moment_of
from caunoi.desk.charts.choosing import choose_chart
from caunoi.desk.charts.heat import list_heats, make_picture
from caunoi.desk.charts.picture import MEDIA, Format, draw
from caunoi.desk.figure_inputs import QuestionForm, read_days
from caunoi.desk.figure_table import arrange
from caunoi.desk.place_pages import read_day
from caunoi.desk.table_files import WORKBOOK, send_table
from caunoi.desk.typed_numbers import read_number
from caunoi.desk.units import list_working_units
from caunoi.facts.access import Reach, ask_as, ask_as_in_parts
from caunoi.facts.coverage import FormCoverage, list_form_coverage
from caunoi.facts.errors import TooManyFigures, TooManyForSheet
from caunoi.facts.explanation import explain
from caunoi.facts.exports import check_fits, write_figures
from caunoi.facts.lines import csv_text
from caunoi.facts.questions import number_of
from caunoi.facts.reporting_rates import (
    PeriodCoverage,
    compute_percent,
    list_period_coverage,
    rates_csv,
    rates_workbook,
)
from caunoi.facts.rules.question import Figure, Question
from caunoi.facts.side_by_side import SideBySide, compare_boundaries
from caunoi.forms.models import Assignment, PeriodKind
from caunoi.languages import in_reader_language
from caunoi.moments import now, today
from caunoi.periods.rules import Days
from caunoi.places.queries import describe_absence, get_snapshot
from caunoi.refusals import Refusal
from caunoi.targets.attainment import ask_attained, explain_target, make_columns
from caunoi.targets.side_by_side import AttainedPair, attain_pairs, list_rows
from caunoi.vietnamese_text import sort_key

LAST_PAGE = 10**9
ROWS_A_PAGE = 100
ROWS_AT_ONCE = 1_000


@require_safe
def figures(request: HttpRequest) -> HttpResponseBase:
    scope = scope_of(_user(request), today())
    asked = bool(request.GET)
    form = QuestionForm(request.GET if asked else None, initial=_initial(_user(request)))
    shown: dict[str, Any] = {"form": form, "asked": asked}
    if asked and form.is_valid():
        try:
            question = form.question()
            if (other := form.cleaned_data["compare"]) is not None:
                compared = compare_boundaries(question, other, scope)
                pairs = attain_pairs(compared, scope)
                if (format_ := request.GET.get("format")) in ("csv", "xlsx"):
                    headings, *rows = list_rows(compared, pairs)
                    return send_table(_("So sánh ranh giới"), headings, rows, f"so-lieu.{format_}")
                found = []
                shown |= _compare(request, compared, pairs)
            elif (format_ := request.GET.get("format")) in ("csv", "xlsx"):
                return _file_of(question, scope, format_)
            else:
                found = ask_as(question, scope)
        except Refusal as refusal:
            form.add_error(
                "place" if "place" in refusal.code or refusal.code == "not-found" else None, refusal.sentence
            )
            shown["as_csv"] = isinstance(refusal, TooManyFigures | TooManyForSheet)
        else:
            if "compared" not in shown:
                shown |= _table(request, question, found, scope)
    shown["picked"] = set(request.GET.getlist("codes"))
    shown["places"] = suggest_places(scope)
    return render(request, "desk/figures/figures.html", shown, status=200)


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)  # every page but sign-in requires one


def _initial(user: User) -> dict[str, Any]:
    day = today()
    units = list_working_units(user, Role, day)
    return {
        "place": units[0].path if units else "",
        "first": date(day.year, 1, 1),
        "last": day,
        "book": "approved",
    }


def _table(request: HttpRequest, question: Question, found: list[Figure], scope: Scope) -> dict[str, Any]:
    totals = ask_as(replace(question, level=None), scope) if question.level else []
    attained = ask_attained(question, scope)
    if question.level and attained:
        attained |= ask_attained(replace(question, level=None), scope)
    sort = request.GET.get("sort", "")
    table = arrange(question, found, totals, sort, attained) if found else None
    # A place that is gone or not yet there: one sentence above the table says what stands for it.
    snapshot = get_snapshot(question.as_known)
    unit = snapshot.by_key[question.place].id
    absent = not snapshot.exists_on(unit, question.boundaries)
    return {
        "question": question,
        "known_at": moment_of(question.as_known),
        "absence": describe_absence(unit, question.boundaries, snapshot) if absent else "",
        "table": table,
        "drawn": choose_chart(request.GET, question, table, scope) if table else None,
        "page": Paginator(table.rows if table else (), ROWS_A_PAGE).get_page(request.GET.get("page")),
        "sort": sort,
        "place_name": snapshot.name_on(unit, question.boundaries),
        "estimated": any(f.estimated for f in found),
        "warnings": _list_warnings([*totals, *found]),
        "whys": [] if absent else _list_whys([*totals, *found]),
        "count": len(found),
    }


def _list_warnings(figures: list[Figure]) -> list[str]:
    said = (f"{f.place_name}: {warning}" for f in figures for warning in f.warnings)
    return list(dict.fromkeys(said))[:8]


def _list_whys(figures: list[Figure]) -> list[str]:
    whys = (f"{in_reader_language(f.name_vi, f.name_en)}: {f.why}" for f in figures if f.why)
    return list(dict.fromkeys(whys))[:8]


def suggest_places(scope: Scope) -> list[str]:
    """Names of the wider units the reader sees today: enough to begin with, short enough to send."""
    snapshot, day = get_snapshot(), today()
    seen = [
        unit.id
        for unit in snapshot.units.values()
        if unit.level in ("province", "district", "commune") and (scope.everything or scope.sees_unit(unit.id))
    ]
    names = {
        snapshot.path_name(
            unit, min(day, (snapshot.units[unit].ends_on or day + timedelta(days=1)) - timedelta(days=1))
        )
        for unit in seen
    }
    return sorted(names, key=sort_key)[:1500]


def _compare(request: HttpRequest, compared: SideBySide, pairs: list[AttainedPair]) -> dict[str, Any]:
    question, snapshot = compared.question, get_snapshot(compared.question.as_known)
    return {
        "compared": compared,
        "question": question,
        "known_at": moment_of(question.as_known),
        "place_name": snapshot.name_on(snapshot.by_key[question.place].id, question.boundaries),
        "pairs": Paginator(pairs, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "totals_count": len(compared.totals),
    }


def _file_of(question: Question, scope: Scope, format_: str) -> HttpResponseBase:
    """Of any size: a part of the figures is asked, written and forgotten before the next. What is refused is refused
    before the first line."""
    if format_ == "xlsx":
        check_fits(question)
    further = make_columns(question, scope)
    headers = {"Content-Disposition": f'attachment; filename="so-lieu.{format_}"'}
    if format_ == "csv":
        # Excel reads the letters right only when the file begins with a byte order mark.
        pieces = chain([codecs.BOM_UTF8], csv_text(question, scope, further))
        return StreamingHttpResponse(pieces, "text/csv; charset=utf-8", headers=headers)
    parts = ask_as_in_parts(question, scope)
    # On the disk of the data: /tmp is memory on many servers. It is gone when it is sent.
    file = cast(BinaryIO, tempfile.TemporaryFile(dir=settings.CAUNOI_HOME, prefix="export-"))  # noqa: SIM115
    write_figures(parts, question, now(), file, further)
    file.seek(0)
    return FileResponse(file, content_type=WORKBOOK, headers=headers)


@require_safe
def explanation(request: HttpRequest, ref: str) -> HttpResponse:
    scope = scope_of(_user(request), today())
    page = read_number(request.GET.get("page")) or 1
    found = explain(ref, scope, min(page, LAST_PAGE))
    children = sorted(found.children, key=lambda f: (f.value is None, -(f.value or 0)))
    below = ask_attained(replace(found.question, level=children[0].level), scope) if children else {}
    return render(
        request,
        "desk/figures/explanation.html",
        {
            "explanation": found,
            "figure": found.figure,
            "known_at": moment_of(found.figure.as_known),
            "definition": in_reader_language(found.definition_vi, found.definition_en),
            "children": [(one, below.get((one.code, one.place, one.first))) for one in children],
            "target": explain_target(found.figure, scope),
        },
    )


@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    user, day = _user(request), today()
    scope = scope_of(user, day)
    units = list_working_units(user, Role, day)
    place = request.GET.get("place") or (units[0].key if units else "")
    shaded = request.GET.get("by") == "heat"
    first, last = read_days(request.GET, day)
    level = request.GET.get("level") or None
    by_period, form_code = request.GET.get("by") in ("period", "heat"), request.GET.get("form", "")
    rows: list[FormCoverage] = []
    lines: list[PeriodCoverage] = []
    known_on, refusal = read_day(request.GET.get("as_known", ""), day)
    for name, shown in (("last", last), ("first", first)):
        refusal = read_day(request.GET.get(name, ""), shown)[1] or refusal
    as_known = None if known_on >= day else number_of(known_on)
    try:
        if refusal:
            pass
        elif place and by_period:
            lines = list_period_coverage(place, first, last, form_code=form_code, scope=scope, as_known=as_known)
        elif place:
            reach = Reach(Days(first, last), last, scope)
            found = list_form_coverage(place, first, last, level=level, as_known=as_known)
            rows = [row for row in found if reach.sees(row.place)]
    except Refusal as refused:
        refusal = refused.sentence
    if by_period and not refusal and request.GET.get("format") in ("csv", "xlsx"):
        return _rates_file(lines, request.GET["format"])
    unit = get_snapshot().by_key.get(place)
    place_name = place if unit is None else get_snapshot().path_name(unit.id, last)
    if shaded and lines and request.GET.get("format") in MEDIA:
        where = f"{place_name}: {first:%d/%m/%Y} – {last:%d/%m/%Y}"
        if as_known is not None:
            where += _(", theo những gì đã biết đến hết ngày %(day)s") % {"day": f"{known_on:%d/%m/%Y}"}
        return _heat_file(lines, where, cast(Format, request.GET["format"]))
    if refusal == "" and place and not rows and not lines:
        refusal = _(
            "Không có báo cáo định kỳ nào đến hạn trong kỳ này ở đơn vị này, hoặc đơn vị nằm ngoài phạm vi của bạn."
        )
    return render(
        request,
        "desk/figures/coverage.html",
        {
            "page": Paginator(lines if by_period else _with_rates(rows), ROWS_A_PAGE).get_page(request.GET.get("page")),
            "by_period": by_period,
            "shaded": shaded,
            "heats": list_heats(lines) if shaded else [],
            "form_code": form_code,
            "forms": _list_periodic_forms(),
            "place": place_name,
            "first": first,
            "last": last,
            "level": level or "",
            "as_known": known_on if as_known is not None else None,
            "refusal": refusal,
            "places": suggest_places(scope),
        },
    )


def _with_rates(rows: Iterable[FormCoverage]) -> list[tuple[FormCoverage, Decimal | None]]:
    """Each with the share that has come, in percent."""
    return [(row, compute_percent(row.coverage.reported, row.coverage.expected)) for row in rows]


def _list_periodic_forms() -> list[tuple[str, str]]:
    """(code, title), by title."""
    periodic = Assignment.objects.exclude(period_kind=PeriodKind.EVENT).select_related("form")
    titles = {one.form.code: in_reader_language(one.form.title_vi, one.form.title_en) for one in periodic}
    return sorted(titles.items(), key=lambda one: sort_key(one[1]))


def _rates_file(lines: list[PeriodCoverage], format_: str) -> HttpResponse:
    if format_ == "csv":
        answer = HttpResponse("\ufeff" + rates_csv(lines), content_type="text/csv; charset=utf-8")
    else:
        answer = HttpResponse(
            rates_workbook(lines), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        )
    answer["Content-Disposition"] = f'attachment; filename="tien-do.{format_}"'
    return answer


def _heat_file(lines: list[PeriodCoverage], where: str, format_: Format) -> HttpResponse:
    """Of one form: the asked one, or the first of the page."""
    headers = {"Content-Disposition": f'attachment; filename="tien-do.{format_}"'}
    return HttpResponse(draw(make_picture(list_heats(lines)[0], where), format_), MEDIA[format_], headers=headers)
