"""What the protocol wants accepted is flagged or held; what is no sending at all is refused in a sentence."""

from __future__ import annotations

from datetime import timedelta

import pytest

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.approvals.errors import StepImpossible
from caunoi.desk.tests.builders import monthly_xml, publish, publish_monthly
from caunoi.facts.models import Posting
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.openrosa.tests.client import Phone
from caunoi.openrosa.tests.sendings import activity, days_ago
from caunoi.records.actions import approve, lock
from caunoi.records.models import HeldSending, Submission, SubmissionVersion

LAUGHS = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>"""
BUDDHIST = f"{moments.today().year + 543}-01-05"
REPEATS = """
| survey | | | |
|  | type | name | label |
|  | date | ngay | Ngày |
|  | begin repeat | ho | Hộ |
|  | text | ten | Tên |
|  | integer | so_nguoi | Số người |
|  | end repeat | | |
| settings | | | |
|  | form_id | form_title | version |
|  | nhieu_ho | Nhiều hộ | 1 |
"""


def flags() -> dict[str, str]:
    return {flag["question"]: flag["kind"] for flag in SubmissionVersion.objects.get().flags}


# ---- No sending at all: refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"plain text",
        b"<data id='hoat_dong'>",
        LAUGHS.encode() + b"<data id='hoat_dong' version='1'><ngay>&d;</ngay></data>",
        b"<data id='hoat_dong' version='1'>" + b"<g>" * 5000 + b"</g>" * 5000 + b"</data>",
        activity().encode("utf-16"),
        "<data id='hoat_dong' version='1'><ngay>ngày</ngay></data>".encode("windows-1258"),
        b"<data id='hoat_dong' version='1'></data>",
        activity("uuid:" + "a" * 200).encode(),
        b"<data id='hoat_dong' version='1'>\x00</data>",
    ],
    ids=["empty", "text", "open", "laughs", "deep", "utf-16", "legacy", "no instance", "long instance", "nul"],
)
def test_what_is_no_instance_is_refused_with_a_sentence(phone: Phone, xml: bytes) -> None:
    answer = phone.send(xml)

    assert answer.status == 400
    assert len(answer.error) > 20
    assert not Submission.objects.exists() and not HeldSending.objects.exists()


def test_an_xml_of_more_than_ten_megabytes_is_refused_by_size(phone: Phone) -> None:
    answer = phone.send(activity(ghi_chu="x" * 11 * 1024 * 1024))

    assert answer.status == 400 and "10 MB" in answer.error


def test_ten_thousand_repeats_are_taken(phone: Phone) -> None:
    publish(REPEATS, [AssignmentRow("village", "event", approval_level="commune")])
    rows = "".join(f"<ho><ten>Hộ {n}</ten><so_nguoi>{n % 9}</so_nguoi></ho>" for n in range(10_000))

    xml = activity(form="nhieu_ho", loai="", so_nguoi="").replace("<meta>", f"{rows}<meta>")

    assert phone.send(xml).status == 201
    assert len(SubmissionVersion.objects.get().answers["ho"]) == 10_000


# ---- Answers outside the form: flagged, in no book ---------------------------------------------------------------


@pytest.mark.parametrize(
    "answers, flagged",
    [
        ({"so_nguoi": "ba mươi"}, {"so_nguoi": "type"}),
        ({"so_nguoi": "1" * 400}, {"so_nguoi": "type"}),
        ({"so_nguoi": ""}, {"so_nguoi": "required"}),
        ({"so_nguoi": "NaN"}, {"so_nguoi": "required"}),
        ({"loai": "khong_co"}, {"loai": "choice"}),
        ({"la_lung": "x"}, {"la_lung": "unknown-question"}),
        ({"ngay": days_ago(500)}, {"": "clock"}),
    ],
)
def test_answers_outside_the_forms_rules_wait_for_an_officer(
    phone: Phone, officer: User, answers: dict[str, str], flagged: dict[str, str]
) -> None:
    answer = phone.send(activity(**answers))

    assert answer.status == 201 and "xem lại" in answer.texts("message")[0]
    assert flags() == flagged
    submission = Submission.objects.get()
    assert (submission.state, submission.reported_number) == ("submitted", None)
    assert not Posting.objects.exists()
    approve(submission.pk, by=officer, at=moments.now())
    assert Submission.objects.get().state == "approved"


def test_another_namespace_changes_nothing(phone: Phone) -> None:
    assert phone.send(activity().replace("<data ", '<data xmlns="http://example.org/khac" ')).status == 201

    assert flags() == {}


# ---- What cannot be placed: held -------------------------------------------------------------------------------------


def future(days: int) -> str:
    return (moments.today() + timedelta(days)).isoformat()


@pytest.mark.parametrize(
    "day",
    [
        "",
        "hôm nay",
        future(1),
        future(400),
        BUDDHIST,
        "٢٠٢٦-٠٨-٠١",
        "0001-01-01",
        "2026-02-30",
    ],
)
def test_an_activity_without_a_day_that_can_be_is_held(phone: Phone, day: str) -> None:
    xml = activity("uuid:a", ngay=day)

    answer = phone.send(xml)

    assert answer.status == 201 and "xếp vào đúng kỳ" in answer.texts("message")[0]
    held = HeldSending.objects.get()
    assert (held.xml, held.org_unit_id, held.entered_by_name) == (xml, 3, "Giàng A Páo")
    assert not Submission.objects.exists()


@pytest.mark.parametrize("month", ["", "2569-08-01", "2026-08-15", "2020-01-01"])
def test_a_report_for_no_period_that_can_be_is_held(phone: Phone, month: str) -> None:
    publish_monthly()

    assert phone.send(monthly_xml(ky_bao_cao=month)).status == 201
    assert HeldSending.objects.count() == 1


def test_a_report_for_a_locked_period_is_held(phone: Phone, officer: User) -> None:
    publish_monthly()
    assert phone.send(monthly_xml("uuid:a")).status == 201
    submission = Submission.objects.get()
    approve(submission.pk, by=officer, at=moments.now())
    lock_it(submission.pk, officer)

    assert phone.send(monthly_xml("uuid:b", so_luot="50")).status == 201
    assert HeldSending.objects.get().instance_id == "uuid:b"


def lock_it(submission_id: int, officer: User) -> None:
    from caunoi.accounts.models import Role
    from caunoi.desk.tests.builders import user
    from caunoi.refusals import NotAllowed

    try:
        lock(submission_id, by=officer, at=moments.now())
    except (NotAllowed, StepImpossible):
        lock(submission_id, by=user("ql", [(Role.PROGRAMME_MANAGER, 1)]), at=moments.now())
