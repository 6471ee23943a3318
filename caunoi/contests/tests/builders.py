"""A province with two communes, a kind of contest, judges, and a contest brought as far as a test wants it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from caunoi.accounts.models import Role, User
from caunoi.contests.actions import (
    ContestDraft,
    add_entry,
    appoint_judge,
    begin_judging,
    open_contest,
    plan_contest,
    publish_contest,
    put_marks,
    rank_round,
)
from caunoi.contests.models import Contest, ContestKind, Entry
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import local_moment
from caunoi.personal.models import PersonalQuestion
from caunoi.places.models import OrgUnit
from caunoi.records.tests.builders import publish, unit, user

DAY = date(2026, 3, 20)
PLANNED_AT = local_moment(date(2026, 3, 2))
ENTRIES_UNTIL = local_moment(date(2026, 3, 10), 17)
LATE = local_moment(date(2026, 3, 10), 17, 1)
JUDGING_UNTIL = local_moment(date(2026, 3, 20), 17)
DURING = local_moment(date(2026, 3, 12))
APPEALS_UNTIL = local_moment(date(2026, 3, 25), 17)
AFTER = local_moment(date(2026, 3, 26))
ANSWERS = {"ngay": "day", "loai": "'thi_viet'", "so_bai": "entries", "so_giai": "prizes"}


def named(code: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "name_vi": code, "name_en": code, **more}


def terms(**changes: Any) -> dict[str, Any]:
    criteria = [named("noi_dung", weight="60"), named("trinh_bay", name_vi="Trình bày", weight="40")]
    return {
        "entrants": ["unit", "collective", "person"],
        "own_unit": False,
        "lowest": "0",
        "highest": "10",
        "step": "0.5",
        "judges": 2,
        "ties": ["noi_dung"],
        "rounds": [named("cham", advance=None, criteria=criteria)],
        "prizes": [named("nhat", number=1), named("nhi", number=1)],
        **changes,
    }


@dataclass(frozen=True)
class Places:
    """`officer` organises for the commune, `leader` of the other commune and `guest` of the province can judge."""

    province: OrgUnit
    commune: OrgUnit
    other: OrgUnit
    village: OrgUnit
    second: OrgUnit
    officer: User
    head: User
    guest: User
    leader: User


def make_world(**changes: Any) -> Places:
    province = unit("Tỉnh Lào Cai", "province", code="15")
    commune = unit("Xã Cốc San", "commune", province, code="02710")
    other = unit("Xã Bát Xát", "commune", province, code="02709")
    village, second = unit("Thôn 1", "village", commune), unit("Thôn 2", "village", commune)
    publish("hoi_thi", AssignmentRow("commune", "event", approval_level="commune"))
    ContestKind.objects.create(
        code="thi_viet", name_vi="Cuộc thi viết", name_en="Writing contest", levels=["commune"], pack="thu",
        terms=terms(**changes), form_code="hoi_thi", answers=ANSWERS,
    )  # fmt: skip
    PersonalQuestion.objects.create(
        form_code="contests", question="entrant", purpose_vi="Trao giải", keep_months=24, counted_from="day", pack="thu"
    )
    return Places(
        province, commune, other, village, second,
        officer=user("Cán bộ xã", (Role.EDITOR, commune)),
        head=user("Trưởng thôn 1", (Role.RECORDER, village)),
        guest=user("Lò Thị Khách", (Role.VIEWER, province)),
        leader=user("Giàng A Lãnh", (Role.APPROVER, other)),
    )  # fmt: skip


def plan(places: Places) -> Contest:
    draft = ContestDraft("thi_viet", "Tìm hiểu Luật Đất đai", DAY, ENTRIES_UNTIL, JUDGING_UNTIL)
    return plan_contest(org_unit_id=places.commune.pk, draft=draft, by=places.officer, at=PLANNED_AT)


def enter(contest: Contest, by: User, village: OrgUnit, title: str, **given: Any) -> Entry:
    values = {"kind": "person", "name": f"Người viết {title}", "at": PLANNED_AT, **given}
    return add_entry(contest.pk, org_unit_id=village.pk, title=title, by=by, **values)


def opened(places: Places, *titles: str) -> Contest:
    """Taking entries, with these of the first village, and both judges named."""
    contest = open_contest(plan(places).pk, by=places.officer, at=PLANNED_AT)
    for title in titles:
        enter(contest, places.officer, places.village, title)
    for judge in (places.guest, places.leader):
        appoint_judge(contest.pk, judge, by=places.officer, at=PLANNED_AT)
    return contest


def judging(places: Places, *titles: str) -> Contest:
    return begin_judging(opened(places, *titles).pk, by=places.officer, at=DURING)


CRITERIA = ("noi_dung", "trinh_bay")


def mark(
    contest: Contest,
    judge: User,
    title: str,
    *values: str | None,
    criteria: Sequence[str] = CRITERIA,
    at: Any = DURING,
) -> None:
    """By the entry's title, in the order of the criteria."""
    blind = contest.entries.get(title=title).blind
    assert blind is not None
    given: Mapping[str, Decimal | None] = {
        code: None if value is None else Decimal(value) for code, value in zip(criteria, values, strict=True)
    }
    put_marks(contest.pk, blind, given, by=judge, at=at)


def published(places: Places, **marks: tuple[str, str]) -> Contest:
    """`title=(content, style)`: both judges give the same; published for appeals."""
    contest = judging(places, *marks)
    for title, values in marks.items():
        for judge in (places.guest, places.leader):
            mark(contest, judge, title, *values)
    rank_round(contest.pk, by=places.officer, at=DURING)
    return publish_contest(contest.pk, appeals_until=APPEALS_UNTIL, by=places.officer, at=DURING)
