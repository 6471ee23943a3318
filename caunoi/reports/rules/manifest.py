"""The list of figures that travels inside every report, and how a report is compared with it.

Pure: the list's spelling, its signature's envelope, and the comparison of what was printed, what stands in the file
now, and what the same question answers today.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any
from urllib.parse import unquote

from caunoi.periods.rules import CutOff, PeriodType

FORMAT = 1
MOST_BYTES = 30_000_000


class ManifestUnreadable(Exception):
    """The bytes are no list of figures of a known format."""


@dataclass(frozen=True)
class Line:
    """One figure as printed, in the order of the document. `question` is the number of the question that gave it.

    `value`, `numerator` and `denominator` are exact decimals as text; None where there was no value.
    """

    ref: str
    code: str
    name: str
    place: str
    place_name: str
    first: str
    last: str
    value: str | None
    numerator: str | None
    denominator: str | None
    shown: str
    style: str
    question: int

    @property
    def answer(self) -> tuple[str | None, str | None, str | None]:
        return self.value, self.numerator, self.denominator


@dataclass(frozen=True)
class Asked:
    """A question as it was asked: many codes, or the units of a level, at once. `by`: cut into months, quarters or
    years, as stands behind a chart; `cut_off` of the calendar that was asked (None: the assignments' own)."""

    codes: list[str]
    place: str
    level: str | None
    first: str
    last: str
    by: PeriodType | None = None
    cut_off: CutOff | None = None


@dataclass(frozen=True)
class ChartLine:
    """A chart as it was drawn: the hash of its picture, and the values behind its bars or points."""

    name: str
    title: str
    sha256: str
    points: list[Line]


@dataclass(frozen=True)
class CoverageLine:
    """Of one periodic form: how many reports were due of the report's place, how many were there approved, how many of
    them on time. Without a form: of all of them together, in `place`, a unit below that is listed as late (neither is
    in files older than that)."""

    form: str
    title: str
    expected: int
    reported: int
    on_time: int
    place: str = ""
    place_name: str = ""


@dataclass(frozen=True)
class Issue:
    """What an issued report says of itself at its end. `on`: ISO date. `anchor`: the audit chain's, as printed."""

    number: str
    on: str
    place: str
    signer: str
    address: str
    figures_hash: str
    anchor: str
    signer_name: str = ""


@dataclass(frozen=True)
class Manifest:
    """`text_hash` covers the words of the document outside its figures: drafts may be edited, and then it differs.

    `report`: the key of the report it is a version of (blank in files older than that), `sentences`: short hashes of
    its sentences in order, `issue`: None in drafts, `template_file`: hash of the Word file it was made from (blank in
    files older than that). `charts`, `coverage`: what else of the ledger is shown; `coverage_links` the numbers of it
    as they are printed, in order, each with its address (all empty in files older than that).
    """

    template: str
    title: str
    place: str
    place_name: str
    first: str
    last: str
    boundaries: str
    as_known: int
    book: str
    made_at: str
    made_by: str
    base_url: str
    text_hash: str
    questions: list[Asked]
    figures: list[Line]
    report: str = ""
    version: int = 1
    sentences: list[str] = field(default_factory=list)
    issue: Issue | None = None
    template_file: str = ""
    charts: list[ChartLine] = field(default_factory=list)
    coverage: list[CoverageLine] = field(default_factory=list)
    coverage_links: list[list[str]] = field(default_factory=list)


def spell(manifest: Manifest) -> bytes:
    """Compressed JSON; the signature covers exactly these bytes."""
    content = {"format": FORMAT, **asdict(manifest)}
    content["figures"] = [_values(line) for line in manifest.figures]
    for chart, spelled in zip(manifest.charts, content["charts"], strict=True):
        spelled["points"] = [_values(line) for line in chart.points]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode(), 9)


