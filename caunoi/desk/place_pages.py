"""What the pages about org units show: trees, search results, one unit's life."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from caunoi.accounts.models import PredecessorAccess, Role, RoleGrant
from caunoi.periods.inputs import DayField
from caunoi.periods.rules import BEGINNING, END
from caunoi.places.models import Level, OrgUnitSpell, Succession
from caunoi.places.queries import describe_absence
from caunoi.places.rules.chains import Link, trace_backward, trace_forward
from caunoi.places.rules.snapshot import ONE, PlaceSnapshot, Spell, Step
from caunoi.places.rules.successions import describe_basis, show_share
from caunoi.vietnamese_text import clean, fold

ONE_DAY = timedelta(days=1)
MOST_OPTIONS = 20


@dataclass(frozen=True)
class Node:
    """A unit in the tree; `children` is None where they are not read yet (the reader opens them)."""

    key: str
    name: str
    code: str
    level: str
    count: int
    children: tuple[Node, ...] | None


@dataclass(frozen=True)
class Found:
    key: str
    name: str
    code: str
    level: str
    path: str
    on: date


@dataclass(frozen=True)
class UnitLink:
    key: str
    name: str
    code: str


@dataclass(frozen=True)
class Related:
    """A predecessor or successor with its shares, as printed."""

    key: str
    name: str
    code: str
    on: date
    share_of_old: str
    share_of_new: str
    basis: str


@dataclass(frozen=True)
class ChainLink:
    """One unit of a chain of successions, as printed. `share`: blank where all of it went; `total`: counted from the
    unit of the page, blank where the same."""

    key: str
    name: str
    now: str
    on: date
    day: date
    share: str
    total: str
    basis: str
    passed: bool
    further: tuple[ChainLink, ...]


@dataclass(frozen=True)
class Event:
    """Something that happened to a unit; `day` None: nobody knows when."""

    day: date | None
    title: str
    lines: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Access:
    """A succession whose predecessors' older records are, or may be, opened to the successor."""

    succession: int
    day: date
    names: str
    confirmed_by: str


@dataclass(frozen=True)
class Holder:
    user: int
    name: str
    role: str
    from_day: date
    to_day: date | None


def read_day(text: str, otherwise: date) -> tuple[date, str]:
    """The day asked for, as boxes for days take it, and a sentence if it could not be read."""
    text = clean(text)
    if not text:
        return otherwise, ""
    try:
        day = cast(date, DayField().to_python(text))
    except ValidationError:
        return otherwise, _("“%(day)s” không phải là ngày có thật; đang hiện ngày %(shown)s.") % {
            "day": text,
            "shown": f"{otherwise:%d/%m/%Y}",
        }
    if not BEGINNING <= day < END:
        return otherwise, _("Chỉ xem được các ngày từ 01/01/1900 đến 31/12/2199.")
    return day, ""


def level_label(level: str) -> str:
    return str(Level(level).label)


def read_nodes(under: int | None, day: date, places: PlaceSnapshot, open_: Iterable[int] = ()) -> tuple[Node, ...]:
    """The units under one (None: the top ones), with the children of those in `open_`."""
    opened = set(open_)
    nodes = []
    for unit in places.children_on(under, day):
        children = places.children_on(unit, day)
        inner = read_nodes(unit, day, places, opened) if unit in opened and children else None
        spell = places.spell_on(unit, day)
        one = places.units[unit]
        nodes.append(Node(one.key, spell.name, spell.code, level_label(one.level), len(children), inner))
    return tuple(nodes)


def read_tree(day: date, places: PlaceSnapshot, opened: str) -> tuple[Node, ...]:
    """The top two levels, and the way down to the opened unit."""
    open_ = {top for top in places.children_on(None, day) if places.units[top].level == Level.COUNTRY}
    unit = places.by_key.get(opened)
    if unit is not None and unit.exists_on(day):
        open_ |= {unit.id, *places.ancestors_on(unit.id, day)}
    return read_nodes(None, day, places, open_)


