"""The end of a contest on its page: what the officer is asked."""

from __future__ import annotations

import pytest

from caunoi.contests.models import Contest, ContestKind
from caunoi.contests.tests.builders import Places, make_world, published
from caunoi.desk.tests.builders import signed_in
from caunoi.records.models import SubmissionVersion

pytestmark = pytest.mark.django_db

ASKING = {"ngay": "day", "loai": "'thi_viet'", "so_bai": "ask", "so_giai": "prizes"}
DECISION = {"decision": "12/QĐ-UBND", "decided_on": "01/04/2026"}


@pytest.fixture
def places() -> Places:
    return make_world()


def asking(places: Places) -> Contest:
    """Published; its form asks the officer how many entries there were."""
    ContestKind.objects.update(answers=ASKING)
    return published(places, một=("8", "8"))


@pytest.mark.parametrize("typed", ["12 người", "1,200", "-3", "1.2", "9" * 10])
def test_a_number_that_cannot_be_read_is_refused_and_stays_to_be_corrected(places: Places, typed: str) -> None:
    contest, office = asking(places), signed_in(places.officer)

    refused = office.post(f"/contests/{contest.pk}/steps/close/", {**DECISION, "asked-so_bai": typed})

    shown = refused.content.decode()
    assert refused.status_code == 422
    assert f"Câu “Số bài dự thi”: “{typed}” không phải số nguyên" in shown
    assert f'value="{typed}"' in shown and 'value="12/QĐ-UBND"' in shown
    contest.refresh_from_db()
    assert contest.state == "appeals" and not SubmissionVersion.objects.exists()


@pytest.mark.parametrize("typed", ["1200", "1.200", " 1 200 "])
def test_a_number_is_sent_as_it_was_meant(places: Places, typed: str) -> None:
    contest, office = asking(places), signed_in(places.officer)

    office.post(f"/contests/{contest.pk}/steps/close/", {**DECISION, "asked-so_bai": typed})

    assert str(SubmissionVersion.objects.get().answers["so_bai"]) == "1200"


def test_a_question_that_was_not_answered_is_missing_in_the_record_and_the_form_says_so(places: Places) -> None:
    contest, office = asking(places), signed_in(places.officer)

    office.post(f"/contests/{contest.pk}/steps/close/", {**DECISION, "asked-so_bai": " "})

    sent = SubmissionVersion.objects.get()
    assert "so_bai" not in sent.answers
    assert "so_bai" in str(sent.flags)
