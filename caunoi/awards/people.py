"""Names of people in the register: sealed as they come, opened only here, for who may read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.accounts.queries import windows_with_role
from caunoi.accounts.scope import ids_in_sql
from caunoi.awards.models import FIELD_OF_PERSON, SUBJECT, Award
from caunoi.awards.permissions import MAY_ERASE
from caunoi.awards.rules.recipients import RecipientKind
from caunoi.moments import local_date
from caunoi.personal.models import PersonalQuestion, PersonKey
from caunoi.personal.queries import list_due_keys
from caunoi.personal.vault import find_keys, key_id_of, make_key, open_sealed, seal, wrap
from caunoi.records.sealed import erased


def is_declared() -> bool:
    """Whether a pack says why recipients' names are kept; without that none is."""
    form, question = FIELD_OF_PERSON
    return PersonalQuestion.objects.filter(form_code=form, question=question).exists()


def seal_names(awards: Sequence[Award], day: date, at: datetime) -> None:
    """Of people among them, once they have their numbers; each name gets a key of its own."""
    keys = []
    for award in awards:
        if award.recipient == RecipientKind.PERSON.value:
            key = make_key()
            award.name = seal(key, award.name)
            keys.append(
                PersonKey(
                    id=key.id, subject=award.subject, form_code=FIELD_OF_PERSON[0], wrapped=wrap(key),
                    counted_from=day, made_at=at,
                )
            )  # fmt: skip
    PersonKey.objects.bulk_create(keys, batch_size=500)


def open_names(awards: Iterable[Award]) -> dict[int, str]:
    """By the award's number: all names as papers print them, for whoever was found to be allowed to read them and whose
    reading is written down. Of what was erased, that it was."""
    several = list(awards)
    people = {one.pk: key_id_of(one.name) for one in several if one.recipient == RecipientKind.PERSON.value}
    keys = find_keys(people.values())
    return {one.pk: (open_sealed(keys, one.name) or erased()) if one.pk in people else one.name for one in several}


def hide_names(awards: Iterable[Award]) -> dict[int, str]:
    """For everybody else."""
    return {one.pk: _("(tên cá nhân)") if one.recipient == RecipientKind.PERSON.value else one.name for one in awards}


def list_overdue(user: User, at: datetime) -> list[Award]:
    """Whose name was kept as long as its pack says, of dossiers where this officer may erase it."""
    due = [one.key.subject for one in list_due_keys(local_date(at)) if one.key.form_code == FIELD_OF_PERSON[0]]
    numbers = [int(subject.removeprefix(SUBJECT)) for subject in due if subject.startswith(SUBJECT)]
    scope = windows_with_role(user, MAY_ERASE, local_date(at))
    found = Award.objects.filter(scope.condition("dossier__"), pk__in=ids_in_sql(sorted(set(numbers))))
    return list(found.select_related("dossier").order_by("pk"))
