"""Campaign days: who may declare them, and the wall on which they add up."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caunoi.accounts.models import Role, User
from caunoi.audit.clock import take_numbers
from caunoi.audit.models import AuditLine
from caunoi.boards import wall
from caunoi.boards.campaigns import change_campaign, choose_place, declare_campaign, list_campaigns, take_back_campaign
from caunoi.boards.errors import CampaignMalformed, CampaignUnknown, CannotDeclareHere
from caunoi.boards.models import Campaign
from caunoi.boards.rules import tally
from caunoi.boards.wall import read_wall
from caunoi.facts.models import DataElement
from caunoi.facts.queries import forget_catalogues
from caunoi.forms.models import Form
from caunoi.places.models import OrgUnit
from caunoi.records.actions import approve, receive, withdraw
from caunoi.records.tests.builders import AT, BY, EVENTS, cleanup, publish, report, send, unit, user
from caunoi.targets.tests.builders import give, store_target_of

DAY = date(2023, 6, 1)


@pytest.fixture
def places() -> dict[str, OrgUnit]:
    """A province with two communes of two villages and one."""
    province = unit("Tỉnh Thử", "province")
    binh, cao = unit("Xã Ban", "commune", province), unit("Xã Cao", "commune", province)
    return {
        "province": province,
        "binh": binh,
        "cao": cao,
        "b1": unit("Thôn 1", "village", binh),
        "b2": unit("Thôn 2", "village", binh),
        "c1": unit("Thôn 1", "village", cao),
    }


@pytest.fixture
def officer(places: dict[str, OrgUnit], monkeypatch: pytest.MonkeyPatch) -> User:
    """Of the province. Walls are computed whenever something came: tests don't wait for half a second."""
    monkeypatch.setattr(wall, "APART_S", 0)
    publish("ngay_ra_quan", EVENTS)
    for code, expression, decimals in (("nguoi", "${so_nguoi}", 0), ("rac", "${rac_m3}", 1)):
        DataElement.objects.create(
            code=code, name_vi=code, name_en=code, kind="flow", decimals=decimals, levels=["village"], unit="",
            form_code="ngay_ra_quan", expression=expression, day="${ngay}", pack="thu", known_from=take_numbers(1)[0],
        )  # fmt: skip
    forget_catalogues()
    return user("tinh", (Role.PROGRAMME_MANAGER, places["province"]), (Role.APPROVER, places["province"]))


def declare(officer: User, place: OrgUnit, form: str = "ngay_ra_quan", last: date = DAY) -> Campaign:
    return declare_campaign(
        user=officer, name="Ra quân tháng 6", form=Form.objects.get(code=form), org_unit=place, first=DAY, last=last,
        by=officer.actor, at=AT,
    )  # fmt: skip


@given(st.dictionaries(st.integers(0, 5), st.frozensets(st.integers(0, 40))), st.frozensets(st.integers(0, 60)))
def test_the_parts_of_a_wall_add_up_to_its_whole(groups: dict[int, frozenset[int]], sent: frozenset[int]) -> None:
    whole, parts = tally(groups, sent)

    assert (whole.expected, whole.sent) == (
        sum(one.expected for one in parts.values()),
        sum(one.sent for one in parts.values()),
    )
    assert all(0 <= one.sent <= one.expected for one in parts.values())


@pytest.mark.django_db
def test_the_wall_adds_up_as_records_come_and_says_who_has_not_sent(places: dict[str, OrgUnit], officer: User) -> None:
    campaign = declare(officer, places["province"])
    empty = read_wall(campaign, places["province"].pk)
    assert [(one.name, one.tally) for one in empty.groups] == [("Xã Ban", (2, 0)), ("Xã Cao", (1, 0))]
    assert [one.value for one in empty.numbers] == [None, None] and empty.newest_at is None

    send(cleanup(places["b1"]))
    send(cleanup(places["b1"], so_nguoi="5", rac_m3="0.5"))
    send(cleanup(places["c1"], so_nguoi="10", rac_m3="2"))

    seen = read_wall(campaign, places["province"].pk)
    assert seen.tally == (3, 2) and seen.records == 3 and seen.approved == 0
    assert [one.value for one in seen.numbers] == [Decimal(40), Decimal("4.0")]
    assert [(one.tally, one.amount) for one in seen.groups] == [((2, 1), Decimal(30)), ((1, 1), Decimal(10))]
    assert seen.latest[0] == ("Thôn 1, Xã Cao", AT)
    inside = read_wall(campaign, places["binh"].pk)
    assert [(one.name, one.at) for one in inside.groups] == [("Thôn 1", AT), ("Thôn 2", None)]


