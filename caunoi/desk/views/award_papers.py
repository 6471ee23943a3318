"""Papers of a decided dossier to be printed, and the public page that says whether one is genuine."""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack
from datetime import datetime
from typing import cast

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.awards.actions import begin_batch, make_parts, note_printed
from caunoi.awards.bundling import count_made, write_bundle
from caunoi.awards.errors import AwardStepNotPossible, TooManyCertificateChecks
from caunoi.awards.models import Dossier, PaperBatch
from caunoi.awards.permissions import check_may_keep
from caunoi.awards.printing import PART, write_papers
from caunoi.awards.queries import get_dossier
from caunoi.awards.rules.codes import Standing
from caunoi.awards.verifying import check_code
from caunoi.counting import PAUSE_SECONDS, count_within
from caunoi.desk.awards import read_words
from caunoi.desk.long_work import Show, answer, is_told
from caunoi.desk.typed_numbers import read_number
from caunoi.refusals import Refusal

IN_MEMORY = 5_000_000
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CHECKS_ALLOWED = 120
# Without script nobody hears how far it is: they get the page after so long, and press again.
UNTOLD_SECONDS = 8


@never_cache
@require_POST
def papers(request: HttpRequest, dossier_id: int) -> FileResponse:
    """`first`, `last`: numbers of papers, in numbers of which the dossier has some; no more than one Word file's."""
    found, user, at = _read(request, dossier_id)
    most = max(found.awards.count(), 1)
    first = min(max(_number(request.POST.get("first"), 1), 1), most)
    last = min(max(_number(request.POST.get("last"), most), first), most, first + PART - 1)
    with ExitStack() as unless_sent:
        into = unless_sent.enter_context(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))
        write_papers(found, first, last, into)
        # Only what could be made counts as fetched.
        note_printed(dossier_id=found.pk, first=first, last=last, by=user, at=at)
        into.seek(0)
        unless_sent.pop_all()  # the answer closes the file once it is sent
        name = f"{found.kind_code}-{found.pk}-{first}-{last}.docx"
        return FileResponse(into, as_attachment=True, filename=name, content_type=WORD)


def _read(request: HttpRequest, dossier_id: int) -> tuple[Dossier, User, datetime]:
    """A decided one that the reader keeps."""
    user, at = cast(User, request.user), moments.now()
    today = moments.local_date(at)
    found = get_dossier(dossier_id, scope_of(user, today))
    check_may_keep(user, found.org_unit_id, today)
    if found.decided_on is None:
        raise AwardStepNotPossible()
    return found, user, at


def _number(text: str | None, otherwise: int) -> int:
    number = read_number(text)
    return otherwise if number is None else number


# -- all papers in one go ---------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def all_papers(request: HttpRequest, dossier_id: int) -> HttpResponseBase:
    """How many are made; sent, it makes those that are missing."""
    found, user, _at = _read(request, dossier_id)
    if request.method != "POST":
        return _show(request, found)
    return answer(request, lambda show: _make(request, found, user, show))


def _make(request: HttpRequest, found: Dossier, user: User, show: Show) -> HttpResponse:
    begun, total = time.monotonic(), found.awards.count()
    try:
        batch = begin_batch(dossier_id=found.pk, by=user, at=moments.now())
        show(count_made(found), total)
        for done in make_parts(batch, clock=moments.now):
            show(done, total)
            if not is_told(request) and time.monotonic() - begun > UNTOLD_SECONDS:
                break
    except Refusal as refused:
        return _show(request, found, refused.sentence)
    return _show(request, found)


def _show(request: HttpRequest, found: Dossier, sentence: str = "") -> HttpResponse:
    made, total = count_made(found), found.awards.count()
    shown = {"dossier": found, "made": made, "total": total, "missing": total - made, "sentence": sentence}
    return render(request, "desk/awards/papers.html", shown)


@never_cache
@require_POST
def papers_bundle(request: HttpRequest, dossier_id: int) -> FileResponse | HttpResponse:
    found, user, at = _read(request, dossier_id)
    batch, total = PaperBatch.objects.filter(dossier=found).first(), found.awards.count()
    with ExitStack() as unless_sent:
        into = unless_sent.enter_context(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))
        if batch is None or write_bundle(batch, into) < total:
            return _show(request, found, _("Tệp đã hết hạn giữ hoặc đã bị bỏ. Hãy in tiếp rồi tải về."))
        note_printed(dossier_id=found.pk, first=1, last=total, by=user, at=at)
        into.seek(0)
        unless_sent.pop_all()  # the answer closes the file once it is sent
        name = f"{found.kind_code}-{found.pk}.zip"
        return FileResponse(into, as_attachment=True, filename=name, content_type="application/zip")


# -- anybody's check --------------------------------------------------------------------------------------------------


@never_cache
@login_not_required
@require_safe
def certificate(request: HttpRequest, code: str) -> HttpResponse:
    """What the QR code of a paper leads to. Only by its code: there is no list, and nothing to search."""
    if count_within("certificate", request.META.get("REMOTE_ADDR", ""), CHECKS_ALLOWED):
        raise TooManyCertificateChecks(PAUSE_SECONDS // 60)
    checked = check_code(code, at=moments.now())
    found = checked.award is not None
    shown = {
        "checked": checked,
        "standing": checked.standing.value,
        "genuine": checked.standing == Standing.VALID,
        "kind": read_words().kind(checked.award.dossier.kind_code) if checked.award else "",
    }
    return render(request, "desk/awards/certificate.html", shown, status=200 if found else 404)
