"""The person a record names: what is held of them, a copy, correction, erasure; and what has been kept long enough."""

from __future__ import annotations

import json
from typing import cast

from django.contrib import messages
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import holds_anywhere
from caunoi.audit.actions import note_read, note_taken
from caunoi.desk.collecting import title_of
from caunoi.desk.errors import CannotAdminister, PageUnknown
from caunoi.desk.record_person import file_of, read_held_of
from caunoi.desk.typed_numbers import read_number
from caunoi.desk.views.submission import find_what_may
from caunoi.personal.errors import NothingToErase
from caunoi.personal.inputs import EraseForm
from caunoi.places.queries import get_snapshot
from caunoi.records.actions.erasing import erase_answers, list_overdue
from caunoi.records.entities.sealed import erase_thing, list_overdue_things, subject_of
from caunoi.records.models import Entity, Submission
from caunoi.records.sealed import MAY_ERASE, may_erase, may_read
from caunoi.refusals import Refusal


@never_cache
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """By the record's number, which stands on every record's page: names are sealed, and nobody can look for them."""
    number = read_number(request.GET.get("number"))
    if number is None:
        messages.error(request, _("Hãy ghi số của bản ghi, ví dụ 1203. Số ấy ở địa chỉ trang của bản ghi."))
        return redirect("personal-data")
    return redirect("personal-record", submission_id=number)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, submission_id: int) -> HttpResponse:
    me, found = _asked(request, submission_id)
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            erase_answers(found, because=form.cleaned_data["because"], by=me, at=moments.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("Đã xóa dữ liệu cá nhân của bản ghi số %(number)d.") % {"number": found.pk})
            return redirect("personal-record", submission_id=found.pk)
    held = read_held_of(found)
    if held.is_left:
        note_read("person", str(found), by=me.actor, at=moments.now())
    context = {
        "submission": found,
        "form_title": title_of(found.form),
        "unit_path": get_snapshot().path_name(found.org_unit_id, found.day_to),
        "held": held,
        "form": form,
        "may_erase": may_erase(me, found, moments.now()),
        "may_correct": find_what_may(me, found).correct,
    }
    return render(request, "desk/personal/record.html", context, status=422 if form.errors else 200)


@never_cache
@require_POST
def record_file(request: HttpRequest, submission_id: int) -> HttpResponse:
    """A file with all that is known of somebody leaves the house: written down each time."""
    me, found = _asked(request, submission_id)
    content = json.dumps(file_of(found, read_held_of(found)), ensure_ascii=False, indent=2, cls=DjangoJSONEncoder)
    note_taken("person.export", str(found), {}, by=me.actor, at=moments.now())
    answer = HttpResponse(content, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="du-lieu-ca-nhan-ban-ghi-{found.pk}.json"'
    return answer


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def overdue(request: HttpRequest) -> HttpResponse:
    """What has been kept as long as its pack says. One decision may erase all that is listed."""
    me, at = cast(User, request.user), moments.now()
    if not any(holds_anywhere(me, role, moments.today()) for role in MAY_ERASE):
        raise CannotAdminister(_("dữ liệu cá nhân đến hạn xóa"))
    lines, things = list_overdue(me, at), list_overdue_things(me, at)
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        # Only what was on the page when it was decided: meanwhile more may have come due.
        decided = set(request.POST.getlist("record"))
        chosen = [line.submission for line in lines if str(line.submission.pk) in decided]
        named = set(request.POST.getlist("thing"))
        people = [line.entity for line in things if subject_of(line.entity) in named]
        because = form.cleaned_data["because"]
        done = sum(_erase(one, because, me) for one in chosen) + sum(_forget(one, because, me) for one in people)
        messages.success(request, _("Đã xóa dữ liệu cá nhân; số bản ghi, mục trong sổ: %(count)d.") % {"count": done})
        return redirect("personal-overdue")
    names = get_snapshot()
    rows = [(line, title_of(line.submission.form), names.path_name(line.submission.org_unit_id, line.submission.day_to))
            for line in lines]  # fmt: skip
    people_rows = [
        (line, names.path_name(line.entity.org_unit_id, moments.today()), subject_of(line.entity)) for line in things
    ]
    context = {"rows": rows, "people": people_rows, "form": form}
    return render(request, "desk/personal/overdue.html", context, status=422 if form.errors else 200)


def _erase(submission: Submission, because: str, me: User) -> bool:
    try:
        erase_answers(submission, because=because, by=me, at=moments.now())
    except NothingToErase:
        return False  # somebody else did, a moment ago
    return True


def _forget(entity: Entity, because: str, me: User) -> bool:
    try:
        erase_thing(entity, because=because, by=me, at=moments.now())
    except NothingToErase:
        return False  # somebody else did, a moment ago
    return True


def _asked(request: HttpRequest, submission_id: int) -> tuple[User, Submission]:
    """Of records the reader works with or answers for; nobody learns of others by trying numbers."""
    me, at = cast(User, request.user), moments.now()
    found = Submission.objects.select_related("form").filter(pk=submission_id).first()
    if found is None or not (may_read(me, found, at) or may_erase(me, found, at)):
        raise PageUnknown
    return me, found
