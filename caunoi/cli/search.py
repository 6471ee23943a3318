from __future__ import annotations

import click
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.cli.frame import progress_bars
from caunoi.desk.search import actions
from caunoi.places.models import OrgUnit
from caunoi.records.models import Entity


@click.group(help=_("Chỉ mục của ô tìm kiếm."))
def search() -> None:
    pass


@search.command(help=_("Lập lại chỉ mục tìm kiếm từ đầu; cần làm một lần sau khi nâng cấp lên bản có ô tìm kiếm."))
def rebuild() -> None:
    total = OrgUnit.objects.count() + User.objects.count() + Entity.objects.count()
    with progress_bars() as progress:
        task = progress.add_task(_("Lập chỉ mục"), total=total)
        written = actions.rebuild(lambda done: progress.update(task, completed=done))
    click.echo(_("Đã lập chỉ mục cho %(count)d mục.") % {"count": written})
