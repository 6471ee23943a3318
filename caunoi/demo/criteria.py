"""Parts of criteria that a province fills in, and what a commune confirms of them, each in its own time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from caunoi.accounts.models import User
from caunoi.assessments.actions import group_unit, state_criterion
from caunoi.assessments.queries import get_criteria_set
from caunoi.demo.turns import Turn
from caunoi.documents.uploads import prepare_file
from caunoi.moments import local_moment
from caunoi.packs.actions import load_parts
from caunoi.places.queries import get_snapshot


@dataclass(frozen=True)
class PlannedParts:
    """`content`: the file as the page takes it."""

    set: str
    file: str
    content: bytes
    by: str
    on: date


@dataclass(frozen=True)
class PlannedGroup:
    set: str
    unit: str
    group: str
    first: date
    by: str
    on: date


@dataclass(frozen=True)
class PlannedStatement:
    """`met` or `value`; `photo`: the evidence's file, None for none."""

    set: str
    unit: str
    code: str
    day: date
    evidence: str
    by: str
    on: date
    met: bool | None
    value: Decimal | None
    photo: Path | None


@dataclass(frozen=True)
class PlannedCriteria:
    filled: tuple[PlannedParts, ...]
    groups: tuple[PlannedGroup, ...]
    statements: tuple[PlannedStatement, ...]


def plan_criteria(told: Mapping[str, Any], folder: Path) -> PlannedCriteria:
    """`told`: demo/criteria.toml, which lies in the folder."""
    return PlannedCriteria(
        tuple(PlannedParts(**one, content=(folder / one["file"]).read_bytes()) for one in told["filled"]),
        tuple(
            PlannedGroup(one["set"], one["unit"], one["group"], one["from"], one["by"], one["on"])
            for one in told["group"]
        ),
        tuple(
            PlannedStatement(
                set=one["set"], unit=one["unit"], code=one["code"], day=one["day"], evidence=one["evidence"],
                by=one["by"], on=one["on"], met=one.get("met"),
                value=Decimal(one["value"]) if "value" in one else None,
                photo=folder / "photos" / one["photo"] if "photo" in one else None,
            )
            for one in told["statement"]
        ),
    )  # fmt: skip


def list_turns(planned: PlannedCriteria, users: Mapping[str, User]) -> list[Turn]:
    """Of units and accounts that were loaded."""
    known = get_snapshot().by_key
    turns = [Turn(local_moment(one.on, 8), partial(_fill, one, users[one.by])) for one in planned.filled]
    several: Sequence[tuple[PlannedGroup | PlannedStatement, Any]] = [
        *((one, _group) for one in planned.groups),
        *((one, _state) for one in planned.statements),
    ]
    return turns + [
        Turn(local_moment(one.on, 9), partial(take, one, users[one.by]))
        for one, take in several
        if one.unit in known and one.by in users
    ]


def _fill(one: PlannedParts, by: User, at: datetime) -> None:
    load_parts(one.set, one.file, one.content, by=by.actor, at=at)


def _group(one: PlannedGroup, by: User, at: datetime) -> None:
    unit = get_snapshot().by_key[one.unit].id
    group_unit(
        set_=get_criteria_set(one.set), org_unit_id=unit, group=one.group, from_day=one.first, by=by, at=at
    )  # fmt: skip


def _state(one: PlannedStatement, by: User, at: datetime) -> None:
    files = [prepare_file(one.photo.name, one.photo.read_bytes())] if one.photo is not None else []
    state_criterion(
        set_=get_criteria_set(one.set), criterion=one.code, org_unit_id=get_snapshot().by_key[one.unit].id, day=one.day,
        met=one.met, value=one.value, evidence=one.evidence, files=files, by=by, at=at,
    )  # fmt: skip
