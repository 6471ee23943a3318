from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from caunoi.personal.errors import BreachUnknown
from caunoi.personal.models import AtEnd, Breach, BreachNotice, CountedFrom, PersonalQuestion, PersonKey
from caunoi.personal.rules.breaches import Clock, read_clock
from caunoi.personal.rules.keeping import Keeping, counted_until


@dataclass(frozen=True)
class BreachLine:
    breach: Breach
    notices: Sequence[BreachNotice]
    clock: Clock


def list_breaches(at: datetime) -> list[BreachLine]:
    """Open ones first, then the newest."""
    notices = Prefetch("notices", queryset=BreachNotice.objects.all())
    lines = [_line(one, at) for one in Breach.objects.prefetch_related(notices)]
    return sorted(lines, key=lambda line: line.breach.closed_at is not None)


def get_breach(pk: int, at: datetime) -> BreachLine:
    found = Breach.objects.filter(pk=pk).first()
    if found is None:
        raise BreachUnknown(_("Không có vụ việc này trong sổ."))
    return _line(found, at)


def _line(breach: Breach, at: datetime) -> BreachLine:
    notices = list(breach.notices.all())
    told = min((notice.told_at for notice in notices if notice.authority), default=None)
    return BreachLine(breach, notices, read_clock(breach.noticed_at, told, at))


# -- what forms ask about people -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class PersonalForm:
    """Which questions of a form are about a person, and how long what they say is kept; or which properties of a
    register (`form_code` is blank then)."""

    form_code: str
    register: str
    names: frozenset[str]
    sensitive: frozenset[str]
    counted_from: str
    keeping: Keeping
    erases_itself: bool


def find_personal_form(form_code: str) -> PersonalForm | None:
    """None: it asks nothing about anybody."""
    # Asked for each sending; most forms ask nothing, and the ORM would take ten times as long to say so.
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM personal_personalquestion WHERE form_code = %s LIMIT 1", [form_code])
        if cursor.fetchone() is None:
            return None
    rows = list(PersonalQuestion.objects.filter(form_code=form_code))
    return _personal_form(rows)


def find_personal_register(code: str) -> PersonalForm | None:
    """None: nothing in it is about anybody."""
    rows = list(PersonalQuestion.objects.filter(form_code="", register=code))
    return _personal_form(rows) if rows else None


def list_personal_forms() -> list[PersonalForm]:
    """And registers."""
    by_form: dict[tuple[str, str], list[PersonalQuestion]] = {}
    for row in PersonalQuestion.objects.all():
        by_form.setdefault((row.form_code, row.register), []).append(row)
    return [_personal_form(rows) for rows in by_form.values()]


def _personal_form(rows: Sequence[PersonalQuestion]) -> PersonalForm:
    first = rows[0]
    return PersonalForm(
        first.form_code,
        first.register,
        frozenset(row.question for row in rows),
        frozenset(row.question for row in rows if row.sensitive),
        CountedFrom(first.counted_from),
        Keeping(first.keep_months, first.keep_days),
        first.at_end == AtEnd.ERASE,
    )


@dataclass(frozen=True)
class DueKey:
    key: PersonKey
    since: date
    """the day from which it was to be erased"""
    erases_itself: bool


def list_due_keys(today: date) -> list[DueKey]:
    """Keys of what was kept as long as its pack says, the longest overdue first."""
    found = []
    for form in list_personal_forms():
        counted = PersonKey.objects.filter(
            form_code=form.form_code,
            register=form.register,
            destroyed_at=None,
            counted_from__lte=counted_until(form.keeping, today),
        )
        found += [
            DueKey(key, form.keeping.ends(key.counted_from), form.erases_itself)
            for key in counted
            if key.counted_from is not None
        ]
    return sorted(found, key=lambda due: (due.since, due.key.pk))


def list_keys(subject: str) -> list[PersonKey]:
    return list(PersonKey.objects.filter(subject=subject).order_by("made_at", "pk"))
