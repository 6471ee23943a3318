"""Where things are looked for, one function a kind: (question, reader, how many at most) -> what was found, best first;
further ones stand in `programme`, all of them together in `looking`.

Each passes the reader's scope by the rule of the room that owns the thing, as its own page does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import islice
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import windows_with_role
from caunoi.accounts.scope import Scope, ids_in_sql
from caunoi.desk.collecting import title_of
from caunoi.desk.context import READERS, WRITERS
from caunoi.desk.place_pages import level_label
from caunoi.desk.search.index import find, list_ways
from caunoi.desk.search.models import Kind
from caunoi.desk.search.rules.occasions import Occasion, find_occasion
from caunoi.desk.search.rules.words import MOST_WORDS, Term, closeness, may_mean, month_marks, split_words, words_of
from caunoi.desk.templatetags.caunoi import day_, period
from caunoi.desk.units import list_working_units
from caunoi.documents.queries import search_documents
from caunoi.facts.access import may_see
from caunoi.facts.models import DataElement, Indicator
from caunoi.forms.models import Form
from caunoi.languages import in_reader_language
from caunoi.periods.rules import Days
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.snapshot import LEVELS, PlaceSnapshot
from caunoi.records.entities.queries import visible_units
from caunoi.records.models import Entity, Submission
from caunoi.reports.models import ReportRun

# Of what has all the words, so many are looked at to show the best first.
CONSIDERED = 200
# A unit of more units than this stands only for itself where its records are looked for.
WIDEST = 300
MOST_UNITS = 12


@dataclass(frozen=True)
class Found:
    """A hit, ready to show. `org_unit`: id of the unit it belongs to, None for what belongs to none. `account`: id of
    the user whose account it is, whose reading is written down."""

    kind: str
    title: str
    note: str
    address: str
    org_unit: int | None = None
    account: int | None = None


@dataclass(frozen=True)
class Reader:
    user: User
    scope: Scope
    roles: frozenset[Role]
    today: date


@dataclass(frozen=True)
class Asked:
    """A question as typed. `words` are folded; `occasion`: days written in it, whose `rest` is the words without.

    `mending`: nothing has the words as they stand, so that a slip of the finger is forgiven.
    """

    text: str
    mending: bool = False
    unit_ids: dict[tuple[str, ...], list[int]] = field(default_factory=dict, compare=False)
    """what was found for the unit's words: several sources ask"""
    ways: dict[tuple[str, ...], list[list[Term]]] = field(default_factory=dict, compare=False)
    """how words may be meant: likewise"""

    @cached_property
    def words(self) -> list[str]:
        return split_words(self.text)[:MOST_WORDS]

    @cached_property
    def occasion(self) -> Occasion | None:
        return find_occasion(self.text)

    @cached_property
    def rest(self) -> list[str]:
        return self.words if self.occasion is None else split_words(self.occasion.rest)[:MOST_WORDS]

    def list_ways(self, words: Sequence[str]) -> list[list[Term]]:
        if tuple(words) not in self.ways:
            self.ways[tuple(words)] = list_ways(words, mending=self.mending)
        return self.ways[tuple(words)]

    def closeness(self, title: str) -> int:
        return closeness(self.words, words_of(title), mending=self.mending)


Source = Callable[[Asked, Reader, int], list[Found]]


def look_up(
    kind: str,
    words: Sequence[str],
    units: Collection[int] | None,
    sees: Callable[[int, int | None], bool],
    asked: Asked,
    marks: Sequence[str] = (),
    *,
    newest_first: bool = False,
) -> list[int]:
    """Things with all the words, in the first way that finds any; at most `CONSIDERED`, in no order unless
    `newest_first`. `marks`: of which the thing has one; without words, they alone decide."""
    also: list[Term] = [tuple(marks)] if marks else []
    for terms in asked.list_ways(words) if words else [[]]:
        if not terms and not also:
            break
        hits = (
            thing for thing, unit in find(kind, [*terms, *also], units, newest_first=newest_first) if sees(thing, unit)
        )
        if found := list(islice(hits, CONSIDERED)):
            return found
    return []


# ---- Units ----------------------------------------------------------------------------------------------------------


def find_unit_ids(words: Sequence[str], asked: Asked, reader: Reader) -> list[int]:
    """Units the reader sees, the best first: whose own name says it, then the higher."""
    if tuple(words) not in asked.unit_ids:
        scope, places = reader.scope, get_snapshot()
        found = look_up(
            Kind.UNIT,
            words,
            None if scope.everything or scope.whole else scope.unit_ids,
            lambda unit, _in: unit in places.units and scope.sees_unit(unit),
            asked,
        )
        best = sorted(found, key=lambda unit: _order_of_unit(unit, words, asked, reader.today, places))
        asked.unit_ids[tuple(words)] = best
    return asked.unit_ids[tuple(words)]


