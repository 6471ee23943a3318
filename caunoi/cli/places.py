from __future__ import annotations

import csv
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from django.utils.translation import gettext as _

from caunoi.cli.frame import OPERATOR, print_json, progress_bars
from caunoi.languages import show_number
from caunoi.moments import now, today
from caunoi.places.actions import Loaded, load_changes, load_successions, load_units
from caunoi.places.errors import PlaceNotOnDay
from caunoi.places.queries import get_place, get_snapshot
from caunoi.places.rules.chains import Link, trace_backward, trace_forward
from caunoi.places.rules.snapshot import PlaceSnapshot, Step
from caunoi.places.rules.successions import describe_basis, show_share

ONE_DAY = timedelta(days=1)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(help=_("Đơn vị hành chính: nạp, ghi việc sắp xếp, xem một đơn vị."))
def places() -> None:
    pass


@places.command(help=_("Nạp các đơn vị (tệp có cột level), hoặc tên, mã, cấp trên mới từ một ngày (không có cột đó)."))
@click.argument("file", type=FILE)
@click.option(
    "--only", multiple=True, metavar="KEY", help=_("Chỉ các đơn vị này và những gì bên dưới; ghi được nhiều lần.")
)
@click.option("--json", "as_json", is_flag=True)
def load(file: Path, only: tuple[str, ...], as_json: bool) -> None:
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as opened:
        has_level = "level" in next(csv.reader(opened), [])
    action = load_units if has_level else load_changes
    with progress_bars() as progress:
        done = action(file, by=OPERATOR, at=now(), only=only or None, progress=progress)
    _say(done, as_json)


@places.command(
    help=_("Nạp việc sáp nhập, chia tách, đổi tên, chuyển cấp trên; ghi đơn vị bằng khóa, hoặc bằng mã của ngày ấy.")
)
@click.argument("file", type=FILE)
@click.option("--only", is_flag=True, help=_("Bỏ qua dòng mà cả hai đơn vị đều chưa nạp."))
@click.option("--json", "as_json", is_flag=True)
def succeed(file: Path, only: bool, as_json: bool) -> None:
    with progress_bars() as progress:
        done = load_successions(file, by=OPERATOR, at=now(), only=() if only else None, progress=progress)
    _say(done, as_json)


@places.command(help=_("Một đơn vị theo mã, tên hoặc khóa: từ bao giờ, thuộc đâu, từ đâu ra, thành gì."))
@click.argument("name")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help=_("Vào ngày nào (mặc định: hôm nay)."))
@click.option("--json", "as_json", is_flag=True)
def show(name: str, on: datetime | None, as_json: bool) -> None:
    day = on.date() if on else today()
    snapshot = get_snapshot()
    try:
        unit = get_place(name, day, snapshot)
    except PlaceNotOnDay as refusal:
        # Asked without a day, a unit that ended is shown as it was on its last one.
        if on is not None:
            raise
        unit = refusal.unit
        ended = snapshot.units[unit].ends_on
        day = ended - timedelta(days=1) if ended else snapshot.units[unit].starts_on
    described = describe(unit, day, snapshot)
    if as_json:
        print_json(described)
    else:
        _print(described)


def describe(unit: int, day: date, places: PlaceSnapshot) -> dict[str, Any]:
    """One unit on a day, days as text, `to` being the first day without it; a start that is not known is null."""
    me = places.units[unit]
    parent = places.parent_on(unit, day)
    return {
        "key": me.key,
        "name": places.name_on(unit, day),
        "code": places.code_on(unit, day),
        "level": me.level,
        "on": day.isoformat(),
        "from": me.starts_on.isoformat() if me.start_known else None,
        "start_known": me.start_known,
        "to": me.ends_on.isoformat() if me.ends_on else None,
        "synthetic": me.synthetic,
        "parent": _brief(parent, day, places) if parent is not None else None,
        "children": len(places.children_on(unit, day)),
        "predecessors": [
            _step(step, step.old, step.day - timedelta(days=1), places) for step in places.predecessors(unit)
        ],
        "successors": [_step(step, step.new, step.day, places) for step in places.successors(unit)],
        "came_from": [_chain(link, places, ONE_DAY) for link in trace_backward(unit, places)],
        "became": [_chain(link, places, timedelta(0)) for link in trace_forward(unit, places)],
    }


