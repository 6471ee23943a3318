"""Makes the Word templates of commendations and certificates: .venv/bin/python -m scripts.templates.papers

From then on a template is edited in Word; running this again overwrites what officers changed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

PACKS = Path(__file__).parents[2] / "packs"
FONT, RED = "Times New Roman", RGBColor(0xB0, 0x1E, 0x1E)
# Kind -> what the paper says above the name, and below it before the achievement.
PAPERS = {
    "giay_khen": ("TẶNG", "Đã có thành tích: "),
    "bang_khen": ("TẶNG", "Đã có thành tích: "),
    "thu_khen": ("KHEN NGỢI", "Về thành tích: "),
    "giay_chung_nhan": ("CHỨNG NHẬN", "Đã hoàn thành: "),
}


def main() -> None:
    for code, (lead, before) in PAPERS.items():
        make(lead, before).save(str(PACKS / "tuyen-van" / "awards" / f"{code}.docx"))


def make(lead: str, before: str) -> Any:
    document = docx.Document()
    section = document.sections[0]
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Cm(29.7), Cm(21)
    section.top_margin = section.bottom_margin = Cm(1.6)
    section.left_margin = section.right_margin = Cm(2.4)
    _frame(section)
    document.styles["Normal"].font.name = FONT
    document.styles["Normal"].element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    line = _Lines(document).add
    line("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 13, bold=True, before=6)
    line("Độc lập - Tự do - Hạnh phúc", 13, bold=True, after=14)
    line("{{ issuer|upper }}", 15, bold=True, after=4)
    line(lead, 15, after=4)
    line("{{ kind|upper }}", 32, bold=True, colour=RED, after=10)
    line("{{ recipient }}", 24, bold=True, after=2)
    line("{{ place }}", 14, after=8)
    line(before + "{{ title }}", 15, after=14)
    line("Quyết định số {{ decision }}, ngày {{ day }}", 13, italic=True)
    line("Vào sổ số {{ number }}", 13, italic=True, after=6)
    table = document.add_table(rows=1, cols=2)
    left, right = table.rows[0].cells
    left.paragraphs[0].add_run("{{ qr }}")
    _write(left.add_paragraph(), "Quét mã để kiểm tra giấy này", 9)
    for words, size in (("THỦ TRƯỞNG ĐƠN VỊ", 13), ("(Ký tên, đóng dấu)", 11)):
        paragraph = right.paragraphs[0] if size == 13 else right.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _write(paragraph, words, size, bold=size == 13)
    document.core_properties.language = "vi-VN"
    return document


class _Lines:
    def __init__(self, document: Any) -> None:
        self._document = document

    def add(self, words: str, size: int, *, before: int = 0, after: int = 0, **look: Any) -> None:
        paragraph = self._document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(before), Pt(after)
        _write(paragraph, words, size, **look)


def _write(
    paragraph: Any, words: str, size: int, *, bold: bool = False, italic: bool = False, colour: Any = None
) -> None:
    run = paragraph.add_run(words)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)
    if colour is not None:
        run.font.color.rgb = colour


def _frame(section: Any) -> None:
    """A double line around the page."""
    borders = OxmlElement("w:pgBorders")
    borders.set(qn("w:offsetFrom"), "page")
    for side in ("top", "left", "bottom", "right"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "double"), ("sz", "12"), ("space", "24"), ("color", "B01E1E")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    # Where the schema wants it: after the margins.
    section._sectPr.find(qn("w:pgMar")).addnext(borders)


if __name__ == "__main__":
    main()
