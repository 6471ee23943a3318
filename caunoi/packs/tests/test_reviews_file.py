"""reviews.csv: which form a review fills from what registers count, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from caunoi.packs.reading import read_pack
from caunoi.packs.rules.registers import COLUMNS as REGISTER_COLUMNS
from caunoi.packs.rules.reviews import COLUMNS
from caunoi.packs.tests.builders import BAO_CAO, HOAT_DONG, table, tiny_pack
from caunoi.packs.tests.test_mistakes import mistakes_of
from caunoi.packs.tests.test_registers import ASSIGNMENTS, groups, register

RIGHT = {
    "register": "doi",
    "level": "village",
    "form": "hoat_dong",
    "answers": "ngay=day;so_nguoi=things:doi;so_luot=ask",
}


def pack_with(folder: Path, *rows: dict[str, str]) -> Path:
    return tiny_pack(
        folder,
        forms={"hoat_dong.md": HOAT_DONG, "bao_cao.md": BAO_CAO, "ghi_doi.md": groups()},
        assignment_rows=ASSIGNMENTS,
        files={
            "registers.csv": table(REGISTER_COLUMNS, [register()]),
            "reviews.csv": table(COLUMNS, list(rows)),
        },
    )


def test_a_review_is_read_with_what_its_registers_count(tmp_path: Path) -> None:
    (row,) = read_pack(pack_with(tmp_path, RIGHT)).registers

    answers = {"ngay": "day", "so_nguoi": "things:doi", "so_luot": "ask"}
    assert row.reviews == ({"level": "village", "form": "hoat_dong", "answers": answers},)


@pytest.mark.parametrize(
    ("wrong", "column", "says"),
    [
        ({"register": "la"}, "register", "Gói không có sổ “la”"),
        ({"level": "xom"}, "level", "Gói không có cấp “xom”"),
        ({"form": ""}, "form", "Chưa ghi"),
        ({"answers": "ngay=day;so_nguoi=ask"}, "answers", "Chưa có câu nào đếm từ sổ"),
        ({"answers": "so_nguoi=things:la"}, "answers", "Gói không có sổ “la”"),
        ({"answers": "so_nguoi=sum:doi.la"}, "answers", "Sổ không có thuộc tính “la”"),
        ({"answers": "so_nguoi=count:doi"}, "answers", "viết không đúng"),
    ],
)
def test_what_is_wrong_with_a_review_is_told_by_its_cell(
    tmp_path: Path, wrong: dict[str, str], column: str, says: str
) -> None:
    mistakes = mistakes_of(pack_with(tmp_path, RIGHT | wrong))

    assert any(one.column == column and says in one.message for one in mistakes)


def test_a_level_has_one_review_of_a_register(tmp_path: Path) -> None:
    (mistake,) = mistakes_of(pack_with(tmp_path, RIGHT, RIGHT))

    assert (mistake.row, mistake.column) == (3, "level")
