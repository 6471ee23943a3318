"""Reporting rate and timeliness, form by form and period by period, on the boundaries of each period.

For each periodic form and period: a unit, and the units right under it, as they stood on the period's last day. Unlike
`coverage.list_form_coverage`, nothing is recast: who owed the report then is asked, not who holds its records today.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import xlsxwriter
from django.utils.translation import gettext as _

from caunoi.accounts.scope import Scope
from caunoi.facts.access import Reach
from caunoi.facts.coverage import Expectation, last_day_of, list_arrived, list_expectations
from caunoi.facts.errors import QuestionMalformed
from caunoi.facts.rules.question import BookName, Coverage, Slice
from caunoi.forms.models import Form
from caunoi.forms.queries import list_granted
from caunoi.languages import in_reader_language
from caunoi.periods.rules import Days, Period, is_whole_months
from caunoi.periods.wording import describe_period
from caunoi.places.queries import get_place, get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot

TENTH = Decimal("0.1")


@dataclass(frozen=True)
class PeriodCoverage:
    """One form, period and unit. `part`: `total` the asked unit with all under it, `own` the asked unit's own report,
    `child` a unit right under it with all under that. Children and own add up to the total.

    `level` is that of the units which owe the report.
    """

    form_code: str
    title: str
    level: str
    period_key: str
    period_name: str
    days: Days
    place: str
    place_code: str
    place_name: str
    part: str
    coverage: Coverage

    @property
    def reported_percent(self) -> Decimal | None:
        return compute_percent(self.coverage.reported, self.coverage.expected)

    @property
    def on_time_percent(self) -> Decimal | None:
        return compute_percent(self.coverage.on_time, self.coverage.expected)


def compute_percent(count: int, expected: int) -> Decimal | None:
    """In %, one decimal, half up; None if nobody was expected: a missing rate is not zero."""
    if not expected:
        return None
    return (Decimal(100 * count) / expected).quantize(TENTH, ROUND_HALF_UP)


def list_period_coverage(
    place: str,
    first: date,
    last: date,
    *,
    form_code: str = "",
    book: BookName = "reported",
    scope: Scope | None = None,
    as_known: int | None = None,
) -> list[PeriodCoverage]:
    """By form, period, then the total before its parts, in reading order. Only periods wholly inside the days that have
    ended, and only those at whose end the unit existed. With `scope`, only units the reader may know figures of. With
    `as_known`, as it stood at that knowledge number.

    `place` is looked up on the last day. Raises QuestionMalformed, PlaceUnknown.
    """
    if first > last:
        raise QuestionMalformed(_("Kỳ hỏi bị ngược. Hãy đổi chỗ hai ngày."))
    places = get_snapshot(as_known)
    root = get_place(place, last, places)
    slice_ = Slice(Days(first, last), is_whole_months(Days(first, last)))
    titles = {
        code: in_reader_language(vi, en) for code, vi, en in Form.objects.values_list("code", "title_vi", "title_en")
    }
    found: list[PeriodCoverage] = []
    until = last_day_of(as_known)
    for expectation in sorted(list_expectations(as_known), key=lambda one: (titles[one.form_code], one.level)):
        if form_code and expectation.form_code != form_code:
            continue
        for period in expectation.periods_in(slice_):
            if period.days.last < until and places.exists_on(root, period.days.last):
                found += _cover(expectation, period, root, places, book, titles[expectation.form_code], as_known)
    if scope is None:
        return found
    reaches = {days: Reach(days, days.last, scope) for days in {one.days for one in found}}
    return [one for one in found if reaches[one.days].sees(one.place)]


def _cover(
    expectation: Expectation,
    period: Period,
    root: int,
    places: PlaceSnapshot,
    book: BookName,
    title: str,
    as_known: int | None,
) -> list[PeriodCoverage]:
    day = period.days.last
    owing = places.at_level(root, expectation.level, day)
    if not owing:
        return []
    arrived = dict(list_arrived(expectation, period, book, owing, as_known))

    def line(unit: int, part: str, units: Sequence[int]) -> PeriodCoverage:
        on_time = [arrived[one] for one in units if one in arrived]
        return PeriodCoverage(
            form_code=expectation.form_code,
            title=title,
            level=expectation.level,
            period_key=period.key,
            period_name=describe_period(period),
            days=period.days,
            place=places.units[unit].key,
            place_code=places.code_on(unit, day),
            place_name=places.distinct_name_on(unit, day),
            part=part,
            coverage=Coverage(len(units), len(on_time), sum(on_time)),
        )

    lines = [line(root, "total", owing)]
    if places.units[root].level == expectation.level and len(owing) > 1:
        lines.append(line(root, "own", [root]))
    for child in places.children_on(root, day):
        if units := places.at_level(child, expectation.level, day):
            lines.append(line(child, "child", units))
    return lines


def count_own_reports(
    form_codes: Collection[str], units: Collection[int], days: Days, as_known: int | None = None
) -> dict[int, Coverage]:
    """Of each unit its own reports of these forms, for the periods wholly inside the days at whose end it existed. One
    is expected once it has come or the unit's last day to be on time is over, as it stands now or stood at a knowledge
    number. Units of which none is expected are left out."""
    places, until = get_snapshot(as_known), last_day_of(as_known)
    slice_ = Slice(days, is_whole_months(days))
    counted: dict[int, list[int]] = defaultdict(list)
    for expectation in list_expectations(as_known):
        if expectation.form_code not in form_codes:
            continue
        of_level = [unit for unit in units if places.units[unit].level == expectation.level]
        periods = [period for period in expectation.periods_in(slice_) if period.days.last < until]
        granted = list_granted([expectation.form_id], period_keys=[period.key for period in periods])
        for period in periods:
            owing = [unit for unit in of_level if places.exists_on(unit, period.days.last)]
            arrived = dict(list_arrived(expectation, period, "reported", owing, as_known))
            due = period.days.last + timedelta(days=expectation.due_days)
            for unit in owing:
                longer = granted.get((expectation.form_id, unit, period.key))
                if unit in arrived:
                    counted[unit].append(arrived[unit])
                elif (max(due, longer[-1].until) if longer else due) < until:
                    counted[unit].append(-1)
    return {
        unit: Coverage(len(several), sum(one >= 0 for one in several), several.count(1))
        for unit, several in counted.items()
    }


# As files


def header() -> list[str]:
    return [
        _("Mã biểu mẫu"), _("Biểu mẫu"), _("Kỳ"), _("Từ ngày"), _("Đến ngày"), _("Mã đơn vị"), _("Đơn vị"),
        _("Phần"), _("Phải có"), _("Đã có"), _("Đúng hạn"), _("Tỷ lệ đã có (%)"), _("Tỷ lệ đúng hạn (%)"),
    ]  # fmt: skip


def name_part(part: str) -> str:
    return {"total": _("tất cả"), "own": _("chính đơn vị"), "child": _("đơn vị trực thuộc")}[part]


def _row(one: PeriodCoverage) -> list[str]:
    c = one.coverage
    return [
        one.form_code, one.title, one.period_key, one.days.first.isoformat(), one.days.last.isoformat(),
        one.place_code or one.place, one.place_name, name_part(one.part),
        str(c.expected), str(c.reported), str(c.on_time), _text(one.reported_percent), _text(one.on_time_percent),
    ]  # fmt: skip


def _text(percent: Decimal | None) -> str:
    return "" if percent is None else str(percent)


def rates_csv(lines: Iterable[PeriodCoverage]) -> str:
    """Header and one row a line; numbers with a point, as other programs read them."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([header(), *(_row(one) for one in lines)])
    return buffer.getvalue()


def rates_workbook(lines: Sequence[PeriodCoverage]) -> bytes:
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    tenth = workbook.add_format({"num_format": "0.0"})
    sheet = workbook.add_worksheet(_("Tiến độ báo cáo"))
    sheet.freeze_panes(1, 3)
    for first, last, width in ((0, 0, 22), (1, 1, 40), (2, 5, 12), (6, 6, 28), (7, 12, 12)):
        sheet.set_column(first, last, width)
    sheet.write_row(0, 0, header(), bold)
    for number, one in enumerate(lines, start=1):
        for column, text in enumerate(_row(one)):
            if column >= 8 and text:
                sheet.write_number(number, column, float(text), tenth if column > 10 else None)
            else:
                sheet.write_string(number, column, text)
    sheet.autofilter(0, 0, max(len(lines), 1), 12)
    workbook.close()
    return buffer.getvalue()
