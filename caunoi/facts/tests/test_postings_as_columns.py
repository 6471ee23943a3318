from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction

from caunoi.facts import arrow, postings
from caunoi.facts.models import Posting
from caunoi.facts.tests.builders import World
from caunoi.places.tests.test_snapshot import reform

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_fast_driver_and_the_ordinary_connection_read_the_same_ledger() -> None:
    with transaction.atomic():
        world = World(reform())
        world.element("so")
        village = next(unit.id for unit in world.places.units.values() if unit.level == "village")
        for day in range(1, 28):
            world.state("so", village, date(2024, 1, day), day)
    assert not connection.in_atomic_block
    last = Posting.objects.count()

    by_driver = _rows(postings._read_by_driver(3, last - 2))
    by_cursor = _rows(postings._read_by_cursor(3, last - 2))

    assert len(by_driver) == last - 5
    assert by_driver == by_cursor


def test_no_second_copy_of_sqlite_is_loaded_beside_the_one_that_writes() -> None:
    """Two copies in one process drop each other's locks: the log was taken away from under a server at work."""
    list(postings._read_by_driver(0, 10))
    assert "adbc_driver_sqlite" not in sys.modules


# PostgreSQL is read in this process: its driver brings no second copy of a library that locks files.
@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite is read by a process of its own")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_reader_that_breaks_off_is_no_end_of_the_ledger() -> None:
    with pytest.raises(OSError, match="ended with code"):
        list(arrow._read_sqlite("SELECT no_such_column FROM facts_posting"))


def _rows(tables: Iterable[Any]) -> list[tuple[str, ...]]:
    return [tuple(str(value) for value in row.values()) for table in tables for row in table.to_pylist()]
