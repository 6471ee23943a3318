"""Loads the demonstration, step by step, through the actions that real data goes through."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.actions import confirm_predecessor_access, create_user, grant_role
from caunoi.accounts.models import Role, User
from caunoi.audit.actions import write_line
from caunoi.audit.rules import Actor
from caunoi.demo import home
from caunoi.demo.classes import list_turns as list_classes
from caunoi.demo.contests import list_turns as list_contests
from caunoi.demo.criteria import list_turns as list_criteria
from caunoi.demo.documents import enter_documents
from caunoi.demo.gatherings import list_turns as list_gatherings
from caunoi.demo.ratings import list_turns
from caunoi.demo.records import People, list_approvers, make_drafts, send_all, split_held
from caunoi.demo.releases import list_turns as list_releases
from caunoi.demo.rooms import approve_as
from caunoi.demo.rooms import list_turns as list_rooms
from caunoi.demo.rules.villages import Row, make_villages
from caunoi.demo.sources import Account, DemoPlan, choose_keys, read_rows
from caunoi.demo.targets import list_turns as list_targets
from caunoi.facts.segments import compact
from caunoi.moments import local_moment
from caunoi.packs.actions import load_pack
from caunoi.places.actions import load_changes, load_successions, load_units
from caunoi.places.models import SuccessionShare
from caunoi.places.queries import get_place, get_snapshot
from caunoi.records.models import Submission
from caunoi.reports.actions import make_report

Advance = Callable[[int, int], None]
"""Told (done, altogether)."""


class Steps(Protocol):
    """Shows what is being done. `step(name)` is held while it lasts and gives what to tell the progress to."""

    def step(self, name: str) -> AbstractContextManager[Advance]: ...


def load_demo(plan: DemoPlan, *, by: Actor, now: datetime, steps: Steps, seconds: Callable[[], int]) -> home.Loaded:
    """Everything, into an empty database. What would have been sent after `now` is left out.

    Written at simulated moments: what is known grows with the history told. `seconds` is read at the end.
    """
    opened = local_moment(plan.opened_on, 8)
    with transaction.atomic():
        write_line(home.BEGIN, "demo", {"version": plan.version, "small": plan.small}, by=by, at=opened)
    with steps.step(_("Đơn vị hành chính và thôn")):
        load_places(plan, by=by, at=opened)
    with steps.step(_("Gói biểu mẫu, chỉ tiêu")):
        load_pack(plan.pack, by=by, at=opened)
    with steps.step(_("Tài khoản")):
        people = make_people(plan, by=by, at=opened)
    with steps.step(_("Tính các bản ghi minh họa")):
        drafts = make_drafts(plan)
    with steps.step(_("Gửi, trả lại, duyệt bản ghi")) as advance:
        until = min(now, local_moment(plan.history_ends, 23, 59))
        turns = [*list_turns(plan.ratings, people.users), *list_gatherings(plan.gatherings, people.users)]
        turns += list_classes(plan.classes, people.users) + list_contests(plan.contests, people.users)
        turns += list_releases(plan.releases, people.users)
        turns += list_criteria(plan.criteria, people.users) + list_targets(plan.targets, people.users)
        typed, held = split_held(plan, drafts)
        approve = approve_as(partial(list_approvers, people=people))
        turns += list_rooms(held, plan.throughs, plan.held_words, people.users, approve)
        send_all(plan, typed, people, by=by, until=until, between=turns, progress=advance)
    with steps.step(_("Sắp xếp sổ số liệu")):
        compact(minimum=1)
    with steps.step(_("Văn bản minh họa")):
        enter_documents(plan.documents, by=by, at=now)
    with steps.step(_("Báo cáo mẫu")):
        report = write_report(plan, by=by, at=now)
    loaded = home.Loaded(
        version=plan.version,
        small=plan.small,
        accounts=tuple(_shown(account) for account in plan.accounts if account.username in people.users),
        report=report,
        submissions=Submission.objects.count(),
        seconds=seconds(),
    )
    home.write_loaded(loaded)
    return loaded


def load_places(plan: DemoPlan, *, by: Actor, at: datetime) -> None:
    units, changes, successions = (
        read_rows(plan.places_folder / f"{name}.csv") for name in ("units", "changes", "successions")
    )
    keys = choose_keys(units, changes, plan.place_keys)
    units = [row for row in units if row["key"] in keys]
    changes = [row for row in changes if row["key"] in keys]
    successions = [row for row in successions if row["old"] in keys and row["new"] in keys]
    villages, moves = make_villages(units, changes, successions, plan.districts, plan.counted_on, plan.village_names)
    made = [{**village, "synthetic": "1"} for village in villages]
    with tempfile.TemporaryDirectory() as folder:
        load_units(_write(folder, "units.csv", [*units, *made]), by=by, at=at)
        # Before the successions: villages come under the new communes with codes of their own, not by inheritance.
        load_changes(_write(folder, "changes.csv", [*changes, *moves]), by=by, at=at)
        load_successions(_write(folder, "successions.csv", successions), by=by, at=at)


def _write(folder: str, name: str, rows: Sequence[Row]) -> Path:
    path = Path(folder) / name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(column for row in rows for column in row)))
        writer.writeheader()
        writer.writerows(rows)
    return path


def make_people(plan: DemoPlan, *, by: Actor, at: datetime) -> People:
    """The approvers nobody signs in as, and the accounts shown; those whose places were not loaded are left out."""
    snapshot = get_snapshot()
    users: dict[str, User] = {}
    made: list[Account] = []
    for account in [*plan.approvers, *plan.accounts]:
        units = [snapshot.by_key[key].id for key in account.units if key in snapshot.by_key]
        if not units:
            continue
        user = create_user(
            username=account.username, full_name=account.full_name, password=account.password, by=by, at=at,
            check_strength=False,
        )  # fmt: skip
        from_day = account.from_day or plan.opened_on
        for role in account.roles:
            for unit in units:
                grant_role(user=user, role=Role(role), org_unit_id=unit, from_day=from_day, by=by, at=at)
        if account.older_records:
            _open_older_records(units, by=by, at=at)
        users[account.username] = user
        made.append(account)
    return People(
        users,
        [account for account in made if Role.APPROVER in account.roles],
        [
            account
            for account in made
            if Role.RECORDER in account.roles and Role.APPROVER not in account.roles and account.password is not None
        ],
    )


def _open_older_records(units: Sequence[int], *, by: Actor, at: datetime) -> None:
    shares = SuccessionShare.objects.filter(new_id__in=units).values_list("succession_id", "new_id").distinct()
    for succession, unit in shares:
        confirm_predecessor_access(succession_id=succession, org_unit_id=unit, by=by, at=at)


def write_report(plan: DemoPlan, *, by: Actor, at: datetime) -> str:
    """Makes the report and writes it into the home folder. Gives the file's name."""
    wanted = plan.report
    place = get_place(wanted.place, wanted.last, get_snapshot())
    report = make_report(template_code=wanted.template, place=place, first=wanted.first, last=wanted.last, by=by, at=at)
    (home.home() / report.file_name).write_bytes(report.content)
    return report.file_name


def _shown(account: Account) -> home.ShownAccount:
    snapshot = get_snapshot()
    places = []
    for key in account.units:
        if key in snapshot.by_key:
            unit = snapshot.by_key[key].id
            day = account.from_day or snapshot.units[unit].starts_on
            places.append(snapshot.path_name(unit, day))
    roles = ", ".join(str(Role(role).label) for role in account.roles)
    return home.ShownAccount(account.username, account.password or "", roles, "; ".join(places))
