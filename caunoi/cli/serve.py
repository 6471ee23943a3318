from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import click
from django.conf import settings
from django.core.management import call_command
from django.utils.translation import gettext as _

from caunoi.backups.schedule import back_up_if_due
from caunoi.cli.errors import CannotWrite
from caunoi.config.logs import keep_last_words_plain
from caunoi.desk.notices.letters import send_letters
from caunoi.documents.waiting import clear_waiting
from caunoi.facts.segments import compact
from caunoi.moments import now
from caunoi.records.actions.erasing import erase_due
from caunoi.records.actions.locking import automatic, lock_due
from caunoi.records.entities.actions import release_backlog
from caunoi.refusals import Refusal, explain_os_error
from caunoi.reports.signing import ensure_key

P = ParamSpec("P")
T = TypeVar("T")
# Of each process. A phone on a weak line holds one of them for as long as it sends; each has a connection to the
# database, of which PostgreSQL gives a hundred in all.
THREADS = 32
# Connections that have not been taken up yet: a thousand phones when the line of a district comes back.
WAITING = 2048


@click.command(help=_("Đưa cơ sở dữ liệu lên đúng bản phần mềm này."))
def migrate() -> None:
    call_command("migrate", verbosity=0)
    ensure_key()


@click.command(help=_("Phục vụ các trang web."))
@click.option("--host", default="127.0.0.1")
@click.option("--port", default=8000, type=int)
@click.option("--workers", type=click.IntRange(min=1), help=_("số tiến trình; mặc định là hai, máy một lõi thì một"))
def serve(host: str, port: int, workers: int | None) -> None:
    start(host, port, workers or min(os.cpu_count() or 1, 2))


def start(host: str, port: int, workers: int) -> None:
    from granian import Granian  # noqa: PLC0415 - only this command pays for it
    from granian.constants import Interfaces  # noqa: PLC0415

    # whitenoise looks for it, and warns when it is not there although it serves from the package.
    try:
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(
            _("Không ghi được vào thư mục dữ liệu %(folder)s (%(why)s). Hãy cấp quyền ghi, hoặc đặt CAUNOI_HOME khác.")
            % {"folder": settings.CAUNOI_HOME, "why": explain_os_error(error)}
        ) from error
    Granian(
        "caunoi.config.wsgi:application",
        address=host,
        port=port,
        workers=workers,
        interface=Interfaces.WSGI,
        blocking_threads=THREADS,
        backpressure=THREADS * 2,
        backlog=WAITING,
        respawn_failed_workers=True,
    ).serve()


@click.command(
    help=_(
        "Chạy việc nền: mỗi giờ khóa các bản đã duyệt đến ngày khóa, bỏ các sổ nộp đã quá một ngày mà chưa xác nhận,"
        " xóa dữ liệu cá nhân hết thời hạn mà gói cho tự xóa, ghi số liệu mới thành tệp cột; mỗi ngày sao lưu một lần"
        " nếu đã đặt CAUNOI_BACKUP_FOLDER và gửi mỗi người một thư việc mới nếu đã đặt CAUNOI_EMAIL_URL."
    )
)
@click.option("--once", is_flag=True, help=_("làm một lượt rồi thôi, để máy chủ hẹn giờ gọi"))
def worker(once: bool) -> None:
    keep_last_words_plain()
    while True:
        _attempt(release_backlog, now())
        _attempt(clear_waiting, at=now())
        _attempt(erase_due, at=now())
        _attempt(compact)
        _attempt(_back_up)
        _attempt(send_letters, now())
        locked = _attempt(lock_due, by=automatic(), at=now())
        if locked or once:
            click.echo(_("Đã khóa %(count)d bản đến ngày khóa.") % {"count": locked or 0})
        if once:
            return
        time.sleep(3600)


def _attempt(work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T | None:
    """A full disk of backups, or a storage that does not answer, must not stop the other work."""
    try:
        return work(*arguments, **named)
    except Refusal as refusal:
        click.echo(refusal.sentence, err=True)
        return None


def _back_up() -> None:
    if made := back_up_if_due(at=now()):
        click.echo(_("Đã sao lưu vào %(file)s.") % {"file": made.path})
