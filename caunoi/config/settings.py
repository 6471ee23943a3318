"""Settings, read from the environment only. docs/settings.md lists them; `checks.py` names wrong values."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

REPOSITORY = Path(__file__).resolve().parent.parent.parent
CAUNOI_HOME = Path(os.environ.get("CAUNOI_HOME") or "var").resolve()
CAUNOI_ENGINE = os.environ.get("CAUNOI_ENGINE") or "duckdb"
CAUNOI_SPARK_MASTER = os.environ.get("CAUNOI_SPARK_MASTER", "")
# Empty: a folder in CAUNOI_HOME.
CAUNOI_SEGMENTS = os.environ.get("CAUNOI_SEGMENTS", "")
# Empty: stored files and segments are in CAUNOI_HOME alone. The keys have the names all S3 tools know.
CAUNOI_STORAGE_URL = os.environ.get("CAUNOI_STORAGE_URL", "")
AWS_ACCESS_KEY_ID = os.environ.get("AWS_ACCESS_KEY_ID", "")
AWS_SECRET_ACCESS_KEY = os.environ.get("AWS_SECRET_ACCESS_KEY", "")
# Empty: no backup is made by itself. The other two: a wrong value is named by checks.py.
CAUNOI_BACKUP_FOLDER = os.environ.get("CAUNOI_BACKUP_FOLDER", "")
_hour = os.environ.get("CAUNOI_BACKUP_HOUR") or "2"
CAUNOI_BACKUP_HOUR = int(_hour) if _hour.isdecimal() and int(_hour) < 24 else 2
_keep = os.environ.get("CAUNOI_BACKUP_KEEP") or "7,4,12"
CAUNOI_BACKUP_KEEP = _keep if re.fullmatch(r"\d{1,4},\d{1,4},\d{1,4}", _keep) else "7,4,12"
CAUNOI_BASE_URL = os.environ.get("CAUNOI_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
# Only they are believed when they say for whom they ask.
CAUNOI_TRUSTED_PROXIES = os.environ.get("CAUNOI_TRUSTED_PROXIES", "").replace(",", " ").split()
CAUNOI_LANGUAGE = "en" if os.environ.get("CAUNOI_LANGUAGE") == "en" else "vi"


def _secret_key() -> str:
    """From SECRET_KEY, or made once and kept in CAUNOI_HOME so that sessions survive a restart."""
    if given := os.environ.get("SECRET_KEY"):
        return given
    path = CAUNOI_HOME / "secret-key"
    try:
        return path.read_text().strip()
    except OSError:
        made = secrets.token_urlsafe(50)
    try:
        CAUNOI_HOME.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(made)
    except FileExistsError:
        if path.is_file():
            return path.read_text().strip()
        # CAUNOI_HOME itself is a file: told like a home that can't be written to.
    except OSError:
        pass  # a read-only home is reported by the command that needs to write, in one clear sentence
    return made


def _database(url: str | None) -> dict[str, Any]:
    if not url:
        return {
            "ENGINE": "caunoi.config.sqlite",
            "NAME": CAUNOI_HOME / "caunoi.sqlite3",
            "OPTIONS": {
                # Write transactions queue from their beginning instead of failing half-way when two upgrade at once.
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                # FULL: an acknowledged record survives a power cut.
                # 8 MB for each thread of a server; the system keeps the file's pages in memory anyway.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8192;",
            },
            # Opening one anew for each request takes as long as answering it.
            "CONN_MAX_AGE": 60,
        }
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {**_database(None), "NAME": unquote(parts.path)}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
    }


def _mail_server(url: str) -> SplitResult:
    """A wrong one is named by checks.py."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises for a port that is no number
    except ValueError:
        return urlsplit("")
    return parts


SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = [urlsplit(CAUNOI_BASE_URL).hostname or "127.0.0.1", "127.0.0.1", "localhost", "testserver"]
CSRF_TRUSTED_ORIGINS = [CAUNOI_BASE_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CAUNOI_BASE_URL.startswith("https://")
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
X_FRAME_OPTIONS = "SAMEORIGIN"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "caunoi.audit",
    "caunoi.places",
    "caunoi.accounts",
    "caunoi.documents",
    "caunoi.approvals",
    "caunoi.tasks",
    "caunoi.forms",
    "caunoi.records",
    "caunoi.facts",
    "caunoi.targets",
    "caunoi.assessments",
    "caunoi.reports",
    "caunoi.meetings",
    "caunoi.awards",
    "caunoi.training",
    "caunoi.contests",
    "caunoi.contributions",
    "caunoi.boards",
    "caunoi.desk",
    "caunoi.desk.notices",
    "caunoi.desk.search",
    "caunoi.personal",
    "caunoi.openrosa",
    "caunoi.packs",
    "caunoi.backups",
    "caunoi.demo",
    "caunoi.config",
    # After ours, whose pages stand in for theirs.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
]
MIDDLEWARE = [
    # From where: also of phones, so before everything.
    "caunoi.config.middleware.OriginMiddleware",
    # Phones' addresses are answered here; nothing below is meant for them.
    "caunoi.openrosa.middleware.DeviceMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "caunoi.config.middleware.AddressMiddleware",
    # Pages and the browser form's script (2.3 MB, 550 kB packed) on a weak line.
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "caunoi.desk.middleware.LanguageMiddleware",
    "caunoi.desk.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "caunoi.desk.middleware.SessionSeenMiddleware",
    "caunoi.desk.middleware.SecondFactorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "caunoi.desk.middleware.RefusalMiddleware",
]
# Devices post without a trailing slash and do not follow redirects with a body.
APPEND_SLASH = False
ROOT_URLCONF = "caunoi.config.urls"
WSGI_APPLICATION = "caunoi.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "caunoi.desk.context.shell",
            ],
        },
    },
]

