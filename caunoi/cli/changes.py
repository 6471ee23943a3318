from __future__ import annotations

import csv
import sys
from datetime import date
from pathlib import Path

import click
from django.utils.translation import gettext as _

from caunoi.accounts.scope import EVERYTHING
from caunoi.audit.clock import current_number, number_at
from caunoi.cli.figures import DayParam, KnownParam
from caunoi.cli.frame import print_json
from caunoi.facts.changes import Changes, ChangesAsked, FactChange, change_json, change_row, header, list_place_changes
from caunoi.facts.queries import get_catalogue
from caunoi.facts.rules.question import BookName
from caunoi.languages import show_number
from caunoi.places.queries import get_place, get_snapshot
from caunoi.reports.models import ReportRun
from caunoi.reports.queries import get_run

Moment = date | int | ReportRun


class SinceParam(click.ParamType[Moment]):
    """A day, a knowledge number, or a report that was made: `report:12`."""

    name = _("ngày|số|report:SỐ")

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Moment:
        kind, colon, number = str(value).strip().partition(":")
        if colon and kind == "report" and number.isdigit():
            return get_run(int(number), EVERYTHING)
        return KnownParam().convert(value, param, ctx)


@click.command(help=_("Số liệu nào đã thay đổi giữa hai thời điểm, là bao nhiêu, nay là bao nhiêu, vì bản ghi nào."))
@click.argument("codes", nargs=-1)
@click.option("--since", type=SinceParam(), required=True, help=_("ngày, số bút toán, hoặc báo cáo (report:12)"))
@click.option("--until", type=KnownParam(), default=None, help=_("mặc định: bây giờ"))
@click.option("--place", default=None, help=_("mã hoặc tên đơn vị; mặc định: của báo cáo"))
@click.option("--from", "first", type=DayParam(), default=None)
@click.option("--to", "last", type=DayParam(), default=None)
@click.option("--boundaries", type=DayParam(), default=None)
@click.option("--book", type=click.Choice(["approved", "reported"]), default="approved")
@click.option("--corrections", is_flag=True, help=_("chỉ những số đã biết từ trước"))
@click.option("--page", type=click.IntRange(1), default=1)
@click.option("--format", "format_", type=click.Choice(["table", "json", "csv"]), default="table")
@click.option("--json", "as_json", is_flag=True, help=_("như --format json"))
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), default=None)
def changes(
    codes: tuple[str, ...],
    since: Moment,
    until: date | int | None,
    place: str | None,
    first: date | None,
    last: date | None,
    boundaries: date | None,
    book: BookName,
    corrections: bool,
    page: int,
    format_: str,
    as_json: bool,
    output: Path | None,
) -> None:
    for code in codes:
        get_catalogue().check_code(code)
    run = since if isinstance(since, ReportRun) else None
    first = first or (run.day_from if run else None)
    last = last or (run.day_to if run else None)
    if first is None or last is None or (place is None and run is None):
        raise click.UsageError(_("Hãy ghi --place, --from và --to, hoặc --since của một báo cáo."))
    day = boundaries or (run.boundaries if run and run.day_to == last else last)
    places = get_snapshot()
    key = (
        run.org_unit.key if run is not None and place is None else places.units[get_place(place or "", day, places)].key
    )
    asked = ChangesAsked(
        key, first, last, day, _number(since), current_number() if until is None else _number(until), codes, book
    )
    found = Changes(asked, EVERYTHING, corrections=corrections)
    if as_json or format_ == "json":
        print_json([change_json(change) for change in found])
    elif format_ == "csv":
        _write_csv(found, output)
    else:
        _print(found, page)


def _number(moment: Moment) -> int:
    if isinstance(moment, ReportRun):
        return moment.as_known
    return min(moment, current_number()) if isinstance(moment, int) else number_at(moment)


def _write_csv(found: Changes, output: Path | None) -> None:
    rows = [header(), *(change_row(change) for change in found)]
    if output is None:
        csv.writer(sys.stdout).writerows(rows)
        return
    with output.open("w", encoding="utf-8-sig", newline="") as file:  # Excel reads the letters right
        csv.writer(file).writerows(rows)


PAGE = 50


def _print(found: Changes, page: int) -> None:
    count = len(found)
    said = {"count": count, "page": page, "pages": max(1, -(-count // PAGE))}
    click.echo(_("%(count)d số đã thay đổi (trang %(page)d/%(pages)d)") % said)
    for change in found[(page - 1) * PAGE : page * PAGE]:
        click.echo(_line(change))
    moved = list_place_changes(found.asked.since, found.asked.until)
    if moved:
        click.echo(_("Trong thời gian đó địa bàn cũng thay đổi: %d lần sắp xếp.") % len(moved))


def _line(change: FactChange) -> str:
    was, now = (
        "–" if value is None else value if isinstance(value, str) else show_number(value)
        for value in (change.was, change.now)
    )
    causes = "; ".join(
        f"#{c.submission} v{c.version}" + (_(" (bỏ)") if c.reversed else "")
        for c in change.causes
        if c.submission is not None
    )
    approved = ", ".join(dict.fromkeys(cause.approved_by for cause in change.causes if cause.approved_by))
    days = f"{change.first:%d/%m/%Y}–{change.last:%d/%m/%Y}"
    by = " | " + _("duyệt: %s") % approved if approved else ""
    return f"{change.place_name} | {change.name} | {days} | {was} → {now} {change.unit} | {causes or '–'}{by}"
