"""Every write of the awards room. Each action is one transaction with one audit line, which never names a person."""

from caunoi.awards.actions.batching import begin_batch, make_parts
from caunoi.awards.actions.deciding import decide_dossier, note_printed, withdraw_award
from caunoi.awards.actions.dossiers import attach_file, drop_dossier, open_dossier, remove_file
from caunoi.awards.actions.recipients import add_recipients, erase_recipient, remove_recipient

__all__ = [
    "add_recipients",
    "attach_file",
    "begin_batch",
    "decide_dossier",
    "drop_dossier",
    "erase_recipient",
    "make_parts",
    "note_printed",
    "open_dossier",
    "remove_file",
    "remove_recipient",
    "withdraw_award",
]
