from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, cast, get_args

import click
from django.utils.translation import gettext as _

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import windows_with_role
from caunoi.accounts.scope import EVERYTHING
from caunoi.cli.frame import OPERATOR, print_json, progress_bars
from caunoi.records.permissions import MAY_ENTER
from caunoi.records.spreadsheet import import_file
from caunoi.records.spreadsheet.book import BookChanges, Outcome, Sender, import_book, is_book, preview_book
from caunoi.refusals import NotFound, Refusal, explain_os_error

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@click.command(
    name="import",
    help=_(
        "Nhập bảng tính: mỗi dòng một bản ghi; tất cả hoặc không gì cả. FORM FILE là bảng của một biểu mẫu; "
        "--workbook là sổ nhập cả kỳ (tự biết các biểu mẫu và kỳ)."
    ),
)
@click.argument("form", required=False)
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--workbook", type=click.Path(path_type=Path), help=_("Sổ nhập cả kỳ."))
@click.option("--preview", is_flag=True, help=_("Chỉ xem sổ nhập sẽ ghi những gì."))
@click.option(
    "--by", "username", help=_("Người chịu trách nhiệm về các dòng; không ghi thì là người vận hành máy này.")
)
@click.option("--json", "as_json", is_flag=True, help=_("In kết quả dạng JSON."))
def import_(
    form: str | None, file: Path | None, workbook: Path | None, preview: bool, username: str | None, as_json: bool
) -> None:
    if workbook is None and form is not None and file is None:
        workbook, form = Path(form), None  # `caunoi import FILE`: only a workbook knows its forms
    if (workbook is None) == (form is None or file is None) or (workbook is not None and form is not None):
        raise click.UsageError(_("Ghi FORM FILE, hoặc --workbook FILE."))
    at = moments.now()
    user = find_user(username)
    scope = EVERYTHING if user is None else windows_with_role(user, MAY_ENTER, moments.local_date(at))
    sender = Sender(user, str(user) if user else OPERATOR.name, at, scope)
    path = workbook or cast(Path, file)
    content = _read(path)
    # Our workbooks tell by themselves what they hold; a form named beside one would be passed over unseen.
    if workbook is not None:
        _import_book(content, path, sender, preview, as_json)
    elif is_book(content):
        raise click.UsageError(_("Tệp này là sổ nhập cả kỳ. Hãy chạy: caunoi import --workbook %s") % path)
    else:
        _import_form(cast(str, form), content, path, sender, as_json)


def _import_form(form: str, content: bytes, file: Path, sender: Sender, as_json: bool) -> None:
    with progress_bars() as progress:
        # How many rows there are is known only after reading them: the bar moves without an end.
        task = progress.add_task(_("Nhập %(file)s") % {"file": file.name}, total=None)
        result = import_file(
            form,
            content,
            file.name,
            by=sender.by,
            by_name=sender.by_name,
            at=sender.at,
            scope=sender.scope,
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


def _import_book(content: bytes, file: Path, sender: Sender, preview: bool, as_json: bool) -> None:
    read = preview_book if preview else import_book
    with progress_bars() as progress:
        task = progress.add_task(_("Nhập %(file)s") % {"file": file.name}, total=None)
        changes = read(
            content, file.name, sender, show=lambda done, total: progress.update(task, completed=done, total=total)
        )
    if as_json:
        print_json(_as_json(changes))
        return
    counts = _("%(new)d bản mới, %(corrected)d bản sửa, %(unchanged)d dòng không đổi, %(empty)d dòng trống.") % {
        **_counts(changes),
        "empty": changes.empty,
    }
    done = _("Sẽ ghi %(file)s: %(counts)s") if preview else _("Đã ghi %(file)s: %(counts)s")
    click.echo(done % {"file": file.name, "counts": counts})
    for row in changes.rows:
        where = f"{row.unit} ({row.code}), {row.sheet}, {_('dòng %d') % row.row}"
        if row.outcome == "corrected":
            told = "; ".join(f"{field.label}: {field.before} → {field.after}" for field in row.fields)
            click.echo(f"  {where}: {told}")
        elif row.outcome == "emptied":
            click.echo("  " + _("%s: đã gửi, nay để trống; bản ghi giữ nguyên.") % where)
        elif row.outcome == "kept":
            click.echo("  " + _("%s: đã được sửa sau khi tải sổ; giữ số mới hơn.") % where)
    for note in changes.notes:
        click.echo(note)


def _counts(changes: BookChanges) -> dict[str, int]:
    return {str(outcome): changes.count(outcome) for outcome in OUTCOMES}


def _as_json(changes: BookChanges) -> dict[str, Any]:
    """Rows that stay as they are only as a count."""
    rows = [asdict(row) for row in changes.rows if row.outcome != "unchanged"]
    return {**_counts(changes), "empty": changes.empty, "notes": changes.notes, "rows": rows}


def find_user(username: str | None) -> User | None:
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
            % {"file": file, "why": explain_os_error(error)}
        ) from error
