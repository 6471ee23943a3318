from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from caunoi.audit.rules import Actor
from caunoi.documents.models import Document, DocumentKind
from caunoi.moments import local_moment
from caunoi.packs.actions import load_pack
from caunoi.packs.reading import read_pack
from caunoi.packs.rules.document_kinds import COLUMNS, FILE
from caunoi.packs.tests.builders import table, tiny_pack
from caunoi.places.models import OrgUnit
from caunoi.refusals import FileRefused

BY = Actor("Người thử")
AT = local_moment(date(2026, 8, 1))
PLAN = {"code": "ke_hoach", "name_vi": "Kế hoạch", "name_en": "Plan", "sign": "KH"}
LETTER = {"code": "cong_van", "name_vi": "Công văn", "name_en": "Letter", "sign": ""}


def with_kinds(folder: Path, *rows: dict[str, str]) -> Path:
    made = tiny_pack(folder)
    (made / FILE).write_text(table(COLUMNS, list(rows)), encoding="utf-8")
    return made


@pytest.mark.django_db
def test_kinds_of_documents_are_rows_of_the_pack_and_used_ones_stay(tmp_path: Path) -> None:
    load_pack(with_kinds(tmp_path / "a", PLAN, LETTER), by=BY, at=AT)
    assert list(DocumentKind.objects.values_list("code", "sign")) == [("ke_hoach", "KH"), ("cong_van", "")]
    unit = OrgUnit.objects.create(key="xa", level="commune", known_from=1)
    Document.objects.create(
        direction="outgoing", org_unit=unit, entry_number=1, reference="1/KH", kind_id="ke_hoach", issuing_body="Xã",
        issued_on=AT, day_to=AT, title="Kế hoạch", registered_by="x", registered_at=AT,
    )  # fmt: skip

    load_pack(with_kinds(tmp_path / "b"), by=BY, at=AT)

    assert list(DocumentKind.objects.values_list("code", flat=True)) == ["ke_hoach"]


def test_a_kind_without_its_english_name_is_named_by_row(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as refused:
        read_pack(with_kinds(tmp_path, PLAN, {**LETTER, "name_en": ""}))

    (mistake,) = refused.value.mistakes
    assert (mistake.file, mistake.row, mistake.column) == (FILE, 3, "name_en")
