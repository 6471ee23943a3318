from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pytest_django import Settings

from caunoi.audit.rules import Actor
from caunoi.moments import local_moment
from caunoi.packs.actions import load_pack
from caunoi.packs.reading import read_pack
from caunoi.packs.rules.training import FILES, KINDS, PERSONS, RESULTS, SCALES
from caunoi.packs.tests.builders import table, tiny_pack
from caunoi.personal.models import PersonalQuestion
from caunoi.places.models import OrgUnit
from caunoi.refusals import FileRefused
from caunoi.training.models import MarkScale, TrainingClass, TrainingKind

BY = Actor("Người thử")
AT = local_moment(date(2026, 8, 1))
KIND = {
    "code": "nghiep_vu", "name_vi": "Nghiệp vụ", "name_en": "Professional", "levels": "commune", "learners": "named",
    "scale": "thang_10", "min_attendance": "80", "min_mark": "5", "form": "hoat_dong",
    "answers": "ngay=day;so_luot=attendances;loai='hoi_nghi';so_nguoi=learners", "certificate": "", "occasion": "",
    "figures": "",
}  # fmt: skip
SCALE = {"code": "thang_10", "name_vi": "Thang 10", "name_en": "Out of 10", "highest": "10", "decimals": "1"}
GOOD = {
    "scale": "thang_10", "code": "gioi", "name_vi": "Giỏi", "name_en": "Good", "at_least": "8", "below": "10",
    "from": "", "to": "", "source": "",
}  # fmt: skip
FAIR = {**GOOD, "code": "kha", "at_least": "6,5", "below": "8"}
PERSON = {
    "whose_vi": "Người học", "whose_en": "Learners", "purpose_vi": "Cấp giấy", "purpose_en": "Certificates",
    "keep": "24 months", "counted_from": "day", "at_end": "ask",
}  # fmt: skip


def with_training(folder: Path, **changed: list[dict[str, str]]) -> Path:
    made = tiny_pack(folder)
    (made / "training").mkdir()
    rows = {KINDS: [KIND], SCALES: [SCALE], RESULTS: [GOOD, FAIR], PERSONS: [PERSON]}
    rows |= {f"training/{name}.csv": given for name, given in changed.items()}
    for file, several in rows.items():
        (made / file).write_text(table(FILES[file], several), encoding="utf-8")
    return made


@pytest.mark.django_db
def test_kinds_of_classes_are_rows_of_the_pack_and_used_ones_stay(tmp_path: Path, settings: Settings) -> None:
    settings.CAUNOI_HOME = tmp_path / "home"
    load_pack(with_training(tmp_path / "a"), by=BY, at=AT)
    kind, scale = TrainingKind.objects.get(), MarkScale.objects.get()
    assert (kind.names, kind.min_attendance, kind.min_mark, kind.levels) == (True, 80, 5, ["commune"])
    assert scale.highest == Decimal(10) and [one["at_least"] for one in scale.bands] == ["8", "6.5"]
    assert PersonalQuestion.objects.filter(form_code="training", question="learner", keep_months=24).exists()
    assert not load_pack(with_training(tmp_path / "b"), by=BY, at=AT).changed_anything
    unit = OrgUnit.objects.create(key="xa", level="commune", known_from=1)
    TrainingClass.objects.create(
        kind=kind, org_unit=unit, title="x", words="x", day_from=AT.date(), day_to=AT.date(), opened_by="x",
        opened_at=AT,
    )  # fmt: skip

    load_pack(with_training(tmp_path / "c", kinds=[], scales=[], results=[]), by=BY, at=AT)

    assert TrainingKind.objects.count() == 1 and len(MarkScale.objects.get().bands) == 2


@pytest.mark.parametrize(
    ("file", "row", "column", "changed"),
    [
        (RESULTS, 3, "at_least", {"results": [GOOD, {**FAIR, "below": "8,5"}]}),
        (RESULTS, 3, "below", {"results": [GOOD, {**FAIR, "below": "6"}]}),
        (RESULTS, 3, "below", {"results": [GOOD, {**FAIR, "below": "11"}]}),
        (RESULTS, 2, "to", {"results": [{**GOOD, "from": "2026-02-01", "to": "2026-01-01"}]}),
        (RESULTS, 2, "scale", {"results": [{**GOOD, "scale": "thang_100"}]}),
        (SCALES, 2, "highest", {"scales": [{**SCALE, "highest": "0"}], "results": []}),
        (KINDS, 2, "scale", {"kinds": [{**KIND, "scale": "thang_4", "min_mark": ""}]}),
        (KINDS, 2, "min_mark", {"kinds": [{**KIND, "min_mark": "11"}]}),
        (KINDS, 2, "min_mark", {"kinds": [{**KIND, "scale": ""}]}),
        (KINDS, 2, "scale", {"kinds": [{**KIND, "learners": "counted"}]}),
        (KINDS, 2, "min_attendance", {"kinds": [{**KIND, "min_attendance": "101"}]}),
        (KINDS, 2, "answers", {"kinds": [{**KIND, "answers": "ngay=day;so_luot=turns"}]}),
        (KINDS, 2, "answers", {"kinds": [{**KIND, "answers": KIND["answers"] + ";so_tai_lieu=result:yeu"}]}),
        (KINDS, 2, "form", {"kinds": [{**KIND, "form": "khong_co"}]}),
        (KINDS, 2, "figures", {"kinds": [{**KIND, "figures": "khong_co"}]}),
        (KINDS, 2, "certificate", {"kinds": [{**KIND, "certificate": "giay", "occasion": ""}]}),
        (PERSONS, 2, "purpose_vi", {"persons": [{**PERSON, "purpose_vi": ""}]}),
    ],
)
def test_what_is_wrong_is_named_by_file_row_and_column(
    tmp_path: Path, file: str, row: int, column: str, changed: dict[str, list[dict[str, str]]]
) -> None:
    with pytest.raises(FileRefused) as refused:
        read_pack(with_training(tmp_path, **changed))

    assert (file, row, column) in {(one.file, one.row, one.column) for one in refused.value.mistakes}


def test_thresholds_may_follow_each_other_in_time(tmp_path: Path) -> None:
    old, new = {**GOOD, "to": "2025-12-31"}, {**GOOD, "at_least": "8,5", "from": "2026-01-01"}

    read = read_pack(with_training(tmp_path, results=[old, new]))

    assert len(read.training.scales[0].bands) == 2


def test_lecturers_are_of_a_register_that_is_known(tmp_path: Path) -> None:
    made = with_training(tmp_path)
    rows = table([*FILES[KINDS], "lecturers"], [{**KIND, "lecturers": "khong_co"}])
    (made / KINDS).write_text(rows, encoding="utf-8")

    with pytest.raises(FileRefused) as refused:
        read_pack(made)

    assert [(one.file, one.row, one.column) for one in refused.value.mistakes] == [(KINDS, 2, "lecturers")]
