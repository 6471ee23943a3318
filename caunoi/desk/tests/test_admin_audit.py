"""The audit page: found by person, deed and day; no line about what the auditor does not reach."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from caunoi.accounts.models import Role
from caunoi.audit.actions import write_line
from caunoi.audit.models import AuditLine, KnowledgeClock
from caunoi.audit.queries import get_anchor
from caunoi.audit.rules import Actor
from caunoi.backups.schedule import AUTOMATIC
from caunoi.cli.frame import OPERATOR
from caunoi.desk.audit_words import name_action
from caunoi.desk.tests.builders import commune_officer, signed_in, store_world, user
from caunoi.moments import local_moment

PACKAGE = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world() -> None:
    store_world()
    for day, name, action, subject in (
        (1, "Chị Hoa", "submission.approve", "submission:1"),
        (2, "Anh Páo", "pack.load", "pack:thu"),
        (3, "Chị Hoa", "access.confirm", "org_unit:u2"),
        (4, "Chị Hoa", "access.confirm", "org_unit:u5"),
    ):
        write_line(action, subject, {"ghi": f"chi tiết {day}"}, by=Actor(name), at=local_moment(date(2026, 3, day)))


def test_an_auditor_at_the_top_filters_by_person_deed_and_day() -> None:
    client = signed_in(user("kiem-tra", [(Role.AUDITOR, 1)]))

    everything = client.get("/audit/").content.decode()
    by_person = client.get("/audit/?actor=Páo").content.decode()
    by_deed = client.get("/audit/?action=submission.approve").content.decode()
    by_day = client.get("/audit/?first=03/03/2026&last=03/03/2026").content.decode()
    nothing = client.get("/audit/?first=01/01/2027").content.decode()

    assert all(f"chi tiết {day}" in everything for day in (1, 2, 3, 4))
    assert "chi tiết 2" in by_person and "chi tiết 1" not in by_person
    assert "chi tiết 1" in by_deed and "chi tiết 2" not in by_deed
    assert "chi tiết 3" in by_day and "chi tiết 4" not in by_day and "chi tiết 2" not in by_day
    assert "empty-state" in nothing


def test_an_auditor_of_a_commune_sees_lines_about_its_units_only() -> None:
    page = signed_in(user("kiem-tra", [(Role.AUDITOR, 2)])).get("/audit/").content.decode()

    assert "chi tiết 3" in page
    assert not any(f"chi tiết {day}" in page for day in (1, 2, 4))


def test_a_changed_line_is_found_by_the_check_of_the_chain() -> None:
    client = signed_in(user("kiem-tra", [(Role.AUDITOR, 1)]))

    whole = client.get("/audit/?verify=1").content.decode()
    AuditLine.objects.filter(number=2).update(detail={"ghi": "khác"})
    broken = client.get("/audit/?verify=1").content.decode()

    assert "nguyên vẹn" in whole
    assert "bị đứt ở dòng 2" in broken


def test_an_anchor_from_paper_is_compared_and_one_that_cannot_be_read_is_said() -> None:
    client, kept = signed_in(user("kiem-tra", [(Role.AUDITOR, 1)])), str(get_anchor())

    held = client.get("/audit/", {"verify": "1", "anchor": kept}).content.decode()
    unread = client.get("/audit/", {"verify": "1", "anchor": "12"}).content.decode()
    AuditLine.objects.filter(number__gte=4).delete()
    KnowledgeClock.objects.update(line=3, head=AuditLine.objects.get(number=3).hash)
    cut = client.get("/audit/", {"verify": "1", "anchor": kept}).content.decode()

    assert "khớp với dòng 4" in held
    assert "Không đọc được mốc này" in unread
    assert "bị đứt ở dòng 4" in cut


def test_others_do_not_read_the_audit() -> None:
    assert signed_in(commune_officer()).get("/audit/").status_code == 403


def test_lines_are_found_by_what_they_are_about_and_by_words_of_what_changed() -> None:
    client = signed_in(user("kiem-tra", [(Role.AUDITOR, 1)]))
    write_line(
        "user.update", "user:77", {"new": {"ghi chú": "Đổi số"}}, by=Actor("Chị Hoa", None, "10.9.8.7"),
        at=local_moment(date(2026, 3, 9)),
    )  # fmt: skip

    by_subject = client.get("/audit/?subject=user:77").content.decode()
    by_words = client.get("/audit/?words=Đổi").content.decode()
    by_address = client.get("/audit/?words=10.9.8.7").content.decode()
    without_accents = client.get("/audit/?actor=chi hoa").content.decode()

    for page in (by_subject, by_words, by_address):
        assert "Đổi số" in page and "chi tiết 1" not in page
    assert "10.9.8.7" in by_subject
    assert "chi tiết 1" in without_accents and "chi tiết 2" not in without_accents


def test_what_changed_stands_as_old_and_new_in_the_readers_words() -> None:
    write_line(
        "user.update", "user:77",
        {"changes": {"is_active": [True, False], "phone": ["", "#0a1b2c"], "assignments": [["a", "b"], ["b", "c"]]}},
        by=Actor("Chị Hoa"), at=local_moment(date(2026, 3, 9)),
    )  # fmt: skip
    write_line(
        "form.close", "form:thu", {"old": "", "new": "2026-05-01"}, by=Actor("Chị Hoa"),
        at=local_moment(date(2026, 3, 9)),
    )  # fmt: skip

    page = signed_in(user("kiem-tra", [(Role.AUDITOR, 1)])).get("/audit/").content.decode()

    assert "tài khoản: sửa" in page and "<code>user.update</code>" in page
    for told in (
        "được đăng nhập: <del>có</del> → <ins>không</ins>",
        "số điện thoại: <del>–</del> → <ins>#0a1b2c</ins>",
        "ai phải nộp: <del>a</del> → <ins>c</ins>",
        "<li><del>–</del> → <ins>2026-05-01</ins></li>",
    ):
        assert told in page


def test_a_line_with_a_thousand_changes_shows_the_first_and_counts_the_others() -> None:
    changes = {f"cot{number:04}": [number, number + 1] for number in range(1000)}
    write_line("pack.load", "pack:thu", {"changes": changes}, by=Actor("a"), at=local_moment(date(2026, 3, 9)))

    page = signed_in(user("kiem-tra", [(Role.AUDITOR, 1)])).get("/audit/").content.decode()

    assert "cot0029" in page and "cot0030" not in page and "và 970 thay đổi khác" in page


def test_what_the_product_did_by_itself_is_named_in_the_readers_language() -> None:
    who = user("kiem-tra", [(Role.AUDITOR, 1)])
    who.language = "en"
    who.save()
    for actor in (Actor("Tự động: đến ngày khóa"), OPERATOR, AUTOMATIC):
        write_line("period.lock", "period:2026-03", by=actor, at=local_moment(date(2026, 3, 31)))
    client = signed_in(who)

    page = client.get("/audit/").content.decode()
    found = client.get("/audit/?actor=day of locking").content.decode()

    names = ("Automatic: day of locking", "Operator of the server", "Automatic: scheduled backup")
    assert all(name in page for name in names)
    assert "Automatic: day of locking" in found and "Chị Hoa" not in found


def test_the_filtered_lines_are_taken_away_as_a_file_and_that_is_written_down() -> None:
    client = signed_in(user("kiem-tra", [(Role.AUDITOR, 1)]))

    csv = client.get("/audit/export.csv?actor=Páo").getvalue().decode("utf-8-sig")
    book = client.get("/audit/export.xlsx").getvalue()

    assert "chi tiết 2" in csv and "chi tiết 1" not in csv and len(csv.splitlines()) == 2
    assert AuditLine.objects.get(number=2).hash in csv
    assert book[:2] == b"PK"
    line = AuditLine.objects.filter(action="audit.read").order_by("number").first()
    assert line is not None and line.detail == {"lines": 1, "kind": "csv", "filter": {"actor": "Páo"}}


def test_filters_that_cannot_be_read_are_told_and_give_nobody_all_lines() -> None:
    client = signed_in(user("kiem-tra", [(Role.AUDITOR, 1)]))

    turned = client.get("/audit/?first=05/03/2026&last=01/03/2026").content.decode()
    file = client.get("/audit/export.csv?first=hôm qua")

    assert "đứng trước ngày đầu" in turned and "chi tiết" not in turned.partition("audit-unread")[2]
    assert file.status_code == 302 and file["Location"].startswith("/audit/?first=")
    assert not AuditLine.objects.filter(action="audit.read").exists()


def test_everything_that_is_written_down_has_words() -> None:
    sources = [one for one in (PACKAGE).rglob("*.py") if one.parent.name != "tests"]
    written = {deed for one in sources for deed in re.findall(r'write_line\(\s*"([a-z-]+\.[a-z-]+)"', one.read_text())}

    assert len(written) > 80
    assert [deed for deed in sorted(written) if name_action(deed) == deed] == []


def test_what_a_line_is_about_is_said_in_words_and_leads_to_its_page() -> None:
    page = signed_in(user("kiem-tra", [(Role.AUDITOR, 1)])).get("/audit/").content.decode()

    assert '<a href="/submissions/1/">bản ghi 1</a>' in page
    assert "gói chương trình thu" in page


def test_the_file_holds_no_line_the_page_would_not_show() -> None:
    client = signed_in(user("kiem-tra", [(Role.AUDITOR, 2)]))

    csv = client.get("/audit/export.csv").getvalue().decode("utf-8-sig")

    assert "chi tiết 3" in csv and not any(f"chi tiết {day}" in csv for day in (1, 2, 4))
    assert signed_in(commune_officer()).get("/audit/export.csv").status_code == 403


def test_a_page_of_the_audit_takes_the_same_few_statements_however_long_the_chain(
    django_assert_max_num_queries: Any,
) -> None:
    client = signed_in(user("kiem-tra", [(Role.AUDITOR, 1)]))
    client.get("/audit/")
    for _ in range(60):
        write_line("pack.load", "pack:thu", by=Actor("Anh Páo"), at=local_moment(date(2026, 3, 9)))

    with django_assert_max_num_queries(25):
        assert "Trang sau" in client.get("/audit/").content.decode()
