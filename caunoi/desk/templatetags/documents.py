"""How a unit stands with what a document asks of it."""

from __future__ import annotations

from django import template

from caunoi.desk.documents import STATE_BADGES, STATE_LABELS
from caunoi.documents.rules.answering import State

register = template.Library()


@register.inclusion_tag("desk/components/badge.html")
def duty_badge(state: State) -> dict[str, str]:
    return {"name": STATE_BADGES[state], "label": str(STATE_LABELS[state])}
