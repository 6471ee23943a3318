"""What is entered about a class, and who learns in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from caunoi.vietnamese_text import fold

LONGEST_TITLE = 300
LONGEST_NAME = 200
MOST_LEARNERS = 2_000
MOST_SESSIONS = 200
MOST_HOURS = 2_000
LONGEST_DAYS = 1_100
# Sessions that are made by themselves when a class is opened.
MOST_DAILY = 31


@dataclass(frozen=True)
class ClassDraft:
    """`kind`: a code. `hours`: taught in all. `lecturers`: things of the register that the kind names."""

    kind: str
    title: str
    day_from: date
    day_to: date
    place: str = ""
    hours: int = 0
    lecturers: tuple[int, ...] = ()


@dataclass(frozen=True)
class Person:
    """`org_unit`: where they come from."""

    org_unit: int
    name: str

    @property
    def identity(self) -> tuple[int, str]:
        return self.org_unit, fold(self.name)


def split_new(wanted: Iterable[Person], standing: Collection[tuple[int, str]]) -> tuple[list[Person], list[Person]]:
    """(new ones, those that stand already or come twice), each in the order given."""
    taken = set(standing)
    new: list[Person] = []
    twice: list[Person] = []
    for one in wanted:
        (twice if one.identity in taken else new).append(one)
        taken.add(one.identity)
    return new, twice


def list_days(first: date, last: date) -> list[date]:
    """Each day of a class that is short enough to have one session a day; otherwise none."""
    count = (last - first).days + 1
    return [first + timedelta(days=day) for day in range(count)] if count <= MOST_DAILY else []
