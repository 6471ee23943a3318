"""Records as flat tables: what stands in them, who sees them, and that many of them need no more memory than few."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from caunoi.accounts.models import Role
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import EVERYTHING, NOTHING, Scope
from caunoi.cli.export import export as command
from caunoi.forms.actions import publish_form, set_assignments
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.places.models import OrgUnit
from caunoi.records.actions import approve
from caunoi.records.exports import Export, ExportRequest, find_units, write_csv, write_file
from caunoi.records.exports.writing import write_workbook
from caunoi.records.tests.builders import AT, BY, DAY, EVENTS, cleanup, merge, publish, report, send, stored, unit, user

pytestmark = pytest.mark.django_db
MANY = Path(__file__).with_name("export_many.py")

NESTED = """
| survey | | | | |
|  | type | name | label::Tiếng Việt (vi) | label::English (en) |
|  | date | ngay | Ngày | Day |
|  | begin repeat | ho | Hộ | Household |
|  | text | chu_ho | Tên tổ | Team |
|  | begin repeat | cay | Cây | Tree |
|  | select_one loai | loai | Loại cây | Kind |
|  | end repeat | | | |
|  | end repeat | | | |
|  | select_multiple viec | viec | Việc | Work |
|  | decimal | tien | Tiền | Money |
| choices | | | | |
|  | list_name | name | label::Tiếng Việt (vi) | label::English (en) |
|  | loai | que | Quế | Cinnamon |
|  | loai | hoi | Hồi | Anise |
|  | viec | trong | Trồng cây | Planting |
|  | viec | don | Dọn rác | Cleaning |
| settings | | | |
|  | form_id | form_title | version | default_language |
|  | trong_cay | Trồng cây | 1 | Tiếng Việt (vi) |
"""
ANSWERS: dict[str, Any] = {
    "ngay": "2023-06-01",
    "ho": [
        {"chu_ho": "=1+1", "cay": [{"loai": "que"}, {"loai": "hoi"}]},
        {"chu_ho": "Tổ 2", "cay": [{"loai": "hoi"}]},
    ],
    "viec": "trong don",
    "tien": "-1234.5",
}


class Places:
    def __init__(self) -> None:
        self.province = unit("Tỉnh Lào Cai", "province", code="10")
        self.commune = unit("Xã Bản Qua", "commune", self.province, code="02683")
        self.village = unit("Thôn 1", "village", self.commune, code="V1")
        self.other = unit("Xã Mường Vi", "commune", self.province, code="02695")
        self.elsewhere = unit("Thôn 9", "village", self.other, code="V9")


@pytest.fixture
def places() -> Places:
    made = Places()
    publish("bao_cao_thang_thon")
    publish("ngay_ra_quan", EVENTS)
    version = publish_form(content=NESTED.encode(), file_type="md", file_name="c.md", pack="thu", by=BY, at=AT)
    set_assignments(version.form.code, [AssignmentRow("village", "event", approval_level="commune")], by=BY, at=AT)
    return made


def asked(form: str, place: OrgUnit, **options: Any) -> ExportRequest:
    last = options.pop("last", date(2023, 12, 31))
    return ExportRequest(form, find_units(place.key, last), date(2023, 1, 1), last, **options)


def table(form: str, place: OrgUnit, scope: Scope = EVERYTHING, **options: Any) -> list[dict[str, str]]:
    text = "".join(write_csv(Export(asked(form, place, **options), scope)))
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:])))


def plant(village: OrgUnit, **changes: Any) -> None:
    from caunoi.records.actions import Incoming

    send(Incoming("trong_cay", village.pk, AT, answers={**ANSWERS, **changes}))


def test_a_record_is_a_row_with_its_unit_period_state_and_people(places: Places) -> None:
    officer = user("duyet", (Role.APPROVER, places.commune))
    made = stored(send(report(places.village, entered_by_name="Giàng A Páo")))
    approve(made.pk, by=officer, at=AT)

    row = table("bao_cao_thang_thon", places.province, spelling="codes")[0]

    assert (row["ma_don_vi"], row["don_vi"], row["xa"], row["cap_tren"]) == (
        "V1", "Thôn 1", "Xã Bản Qua", "Tỉnh Lào Cai",
    )  # fmt: skip
    assert (row["ky"], row["tu_ngay"], row["den_ngay"]) == ("2023-05", "2023-05-01", "2023-05-31")
    assert (row["trang_thai"], row["nguoi_ghi"], row["nguoi_duyet"]) == ("approved", "Giàng A Páo", "duyet")
    assert row["duyet_luc"] == "2023-06-20 12:00:00"
    assert row["so_luot_du"] == "60"


def test_current_versions_only_or_all_of_them(places: Places) -> None:
    send(report(places.village))
    send(report(places.village, so_luot_du="75"))

    assert [r["Phiên bản"] for r in table("bao_cao_thang_thon", places.commune)] == ["2"]
    every = table("bao_cao_thang_thon", places.commune, all_versions=True)
    assert [(r["Phiên bản"], r["Bản hiện hành"]) for r in every] == [("1", ""), ("2", "có")]


def test_labels_in_either_language_or_codes(places: Places) -> None:
    plant(places.village)

    assert table("trong_cay", places.commune)[0]["Việc"] == "Trồng cây; Dọn rác"
    assert table("trong_cay", places.commune, spelling="en")[0]["Work"] == "Planting; Cleaning"
    assert table("trong_cay", places.commune, spelling="codes")[0]["viec"] == "trong don"


def test_several_choices_may_have_a_column_each(places: Places) -> None:
    plant(places.village)
    plant(places.village, viec="don", ngay="2023-06-02")
    plant(places.village, viec="", ngay="2023-06-03")

    rows = table("trong_cay", places.commune, spelling="codes", split_choices=True)

    assert [(r["viec/trong"], r["viec/don"]) for r in rows] == [("1", "1"), ("0", "1"), ("", "")]


def test_repeats_are_tables_of_their_own_that_name_their_record_and_row(places: Places, tmp_path: Path) -> None:
    plant(places.village)
    export = Export(asked("trong_cay", places.commune, spelling="codes"), EVERYTHING)

    write_file(export, "csv", tmp_path / "x.zip")

    with zipfile.ZipFile(tmp_path / "x.zip") as packed:
        read = {
            name: list(csv.DictReader(io.StringIO(packed.read(name).decode("utf-8-sig")))) for name in packed.namelist()
        }
    assert list(read) == ["trong_cay.csv", "trong_cay-ho.csv", "trong_cay-ho-cay.csv"]
    record = read["trong_cay.csv"][0]["ban_ghi"]
    assert [(r["ban_ghi"], r["dong"], r["chu_ho"]) for r in read["trong_cay-ho.csv"]] == [
        (record, "1", "'=1+1"), (record, "2", "Tổ 2"),
    ]  # fmt: skip
    assert [(r["dong"], r["loai"]) for r in read["trong_cay-ho-cay.csv"]] == [
        ("1.1", "que"), ("1.2", "hoi"), ("2.1", "hoi"),
    ]  # fmt: skip


def test_a_workbook_keeps_numbers_and_days_and_runs_no_formula(places: Places, tmp_path: Path) -> None:
    plant(places.village)

    write_file(Export(asked("trong_cay", places.commune), EVERYTHING), "xlsx", tmp_path / "x.xlsx")

    book = load_workbook(tmp_path / "x.xlsx")
    assert book.sheetnames == ["Trồng cây", "ho", "cay", "Ghi chú"]
    main = dict(zip([c.value for c in book["Trồng cây"][1]], [c.value for c in book["Trồng cây"][2]], strict=True))
    assert main["Tiền"] == -1234.5
    assert main["Ngày"].date() == date(2023, 6, 1)
    cell = book["ho"]["E2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_text_that_looks_like_a_formula_is_made_harmless_and_numbers_stay(places: Places) -> None:
    plant(places.village)

    assert table("trong_cay", places.commune)[0]["Tiền"] == "-1234.5"


def test_a_full_sheet_goes_on_in_another_and_the_notes_say_so(places: Places, tmp_path: Path) -> None:
    for day in range(1, 6):
        send(cleanup(places.village, ngay=f"2023-06-{day:02d}"))

    write_workbook(Export(asked("ngay_ra_quan", places.commune), EVERYTHING), tmp_path / "x.xlsx", most_rows=3)

    book = load_workbook(tmp_path / "x.xlsx")
    assert [sheet.max_row for sheet in book.worksheets[:-1]] == [3, 3, 2]
    assert book.worksheets[1]["A1"].value == "Số bản ghi"
    assert "3 trang nối tiếp" in str(book["Ghi chú"]["B5"].value)


def test_nobody_exports_what_they_may_not_see(places: Places) -> None:
    send(report(places.village))
    send(report(places.elsewhere))
    officer = user("xa", (Role.VIEWER, places.commune))

    assert len(table("bao_cao_thang_thon", places.province)) == 2
    assert [r["Đơn vị"] for r in table("bao_cao_thang_thon", places.province, scope_of(officer, DAY))] == ["Thôn 1"]
    assert table("bao_cao_thang_thon", places.province, NOTHING) == []


def test_a_place_is_taken_with_the_boundaries_of_the_last_day(places: Places) -> None:
    old = unit("Xã Cũ", "commune", places.province, code="C1", to=date(2023, 7, 1))
    new = unit("Xã Mới", "commune", places.province, code="C2", from_=date(2023, 7, 1))
    merge(date(2023, 7, 1), [old], new)
    village = unit("Thôn 5", "village", old, code="V5", to=date(2023, 7, 1))
    successor = unit("Thôn 5", "village", new, code="V6", from_=date(2023, 7, 1))
    merge(date(2023, 7, 1), [village], successor)
    send(report(village))

    assert [r["Xã"] for r in table("bao_cao_thang_thon", new)] == ["Xã Cũ"]
    assert [r["Xã"] for r in table("bao_cao_thang_thon", old, last=date(2023, 6, 30))] == ["Xã Cũ"]


def test_questions_of_older_versions_keep_their_columns(places: Places) -> None:
    plant(places.village)
    text = NESTED.replace("| decimal | tien | Tiền | Money |", "| integer | so_cay | Số cây | Trees |")
    text = text.replace("Trồng cây | 1 |", "Trồng cây | 2 |")
    publish_form(content=text.encode(), file_type="md", file_name="c.md", pack="thu", by=BY, at=AT)

    row = table("trong_cay", places.commune, spelling="codes")[0]

    assert (row["tien"], row["so_cay"]) == ("-1234.5", "")


def test_the_command_writes_the_file_and_says_how_many(places: Places, tmp_path: Path) -> None:
    send(report(places.village))
    target = tmp_path / "thang.xlsx"

    done = CliRunner().invoke(
        command,
        [
            "bao_cao_thang_thon",
            "--place",
            "Xã Bản Qua",
            "--from",
            "2023-01-01",
            "--to",
            "31/12/2023",
            "-o",
            str(target),
        ],
    )

    assert (done.exit_code, "1 bản ghi" in done.output) == (0, True), done.output
    assert load_workbook(target).worksheets[0].max_row == 2


@pytest.fixture(scope="module")
def many_records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("many")
    subprocess.run([sys.executable, MANY, "make", str(folder), "30000"], check=True)
    return folder


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_many_records_need_little_more_memory_than_few(format: str, many_records: Path) -> None:
    few, many = (_measure(format, many_records, *option) for option in (("few",), ()))

    assert (few[0], many[0]) == (3_000, 30_000)
    assert many[1] - few[1] < 16 * 1024  # their answers alone would be more


def _measure(format: str, folder: Path, *option: str) -> tuple[int, int]:
    """How many records, and the peak memory of the process that exported them, in KB."""
    done = subprocess.run(
        [sys.executable, MANY, format, str(folder), *option], capture_output=True, text=True, check=True
    )
    count, memory = done.stdout.split()
    return int(count), int(memory)