def _chain(link: Link, places: PlaceSnapshot, before: timedelta) -> dict[str, Any]:
    """A link and what follows it. Backward (`before` a day) a unit is named as on its last day."""
    on = link.day - before
    on = on if places.exists_on(link.unit, on) else on - ONE_DAY
    return {
        **_brief(link.unit, on, places),
        "day": link.day.isoformat(),
        "share": show_share(link.parts).replace(",", "."),
        "total": show_share(link.total).replace(",", "."),
        "basis": link.basis,
        "estimated": link.is_estimated,
        "passed": link.passed,
        "further": [_chain(further, places, before) for further in link.further],
    }


def _brief(unit: int, day: date, places: PlaceSnapshot) -> dict[str, Any]:
    return {"key": places.units[unit].key, "name": places.name_on(unit, day), "code": places.code_on(unit, day)}


def _step(step: Step, other: int, day: date, places: PlaceSnapshot) -> dict[str, Any]:
    return {
        **_brief(other, day, places),
        "day": step.day.isoformat(),
        "share_of_old": show_share(step.old_parts).replace(",", "."),
        "share_of_new": show_share(step.new_parts).replace(",", "."),
        "basis": step.basis,
    }


def _say(done: Loaded, as_json: bool) -> None:
    if as_json:
        print_json({name: getattr(done, name) for name in ("new", "unchanged", "updated", "skipped", "notes")})
        return
    parts = [
        _("Đã nạp %(new)d mục mới; %(unchanged)d mục đã có, không đổi") % {"new": done.new, "unchanged": done.unchanged}
    ]
    if done.updated:
        parts.append(_("%(count)d đơn vị có tọa độ mới") % {"count": done.updated})
    if done.skipped:
        parts.append(_("bỏ qua %(count)d dòng ngoài phạm vi chọn") % {"count": done.skipped})
    click.echo("; ".join(parts) + ".")
    for note in done.notes:
        click.echo(_("Lưu ý: %s") % note)


def _print(unit: dict[str, Any]) -> None:
    named = {"name": unit["name"], "code": unit["code"] or unit["key"], "day": unit["on"]}
    click.echo(_("%(name)s (%(code)s), ngày %(day)s") % named)
    click.echo("  " + _("khóa: %s") % unit["key"])
    start = _("từ %s") % unit["from"] if unit["start_known"] else _("chưa rõ ngày bắt đầu (tính từ 1900-01-01)")
    click.echo(f"  {start}, {_('đến trước %s') % unit['to'] if unit['to'] else _('đang còn')}")
    if unit["parent"]:
        click.echo("  " + _("thuộc: %(name)s (%(code)s)") % unit["parent"])
    click.echo("  " + _("đơn vị trực thuộc: %d") % unit["children"])
    for title, links in ((_("hình thành từ"), unit["came_from"]), (_("trở thành"), unit["became"])):
        if links:
            click.echo(f"  {title}")
            _print_chain(links, "  ")
    if unit["synthetic"]:
        click.echo("  " + _("đơn vị minh họa, không có thật"))


def _print_chain(links: list[dict[str, Any]], indent: str) -> None:
    """As a tree of text: who it went to or came from, when, and how much of it."""
    for link in links:
        last = link is links[-1]
        share = _("toàn bộ") if link["share"] == "1" else show_number(Decimal(link["share"]))
        if link["passed"]:
            share = _("kết thúc cấp, số liệu về đơn vị cấp trên")
        marks = ""
        if link["basis"] and link["share"] != "1":
            marks += f" ({describe_basis(link['basis'])})"
        if link["total"] != link["share"]:
            marks += " " + _("[tính từ đầu: %s]") % show_number(Decimal(link["total"]))
        if link["estimated"]:
            marks += " " + _("[ước tính]")
        name = f"{link['name']} ({link['code'] or link['key']})"
        day = date.fromisoformat(link["day"])
        click.echo(f"{indent}{'└─' if last else '├─'} {day:%d/%m/%Y} {name}: {share}{marks}")
        _print_chain(link["further"], indent + ("   " if last else "│  "))
