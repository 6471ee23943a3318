"""A unit's review: registers are counted into the form that states them, and nobody's name goes along."""

from __future__ import annotations

from typing import Any

import pytest

from caunoi.accounts.models import Role, User
from caunoi.audit.models import AuditLine
from caunoi.moments import local_date
from caunoi.places.models import OrgUnit
from caunoi.records.entities.actions import send_review
from caunoi.records.entities.errors import ReviewMoved, ReviewNothingCounted
from caunoi.records.entities.reviews import Review, find_terms, make_review
from caunoi.records.entities.rules.reviews import WORDS, source_of
from caunoi.records.entities.tests import builders as given
from caunoi.records.entities.tests.builders import AT, OTHER
from caunoi.records.entities.tests.people import LIST, NAME, change, join, publish_people
from caunoi.records.errors import EnteringNotAllowed
from caunoi.records.models import EntityList, SubmissionVersion
from caunoi.records.tests.builders import unit, user

pytestmark = pytest.mark.django_db

FORM = """
| survey | | | | | |
| | type | name | label::Tiếng Việt (vi) | label::English (en) | required |
| | date | ngay | Ngày | Day | yes |
| | integer | so_to | Số tổ | Teams | yes |
| | integer | so_nguoi | Số người | People | yes |
| | integer | so_ho | Số hộ | Households | yes |
| settings | | | |
| | form_id | form_title | version | default_language |
| | to_chuc | Tổ chức | 1 | Tiếng Việt (vi) |
"""
ANSWERS = {"ngay": "day", "so_to": f"any:{LIST}", "so_nguoi": f"things:{LIST}", "so_ho": "ask"}
SEEN = {"so_to": "1", "so_nguoi": "2"}


@pytest.fixture
def village() -> OrgUnit:
    publish_people()
    given.publish(FORM, "village")
    EntityList.objects.update(reviews=[{"level": "village", "form": "to_chuc", "answers": ANSWERS}])
    return unit("Thôn 1", "village", unit("Xã Bản Qua", "commune"))


@pytest.fixture
def head(village: OrgUnit) -> User:
    return user("truong-thon", (Role.RECORDER, village))


def register() -> EntityList:
    return EntityList.objects.get(code=LIST)


def review(village: OrgUnit) -> Review:
    terms = find_terms(register(), "village")
    assert terms is not None
    return make_review(terms, village.pk, local_date(AT))


def send(village: OrgUnit, by: User, **changes: Any) -> dict[str, Any]:
    said: dict[str, Any] = {"seen": SEEN, "asked": {"so_ho": 90}} | changes
    number = send_review(register(), village.pk, **said, by=by, at=AT)
    return dict(SubmissionVersion.objects.get(submission=number).answers)


def test_words_count_things_and_add_up_what_they_say() -> None:
    things = {"to": [{"so": "3"}, {"so": "4"}, {"so": "", "khac": "x"}]}
    words = {"things:to": "3", "any:to": "1", "sum:to.so": "7", "things:la": "0", "any:la": "0", "sum:la.so": "0"}

    assert WORDS.fill({word: word for word in words}, things, {}) == words
    assert [source_of(word) for word in ("sum:to.so", "things:to", "ask")] == [("to", "so"), ("to", ""), ("", "")]
    assert not WORDS.has("sum:to") and not WORDS.has("things:")


def test_a_review_counts_who_serves_in_the_unit_and_sends_numbers_only(village: OrgUnit, head: User) -> None:
    join(village)
    join(village, OTHER, "Vàng Thị Pà", vai_tro="thanh_vien")
    join(unit("Thôn 2", "village"), given.BRANCH)

    answers = send(village, head)

    assert answers == {"ngay": local_date(AT).isoformat(), "so_to": "1", "so_nguoi": "2", "so_ho": "90"}
    assert NAME not in str(AuditLine.objects.get(action="register.send").detail)


def test_a_review_shows_what_was_stated_last_and_where_it_differs(village: OrgUnit, head: User) -> None:
    join(village)
    join(village, OTHER, "Vàng Thị Pà")
    send(village, head)
    change(village, OTHER, trang_thai="thoi")

    found = review(village)

    assert [(one.question, one.counted, one.last, one.differs) for one in found.lines] == [
        ("so_to", "1", "1", False), ("so_nguoi", "1", "2", True), ("so_ho", "", "90", False),
    ]  # fmt: skip
    assert found.last_day == local_date(AT)


def test_nothing_is_sent_that_the_officer_did_not_see(village: OrgUnit, head: User) -> None:
    join(village)

    for seen in (SEEN, {}, {"so_to": "1"}):
        with pytest.raises(ReviewMoved):
            send(village, head, seen=seen)


def test_a_unit_without_a_register_types_its_form(village: OrgUnit, head: User) -> None:
    assert not review(village).known
    with pytest.raises(ReviewNothingCounted):
        send(village, head, seen={"so_to": "0", "so_nguoi": "0"})


def test_only_who_enters_the_unit_s_records_sends_its_review(village: OrgUnit) -> None:
    join(village)

    with pytest.raises(EnteringNotAllowed):
        send(village, user("nguoi-xem", (Role.VIEWER, village)))
