"""What one person asked for: all that names them, found at once, for a copy or for erasing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, cast

from django.contrib import messages
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import holds_anywhere
from caunoi.desk.errors import CannotAdminister
from caunoi.desk.person_pass import Hit, erase_all, find_person, read_all
from caunoi.personal.inputs import EraseForm, FindForm
from caunoi.records.sealed import MAY_ERASE
from caunoi.refusals import Refusal


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find_everything(request: HttpRequest) -> HttpResponse:
    """The name is posted: it must not stand in addresses, which servers and browsers keep. Each step looks anew, so
    that nothing is taken away or erased but what the officer may, of what they chose."""
    me, at = cast(User, request.user), moments.now()
    if not any(holds_anywhere(me, role, moments.local_date(at)) for role in MAY_ERASE):
        raise CannotAdminister(_("yêu cầu về dữ liệu cá nhân"))
    form = FindForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _show(request, form, status=200 if request.method != "POST" else 422)
    name, do = form.cleaned_data["name"], request.POST.get("do", "")
    try:
        found = find_person(name, me=me, at=at)
    except Refusal as refusal:
        form.add_error("name", refusal.sentence)
        return _show(request, form, status=422)
    wanted = set(request.POST.getlist("subject"))
    chosen = [hit for hit in found if hit.subject in wanted] if do else [hit for hit in found if hit.spelt_so]
    erasing = EraseForm(request.POST if do == "erase" else None)
    if do and not chosen:
        return _show(request, form, found, erasing, complaint=_("Hãy đánh dấu ít nhất một mục."), status=422)
    if do == "file":
        return _send(read_all(chosen, me=me, at=at))
    if do == "erase" and erasing.is_valid():
        erased = erase_all(chosen, erasing.cleaned_data["because"])
        if erased.done:
            messages.success(request, _("Đã xóa dữ liệu cá nhân; số mục: %(count)d.") % {"count": erased.done})
        for hit, why in erased.refused:
            messages.error(request, f"{hit.kind}: {hit.title}. {why}")
        found = find_person(name, me=me, at=moments.now())
        return _show(request, form, found, EraseForm(), [hit for hit, _why in erased.refused])
    return _show(request, form, found, erasing, chosen, status=422 if erasing.errors else 200)


def _show(
    request: HttpRequest,
    form: FindForm,
    found: Sequence[Hit] | None = None,
    erasing: EraseForm | None = None,
    chosen: Sequence[Hit] = (),
    *,
    complaint: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "found": None if found is None else [(hit, hit in chosen) for hit in found],
        "erasing": erasing,
        "complaint": complaint,
    }
    return render(request, "desk/personal/find.html", context, status=status)


def _send(content: dict[str, Any]) -> HttpResponse:
    text = json.dumps(content, ensure_ascii=False, indent=2, cls=DjangoJSONEncoder)
    answer = HttpResponse(text, content_type="application/json; charset=utf-8")
    # Without the name, which would stay in the list of downloads.
    answer["Content-Disposition"] = 'attachment; filename="du-lieu-ca-nhan.json"'
    return answer
