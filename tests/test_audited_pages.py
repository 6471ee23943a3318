"""Every address that takes a POST says what it tells the audit, or why it tells nothing."""

from __future__ import annotations

from collections import Counter

import pytest

from caunoi.audit.models import AuditLine
from caunoi.desk.audit_words import THINGS
from tests.audited_pages import TELLS, TELLS_AFTERWARDS, TELLS_NOTHING, check_reading_told, check_told, list_posted

# The same pages under the names by which allauth leads to them.
ALSO = {"account_login", "account_logout"}


def test_every_address_that_takes_a_post_is_listed_once_and_no_other() -> None:
    listed = [name for names in (*TELLS.values(), *TELLS_AFTERWARDS.values()) for name in names.split()]

    assert [name for name, times in Counter([*listed, *TELLS_NOTHING]).items() if times > 1] == []
    posted = set(list_posted()) - ALSO
    assert posted - {*listed, *TELLS_NOTHING} == set(), "say in audited_pages.py what they tell the audit"
    assert {*listed, *TELLS_NOTHING} - posted - {"mfa_view_recovery_codes"} == set()


def test_what_they_tell_of_has_words_for_its_readers() -> None:
    assert {thing for things in (*TELLS, *TELLS_AFTERWARDS) for thing in things.split()} <= THINGS.keys()


def test_a_page_that_writes_and_tells_nothing_or_of_something_else_fails_its_test() -> None:
    check_told("notices-read", {"notices_notice"}, [])
    check_told("view-save", {"boards_savedview", "audit_auditline"}, ["view.save"])
    check_told("sign-out", {"django_session"}, [])
    for actions in ([], ["session.begin"]):
        with pytest.raises(AssertionError, match="the page view-save"):
            check_told("view-save", {"boards_savedview"}, actions)


def test_a_page_that_opens_what_is_sealed_about_people_fails_where_no_line_says_who_read_it() -> None:
    read = AuditLine(actor_id=7, action="person.read")

    check_reading_told("personal-record", 7, [], [read])
    check_reading_told("contest-step", 7, ["contest.award"], [])
    for reader, lines in ((8, [read]), (None, [read]), (7, [AuditLine(actor_id=7, action="session.begin")])):
        with pytest.raises(AssertionError, match="the page personal-record"):
            check_reading_told("personal-record", reader, [], lines)
