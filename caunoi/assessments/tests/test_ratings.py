"""The life of a rating, from opening to the answer of an appeal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.assessments.actions import (
    Typed,
    answer_appeal,
    appeal_rating,
    close_round,
    decide_rating,
    leave_out,
    open_round,
    refresh_figures,
    return_rating,
    review_complete,
    review_rating,
    score_rating,
)
from caunoi.assessments.actions.rounds import fingerprint_of
from caunoi.assessments.errors import (
    CapBroken,
    OwnRating,
    PointsRefused,
    RatingNotAllowed,
    RatingOpened,
    RatingStepNotPossible,
    RatingUnknown,
    ReasonMissing,
    RoundChanged,
    RoundClosed,
    RoundUnfinished,
)
from caunoi.assessments.models import Rating, RatingRound, ScoringSheet
from caunoi.assessments.queries import get_rating, list_ratings, list_rounds, read_sheet_of
from caunoi.assessments.rules.scoring import compute_total, find_class, read_lines
from caunoi.assessments.tests.builders import (
    AT,
    JANUARY,
    commune_officer,
    opened,
    province_officer,
    rating_of,
    reviewed,
    sent,
    store_sheet,
    store_world,
    village_head,
)
from caunoi.audit.models import AuditLine
from caunoi.facts.refs import decode
from caunoi.facts.tests.builders import World

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def world() -> World:
    made = store_world()
    made.state("so_hop", 3, date(2024, 1, 10), 6)
    made.state("so_hop", 4, date(2024, 1, 10), 3)
    store_sheet()
    return made


@pytest.fixture
def officer(world: World) -> User:
    return province_officer()


def close(round_: RatingRound, by: User, reason: str = "") -> RatingRound:
    seen = fingerprint_of(list(round_.ratings.all()))
    return close_round(round_id=round_.pk, seen=seen, exception_reason=reason, by=by, at=AT)


def test_a_line_by_rule_keeps_the_figure_and_the_way_to_it(officer: User) -> None:
    round_ = opened(officer)

    line, by_hand = read_lines(rating_of(round_, 4).lines)

    assert (line.figure, line.points, by_hand.points) == (3, 30, None)
    assert decode(line.ref).codes == ("so_hop",)
    assert read_lines(rating_of(round_, 6).lines)[0].points is None  # nothing reported is not nought


def test_a_period_is_opened_once_and_only_by_the_level_that_runs_it(officer: User) -> None:
    opened(officer)

    with pytest.raises(RatingOpened):
        opened(officer)
    with pytest.raises(RatingNotAllowed):
        opened(commune_officer())
    with pytest.raises(PointsRefused):
        open_round(series="cham_thon", org_unit_id=2, period=JANUARY.before(), by=officer, at=AT)
    with pytest.raises(PointsRefused):
        open_round(series="cham_thon", org_unit_id=1, period=JANUARY.after().after(), by=officer, at=AT)


def test_the_unit_scores_itself_with_evidence_and_sends(officer: User) -> None:
    round_, head = opened(officer), village_head()
    rating = rating_of(round_, 3)

    with pytest.raises(PointsRefused, match="minh chứng"):
        sent(round_, 3, head, 30, evidence=" ")
    with pytest.raises(PointsRefused, match="từ 0 đến 40"):
        sent(round_, 3, head, 41)
    with pytest.raises(PointsRefused, match="chưa có điểm"):
        score_rating(rating_id=rating.pk, points={}, send=True, by=head, at=AT)
    with pytest.raises(PointsRefused, match="tính từ số liệu"):
        score_rating(rating_id=rating.pk, points={"hop": Typed(D(60), "x")}, send=False, by=head, at=AT)
    with pytest.raises(RatingNotAllowed):
        sent(round_, 4, head, 30)
    sent(round_, 3, head, 30)

    rating.refresh_from_db()
    assert (rating.state, rating.total, rating.class_code) == ("sent", 90, "xuat_sac")
    with pytest.raises(RatingStepNotPossible):
        sent(round_, 3, head, 31)


def test_the_level_above_puts_its_points_beside_with_a_reason(officer: User) -> None:
    round_, head, commune = opened(officer), village_head(), commune_officer()
    rating = sent(round_, 3, head, 40)

    with pytest.raises(PointsRefused, match="lý do"):
        review_rating(rating_id=rating.pk, points={"phoi_hop": Typed(D(20))}, by=commune, at=AT)
    with pytest.raises(RatingNotAllowed):
        reviewed(round_, 6, commune, 20)
    review_rating(rating_id=rating.pk, points={"phoi_hop": Typed(D(20), "Không có biên bản")}, by=commune, at=AT)

    rating.refresh_from_db()
    line = read_lines(rating.lines)[1]
    assert (line.self_points, line.review_points, line.review_reason) == (40, 20, "Không có biên bản")
    assert (rating.state, rating.total) == ("reviewed", 80)


def test_nobody_reviews_what_they_sent_themselves(officer: User) -> None:
    round_ = opened(officer)
    rating = sent(round_, 3, officer, 40)

    with pytest.raises(OwnRating):
        review_rating(rating_id=rating.pk, points={}, by=officer, at=AT)
    assert review_complete(round_id=round_.pk, counted=0, by=officer, at=AT) == 0


def test_a_rating_sent_back_says_why_and_can_be_sent_again(officer: User) -> None:
    round_, head, commune = opened(officer), village_head(), commune_officer()
    rating = sent(round_, 3, head, 40)

    with pytest.raises(ReasonMissing):
        return_rating(rating_id=rating.pk, reason=" ", by=commune, at=AT)
    return_rating(rating_id=rating.pk, reason="Thiếu biên bản", by=commune, at=AT)
    again = sent(round_, 3, head, 35)

    assert again.total == 95
    assert (again.state, again.reason) == ("sent", "Thiếu biên bản")


def test_a_rating_sent_back_after_its_review_counts_what_the_unit_says_now(officer: User) -> None:
    round_, head, commune = opened(officer), village_head(), commune_officer()
    rating = sent(round_, 3, head, 40)
    review_rating(rating_id=rating.pk, points={"phoi_hop": Typed(D(20), "Thiếu biên bản")}, by=commune, at=AT)
    decide_rating(rating_id=rating.pk, points={"phoi_hop": Typed(D(10), "Mức chung")}, by=officer, at=AT)

    returned = return_rating(rating_id=rating.pk, reason="Bổ sung biên bản", by=commune, at=AT)
    again = sent(round_, 3, head, 35)

    assert (returned.total, again.total, again.class_code) == (100, 95, "xuat_sac")
    kept = AuditLine.objects.filter(action="rating.return").latest("number").detail["taken_back"]["phoi_hop"]
    assert (kept["review_points"], kept["council_reason"]) == ("20", "Mức chung")


def test_figures_are_read_again_and_points_by_hand_stay(world: World, officer: User) -> None:
    round_ = opened(officer)
    sent(round_, 3, village_head(), 30)
    world.state("so_hop", 6, date(2024, 1, 20), 2)

    changed = refresh_figures(round_id=round_.pk, by=officer, at=AT)

    assert changed >= 1
    assert read_lines(rating_of(round_, 6).lines)[0].points == 20
    assert read_lines(rating_of(round_, 3).lines)[1].self_points == 30


def finished(officer: User, points: tuple[int, int] = (30, 40)) -> RatingRound:
    """Thôn 1 has 60 by its figure, Thôn 2 has 30; Thôn 3, which reported nothing, is left out."""
    round_ = opened(officer)
    reviewed(round_, 3, officer, points[0])
    reviewed(round_, 4, officer, points[1])
    leave_out(rating_id=rating_of(round_, 6).pk, reason="Chưa có báo cáo", by=officer, at=AT)
    return round_


def test_closing_waits_until_every_unit_is_reviewed_or_left_out(officer: User) -> None:
    round_ = opened(officer)
    reviewed(round_, 3, officer, 10)

    with pytest.raises(RoundUnfinished, match="Thôn 2"):
        close(round_, officer)


def test_a_closed_round_keeps_what_its_sheet_gives(officer: User) -> None:
    round_ = close(finished(officer, (10, 40)), officer)

    for rating in round_.ratings.exclude(state="left_out"):
        lines = read_lines(rating.lines)
        assert (rating.state, rating.total) == ("closed", compute_total(lines))
        assert rating.class_code == find_class(read_sheet_of(round_).bands, compute_total(lines))
    last = AuditLine.objects.latest("number")
    assert (last.action, last.detail["classes"]) == ("rating.close", {"xuat_sac": 0, "tot": 2, "yeu": 0})


def test_the_second_of_two_officers_who_close_is_told_who_did(officer: User) -> None:
    round_ = close(finished(officer, (10, 40)), officer)

    with pytest.raises(RoundClosed, match="Trần Văn Tỉnh"):
        close(round_, officer)
    with pytest.raises(RoundClosed):
        reviewed(round_, 3, officer, 20)


def test_what_is_closed_is_what_was_looked_at(world: World, officer: User) -> None:
    round_ = finished(officer, (10, 40))
    seen = fingerprint_of(list(round_.ratings.all()))
    world.state("so_hop", 4, date(2024, 1, 25), 2)

    with pytest.raises(RoundChanged):
        close_round(round_id=round_.pk, seen=seen, exception_reason="", by=officer, at=AT)
    assert rating_of(round_, 4).total == 90  # the new figures stand on the page that is looked at next
    close(round_, officer, "Được khen thưởng")


def test_a_cap_is_left_behind_only_with_a_recorded_reason_and_nobody_is_put_down_for_it(officer: User) -> None:
    round_ = finished(officer)

    with pytest.raises(CapBroken, match="ngoại lệ"):
        close(round_, officer)
    close(round_, officer, "Được khen thưởng năm 2023")

    assert RatingRound.objects.get().exception_reason == "Được khen thưởng năm 2023"
    assert sorted(round_.ratings.values_list("class_code", flat=True)) == ["", "tot", "xuat_sac"]


def test_beyond_the_exception_no_reason_helps(world: World, officer: User) -> None:
    world.state("so_hop", 4, date(2024, 1, 25), 3)
    round_ = finished(officer, (40, 40))

    with pytest.raises(CapBroken, match="không tự hạ loại"):
        close(round_, officer, "Được khen thưởng")


def test_the_council_s_points_need_a_reason_and_count(officer: User) -> None:
    round_ = finished(officer)
    rating = rating_of(round_, 3)

    with pytest.raises(PointsRefused, match="hội đồng"):
        decide_rating(rating_id=rating.pk, points={"phoi_hop": Typed(D(20))}, by=officer, at=AT)
    decide_rating(rating_id=rating.pk, points={"phoi_hop": Typed(D(20), "Mức chung")}, by=officer, at=AT)

    rating.refresh_from_db()
    assert (rating.total, rating.class_code) == (80, "tot")


def test_an_appeal_is_answered_and_may_change_the_points(officer: User) -> None:
    round_, head = close(finished(officer, (10, 40)), officer), village_head()
    rating = rating_of(round_, 4)

    with pytest.raises(RatingNotAllowed):
        appeal_rating(rating_id=rating.pk, appeal="Xin xem lại", by=head, at=AT)
    appeal_rating(rating_id=rating.pk, appeal="Xin xem lại", by=village_head(4, "thon2"), at=AT)
    with pytest.raises(ReasonMissing):
        answer_appeal(rating_id=rating.pk, answer="", points={}, by=officer, at=AT)
    answer_appeal(
        rating_id=rating.pk, answer="Trừ trùng", points={"phoi_hop": Typed(D(15))}, by=officer, at=AT
    )  # fmt: skip

    rating.refresh_from_db()
    assert (rating.state, rating.total, rating.class_code) == ("answered", 45, "yeu")
    assert read_lines(rating.lines)[1].council_reason == "Trừ trùng"


def test_a_reader_sees_the_ratings_of_their_units_and_no_others(officer: User) -> None:
    round_, head = opened(officer), village_head()
    scope = scope_of(head, date(2024, 2, 5))

    assert [one.org_unit_id for one in list_ratings(round_, scope)] == [3]
    assert [one.pk for one in list_rounds(scope)] == [round_.pk]
    with pytest.raises(RatingUnknown):
        get_rating(round_.pk, "u4", scope)
    assert Rating.objects.count() == 3


def test_a_sheet_that_changes_later_changes_nothing_that_was_opened(officer: User) -> None:
    round_ = opened(officer)
    before = read_sheet_of(round_)
    kept = ScoringSheet.objects.get()
    kept.content = {**kept.content, "title_vi": "Khác"}
    kept.save()

    assert read_sheet_of(RatingRound.objects.get()) == before


def test_opening_and_closing_ask_as_often_for_three_villages_as_for_sixty(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    world = store_world(60)
    store_sheet(caps=())
    world.state("so_hop", 3, date(2024, 1, 10), 6)
    officer = province_officer()

    with django_assert_max_num_queries(60):
        round_ = opened(officer)
    for unit in round_.ratings.values_list("org_unit_id", flat=True):
        leave = rating_of(round_, unit)
        Rating.objects.filter(pk=leave.pk).update(state="left_out" if unit != 3 else "open")
    reviewed(round_, 3, officer, 10)
    with django_assert_max_num_queries(60):
        close(round_, officer)
