"""Released tables: the list, preparing and making a release, reading and withdrawing one. Whoever has no account reads
what stands; what was withdrawn, and who released it, is for officers."""

from __future__ import annotations

import csv
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.permissions import RELEASERS, may_release
from caunoi.accounts.queries import scope_of, units_with_role
from caunoi.accounts.scope import NOTHING, Scope
from caunoi.desk.errors import CannotAdminister
from caunoi.desk.long_work import Show, answer
from caunoi.desk.release_inputs import ReleaseForm, WithdrawForm
from caunoi.facts.access import may_see
from caunoi.facts.models import Release
from caunoi.facts.release import get_release, list_released, list_releases
from caunoi.facts.released_tables import release_rows, show_tables
from caunoi.facts.releasing import Draft, list_disaggregations, make_release, prepare_release, withdraw_release
from caunoi.periods.rules import Days
from caunoi.places.queries import get_place, get_snapshot
from caunoi.refusals import NotFound, Refusal
from caunoi.vietnamese_text import sort_key


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)  # only asked where one is signed in


def _scope(request: HttpRequest) -> Scope:
    return scope_of(_user(request), moments.today()) if request.user.is_authenticated else NOTHING


@never_cache
@login_not_required
@require_safe
def releases(request: HttpRequest) -> HttpResponse:
    found = list(list_releases()) if _scope(request).windows else list_released()
    signed_in = request.user.is_authenticated
    shown = {
        "lines": [(one, list(dict.fromkeys(table.title for table in show_tables(one.tables)))) for one in found],
        "may_make": signed_in and bool(units_with_role(_user(request), RELEASERS, moments.today())),
    }
    return render(request, "desk/releases/releases.html", shown)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def release_new(request: HttpRequest) -> HttpResponseBase:
    """The first sending shows what would be published; the second, from the page that showed it, publishes that."""
    user, today = _user(request), moments.today()
    units = units_with_role(user, RELEASERS, today)
    if not units:
        raise CannotAdminister(_("bảng công bố"))
    posted = request.method == "POST"
    form = ReleaseForm(request.POST if posted else None, initial=_initial())
    places = get_snapshot()
    wide = (one for one in units if places.units[one].level != "village")
    names = sorted({places.path_name(one, today) for one in wide}, key=sort_key)
    shown: dict[str, Any] = {"form": form, "places": names[:1500], "has_tables": bool(list_disaggregations())}
    if not posted or not form.is_valid():
        return render(request, "desk/releases/new.html", shown)
    return answer(request, lambda show: _look_or_make(request, form, shown, show))


def _initial() -> dict[str, Any]:
    last_year = moments.today().year - 1
    first = moments.today().replace(year=last_year, month=1, day=1)
    return {
        "first": first,
        "last": first.replace(month=12, day=31),
        "codes": [one.code for one in list_disaggregations()],
    }


def _look_or_make(request: HttpRequest, form: ReleaseForm, shown: dict[str, Any], show: Show) -> HttpResponse:
    try:
        draft = _prepare(form, _user(request), show)
        if "make" in request.POST and draft.after != form.cleaned_data["after"]:
            form.add_error(None, _("Vừa có bảng khác được công bố nên bảng này được xem xét lại. Hãy xem trước lại."))
        elif "make" in request.POST:
            made = make_release(draft, by=_user(request).actor, at=moments.now())
            return _show(request, made, just_made=True)
    except Refusal as refused:
        form.add_error("place" if "place" in refused.code or refused.code == "not-found" else None, refused.sentence)
        return render(request, "desk/releases/new.html", shown)
    shown |= {"draft": draft, "tables": show_tables(draft.tables)}
    return render(request, "desk/releases/new.html", shown)


def _prepare(form: ReleaseForm, user: User, show: Show) -> Draft:
    typed = form.cleaned_data
    places = get_snapshot()
    unit = get_place(typed["place"], form.days[-1], places)
    days, scope = Days(typed["first"], typed["last"]), scope_of(user, moments.today())
    known = all(may_see(places.units[unit].key, days, day, scope) for day in form.days)
    if not (known and may_release(user, unit, moments.today())):
        raise NotFound(_("Đơn vị này không thuộc phạm vi bạn được công bố số liệu."))
    return prepare_release(
        place=places.units[unit].key, first=typed["first"], last=typed["last"], codes=typed["codes"],
        boundaries=form.days, as_known=typed["as_known"], progress=show,
    )  # fmt: skip


@never_cache
@login_not_required
@require_safe
def release(request: HttpRequest, number: int) -> HttpResponse:
    return _show(request, _get(request, number))


@never_cache
@login_not_required
@require_safe
def release_file(request: HttpRequest, number: int) -> HttpResponse:
    found = _get(request, number)
    # The byte order mark makes Excel read the letters right.
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="bang-cong-bo-{found.pk}.csv"'
    csv.writer(response).writerows(release_rows(found))
    return response


@require_POST
def release_withdraw(request: HttpRequest, number: int) -> HttpResponse:
    found = _get(request, number)
    if not _may_withdraw(request, found):
        raise CannotAdminister(_("bảng công bố"))
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form=form)
    withdraw_release(found, because=form.cleaned_data["because"], by=_user(request).actor, at=moments.now())
    return redirect("release", found.pk)


def _get(request: HttpRequest, number: int) -> Release:
    found = get_release(number)
    if found.withdrawn_at is not None and not _scope(request).windows:
        raise NotFound(_("Không có bảng công bố số %(number)d.") % {"number": number})
    return found


def _may_withdraw(request: HttpRequest, found: Release) -> bool:
    if not request.user.is_authenticated:
        return False
    unit = get_snapshot().by_key.get(found.place)
    return unit is not None and may_release(_user(request), unit.id, moments.today())


def _show(
    request: HttpRequest, found: Release, *, just_made: bool = False, form: WithdrawForm | None = None
) -> HttpResponse:
    shown = {
        "release": found,
        "tables": show_tables(found.tables),
        "may_withdraw": found.withdrawn_at is None and _may_withdraw(request, found),
        "form": form or WithdrawForm(),
        "just_made": just_made,
    }
    return render(request, "desk/releases/release.html", shown)
