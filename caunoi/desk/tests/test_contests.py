"""Pages of contests: for the organiser with names, for judges without, for the public to compute again."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from caunoi import moments
from caunoi.accounts.models import Role, User
from caunoi.awards.tests.builders import store_awards
from caunoi.cli.contests import recompute
from caunoi.contests.actions import (
    add_entry,
    appoint_judge,
    begin_judging,
    extend,
    make_appeal,
    open_contest,
)
from caunoi.contests.errors import MarksFileUnreadable, RankingDiffers
from caunoi.contests.files import prepare_entry_file
from caunoi.contests.models import Contest, Entry, EntryMark
from caunoi.contests.tests.builders import DURING, PLANNED_AT, Places, judging, make_world, mark, plan, published
from caunoi.desk.tests.builders import page, signed_in
from caunoi.records.tests.builders import unit, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def places() -> Places:
    return make_world()


def photo() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (8, 8)).save(made, "png")
    return made.getvalue()


def judged_now(places: Places, *judges: User) -> Contest:
    """With one entry of Vàng Thị Mỷ and its photo; judges mark today."""
    contest = open_contest(plan(places).pk, by=places.officer, at=PLANNED_AT)
    file = prepare_entry_file("Vàng Thị Mỷ.png", photo())
    add_entry(
        contest.pk, kind="person", org_unit_id=places.village.pk, name="Vàng Thị Mỷ", title="Đất và người",
        files=(file,), by=places.head, at=PLANNED_AT,
    )  # fmt: skip
    for judge in judges or (places.guest, places.leader):
        appoint_judge(contest.pk, judge, by=places.officer, at=PLANNED_AT)
    begin_judging(contest.pk, by=places.officer, at=DURING)
    tomorrow = moments.now() + timedelta(days=1)
    return extend(contest.pk, what="judging", until=tomorrow, because="Mưa", by=places.officer, at=DURING)


def test_an_officer_plans_a_contest_and_a_village_enters_a_photo(places: Places) -> None:
    office, head, later = signed_in(places.officer), signed_in(places.head), moments.today() + timedelta(days=9)
    typed = {
        "unit": places.commune.key, "kind": "thi_viet", "title": "Tìm hiểu Luật Đất đai", "day": f"{later:%d/%m/%Y}",
        "entries_day": f"{later:%d/%m/%Y}", "judging_day": f"{later:%d/%m/%Y}", "judging_time": "18h",
    }  # fmt: skip
    assert office.post("/contests/new/", {**typed, "judging_time": "7:00"}).status_code == 422
    office.post("/contests/new/", typed)
    contest = Contest.objects.get()
    address = f"/contests/{contest.pk}/"
    office.post(f"{address}edit/", {**typed, "title": "Tìm hiểu Luật Đất đai 2024"})
    page(head, address, 404)
    office.post(f"{address}steps/open/")

    entry = {"kind": "person", "place": "thon 1", "name": "Vàng Thị Mỷ", "title": "Đất và người"}
    assert head.post(f"{address}entries/new/", {**entry, "place": "Thôn 2"}).status_code == 422
    program = SimpleUploadedFile("bai.exe", b"MZ")
    refused = head.post(f"{address}entries/new/", {**entry, "attached": program})
    assert refused.status_code == 422 and "Đất và người" in refused.content.decode()
    head.post(f"{address}entries/new/", {**entry, "attached": SimpleUploadedFile("Mỷ.png", photo())})

    shown = page(office, address)
    assert "Tìm hiểu Luật Đất đai 2024" in shown and "Vàng Thị Mỷ" in shown and "Mỷ.png" in shown
    assert "Tìm hiểu" in page(office, "/contests/?q=luat+dat+dai&state=open&sort=title")
    assert "Chưa có hội thi nào" in page(office, "/contests/?q=khac")
    lines = b"".join(office.get("/contests/export.csv?q=luat+dat+dai")).decode().splitlines()
    assert len(lines) == 2 and lines[1].startswith("Tìm hiểu")


def test_of_two_villages_of_one_name_each_is_chosen_as_the_page_offers_it(places: Places) -> None:
    unit("Thôn 1", "village", places.commune)
    contest = open_contest(plan(places).pk, by=places.officer, at=PLANNED_AT)
    Contest.objects.filter(pk=contest.pk).update(entries_until=moments.now() + timedelta(days=1))
    office, address = signed_in(places.officer), f"/contests/{contest.pk}/entries/new/"

    offered = re.findall('<option value="(Thôn 1[^"]+)"', page(office, address))
    for place in offered:
        office.post(address, {"kind": "person", "place": place, "name": "Vàng Thị Mỷ", "title": "Đất và người"})

    assert len(offered) == 2 and len({one.entrant.org_unit_id for one in contest.entries.all()}) == 2


def test_a_judge_sees_a_number_and_a_title_and_nothing_of_whose_it_is(places: Places) -> None:
    contest = judged_now(places)
    judge, address = signed_in(places.guest), f"/contests/{contest.pk}/judging/"
    assert address in page(judge, "/contests/")

    shown = page(judge, address) + page(judge, f"{address}1/")
    file = judge.get(f"{address}1/files/1/")

    assert "Đất và người" in shown and "bai-001-1.png" in shown
    for told in ("Mỷ", "Thôn 1", str(places.head)):
        assert told not in shown
    assert 'filename="bai-001-1.png"' in file["Content-Disposition"]
    assert file.getvalue().startswith(b"\x89PNG")
    entry = Entry.objects.get()
    assert judge.get(f"/contests/{contest.pk}/entries/{entry.pk}/files/{entry.files.get().pk}/").status_code == 404
    assert "Mỷ" not in page(judge, f"/contests/{contest.pk}/")


def test_a_judge_without_any_role_is_led_to_the_marking_by_the_menu_and_the_first_page(places: Places) -> None:
    teacher = user("Cô giáo")
    client = signed_in(teacher)
    assert "/contests/" not in page(client, "/")
    contest = judged_now(places, teacher, places.leader)
    address = f"/contests/{contest.pk}/judging/"

    first = page(client, "/")
    assert 'href="/contests/"' in first and "Tài khoản chưa được giao việc" not in first
    assert "còn 1 bài" in first and address in first
    assert address in page(client, "/contests/")

    client.post(f"{address}1/", {"noi_dung": "8", "trinh_bay": "7,5"})

    after = page(client, "/")
    assert 'href="/contests/"' in after and 'id="count-judging"' in after and address not in after
    assert "còn 1 bài" in page(signed_in(places.leader), "/")
    assert 'id="count-judging"' not in page(signed_in(places.officer), "/")


def test_a_judge_named_before_the_marking_begins_is_told_that_nothing_waits_yet(places: Places) -> None:
    contest = open_contest(plan(places).pk, by=places.officer, at=PLANNED_AT)
    appointed = user("Cô giáo")
    appoint_judge(contest.pk, appointed, by=places.officer, at=PLANNED_AT)
    client = signed_in(appointed)

    assert 'href="/contests/"' in page(client, "/")
    assert "Lúc này không có bài nào phải chấm" in page(client, "/contests/")
    page(client, f"/contests/{contest.pk}/", 404)


def test_whose_time_to_mark_is_over_is_told_so_on_the_first_page(places: Places) -> None:
    contest = judged_now(places)
    Contest.objects.filter(pk=contest.pk).update(judging_until=moments.now() - timedelta(hours=1))

    assert "hết hạn chấm" in page(signed_in(places.guest), "/")


def test_marks_are_saved_from_the_page_and_a_wrong_one_stays_to_be_corrected(places: Places) -> None:
    contest = judged_now(places)
    judge, address = signed_in(places.guest), f"/contests/{contest.pk}/judging/1/"

    for wrong in ("10,5", "tám"):
        refused = judge.post(address, {"noi_dung": "8,5", "trinh_bay": wrong})
        assert refused.status_code == 422 and wrong in refused.content.decode()
    assert not EntryMark.objects.exists()
    judge.post(address, {"noi_dung": "8,5", "trinh_bay": ""})

    assert "1/2" in page(judge, f"/contests/{contest.pk}/judging/")
    assert 'value="8,5"' in page(judge, address)
    assert "001 (1: Trình bày)" in page(signed_in(places.officer), f"/contests/{contest.pk}/")
    for stranger in (places.officer, places.head):
        page(signed_in(stranger), address, 403)


def test_whoever_reads_the_commune_without_organising_sees_no_names(places: Places) -> None:
    contest, viewer = judged_now(places), user("xem", (Role.VIEWER, places.commune))

    assert "Mỷ" not in page(signed_in(viewer), f"/contests/{contest.pk}/")
    page(signed_in(user("khác", (Role.VIEWER, places.other))), f"/contests/{contest.pk}/", 404)


def test_anybody_sees_a_published_result_and_computes_it_again(places: Places, tmp_path: Path) -> None:
    anybody = Client()
    contest = judging(places, "một", "hai")
    address = f"/contests/{contest.pk}/results"
    page(anybody, f"{address}/", 404)
    page(anybody, f"{address}.csv", 404)
    contest = published(places, một=("8", "8"), hai=("7.5", "7"))
    address = f"/contests/{contest.pk}/results"

    shown = page(anybody, f"{address}/")
    given = anybody.get(f"{address}.csv").content
    file, changed = tmp_path / "diem.csv", tmp_path / "sua.csv"
    file.write_bytes(given)
    changed.write_bytes(given.replace(b"7.3000,2", b"9.3000,1"))

    assert "7,3000" in shown and "Giám khảo 1" in shown
    for told in ("Người viết", str(places.guest), "Thôn 1"):
        assert told not in shown and told not in given.decode()
    agreed = CliRunner().invoke(recompute, [str(file), "--json"], standalone_mode=False)
    assert agreed.exception is None and '"agrees": true' in agreed.output
    assert isinstance(CliRunner().invoke(recompute, [str(changed)], standalone_mode=False).exception, RankingDiffers)
    other = CliRunner().invoke(recompute, [str(Path(__file__))], standalone_mode=False)
    assert isinstance(other.exception, MarksFileUnreadable)


def test_an_appeal_is_answered_and_the_contest_closed_on_its_page(places: Places) -> None:
    contest = published(places, một=("8", "8"))
    blind = contest.entries.get().blind
    assert blind is not None
    appeal = make_appeal(contest.pk, blind, what="Cộng lại điểm", by=places.head, at=DURING)
    office, address = signed_in(places.officer), f"/contests/{contest.pk}/"
    assert "Cộng lại điểm" in page(signed_in(places.head), address)

    office.post(f"{address}steps/answer/", {"appeal": appeal.pk, "outcome": "kept", "answer": "Đã cộng đúng"})
    refused = office.post(f"{address}steps/close/", {"decision": "", "decided_on": "01/04/2026"})
    office.post(f"{address}steps/close/", {"decision": "12/QĐ-UBND", "decided_on": "01/04/2026"})

    assert refused.status_code == 422
    shown = page(office, address)
    assert "Đã cộng đúng" in shown and "12/QĐ-UBND" in shown and "nhat" in shown
    store_awards()
    assert 'id="award"' in page(office, address)
    asked = {"prize": "nhat", "kind": "giay_khen", "occasion": "chuyen_de"}
    assert "Người viết một" in office.post(f"{address}steps/award/", asked, follow=True).content.decode()


@pytest.mark.parametrize("who", ["officer", "guest"])
def test_pages_ask_as_much_for_many_entries_as_for_few(places: Places, who: str) -> None:
    def count(titles: list[str]) -> int:
        contest = judging(places, *titles)
        tomorrow = moments.now() + timedelta(days=1)
        extend(contest.pk, what="judging", until=tomorrow, because="Mưa", by=places.officer, at=DURING)
        mark(contest, places.leader, titles[0], "8", "8")
        reader: User = getattr(places, who)
        client = signed_in(reader)
        address = f"/contests/{contest.pk}/" + ("judging/" if who == "guest" else "")
        page(client, address)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page(client, address)
        return len(asked)

    assert count(["một"]) == count([f"bài {number}" for number in range(8)])
