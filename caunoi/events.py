"""Tells later rooms what happened, without earlier rooms knowing them.

A room announces a small documented dataclass; what runs on it stands in one visible table, `config/wiring.py`.
Everything runs at once, in the announcing transaction: a submission and its postings stand or fall together.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

E = TypeVar("E")
_handlers: dict[type, list[Callable[[Any], None]]] = {}


def on(event: type[E], handler: Callable[[E], None]) -> None:
    """Run the handler whenever such an event is announced; registering it twice changes nothing."""
    handlers = _handlers.setdefault(event, [])
    if handler not in handlers:
        handlers.append(handler)


def announce(event: object) -> None:
    for handler in _handlers.get(type(event), ()):
        handler(event)
