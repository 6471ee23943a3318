"""indicators.csv and relations.csv: what is computed from data elements, and how they hang together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext as _

from caunoi.facts.rules.arithmetic import Number
from caunoi.facts.rules.formula import FormulaError, Node, parse_formula
from caunoi.facts.rules.formula_check import (
    PART_OF,
    RELATIONS,
    TARGET_OF,
    TURNS_OF,
    ElementFacts,
    IndicatorFacts,
    describe_unknown,
    judge_formula,
)
from caunoi.packs.rules.contents import IndicatorRow, RelationRow
from caunoi.packs.rules.tables import Notes, Row
from caunoi.packs.rules.words import CATEGORY, OWN_LEVEL, RESULT, TARGET

FILE = "indicators.csv"
COLUMNS = ("code", "name_vi", "name_en", "unit", "decimals", "formula", "direction", "source_vi", "source_en")
RELATIONS_FILE = "relations.csv"
RELATION_COLUMNS = ("code", "relation", "other", "note")

Elements = Mapping[str, ElementFacts]


def read_indicators(rows: Sequence[Row], notes: Notes) -> list[IndicatorRow]:
    """One for each row, also for rows with mistakes. Formulas are checked later, when all codes are known."""
    found = []
    for row in rows:
        name_vi, name_en = notes.names(row)
        source_vi, source_en = notes.both_languages(row, "source")
        found.append(
            IndicatorRow(
                code=notes.code(row),
                name_vi=name_vi,
                name_en=name_en,
                unit=notes.text(row, "unit", 40),
                decimals=notes.whole_number(row, "decimals", 0, 6, default=0),
                formula=row["formula"],
                direction=notes.one_of(row, "direction", ("up", "down"), default=""),
                source_vi=source_vi,
                source_en=source_en,
            )
        )
    return found


def check_formulas(
    rows: Sequence[Row],
    indicators: Sequence[IndicatorRow],
    elements: Elements,
    known: Mapping[str, IndicatorFacts],
    relations: Sequence[tuple[str, str, str]],
    notes: Notes,
) -> list[IndicatorRow]:
    """The indicators, each with the unit its formula gives where it declares none.

    `elements`, `known` and `relations` hold this pack's and other packs' together.
    """
    formulas: list[Node | None] = []
    all_known = dict(known)
    for row, indicator in zip(rows, indicators, strict=True):
        formula = _parse(row, notes)
        formulas.append(formula)
        # A formula that can't be read is a known code all the same: others that name it are not wrong for it.
        all_known[indicator.code] = IndicatorFacts(formula or Number(Decimal(0)), indicator.unit)
    found = []
    for row, indicator, formula in zip(rows, indicators, formulas, strict=True):
        unit = indicator.unit
        if formula is not None:
            judged = judge_formula(formula, elements, relations, all_known, indicator.code, indicator.unit)
            for mistake in judged.mistakes:
                notes.add(row, "formula", str(mistake), position=mistake.position)
            unit = unit or judged.unit or ""
        found.append(replace(indicator, unit=unit))
    return found


def _parse(row: Row, notes: Notes) -> Node | None:
    try:
        return parse_formula(row["formula"])
    except FormulaError as error:
        if row["formula"]:
            notes.add(row, "formula", error.sentence, position=error.position)
        else:
            notes.add(row, "formula", _("Chưa ghi công thức."))
        return None


def read_relations(
    rows: Sequence[Row], elements: Elements, units: Mapping[str, str], notes: Notes
) -> list[RelationRow]:
    """`units`: of the indicators that may have a target, by code."""
    seen: dict[RelationRow, int] = {}
    aimed_at: dict[str, int] = {}
    for row in rows:
        relation = RelationRow(row["code"], row["relation"], row["other"], row["note"])
        notes.one_of(row, "relation", RELATIONS)
        computed = units if relation.relation == TARGET_OF else {}
        for column, known in (("code", elements), ("other", {**elements, **computed})):
            if not row[column]:
                notes.add(row, column, _("Thiếu mã."))
            elif row[column] not in known:
                notes.add(row, column, describe_unknown(row[column], known))
        if relation.code and relation.code == relation.other:
            notes.add(row, "other", _("Một chỉ tiêu không quan hệ với chính nó."))
        elif relation.code in elements and relation.other in elements:
            _check_fit(row, relation, elements, notes)
        elif relation.code in elements and relation.other in computed:
            _check_aim(row, elements[relation.code], units[relation.other], notes)
            if relation.other in aimed_at and relation not in seen:
                said = _("Chỉ số “%(code)s” đã có chỉ tiêu phấn đấu ở dòng %(row)d; mỗi chỉ số chỉ có một.")
                notes.add(row, "other", said % {"code": relation.other, "row": aimed_at[relation.other]})
            aimed_at.setdefault(relation.other, row.number)
        if relation in seen:
            notes.add(row, "code", _("Quan hệ này đã ghi ở dòng %(row)d.") % {"row": seen[relation]})
        seen.setdefault(relation, row.number)
    _check_circles(rows, notes)
    return list(seen)


def _check_fit(row: Row, relation: RelationRow, elements: Elements, notes: Notes) -> None:
    one, other = elements[relation.code], elements[relation.other]
    if relation.relation == TARGET_OF and (one.nature, other.nature) != (TARGET, RESULT):
        message = _("target-of nối một chỉ tiêu phấn đấu (nature = target) với kết quả (nature = result) của nó.")
        notes.add(row, "relation", message)
    if relation.relation == PART_OF and one.unit != other.unit:
        message = _("Phần và tổng phải cùng đơn vị tính: %(one)s, %(other)s.")
        notes.add(row, "relation", message % {"one": one.unit, "other": other.unit})
    if relation.relation in (PART_OF, TURNS_OF) and CATEGORY in (one.kind, other.kind):
        notes.add(row, "relation", _("Xếp loại không phải là con số nên không có quan hệ này."))


def _check_aim(row: Row, target: ElementFacts, unit: str, notes: Notes) -> None:
    """The target of an indicator is a unit's own, as the indicator is: shares are never added."""
    if (target.kind, target.nature) != (OWN_LEVEL, TARGET):
        message = _("Chỉ tiêu phấn đấu của một chỉ số là số riêng của từng đơn vị: kind = own-level, nature = target.")
        notes.add(row, "code", message)
    elif target.unit != unit:
        message = _("Chỉ tiêu phấn đấu và chỉ số phải cùng đơn vị tính: %(one)s, %(other)s.")
        notes.add(row, "relation", message % {"one": target.unit, "other": unit or _("(không đơn vị)")})


def _check_circles(rows: Sequence[Row], notes: Notes) -> None:
    """A whole that is part of its own part."""
    wholes: dict[str, list[str]] = {}
    for row in rows:
        if row["relation"] == PART_OF and row["code"] != row["other"]:
            wholes.setdefault(row["code"], []).append(row["other"])
            reached, waiting = set(), [row["other"]]
            while waiting:
                code = waiting.pop()
                if code not in reached:
                    reached.add(code)
                    waiting += wholes.get(code, [])
            if row["code"] in reached:
                notes.add(row, "other", _("Quan hệ phần và tổng chạy vòng."))
                wholes[row["code"]].pop()
