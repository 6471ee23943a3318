from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from caunoi.accounts.scope import Scope, ids_in_sql
from caunoi.documents.errors import DocumentUnknown
from caunoi.documents.models import (
    Deadline,
    Direction,
    Document,
    DocumentAddress,
    DocumentFile,
    DocumentKind,
    DoneMark,
    Duty,
)
from caunoi.documents.reach import extend_scope, filter_documents
from caunoi.documents.rules.drafts import DocumentDraft
from caunoi.documents.rules.questions import Beside
from caunoi.documents.searching import Mend, find_ids, match_any
from caunoi.documents.words import ask_words
from caunoi.vietnamese_text import fold

# -- One document -----------------------------------------------------------------------------------------------------


def get_document(document_id: int, scope: Scope) -> Document:
    """Raises DocumentUnknown also for one the reader may not see."""
    found = filter_documents(Document.objects.filter(pk=document_id), scope)
    document = found.select_related("kind", "implements").first()
    if document is None:
        raise DocumentUnknown
    return document


def find_by_reference(reference: str, scope: Scope) -> Document:
    """Raises DocumentUnknown if none of what the reader sees has it, or several do."""
    found = list(filter_documents(Document.objects.filter(reference__iexact=reference, withdrawn_at=None), scope)[:2])
    if len(found) != 1:
        raise DocumentUnknown
    return found[0]


def list_files(document: Document) -> list[DocumentFile]:
    """Those it has now, in the order they came."""
    return list(document.files.filter(removed_in__isnull=True).select_related("stored").defer("text"))


def get_file(document: Document, file_id: int) -> DocumentFile:
    """Also one that a correction removed: the history leads to it. Raises DocumentUnknown."""
    found = document.files.filter(pk=file_id).select_related("stored").defer("text").first()
    if found is None:
        raise DocumentUnknown
    return found


def list_kinds() -> list[DocumentKind]:
    return list(DocumentKind.objects.all())


def look_beside(draft: DocumentDraft, besides: int | None = None) -> Beside:
    """What the register holds that the draft is compared with; `besides`: the document that is corrected."""
    implemented = Document.objects.filter(pk=draft.implements).first() if draft.implements else None
    same = Document.objects.filter(
        reference__iexact=draft.reference,
        issued_on__year=draft.issued_on.year,
        direction=draft.direction,
        withdrawn_at__isnull=True,
    )
    same = same.filter(issuing_unit=draft.issuing_unit) if draft.issuing_unit else same.filter(issuing_unit=None)
    if besides is not None:
        same = same.exclude(pk=besides)
    days = [
        day
        for day, body in same.values_list("issued_on", "issuing_body")
        if draft.issuing_unit or fold(body) == fold(draft.issuing_body)
    ]
    return Beside(
        implemented_on=implemented.issued_on if implemented else None,
        implemented_reference=implemented.reference if implemented else "",
        same_on=min(days, default=None),
    )


# -- What is asked, and what answers ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answers:
    """Unit -> day of its first answer: `documents` that implement the asking one, and marks by deadline."""

    documents: Mapping[int, date]
    marks: Mapping[int, Mapping[int, date]]

    def of(self, deadline: Deadline) -> dict[int, date]:
        given = dict(self.marks.get(deadline.pk, {}))
        if deadline.wants_document:
            for unit, day in self.documents.items():
                given[unit] = min(day, given.get(unit, day))
        return given


def list_answers(document: Document) -> Answers:
    implementing = document.implemented_by.filter(withdrawn_at__isnull=True, issuing_unit__isnull=False)
    documents: dict[int, date] = {}
    for unit, day in implementing.values_list("issuing_unit", "issued_on"):
        documents[unit] = min(day, documents.get(unit, day))
    marks: dict[int, dict[int, date]] = defaultdict(dict)
    rows = DoneMark.objects.filter(deadline__document=document)
    for deadline, unit, day in rows.values_list("deadline", "org_unit", "done_on"):
        marks[deadline][unit] = day
    return Answers(documents, marks)


