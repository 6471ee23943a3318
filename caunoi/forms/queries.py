from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from django.db.models import QuerySet

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import holds_anywhere, windows_with_role
from caunoi.accounts.scope import Scope, ids_in_sql
from caunoi.approvals.permissions import deciding_levels
from caunoi.audit.past import list_past
from caunoi.documents.actions import read_bytes
from caunoi.forms.errors import FormUnknown
from caunoi.forms.models import Assignment, Extension, Form, FormFile, FormVersion, PeriodKind
from caunoi.forms.rules.assignments import holds_on
from caunoi.forms.rules.check import FormChecker
from caunoi.forms.rules.entities import Declaration
from caunoi.forms.rules.entities import from_json as declarations_from_json
from caunoi.forms.rules.questions import Question, from_json
from caunoi.moments import local_date
from caunoi.periods.rules import CutOff, Period, PeriodType, period_from_key
from caunoi.places.queries import get_snapshot
from caunoi.remembering import remember

MAX_CHECKERS = 500
_checkers: dict[tuple[int, str], FormChecker] = {}


def get_form(code: str) -> Form:
    if (form := Form.objects.filter(code=code).first()) is None:
        raise FormUnknown(code)
    return form


def get_form_version(code: str, version: str = "") -> FormVersion:
    """The version in use (newest by publication), or the one named. Old versions stay answerable."""
    versions = FormVersion.objects.filter(form__code=code).select_related("form").order_by("-published_at", "-id")
    found = remember(("form version", code, version), (versions.filter(version=version) if version else versions).first)
    if found is None:
        raise FormUnknown(code, version if version and versions.exists() else "")
    return found


def list_assignments(
    form_code: str | None = None, *, level: str | None = None, on: date | None = None, by_hand: bool = False
) -> list[Assignment]:
    """Assignments, with their forms, narrowed by form, level and the day they hold. `by_hand`: only of forms that
    somebody fills."""
    found = Assignment.objects.select_related("form").order_by("form__code", "level", "from_day")
    if form_code is not None:
        found = found.filter(form__code=form_code)
    if level is not None:
        found = found.filter(level=level)
    kept = remember(("assignments", form_code, level), lambda: list(found))
    return [one for one in kept if (on is None or holds_on(one, on)) and not (by_hand and one.form.is_derived)]


def list_periodic(as_known: int | None = None) -> list[Assignment]:
    """Assignments of periodic forms, with their forms, as they are now or as they were known at a knowledge number."""
    now = list(Assignment.objects.exclude(period_kind=PeriodKind.EVENT).select_related("form"))
    if as_known is None:
        return now
    past = [one for one in list_past(Assignment, at=as_known) if one.period_kind != PeriodKind.EVENT]
    forms = Form.objects.in_bulk({one.form_id for one in past}) if past else {}
    for one in past:
        one.form = forms[one.form_id]
    return [one for one in now if one.known_from <= as_known] + past


def period_of(assignment: Assignment, period_key: str) -> Period | None:
    """The assignment's period of that key; None for a key of another kind, and for events."""
    if assignment.period_kind == PeriodKind.EVENT:
        return None
    try:
        return period_from_key(period_key, cast(PeriodType, assignment.period_kind), cast(CutOff, assignment.cut_off))
    except ValueError:
        return None


def find_owed(form_code: str, org_unit_id: int, period_key: str) -> tuple[Assignment, Period] | None:
    """Under which assignment the unit owes the form for the period; None if it does not."""
    places = get_snapshot()
    unit = places.units.get(org_unit_id)
    if unit is None:
        return None
    for assignment in list_assignments(form_code, level=unit.level):
        period = period_of(assignment, period_key)
        if period is not None and holds_on(assignment, period.days.last) and unit.exists_on(period.days.last):
            return assignment, period
    return None


# Extensions


@dataclass(frozen=True)
class Granted:
    """The extension that counts: the newest of a form, unit and period."""

    until: date
    at: datetime