def _order_of_unit(
    unit: int, words: Sequence[str], asked: Asked, today: date, places: PlaceSnapshot
) -> tuple[int, bool, int, tuple[tuple[str, int, str], ...]]:
    on = day_of(unit, today, places)
    own = words_of(places.name_on(unit, on))
    level = LEVELS.index(places.units[unit].level)
    # How many of the first words its own name says: `ban qua` is the commune, `thon 1 ban qua` its village.
    said = max(closeness(words[:count], own, mending=asked.mending) for count in range(1, len(words) + 1))
    path = tuple(places.order_key(one, on) for one in [*places.ancestors_on(unit, on)[::-1], unit])
    return -said, not places.exists_on(unit, today), level, path


def day_of(unit: int, today: date, places: PlaceSnapshot) -> date:
    """Today, or the day nearest to it on which the unit exists."""
    one = places.units[unit]
    if one.ends_on is not None and one.ends_on <= today:
        return date.fromordinal(one.ends_on.toordinal() - 1)
    return max(today, one.starts_on)


def units(asked: Asked, reader: Reader, limit: int) -> list[Found]:
    places = get_snapshot()
    found: list[Found] = []
    for unit in find_unit_ids(asked.words, asked, reader)[:limit]:
        on = day_of(unit, reader.today, places)
        name, _comma, above = places.path_name(unit, on).partition(", ")
        note = above or level_label(places.units[unit].level)
        if not places.exists_on(unit, reader.today):
            note = f"{note} · {_('không còn từ %(day)s') % {'day': day_(places.units[unit].ends_on)}}"
        found.append(Found("unit", name, note, reverse("place", args=[places.units[unit].key]), unit))
    return found


# ---- Submissions ----------------------------------------------------------------------------------------------------


def submissions(asked: Asked, reader: Reader, limit: int) -> list[Found]:
    """By unit, form and days, from their own table: the words of the form's title may stand anywhere among the
    unit's. A unit stands for the units below it too."""
    found: dict[int, Submission] = {}
    for form, rest in _list_forms(asked.rest):
        for one in _list_newest(asked, reader, form, rest, limit):
            found[one.pk] = one
    places = get_snapshot()
    return [
        Found(
            "submission",
            f"{title_of(one.form)}, {period(one.period_key) if one.period_key else day_(one.day_from)}",
            places.path_name(one.org_unit_id, one.day_to),
            reverse("submission", args=[one.pk]),
            one.org_unit_id,
        )
        for one in sorted(found.values(), key=lambda one: (one.day_to, one.pk), reverse=True)[:limit]
    ]


def _list_newest(
    asked: Asked, reader: Reader, form: Form | None, unit_words: Sequence[str], limit: int
) -> list[Submission]:
    rows = reader.scope.filter_submissions(Submission.objects.select_related("form"))
    if form is not None:
        rows = rows.filter(form_id=form.pk)
    if asked.occasion is not None:
        rows = rows.filter(named_to__gte=asked.occasion.first, named_from__lte=asked.occasion.last)
    if unit_words:
        units = _with_below(find_unit_ids(unit_words, asked, reader)[:MOST_UNITS], reader.today)
    elif form is None or reader.scope.everything or len(reader.scope.unit_ids) > WIDEST:
        # Thousands would answer; whoever means one of them names a unit.
        return []
    else:
        units = set(reader.scope.unit_ids)
    if not units:
        return []
    return list(rows.filter(org_unit_id__in=ids_in_sql(units)).order_by("-day_to", "-pk")[:limit])


def _list_forms(words: Sequence[str]) -> Iterator[tuple[Form | None, list[str]]]:
    """Forms that may be meant, each with the words that its title doesn't say; none with all words."""
    yield None, list(words)
    for form in Form.objects.all():
        title = words_of(f"{form.title_vi} {form.title_en}")
        rest = [word for word in words if word not in title]
        if len(words) - len(rest) >= min(2, len(words)):
            yield form, rest


def _with_below(units: Iterable[int], today: date) -> set[int]:
    places = get_snapshot()
    found: set[int] = set()
    for unit in units:
        below = places.subtree_on(unit, day_of(unit, today, places))
        found |= {unit, *below} if len(below) <= WIDEST else {unit}
    return found


# ---- Registers, people ----------------------------------------------------------------------------------------------


