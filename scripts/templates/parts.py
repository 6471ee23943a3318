"""Tables, runs and rules: the parts a document is put together from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Pt

from scripts.templates.page import CENTRE, LEFT, RIGHT


def add_plain_table(document: Any, widths: Sequence[Emu], rows: int) -> Any:
    table = document.add_table(rows=rows, cols=len(widths))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    set_margins(table, 0)
    set_widths(table, widths)
    for row in table.rows:
        keep_whole(row)
    return table


def add_grid(document: Any, widths: Sequence[Emu], headings: Sequence[str]) -> Any:
    table = document.add_table(rows=1, cols=len(widths), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    set_margins(table, 60)
    set_widths(table, widths)
    header = table.rows[0]
    keep_whole(header)
    repeat = OxmlElement("w:tblHeader")
    header._tr.get_or_add_trPr().append(repeat)
    for cell, heading in zip(header.cells, headings, strict=True):
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        paragraph = cell.paragraphs[0]
        paragraph.style, paragraph.alignment = "Ô bảng", CENTRE
        paragraph.paragraph_format.keep_with_next = True
        add_run(paragraph, heading, bold=True)
    return table


def fill_row(row: Any, texts: Sequence[str], *, bold: bool = False, text_columns: Sequence[int] = (1,)) -> None:
    """Numbers stand to the right, the first column of a list in the middle."""
    keep_whole(row)
    for index, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        paragraph = cell.paragraphs[0]
        paragraph.style = "Ô bảng"
        paragraph.alignment = LEFT if index in text_columns else CENTRE if index == 0 else RIGHT
        add_run(paragraph, text, bold=bold)


def set_widths(table: Any, widths: Sequence[Emu]) -> None:
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width


def set_margins(table: Any, twentieths: int) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(twentieths))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.append(margins)


def keep_whole(row: Any) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def write(
    cell: Any,
    text: str,
    *,
    bold: bool = False,
    italic: bool = False,
    size: int = 13,
    align: Any = CENTRE,
    more: bool = False,
) -> Any:
    paragraph = cell.add_paragraph() if more else cell.paragraphs[0]
    paragraph.style, paragraph.alignment = "Thể thức", align
    add_run(paragraph, text, bold=bold, italic=italic, size=size)
    return paragraph


def add_run(paragraph: Any, text: str, *, bold: bool = False, italic: bool = False, size: int | None = None) -> None:
    run = paragraph.add_run(text)
    run.bold, run.italic = bold or None, italic or None
    if size is not None:
        run.font.size = Pt(size)


def add_rule(cell: Any, indent: Any) -> None:
    rule(cell.add_paragraph(style="Thể thức"), indent, after=6)


def rule(paragraph: Any, indent: Any, after: int) -> None:
    """A solid rule: the top border of a low empty paragraph, as long as its indents leave it."""
    layout = paragraph.paragraph_format
    layout.left_indent = layout.right_indent = indent
    layout.space_before, layout.space_after, layout.line_spacing = Pt(2), Pt(after), Pt(4)
    borders = OxmlElement("w:pBdr")
    line = OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")
