"""Reading registers. Whatever is shown to a reader passes through their scope; what devices get, through their unit."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import uuid as uuids
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from caunoi import moments
from caunoi.accounts.scope import ONE_DAY, Scope, ids_in_sql
from caunoi.forms.queries import declarations_of, list_feeding, list_keeping_levels, questions_of
from caunoi.forms.rules.check import type_problem
from caunoi.forms.rules.questions import NUMBERS, Question
from caunoi.languages import show_number
from caunoi.personal.vault import is_sealed
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.records.entities.errors import EntityListUnknown, EntityProblemUnknown, EntityUnknown
from caunoi.records.entities.reading import ended_condition, read_versions, units_kept_by
from caunoi.records.entities.rules.states import Stretch, find_state, is_removed, tell_story
from caunoi.records.entities.rules.versions import LABEL, MERGE, Version
from caunoi.records.models import Entity, EntityBacklog, EntityList, EntityProblem, EntityVersion
from caunoi.vietnamese_text import fold, sort_key

# Lists show so many properties where a pack names none.
FIRST_COLUMNS = 4


# Registers


def list_registers() -> list[EntityList]:
    return sorted(EntityList.objects.all(), key=lambda one: (sort_key(one.title_vi), one.code))


def get_register(code: str) -> EntityList:
    """Raises EntityListUnknown."""
    found = EntityList.objects.filter(code=code).first()
    if found is None:
        raise EntityListUnknown(code)
    return found


@dataclass(frozen=True)
class Property:
    """One property of a register, named and worded by the question it is taken from in the newest form."""

    name: str
    question: Question | None

    def label(self, language: str) -> str:
        return self.question.label(language) if self.question else self.name

    def show(self, value: str, language: str) -> str:
        """Choices by their labels, days and numbers as people write them, other values as they are. What is sealed is
        hidden: who may read it asks `sealed.read_people` first."""
        if is_sealed(value):
            return _("(dữ liệu cá nhân)")
        if self.question is None or not value:
            return value
        if self.question.type == "date" and type_problem(self.question, value) is None:
            return f"{date.fromisoformat(value):%d/%m/%Y}"
        if self.question.type in NUMBERS and type_problem(self.question, value) is None:
            return show_number(Decimal(value))
        if self.question.type == "select_one":
            return self.question.choice_label(value, language)
        if self.question.type == "select_multiple":
            return ", ".join(self.question.choice_label(one, language) for one in value.split())
        return value


def list_properties(entity_list: EntityList) -> list[Property]:
    """In the register's order."""
    questions: dict[str, Question] = {}
    for version in list_feeding(entity_list.code):
        by_path = {question.path: question for question in questions_of(version)}
        for declared in declarations_of(version):
            if declared.list_code == entity_list.code:
                questions.update((name, by_path[path]) for name, path in declared.properties if path in by_path)
    return [Property(name, questions.get(name)) for name in entity_list.properties]


def name_thing(entity_list: EntityList, values: Mapping[str, str]) -> str:
    """The name that the register gives a thing with these values, in Vietnamese, as forms' own labels are; '' if a form
    or a person names it."""
    wanted = list(entity_list.label_from)
    if not wanted:
        return ""
    known = {one.name: one for one in list_properties(entity_list)}
    shown = (known[name].show(values.get(name, ""), "vi") for name in wanted if name in known)
    return " ".join(one for one in shown if one)


def columns_of(entity_list: EntityList) -> list[str]:
    return list(entity_list.columns) or list(entity_list.properties)[:FIRST_COLUMNS]


# What devices get


