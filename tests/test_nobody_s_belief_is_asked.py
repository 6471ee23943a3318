"""No pack that we ship and no table asks for a person's party, religion or opinion, in either language.

What is found anywhere in a pack's texts or in a table's fields is refused, unless the very words stand below with why
they ask nobody."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps

from caunoi.vietnamese_text import clean

PACKS = Path(__file__).resolve().parent.parent / "packs"
TEXTS = sorted(one for one in PACKS.rglob("*") if one.suffix in (".csv", ".md", ".toml"))
# As labels write them, and as codes do: without marks "đảng" would also be "dạng" and "đang".
ASKED = re.compile(
    "đảng|tôn giáo|tín ngưỡng|theo đạo|đạo nào|giáo dân|công giáo|phật giáo|tin lành|thiên chúa|hồi giáo"
    "|ý kiến|chính kiến|chính trị|tư tưởng|quan điểm|lập trường|thái độ|bầu cho"
    "|dang_vien|dang_phai|chi_bo|ton_giao|tin_nguong|y_kien|chinh_kien|tu_tuong|quan_diem|thai_do"
    r"|part(?:y|ies)(?![a-z])|religio|belief|faith|creed|church|denominat|opinion|politic|ideolog|attitude|voted for",
    re.IGNORECASE,
)
PROMISES = (
    "Không ghi đảng phái, tôn giáo hay ý kiến của ai.",
    "Nothing about anybody's party, religion or opinion.",
)
# By file: the words that may stand there, and why.
EXCEPTIONS = {
    "tuyen-van/forms/so_nhan_su.md": dict.fromkeys(PROMISES, "tells who fills it in that none of it is written"),
    "tuyen-van/forms/so_giang_vien.md": dict.fromkeys(PROMISES, "tells who fills it in that none of it is written"),
    "tuyen-van/criteria_sets/criteria.csv": dict.fromkeys(
        (
            "Hệ thống chính trị và tiếp cận pháp luật",
            "Political system and access to law",
            "Xây dựng hệ thống chính trị và hành chính công",
            "Political system and public administration",
        ),
        "the decree's name of a criterion, met by a commune",
    ),
}


@pytest.mark.parametrize("path", TEXTS, ids=lambda one: str(one.relative_to(PACKS)))
def test_no_text_of_a_shipped_pack_asks_for_party_religion_or_opinion(path: Path) -> None:
    text = clean_lines(path)
    for words in EXCEPTIONS.get(str(path.relative_to(PACKS)), {}):
        assert words in text, f"no exception is needed any more for: {words}"
        text = text.replace(words, "")

    assert [line for line in text.splitlines() if ASKED.search(line)] == []


def clean_lines(path: Path) -> str:
    return "\n".join(clean(line) for line in path.read_text(encoding="utf-8-sig").splitlines())


def test_no_field_of_a_table_holds_party_religion_or_opinion() -> None:
    said = []
    for model in apps.get_models():
        for field in model._meta.get_fields():
            choices = getattr(field, "choices", None) or ()
            about = (field.name, getattr(field, "verbose_name", ""), getattr(field, "help_text", ""), *choices)
            if ASKED.search(" ".join(map(str, about))):
                said.append(f"{model._meta.label}.{field.name}")

    assert said == []


@pytest.mark.parametrize("asked", ["Đảng viên", "Tôn giáo của chủ hộ", "y_kien_rieng", "Party member", "Opinions"])
def test_the_words_looked_for_are_found(asked: str) -> None:
    assert ASKED.search(asked)


@pytest.mark.parametrize("asked", ["Dạng công trình", "Đang sửa", "Partly done", "particular"])
def test_words_that_only_look_alike_are_left_alone(asked: str) -> None:
    assert not ASKED.search(asked)
