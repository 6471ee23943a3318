"""A provider of accounts (OpenID Connect) on this machine: allauth's own, in a process with a database in memory.

`python provider.py ADDRESS_OF_OUR_ANSWERS` writes its port and serves until it is ended. Its people are called as in
`PEOPLE` and sign in with `PASSWORD`; it never asks for consent.
"""

from __future__ import annotations

import sys
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

CLIENT_ID, SECRET, PASSWORD = "cau-noi", "bi-mat-chung", "mat-khau-o-do"
# Name -> whether it says that it has verified the person's address.
PEOPLE = {"may": True, "pao": False, "hoa": True}


class Quiet(WSGIRequestHandler):
    def log_message(self, *_args: Any) -> None:
        pass


def configure() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    settings.configure(
        SECRET_KEY="chi-de-thu",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        USE_TZ=True,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "allauth",
            "allauth.account",
            "allauth.idp.oidc",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
            }
        ],
        ACCOUNT_EMAIL_VERIFICATION="none",
        IDP_OIDC_PRIVATE_KEY=pem,
    )


def main(address_of_our_answers: str) -> None:
    configure()
    django.setup()

    from allauth.account.models import EmailAddress
    from allauth.idp.oidc.models import Client
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from django.urls import include, path

    global urlpatterns
    urlpatterns = [path("", include("allauth.idp.urls")), path("accounts/", include("allauth.account.urls"))]
    call_command("migrate", run_syncdb=True, verbosity=0)
    for name, verified in PEOPLE.items():
        user = User.objects.create_user(name, password=PASSWORD)
        EmailAddress.objects.create(user=user, email=f"{name}@so.example", verified=verified, primary=True)
    client = Client(id=CLIENT_ID, name="Cầu Nối", skip_consent=True, redirect_uris=address_of_our_answers)
    client.set_scopes(["openid", "email", "profile"])
    client.set_secret(SECRET)
    client.save()
    # One request at a time: the database in memory belongs to one thread.
    with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet) as server:
        sys.stdout.write(f"{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()


urlpatterns: list[Any] = []

if __name__ == "__main__":
    main(sys.argv[1])