def list_granted(
    form_ids: Collection[int], *, since: date | None = None, period_keys: Collection[str] | None = None
) -> dict[tuple[int, int, str], list[Granted]]:
    """(form, unit, period) -> its extensions, oldest first; of these periods, or that reach to `since` or beyond."""
    found = Extension.objects.filter(form_id__in=form_ids).order_by("id")
    if since is not None:
        found = found.filter(until__gte=since)
    if period_keys is not None:
        found = found.filter(period_key__in=period_keys)
    granted: dict[tuple[int, int, str], list[Granted]] = {}
    for form, unit, key, until, at in found.values_list("form_id", "org_unit_id", "period_key", "until", "granted_at"):
        granted.setdefault((form, unit, key), []).append(Granted(until, at))
    return granted


def find_until(form_id: int, org_unit_id: int, period_key: str) -> date | None:
    """Until when the unit may send the form for the period by its newest extension; None if it has none."""
    several = list_granted([form_id], period_keys=[period_key]).get((form_id, org_unit_id, period_key))
    return several[-1].until if several else None


def extending_scopes(user: User, assignment: Assignment, at: datetime) -> tuple[Scope, Scope]:
    """The user may extend for what either of them sees: as the approver who decides, or as who runs the programme."""
    on = local_date(at)
    levels = deciding_levels(assignment.approval_level)
    return (
        windows_with_role(user, Role.APPROVER, on, levels),
        windows_with_role(user, {Role.PROGRAMME_MANAGER, Role.ADMINISTRATOR}, on),
    )


def may_extend_anywhere(user: User, on: date) -> bool:
    return any(holds_anywhere(user, role, on) for role in (Role.APPROVER, Role.PROGRAMME_MANAGER, Role.ADMINISTRATOR))


def list_extensions(scope: Scope) -> QuerySet[Extension]:
    """Of units in the scope, newest first."""
    found = Extension.objects.select_related("form", "org_unit").order_by("-id")
    return found if scope.everything else found.filter(org_unit_id__in=ids_in_sql(scope.unit_ids))


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


def forget_checkers() -> None:
    """After a transaction was rolled back (tests): the same version may mean other rules."""
    _checkers.clear()


def xlsx_of(version: FormVersion) -> bytes:
    """The form as officers get and give it: .xlsx, also where the pack keeps it as text."""
    from caunoi.forms.rules.compile import xlsx_of as to_xlsx  # noqa: PLC0415 - pyxform is slow to import

    return to_xlsx(read_bytes(version.source_id))


# Files and registers


def list_form_files(form_version: FormVersion) -> list[FormFile]:
    """What the form wants beside it on the device, by name, with the stored bytes' row. `entity_list` names a register,
    whose list is made anew on each request; without it and without `file` the pack lacks the file."""
    return list(form_version.files.select_related("file").order_by("name"))


def declarations_of(version: FormVersion) -> tuple[Declaration, ...]:
    """The registers a version feeds."""
    return declarations_from_json(version.entities) if version.entities else ()


def list_keeping_levels(list_code: str) -> frozenset[str]:
    """Levels whose units send forms that feed the register. Asked for every list a phone fetches: no form is read."""
    rows = FormVersion.objects.exclude(entities=[]).order_by().values_list("form_id", "entities")
    forms = {
        form for form, declared in rows if any(one.list_code == list_code for one in declarations_from_json(declared))
    }
    return frozenset(Assignment.objects.filter(form_id__in=forms).values_list("level", flat=True).distinct())


def list_feeding(list_code: str) -> list[FormVersion]:
    """The versions in use (newest of each form) that feed the register, in order of form code."""
    newest: dict[int, FormVersion] = {}
    for version in FormVersion.objects.exclude(entities=[]).select_related("form").order_by("published_at", "id"):
        newest[version.form_id] = version
    return [
        version
        for version in sorted(newest.values(), key=lambda one: one.form.code)
        if any(one.list_code == list_code for one in declarations_of(version))
    ]
