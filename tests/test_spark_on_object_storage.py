"""A Spark cluster reads segments that are nowhere but in S3-compatible storage, by Python and without a jar."""

from __future__ import annotations

import shutil
import socket
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from caunoi.accounts.models import Role
from caunoi.desk.tests.builders import signed_in, user
from caunoi.documents.errors import StorageUnreachable
from caunoi.documents.storage import ObjectStorage
from caunoi.facts.engines.spark import find_elements
from caunoi.facts.errors import LedgerBroken
from caunoi.facts.ledger import check_ledger
from caunoi.facts.models import Book, Posting, Segment
from caunoi.facts.projection import forget_projections
from caunoi.facts.questions import Question, ask, make_question
from caunoi.facts.rules.question import spell_ref
from caunoi.facts.segments import compact, folder, rebuild
from caunoi.facts.tests.builders import World
from caunoi.facts.tests.random_questions import Ledger, ledgers, put, questions, write
from caunoi.facts.tests.test_every_question import _Undo, check_against_reference, slow
from caunoi.places.tests.test_snapshot import reform

pytestmark = pytest.mark.django_db
YEAR = (date(2024, 1, 1), date(2024, 12, 31))
OTHER = "SELECT q.unit FROM postings_0 q"


def keep_segments_in_the_storage_alone() -> None:
    """What this machine has of them is deleted; the next process begins anew."""
    shutil.rmtree(folder(), ignore_errors=True)
    forget_projections()


@hypothesis_settings(slow, max_examples=2)
@given(ledgers(), st.lists(questions(), min_size=1, max_size=2))
def test_spark_answers_from_storage_what_duckdb_and_plain_python_answer(
    spark: None, storage: ObjectStorage, settings: Any, ledger: Ledger, asked: list[dict[str, Any]]
) -> None:
    with pytest.raises(_Undo), transaction.atomic():
        elements = write(ledger)
        postings = list(Posting.objects.order_by("seq"))
        several = list(put(asked, ledger))
        embedded = [ask_on("duckdb", question, settings) for question in several]
        keep_segments_in_the_storage_alone()

        on_cluster = [ask_on("spark", question, settings) for question in several]

        assert on_cluster == embedded
        assert not list(folder().glob("*.parquet"))
        for question, answer in zip(several, on_cluster, strict=True):
            check_against_reference(answer, question, ledger, postings, elements)
        raise _Undo


def ask_on(engine: str, question: Question, settings: Any) -> Any:
    settings.CAUNOI_ENGINE = engine
    return ask(question)


@pytest.fixture
def world(spark: None, storage: ObjectStorage) -> World:
    """Units of `reform()`; ten facts of one element in segments that are only in the storage, and one that is in
    none."""
    world = World(reform())
    world.element("luot")
    for day in range(1, 11):
        world.state("luot", 5, date(2024, 5, day), day)
    rebuild()
    keep_segments_in_the_storage_alone()
    return world


def total() -> Decimal | None:
    return ask(make_question(["luot"], "Tỉnh P", *YEAR))[0].value


def test_a_posting_counts_in_the_next_answer_and_after_it_was_written_into_a_segment(world: World) -> None:
    assert total() == 55

    world.state("luot", 4, date(2024, 6, 1), 100)
    before = total()
    compact(minimum=1)

    assert before == total() == 155


@pytest.mark.parametrize(
    ("damage", "said"), [("truncated", "đã hỏng"), ("a bit flipped", "đã hỏng"), ("missing", "Thiếu")]
)
def test_a_segment_damaged_in_the_storage_is_named_never_read_and_made_again(
    storage: ObjectStorage, world: World, damage: str, said: str
) -> None:
    name = f"ledger/{Segment.objects.get(book=Book.APPROVED).file}"
    hurt(storage, name, damage)

    with pytest.raises(LedgerBroken, match=name.removeprefix("ledger/")) as refused:
        total()
    assert said in refused.value.sentence and "caunoi ledger rebuild" in refused.value.sentence
    assert any(said in one for one in check_ledger())

    rebuild()
    keep_segments_in_the_storage_alone()
    assert total() == 55 and check_ledger() == []


def hurt(storage: ObjectStorage, name: str, damage: str) -> None:
    content = bytearray().join(storage._read(name))
    match damage:
        case "truncated":
            storage.put_bytes(name, bytes(content[: len(content) // 2]))
        case "a bit flipped":
            content[len(content) // 3] ^= 1
            storage.put_bytes(name, bytes(content))
        case _:
            storage.delete(name)


def test_storage_that_the_cluster_cannot_reach_is_said_and_nothing_else_answers(world: World, settings: Any) -> None:
    officer = signed_in(user("tinh", [(Role.VIEWER, 1)]))
    address = f"/figures/{spell_ref(make_question(['luot'], 'Tỉnh P', *YEAR))}/"
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.CAUNOI_STORAGE_URL = f"s3://kho/x?endpoint=http://127.0.0.1:{nobody.getsockname()[1]}"

        with pytest.raises(StorageUnreachable, match=f"127.0.0.1:{nobody.getsockname()[1]}.*CAUNOI_STORAGE_URL"):
            total()
        page = officer.get(address, headers={"accept": "application/json"})

    assert (page.status_code, page.json()["code"]) == (503, "storage-unreachable")


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("p.book = 1 AND p.element IN (3, 5) AND p.unit > 2", [3, 5]), ("p.element = 7 AND p.book = 1", [7]),
        ("p.element IN (4)", [4]), ("p.book = 1", None), ("p.element = 7 OR p.book = 1", None),
        ("p.book = 1 AND (p.element = 7 OR p.unit = 1)", None), ("p.book = 1 AND t.element = 7", None),
        ("p.book = 1 AND p.element = t.element", None), ("NOT p.element = 7 AND p.book = 1", None),
        (f"p.element IN (3, 5) AND p.unit IN ({OTHER} WHERE q.element = 9 AND q.unit > 1)", [3, 5, 9]),
        (f"p.element IN (3, 5) AND p.unit IN ({OTHER})", None),
    ],
)  # fmt: skip
def test_only_rows_of_the_elements_that_every_reading_asks_for_are_fetched(where: str, found: list[int] | None) -> None:
    pytest.importorskip("sqlglot", reason="comes with the extra `spark`")
    query = (
        f"WITH n AS (SELECT p.unit FROM postings_0 p JOIN touching t ON t.span = p.span WHERE {where}) SELECT * FROM n"
    )

    assert find_elements(query, "postings_0") == found
