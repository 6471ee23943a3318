"""Names and marks of learners: sealed as they come, opened only here, for who may read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from caunoi.accounts.models import User
from caunoi.accounts.queries import windows_with_role
from caunoi.accounts.scope import ids_in_sql
from caunoi.moments import local_date
from caunoi.personal.models import CountedFrom
from caunoi.personal.naming import NamedPeople
from caunoi.personal.queries import find_personal_form
from caunoi.personal.vault import find_keys, key_id_of, open_sealed, seal
from caunoi.records.sealed import erased
from caunoi.training.models import FIELD_OF_PERSON, SUBJECT, Learner, TrainingClass
from caunoi.training.permissions import MAY_ERASE

PEOPLE = NamedPeople(*FIELD_OF_PERSON, SUBJECT)


@dataclass(frozen=True)
class Opened:
    """`name`: of somebody who was erased, that they were; `known` is then False."""

    name: str
    mark: Decimal | None
    known: bool = True


def find_start(ends_on: date, at: datetime) -> date:
    """From which day the time of keeping runs, as the pack says."""
    declared = find_personal_form(FIELD_OF_PERSON[0])
    return ends_on if declared is not None and declared.counted_from == CountedFrom.DAY else local_date(at)


def seal_names(learners: Iterable[Learner], ends_on: date, at: datetime) -> None:
    """Once they have their numbers."""
    PEOPLE.seal(learners, counted_from=find_start(ends_on, at), at=at)


def seal_marks(learners: Sequence[Learner], marks: Mapping[int, Decimal | None]) -> list[Learner]:
    """Those whose mark is another one now, with it. Of somebody erased nothing is sealed any more: left out."""
    keys = find_keys(key_id_of(one.name) for one in learners)
    changed = []
    for one in learners:
        number = key_id_of(one.name)
        key = keys.get(number) if number is not None else None
        if key is None:
            continue
        mark = marks[one.pk]
        sealed = "" if mark is None else seal(key, str(mark))
        if sealed != one.mark:
            one.mark = sealed
            changed.append(one)
    return changed


def open_learners(learners: Iterable[Learner]) -> dict[int, Opened]:
    """By number; for whoever was found to be allowed to read them and whose reading is written down."""
    several = list(learners)
    keys = find_keys(key_id_of(one.name) for one in several)
    found = {}
    for one in several:
        name = open_sealed(keys, one.name)
        if name is None:
            found[one.pk] = Opened(erased(), None, known=False)
        else:
            found[one.pk] = Opened(name, _mark(open_sealed(keys, one.mark)) if one.mark else None)
    return found


def _mark(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return None


def list_overdue(user: User, at: datetime) -> list[TrainingClass]:
    """Classes with learners who were kept as long as the pack says, where this officer may erase them."""
    scope = windows_with_role(user, MAY_ERASE, local_date(at))
    wanted = Learner.objects.filter(pk__in=ids_in_sql(PEOPLE.list_due(local_date(at)))).values("training_class_id")
    return list(TrainingClass.objects.filter(scope.condition(), pk__in=wanted).order_by("pk"))
