"""Every write of the records room. `door` checks a sending, `stored` finds what it is about,
`arrival` writes it; `decisions` is what officers decide."""

from caunoi.records.actions.arrival import receive, receive_many
from caunoi.records.actions.decisions import (
    ApproveResult,
    Decided,
    Seen,
    approve,
    approve_many,
    decide_many,
    lock,
    return_,
    return_many,
    unlock,
    withdraw,
)
from caunoi.records.actions.locking import lock_due, lock_due_today
from caunoi.records.incoming import Incoming, IncomingFile, Received

__all__ = [
    "ApproveResult",
    "Decided",
    "Incoming",
    "IncomingFile",
    "Received",
    "Seen",
    "approve",
    "approve_many",
    "decide_many",
    "lock",
    "lock_due",
    "lock_due_today",
    "receive",
    "receive_many",
    "return_",
    "return_many",
    "unlock",
    "withdraw",
]
