from __future__ import annotations

from pathlib import Path

import click
from django.utils.translation import gettext as _

from caunoi.cli.frame import print_json
from caunoi.cli.verify import read_file
from caunoi.facts.rules.question import text_of
from caunoi.languages import show_number
from caunoi.reports import comparing


@click.command(
    name="compare-reports",
    help=_("So hai báo cáo từng số một, theo bảng kê trong tệp. Mã thoát 0 dù các số có khác nhau hay không."),
)
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def compare_reports(first: Path, second: Path, as_json: bool) -> None:
    one, other = (comparing.manifest_of_file(read_file(file), str(file)) for file in (first, second))
    compared = comparing.compare_reports(one, other)
    if as_json:
        print_json(
            {
                "counts": dict(compared.counts),
                "differences": [
                    {
                        "code": pair.line.code,
                        "name": pair.line.name,
                        "place": pair.line.place,
                        "place_name": pair.line.place_name,
                        "kind": pair.kind.value,
                        "first": None if pair.first is None else pair.first.shown,
                        "second": None if pair.second is None else pair.second.shown,
                        "difference": text_of(pair.difference),
                        "why": compared.why_of(pair) or None,
                    }
                    for pair in compared.differences
                ],
            }
        )
        return
    for pair in compared.differences:
        nothing = _("(không có)")
        was, now = (nothing if line is None else line.shown for line in (pair.first, pair.second))
        more = "" if pair.difference is None else f" ({_('chênh lệch')} {show_number(pair.difference)})"
        why = compared.why_of(pair)
        click.echo(f"  - {pair.line.name}, {pair.line.place_name}: {was} → {now}{more}{f'; {why}' if why else ''}")
    counts = compared.counts
    said = _(
        "%(changed)d số khác nhau, %(same)d số như nhau, %(only_first)d số chỉ có ở bản thứ nhất, %(only_second)d số"
        " chỉ có ở bản thứ hai."
    )
    click.echo(said % dict(counts))
