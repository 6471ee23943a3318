"""Loads the three CSV files of places: all or nothing, and the same file again changes nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _
from rich.progress import Progress, TaskID

from caunoi.audit.actions import write_line
from caunoi.audit.clock import lock_clock
from caunoi.audit.rules import Actor
from caunoi.places.actions.writing import BATCH, write_draft
from caunoi.places.files import (
    CHANGE_COLUMNS,
    SUCCESSION_COLUMNS,
    SUCCESSION_OPTIONAL,
    UNIT_COLUMNS,
    UNIT_OPTIONAL,
    Point,
    read_change,
    read_file,
    read_point,
    read_succession,
    read_unit,
)
from caunoi.places.models import OrgUnit
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.drafts import PlaceDraft, show_day
from caunoi.places.rules.succession_rows import keep_about
from caunoi.places.rules.successions import PlannedSuccession, plan_successions
from caunoi.places.rules.units import keep_only, plan_changes, plan_units


@dataclass(frozen=True)
class Loaded:
    """What a file did. `skipped`: rows outside the asked part. `notes`: what is loaded but still incomplete."""

    new: int
    unchanged: int
    updated: int = 0
    skipped: int = 0
    notes: tuple[str, ...] = ()


@transaction.atomic
def load_units(
    path: Path,
    *,
    by: Actor,
    at: datetime,
    only: Collection[str] | None = None,
    progress: Progress | None = None,
) -> Loaded:
    """Units of the file (columns: `files.UNIT_COLUMNS`). `only`: keys; a unit is kept if it, or a unit above it, is
    one of them, and what stands above them is kept too. Villages whose commune has meanwhile one heir go under it."""
    file = read_file(path, UNIT_COLUMNS, UNIT_OPTIONAL)
    bar = progress.add_task(file.name, total=3) if progress else None
    rows = file.rows(read_unit)
    points_by_row = {cells.row: read_point(cells) for cells in file.cells if not cells.problems}
    draft = _begin_draft()
    kept = keep_only(rows, only, draft) if only is not None else rows
    _advance(progress, bar)
    problems, outcome = plan_units(kept, draft)
    file.refuse_if(problems)
    _advance(progress, bar)
    points = {row.key: points_by_row[row.row] for row in kept}
    if draft.touched:
        write_draft(draft, (), points=points)
    updated = _write_points(points)
    if draft.touched or updated:
        detail = {"file": file.name, "sha256": file.sha256, "new": outcome.new}
        write_line("places.load-units", "places", detail, by=by, at=at)
    _advance(progress, bar)
    return Loaded(outcome.new, outcome.unchanged, updated, len(rows) - len(kept), _notes(draft))


@transaction.atomic
def load_changes(
    path: Path,
    *,
    by: Actor,
    at: datetime,
    only: Collection[str] | None = None,
    progress: Progress | None = None,
) -> Loaded:
    """Names, codes and parents from a later day on. With `only` (any keys), rows of units not loaded are left out."""
    file = read_file(path, CHANGE_COLUMNS)
    bar = progress.add_task(file.name, total=2) if progress else None
    rows = file.rows(read_change)
    draft = _begin_draft()
    kept = rows if only is None else [row for row in rows if row.key in draft.ids]
    problems, outcome = plan_changes(kept, draft)
    file.refuse_if(problems)
    _advance(progress, bar)
    if draft.touched:
        # They bear the knowledge number of the changes: one a day.
        write_draft(draft, [PlannedSuccession(day, kind) for day, kind in sorted(outcome.kinds.items())], file.name)
        detail = {"file": file.name, "sha256": file.sha256, "new": outcome.new}
        write_line("places.load-changes", "places", detail, by=by, at=at)
    _advance(progress, bar)
    return Loaded(outcome.new, outcome.unchanged, 0, len(rows) - len(kept), _notes(draft))


@transaction.atomic
def load_successions(
    path: Path,
    *,
    by: Actor,
    at: datetime,
    only: Collection[str] | None = None,
    progress: Progress | None = None,
) -> Loaded:
    """Rows of one day that share a unit make one succession; units by key, or by their code of that day. With `only`
    (any keys), rows of which neither unit is loaded are left out."""
    file = read_file(path, SUCCESSION_COLUMNS, SUCCESSION_OPTIONAL)
    bar = progress.add_task(file.name, total=2) if progress else None
    rows = file.rows(read_succession)
    draft = _begin_draft()
    kept = rows if only is None else keep_about(rows, draft)
    plan = plan_successions(kept, draft)
    file.refuse_if(plan.problems)
    _advance(progress, bar)
    if plan.successions:
        write_draft(draft, plan.successions)
        detail = {"file": file.name, "sha256": file.sha256, "new": len(plan.successions)}
        write_line("places.load-successions", "places", detail, by=by, at=at)
    _advance(progress, bar)
    return Loaded(len(plan.successions), plan.unchanged, 0, len(rows) - len(kept), _notes(draft))


def _begin_draft() -> PlaceDraft:
    # Two people changing places at once: the second plans on what the first wrote, not on what it read before.
    lock_clock()
    return PlaceDraft(get_snapshot())


def _write_points(points: dict[str, Point]) -> int:
    """Coordinates carry no history: a better one replaces the old."""
    rows = []
    for row in OrgUnit.objects.only("id", "key", "latitude", "longitude"):
        given = points.get(row.key, (None, None))
        if None not in given and given != (row.latitude, row.longitude):
            row.latitude, row.longitude = given
            rows.append(row)
    OrgUnit.objects.bulk_update(rows, ["latitude", "longitude"], batch_size=BATCH // 3)
    return len(rows)


def _notes(draft: PlaceDraft) -> tuple[str, ...]:
    orphans = list(draft.list_orphans(draft.touched))
    if not orphans:
        return ()
    listed = ", ".join(f"{spell.name} ({draft.units[unit].key})" for unit, spell in orphans[:5])
    ended = draft.outlived(orphans[0][1])
    assert ended is not None, "an orphan outlives its parent"
    return (
        _("%(count)d đơn vị còn tiếp tục sau khi đơn vị cấp trên kết thúc mà chưa rõ về đâu: %(units)s (từ %(day)s).")
        % {"count": len(orphans), "units": listed + ("..." if len(orphans) > 5 else ""), "day": show_day(ended)},
    )


def _advance(progress: Progress | None, bar: TaskID | None) -> None:
    if progress is not None and bar is not None:
        progress.advance(bar)
