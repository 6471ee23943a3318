from __future__ import annotations

import atexit
import difflib
import gc
import sys
import threading
from collections.abc import Callable, Collection
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from caunoi.periods.rules import BEGINNING
from caunoi.places.errors import PlaceAmbiguous, PlaceNotOnDay, PlaceUnknown
from caunoi.places.models import Level, OrgUnit, OrgUnitSpell, SuccessionShare, known_at
from caunoi.places.rules.snapshot import PlaceSnapshot, Spell, Step, Unit, make_snapshot
from caunoi.remembering import remember
from caunoi.sentences import gettext as _
from caunoi.sentences import join
from caunoi.vietnamese_text import clean, fold

# Beyond these many, asking by name costs more than reading all.
MOST_NAMED_KEYS = 300

_lock = threading.Lock()
MANY_UNITS = 2000
_cached: dict[tuple[object, ...], PlaceSnapshot] = {}


def get_snapshot(known: int | None = None) -> PlaceSnapshot:
    """All places as known now, or at a knowledge number. Read once and shared until something about places changes."""
    latest, newest_unit = remember("places", _newest)
    # Two databases in one process happen in tests; the newest unit tells them apart together with the number.
    key = (latest, newest_unit, None if known is None or known >= latest else known)
    with _lock:
        if key not in _cached:
            if len(_cached) > 8:
                _cached.clear()
            _cached[key] = _read(latest if known is None else min(known, latest))
            if len(_cached[key].units) >= MANY_UNITS:
                # They stay for as long as places stay, and a question makes ten thousands of small objects: Python
                # then looked through all units again and again for what nobody refers to, two fifths of its time.
                gc.collect()
                gc.freeze()
                if "duckdb" in sys.modules:
                    # It was frozen too, and says at the end of the process that it leaks what was not let go. Otherwise
                    # nothing is let go: looking through all of it once more takes a quarter of a second.
                    atexit.register(gc.unfreeze)
        return _cached[key]


