from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import cast

import click
from django.utils.translation import gettext as _

from caunoi import moments
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import EVERYTHING
from caunoi.approvals.rules import State
from caunoi.cli.figures import DayParam
from caunoi.cli.frame import print_json, progress_bars
from caunoi.cli.import_ import find_user
from caunoi.records.exports import Export, ExportRequest, find_units, suffix_of, write_file
from caunoi.records.exports.request import Format, Spelling
from caunoi.refusals import Refusal, explain_os_error


@click.command(
    help=_("Xuất các bản ghi của một biểu mẫu: mỗi bản ghi một dòng, mỗi nhóm lặp một trang (hoặc tệp CSV).")
)
@click.argument("form")
@click.option("--place", required=True, help=_("mã hoặc tên đơn vị, vào ngày cuối kỳ"))
@click.option("--from", "first", type=DayParam(), required=True)
@click.option("--to", "last", type=DayParam(), required=True)
@click.option("--labels", type=click.Choice(["vi", "en", "codes"]), default="vi", help=_("nhãn hay mã"))
@click.option(
    "--format", "format_", type=click.Choice(["csv", "xlsx"]), default=None, help=_("theo tên tệp, nếu không ghi")
)
@click.option("--state", "states", type=click.Choice([state.value for state in State]), multiple=True)
@click.option("--all-versions", is_flag=True, help=_("mọi phiên bản, không chỉ bản hiện hành"))
@click.option("--split-choices", is_flag=True, help=_("mỗi lựa chọn của câu chọn nhiều một cột 1/0"))
@click.option("--by", "username", default=None, help=_("chỉ những gì tài khoản này được xem"))
@click.option("--json", "as_json", is_flag=True, help=_("In kết quả dạng JSON."))
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), default=None)
def export(
    form: str,
    place: str,
    first: date,
    last: date,
    labels: str,
    format_: str | None,
    states: tuple[str, ...],
    all_versions: bool,
    split_choices: bool,
    username: str | None,
    as_json: bool,
    output: Path | None,
) -> None:
    if first > last:
        raise Refusal(_("Ngày cuối kỳ đứng trước ngày đầu kỳ. Hãy đổi chỗ hai ngày."))
    user = find_user(username)
    scope = EVERYTHING if user is None else scope_of(user, moments.today())
    request = ExportRequest(
        form, find_units(place, last), first, last, cast(Spelling, labels), all_versions, split_choices,
        frozenset(states),
    )  # fmt: skip
    found = Export(request, scope)
    format = cast(Format, format_ or ("xlsx" if output is not None and output.suffix.lower() == ".xlsx" else "csv"))
    path = output or Path(f"{form}-{first:%Y%m%d}-{last:%Y%m%d}{suffix_of(found, format)}")
    count = found.count()
    try:
        with progress_bars() as progress:
            task = progress.add_task(_("Xuất %(file)s") % {"file": path.name}, total=count)
            write_file(found, format, path, advance=lambda done: progress.advance(task, done))
    except OSError as error:
        raise Refusal(
            _("Không ghi được tệp %(file)s (%(why)s). Hãy kiểm tra thư mục và chỗ trống trên đĩa.")
            % {"file": path, "why": explain_os_error(error)}
        ) from error
    if as_json:
        print_json({"file": str(path), "records": count, "tables": [table.name or form for table in found.tables]})
    else:
        click.echo(_("Đã xuất %(count)d bản ghi vào %(file)s.") % {"count": count, "file": path})
