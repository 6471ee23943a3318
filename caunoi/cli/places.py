from __future__ import annotations

import csv
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from caunoi.cli.frame import OPERATOR, print_json, progress_bars
from caunoi.moments import now, today
from caunoi.places.actions import Loaded, load_changes, load_successions, load_units
from caunoi.places.errors import PlaceNotOnDay
from caunoi.places.queries import get_place, get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot, Step
from caunoi.places.rules.successions import describe_basis, show_share

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def places() -> None:
    """Org units: load them, say what became of what, show one."""


@places.command()
@click.argument("file", type=FILE)
@click.option(
    "--only", multiple=True, metavar="KEY", help="Only these units and what lies under them; may be repeated."
)
@click.option("--json", "as_json", is_flag=True)
def load(file: Path, only: tuple[str, ...], as_json: bool) -> None:
    """Load org units (with a column `level`), or names, codes and parents from a later day on (without it)."""
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as opened:
        has_level = "level" in next(csv.reader(opened), [])
    action = load_units if has_level else load_changes
    with progress_bars() as progress:
        done = action(file, by=OPERATOR, at=now(), only=only or None, progress=progress)
    _say(done, as_json)


@places.command()
@click.argument("file", type=FILE)
@click.option("--only", is_flag=True, help="Leave out rows of which neither unit is loaded.")
@click.option("--json", "as_json", is_flag=True)
def succeed(file: Path, only: bool, as_json: bool) -> None:
    """Load mergers, splits, renamings and transfers."""
    with progress_bars() as progress:
        done = load_successions(file, by=OPERATOR, at=now(), only=() if only else None, progress=progress)
    _say(done, as_json)


@places.command()
@click.argument("name")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The day (default: today).")
@click.option("--json", "as_json", is_flag=True)
def show(name: str, on: datetime | None, as_json: bool) -> None:
    """One org unit, by code, name or key: its life, its place in the tree, what it came from and became."""
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
    parts = [f"Đã nạp {done.new} mục mới; {done.unchanged} mục đã có, không đổi"]
    if done.updated:
        parts.append(f"{done.updated} đơn vị có toạ độ mới")
    if done.skipped:
        parts.append(f"bỏ qua {done.skipped} dòng ngoài phạm vi chọn")
    click.echo("; ".join(parts) + ".")
    for note in done.notes:
        click.echo(f"Lưu ý: {note}")


def _print(unit: dict[str, Any]) -> None:
    click.echo(f"{unit['name']} ({unit['code'] or unit['key']}), ngày {unit['on']}")
    click.echo(f"  khoá: {unit['key']}")
    start = f"từ {unit['from']}" if unit["start_known"] else "chưa rõ ngày bắt đầu (tính từ 1900-01-01)"
    click.echo(f"  {start}, {'đến trước ' + unit['to'] if unit['to'] else 'đang còn'}")
    if unit["parent"]:
        click.echo(f"  thuộc: {unit['parent']['name']} ({unit['parent']['code']})")
    click.echo(f"  đơn vị trực thuộc: {unit['children']}")
    for title, steps in (("hình thành từ", unit["predecessors"]), ("trở thành", unit["successors"])):
        for step in steps:
            basis = f", căn cứ: {describe_basis(step['basis'])}" if step["basis"] else ""
            click.echo(
                f"  {title} ngày {step['day']}: {step['name']} ({step['code']}), "
                f"phần của đơn vị cũ {step['share_of_old']}, phần trong đơn vị mới {step['share_of_new']}{basis}"
            )
    if unit["synthetic"]:
        click.echo("  đơn vị minh hoạ, không có thật")