def search(text: str, day: date, places: PlaceSnapshot) -> tuple[list[Found], list[Found]]:
    """Units of that day whose name (accents aside) or code holds the text, and those of other days only."""
    text = clean(text)
    spells = OrgUnitSpell.objects.filter(Q(search_name__contains=fold(text)) | Q(code__istartswith=text))
    here: dict[int, Found] = {}
    elsewhere: dict[int, Found] = {}
    rows = spells.order_by("org_unit_id", "-from_day").values_list("org_unit_id", "from_day", "to_day")
    for unit, first, last in rows:
        one = places.units.get(unit)
        if one is None:
            continue
        if first <= day and (last is None or day < last) and one.exists_on(day):
            here[unit] = _found(unit, day, places)
        else:
            shown = first if first > day or last is None else last - ONE_DAY
            elsewhere.setdefault(unit, _found(unit, shown, places))
    order = {found.key: (len(found.path.split(",")), found.code, found.name) for found in here.values()}
    exact = fold(text)
    listed = sorted(here.values(), key=lambda f: (exact not in (fold(f.name), f.code), *order[f.key]))
    return listed, [found for unit, found in elsewhere.items() if unit not in here]


def list_options(text: str, day: date, places: PlaceSnapshot) -> list[tuple[str, str]]:
    """(what to write into the field, what it means) for a field that names a unit."""
    if len(clean(text)) < 2:
        return []
    found, _others = search(text, day, places)
    return [
        (one.code or one.path, f"{one.path} ({one.code})" if one.code else one.path) for one in found[:MOST_OPTIONS]
    ]


def _found(unit: int, day: date, places: PlaceSnapshot) -> Found:
    one = places.units[unit]
    return Found(
        one.key,
        places.name_on(unit, day),
        places.code_on(unit, day),
        level_label(one.level),
        ", ".join([places.name_on(unit, day), *(places.name_on(a, day) for a in _above(unit, day, places))]),
        day,
    )


def _above(unit: int, day: date, places: PlaceSnapshot) -> list[int]:
    return [a for a in places.ancestors_on(unit, day) if places.units[a].level != Level.COUNTRY]


def read_timeline(unit: int, places: PlaceSnapshot) -> list[Event]:
    """Beginning, changes of name, code and parent, and end, oldest first."""
    me, spells = places.units[unit], places.spells[unit]
    notes = dict(
        Succession.objects.filter(day__in=[s.from_day for s in spells] + ([me.ends_on] if me.ends_on else []))
        .exclude(note="")
        .filter(Q(shares__old_id=unit) | Q(shares__new_id=unit))
        .values_list("day", "note")
    )
    came = tuple(_related(step.old, step.day - ONE_DAY, step, places) for step in places.predecessors(unit))
    first = spells[0]
    begun = [_("Tên: %s") % first.name, _("Mã: %s") % (first.code or _("không có"))]
    if first.parent is not None:
        begun.append(_("Thuộc: %s") % places.name_on(first.parent, first.from_day))
    title = _("Hình thành từ các đơn vị cũ") if came else _("Bắt đầu")
    if not me.start_known:
        title = _("Chưa rõ ngày bắt đầu")
    events = [Event(me.starts_on if me.start_known else None, title, tuple(begun), came, notes.get(me.starts_on, ""))]
    for before, after in zip(spells, spells[1:], strict=False):
        events.append(_change(before, after, places, notes.get(after.from_day, "")))
    if me.ends_on is not None:
        went = tuple(_related(step.new, step.day, step, places) for step in places.successors(unit))
        title = _("Kết thúc, chuyển thành") if went else _("Kết thúc, không có đơn vị kế tục")
        # A level that was abolished has no successor of its own; its parts have.
        gone = () if went else (describe_absence(unit, me.ends_on, places),)
        events.append(Event(me.ends_on, title, gone, went, notes.get(me.ends_on, "")))
    return events


