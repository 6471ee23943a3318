"""Who may know a figure: the one place every figure shown to a reader passes through."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _

from caunoi.accounts.scope import Scope
from caunoi.facts.questions import ask
from caunoi.facts.rules.question import Figure, Question
from caunoi.periods.rules import Days
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.refusals import NotFound


def may_see(key: str, days: Days, boundaries: date, scope: Scope) -> bool:
    """Whether the reader may know a unit's figures of these days on the boundaries of that day.

    All the units that stand under it then must be theirs to see for all the days: a village that came from elsewhere
    brings its earlier records along, and a successor its predecessors'. Those open when an administrator confirms it.
    """
    places = get_snapshot()
    unit = places.by_key.get(key)
    if unit is None or scope.everything:
        return unit is not None
    if not scope.sees_unit(unit.id):
        return False
    under = places.subtree_on(unit.id, boundaries) if unit.exists_on(boundaries) else {unit.id}
    return all(_sees(one, days.first, days.last, scope, places) for one in under)


def _sees(unit: int, first: date, last: date, scope: Scope, places: PlaceSnapshot) -> bool:
    """The unit's own days, and those before and after its life through what it came from and what it became."""
    me = places.units[unit]
    end = None if me.ends_on is None else me.ends_on - timedelta(days=1)
    inside = (max(first, me.starts_on), last if end is None else min(last, end))
    if inside[0] <= inside[1] and not scope.sees(unit, Days(*inside)):
        return False
    if first < me.starts_on:
        until = min(last, me.starts_on - timedelta(days=1))
        if not all(_sees(step.old, first, until, scope, places) for step in places.predecessors(unit)):
            return False
    if end is not None and last > end:
        since = max(first, end + timedelta(days=1))
        return all(_sees(step.new, since, last, scope, places) for step in places.successors(unit))
    return True


def check_may_see(question: Question, scope: Scope) -> None:
    """Raises NotFound, in the same words whether the unit is unknown or only out of reach."""
    if not may_see(question.place, Days(question.first, question.last), question.boundaries, scope):
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
    days = Days(question.first, question.last)
    visible = {key for key in {f.place for f in figures} if may_see(key, days, question.boundaries, scope)}
    return [figure if figure.place in visible else _veil(figure) for figure in figures]


def _veil(figure: Figure) -> Figure:
    return figure._replace(
        value=None,
        numerator=None,
        denominator=None,
        estimated=False,
        carried_over=False,
        partly_outside=None,
        coverage=None,
        warnings=(),
        why=_("Ngoài phạm vi của bạn."),
    )
