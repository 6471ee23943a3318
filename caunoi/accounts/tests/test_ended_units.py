from __future__ import annotations

from datetime import date

import pytest

from caunoi.accounts.actions import grant_role
from caunoi.accounts.errors import GrantInvalid
from caunoi.accounts.models import Role, User
from caunoi.accounts.tests.test_scope import EAST, two_communes_merged
from caunoi.audit.rules import Actor
from caunoi.facts.tests.builders import store_places
from caunoi.moments import local_moment

pytestmark = pytest.mark.django_db
BY, AT = Actor("Quản trị"), local_moment(date(2026, 1, 5))


def test_a_role_on_a_unit_that_ended_is_refused_and_its_successors_are_named() -> None:
    store_places(two_communes_merged())
    lan = User.objects.create(username="lan")

    with pytest.raises(GrantInvalid) as refused:
        grant_role(user=lan, role=Role.VIEWER, org_unit_id=EAST, from_day=date(2026, 1, 1), by=BY, at=AT)
    before = grant_role(user=lan, role=Role.VIEWER, org_unit_id=EAST, from_day=date(2025, 1, 1), by=BY, at=AT)

    assert "01/07/2025" in refused.value.sentence and "United" in refused.value.sentence
    assert before.pk is not None  # from before its end on: such a role reaches the successors by itself
