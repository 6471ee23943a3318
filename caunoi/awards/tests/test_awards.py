"""Dossiers of commendations: who is in them, what is decided, and what becomes of people's names."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from decimal import Decimal
from typing import Any

import docx
import pytest
from django.test import Client

from caunoi.accounts.models import Role, User
from caunoi.assessments.models import Rating, RatingRound
from caunoi.assessments.rules.sheet import write_sheet
from caunoi.assessments.tests.builders import SHEET
from caunoi.audit.models import AuditLine
from caunoi.awards.actions import decide_dossier, erase_recipient, remove_recipient, withdraw_award
from caunoi.awards.errors import AwardInvalid, AwardsNotYours, AwardStepNotPossible, AwardTwice
from caunoi.awards.models import Award, Dossier
from caunoi.awards.people import open_names
from caunoi.awards.printing import address_of, write_papers
from caunoi.awards.rules.codes import Standing
from caunoi.awards.tests.builders import AT, add, decide, dossier, person, store_awards, village
from caunoi.awards.verifying import check_code
from caunoi.desk.tests.builders import commune_officer, signed_in, store_world, user
from caunoi.personal.destroying import list_destroyed
from caunoi.personal.models import PersonKey
from caunoi.records.models import Submission, SubmissionVersion
from caunoi.reports.signing import rotate

pytestmark = pytest.mark.django_db
NAME = "Vàng Thị Mỷ"


@pytest.fixture
def officer() -> User:
    store_world()
    store_awards()
    return commune_officer()


def code_of(award: Award) -> str:
    return address_of(award).rstrip("/").rsplit("/", 1)[1]


def read(answer: Any) -> bytes:
    """All of it: what is sent piece by piece closes behind the last one."""
    return b"".join(answer.streaming_content)


def decided(officer: User, *, number: str = "125/QĐ-UBND") -> Dossier:
    made = dossier(2, officer)
    add(made, officer, village(3), person(3, NAME), person(4, "Lý A Sùng"))
    return decide(made, officer, number)


def test_a_decision_becomes_a_record_that_counts_collectives_and_people(officer: User) -> None:
    made = decided(officer)

    answers = SubmissionVersion.objects.get(submission=made.counts.get().submission).answers
    assert (answers["so_tap_the"], answers["so_ca_nhan"]) == ("1", "2")
    assert (answers["cap_khen"], answers["dip_khen"], answers["so_quyet_dinh"]) == ("xa", "chuyen_de", "125/QĐ-UBND")
    assert Submission.objects.get().org_unit_id == 2
    assert [award.number for award in made.awards.all()] == [1, 2, 3]


def test_a_province_that_commends_counts_in_each_commune(officer: User) -> None:
    province = user("tinh", [(Role.PROGRAMME_MANAGER, 1)])
    made = dossier(1, province)
    add(made, province, village(3), village(6, "Thôn 3"), village(1, "Tỉnh Lào Cai"))

    decide(made, province)

    assert sorted(made.counts.values_list("org_unit_id", flat=True)) == [2, 5]


def test_taking_an_award_back_corrects_the_count_and_is_said_of_its_paper(officer: User) -> None:
    made = decided(officer)
    award = made.awards.get(number=2)

    withdraw_award(dossier_id=made.pk, award_id=award.pk, because="Quyết định 130/QĐ-UBND", by=officer, at=AT)

    counted = Submission.objects.get()
    assert counted.current_number == 2
    assert SubmissionVersion.objects.get(submission=counted, number=2).answers["so_ca_nhan"] == "1"
    assert check_code(code_of(award), at=AT).standing == Standing.WITHDRAWN
    with pytest.raises(AwardStepNotPossible):
        withdraw_award(dossier_id=made.pk, award_id=award.pk, because="Lần nữa", by=officer, at=AT)


def test_the_same_recipient_is_asked_about_and_not_written_twice(officer: User) -> None:
    made = dossier(2, officer)
    add(made, officer, village(3), person(3, NAME))

    with pytest.raises(AwardTwice) as unit:
        add(made, officer, village(3), others_of_same_name=True)
    with pytest.raises(AwardTwice) as same_name:
        add(made, officer, person(3, "vàng thị mỷ"))
    add(made, officer, person(4, NAME))
    add(made, officer, person(3, NAME), others_of_same_name=True)

    assert not unit.value.may_stand and same_name.value.may_stand
    assert made.awards.count() == 4


def test_another_dossier_of_the_same_decision_does_not_commend_them_again(officer: User) -> None:
    decided(officer)
    second = dossier(2, officer)
    add(second, officer, village(3))

    with pytest.raises(AwardTwice):
        decide(second, officer)

    assert decide(second, officer, "126/QĐ-UBND").state == "decided"


def test_nothing_changes_in_a_dossier_after_its_decision(officer: User) -> None:
    made = decided(officer)

    with pytest.raises(AwardStepNotPossible):
        add(made, officer, village(4, "Thôn 2"))
    with pytest.raises(AwardStepNotPossible):
        decide(made, officer)


def test_only_those_who_keep_the_unit_s_register_write_in_it(officer: User) -> None:
    other = commune_officer(5, "xa5")
    made = dossier(2, officer)

    with pytest.raises(AwardsNotYours):
        add(made, other, village(3))
    with pytest.raises(AwardInvalid):
        add(made, officer, village(6, "Thôn 3"))
    with pytest.raises(AwardInvalid):
        decide(made, officer)


# -- people -----------------------------------------------------------------------------------------------------------


def test_a_person_s_name_is_kept_sealed_and_can_be_erased(officer: User) -> None:
    manager = user("quan-ly", [(Role.PROGRAMME_MANAGER, 2)])
    made = decided(officer)
    award = made.awards.select_related("dossier").get(number=2)
    assert NAME not in award.name and award.folded == "" and open_names([award])[award.pk] == NAME

    erase_recipient(award=award, because="Người đó yêu cầu", by=manager, at=AT)

    assert NAME not in open_names([award])[award.pk] and len(list_destroyed()) == 1
    checked = check_code(code_of(award), at=AT)
    assert checked.standing == Standing.VALID and NAME not in checked.recipient
    assert not AuditLine.objects.filter(detail__icontains=NAME).exists()


def test_a_name_kept_long_enough_is_shown_to_who_may_erase_it(officer: User) -> None:
    manager = user("quan-ly", [(Role.PROGRAMME_MANAGER, 2)])
    made = decided(officer)
    assert 'id="overdue"' not in signed_in(manager).get("/awards/").content.decode()

    PersonKey.objects.filter(subject=made.awards.get(number=2).subject).update(counted_from=date(2001, 1, 1))

    assert 'id="overdue"' in signed_in(manager).get("/awards/").content.decode()
    assert 'id="overdue"' not in signed_in(officer).get("/awards/").content.decode()


def test_who_is_taken_out_of_a_draft_leaves_no_name(officer: User) -> None:
    made = dossier(2, officer)
    add(made, officer, person(3, NAME))

    remove_recipient(dossier_id=made.pk, award_id=made.awards.get().pk, by=officer, at=AT)

    assert not made.awards.exists() and len(list_destroyed()) == 1


# -- papers -----------------------------------------------------------------------------------------------------------


def test_each_paper_is_a_page_with_its_name_and_a_code_of_its_own(officer: User) -> None:
    made, into = decided(officer), io.BytesIO()

    write_papers(made, 1, 3, into)

    words = "\n".join(paragraph.text for paragraph in docx.Document(into).paragraphs)
    assert "THÔN 1" in words.upper() and NAME in words and "Lý A Sùng" in words
    assert "Hiến đất làm đường" in words and "125/QĐ-UBND" in words
    with zipfile.ZipFile(into) as packed:
        pictures = {packed.read(name) for name in packed.namelist() if re.search(r"rIdQr\d+\.png", name)}
        assert packed.read("word/document.xml").decode().count("<w:pageBreakBefore/>") == 2
    assert len(pictures) == 3


def test_a_code_says_valid_unknown_or_of_another_server(officer: User) -> None:
    first, other, _last = decided(officer).awards.all()
    code = code_of(first)
    key, signed_by, signature = code.split(".")

    assert check_code(code, at=AT).standing == Standing.VALID
    assert check_code(code, at=AT).recipient == "Thôn 1"
    assert check_code(f"{other.key}.{signed_by}.{signature}", at=AT).standing == Standing.UNKNOWN
    assert check_code("abc", at=AT).standing == Standing.UNKNOWN
    assert check_code(f"{key}.{'0' * 16}.{signature}", at=AT).standing == Standing.OTHER_SERVER
    rotate()
    assert check_code(code, at=AT).standing == Standing.VALID


# -- pages ------------------------------------------------------------------------------------------------------------


def test_a_dossier_is_made_filled_and_decided_on_its_page(officer: User) -> None:
    client = signed_in(officer)
    given = {"unit": "u2", "kind": "giay_khen", "occasion": "chuyen_de", "title": "Tuyên vận giỏi"}
    page = client.post("/awards/dossiers/new/", given, follow=True)
    address = page.redirect_chain[-1][0]

    page = client.post(f"{address}recipients/", {"kind": "unit", "names": "thon 1\nThôn 2"}, follow=True)
    assert "Đã thêm 2 tên" in page.content.decode()
    again = client.post(f"{address}recipients/", {"kind": "person", "place": "Thôn 1", "names": f"{NAME}\n{NAME}"})
    assert again.status_code == 422 and "trùng tên" in again.content.decode()
    client.post(f"{address}recipients/", {"kind": "person", "place": "Thôn 1", "names": NAME})
    page = client.post(f"{address}decide/", {"number": "7/QĐ-UBND", "day": "01/03/2026"}, follow=True)

    assert "Đã ghi quyết định" in page.content.decode() and NAME in page.content.decode()
    papers = client.post(f"{address}papers", {"first": "1", "last": "3"})
    assert papers.status_code == 200 and papers["Content-Disposition"].endswith('.docx"')
    assert read(papers)[:2] == b"PK"
    assert AuditLine.objects.filter(action="award.print").count() == 1
    assert client.post("/awards/dossiers/999/papers").status_code == 404


def test_the_best_of_a_closed_rating_come_into_a_dossier_once(officer: User) -> None:
    days = {"day_from": date(2026, 1, 1), "day_to": date(2026, 1, 31)}
    round_ = RatingRound.objects.create(
        sheet_code="cham_thon", series="cham_thon", sheet=write_sheet(SHEET), org_unit_id=1, period_type="month",
        period_key="2026-01", as_known=1, opened_at=AT, opened_by_name="x", closed_at=AT, closed_by_name="x", **days,
    )  # fmt: skip
    for unit, class_code in ((3, "xuat_sac"), (4, "tot"), (6, "xuat_sac")):
        Rating.objects.create(
            round=round_, org_unit_id=unit, state="closed", lines=[], total=Decimal(90), class_code=class_code, **days
        )
    made, client = dossier(2, officer), signed_in(officer)
    assert "Chấm điểm thôn" in client.get(f"/awards/dossiers/{made.pk}/").content.decode()

    for _again in range(2):
        client.post(f"/awards/dossiers/{made.pk}/from-rating/", {"class": f"{round_.pk}:xuat_sac"})

    assert [award.org_unit_id for award in made.awards.all()] == [3]


def test_the_register_finds_without_accents_and_shows_names_of_people_only_when_asked(officer: User) -> None:
    decided(officer)
    client = signed_in(officer)

    plain = client.get("/awards/?q=thon").content.decode()
    hidden = client.get("/awards/?q=vang+thi").content.decode()
    shown = client.get("/awards/?q=vang+thi&names=1").content.decode()

    assert "Thôn 1" in plain and NAME not in plain
    assert "Chưa có giấy khen" in hidden and NAME in shown
    assert AuditLine.objects.filter(action="award.read").count() == 1
    sheet = read(client.get("/awards/export.csv")).decode()
    assert "(tên cá nhân)" in sheet and NAME not in sheet and "125/QĐ-UBND" in sheet
    assert read(client.get("/awards/export.xlsx"))[:2] == b"PK"


def test_a_viewer_reads_no_names_and_another_commune_sees_nothing(officer: User) -> None:
    made = decided(officer)
    viewer, other = signed_in(user("xem", [(Role.VIEWER, 2)])), signed_in(commune_officer(5, "xa5"))

    assert NAME not in viewer.get("/awards/?names=1").content.decode()
    assert NAME not in viewer.get(f"/awards/dossiers/{made.pk}/").content.decode()
    assert "125/QĐ-UBND" not in other.get("/awards/").content.decode()
    assert other.get(f"/awards/dossiers/{made.pk}/").status_code == 404
    assert other.post(f"/awards/dossiers/{made.pk}/papers").status_code == 404


def test_nobody_finds_by_a_name_they_may_not_read(officer: User) -> None:
    decided(officer)
    both = signed_in(user("hai-vai", [(Role.VIEWER, 1), (Role.RECORDER, 5)]))

    page = both.get("/awards/?q=vang+thi&names=1").content.decode()

    assert "Chưa có giấy khen" in page
    assert "125/QĐ-UBND" in both.get("/awards/?q=thon").content.decode()


def test_anybody_checks_a_paper_by_its_code_and_there_is_no_list(officer: User) -> None:
    award = decided(officer).awards.get(number=2)
    stranger = Client()

    page = stranger.get(f"/certificates/{code_of(award)}/")

    assert 'data-standing="valid"' in page.content.decode() and NAME in page.content.decode()
    assert AuditLine.objects.filter(action="award.read", actor="Người kiểm tra giấy").count() == 1
    assert stranger.get("/certificates/khong-co/").status_code == 404
    assert stranger.get("/awards/").status_code == 302


def test_a_list_takes_as_many_statements_however_long(officer: User, django_assert_max_num_queries: Any) -> None:
    made = dossier(2, officer)
    add(made, officer, *(person(3, f"Người {number}") for number in range(40)))
    decide(made, officer)
    client = signed_in(officer)
    client.get("/awards/?names=1")

    with django_assert_max_num_queries(40):
        client.get("/awards/?names=1")


def test_the_day_of_a_decision_is_never_to_come(officer: User) -> None:
    made = dossier(2, officer)
    add(made, officer, village(3))

    with pytest.raises(AwardInvalid):
        decide_dossier(dossier_id=made.pk, number="1", day=date(2026, 3, 3), by=officer, at=AT)
