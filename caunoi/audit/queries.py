from __future__ import annotations

from datetime import datetime

from caunoi.audit.models import AuditLine
from caunoi.audit.rules import Actor, Line, find_break


def moment_of(number: int) -> datetime | None:
    """When the last action up to a knowledge number was written; None before the first."""
    lines = AuditLine.objects.filter(knowledge__lte=number).order_by("-knowledge", "-number")
    return lines.values_list("at", flat=True).first()


def find_chain_break() -> tuple[int, str] | None:
    """See `rules.find_break`, over the whole stored chain."""
    return find_break(
        (
            Line(
                row.number, row.at, Actor(row.actor, row.actor_id), row.action, row.subject, row.detail, row.knowledge
            ),
            row.previous,
            row.hash,
        )
        for row in AuditLine.objects.order_by("number").iterator(chunk_size=2000)
    )
