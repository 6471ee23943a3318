"""What a browser needs to go on without network.

The list of what is due, forms and their files, pages without anybody's name in them, and the service worker that keeps
those.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import cast

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import can, scope_of
from caunoi.desk.context import WRITERS
from caunoi.desk.errors import CannotWriteHere, PageUnknown
from caunoi.desk.sheets import find_sheet_file, list_open_sheets
from caunoi.forms.queries import get_form_version
from caunoi.places.queries import get_snapshot

FRAMES = {"list": "desk/offline/list.html", "form": "desk/offline/form.html"}
VENDORED = (
    "modern-normalize-3.0.1/modern-normalize.css",
    "be-vietnam-pro-5.3.0/*",
    "vue-3.5.45/*.js",
    "web-forms-0.22.0/index*.js",
)
OWN = ("caunoi.css", "collect/*.js", "icons/*", "manifest.webmanifest")


@never_cache
@require_safe
def forms(request: HttpRequest) -> JsonResponse:
    """Everything due and open for this user, as `desk.sheets.OpenSheet`. `now`: a device may believe another day."""
    user = cast(User, request.user)
    sheets = [asdict(sheet) for sheet in list_open_sheets(user, moments.today())]
    told = {"user": user.pk, "now": moments.now().isoformat(), "sheets": sheets}
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False})


@cache_control(private=True, immutable=True, max_age=31_536_000)
@require_safe
def xform(request: HttpRequest, form_code: str, version: str) -> HttpResponse:
    """A version never changes, and names nobody."""
    return HttpResponse(get_form_version(form_code, version).xform, content_type="text/xml; charset=utf-8")


@never_cache
@require_safe
def form_file(request: HttpRequest, form_code: str, version: str, unit_key: str, name: str) -> HttpResponse:
    user, today = cast(User, request.user), moments.today()
    unit = get_snapshot().by_key.get(unit_key)
    if unit is None or not scope_of(user, today).sees_unit(unit.id):
        raise PageUnknown
    if not can(user, WRITERS, unit.id, today):
        raise CannotWriteHere(get_snapshot().name_on(unit.id, today))
    found = find_sheet_file(get_form_version(form_code, version), unit, name)
    if found is None:
        raise PageUnknown
    answer = HttpResponse(found.content, content_type=found.media_type)
    answer["Content-Security-Policy"] = "sandbox"
    return answer


# ---- Pages ----------------------------------------------------------------------------------------------------------


@never_cache
@require_safe
def kept(request: HttpRequest) -> HttpResponse:
    """Drafts and the send queue. They lie in the browser; the page's script shows them."""
    return render(request, FRAMES["list"])


@never_cache
@require_safe
def draft(request: HttpRequest) -> HttpResponse:
    """A draft of this browser, whatever has become of its form and period meanwhile."""
    return render(request, FRAMES["form"])


@login_not_required
@require_safe
def frame(request: HttpRequest, page: str) -> HttpResponse:
    """The same two pages without anybody's name, for the service worker to keep."""
    if page not in FRAMES:
        raise Http404
    with translation.override(_language(request)):
        return render(request, FRAMES[page], {"frame": True})


# ---- The service worker ---------------------------------------------------------------------------------------------


@login_not_required
@cache_control(no_cache=True)
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """`?kind=module` for browsers whose workers can send in the background; those know modules."""
    language = _language(request)
    pages = {page: f"{reverse('offline-frame', args=[page])}?language={language}" for page in FRAMES}
    with translation.override(language):
        written = "".join(render(request, template, {"frame": True}).content.decode() for template in FRAMES.values())
    shell = {"pages": pages, **_list_static()}
    own = _read("desk/service-worker.js").decode()
    version = hashlib.sha256((json.dumps(shell) + own + written).encode()).hexdigest()[:16]
    script = f"const SHELL = {json.dumps({'version': version, **shell})};\n{own}"
    if request.GET.get("kind") == "module":
        script = f'import "{static("desk/collect/background.js")}";\n{script}'
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


@cache
def _list_static() -> dict[str, list[dict[str, object]]]:
    """Looked up once: the files change with the software, which is then started anew. `hash` gives the worker another
    version when a file changes."""
    return {
        "files": [_describe(path) for path in _glob("desk", OWN)],
        "vendored": [_describe(path) for path in _glob("vendor", VENDORED)],
    }


def _glob(folder: str, patterns: tuple[str, ...]) -> list[str]:
    root = Path(str(finders.find(folder)))
    found = {path for pattern in patterns for path in root.glob(pattern) if path.name != "LICENSE"}
    return sorted(f"{folder}/{path.relative_to(root).as_posix()}" for path in found)


def _describe(path: str) -> dict[str, object]:
    content = _read(path)
    return {"url": static(path), "size": len(content), "hash": hashlib.sha256(content).hexdigest()[:12]}


def _read(path: str) -> bytes:
    return Path(str(finders.find(path))).read_bytes()


def _language(request: HttpRequest) -> str:
    return "en" if request.GET.get("language") == "en" else "vi"
