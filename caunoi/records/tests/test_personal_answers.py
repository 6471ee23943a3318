"""What a form asks about a person is sealed as it arrives, read by few, and gone once its key is destroyed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from caunoi.accounts.models import Role, User
from caunoi.audit.models import AuditLine
from caunoi.audit.queries import find_chain_break
from caunoi.desk.answers import list_rows
from caunoi.facts.ledger import check_ledger
from caunoi.forms.queries import checker_of
from caunoi.forms.rules.instance import build_instance
from caunoi.personal.errors import NothingToErase
from caunoi.personal.models import PersonalQuestion, PersonKey
from caunoi.places.models import OrgUnit
from caunoi.records.actions.erasing import erase_answers, erase_due, list_overdue
from caunoi.records.actions.held import hold, place_held
from caunoi.records.actions.resending import check_same, find_known
from caunoi.records.errors import AnswersRefused, ErasingNotAllowed, EventDayMissing, InstanceTaken
from caunoi.records.exports.tables import cells_of, tables_of
from caunoi.records.models import Source
from caunoi.records.queries import get_version
from caunoi.records.sealed import open_version, read_answers, read_held, read_whole
from caunoi.records.tests.builders import AT, BY, DAY, send, stored, unit, user
from caunoi.records.tests.people import NAME, PHONE, contact, from_phone, publish_contact
from caunoi.vietnamese_text import fold

pytestmark = pytest.mark.django_db


@pytest.fixture
def village() -> OrgUnit:
    publish_contact()
    return unit("Thôn 1", "village", unit("Xã Bản Qua", "commune", code="10.082.02683"), code="10.082.02683.01")


@pytest.fixture
def officer(village: OrgUnit) -> User:
    return user("xa", (Role.EDITOR, village))


@pytest.fixture
def manager(village: OrgUnit) -> User:
    return user("quan-ly", (Role.PROGRAMME_MANAGER, village))


def everything_stored() -> str:
    """All values of all tables, the audit's chain among them."""
    found = []
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names()):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [str(value) for row in cursor.fetchall() for value in row]
    return json.dumps(found, ensure_ascii=False, cls=DjangoJSONEncoder)


def assert_nobody_is_named(text: str) -> None:
    for part in (NAME, PHONE, fold(NAME)):
        assert part not in text


def test_no_table_holds_what_a_form_says_about_a_person(village: OrgUnit) -> None:
    send(contact(village))
    send(from_phone(village))
    send(contact(village, source=Source.SPREADSHEET, so_nguoi="26"))

    assert_nobody_is_named(everything_stored())


def test_whoever_works_with_the_record_reads_it_and_that_is_written_down(village: OrgUnit, officer: User) -> None:
    version = get_version(stored(send(contact(village))), 1)

    answers = read_answers(version, by=officer, at=AT)

    assert answers["ten"] == NAME and answers["so_nguoi"] == "25"
    assert AuditLine.objects.filter(action="person.read", subject=str(version.submission), actor_id=officer.pk).exists()


def test_what_is_sensitive_stays_closed_beside_the_other_answers(village: OrgUnit, officer: User) -> None:
    version = get_version(stored(send(contact(village))), 1)

    answers = read_answers(version, by=officer, at=AT)

    assert PHONE not in answers.values()
    assert open_version(version)["dien_thoai"] == PHONE


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_others_see_that_there_is_something_but_not_what(village: OrgUnit, role: Role) -> None:
    version = get_version(stored(send(contact(village))), 1)

    answers = read_answers(version, by=user("khac", (role, village)), at=AT)

    rows = {row.question: row.value for row in list_rows(checker_of(version.form_version).outline, answers, None, "vi")}
    assert rows["ten"] == rows["dien_thoai"] == "(dữ liệu cá nhân)"
    assert rows["so_nguoi"] == "25"


def test_exports_hold_nobody(village: OrgUnit) -> None:
    version = get_version(stored(send(contact(village))), 1)
    (table,) = tables_of([checker_of(version.form_version).questions], "vi", split_choices=False)

    assert cells_of(table, version.answers, "vi")[-2:] == ["•••", "•••"]


def test_whoever_corrects_gets_the_sending_as_it_came(village: OrgUnit, officer: User) -> None:
    incoming = from_phone(village)
    version = get_version(stored(send(incoming)), 1)

    assert read_whole(version, by=officer, at=AT).encode() == incoming.xml


def test_a_correction_that_leaves_the_person_alone_shows_no_change_there(village: OrgUnit) -> None:
    first = send(contact(village, instance_id="uuid:a"))
    submission = stored(send(contact(village, instance_id="uuid:b", deprecated_id="uuid:a", so_nguoi="30")))

    before, after = get_version(submission, 1), get_version(submission, 2)

    assert submission.pk == first.submission_id
    assert before.answers["ten"] == after.answers["ten"] != NAME
    assert PersonKey.objects.count() == 1


