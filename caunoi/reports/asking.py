"""Asks for all figures of a report in a few questions.

A tag answers with a *stamp*: a short private mark in the text. What the mark stands for (a linked figure, a chart) is
put in its place once the template is filled, so that a figure keeps the letters the template's author gave its tag.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Protocol
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import override

from caunoi.accounts.scope import Scope
from caunoi.facts.access import ask_as
from caunoi.facts.coverage import FormCoverage, add_up, list_form_coverage
from caunoi.facts.models import Indicator, Kind
from caunoi.facts.queries import Catalogue, period_type_of
from caunoi.facts.rules.comparing import go
from caunoi.facts.rules.formula import OutOf, ShareAtLeast, ShareOfClass, parse_formula
from caunoi.facts.rules.formula_tree import Earlier
from caunoi.facts.rules.question import Coverage, Figure, Question, Slice, spread_rounding
from caunoi.periods.rules import Days, PeriodType, list_touching, period_of
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.refusals import NotFound
from caunoi.reports.errors import TemplateBroken
from caunoi.reports.rules import wording
from caunoi.reports.rules.manifest import Asked
from caunoi.reports.rules.narrative import (
    PLACEHOLDER,
    Verdict,
    choose,
    compare,
    fill_in,
    measure,
    measure_apart,
    word_against,
    word_amount,
    word_apart,
)
from caunoi.reports.rules.parameters import Parameters, Sentence
from caunoi.reports.rules.tags import EARLIER, FIGURE_TAGS, STRETCHES, Stretch
from caunoi.reports.rules.tags import Asked as AskedTags
from caunoi.reports.rules.wording import IN_TABLE, IN_TEXT, Mark, Style
from caunoi.targets.attainment import Attained, AttainedBy, ask_attained, list_target_codes

# The page of coverage, as the desk's urls have it. Not asked of them: that loads every page of the product, 30 MB and
# two seconds of each report.
COVERAGE = "/coverage/"
STAMP_OPEN, STAMP_CLOSE = "\ue000", "\ue001"


@dataclass(frozen=True)
class PrintedFigure:
    """`question`: the number of the question that gave it."""

    figure: Figure
    style: Style
    shown: str
    question: int


@dataclass(frozen=True)
class Picture:
    """`points`: the figures behind what is drawn."""

    png: bytes
    description: str
    name: str
    title: str
    points: tuple[PrintedFigure, ...]


@dataclass(frozen=True)
class PlainLink:
    address: str
    shown: str


@dataclass(frozen=True)
class Blank:
    """What is written only when the report is issued: `so_van_ban`, `ngay_ban_hanh`, `noi_ban_hanh`, `chuc_vu_ky`,
    `nguoi_ky`.

    In the draft it stands under a bookmark of this name (`caunoi.reports.marks`), so that it is found again after Word
    or LibreOffice has saved the file.
    """

    name: str
    shown: str


Stamp = PrintedFigure | Picture | PlainLink | Blank


@dataclass(frozen=True)
class Occasion:
    """What a report is about. `unit` is the place's id; `key` its key."""

    unit: int
    key: str
    days: Days
    boundaries: date
    as_known: int


def find_stretch(days: Days, stretch: Stretch) -> Days | None:
    """`nam_cuoi` without a whole calendar year in the days is the days themselves. None: before any count
    began, or nothing to compare with."""
    match stretch:
        case "ngay_cuoi":
            return Days(days.last, days.last)
        case "nam_cuoi":
            year = days.last.year if days.last == date(days.last.year, 12, 31) else days.last.year - 1
            if days.first <= date(year, 1, 1):
                return Days(date(year, 1, 1), date(year, 12, 31))
        case "ky_truoc" | "cung_ky":
            step = Earlier("period" if stretch == "ky_truoc" else "year")
            found = go(Slice(days, False), step, None)
            # Of more than a year, the same days a year earlier are partly the same days: nothing grew from one to the
            # other.
            return None if isinstance(found, str) or found.days.last >= days.first else found.days
    return days


