"""Whether what a sending is about to state hangs together, as the catalogue's relations have it: asked at the door,
before anything is posted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from django.db.models import Max, Sum

from caunoi.accounts.scope import ids_in_sql
from caunoi.facts.models import Book, DataElement, Kind, Posting
from caunoi.facts.queries import Catalogue, element_rules, get_catalogue
from caunoi.facts.rules.derivation import DerivedFact, ElementRule, Frame, derive, find_problems
from caunoi.facts.rules.derivation import Problem as Unstated
from caunoi.facts.rules.question import exact, text_of
from caunoi.facts.rules.relations import Bound, Broken, describe_broken, find_broken, list_bounds
from caunoi.forms.rules.check import Problem
from caunoi.records.checks import AMOUNT, RELATION, Statement
from caunoi.records.models import SubmissionVersion
from caunoi.sentences import gettext as _
from caunoi.sentences import in_words_of, number

Place = tuple[int, date, date]
"""(org unit, first day, last day): values are comparable only if all three are the same."""


@dataclass(frozen=True)
class _Said:
    """A value one sending states, and by which question. `name` is the question's label where one question says it
    all, otherwise what is counted."""

    value: Decimal
    question: str
    name: str


class StatedTogether:
    """The facts room's further check. Made once for each state of the catalogue, by `state_together`."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.rules_of = cache(element_rules)
        elements = self.catalogue.elements
        self.bounds = [
            bound
            for bound in list_bounds(self.catalogue.relations)
            if {bound.code, bound.other} <= elements.keys()
            and Kind.CATEGORY not in (elements[bound.code].kind, elements[bound.other].kind)
        ]
        inside: dict[str, list[Bound]] = defaultdict(list)
        # A relation whose two sides come from two forms can only be seen against what is stored.
        self.across: dict[str, list[Bound]] = defaultdict(list)
        for bound in self.bounds:
            forms = {elements[bound.code].form_code, elements[bound.other].form_code} - {""}
            for form in forms:
                (inside if len(forms) == 1 else self.across)[form].append(bound)
        self.inside = dict(inside)

    # -- what the sending itself says ---------------------------------------------------------------------------------

    def check(self, statement: Statement) -> list[Problem]:
        rules = self._rules(statement)
        if not rules:
            return []
        bounds = self.inside.get(statement.form_code)
        if not bounds:
            return self._tell(rules, statement, find_problems(rules, statement.answers, _frame_of(statement)))
        facts, found = self._derive(rules, statement)
        by_days: dict[tuple[date, date], dict[str, Decimal]] = defaultdict(dict)
        for fact in facts:
            by_days[fact.day_from, fact.day_to][fact.code] = self._value(fact)
        written = {rule.code: rule for rule in rules}
        for values in by_days.values():
            for broken in find_broken(bounds, values):
                found.append(self._problem(broken, written, statement))
        return found

    def counts_by(self, statement: Statement, question: str) -> bool:
        """Whether a flow counts the sending by what it answers to the question."""
        rules = [
            rule
            for rule in self._rules(statement)
            if question in rule.expression.names | rule.filter.names
            and self.catalogue.elements[rule.code].kind == Kind.FLOW
        ]
        return bool(rules) and bool(self._derive(rules, statement)[0])

    def _rules(self, statement: Statement) -> list[ElementRule]:
        rules, _ids = self.rules_of(statement.form_code)
        if not statement.unread:
            return rules
        return [rule for rule in rules if not (rule.expression.names | rule.filter.names) & statement.unread]

    def _derive(self, rules: Sequence[ElementRule], statement: Statement) -> tuple[list[DerivedFact], list[Problem]]:
        derived = derive(rules, statement.answers, _frame_of(statement))
        return derived.facts, self._tell(rules, statement, derived.problems)

    def _tell(self, rules: Sequence[ElementRule], statement: Statement, unstated: Sequence[Unstated]) -> list[Problem]:
        by_code = {rule.code: rule for rule in rules} if unstated else {}
        problems: dict[str, Problem] = {}
        for problem in unstated:
            said = self._said(by_code[problem.code], Decimal(0), statement)
            # One answer that feeds several elements is one mistake.
            problems.setdefault(
                said.question or problem.code,
                Problem(
                    said.question, said.name, _answered(statement, said.question), problem.sentence,
                    self._allowed(problem.code), AMOUNT,
                ),
            )  # fmt: skip
        return list(problems.values())

    def _allowed(self, code: str) -> str:
        decimals = self.catalogue.elements[code].decimals
        if self.catalogue.elements[code].kind == Kind.CATEGORY:
            return ", ".join(self.catalogue.elements[code].classes)
        if decimals:
            return _("số có nhiều nhất %(decimals)d chữ số thập phân") % {"decimals": decimals}
        return _("số nguyên")

    def _value(self, fact: DerivedFact) -> Decimal:
        return exact(fact.amount, self.catalogue.elements[fact.code].decimals, parts=False)

    def _said(self, rule: ElementRule | None, value: Decimal, statement: Statement, code: str = "") -> _Said:
        if rule is not None:
            names = [name for name in sorted(rule.expression.names) if name in statement.questions]
            if len(names) == 1 and len(rule.expression.names) == 1:
                return _Said(value, names[0], in_words_of(statement.questions[names[0]].labels) or names[0])
            return _Said(value, names[0] if names else "", self._name(rule.code))
        return _Said(value, "", self._name(code))

    def _name(self, code: str) -> str:
        element = self.catalogue.elements[code]
        return in_words_of({"vi": element.name_vi, "en": element.name_en})

    def _problem(self, broken: Broken, rules: Mapping[str, ElementRule], statement: Statement) -> Problem:
        bound = broken.bound
        part = self._said(rules.get(bound.code), broken.value, statement, bound.code)
        whole = self._said(rules.get(bound.other), broken.most, statement, bound.other)
        said = part if part.question else whole
        return Problem(
            said.question,
            said.name,
            text_of(said.value) or "",
            describe_broken(broken, part.name, whole.name),
            allowed_by(broken, part.name, whole.name, asks_part=said is part),
            RELATION,
        )

    # -- what is stored -----------------------------------------------------------------------------------------------

    def compared_forms(self) -> Collection[str]:
        return self.across.keys()

    def compare(self, statements: Sequence[Statement]) -> list[list[Problem]]:
        """Where one form states the part and another the whole: sums of both for the same unit and the same days, in
        the reported book and in this batch. Later sendings of the batch are held against earlier ones."""
        found: list[list[Problem]] = [[] for _one in statements]
        concerned = [index for index, one in enumerate(statements) if one.form_code in self.across]
        if not concerned:
            return found
        stated: dict[int, list[DerivedFact]] = {}
        for index in concerned:
            one = statements[index]
            codes = {code for bound in self.across[one.form_code] for code in (bound.code, bound.other)}
            rules = [rule for rule in self._rules(one) if rule.code in codes]
            stated[index] = self._derive(rules, one)[0]
        books = _Books(self.catalogue, self.across, [statements[i] for i in concerned], stated.values())
        for index, facts in stated.items():
            one = statements[index]
            rules_by_code = {rule.code: rule for rule in self._rules(one)}
            for fact in facts:
                place = (one.org_unit_id, fact.day_from, fact.day_to)
                books.state(place, fact.code, self._value(fact), one)
                bounds = [b for b in self.across[one.form_code] if fact.code in (b.code, b.other)]
                for broken in find_broken(bounds, books.values_of(place)):
                    found[index].append(self._problem(broken, rules_by_code, one))
        return found


