"""Help stands behind every entry of the menu, in both languages, and says what the page is for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from caunoi.accounts.models import Role
from caunoi.desk.context import list_groups
from caunoi.desk.help import FOLDER, find_help, find_topic, list_helped
from caunoi.desk.tests.builders import signed_in, store_world, user

MENU = {"home", *(link.name for group in list_groups(set(Role)) for link in group.links)}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_of_the_menu_has_help(language: str) -> None:
    assert MENU - list_helped(language) == set()


def list_addresses(patterns: Iterable[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from list_addresses(one.url_patterns, before + str(one.pattern))
        else:
            yield before + str(one.pattern).removeprefix("^")


def test_every_address_has_help_also_for_who_has_it_in_no_menu() -> None:
    # The home page is in every menu; the others are no pages.
    none = {"", "help", "language", "session", "sign-out", "signed-in", "service-worker.js"}
    addresses = [one for one in list_addresses(get_resolver().url_patterns) if one.partition("/")[0] not in none]

    assert len(addresses) > 200
    assert [one for one in addresses if find_topic(f"/{one}", "") not in list_helped("vi") & list_helped("en")] == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_help_is_a_sentence_and_a_few_points(language: str) -> None:
    for path in (FOLDER / language).glob("*.txt"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines[0].endswith(".") and 1 <= sum(line.startswith("- ") for line in lines) <= 6, path.name
        assert all(len(line) < 260 for line in lines), path.name


def test_a_name_is_never_taken_for_a_path() -> None:
    assert find_help("../vi/home") is None


@pytest.mark.django_db
def test_the_question_mark_of_a_page_leads_to_its_help() -> None:
    store_world()
    client = signed_in(user("tinh", [(Role.VIEWER, 1)]))

    page = client.get("/figures/").content.decode()
    assert 'href="/help/figures/"' in page

    assert "Hỏi bất kỳ số nào" in client.get("/help/figures/").content.decode()
    client.cookies["django_language"] = "en"
    assert "Ask for any figure" in client.get("/help/figures/").content.decode()
    assert client.get("/help/khong-co/").status_code == 404
    everything = client.get("/help/").content.decode()
    assert 'id="help-coverage"' in everything and 'id="help-users"' not in everything


@pytest.mark.django_db
def test_who_checks_a_report_without_an_account_finds_help_too() -> None:
    anybody = Client()

    assert 'href="/help/verify/"' in anybody.get("/verify/").content.decode()
    assert "không cần tài khoản" in anybody.get("/help/verify/").content.decode()


@pytest.mark.django_db
def test_every_text_opens_for_who_has_an_account_and_who_has_none() -> None:
    store_world()
    for client in (signed_in(user("tinh", [(Role.VIEWER, 1)])), Client()):
        answers = [client.get(f"/help/{name}/").status_code for name in sorted(list_helped("vi"))]
        assert set(answers) == {200} and client.get("/help/").status_code == 200


@pytest.mark.django_db
def test_a_village_head_s_own_record_is_explained_and_not_the_approving_of_it() -> None:
    assert find_topic("/submissions/7/", "") == "submission" != find_topic("/submissions/7/", "inbox")
