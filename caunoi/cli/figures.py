from __future__ import annotations

import codecs
import sys
from datetime import date
from pathlib import Path
from typing import Any

import click
from django.utils.translation import gettext as _

from caunoi.accounts.scope import EVERYTHING, NOTHING
from caunoi.cli.comparing import print_comparison
from caunoi.cli.frame import print_json
from caunoi.facts.access import ask_as_in_parts
from caunoi.facts.coverage import list_form_coverage
from caunoi.facts.explanation import explain as explain_ref
from caunoi.facts.explanation import explanation_json
from caunoi.facts.exports import NOTHING_FURTHER, check_fits, write_figures
from caunoi.facts.lines import csv_of_parts, csv_text
from caunoi.facts.questions import ask, figure_json, make_question, number_of
from caunoi.facts.reporting_rates import PeriodCoverage, list_period_coverage, rates_csv, rates_workbook
from caunoi.facts.rules.question import Figure, text_of
from caunoi.languages import in_reader_language, show_number
from caunoi.moments import now
from caunoi.targets.attainment import AttainedBy, ask_attained, make_columns


class DayParam(click.ParamType[date]):
    """A day as 2023-11-23 or 23/11/2023."""

    name = _("ngày")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        text = str(value).strip()
        try:
            if "/" in text:
                day, month, year = text.split("/")
                return date(int(year), int(month), int(day))
            return date.fromisoformat(text)
        except ValueError:
            self.fail(_("“%s” không phải là ngày. Ghi 2023-11-23 hoặc 23/11/2023.") % text, param, ctx)


class KnownParam(click.ParamType[date | int]):
    """A day, or a knowledge number."""

    name = _("ngày|số")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date | int:
        text = str(value).strip()
        return int(text) if text.isdecimal() and len(text) < 19 else DayParam().convert(text, param, ctx)


@click.command(help=_("Số liệu của một đơn vị trong một kỳ, theo ranh giới của ngày bất kỳ."))
@click.argument("codes", nargs=-1, required=True)
@click.option("--place", required=True, help=_("mã hoặc tên đơn vị"))
@click.option("--from", "first", type=DayParam(), required=True)
@click.option("--to", "last", type=DayParam(), required=True)
@click.option("--level", default=None)
@click.option("--by", type=click.Choice(["month", "quarter", "half-year", "year"]), default=None)
@click.option("--boundaries", type=DayParam(), default=None)
@click.option(
    "--compare-boundaries", type=DayParam(), default=None, help=_("đặt cạnh số liệu theo ranh giới của ngày này")
)
@click.option("--as-known", type=KnownParam(), default=None)
@click.option("--book", type=click.Choice(["approved", "reported"]), default="approved")
@click.option("--cut-off", type=click.Choice(["1", "15"]), default=None)
@click.option("--format", "format_", type=click.Choice(["table", "json", "csv", "xlsx"]), default="table")
@click.option("--json", "as_json", is_flag=True, help=_("như --format json"))
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), default=None)
@click.option("--as-resident", is_flag=True, help=_("hỏi như người dân: số nhạy cảm chỉ có trong bảng công bố"))
def figures(
    codes: tuple[str, ...],
    place: str,
    first: date,
    last: date,
    level: str | None,
    by: Any,
    boundaries: date | None,
    compare_boundaries: date | None,
    as_known: date | int | None,
    book: Any,
    cut_off: str | None,
    format_: str,
    as_json: bool,
    output: Path | None,
    as_resident: bool,
) -> None:
    question = make_question(
        codes, place, first, last, level=level, by=by, boundaries=boundaries, as_known=as_known, book=book,
        cut_off=None if cut_off is None else 1 if cut_off == "1" else 15,
    )  # fmt: skip
    reader = NOTHING if as_resident else EVERYTHING
    if compare_boundaries is not None:
        print_comparison(question, compare_boundaries, reader, "json" if as_json else format_, output)
        return
    if format_ in ("csv", "xlsx") and not as_json:
        if format_ == "xlsx":
            check_fits(question)
        further = NOTHING_FURTHER if as_resident else make_columns(question, reader)
        if format_ == "xlsx":
            parts = iter([ask(question, reader)]) if as_resident else ask_as_in_parts(question, reader)
            target = output or Path("so-lieu.xlsx")
            with target.open("wb") as workbook:
                write_figures(parts, question, now(), workbook, further)
            click.echo(str(target))
            return
        pieces = csv_of_parts([ask(question, reader)]) if as_resident else csv_text(question, reader, further)
        if output is None:
            sys.stdout.writelines(piece.decode() for piece in pieces)
        else:
            with output.open("wb") as file:
                file.write(codecs.BOM_UTF8)  # Excel reads the letters right only when the file begins with it
                file.writelines(pieces)
        return
    found = ask(question, reader)
    attained = {} if as_resident else ask_attained(question, reader)
    if as_json or format_ == "json":
        print_json([{**figure_json(figure), **_target_json(figure, attained)} for figure in found])
    else:
        for figure in found:
            click.echo(_line(figure) + _target_words(figure, attained))


