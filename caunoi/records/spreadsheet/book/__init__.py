"""One workbook for all units and all due forms of a period: downloaded, filled, sent back, looked over, confirmed."""

from caunoi.records.errors import BookMoved
from caunoi.records.spreadsheet.book.changes import BookChanges, Outcome, RowChange
from caunoi.records.spreadsheet.book.importing import import_book, preview_book
from caunoi.records.spreadsheet.book.parts import is_book
from caunoi.records.spreadsheet.book.plan import DueForm, list_due_forms, plan_book
from caunoi.records.spreadsheet.book.rows import Sender
from caunoi.records.spreadsheet.book.writing import file_name_of, write_book
from caunoi.records.spreadsheet.comparing import FieldChange

__all__ = [
    "BookChanges",
    "BookMoved",
    "DueForm",
    "FieldChange",
    "Outcome",
    "RowChange",
    "Sender",
    "file_name_of",
    "import_book",
    "is_book",
    "list_due_forms",
    "plan_book",
    "preview_book",
    "write_book",
]
