"""One record: its answers beside the last period's, its history, and what this reader may decide about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import can, scope_of
from caunoi.approvals.errors import CommentMissing, NotYourTurn, OwnApproval, StepImpossible
from caunoi.approvals.queries import list_steps
from caunoi.approvals.rules import State, Step
from caunoi.assessments.queries import find_rating_of
from caunoi.desk.answers import AnswerRow, list_rows
from caunoi.desk.collecting import title_of
from caunoi.desk.context import WRITERS
from caunoi.desk.errors import PageUnknown
from caunoi.desk.feeds import list_feeds
from caunoi.desk.named_things import name_things
from caunoi.desk.templatetags.caunoi import day_, period
from caunoi.desk.typed_numbers import read_number
from caunoi.documents.actions import path_of
from caunoi.facts.checks import find_findings
from caunoi.facts.rules.plausibility import Kind
from caunoi.facts.seeing import may_mark
from caunoi.forms.queries import checker_of
from caunoi.places.queries import get_snapshot
from caunoi.records.actions import approve, lock, lock_due_today, return_, unlock, withdraw
from caunoi.records.errors import VersionMoved
from caunoi.records.models import Attachment, Source, Submission, SubmissionVersion
from caunoi.records.queries import (
    find_obstacle_to,
    find_previous,
    find_return_comment,
    find_step_to,
    get_submission,
    get_version,
    list_remarks,
    list_versions,
    tell_flags,
)
from caunoi.records.sealed import may_erase, may_read, names_somebody, read_answers
from caunoi.sentences import tell

# Shown in the browser; anything else (an SVG may carry scripts) is only ever downloaded.
PICTURES = {"image/jpeg", "image/png", "image/webp", "image/gif"}


@dataclass(frozen=True)
class Happening:
    """One line of a record's history."""

    at: datetime
    title: str
    by: str
    number: int | None
    comment: str = ""
    remarks: tuple[tuple[str, str], ...] = ()
    """(question's label, what was said of the answer)"""


@dataclass(frozen=True)
class May:
    """What this reader may do with the record as it stands."""

    correct: bool
    approve: bool
    return_: bool
    withdraw: bool
    lock: bool
    unlock: bool
    endorses: bool
    """approving sends it on to the next level"""
    why_not_approve: str = ""

    @property
    def decide(self) -> bool:
        return self.approve or self.return_ or bool(self.why_not_approve)


@never_cache
@require_safe
def submission(request: HttpRequest, submission_id: int) -> HttpResponse:
    lock_due_today(at=moments.now())
    return _show_newest(request, *_open(request, submission_id))


def _show_newest(request: HttpRequest, found: Submission, user: User, return_error: str = "") -> HttpResponse:
    version = get_version(found, found.current_number)
    before = find_previous(found, scope_of(user, moments.today()))
    context = _show(found, version, before, user)
    if before is not None:
        context["before_heading"] = _occasion_of(before.submission)
    context |= {
        "may": find_what_may(user, found),
        "comment": find_return_comment(found) if found.state == State.RETURNED else None,
        "waiting_text": _what_next(found),
        "flags": [f"{flag['label']}: {flag['message']}" for flag in tell_flags(version, get_language() or "vi")],
        "feeds": list_feeds(version, get_language() or "vi"),
    }
    context |= _look_over(user, found, version)
    at = moments.now()
    context["names_somebody"] = (may_read(user, found, at) or may_erase(user, found, at)) and names_somebody(found)
    context["rating"] = find_rating_of(found.pk, scope_of(user, moments.today()))
    context["return_error"] = return_error
    return render(request, "desk/collect/submission.html", context, status=422 if return_error else 200)


def _look_over(user: User, found: Submission, version: SubmissionVersion) -> dict[str, object]:
    """What is worth a look in the newest version, and whose answers it is about."""
    findings = find_findings([found], scope_of(user, moments.today())).get(found.pk, [])
    waiting = [one for one in findings if one.seen is None]
    return {
        "worth": waiting,
        "worth_seen": [one for one in findings if one.seen is not None],
        # A copied report is about all of it: marking every answer would mark none.
        "worth_questions": {name for one in waiting if one.kind is not Kind.COPIED for name in one.questions},
        "may_mark_seen": bool(waiting) and may_mark(user, found, version, moments.now()),
    }


@never_cache
@require_safe
def submission_version(request: HttpRequest, submission_id: int, number: int) -> HttpResponse:
    """An older version beside the one that replaced it, differences marked; the newest has its own page."""
    found, user = _open(request, submission_id)
    if number >= found.current_number:
        return redirect("submission", found.pk)
    version, after = get_version(found, number), get_version(found, number + 1)
    context = _show(found, version, after, user)
    context |= {
        "before_heading": _("Bản %(number)d") % {"number": after.number},
        "marks": True,
        "older_number": number,
        "may": None,
    }
    return render(request, "desk/collect/submission.html", context)


