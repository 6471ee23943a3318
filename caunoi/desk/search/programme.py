"""What units hold, build, rate and commend, in the one search, each by the rule of its room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import TypeVar
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from caunoi.accounts.scope import ids_in_sql
from caunoi.assessments.models import Rating, RatingRound
from caunoi.awards.models import Award
from caunoi.awards.people import hide_names
from caunoi.awards.queries import AwardFilters, list_awards
from caunoi.awards.rules.recipients import RecipientKind
from caunoi.boards.campaigns import list_campaigns
from caunoi.contests.models import Contest
from caunoi.contests.queries import Filters as ContestFilters
from caunoi.contests.queries import list_contests
from caunoi.contributions.queries import list_purses, list_works
from caunoi.desk.awards import read_words
from caunoi.desk.context import READERS, WRITERS
from caunoi.desk.search.models import Kind
from caunoi.desk.search.rules.occasions import Occasion
from caunoi.desk.search.rules.words import closeness, words_of
from caunoi.desk.search.sources import MOST_UNITS, Asked, Found, Reader, day_of, find_unit_ids, look_up
from caunoi.desk.templatetags.caunoi import day_, moment, period
from caunoi.desk.training import show_days
from caunoi.languages import in_reader_language
from caunoi.meetings.models import Meeting
from caunoi.meetings.queries import Filters as MeetingFilters
from caunoi.meetings.queries import list_meetings
from caunoi.places.queries import get_snapshot
from caunoi.records.entities.queries import visible_entities, visible_units
from caunoi.records.models import Entity
from caunoi.training.models import TrainingClass
from caunoi.training.queries import Filters as ClassFilters
from caunoi.training.queries import list_classes

# So many of the newest are looked at for words that are not their title's.
NEWEST_HELD = 300
NEWEST_ROUNDS = 200

Held = TypeVar("Held", bound=Meeting | TrainingClass | Contest)
"""What a unit holds on its days."""


def _may_look(asked: Asked, reader: Reader) -> bool:
    return bool(reader.roles & (READERS | WRITERS) and asked.words)


def _touches(occasion: Occasion | None, first: date, last: date) -> bool:
    return occasion is None or (first <= occasion.last and last >= occasion.first)


# ---- Meetings, classes, contests ------------------------------------------------------------------------------------


def meetings(asked: Asked, reader: Reader, limit: int) -> list[Found]:
    if not _may_look(asked, reader):
        return []

    def find(text: str) -> QuerySet[Meeting]:
        return list_meetings(reader.scope, MeetingFilters(text=text))

    best = _list_best(asked, find, lambda one: f"{one.title} {one.venue}", lambda one: one.starts_at, limit)
    return [_found("meeting", one, moment(one.starts_at), reverse("meeting", args=[one.pk])) for one in best]


def classes(asked: Asked, reader: Reader, limit: int) -> list[Found]:
    """Who learns in them is never looked for."""
    if not _may_look(asked, reader):
        return []

    def find(text: str) -> QuerySet[TrainingClass]:
        return list_classes(reader.scope, ClassFilters(text=text))

    best = _list_best(asked, find, lambda one: f"{one.title} {one.place}", lambda one: one.day_from, limit, "day_from")
    return [_found("class", one, show_days(one), reverse("training-class", args=[one.pk])) for one in best]


def contests(asked: Asked, reader: Reader, limit: int) -> list[Found]:
    """Also those of the units above, once they take entries; who enters is never looked for."""
    if not _may_look(asked, reader):
        return []

    def find(text: str) -> QuerySet[Contest]:
        return list_contests(reader.user, reader.scope, ContestFilters(text=text), reader.today)

    best = _list_best(asked, find, lambda one: f"{one.title} {one.decision}", lambda one: one.day_to, limit)
    return [_found("contest", one, day_(one.day_to), reverse("contest", args=[one.pk])) for one in best]


def _list_best(
    asked: Asked,
    find: Callable[[str], QuerySet[Held]],
    describe: Callable[[Held], str],
    when: Callable[[Held], date | datetime],
    limit: int,
    begins: str = "day_to",
) -> list[Held]:
    """All by the words by which their own list finds them; the newest also by kind and unit, and with slips forgiven.
    `begins`: the field of the first day, where there is one besides the last."""

    def find_then(text: str, most: int) -> list[Held]:
        rows = find(text)
        if asked.occasion is not None:
            rows = rows.filter(**{"day_to__gte": asked.occasion.first, f"{begins}__lte": asked.occasion.last})
        return list(rows[:most])

    held = [*find_then(" ".join(asked.rest), limit * 2), *find_then("", NEWEST_HELD)]
    candidates: dict[int, Held] = {one.pk: one for one in held}
    places = get_snapshot()
    ranked = []
    for one in candidates.values():
        where = places.path_name(one.org_unit_id, one.day_to)
        words = words_of(f"{describe(one)} {one.kind.name_vi} {one.kind.name_en} {where}")
        score = closeness(asked.rest, words, mending=asked.mending) if asked.rest else 1
        if score:
            ranked.append((score, when(one), one))
    ranked.sort(key=lambda row: row[:2], reverse=True)
    return [one for _score, _when, one in ranked[:limit]]


def _found(name: str, one: Meeting | TrainingClass | Contest, when: str, address: str) -> Found:
    kind = in_reader_language(one.kind.name_vi, one.kind.name_en)
    where = get_snapshot().path_name(one.org_unit_id, one.day_to)
    return Found(name, one.title, f"{kind} · {where} · {when}", address, one.org_unit_id)


# ---- Works ----------------------------------------------------------------------------------------------------------


def works(asked: Asked, reader: Reader, limit: int) -> list[Found]:
    """By their names, to what was given for them and what they cost; who gave is never looked for."""
    if not _may_look(asked, reader):
        return []
    registers = sorted({form.register for purse in list_purses().values() for form in purse.forms})
    places, found = get_snapshot(), list[Entity]()
    for register in registers:
        if asked.mending:
            found += _list_nearly_named(register, asked, reader)
        else:
            text = " ".join(asked.words)
            found += list_works(reader.scope, reader.today, register=register, unit=None, text=text)[:limit]
    return [
        Found(
            "work",
            one.label,
            places.path_name(one.org_unit_id, day_of(one.org_unit_id, reader.today, places)),
            reverse("work", args=[one.uuid]),
            one.org_unit_id,
        )
        for one in found[:limit]
    ]


def _list_nearly_named(register: str, asked: Asked, reader: Reader) -> list[Entity]:
    seen = visible_units(reader.scope, reader.today, get_snapshot())
    pks = look_up(Kind.ENTITY, asked.words, seen, lambda _thing, unit: seen is None or unit in seen, asked)
    rows = visible_entities(reader.scope, reader.today).filter(pk__in=pks, removed=False, merged_into=None)
    return list(rows.filter(entity_list__code=register).order_by("search", "uuid"))


# ---- Ratings --------------------------------------------------------------------------------------------------------


def ratings(asked: Asked, reader: Reader, limit: int) -> list[Found]:
    """Rounds by their title, place and period; and single units' ratings, where a unit is named beside the title."""
    if not _may_look(asked, reader):
        return []
    mine = Rating.objects.filter(reader.scope.condition()).values("round_id")
    rounds = list(RatingRound.objects.filter(pk__in=mine).order_by("-day_to", "-pk")[:NEWEST_ROUNDS])
    rounds = [one for one in rounds if _touches(asked.occasion, one.day_from, one.day_to)]
    places = get_snapshot()
    ranked = []
    for one in rounds:
        where = places.path_name(one.org_unit_id, one.day_to)
        words = words_of(f"{_titles(one)} {where}")
        score = closeness(asked.rest, words, mending=asked.mending) if asked.rest else 1
        if score:
            ranked.append((score, one, where))
    ranked.sort(key=lambda row: -row[0])
    found = [
        Found("rating", _name(one), where, reverse("rating-round", args=[one.pk]), one.org_unit_id)
        for _score, one, where in ranked[:limit]
    ]
    return found or list(_of_units(asked, reader, rounds, limit))