def entity_csv(list_code: str, org_unit_id: int, on: date | None = None) -> bytes:
    """The unit's things as Collect and the browser form read them; of a unit above, those of its whole subtree. Where
    only units above keep the register, theirs: a village names the works of its commune.

    Only what exists: not ended, merged away or removed. Things of units that went into this one are its own. Header
    ``name,label,__version,<properties>``, without those about a person; nothing but the header for a register that
    doesn't exist (yet). `on`: the boundaries, default today's. The same bytes as long as nothing about the things
    changes.
    """
    register = EntityList.objects.filter(code=list_code).first()
    properties = [name for name in register.properties if name not in register.personal] if register else []
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["name", "label", "__version", *properties])
    if register is not None:
        things = _live(register, _offered(list_code, org_unit_id, on))
        rows = things.values_list("uuid", "label", "current_number", "properties")
        for uuid, label, number, values in rows.order_by("label", "uuid"):
            writer.writerow([str(uuid), label, number, *(values.get(name, "") for name in properties)])
    return out.getvalue().encode()


def entity_list_hash(list_code: str, org_unit_id: int, on: date | None = None) -> str:
    """MD5 of `entity_csv`, in hexadecimal digits."""
    return hashlib.md5(entity_csv(list_code, org_unit_id, on), usedforsecurity=False).hexdigest()


def deleted_of(list_code: str, ids: Iterable[str], org_unit_id: int, on: date | None = None) -> dict[str, bool]:
    """Whether each of these is no longer in the unit's list. What the server does not know (made offline, not sent
    yet) is left out, and so is what is no identity."""
    asked: dict[uuids.UUID, str] = {}
    for one in ids:
        try:
            asked[uuids.UUID(one.strip().removeprefix("uuid:"))] = one
        except ValueError:
            continue
    register = EntityList.objects.filter(code=list_code).first()
    if register is None:
        return {}
    wanted = list(asked)
    known = set(register.entities.filter(uuid__in=wanted).values_list("uuid", flat=True))
    offered = _live(register, _offered(list_code, org_unit_id, on))
    live = set(offered.filter(uuid__in=wanted).values_list("uuid", flat=True))
    return {text: uuid not in live for uuid, text in asked.items() if uuid in known}


def list_offered(list_code: str, org_unit_id: int, on: date) -> QuerySet[Entity]:
    """What exists of the register and a unit may name: what its forms offer, and what units above it keep."""
    register = EntityList.objects.filter(code=list_code).first()
    if register is None:
        return Entity.objects.none()
    return _live(register, {*_offered(list_code, org_unit_id, on), *get_snapshot().ancestors_on(org_unit_id, on)})


def _offered(list_code: str, org_unit_id: int, on: date | None) -> set[int]:
    day, places = on or moments.today(), get_snapshot()
    found = units_kept_by(org_unit_id, day, places)
    levels = list_keeping_levels(list_code)
    if org_unit_id not in places.units or places.units[org_unit_id].level in levels:
        return found
    above = next((one for one in places.ancestors_on(org_unit_id, day) if places.units[one].level in levels), None)
    return found if above is None else found | _merged_into(above, places)


def _merged_into(unit: int, places: PlaceSnapshot) -> set[int]:
    """The unit and, however far back, those that went into it: their things are its own."""
    found, open_ = {unit}, [unit]
    while open_:
        olds = {step.old for step in places.predecessors(open_.pop())} - found
        found |= olds
        open_ += olds
    return found


def _live(register: EntityList, units: Iterable[int]) -> QuerySet[Entity]:
    found = register.entities.filter(removed=False, merged_into=None, ended_on=None)
    return found.filter(org_unit_id__in=ids_in_sql(units))


# What officers see


@dataclass(frozen=True)
class Filters:
    """`state`: live, ended, conflict, or all (merged and removed things too). `unit_ids` None: all that may be seen.
    `known`: as was known at the end of that day; None: as now known. `values`: properties that must say this.
    `year`: in which the thing began."""

    day: date
    text: str = ""
    state: str = "live"
    unit_ids: frozenset[int] | None = None
    known: date | None = None
    values: tuple[tuple[str, str], ...] = ()
    year: int | None = None


@dataclass(frozen=True)
class Row:
    """A thing as it was on the asked day."""

    entity: Entity
    label: str
    properties: Mapping[str, str]
    state: str

    @property
    def is_open(self) -> bool:
        return self.state == "live"

    @property
    def is_there(self) -> bool:
        return self.state in ("live", "ended")


