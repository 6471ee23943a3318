"""meetings/: the kinds of meetings, which form a closed one fills and from what, and the Word templates of minutes
(`meetings/<name>.docx`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from caunoi.forms.rules.questions import Question
from caunoi.meetings.rules.filling import is_known, list_words
from caunoi.packs.rules.tables import Notes, Row, check_unique, read_table, suggest
from caunoi.reports.template_file import find_obstacle

FOLDER = "meetings"
KINDS = f"{FOLDER}/kinds.csv"
COLUMNS = ("code", "name_vi", "name_en", "levels", "asks", "form", "answers", "minutes")
ASKS = ("request", "question")


@dataclass(frozen=True)
class MeetingKindRow:
    """One row of meetings/kinds.csv, as meetings.models.MeetingKind keeps it; `template`: the bytes of its minutes."""

    code: str
    name_vi: str
    name_en: str
    levels: tuple[str, ...]
    asks: tuple[str, ...]
    form_code: str
    answers: Mapping[str, str]
    position: int
    template: bytes | None


def read_meeting_kinds(
    files: Mapping[str, bytes],
    levels: Sequence[str],
    questions: Mapping[str, Sequence[Question] | None],
    owners: Mapping[str, str],
    notes: Notes,
) -> tuple[MeetingKindRow, ...]:
    """`owners`: code of another pack's kind -> that pack."""
    templates = _list_templates(files, notes)
    rows = read_table(KINDS, files[KINDS], COLUMNS, notes) if KINDS in files else []
    check_unique(rows, "code", notes, owners, {})
    found = []
    for position, row in enumerate(rows, start=1):
        for word in row.values("asks"):
            if word not in ASKS:
                notes.add(row, "asks", _("Giá trị không dùng được.") + suggest(word, ASKS), allowed=", ".join(ASKS))
        minutes = row["minutes"]
        if minutes and minutes not in templates:
            message = _("Không có tệp %(file)s.") % {"file": f"{FOLDER}/{minutes}.docx"}
            notes.add(row, "minutes", message + suggest(minutes, templates), allowed=", ".join(sorted(templates)))
        code, (name_vi, name_en) = notes.code(row), notes.names(row)
        answers = read_answers(row, questions, is_known, list_words, notes)
        found.append(
            MeetingKindRow(
                code, name_vi, name_en, notes.levels(row, "levels", levels), row.values("asks"), row["form"], answers,
                position, templates.get(minutes),
            )
        )  # fmt: skip
    return tuple(found)


def _list_templates(files: Mapping[str, bytes], notes: Notes) -> dict[str, bytes]:
    found = {}
    for name, content in files.items():
        path = PurePosixPath(name)
        if str(path.parent) != FOLDER:
            continue
        if path.suffix == ".docx":
            if obstacle := find_obstacle(content):
                notes.add_file(name, obstacle)
            found[path.stem] = content
        elif name != KINDS:
            notes.add_file(name, _("Gói không có tệp hay thư mục tên này.") + suggest(name, [KINDS]), allowed=KINDS)
    return found


def read_answers(
    row: Row,
    questions: Mapping[str, Sequence[Question] | None],
    is_known: Callable[[str], bool],
    list_words: Callable[[], list[str]],
    notes: Notes,
) -> dict[str, str]:
    """Question -> where its answer comes from. All that the form requires always has to be there, or its record would
    be refused in the end; what it requires under a condition only the kind can know."""
    form, found = row["form"], {}
    for pair in row.values("answers"):
        question, equals, word = (part.strip() for part in pair.partition("="))
        if not equals or not is_known(word):
            notes.add(
                row, "answers", _("“%(pair)s” viết không đúng.") % {"pair": pair}, allowed=", ".join(list_words())
            )
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
    always = [one.name for one in asked if one.required and not one.relevant]
    if missing := [name for name in always if name not in found]:
        notes.add(row, "answers", _("Biểu mẫu này còn thiếu: %(values)s.") % {"values": ", ".join(missing)})
    return found
