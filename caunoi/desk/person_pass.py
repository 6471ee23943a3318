"""One pass through everything that may name a person: accounts, records, registers, awards, classes, contests.

Names lie sealed, so nobody can look them up: within what the officer may erase, each is opened and compared. What was
found can be taken away as one file, or erased together; each room erases its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.accounts.permissions import may_manage_user
from caunoi.accounts.queries import windows_with_role
from caunoi.accounts.scope import Scope, ids_in_sql
from caunoi.audit.actions import note_reads, note_taken
from caunoi.awards.actions import erase_recipient
from caunoi.awards.models import Award
from caunoi.contests.actions import erase_entrant
from caunoi.contests.models import Entrant
from caunoi.desk.collecting import title_of
from caunoi.desk.errors import TooManyPeople
from caunoi.desk.person_file import read_person
from caunoi.desk.record_person import file_of, read_held_of
from caunoi.desk.register_person import file_of_thing, read_held_of_thing
from caunoi.languages import in_reader_language
from caunoi.moments import local_date
from caunoi.personal.erasing import erase_person
from caunoi.personal.errors import NothingToErase
from caunoi.personal.models import PersonalQuestion, PersonKey
from caunoi.personal.rules.matching import is_named, is_spelt_so, split_name
from caunoi.personal.vault import find_keys, is_sealed, key_id_of, open_sealed
from caunoi.places.queries import get_snapshot
from caunoi.records.actions.erasing import erase_answers
from caunoi.records.entities.queries import visible_units
from caunoi.records.entities.sealed import erase_thing, subject_of
from caunoi.records.models import Entity, EntityVersion, Submission, SubmissionVersion
from caunoi.records.sealed import MAY_ERASE
from caunoi.refusals import Refusal
from caunoi.training.actions.learners import erase_learner
from caunoi.training.models import Learner

# Opening one takes a twentieth of a millisecond: beyond, the page would take longer than anybody waits for one.
MOST_KEYS = 400_000
TOGETHER = 500
T = TypeVar("T")


@dataclass(frozen=True)
class Hit:
    """What names the person. `names`: as it says them; `spelt_so`: one of them is the asked name, accents and all.
    `read`: all that is held, for the file; `erase`: by the room whose it is, may refuse."""

    subject: str
    kind: str
    title: str
    where: str
    address: str
    names: tuple[str, ...]
    spelt_so: bool
    read: Callable[[], Mapping[str, Any]] = field(compare=False)
    erase: Callable[[str], object] = field(compare=False)


@dataclass(frozen=True)
class Erased:
    """`refused`: what stays, with why."""

    done: int
    refused: list[tuple[Hit, str]]


@dataclass(frozen=True)
class _Pass:
    name: str
    words: Sequence[str]
    me: User
    at: datetime
    scope: Scope

    def match(self, texts: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text for text in texts if is_named(self.words, text)))

    def hit(self, names: tuple[str, ...], **said: Any) -> Hit:
        return Hit(names=names, spelt_so=any(is_spelt_so(self.name, one) for one in names), **said)

    def where(self, unit: int) -> str:
        places, today = get_snapshot(), local_date(self.at)
        one = places.units[unit]
        return places.path_name(unit, today) if one.exists_on(today) else places.name_on(unit, one.starts_on)


def find_person(name: str, *, me: User, at: datetime) -> list[Hit]:
    """Everything within the officer's reach that names the person, as it was looked for: who asked and what was found
    is written down, the name itself is not. Raises TooManyPeople."""
    if (count := PersonKey.objects.filter(destroyed_at=None).count()) > MOST_KEYS:
        raise TooManyPeople(count)
    scope = windows_with_role(me, MAY_ERASE, local_date(at))
    asked = _Pass(name, split_name(name), me, at, scope)
    found = [hit for source in (_accounts, _records, _things, _awards, _learners, _entrants) for hit in source(asked)]
    note_taken("person.search", "person", {"count": len(found)}, by=me.actor, at=at)
    note_reads("person", [hit.subject for hit in found], by=me.actor, at=at)
    return found


def read_all(hits: Sequence[Hit], *, me: User, at: datetime) -> dict[str, Any]:
    """One file for the person. That it leaves the house is written down of each thing in it."""
    found = {"found": [{"kind": hit.kind, "where": hit.where, "title": hit.title, **hit.read()} for hit in hits]}
    for hit in hits:
        note_taken("person.export", hit.subject, {}, by=me.actor, at=at)
    return found


def erase_all(hits: Sequence[Hit], because: str) -> Erased:
    """Each by itself: what one room refuses doesn't keep the others. What somebody erased meanwhile counts as done."""
    done, refused = 0, []
    for hit in hits:
        try:
            with suppress(NothingToErase):
                hit.erase(because)
            done += 1
        except Refusal as refusal:
            refused.append((hit, refusal.sentence))
    return Erased(done, refused)


