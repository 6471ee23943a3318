"""A unit's review is sent: a record of the form that states what its registers count."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from caunoi.accounts.models import User
from caunoi.audit.actions import write_line
from caunoi.forms.rules.filling import DAY
from caunoi.moments import local_date
from caunoi.places.queries import get_snapshot
from caunoi.records.actions import Incoming, receive
from caunoi.records.entities.errors import ReviewMoved, ReviewNothingCounted, ReviewUnknown
from caunoi.records.entities.reviews import find_terms, read_things
from caunoi.records.entities.rules.reviews import WORDS
from caunoi.records.models import EntityList
from caunoi.records.permissions import check_may_enter


@transaction.atomic
def send_review(
    register: EntityList,
    org_unit_id: int,
    *,
    seen: Mapping[str, str],
    asked: Mapping[str, int],
    by: User,
    at: datetime,
) -> int:
    """As of today. `seen`: the counted answers that the officer looked at; `asked`: those that only the officer knows.
    Gives the record's number.

    Raises EnteringNotAllowed, ReviewUnknown, ReviewNothingCounted, ReviewMoved, and what the door refuses.
    """
    check_may_enter(by, org_unit_id, at)
    places, today = get_snapshot(), local_date(at)
    terms = find_terms(register, places.units[org_unit_id].level)
    if terms is None:
        raise ReviewUnknown
    things = read_things(terms, org_unit_id, today)
    if not things:
        raise ReviewNothingCounted(places.path_name(org_unit_id, today))
    answers = WORDS.fill(terms.answers, things, {DAY: today}, asked)
    # Somebody may have written into the register since: nothing is sent that the officer has not seen.
    if {name: answers.get(name) for name in seen} != dict(seen) or seen.keys() != terms.counted:
        raise ReviewMoved
    received = receive(
        Incoming(
            terms.form, org_unit_id, at, answers=answers, instance_id=f"uuid:{uuid.uuid4()}", entered_by=by,
            entered_by_name=str(by),
        ),
        by=by.actor,
        at=at,
    )  # fmt: skip
    detail = {"unit": places.units[org_unit_id].key, "submission": received.submission_id, "answers": answers}
    write_line("register.send", f"register:{register.code}", detail, by=by.actor, at=at)
    return received.submission_id
