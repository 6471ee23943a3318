"""How values look on a page: numbers, dates, periods, states. The language decides; Vietnamese is the first one."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.core.paginator import Page
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from caunoi.facts.rules.question import round_half_up
from caunoi.languages import in_reader_language, show_number
from caunoi.moments import VIETNAM
from caunoi.periods.rules import Period, PeriodType, period_from_key
from caunoi.periods.wording import describe_period
from caunoi.reports.errors import state_name as report_state_name
from caunoi.reports.rules.life import ReportState
from caunoi.targets.attainment import Attained, Valued

register = template.Library()


@register.filter
def number(value: Any, decimals: int | None = None) -> str:
    """`1.234,5` in Vietnamese, `1,234.5` in English; a missing value is a dash. Text that is no number stays itself.

    With `decimals` the value must already be rounded to that many places.
    """
    if value is None or value == "":
        return "–"
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not exact.is_finite():
        return str(value)
    return show_number(exact, decimals)


@register.filter
def round_to(value: Decimal | None, decimals: int | str | None) -> Decimal | None:
    """Half up, for a value that stands by itself: siblings under a total are rounded together before they come here."""
    return value if value is None or not isinstance(decimals, int) else round_half_up(value, decimals)


@register.filter(name="day")
def day_(value: date | datetime | None) -> str:
    """`22/11/2026`: a local date, the same in both languages."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        value = value.astimezone(VIETNAM).date()
    return f"{value:%d/%m/%Y}"


@register.filter
def beside(attained: Attained, figure: Valued | None) -> str:
    """What was reached of a target, said beside this figure (None: beside none)."""
    return attained.say(figure)


@register.filter
def moment(value: datetime | None) -> str:
    """`14:05, 22/11/2026` in Vietnam's time."""
    return "–" if value is None else f"{value.astimezone(VIETNAM):%H:%M, %d/%m/%Y}"


@register.filter
def named(thing: Any) -> str:
    """The reader's name of what a pack names twice: an element, indicator or figure (`name_vi`, `name_en`), or a form,
    a template, a pack (`title_vi`, `title_en`)."""
    if hasattr(thing, "name_vi"):
        return in_reader_language(thing.name_vi, thing.name_en)
    return in_reader_language(thing.title_vi, thing.title_en)


@register.filter
def sourced(thing: Any) -> str:
    """The reader's wording of a rule's legal source (`source_vi`, `source_en`)."""
    return in_reader_language(thing.source_vi, thing.source_en)


@register.filter
def period(value: Period | str | None) -> str:
    """`tháng 01/2023`, from a period or from its key; the empty key of an event gives the empty text."""
    if not value:
        return ""
    found = value if isinstance(value, Period) else period_of_key(value)
    return describe_period(found)


def period_of_key(key: str) -> Period:
    kind: PeriodType = "year"
    if "-" in key:
        kind = {"Q": "quarter", "H": "half-year"}.get(key[5], "month")  # type: ignore[assignment]  # literals of the dict
    return period_from_key(key, kind)


def state_label(state: str) -> str:
    """The reader's word for a state of a submission, or for one that is still owed."""
    return {
        "draft": _("Bản nháp"),
        "submitted": _("Chờ duyệt"),
        "returned": _("Bị trả lại"),
        "approved": _("Đã duyệt"),
        "locked": _("Đã khóa"),
        "withdrawn": _("Đã rút"),
        "missing": _("Chưa gửi"),
        "open": _("Đang trong kỳ"),
        "due": _("Đến kỳ gửi"),
        "late": _("Quá hạn"),
        "sent-late": _("Gửi muộn"),
    }[state]


@register.inclusion_tag("desk/components/badge.html")
def badge(state: Any) -> dict[str, str]:
    """The badge of a state; `sent-late` looks like `late`."""
    name = str(getattr(state, "value", state))
    return {"name": name.removeprefix("sent-"), "label": state_label(name)}


@register.inclusion_tag("desk/components/badge.html")
def report_badge(state: str) -> dict[str, str]:
    """The badge of a report's state: an issued one looks like a locked record, a superseded one like a withdrawn."""
    looks = {ReportState.ISSUED: "locked", ReportState.SUPERSEDED: "withdrawn"}
    return {"name": looks.get(ReportState(state), state), "label": report_state_name(ReportState(state)).capitalize()}


@register.simple_tag(takes_context=True)
def crumb(context: template.Context, label: object, view: str, *args: Any, **query: Any) -> str:
    """One more page above this one, from the top down, for `desk/components/breadcrumbs.html`; shows nothing itself.
    `query`: of its address. The first stands outside any loop, whose names end with it."""
    if "crumbs" not in context:
        context["crumbs"] = []
    context["crumbs"].append({"label": label, "address": reverse(view, args=args, query=query or None)})
    return ""


@register.inclusion_tag("desk/components/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page[Any], name: str = "page") -> dict[str, Any]:
    """Links to the pages near this one, the first and the last; keeps the other parameters of the address. `name`: the
    parameter, where a page has several tables."""

    def address(number: int) -> str:
        parameters = context["request"].GET.copy()
        parameters[name] = str(number)
        return f"?{parameters.urlencode()}"

    shown: list[tuple[int | None, str]] = []
    for at in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1):
        shown.append((at, address(at)) if isinstance(at, int) else (None, ""))
    return {
        "page": page,
        "shown": shown,
        "previous": address(page.previous_page_number()) if page.has_previous() else "",
        "next": address(page.next_page_number()) if page.has_next() else "",
    }


@register.simple_block_tag
def list_filters(content: str, id: str, is_set: object) -> str:
    """The form with what a list is narrowed by; the boxes stand between this and `endlist_filters`. `is_set`: whether
    anything is asked for, so that a phone shows it."""
    return render_to_string("desk/components/filters.html", {"boxes": content, "id": id, "is_set": is_set})


@register.inclusion_tag("desk/components/sort_header.html", takes_context=True)
def sort_header(context: template.Context, name: str, label: str, css: str = "") -> dict[str, Any]:
    """A column's heading that sorts by `?sort=name`, and by `-name` when pressed again."""
    request = context["request"]
    current = str(context.get("sort", ""))
    direction = {name: "ascending", f"-{name}": "descending"}.get(current, "none")
    return {
        "request": request,
        "label": label,
        "direction": direction,
        "next": f"-{name}" if current == name else name,
        "css": css,
    }
