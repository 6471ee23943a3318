from __future__ import annotations

from caunoi.refusals import Refusal


class CannotWrite(Refusal):
    code = "cannot-write"


class CannotRead(Refusal):
    code = "cannot-read"


class NotGenuine(Refusal):
    code = "report-not-genuine"