def entities(asked: Asked, reader: Reader, limit: int) -> list[Found]:
    places = get_snapshot()
    seen = visible_units(reader.scope, reader.today, places)
    found = look_up(Kind.ENTITY, asked.words, seen, lambda _thing, unit: seen is None or unit in seen, asked)
    labels = Entity.objects.filter(pk__in=ids_in_sql(found), removed=False, merged_into=None)
    ranked = sorted(
        labels.values_list("pk", "label", "ended_on"),
        key=lambda row: (-asked.closeness(row[1]), row[2] is not None, row[1], row[0]),
    )[:limit]
    shown = Entity.objects.select_related("entity_list").in_bulk([pk for pk, _label, _ended in ranked])
    rows = [shown[pk] for pk, _label, _ended in ranked]
    return [
        Found(
            "entity",
            one.label,
            f"{in_reader_language(one.entity_list.title_vi, one.entity_list.title_en)} ·"
            f" {places.path_name(one.org_unit_id, day_of(one.org_unit_id, reader.today, places))}",
            reverse("register-entity", args=[one.entity_list.code, one.uuid]),
            one.org_unit_id,
        )
        for one in rows
    ]


def people(asked: Asked, reader: Reader, limit: int) -> list[Found]:
    """Accounts, for administrators: of those with a role on a unit they administer, and of those with none."""
    if Role.ADMINISTRATOR not in reader.roles:
        return []
    reach = windows_with_role(reader.user, Role.ADMINISTRATOR, reader.today)
    found = look_up(Kind.PERSON, asked.words, None, lambda _thing, _unit: True, asked)
    rows = [
        one
        for one in User.objects.filter(pk__in=found).prefetch_related("grants")
        if one.pk == reader.user.pk
        or not (grants := list(one.grants.all()))
        or any(reach.sees_unit(grant.org_unit_id) for grant in grants)
    ]
    rows.sort(key=lambda one: (-asked.closeness(one.full_name), str(one)))
    return [
        Found("person", str(one), one.username, reverse("user", args=[one.pk]), None, one.pk) for one in rows[:limit]
    ]


# ---- Documents, reports, figures -------------------------------------------------------------------------------------


def documents(asked: Asked, reader: Reader, limit: int) -> list[Found]:
    if not reader.roles & (READERS | WRITERS):
        return []
    return [
        Found(
            "document",
            f"{one.reference}: {one.title}",
            f"{one.issuing_body} · {day_(one.issued_on)}",
            reverse("document", args=[one.pk]),
            one.org_unit_id,
        )
        for one in search_documents(" ".join(asked.words), reader.scope, limit, may_mean if asked.mending else None)
    ]


def reports(asked: Asked, reader: Reader, limit: int) -> list[Found]:
    """By title, place, days and number; of equally close ones the newest first."""
    if not reader.roles & READERS or not asked.words:
        return []
    places, scope, days = get_snapshot(), reader.scope, asked.occasion
    seen = None if scope.everything else scope.unit_ids
    marks = [] if days is None else month_marks(days.first, days.last)
    among = look_up(
        Kind.REPORT, asked.rest, seen, lambda _report, unit: seen is None or unit in seen, asked, marks,
        newest_first=True,
    )  # fmt: skip
    rows = ReportRun.objects.select_related("org_unit").filter(pk__in=ids_in_sql(among))
    if days is not None:
        rows = rows.filter(day_to__gte=days.first, day_from__lte=days.last)
    ranked = []
    for one in rows:
        where = places.path_name(one.org_unit_id, one.boundaries)
        words = words_of(f"{one.title} {where} {one.issue_number}")
        ranked.append((closeness(asked.rest, words, mending=asked.mending), one, where))
    ranked.sort(key=lambda row: (-row[0], -row[1].pk))
    found: list[Found] = []
    for _score, one, where in ranked:
        if len(found) == limit:
            break
        if may_see(one.org_unit.key, Days(one.day_from, one.day_to), one.boundaries, reader.scope):
            note = f"{where} · {day_(one.day_from)}–{day_(one.day_to)}"
            found.append(Found("report", one.title, note, reverse("report", args=[one.pk]), one.org_unit_id))
    return found


def figures(asked: Asked, reader: Reader, limit: int) -> list[Found]:
    """Data elements and indicators: each leads to the page of figures with it chosen."""
    if not reader.roles & READERS or not asked.words:
        return []
    known: list[DataElement | Indicator] = [*DataElement.objects.all(), *Indicator.objects.all()]
    ranked = []
    for one in known:
        said = [one.name_vi, one.name_en, one.code.replace("_", " ")]
        if score := max(asked.closeness(text) for text in said if text):
            ranked.append((score, in_reader_language(one.name_vi, one.name_en), one))
    ranked.sort(key=lambda row: (-row[0], row[1]))
    mine = list_working_units(reader.user, Role, reader.today)
    question = {
        "place": mine[0].key if mine else "",
        "first": f"01/01/{reader.today.year}",
        "last": f"{reader.today:%d/%m/%Y}",
        "book": "approved",
    }
    return [
        Found("figure", name, one.unit, f"{reverse('figures')}?{urlencode({'codes': one.code, **question})}")
        for _score, name, one in ranked[:limit]
    ]
