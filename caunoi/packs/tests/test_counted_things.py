"""Data elements that count the things of a register, or add up a number of theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from caunoi.packs.reading import read_pack
from caunoi.packs.rules.registers import COLUMNS
from caunoi.packs.tests.builders import BAO_CAO, ELEMENTS, HOAT_DONG, element, table, tiny_pack
from caunoi.packs.tests.test_loading import load, refused_sentences, state_fact
from caunoi.packs.tests.test_mistakes import mistakes_of
from caunoi.packs.tests.test_registers import ASSIGNMENTS, groups, register

FORMS = ("hoat_dong.md", "bao_cao.md", "ghi_doi.md")
COUNTED = {"kind": "stock", "register": "doi", "form": "", "expression": "", "day": ""}


PEOPLE = "| | integer | so_nguoi | Số người | People | so_nguoi |"


def pack_counting(folder: Path, *others: dict[str, str], **given: str) -> Path:
    row = element("so_doi", **{**COUNTED, "filter": "${trang_thai} = 'hoat_dong'", **given})
    return tiny_pack(
        folder,
        forms=dict(zip(FORMS, (HOAT_DONG, BAO_CAO, groups(more=PEOPLE)), strict=True)),
        data_elements=[*ELEMENTS, row, *others],
        assignment_rows=ASSIGNMENTS,
        files={"registers.csv": table(COLUMNS, [register()])},
    )


@pytest.mark.parametrize("filter", ["", "${trang_thai} = 'hoat_dong'", "${label} != '' and not(${ten} = 'x')"])
def test_a_row_may_count_the_things_of_a_register(tmp_path: Path, filter: str) -> None:
    row = read_pack(pack_counting(tmp_path, filter=filter)).elements[-1]

    assert (row.register, row.filter, row.form_code) == ("doi", filter, "")


@pytest.mark.parametrize(
    "given",
    [
        {"expression": "${so_nguoi}"},
        {"expression": "${so_nguoi}", "kind": "flow"},
        {"expression": "${so_nguoi} * 1.5", "decimals": "1"},
        {"expression": "if(${trang_thai} = 'hoat_dong', coalesce(${so_nguoi}, 0), 0)"},
        {"kind": "flow"},
    ],
)
def test_a_row_may_add_up_a_number_of_the_things_as_stock_or_flow(tmp_path: Path, given: dict[str, str]) -> None:
    row = read_pack(pack_counting(tmp_path, **given)).elements[-1]

    assert (row.register, row.expression) == ("doi", given.get("expression", ""))


def test_the_same_number_of_the_same_things_has_one_unit(tmp_path: Path) -> None:
    other = element("so_doi_khac", **{**COUNTED, "filter": "", "expression": "${ so_nguoi }", "unit": "đội"})

    (mistake,) = mistakes_of(pack_counting(tmp_path, other, expression="${so_nguoi}", unit="người"))

    assert (mistake.column, mistake.row) == ("unit", len(ELEMENTS) + 3)
    assert "so_doi" in mistake.message


def test_packs_without_the_column_are_read_as_before(tmp_path: Path) -> None:
    assert {row.register for row in read_pack(tiny_pack(tmp_path)).elements} == {""}


@pytest.mark.parametrize(
    ("given", "column", "says"),
    [
        ({"register": "dooi"}, "register", "Không có sổ theo dõi “dooi”. Có phải “doi”?"),
        ({"filter": "${trang_tha} = 'x'"}, "filter", "không có thuộc tính “trang_tha”. Có phải “trang_thai”?"),
        ({"filter": "${trang_thai"}, "filter", ""),
        ({"filter": "count(${dong}) > 1"}, "filter", "không có nhóm lặp"),
        ({"kind": "own-level"}, "kind", "kind = stock"),
        ({"expression": "${so_ngoi}"}, "expression", "không có thuộc tính “so_ngoi”. Có phải “so_nguoi”?"),
        ({"expression": "${trang_thai}"}, "expression", "“trang_thai” của sổ không phải là số"),
        ({"expression": "2 * ${ten}"}, "expression", "“ten” của sổ không phải là số"),
        ({"expression": "${label}"}, "expression", "“label” của sổ không phải là số"),
        ({"expression": "sum(${dong.so})"}, "expression", "không có nhóm lặp"),
        ({"expression": "${so_nguoi"}, "expression", ""),
        ({"decimals": "1"}, "decimals", "không có chữ số thập phân"),
        ({"form": "hoat_dong"}, "form", "phải để trống"),
        ({"expression": "1"}, "expression", "để trống cột này thì đếm số mục"),
        ({"day": "end"}, "day", "phải để trống"),
        ({"classes": "a;b"}, "classes", "phải để trống"),
        ({"kind": "units", "filter": ""}, "register", "phải để trống"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(tmp_path: Path, given: dict[str, str], column: str, says: str) -> None:
    found = mistakes_of(pack_counting(tmp_path, **given))

    assert {(one.file, one.row, one.column) for one in found} == {("data_elements.csv", len(ELEMENTS) + 2, column)}
    assert says in " ".join(one.message for one in found)


@pytest.mark.django_db
@pytest.mark.parametrize(("was", "now"), [("", "${so_nguoi}"), ("${so_nguoi}", ""), ("${so_nguoi}", "${so_nguoi} * 2")])
def test_once_there_are_facts_counting_and_adding_up_are_two_codes(tmp_path: Path, was: str, now: str) -> None:
    load(pack_counting(tmp_path, expression=was))
    state_fact("so_doi")
    load(pack_counting(tmp_path, expression=was.replace("{", "{ ")))

    found = refused_sentences(pack_counting(tmp_path, expression=now))

    assert [one[:3] for one in found] == [("data_elements.csv", len(ELEMENTS) + 2, "expression")]
    assert "mã mới" in found[0][3]
