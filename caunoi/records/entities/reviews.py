"""A unit's review: what its registers count today for the form that states it, beside what was stated last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from caunoi.accounts.scope import ids_in_sql
from caunoi.approvals.rules import State
from caunoi.forms.queries import get_form_version, questions_of
from caunoi.forms.rules.filling import ASK, DAY
from caunoi.places.queries import get_snapshot
from caunoi.records.entities.reading import units_kept_by
from caunoi.records.entities.rules.reviews import WORDS, ReviewTerms, Things, from_json, source_of
from caunoi.records.models import Entity, EntityList, Submission, SubmissionVersion


@dataclass(frozen=True)
class ReviewLine:
    """`counted`: '' where the officer is asked. `register`, `added`: whose things were counted, and which property of
    theirs was added up. `last`: what was stated last, '' if nothing."""

    question: str
    counted: str
    register: str
    added: str
    last: str

    @property
    def differs(self) -> bool:
        return bool(self.counted and self.last) and self.counted != self.last


@dataclass(frozen=True)
class Review:
    """`last_day`: of the record that stated it last. `known`: something of the unit is in the registers; of one that
    keeps none, nothing is counted and the form is typed."""

    terms: ReviewTerms
    lines: tuple[ReviewLine, ...]
    last_day: date | None
    known: bool

    @property
    def counted(self) -> dict[str, str]:
        return {one.question: one.counted for one in self.lines if one.counted}


def find_terms(register: EntityList, level: str) -> ReviewTerms | None:
    return next((one for one in from_json(register.reviews) if one.level == level), None)


def make_review(terms: ReviewTerms, org_unit_id: int, today: date) -> Review:
    things = read_things(terms, org_unit_id, today)
    counted = WORDS.fill(terms.answers, things, {DAY: today})
    last_day, last = _read_last(terms.form, org_unit_id, today)
    # In the form's order: what a pack says in JSON has none.
    words = ((one.name, terms.answers.get(one.name, "")) for one in questions_of(get_form_version(terms.form)))
    lines = tuple(
        ReviewLine(name, counted.get(name, ""), *source_of(word), last.get(name, ""))
        for name, word in words
        if word == ASK or name in terms.counted
    )
    return Review(terms, lines, last_day, bool(things))


def read_things(terms: ReviewTerms, org_unit_id: int, today: date) -> Things:
    """Those there today that the unit looks after: its own, and those of units that it went on from."""
    places = get_snapshot()
    found: dict[str, list[Mapping[str, str]]] = defaultdict(list)
    live = Entity.objects.filter(
        entity_list__code__in=terms.registers,
        removed=False,
        merged_into=None,
        ended_on=None,
        org_unit_id__in=ids_in_sql(units_kept_by(org_unit_id, today, places)),
    )
    for code, unit, properties in live.values_list("entity_list__code", "org_unit_id", "properties"):
        now = max(places.map_unit(unit, today), key=lambda one: one.parts, default=None)
        if (now.unit if now is not None else unit) == org_unit_id:
            found[code].append(properties)
    return found


def _read_last(form: str, org_unit_id: int, today: date) -> tuple[date | None, Mapping[str, str]]:
    sent = Submission.objects.filter(form__code=form, org_unit_id=org_unit_id, day_to__lte=today)
    last = sent.exclude(state=State.WITHDRAWN.value).order_by("-day_to", "-pk").first()
    if last is None:
        return None, {}
    return last.day_to, SubmissionVersion.objects.get(submission=last, number=last.current_number).answers
