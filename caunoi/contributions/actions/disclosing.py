"""Opening a work's list to everybody, closing it, and taking back the consent to be named in it."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.audit.actions import write_line
from caunoi.contributions.errors import DisclosureInvalid, WorkUnknown
from caunoi.contributions.models import ConsentWithdrawn, Disclosure, WorkLine
from caunoi.contributions.permissions import check_may_disclose, check_may_keep
from caunoi.contributions.queries import find_form, identities_of, list_purses
from caunoi.contributions.rules.disclosing import signed_content
from caunoi.moments import local_date
from caunoi.personal.destroying import destroy_keys
from caunoi.personal.errors import NothingToErase
from caunoi.records.models import Entity, Submission
from caunoi.reports.signing import sign
from caunoi.vietnamese_text import clean

_KEY_BYTES = 15


@transaction.atomic
def open_disclosure(*, work: Entity, by: User, at: datetime) -> Disclosure:
    """At the same address as before, if it was open once. Raises DisclosureInvalid if it is open already."""
    check_may_disclose(by, work.org_unit_id, local_date(at))
    # Of two who open it at once the second waits here, and is told.
    Entity.objects.select_for_update().get(pk=work.pk)
    found = Disclosure.objects.filter(work=work).first()
    if found is None:
        key = secrets.token_urlsafe(_KEY_BYTES)
        signed_by, signature = sign(signed_content(key))
        found = Disclosure(work=work, key=key, signed_by=signed_by, signature=signature)
    elif found.closed_at is None:
        raise DisclosureInvalid(_("Danh sách của công trình này đang công khai rồi. Hãy tải lại trang."))
    found.opened_by_name, found.opened_at = str(by), at
    found.closed_by_name, found.closed_at, found.closed_because = "", None, ""
    found.save()
    write_line("disclosure.open", str(work), {"disclosure": found.pk}, by=by.actor, at=at)
    return found


@transaction.atomic
def close_disclosure(*, work: Entity, because: str, by: User, at: datetime) -> Disclosure:
    check_may_disclose(by, work.org_unit_id, local_date(at))
    found = Disclosure.objects.select_for_update().filter(work=work, closed_at=None).first()
    if found is None:
        raise DisclosureInvalid(_("Danh sách của công trình này chưa công khai hoặc đã ngừng. Hãy tải lại trang."))
    if not clean(because):
        raise DisclosureInvalid(_("Hãy ghi lý do ngừng công khai."))
    found.closed_by_name, found.closed_at, found.closed_because = str(by), at, clean(because)
    found.save()
    detail = {"disclosure": found.pk, "because": found.closed_because}
    write_line("disclosure.close", str(work), detail, by=by.actor, at=at)
    return found


@transaction.atomic
def withdraw_consent(*, work: Entity, submission: Submission, because: str, by: User, at: datetime) -> None:
    """The giver is named nowhere from now on: the name was kept for that purpose only, so its key goes too. What was
    given stays as it is. Raises WorkUnknown unless it is a gift to this work whose form asks for a giver."""
    check_may_keep(by, submission.org_unit_id, local_date(at))
    # A key once destroyed is gone: whoever keeps the works may destroy those of their givers and no others.
    found = find_form(list_purses(), submission.form.code)
    gifts = WorkLine.objects.filter(submission=submission, work__in=list(identities_of([work])))
    if found is None or not found[2].giver or not gifts.exists():
        raise WorkUnknown
    if not clean(because):
        raise DisclosureInvalid(_("Hãy ghi ai rút lại đồng ý, ngày nào, bằng cách nào."))
    ConsentWithdrawn.objects.create(submission=submission, by_name=str(by), at=at, because=clean(because))
    with suppress(NothingToErase):  # erased before, or kept unsealed by a pack that doesn't call it personal
        destroy_keys(str(submission), because=clean(because), by=by.actor, at=at)
    write_line("disclosure.consent-withdrawn", str(submission), {}, by=by.actor, at=at)
