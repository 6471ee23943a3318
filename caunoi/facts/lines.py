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
from caunoi.facts.access import Reach, check_may_see, show
from caunoi.facts.arrow import tabulate
from caunoi.facts.cells import say_cut, say_nothing
from caunoi.facts.closure import get_closure
from caunoi.facts.coverage import compute_coverage
from caunoi.facts.engine import Engine, Sum
from caunoi.facts.exports import NOTHING_FURTHER, Further, header, row_of, rows_of_parts
from caunoi.facts.models import Book, Kind
from caunoi.facts.projection import get_projection
from caunoi.facts.questions import Answer, Part, list_parts
from caunoi.facts.rules.question import Figure, Question, exact, spell_codes, spell_days, spell_place, text_of
from caunoi.languages import in_reader_language

ROWS_AT_ONCE = 1_000

# A whole number with the element's decimals, as `text_of` writes it.
VALUES = """SELECT element, unit, slice, false AS estimated, CASE
        WHEN decimals = 0 OR amount = 0 THEN amount::VARCHAR
        ELSE sign || rtrim(rtrim(left(digits, len(digits) - decimals) || '.' || right(digits, decimals), '0'), '.')
    END AS value
    FROM (
        SELECT k.*, e.decimals, CASE WHEN amount < 0 THEN '-' ELSE '' END AS sign,
               lpad(abs(amount)::VARCHAR, greatest(len(abs(amount)::VARCHAR), e.decimals + 1)::INT, '0') AS digits
        FROM kept k JOIN asked_elements e USING (element) WHERE k.fits
    )"""
LINES = """SELECT e.head || u.head || d.head
        || coalesce(c.value, '') || ',,,' || e.unit || CASE WHEN c.estimated THEN {estimated} ELSE ',,,' END
        || coalesce(g.counts, ',,,')
        || CASE WHEN c.value IS NOT NULL THEN ',' WHEN x.element IS NOT NULL THEN {cut} ELSE {nothing} END
        || {address} || rtrim(translate(to_base64(encode(e.ref || u.ref || d.ref)), '+/', '-_'), '=') || {end}
    FROM asked_elements e CROSS JOIN asked_units u CROSS JOIN asked_slices d
    LEFT JOIN cells c ON c.element = e.element AND c.unit = u.unit AND c.slice = d.slice
    LEFT JOIN cut_off x ON x.element = e.element AND x.unit = u.unit AND x.slice = d.slice
    LEFT JOIN covered g ON g.form = e.form AND g.unit = u.unit AND g.slice = d.slice
    ORDER BY e.position, u.position, d.slice"""


def csv_text(question: Question, scope: Scope, further: Further = NOTHING_FURTHER) -> Iterator[bytes]:
    """A CSV file in pieces, in UTF-8. What is refused is refused here, before the first of them."""
    reach = check_may_see(question, scope)
    judged = Answer(question, scope, [])
    first, *rest = parts = list_parts(question)
    if not rest or further is not NOTHING_FURTHER or not judged.present:
        shown = show(Answer(first.question, scope, first.units), reach)
        figures = chain([shown], (show(Answer(part.question, scope, part.units), reach) for part in rest))
        return csv_of_parts(figures, further)
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
        book = Book.APPROVED if self.question.book == "approved" else Book.REPORTED
        self.engine = Engine(
            get_projection(), self.closure, book=book, as_known=self.question.as_known, slices=self.slices
        )
        self.session = self.engine.session

    def pieces(self) -> Iterator[bytes]:
        self._take_asked()
        self._take_cells()
        self._take_coverage()
        said = {
            "estimated": "," + _cells(_("có"), ""),
            "cut": _cells(say_cut()),
            "nothing": _cells(say_nothing()),
            "address": f"{settings.CAUNOI_BASE_URL}/figures/",
        }
        quoted = {name: "'" + text.replace("'", "''") + "'" for name, text in said.items()}
        return self.session.texts(LINES.format(**quoted, end="'/' || chr(13) || chr(10)"))

    def _take_asked(self) -> None:
        """What every line of an element, a unit or a slice begins with, its share of the address, and its place."""
        import pyarrow as pa  # noqa: PLC0415 - only questions need it

        question, answer = self.question, self.answer
        codes = [
            (
                e.pk, at, _cells(e.code, in_reader_language(e.name_vi, e.name_en)), _cells(e.unit)[:-1], e.decimals,
                e.form_code, spell_codes([e.code]),
            )
            for at, e in enumerate(self.elements.values())
        ]  # fmt: skip
        text, number = pa.string(), pa.int32()
        self.session.take("asked_elements", tabulate(codes, {
            "element": number, "position": number, "head": text, "unit": text, "decimals": number, "form": text,
            "ref": text,
        }))  # fmt: skip
        units = []
        for at, unit in enumerate(self.units):
            key, code, name, _level = answer.describe_place(unit)
            units.append((unit, at, _cells(code, name), spell_place(key)))
        self.session.take("asked_units", tabulate(units, {
            "unit": number, "position": number, "head": text, "ref": text,
        }))  # fmt: skip
        rows = []
        for at, slice_ in enumerate(self.slices):
            first, last = slice_.days.first, slice_.days.last
            one = replace(question, first=first, last=last, level=None, by=None)
            rows.append((at, _cells(first.isoformat(), last.isoformat()), spell_days(one)))
        self.session.take("asked_slices", tabulate(rows, {"slice": number, "head": text, "ref": text}))

    def _take_cells(self) -> None:
        """What was added up whole, in columns; what counts by a share somewhere below is added one by one."""
        import pyarrow as pa  # noqa: PLC0415

        shared = self.engine.find_shared(self.units)
        whole = [unit for unit in self.units if unit not in shared]
        self.engine.keep_flows("kept", self.elements, whole or [0])
        sums = self.engine.flows(self.elements, sorted(shared))
        kinds = {"element": pa.int32(), "unit": pa.int32(), "slice": pa.int32()}
        values = tabulate(
            [self._value(one) for one in sums if one[0]],
            {**kinds, "estimated": pa.bool_(), "value": pa.string()},
        )
        self.session.take("by_share", values)
        self.session.take("cut_by_share", tabulate([one[1:4] for one in sums if not one[0]], kinds))
        self.session.make("cells", f"{VALUES} UNION ALL FROM by_share")
        self.session.make("cut_off", "SELECT element, unit, slice FROM kept WHERE NOT fits UNION ALL FROM cut_by_share")

    def _value(self, one: Sum) -> tuple[int, int, int, bool, str | None]:
        _fits, element, unit, slice_, amount, _facts, estimated, *_rest = one
        return element, unit, slice_, estimated, text_of(exact(amount, self.elements[element].decimals))

    def _take_coverage(self) -> None:
        import pyarrow as pa  # noqa: PLC0415

        question = self.question
        forms = {element.form_code for element in self.elements.values() if element.form_code}
        found = compute_coverage(forms, self.closure, self.units, self.slices, question.book, question.as_known)
        rows = [(*key, f"{c.expected},{c.reported},{c.on_time},") for key, c in found.items()]
        kinds = {"form": pa.string(), "unit": pa.int32(), "slice": pa.int32(), "counts": pa.string()}
        self.session.take("covered", tabulate(rows, kinds))
