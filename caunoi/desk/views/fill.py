"""Filling a form in the browser, for the first time or to correct what was sent."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import can, scope_of
from caunoi.approvals.rules import State, Step, find_next
from caunoi.desk.collecting import title_of
from caunoi.desk.context import WRITERS
from caunoi.desk.errors import CannotCorrectNow, CannotWriteHere, PageUnknown
from caunoi.desk.sheets import EVENT, OpenSheet, describe_correction, describe_sheet
from caunoi.forms.errors import FormClosed, FormDerived
from caunoi.forms.models import Assignment, FormVersion, PeriodKind
from caunoi.forms.queries import checker_of, get_form_version, list_assignments
from caunoi.forms.rules.assignments import holds_on
from caunoi.forms.rules.instance import parse_instance, read_identity
from caunoi.forms.rules.questions import list_with_position
from caunoi.periods.rules import PeriodType
from caunoi.periods.wording import describe_period
from caunoi.places.queries import get_snapshot
from caunoi.records.actions.files import make_harmless
from caunoi.records.errors import AnswersRefused, NotAssigned, PeriodNotBegun
from caunoi.records.incoming import Incoming
from caunoi.records.models import Source, Submission
from caunoi.records.queries import (
    find_return_comment,
    find_submission_of_period,
    get_submission,
    get_version,
    tell_flags,
)
from caunoi.records.rules.occasions import Occasion, find_period, occasion_of_period
from caunoi.records.sealed import read_whole
from caunoi.records.together import receive_together

XML_PART = "xml_submission_file"


@dataclass(frozen=True)
class Sheet:
    """A form about to be filled: which version, for which unit, for which period (None: an event)."""

    version: FormVersion
    unit_id: int
    unit_key: str
    occasion: Occasion | None

    @property
    def period_key(self) -> str:
        return self.occasion.period_key if self.occasion else ""


def open_sheet(user: User, form_code: str, unit_key: str, period_key: str, today: date) -> Sheet:
    """Refuses a unit the user may not know of, one they may not write for, a closed form, a period not yet begun."""
    unit = get_snapshot().by_key.get(unit_key)
    if unit is None or not scope_of(user, today).sees_unit(unit.id):
        raise PageUnknown
    name = get_snapshot().distinct_name_on(unit.id, today)
    if not can(user, WRITERS, unit.id, today):
        raise CannotWriteHere(name)
    version = get_form_version(form_code)
    if version.form.closed_on is not None and version.form.closed_on <= today:
        raise FormClosed(title_of(version.form), version.form.closed_on)
    if version.form.is_derived:
        raise FormDerived(title_of(version.form))
    for assignment in list_assignments(form_code, level=unit.level):
        if period_key == EVENT and assignment.period_kind == PeriodKind.EVENT and holds_on(assignment, today):
            return Sheet(version, unit.id, unit.key, None)
        occasion = None if period_key == EVENT else _find_occasion(assignment, period_key, today)
        if occasion is not None:
            return Sheet(version, unit.id, unit.key, occasion)
    raise NotAssigned(title_of(version.form), name, today)


def _find_occasion(assignment: Assignment, period_key: str, today: date) -> Occasion | None:
    if assignment.period_kind == PeriodKind.EVENT:
        return None
    period = find_period(period_key, cast(PeriodType, assignment.period_kind), assignment.cut_off)
    if period is None or not holds_on(assignment, period.days.last):
        return None
    if period.days.first > today:
        raise PeriodNotBegun(describe_period(period), period.days.first)
    return occasion_of_period(period, assignment.due_days)


def show_sheet(sheet: OpenSheet) -> dict[str, object]:
    """For the page's template, and for its script."""
    return {
        "sheet": sheet,
        "sheet_json": json.dumps(asdict(sheet), ensure_ascii=False),
        "remarks_json": json.dumps([asdict(one) for one in sheet.remarks], ensure_ascii=False),
    }


@never_cache
@require_safe
def fill(request: HttpRequest, form_code: str, unit_key: str, period_key: str) -> HttpResponse:
    user, today = cast(User, request.user), moments.today()
    sheet = open_sheet(user, form_code, unit_key, period_key, today)
    if sheet.occasion:
        sent = find_submission_of_period(form_code, sheet.unit_id, sheet.period_key)
        if sent is not None:
            if sent.state == State.RETURNED:
                return redirect("submission-correct", sent.pk)
            messages.info(request, _("Báo cáo của kỳ này đã gửi. Muốn sửa thì bấm “Sửa và gửi lại”."))
            return redirect("submission", sent.pk)
    due_on = sheet.occasion.due_on if sheet.occasion else None
    context = {
        **show_sheet(describe_sheet(sheet.version, sheet.unit_id, today, period=sheet.period_key, due_on=due_on)),
        "due_on": due_on,
        "is_late": due_on is not None and due_on < today,
    }
    return render(request, "desk/collect/fill.html", context)


