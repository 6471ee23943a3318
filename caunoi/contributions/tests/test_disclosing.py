"""The list of a work: who is named, what everybody may read, and what withdrawing consent does."""

from __future__ import annotations

import io

import docx
import pytest
from django.test import Client

from caunoi.accounts.models import User
from caunoi.accounts.scope import EVERYTHING
from caunoi.contributions.actions import close_disclosure, open_disclosure, withdraw_consent
from caunoi.contributions.errors import DisclosureInvalid, WorksNotYours, WorkUnknown
from caunoi.contributions.printing import letters_to_givers, letters_to_units, sum_gifts, write_letters, write_list
from caunoi.contributions.queries import find_templates, list_gifts
from caunoi.contributions.rules.disclosing import Why
from caunoi.contributions.tests.builders import (
    AT,
    CANAL,
    CONSENT,
    DAY,
    approved,
    finish,
    fund,
    give,
    purse,
    road,
    store_works,
)
from caunoi.contributions.verifying import address_of, find_disclosed, make_list
from caunoi.desk.tests.builders import commune_officer, signed_in
from caunoi.personal.models import PersonKey
from caunoi.records.models import Entity, Submission, SubmissionVersion

pytestmark = pytest.mark.django_db
NAME, OTHER = "Vàng A Páo", "Lý Thị Dở"


@pytest.fixture
def officer() -> User:
    return store_works()


@pytest.fixture
def given(officer: User) -> int:
    """A named household of Thôn 1 and an unnamed one; the number of the first record."""
    first = give(so_tien="2000000", ten_ho=NAME, **CONSENT)
    approved(officer, first, give(so_tien="500000", so_ho="1"), give(4, so_ngay_cong="12", so_ho="7"))
    return first.submission_id


def names() -> list[str]:
    return [one.name for one in make_list(road()).disclosed.named]


def test_only_who_agreed_is_named_and_all_others_are_told_together(given: int) -> None:
    listed = make_list(road())

    assert names() == [NAME]
    (others,) = listed.disclosed.others
    assert (others.gifts, others.households, others.amounts) == (2, 8, {"tien": 500_000, "ngay_cong": 12})


def test_a_household_without_recorded_consent_is_left_out_and_that_is_said(officer: User) -> None:
    received = give(so_tien="2000000", so_ho="1", ten_ho=OTHER)
    # The form asks for no name without consent: an officer who lets it stand still names nobody.
    approved(officer, received)

    listed = make_list(road())

    assert listed.disclosed.named == () and listed.disclosed.left_out == {Why.NO_CONSENT: 1}
    assert OTHER not in str(SubmissionVersion.objects.get(pk=received.version_id).answers)


def test_withdrawing_consent_takes_the_name_off_at_once_and_erases_it(officer: User, given: int) -> None:
    withdraw_consent(
        work=road(),
        submission=Submission.objects.get(pk=given),
        because="Nói tại nhà văn hóa ngày 05/3",
        by=officer,
        at=AT,
    )

    listed = make_list(road())
    assert names() == [] and listed.disclosed.left_out == {Why.WITHDRAWN: 1}
    assert listed.disclosed.total()["nhan_dan", "tien"] == 2_500_000
    assert not PersonKey.objects.filter(subject=f"submission:{given}", destroyed_at=None).exists()


def test_nothing_but_a_gift_to_this_work_loses_its_names_so(officer: User, given: int) -> None:
    canal = Entity.objects.get(uuid=CANAL)
    cost = finish(chi_nhan_dan="3000000")
    for work, number in ((canal, given), (road(), cost.submission_id)):
        with pytest.raises(WorkUnknown):
            submission = Submission.objects.get(pk=number)
            withdraw_consent(work=work, submission=submission, because="Bấm nhầm", by=officer, at=AT)

    assert names() == [NAME]
    assert PersonKey.objects.filter(subject=f"submission:{given}", destroyed_at=None).exists()


