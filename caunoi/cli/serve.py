from __future__ import annotations

import click
from django.conf import settings
from django.core.management import call_command
from django.utils.translation import gettext as _


@click.command(help=_("Đưa cơ sở dữ liệu lên đúng bản phần mềm này."))
def migrate() -> None:
    call_command("migrate", verbosity=0)


@click.command(help=_("Phục vụ các trang web."))
@click.option("--host", default="127.0.0.1")
@click.option("--port", default=8000, type=int)
@click.option("--workers", default=1, type=int)
def serve(host: str, port: int, workers: int) -> None:
    start(host, port, workers)


def start(host: str, port: int, workers: int) -> None:
    from granian import Granian  # noqa: PLC0415 - only this command pays for it
    from granian.constants import Interfaces  # noqa: PLC0415

    # whitenoise looks for it, and warns when it is not there although it serves from the package.
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    Granian(
        "caunoi.config.wsgi:application", address=host, port=port, workers=workers, interface=Interfaces.WSGI
    ).serve()


@click.command(help=_("Chạy việc nền (bản này chưa có việc nào)."))
def worker() -> None:
    click.echo(_("Chưa có việc nền nào cần chạy riêng."))
