"""docs/pack-format.md tells officers what a pack may hold; it must not fall behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from caunoi.facts.models import Kind, Nature
from caunoi.facts.rules import expression_parser as expressions
from caunoi.facts.rules import formula
from caunoi.facts.rules.formula_check import RELATIONS
from caunoi.forms.models import PeriodKind
from caunoi.packs.reading import KNOWN
from caunoi.packs.rules import assignments, disaggregations, elements, indicators, personal_fields, registers, stages
from caunoi.packs.rules import words as allowed
from caunoi.places.models import Level

PAGE = (Path(__file__).parents[3] / "docs" / "pack-format.md").read_text()


@pytest.mark.parametrize(
    "columns",
    [
        elements.COLUMNS,
        indicators.COLUMNS,
        assignments.COLUMNS,
        registers.COLUMNS,
        stages.COLUMNS,
        disaggregations.COLUMNS,
        personal_fields.COLUMNS,
    ],
)
def test_the_columns_stand_on_the_page_in_the_order_of_the_files(columns: tuple[str, ...]) -> None:
    assert f"`{','.join(columns)}`" in PAGE


@pytest.mark.parametrize(
    "words",
    [
        KNOWN,
        elements.OPTIONAL,
        registers.OPTIONAL,
        stages.OPTIONAL,
        personal_fields.OPTIONAL,
        indicators.RELATION_COLUMNS,
        RELATIONS,
        expressions.FUNCTIONS,
        formula.FUNCTIONS,
        Kind.values,
        Nature.values,
        PeriodKind.values,
        Level.values,
    ],
)
def test_every_word_of_a_pack_stands_on_the_page(words: tuple[str, ...]) -> None:
    assert [word for word in words if word not in PAGE] == []


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        (Kind.values, allowed.KINDS),
        (Nature.values, allowed.NATURES),
        (PeriodKind.values, allowed.PERIOD_TYPES),
        (Level.values, allowed.LEVELS),
    ],
)
def test_a_pack_s_words_are_those_the_tables_keep(stored: list[str], read: tuple[str, ...]) -> None:
    assert tuple(stored) == read
