from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
from django.utils.translation import gettext as _

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import windows_with_role
from caunoi.accounts.scope import EVERYTHING
from caunoi.cli.frame import OPERATOR, print_json, progress_bars
from caunoi.records.permissions import MAY_ENTER
from caunoi.records.spreadsheet import import_file
from caunoi.refusals import NotFound, Refusal


@click.command(name="import", help=_("Nhập bảng tính: mỗi dòng một bản ghi; tất cả hoặc không gì cả."))
@click.argument("form")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--by", "username", help=_("Người chịu trách nhiệm về các dòng; không ghi thì là người vận hành máy này.")
)
@click.option("--json", "as_json", is_flag=True, help=_("In kết quả dạng JSON."))
def import_(form: str, file: Path, username: str | None, as_json: bool) -> None:
    at = moments.now()
    user = _find_user(username)
    scope = EVERYTHING if user is None else windows_with_role(user, MAY_ENTER, moments.local_date(at))
    content = _read(file)
    with progress_bars() as progress:
        # How many rows there are is known only after reading them: the bar moves without an end.
        task = progress.add_task(_("Nhập %(file)s") % {"file": file.name}, total=None)
        result = import_file(
            form,
            content,
            file.name,
            by=user,
            by_name=str(user) if user else OPERATOR.name,
            at=at,
            scope=scope,
            progress=lambda count: progress.advance(task, count),
        )
    if as_json:
        print_json(asdict(result))
        return
    click.echo(
        _("Đã nhập %(file)s: %(new)d bản mới, %(corrected)d bản sửa, %(unchanged)d dòng không đổi.")
        % {"file": file.name, **asdict(result)}
    )
    for note in result.notes:
        click.echo(note)


def _find_user(username: str | None) -> User | None:
    if username is None:
        return None
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise NotFound(_("Không có tài khoản “%(name)s” đang dùng.") % {"name": username})
    return user


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Refusal(
            _("Không mở được tệp %(file)s (%(why)s). Hãy kiểm tra đường dẫn và quyền đọc.")
            % {"file": file, "why": error.strerror or error}
        ) from error
