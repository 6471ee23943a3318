"""What stands in CAUNOI_HOME: nothing, a finished demonstration, one that was interrupted, or something else.

`demo.json` is written last and says what was loaded. `demo-loading` is there while loading; whoever loads holds its
lock, so that a second start neither disturbs the first nor takes it for an interrupted one.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.utils.translation import gettext as _

from caunoi.audit.models import AuditLine
from caunoi.demo.errors import AlreadyLoading, HomeHoldsOther, HomeNotWritable, PortBusy

BEGIN = "demo.begin"
EMPTY_FOLDER = "CAUNOI_HOME=./minh-hoa make demo"


@dataclass(frozen=True)
class ShownAccount:
    username: str
    password: str
    role: str
    place: str


@dataclass(frozen=True)
class Loaded:
    """What demo.json says. `report` is a file name inside the home folder, blank if none was made."""

    version: str
    small: bool
    accounts: tuple[ShownAccount, ...]
    report: str
    submissions: int
    seconds: int


def home() -> Path:
    return Path(settings.CAUNOI_HOME)


def find_loaded() -> Loaded | None:
    """None if there is no finished demonstration here."""
    try:
        found: dict[str, Any] = json.loads((home() / "demo.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    accounts = tuple(ShownAccount(**account) for account in found.pop("accounts"))
    return Loaded(accounts=accounts, **found)


def write_loaded(loaded: Loaded) -> None:
    content = json.dumps(asdict(loaded), ensure_ascii=False, indent=2)
    temporary = home() / "demo.json.part"
    temporary.write_text(content + "\n", encoding="utf-8")
    os.replace(temporary, home() / "demo.json")


def check_port_free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the server will: a port that only waits for its last connection to be forgotten is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise PortBusy(
                _(
                    "Cổng %(port)d trên %(host)s đang có chương trình khác dùng. Hãy dừng chương trình đó,"
                    " hoặc chọn cổng khác: %(remedy)s."
                )
                % {"port": port, "host": host, "remedy": 'make demo ARGS="--port 8001"'}
            ) from None


def check_writable() -> None:
    try:
        home().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home()):
            pass
    except OSError:
        raise HomeNotWritable(
            _("Không ghi được vào thư mục dữ liệu %(folder)s. Hãy cấp quyền ghi, hoặc chọn thư mục khác: %(remedy)s.")
            % {"folder": home(), "remedy": "CAUNOI_HOME=~/cau-noi make demo"}
        ) from None


@contextmanager
def loading() -> Iterator[bool]:
    """Held while loading; gives whether an earlier loading was interrupted here. The marker goes when all went well."""
    path = home() / "demo-loading"
    interrupted = path.exists()
    with path.open("a") as marker:
        try:
            fcntl.flock(marker, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AlreadyLoading(
                _("Một lần nạp dữ liệu minh họa khác đang chạy trong %(folder)s. Hãy chờ lần đó xong.")
                % {"folder": home()}
            ) from None
        yield interrupted
        path.unlink()


def is_demo_database() -> bool:
    """Whether the first thing ever done in the database was to begin a demonstration."""
    tables = connection.introspection.table_names()
    return AuditLine._meta.db_table in tables and _first_action() == BEGIN


def prepare_database(*, interrupted: bool) -> bool:
    """An empty database of this version. Gives whether half a demonstration had to be thrown away.

    Refuses a database that holds anything but a demonstration that was interrupted.
    """
    tables = set(connection.introspection.table_names())
    again = False
    if is_demo_database():
        if not interrupted:
            raise HomeHoldsOther(
                _("Dữ liệu minh họa trong %(folder)s thiếu tệp demo.json. Hãy chọn thư mục trống: %(remedy)s.")
                % {"folder": home(), "remedy": EMPTY_FOLDER}
            )
        _throw_away()
        again = True
    elif _holds_anything(tables):
        raise HomeHoldsOther(
            _(
                "Cơ sở dữ liệu đang dùng (%(folder)s) đã có dữ liệu khác nên không nạp dữ liệu minh họa vào."
                " Hãy chọn thư mục trống: %(remedy)s."
            )
            % {"folder": home(), "remedy": EMPTY_FOLDER}
        )
    call_command("migrate", verbosity=0)
    return again


def _first_action() -> str | None:
    return AuditLine.objects.order_by("number").values_list("action", flat=True).first()


def _holds_anything(tables: set[str]) -> bool:
    """Whether a table of ours or anybody's has a row. Migrations fill only Django's own tables."""
    filled = {"django_migrations", "django_content_type", "auth_permission"}
    with connection.cursor() as cursor:
        for table in sorted(tables - filled):
            cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")
            if cursor.fetchone() is not None:
                return True
    return False


def _throw_away() -> None:
    if connection.vendor == "sqlite":
        name = Path(str(connection.settings_dict["NAME"]))
        connections.close_all()
        for suffix in ("", "-wal", "-shm"):
            name.with_name(name.name + suffix).unlink(missing_ok=True)
    else:
        call_command("flush", verbosity=0, interactive=False)
    shutil.rmtree(home() / "ledger", ignore_errors=True)
