"""The demonstration's accounts: their passwords are published, so they open nothing but a demonstration."""

from __future__ import annotations

import tomllib
from functools import cache

from django.conf import settings
from django.contrib.auth.hashers import check_password

from caunoi.accounts.models import User


def is_demo_home() -> bool:
    """Whether this home folder holds the demonstration, or it is being loaded into it."""
    return any((settings.CAUNOI_HOME / name).exists() for name in ("demo.json", "demo-loading"))


def is_published_name(username: str) -> bool:
    return username.strip().casefold() in _read_accounts()


def is_published_password(password: str) -> bool:
    return password in _read_accounts().values()


def list_open_to_all() -> list[str]:
    """Names of accounts here that anyone can sign in to, because they came from a demonstration."""
    # Two columns only: asked before a migration adds others.
    found = User.objects.filter(username__in=_read_accounts(), is_active=True).values_list("username", "password")
    return [name for name, kept in found if check_password(_read_accounts()[name.casefold()], kept)]


@cache
def _read_accounts() -> dict[str, str]:
    """Name -> password; empty where the product is installed without the demonstration."""
    try:
        with (settings.REPOSITORY / "demo" / "demo.toml").open("rb") as file:
            accounts = tomllib.load(file).get("account", [])
    except OSError:
        return {}
    return {one["username"].casefold(): one["password"] for one in accounts if one.get("password")}