def _target_json(figure: Figure, attained: AttainedBy) -> dict[str, Any]:
    """`target` only where one is set: its value, what of it was reached in percent (null without a result), its ref. Of
    an indicator how far it lies above its target, and whether that is enough (null: no word for it)."""
    found = attained.get((figure.code, figure.place, figure.first))
    if found is None:
        return {}
    reached: dict[str, Any] = {"percent": text_of(found.figure.value)}
    if found.indicator is not None:
        reached = {"apart": text_of(found.figure.value), "reached": found.reached}
    return {"target": {"value": text_of(found.target), **reached, "ref": found.figure.ref}}


def _target_words(figure: Figure, attained: AttainedBy) -> str:
    found = attained.get((figure.code, figure.place, figure.first))
    return "" if found is None else f" | {found.say(figure)}"


def _line(figure: Figure) -> str:
    days = f"{figure.first:%d/%m/%Y}–{figure.last:%d/%m/%Y}"
    name = in_reader_language(figure.name_vi, figure.name_en)
    if figure.value is None:
        return f"{figure.place_name} | {name} | {days} | — {figure.why}"
    fraction = "" if figure.fraction is None else f" ({'/'.join(show_number(side) for side in figure.fraction)})"
    marks = "".join(
        f" [{mark}]"
        for mark, on in ((_("ước tính"), figure.estimated), (_("số kỳ trước mang sang"), figure.carried_over))
        if on
    )
    coverage = figure.coverage
    share = f" | {coverage.reported}/{coverage.expected} {_('báo cáo')}" if coverage else ""
    return f"{figure.place_name} | {name} | {days} | {show_number(figure.value)}{fraction} {figure.unit}{marks}{share}"


@click.command(help=_("Vì sao một số liệu như vậy, đến tận từng bản ghi."))
@click.argument("ref")
@click.option("--page", type=click.IntRange(1), default=1)
@click.option("--json", "as_json", is_flag=True)
def explain(ref: str, page: int, as_json: bool) -> None:
    found = explain_ref(ref.strip().rstrip("/").rsplit("/", 1)[-1], EVERYTHING, page)
    if as_json:
        print_json(explanation_json(found))
        return
    click.echo(_line(found.figure))
    definition = in_reader_language(found.definition_vi, found.definition_en)
    for text in (definition, found.formula and _("Công thức: %s") % found.formula, found.source):
        if text:
            click.echo(f"  {text}")
    said = _("Ranh giới ngày %(day)s; sổ %(book)s; biết đến số %(known)d") % {
        "day": f"{found.figure.boundaries:%d/%m/%Y}",
        "book": _("đã duyệt") if found.figure.book == "approved" else _("đã báo cáo"),
        "known": found.figure.as_known,
    }
    click.echo(f"  {said}")
    for side in found.sides:
        click.echo(f"  {side.words}: {_line(side.figure)}")
    for related in found.related:
        click.echo(f"  {related.words} {_line(related.figure)}")
    for warning in found.figure.warnings:
        click.echo(f"  {warning}")
    for title, several in ((_("Thành phần"), found.parts), (_("Đơn vị trực thuộc"), found.children)):
        if several:
            click.echo(f"{title}:")
            for figure in several:
                click.echo(f"  {_line(figure)}")
    for _key, code, name in found.units:
        click.echo(f"  {code} {name}")
    for evidence in found.evidence:
        click.echo(
            _("Bản ghi của %(name)s: %(total)d (trang %(page)d/%(pages)d)")
            % {
                "name": in_reader_language(evidence.name_vi, evidence.name_en),
                "total": evidence.total,
                "page": evidence.page,
                "pages": evidence.pages,
            }
        )
        for line in evidence.lines:
            value = line.class_code or text_of(line.value)
            people = _("ghi: %(entered)s | duyệt: %(approved)s") % {
                "entered": line.entered_by,
                "approved": line.approved_by or "—",
            }
            record = f"#{line.submission_id} v{line.version_number}" if line.submission_id else "–"
            click.echo(
                f"  {record} | {line.unit_name} | {line.first:%d/%m/%Y}–{line.last:%d/%m/%Y} | {value} | {people}"
            )
        for thing in evidence.things.lines if evidence.things else ():
            stated = _("chưa ghi") if thing.value is None else text_of(thing.value)
            click.echo(f"    {thing.name} | {thing.since:%d/%m/%Y} | {stated}")


