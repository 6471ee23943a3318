from __future__ import annotations

import difflib

from django.db import connection
from django.utils.translation import gettext as _

from caunoi.facts.errors import CodeUnknown
from caunoi.facts.models import DataElement, Indicator, Relation
from caunoi.facts.rules.derivation import ElementRule, compile_element
from caunoi.facts.rules.formula import Node, parse_formula
from caunoi.facts.rules.formula_check import ElementFacts, IndicatorFacts, Judged, judge_formula
from caunoi.forms.models import Assignment, PeriodKind
from caunoi.periods.rules import MONTHS_IN, PeriodType
from caunoi.remembering import remember

# Every change of the catalogue takes a knowledge number, or changes a count. Asked for each sending, and so in one
# statement: building the same with the ORM took longer than checking and deriving a submission.
_STATE = """
    SELECT (SELECT MAX(known_from) FROM facts_dataelement), (SELECT MAX(id) FROM facts_dataelement),
        (SELECT COUNT(*) FROM facts_dataelement), (SELECT MAX(known_from) FROM facts_indicator),
        (SELECT MAX(id) FROM facts_indicator), (SELECT COUNT(*) FROM facts_indicator),
        (SELECT MAX(id) FROM facts_relation), (SELECT COUNT(*) FROM facts_relation)"""
State = tuple[object, ...]
Rules = tuple[list[ElementRule], dict[str, int]]
MOST_RULES = 500
_rules: dict[tuple[str, State], Rules] = {}
_catalogues: dict[State, Catalogue] = {}


def _read_state() -> State:
    with connection.cursor() as cursor:
        cursor.execute(_STATE)
        return (connection.settings_dict["NAME"], *cursor.fetchone())


def element_rules(form_code: str) -> Rules:
    """The compiled data elements that a form feeds, and their ids by code. Compiled once per state of the catalogue."""
    key = (form_code, remember("catalogue", _read_state))
    if (known := _rules.get(key)) is not None:
        return known
    if len(_rules) >= MOST_RULES:
        _rules.clear()
    elements = list(DataElement.objects.filter(form_code=form_code))
    found = (
        [
            compile_element(
                code=e.code, kind=e.kind, decimals=e.decimals, levels=e.levels, expression=e.expression,
                filter=e.filter, day=e.day, classes=e.classes,
            )
            for e in elements
        ],
        {e.code: e.id for e in elements},
    )  # fmt: skip
    _rules[key] = found
    return found


def get_catalogue() -> Catalogue:
    """Read once for each state of the catalogue."""
    key = remember("catalogue", _read_state)
    if (known := _catalogues.get(key)) is not None:
        return known
    if len(_catalogues) > 8:
        _catalogues.clear()
    found = Catalogue(
        {e.code: e for e in DataElement.objects.all()},
        {i.code: i for i in Indicator.objects.all()},
        [(r.code, r.relation, r.other) for r in Relation.objects.all()],
    )
    _catalogues[key] = found
    return found


def period_type_of(form_code: str) -> PeriodType | None:
    """The longest period a form is due for; None if it is sent whenever something happens."""
    kinds = Assignment.objects.filter(form__code=form_code).exclude(period_kind=PeriodKind.EVENT)
    found: list[PeriodType] = list(kinds.values_list("period_kind", flat=True).distinct())  # type: ignore[arg-type]  # every kind but "event" is a PeriodType
    return max(found, key=MONTHS_IN.__getitem__, default=None)


def forget_catalogues() -> None:
    """After a transaction was rolled back (tests): the same numbers may mean another catalogue."""
    _catalogues.clear()
    _rules.clear()


class Catalogue:
    """All data elements, indicators and relations, by code."""

    def __init__(
        self,
        elements: dict[str, DataElement],
        indicators: dict[str, Indicator],
        relations: list[tuple[str, str, str]],
    ) -> None:
        self.elements = elements
        self.indicators = indicators
        self.relations = relations

    def check_code(self, code: str) -> None:
        if code in self.elements or code in self.indicators:
            return
        near = difflib.get_close_matches(code, [*self.elements, *self.indicators], n=3, cutoff=0.6)
        hint = " " + _("Có phải: %(codes)s?") % {"codes": ", ".join(near)} if near else ""
        raise CodeUnknown(_("Không có chỉ tiêu nào mã “%(code)s”.") % {"code": code} + hint)

    def judge_formula(self, node: Node) -> Judged:
        """Why a formula may not be asked, and the unit it gives."""
        elements = {
            e.code: ElementFacts(e.kind, e.nature, e.unit, tuple(e.levels), tuple(e.classes))
            for e in self.elements.values()
        }
        indicators = {i.code: IndicatorFacts(parse_formula(i.formula), i.unit) for i in self.indicators.values()}
        return judge_formula(node, elements, self.relations, indicators)
