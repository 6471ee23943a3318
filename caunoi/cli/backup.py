"""`caunoi backup` and `caunoi restore`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from django.utils import timezone
from django.utils.translation import gettext as _

from caunoi.backups.actions import make_backup
from caunoi.backups.actions import restore as restore_file
from caunoi.backups.checking import Show, Summary, asks_for_passphrase, check_backup
from caunoi.backups.restoring import Restored
from caunoi.backups.schedule import read_passphrase
from caunoi.cli.frame import OPERATOR, print_json, progress_bars
from caunoi.moments import now

MB = 1_000_000
FILE = click.Path(dir_okay=False, path_type=Path)
PASSPHRASE_FILE = click.option(
    "--passphrase-file", type=FILE, default=None, help=_("tệp chứa mật khẩu; thay cho việc hỏi")
)


@click.command(help=_("Sao lưu tất cả vào một tệp, trong khi hệ thống vẫn chạy; --check chỉ đọc lại một bản đã có."))
@click.argument("file", type=FILE)
@click.option("--check", is_flag=True, help=_("đọc lại toàn bộ một bản sao lưu đã có"))
@click.option("--encrypt", is_flag=True, help=_("hỏi mật khẩu và mã hóa"))
@PASSPHRASE_FILE
@click.option("--json", "as_json", is_flag=True)
def backup(file: Path, check: bool, encrypt: bool, passphrase_file: Path | None, as_json: bool) -> None:
    if check:
        with _progress(_("Đọc lại")) as show:
            summary = check_backup(file, passphrase=_passphrase_of(file, passphrase_file), show=show)
        _tell(summary, as_json)
        return
    passphrase = read_passphrase(passphrase_file, _ask_twice if encrypt else str)
    with _progress(_("Sao lưu")) as show:
        made = make_backup(file, by=OPERATOR, at=now(), passphrase=passphrase, show=show)
    for sentence, names in (
        (_("Thiếu tệp đính kèm %s: hàng của nó còn, nội dung không còn trong thư mục."), made.missing),
        (_("Tệp đính kèm %s đã hỏng từ trước: nội dung không khớp với tên."), made.damaged),
    ):
        for name in names:
            click.echo(sentence % name, err=True)
    if as_json:
        print_json({"file": str(made.path), "size": made.size, "sha256": made.sha256, "missing": made.missing,
                    "damaged": made.damaged, **_json(made.summary)})  # fmt: skip
    else:
        click.echo(
            _("Đã sao lưu vào %(file)s (%(megabytes)s MB) và đã đọc lại toàn bộ.")
            % {"file": made.path, "megabytes": _megabytes(made.size)}
        )
        _tell(made.summary, False)


@click.command(help=_("Khôi phục từ một bản sao lưu vào CAUNOI_HOME (và DATABASE_URL) còn trống."))
@click.argument("file", type=FILE)
@PASSPHRASE_FILE
@click.option(
    "--erased",
    type=FILE,
    multiple=True,
    help=_("danh sách erased-people.txt mới hơn: dữ liệu cá nhân đã xóa từ sau bản sao lưu vẫn bị xóa"),
)
@click.option("--json", "as_json", is_flag=True)
def restore(file: Path, passphrase_file: Path | None, erased: tuple[Path, ...], as_json: bool) -> None:
    passphrase = _passphrase_of(file, passphrase_file)
    with _progress(_("Khôi phục")) as show:
        restored = restore_file(file, by=OPERATOR, at=now(), passphrase=passphrase, erased=erased, show=show)
    _tell_erased(restored)
    if restored.secret_differs:
        click.echo(
            _(
                "SECRET_KEY của môi trường khác với khóa trong bản sao lưu: mã QR của điện thoại đã cấp không in lại"
                " được, dữ liệu cá nhân trong bản ghi không mở được. Hãy đặt SECRET_KEY như trước."
            ),
            err=True,
        )
    if not as_json:
        click.echo(_("Đã khôi phục. Hãy kiểm tra bằng “caunoi ledger check” và “caunoi audit verify”."))
    _tell(restored.summary, as_json)


def _tell_erased(restored: Restored) -> None:
    """On the side of messages: what reads the answer's JSON has asked for nothing else."""
    if restored.erased_again:
        sentence = _("Đã xóa lại dữ liệu cá nhân xóa từ sau bản sao lưu; số khóa: %(count)d.")
        click.echo(sentence % {"count": restored.erased_again}, err=True)
    elif not restored.lists_erased:
        click.echo(
            _(
                "Không thấy danh sách erased-people.txt cạnh bản sao lưu. Nếu từ đó đến nay đã xóa dữ liệu cá nhân của"
                " ai, hãy khôi phục lại với --erased, hoặc xóa lại trên trang Dữ liệu cá nhân."
            ),
            err=True,
        )


def _passphrase_of(file: Path, passphrase_file: Path | None) -> str:
    """Asked only for a file that is encrypted."""
    return read_passphrase(passphrase_file, _ask) if asks_for_passphrase(file) else ""


def _ask() -> str:
    # Nobody is there to answer: the refusal says what is missing.
    return click.prompt(_("Mật khẩu"), hide_input=True, err=True) if sys.stdin.isatty() else ""


def _ask_twice() -> str:
    answer: str = click.prompt(_("Mật khẩu"), hide_input=True, confirmation_prompt=True, err=True)
    return answer


def _tell(summary: Summary, as_json: bool) -> None:
    if as_json:
        print_json(_json(summary))
        return
    click.echo(
        _(
            "%(tables)d bảng, %(rows)d hàng, %(files)d tệp, %(megabytes)s MB khi mở ra; ghi lúc %(made_at)s bởi phiên"
            " bản %(product)s%(locked)s."
        )
        % {
            "tables": summary.tables,
            "rows": summary.rows,
            "files": summary.files,
            "megabytes": _megabytes(summary.size),
            "made_at": f"{timezone.localtime(summary.made_at):%H:%M %d/%m/%Y}",
            "product": summary.product,
            "locked": ", " + _("có mã hóa") if summary.encrypted else "",
        }
    )


def _json(summary: Summary) -> dict[str, object]:
    return {
        "product": summary.product,
        "made_at": summary.made_at.isoformat(),
        "database": summary.database,
        "encrypted": summary.encrypted,
        "tables": summary.tables,
        "rows": summary.rows,
        "files": summary.files,
        "bytes": summary.size,
    }


def _megabytes(size: int) -> str:
    return f"{size / MB:.1f}".replace(".", ",")


@contextmanager
def _progress(name: str) -> Iterator[Show]:
    with progress_bars() as bars:
        task = bars.add_task(name, total=None)
        yield lambda done, total: bars.update(task, completed=done // MB, total=max(total // MB, 1))
