"""The pages people sign: each shipped template, filled, as LibreOffice prints it, and the page itself as Decree
30/2020/NĐ-CP (Appendix I) wants it."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.shared import Length
from PIL import Image

from caunoi.reports.tests.filled import SHIPPED, issue_all
from caunoi.reports.tests.printed import (
    A4,
    Box,
    Page,
    draw,
    free_mm,
    list_pictures,
    print_all,
    read_pages,
    rule_under,
)
from caunoi.reports.tests.test_pack_templates import PACKS, TEMPLATES

PRINTED = (*SHIPPED, *(replace(one, layout="khac") for one in SHIPPED[1:3]))
UNFILLED = re.compile(r"\{[{%#]|[}%#]\}|None|Undefined")
# Where head and end have their columns: points from the paper's left edge.
LEFT, RIGHT, WHOLE = (0, 267), (267, 595), (0, 595)


@pytest.mark.django_db
def test_every_report_prints_on_a_few_full_a4_pages_with_nothing_in_the_margins(tmp_path: Path) -> None:
    issued = issue_all(PRINTED)
    for one, content in issued.items():
        (tmp_path / f"{one}.docx").write_bytes(content)

    print_all(tmp_path)

    for one in issued:
        name, pages = str(one), read_pages(tmp_path / f"{one}.pdf")
        text = "".join(page.text for page in pages)
        assert 2 < len(pages) <= one.most, name
        assert {page.size for page in pages} == {A4}, name
        # The number of the page alone is an empty page.
        assert [number for number, page in enumerate(pages, 1) if len(page.words) < 15] == [], name
        assert UNFILLED.findall(text) == [], name
        assert ("CỘNGHÒAXÃHỘICHỦNGHĨAVIỆTNAM" in text) == (one.layout == "nd30"), name
        assert not pages[0].text.startswith("1"), name
        assert all(page.text.startswith(str(number)) for number, page in enumerate(pages[1:], 2)), name
        pictures = draw(tmp_path / f"{name}.pdf", tmp_path)
        for number, picture in enumerate(pictures, 1):
            left, top, right, bottom = free_mm(picture)
            # Half a millimetre is a table's line; the number of the page stands in the top margin.
            assert left > 29 and right > 19 and bottom > 19 and top > (19 if number == 1 else 9), (name, number)
        *charts, code = list_pictures(tmp_path / f"{name}.pdf")
        assert len(charts) == len(one.parameters.get("chart", {})), name
        if one.layout == "nd30":
            _check_rules(pages[0], pictures[0], name)
        signed = [box for page in pages for words, box in page.lines(*WHOLE) if words == "NguyễnVănAn"]
        assert [box[0] > A4[0] / 2 for box in signed] == [True], name
        assert code == len(pages) and "XÁCTHỰCBÁOCÁO" in pages[-1].text, name


def _check_rules(first: Page, picture: Image.Image, name: str) -> None:
    """As long as the line under tiêu ngữ; a third to a half of the widest under issuing body and trích yếu."""
    left, right, whole = (first.lines(*column) for column in (LEFT, RIGHT, WHOLE))
    motto = next(box for words, box in right if words.startswith("Độclập"))
    assert rule_under(picture, motto) == pytest.approx(_width(motto), rel=0.08), name
    body = [box for words, box in left if words in ("ỦYBANNHÂNDÂN", "HUYỆNBÁTXÁT")]
    assert 1 / 3 < rule_under(picture, body[-1]) / max(map(_width, body)) < 1 / 2, name
    kind = next(place for place, (words, _box) in enumerate(whole) if words.startswith("BÁOCÁO"))
    until = next(place for place, (words, _box) in enumerate(whole) if "Ủyban" in words)
    about = [box for _words, box in whole[kind + 1 : until]]
    assert 1 / 3 < rule_under(picture, about[-1]) / max(map(_width, about)) < 1 / 2, name


def _width(box: Box) -> float:
    return box[2] - box[0]


@pytest.mark.parametrize("template", TEMPLATES, ids=str)
def test_page_margins_and_type_are_those_of_the_decree(template: Path) -> None:
    document = docx.Document(io.BytesIO((PACKS / template).read_bytes()))

    for section in document.sections:
        assert sorted(_mm(one) for one in (section.page_width, section.page_height)) == [210, 297]
        assert 20 <= _mm(section.top_margin) <= 25 and 20 <= _mm(section.bottom_margin) <= 25
        assert 30 <= _mm(section.left_margin) <= 35 and 15 <= _mm(section.right_margin) <= 20
    styles = {style.name: style for style in document.styles if style.type == 1}
    body = styles["Thân"]
    assert 13 <= body.font.size.pt <= 14
    assert 10 <= _mm(body.paragraph_format.first_line_indent) <= 12.7
    assert _named_fonts(document) == {"Times New Roman"}


def _mm(length: Length | None) -> float:
    assert length is not None
    return round(float(length.mm), 1)


def _named_fonts(document: Any) -> set[str]:
    """Of the text's styles and of single words; the styles that Word brings and nobody uses are left aside."""
    used = {paragraph.style.name for paragraph in document.paragraphs}
    named = {style.font.name for style in document.styles if style.type == 1 and style.name in used}
    runs = {run.font.name for paragraph in document.paragraphs for run in paragraph.runs}
    return (named | runs) - {None}
