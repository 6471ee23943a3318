"""The decision: numbers and signed codes for the papers, counts sent as records; and taking an award back."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from caunoi import events
from caunoi.accounts.models import User
from caunoi.audit.actions import write_line
from caunoi.awards.actions.batching import forget_batch
from caunoi.awards.actions.counting import send_counts
from caunoi.awards.actions.dossiers import lock_dossier
from caunoi.awards.actions.recipients import list_recipients
from caunoi.awards.errors import AwardInvalid, AwardStepNotPossible, AwardTwice
from caunoi.awards.events import DossierDecided
from caunoi.awards.models import FIELD_OF_PERSON, SUBJECT, Award, Dossier, PrintedPart
from caunoi.awards.permissions import check_may_decide, check_may_keep
from caunoi.awards.queries import get_award
from caunoi.awards.rules.codes import signed_content
from caunoi.awards.rules.life import DossierState, DossierStep
from caunoi.documents.models import Document
from caunoi.moments import local_date
from caunoi.personal.models import CountedFrom, PersonKey
from caunoi.personal.queries import find_personal_form
from caunoi.reports.signing import sign
from caunoi.vietnamese_text import clean, fold

_KEY_BYTES = 15


@transaction.atomic
def decide_dossier(
    *, dossier_id: int, number: str, day: date, document: Document | None = None, by: User, at: datetime
) -> Dossier:
    """From here on recipients stay as they are. Raises AwardTwice where another dossier of the same unit, kind and
    decision has one of them already, and what the door refuses of the counts."""
    dossier = lock_dossier(dossier_id, DossierStep.DECIDE)
    check_may_decide(by, dossier.org_unit_id, local_date(at))
    dossier.decision = clean(number)
    if not dossier.decision:
        raise AwardInvalid(_("Hãy ghi số quyết định, ví dụ 125/QĐ-UBND."))
    if day > local_date(at):
        raise AwardInvalid(_("Ngày quyết định không được ở tương lai."))
    if not dossier.awards.exists():
        raise AwardInvalid(_("Hồ sơ chưa có tên nào. Hãy thêm tập thể, cá nhân rồi ghi quyết định."))
    dossier.decided_on = dossier.day_to = day
    _check_not_decided_twice(dossier)
    dossier.document, dossier.decided_by_name, dossier.decided_at = document, str(by), at
    dossier.folded = fold(f"{dossier.title} {dossier.decision}")[:600]
    dossier.save()
    papers = _number_papers(dossier)
    personal = find_personal_form(FIELD_OF_PERSON[0])
    if personal is not None and personal.counted_from == CountedFrom.DAY:
        people = dossier.awards.filter(recipient="person").values_list("pk", flat=True)
        _count_from([f"{SUBJECT}{pk}" for pk in people], day)
    sent = send_counts(dossier, by=by, at=at)
    detail = {
        "number": dossier.decision, "day": day.isoformat(), "papers": papers, "records": sent,
        "document": None if document is None else document.pk,
    }  # fmt: skip
    write_line("award.decide", dossier.subject, detail, by=by.actor, at=at)
    events.announce(DossierDecided(dossier.pk, at))
    return dossier


def _check_not_decided_twice(dossier: Dossier) -> None:
    assert dossier.decided_on is not None
    others = Dossier.objects.filter(
        org_unit_id=dossier.org_unit_id, kind_code=dossier.kind_code, state=DossierState.DECIDED.value,
        decision__iexact=dossier.decision, decided_on__year=dossier.decided_on.year,
    ).exclude(pk=dossier.pk)  # fmt: skip
    standing = {one.identity for other in others for one in list_recipients(other)}
    twice = [one.name for one in list_recipients(dossier) if one.identity in standing] if standing else []
    if twice:
        raise AwardTwice(twice, may_stand=False)


def _number_papers(dossier: Dossier) -> int:
    """Numbers from 1 in the order they were added; how many."""
    rows = []
    for number, pk in enumerate(dossier.awards.order_by("pk").values_list("pk", flat=True), 1):
        key = secrets.token_urlsafe(_KEY_BYTES)
        signed_by, signature = sign(signed_content(key))
        rows.append((number, key, signed_by, signature, dossier.day_to, pk))
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE awards_award SET number = %s, key = %s, signed_by = %s, signature = %s, day_to = %s WHERE id = %s",
            [(*row[:4], connection.ops.adapt_datefield_value(row[4]), row[5]) for row in rows],
        )
    return len(rows)


def _count_from(subjects: list[str], day: date) -> None:
    for start in range(0, len(subjects), 500):
        some = subjects[start : start + 500]
        PersonKey.objects.filter(subject__in=some, destroyed_at=None).update(counted_from=day)


@transaction.atomic
def withdraw_award(*, dossier_id: int, award_id: int, because: str, by: User, at: datetime) -> Award:
    """Its paper says so from now on to whoever checks it; the counts follow."""
    dossier = lock_dossier(dossier_id, DossierStep.WITHDRAW)
    check_may_decide(by, dossier.org_unit_id, local_date(at))
    award = get_award(dossier, award_id)
    if award.withdrawn_at is not None:
        raise AwardStepNotPossible()
    if not clean(because):
        raise AwardInvalid(_("Hãy ghi căn cứ thu hồi: số quyết định, lý do."))
    award.withdrawn_at, award.withdrawn_by_name, award.withdrawn_because = at, str(by), clean(because)
    award.save(update_fields=["withdrawn_at", "withdrawn_by_name", "withdrawn_because"])
    forget_batch(dossier)
    sent = send_counts(dossier, by=by, at=at)
    detail = {"award": award.pk, "number": award.number, "because": award.withdrawn_because, "records": sent}
    write_line("award.withdraw", dossier.subject, detail, by=by.actor, at=at)
    return award


@transaction.atomic
def note_printed(*, dossier_id: int, first: int, last: int, by: User, at: datetime) -> None:
    """That papers were taken to be printed: the audit tells who has read the names on them."""
    dossier = lock_dossier(dossier_id, DossierStep.PRINT)
    check_may_keep(by, dossier.org_unit_id, local_date(at))
    PrintedPart.objects.create(dossier=dossier, first=first, last=last, by_name=str(by), at=at)
    write_line("award.print", dossier.subject, {"first": first, "last": last}, by=by.actor, at=at)
