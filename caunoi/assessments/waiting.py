"""What waits for whom: ratings to score, to review or to answer, and rounds that can be closed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import windows_with_role
from caunoi.assessments.models import Rating, RatingRound
from caunoi.assessments.permissions import DECIDERS
from caunoi.assessments.rules.life import RatingState, RatingStep
from caunoi.places.rules.snapshot import LEVELS

# Whose own points are asked for; an approver may give them too, but is not reminded of it.
OWN = frozenset({Role.RECORDER, Role.EDITOR})
# Nobody works through more of them from one page.
MOST = 5_000


@dataclass(frozen=True)
class Waiting:
    """Ratings of one round that wait for the same step, as units in the order of places; of CLOSE none."""

    step: RatingStep
    round: RatingRound
    units: tuple[int, ...]

    @property
    def count(self) -> int:
        return len(self.units) or 1


def list_waiting_steps(user: User, on: date) -> list[Waiting]:
    """The rounds that end first stand first; of one round in the order of its life."""
    own = _list_ratings(list_to_score(user, on), RatingStep.SEND)
    review = _list_ratings(Q(state=RatingState.SENT) & ~Q(sent_by_id=user.pk) & _above(user, on), RatingStep.REVIEW)
    runs = windows_with_role(user, DECIDERS, on).condition("round__")
    answer = _list_ratings(Q(state=RatingState.APPEALED) & runs, RatingStep.ANSWER)
    close = [Waiting(RatingStep.CLOSE, one, ()) for one in _list_closable(user, on)]
    order = {step: number for number, step in enumerate(RatingStep)}
    return sorted([*own, *review, *answer, *close], key=lambda one: (one.round.day_to, one.round.pk, order[one.step]))


def list_to_score(user: User, on: date) -> Q:
    mine = windows_with_role(user, OWN, on).condition()
    return Q(state__in=[RatingState.OPEN, RatingState.RETURNED], round__closed_at=None) & mine


def _above(user: User, on: date) -> Q:
    """Units whose level above the user decides for: a role on the rated unit itself reviews nothing."""
    found = Q(pk__in=[])
    for number, level in enumerate(LEVELS[1:], start=1):
        scope = windows_with_role(user, DECIDERS, on, LEVELS[:number])
        found |= Q(org_unit__level=level) & scope.condition()
    return found


def _list_ratings(wanted: Q, step: RatingStep) -> list[Waiting]:
    rows = Rating.objects.filter(wanted).order_by("round_id", "pk").values_list("round_id", "org_unit_id")[:MOST]
    units: dict[int, list[int]] = {}
    for round_id, unit in rows:
        units.setdefault(round_id, []).append(unit)
    rounds = _get_rounds(units)
    return [Waiting(step, rounds[pk], tuple(several)) for pk, several in units.items()]


def _get_rounds(pks: Collection[int]) -> dict[int, RatingRound]:
    return RatingRound.objects.select_related("org_unit").in_bulk(list(pks))


def _list_closable(user: User, on: date) -> list[RatingRound]:
    """Everybody in them is reviewed or left out, and somebody is reviewed."""
    of_round = Rating.objects.filter(round=OuterRef("pk"))
    waiting = of_round.filter(state__in=[RatingState.OPEN, RatingState.SENT, RatingState.RETURNED])
    found = RatingRound.objects.filter(windows_with_role(user, DECIDERS, on).condition(), closed_at=None)
    found = found.filter(Exists(of_round.filter(state=RatingState.REVIEWED))).exclude(Exists(waiting))
    return list(found.select_related("org_unit"))
