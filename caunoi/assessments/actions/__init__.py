"""Every write of the assessments room. Each action is one transaction with one audit line."""

from caunoi.assessments.actions.criteria import fill_parts, group_unit, record_progress, state_criterion
from caunoi.assessments.actions.evidence import add_evidence, remove_evidence
from caunoi.assessments.actions.rounds import close_round, open_round, refresh_figures, review_complete
from caunoi.assessments.actions.steps import (
    Typed,
    answer_appeal,
    appeal_rating,
    decide_rating,
    leave_out,
    return_rating,
    review_rating,
    score_rating,
    take_in,
)

__all__ = [
    "Typed",
    "add_evidence",
    "answer_appeal",
    "appeal_rating",
    "close_round",
    "decide_rating",
    "fill_parts",
    "group_unit",
    "leave_out",
    "open_round",
    "record_progress",
    "refresh_figures",
    "remove_evidence",
    "return_rating",
    "review_complete",
    "review_rating",
    "score_rating",
    "state_criterion",
    "take_in",
]
