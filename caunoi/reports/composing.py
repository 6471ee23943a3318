"""Asks for all figures of a report in a few questions, and gives the template its tags.

The words of the document itself are Vietnamese, whoever makes it and in whichever language they read the pages.

A tag answers with a *stamp*: a short private mark in the text. What the mark stands for (a linked figure, a chart) is
put in its place once the template is filled, so that a figure keeps the letters the template's author gave its tag.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from caunoi.accounts.scope import Scope
from caunoi.facts.access import ask_as
from caunoi.facts.coverage import FormCoverage, add_up, list_form_coverage
from caunoi.facts.models import Kind
from caunoi.facts.queries import Catalogue
from caunoi.facts.rules.formula import OutOf, ShareAtLeast, ShareOfClass, parse_formula
from caunoi.facts.rules.question import Figure, Question, spread_rounding
from caunoi.periods.rules import Days
from caunoi.places.models import Level
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.reports.charts import Bar, draw_bars
from caunoi.reports.errors import TemplateBroken
from caunoi.reports.rules import wording
from caunoi.reports.rules.manifest import Asked
from caunoi.reports.rules.parameters import Parameters
from caunoi.reports.rules.tags import BLANKS, CHART_TAG, CHILDREN_TAG, FIGURE_TAGS, STRETCHES, Stretch
from caunoi.reports.rules.tags import Asked as AskedTags
from caunoi.reports.rules.wording import IN_TABLE, IN_TEXT, Mark, Style

STAMP_OPEN, STAMP_CLOSE = "\ue000", "\ue001"
VALUE_NAMES = frozenset(
    [
        *("don_vi", "don_vi_thuong", "don_vi_hoa", "ten_rieng", "cap", "cap_con"),
        *("cap_tren", "cap_tren_thuong", "cap_tren_hoa"),
        *("ky", "ky_hoa", "ngay", "tu_ngay", "den_ngay", "ranh_gioi", "ngay_ranh_gioi"),
        *("do_day_du", "bao_cao_dinh_ky", "so_sach", "ghi_chu", "thieu"),
        *BLANKS,
    ]
)


@dataclass(frozen=True)
class PrintedFigure:
    """`question`: the number of the question that gave it."""

    figure: Figure
    style: Style
    shown: str
    question: int


@dataclass(frozen=True)
class Picture:
    png: bytes
    description: str


@dataclass(frozen=True)
class PlainLink:
    address: str
    shown: str


@dataclass(frozen=True)
class Blank:
    """What is written only when the report is issued: `so_van_ban`, `ngay_ban_hanh`, `noi_ban_hanh`, `chuc_vu_ky`.

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


def find_stretch(days: Days, stretch: Stretch) -> Days:
    """`nam_cuoi` without a whole calendar year in the days is the days themselves."""
    match stretch:
        case "ngay_cuoi":
            return Days(days.last, days.last)
        case "nam_cuoi":
            year = days.last.year if days.last == date(days.last.year, 12, 31) else days.last.year - 1
            if days.first <= date(year, 1, 1):
                return Days(date(year, 1, 1), date(year, 12, 31))
    return days


def _word_level(level: str) -> str:
    """`xã`: reports are written in Vietnamese, whatever language the one who asks for them reads."""
    with override("vi"):
        return str(Level(level).label).lower()


