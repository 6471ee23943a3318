"""Things that go from stage to stage: by phones, by officers' buttons, corrected and taken back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from caunoi.accounts.models import Role, User
from caunoi.accounts.scope import EVERYTHING
from caunoi.audit.models import AuditLine
from caunoi.forms.actions import publish_form, set_assignments
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.places.models import OrgUnit
from caunoi.records.actions import Incoming, IncomingFile, receive, receive_many, withdraw
from caunoi.records.entities import actions
from caunoi.records.entities.errors import EntityMoved, EntityStageNotAllowed, EntityStageRefused, EntityUnknown
from caunoi.records.entities.queries import Filters, list_rows
from caunoi.records.entities.reading import read_versions
from caunoi.records.entities.rules.states import find_state, tell_story
from caunoi.records.entities.tests import builders as given
from caunoi.records.entities.tests.builders import AT, GROUP, group, later
from caunoi.records.models import Attachment, Entity, EntityList, EntityProblem, Source, SubmissionVersion
from caunoi.records.tests.builders import BY, unit, user

pytestmark = pytest.mark.django_db

FORM = """
| survey | | | | | | |
| | type | name | label::Tiếng Việt (vi) | label::English (en) | save_to | required |
| | date | ngay | Ngày | Day | | yes |
| | select_one_from_file cum.csv | cu | Cụm đã ghi | Cluster | | |
| | text | ten | Tên | Name | | yes |
| | integer | so_loa | Số loa | Loudspeakers | so_loa | |
| | select_one tt | trang_thai | Tình trạng | State | trang_thai | yes |
| | text | ly_do | Lý do | Reason | | |
| | text | hoc_tu | Học từ | Copied from | hoc_tu | |
| | image | anh | Ảnh | Photo | | |
| choices | | | |
| | list_name | name | label::Tiếng Việt (vi) | label::English (en) |
| | tt | dung | Đang dùng | In use |
| | tt | hong | Hỏng | Broken |
| | tt | sua | Đang sửa | Under repair |
| | tt | ngung | Ngừng | Ended |
| entities | | | | | |
| | list_name | label | entity_id | create_if | update_if |
| | cum | ${ten} | coalesce(${cu}, uuid()) | ${cu} = '' | ${cu} != '' |
| settings | | | |
| | form_id | form_title | version | default_language |
| | ghi_cum_loa | Ghi cụm loa | 1 | Tiếng Việt (vi) |
"""
STEPS = [
    ("", "dung"), ("dung", "hong"), ("hong", "sua"), ("hong", "ngung"), ("sua", "dung"),
]  # fmt: skip
DAY = date(2026, 3, 2)


def steps(**asks: list[str]) -> list[dict[str, Any]]:
    return [{"before": before, "after": after, "asks": asks.get(after, [])} for before, after in STEPS]


def declare(level: str = "village", *, transitions: list[dict[str, Any]] | None = None) -> None:
    publish_form(content=FORM.encode(), file_type="md", file_name="mau.md", pack="thu", by=BY, at=AT)
    set_assignments("ghi_cum_loa", [AssignmentRow(level, "event"), AssignmentRow("commune", "event")], by=BY, at=AT)
    actions.set_register(
        code="cum", title_vi="Cụm loa", title_en="Clusters", ended_when="${trang_thai} = 'ngung'", columns=(),
        properties=("so_loa", "trang_thai", "hoc_tu"), stage_by="trang_thai", stage_form="ghi_cum_loa",
        transitions=steps(hong=["ly_do"]) if transitions is None else transitions, pack="thu", by=BY, at=AT,
    )  # fmt: skip


@pytest.fixture
def village() -> OrgUnit:
    commune = unit("Xã Bản Qua", "commune")
    declare()
    return unit("Thôn 1", "village", commune)


@pytest.fixture
def officer(village: OrgUnit) -> User:
    return user("xa", (Role.RECORDER, OrgUnit.objects.get(level="commune")))


def tell(village: OrgUnit, stage: str, on: int, *, corrects: str = "", at: Any = AT, uuid: str = GROUP, base: int = 1,
         name: str = "", source: str = Source.BROWSER, **answers: str) -> tuple[int, str]:  # fmt: skip
    """A phone's word: a first one enters the cluster. Gives the record's number and its instance."""
    instance = name or given.instance()
    exists = Entity.objects.filter(uuid=uuid).exists()
    creates = not exists or base == 0
    entity = given.entity_xml(
        uuid, create=creates, update=not creates, base="" if creates else base, label="Cụm 1", list_code="cum"
    )
    said = {"ten": "Cụm 1", "cu": uuid if exists and not creates else "", "trang_thai": stage, **answers}
    xml = given.group_xml(
        instance, entity, day=date(2026, 3, on), corrects=corrects, form="ghi_cum_loa",
        **{name: value for name, value in said.items() if value},
    )  # fmt: skip
    return given.send(village, xml, at=at, form="ghi_cum_loa", source=source).submission_id, instance


def newest() -> int:
    return group().current_number


def stage(on: int, known: Any = None) -> str:
    state = find_state(tell_story(read_versions([group().pk], known)[group().pk]), date(2026, 3, on))
    return state.values["trang_thai"] if state else ""


def sentences() -> list[str]:
    return [one.told for one in EntityProblem.objects.filter(settled_at=None)]


def test_a_thing_goes_through_its_stages_as_the_records_say(village: OrgUnit) -> None:
    tell(village, "dung", 2)
    tell(village, "hong", 5)
    tell(village, "sua", 9, base=newest())

    assert [stage(on) for on in (1, 2, 5, 8, 9)] == ["", "dung", "hong", "hong", "sua"]
    assert sentences() == []


@pytest.mark.parametrize(
    ("wanted", "on", "says"),
    [
        ("sua", 9, "không chuyển thẳng sang “Đang sửa”"),
        ("hong", 1, "từ ngày 02/03/2026"),
    ],
)
def test_what_may_not_follow_waits_for_an_officer_and_changes_nothing(
    village: OrgUnit, wanted: str, on: int, says: str
) -> None:
    tell(village, "dung", 2)

    record, _instance = tell(village, wanted, on)

    assert stage(9) == "dung"
    assert len(sentences()) == 1 and says in sentences()[0]
    flags = SubmissionVersion.objects.get(submission_id=record).flags
    assert len(flags) == 1 and says in flags[0]["message"]


def test_a_thing_begins_and_ends_as_its_register_says(village: OrgUnit) -> None:
    tell(village, "sua", 2)
    assert not Entity.objects.exists() and "không bắt đầu từ bước" in sentences()[0]

    tell(village, "dung", 2)
    tell(village, "hong", 3)
    tell(village, "ngung", 4, base=newest())
    tell(village, "dung", 6, base=newest())

    assert stage(9) == "ngung" and group().ended_on == date(2026, 3, 4)
    assert "đã ở bước cuối" in sentences()[-1]


def test_who_was_offline_and_left_the_stage_as_they_saw_it_does_not_put_it_back(village: OrgUnit) -> None:
    tell(village, "dung", 2)
    tell(village, "hong", 5)

    tell(village, "dung", 8, base=1, so_loa="4")

    assert (stage(9), group().properties["so_loa"], group().conflict, sentences()) == ("hong", "4", "soft", [])


def test_a_wrong_day_is_corrected_and_what_was_known_before_stays_askable(village: OrgUnit) -> None:
    tell(village, "dung", 2)
    _record, broken = tell(village, "hong", 10)
    tell(village, "sua", 12, base=newest(), at=later(1))
    known = later(2)

    tell(village, "hong", 6, corrects=broken, base=1, at=later(3))
    assert [stage(on) for on in (5, 6, 11, 12)] == ["dung", "hong", "hong", "sua"]
    assert [stage(on, known) for on in (5, 6, 11, 12)] == ["dung", "dung", "hong", "sua"]
    assert group().properties["trang_thai"] == "sua"

    newest_word = SubmissionVersion.objects.latest("pk").instance_id
    tell(village, "ngung", 6, corrects=newest_word, base=1, at=later(4))
    assert stage(11) == "hong" and "không chuyển thẳng sang “Ngừng”" in " ".join(sentences())


def test_the_last_step_is_taken_back_with_its_record(village: OrgUnit, officer: User) -> None:
    tell(village, "dung", 2)
    record, instance = tell(village, "hong", 10)
    tell(village, "hong", 7, corrects=instance, at=later(1))
    someone = user("duyet", (Role.APPROVER, OrgUnit.objects.get(level="commune")))

    withdraw(record, by=someone, comment="Ghi nhầm cụm khác", at=later(2))

    assert [stage(on) for on in (5, 8, 12)] == ["dung", "dung", "dung"]
    assert stage(8, later(2).replace(hour=0)) == "hong"


def press(thing: Entity, wanted: str, by: User, *, on: int = 9, number: int | None = None, **more: Any) -> int:
    asked = more.pop("asked", {"ly_do": "Sét đánh"})
    return actions.reach_stage(
        thing.pk, wanted, date(2026, 3, on), asked, more.pop("files", ()),
        number=thing.current_number if number is None else number, by=by, at=AT,
    )  # fmt: skip


def test_an_officer_moves_a_thing_on_by_a_record_with_reason_and_photo(village: OrgUnit, officer: User) -> None:
    tell(village, "dung", 2, so_loa="4")

    record = press(
        group(), "hong", officer, asked={"ly_do": "Sét đánh", "anh": "hong.jpg"},
        files=[IncomingFile("hong.jpg", b"anh", "image/jpeg")],
    )  # fmt: skip

    version = SubmissionVersion.objects.get(submission_id=record)
    assert (stage(8), stage(9), group().properties["so_loa"]) == ("dung", "hong", "4")
    assert version.answers["ly_do"] == "Sét đánh" and version.entered_by == officer
    assert Attachment.objects.get(version=version).name == "hong.jpg"
    assert AuditLine.objects.filter(action="entity.stage").count() == 1


@pytest.mark.parametrize(
    ("wanted", "more", "refusal"),
    [
        ("sua", {}, EntityStageRefused),
        ("dung", {}, EntityStageRefused),
        ("hong", {"asked": {}}, EntityStageRefused),
        ("hong", {"on": 1}, EntityStageRefused),
        ("hong", {"on": 25}, EntityStageRefused),
        ("hong", {"number": 7}, EntityMoved),
    ],
)
def test_a_button_is_refused_like_a_record(
    village: OrgUnit, officer: User, wanted: str, more: dict[str, Any], refusal: type[Exception]
) -> None:
    tell(village, "dung", 2)

    with pytest.raises(refusal):
        press(group(), wanted, officer, **more)

    assert SubmissionVersion.objects.count() == 1 and stage(25) == "dung"


def test_two_officers_who_press_at_once_are_one_step(village: OrgUnit, officer: User) -> None:
    tell(village, "dung", 2)
    seen = group()
    press(seen, "hong", officer)

    with pytest.raises(EntityMoved):
        press(seen, "hong", officer)

    assert SubmissionVersion.objects.count() == 2


def test_nobody_moves_what_is_not_theirs(village: OrgUnit, officer: User) -> None:
    tell(village, "dung", 2)
    stranger = user("la", (Role.RECORDER, unit("Xã Cốc San", "commune")))
    reader = user("xem", (Role.VIEWER, OrgUnit.objects.get(key=village.key)))

    with pytest.raises(EntityUnknown):
        press(group(), "hong", stranger)
    with pytest.raises(EntityStageNotAllowed):
        press(group(), "hong", reader)


def test_a_step_of_the_level_above_is_said_in_its_name(village: OrgUnit, officer: User) -> None:
    register = EntityList.objects.get()
    register.transitions = [
        one | {"levels": ["commune"], "roles": ["approver"]} if one["after"] == "hong" else one
        for one in register.transitions
    ]
    register.save()
    tell(village, "dung", 2)
    with pytest.raises(EntityStageNotAllowed):
        press(group(), "hong", officer)
    approver = user(
        "duyet",
        (Role.APPROVER, OrgUnit.objects.get(level="commune")),
        (Role.RECORDER, OrgUnit.objects.get(level="commune")),
    )

    record = press(group(), "hong", approver)

    assert SubmissionVersion.objects.get(submission_id=record).submission.org_unit.level == "commune"
    assert stage(9) == "hong" and sentences() == []


def test_rows_of_one_spreadsheet_follow_upon_each_other(village: OrgUnit) -> None:
    tell(village, "dung", 2)
    uuid = str(group().uuid)

    def row(wanted: str, on: str) -> Incoming:
        answers = {"ngay": on, "cu": uuid, "ten": "Cụm 1", "trang_thai": wanted}
        return Incoming("ghi_cum_loa", village.pk, AT, answers=answers, source="spreadsheet", entered_by_name="Tệp")

    receive_many([row("hong", "2026-03-05"), row("sua", "2026-03-06")], by=BY, at=AT)

    assert (stage(5), stage(6), sentences()) == ("hong", "sua", [])
    with pytest.raises(Exception, match="không chuyển thẳng"):
        receive(row("hong", "2026-03-07"), by=BY, at=AT)


def test_hands_leave_the_stage_to_its_records(village: OrgUnit) -> None:
    approver = user("duyet", (Role.APPROVER, OrgUnit.objects.get(level="commune")))
    tell(village, "dung", 2, so_loa="4")

    values = {"so_loa": "6", "trang_thai": "ngung"}
    actions.edit_entity(group().pk, "Cụm 1", values, date(2026, 3, 9), number=1, by=approver, at=AT)
    with pytest.raises(EntityStageRefused):
        actions.enter_entity("cum", village.pk, "Cụm 2", {"trang_thai": "sua"}, DAY, by=approver, at=AT)

    assert (group().properties["so_loa"], stage(9)) == ("6", "dung")


def test_a_list_is_asked_for_one_stage_on_any_day(village: OrgUnit) -> None:
    tell(village, "dung", 2)
    tell(village, "hong", 5)
    register = EntityList.objects.get()

    def found(wanted: str, on: int) -> int:
        day = date(2026, 3, on)
        return len(list(list_rows(register, EVERYTHING, Filters(day, values=(("trang_thai", wanted),)), AT.date())))

    assert [found("dung", 3), found("hong", 3), found("dung", 20), found("hong", 20)] == [1, 0, 0, 1]
