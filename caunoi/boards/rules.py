"""Which days a relative period means, what of an address is worth keeping, and who of many has sent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple, TypeVar
from urllib.parse import parse_qs, urlencode

from caunoi.periods.rules import Days

T = TypeVar("T")

KEPT: Mapping[str, frozenset[str]] = {
    "figures": frozenset(
        {
            "codes", "place", "first", "last", "level", "by", "boundaries", "compare", "book", "cut_off", "as_known",
            "sort", "chart", "chart_code", "chart_at",
        }
    ),
    "coverage": frozenset({"place", "first", "last", "level", "by", "form"}),
    "inbox": frozenset({"tab", "form", "q", "from", "to", "sort", "unit", "place"}),
}  # fmt: skip
"""Page -> the parameters of its question. A number of a page of rows, a format or a download is no part of it."""
MOST_LETTERS = 4000
DAYS_OF: Mapping[str, tuple[str, str]] = {"figures": ("first", "last"), "coverage": ("first", "last")}


def compute_days(period: str, today: date) -> Days | None:
    """None for the days of the question itself. Ends never lie after today's month: what has not begun isn't asked."""
    match period:
        case "this-month":
            return Days(today.replace(day=1), today)
        case "last-month":
            last = today.replace(day=1) - timedelta(days=1)
            return Days(last.replace(day=1), last)
        case "this-quarter":
            return Days(date(today.year, (today.month - 1) // 3 * 3 + 1, 1), today)
        case "year-so-far":
            return Days(date(today.year, 1, 1), today)
        case "last-year":
            return Days(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31))
        case "last-12-months":
            # Whole months, the last one that has ended being the last: a month half over would look like a fall.
            last = today.replace(day=1) - timedelta(days=1)
            return Days(_month_after(last.replace(year=last.year - 1, day=1)), last)
    return None


def _month_after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def keep_query(page: str, address: str) -> str:
    """What of an address's query is the page's question, in a stable order; "" for a page that keeps none.

    Empty values are left out: to a page they say the same as nothing.
    """
    given = parse_qs(address.lstrip("?"), keep_blank_values=False)
    return spell_query((name, given[name]) for name in sorted(given) if name in KEPT.get(page, ()))


def fill_query(page: str, query: str, days: Days | None, place: str) -> str:
    """The query to open: with the relative period's days and the opener's unit where the view leaves those open.

    A relative period asks on the boundaries of its own last day, so a boundary day of the question is dropped with its
    days.
    """
    given = parse_qs(query)
    first, last = DAYS_OF.get(page, ("", ""))
    if days is not None and first:
        given |= {first: [f"{days.first:%d/%m/%Y}"], last: [f"{days.last:%d/%m/%Y}"]}
        given.pop("boundaries", None)
        given.pop("as_known", None)
    if place:
        given["place"] = [place]
    return spell_query((name, given[name]) for name in sorted(given))


def spell_query(pairs: Iterable[tuple[str, Sequence[str]]]) -> str:
    return urlencode(list(pairs), doseq=True)


def move(items: Sequence[T], index: int, by: int) -> list[T]:
    """The items with one of them moved by so many places; at an end it stays there."""
    moved = list(items)
    one = moved.pop(index)
    moved.insert(min(max(index + by, 0), len(moved)), one)
    return moved


class Tally(NamedTuple):
    """Units that are to send, and those of them from which something came."""

    expected: int
    sent: int


def tally(groups: Mapping[int, Collection[int]], sent: Collection[int]) -> tuple[Tally, dict[int, Tally]]:
    """(of all together, of each group). A unit stands in one group and counts once, however often it sent."""
    parts = {group: Tally(len(units), sum(unit in sent for unit in units)) for group, units in groups.items()}
    whole = Tally(sum(part.expected for part in parts.values()), sum(part.sent for part in parts.values()))
    return whole, parts