STATES = ("live", "ended", "conflict", "all")


def visible_units(scope: Scope, day: date, places: PlaceSnapshot) -> set[int] | None:
    """Units whose things the reader sees on that day (of a unit that ended: as of its last day); None: all."""
    if scope.everything:
        return None
    found = set()
    for unit in scope.unit_ids:
        ends_on = places.units[unit].ends_on if unit in places.units else None
        asked = day if ends_on is None or day < ends_on else ends_on - ONE_DAY
        if any(window.has(asked) for window in scope.windows[unit]):
            found.add(unit)
    return found


def visible_entities(scope: Scope, day: date) -> QuerySet[Entity]:
    """The one place where things are filtered by what the reader may see."""
    units = visible_units(scope, day, get_snapshot())
    found = Entity.objects.select_related("entity_list", "org_unit", "merged_into")
    return found if units is None else found.filter(org_unit_id__in=ids_in_sql(units))


def find_today(register: EntityList, scope: Scope, filters: Filters) -> QuerySet[Entity]:
    """What matches as things stand now, by name."""
    found = _narrow(register, scope, filters)
    if filters.state == "live":
        found = found.filter(ended_on=None)
    elif filters.state == "ended":
        found = found.filter(ended_on__isnull=False)
    for name, value in filters.values:
        found = found.filter(**{f"properties__{name}": value})
    for word in fold(filters.text).split():
        # `1` is not meant to find number 10, nor every year.
        found = found.filter(search__regex=_whole(word)) if word.isdigit() else found.filter(search__contains=word)
    return found.order_by("search", "uuid")


def find_on(register: EntityList, scope: Scope, filters: Filters) -> list[Row]:
    """What matches as things were on the asked day, as now known or as known then, by name."""
    wanted = fold(filters.text).split()
    rows = [
        row
        for row in _rows_on(register, _narrow(register, scope, filters), filters.day, filters.known)
        if _is_asked(row, filters.state)
        and _says(row, wanted)
        and all(row.properties.get(name, "") == value for name, value in filters.values)
    ]
    return sorted(rows, key=lambda row: (fold(row.label), row.entity.uuid))


def _is_asked(row: Row, state: str) -> bool:
    if state in ("live", "ended"):
        return row.state == state
    return state == "all" or row.is_there


def list_rows(register: EntityList, scope: Scope, filters: Filters, today: date) -> Iterator[Row]:
    """Everything that matches, by name."""
    if filters.day < today or filters.known is not None:
        yield from find_on(register, scope, filters)
    else:
        for one in find_today(register, scope, filters).iterator(chunk_size=1000):
            yield row_today(one)


def _narrow(register: EntityList, scope: Scope, filters: Filters) -> QuerySet[Entity]:
    found = visible_entities(scope, filters.day).filter(entity_list=register)
    if filters.unit_ids is not None:
        found = found.filter(org_unit_id__in=ids_in_sql(filters.unit_ids))
    if filters.year is not None:
        found = found.filter(begins_on__year=filters.year)
    if filters.state != "all" and filters.known is None:  # then what was known decides, row by row
        found = found.filter(removed=False, merged_into=None)
    return found.exclude(conflict="") if filters.state == "conflict" else found


def _says(row: Row, wanted: Sequence[str]) -> bool:
    open_ones = (one for one in row.properties.values() if not is_sealed(one))
    folded = fold(" ".join([row.label, *open_ones])) if wanted else ""
    return all(re.search(_whole(word), folded) if word.isdigit() else word in folded for word in wanted)


def _whole(number: str) -> str:
    return f"(^|[^0-9]){number}([^0-9]|$)"


def row_today(entity: Entity) -> Row:
    state = _gone(entity) or ("ended" if entity.ended_on else "live")
    return Row(entity, entity.label, entity.properties, state)


def _gone(entity: Entity, known: Sequence[Version] | None = None) -> str:
    """`known`: the versions that were known then; None: all."""
    if known is None:
        return "removed" if entity.removed else "merged" if entity.merged_into_id else ""
    if is_removed(known):
        return "removed"
    return "merged" if entity.merged_into_id and any(one.act == MERGE for one in known) else ""


