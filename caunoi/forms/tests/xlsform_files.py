"""The forms of `xlsforms/`: one per question type, appearance or structure we say we support, each with what a device
sends for it (`sent`), what of it is kept (`kept`), and what it stands for in docs/xlsform-support.md (`support`).
`refused/` holds forms that are not loaded."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

FOLDER = Path(__file__).parent / "xlsforms"
ACCEPTED = sorted(FOLDER.glob("*.md"))
REFUSED = sorted((FOLDER / "refused").glob("*.md"))


@dataclass(frozen=True)
class Support:
    """One line of the document. `collect` and `browser`: works, plain (can be answered, looks ordinary) or no."""

    kind: str
    word: str
    collect: str
    browser: str
    note: str


def read_sheet(path: Path, name: str) -> list[list[str]]:
    """The cells of one sheet's rows, without its header."""
    rows: list[list[str]] = []
    inside = False
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]
        if len(cells) == 1:
            inside = cells[0] == name
        elif inside:
            rows.append(cells[1:])
    return rows[1:]


def sent_of(path: Path) -> str:
    """The elements a device sends, without root, day and meta."""
    return "".join(row[0] for row in read_sheet(path, "sent"))


def kept_of(path: Path) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(read_sheet(path, "kept")[0][0]))


def support_of(path: Path) -> list[Support]:
    return [Support(*row) for row in read_sheet(path, "support")]


def list_support() -> dict[str, list[Support]]:
    """Kind -> its lines, in the order of the files."""
    found: dict[str, list[Support]] = {}
    for path in ACCEPTED:
        for one in support_of(path):
            found.setdefault(one.kind, []).append(one)
    return found
