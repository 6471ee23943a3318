"""The pages of ratings and criteria: who sees what, what is typed stays, files, and that reading is cheap."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from caunoi.accounts.models import Role
from caunoi.accounts.queries import scope_of
from caunoi.assessments.actions import appeal_rating, close_round, leave_out, open_round, review_rating
from caunoi.assessments.actions.rounds import fingerprint_of
from caunoi.assessments.figures import Answers, ask_figures
from caunoi.assessments.models import CriteriaSet, CriterionStatement, EvidenceFile, Rating, RatingRound
from caunoi.assessments.queries import RoundFilters, judge_units, list_rounds
from caunoi.assessments.rules.criteria import AT_LEAST, SetCriterion, write_criteria
from caunoi.assessments.tests.builders import (
    AT,
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
from caunoi.desk.notices.soon import list_to_tell
from caunoi.desk.tests.builders import signed_in, user
from caunoi.facts.models import Relation
from caunoi.facts.tests.builders import World
from caunoi.moments import today
from caunoi.periods.rules import Period
from caunoi.places.models import OrgUnitSpell

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    made = store_world()
    made.state("so_hop", 3, date(2024, 1, 10), 6)
    made.state("so_hop", 4, date(2024, 1, 10), 3)
    store_sheet()
    return made


def hidden(page: str) -> dict[str, str]:
    """What the form of points says of the step and the lines that it was shown for."""
    return {name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("step", "seen")}


def test_an_officer_opens_a_round_and_the_village_head_scores_on_their_phone(world: World) -> None:
    officer = signed_in(province_officer())

    answer = officer.post("/ratings/", {"series": "cham_thon@u1", "day": "15/01/2024"})
    round_ = RatingRound.objects.get()
    head = signed_in(village_head())
    page = head.get(f"/ratings/{round_.pk}/u3/").content.decode()
    typed = {"points_phoi_hop": "30,5", "text_phoi_hop": "Biên bản", "send": "yes"}
    sent = head.post(f"/ratings/{round_.pk}/u3/", typed | hidden(page))

    assert (answer.status_code, sent.status_code) == (302, 302)
    assert "/figures/" in page and "60/60 điểm" in page and "6 được 60 điểm" in page
    assert rating_of(round_, 3).total == Decimal("90.5")
    assert head.get("/ratings/").status_code == 200


def test_a_line_whose_figure_has_a_target_says_what_of_it_was_reached_on_the_page_and_in_the_file(
    world: World,
) -> None:
    world.element("so_hop_giao", levels="village", nature="target", day="period", unit="cuộc")
    Relation.objects.create(code="so_hop_giao", relation="target-of", other="so_hop", pack="thu")
    world.state("so_hop_giao", 3, date(2024, 1, 1), 8, to=date(2024, 1, 31))
    by = province_officer()
    round_ = opened(by)
    reviewed(round_, 3, by, 30)
    head = signed_in(village_head())
    address = f"/ratings/{round_.pk}/u3/"

    page = head.get(address).content.decode()
    rows = list(csv.reader(io.StringIO(b"".join(head.get(address, {"format": "csv"})).decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(b"".join(head.get(address, {"format": "xlsx"})))).worksheets[0]
    other = signed_in(commune_officer(5)).get(f"/ratings/{round_.pk}/u6/")

    assert "đạt 75% chỉ tiêu 8" in page and "format=xlsx" in page
    assert rows[0][:8] == [
        "Tiêu chí", "Điểm tối đa", "Cách chấm", "Số liệu", "Giá trị", "Vì sao trống", "Chỉ tiêu phấn đấu",
        "Đạt chỉ tiêu (%)",
    ]  # fmt: skip
    assert rows[1][:2] + rows[1][3:8] == ["Họp dân", "60", "so_hop", "6", "", "8", "75"] and rows[1][-1] == "60"
    assert rows[2][3:8] == ["", "", "", "", ""] and rows[2][-1] == "30"
    assert [[str(cell.value or "") for cell in row] for row in sheet.iter_rows()] == rows
    assert "chỉ tiêu" not in other.content.decode().split('id="points"')[1].split("</form>")[0]


def test_what_was_typed_survives_a_refusal(world: World) -> None:
    round_ = opened(province_officer())
    head = signed_in(village_head())

    shown = hidden(head.get(f"/ratings/{round_.pk}/u3/").content.decode())
    page = head.post(f"/ratings/{round_.pk}/u3/", {"points_phoi_hop": "50", "text_phoi_hop": "Nhiều việc"} | shown)
    no_number = head.post(f"/ratings/{round_.pk}/u3/", {"points_phoi_hop": "nhiều", "text_phoi_hop": ""})

    for text in ("sNaN", "Infinity", "9e9999999"):
        odd = head.post(f"/ratings/{round_.pk}/u3/", {"points_phoi_hop": text, "text_phoi_hop": "x"})
        assert odd.status_code == 200 and text in odd.content.decode()
    assert "từ 0 đến 40" in page.content.decode() and "Nhiều việc" in page.content.decode()
    assert "Không phải là số" in no_number.content.decode()


def test_points_typed_for_one_step_or_for_other_lines_are_never_saved_as_another_s(world: World) -> None:
    by, colleague = province_officer(), user("tinh2", [(Role.APPROVER, 1), (Role.VIEWER, 1)])
    round_, officer = opened(by), signed_in(by)
    address, typed = f"/ratings/{round_.pk}/u3/", {"points_phoi_hop": "7", "text_phoi_hop": "Xem lại"}
    before = hidden(officer.get(address).content.decode())
    reviewed(round_, 3, colleague, 30)

    other_step = officer.post(address, typed | before).content.decode()
    deciding = hidden(other_step)
    other_lines = officer.post(address, typed | deciding | {"seen": "x"}).content.decode()
    officer.post(f"{address}leave-out/", {"reason": "Chưa có báo cáo"})
    out = officer.post(address, typed | deciding).content.decode()

    assert (before["step"], deciding["step"]) == ("review", "decide")
    assert "đã thẩm định" in other_step and "Không thể thẩm định" in other_step
    assert "sau khi bạn mở trang" in other_lines
    assert "Không thể ghi điểm hội đồng" in out
    assert all("Xem lại</textarea>" in page for page in (other_step, other_lines, out))
    assert rating_of(round_, 3).total == 90


def test_a_round_shows_its_simulation_and_is_closed_once(world: World) -> None:
    by = province_officer()
    round_, officer = opened(by), signed_in(by)
    reviewed(round_, 3, by, 30)
    reviewed(round_, 4, by, 40)
    officer.post(f"/ratings/{round_.pk}/u6/leave-out/", {"reason": "Chưa có báo cáo"})
    page = officer.get(f"/ratings/{round_.pk}/").content.decode()
    seen = page.split('name="seen" value="')[1].split('"')[0]

    refused = officer.post(f"/ratings/{round_.pk}/", {"seen": seen})
    closed = officer.post(f"/ratings/{round_.pk}/", {"seen": seen, "exception_reason": "Khen thưởng"})
    again = officer.post(f"/ratings/{round_.pk}/", {"seen": seen, "exception_reason": "x"})

    assert "mức trần" in page
    assert (refused.status_code, closed.status_code, again.status_code) == (422, 302, 422)
    assert "đã chốt đợt này" in again.content.decode() and "Kết quả xếp loại" in again.content.decode()
    assert "Khen thưởng" in officer.get(f"/ratings/{round_.pk}/").content.decode()


def test_the_second_of_two_officers_who_close_is_shown_what_stands_and_keeps_what_they_typed(world: World) -> None:
    by = province_officer()
    round_, officer = opened(by), signed_in(by)
    reviewed(round_, 3, by, 30)
    reviewed(round_, 4, by, 40)

    refused = officer.post(f"/ratings/{round_.pk}/", {"seen": "cũ", "exception_reason": "Đã có văn bản ghi nhận"})

    page = refused.content.decode()
    assert refused.status_code == 422
    assert "Điểm đã thay đổi sau khi bạn xem bảng mô phỏng" in page
    assert "Còn 1 đơn vị chưa thẩm định xong" in page


def test_the_council_table_is_sorted_filtered_and_taken_away(world: World) -> None:
    by = province_officer()
    round_, officer = opened(by), signed_in(by)
    reviewed(round_, 4, by, 40)

    page = officer.get(f"/ratings/{round_.pk}/?sort=-total&q=thon+2").content.decode()
    lines = b"".join(officer.get(f"/ratings/{round_.pk}/?format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    book = officer.get(f"/ratings/{round_.pk}/?format=xlsx")

    assert "Thôn 2" in page and "Thôn 3" not in page
    assert "Thôn 2,Xã Bản Qua,30,40,70,Tốt,đã thẩm định" in lines
    officer.post(f"/ratings/{round_.pk}/u4/leave-out/", {"reason": "Sắp sáp nhập"})
    out = b"".join(officer.get(f"/ratings/{round_.pk}/?format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "Thôn 2,Xã Bản Qua,30,40,,,không xếp loại" in out
    assert "Thôn 2" not in officer.get(f"/ratings/{round_.pk}/?state=tot").content.decode()
    assert "Xếp loại:" not in officer.get(f"/ratings/{round_.pk}/u4/").content.decode()
    assert b"".join(book.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]


def test_a_rating_out_of_reach_is_not_found(world: World) -> None:
    round_ = opened(province_officer())
    stranger, head = signed_in(user("la")), signed_in(village_head())

    assert stranger.get(f"/ratings/{round_.pk}/").status_code == 404
    assert head.get(f"/ratings/{round_.pk}/u4/").status_code == 404
    assert head.post(f"/ratings/{round_.pk}/steps/refresh/").status_code == 403
    assert "Thôn 2" not in head.get(f"/ratings/{round_.pk}/").content.decode()


def test_rounds_are_found_by_unit_without_accents_by_year_sheet_and_state_and_taken_away_as_a_file(
    world: World,
) -> None:
    by = province_officer()
    officer, january = signed_in(by), opened(by)
    for unit in (3, 4, 6):
        world.state("so_hop", unit, date(2023, 12, 10), 3)
    december = open_round(series="cham_thon", org_unit_id=1, period=Period("month", (2023, 12)), by=by, at=AT)
    scored = [reviewed(december, unit, by, 20) for unit in (3, 4, 6)]
    close_round(round_id=december.pk, seen=fingerprint_of(scored), exception_reason="", by=by, at=AT)

    def found(**asked: str) -> list[str]:
        page = officer.get("/ratings/", asked).content.decode()
        lines = b"".join(officer.get("/ratings/export.csv", asked)).decode().splitlines()[1:]
        shown = [one for one in ("01/2024", "12/2023") if f"tháng {one}" in page.split("</thead>")[-1]]
        assert len(lines) == len(shown)
        return shown

    assert found() == found(q="tinh lao") == found(series="cham_thon") == found(unit="u1") == ["01/2024", "12/2023"]
    assert found(q="ban qua") == found(series="khac") == found(unit="u2") == []
    assert (found(year="2023"), found(year="2024")) == (["12/2023"], ["01/2024"])
    assert (found(state="closed"), found(state="open")) == (["12/2023"], ["01/2024"])
    page = officer.get("/ratings/?sort=day").content.decode()
    assert page.index(f"/ratings/{december.pk}/") < page.index(f"/ratings/{january.pk}/")
    assert b"".join(officer.get("/ratings/export.xlsx")).startswith(b"PK")


def test_rounds_are_found_by_the_names_of_their_own_days_without_reading_the_others(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    by, day = province_officer(), date(2024, 1, 31)
    scope = scope_of(by, today())
    columns = {"sheet": {}, "day_from": date(2024, 1, 1), "as_known": 1, "opened_at": AT, "opened_by_name": "x"}
    rounds = [
        RatingRound.objects.create(
            series=f"s{unit}", sheet_code="s", org_unit_id=unit, period_type="month", period_key="2024-01", day_to=day,
            **columns,
        )
        for unit in (1, 2, 3)
    ]  # fmt: skip
    for one, rated in zip(rounds, (2, 3, 4), strict=True):
        Rating.objects.create(round=one, org_unit_id=rated, day_from=day, day_to=day, lines=[])

    def found(text: str) -> list[int]:
        return sorted(one.org_unit_id for one in list_rounds(scope, RoundFilters(text)))

    assert [found(text) for text in ("ban qua", "qua thon", "lao cai", "coc san")] == [[2, 3], [3], [1], []]
    with django_assert_num_queries(1):
        found("ban")
    OrgUnitSpell.objects.filter(org_unit_id=2).update(from_day=date(2024, 2, 1))
    assert found("ban qua") == []


def test_who_agrees_to_all_complete_sheets_is_told_how_many_and_how_to_take_one_back(world: World) -> None:
    round_, commune = opened(province_officer()), signed_in(commune_officer())
    address = f"/ratings/{round_.pk}/"
    for_nobody = commune.get(address).content.decode()
    sent(round_, 3, village_head(), 5)

    asked = commune.get(address).content.decode()
    stale = commune.post(f"{address}steps/review/", {"counted": "0"}, follow=True).content.decode()
    agreed = commune.post(f"{address}steps/review/", {"counted": "1"}, follow=True).content.decode()
    back = commune.post(f"{address}u3/return/", {"reason": "Bấm nhầm"})

    assert "review-complete" not in for_nobody
    assert "Ghi là đã thẩm định 1 bảng chấm" in asked and "chọn trả lại và ghi lý do" in asked
    assert "bây giờ 1 bảng đủ điểm" in stale and "Đã thẩm định 1 bảng chấm" in agreed
    assert (back.status_code, rating_of(round_, 3).state) == (302, "returned")


def test_a_page_of_many_units_asks_no_more_than_one_of_few(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    store_world(90)
    store_sheet()
    by = province_officer()
    round_, officer = opened(by), signed_in(by)
    officer.get(f"/ratings/{round_.pk}/")

    with django_assert_max_num_queries(25):
        assert officer.get(f"/ratings/{round_.pk}/").status_code == 200
    assert Rating.objects.count() == 90


def test_a_unit_lays_files_beside_its_points_and_who_reviews_opens_them(world: World) -> None:
    round_, head = opened(province_officer()), signed_in(village_head())
    address = f"/ratings/{round_.pk}/u3/"
    typed = {"points_phoi_hop": "30", "text_phoi_hop": "Biên bản"}
    plain = SimpleUploadedFile("bien-ban.txt", "Họp ngày 05/01".encode(), "text/plain")
    program = SimpleUploadedFile("bien-ban.pdf.exe", b"MZ", "application/pdf")

    refused = head.post(address, typed | hidden(head.get(address).content.decode()) | {"file_phoi_hop": program})
    kept = head.post(address, typed | hidden(head.get(address).content.decode()) | {"file_phoi_hop": plain})
    file = EvidenceFile.objects.get()
    given = signed_in(commune_officer()).get(f"{address}files/{file.pk}/")

    assert "chạy được" in refused.content.decode() and "Biên bản" in refused.content.decode()
    assert (kept.status_code, file.criterion, file.name) == (302, "phoi_hop", "bien-ban.txt")
    assert b"".join(given.streaming_content).decode() == "Họp ngày 05/01"  # type: ignore[attr-defined]
    assert "attachment" in given["Content-Disposition"] and "sandbox" in given["Content-Security-Policy"]
    assert signed_in(commune_officer(5, "xa5")).get(f"{address}files/{file.pk}/").status_code == 404
    assert signed_in(village_head(4, "thon2")).get(f"/ratings/{round_.pk}/u4/files/{file.pk}/").status_code == 404


def test_a_file_is_taken_away_until_the_points_are_sent(world: World) -> None:
    round_, head = opened(province_officer()), signed_in(village_head())
    address = f"/ratings/{round_.pk}/u3/"
    typed = {"points_phoi_hop": "30", "text_phoi_hop": "Biên bản"}
    for name in ("mot.txt", "hai.txt"):
        file = SimpleUploadedFile(name, name.encode(), "text/plain")
        head.post(address, typed | hidden(head.get(address).content.decode()) | {"file_phoi_hop": file})
    first, second = EvidenceFile.objects.all()

    head.post(address, typed | hidden(head.get(address).content.decode()) | {"remove": str(first.pk)})
    head.post(address, typed | hidden(head.get(address).content.decode()) | {"send": "yes"})
    late = head.post(address, typed | {"step": "score", "seen": "x", "remove": str(second.pk)})

    assert late.status_code == 200
    assert list(EvidenceFile.objects.all()) == [second]
    assert 'name="remove"' not in head.get(address).content.decode()


def test_the_first_page_says_what_to_score_to_review_to_close_and_to_answer(world: World) -> None:
    by, head, commune = province_officer(), village_head(), commune_officer()
    round_ = opened(by)

    before = signed_in(head).get("/").content.decode()
    sent(round_, 3, head, 5)
    to_review = signed_in(commune).get("/").content.decode()
    for unit in (4, 6):
        leave_out(rating_id=rating_of(round_, unit).pk, reason="Mới lập", by=by, at=AT)
    review_rating(rating_id=rating_of(round_, 3).pk, points={}, by=by, at=AT)
    to_close = signed_in(by).get("/").content.decode()
    seen = fingerprint_of(list(round_.ratings.all()))
    close_round(round_id=round_.pk, seen=seen, exception_reason="", by=by, at=AT)
    appeal_rating(rating_id=rating_of(round_, 3).pk, appeal="Xin xét lại", by=head, at=AT)
    to_answer = signed_in(by).get("/").content.decode()

    assert "cần tự chấm" in before and f"/ratings/{round_.pk}/u3/" in before
    assert "cần tự chấm" not in signed_in(head).get("/").content.decode()
    assert "chờ bạn thẩm định" in to_review
    assert "chờ chốt" in to_close and "chờ chốt" not in signed_in(commune).get("/").content.decode()
    assert "chờ trả lời kiến nghị" in to_answer
    assert "Chấm điểm thôn" not in signed_in(commune_officer(5, "xa5")).get("/").content.decode()


def test_who_has_still_to_score_is_reminded_before_the_last_day(world: World) -> None:
    head, day = village_head(), today()
    round_ = opened(province_officer())
    RatingRound.objects.update(due_on=day + timedelta(days=3))

    told = [(one.title, one.unit, one.days_left) for one in list_to_tell(head, day)]
    sent(round_, 3, head, 5)

    assert [(unit, left) for _title, unit, left in told] == [("Thôn 1", 3)]
    assert "Chấm điểm thôn" in told[0][0]
    assert not list_to_tell(head, day)


# -- criteria ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def set_(world: World) -> CriteriaSet:
    criteria = [
        SetCriterion("hop", "1. Họp dân", "1. Meetings", AT_LEAST, "so_hop", "cuộc", (("", Decimal(8)),)),
        SetCriterion("nha", "2. Nhà ở", "2. Housing"),
        SetCriterion("dien", "3. Điện", "3. Electricity"),
    ]
    return CriteriaSet.objects.create(
        pack="thu", code="ntm", title_vi="Nông thôn mới", title_en="New rural", level="commune",
        from_day=date(2024, 1, 1), to_day=date(2024, 12, 31), criteria=write_criteria(criteria),
        groups=[{"code": "nhom_1", "name_vi": "Nhóm 1", "name_en": "Group 1"}],
    )  # fmt: skip


def test_a_commune_meets_by_rule_or_by_what_was_confirmed_and_the_rest_is_missing(set_: CriteriaSet) -> None:
    officer = signed_in(province_officer())
    typed = {"criterion": "nha", "met": "yes", "day": "01/03/2024", "evidence": "Biên bản số 5"}

    said = officer.post("/criteria/ntm/u2/", typed)
    page = officer.get("/criteria/ntm/u2/").content.decode()
    table = officer.get("/criteria/ntm/?sort=-met").content.decode()

    assert said.status_code == 302
    assert "đạt 2/3 tiêu chí" in page and "3. Điện" in page and "Biên bản số 5" in page
    assert table.index("Bản Qua") < table.index("Cốc San")
    judged = judge_units(set_, [2], date(2024, 2, 1))[2]
    assert [one.met for one in judged] == [True, None, None]  # what was said later was not known to hold then


def test_a_criterion_s_figure_says_what_of_its_own_target_was_reached(set_: CriteriaSet, world: World) -> None:
    world.element("so_hop_giao", levels="commune", nature="target", day="period", unit="cuộc")
    Relation.objects.create(code="so_hop_giao", relation="target-of", other="so_hop", pack="thu")
    world.state("so_hop_giao", 2, date(2024, 1, 1), 12, to=date(2024, 12, 31))
    officer = signed_in(province_officer())

    assert "đạt 75% chỉ tiêu 12" in officer.get("/criteria/ntm/u2/").content.decode()
    assert "chỉ tiêu 12" not in officer.get("/criteria/ntm/u5/").content.decode()


def test_one_commune_s_page_asks_for_that_commune_alone(set_: CriteriaSet, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def recorded(*given: Any, place: int, **further: Any) -> Answers:
        asked.append(place)
        return ask_figures(*given, place=place, **further)

    monkeypatch.setattr("caunoi.assessments.queries.ask_figures", recorded)

    alone, both = (judge_units(set_, units, date(2024, 2, 1)) for units in ([2], [2, 5]))

    assert asked == [2, 1]
    assert alone[2] == both[2] and alone[2][0].met is True


def test_a_later_statement_takes_the_place_and_the_earlier_one_stays_to_be_read(set_: CriteriaSet) -> None:
    officer = signed_in(province_officer())
    typed = {"criterion": "nha", "evidence": "Biên bản", "met": "yes", "day": "01/03/2024"}

    officer.post("/criteria/ntm/u2/", typed)
    officer.post("/criteria/ntm/u2/", typed | {"met": "no", "day": "01/06/2024"})

    assert judge_units(set_, [2], date(2024, 4, 1))[2][1].met is True
    assert judge_units(set_, [2], date(2024, 7, 1))[2][1].met is False
    assert CriterionStatement.objects.count() == 2


def test_evidence_and_a_day_of_the_set_are_needed(set_: CriteriaSet) -> None:
    officer = signed_in(province_officer())
    typed = {"criterion": "nha", "met": "yes", "day": "01/03/2025", "evidence": "Biên bản"}

    outside = officer.post("/criteria/ntm/u2/", typed).content.decode()
    without = officer.post("/criteria/ntm/u2/", typed | {"evidence": " "}).content.decode()

    assert "ngoài thời gian áp dụng" in outside
    assert "field-error" in without
    assert not CriterionStatement.objects.exists()


def test_a_commune_is_put_into_a_group_by_the_level_above_only(set_: CriteriaSet) -> None:
    typed = {"group": "nhom_1", "from_day": "01/02/2024"}
    commune = signed_in(user("xa", [(Role.APPROVER, 2), (Role.VIEWER, 2)]))

    refused = commune.post("/criteria/ntm/u2/", typed)
    signed_in(province_officer()).post("/criteria/ntm/u2/", typed)

    assert refused.status_code == 403
    assert "Nhóm 1" in commune.get("/criteria/ntm/u2/").content.decode()
    assert commune.get("/criteria/ntm/u5/").status_code == 404
    assert "Cốc San" not in commune.get("/criteria/ntm/").content.decode()
