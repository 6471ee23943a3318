"""Works, and what records say was given for them and what they cost. Everything passes the reader's scope."""

from __future__ import annotations

import uuid as uuids
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, Sum

from caunoi.accounts.scope import Scope, ids_in_sql
from caunoi.approvals.rules import State
from caunoi.contributions.errors import WorkUnknown
from caunoi.contributions.models import ConsentWithdrawn, Disclosure, PackPurse, WorkLine
from caunoi.contributions.people import open_names
from caunoi.contributions.rules.disclosing import Consent, Gift
from caunoi.contributions.rules.purse import Purse, Side, WorkForm, read_purse
from caunoi.facts.rules.question import BookName
from caunoi.forms.queries import questions_of
from caunoi.forms.rules.questions import Question
from caunoi.moments import local_date
from caunoi.periods.rules import Days
from caunoi.places.queries import get_snapshot
from caunoi.records.entities.queries import visible_entities
from caunoi.records.entities.reading import units_kept_by
from caunoi.records.models import Entity, Submission, SubmissionVersion
from caunoi.remembering import remember
from caunoi.vietnamese_text import fold

Sums = dict[tuple[Side, str, str], int]
"""(side, source, kind) -> amount, in whole 10^-decimals of the kind."""


def list_purses() -> dict[str, Purse]:
    """By pack. Asked for each sending at the door, so remembered between changes of definitions."""
    return remember(
        "purses", lambda: {one.pack: read_purse(one.definition) for one in PackPurse.objects.order_by("pack")}
    )


def find_form(purses: Mapping[str, Purse], form_code: str) -> tuple[str, Purse, WorkForm] | None:
    """(pack, its purse, the form)."""
    for pack, purse in purses.items():
        form = purse.form(form_code)
        if form is not None:
            return pack, purse, form
    return None


def purse_of(register: str, purses: Mapping[str, Purse]) -> tuple[str, Purse]:
    """The purse whose forms name things of this register. Raises WorkUnknown."""
    for pack, purse in purses.items():
        if any(one.register == register for one in purse.forms):
            return pack, purse
    raise WorkUnknown


# -- works -------------------------------------------------------------------------------------------------------------


def list_works(scope: Scope, today: date, *, register: str, unit: int | None, text: str) -> QuerySet[Entity]:
    """Works that stand in the register, by name; also those that ended, whose accounts are still asked for."""
    found = visible_entities(scope, today).filter(entity_list__code=register, removed=False, merged_into=None)
    if unit is not None:
        found = found.filter(org_unit_id__in=ids_in_sql(units_kept_by(unit, today, get_snapshot())))
    for word in fold(text).split():
        found = found.filter(search__contains=word)
    return found.order_by("search", "uuid")


def get_work(uuid: UUID, scope: Scope, today: date, purses: Mapping[str, Purse]) -> Entity:
    """Raises WorkUnknown also for one the reader may not see. One that was merged away stands for what it went into."""
    registers = {one.register for purse in purses.values() for one in purse.forms}
    found = visible_entities(scope, today).filter(entity_list__code__in=registers, uuid=uuid, removed=False).first()
    if found is None:
        raise WorkUnknown
    return follow_merging(found)


def follow_merging(work: Entity) -> Entity:
    while work.merged_into is not None:
        work = work.merged_into
    return work


def identities_of(works: Collection[Entity]) -> dict[UUID, int]:
    """Each identity under which records name these works -> the work's number: its own, and those of things that were
    found to be the same."""
    found = {one.uuid: one.pk for one in works}
    step = {one.pk: one.pk for one in works}
    while step:
        rows = Entity.objects.filter(merged_into_id__in=ids_in_sql(step)).values_list("pk", "uuid", "merged_into_id")
        following = {}
        for pk, uuid, into in rows:
            if uuid not in found:
                found[uuid] = step[into]
                following[pk] = step[into]
        step = following
    return found


# -- amounts -----------------------------------------------------------------------------------------------------------


def standing_lines(scope: Scope, book: BookName, days: Days | None = None) -> QuerySet[WorkLine]:
    """What counts in the book: of each record the version that stands there."""
    number = F("submission__approved_number") if book == "approved" else F("submission__reported_number")
    found = WorkLine.objects.filter(scope.condition("submission__"), number=number)
    if days is not None:
        found = found.filter(submission__day_from__gte=days.first, submission__day_to__lte=days.last)
    return found.exclude(submission__state=State.WITHDRAWN.value)


def sum_by_work(works: Sequence[Entity], lines: QuerySet[WorkLine]) -> dict[int, Sums]:
    """By the work's number, in one statement for all of them."""
    known = identities_of(works)
    found: dict[int, Sums] = defaultdict(dict)
    rows = lines.filter(work__in=list(known)).values("work", "side", "source", "kind").annotate(total=Sum("amount"))
    for row in rows.order_by():
        _add(found[known[row["work"]]], row)
    return found


def sum_by_unit(work: Entity, lines: QuerySet[WorkLine]) -> dict[int, Sums]:
    """By the unit whose records say so."""
    found: dict[int, Sums] = defaultdict(dict)
    rows = lines.filter(work__in=list(identities_of([work]))).values(
        "submission__org_unit_id", "side", "source", "kind"
    )
    for row in rows.annotate(total=Sum("amount")).order_by():
        _add(found[row["submission__org_unit_id"]], row)
    return found


def sum_all(lines: QuerySet[WorkLine]) -> Sums:
    found: Sums = {}
    for row in lines.values("side", "source", "kind").annotate(total=Sum("amount")).order_by():
        _add(found, row)
    return found