def test_what_a_sheet_carries_along_sealed_stays_as_it_is(village: OrgUnit) -> None:
    version = get_version(stored(send(contact(village, instance_id="uuid:a"))), 1)
    carried = {**version.answers, "so_nguoi": "30"}

    again = get_version(stored(send(contact(village, answers=carried, deprecated_id="uuid:a"))), 2)

    assert again.answers == carried and not again.flags


def test_the_same_sending_is_known_again_and_another_under_its_name_refused(village: OrgUnit) -> None:
    incoming = from_phone(village)
    first = send(incoming)

    again = send(incoming)

    assert (again.outcome, again.version_id) == ("unchanged", first.version_id)
    known = find_known("dau_moi", "uuid:1")
    assert known is not None and incoming.xml is not None
    check_same(known, incoming.xml, [village.pk])
    with pytest.raises(InstanceTaken):
        send(from_phone(village, ten="Người khác"))
    with pytest.raises(InstanceTaken):
        check_same(known, incoming.xml + b" ", [village.pk])


def test_the_same_row_of_a_sheet_is_known_again(village: OrgUnit) -> None:
    first = send(contact(village, source=Source.SPREADSHEET))

    assert send(contact(village, source=Source.SPREADSHEET)).version_id == first.version_id
    assert send(contact(village, source=Source.SPREADSHEET, ten="Người khác")).outcome == "new"


def test_an_answer_outside_the_rules_is_flagged_without_saying_it(village: OrgUnit) -> None:
    version = get_version(stored(send(from_phone(village, dien_thoai="0912"))), 1)

    assert [flag["value"] for flag in version.flags] == [""]


def test_what_a_phone_sent_without_its_day_is_held_sealed_and_placed(village: OrgUnit, officer: User) -> None:
    incoming = from_phone(village, ngay="")

    held = hold(incoming, EventDayMissing("Ngày"), by=BY, at=AT)
    assert_nobody_is_named(everything_stored())
    received = place_held(held.pk, day=DAY, by=officer, at=AT)

    assert open_version(get_version(stored(received), 1))["ten"] == NAME
    assert send(replace(incoming, is_placed=True, placed_on=DAY)).outcome == "unchanged"
    assert {key.subject for key in PersonKey.objects.all()} == {f"submission:{received.submission_id}"}


def test_erasing_takes_what_was_corrected_while_it_was_held(village: OrgUnit, officer: User, manager: User) -> None:
    first = hold(from_phone(village, ngay=""), EventDayMissing("Ngày"), by=BY, at=AT)
    checker = checker_of(first.form_version)
    answers = {"so_nguoi": "25", "ten": "Người khác"}
    corrected = build_instance(checker.outline, "dau_moi", "1", "uuid:2", answers, "uuid:1")
    again = contact(village, xml=corrected.encode(), source=Source.DEVICE)
    second = hold(again, EventDayMissing("Ngày"), by=BY, at=AT)
    received = place_held(second.pk, day=DAY, by=officer, at=AT)

    assert read_held(first, by=officer, at=AT)["ten"] == NAME
    erase_answers(stored(received), because="Đơn", by=manager, at=AT)

    assert "ten" not in read_held(first, by=officer, at=AT)
    assert not PersonKey.objects.filter(destroyed_at=None).exists()


def test_what_is_sensitive_stays_closed_on_a_held_sending_too(village: OrgUnit, officer: User) -> None:
    held = hold(from_phone(village, ngay=""), EventDayMissing("Ngày"), by=BY, at=AT)

    answers = read_held(held, by=officer, at=AT)

    rows = {row.question: row.value for row in list_rows(checker_of(held.form_version).outline, answers, None, "vi")}
    assert (rows["ten"], rows["dien_thoai"]) == (NAME, "(dữ liệu cá nhân)")


def test_erasing_leaves_the_record_its_figures_and_the_chain(village: OrgUnit, officer: User, manager: User) -> None:
    incoming = from_phone(village)
    submission = stored(send(incoming))
    send(replace(contact(village), instance_id="uuid:other"))

    erase_answers(submission, because="Đơn ngày 12/03/2026", by=manager, at=AT)

    version = get_version(submission, 1)
    assert read_answers(version, by=officer, at=AT)["ten"] == "đã xóa theo yêu cầu"
    assert NAME not in read_whole(version, by=officer, at=AT)
    assert send(incoming).outcome == "unchanged"
    assert check_ledger() == [] and find_chain_break() is None
    assert PersonKey.objects.filter(destroyed_at=None).count() == 1
    with pytest.raises(NothingToErase):
        erase_answers(submission, because="nữa", by=manager, at=AT)


