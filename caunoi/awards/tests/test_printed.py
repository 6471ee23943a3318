"""The papers people hang on a wall and the minutes they sign, as LibreOffice prints them: a page each, nothing beside
the page, the name and the code on it."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from pytest_django import Settings

from caunoi.awards.actions import open_dossier
from caunoi.awards.models import AwardKind
from caunoi.awards.printing import write_papers
from caunoi.awards.tests.builders import AT, PACK, add, decide, person, store_awards, village
from caunoi.desk.tests.builders import commune_officer, store_world
from caunoi.documents.actions import store_bytes
from caunoi.meetings.actions import add_matter, add_topic
from caunoi.meetings.minutes import make_minutes
from caunoi.meetings.models import Meeting, MeetingKind
from caunoi.meetings.tests.builders import AFTER, DURING, make_world, plan
from caunoi.reports.tests.printed import A4, draw, print_all, reaches_edge, read_pages
from caunoi.reports.word_file import MEDIA_TYPE

pytestmark = pytest.mark.django_db
KINDS = ("giay_khen", "bang_khen", "giay_chung_nhan", "thu_khen")
SHORT = "Lý A Sùng"
LONG = "Nguyễn Hoàng Phương Thảo Nguyên Công Tằng Tôn Nữ"
TITLE = (
    "Có thành tích xuất sắc trong phong trào thi đua “Dân vận khéo” và trong vận động nhân dân hiến đất, góp ngày công"
    " mở rộng đường giao thông nông thôn giai đoạn 2021-2025"
)


def write_minutes() -> bytes:
    places = make_world()
    meeting = plan(places)
    for number in range(1, 7):
        add_topic(meeting.pk, f"Nội dung thứ {number} về mở rộng đường thôn", number, by=places.officer, at=DURING)
        add_matter(
            meeting.pk, sort="conclusion", what=f"Việc thứ {number}: vận động các hộ còn lại giao mặt bằng",
            org_unit_id=places.village.pk, due_on=date(2026, 3, 31), by=places.officer, at=AFTER,
        )  # fmt: skip
    template = store_bytes((PACK / "meetings" / "bien-ban.docx").read_bytes(), media_type=MEDIA_TYPE, at=AT)
    MeetingKind.objects.update(minutes=template)
    return make_minutes(Meeting.objects.get(), AFTER)


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="poppler is not installed (apt-get install poppler-utils)")
def test_papers_and_minutes_are_printed_page_by_page_with_nothing_beside_the_page(
    tmp_path: Path, settings: Settings
) -> None:
    settings.CAUNOI_HOME = tmp_path / "home"
    store_world()
    store_awards()
    officer = commune_officer()
    for kind in KINDS:
        template = store_bytes((PACK / "awards" / f"{kind}.docx").read_bytes(), media_type=MEDIA_TYPE, at=AT)
        AwardKind.objects.update_or_create(
            code=kind, defaults={"name_vi": kind, "name_en": kind, "nature": "commendation", "template": template}
        )
        made = open_dossier(org_unit_id=2, kind=kind, occasion="chuyen_de", title=TITLE, by=officer, at=AT)
        add(made, officer, village(3), person(3, SHORT), person(4, LONG))
        with (tmp_path / f"{kind}.docx").open("wb") as file:
            write_papers(decide(made, officer, f"{KINDS.index(kind) + 1}/QĐ-UBND"), 1, 3, file)
    (tmp_path / "minutes.docx").write_bytes(write_minutes())

    print_all(tmp_path)

    for kind in KINDS:
        pages = read_pages(tmp_path / f"{kind}.pdf")
        assert len(pages) == 3, kind
        assert {tuple(sorted(one.size)) for one in pages} == {A4}, kind
        for page, name in zip(pages, ("Thôn 1", SHORT, LONG), strict=True):
            assert name.replace(" ", "").upper() in page.text.upper(), (kind, name)
            assert "QĐ-UBND" in page.text, kind
    minutes = read_pages(tmp_path / "minutes.pdf")
    assert len(minutes) == 2 and "Việcthứ6" in minutes[0].text
    # Signatures stand with the last words.
    assert "Biênbảnkếtthúc" in minutes[1].text and "CHỦTRÌ" in minutes[1].text
    for name in (*KINDS, "minutes"):
        pages = read_pages(tmp_path / f"{name}.pdf")
        assert [page.beside for page in pages] == [[]] * len(pages), name
        assert not re.search(r"\{[{%#]|[}%#]\}|None", "".join(page.text for page in pages)), name
        for picture in draw(tmp_path / f"{name}.pdf", tmp_path):
            assert reaches_edge(picture) is False, name
