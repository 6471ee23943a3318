"""Entering, correcting and withdrawing documents, and saying that something they ask is done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from caunoi.audit.actions import write_line
from caunoi.audit.clock import lock_clock
from caunoi.audit.rules import Actor
from caunoi.documents.actions.duties import settle_duties, write_deadlines
from caunoi.documents.actions.storing import keep_bytes, store_bytes
from caunoi.documents.errors import DocumentInvalid, DocumentMoved, DocumentQuestioned, DocumentUnknown
from caunoi.documents.models import (
    Deadline,
    Direction,
    Document,
    DocumentAddress,
    DocumentFile,
    DocumentKind,
    DocumentText,
    DocumentVersion,
    DoneMark,
)
from caunoi.documents.queries import look_beside
from caunoi.documents.reach import mark_units
from caunoi.documents.rules.drafts import (
    LONGEST_TITLE,
    MOST_DEADLINES,
    DocumentDraft,
    list_changes,
    read_number,
    spell_values,
)
from caunoi.documents.rules.questions import list_questions
from caunoi.documents.uploads import PreparedFile
from caunoi.documents.words import join_words, spell_reach
from caunoi.moments import local_date
from caunoi.places.queries import get_snapshot
from caunoi.vietnamese_text import clean

LONGEST_NOTE = 500


def register_document(
    *,
    org_unit_id: int,
    draft: DocumentDraft,
    by: Actor,
    at: datetime,
    files: Sequence[PreparedFile] = (),
    confirmed: Collection[str] = (),
) -> Document:
    """Enter a document into the register of a unit.

    Raises DocumentInvalid, and DocumentQuestioned for what is unusual and not among `confirmed` (codes of
    `rules.questions`; `EVERY_QUESTION` where nobody can be asked). Files come from `uploads.prepare_file`.
    """
    draft = _check(org_unit_id, draft)
    _keep_early(files)
    with transaction.atomic():
        # The register's numbers have no gaps, so only one entry is written at a time.
        lock_clock()
        _ask(draft, confirmed, local_date(at), None)
        document = Document(
            direction=draft.direction,
            org_unit_id=org_unit_id,
            entry_number=_next_number(org_unit_id, draft),
            registered_by=by.name,
            registered_at=at,
        )
        _put(document, draft)
        document.save()
        _attach(document, files, at)
        _address(document, draft)
        values = _spell(document, draft)
        DocumentVersion.objects.create(document=document, number=1, values=values, by_name=by.name, at=at)
        _index(document)
        write_deadlines(document, draft.deadlines, draft.addressed_to, at=at)
        settle_duties({document.implements_id or 0}, at=at)
        detail = {"org_unit": get_snapshot().units[org_unit_id].key, **values}
        if confirmed:
            detail["confirmed"] = sorted(confirmed)
        write_line("document.register", f"document:{document.pk}", detail, by=by, at=at)
    return document


def correct_document(
    document_id: int,
    *,
    seen_number: int,
    draft: DocumentDraft,
    because: str,
    by: Actor,
    at: datetime,
    files: Sequence[PreparedFile] = (),
    removed_files: Collection[int] = (),
    confirmed: Collection[str] = (),
) -> Document:
    """What the register says of it from now on; what it said stays in its history. `seen_number`: the version that was
    corrected: raises DocumentMoved if another one stands. The same values again change nothing."""
    because = clean(because)
    if not because:
        raise DocumentInvalid(_("Hãy ghi lý do sửa."))
    _keep_early(files)
    with transaction.atomic():
        document = _lock(document_id, seen_number)
        draft = _check(document.org_unit_id, replace(draft, direction=document.direction), document_id)
        _ask(draft, confirmed, local_date(at), document_id)
        before = document.versions.get(number=document.current_number).values
        if not files and not removed_files and _spell(document, draft) == before:
            return document
        implemented = {document.implements_id or 0, draft.implements or 0}
        document.current_number += 1
        _put(document, draft)
        document.files.filter(pk__in=removed_files, removed_in__isnull=True).update(removed_in=document.current_number)
        _attach(document, files, at)
        values = _spell(document, draft)
        document.save()
        document.addresses.all().delete()
        _address(document, draft)
        DocumentVersion.objects.create(
            document=document, number=document.current_number, values=values, because=because, by_name=by.name, at=at
        )
        _index(document)
        write_deadlines(document, draft.deadlines, draft.addressed_to, at=at)
        settle_duties({document.pk, *implemented}, at=at)
        detail = {"because": because, "changes": list_changes(before, values)}
        if confirmed:
            detail["confirmed"] = sorted(confirmed)
        write_line("document.correct", f"document:{document.pk}", detail, by=by, at=at)
    return document


def withdraw_document(document_id: int, *, seen_number: int, because: str, by: Actor, at: datetime) -> Document:
    """It stays in the register, marked; what it asks is asked no longer, and it answers nothing."""
    because = clean(because)
    if not because:
        raise DocumentInvalid(_("Hãy ghi lý do rút văn bản."))
    with transaction.atomic():
        document = _lock(document_id, seen_number)
        document.withdrawn_at, document.withdrawn_by, document.withdrawn_because = at, by.name, because
        document.save()
        DocumentText.objects.filter(document=document).delete()
        settle_duties({document.pk, document.implements_id or 0}, at=at)
        write_line("document.withdraw", f"document:{document.pk}", {"because": because}, by=by, at=at)
    return document


def mark_done(deadline_id: int, *, org_unit_id: int, done_on: date, note: str, by: Actor, at: datetime) -> DoneMark:
    """A unit did what a deadline asks. Saying so again replaces day and note."""
    note = clean(note)
    if not note:
        raise DocumentInvalid(_("Hãy ghi đã làm gì, hoặc xem ở đâu."))
    if len(note) > LONGEST_NOTE:
        raise DocumentInvalid(_("Ghi chú dài nhất 500 ký tự. Hãy viết gọn lại."))
    if done_on > local_date(at):
        raise DocumentInvalid(_("Ngày làm xong còn ở tương lai."))
    with transaction.atomic():
        lock_clock()
        deadline = Deadline.objects.select_related("document").filter(pk=deadline_id).first()
        if deadline is None or deadline.document.withdrawn_at is not None:
            raise DocumentUnknown
        values = {"done_on": done_on, "note": note, "by_name": by.name, "at": at}
        mark, _new = DoneMark.objects.update_or_create(deadline=deadline, org_unit_id=org_unit_id, defaults=values)
        settle_duties({deadline.document_id}, at=at)
        detail = {
            "org_unit": get_snapshot().units[org_unit_id].key,
            "what": deadline.what,
            "done_on": done_on.isoformat(),
            "note": mark.note,
        }
        write_line("document.done", f"document:{deadline.document_id}", detail, by=by, at=at)
    return mark


# ---- What an entry must be ------------------------------------------------------------------------------------------


def _check(org_unit_id: int, draft: DocumentDraft, document_id: int | None = None) -> DocumentDraft:
    """The draft in normal form. Raises DocumentInvalid."""
    places, own = get_snapshot(), draft.direction == Direction.OUTGOING
    draft = replace(
        draft,
        reference=clean(draft.reference),
        title=clean(draft.title),
        issuing_unit=org_unit_id if own else draft.issuing_unit,
        received_on=None if own else draft.received_on,
        addressed_to=tuple(dict.fromkeys(draft.addressed_to)),
        deadlines=tuple(replace(one, what=clean(one.what)) for one in draft.deadlines),
    )
    if draft.issuing_unit is not None:
        draft = replace(draft, issuing_body=places.name_on(draft.issuing_unit, draft.issued_on))
    draft = replace(draft, issuing_body=clean(draft.issuing_body))
    for missing, sentence in (
        (not draft.reference, _("Hãy ghi số và ký hiệu của văn bản.")),
        (len(draft.reference) > 80, _("Số và ký hiệu dài quá 80 ký tự.")),
        (not draft.title, _("Hãy ghi trích yếu.")),
        (len(draft.title) > LONGEST_TITLE, _("Trích yếu dài quá 2.000 ký tự.")),
        (not draft.issuing_body, _("Hãy ghi cơ quan ban hành.")),
        (len(draft.issuing_body) > 200, _("Tên cơ quan ban hành dài quá 200 ký tự.")),
        (not own and draft.received_on is None, _("Hãy ghi ngày văn bản đến.")),
        (len(draft.deadlines) > MOST_DEADLINES, _("Một văn bản có nhiều nhất 20 việc có hạn.")),
        (any(not one.what or len(one.what) > 500 for one in draft.deadlines), _("Mỗi việc ghi từ 1 đến 500 ký tự.")),
        (len({one.what for one in draft.deadlines}) < len(draft.deadlines), _("Hai việc có hạn ghi giống hệt nhau.")),
        (draft.implements is not None and draft.implements == document_id, _("Văn bản không thể thực hiện chính nó.")),
        (
            bool(draft.kind) and not DocumentKind.objects.filter(code=draft.kind).exists(),
            _("Không có loại văn bản này."),
        ),
    ):
        if missing:
            raise DocumentInvalid(sentence)
    _check_units(org_unit_id, draft)
    if document_id is not None:
        _check_no_circle(document_id, draft.implements)
    return draft


def _check_units(org_unit_id: int, draft: DocumentDraft) -> None:
    """A document asks things of the keeper's own units only: nobody gives work to those above or beside."""
    places = get_snapshot()
    asked = {*draft.addressed_to, *(unit for one in draft.deadlines for unit in one.units)}
    below = places.subtree_on(org_unit_id, draft.day_to) if asked else set()
    for unit in sorted(asked - below):
        sentence = _("%(unit)s không thuộc %(own)s vào ngày %(day)s, nên không giao việc cho đơn vị đó ở đây được.")
        values = {
            "unit": places.path_name(unit, draft.day_to),
            "own": places.name_on(org_unit_id, draft.day_to),
            "day": f"{draft.day_to:%d/%m/%Y}",
        }
        raise DocumentInvalid(sentence % values)
    for one in draft.deadlines:
        if not one.units and not draft.addressed_to:
            raise DocumentInvalid(_("Việc “%(what)s” chưa giao cho đơn vị nào.") % {"what": one.what})


