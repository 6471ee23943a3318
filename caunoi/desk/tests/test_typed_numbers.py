from __future__ import annotations

import pytest
from django.http import QueryDict

from caunoi.accounts.models import Role
from caunoi.desk.deciding import read_chosen
from caunoi.desk.tests.builders import commune_officer, signed_in, store_world, user
from caunoi.desk.typed_numbers import read_count, read_number
from caunoi.records.actions import Seen
from caunoi.records.entities.tests import builders as given

TOO_LONG = "9" * 5000


@pytest.mark.parametrize(
    "text, number",
    [("0", 0), (" 12 ", 12), ("007", 7), ("", None), (None, None), ("-1", None), ("1,5", None), ("²", None),
     ("１", None), ("9" * 18, 10**18 - 1), ("9" * 19, None), (TOO_LONG, None)],
)  # fmt: skip
def test_a_number_is_digits_that_a_table_can_hold(text: str | None, number: int | None) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize(
    "text, number",
    [("0", 0), (" 1200 ", 1200), ("1.200", 1200), ("1 200", 1200), ("1\u00a0200", 1200), ("1.234.567", 1234567),
     ("999.999.999", 999_999_999), ("", None), (None, None), ("12 người", None), ("1,200", None), ("1.2", None),
     ("1.2000", None), ("0.120", None), ("1.200 000", None), ("-1", None), ("1.000.000.000", None), (TOO_LONG, None)],
)  # fmt: skip
def test_what_was_counted_may_have_its_thousands_apart(text: str | None, number: int | None) -> None:
    assert read_count(text) == number


def test_what_no_page_of_ours_sends_is_not_among_the_chosen() -> None:
    sent = QueryDict(mutable=True)
    sent.setlist("id", ["12:1", "13:2:0", f"{TOO_LONG}:1", "14", "15:x", "16:1:2:3", "１７:1"])

    assert read_chosen(sent) == {12: Seen(1, None), 13: Seen(2, 0)}


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["9" * 25, TOO_LONG, "１"])
def test_pages_open_whatever_number_stands_in_their_address(number: str) -> None:
    store_world()
    officer = signed_in(commune_officer())
    administrator = signed_in(user("quan-tri", [(Role.ADMINISTRATOR, 1)]))

    assert officer.get("/views/", {"deleted": number}).status_code == 200
    assert officer.get("/dashboards/", {"deleted": number}).status_code == 200
    assert officer.get("/training/plan/", {"year": number}).status_code == 200
    assert officer.post("/account/sessions/end/", {"session": number}).status_code == 302
    assert administrator.get("/places/succession/", {"kind": "merge", "rows": number}).status_code == 200


@pytest.mark.django_db
def test_a_thing_with_no_possible_number_is_not_merged() -> None:
    store_world()
    given.register()

    answer = signed_in(commune_officer()).get(f"/registers/{given.LIST}/merge/", {"id": ["9" * 25, "1"]})

    assert answer.status_code in (404, 422)
