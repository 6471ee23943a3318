"""stages.csv: which stage may follow which, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from caunoi.packs.reading import read_pack
from caunoi.packs.rules.registers import COLUMNS as REGISTER_COLUMNS
from caunoi.packs.rules.stages import COLUMNS, OPTIONAL
from caunoi.packs.tests.builders import BAO_CAO, HOAT_DONG, table, tiny_pack
from caunoi.packs.tests.test_mistakes import mistakes_of
from caunoi.packs.tests.test_registers import ASSIGNMENTS, groups, register

FORM = (
    groups()
    .replace("| | text | trang_thai |", "| | select_one tt | trang_thai |")
    .replace(
        "| entities |",
        "| choices |\n| | list_name | name | label::Tiếng Việt (vi) | label::English (en) |\n"
        "| | tt | dung | Đang dùng | In use |\n| | tt | hong | Hỏng | Broken |\n\n| entities |",
    )
)
RIGHT = {"register": "doi", "to": "dung", "title_vi": "Đưa vào dùng", "title_en": "Put into use"}
BREAKS = {"register": "doi", "from": "dung", "to": "hong", "title_vi": "Báo hỏng", "title_en": "Report broken"}


def pack_with(folder: Path, *rows: dict[str, str], **given: str) -> Path:
    staged = {"stage_by": "trang_thai", "stage_form": "ghi_doi", **given}
    columns = (*REGISTER_COLUMNS, "stage_by", "stage_form", "told_by", "refers_to")
    return tiny_pack(
        folder,
        forms={"hoat_dong.md": HOAT_DONG, "bao_cao.md": BAO_CAO, "ghi_doi.md": FORM},
        assignment_rows=ASSIGNMENTS,
        files={
            "registers.csv": table(columns, [register(**staged)]),
            "stages.csv": table((*COLUMNS, *OPTIONAL), list(rows)),
        },
    )


def test_the_steps_of_a_register_are_read_with_what_they_ask(tmp_path: Path) -> None:
    pack = pack_with(tmp_path, RIGHT, {**BREAKS, "roles": "approver", "asks": "ten"}, told_by="ghi_doi=ten")

    row = read_pack(pack).registers[0]

    assert (row.stage_by, row.stage_form, row.told_by) == ("trang_thai", "ghi_doi", (("ghi_doi", "ten"),))
    assert [(one["before"], one["after"], one["roles"], one["asks"]) for one in row.transitions] == [
        ("", "dung", [], []),
        ("dung", "hong", ["approver"], ["ten"]),
    ]


@pytest.mark.parametrize(
    ("rows", "given", "file", "column", "says"),
    [
        ([{**RIGHT, "register": "la"}], {}, "stages.csv", "register", "stage_by"),
        ([{**RIGHT, "to": "hongg"}], {}, "stages.csv", "to", "Có phải “hong”?"),
        ([RIGHT, BREAKS, BREAKS], {}, "stages.csv", "to", "đã ghi ở dòng trên"),
        ([{**RIGHT, "title_en": ""}], {}, "stages.csv", "title_en", "Thiếu chữ trên nút"),
        ([{**RIGHT, "roles": "thu_kho"}], {}, "stages.csv", "roles", "không dùng được"),
        ([{**RIGHT, "levels": "tinh"}], {}, "stages.csv", "levels", "không có cấp"),
        ([{**RIGHT, "asks": "ly_do"}], {}, "stages.csv", "asks", "không có câu hỏi"),
        ([BREAKS], {}, "registers.csv", "stage_by", "chưa có bước đầu"),
        ([RIGHT], {"stage_form": "ghi_doii"}, "registers.csv", "stage_form", "Có phải “ghi_doi”?"),
        ([RIGHT], {"told_by": "hoat_dong"}, "registers.csv", "told_by", "Không có biểu mẫu"),
        ([RIGHT], {"refers_to": "ten=la"}, "registers.csv", "refers_to", "thuộc tính=mã sổ"),
    ],
)
def test_mistakes_are_told_with_their_cell(
    tmp_path: Path, rows: list[dict[str, str]], given: dict[str, str], file: str, column: str, says: str
) -> None:
    found = [one for one in mistakes_of(pack_with(tmp_path, *rows, **given)) if one.file == file]

    assert any(one.column == column and says in one.message for one in found), found
