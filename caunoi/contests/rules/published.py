"""The file that is published with a ranking: every mark, what it weighs, and the ranking that followed.

One line for each mark. Everything that the ranking rests on stands in it, so that a spreadsheet program, or this module
without any database, computes the ranking again.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from caunoi.contests.rules.ranking import (
    BY_TOTALS,
    LARGEST_MARK,
    WHOLE,
    Criterion,
    Lacking,
    Mark,
    Ranking,
    Terms,
    rank_entries,
)
from caunoi.contests.rules.terms import spell_mark

COLUMNS = ("entry", "title", "judge", "criterion", "weight", "mark", "ties", "score", "rank")
# In bytes. The room's largest contest, 20,000 entries of 50 judges, has a million lines for each criterion of a hundred
# bytes or two: with five criteria it fits.
LARGEST = 1_000_000_000
LONGEST_LINE = 100_000


@dataclass(frozen=True)
class Published:
    """As the file says it: what the ranking rests on, and entry -> (score, rank) as it was published."""

    terms: Terms
    entries: tuple[int, ...]
    judges: tuple[int, ...]
    marks: tuple[Mark, ...]
    stated: Mapping[int, tuple[Decimal, int]]


class UnreadableMarks(ValueError):
    """Which line of the file (0: the whole) and which column cannot be read, or says otherwise than a line before."""

    def __init__(self, line: int, column: str) -> None:
        super().__init__(f"line {line}, {column}")
        self.line, self.column = line, column


def list_lines(terms: Terms, titles: Mapping[int, str], marks: Iterable[Mark], ranking: Ranking) -> list[list[str]]:
    """Under `COLUMNS`, by rank, judge and criterion."""
    weights = {one.code: one.weight for one in terms.criteria}
    order = {one.code: position for position, one in enumerate(terms.criteria)}
    rows = {one.entry: one for one in ranking.rows}
    ties = ";".join(terms.ties)
    found = [one for one in marks if one.entry in rows and one.criterion in weights]
    found.sort(key=lambda one: (rows[one.entry].rank, one.entry, one.judge, order[one.criterion]))
    return [
        [
            str(one.entry), titles[one.entry], str(one.judge), one.criterion, spell_mark(weights[one.criterion]),
            spell_mark(one.value), ties, str(rows[one.entry].shown()), str(rows[one.entry].rank),
        ]
        for one in found
    ]  # fmt: skip


def read_published(lines: Iterable[str]) -> Published:
    """`lines`: with their ends, so that a file need not be held whole. Raises UnreadableMarks with the first line that
    cannot be read or says otherwise than another."""
    reader = csv.DictReader(lines)
    weights: dict[str, Decimal] = {}
    ties: tuple[str, ...] | None = None
    marks: dict[tuple[int, int, str], Mark] = {}
    stated: dict[int, tuple[Decimal, int]] = {}
    try:
        if reader.fieldnames is None or not set(COLUMNS) <= set(reader.fieldnames):
            raise UnreadableMarks(1, ", ".join(COLUMNS))
        for number, row in enumerate(reader, start=2):
            mark = Mark(
                int(_cell(row, "entry", number)), int(_cell(row, "judge", number)), _cell(row, "criterion", number),
                _number(row, "mark", number),
            )  # fmt: skip
            said = tuple(part for part in (row["ties"] or "").split(";") if part)
            line = _number(row, "score", number), int(_number(row, "rank", number))
            for column, same in (
                ("weight", weights.setdefault(mark.criterion, _number(row, "weight", number))
                 == _number(row, "weight", number)),
                ("ties", ties is None or ties == said),
                ("mark", marks.setdefault((mark.entry, mark.judge, mark.criterion), mark) is mark),
                ("rank", stated.setdefault(mark.entry, line) == line),
            ):  # fmt: skip
                if not same:
                    raise UnreadableMarks(number, column)
            ties = said
    except csv.Error as error:
        raise UnreadableMarks(reader.line_num, "") from error
    if sum(weights.values(), Decimal()) != WHOLE:
        raise UnreadableMarks(0, "weight")
    if any(tie not in weights and tie not in BY_TOTALS for tie in ties or ()):
        raise UnreadableMarks(0, "ties")
    terms = Terms(tuple(Criterion(code, weight) for code, weight in sorted(weights.items())), ties or ())
    judges = {one.judge for one in marks.values()}
    return Published(terms, tuple(sorted(stated)), tuple(sorted(judges)), tuple(marks.values()), stated)


def _cell(row: Mapping[str, str | None], column: str, number: int) -> str:
    text = (row[column] or "").strip().removeprefix("'")
    if not text or column in ("entry", "judge") and not (text.isascii() and text.isdecimal() and len(text) < 9):
        raise UnreadableMarks(number, column)
    return text


def _number(row: Mapping[str, str | None], column: str, number: int) -> Decimal:
    try:
        found = Decimal(_cell(row, column, number).replace(",", "."))
    except InvalidOperation:
        raise UnreadableMarks(number, column) from None
    if not found.is_finite() or abs(found) > LARGEST_MARK:
        raise UnreadableMarks(number, column)
    return found


@dataclass(frozen=True)
class Difference:
    """`said`: as the file has it; `computed`: as its marks give it. Each (score, rank); None: it has no rank."""

    entry: int
    said: tuple[Decimal, int]
    computed: tuple[Decimal, int] | None


def compare(published: Published) -> tuple[Ranking, Sequence[Difference]]:
    ranking = rank_entries(published.terms, published.entries, published.judges, published.marks)
    computed = {one.entry: (one.shown(), one.rank) for one in ranking.rows}
    differences = [
        Difference(entry, said, computed.get(entry))
        for entry, said in sorted(published.stated.items())
        if computed.get(entry) != said
    ]
    return ranking, differences


def name_lacking(lacking: Sequence[Lacking], names: Mapping[str, str], most: int = 5) -> str:
    """`017 (2: Nội dung), …`: entry, judge and criterion (by its name) of the first few."""
    shown = ", ".join(f"{one.entry:03d} ({one.judge}: {names[one.criterion]})" for one in lacking[:most])
    return shown + (", …" if len(lacking) > most else "")
