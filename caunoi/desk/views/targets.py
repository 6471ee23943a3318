"""Targets: how far each is reached, setting one and breaking it down to units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from caunoi import moments
from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import Scope
from caunoi.desk.table_files import send_table
from caunoi.desk.target_files import TargetLine, list_part_rows, list_target_rows, part_headings, target_headings
from caunoi.desk.target_inputs import AmountField, BreakdownForm, EndedForm
from caunoi.desk.units import list_working_units
from caunoi.desk.views.figures import suggest_places
from caunoi.facts.access import ask_as
from caunoi.facts.questions import make_question
from caunoi.facts.rules.question import round_half_up
from caunoi.periods.rules import Period
from caunoi.places.queries import get_place, get_snapshot
from caunoi.refusals import NotFound, Refusal
from caunoi.targets.actions import break_down, settle_ended
from caunoi.targets.attainment import Attained, attain
from caunoi.targets.errors import AlreadySettled
from caunoi.targets.permissions import may_set
from caunoi.targets.queries import (
    Breakdown,
    Target,
    find_running,
    get_target,
    list_periods_of,
    list_targets,
    may_be_broken_down,
    read_breakdown,
    read_results_before,
    sees_place,
)
from caunoi.targets.rules import split_whole

PROPOSALS = ("equal", "before")


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)  # every page but sign-in requires one


def _place_of(request: HttpRequest, period: Period | None = None) -> int:
    """Asked for by key, name or code; else the unit the reader works for. Raises NotFound."""
    places, today = get_snapshot(), moments.today()
    asked = request.GET.get("place", "").strip()
    if not asked:
        units = list_working_units(_user(request), Role, today)
        if not units:
            raise NotFound(_("Bạn chưa có vai trò ở đơn vị nào nên chưa xem được chỉ tiêu phấn đấu."))
        return units[0].id
    if (unit := places.by_key.get(asked)) is not None:
        return unit.id
    return get_place(asked, today, places)


@require_safe
def targets(request: HttpRequest) -> HttpResponseBase:
    """`format`: csv or xlsx of the same lines."""
    user, today, refusal = _user(request), moments.today(), ""
    scope = scope_of(user, today)
    lines: list[TargetLine] = []
    name, key = request.GET.get("place", ""), ""
    try:
        place = _place_of(request)
        # As it can be typed back: many villages share their short name.
        name, key = get_snapshot().path_name(place, today), get_snapshot().units[place].key
        lines = _list_lines(place, scope)
    except Refusal as refused:
        refusal = refused.sentence
    if lines and (kind := request.GET.get("format")) in ("csv", "xlsx"):
        rows = list_target_rows(name, lines)
        return send_table(_("Chỉ tiêu phấn đấu"), target_headings(lines), rows, f"chi-tieu-{today:%Y-%m-%d}.{kind}")
    shown = {"lines": lines, "place": name, "key": key, "refusal": refusal, "places": suggest_places(scope)}
    return render(request, "desk/targets/targets.html", shown)


def _list_lines(place: int, scope: Scope) -> list[TargetLine]:
    """One question for all targets of one period. Of a period to come only those that are set."""
    today, key = moments.today(), get_snapshot().units[place].key
    by_period: dict[Period, list[Target]] = {}
    for target in list_targets():
        running = find_running(target, today)
        for period in (running, running.after()):
            by_period.setdefault(period, []).append(target)
    found = []
    for period, several in sorted(by_period.items(), key=lambda one: one[0].days.first > today):
        codes = [one.formula for one in several]
        last = max(min(period.days.last, today), period.days.first)
        question = make_question(codes, key, period.days.first, last)
        figures = {figure.code: figure for figure in ask_as(question, scope)}
        for one, code in zip(several, codes, strict=True):
            attained = attain(figures[code], one.result)
            if attained is not None or period.days.first <= today:
                found.append(TargetLine(one, period, attained, may_be_broken_down(one, place, period)))
    return found


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def target(request: HttpRequest, code: str) -> HttpResponseBase:
    """The breakdown of one target of a place and period: read by whom its figures are, set by whom the role lets.
    `format`: csv or xlsx of it."""
    user, at = _user(request), moments.now()
    today = moments.today()
    wanted, scope = get_target(code), scope_of(user, today)
    place, periods = _place_of(request), list_periods_of(wanted, today)
    period = next((one for one in periods if one.key == request.GET.get("period")), find_running(wanted, today))
    if not sees_place(scope, get_snapshot().units[place].key, period.days):
        raise NotFound(_("Không có chỉ tiêu này trong phạm vi của bạn."))
    seen = read_breakdown(wanted, place, period)
    settable = may_set(user, place, today)
    posted = request.method == "POST"
    data = request.POST if posted and "save" in request.POST else None
    before = read_results_before(seen, scope)
    proposed = _suggest(request, seen, before)
    form = BreakdownForm(seen, data, proposed)
    if "propose" in request.POST:
        for name in ("whole", "number", "day", "note"):
            form.fields[name].initial = request.POST.get(name, "")
    ended = [
        EndedForm(seen, one, request.POST if request.POST.get("settle") == str(one.submission_id) else None)
        for one in seen.ended
    ]
    if posted and "settle" in request.POST and not any(one.is_bound for one in ended):
        raise AlreadySettled  # a colleague decided between this page and the button
    try:
        if data is not None and form.is_valid():
            whole, looked_at = form.cleaned_data["whole"], request.POST.get("seen", "")
            saved = break_down(seen, whole, form.parts, form.decision, by=user, at=at, looked_at=looked_at)
            said = _("Đã lưu phân bổ: %(units)d đơn vị thay đổi. %(waiting)d bản ghi chờ người khác duyệt.")
            messages.success(request, said % {"units": saved.written, "waiting": saved.waiting})
            return redirect(_address(seen))
        for one in ended:
            if one.is_bound and one.is_valid():
                settle_ended(
                    seen, one.ended, one.shares, drop="drop" in request.POST, reason=one.cleaned_data["reason"],
                    by=user, at=at,
                )  # fmt: skip
                messages.success(request, _("Đã quyết định chỉ tiêu của %s.") % one.ended.name)
                return redirect(_address(seen))
    except Refusal as refused:
        (form if data is not None else next(one for one in ended if one.is_bound)).add_error(None, refused.sentence)
    attained = _read_attained(seen, scope)
    if not posted and (kind := request.GET.get("format")) in ("csv", "xlsx"):
        rows, name = list_part_rows(seen, before, attained), f"{wanted.code}-{period.key}.{kind}"
        return send_table(_("Phân bổ chỉ tiêu"), part_headings(seen), rows, name, wide=1)
    return render(
        request,
        "desk/targets/target.html",
        {
            "seen": seen,
            "form": form,
            "rows": form.rows(before, attained),
            "ended": ended,
            "settable": settable,
            "periods": periods,
            "attained": attained.get(seen.place.key),
            "units_said": _say_units(seen, attained),
            "fell_short": request.POST.get("propose") == "before" and not any(before.values()),
        },
        status=422 if data is not None or any(one.is_bound for one in ended) else 200,
    )


def _address(seen: Breakdown) -> str:
    query = urlencode({"place": seen.place.key, "period": seen.period.key})
    return f"{reverse('target', args=[seen.target.code])}?{query}"


def _suggest(request: HttpRequest, seen: Breakdown, before: Mapping[str, Decimal]) -> dict[int, Decimal]:
    """Parts of the typed whole, equal or like the results of the period before; nothing where there are none. Of what
    doesn't add up the same for all, or what each had in the period before."""
    how, decimals = request.POST.get("propose", ""), seen.target.element.decimals
    try:
        whole = AmountField(decimals, required=False).clean(request.POST.get("whole", ""))
    except ValidationError:
        return {}  # its own field says so when it is sent
    if how not in PROPOSALS or whole is None:
        return {}
    if not seen.target.adds_up:
        levels = {line.unit: whole if how == "equal" else before.get(line.key) for line in seen.lines}
        return {unit: round_half_up(value, decimals) for unit, value in levels.items() if value is not None}
    weights = [Decimal(1) if how == "equal" else before.get(line.key, Decimal(0)) for line in seen.lines]
    parts = split_whole(whole, weights, decimals)
    return {} if parts is None else {line.unit: part for line, part in zip(seen.lines, parts, strict=True)}


def _read_attained(seen: Breakdown, scope: Scope) -> dict[str, Attained]:
    """By unit's key, and the place's own under its key, of the period up to today."""
    last = max(min(seen.period.days.last, moments.today()), seen.period.days.first)
    found: dict[str, Attained] = {}
    for level in (None, seen.level):
        question = make_question([seen.target.formula], seen.place.key, seen.period.days.first, last, level=level)
        attained = ((one.place, attain(one, seen.target.result)) for one in ask_as(question, scope))
        found |= {place: one for place, one in attained if one is not None}
    return found


def _say_units(seen: Breakdown, attained: Mapping[str, Attained]) -> str:
    """Of what doesn't add up, what stands in the place of a sum."""
    if seen.target.adds_up:
        return ""
    reached = Counter(attained[line.key].reached for line in seen.lines if line.key in attained)
    return _(
        "%(set)d/%(all)d đơn vị đã có chỉ tiêu riêng: %(reached)d đạt, %(missed)d chưa đạt, %(open)d chưa có kết quả"
        " để so."
    ) % {
        "set": reached.total(), "all": len(seen.lines), "reached": reached[True], "missed": reached[False],
        "open": reached[None],
    }  # fmt: skip
