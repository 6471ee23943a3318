"""What pyxform says of an XLSForm, as our mistakes: sheet, row, column, and what to do about it.

pyxform stops at its first error and says it in English, often without the place. What `pyxform_sentences` does not know
is shown as it came, in a sentence of ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pyxform.errors import PyXFormError

from caunoi.forms.rules.pyxform_sentences import FILE, KNOWN, STUMBLED, SURVEY, UNKNOWN
from caunoi.refusals import Mistake

_ROW = re.compile(r"^\[row : (\d+)\]\s*")
_PLACE = re.compile(r"On the '(\w+)' sheet, the '([^']+)' value")

Sheets = Mapping[str, Sequence[Mapping[str, Any]]]


def mistake_of(error: BaseException, file_name: str, sheets: Sheets) -> Mistake:
    """`sheets`: rows by sheet, as far as they could be read; they tell the row where pyxform does not."""
    said = str(error) or type(error).__name__
    row = int(found.group(1)) if (found := _ROW.match(said)) else 0
    said = _ROW.sub("", said).strip()
    sheet, column = place.groups() if (place := _PLACE.search(said)) else (SURVEY if row else FILE, "")
    for known in KNOWN:
        match = re.search(known.pattern, said, re.DOTALL)
        if match is None:
            continue
        parts = {name: text or "" for name, text in match.groupdict().items()}
        parts["what"] = parts.get("what") or parts.get("also", "")
        sheet = known.sheet or parts.get("sheet") or sheet
        column = known.column or parts.get("column") or column
        rows = sheets.get(sheet, ())
        row = row or int(parts.get("row") or 0) or _find_row(rows, column, parts)
        value = str(rows[row - 2].get(column) or "") if 2 <= row < len(rows) + 2 else ""
        return Mistake(file_name, sheet, row, column, _fill(str(known.sentence), parts), value)
    # Its own errors are sentences; what Python says for it (a KeyError, a TypeError) helps nobody.
    sentence = UNKNOWN if isinstance(error, PyXFormError) else STUMBLED
    return Mistake(file_name, sheet, row, column, str(sentence) % {"detail": said})


def _fill(sentence: str, parts: Mapping[str, str]) -> str:
    """A pattern of several forms may leave a group unmatched: then nothing stands there."""
    return re.sub(r"%\((\w+)\)s", lambda found: parts.get(found.group(1), ""), sentence)


def _find_row(rows: Sequence[Mapping[str, Any]], column: str, parts: Mapping[str, str]) -> int:
    """By the question's name, the word in the cell, its parameter, or the list it belongs to; 0 if none says it."""
    name, word, list_name = parts.get("name"), parts.get("word"), parts.get("list")
    for number, one in enumerate(rows, start=2):
        cell = str(one.get(column) or "")
        if name and str(one.get("name")) == name:
            return number
        if word and cell == word and (not list_name or list_name in one.values()):
            return number
        if list_name and not word and list_name in str(one.get("type", "")).split():
            return number
        if column == "parameters" and parts["what"] and parts["what"] in cell:
            return number
    return 0
