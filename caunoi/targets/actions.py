"""Setting a target and breaking it down. One transaction each; the parts go through the one door, all or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.approvals.rules import State
from caunoi.audit.actions import write_line
from caunoi.audit.clock import lock_clock, take_numbers
from caunoi.facts.rules.question import text_of
from caunoi.languages import show_number
from caunoi.moments import local_date
from caunoi.places.queries import get_snapshot
from caunoi.records.actions import Incoming, approve_many, receive_many, withdraw
from caunoi.records.models import Source, Submission
from caunoi.targets.errors import (
    AllotmentMoved,
    AlreadySettled,
    CannotSetTargets,
    EndedUndecided,
    NoHeirNamed,
    PartEmptied,
    PartOutsideForm,
    PartsDoNotAddUp,
)
from caunoi.targets.models import Allotment
from caunoi.targets.permissions import may_set
from caunoi.targets.queries import Breakdown, Ended, Line, Stated, Target, list_targets, read_breakdown, read_stated
from caunoi.targets.rules import ZERO, balance


@dataclass(frozen=True)
class Decision:
    """What a target rests on: the paper's number and day."""

    number: str
    day: date
    note: str = ""


@dataclass(frozen=True)
class Saved:
    """`written`: records sent; `waiting`: of them still to be approved by somebody else."""

    allotment: Allotment
    written: int
    waiting: int


@transaction.atomic
def break_down(
    seen: Breakdown, whole: Decimal, parts: Mapping[int, Decimal | None], decision: Decision, *, by: User, at: datetime,
    looked_at: str | None = None,
) -> Saved:  # fmt: skip
    """Set the whole for the place and give the parts to its units; None leaves a unit that has none without one.

    `seen`: as the officer saw it, or `looked_at`: the fingerprint of that. A part is a unit's whole: its record gets
    what it has not passed down already. What is not given stays with the place, if its level may state the target. Of
    what doesn't add up (a share) the whole is the place's own, each part its unit's own, and None takes one back.
    Raises CannotSetTargets, AllotmentMoved, EndedUndecided, PartEmptied, PartsDoNotAddUp, PartOutsideForm, and what the
    door refuses.
    """
    _check_may_set(by, seen, at)
    # Two officers who break down the same whole queue here, and the second is told of the first's.
    _lock(seen)
    now = read_breakdown(seen.target, seen.place.id, seen.period)
    _check_looked_at(now, seen.fingerprint if looked_at is None else looked_at)
    if now.ended:
        raise EndedUndecided([one.name for one in now.ended])
    emptied = [line for line in now.lines if line.value is not None and parts.get(line.unit) is None]
    if emptied and now.target.adds_up:
        raise PartEmptied([line.name for line in emptied])
    units = {line.unit for line in now.lines}
    given = {unit: value for unit, value in parts.items() if value is not None and unit in units}
    kept = _check_balance(now, whole, given) if now.target.adds_up else whole
    # What waits for approval, or was returned, does not count yet: the same number once more is a decision about it.
    wanted: dict[int, Decimal | None] = {
        line.unit: _rest(now, line, given[line.unit])
        for line in now.lines
        if line.unit in given and (line.waiting or line.value != given[line.unit])
    }
    wanted |= dict.fromkeys([line.unit for line in emptied])
    states_own = now.own is not None or kept or not now.target.adds_up
    if now.may_keep and states_own and (now.own_waiting or now.own != kept):
        wanted[now.place.id] = kept
    written, waiting = _send(now.target, now.period.key, {unit: {now.target.question: v} for unit, v in wanted.items()},
                             by=by, at=at, comment=decision.number)  # fmt: skip
    made = _note(now, whole, kept, len(given), decision, by, at)
    detail = {
        "whole": text_of(whole),
        "kept": text_of(kept),
        "old": None if now.whole is None else text_of(now.whole),
        "units": len(given),
        "changed": written,
        "decision": decision.number,
    }
    write_line("target.break-down", _subject(now), detail, by=by.actor, at=at)
    return Saved(made, written, waiting)


@transaction.atomic
def settle_ended(
    seen: Breakdown,
    ended: Ended,
    shares: Mapping[int, Decimal],
    *,
    drop: bool = False,
    reason: str,
    by: User,
    at: datetime,
) -> int:
    """Take back the target of a unit that ended, and add what a person decided to its heirs; returns how many records
    still wait for approval.

    `shares`: by unit, adding up to the target; of what doesn't add up, what each heir's own is from now on. `drop`:
    nobody gets it, and the whole falls by it. Of other targets that stand in the same record each heir gets what the
    succession's shares propose. Raises CannotSetTargets, AlreadySettled, PartsDoNotAddUp, NoHeirNamed, and what
    withdrawing or the door refuses.
    """
    _check_may_set(by, seen, at)
    _lock(seen)
    target, key = seen.target, seen.period.key
    now = read_breakdown(target, seen.place.id, seen.period)
    standing = next((one for one in now.ended if one.submission_id == ended.submission_id), None)
    if standing is None or standing.value != ended.value:
        raise AlreadySettled
    heirs = {heir.unit for heir in standing.heirs}
    shares = {} if drop else {unit: value for unit, value in shares.items() if unit in heirs}
    given = sum(shares.values(), ZERO)
    # Emptied fields are no decision to give up: only `drop` is.
    if not drop and not target.adds_up and not shares:
        raise NoHeirNamed(standing.name)
    if not drop and target.adds_up and given != standing.value:
        raise _not_adding_up(now, standing.value, given, standing.value - given)
    stated = read_stated(target.element.form_code, key)
    wanted: dict[int, dict[str, Decimal | None]] = {}
    for one, proposed in _targets_of_record(now, standing):
        amounts = {heir.unit: heir.suggested for heir in proposed.heirs}
        if one.code == target.code:
            amounts = dict(shares)
        for unit, value in amounts.items():
            record = stated.get(unit)
            before = record.value(one.question) if record else None
            if not one.adds_up:
                if value != before:
                    wanted.setdefault(unit, {})[one.question] = value
            elif value or before is not None:
                wanted.setdefault(unit, {})[one.question] = (before or ZERO) + value
    withdraw(standing.submission_id, by=by, at=at, comment=reason)
    _written, waiting = _send(target, key, wanted, by=by, at=at, comment=reason)
    detail = {
        "unit": get_snapshot().units[standing.unit].key,
        "value": text_of(standing.value),
        "given": {get_snapshot().units[unit].key: text_of(value) for unit, value in shares.items()},
        "dropped": drop,
        "reason": reason,
    }
    write_line("target.settle-ended", _subject(now), detail, by=by.actor, at=at)
    return waiting


