from __future__ import annotations

import click

from caunoi.audit.models import AuditLine
from caunoi.audit.queries import find_chain_break
from caunoi.cli.frame import print_json

REASONS = {
    "missing": "thiếu một dòng",
    "moved": "dòng không nối với dòng trước nó",
    "changed": "nội dung dòng đã bị sửa",
}


@click.group()
def audit() -> None:
    """The chain of audit lines."""


@audit.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def verify(ctx: click.Context, as_json: bool) -> None:
    """Check that no audit line is missing, moved or changed."""
    found, lines = find_chain_break(), AuditLine.objects.count()
    if as_json:
        print_json({"lines": lines, "unbroken": found is None, "line": found and found[0], "why": found and found[1]})
    elif found is None:
        click.echo(f"Chuỗi nhật ký nguyên vẹn: {lines} dòng.")
    else:
        click.echo(f"Chuỗi nhật ký bị đứt ở dòng {found[0]}: {REASONS[found[1]]}.", err=True)
    if found is not None:
        ctx.exit(1)
