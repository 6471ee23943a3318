"""What the door asks the facts room before anything is written."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pytest
import xlsxwriter

from caunoi.accounts.models import Role, User
from caunoi.accounts.scope import EVERYTHING
from caunoi.audit.clock import take_numbers
from caunoi.audit.models import AuditLine
from caunoi.facts.ledger import check_ledger
from caunoi.facts.models import Book, DataElement, Posting, Relation
from caunoi.places.models import OrgUnit
from caunoi.records.actions import Incoming, Received, approve, approve_many, receive_many, withdraw
from caunoi.records.errors import AnswersRefused, Uncountable
from caunoi.records.models import Source, Submission
from caunoi.records.spreadsheet import import_file
from caunoi.records.tests.builders import (
    AT,
    BY,
    EVENTS,
    cleanup,
    publish,
    report,
    send,
    sending,
    stored,
    unit,
    user,
)
from caunoi.refusals import FileRefused, Mistake

pytestmark = pytest.mark.django_db
HEADER = ["don_vi", "ky", "so_cuoc_hop", "so_luot_du", "so_luot_ho", "so_buoi_phat", "so_cau_hoi", "so_da_tra_loi"]


def counted(code: str, expression: str, form: str = "bao_cao_thang_thon", **more: Any) -> DataElement:
    given = {"kind": "flow", "decimals": 0, "day": "period", "levels": ["village"], "name_vi": code} | more
    return DataElement.objects.create(
        code=code, form_code=form, expression=expression, pack="thu", known_from=take_numbers(1)[0], **given
    )


def relate(code: str, relation: str, other: str) -> None:
    Relation.objects.create(code=code, relation=relation, other=other, pack="thu")


@pytest.fixture
def village() -> OrgUnit:
    commune = unit("Xã Bản Qua", "commune", code="C1")
    made = unit("Thôn 1", "village", commune, code="V1")
    publish("bao_cao_thang_thon")
    publish("ngay_ra_quan", EVENTS)
    # The form itself asks for nothing here: the households' turns are part of the turns at meetings.
    counted("turns", "${so_luot_du}")
    counted("household_turns", "${so_luot_ho}")
    relate("household_turns", "part-of", "turns")
    return made


def problems_of(error: pytest.ExceptionInfo[AnswersRefused]) -> list[tuple[str, str, str, str]]:
    return [(p.question, p.kind, p.value, p.allowed) for p in error.value.problems]


def load(*rows: Sequence[Any]) -> list[Mistake]:
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    page = book.add_worksheet("Dữ liệu")
    for index, row in enumerate([HEADER, *rows]):
        page.write_row(index, 0, row)
    book.close()
    with pytest.raises(FileRefused) as refused:
        import_file(
            "bao_cao_thang_thon", made.getvalue(), "bao-cao.xlsx", by=None, by_name="Cán bộ", at=AT, scope=EVERYTHING
        )
    return list(refused.value.mistakes)


# What one sending says


def test_a_part_as_great_as_its_whole_is_fine(village: OrgUnit) -> None:
    assert stored(send(report(village, so_luot_du="60", so_luot_ho="60"))).reported_number == 1


def test_a_part_greater_than_its_whole_waits_for_an_officer_and_enters_both_books_with_the_approval(
    village: OrgUnit,
) -> None:
    officer = user("can-bo", (Role.APPROVER, OrgUnit.objects.get(key="C1")))

    received = send(report(village, so_luot_du="60", so_luot_ho="61"))

    assert [flag.split(":")[0] for flag in received.flags] == ["Số lượt hộ được đến tận nhà tuyên truyền, vận động"]
    (flag,) = stored(received).versions.get().flags
    assert (flag["kind"], flag["question"], flag["value"], flag["allowed"]) == (
        "relation", "so_luot_ho", "61", "không lớn hơn 60",
    )  # fmt: skip
    assert "(61)" in flag["message"]
    assert "(60)" in flag["message"]
    assert not Posting.objects.exists()
    approve(received.submission_id, by=officer, at=AT)
    assert Posting.objects.filter(book=Book.APPROVED).count() == 2
    assert Posting.objects.filter(book=Book.REPORTED).count() == 2


def test_what_is_not_stated_breaks_nothing(village: OrgUnit) -> None:
    counted("never_stated", "${so_cau_hoi}", filter="${so_cau_hoi} > 100")
    relate("household_turns", "not-greater-than", "never_stated")

    assert send(report(village)).flags == ()


def test_the_part_of_a_part_is_held_against_the_whole_where_nothing_between_is_stated(village: OrgUnit) -> None:
    counted("asked", "${so_cau_hoi}", filter="${so_cau_hoi} > 100")
    counted("answered", "${so_da_tra_loi}", filter="${so_da_tra_loi} > 0")
    relate("answered", "part-of", "asked")
    relate("asked", "not-greater-than", "household_turns")

    (flag,) = send(report(village, so_luot_ho="2", so_cau_hoi="50", so_da_tra_loi="40")).flags

    assert "(40)" in flag
    assert "(2)" in flag


def test_a_spreadsheet_names_row_column_value_and_what_is_allowed_with_all_other_mistakes(village: OrgUnit) -> None:
    mistakes = load(
        ["Thôn 1", "2023-05", 2, 60, 61, 8, 3, 2],
        ["Thôn 1", "2023-04", 2, 60, 5, 8, 3, 2],
        ["Thôn 9", "2023-03", 2, 60, 70, 8, 3, 2],
        ["Thôn 1", "2023-02", "hai", 60, 80, 8, 3, 2],
        ["Thôn 1", "2023-01", 2, "sáu", 90, 8, 3, 2],
    )

    assert [(m.row, m.column, m.value, m.allowed) for m in mistakes if "một phần" in m.message] == [
        (2, "E (so_luot_ho)", "61", "không lớn hơn 60"),
        (4, "E (so_luot_ho)", "70", "không lớn hơn 60"),
        (5, "E (so_luot_ho)", "80", "không lớn hơn 60"),
    ]
    assert [(m.row, m.column) for m in mistakes if "một phần" not in m.message] == [
        (4, "A (don_vi)"), (5, "C (so_cuoc_hop)"), (6, "D (so_luot_du)"),
    ]  # fmt: skip
    assert not Submission.objects.exists()


def test_a_value_that_no_book_can_hold_is_refused_at_its_question_and_its_row(village: OrgUnit) -> None:
    counted("half", "${so_buoi_phat} div 3")

    with pytest.raises(AnswersRefused) as refused:
        send(report(village, so_buoi_phat="8"))
    mistakes = load(["Thôn 1", "2023-05", 2, 60, 5, 9, 3, 2], ["Thôn 1", "2023-04", 2, 60, 5, 8, 3, 2])

    assert problems_of(refused) == [("so_buoi_phat", "amount", "8", "số nguyên")]
    assert [(m.row, m.column, m.value) for m in mistakes] == [(3, "F (so_buoi_phat)", "8")]


def test_a_phone_s_impossible_value_is_kept_but_can_t_be_approved_and_stops_no_other(village: OrgUnit) -> None:
    counted("third", "${so_buoi_phat} div 3")
    other = unit("Thôn 2", "village", OrgUnit.objects.get(key="C1"), code="V2")
    officer = user("can-bo", (Role.APPROVER, OrgUnit.objects.get(key="C1")))
    wrong = send(report(village, so_buoi_phat="8", source=Source.DEVICE))
    right = send(report(other, so_buoi_phat="9", source=Source.DEVICE))

    decided = approve_many([wrong.submission_id, right.submission_id], by=officer, at=AT)

    assert [flag["kind"] for flag in stored(wrong).versions.get().flags] == ["amount"]
    assert decided.approved == (right.submission_id,)
    assert "trả lại" in decided.refused[0][1]
    with pytest.raises(Uncountable):
        approve(wrong.submission_id, by=officer, at=AT)


# What is stored already, of another form


@pytest.fixture
def across(village: OrgUnit) -> OrgUnit:
    """Contributing households are never more than the people at the clean-up of the same day."""
    publish("dong_gop", EVENTS)
    counted("cleaners", "${so_nguoi}", "ngay_ra_quan", day="${ngay}")
    counted("households", "${so_ho}", "dong_gop", day="${ngay}")
    relate("households", "not-greater-than", "cleaners")
    return village


def contribution(village: OrgUnit, day: str, households: int, **more: Any) -> Incoming:
    answers = {
        "ngay": day,
        "loai_cong_trinh": "duong",
        "hinh_thuc": "tien",
        "so_tien": "5000000",
        "so_ho": str(households),
    }
    return sending("dong_gop", village, answers, more, AT, "")


def test_of_two_forms_that_disagree_about_a_day_the_later_one_waits_whichever_side_it_is(across: OrgUnit) -> None:
    send(cleanup(across, ngay="2023-06-01", so_nguoi="25"))
    send(contribution(across, "2023-06-02", 40))

    part = send(contribution(across, "2023-06-01", 26))
    whole = send(cleanup(across, ngay="2023-06-02", so_nguoi="39"))

    assert "(26)" in part.flags[0]
    assert "(40)" in whole.flags[0]
    assert [flag["allowed"] for flag in stored(whole).versions.get().flags] == ["không nhỏ hơn 40"]


def test_several_events_of_a_day_are_compared_by_their_sums(across: OrgUnit) -> None:
    for people in ("25", "15"):
        send(cleanup(across, ngay="2023-06-01", so_nguoi=people))

    assert send(contribution(across, "2023-06-01", 30)).flags == ()
    assert send(contribution(across, "2023-06-01", 10)).flags == ()
    assert "(41)" in send(contribution(across, "2023-06-01", 1)).flags[0]


def test_a_correction_is_not_counted_beside_what_it_corrects(across: OrgUnit) -> None:
    send(cleanup(across, ngay="2023-06-01", so_nguoi="25"))
    send(contribution(across, "2023-06-01", 20, instance_id="uuid:first"))

    corrected = send(contribution(across, "2023-06-01", 25, instance_id="uuid:second", deprecated_id="uuid:first"))

    assert (corrected.outcome, corrected.flags) == ("corrected", ())


def test_other_days_and_other_units_are_never_compared(across: OrgUnit) -> None:
    other = unit("Thôn 2", "village", OrgUnit.objects.get(key="C1"), code="V2")
    send(cleanup(across, ngay="2023-06-01", so_nguoi="25"))

    assert send(contribution(across, "2023-06-02", 26)).flags == ()
    assert send(contribution(other, "2023-06-01", 26)).flags == ()


def test_what_arrives_together_is_held_against_each_other_also_from_a_spreadsheet(across: OrgUnit) -> None:
    several = [
        cleanup(across, ngay="2023-06-01", so_nguoi="25", source=Source.SPREADSHEET),
        contribution(across, "2023-06-01", 26, source=Source.SPREADSHEET),
        contribution(across, "2023-06-02", 26, source=Source.SPREADSHEET),
    ]

    received = receive_many(several, by=BY, at=AT)

    assert [len(one.flags) for one in received] == [0, 1, 0]


# The other side is corrected


def flags_of(received: Received) -> list[str]:
    return [flag["message"] for flag in stored(received).versions.last().flags]


def corrected(village: OrgUnit, people: str, of: str, as_: str, day: str = "2023-06-01") -> Received:
    return send(cleanup(village, ngay=day, so_nguoi=people, instance_id=as_, deprecated_id=of))


def rechecks() -> list[dict[str, Any]]:
    return [line.detail for line in AuditLine.objects.filter(action="submission.recheck").order_by("number")]


def assert_ledger_is_right() -> None:
    assert check_ledger() == []


def test_a_doubt_is_lifted_when_the_other_side_is_corrected_and_nothing_else_changes(across: OrgUnit) -> None:
    send(cleanup(across, ngay="2023-06-01", so_nguoi="25", instance_id="uuid:w1"))
    part = send(contribution(across, "2023-06-01", 26))
    before = stored(part)
    lines = AuditLine.objects.count()

    corrected(across, "30", "uuid:w1", "uuid:w2")

    after = stored(part)
    assert flags_of(part) == []
    assert (after.reported_number, before.reported_number) == (1, None)
    assert (after.state, after.current_number, after.approved_number) == (before.state, 1, None)
    assert after.versions.get().answers == before.versions.get().answers
    (detail,) = rechecks()
    assert "(26)" in detail["lifted"][0] and detail["set"] == []
    assert AuditLine.objects.count() == lines + 2
    assert_ledger_is_right()


def test_a_doubt_stays_while_the_other_side_is_still_too_small_and_tells_the_new_value(across: OrgUnit) -> None:
    send(cleanup(across, ngay="2023-06-01", so_nguoi="20", instance_id="uuid:w1"))
    part = send(contribution(across, "2023-06-01", 26))

    # The correction disagrees as well; once an officer takes it, it is what the part is held against.
    whole = corrected(across, "22", "uuid:w1", "uuid:w2")
    approve(whole.submission_id, by=officer(), at=AT)

    assert ["(22)" in message for message in flags_of(part)] == [True]
    assert stored(part).reported_number is None
    assert_ledger_is_right()


def officer() -> User:
    return user("can-bo", (Role.APPROVER, OrgUnit.objects.get(key="C1")))


def test_a_doubt_is_set_when_what_an_officer_takes_into_the_books_breaks_it_and_the_figures_stay(
    across: OrgUnit,
) -> None:
    send(cleanup(across, ngay="2023-06-01", so_nguoi="25", instance_id="uuid:w1"))
    part = send(contribution(across, "2023-06-01", 24))
    whole = corrected(across, "20", "uuid:w1", "uuid:w2")
    assert flags_of(part) == []

    approve(whole.submission_id, by=officer(), at=AT)

    assert ["(24)" in message for message in flags_of(part)] == [True]
    assert stored(part).reported_number == 1
    assert rechecks()[-1]["set"] == flags_of(part)
    assert_ledger_is_right()
    corrected(across, "40", "uuid:w2", "uuid:w3")
    assert flags_of(part) == []
    assert_ledger_is_right()


def test_a_doubt_is_lifted_when_the_other_side_is_withdrawn_or_moves_to_another_day(across: OrgUnit) -> None:
    whole = send(cleanup(across, ngay="2023-06-01", so_nguoi="25"))
    part = send(contribution(across, "2023-06-01", 26))
    send(cleanup(across, ngay="2023-06-02", so_nguoi="25", instance_id="uuid:m1"))
    other = send(contribution(across, "2023-06-02", 26))
    assert flags_of(part) and flags_of(other)

    withdraw(whole.submission_id, by=officer(), at=AT, comment="ghi nhầm")
    corrected(across, "25", "uuid:m1", "uuid:m2", day="2023-06-03")

    assert flags_of(part) == flags_of(other) == []
    assert_ledger_is_right()


def test_of_several_only_as_many_are_lifted_as_fit(across: OrgUnit) -> None:
    send(cleanup(across, ngay="2023-06-01", so_nguoi="5", instance_id="uuid:w1"))
    one, two = send(contribution(across, "2023-06-01", 20)), send(contribution(across, "2023-06-01", 21))

    corrected(across, "25", "uuid:w1", "uuid:w2")

    assert (flags_of(one), len(flags_of(two))) == ([], 1)
    assert "(41)" in flags_of(two)[0]
    assert_ledger_is_right()


def test_an_approved_record_is_left_alone(across: OrgUnit) -> None:
    send(cleanup(across, ngay="2023-06-01", so_nguoi="25", instance_id="uuid:w1"))
    part = send(contribution(across, "2023-06-01", 24))
    approver = officer()
    approve(part.submission_id, by=approver, at=AT)

    whole = corrected(across, "20", "uuid:w1", "uuid:w2")
    approve(whole.submission_id, by=approver, at=AT)

    assert flags_of(part) == []
    assert rechecks() == []


def test_doubts_of_other_kinds_stay_when_those_about_another_record_go(across: OrgUnit) -> None:
    send(cleanup(across, ngay="2023-06-01", so_nguoi="25", instance_id="uuid:w1"))
    part = send(contribution(across, "2023-06-01", 26, so_tien="-5", source=Source.DEVICE))
    (own,) = [flag for flag in stored(part).versions.get().flags if flag["kind"] != "relation"]

    corrected(across, "30", "uuid:w1", "uuid:w2")

    assert stored(part).versions.get().flags == [own]
    assert stored(part).reported_number is None
    assert_ledger_is_right()
