from __future__ import annotations

from datetime import date

import pytest

from caunoi.audit.models import AuditLine
from caunoi.audit.rules import Actor
from caunoi.forms.actions import close_form, publish_form, set_assignments
from caunoi.forms.errors import AssignmentsOverlap, FormUnknown, VersionTaken
from caunoi.forms.models import FormVersion
from caunoi.forms.queries import get_form, get_form_version, list_assignments, questions_of, xlsx_of
from caunoi.forms.rules.assignments import AssignmentRow, find_assignment
from caunoi.forms.tests.test_compile_xlsform import form
from caunoi.moments import local_moment

BY = Actor("Người thử")
AT = local_moment(date(2024, 1, 1))
pytestmark = pytest.mark.django_db


def publish(content: bytes, pack: str = "thu") -> FormVersion:
    return publish_form(content=content, file_type="md", file_name="thu.md", pack=pack, by=BY, at=AT)


ONE = form("integer | a | A | | |")
TWO = form("integer | a | A | | |", "integer | b | B | | |").replace(b"| 1 |\n", b"| 2 |\n")


def test_publishing_the_same_content_again_changes_nothing() -> None:
    first = publish(ONE)
    lines = AuditLine.objects.count()

    assert publish(ONE) == first
    assert AuditLine.objects.count() == lines == 1


def test_a_new_version_is_in_use_and_the_old_one_stays_answerable() -> None:
    first, second = publish(ONE), publish(TWO)

    assert get_form_version("thu") == second
    assert get_form_version("thu", "1") == first
    assert [q.name for q in questions_of(first)] == ["a"]
    assert [q.name for q in questions_of(second)] == ["a", "b"]


def test_changed_content_under_the_same_version_is_refused() -> None:
    publish(ONE)

    with pytest.raises(VersionTaken, match="version"):
        publish(form("integer | b | B | | |"))


def test_a_form_of_another_pack_is_not_taken_over() -> None:
    publish(ONE)

    with pytest.raises(VersionTaken, match="thuộc gói"):
        publish(TWO, pack="khac")


def test_a_form_nobody_published_is_unknown() -> None:
    publish(ONE)

    with pytest.raises(FormUnknown, match="mã “x”"):
        get_form_version("x")
    with pytest.raises(FormUnknown, match="phiên bản “9”"):
        get_form_version("thu", "9")


def test_officers_download_the_form_as_a_workbook() -> None:
    assert xlsx_of(publish(ONE)).startswith(b"PK")


def test_assignments_are_replaced_as_a_whole_and_only_when_they_change() -> None:
    publish(ONE)
    rows = [
        AssignmentRow("commune", "year", approval_level="district", to_day=date(2025, 6, 30)),
        AssignmentRow("commune", "year", approval_level="province", from_day=date(2025, 7, 1)),
    ]

    assert set_assignments("thu", rows, by=BY, at=AT)
    assert not set_assignments("thu", rows, by=BY, at=AT)
    stored = list_assignments("thu")
    before = find_assignment(stored, "commune", date(2025, 6, 30))
    after = find_assignment(stored, "commune", date(2025, 7, 1))
    assert before is not None and before.approval_level == "district"
    assert after is not None and after.approval_level == "province"
    assert find_assignment(stored, "village", date(2025, 7, 1)) is None
    assert set_assignments("thu", rows[:1], by=BY, at=AT)
    assert len(list_assignments("thu")) == 1


def test_two_assignments_for_one_level_and_day_are_refused() -> None:
    publish(ONE)

    with pytest.raises(AssignmentsOverlap):
        set_assignments("thu", [AssignmentRow("commune", "year"), AssignmentRow("commune", "month")], by=BY, at=AT)


def test_a_form_is_closed_and_opened_again() -> None:
    publish(ONE)

    close_form("thu", on=date(2024, 2, 1), by=BY, at=AT)
    assert get_form("thu").closed_on == date(2024, 2, 1)
    close_form("thu", on=None, by=BY, at=AT)
    assert get_form("thu").closed_on is None
