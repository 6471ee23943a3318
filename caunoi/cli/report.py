from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click
from django.utils.translation import gettext as _
from rich.progress import Progress, TaskID

from caunoi.cli.errors import CannotWrite
from caunoi.cli.figures import DayParam
from caunoi.cli.frame import OPERATOR, print_json, progress_bars, track
from caunoi.moments import now
from caunoi.periods.rules import Days, period_from_key
from caunoi.places.queries import get_place, get_snapshot
from caunoi.places.rules.snapshot import LEVELS
from caunoi.refusals import explain_os_error
from caunoi.reports.actions import STEPS, check_days, make_batch, make_report, start_batch
from caunoi.reports.annex import make_annex
from caunoi.reports.bundling import name_apart
from caunoi.reports.errors import PeriodUnclear
from caunoi.reports.models import ReportRun
from caunoi.reports.pdf import check_pdf, make_pdf
from caunoi.reports.queries import get_template, read_run
from caunoi.reports.rules.parameters import read_parameters
from caunoi.vietnamese_text import clean


@click.command(help=_("Lập báo cáo Word từ mẫu TEMPLATE của gói; mỗi số liệu trong đó dẫn tới phần giải thích."))
@click.argument("template")
@click.option("--place", required=True, help=_("mã hoặc tên đơn vị"))
@click.option("--from", "first", type=DayParam(), default=None)
@click.option("--to", "last", type=DayParam(), default=None)
@click.option("--period", default=None, help=_("kỳ của mẫu thay cho --from và --to: 2023-01, 2023-Q1, 2023-H1, 2023"))
@click.option("--boundaries", type=DayParam(), default=None, help=_("ranh giới của ngày nào; mặc định là ngày cuối kỳ"))
@click.option("--body", default="", help=_("cơ quan báo cáo, nếu không phải cơ quan thường báo cáo về đơn vị"))
@click.option("-o", "--output", type=click.Path(path_type=Path), default=None)
@click.option("--annex", is_flag=True, help=_("kèm phụ lục .xlsx có mọi số liệu, định nghĩa và đường dẫn"))
@click.option("--pdf", is_flag=True, help=_("kèm bản PDF (cần LibreOffice trên máy)"))
@click.option("--each-below", "level", type=click.Choice(LEVELS), help=_("lập cho từng đơn vị cấp này, vào thư mục -o"))
@click.option("--json", "as_json", is_flag=True)
def report(
    template: str,
    place: str,
    first: date | None,
    last: date | None,
    period: str | None,
    boundaries: date | None,
    body: str,
    output: Path | None,
    annex: bool,
    pdf: bool,
    level: str | None,
    as_json: bool,
) -> None:
    days = _read_days(template, first, last, period)
    first, last = days.first, days.last
    unit = get_place(place, boundaries or last, get_snapshot())
    if pdf:
        check_pdf()
    if level is not None:
        _report_each(
            template, unit, level, days, boundaries or last, output, clean(body), annex=annex, pdf=pdf, as_json=as_json
        )
        return
    if output is not None and not output.absolute().parent.is_dir():
        raise CannotWrite(_("Không có thư mục %s. Hãy tạo thư mục hoặc chọn nơi khác.") % output.absolute().parent)
    with progress_bars() as bars:
        made = make_report(
            template_code=template, place=unit, first=first, last=last, boundaries=boundaries, by=OPERATOR, at=now(),
            progress=_show_steps(bars), body=clean(body),
        )  # fmt: skip
    target = output or Path(made.file_name)
    _write(target, made.content)
    _write_beside(target, made.content, made.run, annex=annex, pdf=pdf)
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
        click.echo(
            _("%(file)s: %(title)s (%(count)d số liệu)")
            % {"file": target, "title": made.run.title, "count": made.run.figures}
        )


