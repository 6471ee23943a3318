from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from caunoi.audit.origin import coming_from, read_address


class OriginMiddleware:
    """Says once where a request comes from; `REMOTE_ADDR` is the reader's own address for everything below."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = read_address(
            request.META.get("REMOTE_ADDR", ""),
            request.headers.get("X-Forwarded-For", ""),
            settings.CAUNOI_TRUSTED_PROXIES,
        )
        request.META["REMOTE_ADDR"] = address
        with coming_from(address):
            return self.get_response(request)


class AddressMiddleware:
    """Takes NUL out of the address before anybody reads it: no page has one, and PostgreSQL knows no text with it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META["QUERY_STRING"] = request.META.get("QUERY_STRING", "").replace("%00", "")
        request.path_info, request.path = request.path_info.replace("\0", ""), request.path.replace("\0", "")
        return self.get_response(request)
