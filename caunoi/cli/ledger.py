from __future__ import annotations

import click
from django.utils.translation import gettext as _

from caunoi.cli.frame import print_json, progress_bars
from caunoi.facts import segments
from caunoi.facts.errors import LedgerBroken
from caunoi.facts.ledger import check_ledger
from caunoi.facts.models import Posting
from caunoi.records.models import Submission


@click.group(help=_("Sổ cái số liệu và bản cột của nó."))
def ledger() -> None:
    pass


@ledger.command(help=_("Bỏ các tệp của bản cột và ghi lại từ sổ."))
def rebuild() -> None:
    with progress_bars() as progress:
        task = progress.add_task(_("Dựng lại bản cột"), total=Posting.objects.count())
        written = segments.rebuild(lambda done: progress.advance(task, done))
    click.echo(_("Đã dựng lại %(count)d dòng.") % {"count": written})


@ledger.command(help=_("Tính lại mọi bút toán từ các bản ghi rồi so sánh."))
@click.option("--json", "as_json", is_flag=True)
def check(as_json: bool) -> None:
    with progress_bars() as progress:
        task = progress.add_task(_("Kiểm tra sổ"), total=Submission.objects.count())
        differences = check_ledger(lambda done: progress.advance(task, done))
    if as_json:
        print_json({"ok": not differences, "differences": differences})
    if differences:
        raise LedgerBroken("\n".join(differences))
    if not as_json:
        click.echo(_("Sổ, bản ghi và bản cột khớp nhau."))
