"""Whom to remind, and giving a unit more time."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from caunoi import moments
from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import windows_with_role
from caunoi.audit.actions import note_read
from caunoi.desk.collecting import title_of
from caunoi.desk.context import DECIDERS
from caunoi.desk.errors import NothingChosen
from caunoi.desk.inbox import list_owed, read_filters
from caunoi.desk.missing import group_missing
from caunoi.desk.reminding import list_csv_rows, list_reminders, list_units
from caunoi.desk.templatetags.caunoi import period
from caunoi.desk.units import list_working_units
from caunoi.desk.views.deciding import way_back
from caunoi.desk.views.inbox import check_officer, list_form_choices
from caunoi.forms.actions import extend_several
from caunoi.forms.models import Form
from caunoi.forms.queries import list_extensions, may_extend_anywhere
from caunoi.periods.inputs import DayField
from caunoi.places.queries import get_snapshot
from caunoi.refusals import Refusal

UNITS_A_PAGE = 25
# More units than that are counted by commune and form first.
MOST_UNITS = 60
EXTENSIONS_A_PAGE = 50


@never_cache
@require_safe
def reminders(request: HttpRequest) -> HttpResponse:
    user, today = check_officer(request), moments.today()
    filters = read_filters(request.GET, today)
    found = list_owed(user, today, filters)
    units, office = list_units(found), _office_of(user)
    if request.GET.get("format") == "csv":
        _note_phones_read(user)
        answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")  # Excel reads the letters right
        answer["Content-Disposition"] = 'attachment; filename="nhac-nop.csv"'
        csv.writer(answer).writerows(list_csv_rows(list_reminders(found, units, office, today)))
        return answer
    context: dict[str, object] = {
        "filters": filters,
        "forms": list_form_choices(),
        "count": len(found),
        "unit_count": len(units),
        "today": today,
        "office": office,
        "may_extend": may_extend_anywhere(user, today),
        "sort": request.GET.get("sort", ""),
    }
    if len(units) > MOST_UNITS and not filters.place:
        groups = Paginator(group_missing(found, str(context["sort"])), UNITS_A_PAGE * 2)
        page = groups.get_page(request.GET.get("page"))
        return render(
            request,
            "desk/collect/reminders.html",
            {**context, "page": page, "groups": list(page), "missing": len(found)},
        )
    page_of_units = Paginator(units, UNITS_A_PAGE).get_page(request.GET.get("page"))
    shown = list_reminders(found, list(page_of_units), office, today)
    _note_phones_read(user)
    return render(request, "desk/collect/reminders.html", {**context, "page": page_of_units, "reminders": shown})


def _note_phones_read(user: User) -> None:
    """Names and telephone numbers of those who record stand there."""
    note_read("user", "reminders", by=user.actor, at=moments.now())


def _office_of(user: User) -> str:
    """The unit in whose name the officer writes: the first their deciding role stands on."""
    units = list_working_units(user, DECIDERS, moments.today())
    return units[0].name if units else str(user)


# ---- Extensions -----------------------------------------------------------------------------------------------------


class ExtensionForm(forms.Form):
    until = DayField(
        label=gettext_lazy("Gia hạn đến hết ngày"),
        help_text=gettext_lazy("Gửi đến hết ngày này vẫn được nhận và tính là đúng hạn."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Lý do"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), strip=True
    )


@dataclass(frozen=True)
class ToExtend:
    """One form and period, and the units that were ticked."""

    form_title: str
    period_key: str
    names: tuple[str, ...]


@never_cache
@require_http_methods(["GET", "POST"])
def extension_new(request: HttpRequest) -> HttpResponse:
    """From the list of what is missing: units are ticked there, here the day and the reason are given."""
    if request.method != "POST":
        return redirect("extensions")
    user, at = _extender(request), moments.now()
    values = [*request.POST.getlist("id"), *request.POST.get("chosen", "").split(" ")]
    wanted = _read_wanted(values)
    if not wanted:
        raise NothingChosen
    form = ExtensionForm(request.POST if request.POST.get("confirmed") == "yes" else None)
    if form.is_bound and form.is_valid():
        try:
            made = extend_several(wanted, form.cleaned_data["until"], form.cleaned_data["reason"], by=user, at=at)
        except Refusal as refusal:
            form.add_error("until" if refusal.code == "extension-too-short" else None, refusal.sentence)
        else:
            said = ngettext("Đã gia hạn cho %(count)d báo cáo.", "Đã gia hạn cho %(count)d báo cáo.", len(made))
            messages.success(request, said % {"count": len(made)})
            return redirect("extensions")
    context = {
        "form": form,
        "chosen": " ".join(dict.fromkeys(value for value in values if value)),
        "several": _describe(wanted),
        "back": way_back(request.POST.get("back", ""), "reminders"),
    }
    return render(request, "desk/collect/extension_new.html", context, status=422 if form.errors else 200)


def _read_wanted(values: Sequence[str]) -> dict[tuple[str, str], list[int]]:
    """(form, period) -> units, out of `form|unit|period`; what is no such thing was not sent by our page."""
    units = get_snapshot().by_key
    wanted: dict[tuple[str, str], list[int]] = defaultdict(list)
    for value in dict.fromkeys(values):
        parts = value.split("|")
        if len(parts) == 3 and parts[1] in units:
            wanted[parts[0], parts[2]].append(units[parts[1]].id)
    return dict(wanted)


def _describe(wanted: dict[tuple[str, str], list[int]]) -> list[ToExtend]:
    titles = {form.code: title_of(form) for form in Form.objects.filter(code__in={code for code, _key in wanted})}
    places, today = get_snapshot(), moments.today()
    return [
        ToExtend(titles.get(code, code), key, tuple(places.path_name(unit, today) for unit in units))
        for (code, key), units in wanted.items()
    ]


@dataclass(frozen=True)
class ExtensionLine:
    unit_name: str
    above_name: str
    form_title: str
    period_name: str
    until: object
    is_over: bool
    reason: str
    granted_by: str
    granted_at: object


@never_cache
@require_safe
def extensions(request: HttpRequest) -> HttpResponse:
    user, today = check_officer(request), moments.today()
    found = list_extensions(windows_with_role(user, {*DECIDERS, Role.ADMINISTRATOR}, today))
    page = Paginator(found, EXTENSIONS_A_PAGE).get_page(request.GET.get("page"))
    places = get_snapshot()
    lines = []
    for one in page.object_list:
        name, _comma, above = places.path_name(one.org_unit_id, moments.local_date(one.granted_at)).partition(", ")
        lines.append(
            ExtensionLine(
                name,
                above,
                title_of(one.form),
                period(one.period_key),
                one.until,
                one.until < today,
                one.reason,
                one.granted_by,
                one.granted_at,
            )
        )
    return render(request, "desk/collect/extensions.html", {"page": page, "lines": lines})


def _extender(request: HttpRequest) -> User:
    user = cast(User, request.user)
    return user if may_extend_anywhere(user, moments.today()) else check_officer(request)
