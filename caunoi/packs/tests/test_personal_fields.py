"""personal_fields.csv: what a pack may ask about people, and what it must say about it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from caunoi.packs.actions import load_pack
from caunoi.packs.reading import read_pack
from caunoi.packs.rules import personal_fields, registers
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


# -- properties of registers ---------------------------------------------------------------------------------------

PEOPLE = "\n".join(
    [
        "| survey |",
        "| | type | name | label::Tiếng Việt (vi) | label::English (en) | save_to |",
        DAY,
        "| | text | ho_ten | Họ và tên | Full name | ho_ten |",
        "| | text | vai_tro | Vai trò | Role | vai_tro |",
        "",
        "| entities |",
        "| | list_name | label |",
        "| | nhan_su | ${vai_tro} |",
        "",
        "| settings |",
        "| | form_id | form_title | version | default_language |",
        "| | ghi_nguoi | Ghi người | 1 | Tiếng Việt (vi) |",
        "",
    ]
)
REGISTER = {
    "code": "nhan_su", "title_vi": "Nhân sự", "title_en": "People", "columns": "vai_tro", "label_from": "vai_tro",
    "seats_by": "vai_tro", "seats": "village:to_truong=1,thanh_vien=3", "review_from": "01-01",
}  # fmt: skip
OF_FORM = field("ho_ten", form="ghi_nguoi")
OF_REGISTER = field("ho_ten", form="", register="nhan_su", counted_from="ended")


def people_pack(folder: Path, *rows: dict[str, str], people: str = PEOPLE, **register: str) -> Path:
    forms: dict[str, str | bytes] = {"hoat_dong.md": HOAT_DONG, "bao_cao.md": BAO_CAO, "ghi_nguoi.md": people}
    columns = (*personal_fields.COLUMNS, *personal_fields.OPTIONAL)
    files: dict[str, str | bytes | None] = {
        personal_fields.FILE: table(columns, list(rows)),
        registers.FILE: table((*registers.COLUMNS, *registers.OPTIONAL), [REGISTER | register]),
    }
    return tiny_pack(folder, forms=forms, files=files)


def test_a_register_s_personal_properties_seats_and_reviews_are_read(tmp_path: Path) -> None:
    read = read_pack(people_pack(tmp_path, OF_FORM, OF_REGISTER)).registers[0]

    assert (read.personal, read.label_from, read.review_from) == (("ho_ten",), ("vai_tro",), "01-01")
    assert read.seats == {"village": {"to_truong": 1, "thanh_vien": 3}}


@pytest.mark.parametrize(
    ("rows", "register", "column"),
    [
        ((OF_REGISTER,), {}, "question"),
        ((OF_FORM,), {}, "question"),
        ((OF_FORM, OF_REGISTER | {"form": "ghi_nguoi"}), {}, "register"),
        ((OF_FORM, OF_REGISTER | {"register": "nhan_so"}), {}, "register"),
        ((OF_FORM, OF_REGISTER | {"question": "ten"}), {}, "question"),
        ((OF_FORM, OF_REGISTER | {"counted_from": "day"}), {}, "counted_from"),
        ((OF_FORM, OF_REGISTER), {"columns": "ho_ten"}, "question"),
        ((OF_FORM, OF_REGISTER), {"label_from": "ho_ten"}, "question"),
        ((OF_FORM, OF_REGISTER), {"label_from": ""}, "register"),
        ((OF_FORM, OF_REGISTER), {"ended_when": "${ho_ten} = 'x'"}, "question"),
        ((OF_FORM, OF_REGISTER), {"seats": "xa:a=1"}, "seats"),
        ((OF_FORM, OF_REGISTER), {"seats": "village:a=1,a=2"}, "seats"),
        ((OF_FORM, OF_REGISTER), {"seats_by": ""}, "seats_by"),
        ((OF_FORM, OF_REGISTER), {"review_from": "1-1"}, "review_from"),
        ((OF_FORM, OF_REGISTER), {"term_until": "den"}, "term_until"),
    ],
)
def test_what_is_personal_stands_nowhere_else_and_is_told_by_its_place(
    tmp_path: Path, rows: tuple[dict[str, str], ...], register: dict[str, str], column: str
) -> None:
    assert column in [place for _file, _row, place in mistakes_of(people_pack(tmp_path, *rows, **register))]
