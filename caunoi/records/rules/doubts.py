"""The doubts an officer has to look at before a version is approved, kept in its `flags`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from caunoi.forms.rules.check import Problem
from caunoi.forms.rules.questions import Question, pick
from caunoi.sentences import pack, unpack

# Marks of a flag beside the fields of its problem. `across`: it is about what another record says, so it may come and
# go with that one. `later`: it came when the version was in a book already, and does not take it out again.
ACROSS, LATER = "across", "later"
Flag = Mapping[str, Any]


def flag_of(problem: Problem) -> dict[str, Any]:
    """The problem as it is kept: its texts as they were said, and in `said` how to say them to other readers."""
    texts = {"label": problem.label, "message": problem.message, "allowed": problem.allowed}
    said = {name: packed for name, text in texts.items() if (packed := pack(text)) is not None}
    return {**asdict(problem), **{name: str(text) for name, text in texts.items()}, "said": said}


def tell_flag(flag: Flag, questions: Mapping[str, Question], language: str) -> dict[str, Any]:
    """The flag with its texts in the reader's language, as far as they are known in it."""
    told = dict(flag) | {name: unpack(packed) for name, packed in flag.get("said", {}).items()}
    question = questions.get(flag["question"])
    if question is None:
        return told
    if flag["label"] in question.labels.values():
        told["label"] = question.label(language)
    if flag["message"] in question.constraint_messages.values():
        told["message"] = pick(question.constraint_messages, language)
    return told


def holds_back(flags: Sequence[Flag]) -> bool:
    """Whether a version with these flags waits for an officer before it enters any book."""
    return any(not flag.get(LATER) for flag in flags)


def replace_across(flags: Sequence[Flag], found: Sequence[Flag], *, is_reported: bool) -> list[dict[str, Any]] | None:
    """The flags once those about other records are `found` anew; None if they stay as they are.

    `is_reported`: the version is in the reported book. A doubt that stays keeps its words and its mark.
    """
    own = [dict(flag) for flag in flags if not flag.get(ACROSS)]
    before = {_key(flag): dict(flag) for flag in flags if flag.get(ACROSS)}
    mark = {ACROSS: True, LATER: True} if is_reported else {ACROSS: True}
    after = {_key(flag): before.get(_key(flag), {**flag, **mark}) for flag in found}
    return None if after.keys() == before.keys() else [*own, *after.values()]


def _key(flag: Flag) -> tuple[str, ...]:
    return tuple(str(flag.get(name, "")) for name in ("question", "value", "message", "allowed"))
