"""The index over what documents are found by: FTS5 on SQLite, a text search vector with a GIN index on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from django.db import connection
from django.db.models.expressions import RawSQL

from caunoi.accounts.scope import EVERYTHING, Scope
from caunoi.documents.reach import keep_seen, list_tops

# Candidates are read so many at a time: what the coarse marks let through is nearly always seen.
AT_ONCE = 200
SHORTEST_BEGINNING = 2
HEAD, ANYWHERE = "head", "anywhere"

# A word of a question, or any of several.
Term = tuple[str, ...]
Mend = Callable[[str], Collection[str]]

_SQL = {
    "sqlite": "SELECT rowid FROM documents_search WHERE documents_search MATCH %s",
    "postgresql": "SELECT document_id FROM documents_documenttext WHERE search @@ to_tsquery('simple', %s)",
}
_KEY = {"sqlite": "rowid", "postgresql": "document_id"}


def find_ids(words: Sequence[str], scope: Scope, limit: int, mend: Mend | None = None) -> list[int]:
    """Of documents the reader may see that hold the words: in their head first, then anywhere; latest first.

    `mend`: where some words are in no document at all, the spellings they may have been meant as; nothing is found
    then if there is nothing to mend.
    """
    terms: list[Term] = [(word,) for word in words]
    if mend is not None:
        unknown = set(_list_unknown(words))
        terms = [(word, *sorted(mend(word))) if word in unknown else (word,) for word in words]
        if all(len(term) == 1 for term in terms):
            return []
    found: dict[int, None] = {}
    for where in (HEAD, ANYWHERE):
        for pk in _walk(_spell(terms, scope, where), scope):
            found.setdefault(pk)
            if len(found) == limit:
                return list(found)
    return list(found)


def match_any(words: Sequence[str], scope: Scope) -> RawSQL:
    """Ids of all that hold the words, for a list that filters further: the reader's scope too."""
    return RawSQL(_SQL[connection.vendor], [_spell([(word,) for word in words], scope, ANYWHERE)])


def _list_unknown(words: Sequence[str]) -> list[str]:
    unknown = []
    with connection.cursor() as cursor:
        for word in words:
            cursor.execute(f"{_SQL[connection.vendor]} LIMIT 1", [_spell([(word,)], EVERYTHING, ANYWHERE)])
            if cursor.fetchone() is None:
                unknown.append(word)
    return unknown


def _walk(query: str, scope: Scope) -> Iterator[int]:
    key, last = _KEY[connection.vendor], None
    while True:
        sql, parameters = _SQL[connection.vendor], [query]
        if last is not None:
            sql, parameters = f"{sql} AND {key} < %s", [query, last]
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} ORDER BY {key} DESC LIMIT {AT_ONCE}", parameters)
            candidates = [row[0] for row in cursor.fetchall()]
        yield from keep_seen(candidates, scope)
        if len(candidates) < AT_ONCE:
            return
        last = candidates[-1]


def _spell(terms: Sequence[Term], scope: Scope, where: str) -> str:
    tops = [] if scope.everything or scope.whole else sorted(list_tops(scope))
    # The last word may still be being typed.
    last = terms[-1] if len(terms[-1]) == 1 and len(terms[-1][0]) >= SHORTEST_BEGINNING else None
    if connection.vendor == "sqlite":
        columns = "{head}" if where == HEAD else "{head body}"
        asked = " AND ".join(
            _either([f'"{word}"{"*" if term is last else ""}' for word in term], "OR") for term in terms
        )
        reach = " OR ".join(f'"a{unit}"' for unit in tops)
        return f"{columns} : ({asked})" + (f" AND {{reach}} : ({reach})" if tops else "")
    weight = "A" if where == HEAD else "AB"
    asked = " & ".join(
        _either([f"'{word}':{'*' if term is last else ''}{weight}" for word in term], "|") for term in terms
    )
    reach = " | ".join(f"a{unit}:C" for unit in tops)
    return asked + (f" & ({reach})" if tops else "")


def _either(words: Sequence[str], or_: str) -> str:
    return words[0] if len(words) == 1 else f"({f' {or_} '.join(words)})"
