from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from caunoi.forms.rules.check import check_answers
from caunoi.forms.rules.compile import compile_xlsform, xlsx_of
from caunoi.forms.rules.instance import build_instance, parse_instance
from caunoi.forms.rules.questions import find_event_question, from_json, outline, to_json
from caunoi.refusals import FileRefused

SURVEY = "| survey |\n|  | type | name | label::Tiếng Việt (vi) | relevant | constraint | calculation |\n"
SETTINGS = "\n\n| settings |\n|  | form_id | form_title | version |\n|  | thu | Thử | 1 |\n"
FORMS = sorted((Path(__file__).parents[3] / "packs").glob("*/forms/*.md"))


def form(*rows: str) -> bytes:
    return (SURVEY + "\n".join(f"|  | {row} |" for row in rows) + SETTINGS).encode()


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_every_form_of_our_packs_compiles_with_all_translations_and_all_checks(path: Path) -> None:
    compiled = compile_xlsform(path.read_bytes(), "md", path.name)

    assert set(compiled.titles) == {"vi", "en"}
    assert compiled.untranslated == ()
    assert compiled.unchecked == ()
    assert from_json(json.loads(json.dumps(to_json(compiled.questions)))) == compiled.questions


def test_all_mistakes_of_a_form_are_named_at_once_with_row_and_column() -> None:
    content = form(
        "integer | so_ho | Số hộ | ${so_nguo} > 0 | |", "integer | so_nguoi | Người | | |", "text | so_ho | Lại | | |"
    )

    with pytest.raises(FileRefused) as refused:
        compile_xlsform(content, "md", "thu.md")

    found = [(m.sheet, m.row, m.column) for m in refused.value.mistakes]
    assert found == [("survey", 2, "relevant"), ("survey", 4, "name")]
    assert "so_nguoi" in refused.value.mistakes[0].message


def test_what_stops_the_compiler_hides_nothing_else_of_the_form() -> None:
    content = form(
        "integr | a | A | | |", "integer | 1b | B | ${a} > 0 | |", "begin repeet | dong | Dòng | | |",
        "integer | so | Số | | . >= |", "select_one thieu | c | C | ${1b} > 1 | |", "end repeet | | | | |",
        "calculate | tong | | ${khong_co} > 1 | |", "integer | d | D | | |",
    )  # fmt: skip

    with pytest.raises(FileRefused) as refused:
        compile_xlsform(content, "md", "thu.md")

    found = [(m.sheet, m.row, m.column) for m in refused.value.mistakes]
    assert found == [
        ("choices", 0, ""), ("survey", 2, "type"), ("survey", 3, "name"), ("survey", 4, "type"),
        ("survey", 5, "constraint"), ("survey", 7, "name"), ("survey", 8, "relevant"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "row", "column"),
    [
        (form("integr | a | A | | |"), 2, "type"),
        (form("integer | a | A | | . >= |"), 2, "constraint"),
        (form("integer | meta | A | | |"), 2, "name"),
        (form("integer | a:b | A | | |"), 2, "name"),
        (form("integer | 1a | A | | |"), 2, "name"),
        (form("integer | | A | | |"), 2, "name"),
        (form("begin group | g | A | | |", "integer | a | A | | |"), 2, "type"),
        (form("calculate | a | | | |"), 2, "calculation"),
        (form("integer | a | | | |"), 2, "label"),
        (b"xin chao", 0, ""),
        (b"", 0, ""),
        (b"PK\x03\x04 cut off", 0, ""),
        (b"\xd0\xcf\x11\xe0 cut off", 0, ""),
        (SETTINGS.encode(), 0, ""),
    ],
)
def test_whatever_is_wrong_with_a_form_becomes_a_mistake_with_its_place(content: bytes, row: int, column: str) -> None:
    with pytest.raises(FileRefused) as refused:
        compile_xlsform(content, "md", "thu.md")

    mistake = refused.value.mistakes[0]
    assert (mistake.row, mistake.column) == (row, column)
    assert mistake.message


