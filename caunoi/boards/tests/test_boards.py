"""Saved views and dashboards: whose they are, who reads them, and that deleting can be undone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from caunoi.accounts.models import Role, User
from caunoi.audit.models import AuditLine
from caunoi.boards import actions
from caunoi.boards.errors import (
    BoardTooLong,
    CannotShareHere,
    DashboardUnknown,
    NotTheOwner,
    ViewMalformed,
    ViewUnknown,
)
from caunoi.boards.models import Dashboard, SavedView, Tile
from caunoi.boards.queries import get_dashboard, get_view, list_tiles, list_views
from caunoi.desk.tests.builders import store_world, user
from caunoi.places.models import OrgUnit

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 8, 20, 5, tzinfo=UTC)
DAY = date(2026, 8, 20)


@pytest.fixture
def province() -> User:
    store_world()
    return user("tinh", [(Role.VIEWER, 1)])


def save(owner: User, unit: int | None = None, role: str = "", **other: object) -> SavedView:
    given: dict[str, object] = {"name": "Ngày công", "page": "figures", "query": "codes=so&place=u1", **other}
    return actions.save_view(
        owner=owner, shared_with=OrgUnit.objects.get(pk=unit) if unit else None, shared_role=role, by=owner.actor,
        at=NOON, **given,
    )  # fmt: skip


def board(owner: User, unit: int | None = None) -> Dashboard:
    shared = OrgUnit.objects.get(pk=unit) if unit else None
    return actions.make_dashboard(owner=owner, name="Theo dõi", shared_with=shared, by=owner.actor, at=NOON)


@pytest.mark.parametrize(
    ("shared_unit", "shared_role", "reads"),
    [
        (None, "", {"tinh"}),
        (1, "", {"tinh", "xa", "duyet", "thon"}),
        (1, Role.APPROVER, {"tinh", "duyet"}),
        (2, "", {"tinh", "xa", "thon"}),
        (5, Role.VIEWER, {"tinh"}),
    ],
)
def test_a_view_is_read_by_its_maker_and_by_the_role_on_the_unit_and_under_it(
    province: User, shared_unit: int | None, shared_role: str, reads: set[str]
) -> None:
    people = [
        province,
        user("xa", [(Role.VIEWER, 2)]),
        user("duyet", [(Role.APPROVER, 5)]),
        user("thon", [(Role.RECORDER, 3)]),
        user("khong-vai", []),
    ]

    view = save(province, shared_unit, shared_role)

    assert {one.username for one in people if view in list_views(one, DAY)} == reads


def test_nobody_shares_with_a_unit_beyond_their_reach(province: User) -> None:
    commune = user("xa", [(Role.VIEWER, 2)])

    with pytest.raises(CannotShareHere):
        save(commune, 1)

    assert save(commune, 3).shared_with_id == 3


def test_only_the_maker_changes_or_deletes(province: User) -> None:
    view = save(province, 1)
    reader = user("xa", [(Role.VIEWER, 2)])

    with pytest.raises(NotTheOwner):
        actions.delete(get_view(view.pk, reader, DAY), user=reader, by=reader.actor, at=NOON)
    with pytest.raises(NotTheOwner):
        actions.add_tile(board(province), user=reader, view=view, by=reader.actor, at=NOON)


def test_deleting_takes_it_from_every_list_and_can_be_undone(province: User) -> None:
    view = save(province, 1)
    reader = user("xa", [(Role.VIEWER, 2)])

    actions.delete(view, user=province, by=province.actor, at=NOON)
    assert not list_views(reader, DAY) and not list_views(province, DAY)
    with pytest.raises(ViewUnknown):
        get_view(view.pk, reader, DAY)

    actions.restore(get_view(view.pk, province, DAY), user=province, by=province.actor, at=NOON)
    assert list(list_views(reader, DAY)) == [view]
    assert list(AuditLine.objects.values_list("action", flat=True)) == ["view.save", "view.delete", "view.restore"]


def test_what_is_not_shared_is_as_if_it_were_not_there(province: User) -> None:
    reader = user("xa", [(Role.VIEWER, 2)])

    with pytest.raises(ViewUnknown):
        get_view(save(province).pk, reader, DAY)
    with pytest.raises(DashboardUnknown):
        get_dashboard(board(province).pk, reader, DAY)


def test_only_questions_of_known_pages_are_kept(province: User) -> None:
    with pytest.raises(ViewMalformed):
        save(province, page="audit")
    with pytest.raises(ViewMalformed):
        save(province, query="codes=" + "x" * 5000)


def test_tiles_keep_their_order_and_move_step_by_step(province: User) -> None:
    dashboard = board(province)
    for title in ("một", "hai", "ba"):
        actions.add_tile(dashboard, user=province, view=None, title=title, by=province.actor, at=NOON)
    last = list_tiles(dashboard)[-1]

    actions.move_tile(last, user=province, by_places=-1, by=province.actor, at=NOON)
    assert [str(one) for one in list_tiles(dashboard)] == ["một", "ba", "hai"]

    actions.move_tile(list_tiles(dashboard)[0], user=province, by_places=-1, by=province.actor, at=NOON)
    assert [str(one) for one in list_tiles(dashboard)] == ["một", "ba", "hai"]


def test_a_dashboard_stays_short_enough_to_open(province: User) -> None:
    dashboard = board(province)
    Tile.objects.bulk_create([Tile(dashboard=dashboard, position=i, title="ô") for i in range(actions.MOST_TILES)])

    with pytest.raises(BoardTooLong):
        actions.add_tile(dashboard, user=province, view=None, title="nữa", by=province.actor, at=NOON)
