"""Names of people who take part: sealed as they come, opened only here, for who may read them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from caunoi.accounts.models import User
from caunoi.accounts.queries import windows_with_role
from caunoi.accounts.scope import ids_in_sql
from caunoi.bulk_rows import take_ids
from caunoi.contests.models import FIELD_OF_PERSON, SUBJECT, Entrant
from caunoi.contests.rules.terms import PERSON
from caunoi.moments import local_date
from caunoi.personal.naming import NamedPeople, open_sealed_names
from caunoi.records.sealed import MAY_ERASE, erased

PEOPLE = NamedPeople(*FIELD_OF_PERSON, SUBJECT)


def write_entrant(entrant: Entrant, at: datetime) -> None:
    """Saves a new one; a person's name sealed."""
    (entrant.pk,) = take_ids(Entrant, 1)
    if entrant.kind == PERSON:
        PEOPLE.seal([entrant], counted_from=entrant.day_to, at=at)
    entrant.save(force_insert=True)


def open_names(entrants: Iterable[Entrant]) -> dict[int, str]:
    """By the entrant's id, for whoever was found to be allowed to read them and whose reading is written down. Of what
    was erased, that it was."""
    return {entrant: erased() if name is None else name for entrant, name in _open(entrants).items()}


def open_known(entrants: Iterable[Entrant]) -> dict[int, str]:
    """As `open_names`, of those only whose name can still be read."""
    return {entrant: name for entrant, name in _open(entrants).items() if name is not None}


def _open(entrants: Iterable[Entrant]) -> dict[int, str | None]:
    several = list(entrants)
    people = open_sealed_names([one for one in several if one.kind == PERSON])
    return {one.pk: people.get(one.pk, one.name) for one in several}


def list_overdue(user: User, at: datetime) -> list[Entrant]:
    """Whose name was kept as long as its pack says, of contests where this officer may erase it."""
    scope = windows_with_role(user, MAY_ERASE, local_date(at))
    found = Entrant.objects.filter(scope.condition("contest__"), pk__in=ids_in_sql(PEOPLE.list_due(local_date(at))))
    return list(found.select_related("contest").order_by("pk"))
