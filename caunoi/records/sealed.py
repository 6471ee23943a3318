"""Personal answers as they are stored, and opened for those who may read them.

Stored are only sealed ones: in the answers, and in the XML, whose head carries all of it as it came, sealed too. So
what reads records without asking here (figures, exports, search, registers) never holds them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import windows_with_role
from caunoi.audit.actions import note_read
from caunoi.forms.queries import checker_of
from caunoi.forms.rules.instance import parse_instance
from caunoi.moments import local_date
from caunoi.periods.rules import Days
from caunoi.personal.models import PersonKey
from caunoi.personal.queries import find_personal_form
from caunoi.personal.vault import (
    Key,
    find_keys,
    is_sealed,
    key_id_of,
    open_answers,
    open_sealed,
    read_keys,
    seal,
)
from caunoi.records.models import HeldSending, Submission, SubmissionVersion
from caunoi.records.rules.sealed_xml import blank_sealed, find_whole

# Who works with a record reads whom it names; who only looks at figures, keeps accounts or audits does not.
MAY_READ = frozenset({Role.RECORDER, Role.EDITOR, Role.APPROVER, Role.PROGRAMME_MANAGER})
MAY_ERASE = frozenset({Role.PROGRAMME_MANAGER, Role.ADMINISTRATOR})


# -- whether a sending came before ---------------------------------------------------------------------------------


def is_same_sending(stored: str, sent: str) -> bool:
    """Whether what is stored came as these very bytes. What was erased since counts as the same: it cannot be compared
    any more, and a phone that isn't told "I have it" would send it for ever."""
    whole = find_whole(stored)
    if whole is None:
        return stored == sent
    key = _key_of(whole)
    if key is None:
        return _was_destroyed(whole) or stored == sent
    return seal(key, sent) == whole


def fingerprint(sent: str, beside: str) -> str:
    """Tells this sending from others, beside a stored one that says the same: of personal answers only with its key.
    '' once that is destroyed."""
    whole = find_whole(beside)
    if whole is not None:
        key = _key_of(whole)
        if key is None:
            return ""
        sent = seal(key, sent)
    return hashlib.sha256(sent.encode()).hexdigest()


def is_same_repeated(stored_fingerprint: str, sent: str, beside: str) -> bool:
    found = fingerprint(sent, beside)
    return not found or found == stored_fingerprint


def _key_of(sealed: str) -> Key | None:
    number = key_id_of(sealed)
    return find_keys([number]).get(number) if number is not None else None


def _was_destroyed(sealed: str) -> bool:
    number = key_id_of(sealed)
    return number is not None and PersonKey.objects.filter(pk=number, wrapped=None).exists()


# -- for those who may read ----------------------------------------------------------------------------------------


def erased() -> str:
    return _("đã xóa theo yêu cầu")


def may_read(user: User, submission: Submission, at: datetime) -> bool:
    scope = windows_with_role(user, MAY_READ, local_date(at))
    return scope.sees_record(submission.org_unit_id, Days(submission.day_from, submission.day_to))


def may_erase(user: User, submission: Submission, at: datetime) -> bool:
    scope = windows_with_role(user, MAY_ERASE, local_date(at))
    return scope.sees_record(submission.org_unit_id, Days(submission.day_from, submission.day_to))


def has_sealed(answers: Mapping[str, Any]) -> bool:
    return any(is_sealed(value) for value in answers.values())


def names_somebody(submission: Submission) -> bool:
    """In any of its versions; also once that was erased."""
    return PersonKey.objects.filter(subject=str(submission)).exists()


def read_answers(version: SubmissionVersion, *, by: User, at: datetime) -> dict[str, Any]:
    """A version's answers for a page: opened for who may read them (which is written down), else as they are stored,
    which pages show as hidden. Sensitive ones stay closed: they have a page of their own."""
    stored, submission = version.answers, version.submission
    if not has_sealed(stored) or not may_read(by, submission, at):
        return dict(stored)
    personal = find_personal_form(submission.form.code)
    closed = {name: stored[name] for name in personal.sensitive & stored.keys()} if personal is not None else {}
    opened = open_version(version)
    note_read("person", str(submission), by=by.actor, at=at)
    return {**opened, **{name: value for name, value in closed.items() if opened[name] != erased()}}


def open_version(version: SubmissionVersion) -> dict[str, Any]:
    """Everything a version says, for whoever was found to be allowed to read it and whose reading is written down."""
    keys = read_keys([version.answers])
    return open_answers(version.answers, keys, _instead(version.answers, keys))


def _instead(answers: Mapping[str, Any], keys: Mapping[UUID, Key]) -> str:
    """Of an answer that cannot be opened."""
    sealed = {key_id_of(value) for value in answers.values() if is_sealed(value)}
    missing = {pk for pk in sealed if pk is not None and pk not in keys}
    if missing and PersonKey.objects.filter(pk__in=missing, destroyed_at=None).exists():
        return _("(không mở được: SECRET_KEY của máy chủ đã đổi)")
    return erased()


def read_whole(version: SubmissionVersion, *, by: User, at: datetime) -> str:
    """The XML for whoever corrects the record; what was erased is blank in it."""
    opened, was_read = open_xml(version.xml)
    if was_read:
        note_read("person", str(version.submission), by=by.actor, at=at)
    return opened


def read_held(held: HeldSending, *, by: User, at: datetime) -> dict[str, Any]:
    """Answers of a sending that no record came of, for the officer who places it."""
    opened, was_read = open_xml(held.xml)
    if was_read:
        note_read("person", str(held), by=by.actor, at=at)
    return parse_instance(opened.encode(), checker_of(held.form_version).questions).answers


def open_xml(stored: str) -> tuple[str, bool]:
    """(As it came, whether anything had to be opened). After erasure what is left of it, blank where a person stood."""
    whole = find_whole(stored)
    if whole is None:
        return stored, False
    key = _key_of(whole)
    opened = open_sealed({key.id: key}, whole) if key is not None else None
    return (blank_sealed(stored), False) if opened is None else (opened, True)
