from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.progress import Progress, TaskID

from caunoi.cli.figures import DayParam
from caunoi.cli.frame import OPERATOR, print_json, progress_bars
from caunoi.moments import now
from caunoi.places.queries import get_place, get_snapshot
from caunoi.refusals import Refusal
from caunoi.reports.actions import STEPS, check_days, make_report
from caunoi.reports.queries import get_template
from caunoi.reports.rules.manifest import Outcome
from caunoi.reports.verification import Verification, verify_docx

OUTCOMES = {
    Outcome.UNCHANGED: "còn nguyên",
    Outcome.CHANGED_IN_FILE: "bị sửa trong tệp",
    Outcome.CORRECTED_SINCE: "đã đính chính ở nguồn",
    Outcome.MISSING_FROM_FILE: "không còn trong tệp",
    Outcome.UNREADABLE: "không đối chiếu được",
}


@click.command()
@click.argument("template")
@click.option("--place", required=True, help="mã hoặc tên đơn vị")
@click.option("--from", "first", type=DayParam(), required=True)
@click.option("--to", "last", type=DayParam(), required=True)
@click.option("--boundaries", type=DayParam(), default=None, help="ranh giới của ngày nào; mặc định là ngày cuối kỳ")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), default=None)
@click.option("--json", "as_json", is_flag=True)
def report(
    template: str,
    place: str,
    first: date,
    last: date,
    boundaries: date | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Make a Word report from a pack's TEMPLATE; every figure in it is a link to its explanation."""
    check_days(first, last)
    get_template(template)
    unit = get_place(place, boundaries or last, get_snapshot())
    if output is not None and not output.absolute().parent.is_dir():
        raise CannotWrite(f"Không có thư mục {output.absolute().parent}. Hãy tạo thư mục hoặc chọn nơi khác.")
    with progress_bars() as bars:
        made = make_report(
            template_code=template, place=unit, first=first, last=last, boundaries=boundaries, by=OPERATOR, at=now(),
            progress=_show_steps(bars),
        )  # fmt: skip
    target = output or Path(made.file_name)
    try:
        target.write_bytes(made.content)
    except OSError as error:
        raise CannotWrite(f"Không ghi được tệp {target}: {error.strerror}. Hãy chọn nơi khác bằng -o.") from error
    if as_json:
        run = made.run
        print_json(
            {
                "file": str(target),
                "report": run.pk,
                "title": run.title,
                "template": run.template_code,
                "place": run.org_unit.key,
                "from": run.day_from.isoformat(),
                "to": run.day_to.isoformat(),
                "boundaries": run.boundaries.isoformat(),
                "as_known": run.as_known,
                "figures": run.figures,
            }
        )
    else:
        click.echo(f"{target}: {made.run.title} ({made.run.figures} số liệu)")


class CannotWrite(Refusal):
    code = "cannot-write"


def _show_steps(bars: Progress) -> Callable[[int, int, str], None]:
    task: list[TaskID] = []

    def show(done: int, total: int, what: str) -> None:
        if not task:
            task.append(bars.add_task(what, total=STEPS))
        bars.update(task[0], description=what, completed=done, total=total)

    return show


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def verify(file: Path, as_json: bool) -> None:
    """Compare a Word report with what was printed and with what the same questions answer now.

    Exit 0 only if every figure is unchanged.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise CannotRead(f"Không đọc được tệp {file}: {error.strerror}. Hãy kiểm tra lại đường dẫn.") from error
    with progress_bars() as bars:
        task = bars.add_task("Hỏi lại số liệu", total=None)
        found = verify_docx(content, lambda done, total: bars.update(task, completed=done, total=total))
    if as_json:
        print_json(verification_json(found))
    elif found.manifest != "ok":
        raise NotGenuine(f"{file}: {found.sentence}")
    else:
        _print(found)
    if not found.all_unchanged:
        raise click.exceptions.Exit(1)


class CannotRead(Refusal):
    code = "cannot-read"


class NotGenuine(Refusal):
    code = "report-not-genuine"


def _print(found: Verification) -> None:
    assert found.made is not None, "a verification that was carried out has its list"
    click.echo(f"{found.made.title}; lập lúc {found.made.made_at}, ranh giới ngày {found.made.boundaries}")
    for check in found.figures:
        if check.outcome != Outcome.UNCHANGED:
            click.echo(
                f"  - {check.name}, {check.place_name}: {OUTCOMES[check.outcome]};"
                f" đã in: {check.printed or '(không có)'}; trong tệp: {check.in_file or '(không có)'};"
                f" hiện nay: {check.now or '(không có)'}"
            )
    if found.text == "edited":
        click.echo("Phần chữ ngoài số liệu đã được sửa (bản dự thảo được phép sửa).")
    click.echo(found.sentence)


def verification_json(found: Verification) -> dict[str, Any]:
    made = found.made
    return {
        "manifest": found.manifest,
        "sentence": found.sentence,
        "unchanged": found.all_unchanged,
        "counts": dict(found.counts),
        "text": found.text,
        "report": None
        if made is None
        else {
            "template": made.template,
            "title": made.title,
            "place": made.place,
            "place_name": made.place_name,
            "from": made.first,
            "to": made.last,
            "boundaries": made.boundaries,
            "as_known": made.as_known,
            "book": made.book,
            "made_at": made.made_at,
            "made_by": made.made_by,
        },
        "figures": [
            {
                "ref": check.ref,
                "code": check.code,
                "name": check.name,
                "place": check.place,
                "place_name": check.place_name,
                "from": None if check.first is None else check.first.isoformat(),
                "to": None if check.last is None else check.last.isoformat(),
                "printed": check.printed,
                "in_file": check.in_file,
                "now": check.now,
                "outcome": str(check.outcome),
            }
            for check in found.figures
        ],
    }
