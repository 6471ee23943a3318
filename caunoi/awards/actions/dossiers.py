"""A dossier as a whole: opened, given files, dropped."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.audit.actions import write_line
from caunoi.awards.errors import AwardInvalid, AwardStepNotPossible, AwardUnknown
from caunoi.awards.models import AwardKind, AwardOccasion, Dossier, DossierFile
from caunoi.awards.permissions import check_may_keep
from caunoi.awards.rules.life import DossierState, DossierStep, find_next
from caunoi.documents.actions import store_bytes
from caunoi.documents.uploads import PreparedFile
from caunoi.moments import local_date
from caunoi.personal.destroying import destroy_keys
from caunoi.personal.models import PersonKey
from caunoi.places.queries import get_snapshot
from caunoi.sentences import gettext, keep
from caunoi.vietnamese_text import clean, fold


@transaction.atomic
def open_dossier(*, org_unit_id: int, kind: str, occasion: str, title: str, by: User, at: datetime) -> Dossier:
    check_may_keep(by, org_unit_id, local_date(at))
    if not AwardKind.objects.filter(code=kind).exists() or not AwardOccasion.objects.filter(code=occasion).exists():
        raise AwardInvalid(_("Không có hình thức hoặc dịp này. Hãy tải lại trang và chọn lại."))
    title = clean(title)
    if not title:
        raise AwardInvalid(_("Hãy ghi thành tích, nội dung: giấy in ra sẽ dùng đúng câu này."))
    made = Dossier.objects.create(
        org_unit_id=org_unit_id, kind_code=kind, occasion_code=occasion, title=title, day_to=local_date(at),
        folded=fold(title)[:600], made_by_name=str(by), made_at=at,
    )  # fmt: skip
    detail = {"unit": get_snapshot().units[org_unit_id].key, "kind": kind, "occasion": occasion, "title": title}
    write_line("award.open", made.subject, detail, by=by.actor, at=at)
    return made


def lock_dossier(dossier_id: int, step: DossierStep) -> Dossier:
    """Of two who decide at once the second waits here, and is told. Who may is the caller's to ask."""
    found = Dossier.objects.select_for_update().filter(pk=dossier_id).first()
    if found is None:
        raise AwardUnknown()
    after = find_next(DossierState(found.state), step)
    if after is None:
        raise AwardStepNotPossible()
    found.state = after.value
    return found


@transaction.atomic
def attach_file(*, dossier_id: int, file: PreparedFile, by: User, at: datetime) -> DossierFile:
    dossier = lock_dossier(dossier_id, DossierStep.CHANGE)
    check_may_keep(by, dossier.org_unit_id, local_date(at))
    stored = store_bytes(file.content, media_type=file.media_type, at=at)
    made = DossierFile.objects.create(
        dossier=dossier, stored=stored, name=file.name, added_by_name=str(by), added_at=at
    )
    write_line("award.attach", dossier.subject, {"file": stored.sha256}, by=by.actor, at=at)
    return made


@transaction.atomic
def remove_file(*, dossier_id: int, file_id: int, by: User, at: datetime) -> None:
    dossier = lock_dossier(dossier_id, DossierStep.CHANGE)
    check_may_keep(by, dossier.org_unit_id, local_date(at))
    file = dossier.files.filter(pk=file_id).first()
    if file is None:
        raise AwardUnknown()
    file.delete()
    write_line("award.detach", dossier.subject, {"file": file.stored_id}, by=by.actor, at=at)


@transaction.atomic
def drop_dossier(*, dossier_id: int, because: str, by: User, at: datetime) -> None:
    """What was proposed and not decided: names of people in it are erased, nothing of them is kept."""
    dossier = lock_dossier(dossier_id, DossierStep.DROP)
    check_may_keep(by, dossier.org_unit_id, local_date(at))
    if not clean(because):
        raise AwardInvalid(_("Hãy ghi lý do hủy hồ sơ."))
    for subject in _list_people(dossier):
        destroy_keys(subject, because=keep(gettext("Hồ sơ đề nghị đã bị hủy.")), by=by.actor, at=at)
    dossier.dropped_because = clean(because)
    dossier.save(update_fields=["state", "dropped_because"])
    write_line("award.drop", dossier.subject, {"because": dossier.dropped_because}, by=by.actor, at=at)


def _list_people(dossier: Dossier) -> list[str]:
    subjects = [award.subject for award in dossier.awards.filter(recipient="person")]
    alive = PersonKey.objects.filter(subject__in=subjects, destroyed_at=None)
    return sorted(set(alive.values_list("subject", flat=True)))
