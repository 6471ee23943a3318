"""The page and its styles: A4, margins, sizes and spacing after Appendix I of Decree 30/2020/NĐ-CP."""

from __future__ import annotations

from typing import Any

from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt, RGBColor

FONT = "Times New Roman"
CENTRE, LEFT, RIGHT, JUSTIFY = (
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.RIGHT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)


def set_up_page(document: Any) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(20)
    section.header_distance = Mm(10)
    # The page number: centred in the top margin, not on page 1.
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = CENTRE
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        run = number.add_run()
        run.font.name, run.font.size = FONT, Pt(13)
        mark = OxmlElement("w:fldChar" if kind is not None else "w:instrText")
        if kind is not None:
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark.text = text
        run._r.append(mark)


def set_up_styles(document: Any) -> None:
    styles = document.styles
    normal = styles["Normal"]
    set_font(normal, 14)
    normal.paragraph_format.space_after = normal.paragraph_format.space_before = Pt(0)
    body = {"size": 14, "align": JUSTIFY, "first_line": Cm(1.27)}
    add_style(styles, "Thân", **body, before=3, after=3, spacing=1.15)
    add_style(styles, "Mục", **body, bold=True, before=10, after=3, outline=0, keep=True)
    add_style(styles, "Tiểu mục", **body, bold=True, before=6, after=3, outline=1, keep=True)
    add_style(styles, "Kết", **body, before=3, after=3, spacing=1.15, keep=True)
    add_style(styles, "Tên bảng", size=13, bold=True, align=CENTRE, before=8, after=4, keep=True)
    add_style(styles, "Ô bảng", size=12, align=LEFT, before=2, after=2)
    add_style(styles, "Ghi chú", size=12, italic=True, align=LEFT, before=3, after=6)
    add_style(styles, "Hình", size=12, align=CENTRE, before=8, after=8)
    add_style(styles, "Thể thức", size=13, align=CENTRE)


def add_style(
    styles: Any, name: str, *, size: int, align: Any, bold: bool = False, italic: bool = False, first_line: Any = None,
    before: int = 0, after: int = 0, spacing: float = 1.0, outline: int | None = None, keep: bool = False,
) -> None:  # fmt: skip
    style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = styles["Normal"]
    style.quick_style = True
    set_font(style, size)
    style.font.bold, style.font.italic = bold, italic
    layout = style.paragraph_format
    layout.alignment, layout.first_line_indent = align, first_line
    layout.space_before, layout.space_after, layout.line_spacing = Pt(before), Pt(after), spacing
    layout.keep_with_next, layout.widow_control = keep, True
    if outline is not None:
        level = OxmlElement("w:outlineLvl")
        level.set(qn("w:val"), str(outline))
        style.element.get_or_add_pPr().append(level)


def set_font(style: Any, size: int) -> None:
    style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(size), RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for which in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(which), FONT)
    for which in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
        fonts.attrib.pop(qn(which), None)
