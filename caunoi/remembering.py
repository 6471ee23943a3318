"""What a process may take for granted within one request, because nobody has changed any definition since.

Places, forms and the catalogue are kept in memory, and each is asked, with a statement of its own, whether it changed.
Every change of a definition writes an audit line, and so moves one number: who has read that number need not ask each
of them again. Only for requests that change no definition themselves; everybody else asks as before.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")
MOST = 20_000
_reading: ContextVar[int | None] = ContextVar("caunoi-definitions", default=None)
_known: dict[Hashable, tuple[int, Any]] = {}


@contextmanager
def as_defined_at(number: int) -> Iterator[None]:
    """`number`: of the last change of a definition (`audit.clock.definitions`), as read when the request began."""
    token = _reading.set(number)
    try:
        yield
    finally:
        _reading.reset(token)


def remember(what: Hashable, read: Callable[[], T]) -> T:
    """What `read` gives, or gave since the last change of a definition. Nothing that is None is kept."""
    number = _reading.get()
    if number is None:
        return read()
    known = _known.get(what)
    if known is not None and known[0] == number:
        return known[1]  # type: ignore[no-any-return]
    found = read()
    if found is not None:
        if len(_known) >= MOST:
            _known.clear()
        _known[what] = (number, found)
    return found


def forget_all() -> None:
    """After a transaction was rolled back (tests): the same number may mean other definitions."""
    _known.clear()
