"""pyxform stops at its first error. Here a plain question takes the place of the row it stopped at and pyxform is asked
again, so that all mistakes of a form are told at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy, deepcopy
from dataclasses import asdict, replace
from typing import Any

from pyxform.xls2json_backends import DefinitionData
from pyxform.xls2xform import ConvertResult, convert

from caunoi.forms.rules.mistakes import mistake_of
from caunoi.forms.rules.pyxform_sentences import CHOICES, SETTINGS, SURVEY
from caunoi.forms.rules.sheets import PYXFORM_RAISES, is_passed_over, rows_by_sheet
from caunoi.refusals import Mistake

# Each try compiles the whole form: so many, and fewer of a long one.
MOST_TRIES = 30
MOST_ROWS_TRIED = 20_000
Row = dict[str, Any]


def convert_all(
    sheets: DefinitionData, root: str, mistakes: Sequence[Mistake], file_name: str
) -> tuple[list[Mistake], ConvertResult | None]:
    """The mistakes known before and all further ones; and the form, in which plain questions stand for rows with
    mistakes. None if pyxform stops at something that is not in a row."""
    found, rows = list(mistakes), rows_by_sheet(sheets)
    trial = _Trial(sheets)
    for mistake in found:
        trial.mend(mistake)
    tries = max(2, min(MOST_TRIES, MOST_ROWS_TRIED // (len(rows[SURVEY]) + 1)))
    for _number in range(tries):
        try:
            return found, convert(trial.as_given(), validate=False, form_name=root)
        except PYXFORM_RAISES as error:
            mistake, mending = _locate(mistake_of(error, file_name, rows), str(error), trial, root)
            follows = not mistake.row and any(mistake.message == known.message for known in found)
            if follows or trial.has_mended(mistake):
                return found, None  # this follows from what was put there, not from the form
            found.append(mistake)
            if not trial.mend(mending):
                return found, None
    return found, None


def _locate(mistake: Mistake, said: str, trial: _Trial, root: str) -> tuple[Mistake, Mistake]:
    """The mistake with its row, and what to mend.

    Where pyxform does not say the row, or stumbles without a word, it is the row up to which plain ones must stand for
    those of the sheet before it says something else.
    """
    if mistake.row or mistake.sheet not in ("", SURVEY, CHOICES):
        return mistake, mistake
    for sheet in [mistake.sheet] if mistake.sheet else [SURVEY, CHOICES]:
        for column in ("type", "name"):
            if row := _bisect(said, trial, root, [Mistake("", sheet, n, column, "") for n in trial.list_rows(sheet)]):
                return replace(mistake, sheet=sheet, row=row), replace(mistake, sheet=sheet, row=row, column=column)
    for column in [] if mistake.sheet else trial.list_settings():
        setting = replace(mistake, sheet=SETTINGS, row=2, column=column)
        if _bisect(said, trial, root, [setting]):
            return setting, setting
    return mistake, mistake


def _bisect(said: str, trial: _Trial, root: str, places: Sequence[Mistake]) -> int:
    """Row of the last of these places that must be mended before something else is said; 0 if mending does not help."""

    def is_said_without(mended: Sequence[Mistake]) -> bool:
        given = trial.copy()
        for place in mended:
            given.mend(place)
        try:
            convert(given.as_given(), validate=False, form_name=root)
        except PYXFORM_RAISES as error:
            return str(error) == said
        return False

    if not places or is_said_without(places):
        return 0
    low, high = 0, len(places)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if is_said_without(places[:middle]) else (low, middle)
    return places[high - 1].row


class _Trial:
    """The sheets with rows replaced."""

    def __init__(self, sheets: DefinitionData) -> None:
        self._given: dict[str, Any] = asdict(sheets)
        self._mended: set[tuple[str, int]] = set()

    def copy(self) -> _Trial:
        other = copy(self)
        other._given, other._mended = deepcopy(self._given), set(self._mended)
        return other

    def list_rows(self, sheet: str) -> list[int]:
        """Numbers of those that say something and may be replaced: not what closes a group."""
        rows: list[Row] = self._given.get(sheet) or []
        return [
            number
            for number, row in enumerate(rows, start=2)
            if row and not is_passed_over(row) and not _kind_of(row).startswith("end")
        ]

    def list_settings(self) -> list[str]:
        return [column for row in (self._given.get(SETTINGS) or [])[:1] for column in row]

    def as_given(self) -> dict[str, Any]:
        """A copy: pyxform changes what it is given."""
        return {
            name: [dict(row) for row in rows]
            if name in ("survey", "choices", "settings", "entities") and rows
            else rows
            for name, rows in self._given.items()
        }

    def has_mended(self, mistake: Mistake) -> bool:
        return (mistake.sheet, mistake.row) in self._mended

    def mend(self, mistake: Mistake) -> bool:
        """False if there is no such row, or nothing sensible to put there."""
        rows: list[Row] = self._given.get(mistake.sheet) or []
        index = mistake.row - 2
        if mistake.sheet == "choices" and not rows:
            self._given["choices"] = self._make_choices()
            self._mended.add(("choices", 0))
            return True
        if not 0 <= index < len(rows):
            return False
        if mistake.sheet == SURVEY:
            self._put_question(rows, index, mistake)
        elif mistake.sheet == "choices":
            rows[index] = {**rows[index], "name": f"row_{mistake.row}", **self._label("choices")}
        elif mistake.sheet == "settings" and mistake.column in rows[index]:
            rows[index] = {column: cell for column, cell in rows[index].items() if column != mistake.column}
        else:
            return False
        self._mended.add((mistake.sheet, mistake.row))
        return True

    def _put_question(self, rows: list[Row], index: int, mistake: Mistake) -> None:
        row = rows[index]
        name, kind = str(row.get("name") or ""), _kind_of(row)
        if mistake.column == "name" or not name:
            made = f"row_{mistake.row}"
            if name and sum(str(one.get("name")) == name for one in rows) == 1:
                _rename(rows, name, made)
            name = made
        question = {"name": name, **self._label("survey")}
        end = _find_end(rows, index) if kind.startswith("begin ") else None
        if end is not None and mistake.column == "type":
            # The end of a group that couldn't be opened isn't wrong as well.
            rows[index], rows[end] = {"type": "begin group", **question}, {"type": "end group"}
        elif end is not None:
            rows[index] = {"type": row["type"], **question}
        else:
            rows[index] = {"type": "text", **question}

    def _make_choices(self) -> list[Row]:
        """The sheet is missing: a list of one choice for every list that is asked for."""
        kinds = [str(row.get("type") or "").split() for row in self._given[SURVEY]]
        lists = dict.fromkeys(kind[1] for kind in kinds if len(kind) > 1)
        self._given["choices_header"] = [{"list_name": None, "name": None, "label": None}]
        return [{"list_name": one, "name": "x", "label": "x"} for one in lists]

    def _label(self, sheet: str) -> Mapping[str, str]:
        """A cell under each heading of labels; a sheet without any gets one, or pyxform stumbles over the cell."""
        header = (self._given.get(f"{sheet}_header") or [{}])[0]
        labels = [column for column in header if column.split(":")[0].strip().lower() == "label"]
        if header and not labels:
            header["label"] = None
        return dict.fromkeys(labels or ["label"], "x")


def _kind_of(row: Mapping[str, Any]) -> str:
    return " ".join(str(row.get("type") or "").replace("_", " ").lower().split())


def _find_end(rows: Sequence[Row], index: int) -> int | None:
    """Where the group or repeat that begins there ends."""
    depth = 0
    for number in range(index, len(rows)):
        kind = _kind_of(rows[number])
        depth += kind.startswith("begin ") - kind.startswith("end ")
        if depth == 0:
            return number
    return None


def _rename(rows: list[Row], name: str, made: str) -> None:
    """Who refers to a question with a wrong name isn't wrong as well."""
    for index, row in enumerate(rows):
        rows[index] = {
            column: cell.replace(f"${{{name}}}", f"${{{made}}}") if isinstance(cell, str) else cell
            for column, cell in row.items()
        }