@pytest.mark.django_db
def test_records_that_wait_count_in_what_came_and_not_in_what_is_approved(
    places: dict[str, OrgUnit], officer: User
) -> None:
    campaign = declare(officer, places["province"])
    first, second = send(cleanup(places["b1"])), send(cleanup(places["c1"]))

    approve(first.submission_id, by=officer, at=AT)

    assert read_wall(campaign, places["province"].pk, "approved").numbers[0].value == 25
    waiting = read_wall(campaign, places["province"].pk)
    assert waiting.numbers[0].value == 50 and waiting.approved == 1
    withdraw(second.submission_id, by=officer, at=AT, comment="gửi nhầm")
    assert read_wall(campaign, places["province"].pk).tally == (3, 1)


@pytest.mark.django_db
def test_what_breaks_the_rules_of_the_form_is_said_and_not_added(places: dict[str, OrgUnit], officer: User) -> None:
    campaign = declare(officer, places["province"])

    receive(cleanup(places["b1"], so_nguoi="-4", source="device"), by=BY, at=AT)

    seen = read_wall(campaign, places["province"].pk)
    assert (seen.records, seen.undecided, seen.numbers[0].value) == (1, 1, None)


@pytest.mark.django_db
def test_everybody_sees_the_same_answer_until_something_of_the_campaign_changes(
    places: dict[str, OrgUnit], officer: User
) -> None:
    publish("bao_cao_thang_thon")
    campaign = declare(officer, places["province"])
    seen = read_wall(campaign, places["province"].pk)

    send(report(places["b1"]))
    assert read_wall(campaign, places["province"].pk) is seen

    send(cleanup(places["b2"]))
    assert read_wall(campaign, places["province"].pk) is not seen


@pytest.mark.django_db
def test_a_record_corrected_to_another_day_leaves_the_wall(places: dict[str, OrgUnit], officer: User) -> None:
    campaign = declare(officer, places["province"])
    send(cleanup(places["b1"], instance_id="uuid:1"))
    seen = read_wall(campaign, places["province"].pk)
    assert (seen.tally, seen.records, seen.numbers[0].value) == ((3, 1), 1, 25)

    send(cleanup(places["b1"], ngay="2023-06-02", instance_id="uuid:2", deprecated_id="uuid:1"))

    left = read_wall(campaign, places["province"].pk)
    assert (left.tally, left.records, left.numbers[0].value) == ((3, 0), 0, None)


@pytest.mark.django_db
def test_who_watches_sees_their_own_places_of_it_and_no_others(places: dict[str, OrgUnit], officer: User) -> None:
    campaign = declare(officer, places["province"])
    hoa = user("xa", (Role.VIEWER, places["binh"]))
    stranger = user("khac", (Role.VIEWER, unit("Tỉnh Khác", "province")))

    assert choose_place(campaign, hoa, "", DAY) == (places["binh"].pk, [places["binh"].pk])
    assert choose_place(campaign, hoa, places["b2"].key, DAY)[0] == places["b2"].pk
    for who, asked in ((hoa, places["cao"].key), (hoa, places["province"].key), (stranger, ""), (hoa, "không có")):
        with pytest.raises(CampaignUnknown):
            choose_place(campaign, who, asked, DAY)
    assert list_campaigns(hoa, DAY) == [campaign] and list_campaigns(stranger, DAY) == []


