"""document_kinds.csv: the kinds of official documents in the register, in the order they are offered."""

from __future__ import annotations

from collections.abc import Sequence

from caunoi.packs.rules.contents import DocumentKindRow
from caunoi.packs.rules.tables import Notes, Row

FILE = "document_kinds.csv"
COLUMNS = ("code", "name_vi", "name_en", "sign")


def read_document_kinds(rows: Sequence[Row], notes: Notes) -> list[DocumentKindRow]:
    found = []
    for position, row in enumerate(rows, start=1):
        code, (name_vi, name_en) = notes.code(row), notes.names(row)
        found.append(DocumentKindRow(code, name_vi, name_en, notes.text(row, "sign", 20), position))
    return found
