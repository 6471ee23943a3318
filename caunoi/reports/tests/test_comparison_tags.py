"""Tags that set a figure beside another: earlier, a target, or the same of other units."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import docx
import pytest

from caunoi.accounts.scope import Scope, Window
from caunoi.facts.refs import decode
from caunoi.periods.rules import Days
from caunoi.reports.asking import find_stretch
from caunoi.reports.filling import make_environment
from caunoi.reports.queries import read_run
from caunoi.reports.rules.tags import read_tags
from caunoi.reports.tests.builders import (
    DISTRICT,
    EAST,
    WEST,
    make,
    state_usual,
    store_template,
    store_world,
    text_of_docx,
)

pytestmark = pytest.mark.django_db


def print_tags(*paragraphs: str, **parameters: Any) -> str:
    store_template(paragraphs, parameters={"title": {"vi": "Thử"}, **parameters})
    return text_of_docx(make().content)


def test_a_figure_says_how_it_changed_and_shows_what_it_is_compared_with() -> None:
    world = store_world()
    state_usual(world)
    world.state("ngay_cong", 5, date(2022, 5, 1), 1000)

    text = print_tags("Góp {{ so('ngay_cong') }} ngày công, {{ so_sanh('ngay_cong') }}.")

    assert "Góp 1.234 ngày công, tăng 23,4% so với năm trước (1.000)." in text


def test_every_number_of_a_comparison_is_in_the_list_with_its_link() -> None:
    world = store_world()
    state_usual(world)
    world.state("ngay_cong", 5, date(2022, 5, 1), 1000)
    store_template(["{{ so_sanh('ngay_cong') }}"])

    _content, manifest = read_run(make().run)

    lines = [(line.shown, decode(line.ref).first.year) for line in manifest.figures if line.place == "u2"][:2]
    assert lines == [("23,4%", 2023), ("1.000", 2022)]


def test_without_an_earlier_figure_the_report_says_so() -> None:
    state_usual(store_world())

    text = print_tags("{{ so_sanh('ngay_cong', voi='ky_truoc') }}|{{ so('ngay_cong', ky='cung_ky') }}")

    assert "chưa có số liệu của năm trước để so sánh|chưa có số liệu" in text


def test_three_years_are_not_compared_with_the_same_days_a_year_earlier() -> None:
    assert find_stretch(Days(date(2020, 11, 24), date(2023, 11, 23)), "cung_ky") is None
    assert find_stretch(Days(date(2023, 1, 1), date(2023, 12, 31)), "cung_ky") == Days(
        date(2022, 1, 1), date(2022, 12, 31)
    )


def test_a_result_is_measured_against_its_target() -> None:
    world = store_world()
    state_usual(world)

    assert "đạt 90% chỉ tiêu đề ra (10)" in print_tags("{{ so_chi_tieu('dat', 'tong') }}")


def test_a_sentence_chooses_its_words_by_the_figures() -> None:
    world = store_world()
    state_usual(world)
    world.state("ngay_cong", 5, date(2022, 5, 1), 2468)
    words = {
        "code": "ngay_cong",
        "rise": "Tốt hơn.",
        "fall": "Nhân dân góp {so} {don_vi_tinh}, giảm {muc} so với {ky} (năm trước: {so_truoc}).",
    }

    text = print_tags("{{ nhan_xet('cong') }}", sentence={"cong": words})

    assert "Nhân dân góp 1.234 ngày công, giảm 50% so với năm trước (năm trước: 2.468)." in text


def test_a_sentence_without_words_of_its_own_uses_the_usual_ones() -> None:
    state_usual(store_world())

    text = print_tags("{{ nhan_xet('cong') }}", sentence={"cong": {"code": "tien_mat", "as": "tien"}})

    assert "tien_mat: 32,6 triệu đồng, chưa có số liệu của năm trước để so sánh." in text


def test_the_best_and_those_without_a_figure_are_named() -> None:
    state_usual(store_world())

    text = print_tags(
        "Nhất: {{ cao_nhat('ngay_cong', 1) }}; kém: {{ thap_nhat('ngay_cong', 1) }}; thiếu: {{ chua_co('dat') }}.",
        "{% for dv in don_vi_cao_nhat('ngay_cong', 2) %}[{{ dv.ten }} {{ dv.so('ngay_cong') }}]{% endfor %}",
        "Chưa báo cáo: {{ chua_bao_cao() }}.",
    )

    assert "Nhất: Xã Y Tý (1.200); kém: Xã Cốc Mỳ (34); thiếu: Xã Cốc Mỳ." in text
    assert "[Xã Y Tý 1.200][Xã Cốc Mỳ 34]" in text
    assert "Chưa báo cáo: không có đơn vị nào." in text


def test_a_row_of_a_table_has_its_own_comparison() -> None:
    world = store_world()
    state_usual(world)
    world.state("ngay_cong", 7, date(2022, 5, 1), 17)

    text = print_tags(
        "{% for dv in don_vi_con('commune') %}{{ dv.ten }}: {{ dv.so('ngay_cong', ky='cung_ky') }},"
        " {{ dv.so_sanh('ngay_cong') }}.{% endfor %}"
    )

    assert "Xã Cốc Mỳ: 17, tăng 100% so với năm trước (17)." in text
    assert "Xã Y Tý: …, chưa có số liệu của năm trước để so sánh." in text


@pytest.mark.parametrize(
    ("kind", "more", "described"),
    [
        ("trend", {}, "03/2023 1.234; 04/2023 5"),
        (
            "trend",
            {"by": "quarter", "months": 36},
            "Biểu đồ 1. Ngày công. Đơn vị: ngày công; 12 quý đến 31/12/2023. I/2023",
        ),
        ("pairs", {}, "trước đó"),
        ("bars", {"code": "tien_mat", "level": "village"}, "triệu đồng; năm 2023. Thôn 1 32,6; Thôn 2 1,5"),
    ],
)
def test_charts_show_months_quarters_units_or_the_year_before(kind: str, more: dict[str, Any], described: str) -> None:
    world = store_world()
    state_usual(world)
    world.state("ngay_cong", 5, date(2023, 4, 1), 5)
    world.state("tien_mat", 6, date(2023, 4, 1), 1_500_000)
    chart = {"code": "ngay_cong", "title": "Biểu đồ {stt}. Ngày công", "kind": kind, **more}
    store_template(["{{ bieu_do('b') }}"], parameters={"title": {"vi": "T"}, "chart": {"b": chart}})

    document = docx.Document(io.BytesIO(make().content))

    said = [node.get("descr") for node in document.element.body.iter() if node.tag.endswith("}docPr")]
    assert described in said[0]


def test_a_number_and_its_unit_stay_on_one_line() -> None:
    state_usual(store_world())
    store_template(["Góp {{ so('ngay_cong') }} ngày công ({{ so('ngay_cong') }})."])

    texts = [t.text for t in docx.Document(io.BytesIO(make().content)).element.body.iter() if t.tag.endswith("}t")]
    assert "\u00a0ngày công (" in texts


def test_earlier_days_out_of_the_readers_reach_are_no_data() -> None:
    world = store_world()
    state_usual(world)
    world.state("ngay_cong", 5, date(2022, 5, 1), 1000)
    since = (Window(date(2023, 1, 1), None),)
    scope = Scope(False, dict.fromkeys((DISTRICT, WEST, EAST, 5, 6, 7), since))
    store_template(["{{ so_sanh('ngay_cong') }}; {{ so('ngay_cong', ky='cung_ky') }}"])

    text = text_of_docx(make(scope=scope).content)

    assert "1.000" not in text
    assert "chưa có số liệu của năm trước để so sánh; chưa có số liệu" in text


def test_a_period_from_the_15th_to_the_14th_is_called_by_its_month() -> None:
    world = store_world()
    state_usual(world)
    store_template(["{{ ky }}"], parameters={"title": {"vi": "T"}, "period": {"type": "month", "cut_off": 15}})

    assert "tháng 03/2023" in text_of_docx(make(first=date(2023, 2, 15), last=date(2023, 3, 14)).content)


def test_what_comparisons_need_is_read_before_anything_is_asked() -> None:
    asked = read_tags(
        make_environment().parse(
            "{{ so_sanh('a', voi='ky_truoc') }}{{ cao_nhat('b', cap='village') }}{{ nhan_xet('n') }}"
            "{% for dv in don_vi_thap_nhat('c') %}{{ dv.so('d', ky='cung_ky') }}{% endfor %}{{ chua_bao_cao() }}"
        )
    )

    assert (list(asked.codes["ca_ky"]), list(asked.codes["ky_truoc"])) == (["a"], ["a"])
    assert (list(asked.child_codes["village", "ca_ky"]), list(asked.child_codes["", "ca_ky"])) == (["b"], ["c"])
    assert list(asked.child_codes["", "cung_ky"]) == ["d"]
    assert (list(asked.sentences), list(asked.late)) == (["n"], [""])
