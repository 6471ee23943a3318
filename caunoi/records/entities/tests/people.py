"""A register whose things are people, for tests of rooms that show it."""

from __future__ import annotations

from typing import Any

from caunoi.personal.models import PersonalQuestion
from caunoi.places.models import OrgUnit
from caunoi.records.actions import Received
from caunoi.records.entities.actions import set_register
from caunoi.records.entities.tests import builders as given
from caunoi.records.entities.tests.builders import AT, DAY, GROUP
from caunoi.records.models import Entity
from caunoi.records.tests.builders import BY

LIST, FORM_CODE, NAME, OTHER_NAME = "nhan_su", "so_nhan_su", "Lò Thị Mẩy", "Vàng Thị Pà"
FORM = """
| survey | | | | | | |
| | type | name | label::Tiếng Việt (vi) | label::English (en) | save_to |
| | date | ngay | Ngày | Day | |
| | select_one_from_file nhan_su.csv | cu | Người đã ghi | Person | |
| | text | ho_ten | Họ và tên | Full name | ho_ten |
| | select_one vai_tro | vai_tro | Vai trò | Role | vai_tro |
| | integer | stt | Số thứ tự | Number | stt |
| | date | den | Nhiệm kỳ đến | Term until | den |
| | select_one trang_thai | trang_thai | Tình trạng | State | trang_thai |
| choices | | | |
| | list_name | name | label::Tiếng Việt (vi) | label::English (en) |
| | vai_tro | to_truong | Tổ trưởng | Head |
| | vai_tro | thanh_vien | Thành viên | Member |
| | trang_thai | dang_lam | Đang tham gia | Serving |
| | trang_thai | thoi | Đã thôi | Left |
| entities | | | | | |
| | list_name | label | entity_id | create_if | update_if |
| | nhan_su | concat(${vai_tro}, ' ', ${stt}) | coalesce(${cu}, uuid()) | ${cu} = '' | ${cu} != '' |
| settings | | | |
| | form_id | form_title | version | default_language |
| | so_nhan_su | Sổ nhân sự | 1 | Tiếng Việt (vi) |
"""


def publish_people(*, keep_months: int = 24) -> None:
    """A register of a team's people; names are sealed and kept two years after somebody left. Three seats a village."""
    given.publish(FORM, "village", "commune")
    for declared in ({"form_code": FORM_CODE}, {"register": LIST, "counted_from": "ended"}):
        PersonalQuestion.objects.create(
            question="ho_ten", purpose_vi="Liên hệ công tác.", keep_months=keep_months, pack="thu", **declared
        )
    set_register(
        code=LIST, title_vi="Nhân sự", title_en="People", ended_when="${trang_thai} = 'thoi'",
        columns=("vai_tro", "stt"), properties=("ho_ten", "vai_tro", "stt", "den", "trang_thai"),
        personal=("ho_ten",), label_from=("vai_tro", "stt"),
        seats_by="vai_tro", seats={"village": {"to_truong": 1, "thanh_vien": 2}}, review_from="01-01", term_until="den",
        pack="thu", by=BY, at=AT,
    )  # fmt: skip


def join(village: OrgUnit, uuid: str = GROUP, name: str = NAME, **answers: Any) -> Received:
    """A phone writes down somebody new."""
    day, at = answers.pop("day", DAY), answers.pop("at", AT)
    entity = given.entity_xml(uuid, create=True, label="to_truong 1", list_code=LIST)
    said = {"ho_ten": name, "vai_tro": "to_truong", "stt": "1", "trang_thai": "dang_lam", **answers}
    xml = given.group_xml(given.instance(), entity, day=day, form=FORM_CODE, **said)
    return given.send(village, xml, at=at, form=FORM_CODE)


def change(village: OrgUnit, uuid: str = GROUP, base: int = 1, **answers: Any) -> Received:
    """A phone changes what it says of somebody; it never got the name."""
    day, at = answers.pop("day", DAY), answers.pop("at", AT)
    entity = given.entity_xml(uuid, update=True, base=base, list_code=LIST)
    xml = given.group_xml(given.instance(), entity, day=day, form=FORM_CODE, **answers)
    return given.send(village, xml, at=at, form=FORM_CODE)


def person(uuid: str = GROUP) -> Entity:
    return Entity.objects.select_related("entity_list").get(uuid=uuid)
