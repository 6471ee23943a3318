"""Makes the Word templates of packs/tuyen-van/contributions: the list that is disclosed, and the letter of thanks.

    .venv/bin/python -m scripts.templates.contributions

From then on they are edited in Word; running this again overwrites what officers changed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm, Pt

from scripts.templates.page import set_up_page, set_up_styles
from scripts.templates.parts import add_grid, add_plain_table, add_rule, add_run, fill_row, rule, write

FOLDER = Path(__file__).parents[2] / "packs" / "tuyen-van" / "contributions"


def make_list() -> Any:
    document = docx.Document()
    set_up_page(document)
    set_up_styles(document)
    table = add_plain_table(document, [Cm(6.4), Cm(9.6)], rows=1)
    left, right = table.rows[0].cells
    write(left, "{{ don_vi|upper }}", bold=True, size=12)
    add_rule(left, Cm(2.1))
    write(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", bold=True, size=12)
    write(right, "Độc lập - Tự do - Hạnh phúc", bold=True, size=13, more=True)
    add_rule(right, Cm(1.95))
    for text in ("DANH SÁCH ĐÓNG GÓP", "{{ cong_trinh }}"):
        paragraph = document.add_paragraph(style="Thể thức")
        paragraph.paragraph_format.space_before = Pt(16 if text == "DANH SÁCH ĐÓNG GÓP" else 0)
        add_run(paragraph, text, bold=True, size=14)
    rule(document.add_paragraph(style="Thể thức"), Cm(5.3), after=10)
    _say(document, "Số liệu đã duyệt đến {{ ngay }}. {{ khong_neu_ten }}")
    _part(document, "I. TỔNG HỢP THEO NGUỒN", "nguon", (("Nguồn", 5.5), ("Đã góp", 10)), ("ten", "gom"))
    _say(document, "Cộng: {{ tong }}.")
    _part(
        document, "II. NGƯỜI GÓP ĐỒNG Ý NÊU TÊN", "co_ten",
        (("Tên", 4.2), ("Nơi góp", 3.4), ("Ngày", 2.6), ("Đã góp", 5.3)), ("ten", "noi", "ngay", "gom"),
    )  # fmt: skip
    _part(
        document, "III. KHÔNG NÊU TÊN", "khac",
        (("Nguồn", 4.7), ("Số lượt", 2), ("Số hộ", 2), ("Đã góp", 6.8)), ("nguon", "so_luot", "so_ho", "gom"),
    )  # fmt: skip
    _say(document, "{%p if dia_chi %}")
    _say(document, "Xem bản đang công khai tại: {{ dia_chi }}")
    document.paragraphs[-1].alignment = WD_ALIGN_PARAGRAPH.LEFT
    _say(document, "{%p endif %}")
    document.core_properties.title = "Danh sách đóng góp"
    document.core_properties.author = document.core_properties.comments = ""
    return document


def _part(
    document: Any, heading: str, name: str, columns: tuple[tuple[str, float], ...], cells: tuple[str, ...]
) -> None:
    """Left out where there is nothing."""
    _say(document, "{%p if " + name + " %}")
    title = document.add_paragraph(style="Thân")
    title.paragraph_format.keep_with_next = True
    add_run(title, heading, bold=True)
    grid = add_grid(document, [Cm(1.1), *[Cm(width - 0.4) for _h, width in columns]], ["TT", *[h for h, _w in columns]])
    grid.add_row().cells[0].text = "{%tr for muc in " + name + " %}"
    texts = tuple(range(1, len(cells) + 1))
    fill_row(grid.add_row(), ["{{ loop.index }}", *["{{ muc." + one + " }}" for one in cells]], text_columns=texts)
    grid.add_row().cells[0].text = "{%tr endfor %}"
    _say(document, "{%p endif %}")


def _say(document: Any, text: str) -> None:
    document.add_paragraph(text, style="Thân")


def make_letter() -> Any:
    document = docx.Document()
    set_up_page(document)
    set_up_styles(document)
    centre, right = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
    _line(document, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 13, centre, bold=True)
    _line(document, "Độc lập - Tự do - Hạnh phúc", 14, centre, bold=True, after=18)
    _line(document, "{{ issuer }}, ngày {{ day }}", 14, right, italic=True, after=18)
    _line(document, "THƯ CẢM ƠN", 20, centre, bold=True, after=14)
    _line(document, "Kính gửi: {{ recipient }}", 14, centre, bold=True)
    _line(document, "{{ place }}", 14, centre, after=16)
    justify = WD_ALIGN_PARAGRAPH.JUSTIFY
    _line(document, "{{ issuer }} trân trọng cảm ơn sự đóng góp cho công trình: {{ work }}.", 14, justify, after=8)
    _line(document, "Đã góp: {{ gave }}.", 14, justify, after=8)
    _line(
        document,
        "Sự đóng góp ấy được ghi đúng, dùng đúng việc và công khai để mọi người cùng biết. Kính chúc mạnh khỏe, "
        "hạnh phúc.",
        14, justify, after=24,
    )  # fmt: skip
    table = document.add_table(rows=1, cols=2)
    left, sign = table.rows[0].cells
    left.paragraphs[0].add_run("{{ qr }}")
    write(left, "{% if address %}Quét mã để xem danh sách công khai{% endif %}", size=9, more=True)
    write(sign, "{{ issuer|upper }}", bold=True, size=13)
    write(sign, "(Ký tên, đóng dấu)", size=11, more=True)
    document.core_properties.title = "Thư cảm ơn"
    document.core_properties.language = "vi-VN"
    document.core_properties.author = document.core_properties.comments = ""
    return document


def _line(
    document: Any, text: str, size: int, alignment: Any, *, bold: bool = False, italic: bool = False, after: int = 0
) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = alignment
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(0), Pt(after)
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    make_list().save(str(FOLDER / "cong_khai.docx"))
    make_letter().save(str(FOLDER / "thu_cam_on.docx"))
