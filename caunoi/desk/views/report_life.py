"""The steps of a report's life: submitting, sending back, approving, bringing a rewritten draft back, issuing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import Scope
from caunoi.desk.report_inputs import DraftForm, IssueForm, SignerForm
from caunoi.desk.typed_numbers import read_number
from caunoi.places.queries import get_snapshot
from caunoi.refusals import FileRefused, Mistake, NotAllowed, NotFound, Refusal
from caunoi.reports.actions import (
    approve_report,
    choose_signer,
    issue_report,
    make_again,
    return_report,
    submit_report,
    take_back_file,
)
from caunoi.reports.actions.issuing import IssueData
from caunoi.reports.errors import FiguresDropped, ReportStepNotAllowed
from caunoi.reports.models import ReportRun
from caunoi.reports.permissions import may_choose_signer, may_take
from caunoi.reports.policies import find_obstacle
from caunoi.reports.queries import get_run, list_replaceable, propose_signer
from caunoi.reports.rules.life import NUMBERED, ReportState, ReportStep


@dataclass(frozen=True)
class May:
    """What this reader may do with the report now; `why_not_approve`: what keeps an approver from approving."""

    revise: bool
    submit: bool
    return_: bool
    approve: bool
    issue: bool
    sign: bool
    why_not_approve: str = ""

    @property
    def anything(self) -> bool:
        return (
            self.revise
            or self.submit
            or self.return_
            or self.approve
            or self.issue
            or self.sign
            or bool(self.why_not_approve)
        )


def find_what_may(run: ReportRun, user: User, on: date) -> May:
    def may(step: ReportStep) -> bool:
        held = may_take(step, user=user, org_unit_id=run.org_unit_id, made_by_id=run.made_by_id, on=on)
        return held and obstacle(step) is None

    def obstacle(step: ReportStep) -> Refusal | None:
        is_own = run.submitted_by_id == user.pk
        return find_obstacle(ReportState(run.state), step, comment="…", is_own=is_own)

    sign = ReportState(run.state) not in NUMBERED and may_choose_signer(
        user=user, org_unit_id=run.org_unit_id, made_by_id=run.made_by_id, on=on
    )
    own = obstacle(ReportStep.APPROVE)
    decides = may_take(ReportStep.APPROVE, user=user, org_unit_id=run.org_unit_id, made_by_id=run.made_by_id, on=on)
    why_not = own.sentence if decides and isinstance(own, NotAllowed) else ""
    return May(
        may(ReportStep.REVISE), may(ReportStep.SUBMIT), may(ReportStep.RETURN), may(ReportStep.APPROVE),
        may(ReportStep.ISSUE), sign, why_not,
    )  # fmt: skip


def _reader(request: HttpRequest) -> tuple[User, Scope]:
    user = cast(User, request.user)
    return user, scope_of(user, moments.today())


def _number(request: HttpRequest) -> int | None:
    """The version that was looked at."""
    return read_number(request.POST.get("number"))


@require_POST
def report_step(request: HttpRequest, run_id: int, step: str) -> HttpResponse:
    user, _scope = _reader(request)
    at, number, comment = moments.now(), _number(request), request.POST.get("comment", "").strip()
    match step:
        case "submit":
            submit_report(report_id=run_id, by=user, at=at, number=number, comment=comment)
            said = _("Đã trình duyệt báo cáo.")
        case "approve":
            approve_report(report_id=run_id, by=user, at=at, number=number, comment=comment)
            said = _("Đã duyệt báo cáo; báo cáo chờ ban hành.")
        case "return":
            return_report(report_id=run_id, by=user, at=at, number=number, comment=comment)
            said = _("Đã trả lại báo cáo.")
        case _:
            raise NotFound(_("Không có bước này. Hãy quay lại trang báo cáo."))
    messages.success(request, said)
    return redirect("report", run_id)


@require_POST
def report_again(request: HttpRequest, run_id: int) -> HttpResponse:
    user, scope = _reader(request)
    version = make_again(report_id=run_id, by=user, at=moments.now(), scope=scope, number=_number(request))
    messages.success(request, _("Đã lập lại báo cáo: phiên bản %(number)d.") % {"number": version.number})
    return redirect("report", run_id)


@require_http_methods(["GET", "HEAD", "POST"])
def report_upload(request: HttpRequest, run_id: int) -> HttpResponse:
    user, scope = _reader(request)
    run = get_run(run_id, scope)
    _check_may(run, ReportStep.REVISE, user)
    posted = request.method == "POST"
    form = DraftForm(request.POST, request.FILES) if posted else DraftForm()
    mistakes: list[Mistake] = []
    asks = False
    if posted and form.is_valid():
        content, dropping = form.cleaned_data["file"].read(), form.cleaned_data["dropping"]
        try:
            version = take_back_file(
                report_id=run.pk, content=content, by=user, at=moments.now(), scope=scope, dropping=dropping
            )
        except FileRefused as refused:
            mistakes, asks = list(refused.mistakes), isinstance(refused, FiguresDropped)
            form.add_error("file", refused.sentence)
        except Refusal as refused:
            form.add_error("file", refused.sentence)
        else:
            said = _("Đã nhận phiên bản %(number)d; %(count)d câu được viết lại.")
            messages.success(request, said % {"number": version.number, "count": version.sentences_changed})
            return redirect("report", run.pk)
    shown = {"run": run, "form": form, "mistakes": mistakes, "asks": asks}
    return render(request, "desk/reports/upload.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
def report_signer(request: HttpRequest, run_id: int) -> HttpResponse:
    """Chosen while the report is on its way; printed when it is issued."""
    user, scope = _reader(request)
    run = get_run(run_id, scope)
    if not find_what_may(run, user, moments.today()).sign:
        raise ReportStepNotAllowed(ReportStep.ISSUE)
    title, name = propose_signer(run)
    form = SignerForm(
        request.POST if request.method == "POST" else None, initial={"signer": title, "signer_name": name}
    )
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        choose_signer(
            report_id=run.pk, title=typed["signer"], name=typed["signer_name"], by=user, at=moments.now()
        )  # fmt: skip
        messages.success(request, _("Đã chọn người ký."))
        return redirect("report", run.pk)
    return render(request, "desk/reports/signer.html", {"run": run, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def report_issue(request: HttpRequest, run_id: int) -> HttpResponse:
    """First what will be printed is shown once more; nothing of it can be changed afterwards."""
    user, scope = _reader(request)
    run = get_run(run_id, scope)
    _check_may(run, ReportStep.ISSUE, user)
    replaceable = list_replaceable(run)
    posted = request.method == "POST"
    title, name = propose_signer(run)
    initial = {"on": moments.today(), "place": _proposed_place(run), "signer": title, "signer_name": name}
    form = IssueForm(request.POST if posted else None, initial=initial, replaceable=replaceable)
    asked: IssueData | None = None
    if posted and form.is_valid():
        typed = form.cleaned_data
        asked = IssueData(
            typed["issue_number"], typed["on"], typed["place"], typed["signer"], typed["signer_name"],
            int(typed["replaces"]) if typed["replaces"] else None,
        )  # fmt: skip
        if request.POST.get("confirmed") == "yes":
            try:
                issue_report(report_id=run.pk, data=asked, by=user, at=moments.now(), number=_number(request))
            except Refusal as refused:
                form.add_error("issue_number" if "number" in refused.code else None, refused.sentence)
                asked = None
            else:
                messages.success(request, _("Đã ban hành báo cáo số %(number)s.") % {"number": asked.number})
                return redirect("report", run.pk)
    replaced = next((one for one in replaceable if asked is not None and one.pk == asked.replaces), None)
    return render(request, "desk/reports/issue.html", {"run": run, "form": form, "asked": asked, "replaced": replaced})


def _check_may(run: ReportRun, step: ReportStep, user: User) -> None:
    if not may_take(step, user=user, org_unit_id=run.org_unit_id, made_by_id=run.made_by_id, on=moments.today()):
        raise ReportStepNotAllowed(step)
    obstacle = find_obstacle(ReportState(run.state), step)
    if obstacle is not None:
        raise obstacle


def _proposed_place(run: ReportRun) -> str:
    places = get_snapshot()
    return places.spell_on(run.org_unit_id, run.boundaries).short_name or places.name_on(
        run.org_unit_id, run.boundaries
    )
