"""The pages people sign: each shipped template, filled, as LibreOffice prints it, and the page itself as Decree
30/2020/NĐ-CP (Appendix I) wants it."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.shared import Length

from caunoi.documents.actions import store_bytes
from caunoi.facts.tests.builders import World
from caunoi.reports.models import ReportTemplate
from caunoi.reports.tests.builders import AT, make, store_world
from caunoi.reports.tests.printed import A4, print_all, read_pages
from caunoi.reports.tests.test_pack_templates import PACKS, TEMPLATES, read_codes, read_toml
from caunoi.reports.word_file import MEDIA_TYPE

# Name of the template, its layout set, the days it reports on, and the most pages it may take for a small district.
FILLED = (
    ("bao-cao-thang", "nd30", date(2023, 2, 15), date(2023, 3, 14), 6),
    ("bao-cao-quy", "nd30", date(2022, 12, 15), date(2023, 3, 14), 8),
    ("bao-cao-quy", "khac", date(2022, 12, 15), date(2023, 3, 14), 8),
    ("bao-cao-6-thang", "nd30", date(2022, 12, 15), date(2023, 6, 14), 8),
    ("bao-cao-6-thang", "khac", date(2022, 12, 15), date(2023, 6, 14), 8),
    ("bao-cao-nam", "nd30", date(2022, 12, 15), date(2023, 12, 14), 12),
    ("so-ket", "nd30", date(2020, 12, 15), date(2023, 12, 14), 12),
    ("chuyen-de-suc-dan", "nd30", date(2022, 12, 15), date(2023, 12, 14), 8),
)
UNFILLED = re.compile(r"\{[{%#]|[}%#]\}|None|Undefined")


def store_all(world: World) -> None:
    """Every figure that any of them asks for, of two years, in three villages."""
    paths = {name: PACKS / "tuyen-van" / "reports" / f"{name}.docx" for name, *_rest in FILLED}
    for number, code in enumerate(sorted(set().union(*(read_codes(path) for path in paths.values()))), 1):
        world.element(code)
        for year in (2022, 2023):
            for unit in (5, 6, 7):
                world.state(code, unit, date(year, 3, 1), number * unit + year - 2022)
    for name, layout, *_rest in FILLED:
        parameters = read_toml(paths[name])
        parameters["layout"]["set"] = layout
        word = store_bytes(paths[name].read_bytes(), media_type=MEDIA_TYPE, at=AT)
        ReportTemplate.objects.create(
            code=f"{name}-{layout}", title_vi=name, pack="thu", template=word, parameters=parameters
        )


@pytest.mark.django_db
def test_every_report_prints_on_a_few_full_a4_pages_without_a_tag_left(tmp_path: Path) -> None:
    store_all(store_world())
    for name, layout, first, last, _most in FILLED:
        content = make(first=first, last=last, template_code=f"{name}-{layout}").content
        (tmp_path / f"{name}-{layout}.docx").write_bytes(content)

    print_all(tmp_path)

    for name, layout, _first, _last, most in FILLED:
        pages = read_pages(tmp_path / f"{name}-{layout}.pdf")
        text = "".join(page.text for page in pages)
        assert 1 < len(pages) <= most, name
        assert {page.size for page in pages} <= {A4, A4[::-1]}, name
        # The number of the page alone is an empty page.
        assert [number for number, page in enumerate(pages, 1) if len(page.words) < 15] == [], name
        assert UNFILLED.findall(text) == [], name
        assert ("CỘNGHÒAXÃHỘICHỦNGHĨAVIỆTNAM" in text) == (layout == "nd30"), name
        assert not pages[0].text.startswith("1") and pages[1].text.startswith("2"), name


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
