"""What every command shares: Django set up, refusals to standard error with exit 1, JSON and progress output."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click
import django
from django.conf import settings
from django.core.checks import ERROR
from django.db import DatabaseError
from django.utils import translation
from django.utils.translation import gettext as _
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from caunoi import sentences
from caunoi.audit.rules import Actor
from caunoi.cli.usage import explain_usage
from caunoi.config.catalogues import compile_stale_catalogues
from caunoi.config.checks import check_settings
from caunoi.refusals import FileRefused, Mistake, Refusal, explain_os_error

T = TypeVar("T")
OPERATOR = Actor(name=sentences.OPERATOR)


def run(cli: click.Group) -> int:
    compile_stale_catalogues()
    django.setup()
    translation.activate(settings.CAUNOI_LANGUAGE)
    cli.help = _("Cầu Nối: ghi một lần nơi công việc diễn ra, mọi số liệu và báo cáo từ đó mà ra.")
    wrong = [message for message in check_settings() if message.level >= ERROR]
    if wrong:
        for message in wrong:
            click.echo(f"{message.msg} {message.hint or ''}".strip(), err=True)
        return 1
    try:
        # click hands back the number of an `Exit` here, and raises it only out of its own main.
        done = cli.main(standalone_mode=False)
    except FileRefused as refusal:
        click.echo(refusal.sentence, err=True)
        for mistake in refusal.mistakes:
            click.echo(f"  - {describe_mistake(mistake)}", err=True)
        return 1
    except Refusal as refusal:
        click.echo(refusal.sentence, err=True)
        return 1
    except DatabaseError as error:
        sentence = explain_database_error(str(error))
        if sentence is None:
            raise
        click.echo(sentence, err=True)
        return 1
    except OSError as error:
        # Without a number it is none of the system's.
        if error.errno is None:
            raise
        click.echo(_describe_os_error(error), err=True)
        return 1
    except click.UsageError as error:
        click.echo(explain_usage(error), err=True)
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo(_("Đã dừng theo yêu cầu; việc dở dang không được ghi."), err=True)
        return 1
    except click.ClickException as error:
        click.echo(error.format_message(), err=True)
        return 1
    return done if isinstance(done, int) else 0


def _describe_os_error(error: OSError) -> str:
    said = {"file": error.filename, "why": explain_os_error(error)}
    if error.filename is None:
        return _("Không làm xong: %(why)s.") % said
    return _("Không đọc hoặc không ghi được %(file)s: %(why)s. Hãy kiểm tra tên, chỗ trống và quyền.") % said


def explain_database_error(error: str) -> str | None:
    """What an operator can mend, in a sentence; None for anything else, which is ours to mend and fails loudly."""
    text = error.lower()
    if "no such table" in text or "no such column" in text or "does not exist" in text:
        return _(
            "Cơ sở dữ liệu ở %(home)s chưa có, hoặc thuộc bản phần mềm cũ hơn. Hãy chạy “caunoi migrate” (hoặc “make"
            " demo” nếu chưa có gì) trước."
        ) % {"home": settings.CAUNOI_HOME}
    if "readonly database" in text or "unable to open database" in text:
        return _("Không mở hoặc không ghi được cơ sở dữ liệu ở %(home)s. Hãy kiểm tra quyền của thư mục.") % {
            "home": settings.CAUNOI_HOME
        }
    if "disk is full" in text or "no space left" in text:
        return _("Đĩa đã đầy; không có gì được ghi. Hãy dọn chỗ trống rồi chạy lại.")
    if "connection" in text and ("refused" in text or "failed" in text):
        return _("Không nối được tới cơ sở dữ liệu trong DATABASE_URL. Hãy kiểm tra máy chủ PostgreSQL và địa chỉ.")
    return None


def describe_mistake(mistake: Mistake) -> str:
    where = [mistake.file] if mistake.file else []
    if mistake.sheet:
        where.append(_("trang %s") % mistake.sheet)
    if mistake.row:
        where.append(_("dòng %d") % mistake.row)
    if mistake.column:
        where.append(_("cột %s") % mistake.column)
    value = " " + _("(đang ghi: %s)") % mistake.value if mistake.value else ""
    if pointed := mistake.marked():
        value = f"\n    {mistake.value}\n    {' ' * len(pointed[0])}^"
    allowed = " " + _("Được phép: %s") % mistake.allowed if mistake.allowed else ""
    return f"{', '.join(where)}: {mistake.message}{value}{allowed}"


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """Bars on a terminal (standard error), silence elsewhere."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        disable=not sys.stderr.isatty(),
        console=None if not sys.stderr.isatty() else _console(),
    ) as progress:
        yield progress


def _console() -> Any:
    from rich.console import Console  # noqa: PLC0415 - only when there is a terminal

    return Console(stderr=True)


def track(progress: Progress, things: Iterable[T], description: str, total: int) -> Iterator[T]:
    yield from progress.track(things, total=total, description=description)
