"""Meetings, ratings, commendations and campaign days in the one search, each by the rule of its room."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from caunoi.accounts.scope import ids_in_sql
from caunoi.assessments.models import Rating, RatingRound
from caunoi.awards.models import Award
from caunoi.awards.people import hide_names
from caunoi.awards.queries import AwardFilters, list_awards
from caunoi.awards.rules.recipients import RecipientKind
from caunoi.boards.campaigns import list_campaigns
from caunoi.desk.awards import read_words
from caunoi.desk.context import READERS, WRITERS
from caunoi.desk.search.rules.occasions import Occasion
from caunoi.desk.search.rules.words import closeness, words_of
from caunoi.desk.search.sources import MOST_UNITS, Asked, Found, Reader, find_unit_ids
from caunoi.desk.templatetags.caunoi import day_, moment, period
from caunoi.languages import in_reader_language
from caunoi.meetings.models import Meeting
from caunoi.meetings.queries import Filters, list_meetings
from caunoi.places.queries import get_snapshot

NEWEST_MEETINGS = 300
NEWEST_ROUNDS = 200


def _may_look(asked: Asked, reader: Reader) -> bool:
    return bool(reader.roles & (READERS | WRITERS) and asked.words)


def _touches(occasion: Occasion | None, first: date, last: date) -> bool:
    return occasion is None or (first <= occasion.last and last >= occasion.first)


# ---- Meetings -------------------------------------------------------------------------------------------------------


def meetings(asked: Asked, reader: Reader, limit: int) -> list[Found]:
    """All by the words of title and place; the newest also by kind and unit, and with slips forgiven."""
    if not _may_look(asked, reader):
        return []
    rows = list_meetings(reader.scope, Filters())
    if asked.occasion is not None:
        rows = rows.filter(day_to__gte=asked.occasion.first, day_to__lte=asked.occasion.last)
    named = list_meetings(reader.scope, Filters(text=" ".join(asked.rest))).filter(pk__in=rows.order_by().values("pk"))
    candidates: dict[int, Meeting] = {one.pk: one for one in [*named[: limit * 2], *rows[:NEWEST_MEETINGS]]}
    places = get_snapshot()
    ranked = []
    for one in candidates.values():
        where = places.path_name(one.org_unit_id, one.day_to)
        text = f"{one.title} {one.venue} {one.kind.name_vi} {one.kind.name_en} {where}"
        score = closeness(asked.rest, words_of(text), mending=asked.mending) if asked.rest else 1
        if score:
            ranked.append((score, one.starts_at, one, where))
    ranked.sort(key=lambda row: (row[0], row[1]), reverse=True)
    return [
        Found(
            "meeting",
            one.title,
            f"{in_reader_language(one.kind.name_vi, one.kind.name_en)} · {where} · {moment(one.starts_at)}",
            reverse("meeting", args=[one.pk]),
            one.org_unit_id,
        )
        for _score, _at, one, where in ranked[:limit]
    ]


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
