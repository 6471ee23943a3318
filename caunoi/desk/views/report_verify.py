"""Is this report genuine, and do its figures still hold? For officers, and without an account for who holds one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import EVERYTHING, Scope
from caunoi.counting import PAUSE_SECONDS, count_within
from caunoi.desk.report_inputs import VerifyForm
from caunoi.documents.actions import read_bytes
from caunoi.refusals import Refusal
from caunoi.reports.corrections import say_why
from caunoi.reports.coverage_since import say_coverage, say_unchanged
from caunoi.reports.errors import ReportUnknown, TooManyChecks
from caunoi.reports.marks import group_hash
from caunoi.reports.models import ReportRun
from caunoi.reports.queries import find_by_key
from caunoi.reports.rules.life import NUMBERED, ReportState
from caunoi.reports.rules.manifest import Outcome
from caunoi.reports.rules.wording import word_day
from caunoi.reports.verification import FigureCheck, Verification, verify_docx

MOST_SHOWN = 500
# Without an account, from one address within the pause. An office of twenty behind one address still gets through.
CHECKS_ALLOWED = 60


@require_http_methods(["GET", "HEAD", "POST"])
def report_verify(request: HttpRequest) -> HttpResponse:
    scope = scope_of(cast(User, request.user), moments.today())
    return _answer_upload(request, "desk/reports/verify.html", scope=scope, public=False)


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def verify_public(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        _count(request)
    return _answer_upload(request, "desk/reports/verify_public.html", scope=EVERYTHING, public=True)


@never_cache
@login_not_required
@require_safe
def verify_by_key(request: HttpRequest, key: str) -> HttpResponse:
    """What the QR code of a printed report leads to: the issued file itself, checked anew. `ma`: the first characters
    of the hash as printed."""
    _count(request)
    run = find_by_key(key)
    if run is None or ReportState(run.state) not in NUMBERED:
        raise ReportUnknown(
            _("Không có báo cáo đã ban hành nào ở địa chỉ này. Hãy quét lại mã, hoặc nộp tệp báo cáo để kiểm tra.")
        )
    found = verify_docx(read_bytes(run.file_id), scope=EVERYTHING, public=True)
    assert found.made is not None and found.made.issue is not None, "an issued report has its list"
    printed = request.GET.get("ma", "")
    shown = _show(found, request, every=True) | {
        "issue": found.made.issue,
        "hash_as_printed": group_hash(found.made.issue.figures_hash),
        "issued_on": date.fromisoformat(found.made.issue.on),
        "matches": found.made.issue.figures_hash.startswith(printed) if printed else None,
    }
    return render(request, "desk/reports/verify_key.html", shown)


def _count(request: HttpRequest) -> None:
    if count_within("verify", request.META.get("REMOTE_ADDR", ""), CHECKS_ALLOWED):
        raise TooManyChecks(PAUSE_SECONDS // 60)


def _answer_upload(request: HttpRequest, template: str, *, scope: Scope, public: bool) -> HttpResponse:
    posted = request.method == "POST"
    form = VerifyForm(request.POST, request.FILES) if posted else VerifyForm()
    shown: dict[str, Any] = {"form": form}
    if posted and form.is_valid():
        try:
            found = verify_docx(form.cleaned_data["file"].read(), scope=scope, public=public)
        except Refusal as refused:
            form.add_error("file", refused.sentence)
        else:
            shown |= _show(found, request) | {"file_name": form.cleaned_data["file"].name}
    return render(request, template, shown)


def _show(found: Verification, request: HttpRequest, *, every: bool = False) -> dict[str, Any]:
    """`every`: also the figures that are unchanged, to be held against a paper."""
    behind = [replace(one, name=f"{chart.title}: {one.name}") for chart in found.charts for one in chart.points]
    checks = [check for check in found.figures if every or check.outcome != Outcome.UNCHANGED]
    checks += [check for check in behind if check.outcome != Outcome.UNCHANGED]
    run = find_by_key(found.made.report) if found.made else None
    return {
        "found": found,
        "every": every,
        "signed_in": request.user.is_authenticated,
        "standing": None if found.made is None else _word_standing(found, run),
        "superseded": run is not None and run.state == ReportState.SUPERSEDED,
        "changed": [(check, _word_outcome(check), _word_why(check)) for check in checks[:MOST_SHOWN]],
        "coverage_changed": [say_coverage(one) for one in found.coverage_since if one.outcome != Outcome.UNCHANGED][
            :MOST_SHOWN
        ],
        "coverage_unchanged": say_unchanged(found.coverage_since),
        "other_pictures": [chart.title for chart in found.charts if not chart.picture],
        "more": max(0, len(checks) - MOST_SHOWN),
    }


def _word_standing(found: Verification, run: ReportRun | None) -> str:
    """Draft, issued, superseded: what the file says of itself, and what became of it since."""
    assert found.made is not None
    issue = found.made.issue
    if issue is None:
        return _("Đây là bản dự thảo, chưa ban hành.")
    names = {"number": issue.number, "day": word_day(date.fromisoformat(issue.on))}
    said = _("Báo cáo số %(number)s, ban hành ngày %(day)s.") % names
    newer = None if run is None else run.replaced_by.order_by("-pk").first()
    if newer is not None and newer.issued_on is not None:
        said += " " + _("Đã được thay thế bằng báo cáo số %(number)s ngày %(day)s.") % {
            "number": newer.issue_number,
            "day": word_day(newer.issued_on),
        }
    return said


def _word_outcome(check: FigureCheck) -> str:
    return {
        Outcome.UNCHANGED: _("còn nguyên"),
        Outcome.CHANGED_IN_FILE: _("bị sửa trong tệp"),
        Outcome.CORRECTED_SINCE: _("đã đính chính ở nguồn"),
        Outcome.MISSING_FROM_FILE: _("không còn trong tệp"),
        Outcome.UNREADABLE: _("không đối chiếu được"),
    }[check.outcome]


def _word_why(check: FigureCheck) -> str:
    if check.withheld:
        return _("số mới không hiện ở đây vì có thể nhận ra từng hộ, từng người")
    return "" if check.because is None else say_why(check.because)