@require_POST
def fill_submit(request: HttpRequest, form_code: str, unit_key: str, period_key: str) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    # Not `open_sheet`: a period of an assignment that changed meanwhile, or a form closed meanwhile, is for the door
    # to judge, which knows whether this very record has already arrived.
    unit = get_snapshot().by_key.get(unit_key)
    if unit is None or not scope_of(user, moments.local_date(at)).sees_unit(unit.id):
        raise PageUnknown
    return take(request, form_code, unit.id, "" if period_key == EVENT else period_key)


def take(request: HttpRequest, form_code: str, unit_id: int, period_key: str) -> HttpResponse:
    """Hand what the browser sent to the door. Sent twice with the same instanceID it is one record, answered alike."""
    user, at = cast(User, request.user), moments.now()
    if not can(user, WRITERS, unit_id, moments.local_date(at)):
        raise CannotWriteHere(get_snapshot().name_on(unit_id, moments.local_date(at)))
    sent = request.FILES.get(XML_PART)
    if sent is None:
        return _refuse(_("Bản gửi không có nội dung. Hãy tải lại trang, bản nháp vẫn còn, rồi gửi lại."), status=400)
    xml = sent.read()
    given = {name: file for name, file in request.FILES.items() if name != XML_PART and not isinstance(file, list)}
    with_position = _list_with_position(xml) if given else frozenset()
    incoming = Incoming(
        form_code=form_code,
        org_unit_id=unit_id,
        received_at=at,
        period_key=period_key,
        xml=xml,
        source=Source.BROWSER,
        entered_by=user,
        entered_by_name=str(user),
        attachments=[
            make_harmless(
                file.name or name, file.read(), file.content_type or "", keep_notes=(file.name or name) in with_position
            )
            for name, file in given.items()
        ],
    )
    try:
        received = receive_together(incoming, by=user.actor, at=at)
    except AnswersRefused as refusal:
        return _refuse(refusal.sentence, status=422, mistakes=[asdict(problem) for problem in refusal.problems])
    said = {"corrected": _("Đã gửi bản sửa."), "unchanged": _("Bản này đã nhận từ trước.")}
    if "X-Background" not in request.headers:
        messages.success(request, said.get(received.outcome, _("Đã gửi. Cảm ơn!")))
    for flag in received.flags:
        messages.warning(request, flag)
    url = reverse("submission", args=[received.submission_id])
    return JsonResponse({"ok": True, "url": url, "flags": received.flags}, json_dumps_params={"ensure_ascii": False})


def _list_with_position(xml: bytes) -> frozenset[str]:
    """Photos that the form wants with their position. Raises the refusals of an instance that can't be read."""
    identity = read_identity(xml)
    checker = checker_of(get_form_version(identity.form_id, identity.version))
    return list_with_position(checker.outline, parse_instance(xml, checker.questions).answers)


def _refuse(message: str, *, status: int, mistakes: list[dict[str, object]] | None = None) -> JsonResponse:
    answer = {"ok": False, "message": message, "mistakes": mistakes or []}
    return JsonResponse(answer, status=status, json_dumps_params={"ensure_ascii": False})


# ---- Correcting -----------------------------------------------------------------------------------------------------


def open_for_correction(user: User, submission_id: int, today: date) -> Submission:
    submission = get_submission(submission_id, scope_of(user, today))
    if not can(user, WRITERS, submission.org_unit_id, today):
        raise CannotWriteHere(get_snapshot().name_on(submission.org_unit_id, today))
    if find_next(State(submission.state), Step.CORRECT) is None:
        raise CannotCorrectNow
    return submission


@never_cache
@require_safe
def correct(request: HttpRequest, submission_id: int) -> HttpResponse:
    user, today = cast(User, request.user), moments.today()
    submission = open_for_correction(user, submission_id, today)
    version = get_version(submission, submission.current_number)
    returned = submission.state == State.RETURNED
    context = {
        **show_sheet(describe_correction(submission, version)),
        "due_on": submission.due_on if returned else None,
        "comment": find_return_comment(submission) if returned else None,
        "problems": tell_flags(version, get_language() or "vi"),
    }
    return render(request, "desk/collect/fill.html", context)


@never_cache
@require_safe
def correct_instance(request: HttpRequest, submission_id: int) -> HttpResponse:
    user = cast(User, request.user)
    submission = open_for_correction(user, submission_id, moments.today())
    version = get_version(submission, submission.current_number)
    xml = read_whole(version, by=user, at=moments.now())
    return HttpResponse(xml, content_type="text/xml; charset=utf-8")


@require_POST
def resubmit(request: HttpRequest, submission_id: int) -> HttpResponse:
    # Whether it may still be corrected is for the door to judge: this very correction may have arrived a moment ago.
    user, today = cast(User, request.user), moments.today()
    submission = get_submission(submission_id, scope_of(user, today))
    return take(request, submission.form.code, submission.org_unit_id, submission.period_key)
