"""The cell `answers` of kinds that fill a form once they are closed: meetings, classes, contests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from caunoi.forms.rules.filling import Words
from caunoi.forms.rules.questions import Question
from caunoi.packs.rules.tables import Notes, Row, suggest


def read_answers(
    row: Row,
    questions: Mapping[str, Sequence[Question] | None],
    words: Words[Any],
    notes: Notes,
    *,
    also_conditional: bool = False,
) -> dict[str, str]:
    """Question -> where its answer comes from. All that the form requires has to be there, or its record would be
    refused in the end. What it requires under a condition only the kind can know, so it may be left out; not with
    `also_conditional`."""
    form, found = row["form"], {}
    for pair in row.values("answers"):
        question, equals, word = (part.strip() for part in pair.partition("="))
        if not equals or not words.has(word):
            message = _("“%(pair)s” viết không đúng.") % {"pair": pair}
            notes.add(row, "answers", message, allowed=", ".join(words.list_all()))
        found[question] = word
    if not form:
        if found:
            notes.add(row, "form", _("Có câu trả lời mà không có biểu mẫu nào để điền."))
        return found
    if form not in questions:
        message = _("Gói không có biểu mẫu “%(form)s”.") % {"form": form} + suggest(form, questions)
        notes.add(row, "form", message, allowed=", ".join(sorted(questions)))
        return found
    asked = questions[form]
    if asked is None:
        return found
    names = [one.name for one in asked]
    for question in found:
        if question not in names:
            message = _("Biểu mẫu “%(form)s” không có câu hỏi “%(name)s”.") % {"form": form, "name": question}
            notes.add(row, "answers", message + suggest(question, names), allowed=", ".join(names))
    demanded = [one.name for one in asked if one.required and (also_conditional or not one.relevant)]
    if missing := [name for name in demanded if name not in found]:
        notes.add(row, "answers", _("Biểu mẫu này còn thiếu: %(values)s.") % {"values": ", ".join(missing)})
    return found