# -- where people are named --------------------------------------------------------------------------------------------


def _accounts(asked: _Pass) -> Iterator[Hit]:
    for one in User.objects.exclude(full_name="").order_by("pk").iterator():
        names = asked.match([one.full_name])
        if names and may_manage_user(asked.me, one, local_date(asked.at)):
            yield asked.hit(
                names, subject=f"user:{one.pk}", kind=_("Tài khoản"), title=one.username, where="",
                address=reverse("personal-person", args=[one.pk]),
                read=_bind(read_person, one),
                erase=lambda because, one=one: erase_person(one, because=because, by=asked.me.actor, at=asked.at),
            )  # fmt: skip


def _records(asked: _Pass) -> Iterator[Hit]:
    forms = set(PersonalQuestion.objects.exclude(form_code="").values_list("form_code", flat=True))
    rows = asked.scope.filter_submissions(Submission.objects.filter(form__code__in=forms).select_related("form"))
    for several in _together(rows.order_by("pk").iterator()):
        versions = SubmissionVersion.objects.filter(submission_id__in=[one.pk for one in several])
        said = {str(value) for answers in versions.values_list("answers", flat=True) for value in answers.values()
                if is_sealed(value)}  # fmt: skip
        told = _open([str(one) for one in several], said)
        for one in several:
            names = asked.match(told.get(str(one), ()))
            if names:
                yield asked.hit(
                    names, subject=str(one), kind=_("Bản ghi"), title=f"{title_of(one.form)} ({one.pk})",
                    where=asked.where(one.org_unit_id), address=reverse("personal-record", args=[one.pk]),
                    read=lambda one=one: file_of(one, read_held_of(one)),
                    erase=lambda because, one=one: erase_answers(one, because=because, by=asked.me, at=asked.at),
                )  # fmt: skip


def _things(asked: _Pass) -> Iterator[Hit]:
    units = visible_units(asked.scope, local_date(asked.at), get_snapshot())
    rows = Entity.objects.exclude(entity_list__personal=[]).select_related("entity_list").order_by("pk")
    if units is not None:
        rows = rows.filter(org_unit_id__in=ids_in_sql(units))
    for several in _together(rows.iterator()):
        versions = EntityVersion.objects.filter(entity__in=several).values_list("entity_id", "properties")
        said = {value for _pk, properties in [*versions, *((one.pk, one.properties) for one in several)]
                for value in properties.values() if is_sealed(value)}  # fmt: skip
        told = _open([subject_of(one) for one in several], said)
        for one in several:
            subject = subject_of(one)
            names = asked.match(told.get(subject, ()))
            if names:
                yield asked.hit(
                    names, subject=subject, title=one.label, where=asked.where(one.org_unit_id),
                    kind=in_reader_language(one.entity_list.title_vi, one.entity_list.title_en),
                    address=reverse("register-person", args=[one.entity_list.code, one.uuid]),
                    read=lambda one=one: file_of_thing(one, read_held_of_thing(one, by=asked.me, at=asked.at)),
                    erase=lambda because, one=one: erase_thing(one, because=because, by=asked.me, at=asked.at),
                )  # fmt: skip


