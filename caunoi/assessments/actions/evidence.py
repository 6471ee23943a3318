"""Files that a unit lays beside the points it gives itself."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.assessments.actions.steps import begin_step, refuse_line
from caunoi.assessments.errors import RatingUnknown
from caunoi.assessments.models import EvidenceFile
from caunoi.assessments.rules.life import RatingStep
from caunoi.assessments.rules.scoring import read_lines
from caunoi.audit.actions import write_line
from caunoi.documents.actions import keep_bytes, store_bytes
from caunoi.documents.uploads import PreparedFile

MOST_FILES = 10


def add_evidence(*, rating_id: int, criterion: str, file: PreparedFile, by: User, at: datetime) -> EvidenceFile:
    """While the unit may score, on a line that no figure scores."""
    # Waiting for the disk before the lock is taken.
    keep_bytes(file.content)
    with transaction.atomic():
        rating, sheet = begin_step(rating_id, RatingStep.SCORE, by, at)
        line = next((one for one in read_lines(rating.lines) if one.code == criterion), None)
        if line is None:
            raise RatingUnknown()
        if line.by_rule:
            raise refuse_line(sheet.criterion(criterion), _("điểm tính từ số liệu nên không cần tệp minh chứng."))
        if rating.files.filter(criterion=criterion).count() >= MOST_FILES:
            raise refuse_line(sheet.criterion(criterion), _("đã đủ %(most)d tệp.") % {"most": MOST_FILES})
        stored = store_bytes(file.content, media_type=file.media_type, at=at)
        made = EvidenceFile.objects.create(
            rating=rating, criterion=criterion, name=file.name, stored=stored, by_name=str(by), at=at
        )
        detail = {"unit": rating.org_unit.key, "criterion": criterion, "name": file.name, "sha256": stored.sha256}
        write_line("rating.evidence-add", rating.subject, detail, by=by.actor, at=at)
    return made


@transaction.atomic
def remove_evidence(*, rating_id: int, file_id: int, by: User, at: datetime) -> None:
    """The line of the audit keeps what it was; the bytes stay, as another row may name them."""
    rating, _sheet = begin_step(rating_id, RatingStep.SCORE, by, at)
    found = rating.files.filter(pk=file_id).first()
    if found is None:
        raise RatingUnknown()
    detail = {"unit": rating.org_unit.key, "criterion": found.criterion, "name": found.name, "sha256": found.stored_id}
    found.delete()
    write_line("rating.evidence-remove", rating.subject, detail, by=by.actor, at=at)
