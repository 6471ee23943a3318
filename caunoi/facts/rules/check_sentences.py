"""One sentence for a person about each thing worth a look."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from django.utils.translation import gettext as _

from caunoi.facts.rules.plausibility import Kind, Oddity
from caunoi.languages import show_number

# How people call what came before: the month, the period (a quarter, a year), or what was stated last, whenever.
Before = Literal["month", "period", "last"]


def describe(oddity: Oddity, name: str, unit: str, level: str, before: Before) -> str:
    """`name` of what is counted, its `unit`, and the name of the level that stated it."""
    values = {"name": name, "value": _with_unit(oddity.value, unit)}
    match oddity.kind:
        case Kind.MAGNITUDE:
            return _outside(oddity, values, unit, level)
        case Kind.OUTLIER:
            return _unusual(oddity, values, by_month=before == "month")
        case Kind.JUMP:
            return _jumped(oddity, values, before)
        case _:
            return _("“%(name)s” là %(value)s: mọi chữ số giống nhau, có thể gõ thử hoặc gõ nhầm.") % values


def _outside(oddity: Oddity, values: dict[str, str], unit: str, level: str) -> str:
    first, last = oddity.bounds
    values |= {"level": level}
    if first is not None and last is not None:
        values |= {"first": show_number(first), "last": _with_unit(last, unit)}
        return _("“%(name)s” là %(value)s; ở cấp %(level)s thường trong khoảng %(first)s đến %(last)s.") % values
    if first is not None:
        return _("“%(name)s” là %(value)s; ở cấp %(level)s thường không dưới %(first)s.") % (
            values | {"first": _with_unit(first, unit)}
        )
    assert last is not None  # the value was outside something
    return _("“%(name)s” là %(value)s; ở cấp %(level)s thường không quá %(last)s.") % (
        values | {"last": _with_unit(last, unit)}
    )


def _unusual(oddity: Oddity, values: dict[str, str], *, by_month: bool) -> str:
    values |= {
        "count": str(oddity.count),
        "usual": _short(oddity.usual),
        "least": show_number(oddity.least),
        "most": show_number(oddity.most),
    }
    if oddity.least == oddity.most:
        if by_month:
            return _("“%(name)s” là %(value)s, trong khi %(count)s tháng trước đều là %(usual)s.") % values
        return _("“%(name)s” là %(value)s, trong khi %(count)s kỳ trước đều là %(usual)s.") % values
    if by_month:
        sentence = _(
            "“%(name)s” là %(value)s; %(count)s tháng trước thường khoảng %(usual)s (từ %(least)s đến %(most)s)."
        )
    else:
        sentence = _("“%(name)s” là %(value)s; %(count)s kỳ trước thường khoảng %(usual)s (từ %(least)s đến %(most)s).")
    return sentence % values


def _jumped(oddity: Oddity, values: dict[str, str], before: Before) -> str:
    from_ = oddity.before if oddity.before is not None else oddity.year_before
    assert from_ is not None  # it jumped from something
    rises = abs(oddity.value) > abs(from_)
    times = oddity.value / from_ if rises else from_ / oddity.value
    values |= {"times": _short(times), "before": show_number(from_)}
    if oddity.before is None:
        risen = _("“%(name)s” là %(value)s, gấp %(times)s lần cùng kỳ năm trước (%(before)s).")
        fallen = _("“%(name)s” là %(value)s, cùng kỳ năm trước gấp %(times)s lần số này (%(before)s).")
    elif before == "month":
        risen = _("“%(name)s” là %(value)s, gấp %(times)s lần tháng trước (%(before)s).")
        fallen = _("“%(name)s” là %(value)s, tháng trước gấp %(times)s lần số này (%(before)s).")
    elif before == "period":
        risen = _("“%(name)s” là %(value)s, gấp %(times)s lần kỳ trước (%(before)s).")
        fallen = _("“%(name)s” là %(value)s, kỳ trước gấp %(times)s lần số này (%(before)s).")
    else:
        risen = _("“%(name)s” là %(value)s, gấp %(times)s lần số ghi lần trước (%(before)s).")
        fallen = _("“%(name)s” là %(value)s, số ghi lần trước gấp %(times)s lần số này (%(before)s).")
    return (risen if rises else fallen) % values


def describe_copied_month(count: int, period: str) -> str:
    return _("Cả %(count)d số giống hệt báo cáo %(period)s của chính đơn vị này.") % {"count": count, "period": period}


def describe_copied_neighbour(count: int, neighbour: str) -> str:
    return _("Cả %(count)d số giống hệt báo cáo cùng kỳ của %(neighbour)s.") % {"count": count, "neighbour": neighbour}


def name_kind(kind: Kind) -> str:
    """For lists and filters."""
    return {
        Kind.RELATION: _("Trái quan hệ giữa các số"),
        Kind.MAGNITUDE: _("Ngoài khoảng hợp lý"),
        Kind.OUTLIER: _("Khác thường so với chính đơn vị"),
        Kind.JUMP: _("Tăng giảm đột ngột"),
        Kind.DIGITS: _("Chữ số lặp lại"),
        Kind.COPIED: _("Giống hệt báo cáo khác"),
    }[kind]


def _with_unit(value: Decimal, unit: str) -> str:
    return f"{show_number(value)} {unit}".strip()


def _short(value: Decimal) -> str:
    """At most one decimal: for orientation only, the exact figure stands beside it."""
    rounded = value.quantize(Decimal("0.1"), ROUND_HALF_UP)
    return show_number(rounded.to_integral_value() if rounded == rounded.to_integral_value() else rounded)