class Asking:
    """The figures behind one report, asked for in a few questions, and the stamps given out so far."""

    def __init__(
        self,
        occasion: Occasion,
        tags: AskedTags,
        parameters: Parameters,
        *,
        catalogue: Catalogue,
        places: PlaceSnapshot,
        scope: Scope,
        on: date,
        base_url: str,
    ) -> None:
        self.occasion = occasion
        self.parameters = parameters
        self.catalogue = catalogue
        self.places = places
        self.scope = scope
        self.on = on
        self.base_url = base_url
        self.stamps: list[Stamp] = []
        self.questions: list[Asked] = []
        self.figures: dict[tuple[Stretch, str], tuple[int, Figure]] = {}
        self.children: dict[str, list[Child]] = {}
        self.trends: dict[str, tuple[int, list[Figure]]] = {}
        self.targets = list_target_codes(occasion.as_known)
        self.aims: dict[tuple[str, str], tuple[int, dict[str, Figure]]] = {}
        self.reached: dict[str, Attained] = {}
        names = {code: one.name_vi for code, one in catalogue.elements.items()}
        self.names = names | {code: one.name_vi for code, one in catalogue.indicators.items()}
        self.natural = {code: self._natural_style(code) for code in (*catalogue.elements, *catalogue.indicators)}
        self._ask_place(tags)
        self._ask_children(tags)
        self._ask_trends(tags)
        self.coverage = self._read_coverage(None)
        self.late = {level: self._list_late(level) for level in tags.late}

    # -- asking -------------------------------------------------------------------------------------------------------

    def _ask(
        self, codes: Sequence[str], days: Days, level: str | None, by: PeriodType | None = None
    ) -> tuple[int, list[Figure]]:
        occasion = self.occasion
        calendar = self.parameters.period.cut_off if by is not None and occasion.days.first.day != 1 else None
        found = ask_as(
            Question(
                codes=tuple(codes), place=occasion.key, first=days.first, last=days.last,
                boundaries=occasion.boundaries, as_known=occasion.as_known, level=level, by=by, cut_off=calendar,
            ),
            self.scope,
        )  # fmt: skip
        first, last = days.first.isoformat(), days.last.isoformat()
        self.questions.append(Asked(list(codes), occasion.key, level, first, last, by, calendar))
        return len(self.questions) - 1, found

    def _ask_place(self, tags: AskedTags) -> None:
        tags.codes["ca_ky"].update(dict.fromkeys(self.parameters.codes))
        for name in tags.sentences:
            if (sentence := self.parameters.sentences.get(name)) is not None:
                tags.codes["ca_ky"][sentence.code] = None
                if sentence.target:
                    tags.codes["ca_ky"][sentence.target] = None
                else:
                    tags.codes[sentence.against][sentence.code] = None
        for stretch in STRETCHES:
            if codes := tuple(tags.codes.get(stretch, ())):
                number, found = self._ask_stretch(codes, stretch, None)
                self.figures |= {(stretch, figure.code): (number, figure) for figure in found}
        self._ask_own_targets()

    def _ask_stretch(self, codes: Sequence[str], stretch: Stretch, level: str | None) -> tuple[int, list[Figure]]:
        """Earlier days that lie before the first one, or that are not the reader's to see, have no figures."""
        days = find_stretch(self.occasion.days, stretch)
        if days is None:
            return 0, []
        try:
            return self._ask(codes, days, level)
        except NotFound:
            if stretch not in EARLIER:
                raise
            return 0, []

    def _ask_children(self, tags: AskedTags) -> None:
        wanted: dict[str, dict[Stretch, dict[str, None]]] = {}
        for (level, stretch), codes in tags.child_codes.items():
            wanted.setdefault(level, {}).setdefault(stretch, {}).update(codes)
        for name in tags.charts:
            chart = self.parameters.charts.get(name)
            if chart is not None and chart.kind != "trend":
                stretches: tuple[Stretch, ...] = ("ca_ky", "cung_ky") if chart.kind == "pairs" else ("ca_ky",)
                for stretch in stretches:
                    wanted.setdefault(chart.level, {}).setdefault(stretch, {})[chart.code] = None
        for level, by_stretch in wanted.items():
            self.children[level] = self._make_children(level, by_stretch)
        for name in tags.charts:
            chart = self.parameters.charts.get(name)
            if chart is not None and chart.kind != "trend" and chart.code in self.targets:
                self.aims[chart.level, chart.code] = self._ask_aims(chart.code, chart.level)

    def _ask_aims(self, code: str, level: str) -> tuple[int, dict[str, Figure]]:
        """By unit's key, what was to be reached in the report's days; of what is there rather than happens, by the end
        of the target's period that their last day lies in. They are drawn, and no part of what the report counts."""
        actual, units = self.units_below(level)
        if not units:
            return 0, {}
        try:
            number, found = self._ask([self.targets[code]], self._aim_days(code), actual)
        except NotFound:  # days that are not the reader's to see
            return 0, {}
        aims = {figure.place: figure for figure in found if figure.value is not None}
        if code in self.catalogue.indicators:
            # A share of shorter days than its target is held against is no bar to be measured by it.
            reached = {place: one.result for (_code, place, _first), one in self._ask_reached(code, actual).items()}
            shown = {child.key: child.figure(code) for child in self.children[level]}
            aims = {
                place: aim
                for place, aim in aims.items()
                if (figure := shown.get(place)) is not None and figure.value == reached.get(place)
            }
        return number, aims

    def _aim_days(self, code: str) -> Days:
        """The report's own; of what is there rather than happens, and of an indicator, those of the target's period
        that their last day lies in."""
        days, target = self.occasion.days, self.catalogue.elements[self.targets[code]]
        type_ = period_type_of(target.form_code, self.occasion.as_known)
        element = self.catalogue.elements.get(code)
        if type_ is None or (element is not None and element.kind != Kind.STOCK):
            return days
        return list_touching(Days(days.last, days.last), type_, self.parameters.period.cut_off)[0].days

    def _ask_reached(self, code: str, level: str | None) -> AttainedBy:
        occasion = self.occasion
        question = Question(
            codes=(code,), place=occasion.key, first=occasion.days.first, last=occasion.days.last,
            boundaries=occasion.boundaries, as_known=occasion.as_known, level=level,
        )  # fmt: skip
        return ask_attained(question, self.scope)

    def _ask_own_targets(self) -> None:
        """Targets of indicators that a sentence names are units' own for their whole period, whatever days are told."""
        for code, target in self.targets.items():
            if code in self.catalogue.indicators and ("ca_ky", target) in self.figures:
                try:
                    number, (figure,) = self._ask([target], self._aim_days(code), None)
                except NotFound:  # days that are not the reader's to see
                    continue
                self.figures["ca_ky", target] = number, figure
                for one in self._ask_reached(code, None).values():
                    self.reached[code] = one

    def measure_indicator(self, indicator: Indicator, value: Decimal | None, target: Decimal | None) -> Verdict:
        """By the unrounded value, where it is that of the target's days."""
        found = self.reached.get(indicator.code)
        exact = found.figure.numerator if found is not None and found.result == value else value
        return measure_apart(exact, target, indicator.direction)

    def units_below(self, level: str) -> tuple[str | None, list[int]]:
        actual = level or self.usual_child_level()
        units = [] if actual is None else self.places.at_level(self.occasion.unit, actual, self.occasion.boundaries)
        return actual, [unit for unit in units if unit != self.occasion.unit]

    def _make_children(self, level: str, wanted: Mapping[Stretch, Mapping[str, None]]) -> list[Child]:
        actual, units = self.units_below(level)
        figures: dict[tuple[str, Stretch, str], tuple[int, Figure]] = {}
        rounded: dict[tuple[str, Style], Mapping[str, Decimal]] = {}
        for stretch, codes in wanted.items():
            if not units or not codes:
                continue
            number, found = self._ask_stretch(tuple(codes), stretch, actual)
            figures |= {(figure.place, stretch, figure.code): (number, figure) for figure in found}
            if stretch != "ca_ky":
                continue
            for code in codes:
                siblings = [figures[self._key(unit), stretch, code][1] for unit in units]
                for style in (Style.NUMBER, Style.MILLIONS):
                    rounded[code, style] = self._round_together(code, style, siblings)
        return [
            Child(
                self,
                unit,
                {(s, code): one for (place, s, code), one in figures.items() if place == self._key(unit)},
                {which: values.get(self._key(unit)) for which, values in rounded.items()},
            )
            for unit in units
        ]

    def _ask_trends(self, tags: AskedTags) -> None:
        """Of the place, over the last named months, quarters or years up to the end of the report's days; and what was
        to be reached in them."""
        cut_off = self.parameters.period.cut_off if self.occasion.days.first.day != 1 else 1
        for name in tags.charts:
            chart = self.parameters.charts.get(name)
            if chart is None or chart.kind != "trend":
                continue
            period = period_of(self.occasion.days.last, chart.by, cut_off)
            for _turn in range(chart.points - 1):
                period = period.before()
            days = Days(period.days.first, self.occasion.days.last)
            try:
                target = [self.targets[chart.code]] if chart.code in self.targets else []
                self.trends[name] = self._ask([chart.code, *target], days, None, chart.by)
            except NotFound:  # earlier days that are not the reader's to see
                self.trends[name] = 0, []

    def _key(self, unit: int) -> str:
        return self.places.units[unit].key

    def usual_child_level(self) -> str | None:
        mine = self.places.units[self.occasion.unit].level
        for level in self.parameters.child_levels(mine):
            if self.places.at_level(self.occasion.unit, level, self.occasion.boundaries):
                return level
        return None

    def _round_together(self, code: str, style: Style, siblings: Sequence[Figure]) -> Mapping[str, Decimal]:
        """Siblings rounded so that they sum to the rounded total above them; nothing where they do not add up to it."""
        total = self.figures.get(("ca_ky", code))
        values = [figure.value for figure in siblings if figure.value is not None]
        if total is None or total[1].value is None or total[1].kind not in (Kind.FLOW, Kind.STOCK):
            return {}
        if not values or sum(values) != total[1].value:
            return {}
        rounded = spread_rounding(values, total[1].value, wording.decimals_in(style, siblings[0]))
        return dict(zip([figure.place for figure in siblings if figure.value is not None], rounded, strict=True))

    def _read_coverage(self, level: str | None) -> list[FormCoverage]:
        days, day = self.occasion.days, self.occasion.boundaries
        with override("vi"):  # the forms' titles are printed
            return list_form_coverage(
                self.occasion.key, days.first, days.last, boundaries=day, level=level, book="approved",
                as_known=self.occasion.as_known,
            )  # fmt: skip

    def _list_late(self, level: str) -> list[LateUnit]:
        """Units below of which a periodic report that was due is not there, approved; those that lack most first."""
        actual, units = self.units_below(level)
        if actual is None or not units:
            return []
        by_place: dict[str, list[FormCoverage]] = defaultdict(list)
        for row in self._read_coverage(actual):
            by_place[row.place].append(row)
        totals = [(unit, add_up(row.coverage for row in by_place[self._key(unit)])) for unit in units]
        late = [LateUnit(self, unit, total) for unit, total in totals if total.reported < total.expected]
        return sorted(late, key=lambda one: one.coverage.reported - one.coverage.expected)

    def _natural_style(self, code: str) -> Style:
        indicator = self.catalogue.indicators.get(code)
        if indicator is None:
            return Style.NUMBER
        node = parse_formula(indicator.formula)
        if isinstance(node, OutOf | ShareOfClass | ShareAtLeast):
            return Style.OUT_OF
        return Style.PERCENT if indicator.unit == "%" else Style.NUMBER

    @property
    def all_figures(self) -> list[Figure]:
        below = (child for children in self.children.values() for child in children)
        return [
            *(figure for _number, figure in self.figures.values()),
            *(figure for child in below for figure in child.figures_of()),
        ]

    def stamp(self, stamp: Stamp) -> str:
        self.stamps.append(stamp)
        return f"{STAMP_OPEN}{len(self.stamps) - 1}{STAMP_CLOSE}"

    def print_figure(
        self, figure: Figure, number: int, style: Style | None, mark: Mark, value: Decimal | None = None
    ) -> str:
        style = self.natural[figure.code] if style is None else style
        return self.stamp(PrintedFigure(figure, style, wording.word_figure(figure, style, mark, value), number))

    def get(self, code: str, ky: Stretch = "ca_ky") -> tuple[int, Figure]:
        if (ky, code) not in self.figures:
            raise TemplateBroken(
                _(
                    "Mẫu báo cáo dùng chỉ tiêu “%(code)s” mà không ghi mã trong dấu nháy. Hãy thêm mã vào [figures]"
                    " codes trong tệp .toml."
                )
                % {"code": code},
                [],
            )
        return self.figures[ky, code]

    def find(self, code: str, ky: Stretch) -> tuple[int, Figure] | None:
        return self.figures.get((ky, code))

    def coverage_address(self, key: str) -> str:
        days = self.occasion.days
        asked = {"place": key, "first": wording.word_day(days.first), "last": wording.word_day(days.last)}
        return f"{self.base_url}{COVERAGE}?{urlencode(asked)}"


