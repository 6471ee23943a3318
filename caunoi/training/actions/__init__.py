"""Every write of training. `planning` is a class as a whole and its steps, `sessions` who was there, `learners` who
learns and their marks, `recording` the record that a closed class fills, `certifying` the papers of who completed."""

from caunoi.training.actions.certifying import propose_certificates
from caunoi.training.actions.learners import (
    add_learners,
    bring_learners,
    erase_class,
    erase_learner,
    remove_learner,
    set_marks,
)
from caunoi.training.actions.planning import change_class, open_class, take_step
from caunoi.training.actions.sessions import add_session, mark_presences, remove_session, state_counts

__all__ = [
    "add_learners",
    "add_session",
    "bring_learners",
    "change_class",
    "erase_class",
    "erase_learner",
    "mark_presences",
    "open_class",
    "propose_certificates",
    "remove_learner",
    "remove_session",
    "set_marks",
    "state_counts",
    "take_step",
]
