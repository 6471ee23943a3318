"""Whether a period is still open for a sending, and until when it is on time, extensions counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import connection

from caunoi.forms.queries import Granted, list_granted
from caunoi.forms.rules.deadlines import closing_day, due_day
from caunoi.moments import local_date
from caunoi.periods.wording import describe_period
from caunoi.places.queries import get_snapshot
from caunoi.records.actions.door import Prepared
from caunoi.records.errors import PeriodClosed
from caunoi.records.rules.occasions import find_period

# (form, unit, period) -> its extensions, oldest first.
Extensions = Mapping[tuple[int, int, str], Sequence[Granted]]


def read_granted(prepared: Sequence[Prepared]) -> Extensions:
    """Extensions of the periods the sendings are about; no question to the database for events alone."""
    keys = {one.occasion.period_key for one in prepared} - {""}
    forms = sorted({one.version.form_id for one in prepared if one.occasion.period_key})
    if not keys or not _any_granted(forms):
        return {}
    return list_granted(forms, period_keys=keys)


def _any_granted(form_ids: Sequence[int]) -> bool:
    """Nearly always not, and asked for each sending."""
    marks = ", ".join(["%s"] * len(form_ids))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM forms_extension WHERE form_id IN ({marks}))", form_ids)
        return bool(cursor.fetchone()[0])


def check_open(one: Prepared, granted: Extensions) -> None:
    """Raises PeriodClosed. Not the door's own question: a sending that arrived once must be answered alike for ever,
    however often a phone sends it again after the closing day."""
    if not one.occasion.period_key or one.assignment.closes_days is None:
        return
    several = granted.get((one.version.form_id, one.unit.id, one.occasion.period_key))
    closing = closing_day(one.assignment, one.occasion.days.last, several[-1].until if several else None)
    if closing is None or local_date(one.item.received_at) <= closing:
        return
    period = find_period(one.occasion.period_key, one.assignment.period_kind, one.assignment.cut_off)  # type: ignore[arg-type]  # events have no period key
    label = describe_period(period) if period else one.occasion.period_key
    raise PeriodClosed(one.version.form.title_vi, label, closing, _deciding_office(one))


def due_on(one: Prepared, granted: Extensions, first_received_at: datetime) -> date:
    """The last day on time. Only an extension known when the report first arrived counts: being late is not mended
    afterwards."""
    known = [
        extension
        for extension in granted.get((one.version.form_id, one.unit.id, one.occasion.period_key), ())
        if extension.at <= first_received_at
    ]
    if not one.occasion.period_key or not known:
        return one.occasion.due_on
    return due_day(one.assignment, one.occasion.days.last, known[-1].until)


def _deciding_office(one: Prepared) -> str:
    """The unit whose approver decides about the record; the one just above where none is named."""
    places, day = get_snapshot(), one.occasion.days.last
    above = places.ancestors_on(one.unit.id, day)
    level = one.assignment.approval_level
    found = next((unit for unit in (one.unit.id, *above) if places.units[unit].level == level), None)
    office = found if found is not None else above[0] if above else one.unit.id
    return places.name_on(office, day)
