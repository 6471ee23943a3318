"""A form that asks for a person, for tests of rooms that show records."""

from __future__ import annotations

from caunoi.forms.actions import publish_form, set_assignments
from caunoi.forms.queries import checker_of, get_form_version
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.forms.rules.instance import build_instance
from caunoi.personal.models import PersonalQuestion
from caunoi.places.models import OrgUnit
from caunoi.records.actions import Incoming
from caunoi.records.models import Source
from caunoi.records.tests.builders import AT, BY, sending

NAME, PHONE = "Lò Thị Mẩy", "0987654321"
FORM = """\
| survey |
| | type | name | label::Tiếng Việt (vi) | label::English (en) | constraint |
| | date | ngay | Ngày | Day | |
| | integer | so_nguoi | Số người | People | |
| | text | ghi_chu | Ghi chú | Notes | |
| | begin group | lien_he | Liên hệ | Contact | |
| | text | ten | Người liên hệ | Contact person | |
| | text | dien_thoai | Điện thoại | Phone | regex(., '^[0-9]{10}$') |
| | end group | | | | |

| settings |
| | form_id | form_title | version | default_language |
| | dau_moi | Đầu mối | 1 | Tiếng Việt (vi) |
"""
ANSWERS = {"ngay": "2023-06-01", "so_nguoi": "25", "ten": NAME, "dien_thoai": PHONE}


def publish_contact() -> None:
    """Villages send it about a day; it names a contact, kept a year. The phone's number is sensitive."""
    version = publish_form(content=FORM.encode(), file_type="md", file_name="m.md", pack="thu", by=BY, at=AT)
    rows = [AssignmentRow("village", "event", approval_level="commune")]
    set_assignments(version.form.code, rows, by=BY, at=AT)
    for question, sensitive in (("ten", False), ("dien_thoai", True)):
        PersonalQuestion.objects.create(
            form_code="dau_moi", question=question, purpose_vi="Gọi khi cần.", keep_months=12, pack="thu",
            sensitive=sensitive,
        )  # fmt: skip


def contact(village: OrgUnit, **changes: object) -> Incoming:
    return sending("dau_moi", village, ANSWERS, dict(changes), AT, "")


def from_phone(village: OrgUnit, instance: str = "uuid:1", **changes: str) -> Incoming:
    checker = checker_of(get_form_version("dau_moi"))
    xml = build_instance(checker.outline, "dau_moi", "1", instance, {**ANSWERS, **changes})
    return contact(village, xml=f"<!-- {NAME} -->{xml}".encode(), source=Source.DEVICE)
