from __future__ import annotations

from pathlib import Path

import click
from django.utils.translation import gettext as _

from caunoi.cli.errors import CannotRead
from caunoi.cli.frame import print_json
from caunoi.contests.errors import MarksFileUnreadable, RankingDiffers
from caunoi.contests.rules.published import LARGEST, UnreadableMarks, compare, read_published


@click.group(help=_("Hội thi, cuộc thi."))
def contests() -> None:
    """Without a command it shows its help."""


@contests.command(help=_("Tính lại thứ hạng từ tệp điểm đã công bố và nói có khớp không. Không cần cơ sở dữ liệu."))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def recompute(file: Path, as_json: bool) -> None:
    try:
        # One byte more than may be: a file of any size is not read whole to be refused.
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRead(_("Không đọc được tệp %s. Hãy tải lại tệp điểm từ trang kết quả.") % file) from error
    try:
        ranking, differences = compare(read_published(text))
    except UnreadableMarks as error:
        raise MarksFileUnreadable(error.line, error.column) from error
    different = {one.entry: one.said for one in differences}
    if as_json:
        rows = [
            {"entry": one.entry, "rank": one.rank, "score": str(one.shown()), "agrees": one.entry not in different}
            for one in ranking.rows
        ]
        print_json({"agrees": not differences, "rows": rows})
    else:
        for one in ranking.rows:
            said = different.get(one.entry)
            note = (
                ""
                if said is None
                else _("  (tệp ghi hạng %(rank)d, điểm %(score)s)") % {"rank": said[1], "score": said[0]}
            )
            click.echo(f"{one.rank:>4}  {one.entry:03d}  {one.shown()}{note}")
    if differences:
        raise RankingDiffers(len(differences))
    if not as_json:
        click.echo(_("Khớp: %d bài, thứ hạng đúng như đã công bố.") % len(ranking.rows))
