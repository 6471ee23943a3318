"""An XLSForm as rows by sheet, and what can be said of it without compiling it."""

from __future__ import annotations

import hashlib
import re
import struct
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Literal
from xml.parsers.expat import ExpatError

from django.utils.translation import gettext as _
from lxml import etree
from pyxform.aliases import yes_no
from pyxform.errors import PyXFormError
from pyxform.xls2json_backends import DefinitionData, get_xlsform

from caunoi.forms.rules.mistakes import Sheets, mistake_of
from caunoi.forms.rules.translations import list_languages, list_untranslated
from caunoi.refusals import FileRefused, Mistake

FileType = Literal["xlsx", "xls", "md"]
_PIPE = re.compile(r"(?<!\\)\|")
# Headers we look at ourselves, as we spell them; pyxform takes them in capitals, with blanks and under older names too.
_SPELLED = {
    "survey": {
        **{
            name: name
            for name in ("type", "name", "label", "relevant", "constraint", "calculation", "required", "choice_filter",
                         "default", "repeat_count", "appearance", "parameters", "trigger", "disabled")
        },
        "command": "type", "tag": "name", "value": "name", "caption": "label", "relevance": "relevant",
        "calculate": "calculation", "count": "repeat_count", "jr:count": "repeat_count",
    },
    "choices": {"list_name": "list_name", "name": "name", "value": "name", "label": "label", "caption": "label"},
    "settings": {
        **{
            name: name
            for name in ("form_id", "form_title", "form_title_en", "version", "default_language", "name", "public_key",
                         "submission_url")
        },
        "id_string": "form_id", "set_form_id": "form_id", "title": "form_title", "set_form_title": "form_title",
    },
}  # fmt: skip
# Everything pyxform is known to raise on people's files: its own errors and, on odd cells, plain Python ones.
PYXFORM_RAISES = (
    PyXFormError, TypeError, ValueError, KeyError, AttributeError, IndexError, RecursionError, AssertionError,
    zipfile.BadZipFile, etree.LxmlError, ExpatError, struct.error, OSError, NotImplementedError,
)  # fmt: skip


@dataclass(frozen=True)
class Described:
    """What the sheets of a form say by themselves, also of one that does not compile.

    `languages`: those its questions have labels in. `untranslated`: cells that one of these languages lacks.
    """

    form_id: str
    version: str
    languages: frozenset[str]
    untranslated: tuple[Mistake, ...]


def detect_file_type(content: bytes) -> FileType:
    """From the bytes, because an .xlsx may be an .xls and the other way round."""
    if content.startswith(b"PK\x03\x04"):
        return "xlsx"
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return "xls"
    return "md"


def open_sheets(content: bytes, file_type: str, file_name: str) -> DefinitionData:
    """Raises FileRefused for what is no spreadsheet. `file_type` is what the name promises; the bytes decide."""
    kind = detect_file_type(content)
    if kind == "md" and file_type in ("xlsx", "xls"):
        raise refused(file_name, [Mistake(file_name, "", 0, "", _("Tệp không phải là bảng tính Excel."))])
    if kind == "md" and (torn := list(_list_torn_rows(content, file_name))):
        raise refused(file_name, torn)
    try:
        return _with_identities(_spell_headers(get_xlsform(content, file_type=f".{kind}")))
    except PYXFORM_RAISES as error:
        raise refused(file_name, [mistake_of(error, file_name, {})]) from None


def _spell_headers(sheets: DefinitionData) -> DefinitionData:
    """Two columns that would get one name stay as they are: pyxform says so."""
    for sheet, known in _SPELLED.items():
        headers = (getattr(sheets, f"{sheet}_header") or [{}])[0]
        spelled = {header: known.get("_".join(str(header).lower().split()), header) for header in headers}
        if len(set(spelled.values())) < len(spelled):
            continue
        for part in (sheet, f"{sheet}_header"):
            rows = getattr(sheets, part)
            if rows:
                setattr(sheets, part, [{spelled.get(one, one): cell for one, cell in row.items()} for row in rows])
    return sheets


