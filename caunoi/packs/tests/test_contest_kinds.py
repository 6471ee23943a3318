"""contests/: what is wrong is told by file, row and column; what is right stays with the contests that use it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pytest_django import Settings

from caunoi.audit.rules import Actor
from caunoi.contests.models import Contest, ContestKind
from caunoi.contests.rules.terms import read_terms
from caunoi.moments import local_moment
from caunoi.packs.actions import load_pack
from caunoi.packs.reading import read_pack
from caunoi.packs.rules.contest_kinds import CRITERIA, FILES, KINDS, PERSONS, PRIZES, ROUNDS
from caunoi.packs.tests.builders import table, tiny_pack
from caunoi.personal.models import PersonalQuestion
from caunoi.places.models import OrgUnit
from caunoi.refusals import FileRefused

AT = local_moment(date(2026, 8, 1))
NAMES = {"name_vi": "Tên", "name_en": "Name"}
ROWS: dict[str, list[dict[str, str]]] = {
    KINDS: [
        NAMES
        | {
            "code": "thi", "levels": "commune", "entrants": "unit;person", "own_unit": "no", "lowest": "0",
            "highest": "10", "step": "0,5", "judges": "2", "ties": "noi_dung;median", "form": "hoat_dong",
            "answers": "ngay=day;loai='hoi_nghi';so_nguoi=ask",
        }
    ],
    ROUNDS: [
        NAMES | {"contest": "thi", "code": "so_khao", "advance": "5"},
        NAMES | {"contest": "thi", "code": "chung_khao", "advance": ""},
    ],
    CRITERIA: [
        NAMES | {"contest": "thi", "round": "so_khao", "code": "noi_dung", "weight": "100"},
        NAMES | {"contest": "thi", "round": "chung_khao", "code": "noi_dung", "weight": "62,5"},
        NAMES | {"contest": "thi", "round": "chung_khao", "code": "trinh_bay", "weight": "37.5"},
    ],
    PRIZES: [NAMES | {"contest": "thi", "code": "nhat", "number": "1"}],
    PERSONS: [
        {
            "whose_vi": "Người dự thi", "whose_en": "Entrants", "purpose_vi": "Trao giải", "purpose_en": "Prizes",
            "keep": "12 months", "counted_from": "day", "at_end": "ask",
        }
    ],
}  # fmt: skip


def with_contests(folder: Path, change: tuple[str, int, str, str] | None = None) -> Path:
    """`change`: (file, row as people count them, column, value)."""
    made = tiny_pack(folder)
    (made / "contests").mkdir()
    for file, rows in ROWS.items():
        told = [dict(row) for row in rows]
        if change is not None and change[0] == file:
            told[change[1] - 2][change[2]] = change[3]
        (made / file).write_text(table(FILES[file], told), encoding="utf-8")
    return made


@pytest.mark.django_db
def test_kinds_of_contests_are_rows_of_the_pack_and_used_ones_stay(tmp_path: Path, settings: Settings) -> None:
    settings.CAUNOI_HOME = tmp_path / "home"
    load_pack(with_contests(tmp_path / "a"), by=Actor("x"), at=AT)
    kind = ContestKind.objects.get()
    terms = read_terms(kind.terms)
    assert [(one.named.code, one.advance) for one in terms.rounds] == [("so_khao", 5), ("chung_khao", None)]
    assert PersonalQuestion.objects.get(form_code="contests").keep_months == 12
    unit = OrgUnit.objects.create(key="xa", level="commune", known_from=1)
    Contest.objects.create(
        kind=kind, terms=kind.terms, org_unit=unit, title="x", folded="x", day_to=date(2026, 8, 1), entries_until=AT,
        judging_until=AT, made_by_name="x", made_at=AT,
    )  # fmt: skip

    again = load_pack(with_contests(tmp_path / "b"), by=Actor("x"), at=AT)
    load_pack(tiny_pack(tmp_path / "c"), by=Actor("x"), at=AT)

    assert not again.changed_anything
    assert ContestKind.objects.get().terms == kind.terms


@pytest.mark.parametrize(
    ("file", "row", "column", "value"),
    [
        (CRITERIA, 4, "weight", "37"),
        (CRITERIA, 3, "weight", "nhiều"),
        (CRITERIA, 2, "round", "so_khaoo"),
        (CRITERIA, 2, "contest", "khong_co"),
        (KINDS, 2, "ties", "trinh_bay"),
        (KINDS, 2, "entrants", "household"),
        (KINDS, 2, "highest", "0"),
        (KINDS, 2, "step", "3"),
        (KINDS, 2, "judges", "0"),
        (KINDS, 2, "answers", "ngay=day;loai='hoi_nghi';so_nguoi=dancers"),
        (KINDS, 2, "levels", "hamlet"),
        (ROUNDS, 3, "advance", "3"),
        (ROUNDS, 3, "code", "so_khao"),
        (PRIZES, 2, "number", "0"),
        (PERSONS, 2, "keep", "mãi"),
    ],
)
def test_what_is_wrong_with_a_contest_is_named_by_file_row_and_column(
    tmp_path: Path, file: str, row: int, column: str, value: str
) -> None:
    with pytest.raises(FileRefused) as refused:
        read_pack(with_contests(tmp_path, (file, row, column, value)))

    told = {(one.file, one.row, one.column) for one in refused.value.mistakes}
    assert (file, row, column) in told, refused.value.mistakes


def test_weights_that_do_not_add_up_say_what_they_add_up_to(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as refused:
        read_pack(with_contests(tmp_path, (CRITERIA, 4, "weight", "37")))

    assert [(one.file, one.row, one.column) for one in refused.value.mistakes] == [(CRITERIA, 4, "weight")]
    assert "99.5" in refused.value.mistakes[0].message
