"""contests/: kinds of contests with their rounds, criteria and prizes, which form a closed one fills, and why entrants'
names are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from caunoi.contests.rules.filling import WORDS
from caunoi.contests.rules.ranking import BY_TOTALS, WHOLE
from caunoi.contests.rules.terms import ENTRANTS, Scale, read_mark
from caunoi.forms.rules.questions import Question
from caunoi.packs.rules.answers import read_answers
from caunoi.packs.rules.contents import ContestKindRow, ContestRows, PersonalFieldRow
from caunoi.packs.rules.personal_fields import YES_NO, read_person
from caunoi.packs.rules.tables import Notes, Row, check_unique, read_table, suggest

FOLDER = "contests"
KINDS, ROUNDS = f"{FOLDER}/kinds.csv", f"{FOLDER}/rounds.csv"
CRITERIA, PRIZES, PERSONS = f"{FOLDER}/criteria.csv", f"{FOLDER}/prizes.csv", f"{FOLDER}/persons.csv"
FILES = {
    KINDS: (
        "code", "name_vi", "name_en", "levels", "entrants", "own_unit", "lowest", "highest", "step", "judges", "ties",
        "form", "answers",
    ),
    ROUNDS: ("contest", "code", "name_vi", "name_en", "advance"),
    CRITERIA: ("contest", "round", "code", "name_vi", "name_en", "weight"),
    PRIZES: ("contest", "code", "name_vi", "name_en", "number"),
    PERSONS: ("whose_vi", "whose_en", "purpose_vi", "purpose_en", "keep", "counted_from", "at_end"),
}  # fmt: skip
FIELD_OF_PERSON = ("contests", "entrant")
MOST_JUDGES, MOST_ENTRIES, MOST_PRIZES = 50, 10_000, 1_000


def read_contests(
    files: Mapping[str, bytes],
    levels: Sequence[str],
    questions: Mapping[str, Sequence[Question] | None],
    owners: Mapping[str, str],
    notes: Notes,
) -> ContestRows:
    """`owners`: `kinds thi_viet`, `persons` -> another pack that has it, or says why names are kept."""
    for name in files:
        if name.startswith(f"{FOLDER}/") and name not in FILES:
            message = _("Gói không có tệp hay thư mục tên này.") + suggest(name, FILES)
            notes.add_file(name, message, allowed=", ".join(FILES))
    before = len(notes.mistakes)
    tables = {
        file: read_table(file, files[file], columns, notes) if file in files else [] for file, columns in FILES.items()
    }
    kinds = tables[KINDS]
    check_unique(kinds, "code", notes, {key.removeprefix("kinds "): pack for key, pack in owners.items()}, {})
    person = _read_person(tables[PERSONS], owners.get("persons", ""), notes)
    if len(notes.mistakes) > before:
        return ContestRows()
    known = [row["code"] for row in kinds]
    for file in (ROUNDS, CRITERIA, PRIZES):
        for row in tables[file]:
            if row["contest"] not in known:
                message = _("Không có loại hội thi “%(code)s” trong kinds.csv.") % {"code": row["contest"]}
                notes.add(row, "contest", message + suggest(row["contest"], known), allowed=", ".join(known))
    found = [_read_kind(position, row, tables, levels, questions, notes) for position, row in enumerate(kinds, start=1)]
    return ContestRows(tuple(found), person)


def _read_person(rows: Sequence[Row], owner: str, notes: Notes) -> PersonalFieldRow | None:
    for row in rows[1:]:
        notes.add(row, "purpose_vi", _("Chỉ có một dòng: mọi tên người dự thi được giữ như nhau."))
    if rows and owner:
        message = _("Gói “%(pack)s” đã khai báo vì sao giữ tên người dự thi; hãy bỏ tệp này.") % {"pack": owner}
        notes.add(rows[0], "purpose_vi", message)
    return read_person(rows[0], *FIELD_OF_PERSON, sensitive=False, notes=notes) if rows else None


def _read_kind(
    position: int,
    row: Row,
    tables: Mapping[str, list[Row]],
    levels: Sequence[str],
    questions: Mapping[str, Sequence[Question] | None],
    notes: Notes,
) -> ContestKindRow:
    code, (name_vi, name_en) = notes.code(row), notes.names(row)
    entrants = _read_words(row, "entrants", ENTRANTS, notes)
    if not entrants:
        notes.add(row, "entrants", _("Chưa ghi."), allowed=", ".join(ENTRANTS))
    rounds = _read_rounds(row, tables, notes)
    in_all = [{one["code"] for one in each["criteria"]} for each in rounds]
    told_apart = (*BY_TOTALS, *sorted(set.intersection(*in_all) if in_all else ()))
    terms = {
        "entrants": list(entrants),
        "own_unit": notes.one_of(row, "own_unit", YES_NO) == "yes",
        **_read_scale(row, notes),
        "judges": notes.whole_number(row, "judges", 1, MOST_JUDGES),
        "ties": list(_read_words(row, "ties", told_apart, notes)),
        "rounds": rounds,
        "prizes": [
            _named(one, notes) | {"number": notes.whole_number(one, "number", 1, MOST_PRIZES)}
            for one in _rows_of(row, tables[PRIZES], notes)
        ],
    }
    answers = read_answers(row, questions, WORDS, notes)
    return ContestKindRow(
        code, name_vi, name_en, notes.levels(row, "levels", levels), terms, row["form"], answers, position
    )


def _read_words(row: Row, column: str, allowed: Sequence[str], notes: Notes) -> tuple[str, ...]:
    for word in row.values(column):
        if word not in allowed:
            notes.add(row, column, _("Giá trị không dùng được.") + suggest(word, allowed), allowed=", ".join(allowed))
    return row.values(column)


def _read_scale(row: Row, notes: Notes) -> dict[str, str]:
    """As text: JSON knows no decimals. A wrong one is told, and taken as if it were 0 to 10."""
    found = {name: read_mark(row[name]) for name in ("lowest", "highest", "step")}
    before = len(notes.mistakes)
    for name, value in found.items():
        if value is None or value != value.quantize(Decimal("0.0001")):
            notes.add(row, name, _("Phải là số, nhiều nhất bốn chữ số thập phân."))
    lowest, highest, step = found["lowest"], found["highest"], found["step"]
    if len(notes.mistakes) > before or lowest is None or highest is None or step is None:
        return {"lowest": "0", "highest": "10", "step": "1"}
    fault = Scale(lowest, highest, step).find_fault()
    if fault == "highest":
        notes.add(row, "highest", _("Điểm cao nhất phải lớn hơn điểm thấp nhất, nhiều nhất 1.000.000."))
    elif fault:
        notes.add(row, "step", _("Các nấc điểm phải chia hết khoảng từ điểm thấp nhất đến điểm cao nhất."))
    return {name: str(value) for name, value in found.items()}


def _rows_of(kind: Row, rows: Sequence[Row], notes: Notes) -> list[Row]:
    found = [one for one in rows if one["contest"] == kind["code"]]
    check_unique(found, "code", notes, {}, {})
    return found


def _named(row: Row, notes: Notes) -> dict[str, Any]:
    name_vi, name_en = notes.names(row)
    return {"code": notes.code(row), "name_vi": name_vi, "name_en": name_en}


def _read_rounds(kind: Row, tables: Mapping[str, list[Row]], notes: Notes) -> list[dict[str, Any]]:
    rows = _rows_of(kind, tables[ROUNDS], notes)
    criteria = [one for one in tables[CRITERIA] if one["contest"] == kind["code"]]
    if not rows:
        notes.add(kind, "code", _("Loại hội thi này chưa có vòng nào trong rounds.csv."))
    codes = [one["code"] for one in rows]
    for one in criteria:
        if rows and one["round"] not in codes:
            message = _("Không có vòng “%(code)s” trong rounds.csv.") % {"code": one["round"]}
            notes.add(one, "round", message + suggest(one["round"], codes), allowed=", ".join(codes))
    found = []
    for position, row in enumerate(rows, start=1):
        last = position == len(rows)
        if last and row["advance"]:
            notes.add(row, "advance", _("Vòng cuối không chọn bài vào vòng sau; hãy để trống."))
        advance = None if last or not row["advance"] else notes.whole_number(row, "advance", 1, MOST_ENTRIES)
        own = [one for one in criteria if one["round"] == row["code"]]
        found.append(_named(row, notes) | {"advance": advance, "criteria": _read_criteria(row, own, notes)})
    return found


def _read_criteria(round_: Row, rows: Sequence[Row], notes: Notes) -> list[dict[str, Any]]:
    """Their weights are 100 together, or the ranking would be out of another whole than the marks."""
    check_unique(rows, "code", notes, {}, {})
    found, together = [], Decimal()
    for row in rows:
        weight = read_mark(row["weight"])
        if weight is None or not weight:
            notes.add(row, "weight", _("Trọng số phải là số lớn hơn 0."))
            return []
        together += weight
        found.append(_named(row, notes) | {"weight": str(weight)})
    if not rows:
        notes.add(round_, "code", _("Vòng này chưa có tiêu chí nào trong criteria.csv."))
    elif together != WHOLE:
        message = _("Trọng số các tiêu chí của vòng “%(code)s” cộng lại là %(sum)s, phải đúng 100.")
        notes.add(rows[-1], "weight", message % {"code": round_["code"], "sum": format(together, "f")})
    return found
