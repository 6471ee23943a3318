"""The code at a meeting's door, and the page it leads to, which counts turns and knows nobody.

That page sets no cookie and needs none: whoever has its address may count one turn for each random number, once. So
there is nothing that another site could do in a visitor's name, and no token against that.
"""

from __future__ import annotations

import hashlib
import io
import json
from functools import cache
from pathlib import Path
from typing import cast
from uuid import UUID

import segno
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.counting import PAUSE_SECONDS, count_within
from caunoi.desk.meetings import show_when
from caunoi.meetings.actions import take_turns
from caunoi.meetings.errors import DoorUnknown, MeetingInvalid, MeetingUnknown, TooManyTurns
from caunoi.meetings.models import Site
from caunoi.meetings.queries import get_meeting
from caunoi.meetings.rules.life import is_door_open

# At one door within the pause: a full hall comes in, a script that counts on and on does not get far. Counted by door,
# because a hall is behind one address, and addresses of visitors are nobody's business.
SENDINGS_ALLOWED = 3_000
MOST_AT_ONCE = 200
FILES = (
    "desk/attend/attend.js", "desk/attend/queue.js", "desk/caunoi.css",
    "vendor/modern-normalize-3.0.1/modern-normalize.css", "vendor/be-vietnam-pro-5.3.0/be-vietnam-pro.css",
)  # fmt: skip


@never_cache
@require_safe
def door(request: HttpRequest, meeting_id: int, site_id: int) -> HttpResponse:
    """To print and hang up."""
    user, today = cast(User, request.user), moments.today()
    found = get_meeting(meeting_id, scope_of(user, today))
    site = found.sites.filter(pk=site_id).first()
    if site is None:
        raise MeetingUnknown
    address = settings.CAUNOI_BASE_URL + reverse("attend", args=[site.key])
    code = io.BytesIO()
    segno.make(address, error="m", micro=False).save(code, kind="svg", scale=8, border=4, light="white", xmldecl=False)
    # Drawn by the program from an address of its own.
    drawn = mark_safe(code.getvalue().decode())
    shown = {"meeting": found, "site": site, "address": address, "code": drawn, "when": show_when(found)}
    return render(request, "desk/meetings/door.html", shown)


@never_cache
@login_not_required
@require_safe
def attend(request: HttpRequest, key: str) -> HttpResponse:
    site = Site.objects.select_related("meeting").filter(key=key).first()
    if site is None:
        raise DoorUnknown
    meeting = site.meeting
    is_open = is_door_open(meeting.state, meeting.starts_at, meeting.ends_at, moments.now())
    return render(request, "desk/meetings/attend.html", {"site": site, "when": show_when(meeting), "is_open": is_open})


@csrf_exempt
@login_not_required
@require_POST
def turns(request: HttpRequest, key: str) -> JsonResponse:
    """`{"turns": ["<uuid>", …]}`; the answer is for all of them. Sent again, they count once."""
    if count_within("attend", key, SENDINGS_ALLOWED):
        raise TooManyTurns(PAUSE_SECONDS // 60)
    take_turns(key, _read_nonces(request.body), at=moments.now())
    return JsonResponse({"ok": True})


def _read_nonces(body: bytes) -> list[UUID]:
    try:
        given = json.loads(body)["turns"]
        found = [UUID(one) for one in given]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        found = []
    if not 0 < len(found) <= MOST_AT_ONCE:
        raise MeetingInvalid(_("Trang điểm danh gửi dữ liệu không đọc được. Hãy tải lại trang rồi bấm lại."))
    return found


@login_not_required
@cache_control(no_cache=True)
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Its scope is /attend/: other pages have their own."""
    script = f"const KEPT = {json.dumps(_list_kept())};\n{_read('desk/attend/worker.js').decode()}"
    script = f'import {{ sendAll }} from "{static("desk/attend/queue.js")}";\n{script}'
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


@cache
def _list_kept() -> dict[str, object]:
    """Files the page needs, and a version that changes with them. Looked up once: they come with the software."""
    contents = [_read(path) for path in (*FILES, "desk/attend/worker.js")]
    version = hashlib.sha256(b"".join(contents)).hexdigest()[:16]
    return {"version": version, "files": [static(path) for path in FILES]}


def _read(path: str) -> bytes:
    return Path(str(finders.find(path))).read_bytes()