def test_a_list_is_open_at_one_address_until_it_is_closed(officer: User, given: int) -> None:
    opened = open_disclosure(work=road(), by=officer, at=AT)
    code = address_of(opened).rstrip("/").rpartition("/")[2]

    assert find_disclosed(code) == opened and find_disclosed("x" * 20) is None
    with pytest.raises(DisclosureInvalid):
        open_disclosure(work=road(), by=officer, at=AT)
    with pytest.raises(DisclosureInvalid):
        close_disclosure(work=road(), because=" ", by=officer, at=AT)
    close_disclosure(work=road(), because="Ghi nhầm thôn", by=officer, at=AT)

    again = open_disclosure(work=road(), by=officer, at=AT)

    assert address_of(again) == address_of(opened)
    with pytest.raises(WorksNotYours):
        close_disclosure(work=road(), because="Không phải của tôi", by=commune_officer(5, "xa5"), at=AT)


def test_the_word_file_tells_what_the_page_tells(officer: User, given: int) -> None:
    approved(officer, fund("doanh_nghiep", so_tien="30000000"))

    made = write_list(road(), make_list(road()), find_templates("tuyen-van").list_id, day=DAY, address="")

    text = text_of(made)
    assert NAME in text and "30.000.000" in text and "Doanh nghiệp" in text and "2 lượt" not in text
    assert "Chỉ nêu tên người đã đồng ý" in text


def test_letters_thank_who_agreed_by_name_and_villages_together(given: int) -> None:
    template, into = find_templates("tuyen-van").letter_id, io.BytesIO()
    listed = make_list(road())
    gifts = sum_gifts(list_gifts(road(), EVERYTHING, "approved", purse()))

    assert write_letters(letters_to_givers(road(), listed, day=DAY, address="http://thu/d/1"), template, into) == 1
    assert NAME in text_of(into.getvalue()) and "2.000.000 đồng" in text_of(into.getvalue())
    into = io.BytesIO()
    assert write_letters(letters_to_units(road(), listed, gifts, day=DAY, address=""), template, into) == 2
    assert NAME not in text_of(into.getvalue()) and "Nhân dân Thôn 1" in text_of(into.getvalue())


def text_of(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


# -- pages -------------------------------------------------------------------------------------------------------------


def test_pages_show_what_was_given_and_open_the_list_to_everybody(officer: User, given: int) -> None:
    client = signed_in(officer)

    page = client.get("/works/?first=01/01/2026&last=31/12/2026").content.decode()
    assert 'id="agreed"' in page and "Đường bê tông Bản Vền" in page and "2.500.000" in page
    one = f"/works/{road().uuid}/"
    assert NAME in client.get(one).content.decode()
    assert client.get(f"{one}list.docx").status_code == 200
    for to in ("givers", "units"):
        assert client.post(f"{one}letters", {"to": to})["Content-Type"].endswith("wordprocessingml.document")
    client.post(f"{one}open/")
    address = client.get(one).context["address"]
    path = address.partition("://")[2].partition("/")[2]

    everybody = Client()
    public = everybody.get(f"/{path}").content.decode()

    assert NAME in public and "số lượt hộ 8" in public
    assert everybody.get(f"/{path}?file=1").status_code == 200
    client.post(f"{one}withdraw/", {"submission": given, "because": "Nói ngày 05/3"})
    assert NAME not in everybody.get(f"/{path}").content.decode()
    client.post(f"{one}close/", {"because": "Xong việc"})
    assert everybody.get(f"/{path}").status_code == 404


def test_a_work_of_another_commune_is_not_found(officer: User, given: int) -> None:
    client = signed_in(commune_officer(5, "xa5"))

    assert client.get(f"/works/{road().uuid}/").status_code == 404
    assert client.post(f"/works/{road().uuid}/open/").status_code == 404
    assert Client().get("/works/").status_code == 302
