"""The page of a target: what becomes of the part of a unit that ended, and periods shorter than a year."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from caunoi.accounts.models import Role
from caunoi.desk.tests.builders import page, signed_in
from caunoi.forms.actions import set_assignments
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import now, today
from caunoi.periods.rules import PeriodType
from caunoi.places.models import OrgUnit
from caunoi.records.tests.builders import BY, user
from caunoi.targets.actions import break_down
from caunoi.targets.queries import Breakdown, find_running, get_target, read_breakdown
from caunoi.targets.tests.builders import (
    AT,
    DECISION,
    achieve,
    merged_commune,
    parts,
    store_programme,
    store_province,
)

pytestmark = pytest.mark.django_db
PAGE = "/targets/ho_giao/"


def see_running(place: OrgUnit) -> Breakdown:
    target = get_target("ho_giao")
    return read_breakdown(target, place.pk, find_running(target, today()))


class Merged:
    """Three communes were given 120, 100 and 80 of 300; in the running year the first two became Xã Mới."""

    def __init__(self) -> None:
        store_programme()
        self.province, (one, two, three), officer = store_province()
        given = parts((one, 120), (two, 100), (three, 80))
        break_down(see_running(self.province), Decimal(300), given, DECISION, by=officer, at=now())
        self.new = merged_commune(self.province, [one, two], see_running(self.province).period.days.first)
        self.client = signed_in(officer)

    def send(self, number: int, to: str, reason: str = "Sáp nhập xã", **further: str) -> tuple[int, str]:
        """Status and page after deciding about one of those the page asks of."""
        asked = see_running(self.province).ended[number]
        return self.answer(asked.submission_id, to, reason, **further)

    def answer(self, submission_id: int, to: str, reason: str, **further: str) -> tuple[int, str]:
        name = f"ended-{submission_id}"
        sent = {"settle": str(submission_id), f"{name}-to-{self.new.pk}": to, f"{name}-reason": reason}
        answer = self.client.post(PAGE, sent | further, follow=True)
        return answer.status_code, answer.content.decode()

    @property
    def whole(self) -> Decimal | None:
        return see_running(self.province).whole


@pytest.fixture
def merged() -> Merged:
    return Merged()


def test_the_page_asks_what_becomes_of_each_target_and_proposes_by_the_succession(merged: Merged) -> None:
    one, two = see_running(merged.province).ended

    said = page(merged.client, PAGE)

    assert f"Xã Ái đã kết thúc ngày {one.ended_on:%d/%m/%Y}" in said and "Chỉ tiêu đã giao là 120 hộ" in said
    assert f"Xã Bình đã kết thúc ngày {two.ended_on:%d/%m/%Y}" in said and "chia đều" in said
    for asked in (one, two):
        [field] = [line for line in said.split("<input") if f'name="ended-{asked.submission_id}-to-' in line]
        assert f'value="{asked.value}"' in field


def test_given_to_the_heir_the_whole_stays_and_given_up_it_falls(merged: Merged) -> None:
    status, given = merged.send(0, "120")
    assert status == 200 and "Đã quyết định chỉ tiêu của Xã Ái." in given
    assert "Xã Ái đã kết thúc" not in given and "Xã Bình đã kết thúc" in given
    assert merged.whole == 300

    _status, dropped = merged.send(0, "100", drop="yes")
    assert "Đã quyết định chỉ tiêu của Xã Bình." in dropped and "đã kết thúc" not in dropped
    assert merged.whole == 200
    [heir] = [line for line in see_running(merged.province).lines if line.unit == merged.new.pk]
    assert heir.value == 120


def test_another_sum_or_no_reason_is_refused_beside_that_unit_and_what_was_typed_stays(merged: Merged) -> None:
    status, said = merged.send(1, "90")
    assert status == 422 and 'value="90"' in said and "còn thiếu 10 hộ" in said
    assert merged.send(1, "100", reason="")[0] == 422

    one, two = see_running(merged.province).ended
    asked, _other = sorted((one, two), key=lambda ended: ended.name != "Xã Bình")
    refused = said.split(f'id="ended-{asked.submission_id}"')[1].split("</form>")[0]
    assert 'role="alert"' in refused and merged.whole == 300
    assert said.count('role="alert"') == 1


def test_nothing_is_broken_down_before_it_is_decided(merged: Merged) -> None:
    seen = see_running(merged.province)
    fields = {f"part-{line.unit}": "100" for line in seen.lines}
    sent = {"whole": "300", "number": "20/QĐ-UBND", "day": "15/01/2026", "save": "yes", "seen": seen.fingerprint}

    answer = merged.client.post(PAGE, sent | fields)

    assert answer.status_code == 422 and "Xã Ái, Xã Bình" in answer.content.decode()
    assert merged.whole == 300


def test_who_decides_what_a_colleague_has_just_decided_is_told_so(merged: Merged) -> None:
    asked = see_running(merged.province).ended[0]
    merged.send(0, "120")

    status, said = merged.answer(asked.submission_id, "120", "Sáp nhập xã")

    assert status == 409 and "vừa được người khác quyết định" in said
    assert merged.whole == 300


def test_who_does_not_set_targets_reads_the_question_and_answers_nothing(merged: Merged) -> None:
    merged.client = signed_in(user("xem", (Role.VIEWER, merged.province)))

    said = page(merged.client, PAGE)
    status, answered = merged.send(0, "120")

    assert "Xã Ái đã kết thúc" in said and 'name="settle"' not in said
    assert status == 422 and merged.whole == 300 and "Đã quyết định" not in answered


# -- Quarters and months ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["quarter", "month"])
def test_a_target_of_a_quarter_or_month_is_set_reached_and_set_anew_for_the_next(kind: PeriodType) -> None:
    store_programme()
    rows = [
        AssignmentRow(one, kind, approval_level="province", self_approval_allowed=True)
        for one in ("province", "commune")
    ]
    set_assignments("chi_tieu", rows, by=BY, at=AT)
    province, communes, officer = store_province()
    client, running = signed_in(officer), see_running(province).period
    assert running.type == kind

    for period, whole in ((running.before(), "40"), (running, "100")):
        assert "Đã lưu phân bổ: 4 đơn vị thay đổi." in _set(client, province, period.key, whole, "20", "10", "5")
    achieve(communes[0], running.days.first, 5, at=now())
    achieve(communes[0], running.days.first - timedelta(days=1), 8, at=now())

    said = page(client, PAGE)
    assert "đạt 5% chỉ tiêu 100" in said and "đạt 25% chỉ tiêu 20" in said
    assert "đạt 20% chỉ tiêu 40" in page(client, PAGE, period=running.before().key)
    listed = page(client, "/targets/")
    assert ">100<" in listed and ">5%<" in listed
    days = {"first": f"{running.before().days.first:%d/%m/%Y}", "last": f"{running.days.last:%d/%m/%Y}"}
    assert "đạt 9,3% chỉ tiêu 140" in page(client, "/figures/", codes="ho", place="Tỉnh Thử", **days)
    by_period = page(client, "/figures/", codes="ho", place="Tỉnh Thử", by=kind, **days)
    assert "đạt 5% chỉ tiêu 100" in by_period and "đạt 20% chỉ tiêu 40" in by_period


def _set(client: Client, province: OrgUnit, period: str, whole: str, *given: str) -> str:
    seen = page(client, PAGE, period=period)
    fields = dict(zip(_fields(seen, "part-"), given, strict=True))
    sent = {"whole": whole, "number": "12/QĐ-UBND", "day": "15/01/2026", "save": "yes"}
    looked_at = seen.split('name="seen" value="')[1].split('"')[0]
    address = f"{PAGE}?place={province.key}&period={period}"
    return client.post(address, sent | fields | {"seen": looked_at}, follow=True).content.decode()


def _fields(said: str, start: str) -> list[str]:
    names = [part.split('"')[0] for part in said.split('name="')[1:]]
    return [name for name in names if name.startswith(start)]
