"""training/: kinds of classes, scales of marks with their classes of result by dated thresholds, and why the names and
marks of learners are kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from caunoi.forms.rules.questions import Question
from caunoi.packs.rules.answers import read_answers
from caunoi.packs.rules.contents import MarkScaleRow, PersonalFieldRow, TrainingKindRow, TrainingRows
from caunoi.packs.rules.personal_fields import read_person
from caunoi.packs.rules.tables import Notes, Row, check_unique, read_table, suggest
from caunoi.training.rules.filling import words_of
from caunoi.training.rules.results import Band, find_overlaps

FOLDER = "training"
KINDS, SCALES = f"{FOLDER}/kinds.csv", f"{FOLDER}/scales.csv"
RESULTS, PERSONS = f"{FOLDER}/results.csv", f"{FOLDER}/persons.csv"
FILES = {
    KINDS: (
        "code", "name_vi", "name_en", "levels", "learners", "scale", "min_attendance", "min_mark", "form", "answers",
        "certificate", "occasion", "figures",
    ),
    SCALES: ("code", "name_vi", "name_en", "highest", "decimals"),
    RESULTS: ("scale", "code", "name_vi", "name_en", "at_least", "below", "from", "to", "source"),
    PERSONS: ("whose_vi", "whose_en", "purpose_vi", "purpose_en", "keep", "counted_from", "at_end"),
}  # fmt: skip
OPTIONAL = {KINDS: ("lecturers",)}
LEARNERS = ("named", "counted")
FIELD_OF_PERSON = ("training", "learner")
MOST_MARK, MOST_DECIMALS = Decimal(1000), 2


def read_training(
    files: Mapping[str, bytes],
    levels: Sequence[str],
    questions: Mapping[str, Sequence[Question] | None],
    codes: Collection[str] | None,
    awards: tuple[Collection[str], Collection[str]],
    registers: Collection[str] | None,
    owners: Mapping[str, str],
    notes: Notes,
) -> TrainingRows:
    """`codes`: data elements that figures may name; None: unknown, as their table can't be read. `awards`: codes of the
    pack's kinds and occasions. `registers`: codes of those that lecturers may be of; None: unknown as well. `owners`:
    `kinds nghiep_vu`, `scales thang_10`, `persons` -> another pack with it."""
    for name in files:
        if name.startswith(f"{FOLDER}/") and name not in FILES:
            message = _("Gói không có tệp hay thư mục tên này.") + suggest(name, FILES)
            notes.add_file(name, message, allowed=", ".join(FILES))
    tables = {
        file: read_table(file, files[file], columns, notes, OPTIONAL.get(file, ()))
        for file, columns in FILES.items() if file in files
    }  # fmt: skip

    def owned(table: str) -> dict[str, str]:
        return {code: pack for key, pack in owners.items() for name, _, code in [key.partition(" ")] if name == table}

    check_unique(tables.get(SCALES, []), "code", notes, owned("scales"), {})
    check_unique(tables.get(KINDS, []), "code", notes, owned("kinds"), {})
    scales = _read_scales(tables.get(SCALES, []), tables.get(RESULTS, []), notes)
    known = {one.code: one for one in scales}
    kinds = [
        _read_kind(row, position, levels, questions, codes, awards, registers, known, notes)
        for position, row in enumerate(tables.get(KINDS, []), start=1)
    ]
    return TrainingRows(tuple(kinds), tuple(scales), _read_person(tables.get(PERSONS, []), owners, notes))


# -- Scales and classes of result -------------------------------------------------------------------------------------


def _read_scales(rows: Sequence[Row], results: Sequence[Row], notes: Notes) -> list[MarkScaleRow]:
    scales: dict[str, tuple[Row, Decimal, int]] = {}
    for row in rows:
        decimals = notes.whole_number(row, "decimals", 0, MOST_DECIMALS, default=0)
        highest = _read_decimal(row, "highest", MOST_MARK, notes)
        if highest is None or highest <= 0:
            if highest is not None or not row["highest"]:
                notes.add(row, "highest", _("Chưa ghi điểm cao nhất."), allowed=_("số lớn hơn 0"))
            highest = Decimal(10)
        scales.setdefault(row["code"], (row, highest, decimals))
    bands: dict[str, list[tuple[Row, Band]]] = {code: [] for code in scales}
    for row in results:
        if row["scale"] not in scales:
            message = _("Không có thang điểm “%(code)s” trong scales.csv.") % {"code": row["scale"]}
            notes.add(row, "scale", message + suggest(row["scale"], scales), allowed=", ".join(sorted(scales)))
            continue
        if (band := _read_band(row, scales[row["scale"]][1], notes)) is not None:
            bands[row["scale"]].append((row, band))
    for several in bands.values():
        _check_overlaps(several, notes)
    return [
        MarkScaleRow(
            notes.code(row), *notes.names(row), highest, decimals, tuple(_spell(band) for _row, band in bands[code])
        )
        for code, (row, highest, decimals) in scales.items()
    ]


def _read_band(row: Row, highest: Decimal, notes: Notes) -> Band | None:
    code, names = notes.code(row), notes.names(row)
    at_least = _read_decimal(row, "at_least", highest, notes)
    below = _read_decimal(row, "below", highest, notes)
    first, last = notes.day(row, "from"), notes.day(row, "to")
    for column, value in (("at_least", at_least), ("below", below)):
        if value is None and not row[column]:
            notes.add(row, column, _("Chưa ghi."))
    if at_least is None or below is None:
        return None
    if at_least >= below:
        notes.add(row, "below", _("Ngưỡng trên phải lớn hơn ngưỡng dưới."))
        return None
    if first is not None and last is not None and last < first:
        notes.add(row, "to", _("Ngày hết hiệu lực phải từ ngày có hiệu lực trở đi."))
        return None
    return Band(code, *names, at_least, below, first, last, row["source"])


def _check_overlaps(several: Sequence[tuple[Row, Band]], notes: Notes) -> None:
    for late, early in find_overlaps([band for _row, band in several]):
        message = _("Ngưỡng chồng lên dòng %(row)d: cùng một điểm, cùng một ngày sẽ có hai xếp loại.")
        notes.add(several[late][0], "at_least", message % {"row": several[early][0].number})


def _spell(band: Band) -> dict[str, str]:
    def day(one: date | None) -> str:
        return "" if one is None else one.isoformat()

    return {
        "code": band.code, "name_vi": band.name_vi, "name_en": band.name_en, "at_least": str(band.at_least),
        "below": str(band.below), "from": day(band.first), "to": day(band.last), "source": band.source,
    }  # fmt: skip


def _read_decimal(row: Row, column: str, most: Decimal, notes: Notes) -> Decimal | None:
    """Empty is None."""
    text = row[column].replace(",", ".")
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if value.is_nan() or not 0 <= value <= most or value != round(value, MOST_DECIMALS):
        allowed = _("từ 0 đến %(most)s, nhiều nhất 2 chữ số thập phân") % {"most": f"{most.normalize():f}"}
        notes.add(row, column, _("Không phải là số dùng được ở đây."), allowed=allowed)
        return None
    return value


# -- Kinds ------------------------------------------------------------------------------------------------------------


def _read_kind(
    row: Row,
    position: int,
    levels: Sequence[str],
    questions: Mapping[str, Sequence[Question] | None],
    codes: Collection[str] | None,
    awards: tuple[Collection[str], Collection[str]],
    registers: Collection[str] | None,
    scales: Mapping[str, MarkScaleRow],
    notes: Notes,
) -> TrainingKindRow:
    scale = row["scale"]
    if scale and scale not in scales:
        message = _("Không có thang điểm “%(code)s” trong scales.csv.") % {"code": scale}
        notes.add(row, "scale", message + suggest(scale, scales), allowed=", ".join(sorted(scales)))
    if row["min_mark"] and not scale:
        notes.add(row, "min_mark", _("Loại lớp không chấm điểm thì không đặt điểm tối thiểu."))
    names = notes.one_of(row, "learners", LEARNERS) == "named"
    if scale and not names:
        notes.add(row, "scale", _("Loại lớp chỉ ghi số đếm thì không có điểm của ai."))
    if row["certificate"] and not names:
        notes.add(row, "certificate", _("Loại lớp chỉ ghi số đếm thì không in giấy chứng nhận cho ai."))
    highest = scales[scale].highest if scale in scales else MOST_MARK
    for column, known in zip(("certificate", "occasion"), awards, strict=True):
        if row[column] and row[column] not in known:
            message = _("Gói không có mã này trong awards/.") + suggest(row[column], known)
            notes.add(row, column, message, allowed=", ".join(sorted(known)))
    if bool(row["certificate"]) != bool(row["occasion"]):
        notes.add(row, "occasion", _("Ghi cả hình thức giấy và dịp, hoặc để trống cả hai."))
    for code in row.values("figures"):
        if codes is not None and code not in codes:
            message = _("Không có mục số liệu “%(code)s”.") % {"code": code} + suggest(code, codes)
            notes.add(row, "figures", message)
    if row["lecturers"] and registers is not None and row["lecturers"] not in registers:
        message = _("Không có sổ “%(code)s”.") % {"code": row["lecturers"]} + suggest(row["lecturers"], registers)
        notes.add(row, "lecturers", message, allowed=", ".join(sorted(registers)))
    code, (name_vi, name_en) = notes.code(row), notes.names(row)
    words = words_of({band["code"] for band in scales[scale].bands} if scale in scales else ())
    return TrainingKindRow(
        code, name_vi, name_en, notes.levels(row, "levels", levels), names, scale,
        _read_decimal(row, "min_attendance", Decimal(100), notes), _read_decimal(row, "min_mark", highest, notes),
        row["form"], read_answers(row, questions, words, notes, also_conditional=True), row["certificate"],
        row["occasion"], row.values("figures"), row["lecturers"], position,
    )  # fmt: skip


def _read_person(rows: Sequence[Row], owners: Mapping[str, str], notes: Notes) -> PersonalFieldRow | None:
    for row in rows[1:]:
        notes.add(row, "purpose_vi", _("Chỉ có một dòng: tên và điểm của mọi người học được giữ như nhau."))
    if rows and "persons" in owners:
        message = _("Gói “%(pack)s” đã khai báo vì sao giữ tên người học; hãy bỏ tệp này.")
        notes.add(rows[0], "purpose_vi", message % {"pack": owners["persons"]})
    return read_person(rows[0], *FIELD_OF_PERSON, sensitive=False, notes=notes) if rows else None


def kind_columns(row: TrainingKindRow) -> dict[str, Any]:
    """As the table keeps it."""
    return {**vars(row), "levels": list(row.levels), "answers": dict(row.answers), "figures": list(row.figures)}


def scale_columns(row: MarkScaleRow) -> dict[str, Any]:
    return {**vars(row), "bands": list(row.bands)}
