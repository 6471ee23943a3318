"""Who may know a figure: the one place every figure shown to a reader passes through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain

from django.utils.translation import gettext as _

from caunoi.accounts.scope import Scope
from caunoi.facts.models import Kind
from caunoi.facts.plan import get_root, list_targets
from caunoi.facts.queries import get_catalogue
from caunoi.facts.questions import Answer, Part, list_parts
from caunoi.facts.rules.question import Figure, Question
from caunoi.periods.rules import Days
from caunoi.places.queries import get_snapshot
from caunoi.refusals import NotFound


class Reach:
    """Which units' figures of these days, on the boundaries of that day, a reader may know.

    For all units of a table together: each unit is looked at once, however many rows it stands under.
    """

    def __init__(self, days: Days, boundaries: date, scope: Scope) -> None:
        self.days, self.boundaries, self.scope = days, boundaries, scope
        self.places = get_snapshot()
        self._whole: dict[int, bool] = {}

    def sees(self, key: str) -> bool:
        """All the units that stand under it then must be theirs to see for all the days: a village that came from
        elsewhere brings its earlier records along, and a successor its predecessors'. Those open when an administrator
        confirms it."""
        unit = self.places.by_key.get(key)
        if unit is None or self.scope.everything:
            return unit is not None
        # Who has all units on all days of their lives has all that they came from and became: a country is not walked.
        return self.scope.sees_unit(unit.id) and (self.scope.whole or self._sees_whole(unit.id))

    def _sees_whole(self, unit: int) -> bool:
        if (known := self._whole.get(unit)) is None:
            exists = self.places.exists_on(unit, self.boundaries)
            under = self.places.children_on(unit, self.boundaries) if exists else ()
            known = self._sees(unit, self.days.first, self.days.last) and all(self._sees_whole(one) for one in under)
            self._whole[unit] = known
        return known

    def _sees(self, unit: int, first: date, last: date) -> bool:
        """The unit's own days, and those before and after its life through what it came from and what it became."""
        me = self.places.units[unit]
        end = None if me.ends_on is None else me.ends_on - timedelta(days=1)
        inside = (max(first, me.starts_on), last if end is None else min(last, end))
        if inside[0] <= inside[1] and not self.scope.sees(unit, Days(*inside)):
            return False
        if first < me.starts_on:
            until = min(last, me.starts_on - timedelta(days=1))
            if not all(self._sees(step.old, first, until) for step in self.places.predecessors(unit)):
                return False
        if end is not None and last > end:
            since = max(first, end + timedelta(days=1))
            return all(self._sees(step.new, since, last) for step in self.places.successors(unit))
        return True


def may_see(key: str, days: Days, boundaries: date, scope: Scope) -> bool:
    """Whether the reader may know one unit's figures. Of many units, ask one `Reach`."""
    return Reach(days, boundaries, scope).sees(key)


def check_may_see(question: Question, scope: Scope) -> Reach:
    """Raises NotFound, in the same words whether the unit is unknown or only out of reach; without any role
    OnlyReleased, where there are tables to read instead."""
    reach = Reach(Days(question.first, question.last), question.boundaries, scope)
    if not reach.sees(question.place):
        if not scope.windows:
            Answer(question, scope)
        raise NotFound(
            _(
                "Không có số liệu này trong phạm vi của bạn. Số liệu trước ngày sáp nhập của đơn vị khác chỉ mở khi"
                " người quản trị xác nhận."
            )
        )
    return reach


def ask_as(question: Question, scope: Scope) -> list[Figure]:
    """`ask` for a reader: refused if the place is out of reach; units below it that are, come without value or link."""
    reach = check_may_see(question, scope)
    return show(Answer(question, scope), reach)


def answer_with_units_below(question: Question, scope: Scope) -> tuple[Answer, list[Figure]]:
    """Of one code and one stretch of days, read once: the place's figure, then those of the units directly below it on
    the asked boundaries, as far as the reader may see them. What is stated of a unit itself has no units below."""
    reach = check_may_see(question, scope)
    places = get_snapshot(question.as_known)
    root = get_root(question, places).id
    element = get_catalogue(question.as_known).elements.get(question.codes[0])
    below = () if element and element.kind == Kind.OWN_LEVEL else places.children_on(root, question.boundaries)
    if not below or not places.exists_on(root, question.boundaries):
        answer = Answer(question, scope, explained=True)
        return answer, show(answer, reach)
    # Next to a district's communes there may be a single unit of another level.
    ((level, _count),) = Counter(places.units[child].level for child in below).most_common(1)
    asked = replace(question, level=level)
    answer = Answer(asked, scope, [root, *list_targets(asked, places)], explained=True)
    return answer, show(answer, reach)


def ask_as_in_parts(question: Question, scope: Scope) -> Iterator[list[Figure]]:
    """The same for questions of any size, one part after the other. The first is answered at once, so that a refusal
    comes before anything is handed on."""
    _judged, reach = judge(question, scope)
    return show_parts(list_parts(question), reach)


def judge(question: Question, scope: Scope) -> tuple[Answer, Reach]:
    """Refuses what the reader may not ask, all codes before the first of them is answered. The answer has no unit."""
    reach = check_may_see(question, scope)
    return Answer(question, scope, []), reach


def show_parts(parts: Sequence[Part], reach: Reach) -> Iterator[list[Figure]]:
    """One after the other, the first of them at once. The whole question was judged already."""
    first, *rest = parts
    shown = show(Answer(first.question, reach.scope, first.units), reach)
    return chain([shown], (show(Answer(part.question, reach.scope, part.units), reach) for part in rest))


def show(answer: Answer, reach: Reach) -> list[Figure]:
    """The answer's figures, as far as the reader may know them."""
    figures, question, scope = answer.figures(), answer.question, reach.scope
    if scope.everything:
        return figures
    reaches = {code: (reach, *reach_further(answer, code, scope)) for code in question.codes}
    if question.level is None and all(len(several) == 1 for several in reaches.values()):
        return figures
    keys = {figure.place for figure in figures}
    visible = {(code, key) for code, several in reaches.items() for key in keys if all(r.sees(key) for r in several)}
    return [figure if (figure.code, figure.place) in visible else _veil(figure) for figure in figures]


def reach_further(answer: Answer, code: str, scope: Scope) -> tuple[Reach, ...]:
    """What is compared with other days tells of those too: they must be the reader's to see as well. () if it isn't."""
    days = answer.plan.days_behind(code)
    return () if days is None else (Reach(days, answer.question.boundaries, scope),)


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
