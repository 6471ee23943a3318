"""Places, people and sendings in the words of the field, for tests of rooms that need records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from caunoi.accounts.models import Role, RoleGrant, User
from caunoi.audit.clock import take_numbers
from caunoi.audit.rules import Actor
from caunoi.forms.actions import publish_form, set_assignments
from caunoi.forms.models import FormVersion
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import local_moment
from caunoi.periods.rules import BEGINNING
from caunoi.places.models import OrgUnit, OrgUnitSpell, Succession, SuccessionShare
from caunoi.records.actions import Incoming, Received, receive
from caunoi.records.models import Source, Submission
from caunoi.vietnamese_text import fold

FORMS = Path(__file__).parents[3] / "packs" / "tuyen-van" / "forms"
BY = Actor("Người thử")
DAY = date(2023, 6, 20)
AT = local_moment(DAY)


@transaction.atomic
def unit(
    name: str,
    level: str,
    parent: OrgUnit | None = None,
    *,
    code: str = "",
    from_: date = BEGINNING,
    to: date | None = None,
) -> OrgUnit:
    made = OrgUnit.objects.create(
        key=code or f"{level}-{OrgUnit.objects.count() + 1}", level=level, starts_on=from_, ends_on=to,
        known_from=take_numbers(1)[0],
    )  # fmt: skip
    OrgUnitSpell.objects.create(
        org_unit=made, name=name, short_name=name.split(" ", 1)[-1], search_name=fold(name), code=code, parent=parent,
        from_day=from_, to_day=to,
    )  # fmt: skip
    return made


@transaction.atomic
def merge(day: date, olds: list[OrgUnit], new: OrgUnit) -> None:
    """The old units (which end on that day) became the new one, in equal parts."""
    made = Succession.objects.create(day=day, kind="merge", known_from=take_numbers(1)[0])
    for old in olds:
        SuccessionShare.objects.create(
            succession=made, old=old, new=new, old_parts=10**12, new_parts=10**12 // len(olds), basis="chia đều"
        )


def user(name: str, *roles: tuple[Role, OrgUnit]) -> User:
    made = User.objects.create_user(username=name, full_name=name)
    for role, org_unit in roles:
        RoleGrant.objects.create(user=made, role=role, org_unit=org_unit, from_day=date(2020, 1, 1))
    return made


def publish(name: str, *assignments: AssignmentRow, at: datetime = AT) -> FormVersion:
    """A form of the pack with these assignments (villages each calendar month, approved by the commune, if none)."""
    path = FORMS / f"{name}.md"
    version = publish_form(
        content=path.read_bytes(), file_type="md", file_name=path.name, pack="tuyen-van", by=BY, at=at
    )
    rows = assignments or (AssignmentRow("village", "month", approval_level="commune"),)
    set_assignments(version.form.code, rows, by=BY, at=at)
    return version


EVENTS = AssignmentRow("village", "event", approval_level="commune")

REPORT = {
    "so_cuoc_hop": "2", "so_luot_du": "60", "so_luot_ho": "5", "so_buoi_phat": "8", "so_cau_hoi": "3",
    "so_da_tra_loi": "2",
}  # fmt: skip
CLEANUP = {"ngay": "2023-06-01", "so_nguoi": "25", "rac_m3": "1.5"}


def report(village: OrgUnit, period_key: str = "2023-05", *, at: datetime = AT, **changes: Any) -> Incoming:
    """The village's monthly report. Fields of `Incoming` (`source`, `xml`, ...) go to the sending; others answer."""
    return sending("bao_cao_thang_thon", village, REPORT, changes, at, period_key)


def cleanup(village: OrgUnit, *, at: datetime = AT, **changes: Any) -> Incoming:
    """A clean-up day of the village."""
    return sending("ngay_ra_quan", village, CLEANUP, changes, at, "")


def sending(
    form_code: str, village: OrgUnit, answers: Mapping[str, str], changes: dict[str, Any], at: datetime, period_key: str
) -> Incoming:
    settings = {name: changes.pop(name) for name in list(changes) if name in Incoming.__dataclass_fields__}
    if "xml" not in settings:
        settings.setdefault("answers", {**answers, **changes})
    settings.setdefault("source", Source.BROWSER)
    return Incoming(form_code, village.pk, at, period_key, **settings)


def send(incoming: Incoming, at: datetime = AT) -> Received:
    return receive(incoming, by=BY, at=at)


def stored(received: Received) -> Submission:
    return Submission.objects.get(pk=received.submission_id)