class Child:
    """A unit below the report's place, as a row of a table: `dv.ten`, `dv.ma`, `dv.so('labour_days')`."""

    def __init__(
        self,
        asking: Asking,
        unit: int,
        figures: Mapping[tuple[Stretch, str], tuple[int, Figure]],
        rounded: Mapping[tuple[str, Style], Decimal | None],
    ) -> None:
        day = asking.occasion.boundaries
        self.ten = asking.places.name_on(unit, day)
        self.ma = asking.places.code_on(unit, day)
        self.key = asking.places.units[unit].key
        self._asking, self._figures, self._rounded = asking, figures, rounded
        for name, style in FIGURE_TAGS.items():
            setattr(self, name, partial(self._print, style))

    def figure(self, code: str, ky: Stretch = "ca_ky") -> Figure | None:
        found = self.find(code, ky)
        return None if found is None else found[1]

    def find(self, code: str, ky: Stretch) -> tuple[int, Figure] | None:
        return self._figures.get((ky, code))

    def figures_of(self) -> list[Figure]:
        return [figure for (stretch, _code), (_number, figure) in self._figures.items() if stretch not in EARLIER]

    def co(self, *codes: str) -> bool:
        return any((figure := self.figure(code)) is not None and figure.value is not None for code in codes)

    def so_sanh(self, code: str, voi: Stretch = "cung_ky") -> str:
        return compare_with(self._asking, self, code, voi)

    def _print(self, style: Style | None, code: str, ky: Stretch = "ca_ky") -> str:
        found = self.find(code, ky)
        if found is None:
            if ky in EARLIER:
                return IN_TABLE.missing
            raise TemplateBroken(
                _("Bảng các đơn vị dùng chỉ tiêu “%(code)s” mà không ghi mã trong dấu nháy.") % {"code": code}, []
            )
        number, figure = found
        style = self._asking.natural[code] if style is None else style
        value = self._rounded.get((code, style)) if ky == "ca_ky" else None
        return self._asking.print_figure(figure, number, style, IN_TABLE, value)


