from __future__ import annotations

import pytest

from caunoi.forms.rules.questions import Question
from caunoi.meetings.rules.filling import WORDS
from caunoi.packs.rules.answers import read_answers
from caunoi.packs.rules.tables import Notes, Row

QUESTIONS = {
    "hoi_nghi": [
        Question("ngay", "date", "/data/ngay", required=True),
        Question("so_luot", "integer", "/data/so_luot"),
        Question("loai_khac", "text", "/data/loai_khac", required=True, relevant="/data/loai = 'khac'"),
    ]
}


@pytest.mark.parametrize(
    ("answers", "also_conditional", "missing"),
    [
        ("ngay=day;so_luot=attendances", False, ""),
        ("so_luot=attendances", False, "ngay"),
        ("so_luot=attendances", True, "ngay, loai_khac"),
        ("ngay=day;loai_khac='x'", True, ""),
    ],
)
def test_what_a_form_requires_under_a_condition_may_be_left_out_where_only_the_kind_can_know(
    answers: str, also_conditional: bool, missing: str
) -> None:
    notes = Notes()
    row = Row("kinds.csv", 2, {"form": "hoi_nghi", "answers": answers})

    read_answers(row, QUESTIONS, WORDS, notes, also_conditional=also_conditional)

    assert [one.message for one in notes.mistakes] == ([f"Biểu mẫu này còn thiếu: {missing}."] if missing else [])
