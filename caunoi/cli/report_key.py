from __future__ import annotations

import click
from django.utils.translation import gettext as _

from caunoi.cli.frame import OPERATOR, print_json
from caunoi.moments import VIETNAM, now
from caunoi.reports.actions import rotate_key
from caunoi.reports.signing import list_keys


@click.group(name="report-key", help=_("Khóa ký báo cáo."))
def report_key() -> None:
    pass


@report_key.command(name="list", help=_("Các khóa: khóa đang ký và những khóa đã thay, vẫn dùng để kiểm tra."))
@click.option("--json", "as_json", is_flag=True)
def list_(as_json: bool) -> None:
    keys = list_keys()
    if as_json:
        print_json(
            [
                {
                    "key": key.name,
                    "since": key.since.isoformat(),
                    "until": None if key.until is None else key.until.isoformat(),
                }
                for key in keys
            ]
        )
        return
    for key in keys:
        since = f"{key.since.astimezone(VIETNAM):%H:%M %d/%m/%Y}"
        if key.until is None:
            click.echo(_("%(key)s: đang ký, từ %(since)s") % {"key": key.name, "since": since})
        else:
            until = f"{key.until.astimezone(VIETNAM):%H:%M %d/%m/%Y}"
            said = _("%(key)s: từ %(since)s, thôi ký lúc %(until)s")
            click.echo(said % {"key": key.name, "since": since, "until": until})


@report_key.command(help=_("Thay khóa ký. Báo cáo ký bằng khóa cũ vẫn kiểm tra được; không ai ký thêm bằng khóa cũ."))
@click.option("--json", "as_json", is_flag=True)
def rotate(as_json: bool) -> None:
    old, new = rotate_key(by=OPERATOR, at=now())
    if as_json:
        print_json({"old": old, "new": new})
    else:
        click.echo(_("Khóa %(old)s thôi ký; từ nay ký bằng khóa %(new)s.") % {"old": old, "new": new})
