"""What changed between two moments of knowledge: fact by fact, what was known, what is, and which records did it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, overload

from django.db.models import Q
from django.utils.translation import gettext as _

from caunoi.accounts.scope import Scope, Window, ids_in_sql
from caunoi.approvals.models import ApprovalStep
from caunoi.approvals.rules import Step
from caunoi.audit.queries import moment_of
from caunoi.facts.changed import ChangedFacts, Key
from caunoi.facts.closure import get_closure
from caunoi.facts.models import Book, DataElement, Posting
from caunoi.facts.queries import Catalogue, get_catalogue
from caunoi.facts.rules.formula import FormulaError, codes_in, parse_formula
from caunoi.facts.rules.question import BookName, exact, text_of
from caunoi.languages import in_reader_language
from caunoi.places.models import Succession
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.records.models import SubmissionVersion
from caunoi.sentences import tell

# Facts whose places are read in one statement, and those told from one reading of the ledger.
KEYS_AT_ONCE = 20_000
DESCRIBED_AT_ONCE = 500


@dataclass(frozen=True)
class ChangesAsked:
    """`place`: a key; units count that stand under it on `boundaries` at least in part. `codes` empty: every data
    element. Facts are those that touch `first` to `last`. Known after `since`, up to `until`."""

    place: str
    first: date
    last: date
    boundaries: date
    since: int
    until: int
    codes: tuple[str, ...] = ()
    book: BookName = "approved"


@dataclass(frozen=True)
class Cause:
    """A version that was posted or reversed in between. `submission` None: an officer's decision about a register."""

    submission: int | None
    version: int
    reversed: bool
    entered_by: str
    received_at: datetime | None
    approved_by: str
    approved_at: datetime | None


@dataclass(frozen=True)
class FactChange:
    """`was`, `now`: as text, a class by its code; None where nothing was or is known. `known_at`: when it changed."""

    code: str
    name: str
    unit: str
    place: str
    place_name: str
    first: date
    last: date
    disaggregation: str
    was: Decimal | str | None
    now: Decimal | str | None
    known_at: datetime | None
    causes: tuple[Cause, ...]

    @property
    def kind(self) -> str:
        """`new`, `gone` or `corrected`."""
        return "new" if self.was is None else "gone" if self.now is None else "corrected"

    @property
    def difference(self) -> Decimal | None:
        numbers = isinstance(self.was, Decimal) and isinstance(self.now, Decimal)
        return self.now - self.was if numbers else None  # type: ignore[operator]  # both are numbers


