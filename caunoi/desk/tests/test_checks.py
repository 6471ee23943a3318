"""What an officer is told before approving: beside the record, in the inbox, in the list of the month; and "seen"."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import pytest
from click.testing import CliRunner
from django.db import connection
from django.test.utils import CaptureQueriesContext

from caunoi.accounts.models import Role, User
from caunoi.accounts.scope import EVERYTHING
from caunoi.audit.clock import take_numbers
from caunoi.audit.models import AuditLine
from caunoi.cli.checks import checks as checks_command
from caunoi.desk.tests.builders import (
    commune_officer,
    monthly_xml,
    publish_monthly,
    signed_in,
    store_world,
    user,
    village_head,
)
from caunoi.facts.checks import find_open
from caunoi.facts.models import CheckSetting, DataElement, Relation, SeenFinding
from caunoi.facts.queries import forget_catalogues
from caunoi.moments import local_moment
from caunoi.records.actions import receive
from caunoi.records.incoming import Incoming
from caunoi.records.models import Submission

pytestmark = pytest.mark.django_db

YEAR = [28, 26, 31, 29, 24, 28, 30, 27]


@pytest.fixture
def officer() -> User:
    store_world()
    publish_monthly(from_day=date(2025, 1, 1))
    for code, name in (("so_cuoc_hop", "Số cuộc họp"), ("so_luot", "Lượt người dự")):
        DataElement.objects.create(
            code=code, name_vi=name, name_en=code, kind="flow", levels=["village"], form_code="bao_cao_thang",
            unit="lượt" if code == "so_luot" else "cuộc", expression=f"${{{code}}}", day="period", pack="thu",
            known_from=take_numbers(1)[0],
        )  # fmt: skip
    forget_catalogues()
    return commune_officer()


def sent(by: User, month: int, meetings: int, turns: int, unit: int = 3, corrects: str = "") -> Submission:
    moment = local_moment(date(2026, 10, 2))
    instance = f"uuid:{unit}-{month}{'-again' if corrects else ''}"
    xml = monthly_xml(
        instance, corrects, ky_bao_cao=f"2026-{month:02d}-01", so_cuoc_hop=str(meetings), so_luot=str(turns)
    )
    incoming = Incoming("bao_cao_thang", unit, moment, xml=xml.encode(), entered_by=by)
    return Submission.objects.get(pk=receive(incoming, by=by.actor, at=moment).submission_id)


def year_of(head: User, unit: int = 3) -> None:
    for month, turns in enumerate(YEAR, start=1):
        sent(head, month, 2 + month % 3, turns, unit)


def page_of(who: User, address: str) -> str:
    return signed_in(who).get(address).content.decode()


def test_a_typing_slip_is_told_beside_the_record_in_the_inbox_and_in_the_list(officer: User) -> None:
    head = village_head()
    year_of(head)
    slip = sent(head, 9, 3, 280)
    sentence = "“Lượt người dự” là 280 lượt; 8 tháng trước thường khoảng 28 (từ 24 đến 31)."

    for address in (f"/submissions/{slip.pk}/", "/inbox/", "/checks/", "/checks/?month=09/2026&q=ban qua"):
        assert sentence in page_of(officer, address), address
    assert sentence not in page_of(officer, "/checks/?month=08/2026")
    assert sentence not in page_of(officer, "/checks/?kind=copied")
    assert "không có gì cần xem lại" in page_of(officer, "/checks/?q=coc san")


def test_approving_many_says_it_and_does_not_stop(officer: User) -> None:
    head = village_head()
    year_of(head)
    slip = sent(head, 9, 3, 280)
    client = signed_in(officer)
    value = f"{slip.pk}:1:0"

    asked = client.post("/inbox/approve/", {"id": value, "step": "approve"}).content.decode()
    client.post("/inbox/approve/", {"id": value, "step": "approve", "confirmed": "yes"})

    assert "1 bản có số nên xem lại" in asked and "280" in asked
    slip.refresh_from_db()
    assert slip.state == "approved"


def test_what_an_officer_found_right_does_not_come_back_for_that_version(officer: User) -> None:
    head = village_head()
    year_of(head)
    slip = sent(head, 9, 3, 280)
    client = signed_in(officer)
    mark = {"number": "1", "kind": "outlier", "code": "so_luot", "note": "Hội làng, có danh sách"}

    client.post(f"/submissions/{slip.pk}/seen/", mark)
    client.post(f"/submissions/{slip.pk}/seen/", mark)

    page = page_of(officer, f"/submissions/{slip.pk}/")
    assert 'id="worth-a-look"' not in page and "Hội làng, có danh sách" in page
    assert find_open([slip.pk], EVERYTHING) == {}
    assert "280" not in page_of(officer, "/checks/") and "Hội làng" in page_of(officer, "/checks/?seen=1")
    line = AuditLine.objects.get(action="submission.seen")
    assert (line.subject, line.detail["note"]) == (str(slip), "Hội làng, có danh sách")

    sent(head, 9, 3, 290, corrects=f"uuid:{3}-9")
    assert [one.kind.value for one in find_open([slip.pk], EVERYTHING)[slip.pk]] == ["outlier"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"note": " "}, "vì sao con số này đúng"),
        ({"code": "so_cuoc_hop"}, "không còn nữa"),
        ({"kind": "x"}, "không còn nữa"),
        ({"number": "2"}, "phiên bản mới hơn"),
        ({"number": ""}, "phiên bản mới hơn"),
    ],
)
def test_a_mark_without_a_reason_or_about_something_else_is_refused(
    officer: User, change: dict[str, str], says: str
) -> None:
    head = village_head()
    year_of(head)
    slip = sent(head, 9, 3, 280)
    mark = {"number": "1", "kind": "outlier", "code": "so_luot", "note": "Hội làng"} | change

    answer = signed_in(officer).post(f"/submissions/{slip.pk}/seen/", mark)

    assert answer.status_code in (400, 409) and says in answer.content.decode()
    assert SeenFinding.objects.count() == 0


def test_neither_who_wrote_it_nor_who_only_reads_may_say_it_is_right(officer: User) -> None:
    year_of(officer)
    slip = sent(officer, 9, 3, 280)
    reader = user("doc", [(Role.VIEWER, 1)])
    stranger = commune_officer(5, "xa-khac")
    mark = {"number": "1", "kind": "outlier", "code": "so_luot", "note": "Đúng"}

    codes = [signed_in(who).post(f"/submissions/{slip.pk}/seen/", mark).status_code for who in (officer, reader)]

    assert codes == [403, 403]
    assert signed_in(stranger).post(f"/submissions/{slip.pk}/seen/", mark).status_code == 404
    assert "280" in page_of(reader, "/checks/") and "280" not in page_of(stranger, "/checks/")


def test_a_copied_month_and_a_neighbour_s_report_are_told(officer: User) -> None:
    CheckSetting.objects.create(pack="thu", values={"copied": "2"})
    head, other = village_head(), village_head(4, "thon-2")
    sent(head, 8, 3, 28)
    again = sent(head, 9, 3, 28)
    alike = sent(other, 9, 3, 28, unit=4)

    found = find_open([again.pk, alike.pk], EVERYTHING)

    assert [one.sentence for one in found[again.pk]] == [
        "Cả 2 số giống hệt báo cáo tháng 08/2026 của chính đơn vị này."
    ]
    assert [one.sentence for one in found[alike.pk]] == ["Cả 2 số giống hệt báo cáo cùng kỳ của Thôn 1."]


def test_bounds_of_the_pack_and_declared_relations_are_told(officer: User) -> None:
    CheckSetting.objects.create(pack="thu", code="so_luot", level="village", values={"plausible_to": "500"})
    Relation.objects.create(code="so_cuoc_hop", relation="not-greater-than", other="so_luot", pack="thu")
    forget_catalogues()
    head = village_head()
    large, turned = sent(head, 8, 3, 900), sent(head, 9, 40, 4)

    found = find_open([large.pk, turned.pk], EVERYTHING)

    assert [one.sentence for one in found[large.pk]] == [
        "“Lượt người dự” là 900 lượt; ở cấp thôn thường không quá 500 lượt."
    ]
    assert [one.kind.value for one in found[turned.pk]] == ["relation"]
    assert set(found[turned.pk][0].questions) == {"so_cuoc_hop", "so_luot"}


def test_a_sudden_jump_is_told_long_before_there_is_a_usual(officer: User) -> None:
    head = village_head()
    sent(head, 8, 3, 28)
    slip = sent(head, 9, 3, 280)

    assert [one.sentence for one in find_open([slip.pk], EVERYTHING)[slip.pk]] == [
        "“Lượt người dự” là 280 lượt, gấp 10 lần tháng trước (28)."
    ]


def test_the_sentences_are_there_in_english(officer: User) -> None:
    head = village_head()
    year_of(head)
    slip = sent(head, 9, 3, 280)
    client = signed_in(officer)
    client.post("/language/", {"language": "en"})

    page = client.get(f"/submissions/{slip.pk}/").content.decode()

    assert "the 8 months before it was usually about 28 (24 to 31)" in page


def test_the_file_and_the_command_say_the_same_as_the_page(officer: User) -> None:
    head = village_head()
    year_of(head)
    sent(head, 9, 3, 280)

    answer = signed_in(officer).get("/checks/?format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    run = CliRunner().invoke(checks_command, ["--place", "u2", "--period", "2026-09", "--json"])
    lines = CliRunner().invoke(checks_command, ["--place", "u2", "--period", "2026-09"]).output
    nothing = CliRunner().invoke(checks_command, ["--place", "u5", "--period", "2026-Q3"]).output
    wrong = CliRunner().invoke(checks_command, ["--place", "u2", "--period", "2026-13"])

    told = json.loads(run.output)
    assert [row["Điều nên xem"] for row in rows] == [one["sentence"] for one in told]
    assert rows[0]["Bản ghi"].startswith("http") and told[0]["kind"] == "outlier"
    assert "Thôn 1, Xã Bản Qua" in lines and told[0]["sentence"] in lines
    assert "Không có gì" in nothing
    assert wrong.exit_code == 2


def test_many_records_are_looked_over_in_as_many_questions_as_one(officer: User) -> None:
    head = village_head()
    year_of(head)
    ids = list(Submission.objects.values_list("pk", flat=True))
    find_open(ids, EVERYTHING)

    with CaptureQueriesContext(connection) as one:
        find_open(ids[:1], EVERYTHING)
    with CaptureQueriesContext(connection) as all_:
        find_open(ids, EVERYTHING)

    assert len(all_) <= len(one) + 1


def test_what_is_too_much_at_once_comes_in_parts_and_whole_as_a_file(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    head, other = village_head(), user("thon-2", [(Role.RECORDER, 4)])
    for month in (7, 8):
        sent(head, month, 3, 28)
        sent(other, month, 7, 60, unit=4)
    sent(head, 9, 3, 280)
    sent(other, 9, 7, 600, unit=4)
    asked = "/checks/?month=8/2026&until=09/2026"
    first, second = "gấp 10 lần tháng trước (28)", "gấp 10 lần tháng trước (60)"
    client = signed_in(officer)

    def read(address: str) -> str:
        return client.get(address).content.decode()

    whole = read(asked)
    assert first in whole and second in whole and 'id="checks-part"' not in whole
    assert "từ tháng 08/2026 đến tháng 09/2026" in whole
    assert first not in read("/checks/?month=7/2026&until=08/2026")

    monkeypatch.setattr("caunoi.desk.checks.MOST_RECORDS", 2)
    parts = [read(f"{asked}&part={number}") for number in (1, 2, 3)]
    file = client.get(f"{asked}&format=csv").getvalue().decode()

    assert [(first in part, second in part) for part in parts] == [(True, False), (False, True), (False, True)]
    assert "Phần 1/2" in parts[0] and 'id="next-part"' in parts[0] and 'id="next-part"' not in parts[1]
    assert first in file and second in file
    assert first not in signed_in(user("thon-hai", [(Role.VIEWER, 4)])).get(f"{asked}&format=csv").getvalue().decode()
