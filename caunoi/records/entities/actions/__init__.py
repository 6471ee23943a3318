"""Every write of registers: `taking` carries out what sendings say, `deciding` what officers decide."""

from caunoi.records.entities.actions.taking import (
    release_backlog,
    take_entities,
    tell_approved,
    undo_withdrawn,
)

__all__ = ["release_backlog", "take_entities", "tell_approved", "undo_withdrawn"]