def read(content: bytes) -> Manifest:
    try:
        # Bounded: a crafted list must not unpack into memory.
        given = json.loads(zlib.decompressobj().decompress(content, MOST_BYTES))
        if given.pop("format") != FORMAT:
            raise ManifestUnreadable
        given["figures"] = [_line(values) for values in given["figures"]]
        given["questions"] = [Asked(**asked) for asked in given["questions"]]
        given["charts"] = [
            ChartLine(**{**chart, "points": [_line(values) for values in chart["points"]]})
            for chart in given.get("charts", [])
        ]
        given["coverage"] = [CoverageLine(**one) for one in given.get("coverage", [])]
        if given.get("issue") is not None:
            given["issue"] = Issue(**given["issue"])
        return Manifest(**given)
    except (ValueError, TypeError, KeyError, AttributeError, zlib.error) as error:
        raise ManifestUnreadable from error


def _values(line: Line) -> list[Any]:
    return [getattr(line, one.name) for one in fields(Line)]


def _line(values: Sequence[Any]) -> Line:
    if len(values) != len(fields(Line)):
        raise ValueError("a line of another format")
    return Line(*values)


def to_text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def from_text(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error) as error:
        raise ManifestUnreadable from error


def hash_text(words: str) -> str:
    """Of words without their spacing: word processors break lines and runs as they like."""
    return hashlib.sha256("".join(words.split()).encode()).hexdigest()


def hash_figures(figures: Sequence[Line]) -> str:
    """Of what is printed, in order: the same on paper, in the file and in the store."""
    text = json.dumps([[line.ref, line.shown] for line in figures], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def hash_sentence(words: str) -> str:
    return hash_text(words)[:10]


def count_changed_sentences(made: Sequence[str], now: Sequence[str]) -> int:
    """Sentences written, rewritten or taken out since: of a rewritten one the old is gone and a new one there."""
    before, after = Counter(made), Counter(now)
    return max((after - before).total(), (before - after).total())


# -- comparing --------------------------------------------------------------------------------------------------------


class Outcome(StrEnum):
    UNCHANGED = "unchanged"
    CHANGED_IN_FILE = "changed-in-file"
    CORRECTED_SINCE = "corrected-since"
    MISSING_FROM_FILE = "missing-from-file"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Found:
    """A figure's link as it stands in the file: the ref of its address and the words a reader sees."""

    ref: str
    text: str


def pair(lines: Sequence[Line], found: Sequence[Found]) -> tuple[list[str | None], list[Found]]:
    """For each printed line what stands in the file for it now (None: nothing), and links nobody printed.

    A ref may be printed several times (in the text and in a table). Links with the right words are taken first, in
    order; what is left over of a ref is then matched in order. A figure copied to another place of the document with
    its words intact is as good as the original.
    """
    by_ref: dict[str, list[Found]] = defaultdict(list)
    for link in found:
        by_ref[link.ref].append(link)
    texts: list[str | None] = [None] * len(lines)
    printed: dict[str, set[str]] = defaultdict(set)
    for index, line in enumerate(lines):
        printed[line.ref].add(_plain(line.shown))
        exact = next((link for link in by_ref[line.ref] if _plain(link.text) == _plain(line.shown)), None)
        if exact is not None:
            by_ref[line.ref].remove(exact)
            texts[index] = line.shown
    for index, line in enumerate(lines):
        if texts[index] is None and by_ref[line.ref]:
            texts[index] = by_ref[line.ref].pop(0).text
    added = [link for several in by_ref.values() for link in several if _plain(link.text) not in printed[link.ref]]
    return texts, added


def find_retyped(printed: Sequence[Sequence[str]], found: Sequence[Found]) -> list[tuple[str, str | None]]:
    """(as printed, as it stands now or None) of each number of coverage that no longer stands in the file as it was.
    Addresses may be spelled with other escapes than ours."""
    left: dict[str, list[str]] = defaultdict(list)
    for link in found:
        left[unquote(link.ref)].append(link.text)
    gone: list[tuple[str, str]] = []
    for spelled, shown in printed:
        address = unquote(spelled)
        same = next((text for text in left[address] if same_words(text, shown)), None)
        if same is None:
            gone.append((address, shown))
        else:
            left[address].remove(same)
    return [(shown, left[address].pop(0) if left[address] else None) for address, shown in gone]


def same_words(one: str, other: str) -> bool:
    """Spacing aside: a word processor may put a no-break space for a space."""
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    return "".join(text.split())
