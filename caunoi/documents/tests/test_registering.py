from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pytest_django import Settings

from caunoi.audit.models import AuditLine
from caunoi.documents.actions import correct_document, mark_done, register_document, withdraw_document
from caunoi.documents.errors import DocumentInvalid, DocumentMoved, DocumentQuestioned
from caunoi.documents.models import Document, Duty
from caunoi.documents.rules.drafts import DeadlineDraft, DocumentDraft
from caunoi.documents.rules.questions import AFTER_ITS_PLAN, IN_FUTURE, OLDER_THAN_IMPLEMENTED, TWICE
from caunoi.documents.rules.spans import read_span
from caunoi.documents.tests.builders import (
    BAN_QUA,
    BAN_VUOC,
    BAT_XAT,
    CLERK,
    COC_SAN,
    NOON,
    PROVINCE,
    draft,
    register,
    resolution,
    store_documents_world,
)
from caunoi.documents.uploads import prepare_file
from caunoi.tasks.models import Task

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world(settings: Settings, tmp_path: Path) -> None:
    settings.CAUNOI_HOME = tmp_path
    store_documents_world()


def enter(given: DocumentDraft, unit: int = PROVINCE, confirmed: tuple[str, ...] = ()) -> Document:
    return register_document(org_unit_id=unit, draft=given, by=CLERK, at=NOON, confirmed=confirmed)


def questions_about(given: DocumentDraft, unit: int = PROVINCE) -> list[str]:
    with pytest.raises(DocumentQuestioned) as asked:
        enter(given, unit)
    return [one.code for one in asked.value.questions]


def test_a_document_is_entered_with_its_number_body_and_line_in_the_audit_log() -> None:
    made = enter(draft(reference=" 05/KH-UBND "))

    assert (made.reference, made.number, made.entry_number) == ("05/KH-UBND", 5, 1)
    assert made.issuing_body == "Tỉnh Lào Cai"
    line = AuditLine.objects.get(action="document.register")
    assert line.subject == f"document:{made.pk}"
    assert line.detail["title"] == "Kế hoạch tuyên truyền, vận động năm 2026"


def test_each_unit_direction_and_year_counts_its_entries_from_one() -> None:
    numbers = [
        register(PROVINCE, reference="1/KH").entry_number,
        register(PROVINCE, reference="2/KH").entry_number,
        register(COC_SAN, reference="1/KH").entry_number,
        register(PROVINCE, reference="1/KH", issued_on=date(2025, 1, 2)).entry_number,
        register(
            PROVINCE, direction="incoming", issuing_body="Chính phủ", received_on=date(2026, 3, 4), reference="9/CP"
        ).entry_number,
    ]

    assert numbers == [1, 2, 1, 1, 1]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"plans": read_span("2025")}, AFTER_ITS_PLAN),
        ({"issued_on": date(2026, 8, 11)}, IN_FUTURE),
    ],
)
def test_what_is_unusual_is_asked_and_entered_once_confirmed(given: dict[str, object], code: str) -> None:
    unusual = draft(**given)

    assert questions_about(unusual) == [code]
    made = enter(unusual, confirmed=(code,))
    assert AuditLine.objects.get(subject=f"document:{made.pk}").detail["confirmed"] == [code]


def test_implementing_a_younger_document_is_asked_about() -> None:
    younger = register(issued_on=date(2026, 6, 1), reference="20/KH-UBND")

    assert questions_about(draft(implements=younger.pk)) == [OLDER_THAN_IMPLEMENTED]


def test_the_same_number_body_and_year_twice_is_asked_about_and_another_year_is_not() -> None:
    register()

    assert questions_about(draft(title="Khác")) == [TWICE]
    enter(draft(issued_on=date(2025, 3, 2)))
    enter(draft(), COC_SAN)


def test_a_correction_keeps_what_stood_and_says_why() -> None:
    made = register()

    corrected = correct_document(
        made.pk, seen_number=1, draft=draft(title="Kế hoạch vận động"), because="gõ nhầm", by=CLERK, at=NOON
    )

    assert [version.values["title"] for version in corrected.versions.all()] == [
        "Kế hoạch tuyên truyền, vận động năm 2026",
        "Kế hoạch vận động",
    ]
    line = AuditLine.objects.get(action="document.correct")
    assert line.detail == {
        "because": "gõ nhầm",
        "changes": {"title": ["Kế hoạch tuyên truyền, vận động năm 2026", "Kế hoạch vận động"]},
    }


def test_a_correction_of_what_somebody_else_corrected_is_refused() -> None:
    made = register()
    correct_document(made.pk, seen_number=1, draft=draft(title="Một"), because="sửa", by=CLERK, at=NOON)

    with pytest.raises(DocumentMoved):
        correct_document(made.pk, seen_number=1, draft=draft(title="Hai"), because="sửa", by=CLERK, at=NOON)


