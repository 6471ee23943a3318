"""Sensitive counts in a pack: their tables, and that nothing else gives them away."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from caunoi.audit.rules import Actor
from caunoi.facts.models import DataElement, Disaggregation
from caunoi.packs.actions import load_pack
from caunoi.packs.reading import read_pack
from caunoi.packs.rules.disaggregations import COLUMNS
from caunoi.packs.tests.builders import BAO_CAO, DAY, HOAT_DONG, assignment, element, form, table, tiny_pack
from caunoi.packs.tests.test_mistakes import mistakes_of, only_mistake

HO = form(
    DAY,
    "| | integer | so_ho | Số hộ | Households | |",
    "| | integer | so_ho_ngheo | Hộ nghèo | Poor households | |",
    "| | integer | so_loa | Số loa | Loudspeakers | |",
    form_id="ho",
)


def count(code: str, **given: str) -> dict[str, str]:
    row = {"kind": "stock", "unit": "hộ", "form": "ho", "filter": "", "sensitive": "yes"}
    return element(code, **(row | {"expression": f"${{{code}}}"} | given))


def released(**given: str) -> dict[str, str]:
    row = {
        "code": "ho_theo_muc_song", "title_vi": "Hộ theo mức sống", "title_en": "Households by means", "whole": "so_ho",
        "parts": "so_ho_ngheo", "rest_vi": "Hộ khác", "rest_en": "Other households", "levels": "province;commune",
        "period_type": "year",
    }  # fmt: skip
    return row | given


def pack(folder: Path, *elements: dict[str, str], **given: str) -> Path:
    return tiny_pack(
        folder,
        forms={"hoat_dong.md": HOAT_DONG, "bao_cao.md": BAO_CAO, "ho.md": HO},
        data_elements=[
            element(), element("so_nguoi", expression="${so_nguoi}", filter="", unit="người"),
            element("so_luot", expression="${so_luot}", filter="", unit="người"),
            element("xep_loai", kind="category", unit="xã", expression="${xep_loai}", filter="", classes="tot;kha"),
            element("cuoc_hop", levels="village", form="bao_cao", expression="${so_hop}", filter="", day="period"),
            *(elements or (count("so_ho"), count("so_ho_ngheo"))),
        ],
        relations=[],
        assignment_rows=[assignment(), assignment("bao_cao", level="village", period_type="month"), assignment("ho")],
        files={"disaggregations.csv": table(COLUMNS, [released(**given)])},
    )  # fmt: skip


def test_a_table_has_a_threshold_of_five_and_shows_nought_unless_the_pack_says_otherwise(tmp_path: Path) -> None:
    usual = read_pack(pack(tmp_path / "a")).disaggregations[0]
    stricter = read_pack(pack(tmp_path / "b", threshold="10", zeros="hidden")).disaggregations[0]

    assert (usual.threshold, usual.hides_zeros, usual.parts) == (5, False, ("so_ho_ngheo",))
    assert (stricter.threshold, stricter.hides_zeros) == (10, True)


@pytest.mark.django_db
def test_loading_keeps_what_is_sensitive_and_its_tables_and_loading_again_changes_nothing(tmp_path: Path) -> None:
    folder, by, at = pack(tmp_path), Actor("Người thử"), datetime(2024, 1, 1, tzinfo=UTC)

    load_pack(folder, by=by, at=at)
    again = load_pack(folder, by=by, at=at)

    assert not again.changed_anything
    sensitive = DataElement.objects.filter(sensitive=True).values_list("code", flat=True)
    assert set(sensitive) == {"so_ho", "so_ho_ngheo"}
    assert Disaggregation.objects.get().levels == ["province", "commune"]


def test_a_table_of_what_anyone_may_ask_is_refused(tmp_path: Path) -> None:
    open_ = pack(tmp_path, count("so_ho", sensitive=""), count("so_ho_ngheo"))

    only_mistake(open_, "disaggregations.csv", 2, "whole", "sensitive = yes")


def test_another_count_of_a_sensitive_question_must_be_sensitive_too(tmp_path: Path) -> None:
    open_ = count("ho_ngheo_khac", expression="${so_ho_ngheo} + 1", sensitive="")

    only_mistake(
        pack(tmp_path, count("so_ho"), count("so_ho_ngheo"), open_), "data_elements.csv", 9, "sensitive", "so_ho_ngheo"
    )


def test_what_has_decimals_or_is_no_count_cannot_be_sensitive(tmp_path: Path) -> None:
    found = mistakes_of(
        pack(tmp_path, count("so_ho"), count("so_ho_ngheo"), count("so_loa", kind="own-level", decimals="1"))
    )

    assert [(one.row, one.column) for one in found] == [(9, "sensitive"), (9, "sensitive")]


@pytest.mark.parametrize(
    ("given", "column", "says"),
    [
        ({"parts": "so_ho_ngeo"}, "parts", "so_ho_ngheo"),
        ({"parts": ""}, "parts", "Chưa ghi"),
        ({"parts": "so_ho"}, "parts", "một lần"),
        ({"rest_en": ""}, "rest_en", "bản dịch"),
        ({"period_type": "event"}, "period_type", "quarter"),
        ({"threshold": "1"}, "threshold", "từ 2"),
        ({"zeros": "co"}, "zeros", "shown"),
        ({"levels": "xa"}, "levels", "commune"),
        ({"title_en": ""}, "title_en", "Chưa ghi"),
    ],
)
def test_a_mistake_in_a_table_is_named_by_its_cell(
    tmp_path: Path, given: dict[str, str], column: str, says: str
) -> None:
    only_mistake(pack(tmp_path, **given), "disaggregations.csv", 2, column, says)
