"""meetings/: the kinds of meetings, which form a closed one fills and from what, and the Word templates of minutes
(`meetings/<name>.docx`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from caunoi.forms.rules.questions import Question
from caunoi.meetings.rules.filling import WORDS
from caunoi.packs.rules.answers import read_answers
from caunoi.packs.rules.tables import Notes, check_unique, read_table, suggest
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
        answers = read_answers(row, questions, WORDS, notes)
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