def test_the_same_again_is_no_new_version() -> None:
    made = register()

    same = correct_document(made.pk, seen_number=1, draft=draft(), because="không đổi gì", by=CLERK, at=NOON)

    assert same.current_number == 1
    assert made.versions.count() == 1


def test_a_removed_file_stays_with_the_history() -> None:
    made = register(files=[prepare_file("ke-hoach.txt", "Nội dung".encode())])
    file = made.files.get()

    correct_document(
        made.pk, seen_number=1, draft=draft(), because="nhầm tệp", removed_files=[file.pk], by=CLERK, at=NOON
    )

    file.refresh_from_db()
    assert file.removed_in == 2
    assert [sorted(version.values["files"]) for version in made.versions.all()] == [["ke-hoach.txt"], []]


def test_two_documents_cannot_implement_each_other() -> None:
    first = register()
    second = register(reference="6/KH", implements=first.pk)

    with pytest.raises(DocumentInvalid):
        correct_document(first.pk, seen_number=1, draft=draft(implements=second.pk), because="nhầm", by=CLERK, at=NOON)


def test_nobody_gives_work_to_units_above_or_beside() -> None:
    asked = DeadlineDraft("Gửi báo cáo", date(2026, 9, 1))

    for unit in (PROVINCE, BAT_XAT):
        with pytest.raises(DocumentInvalid):
            enter(draft(addressed_to=(unit,), deadlines=(asked,), issued_on=date(2026, 7, 20)), COC_SAN)


# ---- Deadlines become tasks -----------------------------------------------------------------------------------------


def open_tasks() -> dict[int, date | None]:
    return dict(Task.objects.filter(done_at=None).values_list("org_unit_id", "due_on"))


def test_a_deadline_is_a_task_of_each_unit_until_its_plan_arrives() -> None:
    asking = resolution(BAN_QUA, COC_SAN)
    assert open_tasks() == {BAN_QUA: date(2026, 4, 30), COC_SAN: date(2026, 4, 30)}

    register(COC_SAN, implements=asking.pk)

    assert open_tasks() == {BAN_QUA: date(2026, 4, 30)}


def test_a_plan_entered_by_the_office_above_as_incoming_answers_too() -> None:
    asking = resolution(COC_SAN)

    register(
        PROVINCE,
        direction="incoming", issuing_unit=COC_SAN, received_on=date(2026, 3, 5), implements=asking.pk,
    )  # fmt: skip

    assert open_tasks() == {}


def test_a_task_is_closed_by_a_note_and_the_note_is_kept() -> None:
    asking = resolution(COC_SAN, deadlines=(DeadlineDraft("Tổ chức hội nghị", date(2026, 5, 1)),))

    mark_done(
        asking.deadlines.get().pk,
        org_unit_id=COC_SAN, done_on=date(2026, 4, 2), note="Đã họp tại nhà văn hóa xã", by=CLERK, at=NOON,
    )  # fmt: skip

    assert open_tasks() == {}
    assert AuditLine.objects.get(action="document.done").detail["note"] == "Đã họp tại nhà văn hóa xã"


def test_withdrawing_the_plan_opens_the_task_again_and_withdrawing_the_resolution_ends_it() -> None:
    asking = resolution(COC_SAN)
    plan = register(COC_SAN, implements=asking.pk)

    withdraw_document(plan.pk, seen_number=1, because="ban hành nhầm", by=CLERK, at=NOON)
    assert list(open_tasks()) == [COC_SAN]

    withdraw_document(asking.pk, seen_number=1, because="thay bằng nghị quyết khác", by=CLERK, at=NOON)
    assert open_tasks() == {}


def test_what_was_asked_of_communes_that_merged_is_answered_by_their_successor() -> None:
    asking = resolution(BAN_QUA, BAN_VUOC)

    register(BAT_XAT, implements=asking.pk, issued_on=date(2026, 8, 1))

    assert open_tasks() == {}
    assert set(Duty.objects.values_list("done_on", flat=True)) == {date(2026, 8, 1)}


def test_a_later_day_moves_the_task_and_a_dropped_deadline_ends_it() -> None:
    asking = resolution(COC_SAN)
    moved = draft(
        reference=asking.reference, kind="nghi_quyet", title=asking.title, issued_on=asking.issued_on,
        addressed_to=(COC_SAN,),
        deadlines=(DeadlineDraft("Ban hành kế hoạch thực hiện", date(2026, 6, 30), wants_document=True),),
    )  # fmt: skip

    correct_document(asking.pk, seen_number=1, draft=moved, because="gia hạn", by=CLERK, at=NOON)
    assert open_tasks() == {COC_SAN: date(2026, 6, 30)}

    correct_document(
        asking.pk, seen_number=2, draft=replace(moved, deadlines=()), because="không yêu cầu nữa", by=CLERK, at=NOON
    )
    assert open_tasks() == {}
