"""Papers of a decided dossier to be printed, and the public page that says whether one is genuine."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from typing import cast

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.awards.actions import note_printed
from caunoi.awards.errors import AwardStepNotPossible, TooManyCertificateChecks
from caunoi.awards.permissions import check_may_keep
from caunoi.awards.printing import write_papers
from caunoi.awards.queries import get_dossier
from caunoi.awards.rules.codes import Standing
from caunoi.awards.verifying import check_code
from caunoi.counting import PAUSE_SECONDS, count_within
from caunoi.desk.awards import read_words
from caunoi.desk.typed_numbers import read_number

IN_MEMORY = 5_000_000
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CHECKS_ALLOWED = 120


@never_cache
@require_POST
def papers(request: HttpRequest, dossier_id: int) -> FileResponse:
    """`first`, `last`: numbers of papers, in numbers of which the dossier has some."""
    user, at = cast(User, request.user), moments.now()
    found = get_dossier(dossier_id, scope_of(user, moments.today()))
    check_may_keep(user, found.org_unit_id, moments.today())
    if found.decided_on is None:
        raise AwardStepNotPossible()
    most = max(found.awards.count(), 1)
    first = min(max(_number(request.POST.get("first"), 1), 1), most)
    last = min(max(_number(request.POST.get("last"), most), first), most)
    with ExitStack() as unless_sent:
        into = unless_sent.enter_context(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))
        packed = write_papers(found, first, last, into)
        # Only what could be made counts as fetched.
        note_printed(dossier_id=found.pk, first=first, last=last, by=user, at=at)
        into.seek(0)
        unless_sent.pop_all()  # the answer closes the file once it is sent
        name = f"{found.kind_code}-{found.pk}-{first}-{last}.{'zip' if packed else 'docx'}"
        kind = "application/zip" if packed else WORD
        return FileResponse(into, as_attachment=True, filename=name, content_type=kind)


def _number(text: str | None, otherwise: int) -> int:
    number = read_number(text)
    return otherwise if number is None else number


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
