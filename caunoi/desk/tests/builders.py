"""A small world for the tests of pages: a province, two communes with villages, their people, two forms."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.test import Client

from caunoi.accounts.models import Role, RoleGrant, User
from caunoi.audit.rules import Actor
from caunoi.facts.tests.builders import store_places
from caunoi.forms.actions import publish_form, set_assignments
from caunoi.forms.models import FormVersion
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import local_moment
from caunoi.places.models import OrgUnit
from caunoi.places.rules.snapshot import Spell, Unit, make_snapshot

TESTER = Actor("Người thử")
LOADED = local_moment(date(2026, 1, 5))
JSON = {"HTTP_ACCEPT": "application/json"}

MONTHLY = """
| survey | | | | | | | |
| |type|name|label::Tiếng Việt (vi)|label::English (en)|required|constraint|constraint_message::Tiếng Việt (vi)|
| | date | ky_bao_cao | Tháng báo cáo | Month | yes | | |
| | integer | so_cuoc_hop | Số cuộc họp | Meetings | yes | . >= 0 and . <= 60 | Nhập số từ 0 đến 60. |
| | integer | so_luot | Số lượt người dự | Attendances | yes | . >= 0 | Nhập số không âm. |
| settings | | | |
|  | form_id | form_title | version | default_language |
|  | bao_cao_thang | Báo cáo tháng của thôn | 1 | Tiếng Việt (vi) |
"""
EVENT = """
| survey | | | | | |
|  | type | name | label::Tiếng Việt (vi) | label::English (en) | required |
|  | date | ngay | Ngày họp | Day | yes |
|  | select_one loai | loai | Loại | Kind | yes |
|  | integer | so_nguoi | Số người | People | yes |
|  | image | anh | Ảnh | Photo | |
| choices | | | |
|  | list_name | name | label::Tiếng Việt (vi) | label::English (en) |
|  | loai | hop | Họp dân | Meeting |
|  | loai | le | Lễ hội | Festival |
| settings | | | |
|  | form_id | form_title | version | default_language |
|  | hoat_dong | Hoạt động của thôn | 1 | Tiếng Việt (vi) |
"""


def store_world() -> None:
    """Lào Cai (1) holds Bản Qua (2) with Thôn 1 and 2 (3, 4), and Cốc San (5) with Thôn 3 (6)."""
    start = date(1900, 1, 1)
    rows: list[tuple[int, str, str, int | None, str]] = [
        (1, "province", "Tỉnh Lào Cai", None, "15"),
        (2, "commune", "Xã Bản Qua", 1, "02707"),
        (3, "village", "Thôn 1", 2, ""),
        (4, "village", "Thôn 2", 2, ""),
        (5, "commune", "Xã Cốc San", 1, "02710"),
        (6, "village", "Thôn 3", 5, ""),
    ]
    store_places(
        make_snapshot(
            [Unit(id_, f"u{id_}", level, start) for id_, level, *_ in rows],
            [Spell(id_, name, code, parent, start, None, name) for id_, _, name, parent, code in rows],
        )
    )


def user(name: str, roles: Iterable[tuple[Role, int]] = (), full_name: str = "") -> User:
    """Signs in with the password `mat-khau-thu`."""
    made = User(username=name, full_name=full_name or name)
    made.set_password("mat-khau-thu")
    made.save()
    for role, unit in roles:
        RoleGrant.objects.create(user=made, role=role, org_unit_id=unit, from_day=date(2020, 1, 1))
    return made


def village_head(unit: int = 3, name: str = "thon") -> User:
    return user(name, [(Role.RECORDER, unit)], "Giàng A Páo")


def commune_officer(unit: int = 2, name: str = "xa") -> User:
    return user(name, [(Role.APPROVER, unit), (Role.RECORDER, unit), (Role.VIEWER, unit)], "Nguyễn Thị Hoa")


def signed_in(who: User) -> Client:
    client = Client()
    client.force_login(who)
    return client


def page(client: Client, address: str, status: int = 200, **query: str) -> str:
    """What it says, once it is answered so."""
    answer = client.get(address, query)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def publish(text: str, assignments: Iterable[AssignmentRow]) -> FormVersion:
    version = publish_form(content=text.encode(), file_type="md", file_name="mau.md", pack="thu", by=TESTER, at=LOADED)
    set_assignments(version.form.code, list(assignments), by=TESTER, at=LOADED)
    return version


def publish_monthly(**options: Any) -> FormVersion:
    """Due from villages each month from 2026-08 on, decided by the commune."""
    row = {"approval_level": "commune", "from_day": date(2026, 8, 1), **options}
    return publish(MONTHLY, [AssignmentRow("village", "month", **row)])


def publish_event(**options: Any) -> FormVersion:
    return publish(EVENT, [AssignmentRow("village", "event", **{"approval_level": "commune", **options})])


def make_synthetic(unit: int) -> None:
    OrgUnit.objects.filter(pk=unit).update(synthetic=True)


def monthly_xml(instance: str = "uuid:1", corrects: str = "", **answers: str) -> str:
    """August 2026 of a village, as the browser sends it."""
    given = {"ky_bao_cao": "2026-08-01", "so_cuoc_hop": "3", "so_luot": "45", **answers}
    return _xml("bao_cao_thang", instance, corrects, given)


def event_xml(instance: str = "uuid:e1", corrects: str = "", **answers: str) -> str:
    given = {"ngay": "2026-08-02", "loai": "hop", "so_nguoi": "30", "anh": "anh.jpg", **answers}
    return _xml("hoat_dong", instance, corrects, given)


def _xml(form: str, instance: str, corrects: str, answers: dict[str, str]) -> str:
    body = "".join(f"<{name}>{value}</{name}>" for name, value in answers.items())
    before = f"<deprecatedID>{corrects}</deprecatedID>" if corrects else ""
    return f'<data id="{form}" version="1">{body}<meta><instanceID>{instance}</instanceID>{before}</meta></data>'
