"""Sendings that come at the same time share one transaction, so that the disk is waited for once and not once each.

Nobody waits to gather company: who comes while nothing is being written writes at once, and those who come meanwhile
go together afterwards. There is no thread of its own to lose at a fork or a shutdown: the first of those who wait
writes for all of them and then wakes the next.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import connection, transaction

from caunoi.audit.origin import coming_from
from caunoi.audit.rules import Actor
from caunoi.documents.actions import keep_bytes
from caunoi.forms.state import get_form_state
from caunoi.records.actions.arrival import receive, store
from caunoi.records.actions.door import Door, Prepared
from caunoi.records.errors import SeveralRefused
from caunoi.records.incoming import Incoming, Received
from caunoi.records.permissions import check_may_enter

# More at once would keep the first of them waiting, and other processes away from SQLite, for too long.
MOST_TOGETHER = 64
MOST_DOORS = 200
# The name of the lock under which PostgreSQL lets one group write at a time: any number, but always this.
TURN = 0x0CA0
_doors: dict[str, tuple[tuple[object, ...], Door]] = {}


def receive_together(incoming: Incoming, *, by: Actor, at: datetime) -> Received:
    """The same as `receive`: durable when it returns, nothing written if it raises. For the threads of a server.

    Sendings of several threads that wait at the same time are kept in the order in which they came. `is_current` and
    `state` of what it returns are those after all of them.
    """
    if transaction.get_connection().in_atomic_block:
        return receive(incoming, by=by, at=at)  # the caller's transaction decides, and nobody else may depend on it
    if incoming.entered_by is not None:
        check_may_enter(incoming.entered_by, incoming.org_unit_id, at)
    if not incoming.actor.name:
        incoming = replace(incoming, entered_by_name=by.name)
    prepared = _get_door(incoming.form_code).prepare(incoming)
    for file in incoming.attachments:
        if file.content is not None:
            keep_bytes(file.content)
    return _queue.take(_Waiting(prepared, by, at))


def forget_doors() -> None:
    """After forms were changed without a new id or number (only tests that roll back need it)."""
    _doors.clear()


def _get_door(form_code: str) -> Door:
    """What it knows of the form is read again only when something about the form changed."""
    state = get_form_state(form_code)
    known = _doors.get(form_code)
    if known is not None and known[0] == state:
        return known[1].again()
    if len(_doors) >= MOST_DOORS:
        _doors.clear()
    door = Door()
    _doors[form_code] = (state, door)
    return door


@dataclass(eq=False)
class _Waiting:
    """One caller. Woken with what was `received`, or to write for all who wait (`leads`), or, with neither, to try by
    itself: a refusal is then raised where it belongs, in its own thread and language."""

    prepared: Prepared
    by: Actor
    at: datetime
    woken: threading.Event = field(default_factory=threading.Event)
    received: Received | None = None
    leads: bool = False

    def store_alone(self) -> Received:
        try:
            return store([self.prepared], by=self.by, at=self.at)[0]
        except SeveralRefused as several:
            raise several.refusals[0][1] from None


class _Queue:
    def __init__(self) -> None:
        self._lock = threading.Lock()  # held for a moment, never while writing
        self._waiting: deque[_Waiting] = deque()
        self._is_writing = False

    def take(self, mine: _Waiting) -> Received:
        with self._lock:
            self._waiting.append(mine)
            if not self._is_writing:
                self._is_writing = mine.leads = True
        if not mine.leads:
            mine.woken.wait()
        if mine.leads:
            self._lead()
        return mine.received or mine.store_alone()

    def _lead(self) -> None:
        group: list[_Waiting] = []
        try:
            # Whose fault it is, nobody knows yet, also where it is a mistake of ours: those who were not stored
            # find out by themselves, each in its own thread, and nothing that is raised there is lost.
            with contextlib.suppress(Exception):
                with transaction.atomic(durable=True):
                    _wait_for_turn()
                    group = self._gather()
                    stored = _store_group(group)
                # Not before it is on the disk.
                for one, received in stored:
                    one.received = received
        finally:
            # Whatever happened: nobody is left waiting, and somebody writes for those who came meanwhile.
            group = group or self._gather()
            with self._lock:
                self._is_writing = bool(self._waiting)
                following = self._waiting[0] if self._waiting else None
            if following is not None:
                following.leads = True
                following.woken.set()
            for one in group:
                one.woken.set()

    def _gather(self) -> list[_Waiting]:
        with self._lock:
            return [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_TOGETHER))]


def _wait_for_turn() -> None:
    """Until no other process writes for a group. Before it is seen who goes along: those who come meanwhile do.

    On SQLite the beginning of the transaction has waited already. On PostgreSQL a lock of its own, and not the clock's
    row: that is always locked last, after the records one decides about.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [TURN])


def _store_group(group: list[_Waiting]) -> list[tuple[_Waiting, Received]]:
    """Those that were stored, inside the transaction that goes on."""
    # Each line says where its own sender is; what has no sender must not get the leader's address.
    with coming_from("") if len(group) > 1 else contextlib.nullcontext():
        while group:
            try:
                done = store(
                    [one.prepared for one in group],
                    by=group[0].by,
                    at=max(one.at for one in group),
                    senders=[one.by for one in group],
                )
            except SeveralRefused as several:
                refused = {index for index, _refusal in several.refusals}
                group = [one for index, one in enumerate(group) if index not in refused]
            else:
                return list(zip(group, done, strict=True))
        return []


_queue = _Queue()


def _begin_anew() -> None:
    # A child process must not wait for threads that only its parent has.
    global _queue
    _queue = _Queue()


os.register_at_fork(after_in_child=_begin_anew)
