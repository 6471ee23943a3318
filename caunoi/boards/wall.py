"""The wall of campaign days: what is known now of one place, computed once for all who watch it.

Everybody who may watch a place may know all of it (`campaigns.choose_place`), and figures that not every reader of
records may know are not on walls; so one answer serves all of them. Results against targets reach back before the days
of the campaign: whoever shows them asks whether the reader may know of those (`Wall.since`).
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import product

from django.db.models import QuerySet

from caunoi.accounts.scope import EVERYTHING, ids_in_sql
from caunoi.approvals.rules import State
from caunoi.boards.campaigns import list_senders
from caunoi.boards.models import Campaign
from caunoi.boards.rules import Tally, tally
from caunoi.facts.models import DataElement, Kind
from caunoi.facts.queries import Catalogue, get_catalogue
from caunoi.facts.questions import Answer, make_question
from caunoi.facts.rules.question import BookName
from caunoi.forms.models import Form
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.records.models import Submission
from caunoi.targets.attainment import Attained, attain, list_formulas, list_target_codes

MOST_NUMBERS = 6
MOST_LATEST = 5
MOST_KEPT = 64
# While records stream in, a wall is computed at most so often, however many watch; and on a machine that is slow just
# then, at most half of the time.
APART_S = 0.25


@dataclass(frozen=True)
class BigNumber:
    """`value` None: nothing has come yet. `ref` leads to its explanation. `attained`: of its target, in the target's
    period up to the last of the days; None where none is set."""

    element: DataElement
    value: Decimal | None
    ref: str
    attained: Attained | None


@dataclass(frozen=True)
class Group:
    """A unit right under the wall's place, with all that send under it. `amount`: of the wall's first number.

    `at`: of a unit that sends by itself, when its first record came. `attained`: of the target of the same number.
    """

    key: str
    name: str
    tally: Tally
    amount: Decimal | None
    sends: bool
    at: datetime | None
    attained: Attained | None

    @property
    def value(self) -> Decimal | None:
        """What its target stands beside."""
        return self.amount


@dataclass(frozen=True)
class Wall:
    """`records`: how many came; of them `approved`, and `undecided`: outside the form's rules, in no book until an
    officer decides. `latest`: (unit, when) of what came last, newest first. `newest_at`: of the last one. `since`:
    first day of the results that are held against targets, which not all who watch may know; None without targets."""

    place: str
    place_name: str
    tally: Tally
    numbers: tuple[BigNumber, ...]
    groups: tuple[Group, ...]
    records: int
    approved: int
    undecided: int
    latest: tuple[tuple[str, datetime], ...]
    newest_at: datetime | None
    since: date | None


@dataclass
class _Kept:
    """`seen`: knowledge number of the last change of any record that the wall, or a look since, took in. `forms`: ids
    of those whose records it is made of: what is counted, and the targets of it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    wall: Wall | None = None
    forms: frozenset[int] = frozenset()
    seen: int = -1
    again_at: float = 0.0
    places: PlaceSnapshot | None = None
    catalogue: Catalogue | None = None


_lock = threading.Lock()
_kept: OrderedDict[tuple[int, date, date, int, BookName], _Kept] = OrderedDict()


def read_wall(campaign: Campaign, place: int, book: BookName = "reported") -> Wall:
    """The same object for everybody until a record of the campaign's form, a place or a definition changes.

    `book` `reported` counts what came, also what waits for approval; `approved` only what has passed its last step.
    """
    kept = _keep((campaign.pk, campaign.first, campaign.last, place, book))
    newest = Submission.objects.order_by("-changed").values_list("changed", flat=True).first() or 0
    if kept.wall is not None and _is_fresh(kept, campaign, newest):
        return kept.wall
    # One computes; those who come meanwhile see what was, and the rest when they ask again a moment later.
    if not kept.lock.acquire(blocking=kept.wall is None):
        assert kept.wall is not None
        return kept.wall
    try:
        if kept.wall is not None and _is_fresh(kept, campaign, newest):
            return kept.wall
        places, catalogue, begun = get_snapshot(), get_catalogue(), time.monotonic()
        kept.wall = _compute(campaign, place, book, places, catalogue)
        kept.forms = _list_forms(kept.wall, campaign, catalogue)
        kept.seen, kept.places, kept.catalogue, ended = newest, places, catalogue, time.monotonic()
        kept.again_at = ended + max(APART_S, ended - begun) if APART_S else ended
        return kept.wall
    finally:
        kept.lock.release()


def _keep(key: tuple[int, date, date, int, BookName]) -> _Kept:
    with _lock:
        kept = _kept.pop(key, None) or _Kept()
        _kept[key] = kept
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
        return kept