class Composer:
    """One report being written: the figures behind it and the stamps given out so far."""

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
        self.natural = {code: self._natural_style(code) for code in (*catalogue.elements, *catalogue.indicators)}
        self._ask_place(tags)
        self._ask_children(tags)
        self.coverage = self._read_coverage()

    # -- asking -------------------------------------------------------------------------------------------------------

    def _ask(self, codes: Sequence[str], days: Days, level: str | None) -> tuple[int, list[Figure]]:
        occasion = self.occasion
        found = ask_as(
            Question(
                codes=tuple(codes), place=occasion.key, first=days.first, last=days.last,
                boundaries=occasion.boundaries, as_known=occasion.as_known, level=level,
            ),
            self.scope,
        )  # fmt: skip
        self.questions.append(Asked(list(codes), occasion.key, level, days.first.isoformat(), days.last.isoformat()))
        return len(self.questions) - 1, found

    def _ask_place(self, tags: AskedTags) -> None:
        tags.codes["ca_ky"].update(dict.fromkeys(self.parameters.codes))
        for stretch in STRETCHES:
            if codes := tuple(tags.codes.get(stretch, ())):
                number, found = self._ask(codes, find_stretch(self.occasion.days, stretch), None)
                self.figures |= {(stretch, figure.code): (number, figure) for figure in found}

    def _ask_children(self, tags: AskedTags) -> None:
        wanted = {level: dict(codes) for level, codes in tags.child_codes.items()}
        for name in tags.charts:
            if (chart := self.parameters.charts.get(name)) is not None:
                wanted.setdefault(chart.level, {})[chart.code] = None
        for level, codes in wanted.items():
            actual = level or self._usual_child_level()
            units = [] if actual is None else self.places.at_level(self.occasion.unit, actual, self.occasion.boundaries)
            units = [unit for unit in units if unit != self.occasion.unit]
            figures: dict[tuple[str, str], Figure] = {}
            number = 0
            if units and codes:
                number, found = self._ask(tuple(codes), self.occasion.days, actual)
                figures = {(figure.place, figure.code): figure for figure in found}
            rounded = {
                (code, style): self._round_together(code, style, [figures[self._key(unit), code] for unit in units])
                for code in codes
                if units
                for style in (Style.NUMBER, Style.MILLIONS)
            }
            self.children[level] = [
                Child(self, unit, figures, number, {w: values.get(self._key(unit)) for w, values in rounded.items()})
                for unit in units
            ]

    def _key(self, unit: int) -> str:
        return self.places.units[unit].key

    def _usual_child_level(self) -> str | None:
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

    def _read_coverage(self) -> list[FormCoverage]:
        days, day = self.occasion.days, self.occasion.boundaries
        with override("vi"):  # the forms' titles are printed
            return list_form_coverage(self.occasion.key, days.first, days.last, boundaries=day, book="approved")

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

    # -- the template's tags ------------------------------------------------------------------------------------------

    def stamp(self, stamp: Stamp) -> str:
        self.stamps.append(stamp)
        return f"{STAMP_OPEN}{len(self.stamps) - 1}{STAMP_CLOSE}"

    def print_figure(
        self, figure: Figure, number: int, style: Style | None, mark: Mark, value: Decimal | None = None
    ) -> str:
        style = self.natural[figure.code] if style is None else style
        return self.stamp(PrintedFigure(figure, style, wording.word_figure(figure, style, mark, value), number))

    def tags(self) -> dict[str, Any]:
        """Everything a template may name."""
        found: dict[str, Any] = {name: partial(self._figure_tag, style) for name, style in FIGURE_TAGS.items()}
        return (
            found
            | self._values()
            | {
                "co": self._has_any,
                "ten": self._name,
                CHILDREN_TAG: self._list_children,
                CHART_TAG: self._draw_chart,
            }
        )

    def _get(self, code: str, ky: Stretch = "ca_ky") -> tuple[int, Figure]:
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

    def _figure_tag(self, style: Style | None, code: str, ky: Stretch = "ca_ky", bang: bool = False) -> str:
        """`bang=true` in the total row of a table: missing and estimated are marked as briefly as in its other rows."""
        number, figure = self._get(code, ky)
        return self.print_figure(figure, number, style, IN_TABLE if bang else IN_TEXT)

    def _has_any(self, *codes: str, ky: Stretch = "ca_ky") -> bool:
        return any(self._get(code, ky)[1].value is not None for code in codes)

    def _name(self, code: str) -> str:
        return self._get(code)[1].name_vi

    def _list_children(self, level: str = "") -> list[Child]:
        return self.children[level]

    def _draw_chart(self, name: str) -> str:
        """The chart's stamp; blank where fewer than two units have a value, as there is nothing to compare, so that
        `{% if bieu_do(...) %}` leaves out what stands around it."""
        chart = self.parameters.charts[name]
        found = [(child, child.figure(chart.code)) for child in self.children[chart.level]]
        present = [(child, figure) for child, figure in found if figure is not None and figure.value is not None]
        if len(present) < 2:
            return ""
        present.sort(key=lambda pair: -(pair[1].value or 0))
        shown = present[: chart.most]
        decimals = shown[0][1].decimals
        bars = [
            Bar(child.ten, figure.value, (" *" if figure.estimated else ""))
            for child, figure in shown
            if figure.value is not None
        ]
        unit = f"Đơn vị: {shown[0][1].unit}; {wording.word_period(self.occasion.days)}"
        if len(shown) < len(present):
            unit += f"; {len(shown)} đơn vị cao nhất trong {len(present)}"
        listed = "; ".join(f"{bar.name} {wording.word_number(bar.value, decimals)}{bar.mark}" for bar in bars)
        return self.stamp(Picture(draw_bars(chart.title, unit, bars, decimals), f"{chart.title}. {unit}. {listed}."))

    def _values(self) -> dict[str, Any]:
        occasion, places = self.occasion, self.places
        day = occasion.boundaries
        name = places.name_on(occasion.unit, day)
        above = places.parent_on(occasion.unit, day)
        named = above is not None and places.units[above].level != Level.COUNTRY
        above_name = places.name_on(above, day) if above is not None and named else ""
        level = self._usual_child_level()
        period = wording.word_period(occasion.days)
        return {
            "don_vi": name,
            "don_vi_thuong": name[:1].lower() + name[1:],
            "don_vi_hoa": name.upper(),
            "ten_rieng": places.spell_on(occasion.unit, day).short_name or name,
            "cap": _word_level(places.units[occasion.unit].level),
            "cap_con": "" if level is None else _word_level(level),
            "cap_tren": above_name,
            "cap_tren_thuong": above_name[:1].lower() + above_name[1:],
            "cap_tren_hoa": above_name.upper(),
            "ky": period,
            "ky_hoa": period[:1].upper() + period[1:],
            "ngay": wording.word_long_day(self.on),
            "tu_ngay": wording.word_day(occasion.days.first),
            "den_ngay": wording.word_day(occasion.days.last),
            "ngay_ranh_gioi": wording.word_day(day),
            "ranh_gioi": f"Số liệu tính theo đơn vị hành chính ngày {wording.word_day(day)}.",
            "so_sach": (
                "Chỉ tính các bản ghi đã duyệt, theo sổ số liệu đến bút toán số"
                f" {wording.word_number(Decimal(occasion.as_known))}."
            ),
            "do_day_du": self._word_coverage(),
            "bao_cao_dinh_ky": [CoverageRow(row) for row in self.coverage],
            "ghi_chu": wording.list_notes(self.all_figures),
            "thieu": _Lazy(self._list_missing),
            # Each time the template names one it gets its own place.
            **{name: _Text(partial(self._leave_blank, name)) for name in BLANKS},
        }

    def _leave_blank(self, name: str) -> str:
        short = self.places.spell_on(self.occasion.unit, self.occasion.boundaries).short_name
        shown = {
            "so_van_ban": "…………",
            "ngay_ban_hanh": f"ngày …… tháng …… năm {self.on.year}",
            "noi_ban_hanh": short or self.places.name_on(self.occasion.unit, self.occasion.boundaries),
            "chuc_vu_ky": "………………",
        }
        return self.stamp(Blank(name, shown[name]))

    def _word_coverage(self) -> str:
        total = add_up(row.coverage for row in self.coverage)
        if not total.expected:
            return "Trong kỳ không có báo cáo định kỳ nào phải nộp."
        percent = wording.word_percent(Decimal(100 * total.reported) / total.expected)
        reported, expected = (wording.word_number(Decimal(n)) for n in (total.reported, total.expected))
        link = self.stamp(PlainLink(self._coverage_address(), f"{reported}/{expected} ({percent})"))
        late = wording.word_number(Decimal(total.reported - total.on_time))
        return f"Báo cáo định kỳ đã duyệt trên tổng số phải có: {link}, trong đó {late} báo cáo gửi muộn."

    def _coverage_address(self) -> str:
        days = self.occasion.days
        try:
            path = reverse("coverage")
        except NoReverseMatch:
            path = "/coverage/"
        asked = {"place": self.occasion.key, "first": wording.word_day(days.first), "last": wording.word_day(days.last)}
        return f"{self.base_url}{path}?{urlencode(asked)}"

    def _list_missing(self) -> list[str]:
        """Names of what has no value, each leading to why."""
        return [
            self.stamp(PrintedFigure(figure, self.natural[figure.code], figure.name_vi, number))
            for number, figure in self.figures.values()
            if figure.value is None
        ]


