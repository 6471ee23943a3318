"""Spreadsheets in and out: the template officers fill, and the file they send back."""

from caunoi.records.spreadsheet.importing import ImportResult, import_file
from caunoi.records.spreadsheet.reading import read_rows
from caunoi.records.spreadsheet.template import template_workbook

__all__ = ["ImportResult", "import_file", "read_rows", "template_workbook"]
