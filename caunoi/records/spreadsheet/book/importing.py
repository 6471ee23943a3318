"""An uploaded workbook: looked over first, then written whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import cast

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caunoi.audit.rules import Actor
from caunoi.documents.actions import store_bytes
from caunoi.forms.errors import FormUnknown
from caunoi.forms.models import FormVersion, PeriodKind
from caunoi.forms.queries import get_form_version, list_assignments
from caunoi.periods.rules import CutOff, Period, PeriodType, period_from_key
from caunoi.personal.queries import find_personal_form
from caunoi.records.actions.arrival import rehearse, store
from caunoi.records.actions.door import Door, Prepared
from caunoi.records.errors import BookMoved, DiskFull, SeveralRefused
from caunoi.records.spreadsheet.book.changes import BookChanges, RowChange
from caunoi.records.spreadsheet.book.parts import Part, Parts, read_parts
from caunoi.records.spreadsheet.book.rows import Sender, SheetWork
from caunoi.records.spreadsheet.importing import is_disk_full
from caunoi.records.spreadsheet.reading import refuse
from caunoi.records.spreadsheet.units import UnitFinder
from caunoi.records.spreadsheet.workbooks import has_macros
from caunoi.refusals import Mistake

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


# (rows done, rows in all): told now and then.
Show = Callable[[int, int], None]


def preview_book(content: bytes, file_name: str, sender: Sender, *, show: Show | None = None) -> BookChanges:
    """What the workbook would do now. Raises FileRefused with every mistake of every sheet; writes nothing."""
    read = _read(content, file_name, sender, _Meter(show, rounds=1))
    flagged = _try(read, sender, lambda several: rehearse(several, by=_actor(sender), at=sender.at))
    return read.changes([*read.notes, *_notes_on_flags(flagged)])


def import_book(
    content: bytes, file_name: str, sender: Sender, *, expected: str = "", show: Show | None = None
) -> BookChanges:
    """Write what is new or corrected, all of it or nothing. Raises FileRefused, DiskFull.

    `expected`: the fingerprint of what was looked over; BookMoved if it would do anything else by now.
    """
    # Each row is read, written and announced.
    meter = _Meter(show, rounds=3)
    try:
        with transaction.atomic():
            read = _read(content, file_name, sender, meter)
            changes = read.changes(read.notes)
            if expected and changes.fingerprint != expected:
                raise BookMoved
            detail = {"file": file_name, "sha256": hashlib.sha256(content).hexdigest(), "book": read.book}
            if changes.writes:
                # Of a workbook that names people only its hash is kept: in its bytes nothing could ever be erased.
                if not any(find_personal_form(work.version.form.code) for work in read.works):
                    store_bytes(content, media_type=MEDIA_TYPE, at=sender.at)
                _try(
                    read,
                    sender,
                    lambda several: store(
                        several, by=_actor(sender), at=sender.at, progress=meter.advance, action="submission.import",
                        detail=detail,
                    ),
                )  # fmt: skip
            return changes
    except (OSError, DatabaseError) as error:
        if is_disk_full(error):
            raise DiskFull(file_name) from error
        raise


class _Meter:
    """Turns steps into shares of a whole that is known once the sheets are open."""

    def __init__(self, show: Show | None, rounds: int) -> None:
        self.show, self.rounds, self.done, self.total = show, rounds, 0, 0

    def measure(self, rows: int) -> None:
        self.total = rows * self.rounds
        self.advance(0)

    def advance(self, count: int) -> None:
        self.done = min(self.done + count, self.total)
        if self.show is not None:
            self.show(self.done, self.total)


class _Read:
    """A workbook without mistakes of its own."""

    def __init__(self, file_name: str, parts: Parts, works: Sequence[SheetWork], notes: list[str]) -> None:
        self.file_name, self.works, self.notes = file_name, works, notes
        mark = parts.forms[0].mark
        self.unit, self.chosen, self.book = mark.unit, mark.chosen, mark.book
        self.rows: list[tuple[SheetWork, int, Prepared]] = [
            (work, number, prepared) for work in works for number, prepared in work.prepared
        ]

    def changes(self, notes: Sequence[str]) -> BookChanges:
        rows: list[RowChange] = [change for work in self.works for change in work.changes]
        return BookChanges(self.unit, self.chosen, tuple(rows), sum(work.empty for work in self.works), tuple(notes))


def _read(content: bytes, file_name: str, sender: Sender, meter: _Meter) -> _Read:
    parts = read_parts(content, file_name)
    meter.measure(sum(len(part.table.rows) for part in parts.forms))
    mistakes = list(parts.mistakes)
    notes = list(parts.notes)
    if has_macros(content):
        notes.append(_("Tệp có macro; macro không được chạy, chỉ các giá trị được đọc."))
    door = Door()
    works = []
    for part in parts.forms:
        found = _find_version(part)
        if isinstance(found, str):
            mistakes.append(Mistake(file_name, part.table.sheet, 0, "", found))
            continue
        version, period = found
        if version.pk != get_form_version(version.form.code).pk:
            note = _("Trang “%(sheet)s” theo phiên bản cũ của biểu mẫu; vẫn nhận theo phiên bản ấy.")
            notes.append(note % {"sheet": part.table.sheet})
        levels = {assignment.level for assignment in list_assignments(part.mark.form)}
        finder = UnitFinder(door.places, levels, sender.scope)
        repeats = parts.repeats.get((part.mark.form, part.mark.period), [])
        work = SheetWork(part, repeats, version, period, file_name, sender, door, finder, meter.advance)
        work.run()
        mistakes += work.mistakes
        works.append(work)
    if mistakes:
        raise refuse(file_name, mistakes)
    return _Read(file_name, parts, works, notes)


def _find_version(part: Part) -> tuple[FormVersion, Period | None] | str:
    """The version and period a sheet names, or why there is none."""
    mark = part.mark
    try:
        version = get_form_version(mark.form, mark.version)
    except FormUnknown as refusal:
        return refusal.sentence
    if not mark.period:
        return version, None
    for assignment in list_assignments(mark.form):
        if assignment.period_kind == PeriodKind.EVENT:
            continue
        try:
            kind, cut_off = cast(PeriodType, assignment.period_kind), cast(CutOff, assignment.cut_off)
            return version, period_from_key(mark.period, kind, cut_off)
        except ValueError:
            continue
    return _("Biểu mẫu này không còn được giao theo kỳ %(period)s. Hãy tải sổ mới.") % {"period": mark.period}


def _try(read: _Read, sender: Sender, write: Callable[[Sequence[Prepared]], Sequence[object]]) -> Sequence[object]:
    """Runs `write`; what it refuses is named by sheet and row."""
    try:
        return write([prepared for _work, _number, prepared in read.rows])
    except SeveralRefused as several:
        raise refuse(
            read.file_name,
            [
                Mistake(read.file_name, read.rows[index][0].part.table.sheet, read.rows[index][1], "", refusal.sentence)
                for index, refusal in several.refusals
            ],
        ) from None


def _notes_on_flags(flagged: Sequence[object]) -> list[str]:
    count = sum(1 for one in flagged if isinstance(one, Prepared) and one.flags)
    if not count:
        return []
    sentence = ngettext(
        "%(count)d dòng lệch với số liệu của đơn vị khác; chờ cán bộ xem rồi mới vào sổ.",
        "%(count)d dòng lệch với số liệu của đơn vị khác; chờ cán bộ xem rồi mới vào sổ.",
        count,
    )
    return [sentence % {"count": count}]


def _actor(sender: Sender) -> Actor:
    return Actor(sender.by_name, sender.by.pk if sender.by else None)
