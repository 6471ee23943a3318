"""What is held of the person a record names: for them to read, on a page and as a file given to them on request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language

from caunoi.desk.collecting import title_of
from caunoi.forms.queries import checker_of
from caunoi.personal.models import PersonalQuestion, PersonKey
from caunoi.personal.queries import find_personal_form, list_keys
from caunoi.personal.vault import is_sealed
from caunoi.places.queries import get_snapshot
from caunoi.records.models import Submission, SubmissionVersion
from caunoi.records.queries import list_versions
from caunoi.records.sealed import open_version


@dataclass(frozen=True)
class Said:
    """One question about the person. `values`: what its versions say, the newest first, without repetition."""

    label: str
    name: str
    whose: str
    purpose: str
    values: Sequence[str]


@dataclass(frozen=True)
class Held:
    """`until`: the first day on which it is not to be kept any longer; None if nothing is left. `erased`: the keys that
    were destroyed."""

    said: Sequence[Said]
    until: date | None
    erases_itself: bool
    erased: Sequence[PersonKey]
    is_left: bool


def read_held_of(submission: Submission) -> Held:
    """Whether the reader may is the caller's to check, and that they read it the caller's to write down."""
    versions = sorted(list_versions(submission), key=lambda version: -version.number)
    declared = {one.question: one for one in PersonalQuestion.objects.filter(form_code=submission.form.code)}
    opened = [(version, open_version(version)) for version in versions]
    labels = _labels(versions)
    said = []
    names = (name for version in versions for name, value in version.answers.items() if is_sealed(value))
    for name in dict.fromkeys(names):
        values = dict.fromkeys(answers[name] for version, answers in opened if is_sealed(version.answers.get(name)))
        one = declared.get(name)
        said.append(
            Said(labels.get(name, name), name, one.whose if one else "", one.purpose if one else "", list(values))
        )
    keys = list_keys(str(submission))
    left = [key for key in keys if key.destroyed_at is None]
    form = find_personal_form(submission.form.code)
    until = form.keeping.ends(min(key.counted_from for key in left if key.counted_from)) if form and left else None
    return Held(said, until, bool(form and form.erases_itself), [key for key in keys if key.destroyed_at], bool(left))


def file_of(submission: Submission, held: Held) -> dict[str, Any]:
    """Plain values: all that is held of the person, where, for what and until when."""
    return {
        "record": submission.pk,
        "form": title_of(submission.form),
        "unit": get_snapshot().path_name(submission.org_unit_id, submission.day_to),
        "days": [submission.day_from, submission.day_to],
        "kept_until": held.until,
        "answers": [
            {
                "question": one.label,
                "name": one.name,
                "whose": one.whose,
                "purpose": one.purpose,
                "value": one.values[0],
                "before": list(one.values[1:]),
            }
            for one in held.said
        ],
        "erased_at": [key.destroyed_at for key in held.erased],
    }


def _labels(versions: Sequence[SubmissionVersion]) -> dict[str, str]:
    """As the newest version of the form asks it."""
    language = get_language() or "vi"
    labels: dict[str, str] = {}
    for version in versions:
        for name, question in checker_of(version.form_version).by_name.items():
            labels.setdefault(name, question.label(language))
    return labels