class Changes(Sequence[FactChange]):
    """A list to page through: `len()`, and slices of it, each read when asked for. In the order of data element, unit
    and days. Which facts changed is asked of the columnar projection, what became of those shown of the ledger."""

    def __init__(self, asked: ChangesAsked, scope: Scope, *, corrections: bool = False) -> None:
        """`corrections`: only facts that were already known, left out what is new."""
        self.asked = asked
        self.places = get_snapshot()
        self.elements = {e.pk: e for e in DataElement.objects.all() if not asked.codes or e.code in asked.codes}
        self.book = Book.APPROVED if asked.book == "approved" else Book.REPORTED
        self.scope = scope
        self.changed = self._find_changed(corrections)

    def _find_changed(self, corrections: bool) -> ChangedFacts | None:
        """None if there can be none."""
        asked = self.asked
        root = self.places.by_key.get(asked.place)
        if root is None or not self.elements or asked.until <= asked.since:
            return None
        under = _units_under(root.id, asked.boundaries, self.places)
        windows = _list_windows(self.scope, under)
        if windows is not None and not windows:
            return None
        order = sorted(self.elements, key=lambda pk: self.elements[pk].code)
        return ChangedFacts(
            int(self.book), order, windows, asked.first, asked.last, asked.since, asked.until, corrections
        )

    @property
    def newest(self) -> int | None:
        """The number from which the last of them is known."""
        return None if self.changed is None else self.changed.newest

    def __len__(self) -> int:
        return 0 if self.changed is None else self.changed.count

    @overload
    def __getitem__(self, part: int) -> FactChange: ...
    @overload
    def __getitem__(self, part: slice) -> list[FactChange]: ...
    def __getitem__(self, part: int | slice) -> FactChange | list[FactChange]:
        if isinstance(part, int):
            return self[part : part + 1][0]
        start, end, _step = part.indices(len(self))
        return [] if self.changed is None else self._describe(self.changed.read(start, end))

    def __iter__(self) -> Iterator[FactChange]:
        for start in range(0, len(self), KEYS_AT_ONCE):
            assert self.changed is not None
            rows = self.changed.read(start, start + KEYS_AT_ONCE)
            for first in range(0, len(rows), DESCRIBED_AT_ONCE):
                yield from self._describe(rows[first : first + DESCRIBED_AT_ONCE])

    def _describe(self, rows: Sequence[tuple[Key, int]]) -> list[FactChange]:
        """The facts shown are of units and days that the reader may see already."""
        wanted = [key for key, _known in rows]
        by_key: dict[Key, list[Posting]] = {key: [] for key in wanted}
        postings = Posting.objects.filter(
            book=self.book,
            seq__lte=self.asked.until,
            data_element_id__in={key[0] for key in wanted},
            org_unit_id__in=ids_in_sql({key[1] for key in wanted}),
            day_from__lte=self.asked.last,
            day_to__gte=self.asked.first,
        )
        for posting in postings.order_by("seq"):
            key = (
                posting.data_element_id, posting.org_unit_id, posting.day_from, posting.day_to, posting.disaggregation
            )  # fmt: skip
            if key in by_key:
                by_key[key].append(posting)
        since = self.asked.since
        causing = (p for several in by_key.values() for p in several if p.seq > since)
        causes = _read_causes({p.version_id for p in causing if p.version_id is not None})
        return [self._change(key, by_key[key], known, causes) for key, known in rows]

    def _change(self, key: Key, postings: list[Posting], known: int, causes: Mapping[int, Cause]) -> FactChange:
        element, unit = self.elements[key[0]], key[1]
        before = [posting for posting in postings if posting.seq <= self.asked.since]
        after = [posting for posting in postings if posting.seq > self.asked.since]
        stated: dict[int | None, int] = defaultdict(int)
        for posting in after:
            stated[posting.version_id] += posting.sign
        moved = [version for version, sign in stated.items() if sign]
        return FactChange(
            code=element.code,
            name=in_reader_language(element.name_vi, element.name_en),
            unit=element.unit,
            place=self.places.units[unit].key,
            place_name=self.places.path_name(unit, key[3]),
            first=key[2],
            last=key[3],
            disaggregation=key[4],
            was=_standing(before, element),
            now=_standing(postings, element),
            known_at=moment_of(known),
            causes=tuple(
                _turned(causes[version], stated[version] < 0)
                if version is not None and version in causes
                else _DECISION
                for version in moved
            ),
        )


def _turned(cause: Cause, is_reversed: bool) -> Cause:
    return Cause(
        cause.submission, cause.version, is_reversed, cause.entered_by, cause.received_at, cause.approved_by,
        cause.approved_at,
    )  # fmt: skip


_DECISION = Cause(None, 0, False, "", None, "", None)


def _standing(postings: Sequence[Posting], element: DataElement) -> Decimal | str | None:
    """What these postings come to; classes that stand, by code."""
    if sum(posting.sign for posting in postings) == 0:
        return None
    classes: dict[str, int] = defaultdict(int)
    for posting in postings:
        classes[posting.class_code] += posting.sign
    if set(classes) != {""}:
        return ", ".join(sorted(code for code, sign in classes.items() if sign and code))
    return exact(sum(posting.amount for posting in postings), element.decimals, parts=False)


def _read_causes(version_ids: Collection[int]) -> dict[int, Cause]:
    versions = list(SubmissionVersion.objects.filter(pk__in=ids_in_sql(version_ids)).select_related("submission"))
    steps = ApprovalStep.objects.filter(
        subject__in=[f"submission:{version.submission_id}" for version in versions], step=Step.APPROVE
    ).order_by("id")
    approved = {(int(step.subject.partition(":")[2]), step.number): step for step in steps}
    found = {}
    for version in versions:
        step = approved.get((version.submission_id, version.number))
        found[version.pk] = Cause(
            version.submission_id, version.number, False, version.entered_by_name, version.received_at,
            tell(step.by_name) if step else "", step.at if step else None,
        )  # fmt: skip
    return found


def _list_windows(scope: Scope, under: set[int] | None) -> list[tuple[date, date | None, list[int]]] | None:
    """Units with the days on which a record that may be seen can end; None: all of them, on all days."""
    if scope.everything:
        return None if under is None else [(date.min, None, sorted(under))]
    windows = scope.windows if scope.record_windows is None else scope.record_windows
    units_of: dict[Window, list[int]] = defaultdict(list)
    for unit, several in windows.items():
        if under is None or unit in under:
            for window in several:
                units_of[window].append(unit)
    return [(window.first, window.last, units) for window, units in units_of.items()]


