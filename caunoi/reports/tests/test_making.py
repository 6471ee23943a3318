from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from caunoi.accounts.scope import Scope, Window
from caunoi.audit.models import AuditLine
from caunoi.desk.tests.builders import publish_monthly
from caunoi.documents.actions import read_bytes
from caunoi.facts.refs import decode
from caunoi.periods.rules import Days
from caunoi.places.models import OrgUnit
from caunoi.places.queries import forget_snapshots
from caunoi.refusals import NotFound
from caunoi.reports.errors import (
    PeriodReversed,
    PlaceAbsent,
    ReportEmpty,
    ReportOutOfReach,
    ReportUnknown,
    TemplateBroken,
    TemplateUnknown,
)
from caunoi.reports.filling import check_template, make_environment
from caunoi.reports.models import ReportRun
from caunoi.reports.queries import check_may_open, find_same_run, get_run, list_runs, list_visible, read_run
from caunoi.reports.rules.tags import read_tags
from caunoi.reports.tests.builders import (
    DISTRICT,
    EAST,
    FIRST,
    LAST,
    PROVINCE,
    WEST,
    WRITER,
    make,
    make_docx,
    state_usual,
    store_template,
    store_world,
    text_of_docx,
)
from caunoi.reports.word_file import WordFile

pytestmark = pytest.mark.django_db
ALL_DAYS = (Window(date(1900, 1, 1), None),)
VILLAGES = dict.fromkeys((5, 6, 7), ALL_DAYS)


def test_a_report_prints_its_figures_as_an_official_writes_them() -> None:
    state_usual(store_world())
    store_template()

    text = text_of_docx(make().content)

    assert "Báo cáo của Huyện Bát Xát, năm 2023: 1.234 ngày công, 32,6 triệu đồng." in text
    assert "Tỷ lệ đạt: 90%." in text
    assert "Hiến đất: chưa có số liệu." in text
    assert "không in ra" not in text
    assert "ranh giới" not in text
    assert "Số liệu tính theo đơn vị hành chính ngày 31/12/2023." in text
    assert "Chưa có: chua_ai_ghi." in text


def test_every_figure_is_a_link_to_its_explanation() -> None:
    state_usual(store_world())
    store_template()

    links = WordFile(make().content).list_links()

    asked = [(decode(link.ref).codes[0], decode(link.ref).place, link.text) for link in links]
    assert asked == [
        ("ngay_cong", "u2", "1.234"),
        ("tien_mat", "u2", "32,6 triệu đồng"),
        ("ty_le_dat", "u2", "90%"),
        ("chua_ai_ghi", "u2", "chưa có số liệu"),
        ("chua_ai_ghi", "u2", "chua_ai_ghi"),
        ("ngay_cong", "u2", "1.234"),
        ("ngay_cong", "u3", "1.200"),
        ("ngay_cong", "u4", "34"),
    ]


def list_addresses(content: bytes) -> list[tuple[str, str]]:
    """(words, address) of every link, in reading order."""
    document = docx.Document(io.BytesIO(content))
    return [
        (
            "".join(node.text or "" for node in link.iter(qn("w:t"))),
            str(document.part.rels[str(link.get(qn("r:id")))].target_ref),
        )
        for link in document.element.body.iter(qn("w:hyperlink"))
    ]


