"""What the server and the worker log of requests and of mistakes of ours: where and what kind, never about whom.

What an exception says may be all that a page was about to show; an address may name a file as its sender called it.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from types import TracebackType
from typing import Any

from django.db import OperationalError, ProgrammingError
from django.http import HttpRequest

# They speak of code and of tables.
WITHOUT_VALUES = (
    AttributeError,
    ImportError,
    MemoryError,
    NameError,
    OperationalError,
    ProgrammingError,
    RecursionError,
)
# What addresses of ours consist of; nine digits in a row are somebody's number.
_PLAIN = re.compile(r"(?!.*\d{9})[\w.:-]*", re.ASCII)


class PlainFormatter(logging.Formatter):
    """All frames of an exception, and of each that led to it; what it says only of a kind that tells no value."""

    def formatException(self, ei: Any) -> str:
        return tell_exception(ei[1])


class MaskPaths(logging.Filter):
    """Of the address that was asked for, the parts that no address of ours consists of, and names of files."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            path, masked = request.path, _mask(request)
            told = record.getMessage()
            for spelt in (path, path.encode("unicode_escape").decode("ascii")):  # the second: as Django spells it
                told = told.replace(spelt, masked)
            record.msg, record.args = told, ()
        return True


def _mask(request: HttpRequest) -> str:
    match = request.resolver_match
    named = match.kwargs.get("name") if match is not None else None
    return "/".join(part if part != named and _PLAIN.fullmatch(part) else "…" for part in request.path.split("/"))


def tell_exception(error: BaseException | None) -> str:
    """The innermost first, as Python tells them."""
    told: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = "".join(traceback.format_tb(error.__traceback__))
        said = f": {error}" if isinstance(error, WITHOUT_VALUES) else ""
        told.append(
            f"Traceback (most recent call last):\n{frames}{type(error).__module__}.{type(error).__qualname__}{said}"
        )
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(reversed(told))


def keep_last_words_plain() -> None:
    """Of a process whose output is a log: what ends it is told in the same way."""

    def tell(_kind: type[BaseException], error: BaseException, _frames: TracebackType | None) -> None:
        sys.stderr.write(tell_exception(error) + "\n")

    sys.excepthook = tell
