from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pytest_django import Settings

from caunoi.accounts.models import Role, User
from caunoi.audit.rules import Actor
from caunoi.facts.questions import ask, make_question
from caunoi.forms.rules.filling import list_asked
from caunoi.meetings.actions import add_matter, add_topic, plan_meeting, state_attendance
from caunoi.meetings.actions import take_step as take_meeting_step
from caunoi.meetings.models import Meeting, MeetingKind
from caunoi.meetings.rules.drafts import MeetingDraft
from caunoi.moments import local_moment
from caunoi.packs.actions import load_pack
from caunoi.packs.reading import read_pack
from caunoi.packs.rules.meeting_kinds import COLUMNS, KINDS
from caunoi.packs.tests.builders import table, tiny_pack, word
from caunoi.places.models import OrgUnit
from caunoi.records.actions import approve_many
from caunoi.records.models import Submission
from caunoi.records.tests.builders import unit, user
from caunoi.refusals import FileRefused

BY = Actor("Người thử")
AT = local_moment(date(2026, 8, 1))
OUTREACH = Path(__file__).parents[3] / "packs" / "tuyen-van"
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


@pytest.mark.django_db
def test_what_the_floor_said_in_numbers_and_what_was_asked_above_are_figures_without_typing_them_again() -> None:
    load_pack(OUTREACH, by=BY, at=AT)
    province = unit("Tỉnh Thử", "province")
    commune = unit("Xã Thượng", "commune", province)
    officer, above = user("xa", (Role.EDITOR, commune)), user("tinh", (Role.APPROVER, province))
    close(officer, commune, "so_ket", {"Hiến đất": 4, "Vệ sinh": 3}, "request", province)
    close(officer, commune, "doi_thoai", {"Nước sạch": 6}, "question", commune)

    done = approve_many(list(Submission.objects.values_list("pk", flat=True)), by=above, at=AT)

    assert (len(done.approved), done.refused) == (2, ())
    assert not Submission.objects.filter(versions__flags__gt=[]).exists()
    codes = {
        "conferences": 1, "conference_contributions": 7, "conference_topics": 2, "conference_requests": 1,
        "conference_requests_on_time": 0, "dialogues": 1, "dialogue_attendances": 30, "dialogue_contributions": 6,
        "dialogue_topics": 1, "dialogue_questions": 1, "dialogue_questions_answered": 0,
    }  # fmt: skip
    found = ask(make_question(list(codes), province.key, date(2026, 7, 1), date(2026, 7, 31)))
    assert {one.code: one.value for one in found} == codes


def close(by: User, commune: OrgUnit, kind: str, topics: dict[str, int], sort: str, asked_of: OrgUnit) -> None:
    """Held on 28 July with thirty people, and closed the same day."""
    draft = MeetingDraft(
        kind, f"Cuộc họp {kind}", local_moment(date(2026, 7, 28), 8), local_moment(date(2026, 7, 28), 11),
        ("Hội trường xã",),
    )  # fmt: skip
    at = local_moment(date(2026, 7, 28), 12)
    made = plan_meeting(org_unit_id=commune.pk, draft=draft, by=by, at=local_moment(date(2026, 7, 20)))
    state_attendance(made.pk, {made.sites.get().pk: 30}, by=by, at=at)
    for topic, contributions in topics.items():
        add_topic(made.pk, topic, contributions, by=by, at=at)
    add_matter(
        made.pk, sort=sort, what="Sửa đập", org_unit_id=asked_of.pk, due_on=date(2026, 9, 1), by=by, at=at
    )  # fmt: skip
    asked = {question: 0 for question in list_asked(made.kind.answers)}
    take_meeting_step(made.pk, "close", asked=asked, by=by, at=at)
