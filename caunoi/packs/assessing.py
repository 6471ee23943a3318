"""Scoring sheets and sets of criteria of a pack: read from its folders, loaded into their room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from caunoi.assessments.rules.criteria import write_criteria, write_parts
from caunoi.assessments.rules.levels import write_levels
from caunoi.assessments.rules.sheet import write_sheet
from caunoi.facts.rules.formula import FormulaError, parse_formula
from caunoi.facts.rules.formula_check import ElementFacts, IndicatorFacts
from caunoi.packs.rules import criteria_sets, ratings
from caunoi.packs.rules.contents import IndicatorRow, RelationRow, Surroundings
from caunoi.packs.rules.criteria_sets import CriteriaSetRow
from caunoi.packs.rules.rating_records import Recording
from caunoi.packs.rules.ratings import Known, SheetRow
from caunoi.packs.rules.tables import Notes, Row, read_table

FOLDERS = (ratings.FOLDER, criteria_sets.FOLDER)
FILES = {**ratings.FILES, **criteria_sets.FILES}
OPTIONAL = {**ratings.OPTIONAL, **criteria_sets.OPTIONAL}


def read_assessments(
    files: Mapping[str, bytes],
    levels: Sequence[str],
    known: Known | None,
    loaded: Surroundings,
    recording: Recording,
    notes: Notes,
) -> tuple[list[SheetRow], list[CriteriaSetRow]]:
    """`known` None: a table of codes can't be read, and every code would look unknown."""
    rows: dict[str, Sequence[Row]] = {
        file: read_table(file, files[file], columns, notes, OPTIONAL.get(file, ()))
        for file, columns in FILES.items()
        if file in files
    }
    return (
        ratings.read_ratings(rows, levels, known, loaded.sheet_owners, recording, notes),
        criteria_sets.read_criteria_sets(
            rows, levels, known, loaded.criteria_set_owners, loaded.spoken_sets, recording.questions, notes
        ),
    )


def list_known(
    elements: Mapping[str, ElementFacts],
    indicators: Sequence[IndicatorRow],
    relations: Sequence[RelationRow],
    loaded: Surroundings,
) -> Known:
    """Codes that formulas may name: the pack's own and those loaded before."""
    own = {}
    for one in indicators:
        try:
            own[one.code] = IndicatorFacts(parse_formula(one.formula), one.unit)
        except FormulaError:
            continue  # said where it stands
    said = [*loaded.relations, *((one.code, one.relation, one.other) for one in relations)]
    return Known(elements, {**loaded.indicators, **own}, said)


def sheet_columns(row: SheetRow) -> dict[str, Any]:
    """As assessments.models.ScoringSheet keeps it."""
    sheet = row.sheet
    return {
        "code": sheet.code, "series": row.series, "title_vi": sheet.title_vi, "title_en": sheet.title_en,
        "level": sheet.level, "run_by": row.run_by, "period_type": row.period_type, "cut_off": row.cut_off,
        "from_day": row.from_day, "to_day": row.to_day, "content": write_sheet(sheet),
    }  # fmt: skip


def set_columns(row: CriteriaSetRow) -> dict[str, Any]:
    """As assessments.models.CriteriaSet keeps it; without parts of criteria those filled in on the page stay."""
    parts = {"parts": write_parts(row.parts)} if row.parts else {}
    return {
        "code": row.code, "title_vi": row.title_vi, "title_en": row.title_en, "level": row.level,
        "from_day": row.from_day, "to_day": row.to_day, "source_vi": row.source_vi, "source_en": row.source_en,
        "groups": [asdict(one) for one in row.groups], "criteria": write_criteria(row.criteria),
        "form_code": row.form_code, "answers": dict(row.answers), "parts_in_set": row.parts_in_set,
        "levels": write_levels(row.set_levels), **parts,
    }  # fmt: skip
