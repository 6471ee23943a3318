from __future__ import annotations

import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from caunoi.accounts.models import Role, RoleGrant, User
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import EVERYTHING, NOTHING, Scope
from caunoi.desk.search.rules.words import may_mean
from caunoi.documents.actions import correct_document, withdraw_document
from caunoi.documents.models import Document
from caunoi.documents.queries import Filters, list_documents, search_documents
from caunoi.documents.tests.builders import (
    BAN_QUA,
    BAT_XAT,
    CLERK,
    COC_SAN,
    NOON,
    PROVINCE,
    THON,
    draft,
    register,
    resolution,
    store_documents_world,
)
from caunoi.documents.uploads import prepare_file

pytestmark = pytest.mark.django_db
TODAY = date(2026, 8, 10)


@pytest.fixture(autouse=True)
def _world(settings: Settings, tmp_path: Path) -> None:
    settings.CAUNOI_HOME = tmp_path
    store_documents_world()


def reader(unit: int, role: Role = Role.VIEWER) -> Scope:
    who = User.objects.create(username=f"u{unit}{role}")
    RoleGrant.objects.create(user=who, role=role, org_unit_id=unit, from_day=date(2020, 1, 1))
    return scope_of(who, TODAY)


def found(words: str, scope: Scope = EVERYTHING) -> list[str]:
    return [one.reference for one in search_documents(words, scope, 10)]


@pytest.mark.parametrize(
    "words",
    [
        "đường làng",
        "duong lang",
        "ĐƯỜNG",
        unicodedata.normalize("NFD", "đường làng"),
        "07/KH-UBND",
        "duong la",
        "lao cai",
    ],
)
def test_a_document_is_found_by_title_number_and_body_whatever_is_typed_of_accents_and_case(words: str) -> None:
    register(reference="07/KH-UBND", title="Kế hoạch mở rộng đường làng, ngõ xóm")
    register(reference="08/KH-UBND", title="Kế hoạch nạo vét mương", issued_on=date(2026, 3, 3))

    assert "07/KH-UBND" in found(words)
    assert found(words)[0] == "07/KH-UBND" or words == "lao cai"


def test_a_slip_of_the_finger_is_forgiven_where_it_is_asked_for() -> None:
    register(reference="07/KH-UBND", title="Kế hoạch mở rộng đường làng")
    register(reference="08/KH-UBND", title="Kế hoạch nạo vét mương", issued_on=date(2026, 3, 3))

    def meant(words: str) -> list[str]:
        return [one.reference for one in search_documents(words, EVERYTHING, 10, may_mean)]

    assert found("ke hoah mo rong") == []
    assert meant("ke hoah mo rong") == ["07/KH-UBND"] == meant("duogn làng")
    assert meant("ke xoahh mo rong") == [], "two slips in one word are another word"
    assert meant("09/KHUBN") == []


def test_what_stands_in_a_file_is_found_after_what_stands_in_titles() -> None:
    register(reference="1/KH", title="Kế hoạch hiến đất")
    register(reference="2/KH", title="Kế hoạch khác", files=[prepare_file("x.txt", "Việc hiến đất làm đường".encode())])

    assert found("hiến đất") == ["1/KH", "2/KH"]
    assert found("làm đường") == ["2/KH"]


@pytest.mark.parametrize("words", ["", "   ", "'", '"', "* AND (", "a:b ! & |", "đ" * 300])
def test_whatever_is_typed_is_no_mistake(words: str) -> None:
    register()

    assert found(words) == []


def test_after_a_correction_the_old_words_find_nothing_and_a_withdrawn_document_is_not_found() -> None:
    made = register(title="Kế hoạch cũ")
    correct_document(made.pk, seen_number=1, draft=draft(title="Kế hoạch mới"), because="nhầm", by=CLERK, at=NOON)

    assert found("cũ") == []
    assert found("mới") == ["05/KH-UBND"]

    withdraw_document(made.pk, seen_number=2, because="nhầm", by=CLERK, at=NOON)
    assert found("mới") == []


def test_readers_see_the_registers_below_them_and_what_is_addressed_to_them() -> None:
    register(PROVINCE, reference="1/KH", title="Riêng của tỉnh")
    resolution(COC_SAN, reference="2-NQ", title="Gửi xã Cốc San")
    register(COC_SAN, reference="3/KH", title="Của xã Cốc San")
    register(BAT_XAT, reference="4/KH", title="Của xã Bát Xát", issued_on=date(2026, 8, 1))
    seen = {
        PROVINCE: {"1/KH", "2-NQ", "3/KH", "4/KH"},
        COC_SAN: {"2-NQ", "3/KH"},
        BAT_XAT: {"4/KH"},
        THON: set(),
    }

    for unit, references in seen.items():
        scope = reader(unit)
        assert {one.reference for one in list_documents(scope, Filters())} == references
        assert {one for word in ("tinh", "cua", "gui") for one in found(word, scope)} == references
    assert list(list_documents(NOTHING, Filters())) == []
    assert found("tinh", NOTHING) == []


def test_what_was_addressed_to_a_commune_that_merged_is_seen_by_its_successor_and_its_own_register_is_not() -> None:
    resolution(BAN_QUA, reference="2-NQ", title="Gửi xã Bản Qua")
    register(BAN_QUA, reference="3/KH", title="Của xã Bản Qua")
    successor = reader(BAT_XAT)

    assert [one.reference for one in list_documents(successor, Filters())] == ["2-NQ"]
    assert found("ban qua", successor) == ["2-NQ"]


@settings(max_examples=25, deadline=None)
@given(entries=st.lists(st.tuples(st.sampled_from([1, 2, 3, 4, 5]), st.dates(date(2026, 1, 1), date(2026, 8, 9)),
                                  st.sets(st.sampled_from([1, 2, 3, 4, 5, 6]), max_size=3)), max_size=6),
       unit=st.sampled_from([1, 2, 3, 4, 5, 6]))  # fmt: skip
def test_search_finds_exactly_what_the_list_shows(entries: list[tuple[int, date, set[int]]], unit: int) -> None:
    from caunoi.documents.tests.builders import make_places

    places = make_places()
    Document.objects.all().delete()
    User.objects.all().delete()
    for number, (keeper, day, addressed) in enumerate(entries):
        below = places.subtree_on(keeper, day)
        if places.exists_on(keeper, day):
            register(
                keeper, reference=f"{number}/KH", issued_on=day, addressed_to=tuple(sorted(addressed & below)),
                title="Tìm thấy",
            )  # fmt: skip
    scope = reader(unit)

    listed = {one.reference for one in list_documents(scope, Filters())}

    assert set(found("tim thay", scope)) == listed
    assert {one.reference for one in list_documents(scope, Filters(text="tim thay"))} == listed
