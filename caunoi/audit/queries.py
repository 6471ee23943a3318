from __future__ import annotations

from caunoi.audit.models import AuditLine
from caunoi.audit.rules import Actor, Line, find_break


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
