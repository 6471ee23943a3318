"""Every write of the reports room: making one or many, revising, deciding, issuing, and the keys that sign."""

from caunoi.reports.actions.batching import list_units_below, make_batch, start_batch
from caunoi.reports.actions.deciding import approve_report, return_report, submit_report
from caunoi.reports.actions.issuing import issue_report
from caunoi.reports.actions.keys import rotate_key
from caunoi.reports.actions.making import STEPS, MadeReport, check_days, make_report
from caunoi.reports.actions.revising import make_again, take_back_file
from caunoi.reports.actions.signers import choose_signer

__all__ = [
    "STEPS",
    "MadeReport",
    "approve_report",
    "check_days",
    "choose_signer",
    "issue_report",
    "list_units_below",
    "make_again",
    "make_batch",
    "make_report",
    "return_report",
    "rotate_key",
    "start_batch",
    "submit_report",
    "take_back_file",
]
