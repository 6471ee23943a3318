from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pytest_django import Settings

from caunoi.audit.rules import Actor
from caunoi.meetings.models import Meeting, MeetingKind
from caunoi.moments import local_moment
from caunoi.packs.actions import load_pack
from caunoi.packs.reading import read_pack
from caunoi.packs.rules.meeting_kinds import COLUMNS, KINDS
from caunoi.packs.tests.builders import table, tiny_pack, word
from caunoi.places.models import OrgUnit
from caunoi.refusals import FileRefused

BY = Actor("Người thử")
AT = local_moment(date(2026, 8, 1))
TALK = {
    "code": "noi_chuyen", "name_vi": "Nói chuyện", "name_en": "Talk", "levels": "commune", "asks": "question",
    "form": "hoat_dong", "answers": "ngay=day;so_luot=attendances;loai='hoi_nghi';so_nguoi=ask", "minutes": "bien-ban",
}  # fmt: skip


def with_kinds(folder: Path, *rows: dict[str, str], minutes: bytes | None = None) -> Path:
    made = tiny_pack(folder)
    (made / "meetings").mkdir()
    (made / KINDS).write_text(table(COLUMNS, list(rows)), encoding="utf-8")
    if minutes is not None:
        (made / "meetings" / "bien-ban.docx").write_bytes(minutes)
    return made


@pytest.mark.django_db
def test_kinds_of_meetings_are_rows_of_the_pack_and_used_ones_stay(tmp_path: Path, settings: Settings) -> None:
    settings.CAUNOI_HOME = tmp_path / "home"
    load_pack(with_kinds(tmp_path / "a", TALK, minutes=word("{{ ten }}")), by=BY, at=AT)
    kind = MeetingKind.objects.get()
    assert (kind.levels, kind.asks, kind.form_code) == (["commune"], ["question"], "hoat_dong")
    assert kind.answers["loai"] == "'hoi_nghi'" and kind.minutes is not None
    unit = OrgUnit.objects.create(key="xa", level="commune", known_from=1)
    Meeting.objects.create(
        kind=kind, org_unit=unit, title="x", words="x", starts_at=AT, ends_at=local_moment(date(2026, 8, 1), 15),
        day_to=date(2026, 8, 1), planned_by="x", planned_at=AT,
    )  # fmt: skip

    load_pack(with_kinds(tmp_path / "b"), by=BY, at=AT)

    assert MeetingKind.objects.get().minutes is not None


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("asks", "complaint"),
        ("levels", "village;hamlet"),
        ("form", "khong_co"),
        ("form", ""),
        ("answers", "ngay=day;so_luot=attendance"),
        ("answers", "ngay=day;khong_co=attendances"),
        ("minutes", "khong-co"),
        ("name_en", ""),
    ],
)
def test_what_is_wrong_with_a_kind_is_named_by_cell(tmp_path: Path, column: str, value: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read_pack(with_kinds(tmp_path, {**TALK, column: value}, minutes=word()))

    assert {(one.file, one.row, one.column) for one in refused.value.mistakes} == {(KINDS, 2, column)}


def test_a_template_of_minutes_that_is_no_word_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as refused:
        read_pack(with_kinds(tmp_path, TALK, minutes=b"no document"))

    assert [one.file for one in refused.value.mistakes] == ["meetings/bien-ban.docx"]
