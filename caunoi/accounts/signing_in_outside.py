"""Signing in at another office's provider (OpenID Connect): allauth leads there and back, we decide who comes in.

Stricter than allauth by itself: the token's signature, the issuer's name, a nonce and the subject of both answers are
checked, and its own tables of applications and accounts are not asked.
"""

from __future__ import annotations

from typing import Any, NoReturn

import jwt
from allauth.account.internal.flows.login import get_authentication_records, perform_login, record_authentication
from allauth.account.models import Login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal.jwtkit import fetch_key, lookup_kid_jwk
from allauth.socialaccount.models import SocialApp, SocialToken
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare, get_random_string
from django.utils.translation import gettext as _
from requests import RequestException

from caunoi import moments
from caunoi.accounts.errors import OutsideDeclined, OutsideStale, OutsideUnreachable, OutsideWrong, UserInvalid
from caunoi.accounts.models import User
from caunoi.accounts.outside import SUBJECT_LENGTH, OutsideIdentity, find_linked

PROVIDER = "office"
METHOD = "socialaccount"
WAITING = "outside_waiting"
WAITS_SECONDS = 900
# Ours and the provider's clocks.
LEEWAY_SECONDS = 60
NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})


class SocialAdapter(DefaultSocialAccountAdapter):
    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[Any]:
        return [self.get_provider(request, provider).app]

    def get_provider(self, request: HttpRequest, provider: Any, client_id: Any = None) -> Any:
        """The one of the settings; whatever stands in allauth's own table opens nothing."""
        app = SocialApp(
            provider="openid_connect",
            provider_id=PROVIDER,
            name=settings.CAUNOI_OIDC_NAME,
            client_id=settings.CAUNOI_OIDC_CLIENT_ID,
            secret=settings.CAUNOI_OIDC_SECRET,
            settings={"server_url": settings.CAUNOI_OIDC_ISSUER, "oauth_pkce_enabled": True},
        )
        return OfficeProvider(request, app=app)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> NoReturn:
        if "state_id" in (extra_context or {}) and exception is None:
            raise OutsideStale
        if isinstance(exception, RequestException):
            raise OutsideUnreachable from exception
        if error == AuthError.CANCELLED:
            raise OutsideDeclined
        raise OutsideWrong from exception

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        identity = _read_identity(sociallogin)
        # What else the provider told is not kept.
        sociallogin.account.extra_data = {}
        user = find_linked(identity, at=moments.now())
        if user is None:
            request.session[WAITING] = [identity.issuer, identity.subject, identity.email, moments.now().timestamp()]
            raise ImmediateHttpResponse(redirect("outside-unlinked"))
        if not user.is_active:
            raise UserInvalid(_("Tài khoản này đã khóa. Hãy liên hệ người quản trị của đơn vị."))
        sociallogin.user = user


class ProviderAdapter(OpenIDConnectOAuth2Adapter):
    @property
    def openid_config(self) -> dict[str, Any]:
        try:
            found = super().openid_config
        except RequestException as error:
            raise OutsideUnreachable from error
        named = found if isinstance(found, dict) else {}
        # Another's name in the configuration, and its tokens could be another's too.
        if str(named.get("issuer")).rstrip("/") != settings.CAUNOI_OIDC_ISSUER:
            raise OutsideWrong
        if not all(isinstance(named.get(name), str) for name in NEEDED):
            raise OutsideWrong
        return named

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        # The address that is entered at the provider, whatever name this request came by.
        return settings.CAUNOI_BASE_URL + reverse("outside-back")

    def parse_token(self, data: dict[str, Any]) -> SocialToken:
        """Used once, for the next question; how long it would hold is nothing to us."""
        return SocialToken(token=data["access_token"])

    def complete_login(self, request: HttpRequest, app: Any, token: SocialToken, **kwargs: Any) -> Any:
        id_token = self._decode_id_token(app, str(kwargs["response"].get("id_token", "")))
        told = {"id_token": id_token}
        if "userinfo_endpoint" in self.openid_config:
            userinfo = self._fetch_user_info(token.token)
            if not isinstance(userinfo, dict) or userinfo.get("sub") != id_token["sub"]:
                raise OutsideWrong
            told["userinfo"] = userinfo
        return self.get_provider().sociallogin_from_response(request, told)

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        """With its signature: allauth trusts the connection alone."""
        try:
            algorithm, key = fetch_key(id_token, self.openid_config["jwks_uri"], lookup_kid_jwk)
            if algorithm not in ALGORITHMS:
                raise OutsideWrong
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key=key,
                algorithms=[algorithm],
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except (jwt.PyJWTError, KeyError) as error:  # KeyError: keys without a name
            raise OutsideWrong from error
        if not 0 < len(claims["sub"]) <= SUBJECT_LENGTH:
            raise OutsideWrong
        return claims


class OfficeProvider(OpenIDConnectProvider):
    oauth2_adapter_class = ProviderAdapter


def begin_outside(request: HttpRequest, *, next_address: str) -> HttpResponse:
    """Off to the provider. Raises OutsideUnreachable, OutsideWrong."""
    nonce = get_random_string(32)
    provider = SocialAdapter(request).get_provider(request, PROVIDER)
    answer: HttpResponse = provider.redirect(
        request,
        AuthProcess.LOGIN,
        next_url=next_address,
        data={"nonce": nonce},
        scope=["openid", "email"],
        auth_params={"nonce": nonce},
    )
    return answer


def come_back(request: HttpRequest) -> HttpResponse:
    """What the provider sends the browser back with: signed in (or asked for the second factor), or told what to do."""
    answer: HttpResponse = OAuth2CallbackView.adapter_view(ProviderAdapter(request, PROVIDER))(request)
    return answer


def is_by_outside(request: HttpRequest) -> bool:
    """Whether this session was begun at the provider."""
    return any(record["method"] == METHOD for record in get_authentication_records(request, request.user))


def read_waiting(request: HttpRequest) -> OutsideIdentity | None:
    """Who came from the provider in this browser a moment ago and is nobody here yet."""
    kept = request.session.get(WAITING)
    if not kept or kept[0] != settings.CAUNOI_OIDC_ISSUER or kept[3] < moments.now().timestamp() - WAITS_SECONDS:
        return None
    return OutsideIdentity(*kept[:3])


def forget_waiting(request: HttpRequest) -> None:
    """Somebody else sits at this browser now."""
    request.session.pop(WAITING, None)


def begin_session_of(request: HttpRequest, user: User, *, next_address: str) -> HttpResponse:
    """Signed in as the person who waited."""
    forget_waiting(request)
    record_authentication(request, user, METHOD, provider=PROVIDER)
    answer: HttpResponse = perform_login(request, Login(user=user, redirect_url=next_address))
    return answer


def _read_identity(sociallogin: Any) -> OutsideIdentity:
    told = sociallogin.account.extra_data
    wanted = (sociallogin.state.get("data") or {}).get("nonce", "")
    # A token of another sign-in, slipped in here, bears another nonce.
    if not wanted or not constant_time_compare(wanted, str(told["id_token"].get("nonce", ""))):
        raise OutsideWrong
    claims = {**told["id_token"], **told.get("userinfo", {})}
    email = claims.get("email") if claims.get("email_verified") in (True, "true") else ""
    return OutsideIdentity(settings.CAUNOI_OIDC_ISSUER, claims["sub"], str(email or "").lower())