def within(lines: QuerySet[WorkLine], unit: int, day: date) -> QuerySet[WorkLine]:
    """Of this unit's records: its own, those below it on that day, and those of what went into them."""
    units = units_kept_by(unit, day, get_snapshot())
    return lines.filter(submission__org_unit_id__in=ids_in_sql(units))


def _add(sums: Sums, row: Mapping[str, object]) -> None:
    if not row["kind"]:
        return
    key = Side(row["side"]), str(row["source"]), str(row["kind"])
    sums[key] = sums.get(key, 0) + int(str(row["total"]))


def money_by_source(sums: Sums, side: Side, purse: Purse) -> dict[str, int]:
    """In đồng, of all kinds that are money."""
    found: dict[str, int] = {}
    for (which, source, code), amount in sums.items():
        kind = purse.kind(code)
        if which == side and kind is not None and kind.money:
            found[source] = found.get(source, 0) + amount // 10**kind.decimals
    return found


@dataclass(frozen=True)
class Told:
    """A record on the cost side. `pictures`: (question, file name) of its photos."""

    submission: Submission
    number: int
    answers: Mapping[str, Any]
    questions: Sequence[Question]

    @property
    def pictures(self) -> list[tuple[Question, str]]:
        asked = [one for one in self.questions if one.type == "image" and one.repeat is None]
        return [(one, str(self.answers[one.name])) for one in asked if self.answers.get(one.name)]


def list_told(work: Entity, scope: Scope, book: BookName) -> list[Told]:
    """Records that tell of the work itself, what it cost and how far it is, the newest first."""
    lines = standing_lines(scope, book).filter(work__in=list(identities_of([work])), side=Side.COST.value)
    wanted = set(lines.values_list("submission_id", "number"))
    versions = _read_versions(wanted).values()
    told = [Told(one.submission, one.number, one.answers, questions_of(one.form_version)) for one in versions]
    return sorted(told, key=lambda one: (one.submission.day_to, one.submission.pk), reverse=True)


# -- gifts -------------------------------------------------------------------------------------------------------------


def list_gifts(work: Entity, scope: Scope, book: BookName, purse: Purse) -> list[Gift]:
    """Records that give for the work, by unit and day; with names, for whoever was found to be allowed to read them.
    A record of several sources is a gift of each."""
    lines = standing_lines(scope, book).filter(work__in=list(identities_of([work])), side=Side.GIVEN.value)
    amounts: dict[tuple[int, int, str], dict[str, int]] = defaultdict(dict)
    for pk, number, source, kind, amount in lines.values_list("submission_id", "number", "source", "kind", "amount"):
        if kind:
            amounts[pk, number, source][kind] = amount
    versions = _read_versions({(pk, number) for pk, number, _source in amounts})
    givers = {key: _giver(one, purse) for key, one in versions.items()}
    names = open_names({key: name for key, (name, _consent) in givers.items()})
    withdrawn: dict[int, date] = {}
    rows = ConsentWithdrawn.objects.filter(submission_id__in=ids_in_sql({pk for pk, _number in versions}))
    for pk, at in rows.order_by("at").values_list("submission_id", "at"):
        withdrawn[pk] = local_date(at)
    gifts = []
    for (pk, number, source), given in amounts.items():
        version = versions[pk, number]
        form = purse.form(version.form.code)
        households = version.answers.get(form.households, "") if form is not None and form.households else ""
        gifts.append(
            Gift(
                pk, version.submission.org_unit_id, version.submission.day_to, source, given,
                int(households) if isinstance(households, str) and households.isdecimal() else None,
                names.get((pk, number), ""), givers[pk, number][1], withdrawn.get(pk),
            )
        )  # fmt: skip
    places = get_snapshot()
    return sorted(gifts, key=lambda one: (places.order_key(one.org_unit, one.day), one.day, one.record, one.source))


def _read_versions(wanted: Collection[tuple[int, int]]) -> dict[tuple[int, int], SubmissionVersion]:
    numbers = dict(wanted)
    rows = SubmissionVersion.objects.filter(submission_id__in=ids_in_sql(numbers)).select_related(
        "submission__form", "submission__org_unit", "form_version__form", "form"
    )
    rows = rows.defer("xml")
    return {(one.submission_id, one.number): one for one in rows if numbers[one.submission_id] == one.number}


def _giver(version: SubmissionVersion, purse: Purse) -> tuple[str, Consent]:
    """(the name as it is stored, what is recorded of the consent)."""
    form = purse.form(version.form.code)
    if form is None or not form.giver:
        return "", Consent(False, None, "")
    said = {
        name: str(version.answers.get(name) or "")
        for name in (form.giver, form.consent, form.consent_day, form.consent_way)
    }
    try:
        day = date.fromisoformat(said[form.consent_day])
    except ValueError:
        day = None
    return said[form.giver], Consent(said[form.consent] == form.consent_value, day, said[form.consent_way])


# -- disclosure --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Templates:
    """Keys of the stored files; None: the pack brings none."""

    list_id: str | None
    letter_id: str | None


def find_templates(pack: str) -> Templates:
    found = PackPurse.objects.filter(pack=pack).first()
    return Templates(found.list_template_id, found.letter_template_id) if found is not None else Templates(None, None)


def find_disclosure(work: Entity) -> Disclosure | None:
    return Disclosure.objects.filter(work=work).first()


def read_uuid(text: object) -> UUID | None:
    if not isinstance(text, str) or not text:
        return None
    try:
        return uuids.UUID(text.strip().removeprefix("uuid:"))
    except ValueError:
        return None
