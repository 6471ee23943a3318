"""Pages that only read ask once whether places, forms or the catalogue changed, and not before each use of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse

from caunoi.audit.clock import read_definitions
from caunoi.remembering import as_defined_at

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def as_defined_now(view: View[P]) -> View[P]:
    """For views that change no definition and render what they answer before they return."""

    @wraps(view)
    def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        with as_defined_at(read_definitions()):
            return view(request, *args, **kwargs)

    return answer
