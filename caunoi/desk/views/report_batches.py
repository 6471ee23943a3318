"""The same report of all units below a place: what stands of it, going on with it, all of it as one file."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any, cast

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import Scope
from caunoi.desk.long_work import Show, answer
from caunoi.languages import in_reader_language
from caunoi.places.models import Level
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.refusals import FileRefused, Mistake, Refusal
from caunoi.reports.actions import make_batch
from caunoi.reports.bundling import write_bundle
from caunoi.reports.errors import BatchNotYours
from caunoi.reports.models import BatchUnit, ReportBatch
from caunoi.reports.queries import get_batch, list_batch_units, list_batches, list_templates

UNITS_A_PAGE = 100
IN_MEMORY = 5_000_000


def _reader(request: HttpRequest) -> tuple[User, Scope]:
    user = cast(User, request.user)  # every page but sign-in requires one
    return user, scope_of(user, moments.today())


@never_cache
@require_safe
def report_batches(request: HttpRequest) -> HttpResponse:
    _user, scope = _reader(request)
    titles, places = _list_titles(), get_snapshot()
    rows = [(batch, _describe(batch, titles, places)) for batch in list_batches(scope)]
    return render(request, "desk/reports/batches.html", {"rows": rows})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_batch(request: HttpRequest, batch_id: int) -> HttpResponseBase:
    user, scope = _reader(request)
    batch = get_batch(batch_id, scope)
    if request.method != "POST":
        return _show(request, batch)
    if batch.made_by_id != user.pk:
        raise BatchNotYours(_("Đợt này do người khác lập. Hãy tự lập một đợt ở trang Lập báo cáo."))
    return answer(request, lambda show: _go_on(request, batch, user, scope, show))


def _go_on(request: HttpRequest, batch: ReportBatch, user: User, scope: Scope, show: Show) -> HttpResponse:
    total = batch.units.count()
    try:
        for done, _one in enumerate(make_batch(batch, by=user.actor, clock=moments.now, scope=scope), 1):
            show(done, total)
    except FileRefused as refused:
        return _show(request, batch, refused.sentence, list(refused.mistakes))
    except Refusal as refused:
        return _show(request, batch, refused.sentence)
    return _show(request, batch)


def _show(
    request: HttpRequest, batch: ReportBatch, sentence: str = "", mistakes: list[Mistake] | None = None
) -> HttpResponse:
    units = list_batch_units(batch)
    page = Paginator(units, UNITS_A_PAGE).get_page(request.GET.get("page"))
    places = get_snapshot()
    shown: dict[str, Any] = {
        "batch": batch,
        "title": _describe(batch, _list_titles(), get_snapshot()),
        "page": page,
        "rows": [(unit, places.distinct_name_on(unit.org_unit_id, batch.boundaries)) for unit in page],
        "total": len(units),
        "made": sum(unit.run_id is not None for unit in units),
        "without": sum(bool(unit.why) for unit in units),
        "waiting": sum(_waits(unit) for unit in units),
        "is_mine": batch.made_by_id == cast(User, request.user).pk,
        "sentence": sentence,
        "mistakes": mistakes or [],
    }
    return render(request, "desk/reports/batch.html", shown)


def _waits(unit: BatchUnit) -> bool:
    return unit.run_id is None and not unit.why


def _list_titles() -> dict[str, str]:
    return {one.code: in_reader_language(one.title_vi, one.title_en) for one in list_templates()}


def _describe(batch: ReportBatch, titles: Mapping[str, str], places: PlaceSnapshot) -> str:
    """`Báo cáo tháng …: từng xã, Tỉnh Lào Cai`; the code of a template that is no longer there."""
    said = _("%(title)s: từng %(level)s của %(place)s") % {
        "title": titles.get(batch.template_code, batch.template_code),
        "level": str(Level(batch.level).label).lower(),
        "place": places.name_on(batch.org_unit_id, batch.boundaries),
    }
    return f"{said} ({batch.body})" if batch.body else said


@require_safe
def report_batch_file(request: HttpRequest, batch_id: int) -> FileResponse:
    """`annexes=1`: the workbook of each report beside it."""
    _user, scope = _reader(request)
    batch = get_batch(batch_id, scope)
    name = f"{batch.template_code}-{batch.day_from.isoformat()}-{batch.day_to.isoformat()}.zip"
    with ExitStack() as unless_sent:
        into = unless_sent.enter_context(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))
        write_bundle(batch, into, scope, annexes=request.GET.get("annexes") == "1")
        into.seek(0)
        unless_sent.pop_all()  # the answer closes the file once it is sent
        return FileResponse(into, as_attachment=True, filename=name, content_type="application/zip")
