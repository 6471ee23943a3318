"""The changing part of a campaign's page: made once for each state of a wall and language, sent to all who watch."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.translation import get_language

from caunoi.boards.models import Campaign
from caunoi.boards.wall import Wall, read_wall
from caunoi.facts.rules.question import BookName

MOST_KEPT = 64


@dataclass(frozen=True)
class Shown:
    """`etag` is the same in every process that shows the same."""

    wall: Wall
    html: str
    etag: str


_lock = threading.Lock()
_shown: OrderedDict[tuple[int, int, str, str], Shown] = OrderedDict()


def show_wall(campaign: Campaign, place: int, book: BookName) -> Shown:
    wall = read_wall(campaign, place, book)
    key = (campaign.pk, place, book, get_language() or "")
    with _lock:
        shown = _shown.pop(key, None)
        if shown is not None and shown.wall is wall:
            _shown[key] = shown
            return shown
    html = render_to_string("desk/campaigns/wall.html", {"wall": wall, "book": book})
    shown = Shown(wall, html, f'"{hashlib.sha256(html.encode()).hexdigest()[:32]}"')
    with _lock:
        _shown[key] = shown
        while len(_shown) > MOST_KEPT:
            _shown.popitem(last=False)
    return shown
