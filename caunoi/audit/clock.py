"""Knowledge numbers, given out in commit order under one lock."""

from __future__ import annotations

from datetime import date

from django.db import connection, transaction

from caunoi.audit.models import AuditLine, KnowledgeClock
from caunoi.moments import end_of_day
from caunoi.planned import ask_first


def lock_clock() -> KnowledgeClock:
    """The clock's row, locked until the surrounding transaction ends.

    Protects the order of numbers: without it, two postings could commit in the other order than they are numbered, and
    a reader that asked "as known at 10" in between would later get another answer. SQLite's write lock (BEGIN
    IMMEDIATE) gives the same; on PostgreSQL it is this row's lock.
    """
    assert transaction.get_connection().in_atomic_block, "knowledge numbers are taken inside a transaction"
    for _try in range(2):
        # By hand, as each sending asks it: building the statement takes longer than carrying it out.
        clock = next(iter(KnowledgeClock.objects.raw(_LOCK[connection.vendor])), None)
        if clock is not None:
            return clock
        KnowledgeClock.objects.get_or_create(id=1)
    raise AssertionError("the clock is there now")


_LOCK = {
    "sqlite": "SELECT * FROM audit_knowledgeclock WHERE id = 1",
    "postgresql": "SELECT * FROM audit_knowledgeclock WHERE id = 1 FOR UPDATE",
}


def take_numbers(count: int) -> range:
    """The next `count` knowledge numbers, in order. Locks the clock."""
    assert connection.in_atomic_block, "knowledge numbers are taken inside a transaction"
    last = _add(count)
    if last is None:
        lock_clock()
        last = _add(count)
    assert last is not None
    return range(last - count + 1, last + 1)


def _add(count: int) -> int | None:
    """The number after it, or None before the clock's first day. One statement: every sending takes numbers."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_knowledgeclock SET number = number + %s WHERE id = 1 RETURNING number", [count])
        row = cursor.fetchone()
        cursor.fetchall()  # to its end: SQLite does not commit beside an open statement
        return row[0] if row else None


def current_number() -> int:
    """The last number given out: what is known now."""
    return KnowledgeClock.objects.filter(id=1).values_list("number", flat=True).first() or 0


def read_definitions() -> int:
    """Moves with each change of places, forms, people or the catalogue. See `remembering`."""
    row = ask_first("SELECT definitions FROM audit_knowledgeclock WHERE id = 1")
    return row[0] if row else 0


def number_at(day: date) -> int:
    """What was known at the end of that day in Vietnam."""
    line = AuditLine.objects.filter(at__lt=end_of_day(day)).order_by("-number").values_list("knowledge", flat=True)
    return line.first() or 0
