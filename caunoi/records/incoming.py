"""What comes to the door, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from caunoi.accounts.models import User
from caunoi.audit.rules import Actor
from caunoi.forms.rules.instance import Instance
from caunoi.records.models import Source

Outcome = Literal["new", "corrected", "unchanged"]


@dataclass(frozen=True)
class IncomingFile:
    """`content` None: announced by the submission, to be sent later."""

    name: str
    content: bytes | None = None
    media_type: str = "application/octet-stream"


@dataclass(frozen=True)
class Incoming:
    """One sending: either `answers` (question name -> text as in XForms; repeats: list of dicts) or `xml`.

    `period_key` blank: read from the form's period question, or an event. `instance_id` blank: made here.
    `deprecated_id`: the instance of the version this one corrects; without it a periodic form's second sending
    corrects the first. `form_version` blank: what the XML says, else the one in use. `placed_on`, `is_placed`: an
    officer says which day or period a sending is about that could not tell by itself; their word goes over its answers
    (with `deprecated_id` also over what it says it corrects).
    `is_derived`: a room made it of what it knows; of a form that nobody fills by hand only such sendings pass, and who
    brings them has decided about them. `is_ahead`: of a period that may still have to begin, as a target is.
    `device`: of a phone's sending, see SubmissionVersion.device. `instance`: the XML as read by the questions of the
    version it names, if the caller has read it already.
    """

    form_code: str
    org_unit_id: int
    received_at: datetime
    period_key: str = ""
    answers: Mapping[str, Any] | None = None
    xml: bytes | None = None
    instance: Instance | None = None
    instance_id: str | None = None
    deprecated_id: str | None = None
    source: str = Source.BROWSER
    entered_by: User | None = None
    entered_by_name: str = ""
    attachments: Sequence[IncomingFile] = field(default_factory=tuple)
    form_version: str = ""
    device: Mapping[str, Any] = field(default_factory=dict)
    is_derived: bool = False
    is_ahead: bool = False
    is_placed: bool = False
    placed_on: date | None = None

    @property
    def actor(self) -> Actor:
        name = self.entered_by_name or (str(self.entered_by) if self.entered_by else "")
        return Actor(name, self.entered_by.pk if self.entered_by else None)


@dataclass(frozen=True)
class Received:
    """`number` is the version this sending is; for `unchanged` the one it repeats (`is_current`: the newest).

    `flags`: sentences on what an officer must decide before the version enters any book.
    """

    submission_id: int
    version_id: int
    number: int
    outcome: Outcome
    state: str
    is_current: bool = True
    flags: tuple[str, ...] = ()
