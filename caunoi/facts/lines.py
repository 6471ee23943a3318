"""The figures of a whole country as the text of a CSV file, without a Python object for each.

A question of any size is answered in parts. Of a part, what is added up from flows stays columns from the segments to
the lines; whatever needs thought a figure (formulas, stocks, classes, own values) goes through `questions.Answer`. The
text is the same either way.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, groupby, islice

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from caunoi.accounts.scope import Scope
from caunoi.facts.access import Reach, judge, show, show_parts
from caunoi.facts.arrow import tabulate
from caunoi.facts.cells import say_cut, say_nothing
from caunoi.facts.closure import get_closure
from caunoi.facts.coverage import compute_coverage
from caunoi.facts.engine import open_engine
from caunoi.facts.exports import NOTHING_FURTHER, Further, header, row_of, rows_of_parts
from caunoi.facts.models import Kind
from caunoi.facts.questions import Answer, Part, list_parts
from caunoi.facts.rules.question import Figure, Question, spell_bytes, spell_codes, spell_days, spell_place
from caunoi.languages import in_reader_language

ROWS_AT_ONCE = 1_000

# A whole number with the element's decimals, and those of a share where it carries one, as `text_of` writes it.
VALUES = """SELECT element, unit, slice, estimated, CASE
        WHEN places = 0 OR amount = 0 THEN amount::VARCHAR
        ELSE sign || rtrim(rtrim(left(digits, len(digits) - places) || '.' || right(digits, places), '0'), '.')
    END AS value
    FROM (
        SELECT *, lpad(digits_only, greatest(len(digits_only), places + 1)::INT, '0') AS digits FROM (
            SELECT k.*, CASE WHEN amount < 0 THEN '-' ELSE '' END AS sign, abs(amount)::VARCHAR AS digits_only,
                   e.decimals + CASE WHEN k.estimated THEN 12 ELSE 0 END AS places
            FROM kept k JOIN (VALUES {decimals}) e (element, decimals) USING (element) WHERE k.fits
        )
    )"""
LINES = """SELECT concat(
        p.head, d.head, coalesce(c.value, ''), ',,,', p.measured_in,
        CASE WHEN c.estimated THEN {estimated} ELSE ',,,' END, coalesce(g.counts, ',,,'),
        CASE WHEN c.value IS NOT NULL THEN ',' WHEN x.element IS NOT NULL THEN {cut} ELSE {nothing} END,
        p.address, d.address
    )
    FROM asked_pairs p JOIN asked_slices d ON d.after = p.rest
    LEFT JOIN cells c ON c.element = p.element AND c.unit = p.unit AND c.slice = d.slice
    LEFT JOIN cut_off x ON x.element = p.element AND x.unit = p.unit AND x.slice = d.slice
    LEFT JOIN covered g ON g.form = p.form AND g.unit = p.unit AND g.slice = d.slice
    ORDER BY p.position, d.slice"""


def csv_text(question: Question, scope: Scope, further: Further = NOTHING_FURTHER) -> Iterator[bytes]:
    """A CSV file in pieces, in UTF-8. What is refused is refused here, before the first of them."""
    judged, reach = judge(question, scope)
    parts = list_parts(question)
    if len(parts) == 1 or further is not NOTHING_FURTHER or not judged.present:
        return csv_of_parts(show_parts(parts, reach), further)
    pieces = (piece for part in parts for piece in _lines_of(part, reach))
    return _speaking(translation.get_language(), chain([_write([header()])], pieces))


def csv_of_parts(parts: Iterable[Iterable[Figure]], further: Further = NOTHING_FURTHER) -> Iterator[bytes]:
    """The same of figures that were answered already, or are one part after the other."""
    return _speaking(translation.get_language(), _in_pieces(rows_of_parts(parts, further)))


def _speaking(language: str | None, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Whoever sends the pieces may do so in another thread, which speaks another language."""
    while True:
        with translation.override(language):
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece


def _in_pieces(rows: Iterator[list[str]]) -> Iterator[bytes]:
    while several := list(islice(rows, ROWS_AT_ONCE)):
        yield _write(several)