def _units_under(root: int, day: date, places: PlaceSnapshot) -> set[int] | None:
    """Units of any day that count at least in part under the root; None: all do."""
    if places.parent_on(root, day) is None and len(places.children_on(None, day)) == 1:
        return None
    closure = get_closure(places, day)
    return {
        unit
        for unit in places.units
        if any(root in closure.under(mapped.unit) for mapped in places.map_unit(unit, day))
    }


def list_place_changes(since: int, until: int) -> list[Succession]:
    """Changes of places that became known, or were undone, in between: figures may differ by them too."""
    known = Q(known_from__gt=since, known_from__lte=until) | Q(known_until__gt=since, known_until__lte=until)
    return list(Succession.ever.filter(known).order_by("day", "id"))


def list_redefined(code: str, since: int, until: int) -> list[str]:
    """Names of the data elements and indicators behind a code (itself among them) that came, went or were defined
    otherwise in between: figures may differ by them too."""
    before, after = get_catalogue(since), get_catalogue(until)
    found = {}
    for one in sorted(_list_behind(code, before) | _list_behind(code, after)):
        was, now = before.definition_of(one), after.definition_of(one)
        if (was and was.known_from) != (now and now.known_from) and (named := now or was) is not None:
            found[one] = in_reader_language(named.name_vi, named.name_en)
    return list(found.values())


def _list_behind(code: str, catalogue: Catalogue) -> set[str]:
    """The code and all it is made of, through indicators of indicators."""
    found: set[str] = set()
    waiting = [code]
    while waiting:
        one = waiting.pop()
        if one in found:
            continue
        found.add(one)
        if one in catalogue.elements:
            continue
        indicator = catalogue.indicators.get(one)
        try:
            waiting += codes_in(parse_formula(indicator.formula if indicator else one))
        except FormulaError:
            continue  # a code that was not known then
    return found


def header() -> list[str]:
    return [
        _("Mã chỉ tiêu"), _("Chỉ tiêu"), _("Mã đơn vị"), _("Đơn vị"), _("Từ ngày"), _("Đến ngày"), _("Phân tổ"),
        _("Đã là"), _("Nay là"), _("Chênh lệch"), _("Đơn vị tính"), _("Biết từ lúc"), _("Bản ghi"), _("Người ghi"),
        _("Người duyệt"), _("Duyệt lúc"),
    ]  # fmt: skip


def change_row(change: FactChange) -> list[str]:
    """As text: numbers with a point and no grouping, moments as ISO."""
    records = [f"#{c.submission} v{c.version}" for c in change.causes if c.submission is not None]
    return [
        change.code, change.name, change.place, change.place_name, change.first.isoformat(), change.last.isoformat(),
        change.disaggregation, _text(change.was), _text(change.now), text_of(change.difference) or "", change.unit,
        change.known_at.isoformat() if change.known_at else "", "; ".join(records),
        "; ".join(dict.fromkeys(c.entered_by for c in change.causes if c.entered_by)),
        "; ".join(dict.fromkeys(c.approved_by for c in change.causes if c.approved_by)),
        "; ".join(dict.fromkeys(c.approved_at.isoformat() for c in change.causes if c.approved_at)),
    ]  # fmt: skip


def change_json(change: FactChange) -> dict[str, Any]:
    return {
        "code": change.code,
        "name": change.name,
        "place": change.place,
        "place_name": change.place_name,
        "from": change.first.isoformat(),
        "to": change.last.isoformat(),
        "disaggregation": change.disaggregation,
        "kind": change.kind,
        "was": _text(change.was) or None,
        "is": _text(change.now) or None,
        "difference": text_of(change.difference),
        "unit": change.unit,
        "known_at": change.known_at.isoformat() if change.known_at else None,
        "because": [
            {
                "submission": cause.submission,
                "version": cause.version,
                "reversed": cause.reversed,
                "entered_by": cause.entered_by,
                "received_at": cause.received_at.isoformat() if cause.received_at else None,
                "approved_by": cause.approved_by,
                "approved_at": cause.approved_at.isoformat() if cause.approved_at else None,
            }
            for cause in change.causes
        ],
    }


def _text(value: Decimal | str | None) -> str:
    return value if isinstance(value, str) else text_of(value) or ""
