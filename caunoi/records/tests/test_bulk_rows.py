from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from caunoi.approvals.models import ApprovalStep
from caunoi.approvals.rules import State
from caunoi.bulk_rows import insert_rows, take_ids
from caunoi.moments import local_moment

pytestmark = pytest.mark.django_db
AT = local_moment(date(2023, 1, 1), 23, 59, 59)


def step(number: int, **changes: object) -> ApprovalStep:
    plain = {"step": "submit", "from_state": "draft", "to_state": State.SUBMITTED, "by_name": "Lý A Sử", "at": AT}
    return ApprovalStep(subject=f"submission:{number}", number=number, **{**plain, **changes})


def test_rows_come_back_as_the_orm_would_have_written_them() -> None:
    slow = step(1, comment="Đã xem")
    slow.save()
    fast = step(1, comment="Đã xem")

    insert_rows([fast])

    one, two = (ApprovalStep.objects.values().get(pk=row.pk) for row in (slow, fast))
    assert {**one, "id": 0} == {**two, "id": 0}
    assert ApprovalStep.objects.get(pk=fast.pk).at == AT


def test_keys_given_out_are_never_given_again() -> None:
    rows = [step(number) for number in range(3)]
    insert_rows(rows)
    later = step(9)
    later.save()
    more = [step(10)]
    insert_rows(more)

    keys = [row.pk for row in [*rows, later, *more]]
    assert keys == sorted(set(keys))
    assert ApprovalStep.objects.count() == 5
    assert list(take_ids(ApprovalStep, 2))[0] > keys[-1]


def test_nothing_is_written_for_no_rows_and_values_may_be_missing() -> None:
    insert_rows([])
    with transaction.atomic():
        insert_rows([step(1, by_id=None)])

    assert ApprovalStep.objects.get().by_id is None


def test_a_key_that_is_taken_is_an_integrity_error_on_both_databases() -> None:
    first = step(1)
    insert_rows([first])

    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows([step(2, pk=first.pk)])

    assert ApprovalStep.objects.count() == 1
