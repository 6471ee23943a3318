"""What registers state: for each unit and element that counts things or adds up a number of theirs, the steps of its
stock or flow, out of the things' versions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from caunoi.accounts.scope import ids_in_sql
from caunoi.approvals.rules import State
from caunoi.facts.models import Book, DataElement, Kind
from caunoi.facts.rules.expressions import AnswerRefused, Condition, holds, parse_condition, parse_expression
from caunoi.facts.rules.registers import (
    Matches,
    Reads,
    Spell,
    Step,
    flow_steps,
    list_spells,
    one_each,
    read_number,
    stock_steps,
    tell_lives,
)
from caunoi.places.models import OrgUnit
from caunoi.records.entities.reading import ended_condition, read_versions
from caunoi.records.entities.rules.states import Counts
from caunoi.records.entities.rules.versions import REMOVE, UNDO, Version
from caunoi.records.models import Entity, EntityList, SubmissionVersion

Series = tuple[int, int, int]
"""(book, data element id, org unit id)"""


@dataclass(frozen=True)
class _Heard:
    """Which submission versions have their word in which book."""

    reported: frozenset[int]
    approved: frozenset[int]
    withdrawn: frozenset[int]

    def counts(self, book: Book) -> Counts:
        """A version without a submission is an officer's decision and counts at once in both. So does, of a record
        that was withdrawn, what its correction had taken back before."""
        heard = self.approved if book == Book.APPROVED else self.reported
        return lambda version: (
            version.source_id is None
            or version.source_id in heard
            or (version.act in (UNDO, REMOVE) and version.source_id in self.withdrawn)
        )


@dataclass(frozen=True)
class _OfUnit:
    """The things of one register that belong to one unit, and what was said of each."""

    entity_list: EntityList
    org_unit: OrgUnit
    things: list[Entity]
    told: list[tuple[Version, ...]]


def derive_series(
    elements: Iterable[DataElement], org_unit_ids: Collection[int], decided: Collection[int] = ()
) -> dict[Series, list[Step]]:
    """Series without a step are absent. `decided`: versions of submissions that are being approved right now; their
    rows may not say so yet."""
    by_register: dict[str, list[DataElement]] = defaultdict(list)
    for element in elements:
        by_register[element.register].append(element)
    several, heard = _read_things(by_register, org_unit_ids, decided)
    found: dict[Series, list[Step]] = {}
    for one in several:
        ended = ended_condition(one.entity_list).holds
        counted = [e for e in by_register[one.entity_list.code] if one.org_unit.level in e.levels]
        for book in Book if counted else ():
            lives = tell_lives(one.told, ended, heard.counts(book))
            for element in counted:
                list_steps = flow_steps if element.kind == Kind.FLOW else stock_steps
                if steps := list_steps(lives, *_rules_of(element)):
                    found[int(book), element.pk, one.org_unit.pk] = steps
    return found


def list_counted(element: DataElement, org_unit_ids: Collection[int], book: Book) -> list[tuple[Entity, Spell]]:
    """The things that count in these units, each with the days on which it does, in the order of their entry."""
    several, heard = _read_things([element.register], org_unit_ids, ())
    found: list[tuple[Entity, Spell]] = []
    for one in several:
        if one.org_unit.level in element.levels:
            lives = tell_lives(one.told, ended_condition(one.entity_list).holds, heard.counts(book))
            found += [(one.things[spell.number], spell) for spell in list_spells(lives, *_rules_of(element))]
    return found


def _read_things(
    registers: Iterable[str], org_unit_ids: Collection[int], decided: Collection[int]
) -> tuple[list[_OfUnit], _Heard]:
    entities = (
        Entity.objects.filter(
            entity_list__code__in=list(registers),
            org_unit_id__in=ids_in_sql(org_unit_ids),
            merged_into=None,
        )  # fmt: skip
        .select_related("entity_list", "org_unit")
        .order_by("pk")
    )
    things: dict[tuple[int, int], list[Entity]] = defaultdict(list)
    for entity in entities:
        things[entity.entity_list_id, entity.org_unit_id].append(entity)
    versions = read_versions([one.pk for several in things.values() for one in several])
    found = [
        _OfUnit(several[0].entity_list, several[0].org_unit, several, [tuple(versions[one.pk]) for one in several])
        for several in things.values()
    ]
    return found, _read_heard(versions, decided)


def _read_heard(versions: Mapping[int, list[Version]], decided: Collection[int]) -> _Heard:
    sources = {one.source_id for several in versions.values() for one in several if one.source_id is not None}
    rows = SubmissionVersion.objects.filter(pk__in=ids_in_sql(sources)).values_list(
        "pk", "number", "submission__reported_number", "submission__approved_number", "submission__state"
    )
    reported, approved, withdrawn = set(decided), set(decided), set()
    for pk, number, reported_number, approved_number, state in rows:
        # A correction that counts says again what it left as it was; the flags of an older one are settled by it.
        if number <= (approved_number or 0):
            approved.add(pk)
            reported.add(pk)
        elif number <= (reported_number or 0):
            reported.add(pk)
        if state == State.WITHDRAWN:
            withdrawn.add(pk)
    return _Heard(frozenset(reported), frozenset(approved), frozenset(withdrawn))


def _rules_of(element: DataElement) -> tuple[Matches, Reads]:
    """Which things count, and what each adds: one, where no number of theirs is named."""
    matches = _matches(parse_condition(element.filter))
    if not element.expression:
        return matches, one_each
    return matches, read_number(parse_expression(element.expression), element.decimals)


def _matches(condition: Condition) -> Matches:
    def matches(values: Mapping[str, str]) -> bool:
        try:
            return holds(condition, values)
        except AnswerRefused:
            # A text where the filter wants a number: not one of those it means.
            return False

    return matches
