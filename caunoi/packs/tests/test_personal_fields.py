"""personal_fields.csv: what a pack may ask about people, and what it must say about it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from caunoi.packs.actions import load_pack
from caunoi.packs.reading import read_pack
from caunoi.packs.rules import personal_fields
from caunoi.packs.rules.contents import PersonalFieldRow
from caunoi.packs.tests.builders import BAO_CAO, DAY, HOAT_DONG, element, form, table, tiny_pack
from caunoi.personal.destroying import destroy_keys
from caunoi.personal.models import PersonalQuestion, PersonKey
from caunoi.personal.queries import list_due_keys
from caunoi.personal.vault import make_key, wrap
from caunoi.records.tests.builders import AT, BY
from caunoi.refusals import FileRefused

CONTACT = form(
    DAY,
    "| | text | ten | Người liên hệ | Contact | |",
    "| | text | so_may | Số máy | Phone | |",
    "| | integer | tuoi | Tuổi | Age | |",
    "| | begin repeat | ban | Ban | Board | |",
    "| | text | ai | Ai | Who | |",
    "| | end repeat | | | | |",
    form_id="lien_he",
)


def field(question: str = "ten", **given: str) -> dict[str, str]:
    row = {
        "form": "lien_he", "question": question, "whose_vi": "Người liên hệ", "whose_en": "The contact",
        "purpose_vi": "Gọi khi cần.", "purpose_en": "To call.", "keep": "24 months", "counted_from": "received",
        "at_end": "ask", "sensitive": "no",
    }  # fmt: skip
    return row | given


def pack(folder: Path, *rows: dict[str, str], contact: str = CONTACT, **more: Any) -> Path:
    forms: dict[str, str | bytes] = {"hoat_dong.md": HOAT_DONG, "bao_cao.md": BAO_CAO, "lien_he.md": contact}
    files: dict[str, str | bytes | None] = {personal_fields.FILE: table(personal_fields.COLUMNS, list(rows))}
    return tiny_pack(folder, forms=forms, files=files, **more)


def mistakes_of(folder: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(FileRefused) as refused:
        read_pack(folder)
    return [(one.file, one.row, one.column) for one in refused.value.mistakes]


def test_what_a_pack_says_about_its_questions_is_read(tmp_path: Path) -> None:
    read = read_pack(pack(tmp_path, field(), field("so_may", sensitive="yes")))

    assert read.personal_fields == (
        PersonalFieldRow(
            "lien_he",
            "ten",
            "Người liên hệ",
            "The contact",
            "Gọi khi cần.",
            "To call.",
            24,
            0,
            "received",
            "ask",
            False,
        ),
        PersonalFieldRow(
            "lien_he",
            "so_may",
            "Người liên hệ",
            "The contact",
            "Gọi khi cần.",
            "To call.",
            24,
            0,
            "received",
            "ask",
            True,
        ),
    )


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (field(form="lien"), "form"),
        (field("tuoii"), "question"),
        (field("tuoi"), "question"),
        (field("ai"), "question"),
        (field(purpose_vi=""), "purpose_vi"),
        (field(whose_en=""), "whose_en"),
        (field(keep=""), "keep"),
        (field(keep="24"), "keep"),
        (field(keep="0 days"), "keep"),
        (field(counted_from="always"), "counted_from"),
        (field(at_end="never"), "at_end"),
        (field(sensitive=""), "sensitive"),
    ],
)
def test_each_mistake_is_told_by_row_and_column(tmp_path: Path, row: dict[str, str], column: str) -> None:
    assert mistakes_of(pack(tmp_path, row)) == [(personal_fields.FILE, 2, column)]


def test_one_record_is_erased_at_once_so_its_questions_are_kept_alike(tmp_path: Path) -> None:
    folder = pack(tmp_path, field(), field("so_may", keep="90 days", at_end="erase"))

    assert sorted(mistakes_of(folder)) == [(personal_fields.FILE, 3, "at_end"), (personal_fields.FILE, 3, "keep")]


def test_a_question_is_listed_once(tmp_path: Path) -> None:
    assert mistakes_of(pack(tmp_path, field(), field())) == [(personal_fields.FILE, 3, "question")]


@pytest.mark.parametrize("carried", ["concat(${ten}, ' ', ${tuoi})", "${ten}"])
def test_an_answer_may_not_be_copied_to_where_everybody_reads(tmp_path: Path, carried: str) -> None:
    rows = CONTACT.split("\n\n", 1)[0].splitlines()
    calculated = [row + (" calculation |" if number == 1 else " |") for number, row in enumerate(rows) if number]
    calculated.append(f"| | calculate | chep | | | | {carried} |")
    copied = "\n".join([rows[0], *calculated, "", CONTACT.split("\n\n", 1)[1]])

    assert mistakes_of(pack(tmp_path, field(), contact=copied)) == [(personal_fields.FILE, 2, "question")]


def test_no_figure_is_made_from_a_personal_answer(tmp_path: Path) -> None:
    counted = element("co_lien_he", form="lien_he", filter="${ten} = 'x'")

    assert (personal_fields.FILE, 2, "question") in mistakes_of(pack(tmp_path, field(), data_elements=[counted]))


@pytest.mark.django_db
def test_a_question_that_left_the_pack_stays_declared_while_records_name_people(tmp_path: Path) -> None:
    load_pack(pack(tmp_path / "1", field(), field("so_may")), by=BY, at=AT)
    key = make_key()
    PersonKey.objects.create(
        id=key.id, subject="submission:1", form_code="lien_he", wrapped=wrap(key), counted_from=AT.date(), made_at=AT
    )

    load_pack(pack(tmp_path / "2", field(keep="3 months")), by=BY, at=AT)

    assert dict(PersonalQuestion.objects.values_list("question", "keep_months")) == {"ten": 3, "so_may": 3}
    load_pack(pack(tmp_path / "3"), by=BY, at=AT)
    assert len(list_due_keys(AT.date() + timedelta(days=100))) == 1
    destroy_keys("submission:1", because="Đơn", by=BY, at=AT)
    load_pack(pack(tmp_path / "4"), by=BY, at=AT)
    assert not PersonalQuestion.objects.exists()
