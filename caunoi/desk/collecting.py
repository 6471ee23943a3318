"""What a person has to fill: forms they may send, and cards for what is due."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import get_language

from caunoi.accounts.models import User
from caunoi.accounts.queries import can, units_with_role
from caunoi.accounts.scope import Scope, ids_in_sql
from caunoi.desk.context import WRITERS
from caunoi.forms.models import Form, PeriodKind
from caunoi.forms.queries import list_assignments
from caunoi.places.queries import get_snapshot
from caunoi.records.queries import LATE, Due, describe_return, list_due, list_returned
from caunoi.vietnamese_text import sort_key

# Most reports are asked for each month.
OLD_DAYS = 31


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
    if unit_id is not None:
        # Of the one unit: going through all of a country's takes longer than the page.
        levels = {units[unit_id].level} if can(user, WRITERS, unit_id, on) else set()
    else:
        levels = {units[unit].level for unit in units_with_role(user, WRITERS, on)}
    found: dict[str, FormToFill] = {}
    for assignment in list_assignments(on=on, by_hand=True):
        form = assignment.form
        if assignment.level not in levels or (form.closed_on is not None and form.closed_on <= on):
            continue
        before = found[form.code].levels if form.code in found else frozenset()
        is_event = assignment.period_kind == PeriodKind.EVENT
        found[form.code] = FormToFill(form.code, title_of(form), before | {assignment.level}, is_event)
    return sorted(found.values(), key=lambda form: sort_key(form.title))


@dataclass(frozen=True)
class DueCard:
    """One thing to do, ready to show. `badge` is a name the badge component knows. `is_old`: late for longer than what
    was asked for last is."""

    address: str
    title: str
    period_key: str
    unit_name: str
    due_on: date | None
    badge: str
    comment: str = ""
    day: date | None = None
    is_old: bool = False


def list_due_cards(unit_ids: Collection[int], on: date, *, named: bool = False) -> list[DueCard]:
    """What these units still have to send, by the day it is due; `named` says which unit each is of."""
    return [show_due(due, on, named=named) for due in list_due(unit_ids, on) if due.submission is None]


def rank_now(card: DueCard) -> tuple[int, int]:
    """Order of a short list: what can still be in time, then what is late, newest first, then periods that are not
    over. What was never sent months ago must not hide what is asked for now."""
    day = card.due_on.toordinal() if card.due_on else 0
    return {"due": 0, "late": 1}.get(card.badge, 2), -day if card.badge == "late" else day


def rank_all(card: DueCard) -> tuple[bool, bool, int, int]:
    """Order of the whole list: what came back, then as in a short one, and behind all of it what is old: whoever was
    asked for this month's report does not look for it below last year's."""
    return (card.is_old, card.badge != "returned", *rank_now(card))


def show_due(due: Due, on: date, *, named: bool = False) -> DueCard:
    places = get_snapshot()
    key = places.units[due.org_unit_id].key
    badge = "late" if due.state == LATE else "due" if due.last_day < on else "open"
    return DueCard(
        address=reverse("fill", args=[due.form_code, key, due.period_key]),
        title=(get_language() == "en" and due.title_en) or due.title,
        period_key=due.period_key,
        unit_name=places.distinct_name_on(due.org_unit_id, due.last_day) if named else "",
        due_on=due.due_on,
        badge=badge,
        is_old=badge == "late" and (on - due.due_on).days > OLD_DAYS,
    )


def list_returned_cards(scope: Scope, unit_ids: Collection[int], *, named: bool = False) -> list[DueCard]:
    """What came back with a comment, reports and activities alike."""
    cards = []
    for one in list_returned(scope).filter(org_unit_id__in=ids_in_sql(unit_ids)):
        cards.append(
            DueCard(
                address=reverse("submission-correct", args=[one.pk]),
                title=title_of(one.form),
                period_key=one.period_key,
                unit_name=get_snapshot().distinct_name_on(one.org_unit_id, one.day_to) if named else "",
                due_on=one.due_on,
                badge="returned",
                comment=describe_return(one),
                day=one.day_from,
            )
        )
    return cards
