"""What a closed rating leaves in the books: a record a unit, so that its class is counted, approved and explained as
any other figure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from caunoi.assessments.models import Rating, RatingRound
from caunoi.assessments.rules.sheet import Sheet
from caunoi.audit.rules import Actor
from caunoi.records.actions import Incoming, receive_many


def record_classes(round_: RatingRound, sheet: Sheet, ratings: Sequence[Rating], *, by: Actor, at: datetime) -> None:
    """Through the records' one door, all or none; nothing where the sheet names no form. Said again for the period it
    corrects the record before, as the answer to an appeal does. Who reviewed a rating stands for its entry, who closes
    for the approval."""
    if not sheet.form:
        return
    received = receive_many(
        [
            Incoming(
                form_code=sheet.form,
                org_unit_id=one.org_unit_id,
                received_at=at,
                period_key=round_.period_key,
                answers={sheet.question: one.class_code},
                entered_by_name=one.reviewed_by_name or by.name,
                is_derived=True,
            )
            for one in ratings
        ],
        by=by,
        at=at,
    )
    rows = [(one.submission_id, rating.pk) for one, rating in zip(received, ratings, strict=True)]
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE assessments_rating SET submission_id = %s WHERE id = %s", rows)
    for one, rating in zip(received, ratings, strict=True):
        rating.submission_id = one.submission_id
