"""awards/ of a pack: kinds, occasions, papers, how they are counted, and why names are kept."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from caunoi.audit.rules import Actor
from caunoi.awards.models import AwardCount, AwardKind, AwardOccasion
from caunoi.moments import local_moment
from caunoi.packs.actions import load_pack
from caunoi.packs.reading import read_pack
from caunoi.packs.rules.awards import COUNTS, FILES, KINDS, OCCASIONS, PERSONS
from caunoi.packs.tests.builders import table, tiny_pack
from caunoi.personal.models import PersonalQuestion
from caunoi.refusals import FileRefused

BY = Actor("Người thử")
AT = local_moment(date(2026, 8, 1))
PAGE = (Path(__file__).parents[3] / "docs" / "pack-format.md").read_text()
PAPER = Path(__file__).parents[3] / "packs" / "tuyen-van" / "awards" / "giay_khen.docx"
KIND = {"code": "giay_khen", "name_vi": "Giấy khen", "name_en": "Merit", "nature": "commendation"}
OCCASION = {"code": "dot_xuat", "name_vi": "Đột xuất", "name_en": "On the spot"}
PERSON = {
    "whose_vi": "Người được khen", "whose_en": "Commended", "purpose_vi": "In giấy", "purpose_en": "To print",
    "keep": "240 months", "counted_from": "day", "at_end": "ask",
}  # fmt: skip


def with_awards(folder: Path, **rows: list[dict[str, str]]) -> Path:
    """`kinds=[…]`, `occasions=[…]`, `counts=[…]`, `persons=[…]`."""
    made = tiny_pack(folder)
    (made / "awards").mkdir()
    for name, several in rows.items():
        file = f"awards/{name}.csv"
        (made / file).write_text(table(FILES[file], several), encoding="utf-8")
    return made


def mistakes_of(folder: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(FileRefused) as refused:
        read_pack(folder)
    return [(one.file, one.row, one.column) for one in refused.value.mistakes]


@pytest.mark.django_db
def test_a_pack_brings_kinds_with_their_papers_and_says_why_names_are_kept(tmp_path: Path) -> None:
    pack = with_awards(tmp_path, kinds=[KIND], occasions=[OCCASION], persons=[PERSON])
    (pack / "awards" / "giay_khen.docx").write_bytes(PAPER.read_bytes())

    load_pack(pack, by=BY, at=AT)
    again = load_pack(pack, by=BY, at=AT)

    assert AwardKind.objects.get().template is not None and AwardOccasion.objects.get().code == "dot_xuat"
    declared = PersonalQuestion.objects.get()
    assert (declared.form_code, declared.keep_months, declared.at_end) == ("awards", 240, "ask")
    assert not again.changed_anything and not AwardCount.objects.exists()


def test_mistakes_in_awards_are_named_by_file_and_row(tmp_path: Path) -> None:
    counts = [{"form": "khong_co", "nature": "commendation", "question": "x", "value": "day", "choices": "commune"}]
    pack = with_awards(tmp_path, kinds=[KIND, {**KIND, "nature": "medal"}], counts=counts, persons=[PERSON, PERSON])
    (pack / "awards" / "giay_khac.docx").write_bytes(b"")

    found = mistakes_of(pack)

    assert {(KINDS, 3, "code"), (KINDS, 3, "nature"), (PERSONS, 3, "purpose_vi")} <= set(found)
    assert {(COUNTS, 2, "form"), (COUNTS, 2, "choices"), (COUNTS, 2, "value")} <= set(found)
    assert ("awards/giay_khac.docx", 0, "") in found


def test_a_paper_that_cannot_be_filled_is_named(tmp_path: Path) -> None:
    pack = with_awards(tmp_path, kinds=[KIND], occasions=[OCCASION])
    (pack / "awards" / "giay_khen.docx").write_bytes(b"no Word file")

    assert mistakes_of(pack) == [("awards/giay_khen.docx", 0, "")]


@pytest.mark.parametrize("file", [KINDS, OCCASIONS, COUNTS, PERSONS])
def test_the_columns_stand_on_the_page_of_the_format(file: str) -> None:
    assert f"`{','.join(FILES[file])}`" in PAGE
