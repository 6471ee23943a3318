"""Makes the templates of meetings' minutes of the packs, after Decree 30/2020/NĐ-CP.

    .venv/bin/python -m scripts.templates.minutes

From then on it is edited in Word; running this again overwrites what officers changed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
from docx.shared import Cm, Pt

from scripts.templates.page import set_up_page, set_up_styles
from scripts.templates.parts import add_grid, add_plain_table, add_rule, add_run, fill_row, rule, write

PACKS = Path(__file__).parents[2] / "packs"
FILES = (PACKS / "tuyen-van" / "meetings" / "bien-ban.docx", PACKS / "khuyen-nong" / "meetings" / "kn-bien-ban.docx")

# In the order of the paper; each is left out where there is nothing to say.
PARTS = ("chuong_trinh", "noi_dung_phat_bieu", "ket_luan", "kien_nghi", "cau_hoi")


def make() -> Any:
    document = docx.Document()
    set_up_page(document)
    set_up_styles(document)
    _add_head(document)
    for text in ("BIÊN BẢN", "{{ loai }}: {{ ten }}"):
        paragraph = document.add_paragraph(style="Thể thức")
        paragraph.paragraph_format.space_before = Pt(16 if text == "BIÊN BẢN" else 0)
        add_run(paragraph, text, bold=True, size=14)
    rule(document.add_paragraph(style="Thể thức"), Cm(5.3), after=10)
    _say(document, "Thời gian: từ {{ gio_bat_dau }} đến {{ gio_ket_thuc }}, {{ ngay }}.")
    _say(
        document,
        "Địa điểm: {{ noi_hop }}{% if so_diem_cau != '0' %}; {{ so_diem_cau }} điểm cầu trực tuyến{% endif %}.",
    )
    _say(document, "{%p if thanh_phan %}")
    _say(document, "Thành phần mời: {{ thanh_phan }} của {{ so_don_vi_moi }} đơn vị.")
    _say(document, "{%p endif %}")
    _say(document, "Số lượt người dự: {{ so_luot }}, trong đó:")
    _add_table(
        document, (("Điểm họp", 8), ("Hình thức", 4), ("Số lượt", 4)), "diem_hop", ("ten", "hinh_thuc", "so_luot")
    )
    _head(document, "CHƯƠNG TRÌNH", "chuong_trinh")
    _say(document, "{%p for muc in chuong_trinh %}")
    _say(
        document,
        "- {% if muc.gio %}{{ muc.gio }}: {% endif %}{{ muc.noi_dung }}"
        "{% if muc.co_quan %} ({{ muc.co_quan }}){% endif %}.",
    )
    _say(document, "{%p endfor %}")
    _say(document, "{%p endif %}")
    _head(document, "PHÁT BIỂU", "noi_dung_phat_bieu")
    _say(document, "Có {{ so_luot_phat_bieu }} lượt phát biểu, về các nội dung:")
    _say(document, "{%p for muc in noi_dung_phat_bieu %}")
    _say(document, "- {{ muc.noi_dung }}: {{ muc.so_luot }} lượt.")
    _say(document, "{%p endfor %}")
    _say(document, "{%p endif %}")
    columns = (("Nội dung", 8.5), ("Đơn vị", 4.5), ("Hạn", 3))
    for heading, name in (
        ("KẾT LUẬN", "ket_luan"),
        ("KIẾN NGHỊ VỚI CẤP TRÊN", "kien_nghi"),
        ("CÂU HỎI CỦA NGƯỜI DÂN", "cau_hoi"),
    ):
        _head(document, heading, name)
        _add_table(document, columns, name, ("noi_dung", "don_vi", "han"))
        _say(document, "{%p endif %}")
    # Signatures never stand alone on a page.
    for last in (_say(document, "Biên bản kết thúc lúc {{ gio_ket_thuc }} cùng ngày."),
                 document.add_paragraph(style="Thể thức")):  # fmt: skip
        last.paragraph_format.keep_with_next = True
    table = add_plain_table(document, [Cm(8.0), Cm(8.0)], rows=1)
    for cell, text in zip(table.rows[0].cells, ("NGƯỜI GHI BIÊN BẢN", "CHỦ TRÌ"), strict=True):
        write(cell, text, bold=True, size=14)
        for _line in range(5):
            write(cell, "", size=14, more=True)
    document.core_properties.title = "Biên bản cuộc họp"
    document.core_properties.author = document.core_properties.comments = ""
    return document


def _add_head(document: Any) -> None:
    table = add_plain_table(document, [Cm(6.4), Cm(9.6)], rows=1)
    left, right = table.rows[0].cells
    write(left, "{{ don_vi_tren|upper }}", size=12)
    write(left, "{{ don_vi|upper }}", bold=True, size=12, more=True)
    add_rule(left, Cm(2.1))
    write(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", bold=True, size=12)
    write(right, "Độc lập - Tự do - Hạnh phúc", bold=True, size=13, more=True)
    add_rule(right, Cm(1.95))


def _head(document: Any, text: str, name: str) -> None:
    """A part of its own, left out where there is nothing, and then not counted; `{%p endif %}` ends it."""
    _say(document, "{%p if " + name + " %}")
    before = ", ".join(PARTS[: PARTS.index(name)])
    number = "{{ ['I', 'II', 'III', 'IV', 'V'][[" + before + "]|select|list|length] }}"
    heading = document.add_paragraph(style="Thân")
    heading.paragraph_format.keep_with_next = True
    add_run(heading, f"{number}. {text}", bold=True)


def _say(document: Any, text: str) -> Any:
    return document.add_paragraph(text, style="Thân")


def _add_table(document: Any, columns: tuple[tuple[str, float], ...], name: str, cells: tuple[str, ...]) -> None:
    grid = add_grid(document, [Cm(1.2), *[Cm(width - 0.4) for _h, width in columns]], ["TT", *[h for h, _w in columns]])
    grid.add_row().cells[0].text = "{%tr for muc in " + name + " %}"
    texts = tuple(range(1, len(cells) + 1))
    fill_row(grid.add_row(), ["{{ loop.index }}", *["{{ muc." + one + " }}" for one in cells]], text_columns=texts)
    grid.add_row().cells[0].text = "{%tr endfor %}"


if __name__ == "__main__":
    for file in FILES:
        file.parent.mkdir(exist_ok=True)
        make().save(str(file))
