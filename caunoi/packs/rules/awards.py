"""awards/: kinds and occasions of commendations and certificates, the Word templates of their papers
(`awards/<kind>.docx`), which form counts them, and why the names of people in them are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from caunoi.awards.rules.counting import NEEDED, VALUES
from caunoi.forms.rules.questions import Question
from caunoi.packs.rules.contents import AwardKindRow, AwardOccasionRow, AwardRows, PersonalFieldRow
from caunoi.packs.rules.personal_fields import read_person
from caunoi.packs.rules.tables import Notes, Row, check_unique, read_table, suggest

FOLDER = "awards"
KINDS, OCCASIONS = f"{FOLDER}/kinds.csv", f"{FOLDER}/occasions.csv"
COUNTS, PERSONS = f"{FOLDER}/counts.csv", f"{FOLDER}/persons.csv"
FILES = {
    KINDS: ("code", "name_vi", "name_en", "nature"),
    OCCASIONS: ("code", "name_vi", "name_en"),
    COUNTS: ("form", "nature", "question", "value", "choices"),
    PERSONS: ("whose_vi", "whose_en", "purpose_vi", "purpose_en", "keep", "counted_from", "at_end"),
}
NATURES = ("commendation", "certificate")
FIELD_OF_PERSON = ("awards", "recipient")


def read_awards(
    files: Mapping[str, bytes],
    questions: Mapping[str, Sequence[Question] | None],
    owners: Mapping[str, str],
    notes: Notes,
) -> AwardRows:
    """`owners`: `kinds giay_khen`, `persons` -> another pack that has it, or says why names are kept."""
    _check_files(files, notes)
    tables = {file: read_table(file, files[file], columns, notes) for file, columns in FILES.items() if file in files}

    def owned(table: str) -> dict[str, str]:
        return {code: pack for key, pack in owners.items() for name, _, code in [key.partition(" ")] if name == table}

    kind_rows, occasion_rows = tables.get(KINDS, []), tables.get(OCCASIONS, [])
    check_unique(kind_rows, "code", notes, owned("kinds"), {})
    check_unique(occasion_rows, "code", notes, owned("occasions"), {})
    kinds = []
    for position, row in enumerate(kind_rows, 1):
        code, (name_vi, name_en) = notes.code(row), notes.names(row)
        nature = notes.one_of(row, "nature", NATURES)
        kinds.append(AwardKindRow(code, name_vi, name_en, nature, position, files.get(f"{FOLDER}/{code}.docx")))
    occasions = [
        AwardOccasionRow(notes.code(row), *notes.names(row), position) for position, row in enumerate(occasion_rows, 1)
    ]
    _check_templates(files, {one.code for one in kinds}, notes)
    counts = _read_counts(tables.get(COUNTS, []), questions, owned("counts"), notes)
    return AwardRows(tuple(kinds), tuple(occasions), counts, _read_person(tables.get(PERSONS, []), owners, notes))


def _check_files(files: Mapping[str, bytes], notes: Notes) -> None:
    for name in files:
        if name.startswith(f"{FOLDER}/") and name.endswith(".csv") and name not in FILES:
            notes.add_file(
                name, _("Gói không có tệp hay thư mục tên này.") + suggest(name, FILES), allowed=", ".join(FILES)
            )


def _check_templates(files: Mapping[str, bytes], kinds: set[str], notes: Notes) -> None:
    for name in files:
        path = PurePosixPath(name)
        if str(path.parent) == FOLDER and path.suffix == ".docx" and path.stem not in kinds:
            message = _("Không có hình thức nào tên “%(code)s” trong kinds.csv.") % {"code": path.stem}
            notes.add_file(name, message + suggest(path.stem, kinds), allowed=", ".join(sorted(kinds)))


def _read_counts(
    rows: Sequence[Row],
    questions: Mapping[str, Sequence[Question] | None],
    owners: Mapping[str, str],
    notes: Notes,
) -> tuple[tuple[str, str, dict[str, dict[str, Any]]], ...]:
    forms: dict[str, tuple[Row, str, dict[str, dict[str, Any]]]] = {}
    for row in rows:
        form, nature = row["form"], notes.one_of(row, "nature", NATURES)
        first, said, answers = forms.setdefault(form, (row, nature, {}))
        if first is row and form in owners:
            notes.add(row, "form", _("Mã này đã thuộc gói “%(pack)s”; hãy đặt mã khác.") % {"pack": owners[form]})
        if nature != said:
            notes.add(row, "nature", _("Khác với dòng %(row)d của cùng biểu mẫu.") % {"row": first.number})
        if form not in questions:
            message = _("Gói không có biểu mẫu “%(form)s”.") % {"form": form} + suggest(form, questions)
            notes.add(row, "form", message, allowed=", ".join(sorted(questions)))
        elif (asked := questions[form]) is not None and row["question"] not in {one.name for one in asked}:
            names = [one.name for one in asked]
            message = _("Biểu mẫu “%(form)s” không có câu hỏi “%(name)s”.")
            message = message % {"form": form, "name": row["question"]} + suggest(row["question"], names)
            notes.add(row, "question", message, allowed=", ".join(names))
        if row["question"] in answers:
            notes.add(row, "question", _("Câu hỏi này đã có ở dòng trên của cùng biểu mẫu."))
        value = notes.one_of(row, "value", VALUES)
        answers[row["question"]] = {"value": value, "choices": _read_choices(row, notes)}
    for first, _nature, answers in forms.values():
        missing = [value for value in NEEDED if value not in {one["value"] for one in answers.values()}]
        if missing:
            notes.add(first, "value", _("Biểu mẫu này còn thiếu: %(values)s.") % {"values": ", ".join(missing)})
    return tuple((form, nature, answers) for form, (_first, nature, answers) in forms.items())


def _read_choices(row: Row, notes: Notes) -> dict[str, str]:
    """`commune=xa;province=tinh`; none: the value itself is the answer."""
    found = {}
    for pair in row.values("choices"):
        ours, equals, theirs = pair.partition("=")
        if not equals or not ours or not theirs:
            notes.add(row, "choices", _("Viết không đúng."), allowed="commune=xa;province=tinh")
        found[ours] = theirs
    return found


def _read_person(rows: Sequence[Row], owners: Mapping[str, str], notes: Notes) -> PersonalFieldRow | None:
    for row in rows[1:]:
        notes.add(row, "purpose_vi", _("Chỉ có một dòng: mọi tên người được khen được giữ như nhau."))
    if rows and "persons" in owners:
        message = _("Gói “%(pack)s” đã khai báo vì sao giữ tên người được khen; hãy bỏ tệp này.")
        notes.add(rows[0], "purpose_vi", message % {"pack": owners["persons"]})
    return read_person(rows[0], *FIELD_OF_PERSON, sensitive=False, notes=notes) if rows else None
