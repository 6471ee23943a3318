"""Every write of the records room. `door` checks a sending, `stored` finds what it is about,
`arrival` writes it; `decisions` is what officers decide."""

from caunoi.records.actions.arrival import receive, receive_many
from caunoi.records.actions.decisions import (
    ApproveResult,
    approve,
    approve_many,
    lock,
    return_,
    return_many,
    unlock,
    withdraw,
)
from caunoi.records.incoming import Incoming, IncomingFile, Received

__all__ = [
    "ApproveResult",
    "Incoming",
    "IncomingFile",
    "Received",
    "approve",
    "approve_many",
    "lock",
    "receive",
    "receive_many",
    "return_",
    "return_many",
    "unlock",
    "withdraw",
]
