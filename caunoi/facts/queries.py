from __future__ import annotations

import difflib

from django.db import connection
from django.db.models import Count, Max
from django.utils.translation import gettext as _

from caunoi.facts.errors import CodeUnknown
from caunoi.facts.models import DataElement, Indicator, Relation
from caunoi.facts.rules.derivation import ElementRule, compile_element
from caunoi.facts.rules.formula import Node, parse_formula
from caunoi.facts.rules.formula_check import ElementFacts, IndicatorFacts, check_formula

_rules: dict[tuple[str, int, int, int], tuple[list[ElementRule], dict[str, int]]] = {}


def element_rules(form_code: str) -> tuple[list[ElementRule], dict[str, int]]:
    """The compiled data elements that a form feeds, and their ids by code. Compiled once per state of the catalogue."""
    found = DataElement.objects.filter(form_code=form_code)
    state = found.aggregate(last=Max("known_from"), top=Max("id"), count=Count("id"))
    key = (form_code, state["last"] or 0, state["top"] or 0, state["count"])
    if key not in _rules:
        if len(_rules) > 500:
            _rules.clear()
        elements = list(found)
        _rules[key] = (
            [
                compile_element(
                    code=e.code, kind=e.kind, decimals=e.decimals, levels=e.levels, expression=e.expression,
                    filter=e.filter, day=e.day, classes=e.classes,
                )
                for e in elements
            ],
            {e.code: e.id for e in elements},
        )  # fmt: skip
    return _rules[key]


_catalogues: dict[tuple[object, ...], Catalogue] = {}


def get_catalogue() -> Catalogue:
    """Read once for each state of the catalogue: every change of it takes a knowledge number or changes a count."""
    state = tuple(
        value
        for model in (DataElement, Indicator)
        for value in model.objects.aggregate(last=Max("known_from"), top=Max("id"), count=Count("id")).values()
    )
    key = (
        connection.settings_dict["NAME"],
        *state,
        Relation.objects.aggregate(top=Max("id"), count=Count("id"))["top"],
    )
    if key not in _catalogues:
        if len(_catalogues) > 8:
            _catalogues.clear()
        _catalogues[key] = Catalogue(
            {e.code: e for e in DataElement.objects.all()},
            {i.code: i for i in Indicator.objects.all()},
            [(r.code, r.relation, r.other) for r in Relation.objects.all()],
        )
    return _catalogues[key]


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

    def check_formula(self, node: Node) -> list[str]:
        """Why a formula may not be asked, in sentences."""
        elements = {
            e.code: ElementFacts(e.kind, e.nature, e.unit, tuple(e.levels), tuple(e.classes))
            for e in self.elements.values()
        }
        indicators = {i.code: IndicatorFacts(parse_formula(i.formula), i.unit) for i in self.indicators.values()}
        return check_formula(node, elements, self.relations, indicators)
