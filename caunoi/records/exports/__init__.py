"""Records as flat tables for other programs: one for the form, one for each repeat, streamed however many there are.

Knows what was entered, by whom and when; never computes a figure.
"""

from caunoi.records.exports.request import ExportRequest, find_units
from caunoi.records.exports.rows import Export
from caunoi.records.exports.writing import suffix_of, write_csv, write_file

__all__ = ["Export", "ExportRequest", "find_units", "suffix_of", "write_csv", "write_file"]
