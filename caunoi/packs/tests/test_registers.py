"""registers.csv and the files beside forms: mistakes, and what loading makes of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from caunoi.audit.rules import Actor
from caunoi.forms.models import FormFile
from caunoi.forms.queries import get_form_version, list_form_files
from caunoi.moments import local_moment, today
from caunoi.packs.actions import load_pack
from caunoi.packs.queries import get_surroundings
from caunoi.packs.reading import read_pack
from caunoi.packs.rules.registers import COLUMNS
from caunoi.packs.tests.builders import BAO_CAO, DAY, HOAT_DONG, assignment, table, tiny_pack
from caunoi.packs.tests.test_mistakes import mistakes_of, only_mistake
from caunoi.records.models import EntityList
from caunoi.refusals import FileRefused

BY = Actor("Người thử")
ASSIGNMENTS = [
    assignment(),
    assignment("bao_cao", level="village", period_type="month", cut_off="15", covers="hoat_dong"),
    assignment("ghi_doi"),
]


def groups(list_name: str = "doi", more: str = "") -> str:
    return "\n".join(
        [
            "| survey |",
            "| | type | name | label::Tiếng Việt (vi) | label::English (en) | save_to |",
            DAY,
            f"| | select_one_from_file {list_name}.csv | doi | Đội đã ghi | Group | |",
            "| | text | ten | Tên đội | Name | ten |",
            "| | text | trang_thai | Trạng thái | State | trang_thai |",
            *([more] if more else []),
            "",
            "| entities |",
            "| | list_name | label | entity_id | create_if | update_if |",
            f"| | {list_name} | ${{ten}} | coalesce(${{doi}}, uuid()) | ${{doi}} = '' | ${{doi}} != '' |",
            "",
            "| settings |",
            "| | form_id | form_title | version | default_language |",
            "| | ghi_doi | Ghi đội | 1 | Tiếng Việt (vi) |",
            "",
        ]
    )


def register(code: str = "doi", **given: str) -> dict[str, str]:
    row = {"code": code, "title_vi": "Đội văn nghệ", "title_en": "Groups", "columns": "trang_thai"}
    return row | {"ended_when": "${trang_thai} = 'ngung'"} | given


def pack_with(
    folder: Path, *rows: dict[str, str], text: str = "", files: dict[str, str | bytes | None] | None = None
) -> Path:
    return tiny_pack(
        folder,
        forms={"hoat_dong.md": HOAT_DONG, "bao_cao.md": BAO_CAO, "ghi_doi.md": text or groups()},
        assignment_rows=ASSIGNMENTS,
        files={"registers.csv": table(COLUMNS, list(rows)), **(files or {})},
    )


def test_a_right_register_is_read_with_the_properties_its_forms_give(tmp_path: Path) -> None:
    row = read_pack(pack_with(tmp_path, register())).registers[0]

    assert (row.code, row.properties, row.columns) == ("doi", ("ten", "trang_thai"), ("trang_thai",))


@pytest.mark.parametrize(
    ("row", "column", "says"),
    [
        (register("đội"), "code", "Mã viết không đúng"),
        (register("doi_khac"), "code", "Không có biểu mẫu nào của gói ghi vào sổ này"),
        (register(title_en=""), "title_en", "Thiếu tên tiếng Anh"),
        (register(title_vi=""), "title_vi", "Thiếu tên tiếng Việt"),
        (register(ended_when="${trang_thai = 'ngung'"), "ended_when", "Điều kiện viết sai"),
        (register(ended_when="${trang_thai} = 'ngung' and"), "ended_when", "Điều kiện viết sai"),
        (register(ended_when="${ngay_ngung} < today()"), "ended_when", "phụ thuộc vào ngày xem"),
        (register(ended_when="${trang_tha} = 'ngung'"), "ended_when", "Có phải “trang_thai”?"),
        (register(columns="ten;dia_chi"), "columns", "Sổ không có thuộc tính “dia_chi”"),
    ],
)
def test_a_wrong_cell_of_registers_is_named_by_row_and_column(
    tmp_path: Path, row: dict[str, str], column: str, says: str
) -> None:
    found = [one for one in mistakes_of(pack_with(tmp_path, row)) if one.file == "registers.csv"]

    assert [(one.row, one.column) for one in found][:1] == [(2, column)]
    assert says in " ".join(one.message for one in found)


def test_a_list_that_a_form_feeds_needs_its_row(tmp_path: Path) -> None:
    only_mistake(pack_with(tmp_path), "forms/ghi_doi.md", 0, "list_name", "registers.csv chưa có dòng cho sổ này")


def test_a_register_stands_once(tmp_path: Path) -> None:
    only_mistake(pack_with(tmp_path, register(), register()), "registers.csv", 3, "code", "Sổ này đã có ở dòng 2.")


# Files beside forms

PLACES = "| | select_one_from_file dia_danh.csv | dia_danh | Địa danh | Place | |"
CSV = "name,label\n1,Bản Qua\n"


def test_a_file_a_form_names_must_be_there_and_no_other_may(tmp_path: Path) -> None:
    missing = pack_with(tmp_path, register(), text=groups(more=PLACES))
    only_mistake(missing, "forms/ghi_doi.md", 0, "", "hãy thêm forms/ghi_doi-media/dia_danh.csv")

    there = {"forms/ghi_doi-media/dia_danh.csv": CSV}
    whole = pack_with(tmp_path, register(), text=groups(more=PLACES), files=there)
    assert read_pack(whole).media["ghi_doi"] == {"dia_danh.csv": CSV.encode()}

    for path, says in (
        ("forms/ghi_doi-media/dia_dan.csv", "Có phải “dia_danh.csv”?"),
        ("forms/ghi_doi-media/anh.exe", "Loại tệp không dùng ở đây."),
        ("forms/ghi_do-media/dia_danh.csv", "Có phải “ghi_doi”?"),
    ):
        folder = pack_with(tmp_path, register(), text=groups(more=PLACES), files={**there, path: CSV})
        only_mistake(folder, path, 0, "", says)
        (folder / path).unlink()


def test_a_lookup_in_a_register_needs_no_file(tmp_path: Path) -> None:
    assert read_pack(pack_with(tmp_path, register())).media["ghi_doi"] == {}


# Loading


@pytest.mark.django_db
def test_loading_again_changes_nothing_and_a_changed_file_is_given_out_at_once(tmp_path: Path) -> None:
    at = local_moment(today())
    there: dict[str, str | bytes | None] = {"forms/ghi_doi-media/dia_danh.csv": CSV}
    folder = pack_with(tmp_path, register(), text=groups(more=PLACES), files=there)

    load_pack(folder, by=BY, at=at)
    assert not load_pack(folder, by=BY, at=at).changed_anything
    first = _file()
    (folder / "forms/ghi_doi-media/dia_danh.csv").write_text(CSV + "2,Cốc San\n", encoding="utf-8")
    assert load_pack(folder, by=BY, at=at).changed == 1

    made = EntityList.objects.get()
    assert (made.code, made.properties, made.columns) == ("doi", ["ten", "trang_thai"], ["trang_thai"])
    assert _file().file_id != first.file_id
    assert [(one.name, one.entity_list) for one in list_form_files(get_form_version("ghi_doi"))] == [
        ("dia_danh.csv", ""),
        ("doi.csv", "doi"),
    ]


def _file() -> FormFile:
    return FormFile.objects.get(name="dia_danh.csv")


@pytest.mark.django_db
def test_a_register_of_another_pack_is_not_taken_over(tmp_path: Path) -> None:
    EntityList.objects.create(code="doi", title_vi="Đội", pack="goi-khac", properties=["ten"], known_from=1)

    with pytest.raises(FileRefused) as refused:
        read_pack(pack_with(tmp_path, register()), get_surroundings)

    assert "đã thuộc gói “goi-khac”" in refused.value.mistakes[0].message
