"""reviews.csv: which form a review of a unit's boards, teams and the like fills, and what registers count for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from django.utils.translation import gettext as _

from caunoi.forms.rules.questions import Question
from caunoi.packs.rules.answers import read_answers
from caunoi.packs.rules.contents import RegisterRow
from caunoi.packs.rules.tables import Notes, Row, suggest
from caunoi.records.entities.rules.reviews import WORDS, ReviewTerms, source_of

FILE = "reviews.csv"
COLUMNS = ("register", "level", "form", "answers")


def read_reviews(
    rows: Sequence[Row],
    registers: Sequence[RegisterRow],
    known: Mapping[str, Sequence[str]] | None,
    levels: Sequence[str],
    questions: Mapping[str, Sequence[Question] | None],
    notes: Notes,
) -> list[RegisterRow]:
    """The registers, each with its reviews. `known`: register -> its properties, also of packs loaded before."""
    codes = [one.code for one in registers]
    found: dict[str, list[ReviewTerms]] = {}
    for row in rows:
        register, level = row["register"], row["level"]
        if register not in codes:
            message = _("Gói không có sổ “%(code)s” (registers.csv).") % {"code": register}
            notes.add(row, "register", message + suggest(register, codes), allowed=", ".join(codes))
        if level not in levels:
            message = _("Gói không có cấp “%(level)s”.") % {"level": level}
            notes.add(row, "level", message + suggest(level, levels), allowed=", ".join(levels))
        if any(one.level == level for one in found.get(register, ())):
            notes.add(row, "level", _("Cấp này của sổ đã ghi ở dòng trên."))
        if not row["form"]:
            notes.add(row, "form", _("Chưa ghi."))
        terms = ReviewTerms(level, row["form"], read_answers(row, questions, WORDS, notes, also_conditional=True))
        _check_counted(row, terms, known, notes)
        found.setdefault(register, []).append(terms)
    return [replace(one, reviews=tuple(asdict(terms) for terms in found.get(one.code, ()))) for one in registers]


def _check_counted(row: Row, terms: ReviewTerms, known: Mapping[str, Sequence[str]] | None, notes: Notes) -> None:
    if not terms.counted:
        notes.add(row, "answers", _("Chưa có câu nào đếm từ sổ."), allowed=", ".join(WORDS.list_all()))
    for word in terms.answers.values():
        register, added = source_of(word)
        if known is None or not register:
            continue
        if register not in known:
            message = _("Gói không có sổ “%(code)s” (registers.csv).") % {"code": register}
            notes.add(row, "answers", message + suggest(register, known), allowed=", ".join(sorted(known)))
        elif added and added not in known[register]:
            message = _("Sổ không có thuộc tính “%(name)s” (cột save_to của các biểu mẫu).") % {"name": added}
            notes.add(row, "answers", message + suggest(added, known[register]), allowed=", ".join(known[register]))