def _titles(round_: RatingRound) -> str:
    return f"{round_.sheet['title_vi']} {round_.sheet['title_en']}"


def _name(round_: RatingRound) -> str:
    title = in_reader_language(round_.sheet["title_vi"], round_.sheet["title_en"])
    return f"{title}, {period(round_.period_key)}"


def _of_units(asked: Asked, reader: Reader, rounds: Iterable[RatingRound], limit: int) -> Iterator[Found]:
    places = get_snapshot()
    known = {one.pk: one for one in rounds}
    by_rest: dict[tuple[str, ...], list[int]] = {}
    for one in known.values():
        title = words_of(_titles(one))
        rest = tuple(word for word in asked.rest if word not in title)
        if rest and len(asked.rest) - len(rest) >= 2:
            by_rest.setdefault(rest, []).append(one.pk)
    for rest, pks in by_rest.items():
        units = find_unit_ids(rest, asked, reader)[:MOST_UNITS]
        rows = Rating.objects.filter(reader.scope.condition(), round__in=pks, org_unit_id__in=ids_in_sql(units))
        for rating in rows.select_related("org_unit").order_by("-day_to", "-pk")[:limit]:
            yield Found(
                "rating",
                _name(known[rating.round_id]),
                places.path_name(rating.org_unit_id, rating.day_to),
                reverse("rating", args=[rating.round_id, rating.org_unit.key]),
                rating.org_unit_id,
            )


