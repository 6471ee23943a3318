"""A pack small enough to read in one look, complete and right; each test spoils one thing in it."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import docx

from caunoi.packs.rules import assignments, elements, indicators

PACK_TOML = """\
id = "thu"
version = "1"
licence = "Apache-2.0"
levels = ["province", "commune", "village"]

[title]
vi = "Gói thử"
en = "A trial pack"
"""

DAY = "| | date | ngay | Ngày | Day | |"
MONTH = "| | date | ky_bao_cao | Tháng | Month | |"


def form(
    *questions: str,
    form_id: str,
    version: str = "1",
    choices: str = "",
    columns: str = "label::Tiếng Việt (vi) | label::English (en)",
) -> str:
    """An XLSForm as text. Each question is a row `| | type | name | vi | en | relevant |`."""
    return "\n".join(
        [
            "| survey |",
            f"| | type | name | {columns} | relevant |",
            *questions,
            *(["", "| choices |", f"| | list_name | name | {columns} |", choices] if choices else []),
            "",
            "| settings |",
            "| | form_id | form_title | version | default_language |",
            f"| | {form_id} | Biểu mẫu {form_id} | {version} | Tiếng Việt (vi) |",
            "",
        ]
    )


LOAI = "\n".join(
    [
        "| | loai | hoi_nghi | Hội nghị | Conference |",
        "| | loai | hoi_thi | Hội thi | Contest |",
        "| | xep | tot | Tốt | Good |",
        "| | xep | kha | Khá | Fair |",
    ]
)

HOAT_DONG = form(
    DAY,
    "| | select_one loai | loai | Loại | Kind | |",
    "| | select_multiple loai | nhieu_loai | Nhiều loại | Kinds | |",
    "| | integer | so_nguoi | Số người | People | |",
    "| | integer | so_luot | Số lượt | Turns | |",
    "| | select_one xep | xep_loai | Xếp loại | Class | |",
    "| | text | ghi_chu | Ghi chú | Note | |",
    "| | begin repeat | dong | Dòng | Rows | |",
    "| | integer | so | Số | Number | |",
    "| | end repeat | | | | |",
    form_id="hoat_dong",
    choices=LOAI,
)
BAO_CAO = form(MONTH, "| | integer | so_hop | Số cuộc họp | Meetings | |", form_id="bao_cao")


def element(code: str = "hoi_nghi", **given: str) -> dict[str, str]:
    """A row of data_elements.csv, right in every column."""
    row = {
        "code": code,
        "name_vi": "Hội nghị",
        "name_en": "Conferences",
        "unit": "hội nghị",
        "kind": "flow",
        "decimals": "0",
        "levels": "commune",
        "form": "hoat_dong",
        "expression": "1",
        "filter": "${loai} = 'hoi_nghi'",
        "day": "${ngay}",
    }
    return row | given


ELEMENTS = [
    element(),
    element("so_nguoi", name_vi="Số người", name_en="People", unit="người", expression="${so_nguoi}", filter=""),
    element("so_luot", name_vi="Lượt người", name_en="Turns", unit="người", expression="${so_luot}", filter=""),
    element("xep_loai", kind="category", unit="xã", expression="${xep_loai}", filter="", classes="tot;kha"),
    element("cuoc_hop", unit="cuộc", levels="village", form="bao_cao", expression="${so_hop}", filter="", day="period"),
    element("cuoc_hop_chi_tieu", unit="cuộc", nature="target", expression="${so_nguoi}", filter=""),
    element("so_xa", kind="units", unit="xã", form="", expression="", filter="", day=""),
]


def indicator(code: str = "nguoi_mot_hoi_nghi", **given: str) -> dict[str, str]:
    row = {
        "code": code,
        "name_vi": "Số người bình quân",
        "name_en": "People per conference",
        "unit": "người/hội nghị",
        "decimals": "1",
        "formula": "so_nguoi / hoi_nghi",
    }
    return row | given


INDICATORS = [indicator(), indicator("ty_le_tot", unit="%", formula="share_of_class(xep_loai, 'tot')", direction="up")]


def assignment(form: str = "hoat_dong", **given: str) -> dict[str, str]:
    row = {
        "form": form,
        "level": "commune",
        "period_type": "event",
        "due_days": "5",
        "approval": "commune",
        "self_approval": "forbidden",
    }
    return row | given


MONTHLY = {"level": "village", "period_type": "month", "cut_off": "15", "covers": "hoat_dong"}
ASSIGNMENTS = [assignment(), assignment("bao_cao", **MONTHLY)]
RELATIONS = [
    {"code": "so_luot", "relation": "turns-of", "other": "so_nguoi"},
    {"code": "cuoc_hop_chi_tieu", "relation": "target-of", "other": "cuoc_hop"},
]

REPORT_TOML = '[title]\nvi = "Báo cáo"\nen = "Report"\n'


def table(columns: tuple[str, ...], rows: list[dict[str, str]]) -> str:
    def line(cells: Any) -> str:
        return ",".join(f'"{cell}"' if "," in cell else cell for cell in cells)

    return "\n".join([line(columns), *(line(row.get(column, "") for column in columns) for row in rows), ""])


def _with_optional(sheet: ModuleType, rows: list[dict[str, str]]) -> str:
    """With the columns that may be absent only where a row has them, as in packs made before them."""
    extra = [column for column in sheet.OPTIONAL if any(column in row for row in rows)]
    return table((*sheet.COLUMNS, *extra), rows)


@cache
def word(text: str = "Báo cáo") -> bytes:
    document = docx.Document()
    document.add_paragraph(text)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def tiny_pack(
    folder: Path,
    *,
    pack_toml: str | bytes | None = PACK_TOML,
    forms: dict[str, str | bytes] | None = None,
    data_elements: list[dict[str, str]] | str | bytes | None = None,
    indicator_rows: list[dict[str, str]] | None = None,
    assignment_rows: list[dict[str, str]] | None = None,
    relations: list[dict[str, str]] | None = None,
    files: dict[str, str | bytes | None] | None = None,
    name: str = "goi-thu",
) -> Path:
    """The folder of a right pack with the named parts replaced. `files` writes (or with None removes) any other."""
    given_elements = ELEMENTS if data_elements is None else data_elements
    contents: dict[str, str | bytes | None] = {
        "pack.toml": pack_toml,
        "data_elements.csv": (
            _with_optional(elements, given_elements) if isinstance(given_elements, list) else given_elements
        ),
        "indicators.csv": table(indicators.COLUMNS, INDICATORS if indicator_rows is None else indicator_rows),
        "assignments.csv": _with_optional(assignments, ASSIGNMENTS if assignment_rows is None else assignment_rows),
        "relations.csv": table(indicators.RELATION_COLUMNS, RELATIONS if relations is None else relations),
        "reports/bao-cao.docx": word(),
        "reports/bao-cao.toml": REPORT_TOML,
    }
    for form_name, form_content in (forms or {"hoat_dong.md": HOAT_DONG, "bao_cao.md": BAO_CAO}).items():
        contents[f"forms/{form_name}"] = form_content
    contents.update(files or {})
    root = folder / name
    for file, content in contents.items():
        path = root / file
        path.unlink(missing_ok=True)
        if content is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root