def _change(before: Spell, after: Spell, places: PlaceSnapshot, note: str) -> Event:
    lines = []
    if before.name != after.name:
        lines.append(_("Tên: %(old)s thành %(new)s") % {"old": before.name, "new": after.name})
    if before.code != after.code:
        lines.append(_("Mã: %(old)s thành %(new)s") % {"old": before.code or "–", "new": after.code or "–"})
    if before.parent != after.parent:
        old = places.name_on(before.parent, after.from_day - ONE_DAY) if before.parent is not None else "–"
        new = places.name_on(after.parent, after.from_day) if after.parent is not None else "–"
        lines.append(_("Thuộc: %(old)s chuyển sang %(new)s") % {"old": old, "new": new})
    title = _("Đổi tên") if before.name != after.name else _("Chuyển đơn vị cấp trên")
    if before.name == after.name and before.parent == after.parent:
        title = _("Đổi mã")
    return Event(after.from_day, title, tuple(lines), (), note)


def _related(other: int, day: date, step: Step, places: PlaceSnapshot) -> Related:
    return Related(
        places.units[other].key,
        places.name_on(other, day),
        places.code_on(other, day),
        day,
        show_share(step.old_parts),
        show_share(step.new_parts),
        describe_basis(step.basis),
    )


def read_chain(unit: int, places: PlaceSnapshot) -> tuple[tuple[ChainLink, ...], tuple[ChainLink, ...]]:
    """(what it came from, what it became)."""
    back = (_chain_link(link, link.day - ONE_DAY, places) for link in trace_backward(unit, places))
    return tuple(back), tuple(_chain_link(link, link.day, places, True) for link in trace_forward(unit, places))


def _chain_link(link: Link, on: date, places: PlaceSnapshot, forward: bool = False) -> ChainLink:
    # A parent that takes over may itself have ended that day.
    one = places.units[link.unit]
    on = on if one.exists_on(on) else on - ONE_DAY
    name, latest = places.name_on(link.unit, on), places.spells[link.unit][-1].name
    return ChainLink(
        one.key,
        name,
        latest if forward and latest != name else "",
        on,
        link.day,
        "" if link.parts == ONE else show_share(link.parts),
        "" if link.total == link.parts else show_share(link.total),
        describe_basis(link.basis) if link.parts != ONE else "",
        link.passed,
        tuple(
            _chain_link(further, further.day if forward else further.day - ONE_DAY, places, forward)
            for further in link.further
        ),
    )


def list_access(unit: int, places: PlaceSnapshot) -> list[Access]:
    """Successions this unit came from, or by which it came under another unit, and who opened the older records."""
    confirmed = dict(PredecessorAccess.objects.filter(org_unit_id=unit).values_list("succession_id", "confirmed_by"))
    found = []
    rows = Succession.objects.filter(shares__new_id=unit).distinct().order_by("day", "id")
    for row in rows:
        names = ", ".join(
            places.name_on(step.old, step.day - ONE_DAY) for step in places.predecessors(unit) if step.day == row.day
        )
        found.append(Access(row.pk, row.day, names, confirmed.get(row.pk, "")))
    for before, after in zip(places.spells[unit], places.spells[unit][1:], strict=False):
        if (
            before.parent is None
            or before.parent == after.parent
            or places.units[before.parent].ends_on == after.from_day
        ):
            continue  # went along with its parent: opened there
        moved = Succession.objects.filter(day=after.from_day, kind="transfer", shares__isnull=True).first()
        if moved is not None:
            name = places.name_on(before.parent, after.from_day - ONE_DAY)
            found.append(Access(moved.pk, after.from_day, name, confirmed.get(moved.pk, "")))
    return found


def list_lines(units: Iterable[int], day: date, places: PlaceSnapshot) -> list[UnitLink]:
    return [
        UnitLink(places.units[unit].key, places.distinct_name_on(unit, day), places.code_on(unit, day))
        for unit in units
    ]


def list_holders(units: Iterable[int], on: date) -> list[Holder]:
    """Who holds a role on just these units on that day."""
    grants = RoleGrant.objects.filter(org_unit_id__in=list(units), from_day__lte=on).exclude(to_day__lte=on)
    return [
        Holder(grant.user_id, str(grant.user), str(Role(grant.role).label), grant.from_day, grant.to_day)
        for grant in grants.select_related("user").order_by("user__username", "role")
    ]