# ---- Commendations and certificates ---------------------------------------------------------------------------------


def awards(asked: Asked, reader: Reader, limit: int) -> list[Found]:
    """By what they are for, the decision, and the names of units and collectives: never by a person's name, which is
    looked for in the register itself, by who may read it."""
    if not _may_look(asked, reader) or asked.mending:
        return []
    text = " ".join(asked.rest) if asked.rest else ""
    rows = list_awards(reader.scope, AwardFilters(text=text), "-day", reader.today, reading=reader.scope)
    if asked.occasion is not None:
        rows = rows.filter(day_to__gte=asked.occasion.first, day_to__lte=asked.occasion.last)
    # People of one decision would fill the page with the same line.
    shown: dict[tuple[int, int | None], Award] = {}
    for one in rows.exclude(recipient=RecipientKind.PERSON.value)[:limit]:
        shown[one.dossier_id, one.pk] = one
    for one in rows.filter(recipient=RecipientKind.PERSON.value)[: limit * 5]:
        shown.setdefault((one.dossier_id, None), one)
    several = list(shown.values())[:limit]
    names, words, places = hide_names(several), read_words(), get_snapshot()
    found = []
    for one in several:
        whose = one.dossier.title if one.recipient == RecipientKind.PERSON.value else names[one.pk]
        where = places.path_name(one.dossier.org_unit_id, one.day_to)
        decided = _("Quyết định %(number)s ngày %(day)s") % {"number": one.dossier.decision, "day": day_(one.day_to)}
        address = f"{reverse('awards')}?{urlencode({'q': one.dossier.decision})}"
        note = f"{words.kind(one.dossier.kind_code)} · {decided} · {where}"
        found.append(Found("award", whose, note, address, one.org_unit_id))
    return found


# ---- Campaign days --------------------------------------------------------------------------------------------------


def campaigns(asked: Asked, reader: Reader, limit: int) -> list[Found]:
    if not _may_look(asked, reader):
        return []
    places = get_snapshot()
    ranked = []
    for one in list_campaigns(reader.user, reader.today):
        where = places.path_name(one.org_unit_id, one.last)
        if not _touches(asked.occasion, one.first, one.last):
            continue
        words = words_of(f"{one.name} {where}")
        score = closeness(asked.rest, words, mending=asked.mending) if asked.rest else 1
        if score:
            note = f"{where} · {day_(one.first)}–{day_(one.last)}"
            ranked.append((score, Found("campaign", one.name, note, reverse("campaign", args=[one.pk]))))
    ranked.sort(key=lambda row: -row[0])
    return [found for _score, found in ranked[:limit]]
