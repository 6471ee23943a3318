"""What in these records is worth a look before somebody decides: a list for people, which changes nothing.

Asked about many records at once, in a few questions to the database whatever their number. A record is held against
what its own unit stated before, as far as the reader may see it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from django.db.models import F, QuerySet, Sum

from caunoi.accounts.scope import Scope, ids_in_sql
from caunoi.approvals.rules import State
from caunoi.facts.checking import StatedTogether, state_together
from caunoi.facts.models import Book, CheckSetting, DataElement, Posting, SeenFinding
from caunoi.facts.models import Kind as ElementKind
from caunoi.facts.queries import element_rules
from caunoi.facts.rules.check_sentences import Before, describe, describe_copied_month, describe_copied_neighbour
from caunoi.facts.rules.derivation import DerivedFact, ElementRule, Frame, derive
from caunoi.facts.rules.plausibility import History, Kind, Thresholds, is_copy, look_at
from caunoi.facts.rules.question import exact
from caunoi.facts.rules.relations import describe_broken, find_broken
from caunoi.facts.rules.thresholds import combine
from caunoi.forms.models import FormVersion
from caunoi.forms.queries import checker_of
from caunoi.languages import in_reader_language
from caunoi.periods.rules import MONTHS_IN, Days, Period, PeriodType
from caunoi.periods.wording import describe_period
from caunoi.places.models import Level
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.records.checks import RELATION, Statement
from caunoi.records.models import Submission, SubmissionVersion
from caunoi.records.rules.occasions import Occasion

# Records held in memory together with what their units stated before.
AT_ONCE = 500
STANDING = (State.SUBMITTED, State.RETURNED, State.APPROVED, State.LOCKED)
OF_A_PERIOD = frozenset({"period", "end"})
LAST_STATED = frozenset({ElementKind.STOCK, ElementKind.OWN_LEVEL})


@dataclass(frozen=True)
class Seen:
    note: str
    by_name: str
    at: datetime


@dataclass(frozen=True)
class Finding:
    """`code` tells findings of one kind apart: a data element's, `part>whole` of a relation, blank for a copied report.
    `questions`: of the form, whose answers the sentence is about. `seen`: an officer found it right."""

    submission_id: int
    version_id: int
    number: int
    kind: Kind
    code: str
    questions: tuple[str, ...]
    sentence: str
    seen: Seen | None = None


def list_records(scope: Scope, days: Days, *, form_code: str = "") -> QuerySet[Submission]:
    """Records that stand, of events and named periods that end in these days; in order of days and units."""
    found = Submission.objects.select_related("form").filter(
        state__in=STANDING, named_to__gte=days.first, named_to__lte=days.last
    )
    if form_code:
        found = found.filter(form__code=form_code)
    return scope.filter_submissions(found).order_by("-day_to", "org_unit_id", "pk")


def walk_findings(records: QuerySet[Submission], scope: Scope) -> Iterator[tuple[Submission, Finding]]:
    """Everything worth a look in many records, in their order, a few hundred of them in memory at a time."""
    ids = list(records.values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        several = Submission.objects.select_related("form").in_bulk(ids[start : start + AT_ONCE])
        in_order = [several[pk] for pk in ids[start : start + AT_ONCE] if pk in several]
        found = find_findings(in_order, scope)
        for record in in_order:
            for finding in found.get(record.pk, ()):
                yield record, finding


def find_open(pks: Collection[int], scope: Scope) -> dict[int, list[Finding]]:
    """Record -> what is worth a look and nobody has seen yet; records without are absent."""
    ids = sorted(pks)
    found: dict[int, list[Finding]] = {}
    for start in range(0, len(ids), AT_ONCE):
        records = Submission.objects.select_related("form").filter(pk__in=ids_in_sql(ids[start : start + AT_ONCE]))
        for pk, several in find_findings(list(records), scope).items():
            if waiting := [one for one in several if one.seen is None]:
                found[pk] = waiting
    return found


def find_findings(records: Sequence[Submission], scope: Scope) -> dict[int, list[Finding]]:
    """Record -> its findings about the newest version, weightiest first; records without are absent."""
    if not records:
        return {}
    stated = _read_stated(records)
    look = _Look(stated, scope)
    found: dict[int, list[Finding]] = {}
    for one in stated:
        if several := look.at(one):
            found[one.record.pk] = several
    _add_across(stated, found)
    _mark_seen(found)
    order = list(Kind)
    return {pk: sorted(several, key=lambda one: order.index(one.kind)) for pk, several in found.items()}


# -- What the records state -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Stated:
    """A record's newest version and the facts it states, each with its rule."""

    record: Submission
    level: str
    version_id: int
    form_version_id: int
    instance_id: str
    answers: dict[str, Any]
    facts: list[tuple[ElementRule, DerivedFact]]

    @property
    def period(self) -> Period | None:
        """None for events. The days say which: the named month's first day, and whether the report begins before."""
        record = self.record
        if not record.period_key:
            return None
        first, last = record.named_from, record.named_to
        months = (last.year - first.year) * 12 + last.month - first.month + 1
        kind: PeriodType | None = next((name for name, size in MONTHS_IN.items() if size == months), None)
        cut_off = 1 if record.day_from == record.named_from else 15
        return None if kind is None else Period(kind, (first.year, first.month), cut_off)  # type: ignore[arg-type]  # 1 or 15

    def finding(self, kind: Kind, code: str, questions: Iterable[str], sentence: str) -> Finding:
        record = self.record
        return Finding(
            record.pk, self.version_id, record.current_number, kind, code, tuple(sorted(questions)), sentence
        )


