"""Help on each page of the menu: a short text a page and language, in plain words (`vi/NAME.txt`, `en/NAME.txt`).

The first line says what the page is for; lines that begin with `- ` are a list. NAME is the address's name in the menu.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import get_language

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class HelpText:
    lead: str
    points: tuple[str, ...]


def find_help(name: str) -> HelpText | None:
    """In the reader's language. None for a page without one; a name is never taken for a path."""
    language = "en" if get_language() == "en" else "vi"
    if name not in list_helped(language):
        return None
    lines = (FOLDER / language / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    points = tuple(line.removeprefix("- ") for line in lines[1:] if line.startswith("- "))
    return HelpText(lines[0], points)


def list_helped(language: str) -> frozenset[str]:
    return frozenset(path.stem for path in (FOLDER / language).glob("*.txt"))
