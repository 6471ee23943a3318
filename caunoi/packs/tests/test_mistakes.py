"""Every mistake an officer can make in a pack, each named where it stands."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import docx
import pytest

from caunoi.packs.reading import read_pack
from caunoi.packs.tests.builders import (
    BAO_CAO,
    DAY,
    ELEMENTS,
    HOAT_DONG,
    INDICATORS,
    MONTH,
    MONTHLY,
    PACK_TOML,
    RELATIONS,
    REPORT_TOML,
    assignment,
    element,
    form,
    indicator,
    tiny_pack,
)
from caunoi.refusals import FileRefused, Mistake


def mistakes_of(folder: Path) -> list[Mistake]:
    with pytest.raises(FileRefused) as refused:
        read_pack(folder)
    return refused.value.mistakes


def only_mistake(folder: Path, file: str, row: int, column: str, says: str) -> Mistake:
    found = mistakes_of(folder)
    assert [(one.file, one.row, one.column) for one in found] == [(file, row, column)], found
    assert says in found[0].message + found[0].allowed
    return found[0]


def test_a_right_pack_is_read_whole(tmp_path: Path) -> None:
    pack = read_pack(tiny_pack(tmp_path))

    assert (pack.about.code, pack.about.title_en) == ("thu", "A trial pack")
    assert [one.compiled.form_id for one in pack.forms] == ["bao_cao", "hoat_dong"]
    assert pack.elements[3].classes == ("tot", "kha")
    assert pack.assignments["bao_cao"][0].cut_off == 15
    assert pack.reports[0].parameters["title"]["en"] == "Report"


@pytest.mark.parametrize(("said", "cut_off"), [("", 15), ("cut_off = 15\n", 15), ("cut_off = 1\n", 1)])
def test_periods_begin_on_the_15th_unless_the_pack_or_the_row_says_otherwise(
    tmp_path: Path, said: str, cut_off: int
) -> None:
    monthly = {**MONTHLY, "cut_off": ""}
    toml = REPORT_TOML + '[period]\ntype = "month"\n'
    pack = read_pack(
        tiny_pack(
            tmp_path,
            pack_toml=said + PACK_TOML,
            assignment_rows=[assignment(), assignment("bao_cao", **monthly)],
            files={"reports/bao-cao.toml": toml},
        )  # fmt: skip
    )

    assert pack.assignments["bao_cao"][0].cut_off == cut_off
    assert pack.assignments["hoat_dong"][0].cut_off == 1  # of an event: the day itself
    assert pack.reports[0].parameters["period"] == {"type": "month", "cut_off": cut_off}


def test_another_cut_off_is_refused(tmp_path: Path) -> None:
    only_mistake(tiny_pack(tmp_path, pack_toml="cut_off = 10\n" + PACK_TOML), "pack.toml", 0, "cut_off", "1, 15")


def test_all_mistakes_of_all_files_are_told_at_once_in_order(tmp_path: Path) -> None:
    folder = tiny_pack(
        tmp_path,
        data_elements=[*ELEMENTS, element("hoi_nghi", kind="dong_chay")],
        indicator_rows=[indicator(formula="so_nguoi +")],
        assignment_rows=[assignment("hoat_don"), assignment("bao_cao", period_type="month")],
    )

    found = mistakes_of(folder)

    assert [(one.file, one.row, one.column) for one in found] == [
        ("assignments.csv", 2, "form"),
        ("data_elements.csv", 9, "code"),
        ("data_elements.csv", 9, "kind"),
        ("indicators.csv", 2, "formula"),
    ]


def test_the_same_folder_has_the_same_hash_and_another_content_another(tmp_path: Path) -> None:
    one = read_pack(tiny_pack(tmp_path, name="a"))
    same = read_pack(tiny_pack(tmp_path, name="b"))
    other = read_pack(tiny_pack(tmp_path, name="c", indicator_rows=INDICATORS[:1]))

    assert one.content_hash == same.content_hash != other.content_hash


# -- The folder and pack.toml -----------------------------------------------------------------------------------------


def test_a_file_that_cannot_be_read_is_told_with_the_reason(tmp_path: Path) -> None:
    folder = tiny_pack(tmp_path)
    (folder / "forms" / "sao-chep.md").symlink_to(tmp_path / "da-xoa.md")

    only_mistake(folder, "forms/sao-chep.md", 0, "", "Không đọc được tệp: không có tệp hoặc thư mục này.")


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="Không có thư mục"):
        read_pack(tmp_path / "khong-co")


@pytest.mark.parametrize("name", ["pack.toml", "data_elements.csv", "assignments.csv"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    assert (name, "Thiếu tệp này.") in [
        (m.file, m.message) for m in mistakes_of(tiny_pack(tmp_path, files={name: None}))
    ]


def test_a_pack_without_forms_is_refused(tmp_path: Path) -> None:
    folder = tiny_pack(tmp_path, files={"forms/hoat_dong.md": None, "forms/bao_cao.md": None})

    assert "chưa có biểu mẫu" in next(one.message for one in mistakes_of(folder) if one.file == "forms")


def test_an_unknown_file_is_refused_with_the_name_that_was_meant(tmp_path: Path) -> None:
    folder = tiny_pack(tmp_path, files={"indicator.csv": "code\n"})

    only_mistake(folder, "indicator.csv", 0, "", "Có phải “indicators.csv”?")


def test_a_file_of_another_kind_among_the_forms_is_refused(tmp_path: Path) -> None:
    only_mistake(tiny_pack(tmp_path, files={"forms/anh.png": b"x"}), "forms/anh.png", 0, "", "*.xlsx")


def test_what_excel_and_windows_leave_behind_is_left_alone(tmp_path: Path) -> None:
    read_pack(
        tiny_pack(tmp_path, files={"~$data_elements.csv": "x", "Thumbs.db": "x", ".DS_Store": "x", "README.md": "x"})
    )


def test_pack_toml_that_is_no_toml_is_named_with_its_line(tmp_path: Path) -> None:
    only_mistake(tiny_pack(tmp_path, pack_toml='id = "thu"\nversion = 1.0.0\n'), "pack.toml", 2, "", "TOML")


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ('id = "thu"', 'id = "Gói thử"', "id"),
        ('version = "1"', "", "version"),
        ('version = "1"', "version = 1", "version"),
        ('licence = "Apache-2.0"', "", "licence"),
        ('"commune"', '"xa"', "levels"),
        ('en = "A trial pack"', "", "title.en"),
        ('vi = "Gói thử"', 'vi = ""', "title.vi"),
    ],
)
def test_each_entry_of_pack_toml_is_checked(tmp_path: Path, old: str, new: str, column: str) -> None:
    only_mistake(tiny_pack(tmp_path, pack_toml=PACK_TOML.replace(old, new)), "pack.toml", 0, column, "")


def test_an_unknown_entry_of_pack_toml_is_refused_with_the_one_that_was_meant(tmp_path: Path) -> None:
    folder = tiny_pack(tmp_path, pack_toml=PACK_TOML.replace("licence", 'license = "x"\nlicence'))

    only_mistake(folder, "pack.toml", 0, "license", "Có phải “licence”?")


# -- CSV files --------------------------------------------------------------------------------------------------------


def test_a_file_that_is_not_utf_8_is_refused_with_the_remedy(tmp_path: Path) -> None:
    folder = tiny_pack(tmp_path, data_elements=b"code,name_vi\nx,H\xf4i nghi\n")

    only_mistake(folder, "data_elements.csv", 2, "", "CSV UTF-8")


def test_a_byte_order_mark_is_fine(tmp_path: Path) -> None:
    folder = tiny_pack(tmp_path)
    file = folder / "data_elements.csv"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))

    assert len(read_pack(folder).elements) == len(ELEMENTS)


def test_semicolons_between_columns_are_recognised(tmp_path: Path) -> None:
    folder = tiny_pack(tmp_path, data_elements="code;name_vi;name_en\n")

    only_mistake(folder, "data_elements.csv", 1, "", "chấm phẩy")


def test_a_wrong_column_is_named_with_the_one_that_was_meant(tmp_path: Path) -> None:
    folder = tiny_pack(tmp_path)
    file = folder / "data_elements.csv"
    file.write_text(file.read_text().replace("decimals", "decimal", 1))

    found = mistakes_of(folder)

    assert [(one.row, one.column) for one in found] == [(1, "decimal"), (1, "decimals")]
    assert "Có phải “decimals”?" in found[0].message


def test_a_comma_outside_quotes_is_named_by_its_row(tmp_path: Path) -> None:
    folder = tiny_pack(tmp_path)
    file = folder / "relations.csv"
    file.write_text(file.read_text() + "a,part-of,b,một, hai\n")

    only_mistake(folder, "relations.csv", 4, "", "dấu nháy kép")


def test_an_empty_file_is_said_to_need_a_header(tmp_path: Path) -> None:
    only_mistake(tiny_pack(tmp_path, data_elements=""), "data_elements.csv", 1, "", "tên các cột")


def test_a_broken_form_is_told_once_not_at_every_row_that_names_it(tmp_path: Path) -> None:
    folder = tiny_pack(
        tmp_path,
        forms={"hoat_dong.md": HOAT_DONG.replace("integer | so_luot", "interger | so_luot"), "bao_cao.md": BAO_CAO},
    )

    assert {one.file for one in mistakes_of(folder)} == {"forms/hoat_dong.md"}


# -- Data elements ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "column", "says"),
    [
        ({"code": ""}, "code", "Thiếu mã"),
        ({"code": "Hội nghị"}, "code", "không dấu"),
        ({"name_vi": ""}, "name_vi", "tiếng Việt"),
        ({"name_en": ""}, "name_en", "bản dịch"),
        ({"definition_vi": "Mỗi phiếu một hội nghị."}, "definition_en", "bản dịch"),
        ({"kind": "stok"}, "kind", "Có phải “stock”?"),
        ({"kind": ""}, "kind", "flow, stock"),
        ({"decimals": "7"}, "decimals", "từ 0 đến 6"),
        ({"decimals": "một"}, "decimals", "từ 0 đến 6"),
        ({"levels": ""}, "levels", "Chưa ghi cấp"),
        ({"levels": "commune;vilage"}, "levels", "Có phải “village”?"),
        ({"levels": "district"}, "levels", "không có cấp"),
        ({"nature": "ket_qua"}, "nature", "result, target"),
        ({"form": ""}, "form", "Chưa ghi biểu mẫu"),
        ({"form": "hoat_don"}, "form", "Có phải “hoat_dong”?"),
        ({"day": ""}, "day", "period, end"),
        ({"day": "ngay"}, "day", "period, end"),
        ({"day": "${ngai}"}, "day", "Có phải “ngay”?"),
        ({"day": "${so_nguoi}"}, "day", "không phải là câu hỏi ngày"),
        ({"expression": ""}, "expression", "Chưa ghi"),
        ({"expression": "${so_nguoi"}, "expression", "Ký tự thứ 1"),
        ({"expression": "${so_nguoi} +"}, "expression", "hết dòng"),
        ({"expression": "${so_ngui}"}, "expression", "Có phải “so_nguoi”?"),
        ({"expression": "${ghi_chu}"}, "expression", "không phải là câu hỏi số"),
        ({"expression": "${loai}"}, "expression", "không phải là câu hỏi số"),
        ({"expression": "${so}"}, "expression", "sum(${dong.so})"),
        ({"expression": "sum(${nhom.so})"}, "expression", "${dong.so}"),
        ({"expression": "sum(${dong.so_nguoi})"}, "expression", "${so_nguoi}"),
        ({"expression": "count(${so_nguoi})"}, "expression", "không phải là nhóm lặp"),
        ({"expression": "count(${don})"}, "expression", "Có phải “dong”?"),
        ({"filter": "${loai} ="}, "filter", "hết dòng"),
        ({"filter": "${so_nguoi}"}, "filter", "điều kiện"),
        ({"filter": "${laoi} = 'hoi_nghi'"}, "filter", "Có phải “loai”?"),
        ({"filter": "${loai} = 'hoi_ngi'"}, "filter", "Có phải “hoi_nghi”?"),
        ({"filter": "selected(${nhieu_loai}, 'x')"}, "filter", "không có lựa chọn 'x'"),
        ({"filter": "${nhieu_loai} = 'hoi_nghi'"}, "filter", "selected("),
        ({"filter": "${so_nguoi} = '5'"}, "filter", "bỏ dấu nháy"),
        ({"filter": "${ghi_chu} > 3"}, "filter", "không phải là câu hỏi số"),
        ({"classes": "a;b"}, "classes", "category"),
        ({"kind": "units"}, "form", "để trống"),
    ],
)
def test_each_column_of_a_data_element_is_checked(
    tmp_path: Path, given: dict[str, str], column: str, says: str
) -> None:
    rows = [*ELEMENTS, element(**{"code": "them", "filter": ""} | given)]

    found = [one for one in mistakes_of(tiny_pack(tmp_path, data_elements=rows)) if one.column == column]

    assert [(one.file, one.row) for one in found] == [("data_elements.csv", len(rows) + 1)]
    assert says in found[0].message + found[0].allowed


@pytest.mark.parametrize(
    ("given", "column", "says"),
    [
        ({"classes": ""}, "classes", "từ tốt nhất"),
        ({"classes": "tot;kha;tot"}, "classes", "hai lần"),
        ({"classes": "tot;kha;gioi"}, "classes", "không có lựa chọn 'gioi'"),
        ({"classes": "tot"}, "classes", "chưa ghi trong classes: kha"),
        ({"expression": "${so_nguoi}"}, "expression", "chọn một"),
        ({"decimals": "1"}, "decimals", "thập phân"),
    ],
)
def test_a_category_s_classes_are_the_choices_of_its_question(
    tmp_path: Path, given: dict[str, str], column: str, says: str
) -> None:
    category = {"kind": "category", "expression": "${xep_loai}", "filter": "", "classes": "tot;kha"}
    rows = [*ELEMENTS, element("them", **category | given)]

    only_mistake(tiny_pack(tmp_path, data_elements=rows), "data_elements.csv", len(rows) + 1, column, says)


def test_a_code_used_twice_is_named_with_its_first_row(tmp_path: Path) -> None:
    folder = tiny_pack(tmp_path, data_elements=[*ELEMENTS, element("so_nguoi")])

    only_mistake(folder, "data_elements.csv", 9, "code", "data_elements.csv, dòng 3")


def test_a_code_of_a_data_element_is_not_free_for_an_indicator(tmp_path: Path) -> None:
    folder = tiny_pack(tmp_path, indicator_rows=[indicator("so_nguoi", formula="hoi_nghi", unit="")])

    only_mistake(folder, "indicators.csv", 2, "code", "data_elements.csv, dòng 3")


# -- Indicators and relations -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "column", "says"),
    [
        ({"formula": ""}, "formula", "Chưa ghi công thức"),
        ({"formula": "so_nguoi + "}, "formula", "Ký tự thứ 11"),
        ({"formula": "so_ngui / hoi_nghi"}, "formula", "Có phải: so_nguoi"),
        ({"formula": "them + 1"}, "formula", "vòng: them → them"),
        ({"formula": "so_nguoi + hoi_nghi"}, "formula", "đơn vị tính khác nhau"),
        ({"formula": "so_nguoi + so_luot"}, "formula", "lượt với số người"),
        ({"formula": "cuoc_hop + cuoc_hop_chi_tieu"}, "formula", "chỉ tiêu với kết quả"),
        ({"formula": "xep_loai * 2"}, "formula", "xếp loại"),
        ({"formula": "share_at_least(xep_loai, 'gioi')"}, "formula", "không có loại 'gioi'"),
        ({"direction": "lên"}, "direction", "up, down"),
        ({"name_en": ""}, "name_en", "bản dịch"),
        ({"source_en": "A decision"}, "source_vi", "bản dịch"),
        ({"decimals": "-1"}, "decimals", "từ 0 đến 6"),
    ],
)
def test_each_column_of_an_indicator_is_checked(tmp_path: Path, given: dict[str, str], column: str, says: str) -> None:
    folder = tiny_pack(tmp_path, indicator_rows=[*INDICATORS, indicator("them", **given)])

    only_mistake(folder, "indicators.csv", 4, column, says)


def test_a_circle_of_formulas_is_shown_at_each_formula_in_it(tmp_path: Path) -> None:
    rows = [
        indicator("a", formula="b + 1"),
        indicator("b", formula="a * 2"),
        indicator("c", formula="so_nguoi", unit="người"),
    ]

    found = mistakes_of(tiny_pack(tmp_path, indicator_rows=rows))

    assert [(one.row, one.position, one.message.partition(".")[0]) for one in found] == [
        (2, 1, "Công thức chạy vòng: a → b → a"),
        (3, 1, "Công thức chạy vòng: b → a → b"),
    ]


@pytest.mark.parametrize(
    ("given", "column", "says"),
    [
        ({"code": "so_ngui"}, "code", "Có phải: so_nguoi"),
        ({"other": "khong_co_ma_nay"}, "other", "Không có mã"),
        ({"other": ""}, "other", "Thiếu mã"),
        ({"relation": "part_of"}, "relation", "Có phải “part-of”?"),
        ({"other": "so_nguoi"}, "other", "chính nó"),
        ({"other": "hoi_nghi"}, "relation", "cùng đơn vị"),
        ({"relation": "target-of"}, "relation", "nature = target"),
        ({"code": "so_luot", "relation": "turns-of", "other": "so_nguoi"}, "code", "dòng 2"),
    ],
)
def test_each_column_of_a_relation_is_checked(tmp_path: Path, given: dict[str, str], column: str, says: str) -> None:
    row = {"code": "so_nguoi", "relation": "part-of", "other": "so_luot"} | given

    only_mistake(tiny_pack(tmp_path, relations=[*RELATIONS, row]), "relations.csv", 4, column, says)


AIM = element("ty_le_tot_giao", kind="own-level", unit="%", nature="target", expression="${so_nguoi}", filter="")


@pytest.mark.parametrize(
    ("given", "column", "says"),
    [
        ({"kind": "flow"}, "code", "số riêng của từng đơn vị"),
        ({"nature": "result"}, "code", "số riêng của từng đơn vị"),
        ({"unit": "người"}, "relation", "cùng đơn vị tính: người, %"),
    ],
)
def test_the_target_of_an_indicator_is_a_unit_s_own_in_its_unit(
    tmp_path: Path, given: dict[str, str], column: str, says: str
) -> None:
    row = {"code": "ty_le_tot_giao", "relation": "target-of", "other": "ty_le_tot"}
    elements = [*ELEMENTS, AIM | given]

    folder = tiny_pack(tmp_path, data_elements=elements, relations=[*RELATIONS, row])

    only_mistake(folder, "relations.csv", 4, column, says)


def test_an_indicator_has_one_target_and_no_other_relation(tmp_path: Path) -> None:
    aims = [AIM | {"code": code} for code in ("giao_mot", "giao_hai")]
    rows = [{"code": one["code"], "relation": "target-of", "other": "ty_le_tot"} for one in aims]

    folder = tiny_pack(tmp_path, data_elements=[*ELEMENTS, *aims], relations=[*RELATIONS, *rows])
    only_mistake(folder, "relations.csv", 5, "other", "đã có chỉ tiêu phấn đấu ở dòng 4")

    part = {"code": "giao_mot", "relation": "part-of", "other": "ty_le_tot"}
    folder = tiny_pack(tmp_path, data_elements=[*ELEMENTS, *aims], relations=[*RELATIONS, rows[0], part])
    only_mistake(folder, "relations.csv", 5, "other", "Không có mã")


def test_a_part_cannot_hold_its_whole(tmp_path: Path) -> None:
    rows = [
        {"code": "so_luot", "relation": "part-of", "other": "so_nguoi"},
        {"code": "so_nguoi", "relation": "part-of", "other": "so_luot"},
    ]

    only_mistake(tiny_pack(tmp_path, relations=rows), "relations.csv", 3, "other", "vòng")


# -- Assignments ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "column", "says"),
    [
        ({"form": "bao_ca"}, "form", "Có phải “bao_cao”?"),
        ({"form": "hoat_dong"}, "form", "ky_bao_cao"),
        ({"level": "district"}, "level", "province"),
        ({"period_type": "moth"}, "period_type", "Có phải “month”?"),
        ({"cut_off": "10"}, "cut_off", "1, 15"),
        ({"due_days": ""}, "due_days", "số nguyên"),
        ({"due_days": "-3"}, "due_days", "số nguyên"),
        ({"approval": "huyen"}, "approval", "none"),
        ({"approval": "village"}, "approval", "cấp trên"),
        ({"self_approval": "no"}, "self_approval", "forbidden, allowed"),
        ({"covers": "hoat_don"}, "covers", "Có phải “hoat_dong”?"),
        ({"covers": "bao_cao"}, "covers", "không phải là biểu mẫu theo hoạt động"),
        ({"from": "31/02/2024"}, "from", "ngày có thật"),
        ({"from": "2024-01-01", "to": "2023-01-01"}, "to", "trước ngày bắt đầu"),
        ({"approval": "commune;tinh"}, "approval", "tinh"),
        ({"approval": "province;commune"}, "approval", "đi lên dần"),
        ({"approval": "commune;commune"}, "approval", "đi lên dần"),
        ({"approval": "village;commune"}, "approval", "cấp trên"),
        ({"approval": "commune;none"}, "approval", "none"),
        ({"closes_days": "mười"}, "closes_days", "số nguyên"),
        ({"closes_days": "3"}, "closes_days", "từ 5 đến"),
        ({"locks_days": "4"}, "locks_days", "từ 5 đến"),
    ],
)
def test_each_column_of_an_assignment_is_checked(tmp_path: Path, given: dict[str, str], column: str, says: str) -> None:
    monthly = assignment("bao_cao", period_type="month", level="commune")
    rows = [assignment(level="village"), monthly | given]

    only_mistake(tiny_pack(tmp_path, assignment_rows=rows), "assignments.csv", 3, column, says)


def test_what_is_sent_for_each_event_has_no_closing_day(tmp_path: Path) -> None:
    folder = tiny_pack(tmp_path, assignment_rows=[assignment(locks_days="30")])

    only_mistake(folder, "assignments.csv", 2, "locks_days", "theo kỳ")


def test_a_form_is_assigned_to_a_level_once_for_any_day(tmp_path: Path) -> None:
    rows = [
        assignment(**{"to": "30/6/2025"}),
        assignment(**{"from": "2025-07-01"}),
        assignment(**{"from": "2026-01-01"}),
    ]

    only_mistake(tiny_pack(tmp_path, assignment_rows=rows), "assignments.csv", 4, "level", "dòng 3")


def test_an_event_form_needs_a_day(tmp_path: Path) -> None:
    no_day = form("| | integer | so | Số | Number | |", form_id="khong_ngay")
    folder = tiny_pack(
        tmp_path,
        files={"forms/khong_ngay.md": no_day},
        assignment_rows=[assignment(), assignment("khong_ngay")],
    )

    only_mistake(folder, "assignments.csv", 3, "form", "câu hỏi ngày")


# -- Forms and reports ------------------------------------------------------------------------------------------------


def _with_form(tmp_path: Path, content: str | bytes) -> Path:
    return tiny_pack(tmp_path, files={"forms/moi.md": content})


def test_a_label_without_translation_is_named_by_row_and_column(tmp_path: Path) -> None:
    folder = _with_form(tmp_path, form(DAY, "| | integer | so | Số | | |", form_id="moi"))

    found = mistakes_of(folder)

    assert [(one.file, one.sheet, one.row) for one in found] == [("forms/moi.md", "survey", 3)]
    assert found[0].column.startswith("label::") and "en" in found[0].column


def test_a_form_that_does_not_compile_is_told_its_missing_translations_as_well(tmp_path: Path) -> None:
    content = form(DAY, "| | integr | so | Số | | |", "| | decimal | ha | | Area | . >= |", form_id="moi")

    found = {(one.sheet, one.row, one.column) for one in mistakes_of(_with_form(tmp_path, content))}

    assert found == {
        ("survey", 3, "type"), ("survey", 3, "label::English (en)"), ("survey", 4, "label::Tiếng Việt (vi)"),
        ("survey", 4, "relevant"),
    }  # fmt: skip


def test_a_form_without_english_at_all_is_told_the_missing_column(tmp_path: Path) -> None:
    content = form(DAY.replace("Ngày | Day", "Ngày"), form_id="moi", columns="label::Tiếng Việt (vi)")

    only_mistake(_with_form(tmp_path, content), "forms/moi.md", 1, "label::English (en)", "Thiếu cột")


def test_an_unknown_question_in_a_form_s_own_rule_is_named(tmp_path: Path) -> None:
    content = form(MONTH, "| | integer | so | Số | Number | ${ky_bao_ca} != '' |", form_id="moi")

    found = only_mistake(_with_form(tmp_path, content), "forms/moi.md", 3, "relevant", "ky_bao_cao")
    assert found.sheet == "survey"


def test_two_forms_with_one_id_are_refused(tmp_path: Path) -> None:
    only_mistake(_with_form(tmp_path, form(DAY, form_id="bao_cao")), "forms/moi.md", 2, "form_id", "forms/bao_cao.md")


def test_a_form_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    only_mistake(_with_form(tmp_path, form(DAY, form_id="moi").encode("utf-16")), "forms/moi.md", 1, "", "UTF-8")


@pytest.mark.parametrize(
    ("files", "file", "says"),
    [
        ({"reports/bao-cao.toml": None}, "reports/bao-cao.toml", "Thiếu tệp tham số"),
        ({"reports/bao-cao.docx": None}, "reports/bao-cao.docx", "Thiếu mẫu Word"),
        ({"reports/bao-cao.docx": b"PK\x03\x04 hong"}, "reports/bao-cao.docx", "không phải là tệp Word"),
        ({"reports/bao-cao.toml": "a = "}, "reports/bao-cao.toml", "TOML"),
        ({"reports/bao-cao.toml": ""}, "reports/bao-cao.toml", "[title]"),
        ({"reports/bao-cao.pdf": b"x"}, "reports/bao-cao.pdf", "*.docx"),
    ],
)
def test_a_report_template_needs_both_files_whole(tmp_path: Path, files: dict[str, Any], file: str, says: str) -> None:
    (found,) = mistakes_of(tiny_pack(tmp_path, files=files))

    assert found.file == file
    assert says in found.message + found.allowed


def test_a_report_template_that_names_an_unknown_code_is_found_before_anybody_makes_the_report(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Số buổi: {{ so('khong_co_ma_nay') }}")
    buffer = io.BytesIO()
    document.save(buffer)

    mistakes = mistakes_of(tiny_pack(tmp_path, files={"reports/bao-cao.docx": buffer.getvalue()}))

    assert any("khong_co_ma_nay" in one.message + one.value and one.file == "reports/bao-cao.docx" for one in mistakes)
