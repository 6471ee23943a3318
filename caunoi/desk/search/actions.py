"""Writing the index: with what it is about, in the same transaction (`config/wiring.py`), or all of it anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import islice

from django.db import connection, transaction

from caunoi.accounts.events import AccountsChanged
from caunoi.accounts.models import User
from caunoi.accounts.scope import ids_in_sql
from caunoi.desk.search.index import list_unused
from caunoi.desk.search.models import Kind, SearchEntry, SearchWord
from caunoi.desk.search.rules.words import join_words, month_marks, split_words
from caunoi.places.events import PlacesChanged
from caunoi.places.models import OrgUnit, OrgUnitSpell
from caunoi.places.queries import get_snapshot
from caunoi.records.events import EntitiesChanged
from caunoi.records.models import Entity
from caunoi.reports.events import ReportIssued, ReportMade
from caunoi.reports.models import ReportRun

BATCH = 2000


def index_entities(event: EntitiesChanged) -> None:
    _store(_read_entities(event.entity_ids))


def index_units(_event: PlacesChanged) -> None:
    """All of them: a commune's new name is in the words of each of its villages. What stays the same isn't written."""
    known = dict(SearchEntry.objects.filter(kind=Kind.UNIT).values_list("thing_id", "words"))
    read = list(_read_units())
    gone = known.keys() - {entry.thing_id for entry in read}
    SearchEntry.objects.filter(kind=Kind.UNIT, thing_id__in=ids_in_sql(gone)).delete()
    _store(entry for entry in read if known.get(entry.thing_id) != entry.words)


def index_report(event: ReportMade | ReportIssued) -> None:
    """When it is issued it can be found by its number too."""
    _store(_read_reports([event.report_id]))


def index_accounts(event: AccountsChanged) -> None:
    _store(_read_people(event.user_ids))


def rebuild(show: Callable[[int], None] = lambda _count: None) -> int:
    """The whole index from nothing; how many entries it has. `show`: how many were written, now and then.

    In one transaction: until it is done, everybody searches in the one before.
    """
    count = 0
    with transaction.atomic():
        SearchEntry.objects.all().delete()
        SearchWord.objects.all().delete()
        for read in (_read_units(), _read_people(None), _read_entities(None), _read_reports(None)):
            while batch := list(islice(read, BATCH * 5)):
                _store(batch)
                count += len(batch)
                show(count)
    return count


def _store(entries: Iterable[SearchEntry]) -> None:
    rest = iter(entries)
    while batch := list(islice(rest, BATCH)):
        before = _words_of(_list_stored(batch))
        SearchEntry.objects.bulk_create(
            batch, update_conflicts=True, unique_fields=["kind", "thing_id"], update_fields=["org_unit_id", "words"]
        )
        after = _words_of(entry.words for entry in batch)
        _learn(sorted(after))
        _forget(sorted(before - after))


def _list_stored(entries: Iterable[SearchEntry]) -> Iterator[str]:
    """What the index says of the same things until now."""
    things: dict[str, list[int]] = {}
    for entry in entries:
        things.setdefault(entry.kind, []).append(entry.thing_id)
    for kind, ids in things.items():
        found = SearchEntry.objects.filter(kind=kind, thing_id__in=ids_in_sql(ids))
        yield from found.values_list("words", flat=True)


def _words_of(texts: Iterable[str]) -> set[str]:
    """Words that somebody may mistype: neither marks nor numbers."""
    return {word for text in texts for word in text.split() if not word.startswith("zz") and not word.isdigit()}


def _learn(words: list[str]) -> None:
    # Sorted, so that two who learn the same words wait for each other and don't lock each other out.
    with connection.cursor() as cursor:
        for start in range(0, len(words), 800):
            several = words[start : start + 800]
            marks = ", ".join(["(%s)"] * len(several))
            cursor.execute(f"INSERT INTO search_searchword (word) VALUES {marks} ON CONFLICT DO NOTHING", several)


def _forget(words: list[str]) -> None:
    # Or the name of someone who was erased would stand on in the list of words. Who indexes one of them in the same
    # moment may lose it from the list, until it is indexed again: it is found as typed, only a slip is not forgiven.
    for start in range(0, len(words), 800):
        unused = list_unused(words[start : start + 800])
        SearchWord.objects.filter(word__in=unused).delete()


def _entry(kind: Kind, thing: int, unit: int | None, words: Iterable[str]) -> SearchEntry:
    return SearchEntry(kind=kind, thing_id=thing, org_unit_id=unit, words=join_words(kind, unit, words))


def _read_entities(ids: Iterable[int] | None) -> Iterator[SearchEntry]:
    found = Entity.objects.all() if ids is None else Entity.objects.filter(pk__in=ids_in_sql(ids))
    for pk, unit, search in found.order_by("pk").values_list("pk", "org_unit_id", "search").iterator(chunk_size=BATCH):
        yield _entry(Kind.ENTITY, pk, unit, split_words(search))


def _read_units() -> Iterator[SearchEntry]:
    """Under all names and codes they ever had, and those of all units they were ever in."""
    own: dict[int, dict[str, None]] = {}
    parents: dict[int, set[int]] = {}
    spells = OrgUnitSpell.objects.order_by("org_unit_id", "-from_day")
    for unit, name, code, parent in spells.values_list("org_unit_id", "name", "code", "parent_id").iterator():
        own.setdefault(unit, {}).update(dict.fromkeys([*split_words(name), *split_words(code)]))
        if parent is not None:
            parents.setdefault(unit, set()).add(parent)

    @cache
    def with_above(unit: int) -> tuple[str, ...]:
        above = [word for parent in sorted(parents.get(unit, ())) for word in with_above(parent)]
        return tuple(dict.fromkeys([*own.get(unit, ()), *above]))

    for unit in OrgUnit.objects.order_by("pk").values_list("pk", flat=True).iterator():
        yield _entry(Kind.UNIT, unit, unit, with_above(unit))


def _read_reports(ids: Iterable[int] | None) -> Iterator[SearchEntry]:
    """Oldest first, so that the newest can be looked at first; under the names of the day the report was made for."""
    found = ReportRun.objects.all() if ids is None else ReportRun.objects.filter(pk__in=list(ids))
    rows = found.order_by("pk").values_list(
        "pk", "org_unit_id", "title", "issue_number", "boundaries", "day_from", "day_to"
    )
    places = get_snapshot()
    for pk, unit, title, number, boundaries, first, last in rows.iterator(chunk_size=BATCH):
        said = split_words(f"{title} {places.path_name(unit, boundaries)} {number}")
        yield _entry(Kind.REPORT, pk, unit, [*month_marks(first, last), *said])


def _read_people(ids: Iterable[int] | None) -> Iterator[SearchEntry]:
    found = User.objects.all() if ids is None else User.objects.filter(pk__in=list(ids))
    for pk, username, full_name in found.order_by("pk").values_list("pk", "username", "full_name").iterator():
        yield _entry(Kind.PERSON, pk, None, split_words(f"{full_name} {username}"))
