"""Figures as files, of any size: what is too much for a page comes as CSV, part after part."""

from __future__ import annotations

import csv
import io
from datetime import date

import openpyxl
import pytest

from caunoi.accounts.models import Role
from caunoi.desk.tests.builders import signed_in, user
from caunoi.facts import exports, questions
from caunoi.facts.questions import ask, make_question
from caunoi.facts.tests.builders import World
from caunoi.places.tests.test_chains import chained

pytestmark = pytest.mark.django_db
ASKED = (
    "/figures/?codes=so&codes=khac&place=u2&first=01/01/2024&last=31/12/2024&level=commune&by=month"
    "&boundaries=01/01/2026"
)


@pytest.fixture(autouse=True)
def world() -> World:
    made = World(chained())
    for code in ("so", "khac"):
        made.element(code, levels="commune")
        made.state(code, 4, date(2024, 3, 1), 25)
        made.state(code, 5, date(2024, 5, 1), 30)
    return made


def list_values(text: str) -> list[tuple[str, ...]]:
    """Code, unit, first day, value."""
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    return sorted((row[0], row[3], row[4], row[6]) for row in rows[1:])


@pytest.mark.parametrize("most", [30, 12])
def test_what_is_too_much_for_a_page_comes_whole_as_csv(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    client = signed_in(user("tinh", [(Role.VIEWER, 2), (Role.VIEWER, 1)]))
    days = date(2024, 1, 1), date(2024, 12, 31)
    question = make_question(["so", "khac"], "u2", *days, level="commune", by="month", boundaries=date(2026, 1, 1))
    whole = list_values(client.get(f"{ASKED}&format=csv").getvalue().decode())
    assert len(whole) == len(ask(question)) > 30

    monkeypatch.setattr(questions, "MOST_FIGURES", most)
    page = client.get(ASKED).content.decode()
    answer = client.get(f"{ASKED}&format=csv")

    assert 'id="large-csv"' in page and 'id="figures"' not in page
    assert answer.streaming
    assert list_values(answer.getvalue().decode()) == whole


def test_a_workbook_beyond_excel_s_rows_is_refused_and_names_csv(monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(user("tinh", [(Role.VIEWER, 2), (Role.VIEWER, 1)]))
    monkeypatch.setattr(questions, "MOST_FIGURES", 30)

    file = io.BytesIO(client.get(f"{ASKED}&format=xlsx").getvalue())
    monkeypatch.setattr(exports, "MOST_ROWS", 40)
    refused = client.get(f"{ASKED}&format=xlsx").content.decode()

    sheet = openpyxl.load_workbook(file).worksheets[0]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert len(rows) == 48
    assert sum(float(str(row[6] or 0)) for row in rows) == 2 * (25 + 30)
    assert "48" in refused and "CSV" in refused and 'id="large-csv"' in refused


def test_beyond_the_reader_s_reach_there_is_no_file_either() -> None:
    answer = signed_in(user("xa", [(Role.VIEWER, 6)])).get(f"{ASKED}&format=csv")

    assert not answer.streaming
    assert "phạm vi của bạn" in answer.content.decode()