def _write(rows: Iterable[Sequence[str]]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()


def _lines_of(part: Part, reach: Reach) -> Iterator[bytes]:
    judged = Answer(part.question, reach.scope, [])
    flows: set[str] = set()
    if all(reach.sees(judged.places.units[unit].key) for unit in part.units):
        flows = {code for code, element in judged.plan.elements.items() if element.kind == Kind.FLOW}
    for columnar, codes in groupby(part.question.codes, flows.__contains__):
        asked = replace(part.question, codes=tuple(codes))
        if columnar:
            yield from _FlowLines(Answer(asked, reach.scope, []), part.units).pieces()
        else:
            yield from _in_pieces(map(row_of, show(Answer(asked, reach.scope, part.units), reach)))


def _cells(*texts: str) -> str:
    """As cells of a line, each with the comma behind it."""
    return _write([[*texts, ""]]).decode().removesuffix("\r\n")


class _FlowLines:
    """`answer`: judged, and asked for no unit; its codes are flows. `units`: all for the reader to see."""

    def __init__(self, answer: Answer, units: Sequence[int]) -> None:
        self.answer, self.units = answer, units
        self.question, self.slices = answer.question, answer.plan.slices
        self.elements = {answer.plan.elements[code].pk: answer.plan.elements[code] for code in self.question.codes}
        self.closure = get_closure(answer.places, self.question.boundaries)
        self.engine = open_engine(self.question, self.closure, self.slices)
        self.session = self.engine.session

    def pieces(self) -> Iterator[bytes]:
        self._take_asked()
        self._take_cells()
        self._take_coverage()
        said = {
            "estimated": "," + _cells(_("có"), ""),
            "cut": _cells(say_cut()),
            "nothing": _cells(say_nothing()),
        }
        quoted = {name: "'" + text.replace("'", "''") + "'" for name, text in said.items()}
        return self.session.texts(LINES.format(**quoted))

    def _take_asked(self) -> None:
        """What the lines of an element and unit begin with, and what those of a slice go on with."""
        import pyarrow as pa  # noqa: PLC0415 - only questions need it

        text, number = pa.string(), pa.int32()
        pairs = list(self._describe_pairs())
        self.session.take("asked_pairs", tabulate(pairs, {
            "element": number, "unit": number, "position": number, "form": text, "head": text, "measured_in": text,
            "address": text, "rest": text,
        }))  # fmt: skip
        slices = list(self._describe_slices({pair[-1] for pair in pairs}))
        self.session.take("asked_slices", tabulate(slices, {
            "slice": number, "after": text, "head": text, "address": text,
        }))  # fmt: skip

    def _describe_pairs(self) -> Iterator[tuple[int, int, int, str, str, str, str, str]]:
        """An address is its question in base64, which turns three bytes into four letters: whole threes of what an
        element and a unit begin it with are turned here, the rest together with what the slice brings."""
        places = [(unit, *self.answer.describe_place(unit)) for unit in self.units]
        units = [(unit, _cells(code, name), spell_place(key)) for unit, key, code, name, _level in places]
        begun = f"{settings.CAUNOI_BASE_URL}/figures/"
        position = 0
        for element in self.elements.values():
            head = _cells(element.code, in_reader_language(element.name_vi, element.name_en))
            spelled = spell_codes([element.code])
            measured_in = _cells(element.unit).removesuffix(",")
            for unit, of_unit, place in units:
                content = (spelled + place).encode()
                whole = len(content) // 3 * 3
                address, rest = begun + spell_bytes(content[:whole]), content[whole:].decode("latin-1")
                yield element.pk, unit, position, element.form_code, head + of_unit, measured_in, address, rest
                position += 1

    def _describe_slices(self, rests: Iterable[str]) -> Iterator[tuple[int, str, str, str]]:
        for number, slice_ in enumerate(self.slices):
            first, last = slice_.days.first, slice_.days.last
            head = _cells(first.isoformat(), last.isoformat())
            days = spell_days(replace(self.question, first=first, last=last, level=None, by=None)).encode()
            for rest in rests:
                yield number, rest, head, spell_bytes(rest.encode("latin-1") + days) + "/\r\n"

    def _take_cells(self) -> None:
        self.engine.keep_flows("kept", self.elements, self.units)
        decimals = ", ".join(f"({number}, {element.decimals})" for number, element in self.elements.items())
        self.session.make("cells", VALUES.format(decimals=decimals))
        self.session.make("cut_off", "SELECT element, unit, slice FROM kept WHERE NOT fits")

    def _take_coverage(self) -> None:
        import pyarrow as pa  # noqa: PLC0415

        question = self.question
        forms = {element.form_code for element in self.elements.values() if element.form_code}
        found = compute_coverage(forms, self.closure, self.units, self.slices, question.book, question.as_known)
        rows = [(*key, f"{c.expected},{c.reported},{c.on_time},") for key, c in found.items()]
        kinds = {"form": pa.string(), "unit": pa.int32(), "slice": pa.int32(), "counts": pa.string()}
        self.session.take("covered", tabulate(rows, kinds))
