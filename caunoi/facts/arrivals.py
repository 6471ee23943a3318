"""What was sent for which period, as columns in a process's memory: coverage counts millions of them at each question.

Brought up before it is asked, by the knowledge numbers that every change of a record takes: they are given in commit
order, so a change that is not there now will never appear below one that is.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from django.db import connection

from caunoi.approvals.rules import State
from caunoi.facts.arrow import CHUNK, can_use_driver, read_by_driver, tabulate
from caunoi.records.models import Submission

if TYPE_CHECKING:
    import duckdb

# Below this a process of its own costs more than it gives.
FEW = 50_000

# 1 if received before the end of the due day in Vietnam (which has no summer time) or nothing was due; else 0. In SQL:
# turning each row's moments into Python's took longer than all the rest of a question.
_ON_TIME = {
    "sqlite": "due_on IS NULL OR first_received_at < datetime(due_on, '+1 day', '-7 hours')",
    "postgresql": "due_on IS NULL OR (first_received_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date <= due_on",
}
# Greater than every knowledge number.
NEVER = 2**62


class Arrivals:
    """The table `arrivals` of a process's database: submission, form, unit, period (its key), the knowledge numbers
    from which it was here, approved and withdrawn (`NEVER` where it is not), on_time (0 or 1), changed."""

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self._database = database.cursor()  # a connection of its own: the projection brings itself up in another
        self._lock = threading.Lock()
        self._known = -1
        # Beyond this number rows were read within a transaction that might have been rolled back.
        self._certain = -1
        self._database.execute(
            "CREATE TABLE arrivals (submission BIGINT, form INTEGER, unit INTEGER, period VARCHAR, arrived BIGINT,"
            " approved BIGINT, withdrawn BIGINT, on_time TINYINT, changed BIGINT)"
        )

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Brought up to the last committed change."""
        with self._lock:
            doubtful = self._known > self._certain
            newest = Submission.objects.order_by("-changed").values_list("changed", flat=True).first()
            if doubtful or (newest is not None and newest > self._known):
                self._bring_up(-1 if newest is None else newest)
            return self._database.cursor()

    def _bring_up(self, newest: int) -> None:
        self._database.execute("BEGIN")
        try:
            # Given back with RETURNING: what a rollback took away is gone, what it took back is read anew.
            gone = self._database.execute(
                "DELETE FROM arrivals WHERE changed > ? RETURNING submission", [self._certain]
            ).fetchall()
            again = [submission for (submission,) in gone]
            for table in _read(self._certain, again):
                self._database.register("incoming", table)
                # What begins with nothing known has nothing to replace.
                if self._known >= 0:
                    self._database.execute(
                        "DELETE FROM arrivals WHERE submission IN (SELECT submission::BIGINT FROM incoming)"
                    )
                self._database.execute("INSERT INTO arrivals SELECT * FROM incoming WHERE period <> ''")
                self._database.unregister("incoming")
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")
        self._known = newest
        if not connection.in_atomic_block:
            self._certain = newest


def _read(after: int, again: Collection[int]) -> Iterator[Any]:
    """Records that changed after the number, and these, as Arrow tables."""
    one = f" OR id IN ({', '.join(map(str, again))})" if again else ""
    statement = (
        "SELECT id AS submission, form_id AS form, org_unit_id AS unit, period_key AS period,"
        f" CASE WHEN state = '{State.DRAFT}' THEN {NEVER} ELSE COALESCE(known_from, 0) END AS arrived,"
        f" CASE WHEN approved_number IS NULL THEN {NEVER} ELSE COALESCE(approved_from, 0) END AS approved,"
        f" CASE WHEN state = '{State.WITHDRAWN}' THEN COALESCE(withdrawn_from, 0) ELSE {NEVER} END AS withdrawn,"
        f" CASE WHEN {_ON_TIME[connection.vendor]} THEN 1 ELSE 0 END AS on_time, changed"
        f" FROM {Submission._meta.db_table} WHERE changed > {int(after)}{one}"
    )
    if after < 0 and not again and can_use_driver() and Submission.objects.all()[FEW : FEW + 1].exists():
        yield from read_by_driver(statement)
        return
    with connection.cursor() as cursor:
        cursor.execute(statement)
        while rows := cursor.fetchmany(CHUNK):
            yield tabulate(rows, _kinds())


def _kinds() -> dict[str, Any]:
    import pyarrow as pa  # noqa: PLC0415 - only questions need it

    return {
        "submission": pa.int64(), "form": pa.int32(), "unit": pa.int32(), "period": pa.string(), "arrived": pa.int64(),
        "approved": pa.int64(), "withdrawn": pa.int64(), "on_time": pa.int8(), "changed": pa.int64(),
    }  # fmt: skip
