"""What stands in the `.toml` beside a template.

[children]               levels of the units a table lists, by the level of the report's place, first that has any
province = ["district", "commune"]

[figures]
codes = ["labour_days"]  asked besides those that the tags name in quotes

[chart.ngay_cong]        {{ bieu_do('ngay_cong') }}
code = "labour_days"
title = "Ngày công nhân dân đóng góp"
most = 25                bars shown, the largest first
                         ({stt} in a title: the chart's number among those that are drawn)
kind = "bars"            bars: of the units below; pairs: the same beside the same period last year; trend: of the place
                         over the last `months` named months, up to the report's end; by = "quarter" or "year": a point
                         for each of those

[sentence.ngay_cong]     {{ nhan_xet('ngay_cong') }}
code = "labour_days"
against = "cung_ky"      or "ky_truoc"; or target = "x_target" instead
as = "so"                the tag that writes the figures: so, tien, trieu, ty_le
steady = 1               a change below so many percent (of a share: points) is none
rise = "Nhân dân đóng góp {so} ngày công, tăng {muc} so với {ky} ({so_truoc})."    and fall, unchanged, ...

[period]                 what one report covers: `caunoi report ... --period 2023-01`
type = "month"
cut_off = 15             its months run from the 15th to the 14th

[layout]                 the head and the signature
set = "nghi-dinh"        which of the template's layouts: {% if the_thuc == 'nghi-dinh' %}
sets.nghi-dinh = "..."   name and title of each, for bodies that choose another one than the template's
body = "Ủy ban nhân dân" who reports; also superior, on_behalf, recipients, heading (at the top right, where the
                         layout has no words of its own there), archive (the last of the recipients; "VT" by itself)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, get_args

from django.utils.translation import gettext as _

from caunoi.periods.rules import MONTHS_IN, CutOff, PeriodType
from caunoi.places.rules.snapshot import LEVELS
from caunoi.reports.rules.narrative import PLACEHOLDERS, Turn, list_unknown
from caunoi.reports.rules.tags import EARLIER, FIGURE_TAGS, Stretch

KNOWN = frozenset(["title", "children", "figures", "chart", "sentence", "period", "layout"])
MOST_BARS, MOST_MONTHS = 40, 36
_SET = re.compile(r"[a-z][a-z0-9_-]*")

ChartKind = Literal["bars", "pairs", "trend"]
CHART_KINDS: tuple[ChartKind, ...] = get_args(ChartKind)


@dataclass(frozen=True)
class Chart:
    """`level` blank: the units the tables list. `by`: what a point of a trend stands for."""

    code: str
    title: str
    level: str = ""
    most: int = 25
    kind: ChartKind = "bars"
    months: int = 12
    by: PeriodType = "month"

    @property
    def points(self) -> int:
        return self.months // MONTHS_IN[self.by]


@dataclass(frozen=True)
class Sentence:
    """Against an earlier stretch, or against the figure `target`. `words` by turn; `style_tag` writes the figures."""

    code: str
    against: Stretch = "cung_ky"
    target: str = ""
    style_tag: str = "so"
    steady: Decimal = Decimal(0)
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PeriodOf:
    """What one report of the template covers. `type` None: whatever days are asked."""

    type: PeriodType | None = None
    cut_off: CutOff = 1


@dataclass(frozen=True)
class Layout:
    """`set` names one of the template's layouts; the rest are words of its head and end."""

    set: str = ""
    body: str = ""
    superior: str = ""
    on_behalf: str = ""
    recipients: tuple[str, ...] = ()
    heading: str = ""
    archive: str = "VT"


@dataclass(frozen=True)
class Parameters:
    children: Mapping[str, tuple[str, ...]]
    codes: tuple[str, ...]
    charts: Mapping[str, Chart]
    sentences: Mapping[str, Sentence] = field(default_factory=dict)
    period: PeriodOf = PeriodOf()
    layout: Layout = Layout()

    def child_levels(self, level: str) -> tuple[str, ...]:
        """Without a word in the file: the levels below, from the nearest on."""
        return self.children.get(level) or LEVELS[LEVELS.index(level) + 1 :]


def read_parameters(given: Mapping[str, Any]) -> tuple[Parameters, list[tuple[str, str]]]:
    """The parameters, and what is wrong as (place in the file, sentence)."""
    wrong: list[tuple[str, str]] = []
    for name in given:
        if name not in KNOWN:
            wrong.append((name, _("Không có phần này. Các phần: %(names)s.") % {"names": ", ".join(sorted(KNOWN))}))
    children: dict[str, tuple[str, ...]] = {}
    for level, below in _table(given, "children", wrong).items():
        if level not in LEVELS or not _is_texts(below) or not set(below) <= set(LEVELS):
            sentence = _("Ghi danh sách cấp. Các cấp: %(levels)s.") % {"levels": ", ".join(LEVELS)}
            wrong.append((f"children.{level}", sentence))
        else:
            children[level] = tuple(below)
    codes = _table(given, "figures", wrong).get("codes", [])
    if not _is_texts(codes):
        wrong.append(("figures.codes", _("Ghi danh sách mã chỉ tiêu.")))
        codes = []
    charts = {name: _read_chart(name, chart, wrong) for name, chart in _table(given, "chart", wrong).items()}
    sentences = {name: _read_sentence(name, one, wrong) for name, one in _table(given, "sentence", wrong).items()}
    return (
        Parameters(
            children,
            tuple(codes),
            {n: c for n, c in charts.items() if c is not None},
            {n: s for n, s in sentences.items() if s is not None},
            _read_period(_table(given, "period", wrong), wrong),
            _read_layout(_table(given, "layout", wrong), wrong),
        ),
        wrong,
    )


