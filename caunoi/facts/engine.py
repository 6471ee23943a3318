"""The questions, one statement a kind, over the projection. Exact whole-number sums only.

Every statement first nets postings against their reversals as known at the asked number, then rolls up. Only this
module, `projection` and `engines` know SQL of the columnar side; it is written once, in DuckDB's, and `engines.spark`
carries it over (what that asks of the SQL: docs/decisions/0004).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from caunoi.facts.closure import Closure, split_bases
from caunoi.facts.engines import Range
from caunoi.facts.models import Book
from caunoi.facts.projection import Projection, get_projection
from caunoi.facts.rules.question import Question, Slice
from caunoi.facts.rules.stocks import hold
from caunoi.places.rules.snapshot import ONE

Key = tuple[int, int, int]
"""(data element id, asked unit id, index of the slice)"""

MOST_RANGES = 8
# More units than this are most of a country: reading out their numbers takes longer than passing over nothing.
MOST_LISTED = 5_000
FIRST_PARTS = (16, 4, 1)
MOST_KEPT = 200
FITS = """((s.named AND p.named_from >= s.first AND p.named_to <= s.last)
    OR (NOT s.named AND p.day_from >= s.first AND p.day_to <= s.last))"""
TOUCHES = """((s.named AND p.named_from <= s.last AND p.named_to >= s.first)
    OR (NOT s.named AND p.day_from <= s.last AND p.day_to >= s.first))"""


Sum = tuple[bool, int, int, int, int, int, bool, tuple[str, ...], bool]
"""(fits, data element id, asked unit id, index of the slice, amount, facts, estimated, bases, carried over). `amount`
carries the element's scale and `ONE`; `facts` are the standing facts behind it; `fits` is False for those that the
slice's first or last day cuts. A plain tuple, because an answer has ten thousands of them."""


@dataclass(frozen=True)
class Stated:
    """Own-level values of one unit in one slice: several stretches of days cannot be one value."""

    amounts: tuple[int, ...]


class Reached(NamedTuple):
    """Postings of units that count under some units: what to read, as `p`; the condition `near` is quick to judge and
    lets a few others through, `exactly` does not. `ranges`: the stretches that these units lie in; `shared`: those of
    units that count there by a share only."""

    postings: str
    near: str
    exactly: str
    ranges: Sequence[Range]
    shared: Sequence[Range]

    def first_units(self, part: int) -> Sequence[Range]:
        """The stretches up to one `part`-th of the numbers that the units lie among."""
        first, last = self.ranges[0][0], self.ranges[-1][1]
        end = first + (last - first) // part
        return [(begin, min(stop, end)) for begin, stop in self.ranges if begin <= end]


class Stretches(NamedTuple):
    """Numbers of the units that count under some units; `shared`: of those that count by a share only; `alone`: no
    other unit's number lies among them."""

    ranges: Sequence[Range]
    shared: Sequence[Range]
    alone: bool


