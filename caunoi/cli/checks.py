from __future__ import annotations

import re
from datetime import date
from typing import Any

import click
from django.utils.translation import gettext as _

from caunoi.accounts.scope import EVERYTHING, ids_in_sql
from caunoi.cli.frame import print_json, progress_bars, track
from caunoi.facts.checks import Finding, list_records, walk_findings
from caunoi.facts.rules.check_sentences import name_kind
from caunoi.facts.rules.plausibility import Kind
from caunoi.languages import in_reader_language
from caunoi.moments import today
from caunoi.periods.rules import Days, PeriodType, period_from_key
from caunoi.places.queries import get_place, get_snapshot
from caunoi.records.models import Submission

_SHAPES: list[tuple[str, PeriodType]] = [
    (r"\d{4}-\d{2}", "month"),
    (r"\d{4}-Q\d", "quarter"),
    (r"\d{4}-H\d", "half-year"),
    (r"\d{4}", "year"),
]


class PeriodParam(click.ParamType[Days]):
    """A named period, as the days of its named months."""

    name = _("kỳ")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Days:
        text = str(value).strip()
        days = _read_period(text)
        if days is None:
            self.fail(_("“%s” không phải là một kỳ. Ghi 2026-08, 2026-Q3, 2026-H2 hoặc 2026.") % text, param, ctx)
        return days


def _read_period(text: str) -> Days | None:
    for shape, kind in _SHAPES:
        if re.fullmatch(shape, text, re.ASCII):
            try:
                return period_from_key(text, kind).named_days
            except ValueError:
                return None  # no such month or quarter
    return None


@click.command(help=_("Những số nên xem lại trước khi duyệt, của một đơn vị và các đơn vị bên dưới."))
@click.option("--place", required=True, help=_("mã hoặc tên đơn vị"))
@click.option("--period", "days", type=PeriodParam(), required=True, help=_("2026-08, 2026-Q3, 2026-H2 hoặc 2026"))
@click.option("--form", "form_code", default="", help=_("chỉ một biểu mẫu"))
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), default=None)
@click.option("--seen", is_flag=True, help=_("cả những điểm đã xem"))
@click.option("--json", "as_json", is_flag=True)
def checks(place: str, days: Days, form_code: str, kind: str | None, seen: bool, as_json: bool) -> None:
    on = min(days.last, today())
    places = get_snapshot()
    under = places.subtree_on(get_place(place, on, places), on)
    records = list_records(EVERYTHING, days, form_code=form_code).filter(org_unit_id__in=ids_in_sql(under))
    with progress_bars() as progress:
        walk = track(progress, walk_findings(records, EVERYTHING), _("Xem lại các bản ghi"), records.count())
        found = [
            (record, finding)
            for record, finding in walk
            if (kind is None or finding.kind == kind) and (seen or finding.seen is None)
        ]
    if as_json:
        print_json([_to_json(record, finding) for record, finding in found])
        return
    if not found:
        click.echo(_("Không có gì cần xem lại trong kỳ này."))
    for record, finding in found:
        click.echo(_line(record, finding))


def _line(record: Submission, finding: Finding) -> str:
    unit = get_snapshot().path_name(record.org_unit_id, record.day_to)
    title = in_reader_language(record.form.title_vi, record.form.title_en)
    line = f"#{record.pk} | {unit} | {title} | {record.period_key or _day(record.day_from)} | {finding.sentence}"
    return f"{line} [{_('đã xem')}: {finding.seen.note}]" if finding.seen else line


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _to_json(record: Submission, finding: Finding) -> dict[str, Any]:
    places = get_snapshot()
    seen = finding.seen
    return {
        "submission": record.pk,
        "version": finding.number,
        "place": places.units[record.org_unit_id].key,
        "place_name": places.path_name(record.org_unit_id, record.day_to),
        "form": record.form.code,
        "period": record.period_key,
        "from": record.day_from,
        "to": record.day_to,
        "state": record.state,
        "kind": finding.kind.value,
        "kind_name": name_kind(finding.kind),
        "code": finding.code,
        "sentence": finding.sentence,
        "seen": {"note": seen.note, "by": seen.by_name, "at": seen.at} if seen else None,
    }
