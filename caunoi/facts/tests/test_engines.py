"""Whatever computes figures: sums are exact, segments are read whole or not at all, and who cannot answer says so.

That all engines answer alike: test_every_question.py.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from caunoi.accounts.models import Role
from caunoi.cli.figures import figures
from caunoi.config.checks import check_settings
from caunoi.desk.tests.builders import JSON, signed_in, user
from caunoi.facts.engines import cluster
from caunoi.facts.engines.spark import carry_over, tables_in
from caunoi.facts.errors import EngineUnreachable, LedgerBroken
from caunoi.facts.intact import hash_file
from caunoi.facts.ledger import check_ledger
from caunoi.facts.models import Book, Segment
from caunoi.facts.projection import forget_projections
from caunoi.facts.questions import ask, make_question
from caunoi.facts.rules.derivation import LARGEST_AMOUNT
from caunoi.facts.rules.question import spell_ref
from caunoi.facts.segments import compact, folder, rebuild
from caunoi.facts.tests.builders import World
from caunoi.places.tests.test_snapshot import REFORM, reform

pytestmark = pytest.mark.django_db
YEAR = (date(2024, 1, 1), date(2024, 12, 31))


@pytest.fixture(params=["duckdb", "spark"])
def engine(request: pytest.FixtureRequest, settings: Any) -> str:
    if request.param == "spark":
        request.getfixturevalue("spark")
    settings.CAUNOI_ENGINE = request.param
    return str(request.param)


@pytest.fixture
def world() -> Iterator[World]:
    """Units of `reform()`; ten facts of one element in a segment."""
    world = World(reform())
    world.element("luot")
    for day in range(1, 11):
        world.state("luot", 5, date(2024, 5, day), day)
    forget_projections()
    rebuild()
    yield world
    for left in folder().glob("*.parquet"):
        left.unlink()


def total() -> Decimal | None:
    return ask(make_question(["luot"], "Tỉnh P", *YEAR))[0].value


def test_sums_beyond_64_bits_are_exact(engine: str) -> None:
    world = World(reform())
    world.element("luot")
    for day in (1, 2, 3):
        world.state("luot", 5, date(2024, 5, day), LARGEST_AMOUNT)
    world.state("luot", 6, REFORM, LARGEST_AMOUNT)

    assert total() == 3 * LARGEST_AMOUNT
    before = ask(make_question(["luot"], "Xã A", date(2025, 7, 1), REFORM, boundaries=date(2024, 5, 1)))[0]
    assert before.value == Decimal(LARGEST_AMOUNT) / 4


def test_a_posting_counts_in_the_next_answer_before_any_segment_has_it(engine: str, world: World) -> None:
    assert total() == 55

    world.state("luot", 4, date(2024, 6, 1), 100)

    assert total() == 155


@pytest.mark.parametrize("damage", ["truncated", "a bit flipped", "missing"])
def test_a_damaged_segment_is_named_never_read_and_made_again_from_the_ledger(
    engine: str, world: World, damage: str
) -> None:
    assert total() == 55
    path = folder() / Segment.objects.get(book=Book.APPROVED).file
    hurt(path, damage)

    with pytest.raises(LedgerBroken, match=path.name):
        total()

    rebuild()
    assert total() == 55


def test_a_damaged_segment_is_not_written_on_into_a_sound_one(world: World) -> None:
    hurt(folder() / Segment.objects.get(book=Book.APPROVED).file, "a bit flipped")
    for day in range(1, 6):
        world.state("luot", 4, date(2024, 6, day), 100)

    with pytest.raises(LedgerBroken):
        compact(minimum=1)


def say_otherwise(expression: str) -> None:
    """The approved book's segment, whole and with its hash, but with other amounts in it."""
    segment = Segment.objects.get(book=Book.APPROVED)
    path, other = folder() / segment.file, folder() / "khac"
    duckdb.sql(f"COPY (SELECT * REPLACE ({expression}) FROM '{path}') TO '{other}' (FORMAT parquet)")
    other.replace(path)
    Segment.objects.filter(pk=segment.pk).update(sha256=hash_file(path))
    forget_projections()


@pytest.mark.duckdb
def test_columns_that_say_something_else_than_the_ledger_are_found(world: World) -> None:
    say_otherwise("amount + 1 AS amount")

    difference, remedy = check_ledger()

    assert difference == (
        "Sổ đã duyệt, Thôn 1, Xã A, Huyện D (v), luot, từ 01/05/2024 đến 10/05/2024:"
        " bản cột có 10 dòng, tổng 65; sổ cái có 10 dòng, tổng 55."
    )
    assert "caunoi ledger rebuild" in remedy


