"""What a published form asks, as plain values that are stored with its version."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

# A form that is due for a period says so in this question (docs/pack-format.md): the first day of the named period.
PERIOD_QUESTION = "ky_bao_cao"
# The question that by convention holds an event's day.
EVENT_QUESTION = "ngay"
# Columns of the spreadsheet that are not questions; a question of the same name could not be told apart.
UNIT_COLUMN = "don_vi"
PERIOD_COLUMN = "ky"
RESERVED_NAMES = frozenset({UNIT_COLUMN, PERIOD_COLUMN, "meta"})

NUMBERS = frozenset({"integer", "decimal", "range"})
# Shown or filled by the device; nobody types an answer into them.
NOT_ASKED = frozenset({"note", "start", "end", "today", "deviceid", "username", "phonenumber", "email", "audit"})
FILES = frozenset({"image", "audio", "video", "file", "background-audio", "osm"})
MAX_FILE_NAME = 200
# The appearance of a photo's question that asks to keep the camera's notes, where it was taken among them.
WITH_POSITION = "with-position"


@dataclass(frozen=True)
class Choice:
    name: str
    labels: dict[str, str]

    def label(self, language: str = "vi") -> str:
        return pick(self.labels, language) or self.name


@dataclass(frozen=True)
class Enclosing:
    """A group or repeat around a question, from the outermost inwards."""

    name: str
    path: str
    repeats: bool
    relevant: str = ""


@dataclass(frozen=True)
class Question:
    """One question. Labels, hints and messages by language code (`vi`, `en`).

    `name` is unique in the form: as in the sheet, or the path below the root where groups repeat a name (`nhom/so`).
    `path` is absolute in the primary instance (`/data/nhom/so_nguoi`). Expressions are XPath as in the XForm (``${x}``
    already turned into paths), blank if there is none. `repeat` is the innermost repeat the question stands in.
    `type` is one of text, integer, decimal, range, date, time, datetime, select_one, select_multiple, rank, calculate,
    note, image, audio, video, file, geopoint, or another word of XLSForm.
    """

    name: str
    type: str
    path: str
    labels: dict[str, str] = field(default_factory=dict)
    required: bool = False
    required_expr: str = ""
    constraint: str = ""
    constraint_messages: dict[str, str] = field(default_factory=dict)
    relevant: str = ""
    calculate: str = ""
    choices: tuple[Choice, ...] = ()
    readonly: bool = False
    repeat: str | None = None
    hints: dict[str, str] = field(default_factory=dict)
    appearance: str = ""
    enclosing: tuple[Enclosing, ...] = ()

    @cached_property
    def element(self) -> str:
        """Its element's name in the instance; `name` is longer where groups repeat a name."""
        return self.path.rpartition("/")[2]

    def label(self, language: str = "vi") -> str:
        return pick(self.labels, language) or self.name

    def choice_label(self, name: str, language: str = "vi") -> str:
        return next((choice.label(language) for choice in self.choices if choice.name == name), name)

    @property
    def is_asked(self) -> bool:
        """Whether a person answers it (in a spreadsheet: whether it has a column)."""
        return self.type not in NOT_ASKED and not self.calculate and not self.readonly


@dataclass
class Branch:
    """A group, a repeat or the root, with what stands in it, in the form's order."""

    name: str
    path: str
    repeats: bool = False
    relevant: str = ""
    children: list[Branch | Question] = field(default_factory=list)

    @property
    def element(self) -> str:
        return self.name


def pick(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts.get("vi") or next(iter(texts.values()), "")


def outline(questions: Sequence[Question]) -> Branch:
    """The questions as the tree they form in the instance."""
    root_name = questions[0].path.split("/")[1] if questions else "data"
    root = Branch(root_name, f"/{root_name}")
    branches: dict[str, Branch] = {root.path: root}
    for question in questions:
        above = root
        for around in question.enclosing:
            if around.path not in branches:
                branches[around.path] = Branch(around.name, around.path, around.repeats, around.relevant)
                above.children.append(branches[around.path])
            above = branches[around.path]
        above.children.append(question)
    return root


def walk_answers(branch: Branch, answers: Mapping[str, Any]) -> Iterator[tuple[Question, str]]:
    """Every question with its answer ('' = missing), repeats row by row."""
    for child in branch.children:
        if isinstance(child, Question):
            value = answers.get(child.name)
            yield child, value if isinstance(value, str) else ""
        elif child.repeats:
            for row in answers.get(child.name) or ():
                yield from walk_answers(child, row)
        else:
            yield from walk_answers(child, answers)


def list_answered_files(branch: Branch, answers: Mapping[str, Any]) -> list[str]:
    """The photos and other files that the answers name, each once, in the form's order."""
    return list(
        dict.fromkeys(name for question, name in walk_answers(branch, answers) if question.type in FILES and name)
    )


def list_with_position(branch: Branch, answers: Mapping[str, Any]) -> frozenset[str]:
    """Names of photos whose question asks to keep where and when they were taken."""
    asked = walk_answers(branch, answers)
    return frozenset(name for question, name in asked if name and WITH_POSITION in question.appearance.split())


def is_plain_file_name(name: str) -> bool:
    """Whether a file may be kept under it: no path, nothing invisible, no longer than our tables hold."""
    return (
        0 < len(name) <= MAX_FILE_NAME
        and name not in (".", "..")
        and not any(c in "/\\" or unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in name)
    )


def find_event_question(questions: Iterable[Question]) -> Question | None:
    """The question that says on which day an event took place: `ngay`, else the first date that must be answered."""
    dates = [q for q in questions if q.type == "date" and q.repeat is None and q.name != PERIOD_QUESTION]
    named = [q for q in dates if q.name == EVENT_QUESTION]
    return next(iter(named or [q for q in dates if q.required] or dates), None)


def clean_answer(text: str) -> str:
    """NFC, without control characters (XML knows none) and outer spaces; line breaks stay."""
    if text.isascii() and text.isprintable():
        return text.strip()
    normal = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\u00a0", " "))
    return "".join(c for c in normal if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")).strip()


def to_json(questions: Sequence[Question]) -> list[dict[str, Any]]:
    return [asdict(question) for question in questions]


def from_json(stored: Sequence[Mapping[str, Any]]) -> tuple[Question, ...]:
    return tuple(
        Question(
            **{
                **one,
                "choices": tuple(Choice(**choice) for choice in one["choices"]),
                "enclosing": tuple(Enclosing(**around) for around in one["enclosing"]),
            }
        )
        for one in stored
    )