def _is_fresh(kept: _Kept, campaign: Campaign, newest: int) -> bool:
    if kept.places is not get_snapshot() or kept.catalogue is not get_catalogue():
        return False
    if newest <= kept.seen or time.monotonic() < kept.again_at:
        return True
    # Knowledge numbers are given in commit order: what is not there now never appears below one that is. Of any days:
    # a correction may just have moved a record out of the campaign's.
    if Submission.objects.filter(form_id__in=kept.forms, changed__gt=kept.seen).exists():
        return False
    kept.seen = newest
    return True


def _list_forms(wall: Wall, campaign: Campaign, catalogue: Catalogue) -> frozenset[int]:
    targets = list_target_codes()
    aims = [targets[one.element.code] for one in wall.numbers if one.element.code in targets]
    codes = {catalogue.elements[code].form_code for code in aims}
    return frozenset([campaign.form_id, *Form.objects.filter(code__in=codes).values_list("pk", flat=True)])


def _records_of(campaign: Campaign) -> QuerySet[Submission]:
    """Of the form, wholly within the days."""
    return Submission.objects.filter(form_id=campaign.form_id, day_from__gte=campaign.first, day_to__lte=campaign.last)


def _compute(campaign: Campaign, place: int, book: BookName, places: PlaceSnapshot, catalogue: Catalogue) -> Wall:
    day = campaign.last
    senders = list_senders(campaign.form, place, day)
    groups = _group(place, senders, places, campaign)
    came = list(
        _records_of(campaign)
        .filter(org_unit_id__in=ids_in_sql(senders))
        .exclude(state=State.WITHDRAWN)
        .order_by("-first_received_at", "-pk")
        .values_list("org_unit_id", "first_received_at", "approved_number", "current_number", "reported_number")
    )
    first_at: dict[int, datetime] = {}
    for unit, at, *_numbers in came:
        first_at[unit] = at  # newest first: the oldest stays
    whole, parts = tally(groups, first_at)
    numbers, amounts, attained, since = _ask(campaign, place, [*groups], book, catalogue)
    sending = set(senders)
    return Wall(
        place=places.units[place].key,
        place_name=places.distinct_name_on(place, day),
        tally=whole,
        numbers=numbers,
        groups=tuple(
            Group(
                places.units[unit].key, places.distinct_name_on(unit, day), parts[unit], amounts.get(unit),
                unit in sending, first_at.get(unit), attained.get(unit),
            )
            for unit in groups
        ),
        records=len(came),
        approved=sum(approved is not None for _unit, _at, approved, *_ in came),
        undecided=sum(reported != current for *_, current, reported in came),
        latest=tuple((places.path_name(unit, day), at) for unit, at, *_ in came[:MOST_LATEST]),
        newest_at=came[0][1] if came else None,
        since=since if any(one.attained for one in numbers) or any(attained.values()) else None,
    )  # fmt: skip


def _group(
    place: int, senders: Collection[int], places: PlaceSnapshot, campaign: Campaign
) -> Mapping[int, frozenset[int]]:
    """Unit right under the place -> those that send under it (itself among them); the place itself where it sends."""
    day, wanted = campaign.last, frozenset(senders)
    found = {unit: wanted & places.subtree_on(unit, day) for unit in places.children_on(place, day)}
    own = {place: frozenset({place})} if place in wanted else {}
    return {unit: several for unit, several in {**own, **found}.items() if several}


def _ask(
    campaign: Campaign, place: int, groups: Collection[int], book: BookName, catalogue: Catalogue
) -> tuple[tuple[BigNumber, ...], dict[int, Decimal | None], dict[int, Attained | None], date]:
    """The numbers of the whole place, and the first of them for each group, with their targets and the first day that
    is read for those, in one question."""
    elements = [
        one
        for one in catalogue.elements.values()
        if one.form_code == campaign.form.code and one.kind == Kind.FLOW and not one.sensitive
    ][:MOST_NUMBERS]
    if not elements:
        return (), {}, {}, campaign.first
    key = get_snapshot().units[place].key
    codes = [one.code for one in elements]
    targets = list_target_codes()
    aims = {
        result.code: formula
        for formula, result in list_formulas(codes).items()
        if not catalogue.elements[targets[result.code]].sensitive
    }
    question = make_question(
        [*codes, *aims.values()], key, campaign.first, campaign.last, boundaries=campaign.last, book=book
    )
    units = list(dict.fromkeys([place, *groups]))
    answer = Answer(question, EVERYTHING, units)
    figures = dict(zip(product(question.codes, units), answer.figures(), strict=True))

    def reached(element: DataElement, unit: int) -> Attained | None:
        return attain(figures[aims[element.code], unit], element) if element.code in aims else None

    numbers = tuple(
        BigNumber(one, figures[one.code, place].value, figures[one.code, place].ref, reached(one, place))
        for one in elements
    )
    first = elements[0]
    amounts = {unit: figures[first.code, unit].value for unit in units}
    since = min(one.days.first for one in answer.plan.slices)
    return numbers, amounts, {unit: reached(first, unit) for unit in units}, since
