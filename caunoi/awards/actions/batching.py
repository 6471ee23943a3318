"""All papers of a dossier, part by part; begun again, it goes on where it stopped."""

from __future__ import annotations

import io
from collections.abc import Callable, Generator
from datetime import datetime

from django.db import transaction

from caunoi.accounts.models import User
from caunoi.audit.actions import write_line
from caunoi.awards.actions.dossiers import lock_dossier
from caunoi.awards.bundling import count_made, keep_part, list_made, make_wrapped_key
from caunoi.awards.errors import AwardStepNotPossible
from caunoi.awards.models import BatchPart, Dossier, PaperBatch
from caunoi.awards.permissions import check_may_keep
from caunoi.awards.printing import get_template, list_papers, list_parts
from caunoi.awards.rules.life import DossierStep
from caunoi.moments import local_date


@transaction.atomic
def begin_batch(*, dossier_id: int, by: User, at: datetime) -> PaperBatch:
    """To begin, or to go on with: the one that stands, whoever began it, while some of it waits and its template is the
    same; else another one."""
    dossier = lock_dossier(dossier_id, DossierStep.PRINT)
    check_may_keep(by, dossier.org_unit_id, local_date(at))
    kind, _template = get_template(dossier)
    assert kind.template_id is not None, "it was read"
    batch = PaperBatch.objects.filter(dossier=dossier).first()
    if batch is None or batch.template_id != kind.template_id or not list_made(batch):
        forget_batch(dossier)
        batch = PaperBatch.objects.create(
            dossier=dossier, template_id=kind.template_id, wrapped=make_wrapped_key(), by_name=str(by), at=at
        )
    made, papers = count_made(dossier), dossier.awards.count()
    if made < papers:
        write_line("award.batch", dossier.subject, {"first": made + 1, "last": papers}, by=by.actor, at=at)
    return batch


def forget_batch(dossier: Dossier) -> None:
    """With its row goes the key: what lies there of it says nothing any more."""
    PaperBatch.objects.filter(dossier=dossier).delete()


def make_parts(batch: PaperBatch, *, clock: Callable[[], datetime]) -> Generator[int, None, None]:
    """Those that are missing; after each, how many papers there are. Who stops in between loses none that was made.

    Raises AwardStepNotPossible where the batch was forgotten meanwhile, because one of its papers must not be printed
    any more.
    """
    dossier = batch.dossier
    kind, template = get_template(dossier)
    for first, last in list_parts(dossier.awards.count()):
        # As it stands now: another run may be at work.
        if any(part.first == first for part in list_made(batch)):
            continue
        into = io.BytesIO()
        template.write(list_papers(dossier, kind, first, last), into)
        _keep(batch, first, last, keep_part(batch, into.getvalue(), at=clock()))
        yield count_made(dossier)


@transaction.atomic
def _keep(batch: PaperBatch, first: int, last: int, sha256: str) -> None:
    # Of a name that is erased while its part is printed: either the erasure finds this part, or this finds no batch.
    if not PaperBatch.objects.select_for_update().filter(pk=batch.pk).exists():
        raise AwardStepNotPossible()
    BatchPart.objects.update_or_create(batch=batch, first=first, defaults={"last": last, "sha256": sha256})
