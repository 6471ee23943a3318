"""Ten thousand certificates: one decision, and their papers with names and codes, part by part, then as one zip."""

from __future__ import annotations

import resource
import time
from datetime import date
from pathlib import Path

from bench.measuring import Bench, Measured
from bench.world import make_units
from caunoi.accounts.models import Role, RoleGrant, User
from caunoi.awards.actions import add_recipients, begin_batch, decide_dossier, make_parts, open_dossier
from caunoi.awards.bundling import write_bundle
from caunoi.awards.models import AwardKind, AwardOccasion, Dossier
from caunoi.awards.rules.recipients import Recipient, RecipientKind
from caunoi.documents.actions import store_bytes
from caunoi.moments import local_moment
from caunoi.personal.models import PersonalQuestion

PAPERS = 10_000
TEMPLATE = Path(__file__).resolve().parent.parent / "packs" / "tuyen-van" / "awards" / "giay_chung_nhan.docx"
AT = local_moment(date(2026, 6, 1))
_made: dict[Path, tuple[float, float]] = {}


def certificates_10000_s(bench: Bench) -> Measured:
    """Printing alone, against the decision that numbers and signs them."""
    printed, decided = _make(bench)
    return Measured(printed, "s", decided, "numbering and signing the same certificates", PAPERS)


def certificates_10000_peak_mb(bench: Bench) -> Measured:
    """The most memory of the process that entered, decided and printed them, the program itself included."""
    _make(bench)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Measured(most, "MB", None, "the whole process", PAPERS)


def _make(bench: Bench) -> tuple[float, float]:
    """Seconds of printing, and of the decision."""
    if bench.home not in _made:
        dossier, by = _enter()
        begun = time.perf_counter()
        dossier = decide_dossier(dossier_id=dossier.pk, number="12/QĐ", day=date(2026, 5, 30), by=by, at=AT)
        decided = time.perf_counter()
        batch = begin_batch(dossier_id=dossier.pk, by=by, at=AT)
        assert list(make_parts(batch, clock=lambda: AT))[-1] == PAPERS
        with open(bench.home / "papers.zip", "wb") as into:
            assert write_bundle(batch, into) == PAPERS
        _made[bench.home] = time.perf_counter() - decided, decided - begun
    return _made[bench.home]


def _enter() -> tuple[Dossier, User]:
    _country, _provinces, communes, villages = make_units(10)
    by = User.objects.create(username="papers")
    RoleGrant.objects.create(user=by, role=Role.PROGRAMME_MANAGER, org_unit=communes[0], from_day=date(2020, 1, 1))
    template = store_bytes(TEMPLATE.read_bytes(), media_type="application/zip", at=AT)
    names = {"name_vi": "Giấy chứng nhận", "name_en": "Certificate", "pack": "bench"}
    AwardKind.objects.create(code="giay", nature="certificate", template=template, **names)
    AwardOccasion.objects.create(code="lop", **names)
    PersonalQuestion.objects.create(form_code="awards", question="recipient", purpose_vi="In giấy", keep_months=240)
    dossier = open_dossier(
        org_unit_id=communes[0].pk, kind="giay", occasion="lop", title="Lớp bồi dưỡng báo cáo viên", by=by, at=AT
    )
    people = [Recipient(RecipientKind.PERSON, villages[i % 5].pk, f"Học viên số {i}") for i in range(PAPERS)]
    add_recipients(dossier_id=dossier.pk, recipients=people, by=by, at=AT)
    return dossier, by