def _awards(asked: _Pass) -> Iterator[Hit]:
    rows = Award.objects.filter(asked.scope.condition("dossier__"), recipient="person").select_related("dossier")
    for one, name in _named(rows.order_by("pk").iterator()):
        if names := asked.match([name]):
            yield asked.hit(
                names, subject=one.subject, kind=_("Khen thưởng, chứng nhận"), title=one.dossier.decision or "–",
                where=asked.where(one.org_unit_id), address=reverse("award-dossier", args=[one.dossier_id]),
                read=_bind(_name_alone, name, one.added_at),
                erase=lambda because, one=one: erase_recipient(award=one, because=because, by=asked.me, at=asked.at),
            )  # fmt: skip


def _learners(asked: _Pass) -> Iterator[Hit]:
    rows = Learner.objects.filter(asked.scope.condition("training_class__")).select_related("training_class")
    for one, name in _named(rows.order_by("pk").iterator()):
        if names := asked.match([name]):
            mark = open_sealed(find_keys([key_id_of(one.mark)]), one.mark) if one.mark else None
            yield asked.hit(
                names, subject=one.subject, kind=_("Đào tạo, bồi dưỡng"), title=one.training_class.title,
                where=asked.where(one.org_unit_id), address=reverse("training-class", args=[one.training_class_id]),
                read=_bind(_name_alone, name, one.training_class.opened_at, mark=mark),
                erase=lambda because, one=one: erase_learner(
                    one.training_class_id, one.pk, because=because, by=asked.me, at=asked.at
                ),
            )  # fmt: skip


def _entrants(asked: _Pass) -> Iterator[Hit]:
    rows = Entrant.objects.filter(asked.scope.condition("contest__"), kind="person").select_related("contest")
    for one, name in _named(rows.order_by("pk").iterator()):
        if names := asked.match([name]):
            yield asked.hit(
                names, subject=one.subject, kind=_("Hội thi, cuộc thi"), title=one.contest.title,
                where=asked.where(one.org_unit_id), address=reverse("contest", args=[one.contest_id]),
                read=_bind(_name_alone, name, one.contest.made_at),
                erase=lambda because, one=one: erase_entrant(
                    one.contest_id, one.pk, because=because, by=asked.me, at=asked.at
                ),
            )  # fmt: skip


# -- opening -----------------------------------------------------------------------------------------------------------

N = TypeVar("N", Award, Learner, Entrant)


def _named(rows: Iterator[N]) -> Iterator[tuple[N, str]]:
    for several in _together(rows):
        keys = find_keys(key_id_of(one.name) for one in several)
        for one in several:
            if (name := open_sealed(keys, one.name)) is not None:
                yield one, name


def _open(subjects: Sequence[str], values: Iterable[str]) -> dict[str, list[str]]:
    """By subject; only what its own keys seal: a text pasted in from elsewhere is another's."""
    rows = PersonKey.objects.filter(subject__in=subjects, destroyed_at=None).values_list("pk", "subject")
    owner: dict[UUID | None, str] = dict(rows)
    keys = find_keys(owner)
    found: dict[str, list[str]] = {}
    for value in sorted(values):
        whose = owner.get(key_id_of(value))
        text = open_sealed(keys, value)
        if whose is not None and text is not None:
            found.setdefault(whose, []).append(text)
    return found


def _together(rows: Iterator[T]) -> Iterator[list[T]]:
    while several := list(islice(rows, TOGETHER)):
        yield several


def _bind(read: Callable[..., Mapping[str, Any]], *given: Any, **named: Any) -> Callable[[], Mapping[str, Any]]:
    return lambda: read(*given, **named)


def _name_alone(name: str, since: datetime, mark: str | None = None) -> Mapping[str, Any]:
    return {"name": name, "since": since} | ({} if mark is None else {"mark": mark})