class Engine:
    """Answers for one book as known at one number, on one day's boundaries."""

    def __init__(
        self, projection: Projection, closure: Closure, *, book: int, as_known: int, slices: Sequence[Slice]
    ) -> None:
        self.closure = closure
        self.slices = slices
        self.session = projection.open()
        self.stretches = projection.stretches
        self.closure_table = projection.table_of(closure.key, closure.table)
        rows = ", ".join(f"({i}, DATE '{s.days.first}', DATE '{s.days.last}', {s.named})" for i, s in enumerate(slices))
        # Days are compared once for each distinct span and not for each fact.
        self.session.make("slices", f"FROM (VALUES {rows}) AS s(slice, first, last, named)")
        self.session.make("touching", f"SELECT p.span, s.slice, {FITS} AS fits FROM spans p JOIN slices s ON {TOUCHES}")
        self.counted: set[tuple[int, int]] = set()
        """(data element, unit) of which `spanned` stands in the session."""
        self.book, self.as_known = int(book), int(as_known)
        self.where = f"p.book = {self.book} AND p.seq <= {self.as_known}"

    def flows(self, elements: Collection[int], targets: Collection[int], counted: bool = False) -> list[Sum]:
        """`counted`: what stands behind each day of them is kept for `contributions`, which are asked of it next."""
        if not elements or not targets:
            return []
        reached = self._reach(targets)
        ask, begin = self.session.rows, f"WITH spanned AS ({self._spanned(elements, targets, reached)})"
        if counted:
            self.session.keep("spanned", self._spanned(elements, targets, reached))
            self.counted = {(int(element), int(target)) for element in elements for target in targets}
            ask, begin = self.session.small, ""
        # Numbers of 128 bits take longer to hand over than to add: they come as text where 64 are too few.
        rows = ask(
            f"""
            {begin}
            SELECT t.fits, p.element, p.ancestor, t.slice, TRY_CAST(sum(p.amount) AS BIGINT),
                   CASE WHEN TRY_CAST(sum(p.amount) AS BIGINT) IS NULL THEN sum(p.amount)::VARCHAR END,
                   sum(p.sign)::BIGINT
            FROM spanned p JOIN touching t ON t.span = p.span GROUP BY ALL HAVING sum(p.sign) > 0
            """
        )
        whole: list[Sum] = [
            (fits, element, unit, slice_, (int(large) if amount is None else amount) * ONE, facts, False, (), False)
            for fits, element, unit, slice_, amount, large, facts in rows
        ]
        return self._add_shares(whole, elements, targets, reached.shared) if reached.shared else whole

    def keep_flows(self, name: str, elements: Collection[int], targets: Collection[int]) -> None:
        """The same as a small table (element, unit, slice, fits, amount, estimated) in the session; none of both may be
        empty. `amount` has the element's scale, and carries `ONE` too where it is estimated."""
        reached = self._reach(targets)
        self.session.keep(
            "added_whole",
            f"""
            WITH spanned AS ({self._spanned(elements, targets, reached)})
            SELECT p.element, p.ancestor AS unit, t.slice, t.fits, sum(p.amount)::HUGEINT AS amount
            FROM spanned p JOIN touching t ON t.span = p.span GROUP BY ALL HAVING sum(p.sign) > 0
            """,
        )
        if not reached.shared:
            self.session.make(name, "SELECT *, false AS estimated FROM added_whole")
            return
        self.session.keep(
            "added_by_share",
            f"""
            {self._shared(elements, targets, reached.shared)}
            SELECT n.element, a.ancestor AS unit, n.slice, n.fits, sum(n.amount::HUGEINT * a.parts)::HUGEINT AS amount
            FROM netted n JOIN asked a ON a.unit = n.unit GROUP BY ALL
            """,
        )
        self.session.make(
            name,
            f"""
            SELECT element, unit, slice, fits, s.amount IS NOT NULL AS estimated,
                   CASE WHEN s.amount IS NULL THEN w.amount ELSE coalesce(w.amount, 0) * {ONE} + s.amount END AS amount
            FROM added_whole w FULL JOIN added_by_share s USING (element, unit, slice, fits)
            """,
        )

    def _spanned(self, elements: Collection[int], targets: Collection[int], reached: Reached) -> str:
        """Added up span by span first: then days are compared once for each span, and to ask for a unit together with
        the units below it costs little more than to ask for these. A reversal takes away what it reverses wherever
        both are added: only where shares have to be told apart is it netted first, unit by unit."""
        where = f"{self.where} AND p.element IN ({_list(elements)}) AND {reached.near}"
        return f"""SELECT p.element, a.ancestor, p.span, sum(p.amount) AS amount, sum(p.sign) AS sign
            FROM {reached.postings} p
            JOIN {self.closure_table} a ON a.unit = p.unit AND a.ancestor IN ({_list(targets)}) AND a.parts = {ONE}
            WHERE {where} AND {self._near_days()} GROUP BY ALL"""

    def _near_days(self) -> str:
        """Spans that may touch a slice: a range of numbers is quick to judge, which spans do is looked up later."""
        ((first, last),) = self.session.small("SELECT min(span), max(span) FROM touching")
        return "false" if first is None else f"p.span BETWEEN {first} AND {last}"

    def _add_shares(
        self, whole: list[Sum], elements: Collection[int], targets: Collection[int], shared: Sequence[Range]
    ) -> list[Sum]:
        rows = self.session.rows(
            f"""
            {self._shared(elements, targets, shared)}
            SELECT n.fits, n.element, a.ancestor, n.slice, sum(n.amount::HUGEINT * a.parts), sum(n.facts),
                   list(DISTINCT a.bases) FILTER (a.bases <> '')
            FROM netted n JOIN asked a ON a.unit = n.unit GROUP BY ALL
            """
        )
        found = {one[:4]: one for one in whole}
        for fits, element, unit, slice_, amount, facts, bases in rows:
            key = (fits, element, unit, slice_)
            if (there := found.get(key)) is not None:
                amount, facts = amount + there[4], facts + there[5]
            found[key] = (*key, int(amount), facts, True, split_bases(bases or ()), False)
        return list(found.values())

    def _shared(self, elements: Collection[int], targets: Collection[int], shared: Sequence[Range]) -> str:
        """What counts by a share, unit by unit, before it is shared out."""
        where = f"{self.where} AND p.element IN ({_list(elements)}) AND {_near(shared)}"
        return f"""WITH asked AS (
                SELECT unit, ancestor, parts, bases FROM {self.closure_table}
                WHERE ancestor IN ({_list(targets)}) AND parts <> {ONE}
            ),
            netted AS (
                SELECT p.element, p.unit, t.slice, t.fits, sum(p.amount) AS amount, sum(p.sign) AS facts
                FROM {self.session.postings(self.book, shared)} p JOIN touching t ON t.span = p.span
                WHERE {where} AND p.unit IN (SELECT unit FROM asked)
                GROUP BY ALL HAVING sum(p.sign) > 0
            )"""

    def _reach(self, targets: Collection[int]) -> Reached:
        """The postings of units that count under one of the targets. Ranges of numbers come first: units entered
        together bear neighbouring numbers, and by a range whole files and row groups are passed over unread."""
        under = f"FROM {self.closure_table} WHERE ancestor IN ({_list(targets)})"
        found = self.stretches.get(under)
        if found is None:
            if len(self.stretches) >= MOST_KEPT:
                self.stretches.clear()
            found = self.stretches[under] = self._find_stretches(under)
        if not found.ranges:
            return Reached(self.session.postings(self.book), "false", "false", (), ())
        near = exactly = _near(found.ranges)
        if not found.alone:
            exactly += f" AND p.unit IN (SELECT unit {under})"
        postings = self.session.postings(self.book, found.ranges)
        return Reached(postings, near, exactly, found.ranges, found.shared)

    def _find_stretches(self, under: str) -> Stretches:
        units = self.session.small(
            f"SELECT unit, bool_or(parts <> {ONE}) {under} GROUP BY unit ORDER BY unit LIMIT {MOST_LISTED + 1}"
        )
        ranges = find_ranges([unit for unit, _by_share in units], MOST_RANGES)
        shared = find_ranges([unit for unit, by_share in units if by_share], MOST_RANGES)
        number = len(units)
        if number > MOST_LISTED:
            (first, last, number, *by_share), *_rest = self.session.small(
                f"SELECT min(unit), max(unit), count(DISTINCT unit), min(unit) FILTER (parts <> {ONE}),"
                f" max(unit) FILTER (parts <> {ONE}) {under}"
            )
            ranges, shared = [(first, last)], [] if by_share[0] is None else [(by_share[0], by_share[1])]
        return Stretches(ranges, shared, alone=sum(end - begin + 1 for begin, end in ranges) == number)

    def stocks(self, elements: Collection[int], targets: Collection[int], things: Collection[int] = ()) -> list[Sum]:
        """Latest own values at the end of each slice, held on by successors until they report, then rolled up.

        `things`: elements that count things of a register. A thing stays on the unit that registered it and passes
        with it to what that unit became, whatever new things are registered there.
        """
        wanted = set(targets)
        own: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        for element, unit, slice_, amount in self._latest(elements, targets):
            own[element, slice_].append((unit, amount))
        amounts: dict[Key, int] = defaultdict(int)
        facts: dict[Key, int] = defaultdict(int)
        estimated: set[Key] = set()
        carried: set[Key] = set()
        bases: dict[Key, set[str]] = defaultdict(set)
        for (element, slice_), values in own.items():
            state_day = self.slices[slice_].days.last
            counts_things = element in things
            reported = set() if counts_things else {unit for unit, _amount in values}
            for unit, amount in values:
                holding = hold(unit, reported, state_day, self.closure.day, self.closure.places)
                for ancestor, (parts, grounds) in self.closure.shares(holding.mapped).items():
                    if ancestor not in wanted:
                        continue
                    key = (element, ancestor, slice_)
                    amounts[key] += amount * parts
                    facts[key] += 1
                    if parts != ONE and grounds:
                        estimated.add(key)
                        bases[key] |= grounds
                    if holding.carried_over and not counts_things:
                        carried.add(key)
        return [
            (True, *key, amount, facts[key], key in estimated, tuple(sorted(bases[key])), key in carried)
            for key, amount in amounts.items()
        ]

    def _latest(self, elements: Collection[int], targets: Collection[int]) -> list[tuple[int, int, int, int]]:
        """(element, unit, slice, amount): each unit's latest standing statement up to the slice's last day."""
        if not elements or not targets:
            return []
        reached = self._reach(targets)
        return self.session.rows(
            f"""
            WITH netted AS (
                SELECT p.element, p.unit, d.day_to, p.version, sum(p.amount) AS amount, max(p.seq) AS seq
                FROM {reached.postings} p JOIN spans d ON d.span = p.span
                WHERE {self.where} AND p.element IN ({_list(elements)}) AND {reached.exactly}
                  AND d.day_to <= (SELECT max(last) FROM slices)
                GROUP BY ALL HAVING sum(p.sign) > 0
            )
            SELECT n.element, n.unit, s.slice, arg_max(n.amount, struct_pack(d := n.day_to, q := n.seq))::HUGEINT
            FROM netted n JOIN slices s ON n.day_to <= s.last GROUP BY ALL
            """
        )

    def classes(self, elements: Collection[int], targets: Collection[int]) -> dict[Key, dict[str, int]]:
        """How many units that exist at the slice's end have which class as their latest, under each asked unit."""
        found: dict[Key, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        wanted = set(targets)
        for element, unit, slice_, class_code, _version in self.class_of_units(elements, targets):
            for ancestor in self.closure.under(self.closure.home(unit)):
                if ancestor in wanted:
                    found[element, ancestor, slice_][class_code] += 1
        return {key: dict(counts) for key, counts in found.items()}

    def class_of_units(
        self, elements: Collection[int], targets: Collection[int]
    ) -> list[tuple[int, int, int, str, int]]:
        """(element, unit, slice, class, version) of units existing at the slice's last day."""
        if not elements or not targets:
            return []
        reached = self._reach(targets)
        rows = self.session.rows(
            f"""
            WITH netted AS (
                SELECT p.element, p.unit, d.day_from, d.day_to, d.named_from, d.named_to, p.class_code, p.version,
                       max(p.seq) AS seq
                FROM {reached.postings} p JOIN spans d ON d.span = p.span
                WHERE {self.where} AND p.element IN ({_list(elements)}) AND {reached.exactly}
                  AND p.class_code <> ''
                GROUP BY ALL HAVING sum(p.sign) > 0
            ),
            valid AS (
                SELECT p.*, s.slice FROM netted p JOIN slices s
                ON (p.day_from = p.day_to AND p.day_to <= s.last) OR (p.day_from < p.day_to AND {FITS})
            )
            SELECT element, unit, slice,
                   arg_max(struct_pack(c := class_code, v := version), struct_pack(d := day_to, q := seq)) AS latest
            FROM valid GROUP BY ALL
            """
        )
        return [
            (element, unit, slice_, latest["c"], latest["v"])
            for element, unit, slice_, latest in rows
            if self.closure.places.exists_on(unit, self.slices[slice_].days.last)
        ]

    def own_level(self, elements: Collection[int], targets: Collection[int]) -> dict[Key, Stated]:
        """What each asked unit stated of itself: the latest of a day, or all that cover days inside the slice."""
        if not elements or not targets:
            return {}
        rows = self.session.rows(
            f"""
            WITH netted AS (
                SELECT p.element, p.unit, d.day_from, d.day_to, d.named_from, d.named_to, p.version,
                       sum(p.amount) AS amount, max(p.seq) AS seq
                FROM {self._stated_by(targets)} p JOIN spans d ON d.span = p.span
                WHERE {self.where} AND p.element IN ({_list(elements)}) AND p.unit IN ({_list(targets)})
                GROUP BY ALL HAVING sum(p.sign) > 0
            )
            SELECT p.element, p.unit, s.slice, p.day_from, p.day_to, p.amount::HUGEINT, p.seq
            FROM netted p JOIN slices s
            ON (p.day_from = p.day_to AND p.day_to <= s.last) OR (p.day_from < p.day_to AND {FITS})
            """
        )
        points: dict[Key, tuple[date, int, int]] = {}
        spans: dict[Key, list[int]] = defaultdict(list)
        for element, unit, slice_, day_from, day_to, amount, seq in rows:
            key = (element, unit, slice_)
            if day_from < day_to:
                spans[key].append(int(amount))
            elif key not in points or points[key][:2] < (day_to, seq):
                points[key] = (day_to, seq, int(amount))
        stated = {key: Stated((amount,)) for key, (_day, _seq, amount) in points.items()}
        return stated | {key: Stated(tuple(amounts)) for key, amounts in spans.items()}

    def stated_below(self, elements: Collection[int], targets: Collection[int]) -> dict[tuple[int, int], int]:
        """(element, asked unit) -> how many units under it have own-level values: for the sentence of a refusal."""
        if not elements or not targets:
            return {}
        rows = self.session.rows(
            f"""SELECT p.element, a.ancestor, count(DISTINCT p.unit) FROM {self.session.postings(self.book)} p
            JOIN {self.closure_table} a ON a.unit = p.unit AND a.ancestor IN ({_list(targets)})
            WHERE {self.where} AND p.element IN ({_list(elements)}) AND p.sign = 1 AND p.unit <> a.ancestor
            GROUP BY ALL"""
        )
        return {(element, unit): int(count) for element, unit, count in rows}

    def contributions(
        self, element: int, target: int, kind: str, *, limit: int, offset: int
    ) -> tuple[list[tuple[int | None, int, int, date, date, str]], int]:
        """Standing facts behind one figure of the first slice: (version, unit, amount, day_from, day_to, class), and
        how many there are. Newest days first."""
        if kind == "flow":
            return self._flow_contributions(int(element), int(target), limit, offset)
        condition = f"((p.day_from = p.day_to AND p.day_to <= s.last) OR (p.day_from < p.day_to AND {FITS}))"
        units, postings = f"SELECT unit FROM {self.closure_table} WHERE ancestor = {int(target)}", ""
        if kind == "own-level":
            units, postings = str(int(target)), self._stated_by([target])
        query = f"""FROM (
            SELECT q.*, row_number() OVER (PARTITION BY q.unit ORDER BY q.day_to DESC, q.seq DESC) AS nth FROM (
                SELECT f.version, f.unit, sum(f.amount)::HUGEINT AS amount, p.day_from, p.day_to, f.class_code,
                       max(f.seq) AS seq
                FROM {postings or self._reach([target]).postings} f
                JOIN (SELECT p.* FROM spans p JOIN slices s ON s.slice = 0 AND {condition}) p ON p.span = f.span
                WHERE f.book = {self.book} AND f.seq <= {self.as_known}
                  AND f.element = {int(element)} AND f.unit IN ({units})
                GROUP BY f.version, f.unit, p.day_from, p.day_to, f.class_code HAVING sum(f.sign) > 0
            ) q
        ) r WHERE r.nth = 1"""
        total = int(self.session.rows(f"SELECT count(*) {query}")[0][0])
        rows = self.session.rows(
            f"""SELECT r.version, r.unit, r.amount, r.day_from, r.day_to, r.class_code {query}
            ORDER BY r.day_to DESC, r.unit, r.version LIMIT {int(limit)} OFFSET {int(offset)}"""
        )
        return rows, total

    def _flow_contributions(
        self, element: int, target: int, limit: int, offset: int
    ) -> tuple[list[tuple[int | None, int, int, date, date, str]], int]:
        """A version states an element once at most: signs add up to standing facts, and only those of the days that the
        page shows are looked at one by one."""
        day_of = dict(
            self.session.small(
                "SELECT t.span, p.day_to FROM touching t JOIN spans p ON p.span = t.span WHERE t.slice = 0 AND t.fits"
            )
        )
        if not day_of:
            return [], 0
        reached = self._reach([target])
        where = f"{self.where} AND p.element = {element} AND {reached.exactly}"
        counts: dict[date, int] = defaultdict(int)
        for span, count in self._count_by_span(element, target, reached, f"{where} AND {self._near_days()}"):
            if span in day_of:
                counts[day_of[span]] += count
        days, offset = _find_days(list(counts.items()), limit, offset)
        shown = [span for span, day in day_of.items() if day in days]
        rows: list[tuple[int | None, int, int, date, date, str]] = []
        # The first of a whole country's records of one day are those of the units that were entered first.
        parts = [1] if len(days) != 1 or offset + limit > counts[days[0]] else FIRST_PARTS
        for part in parts if days else []:
            among = reached.first_units(part)
            rows = self.session.rows(
                f"""SELECT p.version, p.unit, sum(p.amount)::HUGEINT, d.day_from, d.day_to, p.class_code
                FROM {self.session.postings(self.book, among)} p JOIN spans d ON d.span = p.span
                WHERE {where} AND {_near(among)} AND p.span IN ({_list(shown)})
                GROUP BY p.version, p.unit, d.day_from, d.day_to, p.class_code HAVING sum(p.sign) > 0
                ORDER BY d.day_to DESC, p.unit, p.version LIMIT {int(limit)} OFFSET {int(offset)}"""
            )
            if len(rows) == limit:
                break
        return rows, sum(counts.values())

    def _count_by_span(self, element: int, target: int, reached: Reached, where: str) -> list[tuple[int, int]]:
        if (element, target) in self.counted and not reached.shared:
            return self.session.small(
                f"SELECT span, sign::BIGINT FROM spanned WHERE element = {element} AND ancestor = {target}"
            )
        return self.session.rows(
            f"SELECT p.span, sum(p.sign)::BIGINT FROM {reached.postings} p WHERE {where} GROUP BY ALL"
        )

    def has_facts(self, target: int) -> bool:
        """Whether anything at all stands for the unit in any slice."""
        found = self.session.rows(
            f"""SELECT 1 FROM {self._reach([target]).postings} p JOIN touching t ON t.span = p.span
            WHERE {self.where}
            AND p.unit IN (SELECT unit FROM {self.closure_table} WHERE ancestor = {int(target)}) LIMIT 1"""
        )
        return bool(found)

    def _stated_by(self, targets: Collection[int]) -> str:
        """Postings of the units themselves."""
        return self.session.postings(self.book, find_ranges(sorted(targets), MOST_RANGES))


def open_engine(question: Question, closure: Closure, slices: Sequence[Slice]) -> Engine:
    """For a question's book and moment of knowledge."""
    book = Book.APPROVED if question.book == "approved" else Book.REPORTED
    return Engine(get_projection(), closure, book=book, as_known=question.as_known, slices=slices)


def _find_days(counts: Sequence[tuple[date, int]], limit: int, offset: int) -> tuple[list[date], int]:
    """Of rows counted by day, newest first: the days on which a page's rows lie, and how many of theirs come before
    the page."""
    days: list[date] = []
    there = 0
    for day, count in sorted(counts, reverse=True):
        if not days and count <= offset:
            offset -= count
        elif there < offset + limit:
            days.append(day)
            there += count
    return days, offset


def find_ranges(numbers: Sequence[int], most: int) -> list[tuple[int, int]]:
    """At most `most` stretches that hold all the numbers (given in order), cut at the widest gaps."""
    if not numbers:
        return []
    gaps = sorted(range(1, len(numbers)), key=lambda i: numbers[i] - numbers[i - 1], reverse=True)
    cuts = sorted(i for i in gaps[: most - 1] if numbers[i] - numbers[i - 1] > 1)
    starts, ends = [0, *cuts], [*cuts, len(numbers)]
    return [(numbers[start], numbers[end - 1]) for start, end in zip(starts, ends, strict=True)]


def _near(ranges: Sequence[Range]) -> str:
    either = " OR ".join(f"p.unit BETWEEN {begin} AND {end}" for begin, end in ranges)
    return f"p.unit BETWEEN {ranges[0][0]} AND {ranges[-1][1]} AND ({either})"


def _list(numbers: Collection[int]) -> str:
    return ", ".join(str(int(number)) for number in numbers)
