"""Sendings that come once more: phones resend after a timeout although the first try arrived, and send large photos in
later requests. What arrived once is never judged again by the rules of a later day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from caunoi.approvals.rules import State
from caunoi.audit.actions import write_line
from caunoi.audit.rules import Actor
from caunoi.documents.actions import keep_bytes, store_bytes
from caunoi.forms.queries import questions_of
from caunoi.forms.rules.instance import parse_instance
from caunoi.planned import ask_first
from caunoi.records.actions.files import choose_announced, list_standing_in, write_files
from caunoi.records.errors import InstanceTaken, InstanceWithdrawn
from caunoi.records.incoming import IncomingFile
from caunoi.records.models import Attachment, HeldFile, HeldSending, RepeatedInstance, SubmissionVersion
from caunoi.records.rules.phones import choose_files
from caunoi.records.sealed import is_same_repeated, is_same_sending, subjects_of


@dataclass(frozen=True)
class Known:
    """A sending that arrived before. `missing`: files it announced that are not here yet, or for which those of an
    earlier version stand in. `fingerprint`: of a sending that said what was stored already, which itself was not kept.
    `org_unit_ids`: whom it is about; what an officer placed with another unit, a successor,
    also whom it came from."""

    stored: SubmissionVersion | HeldSending
    fingerprint: str | None
    org_unit_ids: frozenset[int]
    withdrawn: bool
    missing: tuple[str, ...]


# Most sendings come for the first time: one statement says so.
_IS_KNOWN = """
    SELECT EXISTS (SELECT 1 FROM records_submissionversion v JOIN forms_form f ON f.id = v.form_id
            WHERE f.code = %s AND v.instance_id = %s)
        OR EXISTS (SELECT 1 FROM records_heldsending WHERE form_code = %s AND instance_id = %s)
        OR EXISTS (SELECT 1 FROM records_repeatedinstance r JOIN forms_form f ON f.id = r.form_id
            WHERE f.code = %s AND r.instance_id = %s)"""


def find_known(form_code: str, instance_id: str) -> Known | None:
    if ask_first(_IS_KNOWN, [form_code, instance_id] * 3) == (False,):
        return None
    version = (
        SubmissionVersion.objects.select_related("submission")
        .filter(form__code=form_code, instance_id=instance_id)
        .first()
    )
    if version is not None:
        return _known(version, None)
    held = HeldSending.objects.filter(form_code=form_code, instance_id=instance_id).first()
    if held is not None:
        here = set(held.files.values_list("name", flat=True))
        announced = choose_files(parse_instance(held.xml.encode(), questions_of(held.form_version)).files)
        missing = tuple(name for name in announced if name not in here)
        return Known(held, None, frozenset({held.org_unit_id}), False, missing)
    repeated = (
        RepeatedInstance.objects.select_related("version__submission")
        .filter(form__code=form_code, instance_id=instance_id)
        .first()
    )
    return _known(repeated.version, repeated.sha256) if repeated is not None else None


def _known(version: SubmissionVersion, fingerprint: str | None) -> Known:
    submission = version.submission
    missing = {*Attachment.objects.filter(version=version, file=None).values_list("name", flat=True)}
    missing |= list_standing_in(version)
    came_from = HeldSending.objects.filter(became_id=submission.pk, instance_id=version.instance_id)
    units = frozenset({submission.org_unit_id, *came_from.values_list("org_unit_id", flat=True)})
    return Known(version, fingerprint, units, submission.state == State.WITHDRAWN, tuple(sorted(missing)))


def check_same(known: Known, xml: bytes, org_unit_ids: Collection[int]) -> None:
    """Same instance, same bytes, from where it came from; or two answers would share one identity.

    Raises InstanceTaken, InstanceWithdrawn.
    """
    if not _is_same(known, xml.decode()) or known.org_unit_ids.isdisjoint(org_unit_ids):
        raise InstanceTaken
    if known.withdrawn:
        raise InstanceWithdrawn


def add_files(known: Known, files: Sequence[IncomingFile], *, by: Actor, at: datetime) -> None:
    """Keep those that are still missing; the others are here already or belong to nothing."""
    new = [file for file in choose_announced(known.missing, files) if file.content is not None]
    for file in new:
        keep_bytes(file.content or b"")  # waits for the disk, and nobody should wait for that with us
    if new:
        _add(known.stored, new, by, at)


@transaction.atomic
def _add(stored: SubmissionVersion | HeldSending, new: Sequence[IncomingFile], by: Actor, at: datetime) -> None:
    if isinstance(stored, HeldSending):
        keep_held_files(stored, new, at=at)
        changed, subject = len(new), str(stored)
    else:
        changed, subject = write_files([(stored, file) for file in new], at=at), str(stored.submission)
    if changed:
        write_line("submission.files", subject, {"files": changed}, by=by, at=at)


def keep_held_files(held: HeldSending, files: Sequence[IncomingFile], *, at: datetime) -> None:
    for file in files:
        if file.content is not None:
            kept = store_bytes(file.content, media_type=file.media_type, at=at)
            HeldFile.objects.get_or_create(sending=held, name=file.name, defaults={"file": kept})


def _is_same(known: Known, xml: str) -> bool:
    subjects = subjects_of(known.stored)
    if known.fingerprint is not None:
        return is_same_repeated(known.fingerprint, xml, known.stored.xml, subjects)
    return is_same_sending(known.stored.xml, xml, subjects)
