"""Why a figure is what it is: definition, parts, units below, and the submissions behind it, as far as the reader may
see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from caunoi.accounts.scope import Scope
from caunoi.approvals.models import ApprovalStep
from caunoi.approvals.rules import Step
from caunoi.facts.access import answer_with_units_below, ask_as, reach_further
from caunoi.facts.closure import get_closure
from caunoi.facts.engine import open_engine
from caunoi.facts.errors import QuestionMalformed
from caunoi.facts.models import Book, DataElement, Kind
from caunoi.facts.questions import Answer
from caunoi.facts.refs import decode
from caunoi.facts.rules.formula import Node, list_reads, print_formula
from caunoi.facts.rules.formula_tree import Attainment, Change, Earlier, Path, TargetPeriod
from caunoi.facts.rules.question import Figure, Question, exact, figure_json, text_of
from caunoi.facts.rules.relations import name_relation
from caunoi.facts.things import ThingsBehind, list_things_behind
from caunoi.forms.queries import questions_of
from caunoi.languages import in_reader_language
from caunoi.periods.rules import Days
from caunoi.records.models import SubmissionVersion
from caunoi.refusals import NotFound
from caunoi.sentences import tell

PAGE = 50


@dataclass(frozen=True)
class SubmissionLine:
    """One record behind a figure. `value` as stated by the record (before any share of it was handed on).

    A class is a code, and its name on the form that stated it, in the reader's language.
    """

    submission_id: int | None
    """None: an officer's decision about a register changed the number last, and no record."""
    version_number: int
    form_code: str
    unit_key: str
    unit_name: str
    first: date
    last: date
    value: Decimal | None
    class_code: str
    class_name: str
    entered_by: str
    received_at: datetime | None
    approved_by: str
    approved_at: datetime | None
    synthetic: bool


@dataclass(frozen=True)
class Evidence:
    """One data element's records: a page of those the reader may see, how many there are, how many stay hidden."""

    code: str
    name_vi: str
    name_en: str
    lines: tuple[SubmissionLine, ...]
    total: int
    hidden: int
    page: int
    pages: int
    days: Days
    key: str
    """Tells apart one element's records of the asked days and of others."""
    things: ThingsBehind | None = None
    """Of a register: which of its things count in the units of this page."""


@dataclass(frozen=True)
class Related:
    """A declared relation of what is explained: `words` lead from it to `figure`, the other side's."""

    relation: str
    words: str
    figure: Figure


@dataclass(frozen=True)
class Side:
    """One side of a comparison: `words` say which."""

    words: str
    figure: Figure


@dataclass(frozen=True)
class Explanation:
    """`figure.warnings` say which of the relations the figures break."""

    figure: Figure
    question: Question
    definition_vi: str
    definition_en: str
    formula: str
    source: str
    form_code: str
    register: str
    sides: tuple[Side, ...]
    parts: tuple[Figure, ...]
    children: tuple[Figure, ...]
    evidence: tuple[Evidence, ...]
    units: tuple[tuple[str, str, str], ...]
    """For `units`: (key, code, name) of what was counted."""
    synthetic: bool
    related: tuple[Related, ...] = ()


def explain(ref: str, scope: Scope, page: int = 1) -> Explanation:
    """Refuses with NotFound what the reader may not see; a ref that is no question with QuestionMalformed."""
    question = replace(decode(ref), level=None, by=None)
    if len(question.codes) != 1:
        raise QuestionMalformed(_("Đường dẫn số liệu này không đọc được. Hãy mở lại từ báo cáo hoặc trang số liệu."))
    answer, (figure, *children) = answer_with_units_below(question, scope)
    if not all(reach.sees(question.place) for reach in reach_further(answer, figure.code, scope)):
        raise NotFound(_("Số này so với kỳ khác mà số liệu của kỳ đó nằm ngoài phạm vi của bạn."))
    related = _related(answer, figure, scope)
    if related:
        together = tuple(dict.fromkeys([figure.code, *(one.figure.code for one in related)]))
        figure = Answer(replace(question, codes=together), scope).figures()[0]
    code = question.codes[0]
    element, indicator = answer.catalogue.elements.get(code), answer.catalogue.indicators.get(code)
    formula = indicator.formula if indicator else "" if element else code
    behind = sorted(answer.plan.cells_behind(code, 0), key=lambda one: (one[1], one[0]))
    return Explanation(
        figure=figure,
        question=question,
        definition_vi=element.definition_vi if element else "",
        definition_en=element.definition_en if element else "",
        formula=formula,
        source=indicator.source_vi if indicator else "",
        form_code=element.form_code if element else "",
        register=element.register if element else "",
        sides=_sides(answer, scope),
        parts=_parts(answer, scope),
        children=tuple(children),
        evidence=tuple(
            _evidence(answer, answer.plan.elements[e], at, scope, page)
            for e, at in behind
            if answer.plan.elements[e].kind != Kind.UNITS
        )
        if answer.present
        else (),
        units=_units(answer, element) if answer.present and element and element.kind == Kind.UNITS else (),
        synthetic=any(unit.synthetic for unit in answer.places.units.values()),
        related=related,
    )