def _check_no_circle(document_id: int, implements: int | None) -> None:
    seen = {document_id}
    while implements is not None:
        if implements in seen:
            raise DocumentInvalid(_("Hai văn bản không thể thực hiện lẫn nhau."))
        seen.add(implements)
        implements = Document.objects.values_list("implements_id", flat=True).filter(pk=implements).first()


def _ask(draft: DocumentDraft, confirmed: Collection[str], today: date, document_id: int | None) -> None:
    beside = look_beside(draft, document_id)
    questions = [one for one in list_questions(draft, beside, today) if one.code not in confirmed]
    if questions:
        raise DocumentQuestioned(questions)


# ---- Writing its rows -----------------------------------------------------------------------------------------------


def _lock(document_id: int, seen_number: int) -> Document:
    # Two corrections of what both had seen: the second must not undo the first unread.
    lock_clock()
    document = Document.objects.filter(pk=document_id).first()
    if document is None:
        raise DocumentUnknown
    if document.current_number != seen_number or document.withdrawn_at is not None:
        raise DocumentMoved
    return document


def _next_number(org_unit_id: int, draft: DocumentDraft) -> int:
    """Of the unit's register of that direction and year."""
    entered = Document.objects.filter(
        org_unit_id=org_unit_id, direction=draft.direction, day_to__year=draft.day_to.year
    )
    return (entered.aggregate(last=Max("entry_number"))["last"] or 0) + 1


