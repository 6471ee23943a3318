"""Every write of documents: keeping bytes, and the register of official documents."""

from caunoi.documents.actions.registering import correct_document, mark_done, register_document, withdraw_document
from caunoi.documents.actions.storing import keep_bytes, path_of, read_bytes, store_bytes

__all__ = [
    "correct_document",
    "keep_bytes",
    "mark_done",
    "path_of",
    "read_bytes",
    "register_document",
    "store_bytes",
    "withdraw_document",
]
