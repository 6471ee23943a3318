"""What the pages of registers show: filters as typed, things as lines, histories and differences as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from caunoi import moments
from caunoi.accounts.models import Role, User
from caunoi.accounts.scope import Scope
from caunoi.desk.list_filters import read_choice, read_text, read_year
from caunoi.desk.units import list_working_units
from caunoi.periods.rules import Days
from caunoi.personal.queries import find_personal_register
from caunoi.places.queries import get_snapshot
from caunoi.records.entities.permissions import MAY_EDIT
from caunoi.records.entities.queries import STATES, Filters, Property, Row, columns_of, list_properties
from caunoi.records.entities.reading import units_kept_by
from caunoi.records.entities.rules.versions import LABEL, Saying
from caunoi.records.entities.sealed import read_people
from caunoi.records.models import Entity, EntityList, EntityVersion
from caunoi.sentences import tell

SORTS = {"name": "search", "begins": "begins_on", "ended": "ended_on", "updated": "updated_at"}


@dataclass(frozen=True)
class UnitChoice:
    key: str
    name: str
    indent: bool


@dataclass(frozen=True)
class Asked:
    """The filters, and what was typed for them."""

    filters: Filters
    unit_key: str
    day_text: str
    is_past: bool
    known_text: str = ""

    @property
    def is_set(self) -> bool:
        narrowed = self.filters.values or self.filters.year
        return bool(narrowed or self.filters.text or self.unit_key or self.is_past or self.filters.state != "live")


@dataclass(frozen=True)
class ChoiceFilter:
    """A property with choices by which a list is narrowed. `name` is the property's, `field` the box's."""

    name: str
    field: str
    label: str
    choices: tuple[tuple[str, str], ...]
    chosen: str


def list_choice_filters(register: EntityList, language: str, typed: QueryDict, without: str = "") -> list[ChoiceFilter]:
    """The stage, and of the properties that lists show those with choices."""
    found = []
    properties = {one.name: one for one in list_properties(register)}
    for name in dict.fromkeys([register.stage_by, *columns_of(register)]):
        one = properties.get(name)
        if one is None or name in (without, *register.personal) or not one.question or not one.question.choices:
            continue
        if one.question.type != "select_one":
            continue
        choices = tuple((choice.name, choice.label(language)) for choice in one.question.choices)
        chosen = typed.get(f"v-{name}", "")
        chosen = chosen if chosen in dict(choices) else ""
        # Whether a thing is there at all is asked as its state already.
        label = _("Bước") if name == register.stage_by else one.label(language)
        found.append(ChoiceFilter(name, f"v-{name}", label, choices, chosen))
    return found


def read_filters(typed: QueryDict, today: date, choices: Sequence[ChoiceFilter] = (), *, state: str = "live") -> Asked:
    """A day that is none, or to come, is today; an unknown unit, state or choice counts as not given. `state`: the one
    asked for if none is."""
    day = read_day(typed.get("day", "")) or today
    day = min(day, today)
    places = get_snapshot()
    unit = places.by_key.get(typed.get("unit", ""))
    kept = frozenset(units_kept_by(unit.id, day, places)) if unit else None
    known = read_day(typed.get("known", ""))
    known = known if known is not None and known < today else None
    filters = Filters(
        day, read_text(typed), read_choice(typed, "state", STATES, usual=state), kept, known,
        tuple((one.name, one.chosen) for one in choices if one.chosen), read_year(typed),
    )  # fmt: skip
    is_past = day < today or known is not None
    known_text = f"{known:%d/%m/%Y}" if known else ""
    return Asked(filters, unit.key if unit else "", f"{day:%d/%m/%Y}" if day < today else "", is_past, known_text)


def read_day(text: str) -> date | None:
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def list_unit_choices(user: User, today: date) -> list[UnitChoice]:
    """The reader's units, each with the units right below it."""
    places = get_snapshot()
    found: dict[str, UnitChoice] = {}
    for working in list_working_units(user, Role, today):
        found.setdefault(working.key, UnitChoice(working.key, working.name, False))
        for child in places.children_on(working.id, today):
            key = places.units[child].key
            found.setdefault(key, UnitChoice(key, places.distinct_name_on(child, today), True))
    return list(found.values())


def list_editable_units(user: User, today: date) -> list[tuple[str, str]]:
    """(key, name) of the units for which the user may enter things: those of their roles and the ones right below."""
    places = get_snapshot()
    found: dict[str, str] = {}
    for working in list_working_units(user, MAY_EDIT, today):
        for unit in [working.id, *places.children_on(working.id, today)]:
            found.setdefault(places.units[unit].key, places.path_name(unit, today))
    return list(found.items())


def list_units_for_move(entity: Entity, user: User, today: date) -> list[tuple[str, str]]:
    """(key, name) of the units of its level that it could be moved to."""
    units, places = list_editable_units(user, today), get_snapshot()
    own = places.units[entity.org_unit_id]
    return [(key, name) for key, name in units if key != own.key and places.by_key[key].level == own.level]


@dataclass(frozen=True)
class Told:
    """A property and its value, as the reader sees them."""

    name: str
    value: str


@dataclass(frozen=True)
class Line:
    """A thing in a list."""

    id: int
    uuid: UUID
    address: str
    label: str
    unit: str
    cells: tuple[Told, ...]
    begins_on: date
    ended_on: date | None
    state: str
    state_label: str
    badge: str
    conflict_label: str


