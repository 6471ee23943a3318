"""Repeats in a spreadsheet: a sheet each, whose rows name the row they belong to in a column both sheets have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from caunoi.forms.rules.questions import FILES, Question

# The row's own number in the main sheet, by which the sheets of its repeats name it.
LINE_COLUMN = "@dong"
# The number of a repeat's row, by which rows of a repeat inside it name it: `@muc:ho`.
ITEM_PREFIX = "@muc:"


@dataclass(frozen=True)
class Repeat:
    """`path`: the repeats around its rows from the outermost inwards, itself last. `questions`: those that a cell can
    answer. `has_inside`: another repeat stands in it, so its rows bear a number."""

    path: tuple[str, ...]
    questions: tuple[Question, ...]
    has_inside: bool = False

    @property
    def name(self) -> str:
        return self.path[-1]

    @property
    def above(self) -> str:
        """The repeat it stands in, blank for none."""
        return self.path[-2] if len(self.path) > 1 else ""

    @property
    def item_column(self) -> str:
        """Numbers its own rows."""
        return ITEM_PREFIX + self.name

    @property
    def link_column(self) -> str:
        """Names the row that each of its rows belongs to."""
        return ITEM_PREFIX + self.above if self.above else LINE_COLUMN


def list_repeats(questions: Sequence[Question]) -> list[Repeat]:
    """Those with something to fill in, in the form's order, each before what stands inside it."""
    found: dict[tuple[str, ...], list[Question]] = {}
    for question in questions:
        path = tuple(around.name for around in question.enclosing if around.repeats)
        if path and question.is_asked and question.type not in FILES:
            for depth in range(1, len(path) + 1):
                found.setdefault(path[:depth], [])
            found[path].append(question)
    outer = {path[:-1] for path in found}
    return [Repeat(path, tuple(several), path in outer) for path, several in found.items()]


def item_label() -> str:
    return _("Số mục")


def link_label(repeat: Repeat) -> str:
    if repeat.above:
        return _("Thuộc mục số (trang “%(sheet)s”)") % {"sheet": repeat.above}
    return _("Dòng ở trang chính")
