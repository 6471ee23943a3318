"""`caunoi audit verify`: what was done to the lines behind the product's back, in a sentence and an exit code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from click.testing import CliRunner, Result

from caunoi.audit.actions import write_line
from caunoi.audit.models import AuditLine, KnowledgeClock
from caunoi.audit.queries import get_anchor
from caunoi.audit.rules import Actor
from caunoi.cli.audit import audit
from caunoi.moments import local_moment

pytestmark = pytest.mark.django_db


def verify(*more: str) -> Result:
    return CliRunner().invoke(audit, ["verify", *more])


def change() -> None:
    AuditLine.objects.filter(number=3).update(detail={"new": "khác"})


def remove() -> None:
    AuditLine.objects.filter(number=3).delete()


def reorder() -> None:
    for old, new in ((3, 99), (4, 3), (99, 4)):
        AuditLine.objects.filter(number=old).update(number=new)


def cut_off() -> None:
    """With the clock set back, as somebody would who knows this program."""
    AuditLine.objects.filter(number__gte=3).delete()
    KnowledgeClock.objects.update(line=2, head=AuditLine.objects.get(number=2).hash)


@pytest.mark.parametrize(
    ("tamper", "said"),
    [(change, "đã bị sửa"), (remove, "thiếu một dòng"), (reorder, "không nối với dòng trước"), (cut_off, "bị cắt mất")],
)
def test_a_line_changed_removed_or_moved_and_an_end_cut_off_is_found_with_the_anchor_of_a_report(
    tamper: Callable[[], None], said: str
) -> None:
    for number in range(5):
        write_line("thing.change", f"thing:{number}", {"new": number}, by=Actor("a"), at=local_moment(date(2026, 3, 1)))
    printed = str(get_anchor())
    assert verify("--anchor", printed).exit_code == 0

    tamper()

    found = verify("--anchor", printed)
    assert found.exit_code == 1 and "dòng 3" in found.output and said in found.output


def test_an_anchor_that_is_none_is_named() -> None:
    found = verify("--anchor", "khong-phai")

    assert found.exit_code == 2 and "khong-phai" in found.output
