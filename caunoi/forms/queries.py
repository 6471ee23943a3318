from __future__ import annotations

from datetime import date

from caunoi.documents.actions import read_bytes
from caunoi.forms.errors import FormUnknown
from caunoi.forms.models import Assignment, Form, FormVersion
from caunoi.forms.rules.assignments import holds_on
from caunoi.forms.rules.check import FormChecker
from caunoi.forms.rules.compile import xlsx_of as to_xlsx
from caunoi.forms.rules.questions import Question, from_json

MAX_CHECKERS = 500
_checkers: dict[tuple[int, str], FormChecker] = {}


def get_form(code: str) -> Form:
    if (form := Form.objects.filter(code=code).first()) is None:
        raise FormUnknown(code)
    return form


def get_form_version(code: str, version: str = "") -> FormVersion:
    """The version in use (newest by publication), or the one named. Old versions stay answerable."""
    versions = FormVersion.objects.filter(form__code=code).select_related("form").order_by("-published_at", "-id")
    found = (versions.filter(version=version) if version else versions).first()
    if found is None:
        raise FormUnknown(code, version if version and versions.exists() else "")
    return found


def list_assignments(
    form_code: str | None = None, *, level: str | None = None, on: date | None = None
) -> list[Assignment]:
    """Assignments, with their forms, narrowed by form, level and the day they hold."""
    found = Assignment.objects.select_related("form").order_by("form__code", "level", "from_day")
    if form_code is not None:
        found = found.filter(form__code=form_code)
    if level is not None:
        found = found.filter(level=level)
    return [one for one in found if on is None or holds_on(one, on)]


def questions_of(version: FormVersion) -> tuple[Question, ...]:
    return checker_of(version).questions


def checker_of(version: FormVersion) -> FormChecker:
    """The version's rules, compiled once per process: a version never changes.

    Kept under identity and content hash together, as restored databases may give an id anew.
    """
    key = (version.pk, version.source_id)
    if (checker := _checkers.get(key)) is None:
        if len(_checkers) >= MAX_CHECKERS:
            _checkers.clear()
        checker = _checkers[key] = FormChecker(from_json(version.questions))
    return checker


def xlsx_of(version: FormVersion) -> bytes:
    """The form as officers get and give it: .xlsx, also where the pack keeps it as text."""
    return to_xlsx(read_bytes(version.source_id))
