"""What is wrong with the accounts that stand in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connection
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.accounts.published import is_demo_home, list_open_to_all


@register(Tags.database)
def check_published_accounts(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """When the database is brought up to date, and by `manage.py check --database default`."""
    if not databases or is_demo_home() or User._meta.db_table not in connection.introspection.table_names():
        return []
    if not (names := list_open_to_all()):
        return []
    return [
        Warning(
            _("Tài khoản dùng thử có mật khẩu ai cũng biết: %(names)s.") % {"names": ", ".join(names)},
            hint=_(
                "Đây không phải bản dùng thử, nên các tài khoản này không đăng nhập được."
                " Hãy khóa hoặc đặt mật khẩu mới cho chúng."
            ),
            id="caunoi.W001",
        )
    ]
