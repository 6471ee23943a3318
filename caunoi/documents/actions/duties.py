"""What documents ask of units, and whether it is answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from caunoi import events
from caunoi.documents.events import DutiesChanged, OpenDuty
from caunoi.documents.models import Deadline, Document, Duty
from caunoi.documents.queries import list_answers
from caunoi.documents.rules.answering import find_done_day
from caunoi.documents.rules.drafts import DeadlineDraft
from caunoi.moments import local_date
from caunoi.places.queries import get_snapshot
from caunoi.sentences import gettext as _
from caunoi.sentences import keep


def write_deadlines(
    document: Document, drafts: Sequence[DeadlineDraft], addressed: Sequence[int], *, at: datetime
) -> None:
    """The document's deadlines are these; one of the same wording is the same, whatever else changed of it."""
    standing = {one.what: one for one in document.deadlines.all()}
    wanted = {draft.what: draft for draft in drafts}
    gone = [one for what, one in standing.items() if what not in wanted]
    closed = list(Duty.objects.filter(deadline__in=gone).values_list("pk", flat=True))
    Deadline.objects.filter(pk__in=[one.pk for one in gone]).delete()
    opened: list[Duty] = []
    for what, draft in wanted.items():
        deadline = standing.get(what)
        if deadline is None:
            deadline = Deadline(document=document, what=what)
        changed = (deadline.due_on, deadline.wants_document) != (draft.due_on, draft.wants_document)
        deadline.due_on, deadline.wants_document = draft.due_on, draft.wants_document
        deadline.save()
        units = set(draft.units or addressed)
        had = {duty.org_unit_id: duty for duty in deadline.duties.all()}
        dropped = [duty.pk for unit, duty in had.items() if unit not in units]
        closed += dropped
        Duty.objects.filter(pk__in=dropped).delete()
        Duty.objects.bulk_create([Duty(deadline=deadline, org_unit_id=unit) for unit in sorted(units - had.keys())])
        rows = Duty.objects.filter(deadline=deadline, done_on__isnull=True)
        opened += [duty for duty in rows if changed or duty.org_unit_id not in had]
    _tell(document, opened, closed, at)


def settle_duties(document_ids: Iterable[int], *, at: datetime) -> None:
    """After what answers these documents has changed: duties end, or are open again."""
    for document in Document.objects.filter(pk__in=[pk for pk in document_ids if pk]):
        _settle(document, at)


def _settle(document: Document, at: datetime) -> None:
    places, today = get_snapshot(), local_date(at)
    answers = list_answers(document)
    opened, closed = [], []
    duties = Duty.objects.filter(deadline__document=document).select_related("deadline")
    for duty in duties if document.withdrawn_at is None else ():
        stand_for = [mapped.unit for mapped in places.map_unit(duty.org_unit_id, today)]
        done_on = find_done_day(duty.org_unit_id, stand_for, answers.of(duty.deadline))
        if done_on == duty.done_on:
            continue
        if done_on is None:
            opened.append(duty)
        elif duty.done_on is None:
            closed.append(duty.pk)
        duty.done_on = done_on
        duty.save(update_fields=["done_on"])
    if document.withdrawn_at is not None:
        closed = [duty.pk for duty in duties]
    _tell(document, opened, closed, at)


def _tell(document: Document, opened: Sequence[Duty], closed: Sequence[int], at: datetime) -> None:
    if not opened and not closed:
        return
    notes: dict[int, str] = defaultdict(str)
    for duty in opened:
        sentence = _("%(what)s (theo văn bản %(reference)s)")
        notes[duty.pk] = keep(sentence % {"what": duty.deadline.what, "reference": document.reference})
    told = tuple(OpenDuty(duty.pk, duty.org_unit_id, notes[duty.pk], duty.deadline.due_on) for duty in opened)
    events.announce(DutiesChanged(told, tuple(closed), at))
