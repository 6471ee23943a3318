"""Contributions are records: what pages add up by work is what the ledger says, whatever was corrected or withdrawn."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import EVERYTHING
from caunoi.contributions.actions import set_purse
from caunoi.contributions.models import WorkLine
from caunoi.contributions.queries import (
    Sums,
    list_purses,
    list_works,
    money_by_source,
    standing_lines,
    sum_all,
    sum_by_unit,
    sum_by_work,
    within,
)
from caunoi.contributions.rules.purse import Purse, Side
from caunoi.contributions.tests.builders import (
    AT,
    CANAL,
    DAY,
    FAR,
    LIST,
    ROAD,
    approved,
    finish,
    fund,
    give,
    purse,
    read_pack_purse,
    road,
    store_works,
    work,
)
from caunoi.desk.tests.builders import village_head
from caunoi.facts.projection import forget_projections
from caunoi.facts.questions import ask, make_question
from caunoi.facts.rules.question import BookName
from caunoi.records.actions import Incoming, Received, receive, withdraw
from caunoi.records.errors import AnswersRefused
from caunoi.records.models import Entity, EntityList, Source, Submission
from caunoi.records.spreadsheet import import_file
from caunoi.records.tests.builders import BY
from caunoi.refusals import FileRefused
from caunoi.remembering import as_defined_at

pytestmark = pytest.mark.django_db
RESIDENTS = (Side.GIVEN, "nhan_dan")


@pytest.fixture
def officer() -> User:
    return store_works()


def sums(book: BookName = "approved") -> Sums:
    return sum_by_work([road()], standing_lines(EVERYTHING, book)).get(road().pk, {})


def test_what_is_given_counts_for_its_work_in_both_books(officer: User) -> None:
    received = give(dat_m2="120", so_tien="2000000")

    assert sums() == {}
    assert sums("reported") == {(*RESIDENTS, "dat"): 120, (*RESIDENTS, "tien"): 2_000_000}

    approved(officer, received)

    assert sums() == sums("reported")


def test_a_correction_takes_the_place_of_what_was_said_before(officer: User) -> None:
    first = give(so_tien="2000000")
    second = give(so_tien="500000", work=CANAL, corrects=first)

    assert sums("reported") == {}
    assert second.submission_id == first.submission_id


def test_money_given_is_held_against_what_the_work_cost(officer: User) -> None:
    approved(officer, give(so_tien="2000000"), give(4, so_tien="1000000", hien_vat_dong="500000"))
    approved(officer, fund("ngan_sach", so_tien="70000000"), finish(chi_nhan_dan="3000000", chi_ngan_sach="70000000"))

    told = sums()

    assert money_by_source(told, Side.GIVEN, purse()) == {"nhan_dan": 3_500_000, "ngan_sach": 70_000_000}
    assert money_by_source(told, Side.COST, purse()) == {"nhan_dan": 3_000_000, "ngan_sach": 70_000_000}
    by_unit = sum_by_unit(road(), standing_lines(EVERYTHING, "approved"))
    assert by_unit[4] == {(*RESIDENTS, "tien"): 1_000_000, (*RESIDENTS, "hien_vat"): 500_000}


def test_works_found_to_be_the_same_are_one_account(officer: User) -> None:
    approved(officer, give(so_tien="2000000"), give(work=CANAL, so_tien="1000000"))

    Entity.objects.filter(uuid=CANAL).update(merged_into=road())

    assert sums() == {(*RESIDENTS, "tien"): 3_000_000}


@pytest.mark.parametrize(
    ("named", "said"),
    [(FAR, "thuộc"), (UUID(int=9), "không có công trình này"), (UUID(int=5), "đã kết thúc")],
)
def test_a_work_of_elsewhere_unknown_or_ended_waits_for_an_officer(officer: User, named: UUID, said: str) -> None:
    work(EntityList.objects.get(code=LIST), UUID(int=5), "Cầu treo cũ", 2, ended_on=date(2026, 1, 1))

    received = give(work=named, so_tien="2000000")

    assert any(said in flag for flag in received.flags)
    assert sum_all(standing_lines(EVERYTHING, "reported")) == {}


@pytest.mark.parametrize("amount", ["-5000", "5"])
def test_a_negative_amount_or_one_in_another_unit_is_in_no_book(officer: User, amount: str) -> None:
    received = give(so_tien=amount)

    assert received.flags
    assert sum_all(standing_lines(EVERYTHING, "reported")) == {}


def test_an_amount_beyond_all_reason_from_a_phone_is_kept_and_counts_nowhere(officer: User) -> None:
    given = {"ngay": f"{DAY}", "cong_trinh": f"{ROAD}", "loai_cong_trinh": "duong", "hinh_thuc": "tien", "so_ho": "5"}
    item = Incoming("dong_gop", 3, AT, answers={**given, "so_tien": "9" * 20}, source=Source.DEVICE)

    received = receive(item, by=BY, at=AT)

    assert received.flags
    assert sum_all(standing_lines(EVERYTHING, "reported")) == {}


def test_a_row_of_an_unknown_unit_that_names_a_work_is_told_with_the_other_mistakes(officer: User) -> None:
    rows = [
        "don_vi,ngay,cong_trinh,loai_cong_trinh,hinh_thuc,so_tien,so_ho",
        f"Thôn Không Có,{DAY},{ROAD},duong,tien,2000000,5",
        f"Thôn 1,{DAY},{ROAD},duong,tien,hai triệu,5",
    ]
    content = "\n".join(rows).encode()

    with pytest.raises(FileRefused) as refused:
        import_file("dong_gop", content, "a.csv", by=None, by_name="Người thử", at=AT, scope=EVERYTHING)

    told = {(one.row, question) for one in refused.value.mistakes for question in ("don_vi", "so_tien")
            if question in one.column}  # fmt: skip
    assert told == {(2, "don_vi"), (3, "so_tien")}


def test_an_amount_that_is_no_number_is_refused_at_the_door(officer: User) -> None:
    with pytest.raises(AnswersRefused):
        give(so_tien="2 triệu")


def test_readers_add_up_only_what_they_see(officer: User) -> None:
    approved(officer, give(so_tien="2000000"), fund("ngan_sach", so_tien="70000000"))
    scope = scope_of(village_head(), DAY)

    assert sum_all(standing_lines(scope, "approved")) == {(*RESIDENTS, "tien"): 2_000_000}
    assert not list_works(scope, DAY, register=LIST, unit=None, text="").exists()
    assert [one.label for one in list_works(scope_of(officer, DAY), DAY, register=LIST, unit=2, text="ban ven")] == [
        "Đường bê tông Bản Vền"
    ]


def test_records_that_came_before_the_pack_said_so_are_read_again(officer: User) -> None:
    approved(officer, give(so_tien="2000000"))
    set_purse(pack="tuyen-van", purse=Purse(), list_template=None, letter_template=None)
    assert not WorkLine.objects.exists()

    known = set_purse(pack="tuyen-van", purse=read_pack_purse(), list_template=None, letter_template=None)

    assert known == "created"
    assert sums() == {(*RESIDENTS, "tien"): 2_000_000}


# -- the law -----------------------------------------------------------------------------------------------------------


class _Undo(Exception):
    """Rolls back what one generated example wrote."""


steps = st.lists(
    st.tuples(
        st.sampled_from(["give", "fund", "finish", "correct", "approve", "withdraw"]),
        st.sampled_from([ROAD, CANAL, None]),
        st.sampled_from(["nhan_dan", "doanh_nghiep", "ngan_sach"]),
        st.integers(1, 900_000),
        st.integers(0, 9),
    ),
    max_size=10,
)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_contributions_by_source_equal_the_works_totals_and_the_ledger(
    officer: User, several: list[tuple[str, UUID | None, str, int, int]]
) -> None:
    with pytest.raises(_Undo), transaction.atomic():
        sent: list[Received] = []
        for what, named, source, thousands, which in several:
            _step(what, named, source, thousands * 1000, which, sent, officer)
        forget_projections()
        works = list(Entity.objects.all())
        for book in ("approved", "reported"):
            lines = standing_lines(EVERYTHING, book)
            whole = sum_all(within(lines, 2, DAY))
            by_work = sum_by_work(works, lines)
            parts = [*by_work.values(), sum_all(lines.filter(work=None))]
            assert {key: sum(part.get(key, 0) for part in parts) for key in whole} == whole
            counted = {(side, *pair): codes for side in Side for pair, codes in purse().elements(side).items()}
            wanted = [code for codes in counted.values() for code in codes]
            figures = ask(make_question(wanted, "u2", DAY, DAY, book=book))
            values = {one.code: one.value or Decimal(0) for one in figures}
            assert {key: sum(values[code] for code in codes) for key, codes in counted.items()} == {
                key: whole.get(key, 0) for key in counted
            }
        raise _Undo


def _step(
    what: str, named: UUID | None, source: str, amount: int, which: int, sent: list[Received], officer: User
) -> None:
    chosen = sent[which % len(sent)] if sent else None
    state = Submission.objects.get(pk=chosen.submission_id).state if chosen is not None else ""
    if what == "give":
        sent.append(give(3 + which % 2, work=named, so_tien=str(amount)))
    elif what == "fund" and source != "nhan_dan":
        sent.append(fund(source, work=named or ROAD, so_tien=str(amount)))
    elif what == "finish":
        sent.append(finish(work=named or ROAD, **{f"chi_{source}": str(amount)}))
    elif chosen is None or state == "withdrawn":
        return
    elif what == "correct" and Submission.objects.get(pk=chosen.submission_id).form.code == "dong_gop":
        newest = Submission.objects.get(pk=chosen.submission_id)
        sent[which % len(sent)] = give(newest.org_unit_id, work=named, corrects=chosen, so_tien=str(amount))
    elif what == "approve" and state != "approved":
        approved(officer, chosen)
    elif what == "withdraw":
        withdraw(chosen.submission_id, by=officer, at=AT, comment="Ghi nhầm")


def test_a_sending_of_another_form_asks_once_between_changes_what_packs_say_of_works() -> None:
    with CaptureQueriesContext(connection) as asked, as_defined_at(1_000_001):
        for _sending in range(3):
            list_purses()
    with CaptureQueriesContext(connection) as asked_again, as_defined_at(1_000_002):
        list_purses()

    assert (len(asked), len(asked_again)) == (1, 1)
