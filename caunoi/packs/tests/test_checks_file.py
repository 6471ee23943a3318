"""checks.csv: when a figure is worth a second look; each mistake named where it stands, and what is loaded of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from caunoi.audit.rules import Actor
from caunoi.facts.models import CheckSetting
from caunoi.moments import local_moment
from caunoi.packs.actions import load_pack
from caunoi.packs.reading import read_pack
from caunoi.packs.tests.builders import tiny_pack
from caunoi.refusals import FileRefused

HEADER = "code,level,plausible_from,plausible_to,least_history,most_history,score,jump,least_change,digits,copied"


def pack_with(folder: Path, *rows: str, header: str = HEADER) -> Path:
    return tiny_pack(folder, files={"checks.csv": "\n".join([header, *rows, ""])})


def test_a_pack_may_leave_out_the_columns_it_does_not_need(tmp_path: Path) -> None:
    pack = read_pack(pack_with(tmp_path, "so_nguoi,commune,1,900", header="code,level,plausible_from,plausible_to"))

    assert [(one.code, one.level, one.values) for one in pack.checks] == [
        ("so_nguoi", "commune", {"plausible_from": "1", "plausible_to": "900"})
    ]


@pytest.mark.parametrize(
    ("row", "column", "says"),
    [
        ("so_nguoi_x,,1,,,,,,,,", "code", "so_nguoi_x"),
        ("xep_loai,,1,,,,,,,,", "code", "do biểu mẫu ghi"),
        ("so_xa,,1,,,,,,,,", "code", "do biểu mẫu ghi"),
        ("so_nguoi,xa,1,,,,,,,,", "level", "không có cấp"),
        ("so_nguoi,village,1,,,,,,,,", "level", "không ghi chỉ tiêu"),
        ("so_nguoi,,,,,,,,,,", "code", "chưa ghi ngưỡng"),
        ("so_nguoi,,nhiều,,,,,,,,", "plausible_from", "Không phải là số"),
        ('so_nguoi,,"1,5",,,,,,,,', "plausible_from", "dấu chấm"),
        ("so_nguoi,,90,10,,,,,,,", "plausible_to", "không nhỏ hơn"),
        ("so_nguoi,,,,12,6,,,,,", "most_history", "không nhỏ hơn"),
        ("so_nguoi,,,,0,,,,,,", "least_history", "số nguyên"),
        ("so_nguoi,,,,2.5,,,,,,", "least_history", "số nguyên"),
        ("so_nguoi,,,,-,,,,,,", "least_history", "không bỏ được"),
        ("so_nguoi,,,,,,0,,,,", "score", "quá nhỏ"),
        ("so_nguoi,,,,,,,1,,,", "jump", "quá nhỏ"),
        ("so_nguoi,,,,,,,,-1,,", "least_change", "quá nhỏ"),
        ("so_nguoi,,,,,,,,,1,", "digits", "số nguyên"),
        ("so_nguoi,,,,,,,,,,5", "copied", "cả báo cáo"),
        (",commune,1,,,,,,,,", "plausible_from", "cột code"),
    ],
)
def test_each_mistake_is_named_by_row_and_column(tmp_path: Path, row: str, column: str, says: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read_pack(pack_with(tmp_path, row))

    assert [(one.file, one.row, one.column) for one in refused.value.mistakes] == [("checks.csv", 2, column)]
    assert says in refused.value.mistakes[0].message


def test_two_rows_about_the_same_are_refused_and_all_mistakes_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as refused:
        read_pack(pack_with(tmp_path, "so_nguoi,,1,,,,,,,,", "so_nguoi,,2,,,,,,,,", "khong_co,xa,1,,,,,,,,"))

    assert [(one.row, one.column) for one in refused.value.mistakes] == [(3, "code"), (4, "code"), (4, "level")]


@pytest.mark.django_db
def test_loading_keeps_what_is_given_and_replaces_it_with_the_next(tmp_path: Path) -> None:
    by, at = Actor("Cán bộ tỉnh", 7), local_moment(date(2024, 3, 1))
    first = pack_with(tmp_path / "1", ",,,,3,,-,,,,", "so_nguoi,commune,1,900,,,,,,,")
    second = pack_with(tmp_path / "2", "so_nguoi,commune,1,800,,,,,,,")

    load_pack(first, by=by, at=at)
    rows = {(one.code, one.level): one.values for one in CheckSetting.objects.all()}
    again = load_pack(first, by=by, at=at)
    load_pack(second, by=by, at=at)

    assert rows == {
        ("", ""): {"least_history": "3", "score": "-"},
        ("so_nguoi", "commune"): {"plausible_from": "1", "plausible_to": "900"},
    }
    assert not again.changed_anything
    assert [one.values["plausible_to"] for one in CheckSetting.objects.all()] == ["800"]