class LateUnit:
    """A unit whose reports are not all there: `dv.ten`, `dv.ma`, `dv.da_co`, `dv.phai_co`, `dv.thieu`, the
    numbers leading to the unit's page of coverage."""

    def __init__(self, asking: Asking, unit: int, coverage: Coverage) -> None:
        day = asking.occasion.boundaries
        self.ten = asking.places.name_on(unit, day)
        self.ma = asking.places.code_on(unit, day)
        self.coverage = coverage
        self.key = asking.places.units[unit].key
        self._asking = asking

    @property
    def phai_co(self) -> str:
        return self._link(wording.word_number(Decimal(self.coverage.expected)))

    @property
    def da_co(self) -> str:
        return self._link(wording.word_number(Decimal(self.coverage.reported)))

    @property
    def thieu(self) -> str:
        return self._link(wording.word_number(Decimal(self.coverage.expected - self.coverage.reported)))

    def __str__(self) -> str:
        reported, expected = (
            wording.word_number(Decimal(number)) for number in (self.coverage.reported, self.coverage.expected)
        )
        return f"{self.ten} ({self._link(f'{reported}/{expected}')})"

    def _link(self, words: str) -> str:
        return self._asking.stamp(PlainLink(self._asking.coverage_address(self.key), words))


class HasFigures(Protocol):
    def find(self, code: str, ky: Stretch) -> tuple[int, Figure] | None: ...


