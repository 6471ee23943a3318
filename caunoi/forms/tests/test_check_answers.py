from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caunoi.forms.errors import InstanceRefused
from caunoi.forms.rules.check import FormChecker, check_answers
from caunoi.forms.rules.compile import compile_xlsform
from caunoi.forms.rules.instance import MAX_BYTES, build_instance, parse_instance, prefilled_xform
from caunoi.forms.rules.questions import Question, clean_answer, outline
from caunoi.forms.rules.xpath import BrokenExpression, Expression, UnknownFunction, clock_of
from caunoi.forms.tests.test_compile_xlsform import form
from caunoi.moments import local_moment

TODAY = date(2024, 1, 31)
GIFT = compile_xlsform(
    (Path(__file__).parents[3] / "packs/tuyen-van/forms/dong_gop.md").read_bytes(), "md", "dong_gop.md"
)
GOOD = {
    "ngay": "2024-01-31", "loai_cong_trinh": "duong", "hinh_thuc": "dat tien", "dat_m2": "120",
    "so_tien": "5000000", "so_ho": "3",
}  # fmt: skip


def problems(**changes: str) -> list[tuple[str, str]]:
    answers = {name: value for name, value in {**GOOD, **changes}.items() if value}
    return [(p.question, p.kind) for p in check_answers(GIFT.questions, answers, TODAY)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"so_ho": ""}, [("so_ho", "required")]),
        ({"so_ho": "ba"}, [("so_ho", "type")]),
        ({"so_ho": "3.5"}, [("so_ho", "type")]),
        ({"so_ho": "１２"}, [("so_ho", "type")]),
        ({"so_ho": "9" * 30}, [("so_ho", "type")]),
        ({"so_ho": "-1"}, [("so_ho", "constraint")]),
        ({"ngay": "2024-02-01"}, [("ngay", "constraint")]),
        ({"ngay": "2009-12-31"}, [("ngay", "constraint")]),
        ({"ngay": "2023-02-31"}, [("ngay", "type")]),
        ({"ngay": "31/01/2024"}, [("ngay", "type")]),
        ({"loai_cong_trinh": "cau"}, [("loai_cong_trinh", "choice")]),
        ({"hinh_thuc": "dat vang", "so_tien": ""}, [("hinh_thuc", "choice")]),
        ({"hinh_thuc": "dat dat", "so_tien": ""}, [("hinh_thuc", "choice")]),
        ({"dat_m2": ""}, [("dat_m2", "required")]),
        ({"hinh_thuc": "tien"}, [("dat_m2", "not-relevant")]),
        ({"hinh_thuc": "tien", "dat_m2": ""}, []),
        ({"ten_chu_ho": "Giàng A Páo"}, [("ten_chu_ho", "unknown-question")]),
    ],
)
def test_answers_are_held_to_the_rules_of_the_form(changes: dict[str, str], expected: list[tuple[str, str]]) -> None:
    assert problems(**changes) == expected


def test_a_problem_says_what_is_allowed() -> None:
    found = check_answers(GIFT.questions, {**GOOD, "loai_cong_trinh": "cau", "so_ho": "0"}, TODAY)

    assert "duong (Đường giao thông)" in found[0].allowed
    assert found[1].message == "Nhập số từ 1 đến 2.000."
    assert found[1].label == "Số hộ đóng góp đợt này"


def test_exact_decimals_are_compared_exactly() -> None:
    compiled = compile_xlsform(form("decimal | km | Km | | round(., 3) = . |"), "md", "a.md")

    assert check_answers(compiled.questions, {"km": "17.125"}, TODAY) == []
    assert [p.kind for p in check_answers(compiled.questions, {"km": "17.1255"}, TODAY)] == ["constraint"]


def test_rows_of_a_repeat_are_checked_one_by_one() -> None:
    rows = ["begin repeat | dong | Dòng | | |", "integer | so | Số | | . < 5 |", "end repeat | | | | |"]
    compiled = compile_xlsform(form(*rows), "md", "a.md")

    found = check_answers(compiled.questions, {"dong": [{"so": "1"}, {"so": "7"}]}, TODAY)

    assert [(p.question, p.row) for p in found] == [("so", 2)]


