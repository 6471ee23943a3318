"""Data elements that count the things of a register."""

from __future__ import annotations

from pathlib import Path

import pytest

from caunoi.packs.reading import read_pack
from caunoi.packs.rules.registers import COLUMNS
from caunoi.packs.tests.builders import BAO_CAO, ELEMENTS, HOAT_DONG, element, table, tiny_pack
from caunoi.packs.tests.test_mistakes import mistakes_of
from caunoi.packs.tests.test_registers import ASSIGNMENTS, groups, register

FORMS = ("hoat_dong.md", "bao_cao.md", "ghi_doi.md")
COUNTED = {"kind": "stock", "register": "doi", "form": "", "expression": "", "day": ""}


def pack_counting(folder: Path, **given: str) -> Path:
    row = element("so_doi", **{**COUNTED, "filter": "${trang_thai} = 'hoat_dong'", **given})
    return tiny_pack(
        folder,
        forms=dict(zip(FORMS, (HOAT_DONG, BAO_CAO, groups()), strict=True)),
        data_elements=[*ELEMENTS, row],
        assignment_rows=ASSIGNMENTS,
        files={"registers.csv": table(COLUMNS, [register()])},
    )


@pytest.mark.parametrize("filter", ["", "${trang_thai} = 'hoat_dong'", "${label} != '' and not(${ten} = 'x')"])
def test_a_row_may_count_the_things_of_a_register(tmp_path: Path, filter: str) -> None:
    row = read_pack(pack_counting(tmp_path, filter=filter)).elements[-1]

    assert (row.register, row.filter, row.form_code) == ("doi", filter, "")


def test_packs_without_the_column_are_read_as_before(tmp_path: Path) -> None:
    assert {row.register for row in read_pack(tiny_pack(tmp_path)).elements} == {""}


@pytest.mark.parametrize(
    ("given", "column", "says"),
    [
        ({"register": "dooi"}, "register", "Không có sổ theo dõi “dooi”. Có phải “doi”?"),
        ({"filter": "${trang_tha} = 'x'"}, "filter", "không có thuộc tính “trang_tha”. Có phải “trang_thai”?"),
        ({"filter": "${trang_thai"}, "filter", ""),
        ({"filter": "count(${dong}) > 1"}, "filter", "không có nhóm lặp"),
        ({"kind": "flow"}, "kind", "kind = stock"),
        ({"decimals": "1"}, "decimals", "không có chữ số thập phân"),
        ({"form": "hoat_dong"}, "form", "phải để trống"),
        ({"expression": "1"}, "expression", "phải để trống"),
        ({"day": "end"}, "day", "phải để trống"),
        ({"classes": "a;b"}, "classes", "phải để trống"),
        ({"kind": "units", "filter": ""}, "register", "phải để trống"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(tmp_path: Path, given: dict[str, str], column: str, says: str) -> None:
    found = mistakes_of(pack_counting(tmp_path, **given))

    assert {(one.file, one.row, one.column) for one in found} == {("data_elements.csv", len(ELEMENTS) + 2, column)}
    assert says in " ".join(one.message for one in found)
