from __future__ import annotations

import sys

import click
from django.utils.translation import gettext as _

from caunoi.accounts.errors import MailUnreachable
from caunoi.accounts.mail import may_send
from caunoi.desk.notices.bounces import note_bounce
from caunoi.desk.notices.outages import look_again
from caunoi.moments import now

# The letter that came back, or its head, is at the end; a report is small unless it carries back a large letter.
MOST = 2 * 1024 * 1024


@click.group(help=_("Thư gửi đi: máy chủ thư có nhận không, và thư bị trả về."))
def mail() -> None:
    pass


@mail.command(help=_("Nối tới máy chủ thư trong CAUNOI_EMAIL_URL mà không gửi gì; mã thoát 1 nếu không nối được."))
def check() -> None:
    if not may_send():
        raise MailUnreachable(_("Chưa đặt CAUNOI_EMAIL_URL nên không gửi thư nào; xem docs/settings.md."))
    if problem := look_again(now()):
        raise MailUnreachable(problem)
    click.echo(_("Máy chủ thư trả lời và nhận Cầu Nối."))


@mail.command(
    help=_(
        "Đọc một thư bị trả về ở đầu vào chuẩn (RFC 3464) và ghi rằng địa chỉ ấy không nhận được. Để máy chủ thư gọi,"
        " nên thư nào cũng thoát mã 0: trả lại một thư trả lại sẽ không bao giờ dứt."
    )
)
def bounce() -> None:
    click.echo(note_bounce(sys.stdin.buffer.read(MOST), now()))