def test_calculations_are_filled_where_no_device_did_it() -> None:
    rows = [
        "integer | a | A | | |",
        "calculate | b | | | | ${a} * 2",
        "calculate | c | | | | if(${b} > 5, 'nhieu', 'it')",
    ]
    checker = FormChecker(compile_xlsform(form(*rows), "md", "a.md").questions)

    checked = checker.check({"a": "3"}, TODAY, calculate=True)

    assert checked.answers == {"a": "3", "b": "6", "c": "nhieu"}


def test_relevance_may_hang_on_a_later_question_and_on_a_group() -> None:
    rows = [
        "begin group | g | Nhóm | ${cuoi} = 1 | |", "integer | a | A | | |", "end group | | | | |",
        "integer | b | B | ${a} > 0 | |", "integer | cuoi | Cuối | | |",
    ]  # fmt: skip
    compiled = compile_xlsform(form(*rows), "md", "a.md")

    assert check_answers(compiled.questions, {"a": "1", "b": "2", "cuoi": "1"}, TODAY) == []
    found = check_answers(compiled.questions, {"a": "1", "b": "2", "cuoi": "0"}, TODAY)
    assert [(p.question, p.kind) for p in found] == [("a", "not-relevant"), ("b", "not-relevant")]


def test_a_check_with_an_unknown_function_is_left_out_and_noted() -> None:
    compiled = compile_xlsform(form("integer | a | A | | . < pulldata('x', 'y', 'z', 'w') |"), "md", "a.md")

    checked = FormChecker(compiled.questions).check({"a": "3"}, TODAY)

    assert checked.problems == ()
    assert "pulldata" in checked.left_out[0]


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("selected(/d/m, 'b')", "true"),
        ("selected(/d/m, 'bc')", "false"),
        ("count-selected(/d/m)", "2"),
        ("selected-at(/d/m, 1)", "b"),
        ("coalesce(/d/empty, /d/n)", "7"),
        ("if(/d/n > 5, 'hon', 'kem')", "hon"),
        ("string-length(/d/t)", "3"),
        ("regex(/d/t, '[a-z]+')", "true"),
        ("regex(/d/t, '[a-z]')", "false"),
        ("sum(/d/r/x)", "3.5"),
        ("sum(/d/r/x) + count(/d/r)", "6.5"),
        ("max(/d/r/x)", "2.5"),
        ("min(/d/nothing)", ""),
        ("int(7.9)", "7"),
        ("int(-7.9)", "-7"),
        ("number(/d/t)", ""),
        ("not(/d/n = 7)", "false"),
        ("round(2.5)", "3"),
        ("round(-2.5)", "-2"),
        ("round(1.005, 2)", "1.01"),
        ("round('abc')", ""),
        ("date('2024-01-31') - date('2024-01-01')", "30"),
        ("format-date(date('2024-01-05'), '%d/%m/%Y')", "05/01/2024"),
        ("today() - date('2024-01-01')", "30"),
        ("concat(/d/t, '-', /d/n)", "abc-7"),
        ("join('; ', /d/r/x)", "1; 2.5; "),
        ("count-non-empty(/d/r/x)", "2"),
        ("substr(/d/t, 1)", "bc"),
        ("pow(2, 10)", "1024"),
        ("abs(-3)", "3"),
        ("1 div 0", ""),
        ("/d/n > 5 and (/d/n < 9 or false())", "true"),
        ("/d/n mod (2)", "1"),
        ("'today()'", "today()"),
    ],
)
def test_functions_of_odk_give_what_the_phone_gives(expression: str, answer: str) -> None:
    from lxml import etree

    tree = etree.fromstring("<d><n>7</n><m>a b</m><t>abc</t><empty/><r><x>1</x></r><r><x>2.5</x></r><r><x/></r></d>")

    assert Expression(expression).answer(tree, clock_of(TODAY, local_moment(TODAY))) == answer


def test_broken_and_unknown_expressions_are_told_apart() -> None:
    with pytest.raises(BrokenExpression):
        Expression(". > ")
    with pytest.raises(UnknownFunction) as unknown:
        Expression("pulldata('a') + indexed-repeat(1)")
    assert unknown.value.names == ("pulldata", "indexed-repeat")


