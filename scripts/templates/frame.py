"""What stands around the text: head, title, signature and recipients, the heading of an annex.

Two layout sets, chosen by the template's `[layout] set` (`the_thuc`): `nd30` after the decree's Appendix I, and another
one for bodies that have format rules of their own. Of those rules we hold no source: that set leaves out what is the
decree's (national title, rules under it) and takes its words from the parameters; how its boxes lie is an
assumption that the body checks against its rules and mends in Word. Page, sizes and text are the same in both.
"""

from __future__ import annotations

from typing import Any

from docx.shared import Cm, Pt

from scripts.templates.page import LEFT
from scripts.templates.parts import add_plain_table, add_rule, add_run, rule, write
from scripts.templates.text import Annex, Title


def add_letterhead(document: Any) -> None:
    document.add_paragraph("{%p if the_thuc == 'nd30' %}")
    _add_state_head(document)
    document.add_paragraph("{%p else %}")
    _add_other_head(document)
    document.add_paragraph("{%p endif %}")


def _add_state_head(document: Any) -> None:
    table = add_plain_table(document, [Cm(6.4), Cm(9.6)], rows=2)
    left, right = table.rows[0].cells
    _write_body(left)
    add_rule(left, Cm(2.1))
    write(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", bold=True, size=12)
    write(right, "Độc lập - Tự do - Hạnh phúc", bold=True, size=13, more=True)
    add_rule(right, Cm(1.95))
    left, right = table.rows[1].cells
    write(left, "Số: {{ so_van_ban }}", size=13)
    write(right, "{{ noi_ban_hanh }}, {{ ngay_ban_hanh }}", italic=True, size=13)


def _write_body(cell: Any) -> None:
    write(cell, "{%p if co_quan_tren %}", size=12)
    write(cell, "{{ co_quan_tren|upper }}", size=12, more=True)
    write(cell, "{%p endif %}", size=12, more=True)
    write(cell, "{{ co_quan_hoa }}", bold=True, size=12, more=True)
    write(cell, "{{ don_vi_hoa }}", bold=True, size=12, more=True)


def _add_other_head(document: Any) -> None:
    """Without the national title: body and number on the left, the body's own heading, place and date on the right."""
    table = add_plain_table(document, [Cm(8.0), Cm(8.0)], rows=1)
    left, right = table.rows[0].cells
    _write_body(left)
    write(left, "*", size=13, more=True)
    write(left, "Số: {{ so_van_ban }}", size=13, more=True)
    write(right, "{%p if tieu_de_phai %}", size=13)
    write(right, "{{ tieu_de_phai|upper }}", bold=True, size=13, more=True)
    write(right, "{%p endif %}", size=13, more=True)
    write(right, "{{ noi_ban_hanh }}, {{ ngay_ban_hanh }}", italic=True, size=13, more=True)


def add_title(document: Any, title: Title) -> None:
    for index, text in enumerate((title.kind, title.about, title.period)):
        paragraph = document.add_paragraph(style="Thể thức")
        paragraph.paragraph_format.space_before = Pt(0 if index else 16)
        add_run(paragraph, text, bold=True, size=14)
    rule(document.add_paragraph(style="Thể thức"), Cm(5.3), after=10)


def add_signature(document: Any) -> None:
    document.add_paragraph(style="Thể thức").paragraph_format.keep_with_next = True
    table = add_plain_table(document, [Cm(7.4), Cm(8.6)], rows=1)
    left, right = table.rows[0].cells
    first = write(left, "Nơi nhận:", bold=True, italic=True, size=12, align=LEFT)
    first.paragraph_format.space_after = Pt(2)
    # One paragraph for each; the condition takes its own with it.
    for text in (
        "{%p if cap_tren %}",
        "- {{ co_quan }} {{ cap_tren_thuong }} (để báo cáo);",
        "{%p endif %}",
        "{%p for noi in noi_nhan %}",
        "- {{ noi }};",
        "{%p endfor %}",
        "- Lưu{% if luu %}: {{ luu }}{% endif %}.",
    ):
        write(left, text, size=11, align=LEFT, more=True)
    write(right, "{{ thay_mat }}", bold=True, size=14)
    write(right, "{{ chuc_vu_ky }}", bold=True, size=14, more=True)
    for _line in range(4):
        write(right, "", size=14, more=True)
    write(right, "{{ nguoi_ky }}", bold=True, size=14, more=True)
    for cell in (left, right):
        for paragraph in cell.paragraphs[:-1]:
            paragraph.paragraph_format.keep_with_next = True


def add_annex_heading(document: Any, annex: Annex) -> None:
    name = document.add_paragraph(style="Thể thức")
    name.paragraph_format.page_break_before = True
    add_run(name, annex.name, bold=True, size=14)
    title = document.add_paragraph(style="Thể thức")
    add_run(title, annex.title, bold=True, size=14)
    about = document.add_paragraph(style="Thể thức")
    about.paragraph_format.space_after = Pt(8)
    add_run(about, "(Kèm theo Báo cáo số {{ so_van_ban }} {{ ngay_ban_hanh }})", italic=True, size=13)
