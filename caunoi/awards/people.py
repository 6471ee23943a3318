"""Names of people in the register: sealed as they come, opened only here, for who may read them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.accounts.queries import windows_with_role
from caunoi.accounts.scope import ids_in_sql
from caunoi.awards.models import FIELD_OF_PERSON, SUBJECT, Award
from caunoi.awards.permissions import MAY_ERASE
from caunoi.awards.rules.recipients import RecipientKind
from caunoi.moments import local_date
from caunoi.personal.naming import NamedPeople, open_sealed_names
from caunoi.records.sealed import erased

PEOPLE = NamedPeople(*FIELD_OF_PERSON, SUBJECT)


def seal_names(awards: Iterable[Award], day: date, at: datetime) -> None:
    """Of people among them, once they have their numbers."""
    PEOPLE.seal((one for one in awards if one.recipient == RecipientKind.PERSON.value), counted_from=day, at=at)


def open_names(awards: Iterable[Award]) -> dict[int, str]:
    """By the award's number: all names as papers print them, for whoever was found to be allowed to read them and whose
    reading is written down. Of what was erased, that it was."""
    several = list(awards)
    people = open_sealed_names([one for one in several if one.recipient == RecipientKind.PERSON.value])
    return {one.pk: (people[one.pk] or erased()) if one.pk in people else one.name for one in several}


def hide_names(awards: Iterable[Award]) -> dict[int, str]:
    """For everybody else."""
    return {one.pk: _("(tên cá nhân)") if one.recipient == RecipientKind.PERSON.value else one.name for one in awards}


def list_overdue(user: User, at: datetime) -> list[Award]:
    """Whose name was kept as long as its pack says, of dossiers where this officer may erase it."""
    scope = windows_with_role(user, MAY_ERASE, local_date(at))
    found = Award.objects.filter(scope.condition("dossier__"), pk__in=ids_in_sql(PEOPLE.list_due(local_date(at))))
    return list(found.select_related("dossier").order_by("pk"))
