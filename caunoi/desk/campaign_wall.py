"""The changing part of a campaign's page: made once for each state of a wall and language, sent to all who watch."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date

from django.template.loader import render_to_string
from django.utils.translation import get_language

from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.boards.models import Campaign
from caunoi.boards.wall import Wall, read_wall
from caunoi.facts.access import may_see
from caunoi.facts.rules.question import BookName
from caunoi.periods.rules import Days

MOST_KEPT = 64


@dataclass(frozen=True)
class Shown:
    """`etag` is the same in every process that shows the same."""

    wall: Wall
    html: str
    etag: str


_lock = threading.Lock()
_shown: OrderedDict[tuple[int, int, str, str, bool], Shown] = OrderedDict()


def show_wall(campaign: Campaign, place: int, book: BookName, user: User, today: date) -> Shown:
    wall = read_wall(campaign, place, book)
    aims = may_see_targets(wall, campaign, user, today)
    key = (campaign.pk, place, book, get_language() or "", aims)
    with _lock:
        shown = _shown.pop(key, None)
        if shown is not None and shown.wall is wall:
            _shown[key] = shown
            return shown
    html = render_to_string("desk/campaigns/wall.html", {"wall": wall, "book": book, "aims": aims})
    shown = Shown(wall, html, f'"{hashlib.sha256(html.encode()).hexdigest()[:32]}"')
    with _lock:
        _shown[key] = shown
        while len(_shown) > MOST_KEPT:
            _shown.popitem(last=False)
    return shown


def may_see_targets(wall: Wall, campaign: Campaign, user: User, today: date) -> bool:
    """Whether the reader may know the results since the beginning of the targets' periods. Nothing is asked where the
    wall has no targets: it is looked at more than once a second."""
    if wall.since is None:
        return False
    return may_see(wall.place, Days(wall.since, campaign.last), campaign.last, scope_of(user, today))