def _put(document: Document, draft: DocumentDraft) -> None:
    document.reference, document.number = draft.reference, read_number(draft.reference)
    document.kind_id = draft.kind or None
    document.issuing_unit_id, document.issuing_body = draft.issuing_unit, draft.issuing_body
    document.issued_on, document.day_to, document.title = draft.issued_on, draft.day_to, draft.title
    document.plans_first = draft.plans.first if draft.plans else None
    document.plans_last = draft.plans.last if draft.plans else None
    document.implements_id = draft.implements


def _keep_early(files: Iterable[PreparedFile]) -> None:
    # Waiting for the disk before the lock is taken.
    for file in files:
        keep_bytes(file.content)


def _attach(document: Document, files: Iterable[PreparedFile], at: datetime) -> None:
    for file in files:
        DocumentFile.objects.create(
            document=document,
            stored=store_bytes(file.content, media_type=file.media_type, at=at),
            name=file.name,
            added_in=document.current_number,
            text=file.text,
        )


def _address(document: Document, draft: DocumentDraft) -> None:
    units = dict.fromkeys([*draft.addressed_to, *(unit for one in draft.deadlines for unit in one.units)])
    rows = [DocumentAddress(document=document, org_unit_id=unit, day_to=document.day_to) for unit in units]
    DocumentAddress.objects.bulk_create(rows)


def _spell(document: Document, draft: DocumentDraft) -> dict[str, object]:
    keys = {unit.id: unit.key for unit in get_snapshot().units.values()}
    rows = document.files.filter(removed_in__isnull=True).values_list("name", "stored_id")
    return spell_values(draft, keys, dict(rows))


def _index(document: Document) -> None:
    places = get_snapshot()
    units = [document.org_unit_id, *document.addresses.values_list("org_unit_id", flat=True)]
    texts = document.files.filter(removed_in__isnull=True).values_list("name", "text")
    kind = document.kind.name_vi if document.kind else ""
    head = f"{document.reference} {kind} {document.title} {document.issuing_body}"
    values = {
        "head": join_words(head),
        "body": join_words(" ".join(f"{name} {text}" for name, text in texts)),
        "reach": spell_reach(mark_units(units, document.day_to, places)),
    }
    DocumentText.objects.update_or_create(document=document, defaults=values)
