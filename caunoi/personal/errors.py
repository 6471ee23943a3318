from __future__ import annotations

from caunoi.refusals import NotFound, Refusal


class BreachUnknown(NotFound):
    code = "breach-unknown"


class BreachInvalid(Refusal):
    """A moment that cannot be: noticed in the future, told before it was noticed."""

    code = "breach-invalid"


class BreachClosed(Refusal):
    """Closed by somebody else meanwhile; what is known of it no longer changes."""

    code = "breach-closed"


class ErasureRefused(Refusal):
    """The person still works with the account, or is the one who asks."""

    code = "erasure-refused"


class NothingToErase(Refusal):
    """No personal answers, or somebody erased them meanwhile."""

    code = "nothing-to-erase"
