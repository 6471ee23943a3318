"""Kinds, an occasion, the form that counts, and what lets names of people be kept."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from caunoi.accounts.models import User
from caunoi.awards.actions import add_recipients, decide_dossier, open_dossier
from caunoi.awards.models import AwardCount, AwardKind, AwardOccasion, Dossier
from caunoi.awards.rules.recipients import Recipient, RecipientKind
from caunoi.documents.actions import store_bytes
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import local_moment
from caunoi.personal.models import PersonalQuestion
from caunoi.records.tests.builders import publish

PACK = Path(__file__).parents[3] / "packs" / "tuyen-van"
AT = local_moment(date(2026, 3, 2))
DAY = date(2026, 3, 1)
ANSWERS = {
    "ngay": {"value": "day", "choices": {}},
    "so_quyet_dinh": {"value": "number", "choices": {}},
    "cap_khen": {"value": "level", "choices": {"commune": "xa", "province": "tinh"}},
    "dip_khen": {"value": "occasion", "choices": {}},
    "so_tap_the": {"value": "collectives", "choices": {}},
    "so_ca_nhan": {"value": "persons", "choices": {}},
}


def store_awards() -> None:
    """As the pack's awards/ says, with its template and its form, which communes send."""
    content = (PACK / "awards" / "giay_khen.docx").read_bytes()
    template = store_bytes(content, media_type="application/zip", at=AT)
    AwardKind.objects.create(
        code="giay_khen", name_vi="Giấy khen", name_en="Certificate of merit", nature="commendation", pack="thu",
        template=template,
    )  # fmt: skip
    AwardOccasion.objects.create(code="chuyen_de", name_vi="Theo chuyên đề", name_en="On a topic", pack="thu")
    publish("khen_thuong", AssignmentRow("commune", "event", approval_level="commune"), at=AT)
    AwardCount.objects.create(form_code="khen_thuong", nature="commendation", answers=ANSWERS, pack="thu")
    PersonalQuestion.objects.create(
        form_code="awards", question="recipient", purpose_vi="In giấy khen", keep_months=240, counted_from="day",
        pack="thu",
    )  # fmt: skip


def dossier(unit: int, by: User, title: str = "Hiến đất làm đường") -> Dossier:
    return open_dossier(org_unit_id=unit, kind="giay_khen", occasion="chuyen_de", title=title, by=by, at=AT)


def village(unit: int, name: str = "Thôn 1") -> Recipient:
    return Recipient(RecipientKind.UNIT, unit, name)


def person(unit: int, name: str) -> Recipient:
    return Recipient(RecipientKind.PERSON, unit, name)


def add(found: Dossier, by: User, *recipients: Recipient, others_of_same_name: bool = False) -> int:
    return add_recipients(
        dossier_id=found.pk, recipients=recipients, others_of_same_name=others_of_same_name, by=by, at=AT
    )


def decide(found: Dossier, by: User, number: str = "125/QĐ-UBND") -> Dossier:
    return decide_dossier(dossier_id=found.pk, number=number, day=DAY, by=by, at=AT)
