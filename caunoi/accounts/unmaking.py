"""What goes when a reorganisation is undone: openings that rest on it, and what was arranged for its new units."""

from __future__ import annotations

from caunoi.accounts.models import AppUser, Invitation, PredecessorAccess, RoleGrant
from caunoi.accounts.scope import ids_in_sql
from caunoi.places.events import UnitsUnmade


def take_back_access(event: UnitsUnmade) -> None:
    """The line of the undoing tells of it. A phone that was ever used stays, and stands in the way."""
    PredecessorAccess.objects.filter(succession_id__in=event.succession_ids).delete()
    if event.take_back:
        units = ids_in_sql(event.org_unit_ids)
        RoleGrant.objects.filter(org_unit_id__in=units).delete()
        Invitation.objects.filter(org_unit_id__in=units).delete()
        AppUser.objects.filter(org_unit_id__in=units, last_seen_at__isnull=True).delete()
