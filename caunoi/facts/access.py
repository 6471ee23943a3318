"""Who may know a figure: the one place every figure shown to a reader passes through."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from caunoi.accounts.scope import Scope
from caunoi.facts.questions import ask
from caunoi.facts.rules.question import Figure, Question
from caunoi.periods.rules import Days
from caunoi.places.queries import get_snapshot
from caunoi.refusals import NotFound


def may_see(key: str, days: Days, scope: Scope) -> bool:
    """Whether the reader may know a unit's figures of these days.

    A figure of a successor over days before it began rests on its predecessors' records; the scope's windows begin at
    the succession unless an administrator has confirmed otherwise.
    """
    unit = get_snapshot().by_key.get(key)
    return unit is not None and (scope.everything or scope.sees(unit.id, days))


def check_may_see(question: Question, scope: Scope) -> None:
    """Raises NotFound, in the same words whether the unit is unknown or only out of reach."""
    if not may_see(question.place, Days(question.first, question.last), scope):
        raise NotFound(
            _(
                "Không có số liệu này trong phạm vi của bạn. Số liệu trước ngày sáp nhập của đơn vị khác chỉ mở khi"
                " người quản trị xác nhận."
            )
        )


def ask_as(question: Question, scope: Scope) -> list[Figure]:
    """`ask` for a reader: refused if the place is out of reach; units below it that are, come without value or link."""
    check_may_see(question, scope)
    figures = ask(question)
    if scope.everything or question.level is None:
        return figures
    return [
        figure if may_see(figure.place, Days(figure.first, figure.last), scope) else _veil(figure) for figure in figures
    ]


def _veil(figure: Figure) -> Figure:
    return replace(
        figure,
        value=None,
        numerator=None,
        denominator=None,
        estimated=False,
        carried_over=False,
        partly_outside=None,
        coverage=None,
        why=_("Ngoài phạm vi của bạn."),
    )
