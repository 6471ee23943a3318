"""What pages need to let their question be kept."""

from __future__ import annotations

from typing import Any

from django import template

from caunoi.boards.models import Dashboard, SavedView
from caunoi.boards.rules import keep_query
from caunoi.desk.board_inputs import ViewForm
from caunoi.moments import today
from caunoi.places.queries import get_snapshot

register = template.Library()


@register.inclusion_tag("desk/boards/save.html", takes_context=True)
def save_view(context: template.Context, page: str) -> dict[str, Any]:
    """The folded form that keeps the question of this page."""
    request = context["request"]
    initial = {"page": page, "query": keep_query(page, request.GET.urlencode())}
    form = ViewForm(request.user, today(), initial=initial, auto_id="save-%s")
    return {"form": form, "csrf_token": context.get("csrf_token")}


@register.filter
def shared_with_name(thing: SavedView | Dashboard) -> str:
    """Today's name of the unit it is shared with; of one that ended, its last."""
    return "" if thing.shared_with_id is None else get_snapshot().name_on(thing.shared_with_id, today())
