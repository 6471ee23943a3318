"""People's data: what is kept and why, breaches, and what one person may ask for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast

from django.contrib import messages
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.permissions import may_manage_user, reads_whole_audit
from caunoi.accounts.queries import holds_anywhere
from caunoi.audit.actions import note_taken
from caunoi.awards.models import FIELD_OF_PERSON as AWARDED
from caunoi.contests.models import FIELD_OF_PERSON as CONTENDED
from caunoi.desk.errors import CannotAdminister, PageUnknown
from caunoi.desk.person_file import read_person
from caunoi.forms.errors import FormUnknown
from caunoi.forms.models import Form
from caunoi.forms.queries import checker_of, get_form_version
from caunoi.personal.actions import close_breach, record_breach, tell_breach
from caunoi.personal.erasing import erase_person, is_erased
from caunoi.personal.inputs import BreachForm, CloseForm, EraseForm, NoticeForm
from caunoi.personal.models import PersonalQuestion
from caunoi.personal.queries import get_breach, list_breaches
from caunoi.personal.rules.fields import FIELDS
from caunoi.records.actions.erasing import list_overdue
from caunoi.records.entities.queries import list_properties, list_registers
from caunoi.records.entities.sealed import list_overdue_things
from caunoi.records.models import EntityList
from caunoi.records.sealed import MAY_ERASE
from caunoi.refusals import Refusal
from caunoi.training.models import FIELD_OF_PERSON as TAUGHT


@require_safe
def personal_data(request: HttpRequest) -> HttpResponse:
    """For everybody: whose data these are may know why they are kept."""
    forms = {form.code: form for form in Form.objects.all()}
    registers = {one.code: one for one in list_registers()}
    asked = [
        (
            registers.get(one.register) if one.register else forms.get(one.form_code),
            one,
            _label(one, registers),
            _room_words().get((one.form_code, one.question), ("", ""))[0],
        )
        for one in PersonalQuestion.objects.all()
    ]
    me, today = cast(User, request.user), moments.today()
    erases = any(holds_anywhere(me, role, today) for role in MAY_ERASE)
    context = {
        "fields": FIELDS,
        "questions": asked,
        "keeps": reads_whole_audit(me, today),
        "erases": erases,
        "overdue": _count_overdue(me) if erases else 0,
    }
    return render(request, "desk/personal/personal_data.html", context)


def _count_overdue(me: User) -> int:
    at = moments.now()
    return len(list_overdue(me, at)) + len(list_overdue_things(me, at))


def _label(asked: PersonalQuestion, registers: Mapping[str, EntityList]) -> str:
    """As the form in use words it; what it no longer asks keeps its name. What no form asks is worded here."""
    if (worded := _room_words().get((asked.form_code, asked.question))) is not None:
        return worded[1]
    if asked.register:
        register, language = registers.get(asked.register), get_language() or "vi"
        properties = list_properties(register) if register is not None else ()
        return next((one.label(language) for one in properties if one.name == asked.question), asked.question)
    try:
        known = checker_of(get_form_version(asked.form_code)).by_name.get(asked.question)
    except FormUnknown:
        known = None
    return known.label(get_language() or "vi") if known is not None else asked.question


def _room_words() -> dict[tuple[str, str], tuple[str, str]]:
    """What the desk's own pages ask about people, as packs declare it: where, and which question."""
    return {
        AWARDED: (_("Khen thưởng, giấy chứng nhận"), _("Tên người nhận")),
        TAUGHT: (_("Lớp đào tạo, bồi dưỡng"), _("Tên học viên")),
        CONTENDED: (_("Hội thi, cuộc thi"), _("Tên người dự thi")),
    }


# -- breaches ------------------------------------------------------------------------------------------------------


@never_cache
@require_safe
def breaches(request: HttpRequest) -> HttpResponse:
    _keeper(request)
    return render(request, "desk/personal/breaches.html", {"lines": list_breaches(moments.now())})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def breach_new(request: HttpRequest) -> HttpResponse:
    me = _keeper(request)
    form = BreachForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("what", "kinds", "people", "measures")}
        try:
            made = record_breach(**given, noticed_at=form.moment(), by=me.actor, at=moments.now())
        except Refusal as refusal:
            form.add_error("day", refusal.sentence)
        else:
            return redirect("breach", pk=made.pk)
    return render(request, "desk/personal/breach_new.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def breach(request: HttpRequest, pk: int) -> HttpResponse:
    me = _keeper(request)
    line = get_breach(pk, moments.now())
    what = request.POST.get("what", "") if request.method == "POST" else ""
    notice = NoticeForm(request.POST if what == "tell" else None)
    close = CloseForm(request.POST if what == "close" else None)
    try:
        if what == "tell" and notice.is_valid():
            given = {name: notice.cleaned_data[name] for name in ("whom", "authority", "how")}
            tell_breach(pk, **given, told_at=notice.moment(), by=me.actor, at=moments.now())
            return redirect("breach", pk=pk)
        if what == "close" and close.is_valid():
            close_breach(pk, outcome=close.cleaned_data["outcome"], by=me.actor, at=moments.now())
            return redirect("breach", pk=pk)
    except Refusal as refusal:
        (notice if what == "tell" else close).add_error(None, refusal.sentence)
    context = {"line": line, "notice": notice, "close": close}
    return render(request, "desk/personal/breach.html", context, status=422 if what else 200)


def _keeper(request: HttpRequest) -> User:
    me = cast(User, request.user)
    if not reads_whole_audit(me, moments.today()):
        raise CannotAdminister(_("sổ vụ việc về dữ liệu cá nhân"))
    return me


# -- one person ----------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, user_id: int) -> HttpResponse:
    me, other = _asked(request, user_id)
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            erase_person(other, because=form.cleaned_data["because"], by=me.actor, at=moments.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("Đã xóa dữ liệu cá nhân của tài khoản số %(number)d.") % {"number": other.pk})
            return redirect("personal-person", user_id=other.pk)
    context = {"other": other, "form": form, "erased": is_erased(other)}
    return render(request, "desk/personal/person.html", context, status=422 if form.errors else 200)


@never_cache
@require_POST
def person_file(request: HttpRequest, user_id: int) -> HttpResponse:
    """Reading is written down too: a file with all that is known of somebody leaves the house."""
    me, other = _asked(request, user_id)
    content = json.dumps(read_person(other), ensure_ascii=False, indent=2, cls=DjangoJSONEncoder)
    note_taken("person.export", f"user:{other.pk}", {}, by=me.actor, at=moments.now())
    answer = HttpResponse(content, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="du-lieu-ca-nhan-{other.pk}.json"'
    return answer


def _asked(request: HttpRequest, user_id: int) -> tuple[User, User]:
    """Whom the reader may manage; nobody learns of others by trying numbers."""
    me = cast(User, request.user)
    other = User.objects.filter(pk=user_id).first()
    if other is None or not may_manage_user(me, other, moments.today()):
        raise PageUnknown
    return me, other
