"""The end of a contest on its page: what the officer is asked, prizes that become dossiers of awards."""

from __future__ import annotations

import pytest

from caunoi.accounts.models import Role
from caunoi.awards.tests.builders import store_awards
from caunoi.contests.actions import close_contest, erase_entrant
from caunoi.contests.models import Contest, ContestKind
from caunoi.contests.tests.builders import AFTER, Places, make_world, published
from caunoi.desk.tests.builders import page, signed_in
from caunoi.records.models import SubmissionVersion
from caunoi.records.tests.builders import user

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


def test_a_prize_is_offered_for_a_dossier_once_and_leads_to_it_afterwards(places: Places) -> None:
    store_awards()
    contest = published(places, một=("8", "8"), hai=("7", "7"), ba=("7", "7"))
    close_contest(contest.pk, decision="12/QĐ", day=AFTER.date(), by=places.officer, at=AFTER)
    manager = user("quản lý", (Role.PROGRAMME_MANAGER, places.commune))
    gone = contest.entries.get(title="hai").entrant_id
    erase_entrant(contest.pk, gone, because="Người đó yêu cầu", by=manager, at=AFTER)
    office, address = signed_in(places.officer), f"/contests/{contest.pk}/"
    asked = {"prize": "nhi", "kind": "giay_khen", "occasion": "chuyen_de"}

    made = office.post(f"{address}steps/award/", asked, follow=True)
    again = office.post(f"{address}steps/award/", asked)

    told = made.content.decode()
    assert "1 người được giải đã được xóa tên" in told and "Người viết ba" in told and "Người viết hai" not in told
    assert again.status_code == 400 and "đã có hồ sơ" in again.content.decode()
    shown = page(office, address)
    assert f'href="{made.redirect_chain[-1][0]}"' in shown
    assert '<option value="nhat"' in shown and '<option value="nhi"' not in shown
