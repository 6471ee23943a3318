"""The sensitive counts of the demonstration: an officer asks them by role, everybody else reads the released table."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client

from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import NOTHING
from caunoi.facts.errors import OnlyReleased
from caunoi.facts.models import Release
from caunoi.facts.questions import ask, make_question
from caunoi.facts.releasing import SUPPRESSED

YEAR = date(2025, 1, 1), date(2025, 12, 31)


def test_a_commune_s_count_is_an_officer_s_by_role_and_suppressed_for_everybody_else(demo: Path) -> None:
    table = Release.objects.get(made_by_name__contains="Lào Cai").tables[0]
    row = next(number for number, one in enumerate(table["rows"]) if one["name"] == "Phường Lào Cai")
    asked = make_question(["legal_help_people", "legal_help_women"], "Phường Lào Cai", *YEAR)

    people, women = ask(asked, scope_of(User.objects.get(username="tinh"), date(2026, 10, 1)))

    assert table["cells"][row][0] == [str(people.value), SUPPRESSED, SUPPRESSED]
    assert women.value is not None
    assert Decimal(0) < women.value < table["threshold"]
    with pytest.raises(OnlyReleased, match="Người được tư vấn pháp luật theo giới"):
        ask(asked, NOTHING)


def test_the_province_s_parts_are_published_by_sex_and_age_and_add_up(demo: Path) -> None:
    for table in Release.objects.get(pk=1).tables:
        whole, *parts = (Decimal(cell) for cell in table["cells"][0][0])

        assert table["rows"][0]["name"] == "Tỉnh Lào Cai"
        assert sum(parts) == whole


def test_whoever_has_no_account_reads_the_table(demo: Path) -> None:
    page = Client().get("/releases/1/").content.decode()

    assert "Người được tư vấn pháp luật theo giới" in page
    assert "Phường Lào Cai" in page
