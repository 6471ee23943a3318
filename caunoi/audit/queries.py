from __future__ import annotations

from datetime import datetime

from caunoi.audit.models import AuditLine, KnowledgeClock
from caunoi.audit.rules import GENESIS, Actor, Anchor, Line, find_break


def moment_of(number: int) -> datetime | None:
    """When the last action up to a knowledge number was written; None before the first."""
    lines = AuditLine.objects.filter(knowledge__lte=number).order_by("-knowledge", "-number")
    return lines.values_list("at", flat=True).first()


def get_anchor() -> Anchor:
    """The chain's end as it stands now, to be kept outside of this database: `str(anchor)` is one line for people.

    One row, so line and hash belong together whoever is writing meanwhile.
    """
    clock = KnowledgeClock.objects.filter(id=1).values_list("line", "head").first()
    return Anchor(*clock) if clock else Anchor(0, GENESIS)


def find_chain_break(kept: Anchor | None = None) -> tuple[int, str] | None:
    """See `rules.find_break`, over the whole stored chain. `kept`: an anchor somebody brings along."""
    end = get_anchor()  # before the lines: those written meanwhile only come behind it
    return find_break(
        (
            (
                Line(
                    row.number,
                    row.at,
                    Actor(row.actor, row.actor_id, row.address),
                    row.action,
                    row.subject,
                    row.detail,
                    row.knowledge,
                ),
                row.previous,
                row.hash,
            )
            for row in AuditLine.objects.order_by("number").iterator(chunk_size=2000)
        ),
        end,
        kept,
    )
