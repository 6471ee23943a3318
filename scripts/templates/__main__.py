from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx
from docx.shared import Cm

from scripts.templates.frame import add_annex_heading, add_letterhead, add_signature, add_title
from scripts.templates.page import set_up_page, set_up_styles
from scripts.templates.parts import add_grid, fill_row
from scripts.templates.text import FOLDER, Annex, Line, Rows, Signature, Table, Title, read_text

PACKS = Path(__file__).parents[2] / "packs"


def main(codes: Sequence[str]) -> None:
    """The first pack's texts lie in the folder itself, another's in one of its name: `khuyen-nong/kn-bao-cao-thang`."""
    for code in codes or sorted(path.stem for path in FOLDER.glob("*.txt")):
        pack, _, template = code.rpartition("/")
        make(code).save(str(PACKS / (pack or "tuyen-van") / "reports" / f"{template}.docx"))


def make(code: str) -> Any:
    document = docx.Document()
    set_up_page(document)
    set_up_styles(document)
    add_letterhead(document)
    for part in read_text(code):
        match part:
            case Title():
                add_title(document, part)
                document.core_properties.title = part.about.split(" của ")[0]
            case Line(text=text, style=style):
                document.add_paragraph(text, style=style)
            case Table():
                add_table(document, part)
            case Rows():
                add_rows(document, part)
            case Signature():
                add_signature(document)
            case Annex():
                add_annex_heading(document, part)
    document.core_properties.author = document.core_properties.comments = ""
    return document


def add_table(document: Any, given: Table) -> None:
    grid = add_grid(document, [Cm(c.width_cm) for c in given.columns], [c.heading for c in given.columns])
    names = tuple(i for i, c in enumerate(given.columns) if c.cell.endswith(".ten }}"))
    if any(column.total for column in given.columns):
        fill_row(grid.add_row(), [column.total for column in given.columns], bold=True, text_columns=names)
    grid.add_row().cells[0].text = "{%tr " + given.loop + " %}"
    fill_row(grid.add_row(), [column.cell for column in given.columns], text_columns=names)
    grid.add_row().cells[0].text = "{%tr endfor %}"


def add_rows(document: Any, given: Rows) -> None:
    grid = add_grid(document, [Cm(width) for _heading, width in given.columns], [name for name, _cm in given.columns])
    for condition, cells in given.rows:
        grid.add_row().cells[0].text = "{%tr if " + condition + " %}"
        fill_row(grid.add_row(), cells, text_columns=(0, 1))
        grid.add_row().cells[0].text = "{%tr endif %}"


main(sys.argv[1:])
