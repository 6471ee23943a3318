"""`caunoi pack`: check a pack's folder, load it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
from rich.progress import TaskID

from caunoi.cli.frame import OPERATOR, describe_mistake, print_json, progress_bars
from caunoi.moments import now
from caunoi.packs.actions import load_pack
from caunoi.packs.queries import get_surroundings
from caunoi.packs.reading import read_pack
from caunoi.refusals import FileRefused

FOLDER = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))


@click.group()
def pack() -> None:
    """Kiểm tra và nạp một gói chương trình."""


@pack.command()
@FOLDER
@click.option("--json", "as_json", is_flag=True, help="In kết quả dạng JSON.")
def check(folder: Path, as_json: bool) -> None:
    """Nêu mọi lỗi của gói theo tệp, trang, dòng, cột; không nạp gì."""
    try:
        found = read_pack(folder, get_surroundings)
    except FileRefused as refusal:
        if not as_json:
            raise
        print_json(
            {
                "ok": False,
                "sentence": refusal.sentence,
                "mistakes": [{**asdict(one), "sentence": describe_mistake(one)} for one in refusal.mistakes],
            }
        )
        raise click.exceptions.Exit(1) from None
    counts = {
        "forms": len(found.forms),
        "data_elements": len(found.elements),
        "indicators": len(found.indicators),
        "assignments": sum(map(len, found.assignments.values())),
        "relations": len(found.relations),
        "reports": len(found.reports),
    }
    if as_json:
        print_json({"ok": True, "pack": found.about.code, "version": found.about.version, **counts, "mistakes": []})
        return
    click.echo(
        f"Gói “{found.about.title_vi}” ({found.about.code}, phiên bản {found.about.version}) không có lỗi: "
        f"{counts['forms']} biểu mẫu, {counts['data_elements']} chỉ tiêu, {counts['indicators']} chỉ số, "
        f"{counts['assignments']} dòng phân công, {counts['relations']} quan hệ, {counts['reports']} mẫu báo cáo."
    )


@pack.command()
@FOLDER
def load(folder: Path) -> None:
    """Nạp gói: tất cả hoặc không gì cả; nạp lại cùng nội dung thì không đổi gì."""
    with progress_bars() as bars:
        tasks: dict[str, TaskID] = {}

        def tell(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total)
            bars.update(tasks[step], completed=done)

        result = load_pack(folder, by=OPERATOR, at=now(), progress=tell)
    if not result.changed_anything:
        click.echo(f"Gói {result.pack} {result.version} đã nạp từ trước, không có gì thay đổi.")
        return
    click.echo(
        f"Đã nạp gói {result.pack} {result.version}: {result.created} mục mới, {result.changed} mục đổi, "
        f"{result.removed} mục bỏ, {result.unchanged} mục giữ nguyên."
    )