def _related(answer: Answer, figure: Figure, scope: Scope) -> tuple[Related, ...]:
    """In the order of the pack; the other sides of the same place, days, boundaries and book."""
    if not answer.present:
        return ()
    declared = [
        (relation, other if code == figure.code else code, code != figure.code)
        for code, relation, other in answer.catalogue.relations
        # What an indicator was to be is said beside it, of the target's days; a target leads to its indicator here.
        if figure.code in (code, other) and figure.code in answer.catalogue.elements
        if code in answer.catalogue.elements and answer.catalogue.definition_of(other)
    ]
    if not declared:
        return ()
    codes = tuple(dict.fromkeys(code for _relation, code, _turned in declared))
    figures = {one.code: one for one in ask_as(replace(answer.question, codes=codes, level=None), scope)}
    return tuple(
        Related(relation, name_relation(relation, turned=turned), figures[code]) for relation, code, turned in declared
    )


def _parts(answer: Answer, scope: Scope) -> tuple[Figure, ...]:
    """What the formula names, each over the days it is read of; those of the asked days first."""
    code = answer.question.codes[0]
    node = answer.plan.formulas.get(code)
    if node is None:
        return ()
    codes_at: dict[int, set[str]] = {}
    for inner, path in list_reads(node):
        if (at := answer.plan.follow(0, path)) is not None:
            codes_at.setdefault(at, set()).add(inner)
    return tuple(
        figure for at, codes in sorted(codes_at.items()) for figure in ask_as(_moved(answer, at, *sorted(codes)), scope)
    )


def _moved(answer: Answer, at: int, *codes: str) -> Question:
    """The same question for other days: boundaries, book and moment of knowledge stay."""
    days = answer.plan.slices[at].days
    return replace(answer.question, codes=codes, first=days.first, last=days.last, level=None, by=None)


def _sides(answer: Answer, scope: Scope) -> tuple[Side, ...]:
    """Both sides of a comparison that is the whole formula; () for any other."""
    node = answer.plan.formulas.get(answer.question.codes[0])
    asked: list[tuple[str, Node, Path]]
    match node:
        case Change(operand, "year"):
            asked = [(_("kỳ này"), operand, ()), (_("cùng kỳ năm trước"), operand, (Earlier("year"),))]
        case Change(operand):
            asked = [(_("kỳ này"), operand, ()), (_("kỳ liền trước"), operand, (Earlier("period"),))]
        case Attainment(result, target):
            asked = [
                (_("kết quả đến cuối kỳ"), result, (TargetPeriod(target.code, result.code, whole=False),)),
                (_("chỉ tiêu phấn đấu"), target, (TargetPeriod(target.code, result.code, whole=True),)),
            ]
        case _:
            return ()
    found = []
    for words, side, path in asked:
        if (at := answer.plan.follow(0, path)) is not None:
            found += [Side(words, one) for one in ask_as(_moved(answer, at, print_formula(side)), scope)]
    return tuple(found)


def _units(answer: Answer, element: DataElement) -> tuple[tuple[str, str, str], ...]:
    day = answer.question.boundaries
    return tuple(
        (answer.places.units[u].key, answer.places.code_on(u, day), answer.places.path_name(u, day))
        for u in answer.places.at_level(answer.root, element.levels[0], day)
    )


def _class_name(element: DataElement, version: SubmissionVersion, code: str) -> str:
    for question in questions_of(version.form_version):
        if question.choices and f"${{{question.name}}}" in element.expression:
            return in_reader_language(question.choice_label(code, "vi"), question.choice_label(code, "en"))
    return code