@never_cache
@require_safe
def submission_file(request: HttpRequest, submission_id: int, number: int, name: str) -> HttpResponseBase:
    """An attachment of a version; a correction's unchanged photos stand on an earlier version."""
    found, _user = _open(request, submission_id)
    files = Attachment.objects.filter(version__submission=found, version__number__lte=number, name=name)
    kept = files.exclude(file=None).select_related("file").order_by("-version__number").first()
    if kept is None or kept.file is None:
        raise PageUnknown
    path = path_of(kept.file.sha256)
    as_picture = kept.file.media_type in PICTURES
    answer = FileResponse(
        path.open("rb"),
        as_attachment=not as_picture,
        filename=kept.name,
        content_type=kept.file.media_type if as_picture else "application/octet-stream",
    )
    answer["Content-Security-Policy"] = "sandbox"
    return answer


@require_POST
def submission_approve(request: HttpRequest, submission_id: int) -> HttpResponse:
    found, user, number, comment = _read_decision(request, submission_id)
    approve(
        found.pk,
        by=user,
        at=moments.now(),
        comment=comment,
        number=number,
        stage=read_number(request.POST.get("stage")),
    )
    found.refresh_from_db()
    done = found.state == State.APPROVED
    messages.success(request, _("Đã duyệt.") if done else _("Đã duyệt và chuyển cấp trên duyệt tiếp."))
    return redirect("submission", found.pk)


@require_POST
def submission_return(request: HttpRequest, submission_id: int) -> HttpResponse:
    found, user, number, comment = _read_decision(request, submission_id)
    try:
        return_(found.pk, by=user, at=moments.now(), comment=comment, number=number, remarks=_read_remarks(request))
    except CommentMissing as refusal:
        return _show_newest(request, found, user, refusal.sentence)
    messages.success(request, _("Đã trả lại kèm lời nhắn."))
    return redirect("submission", found.pk)


@require_POST
def submission_lock(request: HttpRequest, submission_id: int) -> HttpResponse:
    found, user, number, comment = _read_decision(request, submission_id)
    lock(found.pk, by=user, at=moments.now(), comment=comment, number=number)
    messages.success(request, _("Đã khóa."))
    return redirect("submission", found.pk)


@require_POST
def submission_unlock(request: HttpRequest, submission_id: int) -> HttpResponse:
    found, user, number, comment = _read_decision(request, submission_id)
    unlock(found.pk, by=user, at=moments.now(), comment=comment, number=number)
    messages.success(request, _("Đã mở khóa."))
    return redirect("submission", found.pk)


@require_POST
def submission_withdraw(request: HttpRequest, submission_id: int) -> HttpResponse:
    found, user, number, comment = _read_decision(request, submission_id)
    withdraw(found.pk, by=user, at=moments.now(), comment=comment, number=number)
    messages.success(request, _("Đã rút bản ghi."))
    return redirect("submission", found.pk)


def _read_decision(request: HttpRequest, submission_id: int) -> tuple[Submission, User, int, str]:
    """With the number of the version the reader saw: a correction that came in meanwhile must be looked at first."""
    found, user = _open(request, submission_id)
    try:
        number = int(request.POST.get("number", ""))
    except ValueError:
        raise VersionMoved from None
    return found, user, number, request.POST.get("comment", "").strip()


def _read_remarks(request: HttpRequest) -> list[dict[str, str]]:
    """Fields `remark-<question>` that hold something, in the form's order."""
    said = {name.removeprefix("remark-"): str(text).strip() for name, text in request.POST.items()
            if name.startswith("remark-")}  # fmt: skip
    return [{"question": question, "text": text} for question, text in said.items() if text]


def _open(request: HttpRequest, submission_id: int) -> tuple[Submission, User]:
    user = cast(User, request.user)
    return get_submission(submission_id, scope_of(user, moments.today())), user


def find_what_may(user: User, found: Submission) -> May:
    at = moments.now()
    writes = can(user, WRITERS, found.org_unit_id, moments.local_date(at))
    steps = (Step.APPROVE, Step.RETURN, Step.WITHDRAW, Step.LOCK, Step.UNLOCK, Step.CORRECT)
    obstacles = {step: find_obstacle_to(found, step, user, at) for step in steps}
    own = obstacles[Step.APPROVE]
    return May(
        correct=writes and not found.form.is_derived and not isinstance(obstacles[Step.CORRECT], StepImpossible),
        approve=own is None,
        return_=obstacles[Step.RETURN] is None,
        withdraw=obstacles[Step.WITHDRAW] is None,
        lock=obstacles[Step.LOCK] is None,
        unlock=obstacles[Step.UNLOCK] is None,
        endorses=own is None and find_step_to(found, Step.APPROVE, user, at) is Step.ENDORSE,
        why_not_approve=own.sentence if isinstance(own, (OwnApproval, NotYourTurn)) else "",
    )


