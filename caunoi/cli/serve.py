from __future__ import annotations

import click
from django.core.management import call_command


@click.command()
def migrate() -> None:
    """Bring the database to this version."""
    call_command("migrate", verbosity=0)


@click.command()
@click.option("--host", default="127.0.0.1")
@click.option("--port", default=8000, type=int)
@click.option("--workers", default=1, type=int)
def serve(host: str, port: int, workers: int) -> None:
    """Serve the pages."""
    start(host, port, workers)


def start(host: str, port: int, workers: int) -> None:
    from granian import Granian  # noqa: PLC0415 - only this command pays for it
    from granian.constants import Interfaces  # noqa: PLC0415

    Granian(
        "caunoi.config.wsgi:application", address=host, port=port, workers=workers, interface=Interfaces.WSGI
    ).serve()


@click.command()
def worker() -> None:
    """Run background work (nothing is queued yet in this version)."""
    click.echo("Chưa có việc nền nào cần chạy riêng.")
