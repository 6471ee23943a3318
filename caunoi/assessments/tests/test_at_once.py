"""Two officers at the same round in the same moment, each with a connection of their own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection, transaction

from caunoi.accounts.models import Role, User
from caunoi.assessments.actions import close_round
from caunoi.assessments.actions.rounds import fingerprint_of
from caunoi.assessments.errors import RoundClosed
from caunoi.assessments.models import RatingRound
from caunoi.assessments.tests.builders import AT, opened, province_officer, reviewed, store_sheet, store_world
from caunoi.audit.models import AuditLine
from caunoi.desk.tests.builders import user

pytestmark = pytest.mark.django_db(transaction=True)
WAIT = 60


def test_of_two_officers_who_close_the_same_month_at_once_one_closes_and_the_other_is_told_who_did() -> None:
    with transaction.atomic():
        world = store_world()
        for village in (3, 4, 6):
            world.state("so_hop", village, date(2024, 1, 10), 3)
        store_sheet(caps=())
    officers = [province_officer(), user("tinh-2", [(Role.APPROVER, 1)], "Lê Thị Lan")]
    round_ = opened(officers[0])
    for village in (3, 4, 6):
        reviewed(round_, village, officers[0], 20)
    seen, both = fingerprint_of(list(round_.ratings.all())), Barrier(2)

    def close(by: User) -> str:
        try:
            both.wait(WAIT)
            close_round(round_id=round_.pk, seen=seen, exception_reason="", by=by, at=AT)
        except RoundClosed as refused:
            return refused.sentence
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(close, officers, timeout=WAIT))

    closed = RatingRound.objects.get()
    assert sorted(one == "" for one in told) == [False, True]
    assert closed.closed_by_name == str(officers[told.index("")])
    assert closed.closed_by_name in "".join(told)
    assert AuditLine.objects.filter(action="rating.close").count() == 1
