"""What is kept of one person who has an account, for a file given to them on request."""

from __future__ import annotations

from typing import Any

from caunoi.accounts.models import OutsideAccount, RoleGrant, User
from caunoi.accounts.sessions import list_sessions
from caunoi.audit.models import AuditLine
from caunoi.records.models import SubmissionVersion

MOST = 20_000


def read_person(user: User) -> dict[str, Any]:
    """Plain values. Of what they entered and did the newest `MOST` each, with how many there are in all; never what
    others answered."""
    entered = SubmissionVersion.objects.filter(entered_by=user)
    acted = AuditLine.objects.filter(actor_id=user.pk)
    return {
        "account": {
            "number": user.pk,
            "username": user.username,
            "full_name": user.full_name,
            "phone": user.phone,
            "email": user.email,
            "language": user.language,
            "active": user.is_active,
            "joined_at": user.date_joined.isoformat(),
            "last_login": user.last_login.isoformat() if user.last_login else None,
        },
        "outside_accounts": [
            {"issuer": one.issuer, "subject": one.subject, "email": one.email, "linked_at": one.linked_at}
            for one in OutsideAccount.objects.filter(user=user)
        ],
        "roles": [
            {"role": grant.role, "unit": grant.org_unit.key, "from": grant.from_day, "to": grant.to_day}
            for grant in RoleGrant.objects.filter(user=user).select_related("org_unit").order_by("from_day")
        ],
        "sessions": [
            {"device": one.device, "address": one.address, "began_at": one.began_at, "seen_at": one.seen_at}
            for one in list_sessions(user, None)
        ],
        "entered_count": entered.count(),
        "entered": [
            {"form": form, "instance": instance, "received_at": received}
            for form, instance, received in entered.order_by("-pk").values_list(
                "form__code", "instance_id", "received_at"
            )[:MOST]
        ],
        "acted_count": acted.count(),
        "acted": [
            {"line": number, "at": at, "action": action, "subject": subject}
            for number, at, action, subject in acted.order_by("-number").values_list(
                "number", "at", "action", "subject"
            )[:MOST]
        ],
    }
