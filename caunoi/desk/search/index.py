"""Asking the database's index of words: SQLite's FTS5, PostgreSQL's tsvector with GIN. Neither needs an extension that
an office's database might lack; what a typo was meant to be is looked up in the table of all words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from django.db import connection

from caunoi.desk.search.models import SearchWord
from caunoi.desk.search.rules.words import BUCKET, Term, in_two, is_word_to_mend, mark, one_letter_away

# Beyond, a reader's units are too many to be worth naming: a country, where nearly everything is seen anyway.
MOST_BUCKETS = 300
CHUNK = 200
# Words so common that this many things have them all aren't a question anybody reads the answer of.
MOST_READ = 2000
MOST_MEANT = 12


def mend(words: Sequence[str]) -> list[Term]:
    """Each word with the known ones a letter away, as typed first."""
    away = {word: one_letter_away(word) for word in words if is_word_to_mend(word)}
    known = _known({one for others in away.values() for one in others})
    return [Term((word, *sorted(away.get(word, set()) & known)[:MOST_MEANT])) for word in words]


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


def find(kind: str, terms: Sequence[Term], units: Collection[int] | None) -> Iterator[tuple[int, int | None]]:
    """(thing, unit) of entries of a kind with all the terms, in no promised order and at most `MOST_READ` of them.

    `units`: in which the reader may see things, None: in all. It narrows only: who calls looks at each.
    """
    buckets = None if units is None else sorted({unit // BUCKET * BUCKET for unit in units})
    if buckets is not None and not buckets:
        return
    marks = [mark(kind)] if buckets is None or len(buckets) > MOST_BUCKETS else [mark(kind, one) for one in buckets]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # Read as it is asked for: SQLite finds the next one when the one before has been looked at.
            cursor.execute(
                "SELECT e.thing_id, e.org_unit_id FROM search_words w JOIN search_searchentry e ON e.id = w.rowid"
                " WHERE w.search_words MATCH %s LIMIT %s",
                [_fts5(marks, terms), MOST_READ],
            )
        else:
            cursor.execute(
                "SELECT thing_id, org_unit_id FROM search_searchentry WHERE indexed @@ to_tsquery('simple', %s)"
                " LIMIT %s",
                [_tsquery(marks, terms), MOST_READ],
            )
        while rows := cursor.fetchmany(CHUNK):
            yield from rows


def _fts5(marks: Iterable[str], terms: Iterable[Term]) -> str:
    parts = [f"({' OR '.join(_quoted(one) for one in marks)})"]
    for term in terms:
        words = [_quoted(word) + (" *" if term.begins else "") for word in term.words]
        parts.append(f"({' OR '.join(words)})")
    return " AND ".join(parts)


def _quoted(word: str) -> str:
    return f'"{word}"'


def _tsquery(marks: Iterable[str], terms: Iterable[Term]) -> str:
    parts = [f"({' | '.join(marks)})"]
    for term in terms:
        parts.append(f"({' | '.join(word + (':*' if term.begins else '') for word in term.words)})")
    return " & ".join(parts)
