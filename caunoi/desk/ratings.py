"""What the pages of rounds show: the list of rounds, the simulation of classes, the table of a round."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caunoi.assessments.actions.rounds import describe_breach, fingerprint_of
from caunoi.assessments.errors import state_name
from caunoi.assessments.models import Rating, RatingRound
from caunoi.assessments.queries import RoundFilters, period_of_round, read_sheet_of
from caunoi.assessments.rules.classes import ClassCount, count_classes, find_breaches
from caunoi.assessments.rules.life import RatingState
from caunoi.assessments.rules.scoring import read_lines
from caunoi.assessments.rules.sheet import Sheet
from caunoi.desk.list_filters import AskedFor, read_choice, read_code, read_text, read_unit, read_year
from caunoi.desk.templatetags.caunoi import day_
from caunoi.languages import in_reader_language, show_number
from caunoi.periods.inputs import DayField
from caunoi.periods.rules import Period
from caunoi.periods.wording import describe_period
from caunoi.places.queries import get_snapshot
from caunoi.vietnamese_text import fold, sort_key

LOOKS = {
    RatingState.OPEN: "draft",
    RatingState.SENT: "submitted",
    RatingState.RETURNED: "returned",
    RatingState.REVIEWED: "approved",
    RatingState.LEFT_OUT: "withdrawn",
    RatingState.CLOSED: "locked",
    RatingState.APPEALED: "due",
    RatingState.ANSWERED: "locked",
}


# -- the list of rounds -----------------------------------------------------------------------------------------------

ROUND_STATES = (("open", gettext_lazy("đang chấm")), ("closed", gettext_lazy("đã chốt")))


def read_round_filters(typed: QueryDict, today: date) -> AskedFor[RoundFilters]:
    key, units = read_unit(typed, today)
    return AskedFor(
        RoundFilters(
            text=read_text(typed),
            series=read_code(typed, "series"),
            state=read_choice(typed, "state", ("open", "closed")),  # type: ignore[arg-type]  # one of these, or ""
            units=units,
            year=read_year(typed),
        ),
        key,
    )


@dataclass(frozen=True)
class RoundLine:
    """A round in the list."""

    round: RatingRound
    sheet: Sheet
    period: Period
    unit: str


def show_rounds(rounds: Iterable[RatingRound]) -> Iterator[RoundLine]:
    for one in rounds:
        yield RoundLine(
            one, read_sheet_of(one), period_of_round(one), get_snapshot().path_name(one.org_unit_id, one.day_to)
        )


def list_round_headings() -> list[str]:
    return [
        _("Đợt chấm điểm"), _("Kỳ"), _("Đơn vị mở đợt"), _("Tình trạng"), _("Chốt ngày"), _("Được chấm"),
        _("Chưa thẩm định"),
    ]  # fmt: skip


def list_round_cells(line: RoundLine) -> list[str]:
    round_, sheet = line.round, line.sheet
    return [
        in_reader_language(sheet.title_vi, sheet.title_en), describe_period(line.period), line.unit,
        str(dict(ROUND_STATES)["closed" if round_.is_closed else "open"]),
        "" if round_.closed_at is None else day_(round_.closed_at), str(round_.units), str(round_.waiting),  # type: ignore[attr-defined]  # counted by the query
    ]  # fmt: skip


class OpenForm(forms.Form):
    """`day`: any day of the period."""

    series = forms.ChoiceField(label=gettext_lazy("Bảng chấm điểm"))
    day = DayField(label=gettext_lazy("Một ngày trong kỳ"))

    def __init__(self, *args: Any, sheets: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["series"].choices = list(sheets)  # type: ignore[attr-defined]  # a ChoiceField


# -- a round ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """`points`: of each criterion, by its name. `total`, `class_code`, `class_name`: empty for a unit that gets no
    class this time."""

    rating: Rating
    name: str
    path: str
    key: str
    points: list[tuple[str, Decimal | None]]
    total: Decimal | None
    class_code: str
    class_name: str
    state: str
    look: str


@dataclass(frozen=True)
class Simulation:
    """What closing now would give: of the ratings that the reader sees. `seen`: their fingerprint."""

    counts: list[ClassCount]
    warnings: list[str]
    refused: bool
    needs_reason: bool
    unfinished: int
    seen: str


def make_rows(round_: RatingRound, sheet: Sheet, ratings: Sequence[Rating]) -> list[Row]:
    places, day = get_snapshot(), round_.day_to
    names = {band.code: in_reader_language(band.name_vi, band.name_en) for band in sheet.bands}
    criteria = [in_reader_language(one.name_vi, one.name_en) for one in sheet.criteria]
    rows = []
    for rating in ratings:
        unit, state = rating.org_unit_id, RatingState(rating.state)
        parent, is_rated = places.parent_on(unit, day), state != RatingState.LEFT_OUT
        rows.append(
            Row(
                rating,
                places.distinct_name_on(unit, day),
                "" if parent is None else places.name_on(parent, day),
                places.units[unit].key,
                list(zip(criteria, (line.points for line in read_lines(rating.lines)), strict=True)),
                rating.total if is_rated else None,
                rating.class_code if is_rated else "",
                names.get(rating.class_code, "") if is_rated else "",
                state_name(state),
                LOOKS[state],
            )
        )
    return rows


def sort_rows(rows: Sequence[Row], sort: str) -> list[Row]:
    """By `unit`, `total` or `state`, `-` before it downwards; units without a total last, in the order of places."""
    backwards, name = sort.startswith("-"), sort.removeprefix("-")
    if name == "total":
        given = [row for row in rows if row.total is not None]
        without = [row for row in rows if row.total is None]
        return sorted(given, key=lambda row: row.total or Decimal(0), reverse=backwards) + without
    if name in ("unit", "state"):
        keys = {"unit": lambda row: sort_key(row.path) + sort_key(row.name), "state": lambda row: row.state}
        return sorted(rows, key=keys[name], reverse=backwards)
    return list(rows)


def filter_rows(rows: Sequence[Row], words: str, state: str) -> list[Row]:
    wanted = fold(words)
    return [
        row
        for row in rows
        if wanted in fold(f"{row.name} {row.path}") and (not state or state in (row.rating.state, row.class_code))
    ]


def simulate(sheet: Sheet, ratings: Sequence[Rating]) -> Simulation:
    taken = [one for one in ratings if one.state != RatingState.LEFT_OUT]
    codes = [one.class_code for one in taken]
    breaches = find_breaches(sheet.caps, codes)
    done = (RatingState.REVIEWED, RatingState.CLOSED, RatingState.APPEALED, RatingState.ANSWERED)
    return Simulation(
        count_classes(sheet.bands, codes),
        [describe_breach(sheet, breach) for breach in breaches],
        any(not breach.may_be_excepted for breach in breaches),
        bool(breaches),
        sum(one.state not in done or not one.class_code for one in taken),
        fingerprint_of(ratings),
    )


def list_headings(sheet: Sheet) -> list[str]:
    names = [in_reader_language(one.name_vi, one.name_en) for one in sheet.criteria]
    return [_("Đơn vị"), _("Thuộc"), *names, _("Tổng điểm"), _("Xếp loại"), _("Tình trạng")]


def list_cells(row: Row) -> list[str]:
    points = [*(points for _criterion, points in row.points), row.total]
    shown = ["" if one is None else show_number(one) for one in points]
    return [row.name, row.path, *shown, row.class_name, row.state]
