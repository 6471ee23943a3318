"""Gives a template its tags: place, period and coverage in words, figures, comparisons, lists and charts.

The words of the document itself are Vietnamese, whoever makes it and in whichever language they read the pages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, partial
from typing import Any

from django.utils.translation import override

from caunoi.facts.coverage import FormCoverage, add_up
from caunoi.places.models import Level
from caunoi.reports.asking import (
    STAMP_CLOSE,
    STAMP_OPEN,
    Asking,
    Blank,
    Child,
    Occasion,
    Picture,
    PlainLink,
    PrintedFigure,
    Stamp,
    compare_with,
    word_sentence,
)
from caunoi.reports.drawing import draw_chart
from caunoi.reports.ranking import make_rankings
from caunoi.reports.rules import wording
from caunoi.reports.rules.parameters import Sentence
from caunoi.reports.rules.tags import (
    BLANKS,
    CHART_TAG,
    CHILDREN_TAG,
    COMPARE_TAG,
    EARLIER,
    FIGURE_TAGS,
    SENTENCE_TAG,
    TARGET_TAG,
    Stretch,
)
from caunoi.reports.rules.wording import IN_TABLE, IN_TEXT, Style

__all__ = [
    "STAMP_CLOSE", "STAMP_OPEN", "VALUE_NAMES", "Blank", "Composer", "Occasion", "Picture", "PlainLink",
    "PrintedFigure", "Stamp",
]  # fmt: skip

VALUE_NAMES = frozenset(
    [
        *("don_vi", "don_vi_thuong", "don_vi_hoa", "ten_rieng", "cap", "cap_con"),
        *("cap_tren", "cap_tren_thuong", "cap_tren_hoa"),
        *("ky", "ky_hoa", "ngay", "tu_ngay", "den_ngay", "ranh_gioi", "ngay_ranh_gioi"),
        *("do_day_du", "bao_cao_dinh_ky", "so_sach", "ghi_chu", "thieu"),
        *("the_thuc", "co_quan", "co_quan_hoa", "co_quan_tren", "thay_mat", "noi_nhan", "tieu_de_phai", "luu"),
        *BLANKS,
    ]
)


def _word_level(level: str) -> str:
    """`xã`: reports are written in Vietnamese, whatever language the one who asks for them reads."""
    with override("vi"):
        return str(Level(level).label).lower()


class Composer(Asking):
    """One report being written."""

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
                # A template asks twice: whether there is a chart, and for the chart.
                CHART_TAG: cache(partial(draw_chart, self)),
                COMPARE_TAG: partial(compare_with, self, self),
                TARGET_TAG: self._against_target,
                SENTENCE_TAG: self._say,
                **make_rankings(self),
            }
        )

    def _figure_tag(self, style: Style | None, code: str, ky: Stretch = "ca_ky", bang: bool = False) -> str:
        """`bang=true` in the total row of a table: missing and estimated are marked as briefly as in its other rows."""
        if ky in EARLIER and self.find(code, ky) is None:
            return (IN_TABLE if bang else IN_TEXT).missing
        number, figure = self.get(code, ky)
        return self.print_figure(figure, number, style, IN_TABLE if bang else IN_TEXT)

    def _against_target(self, code: str, target: str) -> str:
        return word_sentence(self, self, Sentence(code, target=target), phrase=True)

    def _say(self, name: str) -> str:
        return word_sentence(self, self, self.parameters.sentences[name])

    def _has_any(self, *codes: str, ky: Stretch = "ca_ky") -> bool:
        if ky in EARLIER and all(self.find(code, ky) is None for code in codes):
            return False
        return any(self.get(code, ky)[1].value is not None for code in codes)

    def _name(self, code: str) -> str:
        return self.get(code)[1].name_vi

    def _list_children(self, level: str = "") -> list[Child]:
        return self.children[level]

    def _values(self) -> dict[str, Any]:
        occasion, places = self.occasion, self.places
        day = occasion.boundaries
        name = places.name_on(occasion.unit, day)
        above = places.parent_on(occasion.unit, day)
        named = above is not None and places.units[above].level != Level.COUNTRY
        above_name = places.name_on(above, day) if above is not None and named else ""
        level = self.usual_child_level()
        layout = self.parameters.layout
        period = wording.word_period(occasion.days, self.parameters.period.cut_off)
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
            "the_thuc": layout.set,
            "co_quan": layout.body,
            "co_quan_hoa": layout.body.upper(),
            "co_quan_tren": layout.superior,
            "thay_mat": layout.on_behalf,
            "noi_nhan": list(layout.recipients),
            "tieu_de_phai": layout.heading,
            "luu": layout.archive,
            "tu_ngay": wording.word_day(occasion.days.first),
            "den_ngay": wording.word_day(occasion.days.last),
            "ngay_ranh_gioi": wording.word_day(day),
            "ranh_gioi": f"Số liệu tính theo đơn vị hành chính ngày {wording.word_day(day)}.",
            "so_sach": (
                "Chỉ tính các bản ghi đã duyệt, theo sổ số liệu đến bút toán số"
                f" {wording.word_number(Decimal(occasion.as_known))}."
            ),
            "do_day_du": self._word_coverage(),
            "bao_cao_dinh_ky": [CoverageRow(self._link_coverage, row) for row in self.coverage],
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
            # Nobody's name yet: an empty line, held open by a space that Word and LibreOffice keep.
            "nguoi_ky": "\u00a0",
        }
        return self.stamp(Blank(name, shown[name]))

    def _word_coverage(self) -> str:
        total = add_up(row.coverage for row in self.coverage)
        if not total.expected:
            return "Trong kỳ không có báo cáo định kỳ nào phải nộp."
        percent = wording.word_percent(Decimal(100 * total.reported) / total.expected)
        reported, expected = (wording.word_number(Decimal(n)) for n in (total.reported, total.expected))
        link = self._link_coverage(f"{reported}/{expected} ({percent})")
        late = wording.word_number(Decimal(total.reported - total.on_time))
        return f"Báo cáo định kỳ đã duyệt trên tổng số phải có: {link}, trong đó {late} báo cáo gửi muộn."

    def _link_coverage(self, words: str) -> str:
        return self.stamp(PlainLink(self.coverage_address(self.occasion.key), words))

    def _list_missing(self) -> list[str]:
        """Names of what has no value, each leading to why."""
        return [
            self.stamp(PrintedFigure(figure, self.natural[figure.code], figure.name_vi, number))
            for (stretch, _code), (number, figure) in self.figures.items()
            if figure.value is None and stretch not in EARLIER
        ]


@dataclass(frozen=True)
class CoverageRow:
    """`ten`, `phai_co`, `da_co`, `dung_han`, `ty_le`: a row of the table of periodic reports, its numbers leading to
    the page of coverage."""

    link: Callable[[str], str]
    row: FormCoverage

    @property
    def ten(self) -> str:
        return self.row.title

    @property
    def phai_co(self) -> str:
        return self.link(wording.word_number(Decimal(self.row.coverage.expected)))

    @property
    def da_co(self) -> str:
        return self.link(wording.word_number(Decimal(self.row.coverage.reported)))

    @property
    def dung_han(self) -> str:
        return self.link(wording.word_number(Decimal(self.row.coverage.on_time)))

    @property
    def ty_le(self) -> str:
        percent = Decimal(100 * self.row.coverage.reported) / self.row.coverage.expected
        return self.link(wording.word_percent(percent))


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