DATABASES = {"default": _database(os.environ.get("DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "/sign-in/"
CSRF_FAILURE_VIEW = "caunoi.desk.views.shell.csrf_failure"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in/"
# smtp://name:password@host:587/?from=…&tls=starttls|no, or smtps://…; blank: no letters leave. See checks.py.
CAUNOI_EMAIL_URL = os.environ.get("CAUNOI_EMAIL_URL", "")
_mail = _mail_server(CAUNOI_EMAIL_URL)
_mail_options = dict(parse_qsl(_mail.query))
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if CAUNOI_EMAIL_URL else 'dummy'}.EmailBackend"
EMAIL_HOST, EMAIL_PORT = _mail.hostname or "", _mail.port or (465 if _mail.scheme == "smtps" else 587)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
EMAIL_USE_SSL = _mail.scheme == "smtps"
EMAIL_USE_TLS = _mail.scheme == "smtp" and _mail_options.get("tls") != "no"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = _mail_options.get("from") or f"caunoi@{urlsplit(CAUNOI_BASE_URL).hostname or 'localhost'}"
# docs/decisions/0023: our sign-in page and pages about the account; second factor, sessions and passkeys are allauth's.
ACCOUNT_ADAPTER = "caunoi.accounts.signing_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ADAPTER = "caunoi.accounts.signing_in.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "caunoi.accounts.inputs_second_factor.CodeForm",
    "reauthenticate": "caunoi.accounts.inputs_second_factor.CodeAgainForm",
    "activate_totp": "caunoi.accounts.inputs_second_factor.FirstCodeForm",
    "add_webauthn": "caunoi.accounts.inputs_second_factor.NewPasskeyForm",
    "edit_webauthn": "caunoi.accounts.inputs_second_factor.PasskeyNameForm",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Cầu Nối"
# Phones' clocks: the code before and after is taken too.
MFA_TOTP_TOLERANCE = 1
# Browsers themselves offer passkeys over HTTPS or on the machine itself only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SESSION_COOKIE_SECURE
# Roles that must have a second factor; a wrong name is told by checks.py.
CAUNOI_SECOND_FACTOR_FOR = os.environ.get("CAUNOI_SECOND_FACTOR_FOR", "").replace(",", " ").split()
# Signing in at another office's provider (OpenID Connect); all three or none, see checks.py.
CAUNOI_OIDC_ISSUER = os.environ.get("CAUNOI_OIDC_ISSUER", "").rstrip("/")
CAUNOI_OIDC_CLIENT_ID = os.environ.get("CAUNOI_OIDC_CLIENT_ID", "")
CAUNOI_OIDC_SECRET = os.environ.get("CAUNOI_OIDC_SECRET", "")
CAUNOI_OIDC_NAME = os.environ.get("CAUNOI_OIDC_NAME") or "Tài khoản cơ quan"
SOCIALACCOUNT_ADAPTER = "caunoi.accounts.signing_in_outside.SocialAdapter"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# What the sentences in the code are written in, wherever it is installed: Django lets every catalogue fall back to that
# of LANGUAGE_CODE, so with "en" here a Vietnamese reader would get English. Readers' first language: CAUNOI_LANGUAGE.
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [REPOSITORY / "caunoi" / "locale"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
STATIC_ROOT = CAUNOI_HOME / "static"
# Served from the package itself, so that nobody has to remember `collectstatic`.
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
# Vendored files stand in folders that bear their version: fetched once, kept for good.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/vendor/[^/]+-\d+\.\d+\.\d+/"
DATA_UPLOAD_MAX_MEMORY_SIZE = 100 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
# Collect splits a sending only past about a hundred files.
DATA_UPLOAD_MAX_NUMBER_FILES = 1000
# A wrong value is named by checks.py.
_most = os.environ.get("CAUNOI_MAX_SUBMISSION_MB") or "100"
CAUNOI_MAX_SUBMISSION_MB = int(_most) if _most.isdecimal() and int(_most) else 100
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # Counters that all processes of a machine share. Each new count begins the pause of `counting` anew; at 300 of
    # them, as Django would have it, a third would be forgotten by chance, the one that just refuses somebody too.
    "shared": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": CAUNOI_HOME / "cache",
        "TIMEOUT": 600,
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "caunoi.config.logs.PlainFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    # Phones' tokens stand in their addresses, names of files in those of pages, and addresses stand in the log.
    "filters": {
        "tokens": {"()": "caunoi.openrosa.logs.MaskTokens"},
        "paths": {"()": "caunoi.config.logs.MaskPaths"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["paths", "tokens"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
