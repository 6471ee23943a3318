"""What the reader of cells does not tell: how far the sheet reaches, formulas in error, hidden rows and columns.

Formats differ, the questions do not. Positions count from 0. Every XML is read without entities, DTD or network.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

import xlrd
from lxml import etree

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
# Enough to name them all to a person; a sheet of errors has no use for more.
MOST = 2000
PLAIN_BYTES = 100 * 1024 * 1024
_PLAIN_CELL = re.compile(rb'<c r="([A-Z]{1,3})[0-9]{1,7}"[ />]')
_PLAIN_ROW = re.compile(rb'<row r="([0-9]{1,7})"[ />]')
_ANY_CELL = re.compile(rb"<c[ />]")
_ANY_ROW = re.compile(rb"<row[ />]")


@dataclass
class Inspected:
    """`rows`, `columns`: how far the sheet reaches. `errors`: (row, column, what it shows). `uncomputed`: formulas
    without a value, as programs write them that do not calculate."""

    rows: int = 0
    columns: int = 0
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    uncomputed: list[tuple[int, int]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)


def inspect_xlsx(content: bytes, sheet: str) -> Inspected:
    """Raises ValueError for a broken file."""
    found = Inspected()
    with _opened(content) as packed:
        name = _find_part(packed, sheet)
        if packed.getinfo(name).file_size <= PLAIN_BYTES and (plain := _inspect_plain(packed.read(name))) is not None:
            return plain
        _inspect_sheet(packed, name, found)
    return found


def _inspect_plain(xml: bytes) -> Inspected | None:
    """The same for most sheets, which hold values and nothing else, without parsing every cell; None for any other."""
    if any(word in xml for word in (b"<f", b":c", b"hidden", b't="e"', b"t='e'", b"<!")):
        return None
    columns = _PLAIN_CELL.findall(xml)
    rows = _PLAIN_ROW.findall(xml)
    if len(columns) != len(_ANY_CELL.findall(xml)) or len(rows) != len(_ANY_ROW.findall(xml)):
        return None
    width = max((_column_of(letters.decode() + "1", 0) for letters in set(columns)), default=-1)
    return Inspected(rows=max(map(int, rows), default=0), columns=width + 1)


def _inspect_sheet(packed: zipfile.ZipFile, name: str, found: Inspected) -> None:
    with packed.open(name) as part:
        row = column = -1
        for element in _walk(part, f"{_SHEET}row", f"{_SHEET}c", f"{_SHEET}col"):
            event, node = element
            if node.tag == f"{_SHEET}row":
                if event == "start":
                    row, column = int(node.get("r") or row + 2) - 1, -1
                    if _is_true(node.get("hidden")) and len(found.hidden_rows) < MOST:
                        found.hidden_rows.append(row)
                else:
                    node.clear()
                    while node.getprevious() is not None:
                        del node.getparent()[0]
            elif event == "end" and node.tag == f"{_SHEET}c":
                column = _column_of(node.get("r"), column + 1)
                _inspect_cell(node, row, column, found)
            elif event == "end" and _is_true(node.get("hidden")):
                first, last = int(node.get("min") or 1), int(node.get("max") or 1)
                found.hidden_columns += range(first - 1, min(last, first + 200))


def _inspect_cell(node: Any, row: int, column: int, found: Inspected) -> None:
    value = node.find(f"{_SHEET}v")
    has_value = (value is not None and bool(value.text)) or node.find(f"{_SHEET}is") is not None
    has_formula = node.find(f"{_SHEET}f") is not None
    if has_value or has_formula:
        found.rows, found.columns = max(found.rows, row + 1), max(found.columns, column + 1)
    if node.get("t") == "e" and len(found.errors) < MOST:
        found.errors.append((row, column, (value.text or "") if value is not None else ""))
    elif has_formula and not has_value and len(found.uncomputed) < MOST:
        found.uncomputed.append((row, column))


def _find_part(packed: zipfile.ZipFile, sheet: str) -> str:
    with packed.open("xl/workbook.xml") as file:
        wanted = next(
            (node.get(_RELATION) for _e, node in _walk(file, f"{_SHEET}sheet") if node.get("name") == sheet), None
        )
    with packed.open("xl/_rels/workbook.xml.rels") as file:
        targets = {node.get("Id"): node.get("Target") for _e, node in _walk(file, "{*}Relationship")}
    if wanted not in targets:
        raise ValueError(sheet)
    return posixpath.normpath(posixpath.join("xl", targets[wanted] or "")).lstrip("/").replace("xl/xl/", "xl/")


def inspect_ods(content: bytes, sheet: str) -> Inspected:
    """Raises ValueError for a broken file."""
    found = Inspected()
    inside, row, column = False, 0, 0
    with _opened(content) as packed, packed.open("content.xml") as part:
        for event, node in _walk(
            part, f"{_TABLE}table", f"{_TABLE}table-row", f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"
        ):
            name = node.tag.removeprefix(_TABLE)
            if name == "table":
                inside = event == "start" and node.get(f"{_TABLE}name") == sheet
                row = 0 if event == "start" else row
            elif not inside:
                continue
            elif name == "table-row" and event == "start":
                column = 0
                if node.get(f"{_TABLE}visibility") in ("collapse", "filter") and len(found.hidden_rows) < MOST:
                    found.hidden_rows += range(row, row + min(int(node.get(f"{_TABLE}number-rows-repeated") or 1), 100))
            elif name == "table-row":
                repeated = int(node.get(f"{_TABLE}number-rows-repeated") or 1)
                if any(cell.get(f"{_OFFICE}value-type") for cell in node):
                    found.rows = max(found.rows, row + repeated)
                row += repeated
                node.clear()
            elif event == "end":
                repeated = int(node.get(f"{_TABLE}number-columns-repeated") or 1)
                if node.get(f"{_OFFICE}value-type"):
                    found.columns = max(found.columns, column + repeated)
                shown = "".join(node.itertext()).strip()
                is_error = node.get(f"{_CALC}value-type") == "error" or (
                    node.get(f"{_TABLE}formula") and re.match(r"#|Err:[0-9]", shown)
                )
                if is_error and len(found.errors) < MOST:
                    found.errors.append((row, column, shown))
                column += repeated
    return found


def inspect_xls(content: bytes, sheet: str) -> Inspected:
    """Raises ValueError for a broken file."""
    try:
        workbook = xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=io.StringIO())
        cells = workbook.sheet_by_name(sheet)
    except (xlrd.XLRDError, AssertionError, IndexError, KeyError, TypeError, UnicodeError) as error:
        # The library trusts its input; a cut file shows as any of these.
        raise ValueError(str(error)) from None
    found = Inspected(rows=cells.nrows, columns=cells.ncols)
    for row in range(cells.nrows):
        for column, kind in enumerate(cells.row_types(row)):
            if kind == xlrd.XL_CELL_ERROR and len(found.errors) < MOST:
                shown = xlrd.error_text_from_code.get(cells.cell_value(row, column), "#?")
                found.errors.append((row, column, shown))
    found.hidden_rows = sorted(row for row, told in cells.rowinfo_map.items() if told.hidden)[:MOST]
    found.hidden_columns = sorted(column for column, told in cells.colinfo_map.items() if told.hidden)[:MOST]
    return found


def _opened(content: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as error:
        raise ValueError(str(error)) from None


def _walk(part: IO[bytes], *tags: str) -> Iterator[tuple[str, Any]]:
    try:
        yield from etree.iterparse(
            part, events=("start", "end"), tag=tags, resolve_entities=False, load_dtd=False, no_network=True,
            huge_tree=False,
        )  # fmt: skip
    except etree.XMLSyntaxError as error:
        raise ValueError(str(error)) from None


def _column_of(reference: str | None, otherwise: int) -> int:
    """The column of `AB12`; cells without a reference follow the one before."""
    found = _REFERENCE.fullmatch(reference or "")
    if found is None:
        return otherwise
    number = 0
    for letter in found.group(1):
        number = number * 26 + ord(letter) - 64
    return number - 1


def _is_true(text: str | None) -> bool:
    return text in ("1", "true")
