"""Segments are written and replaced while questions are being asked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from caunoi.facts import projection as projections
from caunoi.facts import segments
from caunoi.facts.engines import Session
from caunoi.facts.models import Book, Posting, Segment
from caunoi.facts.projection import forget_projections, get_projection
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


def count(session: Session) -> int:
    return int(session.rows(f"SELECT count(*) FROM {session.postings()} p")[0][0])


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

    assert count(get_projection().open()) == 300
    assert sum(Segment.objects.values_list("rows", flat=True)) <= 300


@pytest.mark.parametrize("write", [compact, rebuild])
def test_a_question_under_way_sees_every_posting_while_segments_change(write: Any) -> None:
    post(1, 200)
    compact(minimum=1)
    post(201, 300)
    question = get_projection().open()
    assert count(question) == 300

    for until in (310, 320):
        write(minimum=1) if write is compact else write()
        assert (count(question), count(get_projection().open())) == (300, until - 10)
        post(until - 9, until)

    assert count(get_projection().open()) == 320


def test_files_are_cut_by_book_and_units_and_only_those_asked_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "FILE_ROWS", 100)
    places = []
    for first in range(1, 500, 100):
        post(first, first + 99)
        places.append(Posting.objects.get(seq=first).org_unit_id)

    compact(minimum=1)

    assert [one.rows for one in Segment.objects.all()] == [100] * 5
    session = get_projection().open()
    few = session.postings(Book.REPORTED, [(places[1], places[1])])
    other_book = session.postings(Book.APPROVED)
    assert session.rows(f"SELECT count(*), min(p.seq) FROM {few} p") == [(100, 101)]
    assert session.rows(f"SELECT count(*) FROM {other_book} p") == [(0,)]
    assert count(session) == 500


def test_one_stretch_grows_until_what_arrives_is_small_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that all months of a unit stand side by side, and yet each posting is rewritten only a few times."""
    post(1, 400)
    compact(minimum=1)
    post(401, 500)
    compact(minimum=1)
    assert [(one.first_seq, one.last_seq) for one in Segment.objects.all()] == [(1, 500)]

    post(501, 520)
    compact(minimum=1)

    assert [(one.first_seq, one.last_seq) for one in Segment.objects.all()] == [(1, 500), (501, 520)]
    assert count(get_projection().open()) == 520


def test_a_refresh_that_fails_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    post(1, 200)
    question = get_projection().open()
    compact(minimum=1)

    def fail(_after: int) -> Any:
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr(projections, "read_postings", fail)
        with pytest.raises(OSError):
            get_projection().open()

    assert count(question) == 200
    assert count(get_projection().open()) == 200


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


def test_a_file_that_is_gone_when_it_is_looked_at_stops_no_compaction() -> None:
    folder().mkdir(parents=True, exist_ok=True)
    # Listed and not there, as what another process renames or removes between the two.
    gone = folder() / "000000000000001-000000000000002.1.1.part"
    gone.symlink_to(folder() / "nowhere")
    post(1, 200)

    assert compact(minimum=1) == 200
    gone.unlink(missing_ok=True)
