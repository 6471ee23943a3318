"""Personal answers as they are stored, and opened for those who may read them.

Stored are only sealed ones: in the answers, and in the XML, whose head carries all of it as it came, sealed too. So
what reads records without asking here (figures, exports, search, registers) never holds them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

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
from caunoi.personal.vault import Key, find_keys, is_sealed, key_id_of, open_sealed, seal
from caunoi.records.models import HeldSending, Submission, SubmissionVersion
from caunoi.records.rules.sealed_xml import blank_sealed, find_whole

# Who works with a record reads whom it names; who only looks at figures, keeps accounts or audits does not.
MAY_READ = frozenset({Role.RECORDER, Role.EDITOR, Role.APPROVER, Role.PROGRAMME_MANAGER})
MAY_ERASE = frozenset({Role.PROGRAMME_MANAGER, Role.ADMINISTRATOR})


# -- whether a sending came before ---------------------------------------------------------------------------------


def subjects_of(stored: SubmissionVersion | HeldSending) -> frozenset[str]:
    """Whose keys open what it holds: the record's own; of a held sending also those of the record it went into, itself
    or as what a later one corrected. A sealed text that somebody pasted in from elsewhere has another's."""
    if isinstance(stored, SubmissionVersion):
        return frozenset({f"submission:{stored.submission_id}"})
    found = {str(stored)}
    for one in (stored, *list_later(stored)):
        if one.became_id is not None:
            found.add(f"submission:{one.became_id}")
    return frozenset(found)


def list_later(held: HeldSending) -> list[HeldSending]:
    """Sendings that correct it while it was held, and those that correct these."""
    same = HeldSending.objects.filter(form_code=held.form_code, org_unit_id=held.org_unit_id)
    return _follow(held, lambda several: same.filter(deprecated_id__in={one.instance_id for one in several} - {""}))


def list_earlier(held: HeldSending) -> list[HeldSending]:
    """Held sendings that it corrects, and those that these correct."""
    same = HeldSending.objects.filter(form_code=held.form_code, org_unit_id=held.org_unit_id)
    return _follow(held, lambda several: same.filter(instance_id__in={one.deprecated_id for one in several} - {""}))


def _follow(
    held: HeldSending, find_next: Callable[[Sequence[HeldSending]], Iterable[HeldSending]]
) -> list[HeldSending]:
    seen, last = {held.pk: held}, [held]
    while last:
        last = [one for one in find_next(last) if one.pk not in seen]
        seen.update((one.pk, one) for one in last)
    return [one for pk, one in seen.items() if pk != held.pk]


def is_same_sending(stored: str, sent: str, subjects: Collection[str]) -> bool:
    """Whether what is stored came as these very bytes. What was erased since counts as the same: it cannot be compared
    any more, and a phone that isn't told "I have it" would send it for ever."""
    whole = find_whole(stored)
    if whole is None:
        return stored == sent
    key = _key_of(whole, subjects)
    if key is None:
        return _was_destroyed(whole, subjects) or stored == sent
    return seal(key, sent) == whole


def fingerprint(sent: str, beside: str, subjects: Collection[str]) -> str:
    """Tells this sending from others, beside a stored one that says the same: of personal answers only with its key.
    '' once that is destroyed."""
    whole = find_whole(beside)
    if whole is not None:
        key = _key_of(whole, subjects)
        if key is None:
            return ""
        sent = seal(key, sent)
    return hashlib.sha256(sent.encode()).hexdigest()


def is_same_repeated(stored_fingerprint: str, sent: str, beside: str, subjects: Collection[str]) -> bool:
    found = fingerprint(sent, beside, subjects)
    return not found or found == stored_fingerprint


def _key_of(sealed: str, subjects: Collection[str]) -> Key | None:
    number = key_id_of(sealed)
    if number is None or not PersonKey.objects.filter(pk=number, subject__in=subjects).exists():
        return None
    return find_keys([number]).get(number)


def _was_destroyed(sealed: str, subjects: Collection[str]) -> bool:
    number = key_id_of(sealed)
    rows = PersonKey.objects.filter(wrapped=None, subject__in=subjects)
    return number is not None and rows.filter(pk=number).exists()


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


def count_destroyed(version: SubmissionVersion) -> int:
    """Keys of its record: changes whenever less of it can be read."""
    return PersonKey.objects.filter(subject__in=subjects_of(version), wrapped=None).count()


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
    """Everything a version says, for whoever was found to be allowed to read it and whose reading is written down. Only
    what its own keys seal, and only where its form asks about a person, is opened."""
    stored = version.answers
    personal = find_personal_form(version.submission.form.code)
    names = personal.names if personal is not None else frozenset()
    sealed = {name: stored[name] for name in names if is_sealed(stored.get(name))}
    ids = {name: key_id_of(value) for name, value in sealed.items()}
    rows = PersonKey.objects.filter(pk__in=set(ids.values()), subject__in=subjects_of(version))
    destroyed = dict(rows.values_list("pk", "destroyed_at")) if sealed else {}
    keys = find_keys(destroyed)
    own = {name: value for name, value in sealed.items() if ids[name] in destroyed}
    closed = {name: erased() if destroyed[pk] else unreadable() for name, pk in ids.items() if pk in destroyed}
    return {**stored, **{name: open_sealed(keys, value) or closed[name] for name, value in own.items()}}


def unreadable() -> str:
    return _("(không mở được: SECRET_KEY của máy chủ đã đổi)")


def read_whole(version: SubmissionVersion, *, by: User, at: datetime) -> str:
    """The XML for whoever corrects the record; what was erased is blank in it."""
    opened, was_read = open_xml(version.xml, subjects_of(version))
    if was_read:
        note_read("person", str(version.submission), by=by.actor, at=at)
    return opened


def read_held(held: HeldSending, *, by: User, at: datetime) -> dict[str, Any]:
    """Answers of a sending that no record came of, for the officer who places it; sensitive ones stay closed."""
    opened, was_read = open_xml(held.xml, subjects_of(held))
    if was_read:
        note_read("person", str(held), by=by.actor, at=at)
    questions = checker_of(held.form_version).questions
    answers = parse_instance(opened.encode(), questions).answers
    personal = find_personal_form(held.form_code)
    if personal is None:
        return answers
    stored = parse_instance(held.xml.encode(), questions).answers
    closed = personal.sensitive & answers.keys() & stored.keys()
    return {**answers, **{name: stored[name] for name in closed}}


def open_xml(stored: str, subjects: Collection[str]) -> tuple[str, bool]:
    """(As it came, whether anything had to be opened). After erasure what is left of it, blank where a person stood."""
    whole = find_whole(stored)
    if whole is None:
        return stored, False
    key = _key_of(whole, subjects)
    opened = open_sealed({key.id: key}, whole) if key is not None else None
    return (blank_sealed(stored), False) if opened is None else (opened, True)