def _read_stated(records: Sequence[Submission]) -> list[_Stated]:
    places = get_snapshot()
    versions = SubmissionVersion.objects.filter(
        submission__in=ids_in_sql([one.pk for one in records]), number=F("submission__current_number")
    )
    newest = {
        row[0]: row[1:]
        for row in versions.values_list("submission_id", "pk", "form_version_id", "instance_id", "answers")
    }
    rules_of = cache(element_rules)
    found = []
    for record in records:
        if record.pk not in newest:
            continue
        version, form_version, instance, answers = newest[record.pk]
        rules, _ids = rules_of(record.form.code)
        level = places.units[record.org_unit_id].level
        frame = Frame(record.day_from, record.day_to, record.named_from, record.named_to, level)
        by_code = {rule.code: rule for rule in rules}
        facts = [(by_code[fact.code], fact) for fact in derive(rules, answers, frame).facts]
        found.append(_Stated(record, level, version, form_version, instance, answers, facts))
    return found


# -- What was stated before, and around -------------------------------------------------------------------------------

Series = dict[tuple[int, int], list[tuple[date, int]]]
"""(data element, unit) -> (last day, amount) in order of days."""


def _read_series(elements: Collection[int], units: Collection[int], first: date, last: date) -> Series:
    """From the reported book: what stands now, for facts that end in these days. Where two records state one element of
    one unit for the same last day, neither is taken: which of them was before the other nobody can say."""
    if not elements or not units:
        return {}
    rows = (
        Posting.objects.filter(
            book=Book.REPORTED,
            data_element_id__in=list(elements),
            org_unit_id__in=ids_in_sql(units),
            day_to__gte=first,
            day_to__lte=last,
        )
        .order_by("data_element_id", "org_unit_id", "day_to")
        .values_list("data_element_id", "org_unit_id", "day_to")
        .annotate(standing=Sum("sign"), total=Sum("amount"))
    )
    found: Series = defaultdict(list)
    for element, unit, day, standing, total in rows:
        if standing == 1:
            found[element, unit].append((day, int(total)))
    return found


