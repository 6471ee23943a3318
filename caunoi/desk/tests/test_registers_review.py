"""The page of a unit's review: numbers with their source, what was stated last, and one button."""

from __future__ import annotations

import pytest
from django.test import Client

from caunoi.accounts.models import Role, User
from caunoi.places.models import OrgUnit
from caunoi.records.entities.tests.people import LIST, NAME, join
from caunoi.records.entities.tests.test_reviews import head, village
from caunoi.records.models import Submission
from caunoi.records.tests.builders import user

pytestmark = pytest.mark.django_db
__all__ = ["head", "village"]

ALL = f"/registers/{LIST}/seats/?all=1"


def address(village: OrgUnit) -> str:
    return f"/registers/{LIST}/reviews/{village.key}/"


def test_a_review_is_looked_at_and_sent(client: Client, village: OrgUnit, head: User) -> None:
    join(village)
    client.force_login(head)
    page = client.get(address(village)).content.decode()

    refused = client.post(address(village), {"seen-so_to": "1", "seen-so_nguoi": "5", "asked-so_ho": "90"})
    sent = client.post(address(village), {"seen-so_to": "1", "seen-so_nguoi": "1", "asked-so_ho": "90"})

    assert address(village) in client.get(ALL).content.decode()
    assert "Số người" in page and NAME not in page and "Chưa" not in page
    assert refused.status_code == 422 and 'value="90"' in refused.content.decode()
    made = Submission.objects.get(form__code="to_chuc")
    assert sent.headers["Location"] == f"/submissions/{made.pk}/"


def test_a_reader_who_enters_nothing_for_the_unit_has_no_such_page(client: Client, village: OrgUnit) -> None:
    join(village)
    client.force_login(user("nguoi-xem", (Role.VIEWER, village)))

    assert client.get(address(village)).status_code == 404
    assert "review-link" not in client.get(ALL).content.decode()


def test_a_unit_with_nothing_in_the_register_is_sent_to_the_form(client: Client, village: OrgUnit, head: User) -> None:
    client.force_login(head)

    page = client.get(address(village)).content.decode()

    assert "điền phiếu" in page and "send-review" not in page
