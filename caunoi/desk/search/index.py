"""Asking the database's index of words: SQLite's FTS5, PostgreSQL's tsvector with GIN. Neither needs an extension that
an office's database might lack; what a typo was meant to be, and how a word begun may go on, is looked up in the table
of all words."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence

from django.db import connection
from django.db.models.functions import Length

from caunoi.desk.search.models import SearchWord
from caunoi.desk.search.rules.words import BUCKET, Term, in_two, is_word_to_mend, mark, one_letter_away

# Beyond, a reader's units are too many to be worth naming: a country, where nearly everything is seen anyway.
MOST_BUCKETS = 300
# Of so few, a bucket's other things may be the most by far, and would be all that is read.
MOST_NAMED = 1000
CHUNK = 200
# Words so common that this many things have them all aren't a question anybody reads the answer of.
MOST_READ = 2000
MOST_MEANT = 12
MOST_BEGUN = 100
AFTER_ALL = chr(0x10FFFF)


def list_ways(words: Sequence[str], *, mending: bool) -> list[list[Term]]:
    """How words may be meant, the likelier first: as typed, else the last one begun; `mending`: with a forgotten space,
    else with letters mended."""
    if not words:
        return []
    typed: list[Term] = [(word,) for word in words]
    if not mending:
        begun = _begun(words[-1])
        return [typed, [*typed[:-1], begun]] if begun != typed[-1] else [typed]
    pieces, mended = part(words), mend(words)
    return [mended] if pieces == list(words) else [[(word,) for word in pieces], mended]


def _begun(word: str) -> Term:
    """The word with the known ones that go on from it; of too many the shortest: who means another types on.

    Word by word, since the databases' own way of looking for a beginning gathers every thing with any such word before
    it looks at the rest of the question: half a second where a million things have one, a thousandth so.
    """
    if word.isdigit():
        return (word,)
    known = SearchWord.objects.order_by(Length("word"), "word")
    if connection.vendor == "sqlite":
        # LIKE would read all the words here; there, the order of words is the database's own, and LIKE has an index.
        known = known.filter(word__gte=word, word__lt=word + AFTER_ALL)
    else:
        known = known.filter(word__startswith=word)
    return tuple(dict.fromkeys([word, *known.values_list("word", flat=True)[:MOST_BEGUN]]))


def mend(words: Sequence[str]) -> list[Term]:
    """Each word with the known ones a letter away, as typed first."""
    away = {word: one_letter_away(word) for word in words if is_word_to_mend(word)}
    known = _known({one for others in away.values() for one in others})
    return [(word, *sorted(away.get(word, set()) & known)[:MOST_MEANT]) for word in words]


def part(words: Sequence[str]) -> list[str]:
    """Words that nobody knows, cut into two known ones where a space was forgotten."""
    known = _known({piece for word in words for pair in in_two(word) for piece in pair} | set(words))
    found: list[str] = []
    for word in words:
        pair = next((pair for pair in in_two(word) if set(pair) <= known), None) if word not in known else None
        found += pair or [word]
    return found


def _known(words: set[str]) -> set[str]:
    wanted, found = sorted(words), set()
    # Below the number of parameters of any SQLite.
    for start in range(0, len(wanted), 900):
        found |= set(SearchWord.objects.filter(word__in=wanted[start : start + 900]).values_list("word", flat=True))
    return found


def list_unused(words: Iterable[str]) -> list[str]:
    """Those that no entry has."""
    if connection.vendor == "sqlite":
        sql = "SELECT 1 FROM search_words WHERE search_words MATCH %s LIMIT 1"
    else:
        sql = "SELECT 1 FROM search_searchentry WHERE indexed @@ to_tsquery('simple', %s) LIMIT 1"
    spell = _fts5 if connection.vendor == "sqlite" else _tsquery
    found = []
    with connection.cursor() as cursor:
        for word in words:
            cursor.execute(sql, [spell([(word,)])])
            if cursor.fetchone() is None:
                found.append(word)
    return found


def find(
    kind: str, terms: Sequence[Term], units: Collection[int] | None, *, newest_first: bool = False
) -> Iterator[tuple[int, int | None]]:
    """(thing, unit) of entries of a kind with all the terms, at most `MOST_READ` of them, in no promised order unless
    `newest_first`: what was indexed last comes first.

    `units`: in which the reader may see things, None: in all. It narrows only: who calls looks at each.
    """
    buckets = None if units is None else sorted({unit // BUCKET * BUCKET for unit in units})
    if buckets is not None and not buckets:
        return
    marks = [mark(kind)] if buckets is None or len(buckets) > MOST_BUCKETS else [mark(kind, one) for one in buckets]
    named = sorted(units) if units is not None and len(units) <= MOST_NAMED else None
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # Read as it is asked for: SQLite finds the next one when the one before has been looked at.
            sql = (
                "SELECT e.thing_id, e.org_unit_id FROM search_words w JOIN search_searchentry e ON e.id = w.rowid"
                " WHERE w.search_words MATCH %s"
            )
            parameters = [_fts5([tuple(marks), *terms])]
            order = " ORDER BY w.rowid DESC"
            if named is not None:
                sql += " AND e.org_unit_id IN (SELECT value FROM json_each(%s))"
                parameters.append(json.dumps(named))
        else:
            # Two conditions, not one of both: GIN reads all of the parts that are rarest each by itself, which in one
            # would be a province's marks, and only looks up the others.
            sql = (
                "SELECT thing_id, org_unit_id FROM search_searchentry WHERE indexed @@ to_tsquery('simple', %s)"
                " AND indexed @@ to_tsquery('simple', %s)"
            )
            parameters = [_tsquery([tuple(marks)]), _tsquery(terms)]
            # Not in the order of the key itself, or the planner reads the whole table backwards for a rare word.
            order = " ORDER BY id + 0 DESC"
            if named is not None:
                sql += " AND org_unit_id = ANY(%s::bigint[])"
                parameters.append(f"{{{','.join(map(str, named))}}}")
        cursor.execute(f"{sql}{order if newest_first else ''} LIMIT {MOST_READ}", parameters)
        while rows := cursor.fetchmany(CHUNK):
            yield from rows


def _fts5(terms: Iterable[Term]) -> str:
    return " AND ".join("(" + " OR ".join(f'"{word}"' for word in term) + ")" for term in terms)


def _tsquery(terms: Iterable[Term]) -> str:
    return " & ".join(f"({' | '.join(term)})" for term in terms)
