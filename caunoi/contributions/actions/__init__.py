from caunoi.contributions.actions.disclosing import close_disclosure, open_disclosure, withdraw_consent
from caunoi.contributions.actions.lines import set_purse, take_lines

__all__ = ["close_disclosure", "open_disclosure", "set_purse", "take_lines", "withdraw_consent"]
