"""What a judge may not learn, whatever other roles they have."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from caunoi.accounts.models import Role, User
from caunoi.contests.actions import (
    add_entry,
    answer_appeal,
    appoint_judge,
    begin_judging,
    make_appeal,
    publish_contest,
    rank_round,
)
from caunoi.contests.files import prepare_entry_file
from caunoi.contests.models import Contest
from caunoi.contests.tests.builders import APPEALS_UNTIL, DURING, PLANNED_AT, Places, make_world, mark, opened
from caunoi.desk.tests.builders import page, signed_in
from caunoi.records.tests.builders import user

pytestmark = pytest.mark.django_db


@pytest.fixture
def places() -> Places:
    """Of a kind that lets judges mark what comes from their own unit."""
    return make_world(own_unit=True)


def judged(places: Places, judge: User) -> Contest:
    """The village's head entered one thing with its photo; `judge`, of that village, was named afterwards."""
    contest, photo = opened(places), io.BytesIO()
    Image.new("RGB", (8, 8)).save(photo, "png")
    add_entry(
        contest.pk, kind="person", org_unit_id=places.village.pk, name="Vàng Thị Mỷ", title="Đất và người",
        files=(prepare_entry_file("Mỷ thôn 1.png", photo.getvalue()),), by=places.head, at=PLANNED_AT,
    )  # fmt: skip
    appoint_judge(contest.pk, judge, by=places.officer, at=PLANNED_AT)
    return begin_judging(contest.pk, by=places.officer, at=DURING)


def test_a_judge_of_the_entrants_own_unit_is_shown_no_entry_with_its_name_number_and_files(places: Places) -> None:
    judge = user("thôn 1", (Role.RECORDER, places.village))

    contest = judged(places, judge)

    address = f"/contests/{contest.pk}/"
    mine, heads = page(signed_in(judge), address), page(signed_in(places.head), address)
    for told in ("Vàng Thị Mỷ", "Mỷ thôn 1.png", 'id="entries"', "Đất và người"):
        assert told not in mine
        assert told in heads


def test_a_judge_is_shown_no_appeal_of_their_own_unit_and_makes_none(places: Places) -> None:
    judge = user("thôn 1", (Role.RECORDER, places.village))
    contest = judged(places, judge)
    for one in (judge, places.guest, places.leader):
        mark(contest, one, "Đất và người", "8", "8")
    rank_round(contest.pk, by=places.officer, at=DURING)
    publish_contest(contest.pk, appeals_until=APPEALS_UNTIL, by=places.officer, at=DURING)
    appeal = make_appeal(contest.pk, 1, what="Bài của Mỷ bị trừ điểm", by=places.head, at=DURING)
    answer_appeal(contest.pk, appeal.pk, outcome="remark", answer="Mỷ nói đúng", by=places.officer, at=DURING)

    address = f"/contests/{contest.pk}/"
    mine = page(signed_in(judge), address)

    assert "Mỷ" not in mine and 'id="appeals"' not in mine and 'id="appeal-form"' not in mine
    assert "Mỷ nói đúng" in page(signed_in(places.head), address)


def test_who_judges_no_more_is_an_officer_of_their_unit_again(places: Places) -> None:
    judge = user("thôn 1", (Role.RECORDER, places.village))
    contest = judged(places, judge)
    contest.judges.filter(user=judge).update(dismissed_because="Bận việc")

    assert "Vàng Thị Mỷ" in page(signed_in(judge), f"/contests/{contest.pk}/")