@pytest.mark.duckdb
@pytest.mark.parametrize(
    ("moved", "said"),
    [
        ("CASE unit WHEN 5 THEN 4 WHEN 4 THEN 5 ELSE unit END AS unit", ["Xã B", "Thôn 1"]),
        ("CASE element WHEN (SELECT min(element) FROM {path}) THEN element + 1 ELSE element END AS element", ["luot"]),
        ("span + (2::BIGINT << 37) AS span", ["Thôn 1", "từ 01/05/2024 đến 12/05/2024"]),
    ],
    ids=["another unit", "another element", "other days"],
)
def test_a_sum_that_stays_the_same_hides_nothing(world: World, moved: str, said: list[str]) -> None:
    world.element("gio")
    world.state("luot", 4, date(2024, 6, 1), 100)
    rebuild()
    path = folder() / Segment.objects.get(book=Book.APPROVED).file

    say_otherwise(moved.format(path=f"'{path}'"))

    found = check_ledger()
    assert all(any(words in sentence for sentence in found) for words in said), found


def hurt(path: Path, damage: str) -> None:
    content = bytearray(path.read_bytes())
    match damage:
        case "truncated":
            path.write_bytes(content[: len(content) // 2])
        case "a bit flipped":
            content[len(content) // 3] ^= 1
            path.write_bytes(content)
        case _:
            path.unlink()


def test_segments_in_storage_with_an_address_are_published_checked_and_withdrawn(
    spark: None, settings: Any, tmp_path: Path, world: World
) -> None:
    settings.CAUNOI_SEGMENTS = (tmp_path / "kho").as_uri()
    forget_projections()
    rebuild()
    kept = folder() / Segment.objects.get(book=Book.APPROVED).file
    in_storage = tmp_path / "kho" / kept.name
    kept.rename(tmp_path / "kept")
    assert total() == 55

    for damage, said in (("truncated", "hỏng"), ("missing", "Thiếu")):
        hurt(in_storage, damage)
        forget_projections()
        with pytest.raises(LedgerBroken, match=said):
            total()

    rebuild()
    assert total() == 55
    world.state("luot", 4, date(2024, 6, 1), 100)
    rebuild()
    for path in folder().glob("*.parquet"):
        os.utime(path, (0, 0))
    rebuild()
    in_use = set(Segment.objects.values_list("file", flat=True))
    assert {path.name for path in (tmp_path / "kho").glob("*.parquet")} == in_use
    assert total() == 155


@pytest.fixture
def nobody_at_home(settings: Any, monkeypatch: pytest.MonkeyPatch, spark: None) -> None:
    """Spark is asked for at an address where nothing listens, by a process that has not reached it before."""
    monkeypatch.setattr(cluster, "_session", None)
    settings.CAUNOI_SPARK_MASTER = "spark://127.0.0.1:9"


def test_a_cluster_that_cannot_be_reached_is_said_and_nothing_else_answers(nobody_at_home: None, world: World) -> None:
    with pytest.raises(EngineUnreachable) as refused:
        total()

    assert "spark://127.0.0.1:9: bên kia không nhận kết nối" in refused.value.sentence
    assert "CAUNOI_SPARK_MASTER" in refused.value.sentence


def test_the_command_refuses_when_the_cluster_cannot_be_reached(nobody_at_home: None, world: World) -> None:
    asked = ["luot", "--place", "Tỉnh P", "--from", "2024-01-01", "--to", "2024-12-31"]

    with pytest.raises(EngineUnreachable):
        CliRunner().invoke(figures, asked, catch_exceptions=False)


def test_a_page_says_that_the_cluster_cannot_be_reached(nobody_at_home: None, world: World) -> None:
    officer = signed_in(user("tinh", [(Role.VIEWER, 1)]))

    page = officer.get(f"/figures/{spell_ref(make_question(['luot'], 'Tỉnh P', *YEAR))}/", **JSON)

    assert page.status_code == 503
    assert page.json()["code"] == "engine-unreachable"


@pytest.mark.parametrize(
    ("engine_", "master", "said"),
    [("duckdb", "", None), ("sparc", "", "sparc"), ("spark", "", "CAUNOI_SPARK_MASTER"), ("spark", "local[1]", None)],
)
def test_a_wrong_engine_is_named_when_a_command_starts(
    engine_: str, master: str, said: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAUNOI_ENGINE", engine_)
    monkeypatch.setenv("CAUNOI_SPARK_MASTER", master)

    found = [str(message.msg) for message in check_settings()]

    assert (not found) if said is None else (len(found) == 1 and said in found[0])


def test_the_sql_is_carried_over_with_wide_sums_and_its_tables_renamed() -> None:
    pytest.importorskip("sqlglot", reason="comes with the extra `spark`")
    query = """
        WITH own AS (
            SELECT p.unit, sum(p.amount) AS amount FROM postings p WHERE p.unit IN (1, 2, 3) GROUP BY ALL
        )
        SELECT unit, sum(amount::HUGEINT * 2) FROM own GROUP BY ALL"""

    carried = carry_over(query, dict.fromkeys(tables_in(query), "postings_7"))

    assert tables_in(query) == {"postings"}
    assert carried.count("DECIMAL(38, 0)") == 3
    assert "IN (1, 2, 3)" in carried
    assert "FROM postings_7 AS p" in carried
    assert "FROM own" in carried
