"""Segments are written and replaced while questions are being asked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from caunoi.facts import projection as projections
from caunoi.facts import segments
from caunoi.facts.models import Book, Posting, Segment
from caunoi.facts.projection import Projection, forget_projections, get_projection
from caunoi.facts.segments import compact, folder, rebuild
from caunoi.facts.tests.test_registers import counting
from caunoi.records.tests.builders import unit

pytestmark = [pytest.mark.django_db, pytest.mark.duckdb]


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    forget_projections()
    yield
    forget_projections()


def post(first: int, last: int) -> None:
    element = counting(f"e{first}")
    place = unit(f"Thôn {first}", "village", code=f"V{first}")
    days = dict.fromkeys(("day_from", "day_to", "named_from", "named_to"), date(2026, 3, 1))
    Posting.objects.bulk_create(
        Posting(seq=seq, book=Book.REPORTED, data_element=element, org_unit=place, amount=1, sign=1, **days)
        for seq in range(first, last + 1)
    )


def count(cursor: Any) -> int:
    return int(cursor.execute("SELECT count(*) FROM postings").fetchone()[0])


def test_a_compaction_in_the_middle_of_a_rebuild_counts_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    post(1, 200)
    compact(minimum=1)
    post(201, 260)
    name = segments._name_segments

    def compact_first(made: list[Segment], replaced: list[Segment]) -> None:
        monkeypatch.setattr(segments, "_name_segments", name)
        post(261, 300)
        compact(minimum=1)
        name(made, replaced)

    monkeypatch.setattr(segments, "_name_segments", compact_first)

    rebuild()

    assert count(get_projection().cursor()) == 300
    assert sum(Segment.objects.values_list("rows", flat=True)) <= 300


@pytest.mark.parametrize("write", [compact, rebuild])
def test_a_question_under_way_sees_every_posting_while_segments_change(
    write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(1, 200)
    compact(minimum=1)
    post(201, 300)
    question = get_projection().cursor()
    seen = [count(question)]
    write(minimum=1) if write is compact else write()
    look = Projection._view

    def look_in_between(self: Projection) -> None:
        seen.append(count(question))
        look(self)
        seen.append(count(question))

    monkeypatch.setattr(Projection, "_view", look_in_between)
    get_projection().cursor()

    assert seen == [300, 300, 300]
    assert count(question) == 300


def test_a_refresh_that_fails_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    post(1, 200)
    question = get_projection().cursor()
    compact(minimum=1)

    def fail(_after: int) -> Any:
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr(projections, "read_postings", fail)
        with pytest.raises(OSError):
            get_projection().cursor()

    assert count(question) == 200
    assert count(get_projection().cursor()) == 200


@pytest.mark.parametrize("anew", [False, True])
def test_a_replaced_segment_stays_for_those_who_read_it(anew: bool) -> None:
    post(1, 200)
    compact(minimum=1)
    replaced = folder() / Segment.objects.get().file
    os.utime(replaced, (0, 0))
    post(201, 300)
    if anew:
        rebuild()
    else:
        compact(minimum=1)
    post(301, 900)

    compact(minimum=1)

    assert replaced.name not in set(Segment.objects.values_list("file", flat=True))
    assert replaced.exists()
