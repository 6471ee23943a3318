"""Every write of contests. `planning` is a contest as a whole and its steps, `declaring` its own criteria, `entering`
what is entered, `judging` who judges and their marks, `ranking` what follows from these, `appeals` objections,
`closing` prizes and the record, `awarding` the dossier for their papers."""

from caunoi.contests.actions.appeals import answer_appeal, make_appeal
from caunoi.contests.actions.awarding import propose_awards
from caunoi.contests.actions.closing import close_contest, owes_record
from caunoi.contests.actions.declaring import declare_terms, take_back_terms
from caunoi.contests.actions.entering import add_entry, attach_file, erase_entrant, withdraw_entry
from caunoi.contests.actions.judging import appoint_judge, dismiss_judge, put_marks
from caunoi.contests.actions.planning import (
    ContestDraft,
    begin_judging,
    begin_next_round,
    cancel_contest,
    change_contest,
    extend,
    open_contest,
    plan_contest,
    publish_contest,
)
from caunoi.contests.actions.ranking import rank_again, rank_round

__all__ = [
    "ContestDraft",
    "add_entry",
    "answer_appeal",
    "appoint_judge",
    "attach_file",
    "begin_judging",
    "begin_next_round",
    "cancel_contest",
    "change_contest",
    "close_contest",
    "declare_terms",
    "dismiss_judge",
    "erase_entrant",
    "extend",
    "make_appeal",
    "open_contest",
    "owes_record",
    "plan_contest",
    "propose_awards",
    "publish_contest",
    "put_marks",
    "rank_again",
    "rank_round",
    "take_back_terms",
    "withdraw_entry",
]
