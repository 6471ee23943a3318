"""Every write of documents: keeping bytes, and the register of official documents."""

from caunoi.documents.actions.registering import correct_document, mark_done, register_document, withdraw_document
from caunoi.documents.actions.storing import hold_here, keep_bytes, path_of, read_bytes, send_files, store_bytes

__all__ = [
    "correct_document",
    "hold_here",
    "keep_bytes",
    "mark_done",
    "path_of",
    "read_bytes",
    "register_document",
    "send_files",
    "store_bytes",
    "withdraw_document",
]