def test_numbers_of_reports_owed_and_approved_lead_to_the_page_of_coverage() -> None:
    state_usual(store_world())
    publish_monthly(from_day=date(2023, 11, 1))
    store_template([
        "{{ so('ngay_cong') }}",
        "{% for bc in bao_cao_dinh_ky %}{{ bc.ten }}: {{ bc.phai_co }}, {{ bc.da_co }}, {{ bc.dung_han }},"
        " {{ bc.ty_le }}. {% endfor %}",
        "{% for dv in don_vi_chua_bao_cao() %}{{ dv.ten }}: {{ dv.da_co }}/{{ dv.phai_co }}, thiếu {{ dv.thieu }}. "
        "{% endfor %}",
        "{{ chua_bao_cao() }}",
    ])  # fmt: skip

    content = make().content

    links = [(words, address) for words, address in list_addresses(content) if "/coverage/" in address]
    text = text_of_docx(content)
    assert "6, 0, 0, 0%." in text and "Xã Y Tý: 0/4, thiếu 4. Xã Cốc Mỳ: 0/2, thiếu 2." in text
    assert "Xã Y Tý (0/4) và Xã Cốc Mỳ (0/2)" in text
    assert [words for words, _address in links] == ["6", "0", "0", "0%", "0", "4", "4", "0", "2", "2", "0/4", "0/2"]
    assert [place for _words, address in links for place in re.findall(r"place=(u\d)", address)] == [
        *["u2"] * 4, *["u3"] * 3, *["u4"] * 3, "u3", "u4",
    ]  # fmt: skip


def test_a_table_has_a_row_for_each_unit_below() -> None:
    state_usual(store_world())
    store_template()

    table = docx.Document(io.BytesIO(make().content)).tables[0]

    assert [row.cells[0].text for row in table.rows] == ["Tổng số", "Xã Y Tý", "Xã Cốc Mỳ"]


def test_the_chart_is_a_picture_that_can_be_read_out() -> None:
    state_usual(store_world())
    store_template()

    document = docx.Document(io.BytesIO(make().content))

    described = [node.get("descr") for node in document.element.body.iter() if node.tag.endswith("}docPr")]
    assert len(described) == 1
    assert "Ngày công theo xã" in described[0]
    assert "Xã Y Tý 1.200; Xã Cốc Mỳ 34" in described[0]


def test_a_figure_keeps_the_letters_of_its_tag() -> None:
    state_usual(store_world())

    def add(document: Any) -> None:
        run = document.add_paragraph().add_run("{{ so('ngay_cong') }} ngày")
        run.bold = True

    template = store_template([])
    from caunoi.documents.actions import store_bytes
    from caunoi.reports.tests.builders import AT

    template.template = store_bytes(make_docx([], add), media_type="x", at=AT)
    template.save()

    made = docx.Document(io.BytesIO(make().content))

    paragraph = made.paragraphs[-1]
    assert [run.bold for link in paragraph.hyperlinks for run in link.runs] == [True]
    assert [run.bold for run in paragraph.runs] == [True]


def test_making_a_report_keeps_its_file_and_one_audit_line() -> None:
    state_usual(store_world())
    store_template()

    made = make()

    run = ReportRun.objects.get()
    assert made.run == run
    assert read_bytes(run.file_id) == made.content
    assert run.file_name == "thu-huyen-bat-xat-2023-01-01-2023-12-31.docx"
    assert (run.figures, run.made_by_name, run.boundaries) == (8, "Người lập", LAST)
    line = AuditLine.objects.get(action="report.make")
    assert (line.subject, line.detail["sha256"]) == (f"report:{run.pk}", run.file_id)


def test_progress_is_told_from_beginning_to_end() -> None:
    state_usual(store_world())
    store_template()
    told: list[tuple[int, int]] = []

    make(progress=lambda done, total, _what: told.append((done, total)))

    assert told == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


# -- refusals ---------------------------------------------------------------------------------------------------------


def test_a_place_without_records_gets_no_report_but_a_sentence() -> None:
    store_world()
    store_template()

    with pytest.raises(ReportEmpty, match=r"Huyện Bát Xát chưa có bản ghi nào được duyệt .*năm 2023.* nhập và duyệt"):
        make()
    assert not ReportRun.objects.exists()


def test_records_that_wait_for_approval_are_named_as_the_remedy() -> None:
    world = store_world()
    world.state("ngay_cong", 5, date(2023, 3, 1), 10, approve=False)
    store_template()

    with pytest.raises(ReportEmpty, match="chưa được duyệt: hãy duyệt rồi lập lại"):
        make()


