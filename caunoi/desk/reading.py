"""Pages that only read ask once whether places, forms or the catalogue changed, and not before each use of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from django.http import HttpResponse

from caunoi.audit.clock import read_definitions
from caunoi.remembering import as_defined_at

P = ParamSpec("P")


def as_defined_now(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """For views that change no definition and render what they answer before they return."""

    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        with as_defined_at(read_definitions()):
            return view(*args, **kwargs)

    return answer
