"""Help on each page: a short text in plain words for pages that belong together, in each language (`vi/NAME.txt`).

The first line says what the page is for; lines that begin with `- ` are a list. NAME is that of an entry of the menu,
or of a page that stands in no menu.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import get_language

FOLDER = Path(__file__).parent


# By the first part of the address, where that is not the name itself.
_TOPICS = {
    "certificates": "verify",
    "criteria-parts": "criteria",
    "disclosures": "verify",
    "extensions": "reminders",
    "fill": "due",
    "import": "workbooks",
    "invitation": "sign-in",
    "submissions": "submission",
    "views": "saved-views",
}


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


def find_topic(path: str, section: str) -> str:
    """The text for the page at an address: of the entry of the reader's menu they are in, else of the page's family.
    Empty for what has none: the list of all help."""
    first = path.strip("/").partition("/")[0]
    name = section or _TOPICS.get(first, first)
    return name if name in list_helped("vi") else ""


@cache
def list_helped(language: str) -> frozenset[str]:
    return frozenset(path.stem for path in (FOLDER / language).glob("*.txt"))
