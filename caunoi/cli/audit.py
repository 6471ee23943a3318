from __future__ import annotations

import click
from django.utils.translation import gettext as _

from caunoi.audit.models import AuditLine
from caunoi.audit.queries import find_chain_break, get_anchor
from caunoi.audit.reasons import REASONS
from caunoi.audit.rules import read_anchor
from caunoi.cli.frame import print_json


@click.group(help=_("Chuỗi nhật ký: ai làm gì, khi nào."))
def audit() -> None:
    pass


@audit.command(help=_("Kiểm tra không dòng nhật ký nào bị thiếu, dời chỗ hay sửa."))
@click.option(
    "--anchor",
    "text",
    help=_("Mốc nhật ký in trên báo cáo đã phát hành: kiểm tra chuỗi vẫn đi qua đúng dòng ấy."),
)
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def verify(ctx: click.Context, text: str | None, as_json: bool) -> None:
    kept = read_anchor(text) if text else None
    if text and kept is None:
        raise click.UsageError(_("Không đọc được mốc “%(text)s”. Hãy chép cả số dòng và mã băm.") % {"text": text})
    found, lines, now = find_chain_break(kept), AuditLine.objects.count(), get_anchor()
    if as_json:
        print_json(
            {
                "lines": lines,
                "unbroken": found is None,
                "line": found and found[0],
                "why": found and found[1],
                "anchor": str(now),
            }
        )
    elif found is None:
        click.echo(_("Chuỗi nhật ký nguyên vẹn: %(lines)s dòng.") % {"lines": lines})
        if kept is not None:
            click.echo(_("Mốc đã đưa khớp với dòng %(line)s.") % {"line": kept.line})
        click.echo(_("Mốc hiện nay: %(anchor)s") % {"anchor": now})
    else:
        click.echo(
            _("Chuỗi nhật ký bị đứt ở dòng %(line)s: %(why)s.") % {"line": found[0], "why": REASONS[found[1]]}, err=True
        )
    if found is not None:
        ctx.exit(1)
