"""A small world for documents: a province with communes that merged, and drafts in few words."""

from __future__ import annotations

from datetime import date
from typing import Any

from caunoi.audit.rules import Actor
from caunoi.documents.actions import register_document
from caunoi.documents.models import Document, DocumentKind
from caunoi.documents.rules.drafts import DeadlineDraft, DocumentDraft
from caunoi.documents.rules.questions import EVERY_QUESTION
from caunoi.facts.tests.builders import store_places
from caunoi.moments import local_moment
from caunoi.places.rules.snapshot import ONE, PlaceSnapshot, Spell, Step, Unit, make_snapshot

CLERK = Actor("Văn thư")
NOON = local_moment(date(2026, 8, 10))
MERGED_ON = date(2026, 7, 1)
PROVINCE, BAN_QUA, COC_SAN, BAN_VUOC, BAT_XAT, THON = 1, 2, 3, 4, 5, 6


def make_places() -> PlaceSnapshot:
    """Lào Cai (1) holds Bản Qua (2) and Bản Vược (4), which became Bát Xát (5) on 2026-07-01, and Cốc San (3) with a
    village (6)."""
    start = date(1900, 1, 1)
    units = [
        Unit(1, "tinh", "province", start),
        Unit(2, "ban-qua", "commune", start, MERGED_ON),
        Unit(3, "coc-san", "commune", start),
        Unit(4, "ban-vuoc", "commune", start, MERGED_ON),
        Unit(5, "bat-xat", "commune", MERGED_ON),
        Unit(6, "thon", "village", start),
    ]
    spells = [
        Spell(1, "Tỉnh Lào Cai", "15", None, start),
        Spell(2, "Xã Bản Qua", "02707", 1, start, MERGED_ON),
        Spell(3, "Xã Cốc San", "02710", 1, start),
        Spell(4, "Xã Bản Vược", "02708", 1, start, MERGED_ON),
        Spell(5, "Xã Bát Xát", "02709", 1, MERGED_ON),
        Spell(6, "Thôn 1", "", 3, start),
    ]
    steps = [Step(MERGED_ON, 2, 5, ONE, ONE // 2), Step(MERGED_ON, 4, 5, ONE, ONE // 2)]
    return make_snapshot(units, spells, steps)


def store_documents_world() -> None:
    store_places(make_places())
    DocumentKind.objects.create(code="ke_hoach", name_vi="Kế hoạch", name_en="Plan", sign="KH", pack="thu")
    DocumentKind.objects.create(code="nghi_quyet", name_vi="Nghị quyết", name_en="Resolution", sign="NQ", pack="thu")


def draft(**given: Any) -> DocumentDraft:
    values = {
        "direction": "outgoing",
        "reference": "05/KH-UBND",
        "title": "Kế hoạch tuyên truyền, vận động năm 2026",
        "issued_on": date(2026, 3, 2),
        "kind": "ke_hoach",
        **given,
    }
    return DocumentDraft(**values)


def register(unit: int = PROVINCE, *, at: Any = NOON, files: Any = (), **given: Any) -> Document:
    return register_document(
        org_unit_id=unit, draft=draft(**given), files=files, by=CLERK, at=at, confirmed=EVERY_QUESTION
    )


def resolution(*units: int, due_on: date = date(2026, 4, 30), **given: Any) -> Document:
    """Of the province, asking units for a plan by a day."""
    values = {
        "reference": "12-NQ/TU",
        "kind": "nghi_quyet",
        "title": "Nghị quyết về công tác vận động nhân dân",
        "issued_on": date(2026, 2, 1),
        "addressed_to": units,
        "deadlines": (DeadlineDraft("Ban hành kế hoạch thực hiện", due_on, wants_document=True),),
        **given,
    }
    return register(PROVINCE, **values)
