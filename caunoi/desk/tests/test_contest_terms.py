"""The page on which an organiser declares a contest's own criteria, weights, scale, ties and prizes."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import Client

from caunoi import moments
from caunoi.cli.contests import recompute
from caunoi.contests.actions import begin_judging, extend, publish_contest, rank_round
from caunoi.contests.models import Contest, ContestKind, EntryMark
from caunoi.contests.queries import terms_of
from caunoi.contests.tests.builders import (
    APPEALS_UNTIL,
    DURING,
    Places,
    judging,
    make_world,
    mark,
    named,
    opened,
    plan,
    terms,
)
from caunoi.desk.tests.builders import page, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def places() -> Places:
    return make_world()


def address_of(contest: Contest) -> str:
    return f"/contests/{contest.pk}/terms/"


def as_sent(shown: str) -> dict[str, str]:
    """What the page sends when nothing is typed."""
    boxes = re.findall(r"<input [^>]*>", shown[shown.index('id="terms-form"') :])
    fields = [dict(re.findall(r'(\w[\w-]*)="([^"]*)"', one)) for one in boxes]
    return {one["name"]: one.get("value", "") for one in fields if one["name"] != "csrfmiddlewaretoken"}


OWN = {
    "round-cham-name-1": "Tính sáng tạo", "round-cham-amount-1": "62,5", "round-cham-name-2": "Trình bày",
    "round-cham-amount-2": "37,5", "highest": "100", "step": "1", "tie-1": "tinh sang tao",
    "tie-2": "tổng điểm cao nhất của một giám khảo", "prize-name-1": "Giải Vàng", "prize-amount-1": "1",
}  # fmt: skip


def test_the_page_begins_with_what_the_kind_has_and_saving_it_changes_nothing_but_whose_it_is(places: Places) -> None:
    contest, office = plan(places), signed_in(places.officer)
    assert address_of(contest) in page(office, f"/contests/{contest.pk}/")

    sent = as_sent(page(office, address_of(contest)))
    assert office.post(address_of(contest), sent).status_code == 302

    contest.refresh_from_db()
    assert (
        sent["round-cham-name-1"] == "noi_dung" and sent["round-cham-amount-1"] == "60" and sent["tie-1"] == "noi_dung"
    )
    assert contest.terms == terms() and contest.declared_by_name == str(places.officer)


def test_own_criteria_are_declared_marked_published_and_computed_again_by_anybody(
    places: Places, tmp_path: Path
) -> None:
    contest, office = opened(places, "một", "hai"), signed_in(places.officer)
    office.post(address_of(contest), {**as_sent(page(office, address_of(contest))), **OWN})
    contest = begin_judging(contest.pk, by=places.officer, at=DURING)
    own = [one.code for one in terms_of(contest).rounds[0].terms.criteria]
    told = page(office, f"/contests/{contest.pk}/")
    for title, values in {"một": ("90", "50"), "hai": ("60", "100")}.items():
        for judge in (places.guest, places.leader):
            mark(contest, judge, title, *values, criteria=own)
    rank_round(contest.pk, by=places.officer, at=DURING)
    publish_contest(contest.pk, appeals_until=APPEALS_UNTIL, by=places.officer, at=DURING)

    anybody, results = Client(), f"/contests/{contest.pk}/results"
    shown = page(anybody, f"{results}/")
    file = tmp_path / "diem.csv"
    file.write_bytes(anybody.get(f"{results}.csv").content)
    agreed = CliRunner().invoke(recompute, [str(file), "--json"], standalone_mode=False)

    assert "Tính sáng tạo" in told and "62,5%" in told and "Giải Vàng" in told and 'id="own-terms"' in told
    assert "<code>rieng_tinh_sang_tao</code>" in shown and "ghi riêng cho hội thi này" in shown
    assert "rieng_tinh_sang_tao,62.5,90,rieng_tinh_sang_tao;highest" in file.read_text(encoding="utf-8-sig")
    assert agreed.exception is None and '"agrees": true' in agreed.output


def test_what_does_not_fit_is_said_all_at_once_and_stays_to_be_corrected(places: Places) -> None:
    contest, office = plan(places), signed_in(places.officer)
    sent = as_sent(page(office, address_of(contest)))

    refused = office.post(address_of(contest), {**sent, **OWN, "round-cham-amount-1": "60", "tie-1": "ai hơn"})
    unread = office.post(address_of(contest), {**sent, "round-cham-amount-1": "sáu", "prize-name-3": "Giải Ba"})

    shown = refused.content.decode()
    assert refused.status_code == 422 and "cộng lại được 97,5%, thiếu 2,5%" in shown
    assert 'value="Tính sáng tạo"' in shown and 'value="37,5"' in shown
    said = unread.content.decode()
    assert unread.status_code == 422 and "Phải là số, ví dụ 12,5" in said and "xóa tên để bỏ dòng này" in said
    contest.refresh_from_db()
    assert contest.terms == terms() and contest.declared_at is None


def test_rows_are_left_out_and_added_and_the_kinds_come_back(places: Places) -> None:
    contest, office = plan(places), signed_in(places.officer)
    sent = as_sent(page(office, address_of(contest)))
    one = {
        "round-cham-name-2": "",
        "round-cham-amount-2": "",
        "round-cham-name-5": "Ứng xử",
        "round-cham-amount-5": "40",
    }

    office.post(address_of(contest), {**sent, **one})
    contest.refresh_from_db()
    names = [one.name_vi for one in terms_of(contest).rounds[0].names]
    office.post(address_of(contest), {"take-back": "1"})

    assert names == ["noi_dung", "Ứng xử"]
    contest.refresh_from_db()
    assert contest.terms == terms() and 'id="own-terms"' not in page(office, f"/contests/{contest.pk}/")


def test_of_two_rounds_the_later_one_stays_open_and_what_was_fixed_meanwhile_is_not_lost_unseen(places: Places) -> None:
    rounds = [named("so_khao", advance=1, criteria=[named("noi_dung", weight="100")]),
              named("chung_khao", advance=None, criteria=[named("noi_dung", weight="100")])]  # fmt: skip
    ContestKind.objects.update(terms=terms(rounds=rounds))
    contest, office = judging(places, "một"), signed_in(places.officer)
    sent = as_sent(page(office, address_of(contest)))
    mark(contest, places.guest, "một", "8", criteria=["noi_dung"])

    refused = office.post(address_of(contest), {**sent, "round-so_khao-name-1": "Nội dung"})
    left = as_sent(page(office, address_of(contest)))
    last = {"amount-1": "90", "name-2": "Ứng xử", "amount-2": "10"}
    done = office.post(address_of(contest), left | {f"round-chung_khao-{name}": text for name, text in last.items()})

    assert refused.status_code == 422 and "cho điểm đầu tiên" in refused.content.decode()
    assert done.status_code == 302 and {name.split("-")[1] for name in left} == {"chung_khao"}
    contest.refresh_from_db()
    assert [len(one.terms.criteria) for one in terms_of(contest).rounds] == [1, 2]


def test_after_the_first_mark_the_page_is_closed_and_before_it_a_judge_is_told_of_new_criteria(places: Places) -> None:
    contest = judging(places, "một")
    tomorrow = moments.now() + timedelta(days=1)
    extend(contest.pk, what="judging", until=tomorrow, because="Mưa", by=places.officer, at=DURING)
    office, judge, marks = signed_in(places.officer), signed_in(places.guest), f"/contests/{contest.pk}/judging/1/"
    office.post(address_of(contest), {**as_sent(page(office, address_of(contest))), **OWN})

    late = judge.post(marks, {"noi_dung": "8", "trinh_bay": "9"})
    assert late.status_code == 422 and "vừa sửa tiêu chí" in late.content.decode() and not EntryMark.objects.exists()
    judge.post(marks, {"rieng_tinh_sang_tao": "80", "trinh_bay": "90"})

    assert EntryMark.objects.count() == 2
    assert address_of(contest) not in page(office, f"/contests/{contest.pk}/")
    for answer in (office.get(address_of(contest)), office.post(address_of(contest), OWN)):
        assert answer.status_code == 400 and "cho điểm đầu tiên" in answer.content.decode()
    page(signed_in(places.head), address_of(contest), 403)
