from __future__ import annotations

from caunoi.records.events import SubmissionsWithdrawn, VersionsApproved, VersionsArrived


def post_reported(event: VersionsArrived) -> None: ...


def post_approved(event: VersionsApproved) -> None: ...


def reverse_withdrawn(event: SubmissionsWithdrawn) -> None: ...