class Child:
    """A unit below the report's place, as a row of a table: `dv.stt`, `dv.ten`, `dv.ma`, `dv.so('labour_days')`."""

    def __init__(
        self, composer: Composer, unit: int, figures: Mapping[tuple[str, str], Figure], number: int,
        rounded: Mapping[tuple[str, Style], Decimal | None],
    ) -> None:  # fmt: skip
        day = composer.occasion.boundaries
        self.ten = composer.places.name_on(unit, day)
        self.ma = composer.places.code_on(unit, day)
        self._composer, self._number, self._rounded = composer, number, rounded
        key = composer.places.units[unit].key
        self._figures = {code: figure for (place, code), figure in figures.items() if place == key}
        for name, style in FIGURE_TAGS.items():
            setattr(self, name, partial(self._print, style))

    def figure(self, code: str) -> Figure | None:
        return self._figures.get(code)

    def figures_of(self) -> list[Figure]:
        return list(self._figures.values())

    def co(self, *codes: str) -> bool:
        return any((figure := self._figures.get(code)) is not None and figure.value is not None for code in codes)

    def _print(self, style: Style | None, code: str) -> str:
        figure = self._figures.get(code)
        if figure is None:
            raise TemplateBroken(
                _("Bảng các đơn vị dùng chỉ tiêu “%(code)s” mà không ghi mã trong dấu nháy.") % {"code": code}, []
            )
        style = self._composer.natural[code] if style is None else style
        return self._composer.print_figure(figure, self._number, style, IN_TABLE, self._rounded.get((code, style)))


@dataclass(frozen=True)
class CoverageRow:
    """`ten`, `phai_co`, `da_co`, `dung_han`, `ty_le`: a row of the table of periodic reports."""

    row: FormCoverage

    @property
    def ten(self) -> str:
        return self.row.title

    @property
    def phai_co(self) -> str:
        return wording.word_number(Decimal(self.row.coverage.expected))

    @property
    def da_co(self) -> str:
        return wording.word_number(Decimal(self.row.coverage.reported))

    @property
    def dung_han(self) -> str:
        return wording.word_number(Decimal(self.row.coverage.on_time))

    @property
    def ty_le(self) -> str:
        return wording.word_percent(Decimal(100 * self.row.coverage.reported) / self.row.coverage.expected)


class _Text:
    """Words made each time the template prints them."""

    def __init__(self, make: Callable[[], str]) -> None:
        self._make = make

    def __str__(self) -> str:
        return self._make()


class _Lazy:
    """A list made when the template first asks for it: its stamps then stand where they are read."""

    def __init__(self, make: Callable[[], list[str]]) -> None:
        self._make = make

    def __iter__(self) -> Any:
        return iter(self._make())

    def __bool__(self) -> bool:
        return bool(self._make())

    def __len__(self) -> int:
        return len(self._make())
