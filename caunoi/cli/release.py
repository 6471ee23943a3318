"""`caunoi release`: publish tables of sensitive counts, list and show them, withdraw one."""

from __future__ import annotations

import csv
import sys
from datetime import date
from pathlib import Path

import click
from django.utils.translation import gettext as _

from caunoi.cli.figures import DayParam
from caunoi.cli.frame import OPERATOR, print_json, progress_bars
from caunoi.facts.models import Release
from caunoi.facts.release import get_release, list_releases
from caunoi.facts.released_tables import release_rows, show_tables
from caunoi.facts.releasing import Draft, make_release, prepare_release, withdraw_release
from caunoi.moments import now
from caunoi.places.queries import get_place, get_snapshot


@click.group(help=_("Bảng công bố của số nhạy cảm: công bố, xem, rút."))
def release() -> None:
    pass


@release.command(help=_("Công bố các bảng (mặc định: mọi bảng của các gói) của một đơn vị, cho kỳ trọn."))
@click.argument("codes", nargs=-1)
@click.option("--place", required=True, help=_("mã hoặc tên đơn vị"))
@click.option("--from", "first", type=DayParam(), required=True)
@click.option("--to", "last", type=DayParam(), required=True)
@click.option("--boundaries", type=DayParam(), multiple=True, help=_("ranh giới của ngày; ghi được nhiều lần"))
@click.option("--dry-run", is_flag=True, help=_("chỉ xem trước, không công bố"))
@click.option("--json", "as_json", is_flag=True)
def make(
    codes: tuple[str, ...],
    place: str,
    first: date,
    last: date,
    boundaries: tuple[date, ...],
    dry_run: bool,
    as_json: bool,
) -> None:
    snapshot = get_snapshot()
    unit = get_place(place, boundaries[-1] if boundaries else last, snapshot)
    with progress_bars() as bars:
        task = bars.add_task(_("Bảo vệ nhóm nhỏ"), total=None)
        draft = prepare_release(
            place=snapshot.units[unit].key, first=first, last=last, codes=codes, boundaries=boundaries,
            progress=lambda done, total: bars.update(task, completed=done, total=total),
        )  # fmt: skip
    made = None if dry_run else make_release(draft, by=OPERATOR, at=now())
    if as_json:
        print_json({"release": made.pk if made else None, **_counts(draft), "tables": draft.tables})
        return
    for table in show_tables(draft.tables):
        click.echo(f"{table.title}, {table.period}")
    click.echo(
        _("%(cells)d ô: che %(small)d ô nhỏ và %(others)d ô để không tính ngược được.") % _counts(draft)
        + (" " + _("Che cả bảng.") if draft.withheld else "")
    )
    click.echo(_("Chưa công bố gì.") if made is None else _("Đã công bố số %(number)d.") % {"number": made.pk})


def _counts(draft: Draft) -> dict[str, int | bool]:
    return {"cells": draft.cells, "small": draft.small, "others": draft.others, "withheld": draft.withheld}


@release.command("list", help=_("Các bảng đã công bố, cả bảng đã rút."))
@click.option("--json", "as_json", is_flag=True)
def list_(as_json: bool) -> None:
    found = list(list_releases())
    if as_json:
        print_json([_about(one) for one in found])
        return
    if not found:
        click.echo(_("Chưa có bảng nào được công bố."))
    for one in found:
        titles = ", ".join(dict.fromkeys(table.title for table in show_tables(one.tables)))
        withdrawn = " | " + _("đã rút: %(reason)s") % {"reason": one.withdrawn_because} if one.withdrawn_at else ""
        days = f"{one.first:%d/%m/%Y}–{one.last:%d/%m/%Y}"
        click.echo(f"{one.pk} | {titles} | {one.place_name} | {days} | {one.made_by_name}{withdrawn}")


def _about(one: Release) -> dict[str, object]:
    return {
        "release": one.pk,
        "place": one.place,
        "place_name": one.place_name,
        "from": one.first,
        "to": one.last,
        "boundaries": one.boundaries,
        "as_known": one.as_known,
        "tables": list(dict.fromkeys(table["code"] for table in one.tables)),
        "sha256": one.sha256,
        "made_by": one.made_by_name,
        "made_at": one.made_at.isoformat(),
        "withdrawn_at": one.withdrawn_at.isoformat() if one.withdrawn_at else None,
        "withdrawn_because": one.withdrawn_because,
    }


@release.command(help=_("Một bảng đã công bố, đúng như đã công bố."))
@click.argument("number", type=int)
@click.option("--format", "format_", type=click.Choice(["table", "json", "csv"]), default="table")
@click.option("--json", "as_json", is_flag=True)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), default=None)
def show(number: int, format_: str, as_json: bool, output: Path | None) -> None:
    found = get_release(number)
    if as_json or format_ == "json":
        print_json({**_about(found), "tables": found.tables})
    elif format_ == "csv" and output is not None:
        # utf-8-sig: Excel reads the letters right only when the file begins with a byte order mark.
        with output.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(release_rows(found))
    elif format_ == "csv":
        csv.writer(sys.stdout).writerows(release_rows(found))
    else:
        for table in show_tables(found.tables):
            click.echo(f"{table.title}, {table.period} ({table.unit}); {_('ranh giới')} {table.boundaries:%d/%m/%Y}")
            for name, _level, cells in table.rows:
                click.echo(f"  {name} | " + " | ".join(map(": ".join, zip(table.columns, cells, strict=True))))
        click.echo(_("“…”: ô được che để không nhận ra nhóm nhỏ. “–”: chưa có số liệu."))


@release.command(help=_("Rút một bảng đã công bố. Những gì đã công bố vẫn coi như mọi người đã biết."))
@click.argument("number", type=int)
@click.option("--because", required=True, help=_("lý do"))
def withdraw(number: int, because: str) -> None:
    withdraw_release(get_release(number), because=because, by=OPERATOR, at=now())
    click.echo(_("Đã rút bảng công bố số %(number)d.") % {"number": number})
