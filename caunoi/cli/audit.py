from __future__ import annotations

import click
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caunoi.audit.models import AuditLine
from caunoi.audit.queries import find_chain_break
from caunoi.cli.frame import print_json

REASONS = {
    "missing": gettext_lazy("thiếu một dòng"),
    "moved": gettext_lazy("dòng không nối với dòng trước nó"),
    "changed": gettext_lazy("nội dung dòng đã bị sửa"),
}


@click.group(help=_("Chuỗi nhật ký: ai làm gì, khi nào."))
def audit() -> None:
    pass


@audit.command(help=_("Kiểm tra không dòng nhật ký nào bị thiếu, dời chỗ hay sửa."))
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def verify(ctx: click.Context, as_json: bool) -> None:
    found, lines = find_chain_break(), AuditLine.objects.count()
    if as_json:
        print_json({"lines": lines, "unbroken": found is None, "line": found and found[0], "why": found and found[1]})
    elif found is None:
        click.echo(_("Chuỗi nhật ký nguyên vẹn: %(lines)s dòng.") % {"lines": lines})
    else:
        click.echo(
            _("Chuỗi nhật ký bị đứt ở dòng %(line)s: %(why)s.") % {"line": found[0], "why": REASONS[found[1]]}, err=True
        )
    if found is not None:
        ctx.exit(1)
