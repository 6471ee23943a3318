from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import docx
import pytest
from pytest_django import Settings

from caunoi.documents.actions import store_bytes
from caunoi.meetings.actions import add_matter, add_topic, state_attendance
from caunoi.meetings.errors import MeetingInvalid
from caunoi.meetings.minutes import make_minutes
from caunoi.meetings.models import Meeting, MeetingKind
from caunoi.meetings.tests.builders import AFTER, DURING, PLANNED_AT, make_world, plan
from caunoi.reports.word_file import MEDIA_TYPE

pytestmark = pytest.mark.django_db
TEMPLATE = Path(__file__).parents[3] / "packs" / "tuyen-van" / "meetings" / "bien-ban.docx"


@pytest.fixture
def meeting(settings: Settings, tmp_path: Path) -> Meeting:
    settings.CAUNOI_HOME = tmp_path
    places = make_world()
    made = plan(places, online=(places.other.pk,), invited=(places.other.pk,), offices="Chủ tịch")
    state_attendance(made.pk, {site.pk: 20 for site in made.sites.all()}, by=places.officer, at=DURING)
    add_topic(made.pk, "Giải phóng mặt bằng", 3, by=places.officer, at=DURING)
    add_matter(
        made.pk, sort="conclusion", what="Vận động ba hộ còn lại", org_unit_id=places.village.pk,
        due_on=date(2026, 3, 31), by=places.officer, at=AFTER,
    )  # fmt: skip
    return made


def use_template(content: bytes) -> None:
    stored = store_bytes(content, media_type=MEDIA_TYPE, at=PLANNED_AT)
    MeetingKind.objects.update(minutes=stored)


def test_minutes_tell_attendance_topics_and_conclusions_and_leave_out_empty_parts(meeting: Meeting) -> None:
    use_template(TEMPLATE.read_bytes())

    document = docx.Document(io.BytesIO(make_minutes(Meeting.objects.get(), AFTER)))

    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert "từ 08:00 đến 11:30, 10/03/2026" in text and "Số lượt người dự: 40" in text
    assert "08:00: Khai mạc (Văn phòng UBND xã)" in text and "Giải phóng mặt bằng: 3 lượt" in text
    assert {"Xã Bát Xát", "trực tuyến", "Vận động ba hộ còn lại", "Thôn 1", "31/03/2026"} <= set(cells)
    assert "III. KẾT LUẬN" in text and "IV. KIẾN NGHỊ" not in text and "{" not in text


def test_a_kind_without_template_and_a_broken_one_are_named(meeting: Meeting) -> None:
    with pytest.raises(MeetingInvalid):
        make_minutes(Meeting.objects.get(), AFTER)
    broken = docx.Document()
    broken.add_paragraph("{{ ten | khong_co }}")
    file = io.BytesIO()
    broken.save(file)
    use_template(file.getvalue())

    with pytest.raises(MeetingInvalid):
        make_minutes(Meeting.objects.get(), AFTER)
