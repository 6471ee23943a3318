"""Whose office may see a document: the office that keeps it, and those of the units it is addressed to.

An index of words knows no windows of days, so it holds a coarser mark: every unit above the keeper and the addressees
on the document's day. Whoever may see a document has one of these units; what is found by them is filtered exactly.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from caunoi.accounts.queries import window_of
from caunoi.accounts.scope import ONE_DAY, Scope, Window, join_windows
from caunoi.documents.models import Document, DocumentAddress
from caunoi.periods.rules import Days
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot

MOST_KEPT = 100
_lock = threading.Lock()
_extended: OrderedDict[int, tuple[Scope, PlaceSnapshot, Scope]] = OrderedDict()
_tops: OrderedDict[int, tuple[Scope, PlaceSnapshot, frozenset[int]]] = OrderedDict()


def mark_units(units: Iterable[int], day: date, places: PlaceSnapshot) -> frozenset[int]:
    """The units, and all above them on that day."""
    found: set[int] = set()
    for unit in units:
        found.add(unit)
        found.update(places.ancestors_on(unit, day))
    return frozenset(found)


def filter_documents(documents: QuerySet[Document], scope: Scope) -> QuerySet[Document]:
    """The one place where documents are filtered by what the reader may see."""
    if scope.everything or scope.whole:
        return documents
    addressed = DocumentAddress.objects.filter(extend_scope(scope).condition()).values("document_id")
    return documents.filter(scope.condition() | Q(pk__in=addressed))


def extend_scope(scope: Scope) -> Scope:
    """With the units that became the reader's: what was asked of a unit is asked of its successors. Only for what is
    addressed to them; the predecessors' own registers open with the administrator's confirmation, as records do."""
    places = get_snapshot()
    with _lock:
        kept = _extended.get(id(scope))
    if kept is not None and kept[0] is scope and kept[1] is places:
        return kept[2]
    windows: dict[int, tuple[Window, ...]] = dict(
        scope.windows if scope.record_windows is None else scope.record_windows
    )
    waiting = list(windows)
    seen = set(waiting)
    while waiting:
        for step in places.predecessors(waiting.pop()):
            windows[step.old] = join_windows((*windows.get(step.old, ()), window_of(step.old)))
            if step.old not in seen:
                seen.add(step.old)
                waiting.append(step.old)
    made = Scope(False, windows)
    _keep(_extended, scope, places, made)
    return made


def list_tops(scope: Scope) -> frozenset[int]:
    """Few units such that each document the reader may see is marked with one of them: those of the reader's units
    whose parent, on some day the reader may see, is not the reader's that day."""
    places = get_snapshot()
    with _lock:
        kept = _tops.get(id(scope))
    if kept is not None and kept[0] is scope and kept[1] is places:
        return kept[2]
    windows = extend_scope(scope).windows
    found = frozenset(unit for unit in windows if _is_top(unit, windows.get(unit, ()), windows, places))
    _keep(_tops, scope, places, found)
    return found


def _is_top(
    unit: int, mine: tuple[Window, ...], windows: Mapping[int, tuple[Window, ...]], places: PlaceSnapshot
) -> bool:
    spells = places.spells[unit]
    for position, spell in enumerate(spells):
        # Days before its first spell and after its last are told by these.
        first = date.min if position == 0 else spell.from_day
        last = spells[position + 1].from_day - ONE_DAY if position + 1 < len(spells) else None
        for window in mine:
            seen = window.cut(Window(first, last))
            if seen is not None and not _is_inside(seen, windows.get(spell.parent or 0, ())):
                return True
    return False


def _is_inside(days: Window, windows: tuple[Window, ...]) -> bool:
    return any(
        one.first <= days.first and (one.last is None or (days.last is not None and days.last <= one.last))
        for one in windows
    )


def _keep(
    kept: OrderedDict[int, tuple[Scope, PlaceSnapshot, Any]], scope: Scope, places: PlaceSnapshot, made: Any
) -> None:
    """Scopes are made once for the same roles and places, so they are known by what they are, not by what they hold."""
    with _lock:
        kept[id(scope)] = (scope, places, made)
        while len(kept) > MOST_KEPT:
            kept.popitem(last=False)


def keep_seen(document_ids: Sequence[int], scope: Scope) -> list[int]:
    """Those the reader may see, in the same order: as `filter_documents`, for a few that are known."""
    if scope.everything or scope.whole:
        return list(document_ids)
    rows = Document.objects.filter(pk__in=document_ids).values_list("pk", "org_unit_id", "day_to")
    seen = {pk for pk, unit, day in rows if scope.sees_record(unit, Days(day, day))}
    others = [pk for pk in document_ids if pk not in seen]
    addresses = DocumentAddress.objects.filter(document_id__in=others) if others else DocumentAddress.objects.none()
    extended = extend_scope(scope)
    for pk, unit, day in addresses.values_list("document_id", "org_unit_id", "day_to"):
        if pk not in seen and extended.sees_record(unit, Days(day, day)):
            seen.add(pk)
    return [pk for pk in document_ids if pk in seen]
