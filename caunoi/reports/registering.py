"""An issued report enters its unit's register of outgoing documents."""

from __future__ import annotations

import re

from caunoi.documents.actions import read_bytes, register_document
from caunoi.documents.models import DocumentKind
from caunoi.documents.permissions import KEEPING_LEVELS
from caunoi.documents.rules.drafts import OUTGOING, DocumentDraft
from caunoi.documents.rules.questions import EVERY_QUESTION
from caunoi.documents.uploads import prepare_file
from caunoi.places.queries import get_snapshot
from caunoi.reports.events import ReportIssued


def register_issued(event: ReportIssued) -> None:
    """Of units that keep a register. Whoever issued it has confirmed it; nobody can be asked again here."""
    if get_snapshot().units[event.org_unit_id].level not in KEEPING_LEVELS:
        return
    draft = DocumentDraft(OUTGOING, event.number, event.title, event.on, kind=find_kind(event.number))
    files = [prepare_file(event.file_name, read_bytes(event.sha256))]
    register_document(
        org_unit_id=event.org_unit_id, draft=draft, by=event.by.actor, at=event.at, files=files,
        confirmed=EVERY_QUESTION,
    )  # fmt: skip


def find_kind(number: str) -> str:
    """The code of the kind whose sign stands in the symbol: `BC` in `12/BC-UBND`; empty where none does."""
    found = re.match(r"[^/]*/\s*(\w+)", number)
    kind = DocumentKind.objects.filter(sign__iexact=found[1]).first() if found else None
    return kind.code if kind else ""
