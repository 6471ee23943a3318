from __future__ import annotations

import difflib
from bisect import bisect_right
from collections.abc import Iterable
from typing import TypeVar

from django.db import connection
from django.utils.translation import gettext as _

from caunoi.audit.past import last_past, list_ever_past
from caunoi.facts.errors import CodeUnknown
from caunoi.facts.models import DataElement, Indicator, Relation
from caunoi.facts.rules.derivation import ElementRule, compile_element
from caunoi.facts.rules.formula import Node, parse_formula
from caunoi.facts.rules.formula_check import ElementFacts, IndicatorFacts, Judged, judge_formula
from caunoi.forms.queries import list_periodic
from caunoi.periods.rules import MONTHS_IN, PeriodType
from caunoi.remembering import remember

# Every change of the catalogue takes a knowledge number, changes a count, or leaves what was before: a pack that gives
# up again what it had added stands as it stood, with more behind it. Asked for each sending, and so in one
# statement: building the same with the ORM took longer than checking and deriving a submission.
_STATE = """
    SELECT (SELECT MAX(known_from) FROM facts_dataelement), (SELECT MAX(id) FROM facts_dataelement),
        (SELECT COUNT(*) FROM facts_dataelement), (SELECT MAX(known_from) FROM facts_indicator),
        (SELECT MAX(id) FROM facts_indicator), (SELECT COUNT(*) FROM facts_indicator),
        (SELECT MAX(id) FROM facts_relation), (SELECT COUNT(*) FROM facts_relation),
        (SELECT MAX(id) FROM audit_pastrow)"""
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


def get_catalogue(as_known: int | None = None) -> Catalogue:
    """Now, or as it was known at a knowledge number. Read once for each state of the catalogue."""
    key = remember("catalogue", _read_state)
    if (found := _catalogues.get(key)) is None:
        if len(_catalogues) > 8:
            _catalogues.clear()
        found = _catalogues[key] = _read_catalogue()
    return found if as_known is None or as_known >= found.since else found.as_known(as_known)


def _read_catalogue() -> Catalogue:
    elements = list(DataElement.objects.all())
    indicators = list(Indicator.objects.all())
    relations = list(Relation.objects.order_by("pk"))
    numbers = (row.known_from for several in (elements, indicators, relations) for row in several)
    return Catalogue(
        elements, indicators, relations, since=max(last_past(DataElement, Indicator, Relation), *numbers, 0)
    )


def period_type_of(form_code: str, as_known: int | None = None) -> PeriodType | None:
    """The longest period a form is due for (as known then); None if it is sent whenever something happens."""
    owed = [one for one in list_periodic(as_known) if one.form.code == form_code]
    found: list[PeriodType] = [one.period_kind for one in owed]  # type: ignore[misc]  # every kind but "event" is a PeriodType
    return max(found, key=MONTHS_IN.__getitem__, default=None)


def forget_catalogues() -> None:
    """After a transaction was rolled back (tests): the same numbers may mean another catalogue."""
    _catalogues.clear()
    _rules.clear()


class Catalogue:
    """All data elements, indicators and relations, by code. `since`: it is the same for every knowledge number from
    this one on."""

    def __init__(
        self,
        elements: Iterable[DataElement],
        indicators: Iterable[Indicator],
        relations: Iterable[Relation],
        *,
        since: int = 0,
        later: Catalogue | None = None,
    ) -> None:
        """`later`: the catalogue of now, for one of then."""
        self.elements = {one.code: one for one in elements}
        self.indicators = {one.code: one for one in indicators}
        self.rows = list(relations)
        self.relations = [(one.code, one.relation, one.other) for one in self.rows]
        self.since = since
        self._later = later
        self._history: _History | None = None

    def as_known(self, number: int) -> Catalogue:
        """As it was known at an earlier number."""
        if self._history is None:
            self._history = _History(self)
        return self._history.at(number)

    def definition_of(self, code: str) -> DataElement | Indicator | None:
        return self.elements.get(code) or self.indicators.get(code)

    def check_code(self, code: str) -> None:
        if code in self.elements or code in self.indicators:
            return
        if self._later is not None and code in (*self._later.elements, *self._later.indicators):
            raise CodeUnknown(
                _("Chỉ tiêu “%(code)s” được đặt ra sau thời điểm hỏi, khi ấy chưa có. Hãy hỏi theo một ngày muộn hơn.")
                % {"code": code}
            )
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


D = TypeVar("D", DataElement, Indicator, Relation)
MOST_PAST = 12


class _History:
    """Every definition that ever was, with the numbers between which it was known."""

    def __init__(self, now: Catalogue) -> None:
        self.now = now
        self.elements = [*list_ever_past(DataElement), *((one, None) for one in now.elements.values())]
        self.indicators = [*list_ever_past(Indicator), *((one, None) for one in now.indicators.values())]
        self.relations = [*list_ever_past(Relation), *((one, None) for one in now.rows)]
        # Who may see a count is decided by what is known of it today, whichever moment is asked.
        for element, _until in self.elements:
            if element.code in now.elements:
                element.sensitive = now.elements[element.code].sensitive
        self.moments = sorted(_numbers(self.elements) | _numbers(self.indicators) | _numbers(self.relations))
        self.made: dict[int, Catalogue] = {}

    def at(self, number: int) -> Catalogue:
        """Between two changes all numbers have the same catalogue."""
        stretch = bisect_right(self.moments, number)
        if stretch not in self.made:
            if len(self.made) >= MOST_PAST:
                self.made.clear()
            self.made[stretch] = Catalogue(
                sorted(_known(self.elements, number), key=lambda one: one.code),
                sorted(_known(self.indicators, number), key=lambda one: one.code),
                sorted(_known(self.relations, number), key=lambda one: one.pk),
                since=number,
                later=self.now,
            )
        return self.made[stretch]


def _numbers(rows: Iterable[tuple[D, int | None]]) -> set[int]:
    return {number for row, until in rows for number in (row.known_from, until) if number is not None}


def _known(rows: Iterable[tuple[D, int | None]], number: int) -> list[D]:
    return [row for row, until in rows if row.known_from <= number and (until is None or number < until)]