def test_a_period_the_wrong_way_round_is_refused() -> None:
    store_world()
    store_template()

    with pytest.raises(PeriodReversed, match="31/12/2023 đến ngày 01/01/2023"):
        make(first=LAST, last=FIRST)


def test_an_unknown_template_names_those_there_are() -> None:
    store_world()
    store_template(code="khac")

    with pytest.raises(TemplateUnknown, match="Các mẫu: khac"):
        make()


def test_a_unit_that_no_longer_exists_on_the_asked_boundaries_is_refused() -> None:
    state_usual(store_world())
    store_template()
    OrgUnit.objects.filter(pk=DISTRICT).update(ends_on=date(2024, 7, 1))
    forget_snapshots()

    with pytest.raises(PlaceAbsent, match="Huyện Bát Xát không còn từ ngày 01/07/2024"):
        make(boundaries=date(2025, 1, 1))


def test_mistakes_of_a_template_are_named_all_at_once_with_their_paragraph() -> None:
    state_usual(store_world())
    store_template(
        ["Góp {{ so('ngay_congg') }} ngày.", "{{ don_vj }}", "{{ bieu_do('nao') }}", "{{ so('dat', ky='qua') }}"]
    )

    with pytest.raises(TemplateBroken) as refused:
        make()

    said = [mistake.message for mistake in refused.value.mistakes]
    assert len(said) == 4
    assert any("Đoạn 1 “Góp {{ so('ngay_congg') }} ngày.”" in one and "Có phải: ngay_cong" in one for one in said)
    assert any("don_vj" in one and "Có phải: don_vi" in one for one in said)
    assert any("[chart.nao]" in one for one in said)
    assert any("không có kỳ “qua”" in one for one in said)
    assert {mistake.file for mistake in refused.value.mistakes} == {"thu.docx"}


@pytest.mark.parametrize(
    "paragraphs, said",
    [
        (["{{ so('dat' }}"], "Đoạn 1 “{{ so('dat' }}”: thẻ viết sai"),
        (["{% if co('dat') %}chưa đóng"], "không có {% endif %} đóng lại"),
    ],
)
def test_a_tag_that_cannot_be_read_is_named(paragraphs: list[str], said: str) -> None:
    mistakes = check_template(make_docx(paragraphs), {}, ["dat"], "a.docx")

    assert [said in mistake.message for mistake in mistakes] == [True]


@pytest.mark.parametrize(
    "parameters, said",
    [
        ({"hinh": {}}, "hinh: Không có phần này"),
        ({"children": {"district": ["xã"]}}, "children.district"),
        ({"figures": {"codes": "dat"}}, "figures.codes"),
        ({"figures": {"codes": ["datt"]}}, "Có phải: dat"),
        ({"chart": {"x": {"code": "dat"}}}, "chart.x"),
        ({"chart": {"x": {"code": "dat", "title": "T", "most": 0}}}, "chart.x.most"),
    ],
)
def test_mistakes_of_the_parameters_are_named(parameters: dict[str, object], said: str) -> None:
    mistakes = check_template(make_docx(["x"]), parameters, ["dat"], "a.docx")

    assert [(mistake.file, said in mistake.message) for mistake in mistakes] == [("a.toml", True)]


def test_what_is_no_word_file_is_named() -> None:
    assert "không phải là tệp Word" in check_template(b"PK", {}, [], "a.docx")[0].message


def test_a_template_reaches_nothing_but_its_tags() -> None:
    state_usual(store_world())
    store_template(["{{ so.func.__self__.scope }}{{ so('ngay_cong') }}"])

    with pytest.raises(TemplateBroken):
        make()


def test_tags_are_read_before_anything_is_asked() -> None:
    asked = read_tags(
        make_environment().parse(
            "{{ so('a') }}{{ tien('b', ky='ngay_cuoi') }}{% if co('c', 'd') %}{% endif %}"
            "{% for dv in don_vi_con() %}{{ dv.so('e') }}{% endfor %}{{ bieu_do('x') }}"
        )
    )

    assert list(asked.codes["ca_ky"]) == ["a", "c", "d"]
    assert list(asked.codes["ngay_cuoi"]) == ["b"]
    assert list(asked.child_codes["", "ca_ky"]) == ["e"]
    assert list(asked.charts) == ["x"]


