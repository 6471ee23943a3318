"""The checker names every mistake of a template, by paragraph, and lets what merely looks odd work."""

from __future__ import annotations

import copy
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from caunoi.reports.checking import check_template
from caunoi.reports.composing import CoverageRow
from caunoi.reports.errors import TemplateBroken
from caunoi.reports.filling import fill
from caunoi.reports.rules.tags import REPORTS_LIST, ROW_TAGS
from caunoi.reports.tests.builders import (
    add_child_table,
    make,
    make_docx,
    state_usual,
    store_template,
    store_world,
    text_of_docx,
)

CODES = ["dat", "ngay_cong"]


def check(*paragraphs: str, add: Callable[[Any], None] | None = None, **parameters: Any) -> list[str]:
    return [one.message for one in check_template(make_docx(paragraphs, add), parameters, CODES, "a.docx")]


def repack(content: bytes, **parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename not in parts:
                new.writestr(info.filename, old.read(info.filename))
        for name, given in parts.items():
            new.writestr(name, given)
    return out.getvalue()


def test_a_sound_template_has_no_mistakes() -> None:
    assert check("{{ so('dat') }} {% if co('dat') %}có{% endif %}", "{%p if co('dat') %}", "x", "{%p endif %}") == []
    assert check("x", add=add_child_table) == []


def test_an_unknown_figure_is_named_in_every_paragraph_with_the_nearest() -> None:
    assert check("{{ so('ngay_congg') }}", "x", "Góp {{ tien('ngay_congg') }}") == [
        "Đoạn 1 “{{ so('ngay_congg') }}”: không có chỉ tiêu nào mã “ngay_congg”. Có phải: ngay_cong?",
        "Đoạn 3 “Góp {{ tien('ngay_congg') }}”: không có chỉ tiêu nào mã “ngay_congg”. Có phải: ngay_cong?",
    ]


@pytest.mark.parametrize(
    "paragraphs, said",
    [
        (["{%p for dv in don_vi_con() %}", "{{ dv.ten }}"], "Đoạn 1 .*{%p for.* không có {%p endfor %} đóng lại"),
        (["x", "{%p endfor %}"], "Đoạn 2 .*không có thẻ mở tương ứng"),
        (["{%p if co('dat') %}", "{%p endfor %}", "{%p endif %}"], "Đoạn 2 .*không có thẻ mở tương ứng"),
        (["{%p if co('dat') %}", "x{% endif %}"], "Đoạn 2 .*đoạn 1: hai thẻ phải cùng kiểu"),
        (["{%p if co('dat') %} có", "{%p endif %}"], "Đoạn 1 .*phải đứng một mình"),
        (["{%tr for dv in don_vi_con() %}", "{%tr endfor %}"], "Đoạn 1 .*chỉ dùng trong bảng"),
        (["{{ so('dat' }}"], "Đoạn 1 .*thẻ viết sai: {{ so"),
        (["{{ so('dat')"], "Đoạn 1 .*không đủ đôi"),
        (["{% if so( %}x{% endif %}"], "Đoạn 1 .*thẻ viết sai: {% if so"),
        (["{{ nhan_xet('ket') }}"], "Đoạn 1 .*chưa có phần \\[sentence.ket\\]"),
        (["{{ so_sanh('dat', voi='nam_ngoai') }}"], "Đoạn 1 .*không có kỳ “nam_ngoai”"),
        (["{{ ky|in_dam }}"], "Đoạn 1 .*không có bộ lọc “in_dam”"),
        (["{{ cao_nat('dat') }}"], "Đoạn 1 .*không có thẻ “cao_nat”. Có phải: cao_nhat"),
        (["{{ ky|in_dam }}", "{{ cao_nat('dat') }}"], "Đoạn 2 .*không có thẻ “cao_nat”"),
        (["{% for dv in don_vi_con() %}{{ dv.tenn }}{% endfor %}"], "Đoạn 1 .*không có “dv.tenn”. Có phải: ten"),
        (["{% for bc in bao_cao_dinh_ky %}{{ bc.so('dat') }}{% endfor %}"], "Đoạn 1 .*“bc.so”. Có phải: da_co"),
        (["{% for dv in don_vi_con('xa') %}{{ dv.ten }}{% endfor %}"], "Đoạn 1 .*không có cấp “xa”; các cấp:"),
        (["{{ chua_co('dat', cap='xa') }}"], "Đoạn 1 .*không có cấp “xa”"),
        (["{% include 'khac.docx' %}"], "Đoạn 1 .*thẻ include không dùng được"),
    ],
)
def test_what_is_broken_is_named_by_its_paragraph(paragraphs: list[str], said: str) -> None:
    mistakes = check(*paragraphs)

    assert any(re.search(said, one) for one in mistakes), mistakes


def test_what_rows_may_say_is_what_they_know() -> None:
    assert {name for name, one in vars(CoverageRow).items() if isinstance(one, property)} == ROW_TAGS[REPORTS_LIST]


def test_heads_and_feet_of_pages_are_checked_like_the_rest() -> None:
    def put_in_foot(document: Any) -> None:
        document.sections[0].footer.paragraphs[0].text = "{{ so('dat') }} {{ so('ngay_congg') }}"

    assert check("x", add=put_in_foot) == [
        "Đầu hoặc chân trang “{{ so('dat') }} {{ so('ngay_congg') }}”: không có chỉ tiêu nào mã “ngay_congg”. "
        "Có phải: ngay_cong?"
    ]


def test_what_only_goes_wrong_while_filling_is_told_as_the_templates_mistake() -> None:
    for tag in ("{{ 1 // 0 }}", "{% for dong in range(10 ** 9) %}{% endfor %}"):
        with pytest.raises(TemplateBroken, match="không điền được"):
            fill(make_docx([tag]), {}, "a.docx")


def test_sentences_of_the_parameters_are_checked_too() -> None:
    assert check("x", sentence={"a": {"code": "dat", "rise": "{so} {nam}"}, "b": {"code": "datt"}, "c": {}}) == [
        "sentence.a.rise: Ghi một câu; chỗ thay chỉ có: {so}, {so_truoc}, {muc}, {ky}, {ten}, {don_vi_tinh}, {don_vi}.",
        "sentence.c: Câu nhận xét cần code (mã chỉ tiêu).",
        "sentence.b.code: không có chỉ tiêu nào mã “datt”. Có phải: dat?",
    ]


@pytest.mark.parametrize(
    "parameters, said",
    [
        ({"period": {"type": "week"}}, "period.type"),
        ({"period": {"cut_off": 10}}, "period.cut_off"),
        ({"layout": {"set": "Nghị định"}}, "layout.set"),
        ({"layout": {"mau": "x"}}, "layout.mau"),
        ({"chart": {"a": {"code": "dat", "title": "T", "kind": "pie"}}}, "chart.a.kind"),
        ({"sentence": {"a": {"code": "dat", "against": "hom_qua"}}}, "sentence.a.against"),
    ],
)
def test_a_wrong_parameter_is_named_by_its_place(parameters: dict[str, Any], said: str) -> None:
    assert [one.startswith(said) for one in check("x", **parameters)] == [True]


# -- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content, said",
    [
        (b"x" * 80_000_000, "lớn hơn 30 MB"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "đời cũ (.doc) hoặc tệp có mật khẩu"),
        (b"{\\rtf1 x}", "RTF"),
        ("Báo cáo".encode("utf-16"), "không phải là tệp Word .docx"),
        (b"PK", "không phải là tệp Word .docx"),
    ],
)
def test_what_is_no_word_file_is_told_what_it_is(content: bytes, said: str) -> None:
    (mistake,) = check_template(content, {}, CODES, "a.docx")

    assert said in mistake.message


