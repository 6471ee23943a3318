"""The record that a closed meeting, class or contest fills: sent through the one door, corrected by new versions."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from caunoi.accounts.models import User
from caunoi.approvals.rules import State
from caunoi.audit.actions import write_line
from caunoi.records.actions.arrival import receive
from caunoi.records.incoming import Incoming
from caunoi.records.models import FillsRecord, Submission


def find_record(thing: FillsRecord) -> Submission | None:
    """None also once it was withdrawn: another one may be filled then."""
    found = Submission.objects.filter(pk=thing.submission_id).first() if thing.submission_id else None
    return None if found is None or found.state == State.WITHDRAWN else found


def fill_record(
    thing: FillsRecord, form_code: str, answers: Mapping[str, str], *, action: str, by: User, at: datetime
) -> bool:
    """Sent for the first time, or as a correction; False: these answers were sent already. Inside the transaction of
    whoever holds the thing. `action`: of the audit line. Raises what the door refuses."""
    record = find_record(thing)
    if record is not None and answers == thing.recorded:
        return False
    instance_id = f"uuid:{uuid.uuid4()}"
    incoming = Incoming(
        form_code, thing.org_unit_id, at, answers=answers, entered_by=by, instance_id=instance_id,
        deprecated_id=thing.instance_id if record is not None else None,
    )  # fmt: skip
    received = receive(incoming, by=by.actor, at=at)
    thing.submission_id, thing.instance_id, thing.recorded = received.submission_id, instance_id, answers
    thing.save(update_fields=["submission_id", "instance_id", "recorded"])
    detail = {"submission": received.submission_id, "version": received.number, "answers": answers}
    write_line(action, thing.subject, detail, by=by.actor, at=at)
    return True