def list_duties_of(document: Document, scope: Scope) -> list[Duty]:
    """All that the document asks of units the reader sees (or of what they succeeded), open or done."""
    duties = Duty.objects.filter(deadline__document=document).select_related("deadline__document")
    if not scope.everything:
        duties = duties.filter(org_unit_id__in=ids_in_sql(extend_scope(scope).windows))
    return list(duties.order_by("deadline__due_on", "pk"))


def list_open_duties(scope: Scope) -> QuerySet[Duty]:
    """What is asked and not yet done, of units the reader sees or of what they succeeded; the earliest day first."""
    duties = Duty.objects.filter(done_on__isnull=True, deadline__document__withdrawn_at__isnull=True)
    if not (scope.everything or scope.whole):
        units = extend_scope(scope).windows
        duties = duties.filter(org_unit_id__in=ids_in_sql(units))
    return duties.select_related("deadline__document").order_by("deadline__due_on", "pk")


# -- Lists ------------------------------------------------------------------------------------------------------------

SORTS = {"day": "day_to", "issued": "issued_on", "reference": "number", "title": "title", "body": "issuing_body"}


@dataclass(frozen=True)
class Filters:
    """`text`: as typed. `units`: ids whose registers are listed; None: all that the reader sees. `state`: `live`,
    `withdrawn`, `all`."""

    text: str = ""
    direction: str = ""
    kind: str = ""
    units: frozenset[int] | None = None
    year: int | None = None
    state: str = "live"


def list_documents(scope: Scope, filters: Filters, sort: str = "-day") -> QuerySet[Document]:
    documents = filter_documents(Document.objects.all(), scope)
    if filters.direction in Direction.values:
        documents = documents.filter(direction=filters.direction)
    if filters.kind:
        documents = documents.filter(kind__code=filters.kind)
    if filters.units is not None:
        documents = documents.filter(org_unit_id__in=ids_in_sql(filters.units))
    if filters.year is not None:
        documents = documents.filter(issued_on__year=filters.year)
    if filters.state != "all":
        documents = documents.filter(withdrawn_at__isnull=filters.state != "withdrawn")
    if words := ask_words(filters.text):
        documents = documents.filter(pk__in=match_any(words, scope))
    name, sign = sort.removeprefix("-"), "-" if sort.startswith("-") else ""
    return documents.select_related("kind").order_by(f"{sign}{SORTS.get(name, 'day_to')}", f"{sign}pk")


def list_implementing(document: Document, scope: Scope, limit: int = 50) -> list[Document]:
    """Those that implement it and the reader sees, the earliest first."""
    rows = document.implemented_by.filter(withdrawn_at__isnull=True).select_related("kind")
    return list(filter_documents(rows, scope).order_by("issued_on", "pk")[:limit])


def list_implementable(scope: Scope, limit: int) -> list[Document]:
    """What a new document may implement: first those that went down to somebody, then all others; the latest first."""
    rows = filter_documents(Document.objects.filter(withdrawn_at__isnull=True), scope)
    sent = list(rows.filter(pk__in=DocumentAddress.objects.values("document_id")).order_by("-issued_on", "-pk")[:limit])
    others = rows.exclude(pk__in=[one.pk for one in sent]).order_by("-issued_on", "-pk")[: limit - len(sent)]
    return [*sent, *others]


# -- Search -----------------------------------------------------------------------------------------------------------


def search_documents(words: str, scope: Scope, limit: int = 20, mend: Mend | None = None) -> list[Document]:
    """Documents that hold all the words, accents and case aside; of the last word its beginning is enough.

    Those that say them in reference, title or body come first; then those with them in their files; the latest entered
    first. Nothing for an empty text or scope. Withdrawn documents are not found. `mend`: see `find_ids`.
    """
    asked = ask_words(words)
    if not asked or (not scope.everything and not scope.unit_ids):
        return []
    found = find_ids(asked, scope, limit, mend)
    documents = Document.objects.select_related("kind").in_bulk(found)
    return [documents[pk] for pk in found]
