"""The page that makes the same report for every unit below a place."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from typing import Any, cast

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from pytest_django import DjangoAssertNumQueries

from caunoi import moments
from caunoi.accounts.models import Role
from caunoi.desk.tests.builders import signed_in, user
from caunoi.periods.rules import period_of
from caunoi.reports.models import ReportBatch, ReportRun
from caunoi.reports.tests.builders import DISTRICT, EAST, WEST, state_usual, store_template, store_world

pytestmark = pytest.mark.django_db
YEAR = {"template": "thu", "place": "Huyện Bát Xát", "first": "01/01/2023", "last": "31/12/2023"}


def words(response: HttpResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_all_communes_get_their_report_and_one_file_holds_them() -> None:
    state_usual(store_world())
    store_template(["{{ so('ngay_cong') }}"])
    client = signed_in(user("huyen", [(Role.VIEWER, DISTRICT)]))

    begun = client.post("/reports/new/", {**YEAR, "each_below": "commune"}, follow=True)
    assert "Đã lập 0/2 báo cáo." in words(begun) and "Lập 2 báo cáo" in words(begun)
    address = begun.redirect_chain[0][0]
    done = client.post(address)
    packed = cast(StreamingHttpResponse, client.get(f"{address}file?annexes=1"))

    assert "Đã lập 2/2 báo cáo." in words(done) and "Lập tiếp" not in words(done)
    with zipfile.ZipFile(io.BytesIO(packed.getvalue())) as file:
        names = file.namelist()
        assert file.testzip() is None
    assert sorted(names) == [
        f"thu-{commune}-2023-01-01-2023-12-31.{kind}"
        for commune in ("xa-coc-my", "xa-y-ty")
        for kind in ("docx", "xlsx")
    ]
    assert "từng xã của Huyện Bát Xát" in words(client.get("/reports/batches/"))


def test_a_batch_is_seen_within_ones_reach_and_gone_on_with_by_its_maker_only() -> None:
    state_usual(store_world())
    store_template(["{{ so('ngay_cong') }}"])
    maker, other = (user(name, [(Role.VIEWER, DISTRICT)]) for name in ("huyen", "khac"))
    elsewhere = signed_in(user("xa", [(Role.VIEWER, WEST)]))
    address = signed_in(maker).post("/reports/new/", {**YEAR, "each_below": "commune"})["Location"]

    assert "chỉ người đó lập tiếp được" in words(signed_in(other).get(address))
    assert signed_in(other).post(address).status_code == 403
    assert signed_in(other).get(f"{address}file").status_code == 404, "nothing is made yet"
    assert [elsewhere.get(address).status_code, elsewhere.get(f"{address}file").status_code] == [404, 404]
    assert "Chưa có đợt nào" in words(elsewhere.get("/reports/batches/"))
    refused = elsewhere.post("/reports/new/", {**YEAR, "each_below": "commune"})
    assert "trong phạm vi của bạn" in words(refused)
    assert ReportBatch.objects.count() == 1


def test_newer_batches_of_others_hide_none_of_ones_own(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    store_world()
    days = {"day_from": date(2023, 1, 1), "day_to": date(2023, 12, 31), "boundaries": date(2023, 12, 31)}
    kept = {"template_code": "thu", "as_known": 0, "made_by_name": "x", "made_at": moments.now(), **days}
    ReportBatch.objects.create(org_unit_id=WEST, level="village", **kept)
    ReportBatch.objects.bulk_create(ReportBatch(org_unit_id=EAST, level="commune", **kept) for _one in range(60))

    west, east = (signed_in(user(name, [(Role.VIEWER, unit)])) for name, unit in (("xa", WEST), ("xb", EAST)))
    assert "từng thôn" in words(west.get("/reports/batches/"))
    with django_assert_max_num_queries(25):
        page = words(east.get("/reports/batches/"))

    assert page.count("từng xã") == 50


def test_what_no_unit_can_get_is_said_at_once() -> None:
    state_usual(store_world())
    store_template(["{{ so('khong_co') }}"])
    client = signed_in(user("huyen", [(Role.VIEWER, DISTRICT)]))

    assert "không có đơn vị nào ở cấp này" in words(client.post("/reports/new/", {**YEAR, "each_below": "district"}))
    page = client.post(client.post("/reports/new/", {**YEAR, "each_below": "commune"})["Location"])

    assert "khong_co" in words(page) and "Đã lập 0/2 báo cáo." in words(page)


def test_a_unit_without_figures_is_named_with_what_to_do() -> None:
    world = store_world()
    world.state("ngay_cong", 5, date(2023, 3, 1), 10)
    store_template(["{{ so('ngay_cong') }}"])
    client = signed_in(user("huyen", [(Role.VIEWER, DISTRICT)]))

    page = client.post(client.post("/reports/new/", {**YEAR, "each_below": "commune"})["Location"])

    assert ReportRun.objects.filter(org_unit_id=EAST).count() == 0
    assert "1 đơn vị chưa có số liệu được duyệt." in words(page)
    assert "chưa có bản ghi nào được duyệt trong kỳ báo cáo" in words(page)


def test_a_period_is_chosen_with_the_cut_off_of_its_template() -> None:
    world, month = store_world(), period_of(moments.today(), "month", 15).before()
    world.state("ngay_cong", 5, month.days.first, 7)
    for code, kind in (("thu", "month"), ("quy", "quarter")):
        parameters = {"title": {"vi": "T"}, "period": {"type": kind, "cut_off": 15}}
        store_template(["{{ so('ngay_cong') }}"], code=code, parameters=parameters)
    client = signed_in(user("huyen", [(Role.VIEWER, DISTRICT)]))

    def post(**typed: str) -> Any:
        return client.post("/reports/new/", {"template": "thu", "place": "Huyện Bát Xát", **typed})

    assert f'value="month:15:{month.key}"' in client.get("/reports/new/").content.decode()
    assert post(period=f"month:15:{month.key}")["Location"]
    run = ReportRun.objects.get()
    assert (run.day_from, run.day_to) == (month.days.first, month.days.last)
    assert "Hãy chọn kỳ báo cáo, hoặc ghi từ ngày và đến ngày." in words(post(period="", first="", last=""))
    assert "Mẫu này lập theo kỳ khác: Quý, từ ngày 15 đến ngày 14." in words(
        post(template="quy", period=f"month:15:{month.key}")
    )