def compare_with(asking: Asking, of: HasFigures, code: str, voi: Stretch = "cung_ky") -> str:
    """`tăng 12,5% so với cùng kỳ năm trước (1.097)`, of the place or of a unit below it."""
    return word_sentence(asking, of, Sentence(code, voi), phrase=True)


def word_sentence(asking: Asking, of: HasFigures, sentence: Sentence, *, phrase: bool = False) -> str:
    """The sentence (or the phrase behind a figure) that says how a code stands against before or against a target.

    What it is compared with always stands beside it: the change itself links to the figure of the period, so a later
    correction of either shows when the report is verified.
    """
    now = of.find(sentence.code, "ca_ky")
    other = of.find(sentence.target, "ca_ky") if sentence.target else of.find(sentence.code, sentence.against)
    share = asking.natural[sentence.code] in (Style.PERCENT, Style.OUT_OF)
    value = None if now is None else now[1].value
    other_value = None if other is None else other[1].value
    own = sentence.target and asking.targets.get(sentence.code) == sentence.target
    indicator = asking.catalogue.indicators.get(sentence.code) if own else None
    if indicator is not None:
        verdict = asking.measure_indicator(indicator, value, other_value)
    elif sentence.target:
        verdict = measure(value, other_value)
    else:
        verdict = compare(value, other_value, share=share, steady=sentence.steady)
    style = FIGURE_TAGS[sentence.style_tag]
    if share and style is None:
        style = Style.PERCENT

    def show(found: tuple[int, Figure] | None) -> str:
        if found is None:
            return IN_TEXT.missing
        return asking.print_figure(found[1], found[0], style, IN_TEXT)

    words = {
        "ky": word_against(sentence.against, asking.occasion.days),
        "ten": asking.names[sentence.code],
        "don_vi": asking.places.name_on(asking.occasion.unit, asking.occasion.boundaries),
        "don_vi_tinh": "" if now is None or value is None or style is not None else now[1].unit,
    }
    text = choose(verdict, sentence.words, phrase=phrase, direction=None if indicator is None else indicator.direction)
    # Stamped in the order of the sentence, and only what it names.
    for name in dict.fromkeys(PLACEHOLDER.findall(text)):
        match name:
            case "so":
                words["so"] = show(now)
            case "so_truoc":
                words["so_truoc"] = show(other)
            case "muc":
                shown = word_amount(verdict, share=share and not sentence.target)
                if indicator is not None:
                    shown = word_apart(verdict, indicator.unit)
                words["muc"] = "" if now is None else asking.stamp(PrintedFigure(now[1], Style.CHANGE, shown, now[0]))
    return fill_in(text, words)