@pytest.mark.parametrize(
    ("survey", "row", "column"),
    [
        # pyxform says these without a row, or stumbles over them in Python.
        ("type | name | label\nselect_one_external x | a | A\ninteger | b | B", 2, "type"),
        ("type | name | label\ninteger | b | B\nselect_one ${r} | a | A", 3, ""),
        ("type | name | label\ninteger | b | B\nbackground-geopoint | g | ", 3, "trigger"),
        # of a question whose name another group has too, and of a repeat's count
        ("type | name | label | constraint\nbegin group | g | G |\ntext | a | A |\nend group |\ntext | a | A | . >",
         5, "constraint"),
        ("type | name | label | repeat_count\nbegin repeat | r | R | 1 +\ntext | a | A |\nend repeat | | |", 2,
         "repeat_count"),
    ],
)  # fmt: skip
def test_where_the_compiler_gives_no_row_it_is_found(survey: str, row: int, column: str) -> None:
    content = "| survey |\n" + "".join(f"|  | {line} |\n" for line in survey.splitlines())

    with pytest.raises(FileRefused) as refused:
        compile_xlsform((content + SETTINGS).encode(), "md", "thu.md")

    assert [(m.sheet, m.row, m.column) for m in refused.value.mistakes] == [("survey", row, column)]


def test_headers_may_be_written_in_capitals_or_with_older_names() -> None:
    content = "| survey |\n|  | Type | Value | Label | relevant | Repeat Count |\n"
    content += "|  | integer | so | Số | | |\n|  | begin repeat | dong | Dòng | ${so} > 0 | ${so} |\n"
    content += "|  | text | ten | Tên | | |\n|  | end repeat | | | | |\n"
    content += "| settings |\n|  | Form ID | Title | VERSION |\n|  | thu | Thử | 7 |\n"

    compiled = compile_xlsform(content.encode(), "md", "a.md")

    assert (compiled.form_id, compiled.version, compiled.titles) == ("thu", "7", {"vi": "Thử"})
    assert [question.name for question in compiled.questions] == ["so", "ten"]


def test_a_row_switched_off_says_nothing() -> None:
    content = "| survey |\n|  | type | name | label | relevant | disabled |\n"
    content += "|  | text | so | Cũ | | yes |\n|  | integer | so | Số | | |\n"

    compiled = compile_xlsform(content.encode(), "md", "a.md")

    assert [(question.name, question.type) for question in compiled.questions] == [("so", "integer")]


def test_a_root_with_a_name_of_its_own_keeps_the_rules() -> None:
    content = form("integer | so | Số | | . < 5 |").replace(b"| version |", b"| version | name |")
    content = content.replace(b"| 1 |\n", b"| 1 | phieu |\n")

    compiled = compile_xlsform(content, "md", "thu.md")

    assert compiled.questions[0].path == "/phieu/so"
    assert check_answers(compiled.questions, {"so": "9"}, date(2026, 1, 1))[0].kind == "constraint"


def test_languages_without_a_code_are_told_apart() -> None:
    content = "| survey |\n|  | type | name | label::Tiếng Việt | label::English | label::Français |\n"
    content += "|  | text | ten | Tên | Name | Nom |\n"

    compiled = compile_xlsform(content.encode(), "md", "a.md")

    assert compiled.questions[0].labels == {"vi": "Tên", "en": "Name", "français": "Nom"}
    assert compiled.languages == {"vi", "en", "français"}


def test_a_form_that_wants_no_identities_gets_them_all_the_same() -> None:
    content = form("integer | so | Số | | |").replace(b"| version |", b"| version | omit_instanceID |")
    content = content.replace(b"| 1 |\n", b"| 1 | yes |\n")

    assert "<instanceID/>" in compile_xlsform(content, "md", "thu.md").xform


def test_a_group_without_questions_is_no_answer_too_many() -> None:
    compiled = compile_xlsform(
        form("begin group | g | G | | |", "end group | | | | |", "text | a | A | | |"), "md", "a.md"
    )
    said = "<g/><a>x</a><la>1</la><meta><instanceID>u</instanceID></meta>"

    instance = parse_instance(f'<data id="thu">{said}</data>'.encode(), compiled.questions)

    assert instance.unknown == ("la",)