def _read_sentence(name: str, given: Any, wrong: list[tuple[str, str]]) -> Sentence | None:
    where = f"sentence.{name}"
    code = given.get("code") if isinstance(given, dict) else None
    if not isinstance(code, str):
        wrong.append((where, _("Câu nhận xét cần code (mã chỉ tiêu).")))
        return None
    against, target, style = given.get("against", "cung_ky"), given.get("target", ""), given.get("as", "so")
    steady = given.get("steady", 0)
    words = {key: text for key, text in given.items() if key in frozenset(Turn)}
    count = len(wrong)
    for key in given:
        if key not in ("code", "against", "target", "as", "steady", *Turn):
            wrong.append((f"{where}.{key}", _("Không có mục này. Các mục: %(names)s.") % {"names": ", ".join(Turn)}))
    for key, text in words.items():
        unknown = list_unknown(text) if isinstance(text, str) else [key]
        if unknown:
            names = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
            wrong.append((f"{where}.{key}", _("Ghi một câu; chỗ thay chỉ có: %(names)s.") % {"names": names}))
    if against not in EARLIER:
        wrong.append((f"{where}.against", _("Ghi một trong: %(names)s.") % {"names": ", ".join(EARLIER)}))
    if style not in FIGURE_TAGS:
        wrong.append((f"{where}.as", _("Ghi một trong: %(names)s.") % {"names": ", ".join(FIGURE_TAGS)}))
    if not isinstance(target, str):
        wrong.append((f"{where}.target", _("Ghi mã của chỉ tiêu phấn đấu.")))
    if isinstance(steady, bool) or not isinstance(steady, int | float) or not 0 <= steady <= 100:
        wrong.append((f"{where}.steady", _("Ghi số phần trăm từ 0 đến 100.")))
    if len(wrong) > count:
        return None
    return Sentence(code, against, target, style, Decimal(str(steady)), words)


def _read_period(given: Mapping[str, Any], wrong: list[tuple[str, str]]) -> PeriodOf:
    type_, cut_off = given.get("type"), given.get("cut_off", 1)
    if type_ is not None and type_ not in MONTHS_IN:
        wrong.append(("period.type", _("Ghi một trong: %(names)s.") % {"names": ", ".join(MONTHS_IN)}))
        type_ = None
    if cut_off not in (1, 15) or isinstance(cut_off, bool):
        wrong.append(("period.cut_off", _("Ghi 1 (tháng dương lịch) hoặc 15 (từ ngày 15 đến ngày 14).")))
        cut_off = 1
    return PeriodOf(type_, cut_off)


def _read_layout(given: Mapping[str, Any], wrong: list[tuple[str, str]]) -> Layout:
    count = len(wrong)
    for key, value in given.items():
        if key == "recipients":
            if not _is_texts(value):
                wrong.append(("layout.recipients", _("Ghi danh sách nơi nhận.")))
        elif key == "sets":
            if not _is_named_sets(value):
                wrong.append(("layout.sets", _("Ghi tên và lời giải thích của từng bộ thể thức.")))
        elif key not in ("set", "body", "superior", "on_behalf", "heading", "archive"):
            wrong.append((f"layout.{key}", _("Không có mục này.")))
        elif not isinstance(value, str):
            wrong.append((f"layout.{key}", _("Ghi một dòng chữ trong dấu nháy.")))
    if not _SET.fullmatch(str(given.get("set", "a"))):
        wrong.append(("layout.set", _("Ghi tên bộ thể thức bằng chữ thường không dấu.")))
    if len(wrong) > count:
        return Layout()
    words = {key: value for key, value in given.items() if key != "sets"}
    return Layout(**{**words, "recipients": tuple(given.get("recipients", ()))})


def _is_named_sets(value: Any) -> bool:
    return isinstance(value, dict) and all(_SET.fullmatch(name) and isinstance(one, str) for name, one in value.items())


def _read_chart(name: str, given: Any, wrong: list[tuple[str, str]]) -> Chart | None:
    code, title = (given.get("code"), given.get("title")) if isinstance(given, dict) else (None, None)
    level, most = (given.get("level", ""), given.get("most", 25)) if isinstance(given, dict) else ("", 25)
    if not isinstance(code, str) or not isinstance(title, str) or level not in ("", *LEVELS):
        wrong.append((f"chart.{name}", _("Biểu đồ cần code (mã chỉ tiêu), title (tên) và nếu muốn thì level (cấp).")))
        return None
    kind, months = given.get("kind", "bars"), given.get("months", 12)
    if kind not in CHART_KINDS:
        wrong.append((f"chart.{name}.kind", _("Ghi một trong: %(names)s.") % {"names": ", ".join(CHART_KINDS)}))
        return None
    if not isinstance(months, int) or not 2 <= months <= MOST_MONTHS:
        wrong.append((f"chart.{name}.months", _("Ghi số từ 2 đến %(most)d.") % {"most": MOST_MONTHS}))
        return None
    if not isinstance(most, int) or not 1 <= most <= MOST_BARS:
        wrong.append((f"chart.{name}.most", _("Ghi số từ 1 đến %(most)d.") % {"most": MOST_BARS}))
        return None
    by = given.get("by", "month")
    if by not in MONTHS_IN or months // MONTHS_IN[by] < 2:
        wrong.append((f"chart.{name}.by", _("Ghi một trong: %(names)s.") % {"names": ", ".join(MONTHS_IN)}))
        return None
    return Chart(code, title, level, most, kind, months, by)


def _table(given: Mapping[str, Any], name: str, wrong: list[tuple[str, str]]) -> dict[str, Any]:
    found = given.get(name, {})
    if isinstance(found, dict):
        return found
    wrong.append((name, _("Phải là một phần [%(name)s].") % {"name": name}))
    return {}


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
