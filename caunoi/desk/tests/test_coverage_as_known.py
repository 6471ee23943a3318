"""The page of reporting progress for a day in the past: who owed and what had come, as known then."""

from __future__ import annotations

from datetime import date

import pytest

from caunoi.accounts.models import Role
from caunoi.desk.tests.builders import signed_in, user
from caunoi.facts.projection import forget_projections
from caunoi.facts.tests.test_arrivals import Places
from caunoi.moments import local_moment
from caunoi.places.queries import forget_snapshots, get_snapshot
from caunoi.records.tests.builders import report, send

pytestmark = pytest.mark.django_db


def test_what_came_later_is_not_shown_for_an_earlier_day() -> None:
    forget_snapshots()
    forget_projections()
    places = Places()
    for number, day in enumerate([date(2023, 6, 25), date(2023, 7, 10)]):
        send(report(places.villages[number], "2023-01", at=local_moment(day)), at=local_moment(day))
    client = signed_in(user("huyen", [(Role.VIEWER, places.district.pk)]))
    asked = f"/coverage/?place={places.commune.key}&first=01/01/2023&last=31/01/2023"

    now = client.get(f"{asked}&by=period").content.decode()
    then = client.get(f"{asked}&by=period&as_known=30/06/2023").content.decode()
    summed = client.get(f"{asked}&as_known=30/06/2023").content.decode()
    pictures = {form: client.get(f"{asked}&by=heat&as_known=30/06/2023&format={form}") for form in ("svg", "png")}
    shaded = client.get(f"{asked}&by=heat").content.decode()
    unreadable = client.get(f"{asked}&as_known=31/02/2023").content.decode()

    assert "2/3" in now and 'id="as-known"' not in now
    assert "1/3" in then and "30/06/2023" in then and 'id="as-known"' in then
    assert 'aria-label="1/3"' in summed
    assert "không phải là ngày có thật" in unreadable
    assert "1/3" in pictures["svg"].content.decode() and "30/06/2023" in pictures["svg"].content.decode()
    assert "format=svg" in shaded and "format=png" in shaded
    assert pictures["png"].content.startswith(b"\x89PNG")


def test_a_day_that_cannot_be_read_is_told_and_not_passed_over() -> None:
    forget_snapshots()
    forget_projections()
    places = Places()
    client = signed_in(user("huyen", [(Role.VIEWER, places.district.pk)]))

    page = client.get(f"/coverage/?place={places.commune.key}&first=31/02/2023&last=1/7/2023").content.decode()
    read = client.get(f"/coverage/?place={places.commune.key}&first=1/1/2023&last=31.01.2023").content.decode()

    assert "“31/02/2023” không phải là ngày có thật" in page and 'id="coverage"' not in page
    assert 'value="01/07/2023"' in page and "“1/7/2023”" not in page
    assert 'id="coverage"' in read and "0%" in read
    # The box names the commune so that it is found again, also where others bear its name.
    assert f'value="{get_snapshot().path_name(places.commune.pk, date(2023, 1, 31))}"' in read
