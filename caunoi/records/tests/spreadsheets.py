"""Workbooks and text files as officers send them, and what reading one comes to."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import xlsxwriter

from caunoi.accounts.scope import EVERYTHING, Scope
from caunoi.records.models import Submission
from caunoi.records.spreadsheet import ImportResult, import_file
from caunoi.records.tests.builders import AT, EVENTS, publish, unit
from caunoi.refusals import FileRefused, Mistake

REPORT = ["don_vi", "ky", "so_cuoc_hop", "so_luot_du", "so_luot_ho", "so_buoi_phat", "so_cau_hoi", "so_da_tra_loi"]
CLEANUP = ["don_vi", "ngay", "so_nguoi", "rac_m3"]
FINE = ["Thôn 1", "2023-05", 2, 60, 5, 8, 3, 2]


class Places:
    def __init__(self) -> None:
        self.commune = unit("Xã Bản Qua", "commune", code="10.082.02683")
        self.village = unit("Thôn 1", "village", self.commune, code="V1")
        self.second = unit("Thôn 2", "village", self.commune, code="V2")
        self.other_commune = unit("Xã Mường Vi", "commune", code="10.082.02695")
        self.elsewhere = unit("Thôn 2", "village", self.other_commune, code="V9")


@pytest.fixture
def places() -> Places:
    made = Places()
    publish("bao_cao_thang_thon")
    publish("ngay_ra_quan", EVENTS)
    return made


def xlsx(*rows: Sequence[Any], sheet: str = "Dữ liệu", change: Callable[[Any, Any], None] | None = None) -> bytes:
    """A workbook; dates become date cells. `change` may spoil it before it is closed."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "default_date_format": "dd/mm/yyyy"})
    page = book.add_worksheet(sheet)
    for index, row in enumerate(rows):
        page.write_row(index, 0, row)
    if change is not None:
        change(book, page)
    book.close()
    return made.getvalue()


def text(*rows: Sequence[Any], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    return "\r\n".join(delimiter.join(map(str, row)) for row in rows).encode(encoding)


def load(
    content: bytes, form: str = "bao_cao_thang_thon", name: str = "so-lieu.xlsx", scope: Scope = EVERYTHING
) -> ImportResult:
    return import_file(form, content, name, by=None, by_name="Người thử", at=AT, scope=scope)


def mistakes(
    content: bytes, form: str = "bao_cao_thang_thon", name: str = "so-lieu.xlsx", scope: Scope = EVERYTHING
) -> list[Mistake]:
    with pytest.raises(FileRefused) as refused:
        load(content, form, name, scope)
    assert Submission.objects.count() == 0
    return list(refused.value.mistakes)


def one(found: list[Mistake]) -> Mistake:
    assert len(found) == 1, found
    return found[0]