def test_a_form_without_id_and_version_gets_them_from_its_name_and_content() -> None:
    content = form("integer | a | A | | |").split(b"| settings |")[0]

    first = compile_xlsform(content, "md", "Phiếu khảo sát.md")
    again = compile_xlsform(content, "md", "Phiếu khảo sát.md")
    changed = compile_xlsform(content.replace(b"A", b"B"), "md", "Phiếu khảo sát.md")

    assert first.form_id == "Phiếu_khảo_sát"
    assert first.version == again.version != changed.version
    assert f'id="{first.form_id}" version="{first.version}"' in first.xform
    assert first.titles == {"vi": "Phiếu_khảo_sát"}


def test_groups_may_repeat_a_name_and_each_answer_is_kept() -> None:
    rows = [
        "begin group | nam | Nam | | |", "integer | so | Số | | |", "end group | | | | |",
        "begin group | nu | Nữ | | |", "integer | so | Số | | |", "end group | | | | |", "text | ky | Kỳ | | |",
    ]  # fmt: skip

    compiled = compile_xlsform(form(*rows), "md", "thu.md")
    said = "<nam><so>3</so></nam><nu><so>4</so></nu><ky>x</ky><meta><instanceID>u</instanceID></meta>"
    answers = parse_instance(f'<data id="thu">{said}</data>'.encode(), compiled.questions).answers

    assert answers == {"nam/so": "3", "nu/so": "4", "data/ky": "x"}
    assert check_answers(compiled.questions, answers, date(2026, 1, 1)) == []
    built = build_instance(outline(compiled.questions), "thu", "1", "u", answers)
    assert parse_instance(built.encode(), compiled.questions).answers == answers


def test_a_question_may_bear_the_usual_name_of_the_root() -> None:
    compiled = compile_xlsform(form("integer | data | A | | |"), "md", "thu.md")

    assert compiled.questions[0].path == "/data_/data"


def test_groups_and_repeats_stand_around_their_questions() -> None:
    rows = [
        "begin repeat | dong | Dòng | | |", "begin group | nhom | Nhóm | | |", "integer | so | Số | | |",
        "end group | | | | |", "end repeat | | | | |", "calculate | tong | | | | sum(${so})",
    ]  # fmt: skip
    compiled = compile_xlsform(form(*rows), "md", "thu.md")

    so, tong = compiled.questions
    assert so.path == "/data/dong/nhom/so"
    assert so.repeat == "dong"
    assert [around.repeats for around in so.enclosing] == [True, False]
    assert tong.calculate


def test_a_function_the_server_lacks_is_said_and_not_refused() -> None:
    compiled = compile_xlsform(form("integer | a | A | | . < pulldata('x', 'y', 'z', 'w') |"), "md", "thu.md")

    assert [(m.row, m.column) for m in compiled.unchecked] == [(2, "constraint")]


def test_a_missing_translation_is_listed() -> None:
    content = form("integer | a | A | | |", "integer | b | B | | |").replace(
        b"| relevant |", b"| label::English (en) |", 1
    )
    content = content.replace(b"| integer | a | A |  |", b"| integer | a | A | A |").replace(
        b"integer | a | A | ", b"integer | a | A | a"
    )

    compiled = compile_xlsform(content, "md", "thu.md")

    assert [(m.row, m.column) for m in compiled.untranslated] == [(3, "label::English (en)")]


def test_officers_get_an_xlsx_also_where_the_pack_keeps_text(tmp_path: Path) -> None:
    source = FORMS[0].read_bytes()
    made = xlsx_of(source)
    (tmp_path / "form.xlsx").write_bytes(made)

    assert "survey" in load_workbook(tmp_path / "form.xlsx").sheetnames
    assert compile_xlsform(made, "xlsx", "form.xlsx").questions == compile_xlsform(source, "md", "form.md").questions


def test_the_event_day_is_the_question_ngay_or_else_the_first_required_date() -> None:
    named = compile_xlsform(form("date | truoc | Trước | | |", "date | ngay | Ngày | | |"), "md", "a.md")
    unnamed = compile_xlsform(form("text | ten | Tên | | |", "date | luc | Lúc | | |"), "md", "a.md")

    assert find_event_question(named.questions) == named.questions[1]
    assert find_event_question(unnamed.questions) == unnamed.questions[1]
