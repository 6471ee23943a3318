"""What a process may remember of a form between requests, and until when."""

from __future__ import annotations

from django.db import connection

from caunoi.forms.models import FormVersion
from caunoi.forms.queries import get_form_version
from caunoi.remembering import remember

MOST_VERSIONS = 500
_versions: dict[tuple[str, str], tuple[tuple[object, ...], FormVersion]] = {}

# Versions never change and extensions are only added; assignments are added and deleted, and what is added gets a new
# knowledge number; the day of closing is written over.
_STATE = """
    SELECT f.closed_on, f.title_vi,
        (SELECT MAX(v.id) FROM forms_formversion v WHERE v.form_id = f.id),
        (SELECT MAX(a.known_from) FROM forms_assignment a WHERE a.form_id = f.id),
        (SELECT COUNT(*) FROM forms_assignment a WHERE a.form_id = f.id),
        (SELECT MAX(e.id) FROM forms_extension e WHERE e.form_id = f.id)
    FROM forms_form f WHERE f.code = %s"""


def get_form_state(form_code: str) -> tuple[object, ...]:
    return remember(("form", form_code), lambda: read_form_state(form_code))


def read_form_state(form_code: str) -> tuple[object, ...]:
    """Changes whenever anything about the form does: its versions, assignments, extensions or closing; in one
    statement, as it is asked for each sending. Empty for a form that is not there."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE, [form_code])
        return tuple(cursor.fetchone() or ())


def recall_form_version(code: str, version: str = "") -> FormVersion:
    """As `get_form_version`, read again only when something about the form changed: a row holds the whole form, and
    takes longer to read than a sending to check. Not to be changed by who gets it."""
    state = get_form_state(code)
    known = _versions.get((code, version))
    if known is not None and known[0] == state:
        return known[1]
    found = get_form_version(code, version)
    if len(_versions) >= MOST_VERSIONS:
        _versions.clear()
    _versions[code, version] = (state, found)
    return found


def forget_versions() -> None:
    """After forms were changed without a new id or number (only tests that roll back need it)."""
    _versions.clear()
