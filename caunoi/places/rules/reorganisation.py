"""A reorganisation of several units on one day, as rows of a file: what it would do, before anything is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from caunoi.places.rules.drafts import PlaceDraft, Problem
from caunoi.places.rules.preview import MoveLine
from caunoi.places.rules.snapshot import ONE, PlaceSnapshot, Step
from caunoi.places.rules.succession_rows import SuccessionRow
from caunoi.places.rules.successions import PlannedSuccession, SuccessionPlan, parts_of, plan_successions

StoredRow = Mapping[str, str]


@dataclass(frozen=True)
class Change:
    """One succession of the plan. `before`, `after`: the units it is about on the day before and on the day (new ones
    have negative ids). `compared_*`: those whose figures tell what it does (of a transfer, the parents)."""

    kind: str
    before: tuple[int, ...]
    after: tuple[int, ...]
    compared_before: tuple[int, ...]
    compared_after: tuple[int, ...]
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class ReorganisationPreview:
    """`places`: as known now; `after`: as they would be. `moved`: (unit, old parent, new parent) of all that come under
    another unit. `problems` empty: it can be done."""

    day: date
    places: PlaceSnapshot
    after: PlaceSnapshot
    problems: tuple[Problem, ...]
    changes: tuple[Change, ...]
    ended: tuple[int, ...]
    begun: tuple[int, ...]
    moved: tuple[tuple[int, int | None, int | None], ...]

    @property
    def last(self) -> date:
        """The last day of how it was."""
        return self.day - timedelta(days=1)

    def describe_moves(self) -> list[MoveLine]:
        return [
            MoveLine(
                self.places.units[child].key,
                self.after.name_on(child, self.day),
                self.places.name_on(old, self.last) if old is not None else "",
                self.after.name_on(new, self.day) if new is not None else "",
            )
            for child, old, new in self.moved
        ]


def plan_rows(rows: Sequence[SuccessionRow], snapshot: PlaceSnapshot) -> tuple[PlaceDraft, SuccessionPlan]:
    draft = PlaceDraft(snapshot)
    return draft, plan_successions(rows, draft)


def preview_rows(rows: Sequence[SuccessionRow], day: date, snapshot: PlaceSnapshot) -> ReorganisationPreview:
    draft, plan = plan_rows(rows, snapshot)
    after, last = draft.after(), day - timedelta(days=1)
    continuing = sorted(unit for unit in draft.touched if unit > 0)
    ended = tuple(unit for unit in continuing if snapshot.exists_on(unit, last) and not after.exists_on(unit, day))
    moved = tuple(
        (unit, snapshot.parent_on(unit, last), after.parent_on(unit, day))
        for unit in continuing
        if after.exists_on(unit, day) and snapshot.parent_on(unit, last) != after.parent_on(unit, day)
    )
    return ReorganisationPreview(
        day,
        snapshot,
        after,
        tuple(sorted(dict.fromkeys(plan.problems), key=lambda problem: problem.row)),
        tuple(_change(planned, day, snapshot, after) for planned in plan.successions),
        ended,
        tuple(sorted((unit for unit in draft.touched if unit < 0), reverse=True)),
        moved,
    )


def _change(planned: PlannedSuccession, day: date, places: PlaceSnapshot, after: PlaceSnapshot) -> Change:
    if planned.steps:
        olds = tuple(dict.fromkeys(step.old for step in planned.steps))
        news = tuple(dict.fromkeys(step.new for step in planned.steps))
        return Change(planned.kind, olds, news, olds, news, planned.steps)
    units = planned.continued
    compared = units
    last = day - timedelta(days=1)
    if planned.kind == "transfer":
        parents = [world.parent_on(unit, on) for unit in units for world, on in ((places, last), (after, day))]
        compared = tuple(dict.fromkeys(parent for parent in parents if parent is not None))
    # A parent that itself begins or ends this day is compared where it does.
    before = tuple(unit for unit in compared if unit in places.units and places.exists_on(unit, last))
    now = tuple(unit for unit in compared if after.exists_on(unit, day))
    return Change(planned.kind, units, units if planned.kind != "abolish" else (), before, now)


# --- rows kept as text ------------------------------------------------------------------------------------------------


def store_row(row: SuccessionRow, step: int) -> dict[str, str]:
    """The columns of the successions' file; blank ones left out."""
    texts = {
        "kind": row.kind, "old": row.old, "new": row.new, "share_of_old": _share_text(row.old_parts),
        "share_of_new": _share_text(row.new_parts), "basis": row.basis, "name": row.name,
        "short_name": row.short_name, "code": row.code, "parent": row.parent,
    }  # fmt: skip
    return {"step": str(step), **{name: text for name, text in texts.items() if text}}


def read_rows(stored: Iterable[StoredRow], day: date) -> list[SuccessionRow]:
    """Numbered as in the file they can be written to: the first row under the header is 2."""
    return [
        SuccessionRow(
            number, day, texts["kind"], texts["old"], texts.get("new", ""), _read_share(texts.get("share_of_old")),
            _read_share(texts.get("share_of_new")), texts.get("basis", ""), texts.get("name", ""),
            texts.get("short_name", ""), texts.get("code", ""), texts.get("parent", ""),
        )
        for number, texts in enumerate(stored, 2)
    ]  # fmt: skip


def group_steps(stored: Iterable[StoredRow]) -> dict[int, list[StoredRow]]:
    """Step -> its rows, in the order they were entered."""
    steps: dict[int, list[StoredRow]] = defaultdict(list)
    for texts in stored:
        steps[int(texts["step"])].append(texts)
    return dict(sorted(steps.items()))


def number_steps(rows: Sequence[SuccessionRow], first: int = 1) -> list[dict[str, str]]:
    """Of a file: rows of mergers and splits that share a unit are one step, each other row is one."""
    step_of: dict[str, int] = {}
    stored: list[dict[str, str]] = []
    step = first - 1
    for row in rows:
        names = [f"old {row.old}", f"new {row.new}"] if row.has_shares else []
        known = {step_of[name] for name in names if name in step_of}
        if not known:
            step += 1
            mine = step
        else:
            mine = min(known)
            for texts in stored:  # a row that joins two steps makes them one
                if int(texts["step"]) in known:
                    texts["step"] = str(mine)
            step_of = {name: mine if number in known else number for name, number in step_of.items()}
        for name in names:
            step_of[name] = mine
        stored.append(store_row(row, mine))
    return stored


def _share_text(parts: int | None) -> str:
    return "" if parts is None else format((Decimal(parts) / ONE).normalize(), "f")


def _read_share(text: str | None) -> int | None:
    return parts_of(Decimal(text)) if text else None