_known: list[StatedTogether] = []


def state_together() -> StatedTogether:
    """Asked for each sending: the check stays the same as long as the catalogue does."""
    catalogue = get_catalogue()
    known = next(iter(_known), None)
    if known is None or known.catalogue is not catalogue:
        known = StatedTogether(catalogue)
        _known[:] = [known]
    return known


def is_counted_by(statement: Statement, question: str) -> bool:
    return state_together().counts_by(statement, question)


class _Books:
    """What stands in the reported book for the units and days of a batch, by element; and what the batch adds."""

    def __init__(
        self,
        catalogue: Catalogue,
        across: Mapping[str, Sequence[Bound]],
        statements: Sequence[Statement],
        stated: Iterable[Sequence[DerivedFact]],
    ) -> None:
        self.elements = catalogue.elements
        self.values: dict[Place, dict[str, Decimal]] = defaultdict(dict)
        days = [(fact.day_from, fact.day_to) for facts in stated for fact in facts]
        if not days:
            return
        codes = {code for s in statements for bound in across[s.form_code] for code in (bound.code, bound.other)}
        by_id: dict[int, DataElement] = {self.elements[code].pk: self.elements[code] for code in codes}
        corrected = {s.corrects for s in statements if s.corrects}
        own = set()
        if corrected:
            versions = SubmissionVersion.objects.filter(instance_id__in=corrected)
            own = set(versions.values_list("submission_id", flat=True))
        rows = (
            Posting.objects.filter(
                book=Book.REPORTED,
                data_element_id__in=list(by_id),
                org_unit_id__in=ids_in_sql({s.org_unit_id for s in statements}),
                day_from__gte=min(first for first, _last in days),
                day_to__lte=max(last for _first, last in days),
            )
            .values_list("data_element_id", "org_unit_id", "day_from", "day_to", "version__submission_id")
            .annotate(total=Sum("amount"), standing=Sum("sign"), newest=Max("seq"))
            .order_by("newest")
        )
        for element_id, unit, first, last, submission, total, standing, _newest in rows:
            if standing > 0 and submission not in own:
                element = by_id[element_id]
                self._add((unit, first, last), element, exact(int(total), element.decimals, parts=False))

    def _add(self, place: Place, element: DataElement, value: Decimal) -> None:
        held = self.values[place]
        if element.kind == Kind.FLOW and element.code in held:
            value += held[element.code]
        held[element.code] = value

    def state(self, place: Place, code: str, value: Decimal, statement: Statement) -> None:
        if statement.occasion.period_key:
            # A period has one report: this sending takes the place of what its form said before.
            self.values[place][code] = value
        else:
            self._add(place, self.elements[code], value)

    def values_of(self, place: Place) -> Mapping[str, Decimal]:
        return self.values[place]


def allowed_by(broken: Broken, part: str, whole: str, *, asks_part: bool) -> str:
    if asks_part:
        return _("không lớn hơn %(most)s") % {"most": number(broken.most)}
    return _("không nhỏ hơn %(least)s") % {"least": number(broken.value)}


def _frame_of(statement: Statement) -> Frame:
    days, named = statement.occasion.days, statement.occasion.named
    return Frame(days.first, days.last, named.first, named.last, statement.level)


def _answered(statement: Statement, question: str) -> str:
    given = statement.answers.get(question)
    return given if isinstance(given, str) else ""
