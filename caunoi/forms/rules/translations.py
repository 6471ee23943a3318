"""Which cells of an XLSForm lack one of its languages: read from the sheets, so it is told of broken forms too."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from caunoi.refusals import Mistake
from caunoi.vietnamese_text import fold

Sheets = Mapping[str, Sequence[Mapping[str, Any]]]
TRANSLATED = {
    "survey": ("label", "hint", "guidance_hint", "constraint_message", "required_message"),
    "choices": ("label",),
}
_CODE = re.compile(r"\(([\w-]+)\)\s*$")
# Many forms name a language without its code, as `label::English`.
_NAMED = {"default": "vi", "tieng viet": "vi", "vietnamese": "vi", "tieng anh": "en", "english": "en"}


def language_of(name: str) -> str:
    """Code of a language as forms name it: `Tiếng Việt (vi)` is vi, and so is none at all; one that is neither coded
    nor known here stands for itself, so that two of them are never taken for one."""
    if (found := _CODE.search(name)) is not None:
        return found.group(1)
    plain = " ".join(unicodedata.normalize("NFC", name).lower().split())
    return _NAMED.get(fold(plain), plain) or "vi"


def list_languages(sheets: Sheets) -> frozenset[str]:
    """Codes of the languages that questions have labels in; a column without language counts as Vietnamese."""
    return frozenset(language for row in sheets["survey"] for language, text in _texts_of(row, "label").items() if text)


def list_untranslated(sheets: Sheets, file_name: str) -> Iterator[Mistake]:
    """Of what is written in one language, the cells of the others that are empty."""
    languages = sorted(list_languages(sheets))
    columns = _columns_of(sheets)
    from_files = _lists_from_files(sheets["survey"])
    for sheet, kinds in TRANSLATED.items():
        for number, row in enumerate(sheets[sheet], start=2):
            if sheet == "choices" and str(row.get("list_name") or row.get("list name")) in from_files:
                continue
            for kind in kinds:
                texts = {language: text for language, text in _texts_of(row, kind).items() if text}
                for language in languages:
                    if texts and language not in texts:
                        column = columns.get((sheet, kind, language)) or f"{kind}::{language}"
                        message = _("Thiếu bản dịch của “%(text)s”. Hãy ghi câu này bằng ngôn ngữ của cột.")
                        text = next(iter(texts.values()))
                        yield Mistake(file_name, sheet, number, column, message % {"text": text[:80]})


def _texts_of(row: Mapping[str, Any], kind: str) -> dict[str, str]:
    """By language code; blank and `-` (as pyxform fills it in) are empty."""
    texts: dict[str, str] = {}
    for header, cell in row.items():
        found, language = _split(header)
        if found == kind:
            text = str(cell or "").strip()
            texts[language] = texts.get(language) or ("" if text == "-" else text)
    return texts


def _columns_of(sheets: Sheets) -> dict[tuple[str, str, str], str]:
    """(sheet, kind, language) -> the header as written; where only labels have the column, named like theirs."""
    columns: dict[tuple[str, str, str], str] = {}
    for sheet, kinds in TRANSLATED.items():
        for row in sheets[sheet]:
            for header in row:
                kind, language = _split(header)
                if kind in kinds:
                    columns[sheet, kind, language] = header
    for (_sheet, kind, language), header in list(columns.items()):
        if kind == "label" and "::" in header:
            for sheet, kinds in TRANSLATED.items():
                for other in kinds:
                    columns.setdefault((sheet, other, language), f"{other}::{header.split('::', 1)[1].strip()}")
    return columns


def _split(header: str) -> tuple[str, str]:
    """`label::Tiếng Việt (vi)` -> (`label`, `vi`)."""
    kind, _colons, language = header.partition("::")
    if not _colons:
        kind, _colons, language = header.partition(":")
    return "_".join(kind.lower().split()), language_of(language)


def _lists_from_files(survey: Sequence[Mapping[str, Any]]) -> set[str]:
    """With `search()` the sheet `choices` names the columns of a file: nothing to translate."""
    return {
        name
        for row in survey
        if "search(" in str(row.get("appearance") or "")
        for name in str(row.get("type") or "").split()[1:]
    }
