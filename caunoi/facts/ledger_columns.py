"""Whether the columnar side holds what the ledger holds: unit by unit, and where a unit differs, by what and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from caunoi.accounts.scope import ids_in_sql
from caunoi.facts.engines import Session
from caunoi.facts.models import Book, DataElement, Posting
from caunoi.facts.projection import get_projection
from caunoi.facts.rules.question import exact, text_of
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot

Unit = tuple[int, int]
"""(book, org unit)"""

MOST_UNITS = 20
"""Looked at line by line; a projection that is wrong altogether is made anew, whatever else is wrong in it."""

# A prime: an amount that went to another data element, or grew by what another shrank, shows in this sum.
_TURN = 65_521


class Held(NamedTuple):
    """Of one unit, element and stretch of days. `numbers`: sums that tell rows of the same total apart."""

    rows: int
    total: int
    numbers: tuple[int, ...]


Lines = dict[tuple[int, int, int, date, date], Held]
"""(book, org unit, data element, first day, last day) -> what is held."""


def compare_columns() -> list[str]:
    """Differences as sentences; empty if both say the same."""
    session = get_projection().open()
    columnar, ledger = _sum_columnar(session), _sum_ledger()
    differing = sorted(one for one in columnar.keys() | ledger.keys() if columnar.get(one) != ledger.get(one))
    shown = differing[:MOST_UNITS]
    if not shown:
        return []
    found = list(_describe(_list_columnar(session, shown), _list_ledger(shown)))
    if rest := len(differing) - len(shown):
        found.append(_("Và %(count)d đơn vị khác cũng lệch.") % {"count": rest})
    return [*found, _("Bản cột lệch với sổ cái. Chạy: caunoi ledger rebuild")]


# -- Every unit, in one statement a side ------------------------------------------------------------------------------


def _sum_columnar(session: Session) -> dict[Unit, tuple[int, ...]]:
    rows = session.rows(
        f"""
        SELECT p.book, p.unit, count(*), sum(p.amount)::HUGEINT, sum(p.seq)::HUGEINT, sum(p.sign)::HUGEINT,
               sum(p.element * (p.amount % {_TURN}))::HUGEINT, sum(d.first)::HUGEINT, sum(d.last)::HUGEINT
        FROM {session.postings()} p JOIN (
            SELECT span, year(day_from) * 10000 + month(day_from) * 100 + day(day_from) AS first,
                   year(day_to) * 10000 + month(day_to) * 100 + day(day_to) AS last FROM spans
        ) d ON d.span = p.span
        GROUP BY p.book, p.unit
        """
    )
    return {(int(book), int(unit)): tuple(map(int, sums)) for book, unit, *sums in rows}


def _sum_ledger() -> dict[Unit, tuple[int, ...]]:
    # In two halves: the sum of a nation's amounts need not fit the database's whole numbers. Days as the number that
    # their digits make: both databases write them year first.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT book, org_unit_id, count(*), sum(amount >> 32), sum(amount & 4294967295), sum(seq), sum(sign),"
            f" sum(data_element_id * (amount %% {_TURN})), {_digits('day_from')}, {_digits('day_to')}"
            f" FROM {Posting._meta.db_table} GROUP BY book, org_unit_id",
            [],
        )
        return {
            (book, unit): (rows, (int(high) << 32) + int(low), *map(int, sums))
            for book, unit, rows, high, low, *sums in cursor.fetchall()
        }


def _digits(day: str) -> str:
    return f"sum(CAST(replace(CAST({day} AS TEXT), '-', '') AS INTEGER))"


# -- A few units, line by line ----------------------------------------------------------------------------------------


def _list_columnar(session: Session, units: Collection[Unit]) -> Lines:
    rows = session.rows(
        f"""
        SELECT p.book, p.unit, p.element, d.day_from, d.day_to, count(*), sum(p.amount)::HUGEINT, sum(p.seq)::HUGEINT,
               sum(p.sign)::HUGEINT
        FROM {session.postings()} p JOIN spans d ON d.span = p.span
        WHERE p.unit IN ({", ".join(str(unit) for _book, unit in units)})
        GROUP BY p.book, p.unit, p.element, d.day_from, d.day_to
        """
    )
    return _lines(rows, units)


def _list_ledger(units: Collection[Unit]) -> Lines:
    rows = (
        Posting.objects.filter(org_unit_id__in=ids_in_sql({unit for _book, unit in units}))
        .values_list("book", "org_unit_id", "data_element_id", "day_from", "day_to")
        .annotate(rows=Count("*"), total=Sum("amount"), seqs=Sum("seq"), signs=Sum("sign"))
        .order_by()
    )
    return _lines(rows, units)


def _lines(rows: Iterable[Sequence[Any]], units: Collection[Unit]) -> Lines:
    found: Lines = {}
    for book, unit, element, first, last, *sums in rows:
        if (book, unit) in units:
            count, total, *numbers = (int(one) for one in sums)
            found[book, unit, element, first, last] = Held(count, total, tuple(numbers))
    return found


def _describe(columnar: Lines, ledger: Lines) -> Iterator[str]:
    """One sentence for a unit and data element, over the days that differ."""
    differing: dict[tuple[int, int, int], list[tuple[date, date]]] = defaultdict(list)
    for key in columnar.keys() | ledger.keys():
        if columnar.get(key) != ledger.get(key):
            book, unit, element, first, last = key
            differing[book, unit, element].append((first, last))
    known, places = DataElement.objects.in_bulk(), get_snapshot()
    for (book, unit, element), days in sorted(differing.items()):
        code, decimals = (known[element].code, known[element].decimals) if element in known else (str(element), 0)
        first, last = min(first for first, _last in days), max(last for _first, last in days)
        sides: dict[str, int | str | None] = {}
        for side, lines in (("is", columnar), ("should", ledger)):
            held = [lines[book, unit, element, *one] for one in days if (book, unit, element, *one) in lines]
            total = exact(sum(one.total for one in held), decimals, parts=False)
            sides |= {f"{side}_rows": sum(one.rows for one in held), f"{side}_total": text_of(total)}
        yield _(
            "Sổ %(book)s, %(unit)s, %(code)s, từ %(first)s đến %(last)s: bản cột có %(is_rows)d dòng, tổng"
            " %(is_total)s; sổ cái có %(should_rows)d dòng, tổng %(should_total)s."
        ) % {
            "book": Book(book).label,
            "unit": _name(unit, last, places),
            "code": code,
            "first": first.strftime("%d/%m/%Y"),
            "last": last.strftime("%d/%m/%Y"),
            **sides,
        }


def _name(unit: int, day: date, places: PlaceSnapshot) -> str:
    if unit not in places.units:
        return str(unit)
    return f"{places.path_name(unit, day)} ({places.units[unit].key})"
