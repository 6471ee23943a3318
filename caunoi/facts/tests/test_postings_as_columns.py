from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction

from caunoi.facts import postings
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


def _rows(tables: Iterable[Any]) -> list[tuple[str, ...]]:
    return [tuple(str(value) for value in row.values()) for table in tables for row in table.to_pylist()]