class _Settings:
    """The thresholds of all packs."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str, str], Mapping[str, str]] = {}
        self.by_element: dict[tuple[str, str, str], Thresholds] = {}
        for pack, code, level, values in CheckSetting.objects.values_list("pack", "code", "level", "values"):
            self.rows[pack, code, level] = values

    def of(self, pack: str, code: str, level: str) -> Thresholds:
        """`code` blank: of reports as wholes."""
        key = (pack, code, level)
        if key not in self.by_element:
            wanted = dict.fromkeys(((pack, code, level), (pack, code, ""), (pack, "", level), (pack, "", "")))
            self.by_element[key] = combine([self.rows[one] for one in wanted if one in self.rows])
        return self.by_element[key]


class _Look:
    """Looks at records of one batch, with everything it needs read beforehand."""

    def __init__(self, stated: Sequence[_Stated], scope: Scope) -> None:
        self.scope, self.places = scope, get_snapshot()
        self.settings = _Settings()
        together: StatedTogether = state_together()
        self.elements: Mapping[str, DataElement] = together.catalogue.elements
        self.inside = together.inside
        self.may_see: dict[tuple[int, date], bool] = {}
        wanted = {rule.code for one in stated for rule, _fact in one.facts if self._has_history(rule)}
        days = [(one.record.day_from, one.record.day_to) for one in stated]
        self.series: Series = {}
        if wanted:
            most = max(self._of(code, one.level).most_history for one in stated for code in wanted)
            length = max(last - first for first, last in days) + timedelta(days=1)
            since = min(first for first, _last in days)
            # Two years at least: what stands since the last statement, and the same period of the year before.
            back = min(max(length * most, timedelta(days=750)), since - date(1900, 1, 1))
            ids = {self.elements[code].pk for code in wanted}
            units = {one.record.org_unit_id for one in stated}
            self.series = _read_series(ids, units, since - back, max(last for _first, last in days))
        self.around = self._read_around(stated)

    def _has_history(self, rule: ElementRule) -> bool:
        kind = self.elements[rule.code].kind
        return kind != ElementKind.CATEGORY and (rule.day in OF_A_PERIOD or kind in LAST_STATED)

    def _of(self, code: str, level: str) -> Thresholds:
        return self.settings.of(self.elements[code].pack, code, level)

    def _sees(self, unit: int, day: date) -> bool:
        known = self.may_see.get((unit, day))
        if known is None:
            known = self.may_see[unit, day] = self.scope.sees_record(unit, Days(day, day))
        return known

    def at(self, one: _Stated) -> list[Finding]:
        found = self._broken(one)
        named = {code for finding in found for code in finding.code.split(">")}
        period = one.period
        for rule, fact in one.facts:
            element = self.elements[fact.code]
            if element.kind == ElementKind.CATEGORY or fact.code in named:
                continue
            value = exact(fact.amount, element.decimals, parts=False)
            oddity = look_at(value, self._history(one, rule, element, period), self._of(fact.code, one.level))
            if oddity is not None:
                of_period: Before = "month" if period is not None and period.type == "month" else "period"
                before: Before = of_period if rule.day in OF_A_PERIOD and period is not None else "last"
                name = in_reader_language(element.name_vi, element.name_en)
                level = str(Level(one.level).label).lower()
                sentence = describe(oddity, name, element.unit, level, before)
                found.append(one.finding(oddity.kind, fact.code, rule.expression.names, sentence))
        if period is not None and (copied := self._copied(one, period)) is not None:
            found.append(copied)
        return found

    def _broken(self, one: _Stated) -> list[Finding]:
        bounds = self.inside.get(one.record.form.code, ())
        if not bounds:
            return []
        by_days: dict[tuple[date, date], dict[str, Decimal]] = defaultdict(dict)
        rules = {rule.code: rule for rule, _fact in one.facts}
        for _rule, fact in one.facts:
            decimals = self.elements[fact.code].decimals
            by_days[fact.day_from, fact.day_to][fact.code] = exact(fact.amount, decimals, parts=False)
        return [
            one.finding(
                Kind.RELATION,
                f"{broken.bound.code}>{broken.bound.other}",
                rules[broken.bound.code].expression.names | rules[broken.bound.other].expression.names,
                describe_broken(broken, self._name(broken.bound.code), self._name(broken.bound.other)),
            )
            for values in by_days.values()
            for broken in find_broken(bounds, values)
        ]

    def _name(self, code: str) -> str:
        element = self.elements[code]
        return in_reader_language(element.name_vi, element.name_en)

    def _history(self, one: _Stated, rule: ElementRule, element: DataElement, period: Period | None) -> History:
        """Of a report for a period: the periods before. Of a state looked up now and then: what was stated last."""
        if not self._has_history(rule):
            return History()
        unit = one.record.org_unit_id
        last = one.record.day_to if rule.day in OF_A_PERIOD else self._day_of(one, rule)
        earlier = [
            (day, exact(amount, element.decimals, parts=False))
            for day, amount in self.series.get((element.pk, unit), ())
            if day < last and self._sees(unit, day)
        ]
        if rule.day not in OF_A_PERIOD or period is None:
            return History(before=earlier[-1][1] if earlier else None)
        by_day = dict(earlier)
        return History(
            [value for _day, value in earlier],
            by_day.get(period.before().days.last),
            by_day.get(_year_before(period).days.last),
        )

    def _day_of(self, one: _Stated, rule: ElementRule) -> date:
        return next(fact.day_to for other, fact in one.facts if other is rule)

    # -- copies -------------------------------------------------------------------------------------------------------

    def _figures(self, one: _Stated) -> dict[str, int]:
        """What the report states for its period as a whole."""
        return {
            fact.code: fact.amount
            for rule, fact in one.facts
            if rule.day in OF_A_PERIOD and self.elements[rule.code].kind != ElementKind.CATEGORY
        }

    def _thresholds_of_report(self, one: _Stated) -> Thresholds:
        return self.settings.of(one.record.form.pack, "", one.level)

    def _read_around(self, stated: Sequence[_Stated]) -> dict[tuple[int, date], dict[str, int]]:
        """(neighbour, last day) -> what it stated, for reports with enough figures to be copies."""
        elements: dict[int, str] = {}
        units: set[int] = set()
        days: set[date] = set()
        for one in stated:
            figures = self._figures(one) if one.record.period_key else {}
            if figures and is_copy(figures, figures, self._thresholds_of_report(one)):
                elements |= {self.elements[code].pk: code for code in figures}
                units.update(_neighbours(one.record, self.places))
                days.add(one.record.day_to)
        if not days:
            return {}
        found: dict[tuple[int, date], dict[str, int]] = defaultdict(dict)
        for (element, unit), several in _read_series(elements, units, min(days), max(days)).items():
            for day, amount in several:
                if day in days and self._sees(unit, day):
                    found[unit, day][elements[element]] = amount
        return found

    def _copied(self, one: _Stated, period: Period) -> Finding | None:
        figures, thresholds = self._figures(one), self._thresholds_of_report(one)
        record = one.record
        before = period.before().days.last
        own: dict[str, int] = {}
        for code in figures:
            several = dict(self.series.get((self.elements[code].pk, record.org_unit_id), ()))
            if before in several and self._sees(record.org_unit_id, before):
                own[code] = several[before]
        names = {name for rule, fact in one.facts if fact.code in figures for name in rule.expression.names}
        if is_copy(figures, own, thresholds):
            sentence = describe_copied_month(len(figures), describe_period(period.before()))
            return one.finding(Kind.COPIED, "", names, sentence)
        for neighbour in _neighbours(record, self.places):
            theirs = self.around.get((neighbour, record.day_to))
            if theirs is not None and is_copy(figures, theirs, thresholds):
                name = self.places.distinct_name_on(neighbour, record.day_to)
                return one.finding(Kind.COPIED, "", names, describe_copied_neighbour(len(figures), name))
        return None


def _neighbours(record: Submission, places: PlaceSnapshot) -> list[int]:
    """Units of the same level under the same unit on the record's last day, in reading order."""
    level, parent = places.units[record.org_unit_id].level, places.parent_on(record.org_unit_id, record.day_to)
    return [
        unit
        for unit in places.children_on(parent, record.day_to)
        if unit != record.org_unit_id and places.units[unit].level == level
    ]


