"""What a process may remember of a form between requests, and until when."""

from __future__ import annotations

from django.db import connection

# Versions never change and extensions are only added; assignments are added and deleted, and what is added gets a new
# knowledge number; the day of closing is written over.
_STATE = """
    SELECT f.closed_on, f.title_vi,
        (SELECT MAX(v.id) FROM forms_formversion v WHERE v.form_id = f.id),
        (SELECT MAX(a.known_from) FROM forms_assignment a WHERE a.form_id = f.id),
        (SELECT COUNT(*) FROM forms_assignment a WHERE a.form_id = f.id),
        (SELECT MAX(e.id) FROM forms_extension e WHERE e.form_id = f.id)
    FROM forms_form f WHERE f.code = %s"""


def read_form_state(form_code: str) -> tuple[object, ...]:
    """Changes whenever anything about the form does: its versions, assignments, extensions or closing; in one
    statement, as it is asked for each sending. Empty for a form that is not there."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE, [form_code])
        return tuple(cursor.fetchone() or ())
