"""Every write of the reports room: making one or many, revising, deciding, issuing, and the keys that sign."""

from caunoi.reports.actions.batching import list_units_below, make_batch, start_batch
from caunoi.reports.actions.deciding import approve_report, return_report, submit_report
from caunoi.reports.actions.issuing import issue_report
from caunoi.reports.actions.keys import rotate_key
from caunoi.reports.actions.making import STEPS, MadeReport, check_days, make_report
from caunoi.reports.actions.revising import make_again, take_back_file
from caunoi.reports.actions.signers import choose_signer
from caunoi.reports.actions.templates import (
    go_back_to_pack,
    put_template_in_use,
    set_body_layout,
    use_own_again,
)

__all__ = [
    "STEPS",
    "MadeReport",
    "approve_report",
    "check_days",
    "choose_signer",
    "go_back_to_pack",
    "issue_report",
    "list_units_below",
    "make_again",
    "make_batch",
    "make_report",
    "put_template_in_use",
    "return_report",
    "rotate_key",
    "set_body_layout",
    "start_batch",
    "submit_report",
    "take_back_file",
    "use_own_again",
]
