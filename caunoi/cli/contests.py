from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import click
from django.utils.translation import gettext as _

from caunoi.cli.errors import CannotRead
from caunoi.cli.frame import print_json
from caunoi.contests.errors import MarksFileUnreadable, RankingDiffers
from caunoi.contests.rules.published import LARGEST, LONGEST_LINE, Published, UnreadableMarks, compare, read_published


@click.group(help=_("Hội thi, cuộc thi."))
def contests() -> None:
    """Without a command it shows its help."""


@contests.command(help=_("Tính lại thứ hạng từ tệp điểm đã công bố và nói có khớp không. Không cần cơ sở dữ liệu."))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def recompute(file: Path, as_json: bool) -> None:
    ranking, differences = compare(_read(file))
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


def _read(file: Path) -> Published:
    try:
        with file.open("rb") as opened:
            if os.fstat(opened.fileno()).st_size > LARGEST:
                said = _("Tệp %(file)s lớn quá %(size)d MB nên không phải tệp điểm. Hãy tải lại từ trang kết quả.")
                raise CannotRead(said % {"file": file, "size": LARGEST // 1_000_000})
            return read_published(_list_lines(opened))
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRead(_("Không đọc được tệp %s. Hãy tải lại tệp điểm từ trang kết quả.") % file) from error
    except UnreadableMarks as error:
        raise MarksFileUnreadable(error.line, error.column) from error


def _list_lines(opened: IO[bytes]) -> Iterator[str]:
    """One by one: the file of a large contest is several times as much in memory."""
    number, encoding = 0, "utf-8-sig"
    while line := opened.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise UnreadableMarks(number, "")
        yield line.decode(encoding)
        encoding = "utf-8"
