"""What a record names of a register is told by its name; its page opens only to who may see it."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from caunoi.accounts.scope import EVERYTHING, NOTHING
from caunoi.desk.answers import AnswerRow
from caunoi.desk.named_things import name_things
from caunoi.records.entities.tests.builders import create, publish
from caunoi.records.models import Entity
from caunoi.records.tests.builders import unit

TODAY = date(2026, 3, 20)


@pytest.mark.django_db
def test_a_thing_is_told_by_its_name_and_opened_by_who_sees_it() -> None:
    publish()
    create(unit("Thôn 1", "village", unit("Xã Bản Qua", "commune")))
    thing, unknown = Entity.objects.get(), str(uuid4())
    rows = [
        AnswerRow("cu", "Đội", str(thing.uuid), before=unknown),
        AnswerRow("khac", "Khác", unknown),
        AnswerRow("ten", "Tên", "x"),
    ]

    seen, hidden = name_things(rows, EVERYTHING, TODAY), name_things(rows, NOTHING, TODAY)

    assert (seen[0].value, seen[0].before) == (thing.label, unknown)
    assert seen[0].address.endswith(f"/{thing.uuid}/")
    assert (hidden[0].value, hidden[0].address) == (thing.label, "")
    assert [one.value for one in seen[1:]] == [unknown, "x"]
