"""A reorganisation prepared by name, step by step or from a file, and carried out as a whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.audit.actions import write_line
from caunoi.audit.clock import lock_clock
from caunoi.audit.rules import Actor
from caunoi.places.actions.writing import write_draft
from caunoi.places.errors import ReorganisationRefused
from caunoi.places.files import read_reorganisation_file
from caunoi.places.models import Reorganisation
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.preview import SuccessionDraft, list_rows
from caunoi.places.rules.reorganisation import number_steps, plan_rows, read_rows, store_row

Show = Callable[[int, int], None]


def _say_nothing(_done: int, _total: int) -> None:
    pass


@transaction.atomic
def prepare_reorganisation(*, title: str, day: date, note: str, by: Actor, at: datetime) -> Reorganisation:
    row = Reorganisation.objects.create(
        title=title, day=day, note=note, created_by=by.name, created_by_id=by.user_id, created_at=at,
        changed_by=by.name, changed_at=at,
    )  # fmt: skip
    _tell("prepare", row, {"title": title, "day": day.isoformat(), "note": note}, by, at)
    return row


@transaction.atomic
def rename_reorganisation(pk: int, *, title: str, day: date, note: str, by: Actor, at: datetime) -> Reorganisation:
    """Its title, day and note; steps already entered hold from the new day."""
    row = _get_open(pk)
    row.title, row.day, row.note = title, day, note
    return _change(row, {"title": title, "day": day.isoformat(), "note": note}, by, at)


@transaction.atomic
def add_step(pk: int, succession: SuccessionDraft, *, by: Actor, at: datetime) -> Reorganisation:
    """What is wrong with the whole is said by its preview; a draft may be wrong for a while."""
    row = _get_open(pk)
    draft, _plan = plan_rows(read_rows(row.rows, row.day), get_snapshot())
    step = max((int(texts["step"]) for texts in row.rows), default=0) + 1
    added = [store_row(one, step) for one in list_rows(succession, draft)]
    row.rows = [*row.rows, *added]
    return _change(row, {"step": step, "added": added}, by, at)


@transaction.atomic
def remove_step(pk: int, step: int, *, by: Actor, at: datetime) -> Reorganisation:
    row = _get_open(pk)
    removed = [texts for texts in row.rows if texts["step"] == str(step)]
    row.rows = [texts for texts in row.rows if texts["step"] != str(step)]
    return _change(row, {"step": step, "removed": removed}, by, at)


@transaction.atomic
def upload_steps(pk: int, content: bytes, name: str, *, by: Actor, at: datetime) -> Reorganisation:
    """The file's rows replace all steps. Refuses with every mistake at once, of cells and of what they would do."""
    row = _get_open(pk)
    file, rows = read_reorganisation_file(content, name, row.day, get_snapshot())
    _draft, plan = plan_rows(rows, get_snapshot())
    file.refuse_if(plan.problems)
    row.rows = number_steps(rows)
    return _change(row, {"file": name, "sha256": file.sha256, "rows": len(rows)}, by, at)


@transaction.atomic
def drop_reorganisation(pk: int, *, by: Actor, at: datetime) -> None:
    row = _get_open(pk)
    _tell("drop", row, {"title": row.title, "day": row.day.isoformat(), "rows": row.rows}, by, at)
    row.delete()


@transaction.atomic
def apply_reorganisation(pk: int, *, by: Actor, at: datetime, show: Show = _say_nothing) -> Reorganisation:
    """All of it or nothing, under one knowledge number. Refuses with every problem named."""
    # The second of two who apply drafts about the same units must see what the first one did.
    lock_clock()
    row = _get_open(pk)
    show(1, 4)
    draft, plan = plan_rows(read_rows(row.rows, row.day), get_snapshot())
    if plan.problems:
        raise ReorganisationRefused(list(dict.fromkeys(problem.message for problem in plan.problems)))
    if not plan.successions:
        raise ReorganisationRefused([_("Không có gì thay đổi: bản chuẩn bị này chưa có bước nào có tác dụng.")])
    show(2, 4)
    written = write_draft(draft, plan.successions, row.note or row.title)
    show(3, 4)
    row.number, row.applied_by, row.applied_at = written[0].known_from, by.name, at
    row.save()
    detail = {
        "title": row.title,
        "day": row.day.isoformat(),
        "note": row.note,
        "number": row.number,
        "rows": row.rows,
        "moved": sorted(draft.units[child].key for child, *_rest in plan.followed),
    }
    _tell("apply", row, detail, by, at)
    show(4, 4)
    return row


def _get_open(pk: int) -> Reorganisation:
    # Two people with the same draft open: the second one's step is added to what the first one left.
    row = Reorganisation.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        raise ReorganisationRefused([_("Không còn bản chuẩn bị này: có người đã bỏ nó.")])
    if row.applied_at is not None:
        raise ReorganisationRefused(
            [
                _("Việc sắp xếp này đã được %(name)s áp dụng; bản chuẩn bị không sửa được nữa.")
                % {"name": row.applied_by}
            ]
        )
    return row


def _change(row: Reorganisation, detail: dict[str, object], by: Actor, at: datetime) -> Reorganisation:
    row.changed_by, row.changed_at = by.name, at
    row.save()
    _tell("change", row, detail, by, at)
    return row


def _tell(verb: str, row: Reorganisation, detail: dict[str, object], by: Actor, at: datetime) -> None:
    write_line(f"reorganisation.{verb}", f"reorganisation:{row.pk}", detail, by=by, at=at)
