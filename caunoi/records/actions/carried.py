"""Sealed answers that a sheet carries along of the record it corrects: taken for what they say, there and nowhere else.

Whoever gets hold of a sealed text would otherwise only have to paste it into a record of their own to read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from caunoi.personal.models import PersonKey
from caunoi.personal.queries import PersonalForm
from caunoi.personal.vault import find_keys, is_sealed, key_id_of, open_sealed
from caunoi.records.models import SubmissionVersion


@dataclass(frozen=True)
class Carried:
    """`erased`: questions whose answer can be opened by nobody any more; they are left out. `foreign`: questions whose
    sealed text is not this record's answer to them, or cannot be opened now; it stands there as it came."""

    answers: Mapping[str, Any]
    erased: frozenset[str] = field(default=frozenset())
    foreign: frozenset[str] = field(default=frozenset())


def open_carried(
    answers: Mapping[str, Any], personal: PersonalForm | None, form_code: str, deprecated_id: str
) -> Carried:
    """`deprecated_id`: the instance that is corrected, '' for none."""
    sealed = {name: value for name, value in answers.items() if is_sealed(value)}
    if not sealed:
        return Carried(answers)
    own = _own_of(sealed, personal, form_code, deprecated_id)
    ids = {name: key_id_of(value) for name, value in own.items()}
    keys = find_keys(ids.values())
    destroyed = set(PersonKey.objects.filter(pk__in=set(ids.values()), wrapped=None).values_list("pk", flat=True))
    opened = {name: text for name, value in own.items() if (text := open_sealed(keys, value)) is not None}
    erased = frozenset(name for name, pk in ids.items() if pk in destroyed)
    told = {name: opened.get(name, value) for name, value in answers.items() if name not in erased}
    return Carried(told, erased, frozenset(sealed.keys() - opened.keys() - erased))


def _own_of(
    sealed: Mapping[str, str], personal: PersonalForm | None, form_code: str, deprecated_id: str
) -> dict[str, str]:
    """Those that some version of the record itself holds as its answer to that very question."""
    if personal is None or not deprecated_id:
        return {}
    record = SubmissionVersion.objects.filter(form__code=form_code, instance_id=deprecated_id).values("submission_id")
    versions = list(SubmissionVersion.objects.filter(submission__in=record).values_list("submission_id", "answers"))
    stored = {(name, answers.get(name)) for _pk, answers in versions for name in personal.names}
    found = {name: value for name, value in sealed.items() if (name, value) in stored}
    subjects = {f"submission:{pk}" for pk, _answers in versions}
    keys = PersonKey.objects.filter(pk__in={key_id_of(value) for value in found.values()}, subject__in=subjects)
    ids = set(keys.values_list("pk", flat=True))
    return {name: value for name, value in found.items() if key_id_of(value) in ids}
