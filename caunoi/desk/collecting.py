"""What a person has to fill: forms they may send, and cards for what is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language

from caunoi.accounts.models import User
from caunoi.accounts.queries import units_with_role
from caunoi.desk.context import WRITERS
from caunoi.forms.models import Form, PeriodKind
from caunoi.forms.queries import list_assignments
from caunoi.places.queries import get_snapshot


@dataclass(frozen=True)
class FormToFill:
    """A form in use, with the levels whose units send it; `is_event`: about one activity, any number of times."""

    code: str
    title: str
    levels: frozenset[str]
    is_event: bool


def title_of(form: Form) -> str:
    return (get_language() == "en" and form.title_en) or form.title_vi


def list_forms_to_fill(user: User, on: date, unit_id: int | None = None) -> list[FormToFill]:
    """By title. With a unit: only what that unit sends."""
    units = get_snapshot().units
    reached = units_with_role(user, WRITERS, on)
    levels = {units[unit].level for unit in reached if unit_id is None or unit == unit_id}
    found: dict[str, FormToFill] = {}
    for assignment in list_assignments(on=on):
        form = assignment.form
        if assignment.level not in levels or (form.closed_on is not None and form.closed_on <= on):
            continue
        before = found[form.code].levels if form.code in found else frozenset()
        is_event = assignment.period_kind == PeriodKind.EVENT
        found[form.code] = FormToFill(form.code, title_of(form), before | {assignment.level}, is_event)
    return sorted(found.values(), key=lambda form: form.title)


@dataclass(frozen=True)
class DueCard:
    """One thing to do, ready to show. `badge` is a name the badge component knows."""

    address: str
    title: str
    period_key: str
    unit_name: str
    due_on: date
    badge: str
    comment: str = ""
