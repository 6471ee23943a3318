"""A district with two communes and four villages, a few facts, and small Word templates."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import docx

from caunoi.audit.rules import Actor
from caunoi.documents.actions import store_bytes
from caunoi.facts.tests.builders import World
from caunoi.places.rules.snapshot import Spell, Unit, make_snapshot
from caunoi.reports.actions import MadeReport, make_report
from caunoi.reports.models import ReportTemplate
from caunoi.reports.word_file import MEDIA_TYPE

WRITER = Actor("Người lập")
AT = datetime(2024, 2, 5, 3, tzinfo=UTC)
FIRST, LAST = date(2023, 1, 1), date(2023, 12, 31)
PROVINCE, DISTRICT, WEST, EAST = 1, 2, 3, 4

SMALL_TEMPLATE = (
    "Báo cáo của {{ don_vi }}, {{ ky }}: {{ so('ngay_cong') }} ngày công, {{ tien('tien_mat') }}.",
    "Tỷ lệ đạt: {{ ty_le('ty_le_dat') }}.",
    "{%p if co('chua_ai_ghi') %}",
    "không in ra",
    "{%p endif %}",
    "Hiến đất: {{ so('chua_ai_ghi') }}.",
    "{{ do_day_du }} {{ ranh_gioi }} {{ so_sach }}",
    "Chưa có: {{ thieu|join('; ') }}.",
    "{{ bieu_do('theo_xa') }}",
)
PARAMETERS: dict[str, Any] = {
    "title": {"vi": "Báo cáo thử", "en": "Test"},
    "chart": {"theo_xa": {"code": "ngay_cong", "title": "Ngày công theo xã", "level": "commune"}},
}


def store_world() -> World:
    start = date(1900, 1, 1)
    rows: list[tuple[int, str, str, int | None, str]] = [
        (PROVINCE, "province", "Tỉnh Lào Cai", None, "10"),
        (DISTRICT, "district", "Huyện Bát Xát", PROVINCE, "10.082"),
        (WEST, "commune", "Xã Y Tý", DISTRICT, "10.082.1"),
        (EAST, "commune", "Xã Cốc Mỳ", DISTRICT, "10.082.2"),
        (5, "village", "Thôn 1", WEST, ""),
        (6, "village", "Thôn 2", WEST, ""),
        (7, "village", "Thôn 3", EAST, ""),
    ]
    world = World(
        make_snapshot(
            [Unit(id_, f"u{id_}", level, start) for id_, level, *_rest in rows],
            [Spell(id_, name, code, parent, start, None, name.split(" ", 1)[1]) for id_, _, name, parent, code in rows],
        )
    )
    world.element("ngay_cong", unit="ngày công")
    world.element("tien_mat", unit="đồng")
    world.element("dat")
    world.element("tong")
    world.element("chua_ai_ghi")
    world.indicator("ty_le_dat", "percent(dat, tong)")
    return world


def state_usual(world: World) -> list[int]:
    """1.234 working days and 32,6 million đồng in three villages; 9 of 10 passed. Gives the submissions' ids."""
    return [
        world.state("ngay_cong", 5, date(2023, 3, 1), 1000),
        world.state("ngay_cong", 6, date(2023, 3, 2), 200),
        world.state("ngay_cong", 7, date(2023, 3, 3), 34),
        world.state("tien_mat", 5, date(2023, 4, 1), 32_600_000),
        world.state("dat", 5, date(2023, 4, 1), 9),
        world.state("tong", 5, date(2023, 4, 1), 10),
    ]


def make_docx(paragraphs: Sequence[str], add: Callable[[Any], None] | None = None) -> bytes:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if add is not None:
        add(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def add_child_table(document: Any) -> None:
    table = document.add_table(rows=4, cols=2)
    for row, (left, right) in enumerate(
        [
            ("Tổng số", "{{ so('ngay_cong', bang=true) }}"),
            ("{%tr for dv in don_vi_con('commune') %}", ""),
            ("{{ dv.ten }}", "{{ dv.so('ngay_cong') }}"),
            ("{%tr endfor %}", ""),
        ]
    ):
        table.rows[row].cells[0].text, table.rows[row].cells[1].text = left, right


def store_template(
    paragraphs: Sequence[str] = SMALL_TEMPLATE, *, code: str = "thu", parameters: dict[str, Any] | None = None
) -> ReportTemplate:
    word = store_bytes(make_docx(paragraphs, add_child_table), media_type=MEDIA_TYPE, at=AT)
    return ReportTemplate.objects.create(
        code=code, title_vi="Báo cáo thử", pack="thu", template=word,
        parameters=PARAMETERS if parameters is None else parameters,
    )  # fmt: skip


def make(place: int = DISTRICT, first: date = FIRST, last: date = LAST, **options: Any) -> MadeReport:
    return make_report(
        place=place, first=first, last=last, **{"template_code": "thu", "by": WRITER, "at": AT, **options}
    )  # fmt: skip


def text_of_docx(content: bytes) -> str:
    """All words of the document, links among them, one line a paragraph; spaces that keep words together as any."""
    document = docx.Document(io.BytesIO(content))
    name = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    return "\n".join(
        "".join(node.text or "" for node in paragraph.iter(f"{name}t")).replace("\u00a0", " ")
        for paragraph in document.element.body.iter(f"{name}p")
    )
