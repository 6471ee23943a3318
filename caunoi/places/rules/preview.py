"""One succession as entered by a form, and what it would do to the units: nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from caunoi.places.rules.drafts import PlaceDraft
from caunoi.places.rules.snapshot import ONE, PlaceSnapshot
from caunoi.places.rules.succession_rows import SuccessionRow
from caunoi.places.rules.successions import SuccessionPlan, plan_successions, show_share


@dataclass(frozen=True)
class NewPlace:
    """`parent` is a key. For rename: the unit's new name and code; for transfer: its new parent and code."""

    name: str = ""
    code: str = ""
    parent: str = ""


@dataclass(frozen=True)
class Share:
    """How much of `olds[old]` goes to `news[new]`, and how much of that comes from it, in parts of `ONE`."""

    old: int
    new: int
    old_parts: int
    new_parts: int
    basis: str = ""


@dataclass(frozen=True)
class SuccessionDraft:
    """merge: several olds, one new. split: one old, several news; `moves` says where each child goes (key -> index of
    the new one). rename, transfer: the olds go on, `news[0]` says how."""

    kind: str
    day: date
    olds: tuple[str, ...]
    news: tuple[NewPlace, ...]
    shares: tuple[Share, ...] = ()
    moves: Mapping[str, int] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class UnitLine:
    key: str
    name: str
    code: str
    parent: str
    children: int


@dataclass(frozen=True)
class MoveLine:
    key: str
    name: str
    old_parent: str
    new_parent: str


@dataclass(frozen=True)
class ShareLine:
    old: str
    new: str
    share_of_old: str
    share_of_new: str
    basis: str


@dataclass(frozen=True)
class Preview:
    """`after`: all places as they would be (new units have negative ids). `problems` empty: it can be done.
    `before_ids` and `after_ids`: the units it is about, on the day before and on the day. `compared_before` and
    `compared_after`: the units whose figures tell what it does (for a transfer, the parents)."""

    problems: tuple[str, ...]
    ends: tuple[UnitLine, ...]
    begins: tuple[UnitLine, ...]
    continues: tuple[UnitLine, ...]
    moves: tuple[MoveLine, ...]
    shares: tuple[ShareLine, ...]
    before_ids: tuple[int, ...]
    after_ids: tuple[int, ...]
    compared_before: tuple[int, ...]
    compared_after: tuple[int, ...]
    after: PlaceSnapshot


def preview_succession(succession: SuccessionDraft, snapshot: PlaceSnapshot) -> Preview:
    draft = PlaceDraft(snapshot)
    plan = plan_succession(succession, draft)
    day, last = succession.day, succession.day - timedelta(days=1)
    after = draft.after()
    olds = tuple(snapshot.by_key[key].id for key in succession.olds if key in snapshot.by_key)
    begun = tuple(sorted((unit for unit in draft.touched if unit < 0), reverse=True))
    steps = [step for planned in plan.successions for step in planned.steps]
    continued = tuple(unit for planned in plan.successions for unit in planned.continued)
    moved = [(child, old, new) for child, old, new, _day in plan.followed]
    if steps:
        moved += [(child, olds[0], after.parent_on(child, day) or 0) for child in continued]
    stay = () if steps else continued
    compared = (olds, begun if steps else olds)
    if succession.kind == "transfer":
        parents = [places.parent_on(old, on) for old in olds for places, on in ((snapshot, last), (after, day))]
        both = tuple(dict.fromkeys(parent for parent in parents if parent is not None))
        compared = (both, both)
    return Preview(
        problems=tuple(dict.fromkeys(problem.message for problem in plan.problems)),
        ends=tuple(_line(unit, last, snapshot) for unit in olds) if steps else (),
        begins=tuple(_line(unit, day, after) for unit in begun),
        continues=tuple(_line(unit, day, after) for unit in stay),
        moves=tuple(
            MoveLine(
                snapshot.units[child].key,
                snapshot.distinct_name_on(child, last),
                snapshot.name_on(old, last),
                after.name_on(new, day) if new else "",
            )
            for child, old, new in moved
        ),  # fmt: skip
        shares=tuple(
            ShareLine(
                snapshot.name_on(step.old, last),
                after.name_on(step.new, day),
                show_share(step.old_parts),
                show_share(step.new_parts),
                step.basis,
            )
            for step in steps
        ),  # fmt: skip
        before_ids=olds,
        after_ids=begun if steps else olds,
        compared_before=compared[0],
        compared_after=compared[1],
        after=after,
    )