def _targets_of_record(now: Breakdown, ended: Ended) -> list[tuple[Target, Ended]]:
    """All targets that the ended unit's record states, each with its own proposal."""
    found = []
    for target in list_targets():
        if target.element.form_code != now.target.element.form_code:
            continue
        several = now if target.code == now.target.code else read_breakdown(target, now.place.id, now.period)
        found += [(target, one) for one in several.ended if one.submission_id == ended.submission_id]
    return found


def _check_may_set(by: User, seen: Breakdown, at: datetime) -> None:
    if not may_set(by, seen.place.id, local_date(at)):
        raise CannotSetTargets(seen.place_name)


def _lock(seen: Breakdown) -> None:
    """The records of the target form first, in the order of their keys, then the clock: whoever approves or withdraws
    records takes them in this order too, and neither waits for the other for ever."""
    records = Submission.objects.select_for_update(of=("self",)).filter(
        form__code=seen.target.element.form_code, period_key=seen.period.key
    )
    list(records.order_by("pk").values_list("pk"))
    lock_clock()


def _check_looked_at(now: Breakdown, looked_at: str) -> None:
    if looked_at == now.fingerprint:
        return
    newest, _dash, _figures = looked_at.partition("-")
    moved = now.newest is not None and str(now.newest.pk) != newest
    raise AllotmentMoved(now.newest.set_by_name if moved and now.newest else _("Người khác"))


def _check_balance(now: Breakdown, whole: Decimal, given: Mapping[int, Decimal]) -> Decimal:
    """What stays with the place."""
    sums = balance(whole, given, may_keep=now.may_keep)
    if not sums.holds:
        raise _not_adding_up(now, whole, sums.given, sums.difference)
    return sums.kept


def _rest(now: Breakdown, line: Line, part: Decimal) -> Decimal:
    """Of a part, what the unit's own record says: all that it has not passed down."""
    if part < line.below:
        said = _("đơn vị này đã giao xuống dưới %(below)s %(unit)s nên phần của nó không ít hơn được.")
        raise PartOutsideForm(line.name, said % {"below": show_number(line.below), "unit": now.target.element.unit})
    return part - line.below


def _send(
    target: Target,
    period_key: str,
    wanted: Mapping[int, Mapping[str, Decimal | None]],
    *,
    by: User,
    at: datetime,
    comment: str,
) -> tuple[int, int]:
    """Records of the target form with these answers changed, and approved where this person may: how many were
    written, and how many of them wait."""
    stated = read_stated(target.element.form_code, period_key)
    items = [
        Incoming(
            target.element.form_code, unit, at, period_key, answers=_merged(stated.get(unit), answers),
            source=Source.BROWSER, entered_by=by, is_ahead=True,
        )
        for unit, answers in wanted.items()
    ]  # fmt: skip
    if not items:
        return 0, 0
    received = receive_many(items, by=by.actor, at=at)
    places = get_snapshot()
    for item, one in zip(items, received, strict=True):
        if one.flags:
            # Read by the form's own limits, and so said in its words; nothing has been written then.
            raise PartOutsideForm(places.name_on(item.org_unit_id, local_date(at)), " ".join(one.flags))
    submitted = [one.submission_id for one in received if one.state == State.SUBMITTED]
    waiting = len(submitted) - len(approve_many(submitted, by=by, at=at, comment=comment).approved) if submitted else 0
    return len(received), waiting


def _merged(stated: Stated | None, answers: Mapping[str, Decimal | None]) -> dict[str, Any]:
    """None leaves the question unanswered."""
    kept = {
        question: value for question, value in (stated.answers if stated else {}).items() if question not in answers
    }
    return kept | {question: text_of(value) for question, value in answers.items() if value is not None}


def _note(
    now: Breakdown, whole: Decimal, kept: Decimal, parts: int, decision: Decision, by: User, at: datetime
) -> Allotment:
    return Allotment.objects.create(
        code=now.target.code, org_unit_id=now.place.id, period_key=now.period.key, day_from=now.period.days.first,
        day_to=now.period.days.last, level=now.level, whole=whole, kept=kept, parts_given=parts,
        decision=decision.number, decided_on=decision.day, note=decision.note, set_by=by, set_by_name=str(by),
        set_at=at, known_from=take_numbers(1)[0],
    )  # fmt: skip


def _subject(now: Breakdown) -> str:
    return f"target:{now.target.code}:{now.place.key}:{now.period.key}"


def _not_adding_up(now: Breakdown, whole: Decimal, given: Decimal, difference: Decimal) -> PartsDoNotAddUp:
    return PartsDoNotAddUp(
        show_number(whole),
        show_number(given),
        show_number(abs(difference)),
        now.target.element.unit,
        too_much=difference < 0,
    )
