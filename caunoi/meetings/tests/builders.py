"""A province with a commune and its village, a conference form of the pack, kinds of meetings, drafts in few words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from caunoi.accounts.models import Role, User
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.meetings.actions import plan_meeting
from caunoi.meetings.models import Meeting, MeetingKind
from caunoi.meetings.rules.agenda import AgendaItem
from caunoi.meetings.rules.drafts import MeetingDraft
from caunoi.moments import local_moment
from caunoi.places.models import OrgUnit
from caunoi.records.tests.builders import publish, unit, user

DAY = date(2026, 3, 10)
PLANNED_AT = local_moment(date(2026, 3, 2))
DURING = local_moment(DAY, 9)
AFTER = local_moment(DAY, 17)
ANSWERS = {
    "ngay": "day", "loai": "'chuyen_de'", "so_diem_cau": "online_sites", "so_luot": "attendances", "so_tai_lieu": "ask",
}  # fmt: skip


@dataclass(frozen=True)
class Places:
    province: OrgUnit
    commune: OrgUnit
    other: OrgUnit
    village: OrgUnit
    officer: User
    above: User


def make_world() -> Places:
    """The commune's officer enters and corrects; `above` does for the province. Conferences fill `hoi_nghi`."""
    province = unit("Tỉnh Lào Cai", "province", code="15")
    commune = unit("Xã Cốc San", "commune", province, code="02710")
    other = unit("Xã Bát Xát", "commune", province, code="02709")
    village = unit("Thôn 1", "village", commune)
    publish("hoi_nghi", AssignmentRow("commune", "event", approval_level="commune"))
    common: dict[str, Any] = {"pack": "thu", "levels": ["province", "commune"]}
    MeetingKind.objects.create(
        code="hoi_nghi", name_vi="Hội nghị", name_en="Conference", form_code="hoi_nghi", answers=ANSWERS,
        asks=["request"], **common,
    )  # fmt: skip
    MeetingKind.objects.create(
        code="doi_thoai", name_vi="Đối thoại", name_en="Dialogue", asks=["question"], position=1, **common
    )
    officer = user("can-bo-xa", (Role.EDITOR, commune), (Role.APPROVER, commune))
    return Places(province, commune, other, village, officer, user("can-bo-tinh", (Role.EDITOR, province)))


def draft(**given: Any) -> MeetingDraft:
    values = {
        "kind": "hoi_nghi",
        "title": "Hội nghị chuyên đề hiến đất làm đường",
        "starts_at": local_moment(DAY, 8),
        "ends_at": local_moment(DAY, 11, 30),
        "halls": ("Hội trường UBND xã",),
        "agenda": (AgendaItem("08:00", "Khai mạc", "Văn phòng UBND xã"),),
        **given,
    }
    return MeetingDraft(**values)


def plan(places: Places, **given: Any) -> Meeting:
    return plan_meeting(org_unit_id=places.commune.pk, draft=draft(**given), by=places.officer, at=PLANNED_AT)
