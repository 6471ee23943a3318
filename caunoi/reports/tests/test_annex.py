from __future__ import annotations

import io
import re
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from caunoi.reports.annex import make_annex
from caunoi.reports.queries import read_run
from caunoi.reports.tests.builders import make, state_usual, store_template, store_world


@pytest.mark.django_db
def test_the_annex_lists_every_printed_figure_with_its_exact_value_and_meaning() -> None:
    state_usual(store_world())
    store_template()
    _content, manifest = read_run(make().run)

    book = CalamineWorkbook.from_filelike(io.BytesIO(make_annex(manifest)))

    figures, meanings, grounds = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    rows = [row for row in figures if isinstance(row[0], float)]
    assert len(rows) == len(manifest.figures)
    assert [(row[5], row[9]) for row in rows[:3]] == [(1234, "1.234"), (32_600_000, "32,6 triệu đồng"), (90, "90%")]
    assert {row[0]: row[5] for row in meanings}["ty_le_dat"] == "percent(dat, tong)"
    assert ["Đơn vị hành chính", "Huyện Bát Xát"] in grounds


@pytest.mark.django_db
def test_each_figure_of_the_annex_leads_to_its_explanation() -> None:
    state_usual(store_world())
    store_template()
    _content, manifest = read_run(make().run)

    with zipfile.ZipFile(io.BytesIO(make_annex(manifest))) as book:
        links = re.findall(r'Target="([^"]+)"', book.read("xl/worksheets/_rels/sheet1.xml.rels").decode())

    assert set(links) >= {f"{manifest.base_url}/figures/{line.ref}/" for line in manifest.figures}