def _year_before(period: Period) -> Period:
    year, month = period.month_first
    return Period(period.type, (year - 1, month), period.cut_off)


# -- Relations whose other side another form states -------------------------------------------------------------------


def _add_across(stated: Sequence[_Stated], found: dict[int, list[Finding]]) -> None:
    """By the same check that the door makes."""
    together = state_together()
    concerned = [one for one in stated if one.record.form.code in together.compared_forms()]
    if not concerned:
        return
    versions = FormVersion.objects.in_bulk({one.form_version_id for one in concerned})
    statements = [
        Statement(
            one.record.form.code,
            one.record.org_unit_id,
            one.level,
            Occasion(
                one.record.period_key,
                Days(one.record.day_from, one.record.day_to),
                Days(one.record.named_from, one.record.named_to),
                one.record.due_on or one.record.day_to,
            ),
            one.answers,
            checker_of(versions[one.form_version_id]).by_name,
            corrects=one.instance_id,
        )
        for one in concerned
    ]
    for one, problems in zip(concerned, together.compare(statements), strict=True):
        for problem in problems:
            if problem.kind == RELATION:
                asked = (problem.question,) if problem.question else ()
                finding = one.finding(Kind.RELATION, f"across:{problem.question}", asked, problem.message)
                found.setdefault(one.record.pk, []).append(finding)


def _mark_seen(found: dict[int, list[Finding]]) -> None:
    versions = {one.version_id for several in found.values() for one in several}
    if not versions:
        return
    rows = SeenFinding.objects.filter(version_id__in=ids_in_sql(versions))
    seen = {(row.version_id, row.kind, row.code): Seen(row.note, row.by_name, row.at) for row in rows}
    if seen:
        for pk, several in found.items():
            found[pk] = [replace(one, seen=seen.get((one.version_id, one.kind.value, one.code))) for one in several]
