from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import list_grants
from caunoi.accounts.signing_in import has_second_factor
from caunoi.refusals import FileRefused, NotAllowed, NotFound, Refusal


def wants_json(request: HttpRequest) -> bool:
    """Scripts say so in `Accept`; a page that is opened asks for HTML first."""
    accept = request.headers.get("Accept", "")
    return "application/json" in accept and "text/html" not in accept


# Right in itself, but not as things stand now: closed, decided or changed meanwhile.
CONFLICTS = frozenset(
    {
        "already-done",
        "cannot-correct-now",
        "corrects-another",
        "deprecated-stale",
        "door-closed",
        "entity-moved",
        "entity-no-conflict",
        "form-closed",
        "held-settled",
        "instance-taken",
        "instance-withdrawn",
        "meeting-has-record",
        "meeting-moved",
        "meeting-step-impossible",
        "report-moved",
        "report-step-done",
        "report-step-impossible",
        "step-impossible",
        "target-already-settled",
        "version-moved",
    }
)
SEEN_SECONDS = 600
WITHOUT_SECOND_FACTOR = ("account", "mfa_", "sign-", "set-language", "session", "signed-in")
# A moment later it may be taken: a queue that sends keeps it waiting, and marks nothing as refused.
PASSING = frozenset({"sent-twice-at-once", "engine-unreachable", "storage-unreachable"})


def get_status(refusal: Refusal) -> int:
    if isinstance(refusal, NotAllowed):
        return 403
    if isinstance(refusal, NotFound):
        return 404
    if refusal.code in ("too-many-checks", "too-many-turns"):
        return 429
    if refusal.code in PASSING:
        return 503
    return 409 if refusal.code in CONFLICTS else 400


class RefusalMiddleware:
    """The one place where a refusal becomes a page (or JSON for scripts)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refusal):
            return None
        status = get_status(exception)
        if wants_json(request):
            answer = {"ok": False, "code": exception.code, "message": exception.sentence}
            return JsonResponse(answer, status=status, json_dumps_params={"ensure_ascii": False})
        context = {
            "sentence": exception.sentence,
            "mistakes": exception.mistakes if isinstance(exception, FileRefused) else [],
            "back": find_way_back(request),
        }
        return render(request, "desk/refused.html", context, status=status)


def find_way_back(request: HttpRequest) -> str:
    """The page the reader came from, if it was one of ours."""
    came_from = request.headers.get("Referer", "")
    own = f"{request.scheme}://{request.get_host()}/"
    here = request.build_absolute_uri()
    return came_from if came_from.startswith(own) and came_from != here else "/"


class SignInMiddleware(LoginRequiredMiddleware):
    """Everything needs an account, except what says otherwise (`login_not_required`).

    A script that sends while the session has expired gets 401 with the address to sign in at, never a redirect: it
    would follow that and take the sign-in page for an answer.
    """

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> Any:  # the stubs know only redirects
        if not wants_json(request):
            return super().handle_no_permission(request, view_func)
        answer = {
            "ok": False,
            "code": "signed-out",
            "message": _("Phiên đăng nhập đã hết. Hãy đăng nhập lại rồi gửi tiếp."),
            "login_url": f"{settings.LOGIN_URL}?next={reverse('signed-in')}",
        }
        return JsonResponse(answer, status=401, json_dumps_params={"ensure_ascii": False})


class SessionSeenMiddleware:
    """Keeps when and from where a session was last seen, every few minutes: a write a request would be the slowest
    part of most requests."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.session.session_key
        if key and request.user.is_authenticated and cache.add(f"session-seen:{key}", 1, SEEN_SECONDS):
            UserSession.objects.create_from_request(request)
        return self.get_response(request)


class SecondFactorMiddleware:
    """Whoever holds a role that needs a second factor sees their own account, and nothing else, until they have one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        if not settings.CAUNOI_SECOND_FACTOR_FOR or not isinstance(request.user, User):
            return None
        match = request.resolver_match
        if match is not None and (match.url_name or "").startswith(WITHOUT_SECOND_FACTOR):
            return None
        held = {grant.role for grant in list_grants(request.user, moments.today())}
        if not held & set(settings.CAUNOI_SECOND_FACTOR_FOR) or has_second_factor(request.user):
            return None
        sentence = _(
            "Vai trò của bạn cần lớp xác thực thứ hai. Hãy bật mã xác nhận hoặc thêm khóa truy cập rồi làm tiếp."
        )
        if wants_json(request):
            answer = {"ok": False, "code": "second-factor-needed", "message": sentence}
            return JsonResponse(answer, status=403, json_dumps_params={"ensure_ascii": False})
        messages.warning(request, sentence)
        return redirect("account")


class LanguageMiddleware:
    """Chosen on the page (cookie), else the account's, else the installation's.

    Not the browser's: offices run English Windows, and their readers are Vietnamese all the same.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if language not in dict(settings.LANGUAGES):
            language = request.user.language if isinstance(request.user, User) else settings.CAUNOI_LANGUAGE
        with translation.override(language):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response
