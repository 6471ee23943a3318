"""The person a thing of a register is about: what is held of them, a copy, correction, erasure."""

from __future__ import annotations

import json
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.audit.actions import note_taken
from caunoi.desk.errors import PageUnknown
from caunoi.desk.register_person import file_of_thing, read_held_of_thing
from caunoi.personal.inputs import EraseForm
from caunoi.places.queries import get_snapshot
from caunoi.records.entities.permissions import may_edit
from caunoi.records.entities.queries import get_entity
from caunoi.records.entities.sealed import erase_thing, may_erase_person, may_read_person, subject_of
from caunoi.records.models import Entity
from caunoi.refusals import Refusal


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    me, found = _asked(request, code, uuid)
    at = moments.now()
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            erase_thing(found, because=form.cleaned_data["because"], by=me, at=at)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("Đã xóa dữ liệu cá nhân của “%(label)s”.") % {"label": found.label})
            return redirect("register-person", code=code, uuid=uuid)
    context = {
        "entity": found,
        "register": found.entity_list,
        "unit_path": get_snapshot().path_name(found.org_unit_id, moments.local_date(at)),
        "held": read_held_of_thing(found, by=me, at=at),
        "form": form,
        "may_read": may_read_person(me, found, at),
        "may_erase": may_erase_person(me, found, at),
        "may_edit": may_edit(me, found.org_unit_id, at),
    }
    return render(request, "desk/registers/person.html", context, status=422 if form.errors else 200)


@never_cache
@require_POST
def person_file(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    """A file with all that is known of somebody leaves the house: written down each time."""
    me, found = _asked(request, code, uuid)
    at = moments.now()
    if not may_read_person(me, found, at):
        raise PageUnknown
    held = read_held_of_thing(found, by=me, at=at)
    content = json.dumps(file_of_thing(found, held), ensure_ascii=False, indent=2, cls=DjangoJSONEncoder)
    note_taken("person.export", subject_of(found), {}, by=me.actor, at=at)
    answer = HttpResponse(content, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="du-lieu-ca-nhan-{found.uuid}.json"'
    return answer


def _asked(request: HttpRequest, code: str, uuid: UUID) -> tuple[User, Entity]:
    """Of things the reader works with or answers for; nobody learns of others by trying addresses."""
    me, at = cast(User, request.user), moments.now()
    today = moments.local_date(at)
    found = get_entity(code, uuid, scope_of(me, today), today)
    if not found.entity_list.personal or not (may_read_person(me, found, at) or may_erase_person(me, found, at)):
        raise PageUnknown
    return me, found
