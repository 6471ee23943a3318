"""The index over what documents are found by: FTS5 on SQLite, a text search vector with a GIN index on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import connection
from django.db.models.expressions import RawSQL

from caunoi.accounts.scope import Scope
from caunoi.documents.reach import keep_seen, list_tops

# Candidates are read so many at a time: what the coarse marks let through is nearly always seen.
AT_ONCE = 200
SHORTEST_BEGINNING = 2
HEAD, ANYWHERE = "head", "anywhere"

_SQL = {
    "sqlite": "SELECT rowid FROM documents_search WHERE documents_search MATCH %s",
    "postgresql": "SELECT document_id FROM documents_documenttext WHERE search @@ to_tsquery('simple', %s)",
}
_KEY = {"sqlite": "rowid", "postgresql": "document_id"}


def find_ids(words: Sequence[str], scope: Scope, limit: int) -> list[int]:
    """Of documents the reader may see that hold the words: in their head first, then anywhere; latest first."""
    found: dict[int, None] = {}
    for where in (HEAD, ANYWHERE):
        for pk in _walk(_spell(words, scope, where), scope):
            found.setdefault(pk)
            if len(found) == limit:
                return list(found)
    return list(found)


def match_any(words: Sequence[str], scope: Scope) -> RawSQL:
    """Ids of all that hold the words, for a list that filters further: the reader's scope too."""
    return RawSQL(_SQL[connection.vendor], [_spell(words, scope, ANYWHERE)])


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


def _spell(words: Sequence[str], scope: Scope, where: str) -> str:
    tops = [] if scope.everything or scope.whole else sorted(list_tops(scope))
    if connection.vendor == "sqlite":
        columns = "{head}" if where == HEAD else "{head body}"
        asked = " AND ".join(f'"{word}"{"*" if _is_begun(word, words) else ""}' for word in words)
        reach = " OR ".join(f'"a{unit}"' for unit in tops)
        return f"{columns} : ({asked})" + (f" AND {{reach}} : ({reach})" if tops else "")
    weight = "A" if where == HEAD else "AB"
    asked = " & ".join(f"'{word}':{'*' if _is_begun(word, words) else ''}{weight}" for word in words)
    reach = " | ".join(f"a{unit}:C" for unit in tops)
    return asked + (f" & ({reach})" if tops else "")


def _is_begun(word: str, words: Sequence[str]) -> bool:
    """The last word may still be being typed."""
    return word == words[-1] and len(word) >= SHORTEST_BEGINNING