def test_after_erasure_a_correction_may_name_somebody_anew(village: OrgUnit, manager: User) -> None:
    submission = stored(send(contact(village, instance_id="uuid:a")))
    erase_answers(submission, because="Đơn", by=manager, at=AT)

    send(contact(village, deprecated_id="uuid:a", ten="Người khác"))

    assert open_version(get_version(submission, 2))["ten"] == "Người khác"
    assert open_version(get_version(submission, 1))["ten"] == "đã xóa theo yêu cầu"


def test_who_only_records_may_not_erase(village: OrgUnit, officer: User) -> None:
    submission = stored(send(contact(village)))

    with pytest.raises(ErasingNotAllowed):
        erase_answers(submission, because="Đơn", by=officer, at=AT)


def test_when_its_time_is_over_a_record_is_listed_or_erased_by_itself(village: OrgUnit, manager: User) -> None:
    submission = stored(send(contact(village)))
    late = AT + timedelta(days=366)

    assert list_overdue(manager, AT + timedelta(days=364)) == []
    assert [(one.submission, one.since) for one in list_overdue(manager, late)] == [(submission, date(2024, 6, 20))]
    assert erase_due(at=late) == 0
    PersonalQuestion.objects.update(at_end="erase")
    assert erase_due(at=late) == 1
    assert list_overdue(manager, late) == []


def test_a_forged_seal_opens_nothing(village: OrgUnit) -> None:
    version = get_version(stored(send(contact(village))), 1)
    key, text = version.answers["ten"].removeprefix("sealed:1:").split(":")
    forged = from_phone(village, "uuid:9", ten=f"sealed:1:{key}:{text[:-4]}AAA=")

    made = get_version(stored(send(forged)), 1)

    assert open_version(made)["ten"].startswith("sealed:1:")


def test_what_another_record_says_is_not_read_by_pasting_its_seal(village: OrgUnit, officer: User) -> None:
    """In a sheet it is refused; what comes as XML keeps it as the text it is."""
    token = get_version(stored(send(contact(village, instance_id="uuid:a"))), 1).answers["ten"]
    send(contact(village, instance_id="uuid:b", ten="Người khác"))

    for changes in ({"ten": token}, {"ghi_chu": token}, {"ten": token, "deprecated_id": "uuid:b"}):
        with pytest.raises(AnswersRefused) as refused:
            send(contact(village, source=Source.SPREADSHEET, **changes))
        assert "niêm phong" in str([one.message for one in refused.value.problems])
    made = get_version(stored(send(from_phone(village, ten=token, ghi_chu=token))), 1)
    head = from_phone(village, "uuid:9", ten="", dien_thoai="").xml or b""
    forged = head.replace(b"<data ", f'<data sealed="{token}" '.encode())
    whole = get_version(stored(send(contact(village, xml=forged, source=Source.DEVICE))), 1)

    assert NAME not in str([read_answers(made, by=officer, at=AT), open_version(made)])
    assert token in whole.xml and NAME not in read_whole(whole, by=officer, at=AT).partition("-->")[2]


def test_an_answer_is_not_read_under_another_question_of_its_record(village: OrgUnit) -> None:
    phone = get_version(stored(send(contact(village, instance_id="uuid:a"))), 1).answers["dien_thoai"]

    for question in ("ten", "ghi_chu"):
        with pytest.raises(AnswersRefused):
            send(contact(village, deprecated_id="uuid:a", source=Source.SPREADSHEET, **{question: phone}))


def test_what_was_erased_stays_so_in_a_sheet_that_carries_it_along(village: OrgUnit, manager: User) -> None:
    submission = stored(send(contact(village, instance_id="uuid:a")))
    carried = {**get_version(submission, 1).answers, "so_nguoi": "30"}
    erase_answers(submission, because="Đơn", by=manager, at=AT)

    send(contact(village, answers=carried, deprecated_id="uuid:a", source=Source.SPREADSHEET))

    again = get_version(submission, 2)
    assert again.answers == {"ngay": "2023-06-01", "so_nguoi": "30"} and not again.flags
    assert not PersonKey.objects.filter(destroyed_at=None).exists()


def test_a_correction_is_sealed_with_the_key_of_what_it_corrects(village: OrgUnit) -> None:
    submission = stored(send(contact(village, instance_id="uuid:a")))
    key = PersonKey.objects.get()
    PersonKey.objects.create(
        id=uuid4(), subject=key.subject, form_code=key.form_code, wrapped=key.wrapped, counted_from=key.counted_from,
        made_at=key.made_at + timedelta(days=1),
    )  # fmt: skip

    send(contact(village, instance_id="uuid:b", deprecated_id="uuid:a", so_nguoi="30"))

    assert get_version(submission, 2).answers["ten"] == get_version(submission, 1).answers["ten"]
