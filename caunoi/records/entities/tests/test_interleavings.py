"""Two phones change one thing offline, and what they send arrives in any order, repeated, with an officer between.

Every change is stored exactly once, each branch in its own order; a conflict stays until a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from caunoi.accounts.models import Role
from caunoi.places.queries import forget_snapshots
from caunoi.records.entities import actions
from caunoi.records.entities.actions.taking import LONGEST_WAIT
from caunoi.records.entities.tests import builders
from caunoi.records.entities.tests.builders import AT, BRANCH, BRANCH_2, GROUP, create, entity_xml, group_xml, send
from caunoi.records.models import Entity, EntityBacklog, EntityProblem, EntityVersion
from caunoi.records.tests.builders import unit, user


def number_of(branch: str, step: int) -> str:
    return f"{1 if branch == BRANCH else 2}{step}"


@dataclass(frozen=True)
class Sending:
    """`step` of a branch, from 1; property values tell which it was."""

    branch: str
    step: int

    def xml(self, created_offline: bool) -> bytes:
        trunk = "" if created_offline else 1
        flags = entity_xml(GROUP, update=True, base=self.step, trunk=trunk, branch=self.branch)
        return group_xml(f"uuid:{self.branch}-{self.step}", flags, so_nguoi=number_of(self.branch, self.step))


CHANGES = [Sending(branch, step) for branch in (BRANCH, BRANCH_2) for step in (1, 2, 3)]
# What happens in which order: a change arrives (perhaps again), the officer edits, or the creation itself arrives.
EVENTS = [*CHANGES, "create", "edit"]


@pytest.mark.django_db(transaction=True)
@settings(max_examples=10)
@given(st.permutations([*EVENTS, *CHANGES[:2]]))
def test_every_change_is_stored_once_however_branches_interleave(order: list[Sending | str]) -> None:
    with transaction.atomic():
        _check(order)
        transaction.set_rollback(True)
    forget_snapshots()


def _check(order: list[Sending | str]) -> None:
    commune = unit("Xã Bản Qua", "commune")
    village = unit("Thôn 1", "village", commune)
    officer = user("xa", (Role.APPROVER, commune))
    builders.register()
    builders.publish()
    forget_snapshots()
    conflict = ""
    created = False
    for event in order:
        if isinstance(event, Sending):
            send(village, event.xml(created_offline=True))
        elif event == "create":
            create(village)
            created = True
        elif created:
            thing = Entity.objects.get()
            actions.edit_entity(
                thing.pk, "Đội của xã", {}, builders.DAY, number=thing.current_number, by=officer, at=AT
            )
        if created:
            now = Entity.objects.get().conflict
            assert (conflict, now) in {(c, n) for c in ("", "soft", "hard") for n in ("", "soft", "hard")
                                       if ("", "soft", "hard").index(n) >= ("", "soft", "hard").index(c)}  # fmt: skip
            conflict = now

    assert not EntityProblem.objects.exists() and not EntityBacklog.objects.exists()
    for branch in (BRANCH, BRANCH_2):
        told = [one.properties["so_nguoi"] for one in EntityVersion.objects.filter(branch_id=branch)]
        assert told == [number_of(branch, step) for step in (1, 2, 3)], "each once, in the order they were made"
    numbers = list(EntityVersion.objects.values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert conflict == "hard", "both said how many they are"
    assert actions.release_backlog(AT + LONGEST_WAIT + timedelta(days=1)) == 0
    assert EntityVersion.objects.count() == len(numbers)
