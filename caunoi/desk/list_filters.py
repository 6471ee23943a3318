"""What is typed above a list, read: text to look for, a choice, a unit with all below it, a year, how it is sorted.

What cannot be read is left out, as if it had not been asked: such addresses are kept, passed on and typed by hand."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from django.http import QueryDict

from caunoi.desk.typed_numbers import read_number
from caunoi.places.queries import get_snapshot

LONGEST_TEXT, LONGEST_CODE = 200, 80
YEARS = range(1900, 3000)

F = TypeVar("F")


@dataclass(frozen=True)
class AskedFor(Generic[F]):
    """`filters`: of a room, which ask nothing where nothing is given; `unit_key`: the unit they ask for, as its box
    knows it."""

    filters: F
    unit_key: str = ""

    @property
    def is_set(self) -> bool:
        return self.filters != type(self.filters)()


def read_text(typed: QueryDict) -> str:
    return _read(typed, "q")[:LONGEST_TEXT]


def read_code(typed: QueryDict, name: str) -> str:
    """Of what packs declare: one that no pack declares any more finds what was written under it."""
    return _read(typed, name)[:LONGEST_CODE]


def read_choice(typed: QueryDict, name: str, choices: Container[str], usual: str = "") -> str:
    wanted = typed.get(name, "")
    return wanted if wanted in choices else usual


def read_year(typed: QueryDict) -> int | None:
    year = read_number(typed.get("year"))
    return year if year in YEARS else None


def read_unit(typed: QueryDict, today: date) -> tuple[str, frozenset[int] | None]:
    """(key of the unit, ids of it and of all below it today); None: of every unit."""
    places = get_snapshot()
    unit = places.by_key.get(typed.get("unit", ""))
    return ("", None) if unit is None else (unit.key, frozenset(places.subtree_on(unit.id, today) | {unit.id}))


def read_sort(typed: QueryDict, sorts: Container[str], usual: str) -> str:
    """The name of a column; with a minus before it from the last to the first."""
    sort = typed.get("sort", "")
    return sort if sort.removeprefix("-") in sorts else usual


def _read(typed: QueryDict, name: str) -> str:
    # PostgreSQL knows no text with NUL in it.
    return typed.get(name, "").replace("\0", "").strip()
