"""What a closed class counts, frozen, and the record it fills."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from caunoi.accounts.models import User
from caunoi.forms.rules.filling import DAY, LAST_DAY
from caunoi.records.actions.filling import fill_record
from caunoi.training.models import Learner, TrainingClass
from caunoi.training.people import open_learners
from caunoi.training.queries import judge_learners, read_counts
from caunoi.training.rules.filling import WORDS


def close_counts(found: TrainingClass, *, by: User, at: datetime) -> None:
    """Inside the transaction of whoever holds the class. Names and marks are opened to be reckoned with, and go
    nowhere. Somebody erased meanwhile keeps what was found of them before."""
    learners = list(found.learners.all())
    opened = open_learners(learners)
    before = {one.pk: (one.completed, one.band) for one in learners}
    for one in learners:
        if opened[one.pk].known:
            one.completed = None
    judged = judge_learners(found, learners, opened, found.sessions.count())
    for one in learners:
        one.completed, one.band = judged[one.pk].completed, judged[one.pk].band
    changed = [one for one in learners if (one.completed, one.band) != before[one.pk]]
    Learner.objects.bulk_update(changed, ["completed", "band"], 500)
    counts = read_counts(found, judged)
    found.counted = asdict(counts)
    found.save(update_fields=["counted"])
    if found.kind.form_code:
        answers = WORDS.fill(found.kind.answers, counts, {DAY: found.day_from, LAST_DAY: found.day_to})
        fill_record(found, found.kind.form_code, answers, action="training.record", by=by, at=at)
