from __future__ import annotations

import click

from caunoi.cli.frame import print_json, progress_bars
from caunoi.facts import projection
from caunoi.facts.errors import LedgerBroken
from caunoi.facts.ledger import check_ledger
from caunoi.records.models import Submission


@click.group()
def ledger() -> None:
    """The ledger of facts and its columnar projection."""


@ledger.command()
def rebuild() -> None:
    """Drop the columnar files and write them again from the ledger."""
    with progress_bars() as progress:
        task = progress.add_task("Dựng lại bản cột", total=None)
        written = projection.rebuild()
        progress.update(task, total=written, completed=written)
    click.echo(f"Đã dựng lại {written} dòng.")


@ledger.command()
@click.option("--json", "as_json", is_flag=True)
def check(as_json: bool) -> None:
    """Derive every posting again from the records and compare."""
    with progress_bars() as progress:
        task = progress.add_task("Kiểm tra sổ", total=Submission.objects.count())
        differences = check_ledger(lambda done: progress.advance(task, done))
    if as_json:
        print_json({"ok": not differences, "differences": differences})
    if differences:
        raise LedgerBroken("\n".join(differences))
    if not as_json:
        click.echo("Sổ, bản ghi và bản cột khớp nhau.")