def _newest() -> tuple[int, int]:
    """The last knowledge number about places and the last unit's id, in one statement: it is asked often."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT MAX(known_from) FROM places_orgunit), (SELECT MAX(known_from) FROM places_succession),"
            " (SELECT MAX(known_until) FROM places_succession), (SELECT MAX(id) FROM places_orgunit)"
        )
        units, successions, undone, newest_unit = cursor.fetchone()
    return max(units or 0, successions or 0, undone or 0), newest_unit or 0


def forget_snapshots() -> None:
    """After places were changed without a new knowledge number (only tests that roll back need it)."""
    with _lock:
        _cached.clear()


def _read(known: int) -> PlaceSnapshot:
    steps = [
        Step(*row)
        for row in SuccessionShare.objects.filter(known_at(known, "succession__"))
        .order_by("succession__day", "id")
        .values_list("succession__day", "old_id", "new_id", "old_parts", "new_parts", "basis")
    ]
    # A unit whose ending was not yet known at that number is open-ended as known then.
    not_yet_ended = set(
        SuccessionShare.objects.filter(succession__known_from__gt=known).values_list("old_id", flat=True)
    ) - {step.old for step in steps}
    spells = []
    # Units whose names, parents or end changed since: the last day of their spells is the end that was known then.
    ended: dict[int, date | None] = {}
    for unit, name, code, parent, from_day, to_day, short_name, until in (
        OrgUnitSpell.ever.filter(known_at(known))
        .order_by("org_unit_id", "from_day")
        .values_list("org_unit_id", "name", "code", "parent_id", "from_day", "to_day", "short_name", "known_until")
    ):
        spells.append(Spell(unit, name, code, parent, from_day, to_day, short_name))
        if until is not None:
            ended[unit] = to_day
    units = [
        Unit(id_, key, level, starts, None if id_ in not_yet_ended else ended.get(id_, ends), start_known, synthetic)
        for id_, key, level, starts, ends, start_known, synthetic in OrgUnit.ever.filter(known_at(known)).values_list(
            "id", "key", "level", "starts_on", "ends_on", "start_known", "synthetic"
        )
    ]
    present = {unit.id for unit in units}
    above: set[int | None] = {None, *present}
    return make_snapshot(units, [s for s in spells if s.unit in present and s.parent in above], steps, known)


def describe_unit(unit: int, snapshot: PlaceSnapshot, day: date) -> str:
    """`Xã Phú Nhuận, Huyện Bảo Thắng (10.086.02944)`."""
    code = snapshot.code_on(unit, day)
    return f"{snapshot.path_name(unit, day)} ({code})" if code else snapshot.path_name(unit, day)


def describe_absence(unit: int, day: date, snapshot: PlaceSnapshot) -> str:
    """Why a unit is not there on a day, and which units stand for it then; of a unit that is there, that it was called
    otherwise: who asks for its absence knows a name or code of another time."""
    me = snapshot.units[unit]
    if me.exists_on(day):
        return _("Vào ngày %(day)s đơn vị này mang tên hoặc mã khác: %(unit)s. Hãy ghi tên hoặc mã ấy.") % {
            "day": day.strftime("%d/%m/%Y"),
            "unit": describe_unit(unit, snapshot, day),
        }
    others = ", ".join(describe_unit(m.unit, snapshot, day) for m in snapshot.map_unit(unit, day) if m.unit != unit)
    name = snapshot.name_on(unit, day)
    if me.ends_on is not None and me.ends_on <= day:
        sentence = _("%(name)s không còn từ ngày %(day)s.") % {"name": name, "day": me.ends_on.strftime("%d/%m/%Y")}
        children = "" if others and snapshot.successors(unit) else _describe_children(unit, day, snapshot)
        if children:
            return join([sentence, _("Địa bàn nay thuộc: %(units)s.") % {"units": children}])
        return join([sentence, _("Đơn vị kế tục: %(units)s.") % {"units": others}]) if others else sentence
    sentence = _("%(name)s chưa có vào ngày %(day)s (có từ %(start)s).") % {
        "name": name,
        "day": day.strftime("%d/%m/%Y"),
        "start": me.starts_on.strftime("%d/%m/%Y"),
    }
    return join([sentence, _("Đơn vị trước đó: %(units)s.") % {"units": others}]) if others else sentence


def _describe_children(unit: int, day: date, snapshot: PlaceSnapshot) -> str:
    """For a level that was abolished: what its parts of the last day became."""
    ends = snapshot.units[unit].ends_on
    if ends is None:
        return ""
    last = date.fromordinal(ends.toordinal() - 1)
    became: dict[int, None] = {}
    for child in snapshot.children_on(unit, last):
        for mapped in snapshot.map_unit(child, day):
            became.setdefault(mapped.unit, None)
    return ", ".join(describe_unit(found, snapshot, day) for found in became)


def find_units(text: str, day: date, snapshot: PlaceSnapshot) -> list[int]:
    """Units of that day that the text may mean, by key, code, exact name, then name without accents.

    A name may be qualified by units above it, and by what tells it apart: `Thôn 1, Xã Bản Qua`, `Thôn 1 (Xã A Lù)`.
    """
    text = clean(text)
    if not text:
        return []
    if (unit := snapshot.by_key.get(text)) is not None and unit.exists_on(day):
        return [unit.id]
    name, *above = [part.strip() for part in text.split(",") if part.strip()] or [text]
    bare, which = split_distinct(name)
    if which and (several := find_units(", ".join([bare, *above]), day, snapshot)):
        told = [unit for unit in several if fold(snapshot.distinct_name_on(unit, day)) == fold(name)]
        if told:
            return told
    # Of a draft (its number is negative) the stored names are those of now.
    known = known_at(snapshot.known) if snapshot.known > 0 else Q(known_until__isnull=True)
    spells = OrgUnitSpell.ever.filter(known, _named(text, name), from_day__lte=day).filter(
        Q(to_day__isnull=True) | Q(to_day__gt=day)
    )
    found = [
        s
        for s in [*spells, *_list_drafted(snapshot)]
        if s.org_unit_id in snapshot.units and snapshot.exists_on(s.org_unit_id, day)
    ]
    tests: list[Callable[[OrgUnitSpell], bool]] = [
        lambda s: s.code == text,
        lambda s: s.name == name,
        lambda s: s.name.casefold() == name.casefold(),
        lambda s: s.search_name == fold(name),
        lambda s: s.short_name.casefold() == name.casefold(),
        lambda s: fold(s.short_name) == fold(name),
    ]
    for test in tests:
        kept = {s.org_unit_id for s in found if test(s) and _is_under(s.org_unit_id, above, day, snapshot)}
        if kept:
            return sorted(kept, key=lambda unit: snapshot.order_key(unit, day))
    return []


def _list_drafted(snapshot: PlaceSnapshot) -> list[OrgUnitSpell]:
    """Units that only a draft knows, as if they were stored."""
    if snapshot.known >= 0:
        return []
    return [
        OrgUnitSpell(
            org_unit_id=s.unit, name=s.name, short_name=s.short_name or s.name, search_name=fold(s.name), code=s.code
        )
        for unit in snapshot.units
        if unit < 0
        for s in snapshot.spells[unit]
    ]


def split_distinct(name: str) -> tuple[str, str]:
    """`Thôn 1 (Xã A Lù)` -> (`Thôn 1`, `Xã A Lù`); a name without brackets at its end: (name, "")."""
    bare, bracket, which = name.rpartition(" (")
    return (bare, which[:-1]) if bracket and which.endswith(")") else (name, "")


def _named(text: str, name: str) -> Q:
    """Spells that may be meant; a short name stands at the end of the full one (`Huyện Tân Uyên`)."""
    return Q(code=text) | Q(search_name=fold(name)) | Q(search_name__endswith=f" {fold(name)}")


def _is_under(unit: int, above: list[str], day: date, snapshot: PlaceSnapshot) -> bool:
    names = [fold(snapshot.name_on(ancestor, day)) for ancestor in snapshot.ancestors_on(unit, day)]
    return all(fold(wanted) in names for wanted in above)


def get_place(text: str, day: date, snapshot: PlaceSnapshot) -> int:
    """The one unit of that day with this key, code or name. Refuses with the candidates, or with what became of it."""
    found = find_units(text, day, snapshot)
    if len(found) == 1:
        return found[0]
    if found:
        candidates = [(snapshot.units[u].key, snapshot.code_on(u, day), snapshot.path_name(u, day)) for u in found]
        listed = "; ".join(f"{path} ({code or key})" for key, code, path in candidates[:12])
        raise PlaceAmbiguous(
            _("Có %(count)d đơn vị tên “%(text)s” vào ngày %(day)s: %(listed)s. Hãy ghi mã hoặc thêm tên cấp trên.")
            % {"count": len(found), "text": text, "day": day.strftime("%d/%m/%Y"), "listed": listed},
            candidates,
        )
    other = _find_any_day(text, snapshot)
    if other is not None:
        raise PlaceNotOnDay(describe_absence(other, day, snapshot), other)
    nearest = find_similar(text)
    hint = " " + _("Có phải: %(names)s?") % {"names": ", ".join(nearest)} if nearest else ""
    raise PlaceUnknown(_("Không có đơn vị nào có mã hoặc tên “%(text)s”.") % {"text": text} + hint, nearest)


def _find_any_day(text: str, snapshot: PlaceSnapshot) -> int | None:
    text = clean(text)
    if (unit := snapshot.by_key.get(text)) is not None:
        return unit.id
    name = text.split(",")[0].strip()
    spells = OrgUnitSpell.objects.filter(_named(text, name))
    ids = sorted({s.org_unit_id for s in spells if s.org_unit_id in snapshot.units})
    exact = [s.org_unit_id for s in spells if s.name == name and s.org_unit_id in snapshot.units]
    return exact[0] if exact else ids[0] if ids else None


def named_on(text: str, *, unit: str, day: str) -> Q:
    """Rows whose unit, or the unit above it and below the province, had on the row's day names that hold all words
    between them, without accents. `unit`, `day`: columns."""
    found = Q()
    for word in fold(text).split():
        above = OrgUnitSpell.objects.filter(_held(OuterRef(OuterRef(day))), search_name__contains=word)
        above = above.filter(org_unit=OuterRef("parent")).exclude(org_unit__level__in=[Level.PROVINCE, Level.COUNTRY])
        own = OrgUnitSpell.objects.filter(_held(OuterRef(day)), org_unit=OuterRef(unit))
        found &= Q(Exists(own.filter(Q(search_name__contains=word) | Q(Exists(above)))))
    return found


def _held(day: OuterRef) -> Q:
    return Q(from_day__lte=day) & (Q(to_day__isnull=True) | Q(to_day__gt=day))


def find_similar(text: str, count: int = 3) -> list[str]:
    """Names that differ from the text by a letter or two, accents aside."""
    names = dict(
        OrgUnitSpell.objects.filter(search_name__startswith=fold(text)[:3])
        .values_list("search_name", "name")
        .distinct()
    )
    return [names[match] for match in difflib.get_close_matches(fold(text), list(names), n=count, cutoff=0.75)]


def list_centroids(keys: Collection[str]) -> dict[str, tuple[Decimal, Decimal]]:
    """Key -> (longitude, latitude) in degrees; units without a known centroid are left out."""
    placed = OrgUnit.objects.filter(latitude__isnull=False, longitude__isnull=False)
    if len(keys) <= MOST_NAMED_KEYS:
        placed = placed.filter(key__in=list(keys))
    wanted, found = set(keys), {}
    for key, longitude, latitude in placed.values_list("key", "longitude", "latitude"):
        if key in wanted and longitude is not None and latitude is not None:
            found[key] = (longitude, latitude)
    return found


def is_beginning(day: date) -> bool:
    """Whether a unit's start is only assumed (1900-01-01): pages say so."""
    return day == BEGINNING