def _line(unit: int, day: date, places: PlaceSnapshot) -> UnitLine:
    parent = places.parent_on(unit, day)
    return UnitLine(
        places.units[unit].key,
        places.name_on(unit, day),
        places.code_on(unit, day),
        places.name_on(parent, day) if parent is not None else "",
        len(places.children_on(unit, day)),
    )


def plan_succession(succession: SuccessionDraft, draft: PlaceDraft) -> SuccessionPlan:
    """The draft's rows, numbered from 0 (there is no file), planned like those of a file."""
    return plan_successions(list_rows(succession, draft), draft)


def list_rows(succession: SuccessionDraft, draft: PlaceDraft) -> list[SuccessionRow]:
    """As rows of a file; units that begin get keys nobody in the draft bears."""
    if not succession.olds:
        return []
    if succession.kind == "abolish":
        return [SuccessionRow(0, succession.day, "abolish", old, "") for old in succession.olds]
    return (_continuing_rows if succession.kind in ("rename", "transfer") else _share_rows)(succession, draft)


def _continuing_rows(succession: SuccessionDraft, draft: PlaceDraft) -> list[SuccessionRow]:
    new = succession.news[0]
    short_name = find_short_name(new.name, draft.before)
    return [
        SuccessionRow(
            0,
            succession.day,
            succession.kind,
            old,
            "",
            name=new.name,
            short_name=short_name,
            code=new.code,
            parent=new.parent,
        )
        for old in succession.olds
    ]


def _share_rows(succession: SuccessionDraft, draft: PlaceDraft) -> list[SuccessionRow]:
    keys = [_new_key(place, index, succession, draft) for index, place in enumerate(succession.news)]
    rows = []
    for share in succession.shares:
        new = succession.news[share.new]
        rows.append(
            SuccessionRow(
                0, succession.day, succession.kind, succession.olds[share.old], keys[share.new],
                share.old_parts, share.new_parts, share.basis,
                new.name, find_short_name(new.name, draft.before), new.code, new.parent,
            )
        )  # fmt: skip
    for child, index in succession.moves.items():
        rows.append(SuccessionRow(0, succession.day, "transfer", child, "", parent=keys[index]))
    return rows


def _new_key(place: NewPlace, index: int, succession: SuccessionDraft, draft: PlaceDraft) -> str:
    """A key of its own for a unit begun by a form: `15.02671@2026-01-01`, with a number if that is taken."""
    base = f"{place.code or succession.olds[0] + '.' + str(index + 1)}@{succession.day.isoformat()}"[:70]
    key, number = base, 2
    while key in draft.ids:
        key, number = f"{base}-{number}", number + 1
    return key


def find_short_name(name: str, snapshot: PlaceSnapshot) -> str:
    """The name without its type word, as the known units of the same type are shortened; else the name itself."""
    for spells in snapshot.spells.values():
        known = spells[-1]
        if known.short_name and known.name != known.short_name and known.name.endswith(known.short_name):
            type_word = known.name[: -len(known.short_name)]
            if type_word.endswith(" ") and name.startswith(type_word) and not name[len(type_word) :].isdigit():
                return name[len(type_word) :]
    return name


def equal_parts(count: int) -> list[int]:
    """`ONE` in equal parts; the last takes the rest."""
    part = ONE // count
    return [part] * (count - 1) + [ONE - part * (count - 1)]
