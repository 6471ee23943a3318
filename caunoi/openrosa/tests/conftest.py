"""Imports stand inside: pytest reads this file before Django is loaded when it is given this folder alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer

    from caunoi.accounts.models import User
    from caunoi.openrosa.tests.client import Phone

VILLAGE = 3


@pytest.fixture(autouse=True)
def _no_guesses() -> Iterator[None]:
    from django.core.cache import caches

    yield
    caches["shared"].clear()


@pytest.fixture
def officer(live_server: LiveServer) -> User:
    """Of the commune that the first two villages belong to; villages record activities, the commune approves."""
    from django.db import transaction

    from caunoi.desk.tests.builders import commune_officer, publish_event, store_world

    with transaction.atomic():
        store_world()
    publish_event()
    return commune_officer()


@pytest.fixture
def phone_of(live_server: LiveServer, officer: User) -> Callable[[int], Phone]:
    from caunoi.accounts.app_users import create_app_user, token_of
    from caunoi.moments import local_moment
    from caunoi.openrosa.tests.client import Phone

    def make(unit: int) -> Phone:
        made = create_app_user(org_unit_id=unit, name="Giàng A Páo", by=officer, at=local_moment(date(2026, 8, 1)))
        return Phone(live_server.url, f"/key/{token_of(made)}")

    return make


@pytest.fixture
def phone(phone_of: Callable[[int], Phone]) -> Phone:
    return phone_of(VILLAGE)
