"""Whom an organiser can ask to judge."""

from __future__ import annotations

from datetime import date

from caunoi.accounts.models import User
from caunoi.accounts.queries import find_people
from caunoi.contests.models import Contest
from caunoi.places.queries import get_snapshot
from caunoi.vietnamese_text import clean

MOST = 20


def find_candidates(contest: Contest, text: str, today: date) -> list[User]:
    """By name without accents or sign-in name, one more than `MOST` where there are more: of those at work in the
    contest's unit, above it, and in its neighbours with all below them. Whoever works elsewhere, or holds no role, is
    found by the whole sign-in name only: accounts of other provinces are nobody's to look through."""
    if not (text := clean(text)):
        return []
    places = get_snapshot()
    above = places.ancestors_on(contest.org_unit_id, today)
    top = above[0] if above else contest.org_unit_id
    return list(find_people(text, {*above, *places.subtree_on(top, today)}, today)[: MOST + 1])
