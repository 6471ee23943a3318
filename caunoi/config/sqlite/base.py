from __future__ import annotations

import fcntl
import os
from pathlib import Path

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Who writes waits in a line instead of trying again and again.

    SQLite lets one transaction write at a time, and who finds it taken sleeps up to a tenth of a second and tries
    again. Between two transactions of a busy process there is a gap of a millisecond, so another process may try for
    seconds and find it taken each time. An exclusive lock on a file beside the database is handed over by the kernel
    the moment it is free, and is free when its holder dies.
    """

    _turn: int | None = None

    def _start_transaction_under_autocommit(self) -> None:
        self._wait_for_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # not in the stubs
        except BaseException:
            self._give_turn()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # not in the stubs
        # Not if it failed: Django then rolls back.
        self._give_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]  # not in the stubs
        finally:
            self._give_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]  # not in the stubs
        finally:
            self._give_turn()

    def _wait_for_turn(self) -> None:
        if self._turn is None and not self.is_in_memory_db():
            path = Path(f"{self.settings_dict['NAME']}-turn")
            # Each connection opens it for itself: threads of one process wait for each other as processes do.
            turn = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(turn, fcntl.LOCK_EX)
            self._turn = turn

    def _give_turn(self) -> None:
        if self._turn is not None:
            os.close(self._turn)
            self._turn = None