@pytest.mark.django_db
def test_days_put_right_show_what_came_on_the_right_days(places: dict[str, OrgUnit], officer: User) -> None:
    campaign = declare(officer, places["province"], last=DAY + timedelta(days=1))
    send(cleanup(places["b1"]))
    assert read_wall(campaign, places["province"].pk).tally == (3, 1)
    hoa, next_day = user("xa", (Role.APPROVER, places["binh"])), DAY + timedelta(days=1)

    with pytest.raises(CannotDeclareHere):
        change_campaign(campaign, user=hoa, name="Khác", first=DAY, last=DAY, by=hoa.actor, at=AT)
    change_campaign(
        campaign, user=officer, name="Ra quân hè", first=next_day, last=next_day, by=officer.actor, at=AT
    )  # fmt: skip

    assert read_wall(campaign, places["province"].pk).tally == (3, 0)
    line = AuditLine.objects.get(action="campaign.change")
    assert line.detail["name"] == ["Ra quân tháng 6", "Ra quân hè"] and "last" not in line.detail


@pytest.mark.django_db
def test_only_who_decides_in_a_place_declares_there_and_takes_back(places: dict[str, OrgUnit], officer: User) -> None:
    hoa = user("xa", (Role.APPROVER, places["binh"]))
    with pytest.raises(CannotDeclareHere):
        declare(hoa, places["province"])
    campaign = declare(officer, places["province"])
    with pytest.raises(CannotDeclareHere):
        take_back_campaign(campaign, user=hoa, by=hoa.actor, at=AT)

    take_back_campaign(campaign, user=officer, by=officer.actor, at=AT)

    assert list_campaigns(officer, DAY) == []
    assert list(
        AuditLine.objects.filter(action__startswith="campaign.").order_by("number").values_list("action", flat=True)
    ) == [
        "campaign.declare",
        "campaign.take-back",
    ]


@pytest.mark.django_db
def test_days_in_which_nobody_could_send_are_refused(places: dict[str, OrgUnit], officer: User) -> None:
    publish("bao_cao_thang_thon")
    publish("hoi_nghi", EVENTS)

    with pytest.raises(CampaignMalformed, match="nhiều nhất"):
        declare(officer, places["province"], last=DAY - timedelta(days=1))
    with pytest.raises(CampaignMalformed, match="trọn ít nhất một kỳ"):
        declare(officer, places["province"], "bao_cao_thang_thon")
    declare(officer, places["province"], "bao_cao_thang_thon", last=date(2023, 6, 30))
    empty = unit("Tỉnh Vắng", "province")
    with pytest.raises(CampaignMalformed, match="Không đơn vị nào"):
        declare(user("vang", (Role.APPROVER, empty)), empty)


@pytest.mark.django_db
def test_the_wall_says_what_of_the_year_s_targets_is_reached_and_again_when_a_target_is_set(
    places: dict[str, OrgUnit], officer: User
) -> None:
    campaign = declare(officer, places["province"])
    store_target_of("nguoi", unit="")
    send(cleanup(places["b1"], ngay="2023-02-01", so_nguoi="10"))
    send(cleanup(places["b1"], so_nguoi="30"))
    assert [one.attained for one in read_wall(campaign, places["province"].pk).numbers] == [None, None]

    give(places["province"], 50, year=2023, at=AT)
    give(places["binh"], 200, year=2023, at=AT)

    seen = read_wall(campaign, places["province"].pk)
    people, rubbish = seen.numbers
    assert people.value == 30 and people.attained is not None and rubbish.attained is None
    assert people.attained.say(people) == "đạt 16% chỉ tiêu 250 (từ đầu kỳ của chỉ tiêu: 40)"
    assert [one.attained and one.attained.percent for one in seen.groups] == [Decimal(20), None]
    assert seen.since == date(2023, 1, 1)
    send(cleanup(places["c1"], so_nguoi="60"))
    again = read_wall(campaign, places["province"].pk).numbers[0]
    assert again.attained is not None and again.attained.percent == Decimal(40)