def _rows_on(register: EntityList, found: QuerySet[Entity], day: date, known: date | None) -> list[Row]:
    entities = list(found.filter(begins_on__lte=day) if known is None else found)
    versions = read_versions([one.pk for one in entities], moments.end_of_day(known) if known else None)
    ended = ended_condition(register).holds
    rows = []
    for entity in entities:
        state = find_state(tell_story(versions[entity.pk], ended), day)
        if state is None:
            continue
        rows.append(
            Row(
                entity,
                state.values.get(LABEL, ""),
                {name: value for name, value in state.values.items() if name != LABEL},
                _gone(entity, versions[entity.pk] if known else None) or ("ended" if state.ended else "live"),
            )
        )
    return rows


def get_entity(list_code: str, uuid: uuids.UUID, scope: Scope, day: date) -> Entity:
    """Raises EntityUnknown also where the reader may not see it: the two are never told apart."""
    found = visible_entities(scope, day).filter(entity_list__code=list_code, uuid=uuid).first()
    if found is None:
        raise EntityUnknown
    return found


def list_history(entity: Entity) -> list[EntityVersion]:
    """Oldest first, each with the record it came from."""
    rows = entity.versions.select_related("source__submission__form", "source__submission__org_unit")
    return list(rows.order_by("number"))


def read_rules_of(entity: Entity) -> list[Version]:
    return read_versions([entity.pk])[entity.pk]


def state_of(entity: Entity, day: date) -> Stretch | None:
    return find_state(tell_story(read_rules_of(entity), ended_condition(entity.entity_list).holds), day)


@dataclass(frozen=True)
class Count:
    """Of one register, what the reader may see."""

    live: int
    ended: int
    conflicts: int
    problems: int
    waiting: int


def count_registers(scope: Scope, day: date) -> dict[str, Count]:
    """By register's code."""
    standing = Q(removed=False, merged_into=None)
    counted = visible_entities(scope, day).values("entity_list__code").order_by()
    rows = counted.annotate(
        live=models.Count("pk", filter=standing & Q(ended_on=None)),
        ended=models.Count("pk", filter=standing & Q(ended_on__isnull=False)),
        conflicts=models.Count("pk", filter=standing & ~Q(conflict="")),
    )
    problems = _by_list(list_problems(scope).values("list_code").order_by(), "list_code")
    waiting = _by_list(list_backlog(scope).values("entity_list__code").order_by(), "entity_list__code")
    numbers = {row["entity_list__code"]: row for row in rows}
    return {
        code: Count(
            live=numbers.get(code, {}).get("live", 0),
            ended=numbers.get(code, {}).get("ended", 0),
            conflicts=numbers.get(code, {}).get("conflicts", 0),
            problems=problems.get(code, 0),
            waiting=waiting.get(code, 0),
        )
        for code in EntityList.objects.values_list("code", flat=True)
    }


def _by_list(rows: Any, name: str) -> dict[str, int]:
    return {row[name]: row["number"] for row in rows.annotate(number=models.Count("pk"))}


def list_problems(scope: Scope) -> QuerySet[EntityProblem]:
    """Entity parts of sendings that could not be carried out and that nobody has settled, oldest first."""
    found = EntityProblem.objects.filter(settled_at=None).filter(scope.condition("source__submission__"))
    return found.select_related("source__submission__form", "org_unit").order_by("at", "pk")


def get_problem(problem_id: int, scope: Scope) -> EntityProblem:
    """Raises EntityProblemUnknown."""
    found = list_problems(scope).filter(pk=problem_id).first()
    if found is None:
        raise EntityProblemUnknown
    return found


def list_backlog(scope: Scope) -> QuerySet[EntityBacklog]:
    """Changes made offline that wait for the one before them."""
    found = EntityBacklog.objects.filter(scope.condition("source__submission__"))
    return found.select_related("source__submission__org_unit", "entity_list").order_by("held_at", "pk")
