"""What stands in the `.toml` beside a template.

[children]               levels of the units a table lists, by the level of the report's place, first that has any
province = ["district", "commune"]

[figures]
codes = ["labour_days"]  asked besides those that the tags name in quotes

[chart.ngay_cong]        {{ bieu_do('ngay_cong') }}
code = "labour_days"
title = "Ngày công nhân dân đóng góp"
most = 25                bars shown, the largest first
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from caunoi.places.rules.snapshot import LEVELS

KNOWN = frozenset(["title", "children", "figures", "chart"])
MOST_BARS = 40


@dataclass(frozen=True)
class Chart:
    """`level` blank: the units the tables list."""

    code: str
    title: str
    level: str = ""
    most: int = 25


@dataclass(frozen=True)
class Parameters:
    children: Mapping[str, tuple[str, ...]]
    codes: tuple[str, ...]
    charts: Mapping[str, Chart]

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
    return Parameters(children, tuple(codes), {n: c for n, c in charts.items() if c is not None}), wrong


def _read_chart(name: str, given: Any, wrong: list[tuple[str, str]]) -> Chart | None:
    code, title = (given.get("code"), given.get("title")) if isinstance(given, dict) else (None, None)
    level, most = (given.get("level", ""), given.get("most", 25)) if isinstance(given, dict) else ("", 25)
    if not isinstance(code, str) or not isinstance(title, str) or level not in ("", *LEVELS):
        wrong.append((f"chart.{name}", _("Biểu đồ cần code (mã chỉ tiêu), title (tên) và nếu muốn thì level (cấp).")))
        return None
    if not isinstance(most, int) or not 1 <= most <= MOST_BARS:
        wrong.append((f"chart.{name}.most", _("Ghi số từ 1 đến %(most)d.") % {"most": MOST_BARS}))
        return None
    return Chart(code, title, level, most)


def _table(given: Mapping[str, Any], name: str, wrong: list[tuple[str, str]]) -> dict[str, Any]:
    found = given.get(name, {})
    if isinstance(found, dict):
        return found
    wrong.append((name, _("Phải là một phần [%(name)s].") % {"name": name}))
    return {}


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
