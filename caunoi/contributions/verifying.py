"""The list of a work as everybody reads it, by its address alone: there is no list of lists and no search."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_noop

from caunoi.accounts.scope import EVERYTHING
from caunoi.audit.actions import note_read
from caunoi.audit.rules import Actor
from caunoi.awards.rules.codes import Code, read_code
from caunoi.contributions.models import Disclosure
from caunoi.contributions.queries import list_gifts, list_purses, purse_of
from caunoi.contributions.rules.disclosing import Disclosed, disclose, signed_content
from caunoi.contributions.rules.purse import Purse
from caunoi.records.models import Entity
from caunoi.reports.signing import holds, is_ours


def address_of(disclosure: Disclosure) -> str:
    code = Code(disclosure.key, disclosure.signed_by, disclosure.signature)
    return f"{settings.CAUNOI_BASE_URL}{reverse('disclosure', args=[str(code)])}"


def find_disclosed(text: str) -> Disclosure | None:
    """None: nothing of ours has this address. What was closed is found, and says so."""
    code = read_code(text)
    if code is None or not is_ours(code.signed_by):
        return None
    if not holds(signed_content(code.key), code.signature, code.signed_by):
        return None
    rows = Disclosure.objects.select_related("work__entity_list", "work__merged_into__entity_list")
    return rows.filter(key=code.key).first()


@dataclass(frozen=True)
class WorkList:
    purse: Purse
    disclosed: Disclosed


def make_list(work: Entity) -> WorkList:
    """Of what is approved, from whoever's records: the whole of the work. Who may have it is the caller's to ask."""
    _pack, purse = purse_of(work.entity_list.code, list_purses())
    gifts = list_gifts(work, EVERYTHING, "approved", purse)
    return WorkList(purse, disclose(gifts, [one.code for one in purse.sources]))


def note_public_read(disclosure: Disclosure, *, at: datetime) -> None:
    """Once a day and list: who asks has no account here."""
    by = Actor(gettext_noop("Người xem danh sách công khai"))
    note_read("disclosure", disclosure.subject, {"by": "address"}, by=by, at=at)