@click.command(help=_("Báo cáo phải có, đã có và đúng hạn, theo từng biểu mẫu."))
@click.option("--place", required=True)
@click.option("--from", "first", type=DayParam(), required=True)
@click.option("--to", "last", type=DayParam(), required=True)
@click.option("--boundaries", type=DayParam(), default=None)
@click.option("--level", default=None)
@click.option("--book", type=click.Choice(["approved", "reported"]), default="reported")
@click.option("--by", type=click.Choice(["period"]), default=None, help=_("từng kỳ, theo ranh giới cuối mỗi kỳ"))
@click.option("--as-known", type=KnownParam(), default=None, help=_("như đã biết ngày ấy hoặc ở bút toán ấy"))
@click.option("--form", "form_code", default="", help=_("chỉ một biểu mẫu (với --by period)"))
@click.option("--format", "format_", type=click.Choice(["table", "json", "csv", "xlsx"]), default="table")
@click.option("--json", "as_json", is_flag=True)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), default=None)
def coverage(
    place: str,
    first: date,
    last: date,
    boundaries: date | None,
    level: str | None,
    book: Any,
    by: str | None,
    as_known: date | int | None,
    form_code: str,
    format_: str,
    as_json: bool,
    output: Path | None,
) -> None:
    as_json = as_json or format_ == "json"
    known = None if as_known is None else number_of(as_known)
    if by == "period" or format_ in ("csv", "xlsx"):
        if boundaries is not None or level is not None:
            raise click.UsageError(_("--by period xét từng kỳ theo ranh giới cuối kỳ: bỏ --boundaries và --level."))
        lines = list_period_coverage(place, first, last, form_code=form_code, book=book, as_known=known)
        _print_rates(lines, "json" if as_json else format_, output)
        return
    rows = list_form_coverage(place, first, last, boundaries=boundaries, level=level, book=book, as_known=known)
    if as_json:
        print_json(
            [
                {
                    "form": row.form_code,
                    "title": row.title,
                    "place": row.place_code or row.place,
                    "place_name": row.place_name,
                    "expected": row.coverage.expected,
                    "reported": row.coverage.reported,
                    "on_time": row.coverage.on_time,
                }
                for row in rows
            ]
        )
        return
    if not rows:
        click.echo(_("Không có báo cáo định kỳ nào đến hạn trong kỳ này."), file=sys.stdout)
    for row in rows:
        c = row.coverage
        said = _("%(reported)d/%(expected)d đã có, %(on_time)d đúng hạn") % {
            "reported": c.reported,
            "expected": c.expected,
            "on_time": c.on_time,
        }
        click.echo(f"{row.place_name} | {row.title} | {said}")


def _print_rates(lines: list[PeriodCoverage], format_: str, output: Path | None) -> None:
    if format_ == "json":
        print_json(
            [
                {
                    "form": one.form_code,
                    "title": one.title,
                    "period": one.period_key,
                    "from": one.days.first,
                    "to": one.days.last,
                    "place": one.place_code or one.place,
                    "place_name": one.place_name,
                    "part": one.part,
                    "expected": one.coverage.expected,
                    "reported": one.coverage.reported,
                    "on_time": one.coverage.on_time,
                    "reported_percent": text_of(one.reported_percent),
                    "on_time_percent": text_of(one.on_time_percent),
                }
                for one in lines
            ]
        )
    elif format_ == "csv" and output is None:
        click.echo(rates_csv(lines), nl=False)
    elif format_ == "csv" and output is not None:
        output.write_text(rates_csv(lines), encoding="utf-8-sig", newline="")  # Excel reads the letters right
    elif format_ == "xlsx":
        target = output or Path("tien-do.xlsx")
        target.write_bytes(rates_workbook(lines))
        click.echo(str(target))
    elif not lines:
        click.echo(_("Không có báo cáo định kỳ nào đến hạn trong kỳ này."))
    else:
        for one in lines:
            c = one.coverage
            said = _("%(reported)d/%(expected)d đã có, %(on_time)d đúng hạn") % {
                "reported": c.reported,
                "expected": c.expected,
                "on_time": c.on_time,
            }
            indent = "" if one.part == "total" else "  "
            click.echo(f"{indent}{one.place_name} | {one.title} | {one.period_name} | {said}")