def test_an_instance_that_was_built_reads_back_the_same() -> None:
    xml = build_instance(outline(GIFT.questions), "dong_gop", "1", "uuid:1", GOOD, deprecated_id="uuid:0")

    instance = parse_instance(xml.encode(), GIFT.questions)

    assert (instance.form_id, instance.version) == ("dong_gop", "1")
    assert (instance.instance_id, instance.deprecated_id) == ("uuid:1", "uuid:0")
    assert instance.answers == GOOD


NESTED = compile_xlsform(
    form(
        "text | ten | Tên | | |", "begin group | g | G | | |", "text | a | A | | |", "end group | | | | |",
        "begin repeat | dong | Dòng | | |", "text | so | Số | | |", "end repeat | | | | |",
    ), "md", "a.md",
)  # fmt: skip
texts = st.text(max_size=20).map(clean_answer).filter(lambda text: text not in ("", "NaN", "Infinity", "-Infinity"))


@given(texts, texts, st.lists(texts, min_size=1, max_size=4))
def test_any_text_survives_the_way_through_xml(ten: str, a: str, rows: list[str]) -> None:
    answers: dict[str, Any] = {"ten": ten, "a": a, "dong": [{"so": row} for row in rows]}
    try:
        xml = build_instance(outline(NESTED.questions), "thu", "1", "uuid:1", answers)
        xml.encode()
    except UnicodeEncodeError:
        return

    assert parse_instance(xml.encode(), NESTED.questions).answers == answers


def instance(body: str, attributes: str = "") -> bytes:
    return f'<data id="dong_gop" version="1" {attributes}>{body}</data>'.encode()


META = "<meta><instanceID>uuid:1</instanceID></meta>"


def test_what_browsers_and_phones_send_gets_one_spelling() -> None:
    compiled = compile_xlsform(
        form("decimal | a | A | | |", "decimal | b | B | | |", "integer | c | C | | |"), "md", "a"
    )
    xml = '<x:data xmlns:x="urn:x" id="thu"><x:a>3.26E7</x:a><x:b>NaN</x:b><x:c> 5 </x:c><x:meta>'
    xml += "<x:instanceID>uuid:1</x:instanceID></x:meta></x:data>"

    assert parse_instance(xml.encode(), compiled.questions).answers == {"a": "32600000", "c": "5"}


@pytest.mark.parametrize(
    "xml",
    [
        b"", b"khong phai xml", b"<data", instance("<ngay>1</ngay>"),
        b'<!DOCTYPE data [<!ENTITY a "b">]>' + instance(META + "<so_ho>&a;</so_ho>"),
        b'<!DOCTYPE data [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + instance(META + "<so_ho>&a;</so_ho>"),
        b'<!DOCTYPE data SYSTEM "http://127.0.0.1/x.dtd">' + instance(META),
        instance("<meta><instanceID>" + "x" * 65 + "</instanceID></meta>"),
        instance(META + "<so_ho>" + "1" * MAX_BYTES + "</so_ho>"),
        "\ufeff".encode("utf-16") + instance(META).decode().encode("utf-16"),
    ],
    ids=["empty", "no-xml", "cut", "no-id", "entity", "file", "dtd", "long-id", "large", "utf-16"],
)  # fmt: skip
def test_dangerous_and_broken_instances_are_refused_with_a_sentence(xml: bytes) -> None:
    with pytest.raises(InstanceRefused) as refused:
        parse_instance(xml, GIFT.questions)

    assert len(refused.value.sentence) > 20


def test_the_page_can_fill_answers_into_the_form_before_it_opens() -> None:
    made = prefilled_xform(GIFT.xform, {"ngay": "2024-01-01", "so_ho": "7", "khong_co": "x"})

    assert "<ngay>2024-01-01</ngay>" in made
    assert "<so_ho>7</so_ho>" in made
    assert 'id="dong_gop"' in made


def test_a_question_shows_its_choices_in_the_readers_language() -> None:
    question: Question = next(q for q in GIFT.questions if q.name == "hinh_thuc")

    assert question.choice_label("dat") == "Hiến đất"
    assert question.choice_label("dat", "en") == "Land"
    assert question.choice_label("la") == "la"
