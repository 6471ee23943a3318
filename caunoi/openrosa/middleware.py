from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import resolve, set_urlconf
from django.utils import translation
from django.utils.translation import gettext as _

from caunoi.audit.clock import read_definitions
from caunoi.desk.middleware import get_status
from caunoi.openrosa import answers, urls_devices
from caunoi.openrosa.errors import SendingTooLarge, TokenMissing, TooManyGuesses
from caunoi.openrosa.guesses import PAUSE_SECONDS
from caunoi.records.errors import SentTwiceAtOnce
from caunoi.refusals import Refusal
from caunoi.remembering import as_defined_at

STATUSES: dict[type[Refusal], int] = {
    TokenMissing: 401,
    SendingTooLarge: 413,
    TooManyGuesses: 429,
    SentTwiceAtOnce: 503,
}


class DeviceMiddleware:
    """Answers phones before sessions, sign-in, CSRF and languages of pages: they have none of these.

    The addresses' own urlconf is set for the rest of the request, so that Django asks its handlers when something is
    not found or fails unexpectedly.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if urls_devices.DEVICE_ADDRESS.match(request.path_info) is None:
            return self.get_response(request)
        set_urlconf(urls_devices.__name__)
        with translation.override(settings.CAUNOI_LANGUAGE):
            match = resolve(request.path_info, urls_devices.__name__)
            request.resolver_match = match
            try:
                # A phone changes no definition.
                with as_defined_at(read_definitions()):
                    answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
            except Refusal as refusal:
                return _refuse(refusal)
            return _explain_method(answer) if isinstance(answer, HttpResponseNotAllowed) else answer


def _explain_method(answer: HttpResponseNotAllowed) -> HttpResponse:
    sentence = _("Địa chỉ này không nhận yêu cầu kiểu đó. Hãy mở bằng ứng dụng ODK Collect.")
    explained = answers.message(sentence, status=answer.status_code, nature="error")
    explained["Allow"] = answer["Allow"]
    return explained


def _refuse(refusal: Refusal) -> HttpResponse:
    answer = answers.refuse(refusal, STATUSES.get(type(refusal)) or get_status(refusal))
    if isinstance(refusal, TokenMissing):
        # Collect sends credentials only when asked: the token may come as the password of any name, over HTTPS.
        answer["WWW-Authenticate"] = 'Basic realm="Cau Noi", charset="UTF-8"'
    elif isinstance(refusal, TooManyGuesses):
        answer["Retry-After"] = str(PAUSE_SECONDS)
    return answer