def _read_days(template: str, first: date | None, last: date | None, period: str | None) -> Days:
    known = read_parameters(get_template(template).parameters)[0].period
    if period is None:
        if first is None or last is None:
            raise click.UsageError(_("Hãy ghi --from và --to, hoặc --period."))
        return check_days(first, last)
    if known.type is None:
        raise PeriodUnclear(_("Mẫu này không có kỳ định sẵn. Hãy ghi --from và --to."))
    try:
        return period_from_key(period, known.type, known.cut_off).days
    except ValueError as error:
        example = {"month": "2023-01", "quarter": "2023-Q1", "half-year": "2023-H1", "year": "2023"}[known.type]
        raise PeriodUnclear(
            _("“%(period)s” không phải là kỳ của mẫu này. Hãy ghi như %(example)s.")
            % {"period": period, "example": example}
        ) from error


def _write(target: Path, content: bytes) -> None:
    try:
        target.write_bytes(content)
    except OSError as error:
        raise CannotWrite(
            _("Không ghi được tệp %(file)s: %(why)s. Hãy chọn nơi khác bằng -o.")
            % {"file": target, "why": explain_os_error(error)}
        ) from error


def _write_beside(target: Path, content: bytes, run: ReportRun, *, annex: bool, pdf: bool) -> None:
    if annex:
        _write(target.with_suffix(".xlsx"), make_annex(read_run(run)[1]))
    if pdf:
        _write(target.with_suffix(".pdf"), make_pdf(content))


def _report_each(
    template: str, place: int, level: str, days: Days, boundaries: date, folder: Path | None, body: str, *,
    annex: bool, pdf: bool, as_json: bool,
) -> None:  # fmt: skip
    """A file for each unit; what is there already is not made again, so a run that was stopped goes on."""
    if folder is None:
        raise click.UsageError(_("Hãy ghi thư mục nhận các báo cáo bằng -o."))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(_("Không tạo được thư mục %s. Hãy chọn nơi khác.") % folder) from error
    batch = start_batch(
        template_code=template, place=place, level=level, days=days, boundaries=boundaries, by=OPERATOR, at=now(),
        body=body,
    )  # fmt: skip
    total = batch.units.count()
    done: list[dict[str, Any]] = []
    taken: set[str] = set()
    kinds = [".docx", *([".xlsx"] if annex else []), *([".pdf"] if pdf else [])]
    with progress_bars() as bars:
        for one in track(bars, make_batch(batch, by=OPERATOR, clock=now), _("Lập báo cáo"), total=total):
            target = None
            if one.run is not None:
                target = folder / name_apart(one.run, taken)
                if one.outcome == "made" or not all(target.with_suffix(kind).exists() for kind in kinds):
                    content, _manifest = read_run(one.run)
                    _write_beside(target, content, one.run, annex=annex, pdf=pdf)
                    # Last, and renamed once it is whole: a run that is killed leaves no half of a report to be kept.
                    _write(half := target.with_suffix(".part"), content)
                    half.replace(target)
            done.append(
                {"place": one.name, "outcome": one.outcome, "file": None if target is None else str(target)}
                | ({"why": one.why} if one.why else {})
            )
    if as_json:
        print_json(done)
        return
    counts = Counter(told["outcome"] for told in done)
    click.echo(
        _("%(folder)s: %(made)d báo cáo mới, %(kept)d đã có từ trước, %(empty)d đơn vị chưa có số liệu được duyệt.")
        % {"folder": folder, "made": counts["made"], "kept": counts["kept"], "empty": counts["empty"]}
    )
    for told in done:
        if told["outcome"] == "empty":
            click.echo(f"  - {told['place']}: {told['why']}")


def _show_steps(bars: Progress) -> Callable[[int, int, str], None]:
    task: list[TaskID] = []

    def show(done: int, total: int, what: str) -> None:
        if not task:
            task.append(bars.add_task(what, total=STEPS))
        bars.update(task[0], description=what, completed=done, total=total)

    return show
