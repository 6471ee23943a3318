"""Every write of registers: `taking` carries out what sendings say, `deciding` what officers decide."""

from caunoi.records.entities.actions.deciding import (
    edit_entity,
    enter_entity,
    merge_entities,
    move_entity,
    remove_entity,
    resolve_conflict,
    restore_entity,
    retry_problem,
    settle_problem,
    unmerge_entity,
)
from caunoi.records.entities.actions.registers import set_register
from caunoi.records.entities.actions.reviewing import send_review
from caunoi.records.entities.actions.stepping import reach_stage
from caunoi.records.entities.actions.taking import (
    release_backlog,
    take_entities,
    tell_approved,
    undo_withdrawn,
)

__all__ = [
    "edit_entity",
    "enter_entity",
    "merge_entities",
    "move_entity",
    "reach_stage",
    "release_backlog",
    "remove_entity",
    "resolve_conflict",
    "restore_entity",
    "send_review",
    "retry_problem",
    "set_register",
    "settle_problem",
    "take_entities",
    "tell_approved",
    "undo_withdrawn",
    "unmerge_entity",
]
