"""What no cell can hold stays with a record that a spreadsheet corrects: photos, what a phone noted by itself, repeats
without a sheet.

Rows of a repeat bear no name of their own: people sort them, delete some and write new ones between. A row keeps the
photos of the stored row that says the same in all its cells, wherever that stood. What is left on both sides are rows
that were corrected, written anew or deleted. As many on both sides: each is the correction of the one it has most in
common with, those with nothing in common in their order. Otherwise only one that still says at least half of what the
stored row said is its correction: a photo beside a foreign row would be worse than none, and the version before has it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from caunoi.forms.rules.questions import Question
from caunoi.records.incoming import IncomingFile
from caunoi.records.spreadsheet.comparing import is_same, says_something
from caunoi.records.spreadsheet.repeats import Repeat

Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Carrier:
    """`repeats`: those with a sheet. `by_name`: the questions of the form's version that is sent."""

    repeats: Sequence[Repeat]
    by_name: Mapping[str, Question]

    def carry(
        self, before: Answers, given: Answers, shown: Collection[str], path: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """`given`, and what `before` said that no cell can hold. What is calculated is calculated anew.

        `shown`: names whose cells were there to be filled in; a repeat among them was emptied if `given` lacks it.
        `path`: of the repeat whose row this is.
        """
        whole = {name: value for name, value in before.items() if name not in shown and self._stays(name, value)}
        whole.update(given)
        for repeat in self._inside(path):
            stored = before.get(repeat.name) or []
            if stored and (repeat.name in given or repeat.name in shown):
                whole[repeat.name] = self._carry_rows(stored, given.get(repeat.name) or [], repeat)
        return whole

    def _stays(self, name: str, value: Any) -> bool:
        return isinstance(value, list) or (name in self.by_name and not self.by_name[name].calculate)

    def _carry_rows(self, stored: Sequence[Answers], given: Sequence[Answers], repeat: Repeat) -> list[dict[str, Any]]:
        shown = {question.name for question in repeat.questions} | {one.name for one in self._inside(repeat.path)}
        # Without an answer in any cell a row cannot be told from one that was never written: it stays, at the end.
        told = [row for row in stored if says_something(row, repeat, self.repeats)]
        untold = [dict(row) for row in stored if not says_something(row, repeat, self.repeats)]
        partners = match_rows(told, given, repeat.questions)
        carried = [
            dict(row) if partner is None else self.carry(told[partner], row, shown, repeat.path)
            for row, partner in zip(given, partners, strict=True)
        ]
        return carried + untold

    def _inside(self, path: tuple[str, ...]) -> list[Repeat]:
        return [repeat for repeat in self.repeats if repeat.path[:-1] == path]


def match_rows(stored: Sequence[Answers], given: Sequence[Answers], questions: Sequence[Question]) -> list[int | None]:
    """For each given row the stored row it is, each at most once; None for a new one."""
    partners: list[int | None] = [None] * len(given)
    left = dict.fromkeys(range(len(stored)))
    for index, row in enumerate(given):
        same = next((one for one in left if _count_same(stored[one], row, questions) == len(questions)), None)
        if same is not None:
            partners[index] = same
            del left[same]
    new = [index for index, partner in enumerate(partners) if partner is None]
    as_many = len(new) == len(left)
    likeness = [(_likeness(stored[one], given[index], questions), one, index) for index in new for one in left]
    for like, one, index in sorted(likeness, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if one in left and partners[index] is None and like > 0 and (as_many or like * 2 >= 1):
            partners[index] = one
            del left[one]
    if as_many:
        for index, one in zip([index for index in new if partners[index] is None], list(left), strict=True):
            partners[index] = one
    return partners


def choose_files(files: Sequence[IncomingFile], before: Answers, after: Answers) -> list[IncomingFile]:
    """Without those that only an answer named which is gone."""
    gone = set(_list_texts(before)) - set(_list_texts(after))
    return [file for file in files if file.name not in gone]


def _likeness(stored: Answers, given: Answers, questions: Sequence[Question]) -> float:
    """Share of what the stored row said that the given one says too."""
    said = [question for question in questions if stored.get(question.name)]
    return _count_same(stored, given, said) / len(said) if said else 0.0


def _count_same(stored: Answers, given: Answers, questions: Sequence[Question]) -> int:
    return sum(
        is_same(question, str(stored.get(question.name) or ""), str(given.get(question.name) or ""))
        for question in questions
    )


def _list_texts(answers: Answers) -> Iterator[str]:
    for value in answers.values():
        if isinstance(value, list):
            for row in value:
                yield from _list_texts(row)
        else:
            yield str(value)