def test_macros_are_refused_whatever_the_file_is_called() -> None:
    content = repack(make_docx(["x"]), **{"word/vbaProject.bin": b"x"})

    assert "có macro" in check_template(content, {}, CODES, "a.docx")[0].message
    assert "đuôi .docx" in check_template(make_docx(["x"]), {}, CODES, "a.docm")[0].message


def test_a_zip_bomb_is_not_unpacked() -> None:
    content = repack(make_docx(["x"]), **{"word/media/image1.png": bytes(301_000_000)})

    assert len(content) < 1_000_000
    assert "mở ra quá lớn" in check_template(content, {}, CODES, "a.docx")[0].message


def test_a_document_kept_in_another_encoding_of_xml_works() -> None:
    content = make_docx(["{{ so('dat') }} thôn"])
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        xml = file.read("word/document.xml").decode().replace("UTF-8", "UTF-16").replace("utf-8", "UTF-16")

    assert check_template(repack(content, **{"word/document.xml": xml.encode("utf-16")}), {}, CODES, "a.docx") == []


def test_letters_of_an_old_encoding_are_named() -> None:
    def add(document: Any) -> None:
        document.add_paragraph().add_run("Céng hßa").font.name = ".VnTime"

    assert any("phông chữ .VnTime dùng bảng mã cũ" in one for one in check("x", add=add))


# -- what Word does to tags -------------------------------------------------------------------------------------------


def split_run(document: Any) -> None:
    """As Word leaves a tag whose word it thinks misspelt: several runs, with spelling marks between them."""
    paragraph = document.add_paragraph()
    for piece in ("Góp {", "{ so(‘ngay", "_cong’", ") }", "} ngày"):
        paragraph.add_run(piece)
        mark = OxmlElement("w:proofErr")
        mark.set(qn("w:type"), "spellStart")
        paragraph._p.append(mark)


def test_tags_split_by_spelling_marks_and_with_curly_quotes_simply_work(db: None) -> None:
    assert check(add=split_run) == []
    state_usual(store_world())
    template = store_template()
    from caunoi.documents.actions import store_bytes
    from caunoi.reports.tests.builders import AT

    template.template = store_bytes(make_docx([], split_run), media_type="x", at=AT)
    template.save()

    assert "Góp 1.234 ngày" in text_of_docx(make().content)


@pytest.mark.parametrize("change", ["w:ins", "w:del"])
def test_tracked_changes_inside_a_tag_are_named(change: str) -> None:
    def add(document: Any) -> None:
        paragraph = document.add_paragraph("{{ so('ngay")
        run = paragraph.add_run("_cong")._r
        tracked = OxmlElement(change)
        run.addprevious(tracked)
        tracked.append(run)
        if change == "w:del":
            gone = copy.deepcopy(run)
            for text in gone.iter(qn("w:t")):
                text.tag = qn("w:delText")
            tracked.replace(run, gone)
            paragraph.add_run("_cong")
        paragraph.add_run("') }}")

    assert any("sửa đổi đang theo dõi" in one for one in check(add=add))


def test_tracked_changes_of_plain_words_are_left_alone() -> None:
    def add(document: Any) -> None:
        paragraph = document.add_paragraph("{{ so('dat') }} ")
        run = paragraph.add_run("thôn")._r
        tracked = OxmlElement("w:ins")
        run.addprevious(tracked)
        tracked.append(run)

    assert check(add=add) == []


def test_the_packs_own_templates_open(tmp_path: Path) -> None:
    for path in Path("packs").glob("*/reports/*.docx"):
        assert docx.Document(str(path)).paragraphs