def _show(
    found: Submission, version: SubmissionVersion, beside: SubmissionVersion | None, user: User
) -> dict[str, object]:
    language = get_language() or "vi"
    name = get_snapshot().distinct_name_on(found.org_unit_id, found.day_to)
    answers = read_answers(version, by=user, at=moments.now())
    before = read_answers(beside, by=user, at=moments.now()) if beside is not None else None
    rows = list_rows(checker_of(version.form_version).outline, answers, before, language)
    if version.number == found.current_number:
        rows = _put_remarks(rows, found)
    rows = name_things(rows, scope_of(user, moments.today()), moments.today())
    return {
        "submission": found,
        "version": version,
        "form_title": title_of(found.form),
        "unit_name": name,
        "unit_path": get_snapshot().path_name(found.org_unit_id, found.day_to),
        "is_late": found.due_on is not None and moments.local_date(found.first_received_at) > found.due_on,
        "rows": rows,
        "missing": set(Attachment.objects.filter(version=version, file=None).values_list("name", flat=True)),
        "questions": list({row.question: row for row in reversed(rows) if not row.heading}.values())[::-1],
        "caption": _("Bản %(number)d, nhận lúc %(at)s")
        % {"number": version.number, "at": f"{version.received_at.astimezone(moments.VIETNAM):%H:%M, %d/%m/%Y}"},
        "value_heading": _("Bản %(number)d") % {"number": version.number}
        if version.number != found.current_number
        else _occasion_of(found),
        "history": list_history(found),
    }


def _put_remarks(rows: list[AnswerRow], found: Submission) -> list[AnswerRow]:
    """Beside the first answer to the question they are about: a remark is to a question, whatever row of a repeat."""
    said = {one["question"]: one["text"] for one in list_remarks(found)}
    return [replace(row, remark=said.pop(row.question, "")) if not row.heading else row for row in rows]


def _occasion_of(found: Submission) -> str:
    text = period(found.period_key) if found.period_key else day_(found.day_from)
    return text[:1].upper() + text[1:]


def _what_next(found: Submission) -> str:
    """Where the record stands and in which books its figures are."""
    if found.state == State.SUBMITTED and found.reported_number != found.current_number:
        return _("Đã đến nơi, chưa vào sổ nào: có câu trả lời cần người duyệt xem.")
    if found.state == State.SUBMITTED and found.approved_steps:
        return _("Cấp dưới đã duyệt, đang chờ cấp trên duyệt tiếp. Số liệu chưa vào sổ đã duyệt.")
    if found.state == State.SUBMITTED and found.approved_number is not None:
        return _("Bản sửa đang chờ duyệt. Đến khi duyệt, sổ đã duyệt vẫn giữ số liệu của bản %(number)d.") % {
            "number": found.approved_number
        }
    return {
        State.SUBMITTED: _("Đã đến nơi, đang chờ duyệt. Số liệu có trong sổ đã báo cáo, chưa có trong sổ đã duyệt."),
        State.APPROVED: _("Đã duyệt. Số liệu có trong cả hai sổ."),
        State.LOCKED: _("Đã duyệt và khóa, không sửa được nữa."),
        State.WITHDRAWN: _("Đã rút. Số liệu không còn tính ở đâu nữa; nội dung vẫn lưu để tra cứu."),
    }.get(State(found.state), "")


def list_history(found: Submission) -> list[Happening]:
    """Everything that happened to the record, newest first."""
    versions = {version.number: version for version in list_versions(found)}
    titles = {
        Step.SUBMIT: _("Gửi lần đầu"),
        Step.CORRECT: _("Gửi bản sửa"),
        Step.RETURN: _("Trả lại"),
        Step.ENDORSE: _("Duyệt, chuyển cấp trên"),
        Step.APPROVE: _("Duyệt"),
        Step.LOCK: _("Khóa"),
        Step.UNLOCK: _("Mở khóa"),
        Step.WITHDRAW: _("Rút"),
    }
    history = []
    for step in list_steps(str(found)):
        title, sends = titles[Step(step.step)], step.step in (Step.SUBMIT, Step.CORRECT)
        if sends and step.number in versions:
            title = f"{title} ({Source(versions[step.number].source).label})"
        remarks = _name_remarks(step.remarks, versions.get(step.number))
        number = step.number if sends else None
        history.append(Happening(step.at, title, tell(step.by_name), number, step.comment, remarks))
    return history[::-1]


def _name_remarks(
    remarks: Sequence[Mapping[str, str]], version: SubmissionVersion | None
) -> tuple[tuple[str, str], ...]:
    if not remarks or version is None:
        return ()
    known, language = checker_of(version.form_version).by_name, get_language() or "vi"
    return tuple(
        (known[one["question"]].label(language) if one["question"] in known else one["question"], one["text"])
        for one in remarks
    )
