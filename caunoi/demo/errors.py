"""What the demonstration refuses, and what is wrong with its own files."""

from __future__ import annotations

from caunoi.refusals import Refusal


class HomeNotWritable(Refusal):
    code = "demo-home-not-writable"


class HomeHoldsOther(Refusal):
    """The database holds something that is no demonstration; it is not touched."""

    code = "demo-home-holds-other"


class AlreadyLoading(Refusal):
    code = "demo-already-loading"


class PortBusy(Refusal):
    code = "demo-port-busy"


class DemoBroken(Exception):
    """A mistake in the demonstration's own files: which record or unit, and what does not fit."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")
