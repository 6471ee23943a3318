"""Who is in a dossier: added without duplicates, taken out, a person's name erased."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.audit.actions import write_line
from caunoi.awards.actions.batching import forget_batch
from caunoi.awards.actions.dossiers import lock_dossier
from caunoi.awards.errors import AwardInvalid, AwardsNotYours, AwardTwice
from caunoi.awards.models import Award, Dossier
from caunoi.awards.people import PEOPLE, open_names, seal_names
from caunoi.awards.permissions import check_may_keep, may_erase
from caunoi.awards.queries import get_award
from caunoi.awards.rules.life import DossierStep
from caunoi.awards.rules.recipients import Recipient, RecipientKind, split_new
from caunoi.bulk_rows import insert_rows, take_ids
from caunoi.moments import local_date
from caunoi.personal.destroying import destroy_keys
from caunoi.personal.models import PersonKey
from caunoi.places.queries import get_snapshot
from caunoi.sentences import gettext, keep
from caunoi.vietnamese_text import clean, fold

LONGEST_NAME = 200
MOST_RECIPIENTS = 20_000


@transaction.atomic
def add_recipients(
    *, dossier_id: int, recipients: Sequence[Recipient], others_of_same_name: bool = False, by: User, at: datetime
) -> int:
    """How many were added. Who stands already is asked about: the whole list is refused with AwardTwice, unless these
    are other people of the same name, as the officer confirms. A unit or a thing never stands twice."""
    dossier = lock_dossier(dossier_id, DossierStep.CHANGE)
    check_may_keep(by, dossier.org_unit_id, local_date(at))
    wanted = [Recipient(one.kind, one.org_unit, clean(one.name), one.thing) for one in recipients]
    _check(dossier, wanted)
    new, twice = split_new(wanted, {one.identity for one in list_recipients(dossier)})
    certain = [one for one in twice if not one.may_stand_twice]
    if certain or twice and not others_of_same_name:
        asked = certain or twice
        raise AwardTwice([one.name for one in asked], may_stand=not certain)
    added = [
        Award(
            dossier=dossier, recipient=one.kind.value, org_unit_id=one.org_unit, thing_id=one.thing,
            day_to=dossier.day_to, name=one.name, folded="" if one.kind == RecipientKind.PERSON else fold(one.name),
            added_by_name=str(by), added_at=at,
        )
        for one in [*new, *twice]
    ]  # fmt: skip
    _number_and_seal(added, dossier, at)
    write_line("award.add", dossier.subject, {"recipients": len(added)}, by=by.actor, at=at)
    return len(added)


def _number_and_seal(added: Sequence[Award], dossier: Dossier, at: datetime) -> None:
    for award, pk in zip(added, take_ids(Award, len(added)), strict=True):
        award.pk = pk
    seal_names(added, dossier.day_to, at)
    insert_rows(added)


def list_recipients(dossier: Dossier) -> list[Recipient]:
    """As they are compared: with names opened, which nobody gets to see."""
    awards = list(dossier.awards.filter(withdrawn_at=None))
    names = open_names(awards)
    return [Recipient(RecipientKind(one.recipient), one.org_unit_id, names[one.pk], one.thing_id) for one in awards]


def _check(dossier: Dossier, wanted: Sequence[Recipient]) -> None:
    if not wanted:
        raise AwardInvalid(_("Chưa có ai để thêm. Hãy chọn đơn vị hoặc ghi tên, mỗi dòng một tên."))
    if dossier.awards.count() + len(wanted) > MOST_RECIPIENTS:
        raise AwardInvalid(_("Một hồ sơ có nhiều nhất 20.000 tên. Hãy lập thêm hồ sơ."))
    if any(not one.name or len(one.name) > LONGEST_NAME for one in wanted):
        raise AwardInvalid(_("Mỗi tên dài từ 1 đến 200 ký tự. Hãy xem lại từng dòng."))
    if any(one.kind == RecipientKind.PERSON for one in wanted) and not PEOPLE.is_declared():
        raise AwardInvalid(
            _("Chưa gói chương trình nào khai báo vì sao giữ tên người được khen, nên chưa ghi được tên cá nhân.")
        )
    places = get_snapshot()
    inside = places.subtree_on(dossier.org_unit_id, dossier.day_to)
    outside = next((one for one in wanted if one.org_unit not in inside), None)
    if outside is not None:
        raise AwardInvalid(
            _("%(name)s không thuộc %(unit)s nên đơn vị đó không khen được. Hãy chọn đơn vị cấp dưới của nó.")
            % {"name": outside.name, "unit": places.path_name(dossier.org_unit_id, dossier.day_to)}
        )


@transaction.atomic
def remove_recipient(*, dossier_id: int, award_id: int, by: User, at: datetime) -> None:
    """Of a draft: nothing was decided, so the row goes, and a person's name with it."""
    dossier = lock_dossier(dossier_id, DossierStep.CHANGE)
    check_may_keep(by, dossier.org_unit_id, local_date(at))
    award = get_award(dossier, award_id)
    if PersonKey.objects.filter(subject=award.subject, destroyed_at=None).exists():
        because = keep(gettext("Đã bỏ khỏi hồ sơ đề nghị trước khi có quyết định."))
        destroy_keys(award.subject, because=because, by=by.actor, at=at)
    write_line("award.remove", dossier.subject, {"award": award.pk, "recipient": award.recipient}, by=by.actor, at=at)
    award.delete()


@transaction.atomic
def erase_recipient(*, award: Award, because: str, by: User, at: datetime) -> None:
    """A person's name, wherever it stands; that somebody was commended, and the counts, stay. Raises NothingToErase."""
    if not may_erase(by, award.dossier.org_unit_id, local_date(at)):
        raise AwardsNotYours(get_snapshot().path_name(award.dossier.org_unit_id, local_date(at)))
    if not clean(because):
        raise AwardInvalid(_("Hãy ghi lý do xóa: ai yêu cầu, ngày nào."))
    destroy_keys(award.subject, because=clean(because), by=by.actor, at=at)
    forget_batch(award.dossier)
