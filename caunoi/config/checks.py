"""Names each wrong setting and its remedy."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.core.checks import CheckMessage, Error, register
from django.utils.translation import gettext as _

from caunoi.documents.s3 import read_address

# As in caunoi.accounts.models.Role, which cannot be asked before Django is set up.
ROLES = ("recorder", "editor", "approver", "viewer", "programme_manager", "administrator", "auditor")


@register()
def check_settings(**_kwargs: Any) -> list[CheckMessage]:
    return [*_check_each(), *_check_outside()]


def _wrong(setting: str, value: str, hint: str, code: str) -> Error:
    return Error(_("%(setting)s là %(value)r.") % {"setting": setting, "value": value}, hint, id=code)


def _check_each() -> Iterator[Error]:
    engine = os.environ.get("CAUNOI_ENGINE") or "duckdb"
    if engine not in ("duckdb", "spark"):
        yield _wrong(
            "CAUNOI_ENGINE", engine, _("Dùng 'duckdb' (tính ngay trên máy chủ) hoặc 'spark' (cụm máy)."), "caunoi.E001"
        )
    if engine == "spark" and not os.environ.get("CAUNOI_SPARK_MASTER"):
        yield Error(
            _("CAUNOI_ENGINE=spark mà thiếu CAUNOI_SPARK_MASTER."),
            _("Ghi địa chỉ cụm máy, ví dụ spark://10.0.0.5:7077."),
            id="caunoi.E006",
        )
    segments = os.environ.get("CAUNOI_SEGMENTS", "")
    if segments and not segments.startswith("/") and not ("://" in segments and engine == "spark"):
        yield _wrong(
            "CAUNOI_SEGMENTS",
            segments,
            _(
                "Ghi một thư mục bắt đầu bằng '/', mà mọi máy của cụm Spark đều thấy ở đúng tên ấy; hoặc, với"
                " CAUNOI_ENGINE=spark, một địa chỉ như s3a://kho/so-lieu."
            ),
            "caunoi.E007",
        )
    if (url := os.environ.get("CAUNOI_STORAGE_URL", "")) and not _is_storage(url):
        yield Error(
            _("CAUNOI_STORAGE_URL không đọc được."),
            _(
                "Ví dụ: s3://kho/cau-noi?endpoint=https://luutru.example.vn, với khóa trong AWS_ACCESS_KEY_ID và"
                " AWS_SECRET_ACCESS_KEY. Bỏ trống để giữ tệp trong CAUNOI_HOME."
            ),
            id="caunoi.E041",
        )
    language = os.environ.get("CAUNOI_LANGUAGE", "vi")
    if language not in ("vi", "en"):
        yield _wrong("CAUNOI_LANGUAGE", language, _("Dùng 'vi' hoặc 'en'."), "caunoi.E002")
    url = os.environ.get("DATABASE_URL", "")
    if url and urlsplit(url).scheme not in ("sqlite", "postgres", "postgresql"):
        yield Error(
            _("DATABASE_URL không bắt đầu bằng sqlite:// hay postgresql://."),
            _("Ví dụ: postgresql://caunoi:matkhau@localhost/caunoi. Bỏ trống để dùng SQLite trong CAUNOI_HOME."),
            id="caunoi.E003",
        )
    base = os.environ.get("CAUNOI_BASE_URL", "http://127.0.0.1:8000")
    if urlsplit(base).scheme not in ("http", "https") or not urlsplit(base).hostname:
        yield _wrong("CAUNOI_BASE_URL", base, _("Ghi cả địa chỉ, ví dụ https://caunoi.example.vn."), "caunoi.E004")
    for proxy in os.environ.get("CAUNOI_TRUSTED_PROXIES", "").replace(",", " ").split():
        try:
            ipaddress.ip_network(proxy, strict=False)
        except ValueError:
            yield _wrong(
                "CAUNOI_TRUSTED_PROXIES",
                proxy,
                _(
                    "Ghi địa chỉ hoặc dải địa chỉ của máy chuyển tiếp, cách nhau bằng dấu phẩy,"
                    " ví dụ 127.0.0.1,10.0.0.0/8."
                ),
                "caunoi.E008",
            )
    for role in os.environ.get("CAUNOI_SECOND_FACTOR_FOR", "").replace(",", " ").split():
        if role not in ROLES:
            yield _wrong(
                "CAUNOI_SECOND_FACTOR_FOR",
                role,
                _("Ghi tên vai trò, cách nhau bằng dấu phẩy, trong số: %(roles)s.") % {"roles": ", ".join(ROLES)},
                "caunoi.E009",
            )
    if (mail := os.environ.get("CAUNOI_EMAIL_URL", "")) and not _is_mail_server(mail):
        yield Error(
            _("CAUNOI_EMAIL_URL không đọc được."),
            _("Ví dụ: smtp://ten:matkhau@thu.example.vn:587/?from=caunoi@example.vn; smtps:// cho cổng 465."),
            id="caunoi.E020",
        )
    largest = os.environ.get("CAUNOI_MAX_SUBMISSION_MB") or "100"
    if not largest.isdecimal() or int(largest) == 0:
        yield _wrong("CAUNOI_MAX_SUBMISSION_MB", largest, _("Ghi số MB nguyên, ví dụ 100."), "caunoi.E005")
    hour = os.environ.get("CAUNOI_BACKUP_HOUR") or "2"
    if not hour.isdecimal() or int(hour) > 23:
        yield _wrong("CAUNOI_BACKUP_HOUR", hour, _("Ghi giờ trong ngày, từ 0 đến 23."), "caunoi.E018")
    kept = os.environ.get("CAUNOI_BACKUP_KEEP") or "7,4,12"
    if not re.fullmatch(r"\d{1,4},\d{1,4},\d{1,4}", kept):
        yield _wrong(
            "CAUNOI_BACKUP_KEEP",
            kept,
            _("Ghi số ngày, số tuần, số tháng cần giữ, cách nhau bằng dấu phẩy, ví dụ 7,4,12."),
            "caunoi.E019",
        )


def _is_storage(url: str) -> bool:
    try:
        read_address(url)
    except ValueError:
        return False
    return bool(os.environ.get("AWS_ACCESS_KEY_ID") and os.environ.get("AWS_SECRET_ACCESS_KEY"))


def _is_mail_server(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number
        return False


def _check_outside() -> Iterator[Error]:
    """Sign-in at another office's provider: the three settings together, over a line nobody can read."""
    names = ("CAUNOI_OIDC_ISSUER", "CAUNOI_OIDC_CLIENT_ID", "CAUNOI_OIDC_SECRET")
    missing = [name for name in names if not os.environ.get(name)]
    if len(missing) == len(names):
        return
    if missing:
        yield Error(
            _("Đăng nhập qua cơ quan khác thiếu %(settings)s.") % {"settings": ", ".join(missing)},
            _("Ghi đủ cả ba, hoặc bỏ trống cả ba để chỉ đăng nhập bằng mật khẩu: %(settings)s.")
            % {"settings": ", ".join(names)},
            id="caunoi.E031",
        )
    if (issuer := os.environ.get("CAUNOI_OIDC_ISSUER", "")) and not _is_issuer(issuer):
        yield _wrong(
            "CAUNOI_OIDC_ISSUER",
            issuer,
            _(
                "Ghi địa chỉ https:// của bên cấp tài khoản, không có phần sau dấu ? hay #,"
                " ví dụ https://dangnhap.example.vn."
            ),
            "caunoi.E032",
        )


def _is_issuer(address: str) -> bool:
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 - raises for a port that is no number
    except ValueError:
        return False
    on_this_machine = parts.hostname in ("localhost", "127.0.0.1", "::1")
    safe = parts.scheme == "https" or (parts.scheme == "http" and on_this_machine)
    return safe and bool(parts.hostname) and not parts.query and not parts.fragment
