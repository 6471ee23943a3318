"""Sendings of phones that cannot become records by themselves: kept, then given their place or put aside."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from django.db import IntegrityError, transaction

from caunoi.accounts.models import User
from caunoi.audit.actions import write_line
from caunoi.audit.rules import Actor
from caunoi.documents.actions import keep_bytes, read_bytes
from caunoi.forms.queries import get_form_version, questions_of
from caunoi.forms.rules.instance import parse_instance
from caunoi.personal.models import PersonKey
from caunoi.records.actions.arrival import receive
from caunoi.records.actions.files import choose_announced
from caunoi.records.actions.resending import keep_held_files
from caunoi.records.actions.sealing import seal_held
from caunoi.records.errors import CorrectsAnother, DeprecatedUnknown, HeldSettled, InstanceTaken, ReasonMissing
from caunoi.records.held import check_may_settle
from caunoi.records.incoming import Incoming, IncomingFile, Received
from caunoi.records.models import HeldFile, HeldSending
from caunoi.records.rules.phones import choose_files
from caunoi.records.sealed import is_same_sending, list_earlier, open_xml, subjects_of
from caunoi.refusals import Refusal
from caunoi.sentences import gettext as _
from caunoi.sentences import keep


def hold(incoming: Incoming, refusal: Refusal, *, by: Actor, at: datetime) -> HeldSending:
    """Keep the sending byte for byte, outside the books, with the reason why it is no record yet.

    The same sending held before is given back. Raises InstanceTaken for other content under its instanceID.
    """
    for file in incoming.attachments:
        if file.content is not None:
            keep_bytes(file.content)  # waits for the disk, and nobody should wait for that with us
    try:
        with transaction.atomic():
            return _hold(incoming, refusal, by, at)
    except IntegrityError:
        # The same phone's other try got there first.
        held = HeldSending.objects.get(form_code=incoming.form_code, instance_id=_instance_id(incoming))
        if not is_same_sending(held.xml, (incoming.xml or b"").decode(), subjects_of(held)):
            raise InstanceTaken from None
        return held


def is_held(form_code: str, instance_id: str) -> bool:
    """Whether it is held and nobody has decided about it."""
    held = HeldSending.objects.filter(form_code=form_code, instance_id=instance_id, settled_at=None)
    return bool(instance_id) and held.exists()


def _instance_id(incoming: Incoming) -> str:
    version = get_form_version(incoming.form_code, incoming.form_version)
    return parse_instance(incoming.xml or b"", questions_of(version)).instance_id


def _hold(incoming: Incoming, refusal: Refusal, by: Actor, at: datetime) -> HeldSending:
    version = get_form_version(incoming.form_code, incoming.form_version)
    xml = incoming.xml or b""
    instance = parse_instance(xml, questions_of(version))
    stored, key = seal_held(version, xml.decode(), at=at)
    held = HeldSending.objects.create(
        form_version=version,
        form_code=incoming.form_code,
        org_unit_id=incoming.org_unit_id,
        instance_id=instance.instance_id,
        deprecated_id=instance.deprecated_id,
        xml=stored,
        reason=keep(refusal.sentence),
        source=incoming.source,
        entered_by_name=incoming.actor.name or by.name,
        device=dict(incoming.device),
        received_at=incoming.received_at,
    )
    if key is not None:
        key.subject = str(held)
        key.save(force_insert=True)
    names = choose_files(instance.files)
    keep_held_files(held, choose_announced(names, incoming.attachments), at=at)
    if instance.deprecated_id:
        _supersede(held, by, at)
    detail = {"form": held.form_code, "why": refusal.code}
    write_line("held.hold", str(held), detail, by=by, at=at)
    return held


def _supersede(held: HeldSending, by: Actor, at: datetime) -> None:
    """A phone corrected what was still held: the correction stands for both, with the files it did not send again."""
    before = HeldSending.objects.filter(
        form_code=held.form_code, instance_id=held.deprecated_id, org_unit_id=held.org_unit_id, settled_at=None
    ).first()
    if before is None:
        return
    for file in before.files.all():
        HeldFile.objects.get_or_create(sending=held, name=file.name, defaults={"file_id": file.file_id})
    before.put_aside_because = keep(_("Điện thoại đã gửi bản sửa."))
    before.settled_by, before.settled_at = by.name, at
    before.save(update_fields=["put_aside_because", "settled_by", "settled_at"])


@transaction.atomic
def place_held(
    held_id: int,
    *,
    period_key: str = "",
    day: date | None = None,
    org_unit_id: int | None = None,
    by: User,
    at: datetime,
) -> Received:
    """The officer says which period or day it is about (`org_unit_id`: and which successor of a unit that ended).

    It then passes the door like any other sending. Raises what the door refuses, HeldUnknown, HeldSettled.
    """
    held = _open(held_id, by, at)
    unit = held.org_unit_id if org_unit_id is None else org_unit_id
    check_may_settle(by, unit, at)
    incoming = Incoming(
        form_code=held.form_code,
        org_unit_id=unit,
        received_at=held.received_at,
        period_key=period_key,
        xml=open_xml(held.xml, subjects_of(held))[0].encode(),
        source=held.source,
        entered_by_name=held.entered_by_name,
        device=held.device,
        attachments=[
            IncomingFile(file.name, read_bytes(file.file_id), file.file.media_type)
            for file in held.files.select_related("file")
        ],
        form_version=held.form_version.version,
        is_placed=True,
        placed_on=day,
    )
    try:
        with transaction.atomic():
            received = receive(incoming, by=by.actor, at=at)
    except (CorrectsAnother, DeprecatedUnknown):
        # What it corrected was about another period, or was held itself: where the officer puts it, it stands alone.
        received = receive(replace(incoming, deprecated_id=""), by=by.actor, at=at)
    held.became_id = received.submission_id
    # What it was held under goes when the record's person asks for erasure; so do those that it corrected before.
    subjects = [str(one) for one in (held, *list_earlier(held))]
    PersonKey.objects.filter(subject__in=subjects).update(subject=f"submission:{received.submission_id}")
    _settle(held, by, at)
    detail = {"submission": received.submission_id, "period": period_key, "day": day.isoformat() if day else ""}
    write_line("held.place", str(held), detail, by=by.actor, at=at)
    return received


@transaction.atomic
def put_aside(held_id: int, *, reason: str, by: User, at: datetime) -> None:
    """It becomes no record, but stays to be read, with the reason. Raises ReasonMissing, HeldUnknown, HeldSettled."""
    if not reason.strip():
        raise ReasonMissing
    held = _open(held_id, by, at)
    held.put_aside_because = reason.strip()
    _settle(held, by, at)
    write_line("held.put-aside", str(held), {"reason": reason.strip()}, by=by.actor, at=at)


def _open(held_id: int, by: User, at: datetime) -> HeldSending:
    # Locked until the end: of two officers who decide at once, the second sees the first's decision.
    found = HeldSending.objects.select_for_update(of=("self",)).select_related("form_version__form").filter(pk=held_id)
    held = found.first()
    check_may_settle(by, held.org_unit_id if held is not None else None, at)
    assert held is not None
    if held.settled_at is not None:
        raise HeldSettled(held.settled_by)
    return held


def _settle(held: HeldSending, by: User, at: datetime) -> None:
    held.settled_by, held.settled_at = str(by), at
    held.save(update_fields=["became", "put_aside_because", "settled_by", "settled_at"])
