"""3,000 data elements of every village: answered in a stream, or refused at once with the size and a narrower way."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner, Result
from django.http import StreamingHttpResponse
from django.test import Client

from caunoi.accounts.models import Role
from caunoi.audit.clock import take_numbers
from caunoi.cli.figures import figures
from caunoi.desk.tests.builders import signed_in, user
from caunoi.facts import questions
from caunoi.facts.errors import QuestionMalformed, TooManyFigures, TooManyForSheet
from caunoi.facts.models import DataElement
from caunoi.facts.projection import forget_projections
from caunoi.facts.tests.builders import World
from caunoi.places.rules.snapshot import Spell, Unit, make_snapshot

pytestmark = [pytest.mark.django_db, pytest.mark.duckdb]
ELEMENTS, VILLAGES = 3_000, 70
CODES = [f"e{number:04}" for number in range(ELEMENTS)]
START, FIRST, LAST = date(1900, 1, 1), "2024-05-01", "2024-05-31"


@pytest.fixture
def world() -> World:
    villages = [Unit(2 + number, f"t{number}", "village", START) for number in range(VILLAGES)]
    made = World(
        make_snapshot(
            [Unit(1, "x", "commune", START), *villages],
            [Spell(1, "Xã Một", "", None, START), *(Spell(v.id, f"Thôn {v.key[1:]}", "", 1, START) for v in villages)],
        )
    )
    first, *_others = take_numbers(1)
    DataElement.objects.bulk_create(
        DataElement(
            code=code, name_vi=f"Số {code}", kind="flow", decimals=0, levels=["village"], form_code="phieu",
            expression=f"${{{code}}}", day="${ngay}", pack="thu", known_from=first,
        )
        for code in CODES
    )  # fmt: skip
    made.state(CODES[0], 2, date(2024, 5, 1), 7)
    made.state(CODES[-1], 1 + VILLAGES, date(2024, 5, 2), 9)
    forget_projections()
    return made


@pytest.fixture
def officer(world: World) -> Client:
    return signed_in(user("xa", [(Role.VIEWER, 1)]))


def ask_page(officer: Client, **asked: Any) -> Any:
    given = {"codes": CODES, "place": "x", "level": "village", "first": FIRST, "last": LAST, "book": "approved"}
    return officer.get("/figures/", {**given, **asked})


def command(*options: str) -> Result:
    asked = [*CODES, "--place", "x", "--level", "village", "--from", FIRST, "--to", LAST, *options]
    return CliRunner().invoke(figures, asked, catch_exceptions=False)


def test_the_page_says_the_size_and_what_to_ask_instead(officer: Client) -> None:
    page = ask_page(officer).content.decode()

    assert "Câu hỏi này cho 210.000 số, nhiều hơn 200.000." in page
    assert "Hãy chọn ít chỉ tiêu, cấp cao hơn hoặc kỳ ngắn hơn, hoặc tải về dạng CSV." in page


def test_its_csv_comes_part_after_part_and_is_never_held_whole(
    officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A twentieth of the codes, in ten parts: watching memory takes long.
    codes = [CODES[0], *CODES[-149:]]
    monkeypatch.setattr(questions, "MOST_FIGURES", len(codes) * VILLAGES // 10)
    response = cast(StreamingHttpResponse, ask_page(officer, codes=codes, format="csv"))
    assert response.streaming

    held, lines, valued = [], 0, 0
    tracemalloc.start()
    for piece in cast(Iterator[bytes], response.streaming_content):
        lines += piece.count(b"\n")
        valued += sum(b",7,,," in line or b",9,,," in line for line in piece.split(b"\n"))
        held.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()

    assert (lines, valued) == (1 + len(codes) * VILLAGES, 2)
    assert max(held[-3:]) < 1.2 * max(held[:5]), "the last part takes what the first took"


def test_a_workbook_of_more_rows_than_excel_has_is_refused_before_anything_is_computed(officer: Client) -> None:
    whole_year = {"first": "2024-01-01", "last": "2024-12-31", "by": "month"}
    page = ask_page(officer, format="xlsx", **whole_year).content.decode()

    said = "Câu hỏi này cho 2.520.000 số, nhiều hơn 1.048.575 dòng của một trang tính Excel. Hãy tải về dạng CSV."
    assert said in page
    with pytest.raises(TooManyForSheet, match="2.520.000"):
        command("--format", "xlsx", "--by", "month", "--from", "2024-01-01", "--to", "2024-12-31")


@pytest.mark.parametrize("format_", ["json", "table"])
def test_the_command_line_refuses_a_list_of_such_a_size(world: World, format_: str) -> None:
    with pytest.raises(TooManyFigures, match="210.000 số, nhiều hơn 200.000.*ít chỉ tiêu.*CSV"):
        command("--format", format_)


def test_the_command_line_writes_it_as_csv(world: World, tmp_path: Path) -> None:
    written = tmp_path / "so-lieu.csv"

    assert command("--format", "csv", "-o", str(written)).exit_code == 0

    with written.open("rb") as file:
        assert sum(1 for _line in file) == 1 + ELEMENTS * VILLAGES


def test_two_hundred_years_and_days_before_all_history_are_refused_or_answered_with_a_sentence(
    officer: Client,
) -> None:
    one: dict[str, Any] = {"codes": CODES[:1], "level": ""}

    page = ask_page(officer, **one, first="1950-01-01", last="2149-12-31", by="month").content.decode()
    assert "Kỳ hỏi dài 199 năm (2.388 tháng), nhiều hơn 100 năm. Hãy chọn kỳ ngắn hơn." in page
    page = ask_page(officer, **one, boundaries="1850-01-01").content.decode()
    assert "Ngày phải từ 02/01/1900 đến 31/12/2199." in page
    asked = [CODES[0], "--place", "x"]
    for options, said in (
        (["--from", "1950-01-01", "--to", "2149-12-31"], "dài 199 năm"),
        (["--from", FIRST, "--to", LAST, "--boundaries", "1850-01-01"], "01/01/1850"),
    ):
        with pytest.raises(QuestionMalformed, match=said):
            CliRunner().invoke(figures, [*asked, *options], catch_exceptions=False)
    answer = CliRunner().invoke(
        figures, [*asked, "--from", FIRST, "--to", LAST, "--boundaries", "1900-01-01", "--json"], catch_exceptions=False
    )
    assert json.loads(answer.output)[0]["value"] == "7"
