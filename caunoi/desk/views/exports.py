"""Records as files for other programs: what to export, and the file."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from caunoi import moments
from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import Scope
from caunoi.desk.export_inputs import ExportForm
from caunoi.desk.units import list_working_units
from caunoi.places.queries import get_snapshot
from caunoi.records.exports import Export, suffix_of, write_csv, write_file
from caunoi.records.exports.request import Format
from caunoi.refusals import Refusal
from caunoi.vietnamese_text import sort_key

MEDIA_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv; charset=utf-8",
    ".zip": "application/zip",
}


@never_cache
@require_safe
def exports(request: HttpRequest) -> HttpResponseBase:
    """The page; with `count` pressed how many records there are, with `file` the file itself."""
    user = cast(User, request.user)
    scope = scope_of(user, moments.today())
    asked = "form" in request.GET
    form = ExportForm(request.GET if asked else None, initial=_initial(user))
    shown: dict[str, Any] = {"form": form, "places": _suggestions(scope)}
    if asked and form.is_valid():
        try:
            export = Export(form.request(), scope)
        except Refusal as refusal:
            form.add_error("place", refusal.sentence)
        else:
            if "count" not in request.GET:
                return _file(export, cast(Format, form.cleaned_data["format"] or "xlsx"))
            shown |= {"counted": True, "count": export.count(), "tables": len(export.tables)}
    return render(request, "desk/collect/exports.html", shown)


def _file(export: Export, format: Format) -> HttpResponseBase:
    asked, suffix = export.request, suffix_of(export, format)
    name = f"{asked.form_code.replace('/', '_')}-{asked.first:%Y%m%d}-{asked.last:%Y%m%d}{suffix}"
    if suffix == ".csv":
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingHttpResponse(write_csv(export), content_type=MEDIA_TYPES[suffix], headers=headers)
    # On the disk of the data, not in memory and not in /tmp, which is memory on many servers. The open file outlives
    # its folder until it is sent.
    with tempfile.TemporaryDirectory(dir=settings.CAUNOI_HOME, prefix="export-") as folder:
        path = Path(folder) / name
        write_file(export, format, path)
        return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=MEDIA_TYPES[suffix])


def _initial(user: User) -> dict[str, Any]:
    day = moments.today()
    units = list_working_units(user, Role, day)
    return {
        "place": units[0].path if units else "",
        "first": date(day.year, 1, 1),
        "last": day,
        "labels": "vi",
        "format": "xlsx",
    }


def _suggestions(scope: Scope) -> list[str]:
    places, today = get_snapshot(), moments.today()
    wide = [unit.id for unit in places.units.values() if unit.level in ("province", "district", "commune")]
    names = {places.path_name(u, today) for u in wide if scope.sees_unit(u) and places.exists_on(u, today)}
    return sorted(names, key=sort_key)[:1500]