def state_label(state: str) -> str:
    return {
        "live": _("Đang có"),
        "ended": _("Đã ngừng"),
        "merged": _("Đã gộp"),
        "removed": _("Đã bỏ"),
    }[state]


def conflict_label(conflict: str) -> str:
    return {"": "", "soft": _("Sửa chồng nhau"), "hard": _("Ghi trái nhau")}[conflict]


# The badges of the house that look right for these.
STATE_BADGES = {"live": "approved", "ended": "locked", "merged": "withdrawn", "removed": "withdrawn"}


def address_of(entity: Entity, page: str = "register-entity") -> str:
    return reverse(page, args=[entity.entity_list.code, entity.uuid])


Opened = Mapping[str, str]
"""Sealed value -> what it says, of what the reader may see."""


def open_people(
    things: Sequence[Entity], values: Iterable[Mapping[str, str]], *, by: User, at: datetime
) -> dict[str, str]:
    """Of all that a page shows of these things of one register, at once; what is sensitive has a page of its own."""
    personal = find_personal_register(things[0].entity_list.code) if things else None
    if personal is None:
        return {}
    open_ones = personal.names - personal.sensitive
    several = [value for one in values for name, value in one.items() if name in open_ones]
    return read_people(things, several, by=by, at=at)


def show_value(one: Property, value: str, language: str, opened: Opened) -> str:
    return opened.get(value) or one.show(value, language)


def show_line(row: Row, properties: Sequence[Property], day: date, opened: Opened | None = None) -> Line:
    language, places = get_language() or "vi", get_snapshot()
    entity = row.entity
    return Line(
        id=entity.pk,
        uuid=entity.uuid,
        address=address_of(entity),
        label=row.label,
        unit=places.path_name(entity.org_unit_id, day),
        cells=tuple(
            Told(one.label(language), show_value(one, row.properties.get(one.name, ""), language, opened or {}) or "–")
            for one in properties
        ),
        begins_on=entity.begins_on,
        ended_on=entity.ended_on,
        state=row.state,
        state_label=state_label(row.state),
        badge=STATE_BADGES[row.state],
        conflict_label=conflict_label(entity.conflict),
    )


@dataclass(frozen=True)
class HistoryLine:
    """One version: what was done, by whom, from which record (an address where the reader may see it)."""

    number: int
    act: str
    from_day: date
    by_name: str
    at: datetime
    told: tuple[Told, ...]
    conflict_label: str
    record_address: str
    record_title: str


def show_history(
    versions: Sequence[EntityVersion], properties: Sequence[Property], scope: Scope, opened: Opened
) -> list[HistoryLine]:
    """Newest first; of a version only what it changed, not all that was sent along unchanged."""
    names = {one.name: one for one in properties}
    lines = []
    before: dict[str, str] = {}
    for version in versions:
        values = {**version.properties, LABEL: version.label}
        changed = [name for name in [LABEL, *names] if values.get(name, "") != before.get(name, "")]
        before = values
        address, title = "", ""
        if version.source is not None:
            submission = version.source.submission
            title = submission.form.title_vi
            if scope.sees_record(submission.org_unit_id, Days(submission.day_from, submission.day_to)):
                address = reverse("submission-version", args=[submission.pk, version.source.number])
        told = [_told(name, values.get(name, ""), names, opened) for name in changed]
        if version.moved_from_id is not None and version.moved_to_id is not None:
            told += [
                Told(_("Chuyển từ"), _place(version.moved_from_id)),
                Told(_("Chuyển sang"), _place(version.moved_to_id)),
            ]
        lines.append(
            HistoryLine(
                version.number, str(EntityVersion.Act(version.act).label), version.from_day, tell(version.by_name),
                version.at, tuple(told), conflict_label(version.conflict), address, title,
            )
        )  # fmt: skip
    return lines[::-1]


def _place(unit: int) -> str:
    return get_snapshot().path_name(unit, moments.today())


def _told(name: str, value: str, names: Mapping[str, Property], opened: Opened) -> Told:
    language = get_language() or "vi"
    if name == LABEL:
        return Told(_("Tên"), value)
    one = names.get(name, Property(name, None))
    return Told(one.label(language), show_value(one, value, language, opened) or "–")


@dataclass(frozen=True)
class Candidate:
    """A value to choose. `saying` tells who said it; `value` is what is sent."""

    value: str
    shown: str
    saying: str
    current: bool


@dataclass(frozen=True)
class Difference:
    """A property that was said differently. `field` is the name of its choice on the page."""

    field: str
    label: str
    candidates: tuple[Candidate, ...]


def show_differences(
    sayings: Mapping[str, Sequence[Saying]],
    properties: Sequence[Property],
    versions: Sequence[EntityVersion],
    current: Mapping[str, str],
    opened: Opened,
) -> list[Difference]:
    """Values that several versions gave stand once, with all who gave them."""
    names = {one.name: one for one in properties}
    by_number = {one.number: one for one in versions}
    found = []
    for name, said in sayings.items():
        who: dict[str, list[str]] = {}
        for one in said:
            who.setdefault(one.value, []).append(_who(by_number.get(one.number)))
        label = _told(name, "", names, opened).name
        candidates = tuple(
            Candidate(
                value, _told(name, value, names, opened).value or "–", "; ".join(voices), current.get(name, "") == value
            )
            for value, voices in who.items()
        )
        found.append(Difference(f"c-{name}", label, candidates))
    return found


def _who(version: EntityVersion | None) -> str:
    if version is None:
        return _("trước đó")
    return f"{tell(version.by_name)} ({version.from_day:%d/%m/%Y})"
