"""`caunoi pack`: check a pack's folder, load it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
from django.utils.translation import gettext as _
from rich.progress import TaskID

from caunoi.cli.frame import OPERATOR, describe_mistake, print_json, progress_bars
from caunoi.languages import in_reader_language
from caunoi.moments import now
from caunoi.packs.actions import load_pack
from caunoi.packs.queries import get_surroundings
from caunoi.packs.reading import read_pack
from caunoi.refusals import FileRefused

FOLDER = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))


@click.group(help=_("Kiểm tra và nạp một gói chương trình."))
def pack() -> None:
    pass


@pack.command(help=_("Nêu mọi lỗi của gói theo tệp, trang, dòng, cột; không nạp gì."))
@FOLDER
@click.option("--json", "as_json", is_flag=True, help=_("In kết quả dạng JSON."))
def check(folder: Path, as_json: bool) -> None:
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
        _(
            "Gói “%(title)s” (%(code)s, phiên bản %(version)s) không có lỗi: %(forms)d biểu mẫu,"
            " %(data_elements)d chỉ tiêu, %(indicators)d chỉ số, %(assignments)d dòng phân công,"
            " %(relations)d quan hệ, %(reports)d mẫu báo cáo."
        )
        % {
            "title": in_reader_language(found.about.title_vi, found.about.title_en),
            "code": found.about.code,
            "version": found.about.version,
            **counts,
        }
    )


@pack.command(help=_("Nạp gói: tất cả hoặc không gì cả; nạp lại cùng nội dung thì không đổi gì."))
@FOLDER
def load(folder: Path) -> None:
    with progress_bars() as bars:
        tasks: dict[str, TaskID] = {}

        def tell(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total)
            bars.update(tasks[step], completed=done)

        result = load_pack(folder, by=OPERATOR, at=now(), progress=tell)
    if not result.changed_anything:
        click.echo(
            _("Gói %(pack)s phiên bản %(version)s đã nạp từ trước; không có gì thay đổi.")
            % {"pack": result.pack, "version": result.version}
        )
        return
    click.echo(
        _(
            "Đã nạp gói %(pack)s %(version)s: %(created)d mục mới, %(changed)d mục đổi, %(removed)d mục bỏ,"
            " %(unchanged)d mục giữ nguyên."
        )
        % asdict(result)
    )
