"""Whatever computes figures, they are the same: DuckDB, a Spark cluster, and a reference in plain Python."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from caunoi.accounts.models import Role
from caunoi.audit.clock import current_number
from caunoi.cli.figures import figures
from caunoi.config.checks import check_settings
from caunoi.desk.tests.builders import JSON, signed_in, user
from caunoi.facts.engines import cluster
from caunoi.facts.engines.spark import carry_over, tables_in
from caunoi.facts.errors import EngineUnreachable, LedgerBroken
from caunoi.facts.intact import hash_file
from caunoi.facts.ledger import check_ledger
from caunoi.facts.models import Book, DataElement, Posting, Segment
from caunoi.facts.projection import forget_projections
from caunoi.facts.queries import get_catalogue
from caunoi.facts.questions import Figure, Question, ask, make_question, make_slices
from caunoi.facts.rules.derivation import LARGEST_AMOUNT
from caunoi.facts.rules.question import spell_ref
from caunoi.facts.segments import compact, folder, rebuild
from caunoi.facts.tests.builders import World
from caunoi.facts.tests.reference import Reference
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.places.tests.histories import START, place_histories
from caunoi.places.tests.test_snapshot import REFORM, reform

pytestmark = pytest.mark.django_db
YEAR = (date(2024, 1, 1), date(2024, 12, 31))
DAYS = 3000
CODES = ("luot", "to", "hang", "thu_nhap")
slow = hypothesis_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
few = hypothesis_settings(slow, max_examples=max(3, hypothesis_settings.default.max_examples // 10))


class _Undo(Exception):
    """Rolls back what one generated example wrote."""


@dataclass(frozen=True)
class Statement:
    code: str
    unit: int
    day: date
    to: date
    value: int | str
    then: str
    """What happens to it later: nothing, a correction (`value` doubled or another class), a withdrawal."""


@dataclass(frozen=True)
class Ledger:
    places: PlaceSnapshot
    statements: list[Statement]
    segmented: int
    """After how many statements segments are written; the rest is the tail."""


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    places = draw(place_histories())
    statements = []
    for _ in range(draw(st.integers(4, 24))):
        code = draw(st.sampled_from(CODES))
        day = START + timedelta(days=draw(st.integers(0, DAYS)))
        levels = ("village", "commune", "province") if code == "thu_nhap" else ("village", "commune")
        living = sorted(u.id for u in places.units.values() if u.exists_on(day) and u.level in levels)
        if not living:
            continue
        value: int | str = draw(st.sampled_from(["tot", "kha"]))
        if code != "hang":
            value = draw(st.one_of(st.integers(0, 99), st.integers(0, LARGEST_AMOUNT // 1000)))
        statements.append(
            Statement(
                code, draw(st.sampled_from(living)), day, day + timedelta(days=draw(st.sampled_from([0, 0, 30]))),
                value, draw(st.sampled_from(["stands", "stands", "corrected", "withdrawn"])),
            )
        )  # fmt: skip
    return Ledger(places, statements, draw(st.integers(0, len(statements))))


def write(ledger: Ledger) -> dict[str, DataElement]:
    world = World(ledger.places)
    elements = {
        "luot": world.element("luot", day="period", decimals=2),
        "to": world.element("to", "stock", day="period"),
        "hang": world.element("hang", "category", classes="tot;kha", day="period"),
        "thu_nhap": world.element("thu_nhap", "own-level", decimals=1, day="period"),
    }
    world.indicator("ty_le_tot", "share_of_class(hang, 'tot')")
    forget_projections()
    made = []
    for index, statement in enumerate(ledger.statements):
        if index == ledger.segmented:
            compact(minimum=1)
        made.append(world.state(statement.code, statement.unit, statement.day, statement.value, to=statement.to))
        if index % 3 == 0:
            _happen(world, ledger.statements[index // 3], made[index // 3])
    return elements


def _happen(world: World, statement: Statement, submission: int) -> None:
    match statement.then:
        case "corrected":
            other = {"tot": "kha", "kha": "tot"}
            value = other[statement.value] if isinstance(statement.value, str) else statement.value * 2 % 10**9
            # The approved book learns of some corrections only.
            world.correct(submission, statement.code, value, approve=statement.unit % 2 == 0)
        case "withdrawn":
            world.withdraw(submission)


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    first = START + timedelta(days=draw(st.integers(0, DAYS)))
    return {
        "first": first,
        "last": first + timedelta(days=draw(st.sampled_from([0, 90, 800, 2500]))),
        "boundaries": START + timedelta(days=draw(st.integers(0, DAYS + 1000))),
        "level": draw(st.sampled_from([None, "province", "commune", "village"])),
        "book": draw(st.sampled_from(["approved", "reported"])),
        "share_known": draw(st.sampled_from([Fraction(1), Fraction(1), Fraction(1, 2)])),
    }


@slow
@given(ledgers(), st.lists(questions(), min_size=2, max_size=5))
def test_every_question_is_answered_as_plain_python_answers_it(ledger: Ledger, asked: list[dict[str, Any]]) -> None:
    with pytest.raises(_Undo), transaction.atomic():
        elements = write(ledger)
        postings = list(Posting.objects.order_by("seq"))
        for question in put(asked, ledger):
            check_against_reference(ask(question), question, postings, elements)
        raise _Undo


@few
@given(ledgers(), st.lists(questions(), min_size=2, max_size=3))
def test_spark_answers_every_question_as_duckdb_and_plain_python_do(
    spark: None, settings: Any, ledger: Ledger, asked: list[dict[str, Any]]
) -> None:
    with pytest.raises(_Undo), transaction.atomic():
        elements = write(ledger)
        postings = list(Posting.objects.order_by("seq"))
        for question in put(asked, ledger):
            settings.CAUNOI_ENGINE = "duckdb"
            embedded = ask(question)
            settings.CAUNOI_ENGINE = "spark"
            on_cluster = ask(question)

            assert on_cluster == embedded
            check_against_reference(on_cluster, question, postings, elements)
        raise _Undo


def put(asked: list[dict[str, Any]], ledger: Ledger) -> Iterator[Question]:
    country = next(u.key for u in ledger.places.units.values() if u.level == "country")
    for words in asked:
        question = make_question(
            [*CODES, "ty_le_tot"], country, words["first"], words["last"], level=words["level"],
            boundaries=words["boundaries"], book=words["book"],
        )  # fmt: skip
        # Not before what is asked was defined: that is refused.
        known = max(int(current_number() * words["share_known"]), get_catalogue().since)
        yield replace(question, as_known=known)


def check_against_reference(
    answer: list[Figure], question: Question, postings: list[Posting], elements: dict[str, DataElement]
) -> None:
    from caunoi.places.queries import get_snapshot

    places = get_snapshot(question.as_known)
    book = Book.APPROVED if question.book == "approved" else Book.REPORTED
    (slice_,) = make_slices(question)
    reference = Reference(postings, slice_, places, question.boundaries, book, question.as_known)
    for figure in answer:
        unit = places.by_key[figure.place].id
        if not places.exists_on(unit, question.boundaries):
            continue
        match figure.code:
            case "luot":
                assert as_fraction(figure.value) == reference.flow(elements["luot"], unit)
            case "to":
                assert as_fraction(figure.value) == reference.stock(elements["to"], unit)
            case "thu_nhap":
                stated = reference.own_level(elements["thu_nhap"], unit)
                assert as_fraction(figure.value) == (stated[0] if len(stated) == 1 else None)
            case "ty_le_tot":
                classes = reference.classes(elements["hang"], unit)
                assert (figure.numerator, figure.denominator) == (
                    (classes.get("tot", 0), sum(classes.values())) if classes else (None, None)
                )


def as_fraction(value: Decimal | None) -> Fraction | None:
    return None if value is None else Fraction(value)


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


@pytest.mark.duckdb
def test_columns_that_say_something_else_than_the_ledger_are_found(world: World) -> None:
    segment = Segment.objects.get(book=Book.APPROVED)
    path, other = folder() / segment.file, folder() / "khac"
    duckdb.sql(f"COPY (SELECT * REPLACE (amount + 1 AS amount) FROM '{path}') TO '{other}' (FORMAT parquet)")
    other.replace(path)
    Segment.objects.filter(pk=segment.pk).update(sha256=hash_file(path))
    forget_projections()

    (difference,) = check_ledger()

    assert "Sổ đã duyệt: bản cột có 10 dòng, tổng 65" in difference and "sổ cái có 10 dòng, tổng 55" in difference


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
