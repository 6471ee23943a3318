"""Reads what the demonstration is made of: demo/*.csv, demo/demo.toml and data/vietnam."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from caunoi.demo.classes import PlannedClass, plan_classes
from caunoi.demo.contests import PlannedContest, plan_contests
from caunoi.demo.criteria import PlannedCriteria, plan_criteria
from caunoi.demo.documents import PlannedDocument, plan_documents
from caunoi.demo.gatherings import Gatherings, plan_gatherings
from caunoi.demo.ratings import PlannedRound, plan_rounds
from caunoi.demo.releases import PlannedRelease, plan_releases
from caunoi.demo.rooms import Through, read_through
from caunoi.demo.rules.drafts import Filler
from caunoi.demo.rules.plan import BesideRow, PlanRow, Restated
from caunoi.demo.rules.timeline import Course, Sending, Unfinished
from caunoi.demo.rules.villages import District, Row, VillageNames
from caunoi.demo.targets import PlannedTarget, plan_targets


@dataclass(frozen=True)
class Account:
    """`password` None: nobody signs in with it. `from_day` None: from the first simulated day on."""

    username: str
    full_name: str
    password: str | None
    roles: tuple[str, ...]
    units: tuple[str, ...]
    from_day: date | None
    older_records: bool


@dataclass(frozen=True)
class Story:
    """What becomes of one unit's record; `period` None: the unit's last one in the set."""

    records: str
    unit: str
    period: date | None
    course: Course
    comment: str


@dataclass(frozen=True)
class ReportToMake:
    template: str
    place: str
    first: date
    last: date


@dataclass(frozen=True)
class DemoPlan:
    """Everything that decides what the demonstration holds. The small one has fewer places, districts and records."""

    version: str
    small: bool
    pack: Path
    opened_on: date
    history_ends: date
    places_folder: Path
    place_keys: tuple[str, ...]
    districts: tuple[District, ...]
    village_names: VillageNames
    counted_on: date
    days_together: int
    sender: str
    sending: Sending
    unfinished: Unfinished
    stories: tuple[Story, ...]
    restated: dict[str, Restated]
    fillers: tuple[Filler, ...]
    planned: dict[str, list[PlanRow]]
    beside: tuple[BesideRow, ...]
    accounts: tuple[Account, ...]
    approvers: tuple[Account, ...]
    report: ReportToMake
    documents: tuple[PlannedDocument, ...]
    ratings: tuple[PlannedRound, ...]
    gatherings: Gatherings
    classes: tuple[PlannedClass, ...]
    contests: tuple[PlannedContest, ...]
    releases: tuple[PlannedRelease, ...]
    criteria: PlannedCriteria
    targets: tuple[PlannedTarget, ...]
    held_words: dict[str, str]
    photos: Path

    @property
    def throughs(self) -> dict[str, Through]:
        """Of the planned sets that rooms send."""
        read = {records: read_through(rows[0].through) for records, rows in self.planned.items()}
        return {records: through for records, through in read.items() if through is not None}


def read_demo(repository: Path, *, small: bool = False) -> DemoPlan:
    folder = repository / "demo"
    settings = tomllib.loads((folder / "demo.toml").read_text(encoding="utf-8"))
    less = settings["small"]
    chosen = frozenset(less["records"]) if small else None
    sending, unfinished, report = settings["sending"], settings["unfinished"], settings["report"]
    villages = settings["villages"]
    districts = [
        District(row["key"], row["name"], int(row["communes"]), int(row["villages"]))
        for row in read_rows(folder / "districts.csv")
    ]
    return DemoPlan(
        version=settings["version"],
        small=small,
        pack=repository / settings["pack"],
        opened_on=settings["opened_on"],
        history_ends=settings["history_ends"],
        places_folder=repository / settings["places"]["folder"],
        place_keys=tuple(less["places"] if small else settings["places"]["keys"]),
        districts=tuple(d for d in districts if not small or d.key in less["districts"]),
        village_names=VillageNames(villages["key"], villages["code"], villages["name"]),
        counted_on=villages["counted_on"],
        days_together=less["days_together"] if small else sending["days_together"],
        sender=sending["sender"],
        sending=Sending(
            sending["late"], sending["returned"], sending["corrected"], sending["comments"], settings["wrong_at_first"]
        ),
        unfinished=Unfinished(
            frozenset(unfinished["records"]),
            unfinished["period"],
            unfinished["missing"],
            unfinished["waiting"],
            unfinished["returned"],
        ),
        stories=tuple(_read_story(story) for story in settings["story"]),
        restated={
            records: Restated(one["from"], tuple(one["questions"])) for records, one in settings["restated"].items()
        },
        fillers=tuple(
            Filler(row["form"], row["question"], row["when"], row["value"]) for row in read_rows(folder / "fillers.csv")
        ),
        planned=_read_plan(folder / "plan.csv", chosen),
        beside=tuple(_read_beside(folder / "beside.csv", chosen)),
        accounts=tuple(_read_account(account) for account in settings["account"]),
        approvers=tuple(
            Account(
                one["username"],
                one["full_name"],
                None,
                tuple(one.get("roles", ("approver",))),
                tuple(one["units"]),
                None,
                one.get("older_records", False),
            )
            for one in settings["approver"]
        ),
        report=ReportToMake(report["template"], report["place"], report["from"], report["to"]),
        documents=plan_documents(read_rows(folder / "documents.csv")),
        ratings=plan_rounds(read_rows(folder / "ratings.csv"), small=small),
        gatherings=plan_gatherings(tomllib.loads((folder / "gatherings.toml").read_text(encoding="utf-8"))),
        classes=plan_classes(tomllib.loads((folder / "classes.toml").read_text(encoding="utf-8"))),
        contests=plan_contests(tomllib.loads((folder / "contests.toml").read_text(encoding="utf-8"))),
        releases=plan_releases(settings["release"]),
        criteria=plan_criteria(tomllib.loads((folder / "criteria.toml").read_text(encoding="utf-8")), folder),
        targets=plan_targets(tomllib.loads((folder / "targets.toml").read_text(encoding="utf-8"))),
        held_words=settings["held"],
        photos=folder / "photos",
    )


def read_rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def choose_keys(units: Sequence[Row], changes: Sequence[Row], roots: Collection[str]) -> set[str]:
    """The roots, what was ever below them, and what is above them."""
    parents: dict[str, set[str]] = {}
    for row in [*units, *changes]:
        if row["parent"]:
            parents.setdefault(row["key"], set()).add(row["parent"])
    chosen = set(roots)
    while more := {key for key, above in parents.items() if key not in chosen and above & chosen}:
        chosen |= more
    for root in roots:
        chosen |= parents.get(root, set())
    return chosen


def _read_plan(path: Path, chosen: Collection[str] | None) -> dict[str, list[PlanRow]]:
    """Sets of records in order; rows without records (counted from the register of units) are left out."""
    planned: dict[str, list[PlanRow]] = {}
    for row in read_rows(path):
        if not row["records"] or (chosen is not None and row["records"] not in chosen):
            continue
        planned.setdefault(row["records"], []).append(
            PlanRow(
                place=row["place"],
                code=row["code"],
                form=row["form"],
                unit_level=row["unit_level"],
                first=date.fromisoformat(row["from"]),
                last=date.fromisoformat(row["to"]),
                total=Decimal(row["total"]),
                spread=row["spread"],
                records=row["records"],
                count=int(row["count"]),
                left_out=row["units"].removeprefix("-"),
                step=Decimal(row["step"] or "1"),
                answers=row["answers"],
                through=row["through"],
            )
        )
    return planned


def _read_beside(path: Path, chosen: Collection[str] | None) -> Iterator[BesideRow]:
    for row in read_rows(path):
        if chosen is None or row["records"] in chosen:
            yield BesideRow(
                records=row["records"],
                form=row["form"],
                unit_level=row["unit_level"],
                places=tuple(row["places"].split(";")),
                units_on=date.fromisoformat(row["on"] or row["from"]),
                first=date.fromisoformat(row["from"]),
                last=date.fromisoformat(row["to"]),
                per_unit=int(row["per_unit"]) if row["per_unit"] else None,
                answers=row["answers"],
            )


def _read_story(story: dict[str, Any]) -> Story:
    course = Course.STAYS_RETURNED if story["outcome"] == "returned" else Course(story["outcome"])
    period = None if story["period"] == "last" else story["period"]
    return Story(story["records"], story["unit"], period, course, story.get("comment", ""))


def _read_account(account: dict[str, Any]) -> Account:
    return Account(
        username=account["username"],
        full_name=account["full_name"],
        password=account["password"],
        roles=tuple(account["roles"]),
        units=tuple(account["units"]),
        from_day=account["from"],
        older_records=account.get("older_records", False),
    )
