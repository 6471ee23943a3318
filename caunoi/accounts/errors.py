"""What the accounts room refuses."""

from __future__ import annotations

from caunoi.refusals import Refusal


class UserNameTaken(Refusal):
    code = "user-name-taken"


class UserInvalid(Refusal):
    """A name or password that cannot be used; the sentence says which and why."""

    code = "user-invalid"


class GrantInvalid(Refusal):
    """A role that cannot be given like this: days in the wrong order, or given already for these days."""

    code = "grant-invalid"


class AccessInvalid(Refusal):
    """Access to predecessors' records asked for a unit that did not come from that succession."""

    code = "access-invalid"