# -- who may see what -------------------------------------------------------------------------------------------------


def test_nobody_makes_a_report_about_a_place_out_of_reach() -> None:
    state_usual(store_world())
    store_template()

    with pytest.raises(NotFound):
        make(scope=Scope(False, {WEST: ALL_DAYS}))


def test_a_place_with_a_unit_below_out_of_reach_has_no_report_as_the_difference_would_tell_it() -> None:
    state_usual(store_world())
    store_template()

    with pytest.raises(NotFound):
        make(scope=Scope(False, {DISTRICT: ALL_DAYS, WEST: ALL_DAYS}))


def test_runs_are_listed_and_opened_only_by_those_who_see_the_place() -> None:
    state_usual(store_world())
    store_template()
    run = make().run
    seeing = Scope(False, {DISTRICT: ALL_DAYS, WEST: ALL_DAYS, EAST: ALL_DAYS, **VILLAGES})
    blind = Scope(False, {PROVINCE: ALL_DAYS})

    assert list_runs(seeing) == [run]
    assert list_runs(seeing, "bat xat") == [run]
    assert list_runs(seeing, "sa pa") == []
    assert list_runs(blind) == []
    with pytest.raises(ReportUnknown):
        get_run(run.pk, blind)


def test_a_file_with_figures_of_units_out_of_reach_is_not_handed_out() -> None:
    state_usual(store_world())
    store_template()
    _content, manifest = read_run(make().run)
    partly = Scope(False, {DISTRICT: ALL_DAYS, WEST: ALL_DAYS, **VILLAGES})

    # The district's own lines are hidden too: less the western commune's they would tell the eastern one's.
    assert {line.place for line in list_visible(manifest, partly)} == {"u3"}
    with pytest.raises(ReportOutOfReach, match="7 số liệu"):
        check_may_open(manifest, partly)
    check_may_open(manifest, Scope(False, {DISTRICT: ALL_DAYS, WEST: ALL_DAYS, EAST: ALL_DAYS, **VILLAGES}))


def test_the_same_report_asked_again_is_found_until_something_is_posted() -> None:
    world = store_world()
    state_usual(world)
    store_template()
    run = make().run
    ReportRun.objects.update(made_by_id=5)

    def same(user: int) -> ReportRun | None:
        return find_same_run("thu", DISTRICT, Days(FIRST, LAST), LAST, user)

    assert same(5) == run
    assert same(6) is None
    world.state("ngay_cong", 5, date(2023, 5, 1), 1)
    assert same(5) is None


def test_the_makers_name_stands_in_the_run() -> None:
    state_usual(store_world())
    store_template()

    assert make(by=WRITER).run.made_by_name == WRITER.name
    assert make(place=EAST).run.org_unit_id == EAST


def test_a_body_with_rules_of_its_own_chooses_its_layout_and_its_words_by_data() -> None:
    state_usual(store_world())
    head = "{% if the_thuc == 'khac' %}{{ tieu_de_phai }}{% else %}Độc lập{% endif %}"
    for code, layout in (
        ("thu", {"set": "nd30"}),
        ("khac", {"set": "khac", "heading": "Tiêu đề riêng", "archive": ""}),
    ):
        store_template(
            [head, "{{ so('ngay_cong') }}", "- Lưu{% if luu %}: {{ luu }}{% endif %}."],
            code=code, parameters={"title": {"vi": "T"}, "layout": layout},
        )  # fmt: skip

    decree, other = (text_of_docx(make(template_code=code).content) for code in ("thu", "khac"))

    assert "Độc lập" in decree and "- Lưu: VT." in decree
    assert "Tiêu đề riêng" in other and "- Lưu." in other and "Độc lập" not in other
