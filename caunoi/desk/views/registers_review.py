"""A unit's review: each number that registers count, beside what was stated last, before it is sent as a record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.scope import EVERYTHING
from caunoi.desk.asked_numbers import label_asked, read_asked, read_typed
from caunoi.desk.errors import PageUnknown
from caunoi.desk.views.registers_seats import show_seats
from caunoi.forms.queries import get_form_version, questions_of
from caunoi.places.queries import get_snapshot
from caunoi.records.entities.actions import send_review
from caunoi.records.entities.queries import get_register, list_properties
from caunoi.records.entities.reviews import Review, ReviewLine, find_terms, make_review
from caunoi.records.entities.seats import list_unit_seats
from caunoi.records.models import EntityList
from caunoi.records.permissions import may_enter
from caunoi.refusals import Refusal

SEEN = "seen-"


@dataclass(frozen=True)
class ShownLine:
    """`register`: whose things were counted, None where the officer is asked; `added`: what of theirs was added up."""

    line: ReviewLine
    label: str
    register: EntityList | None
    added: str
    typed: str


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, code: str, key: str) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    today = moments.local_date(at)
    register, unit = get_register(code), get_snapshot().by_key.get(key)
    terms = find_terms(register, unit.level) if unit is not None and may_enter(user, unit.id, at) else None
    if unit is None or terms is None:
        raise PageUnknown
    asked, refused = label_asked(terms.form, terms.answers), ""
    if request.method == "POST":
        seen = {name: request.POST[SEEN + name] for name in terms.counted if SEEN + name in request.POST}
        try:
            sent = send_review(register, unit.id, seen=seen, asked=read_asked(request.POST, asked), by=user, at=at)
        except Refusal as refusal:
            refused = refusal.sentence
        else:
            messages.success(request, _("Đã gửi số liệu kiện toàn, chờ duyệt như mọi bản ghi."))
            return redirect("submission", sent)
    found = make_review(terms, unit.id, today)
    context = {
        "register": register,
        "unit": get_snapshot().path_name(unit.id, today),
        "key": key,
        "form": get_form_version(terms.form).form,
        "review": found,
        "lines": _show(found, read_typed(request.POST, asked)),
        "seats": _show_seats(register, unit.id, today),
        "refused": refused,
    }
    return render(request, "desk/registers/review.html", context, status=422 if refused else 200)


def _show(found: Review, typed: dict[str, str]) -> list[ShownLine]:
    language = get_language() or "vi"
    questions = {one.name: one for one in questions_of(get_form_version(found.terms.form))}
    registers = {one.code: one for one in EntityList.objects.filter(code__in=found.terms.registers)}
    shown = []
    for line in found.lines:
        question, register = questions.get(line.question), registers.get(line.register)
        properties = list_properties(register) if register is not None and line.added else ()
        added = next((one.label(language) for one in properties if one.name == line.added), "")
        label = question.label(language) if question is not None else line.question
        shown.append(ShownLine(line, label, register, added, typed.get(line.question, "")))
    return shown


def _show_seats(register: EntityList, unit: int, today: date) -> str:
    """The empty ones: "Tổ trưởng (1), Thành viên (2)"."""
    lines = show_seats(register, list_unit_seats(register, EVERYTHING, today, unit_ids=frozenset({unit})), today)
    return lines[0].empty if lines else ""