def _with_identities(sheets: DefinitionData) -> DefinitionData:
    """A sending without instanceID could not be told from another, so a form's wish to have none is passed over."""
    for part in ("settings", "settings_header"):
        if rows := getattr(sheets, part):
            kept = [{name: cell for name, cell in row.items() if name.lower() != "omit_instanceid"} for row in rows]
            setattr(sheets, part, kept if any(kept) else None)
    return sheets


def describe_sheets(sheets: DefinitionData, content: bytes, file_name: str) -> Described:
    form_id, version = _identity(settings_of(sheets), content, file_name)
    rows = rows_by_sheet(sheets)
    return Described(form_id, version, list_languages(rows), tuple(list_untranslated(rows, file_name)))


def describe_xlsform(content: bytes, file_type: str, file_name: str) -> Described | None:
    """None for what cannot even be opened."""
    try:
        return describe_sheets(open_sheets(content, file_type, file_name), content, file_name)
    except FileRefused:
        return None


def _list_torn_rows(content: bytes, file_name: str) -> Iterator[Mistake]:
    """Of a form kept as text: rows with more cells than their header, over which pyxform stumbles without a word, and
    sheets that are a name alone."""
    sheet, row, width = "", 0, 0
    for line in content.decode(errors="replace").splitlines():
        if not line.strip().startswith("|"):
            continue
        cells = _PIPE.split(line.strip())[1:-1]
        if len(cells) == 1:
            if sheet and row == 0:
                yield Mistake(file_name, sheet, 0, "", _("Trang này trống. Hãy bỏ trang hoặc thêm dòng tiêu đề."))
            sheet, row = cells[0].strip(), 0
            continue
        row += 1
        width = len(cells) if row == 1 else width
        if len(cells) > width:
            message = _("Dòng này có %(count)d ô, nhiều hơn dòng tiêu đề (%(width)d ô). Hãy bỏ bớt dấu |.")
            yield Mistake(file_name, sheet, row, "", message % {"count": len(cells) - 1, "width": width - 1})


def settings_of(sheets: DefinitionData) -> Mapping[str, Any]:
    rows: list[Mapping[str, Any]] = list(sheets.settings or ())
    return rows[0] if rows else {}


def rows_by_sheet(sheets: DefinitionData) -> Sheets:
    return {
        "survey": list(sheets.survey or ()),
        "choices": list(sheets.choices or ()),
        "settings": list(sheets.settings or ()),
        "entities": list(sheets.entities or ()),
    }


def _identity(settings: Mapping[str, Any], content: bytes, file_name: str) -> tuple[str, str]:
    """Form id and version; where the sheet does not say them, from the file's name and from its content: phones tell
    forms apart by these two, and other content under the same version would never reach them."""
    stem = re.sub(r"[^\w.-]+", "_", PurePath(file_name).stem).strip("_") or "bieu_mau"
    version = str(settings.get("version") or "") or hashlib.sha256(content).hexdigest()[:10]
    return str(settings.get("form_id") or settings.get("id_string") or "") or stem, version


def row_numbers(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Question name -> row as the spreadsheet program shows it (header = 1)."""
    return {
        str(row["name"]): number
        for number, row in enumerate(rows, start=2)
        if row.get("name") and not is_passed_over(row)
    }


def is_passed_over(row: Mapping[str, Any]) -> bool:
    """Switched off in the column `disabled`, which older forms have."""
    return bool(yes_no.get(row.get("disabled")))


def refused(file_name: str, mistakes: Sequence[Mistake]) -> FileRefused:
    sentence = _("Biểu mẫu %(file)s có %(count)d lỗi nên chưa được nạp.") % {"file": file_name, "count": len(mistakes)}
    return FileRefused(sentence, mistakes)
