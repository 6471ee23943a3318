"""`caunoi verify`: apart from making reports, as it needs none of what fills a Word file."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caunoi.cli.errors import CannotRead, NotGenuine
from caunoi.cli.frame import print_json, progress_bars
from caunoi.refusals import explain_os_error
from caunoi.reports.corrections import say_why
from caunoi.reports.coverage_since import say_coverage, say_unchanged
from caunoi.reports.rules.manifest import Outcome
from caunoi.reports.verification import Verification, verify_docx

OUTCOMES = {
    Outcome.UNCHANGED: gettext_lazy("còn nguyên"),
    Outcome.CHANGED_IN_FILE: gettext_lazy("bị sửa trong tệp"),
    Outcome.CORRECTED_SINCE: gettext_lazy("đã đính chính ở nguồn"),
    Outcome.MISSING_FROM_FILE: gettext_lazy("không còn trong tệp"),
    Outcome.UNREADABLE: gettext_lazy("không đối chiếu được"),
}


@click.command(
    help=_("Đối chiếu báo cáo Word với số đã in và với số hiện nay. Mã thoát 0 chỉ khi mọi số liệu còn nguyên.")
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def verify(file: Path, as_json: bool) -> None:
    content = read_file(file)
    with progress_bars() as bars:
        task = bars.add_task(_("Hỏi lại số liệu"), total=None)
        found = verify_docx(content, lambda done, total: bars.update(task, completed=done, total=total))
    if as_json:
        print_json(verification_json(found))
    elif found.manifest != "ok":
        raise NotGenuine(f"{file}: {found.sentence}")
    else:
        _print(found)
    if not found.all_unchanged:
        raise click.exceptions.Exit(1)


def read_file(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CannotRead(
            _("Không đọc được tệp %(file)s: %(why)s. Hãy kiểm tra lại đường dẫn.")
            % {"file": file, "why": explain_os_error(error)}
        ) from error


def _print(found: Verification) -> None:
    assert found.made is not None, "a verification that was carried out has its list"
    click.echo(
        _("%(title)s; lập lúc %(at)s, ranh giới ngày %(day)s")
        % {
            "title": found.made.title,
            "at": f"{datetime.fromisoformat(found.made.made_at):%H:%M %d/%m/%Y}",
            "day": f"{date.fromisoformat(found.made.boundaries):%d/%m/%Y}",
        }
    )
    behind = (replace(one, name=f"{chart.title}: {one.name}") for chart in found.charts for one in chart.points)
    for check in (*found.figures, *behind):
        if check.outcome != Outcome.UNCHANGED:
            nothing = _("(không có)")
            values = _("đã in: %(printed)s; trong tệp: %(in_file)s; hiện nay: %(now)s") % {
                "printed": check.printed or nothing,
                "in_file": check.in_file or nothing,
                "now": check.now or nothing,
            }
            why = "" if check.because is None else f" ({say_why(check.because)})"
            click.echo(f"  - {check.name}, {check.place_name}: {OUTCOMES[check.outcome]}{why}; {values}")
            for one in check.because.records if check.because is not None else ():
                reasons = "; ".join(one.reasons)
                click.echo(f"      #{one.submission}, {one.place_name}" + (f": {reasons}" if reasons else ""))
    for chart in found.charts:
        if not chart.picture:
            click.echo("  - " + _("Hình của “%(title)s” không còn như lúc lập.") % {"title": chart.title})
    for printed, in_file in found.coverage:
        told = {"printed": printed, "in_file": in_file or _("(không có)")}
        click.echo("  - " + _("Báo cáo định kỳ: đã in: %(printed)s; trong tệp: %(in_file)s") % told)
    for counted in found.coverage_since:
        if counted.outcome != Outcome.UNCHANGED:
            click.echo("  - " + _("Báo cáo định kỳ: %(said)s") % {"said": say_coverage(counted)})
    if unchanged := say_unchanged(found.coverage_since):
        click.echo(unchanged)
    if found.sentences_changed:
        click.echo(_("%(count)d câu ngoài số liệu đã được sửa.") % {"count": found.sentences_changed})
    elif found.text == "edited":
        click.echo(_("Phần chữ ngoài số liệu đã được sửa (bản dự thảo được phép sửa)."))
    if (issue := found.made.issue) is not None:
        on = f"{date.fromisoformat(issue.on):%d/%m/%Y}"
        click.echo(_("Báo cáo số %(number)s, ban hành ngày %(day)s.") % {"number": issue.number, "day": on})
    else:
        click.echo(_("Đây là bản dự thảo, chưa ban hành."))
    click.echo(found.sentence)


def verification_json(found: Verification) -> dict[str, Any]:
    made = found.made
    return {
        "manifest": found.manifest,
        "sentence": found.sentence,
        "unchanged": found.all_unchanged,
        "counts": dict(found.counts),
        "text": found.text,
        "sentences_changed": found.sentences_changed,
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
            "version": made.version,
            "issue": None if made.issue is None else asdict(made.issue),
        },
        "charts": [
            {
                "title": chart.title,
                "picture": "unchanged" if chart.picture else "changed",
                "changed": [
                    {"name": one.name, "place_name": one.place_name, "printed": one.printed, "now": one.now}
                    for one in chart.points
                    if one.outcome != Outcome.UNCHANGED
                ],
            }
            for chart in found.charts
        ],
        "coverage": [{"printed": printed, "in_file": in_file} for printed, in_file in found.coverage],
        "coverage_since": [
            {
                "form": one.form,
                "title": one.title,
                "place": one.place,
                "place_name": one.place_name,
                "printed": one.printed._asdict(),
                "now": None if one.now is None else one.now._asdict(),
                "outcome": str(one.outcome),
            }
            for one in found.coverage_since
        ],
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
                "because": None
                if check.because is None
                else {
                    "facts": check.because.facts,
                    "at": None if check.because.at is None else check.because.at.isoformat(),
                    "places": check.because.places,
                    "kinds": list(check.because.kinds),
                    "records": [asdict(one) for one in check.because.records],
                    "sentence": say_why(check.because),
                },
            }
            for check in found.figures
        ],
    }
