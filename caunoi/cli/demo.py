from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click
from django.conf import settings
from django.core.management import call_command
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from caunoi.cli.frame import OPERATOR
from caunoi.cli.serve import start
from caunoi.demo import home
from caunoi.demo.actions import Advance, load_demo
from caunoi.demo.sources import read_demo
from caunoi.moments import now

HOST = "127.0.0.1"


@click.command(help=_("Nạp bản trình diễn (một lần) rồi phục vụ các trang."))
@click.option("--no-serve", is_flag=True, help=_("Chỉ nạp, không phục vụ các trang."))
@click.option("--small", is_flag=True, help=_("Hai huyện và một phần bản ghi của chúng, trong vài giây."))
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def demo(no_serve: bool, small: bool, port: int) -> None:
    if not no_serve:
        home.check_port_free(HOST, port)
    home.check_writable()
    loaded = home.find_loaded()
    if loaded is None or not home.is_demo_database():
        loaded = _load(small)
    else:
        call_command("migrate", verbosity=0)
        click.echo(_("Dữ liệu minh họa đã có sẵn trong %s; không nạp lại.") % home.home())
        if loaded.small != small:
            said = (
                _("Đây là bản nhỏ. Muốn có bản đầy đủ, hãy chọn thư mục khác: %s.")
                if loaded.small
                else _("Đây là bản đầy đủ. Muốn có bản nhỏ, hãy chọn thư mục khác: %s.")
            )
            click.echo(said % home.EMPTY_FOLDER)
    _show(loaded, port)
    if no_serve:
        click.echo(_("Mở lại bằng: make demo"))
    else:
        click.echo(_("Dừng bằng Ctrl+C."))
        start(HOST, port, 1)


def _load(small: bool) -> home.Loaded:
    began = time.monotonic()
    screen = Screen()
    with home.loading() as interrupted:
        with screen.step(_("Cơ sở dữ liệu")):
            again = home.prepare_database(interrupted=interrupted)
        if again:
            click.echo(_("Lần nạp trước bị ngắt giữa chừng; phần dở dang đã được bỏ và nạp lại từ đầu."), err=True)
        plan = read_demo(settings.REPOSITORY, small=small)
        return load_demo(plan, by=OPERATOR, now=now(), steps=screen, seconds=lambda: round(time.monotonic() - began))


def _show(loaded: home.Loaded, port: int) -> None:
    click.echo("")
    click.echo(
        _("Dữ liệu minh họa (%(kind)s): %(count)d bản ghi, nạp trong %(seconds)d giây.")
        % {
            "kind": _("bản nhỏ") if loaded.small else _("bản đầy đủ"),
            "count": loaded.submissions,
            "seconds": loaded.seconds,
        }
    )
    click.echo(_("Tên thôn và cách chia số cho từng thôn, từng ngày là giả định; số tổng là số đã công bố."))
    click.echo("")
    lines = [(_("Trang web"), f"http://{HOST}:{port}/")]
    if loaded.report:
        lines.append((_("Báo cáo"), str(home.home() / loaded.report)))
    for title, where in lines:
        click.echo(f"  {title:<10}  {where}")
    click.echo("")
    rows = [(_("Tài khoản"), _("Mật khẩu"), _("Vai trò"), _("Đơn vị"))]
    rows += [(one.username, one.password, one.role, one.place) for one in loaded.accounts]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        line = "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True))
        click.echo(f"  {line.rstrip()}")
    click.echo("")


class Screen:
    """Bars on a terminal; elsewhere one plain line a step, so that a log stays readable. Both on standard error."""

    @contextmanager
    def step(self, name: str) -> Iterator[Advance]:
        began = time.monotonic()
        if sys.stderr.isatty():
            with Progress(
                SpinnerColumn(finished_text="✓"),
                TextColumn("{task.description}"),
                BarColumn(),
                TextColumn("{task.fields[count]}"),
                TimeElapsedColumn(),
                console=Console(stderr=True),
            ) as progress:
                task = progress.add_task(name, total=None, count="")

                def advance(done: int, altogether: int) -> None:
                    progress.update(task, completed=done, total=altogether, count=f"{done}/{altogether}")

                yield advance
                progress.update(task, total=1, completed=1)
        else:
            yield lambda done, altogether: None
            seconds = f"{time.monotonic() - began:.1f}"
            click.echo(_("%(step)s: %(seconds)s giây") % {"step": name, "seconds": seconds}, err=True)
