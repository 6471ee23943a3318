from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from caunoi.accounts.models import Role
from caunoi.desk.list_filters import AskedFor, read_choice, read_code, read_sort, read_text, read_unit, read_year
from caunoi.desk.tests.builders import signed_in, store_world, user

LISTS = (
    "/meetings/", "/meetings/matters/", "/training/", "/contests/", "/documents/", "/awards/", "/awards/dossiers/",
    "/ratings/", "/campaigns/",
)  # fmt: skip


def typed(**given: str) -> QueryDict:
    return QueryDict(urlencode(given))


@pytest.mark.parametrize(
    "text, year",
    [("2026", 2026), (" 2026 ", 2026), ("", None), ("0000", None), ("26", None), ("20260", None), ("２０２６", None)],
)
def test_a_year_is_one_that_documents_bear(text: str, year: int | None) -> None:
    assert read_year(typed(year=text)) == year


def test_what_cannot_be_read_is_as_if_it_had_not_been_asked() -> None:
    sorts = {"day": "day_to", "title": "title"}

    assert read_text(typed(q="  Hiến đất\0 ")) == "Hiến đất"
    assert read_text(QueryDict()) == ""
    assert len(read_text(typed(q="a" * 1000))) == 200
    assert len(read_code(typed(kind="a" * 1000), "kind")) == 80
    assert [read_choice(typed(state=one), "state", ("open", "closed"), "open") for one in ("closed", "x")] == [
        "closed",
        "open",
    ]
    assert [read_sort(typed(sort=one), sorts, "-day") for one in ("title", "-title", "--title", "x", "")] == [
        "title",
        "-title",
        "-day",
        "-day",
        "-day",
    ]


def test_nothing_is_asked_for_until_a_filter_leaves_something_out() -> None:
    @dataclass(frozen=True)
    class Filters:
        text: str = ""
        state: str = "live"

    assert not AskedFor(Filters()).is_set
    assert AskedFor(Filters(state="all")).is_set


@pytest.mark.django_db
def test_a_unit_is_asked_for_with_all_below_it() -> None:
    store_world()
    today = date(2026, 8, 1)

    assert read_unit(typed(unit="u2"), today) == ("u2", frozenset({2, 3, 4}))
    assert read_unit(typed(unit="nowhere"), today) == ("", None)


@pytest.mark.django_db
@pytest.mark.parametrize("address", LISTS)
def test_a_list_opens_whatever_stands_in_its_address(address: str) -> None:
    store_world()
    client = signed_in(user("xa", [(Role.APPROVER, 2)]))
    nonsense = {"q": "\0", "kind": "\0", "state": "\0", "year": "0000", "unit": "\0", "sort": "\0", "page": "\0"}

    answer = client.get(address, nonsense)

    assert answer.status_code == 200
