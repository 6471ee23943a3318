"""Who may know a figure: the one place every figure shown to a reader passes through."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.utils.translation import gettext as _

from caunoi.accounts.scope import Scope
from caunoi.facts.questions import ask
from caunoi.facts.rules.question import Figure, Question
from caunoi.periods.rules import Days
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.refusals import NotFound


def may_see(key: str, days: Days, scope: Scope) -> bool:
    """Whether the reader may know a unit's figures of these days.

    A figure of a successor over days before it began rests on its predecessors' records: it may be known once all of
    them may, which an administrator confirms.
    """
    places = get_snapshot()
    unit = places.by_key.get(key)
    return unit is not None and (scope.everything or _sees(unit.id, days, scope, places))


def _sees(unit: int, days: Days, scope: Scope, places: PlaceSnapshot) -> bool:
    if scope.sees(unit, days):
        return True
    began = places.units[unit].starts_on
    before = {step.old for step in places.predecessors(unit) if step.day == began}
    if not before or days.first >= began:
        return False
    if days.last >= began and not scope.sees(unit, Days(began, days.last)):
        return False
    earlier = Days(days.first, min(days.last, began - timedelta(days=1)))
    return scope.sees_unit(unit) and all(_sees(old, earlier, scope, places) for old in before)


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
