"""What a closed class counts, frozen, and the record it fills: sent through the one door, corrected by new versions."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import datetime

from caunoi.accounts.models import User
from caunoi.approvals.rules import State
from caunoi.audit.actions import write_line
from caunoi.forms.rules.filling import DAY, LAST_DAY
from caunoi.records.actions import Incoming, receive
from caunoi.records.models import Submission
from caunoi.training.models import Learner, TrainingClass
from caunoi.training.people import open_learners
from caunoi.training.queries import judge_learners, read_counts
from caunoi.training.rules.filling import WORDS


def find_record(found: TrainingClass) -> Submission | None:
    """None also once it was withdrawn: another one may be filled then."""
    record = Submission.objects.filter(pk=found.submission_id).first() if found.submission_id else None
    return None if record is None or record.state == State.WITHDRAWN else record


def close_counts(found: TrainingClass, *, by: User, at: datetime) -> None:
    """Inside the transaction of whoever holds the class. Names and marks are opened to be reckoned with, and go
    nowhere. Somebody erased meanwhile keeps what was found of them before."""
    learners = list(found.learners.all())
    opened = open_learners(learners)
    before = {one.pk: one.completed for one in learners}
    for one in learners:
        if opened[one.pk].known:
            one.completed = None
    judged = judge_learners(found, learners, opened, found.sessions.count())
    for one in learners:
        one.completed = judged[one.pk].completed
    Learner.objects.bulk_update([one for one in learners if one.completed != before[one.pk]], ["completed"], 500)
    counts = read_counts(found, judged)
    found.counted = asdict(counts)
    found.save(update_fields=["counted"])
    if not found.kind.form_code:
        return
    answers = WORDS.fill(found.kind.answers, counts, {DAY: found.day_from, LAST_DAY: found.day_to})
    record = find_record(found)
    if record is not None and answers == found.recorded:
        return
    instance_id = f"uuid:{uuid.uuid4()}"
    received = receive(
        Incoming(
            found.kind.form_code, found.org_unit_id, at, answers=answers, entered_by=by, instance_id=instance_id,
            deprecated_id=found.instance_id if record is not None else None,
        ),
        by=by.actor,
        at=at,
    )  # fmt: skip
    found.submission_id, found.instance_id, found.recorded = received.submission_id, instance_id, answers
    found.save(update_fields=["submission_id", "instance_id", "recorded"])
    detail = {"submission": received.submission_id, "version": received.number, "answers": answers}
    write_line("training.record", found.subject, detail, by=by.actor, at=at)
