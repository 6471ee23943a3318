"""Reports: the list of them, making one, one with its versions and steps, its files, and comparing versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from caunoi import moments
from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import Scope
from caunoi.approvals.models import ApprovalStep
from caunoi.approvals.queries import list_steps
from caunoi.desk.report_inputs import ReportForm
from caunoi.desk.units import list_working_units
from caunoi.desk.views.report_life import find_what_may
from caunoi.languages import show_number
from caunoi.places.queries import get_place, get_snapshot
from caunoi.refusals import FileRefused, Mistake, Refusal
from caunoi.reports.actions import make_report, start_batch
from caunoi.reports.annex import make_annex
from caunoi.reports.comparing import compare_reports
from caunoi.reports.errors import BatchTooLarge, BodyUnknown, NoUnitsBelow, ReportUnknown, result_name, state_name
from caunoi.reports.models import ReportRun, ReportVersion, VersionKind
from caunoi.reports.pdf import find_program, make_pdf
from caunoi.reports.queries import (
    check_may_open,
    find_same_run,
    get_run,
    get_version,
    list_comparable,
    list_runs,
    list_versions,
    list_visible,
    list_waiting,
    read_run,
)
from caunoi.reports.rules.life import NUMBERED, ReportState, ReportStep
from caunoi.reports.rules.manifest import Manifest
from caunoi.reports.word_file import MEDIA_TYPE
from caunoi.vietnamese_text import sort_key

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RUNS_A_PAGE = 25
FIGURES_A_PAGE = 100
MOST_IN_BATCH = 1000


def _reader(request: HttpRequest) -> tuple[User, Scope]:
    user = cast(User, request.user)  # every page but sign-in requires one
    return user, scope_of(user, moments.today())


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """`state`: one of the states, or `waiting` for what this reader is to do."""
    user, scope = _reader(request)
    asked, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    waiting = list_waiting(user, moments.today())
    if state == "waiting":
        ids = {run.pk for run in waiting}
        found = [run for run in list_runs(scope, asked) if run.pk in ids]
    else:
        found = list_runs(scope, asked, [ReportState(state)] if state in list(ReportState) else [])
    mine = f"{_('Chờ tôi')} ({show_number(Decimal(len(waiting)))})"
    states = [("", _("Tất cả")), ("waiting", mine), *((one.value, state_name(one)) for one in ReportState)]
    return render(
        request,
        "desk/reports/reports.html",
        {
            "page": Paginator(found, RUNS_A_PAGE).get_page(request.GET.get("page")),
            "q": asked,
            "state": state,
            "states": states,
            "filtered": bool(asked or state),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def report_new(request: HttpRequest) -> HttpResponse:
    user, scope = _reader(request)
    posted = request.method == "POST"
    form = ReportForm(request.POST if posted else None, today=moments.today(), initial=_initial(user))
    mistakes: list[Mistake] = []
    if posted and form.is_valid():
        try:
            return _make(form, user, scope)
        except FileRefused as refused:
            mistakes = list(refused.mistakes)
            form.add_error("template", refused.sentence)
        except BodyUnknown as refused:
            form.add_error("body", refused.sentence)
        except (NoUnitsBelow, BatchTooLarge) as refused:
            form.add_error("each_below", refused.sentence)
        except Refusal as refused:
            about_place = "place" in refused.code or refused.code == "not-found"
            form.add_error("place" if about_place else None, refused.sentence)
    shown = {"form": form, "mistakes": mistakes, "places": _suggestions(scope), "has_templates": bool(form.kinds)}
    return render(request, "desk/reports/new.html", shown)


def _initial(user: User) -> dict[str, Any]:
    """Of the first template, the last period that is over; the year so far where it has none."""
    day = moments.today()
    units = list_working_units(user, Role, day)
    return {"place": units[0].path if units else "", "first": date(day.year, 1, 1), "last": day}


def _make(form: ReportForm, user: User, scope: Scope) -> HttpResponse:
    typed, days = form.cleaned_data, form.days
    assert days is not None, "a valid form has its days"
    boundaries = typed["boundaries"] or days.last
    place = get_place(typed["place"], boundaries, get_snapshot())
    if typed["each_below"]:
        batch = start_batch(
            template_code=typed["template"], place=place, level=typed["each_below"], days=days, boundaries=boundaries,
            by=user.actor, at=moments.now(), scope=scope, most=MOST_IN_BATCH, body=typed["body"],
        )  # fmt: skip
        return redirect("report-batch", batch.pk)
    # Pressed twice, or asked again while nothing has changed: the report already made is the answer.
    same = find_same_run(typed["template"], place, days, boundaries, user.pk, body=typed["body"])
    if same is not None:
        return redirect("report", get_run(same.pk, scope).pk)
    made = make_report(
        template_code=typed["template"], place=place, first=days.first, last=days.last, boundaries=boundaries,
        by=user.actor, at=moments.now(), scope=scope, body=typed["body"],
    )  # fmt: skip
    return redirect("report", made.run.pk)


def _suggestions(scope: Scope) -> list[str]:
    """Names of the wider units the reader sees, as they were last called: enough to begin with, short to send."""
    snapshot = get_snapshot()
    names = {
        snapshot.path_name(unit.id, snapshot.spells[unit.id][-1].from_day)
        for unit in snapshot.units.values()
        if unit.level in ("province", "district", "commune") and scope.sees_unit(unit.id)
    }
    return sorted(names, key=sort_key)[:1500]


@require_safe
def report(request: HttpRequest, run_id: int) -> HttpResponse:
    user, scope = _reader(request)
    run = get_run(run_id, scope)
    _content, manifest = read_run(run)
    lines = list_visible(manifest, scope)
    replaced_by = run.replaced_by.order_by("-pk").first()
    versions = list_versions(run)
    return render(
        request,
        "desk/reports/report.html",
        {
            "run": run,
            "page": Paginator(lines, FIGURES_A_PAGE).get_page(request.GET.get("page")),
            "hidden": len(manifest.figures) - len(lines),
            "may": find_what_may(run, user, moments.today()),
            "versions": versions,
            "steps": [(one, result_name(ReportStep(one.step))) for one in list_steps(run.subject)],
            "is_document": ReportState(run.state) in NUMBERED,
            "replaced_by": replaced_by,
            "returned": _last_return(run),
            "compared_with": versions[1].number if len(versions) > 1 else None,
            "has_pdf": find_program() is not None,
            "public_address": request.build_absolute_uri(reverse("verify-report", args=[run.key])),
        },
    )


def _last_return(run: ReportRun) -> ApprovalStep | None:
    steps = list_steps(run.subject) if run.state == ReportState.RETURNED else []
    return next((one for one in reversed(steps) if one.step == ReportStep.RETURN), None)


@require_safe
def report_file(request: HttpRequest, run_id: int) -> HttpResponse:
    """`format`: docx (as it was stored), pdf, or xlsx for the annex."""
    _user, scope = _reader(request)
    run = get_run(run_id, scope)
    content, manifest = read_run(run)
    check_may_open(manifest, scope)
    match request.GET.get("format", "docx"):
        case "pdf":
            return _answer_file(make_pdf(content), PDF, run.file_name.removesuffix(".docx") + ".pdf")
        case "xlsx":
            return _answer_file(make_annex(manifest), XLSX, run.file_name.removesuffix(".docx") + ".xlsx")
    return _answer_file(content, MEDIA_TYPE, run.file_name)


@require_safe
def report_version_file(request: HttpRequest, run_id: int, number: int) -> HttpResponse:
    _user, scope = _reader(request)
    run = get_run(run_id, scope)
    content, manifest = read_run(get_version(run, number))
    check_may_open(manifest, scope)
    return _answer_file(content, MEDIA_TYPE, f"{run.file_name.removesuffix('.docx')}-v{number}.docx")


def _answer_file(content: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
def report_compare(request: HttpRequest, run_id: int) -> HttpResponse:
    """`first`, `second`: `3` a version of this report, `12.3` one of report 12. Default: the last two versions."""
    _user, scope = _reader(request)
    run = get_run(run_id, scope)
    versions = list_versions(run)
    second = _read_side(request.GET.get("second") or str(versions[0].number), run, scope)
    first = _read_side(request.GET.get("first") or str(versions[min(1, len(versions) - 1)].number), run, scope)
    compared = compare_reports(first.manifest, second.manifest, scope)
    every = request.GET.get("all") == "1"
    pairs = compared.pairs if every else compared.differences
    others = [other for other in list_comparable(run, scope) if other.pk != run.pk]
    return render(
        request,
        "desk/reports/compare.html",
        {
            "run": run,
            "first": first,
            "second": second,
            "page": Paginator([(pair, compared.why_of(pair)) for pair in pairs], FIGURES_A_PAGE).get_page(
                request.GET.get("page")
            ),
            "counts": compared.counts,
            "every": every,
            "sides": [
                *((str(one.number), _name_version(one)) for one in versions),
                *((f"{one.pk}.{one.current_number}", one.title) for one in others),
            ],
        },
    )


@dataclass(frozen=True)
class Side:
    """`spelled`: as the address names it."""

    spelled: str
    name: str
    manifest: Manifest


def _read_side(spelled: str, run: ReportRun, scope: Scope) -> Side:
    report_id, dot, number = spelled.rpartition(".")
    if not number.isdecimal() or (dot and not report_id.isdecimal()) or len(spelled) > 30:
        raise ReportUnknown(_("Không có phiên bản này. Hãy chọn lại hai bản cần so sánh."))
    whose = get_run(int(report_id), scope) if dot else run
    version = get_version(whose, int(number))
    name = _name_version(version) if whose.pk == run.pk else f"{whose.title}, {_name_version(version)}"
    return Side(spelled, name, read_run(version)[1])


def _name_version(version: ReportVersion) -> str:
    return _("phiên bản %(number)d (%(kind)s, %(day)s)") % {
        "number": version.number,
        "kind": VersionKind(version.kind).label.lower(),
        "day": f"{moments.local_date(version.at):%d/%m/%Y}",
    }
