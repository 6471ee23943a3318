"""Papers for those who completed: a dossier of awards, decided and printed there, checked by their QR codes."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.audit.actions import write_line
from caunoi.awards.actions import add_recipients, open_dossier
from caunoi.awards.models import AwardKind, AwardOccasion, Dossier
from caunoi.awards.rules.recipients import Recipient, RecipientKind
from caunoi.moments import local_date
from caunoi.places.queries import get_snapshot
from caunoi.training.actions.planning import lock_class
from caunoi.training.errors import TrainingInvalid
from caunoi.training.models import ClassState, TrainingClass
from caunoi.training.people import open_learners
from caunoi.training.permissions import check_may_run
from caunoi.training.rules.wording import word_class


def may_certify(found: TrainingClass) -> bool:
    return bool(
        found.state == ClassState.CLOSED
        and found.dossier_id is None
        and found.kind.certificate
        and found.learners.filter(completed=True).exists()
    )


def propose_certificates(class_id: int, *, by: User, at: datetime) -> Dossier:
    """Of those who completed a closed class, once. Raises TrainingInvalid, and what awards refuse."""
    with transaction.atomic():
        # Of two at once the second finds the dossier.
        found = lock_class(class_id, ClassState.CLOSED)
        check_may_run(by, found.org_unit_id, local_date(at))
        kind, occasion = found.kind.certificate, found.kind.occasion
        known = AwardKind.objects.filter(code=kind).exists() and AwardOccasion.objects.filter(code=occasion).exists()
        if not known:
            raise TrainingInvalid(_("Gói chương trình chưa khai giấy chứng nhận cho loại lớp này."))
        if found.dossier_id is not None:
            raise TrainingInvalid(_("Lớp này đã lập hồ sơ cấp giấy chứng nhận."))
        learners = list(found.learners.filter(completed=True))
        opened = open_learners(learners)
        standing = [one for one in learners if opened[one.pk].known]
        if not standing:
            raise TrainingInvalid(_("Lớp chưa có ai hoàn thành để cấp giấy chứng nhận."))
        title = word_class(found.title, found.day_from, found.day_to)
        dossier = open_dossier(org_unit_id=found.org_unit_id, kind=kind, occasion=occasion, title=title, by=by, at=at)
        # Awards name people of the deciding unit's own places; who came from elsewhere stands with the holder.
        own = get_snapshot().subtree_on(found.org_unit_id, dossier.day_to)
        people = [
            Recipient(
                RecipientKind.PERSON, one.org_unit_id if one.org_unit_id in own else found.org_unit_id,
                opened[one.pk].name,
            )
            for one in standing
        ]  # fmt: skip
        # Two people of one name were told apart when the list was made.
        add_recipients(dossier_id=dossier.pk, recipients=people, others_of_same_name=True, by=by, at=at)
        found.dossier = dossier
        found.save(update_fields=["dossier"])
        detail = {"dossier": dossier.pk, "papers": len(people)}
        write_line("training.certify", found.subject, detail, by=by.actor, at=at)
    return dossier