def _evidence(answer: Answer, element: DataElement, at: int, scope: Scope, page: int) -> Evidence:
    question = answer.question
    engine = answer.cells.engine if at == 0 else None
    engine = engine or open_engine(question, get_closure(answer.places, question.boundaries), [answer.plan.slices[at]])
    rows, total = engine.contributions(
        element.pk, answer.root, element.kind, limit=PAGE, offset=(max(page, 1) - 1) * PAGE
    )
    # By key and one after the other: given the join, SQLite begins at the one form and walks through its records.
    found = SubmissionVersion.objects.filter(pk__in={row[0] for row in rows}).defer("xml", "answers")
    versions = {v.pk: v for v in found.prefetch_related("submission__form", "form_version")}
    approvals = _approvals(list(versions.values()))
    lines = []
    for version_id, unit, amount, first, last, class_code in rows:
        if version_id is None:
            if scope.sees_record(unit, Days(first, last)):
                lines.append(_decision_line(answer, element, unit, int(amount), first))
            continue
        version = versions[version_id]
        days = Days(version.submission.day_from, version.submission.day_to)
        # A thing of one unit may have been changed by another's record.
        if not all(scope.sees_record(one, days) for one in {unit, version.submission.org_unit_id}):
            continue
        step = approvals.get((version.submission_id, version.number))
        lines.append(
            SubmissionLine(
                submission_id=version.submission_id,
                version_number=version.number,
                form_code=version.submission.form.code,
                unit_key=answer.places.units[unit].key,
                unit_name=answer.places.path_name(unit, last),
                first=first,
                last=last,
                value=None if class_code else exact(int(amount), element.decimals, parts=False),
                class_code=class_code,
                class_name=_class_name(element, version, class_code) if class_code else "",
                entered_by=version.entered_by_name,
                received_at=version.received_at,
                approved_by=tell(step.by_name) if step else "",
                approved_at=step.at if step else None,
                synthetic=answer.places.units[unit].synthetic,
            )
        )
    return Evidence(
        element.code,
        element.name_vi,
        element.name_en,
        tuple(lines),
        total,
        len(rows) - len(lines),
        max(page, 1),
        max(1, -(-total // PAGE)),
        answer.plan.slices[at].days,
        element.code if at < answer.plan.asked else f"{element.code}-{answer.plan.slices[at].days.first:%Y%m%d}",
        _things(answer, element, at, rows, total, scope) if element.register else None,
    )


def _things(
    answer: Answer,
    element: DataElement,
    at: int,
    rows: Sequence[tuple[int | None, int, int, date, date, str]],
    total: int,
    scope: Scope,
) -> ThingsBehind:
    """Those of the asked unit itself too: where none of them states its number, no record stands for them."""
    days = answer.plan.slices[at].days
    of_page = {row[1] for row in rows} | ({answer.root} if total <= PAGE else set())
    units = {unit for unit in of_page if scope.sees_record(unit, days)}
    posted: dict[tuple[int, date], int] = defaultdict(int)
    for _version, unit, amount, _first, last, _class in rows:
        if unit in units:
            posted[unit, last] += int(amount)
    return list_things_behind(element, Book[answer.question.book.upper()], days, posted, units)


def _decision_line(answer: Answer, element: DataElement, unit: int, amount: int, day: date) -> SubmissionLine:
    return SubmissionLine(
        submission_id=None,
        version_number=0,
        form_code="",
        unit_key=answer.places.units[unit].key,
        unit_name=answer.places.path_name(unit, day),
        first=day,
        last=day,
        value=exact(amount, element.decimals, parts=False),
        class_code="",
        class_name="",
        entered_by=_("Quyết định của người phụ trách sổ theo dõi"),
        received_at=None,
        approved_by="",
        approved_at=None,
        synthetic=answer.places.units[unit].synthetic,
    )


def _approvals(versions: Sequence[SubmissionVersion]) -> dict[tuple[int, int], ApprovalStep]:
    steps = ApprovalStep.objects.filter(
        subject__in=[f"submission:{version.submission_id}" for version in versions], step=Step.APPROVE
    ).order_by("id")
    return {(int(step.subject.partition(":")[2]), step.number): step for step in steps}


def explanation_json(explanation: Explanation) -> dict[str, Any]:
    return {
        "figure": figure_json(explanation.figure),
        "definition": explanation.definition_vi,
        "formula": explanation.formula,
        "source": explanation.source,
        "relations": [
            {"relation": one.relation, "words": one.words, "figure": figure_json(one.figure)}
            for one in explanation.related
        ],
        "sides": [{"words": one.words, "figure": figure_json(one.figure)} for one in explanation.sides],
        "parts": [figure_json(part) for part in explanation.parts],
        "children": [figure_json(child) for child in explanation.children],
        "units": [{"key": key, "code": code, "name": name} for key, code, name in explanation.units],
        "records": [
            {
                "code": evidence.code,
                "from": evidence.days.first.isoformat(),
                "to": evidence.days.last.isoformat(),
                "total": evidence.total,
                "hidden": evidence.hidden,
                "page": evidence.page,
                "pages": evidence.pages,
                "submissions": [
                    {
                        "submission": line.submission_id,
                        "version": line.version_number,
                        "form": line.form_code,
                        "unit": line.unit_key,
                        "unit_name": line.unit_name,
                        "from": line.first.isoformat(),
                        "to": line.last.isoformat(),
                        "value": text_of(line.value),
                        "class": line.class_code or None,
                        "entered_by": line.entered_by,
                        "received_at": line.received_at.isoformat() if line.received_at else None,
                        "approved_by": line.approved_by,
                        "approved_at": line.approved_at.isoformat() if line.approved_at else None,
                        "synthetic": line.synthetic,
                    }
                    for line in evidence.lines
                ],
                **_things_json(evidence.things),
            }
            for evidence in explanation.evidence
        ],
    }


def _things_json(things: ThingsBehind | None) -> dict[str, Any]:
    """Nothing of a figure that no register gives."""
    if things is None:
        return {}
    lines = [
        {
            "register": line.register,
            "thing": str(line.uuid),
            "name": line.name,
            "since": line.since.isoformat(),
            "value": text_of(line.value),
        }
        for line in things.lines
    ]
    told = {"total": things.total, "stating_none": things.stating_none, "changed_since": things.changed}
    return {"things": told | {"lines": lines}}
