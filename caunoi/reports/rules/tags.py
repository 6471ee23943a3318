"""Which figures a template asks for, read from its tags before anything is asked.

A template is a Word file whose paragraphs hold Jinja tags:

    {{ so('labour_days') }}     the figure, written as its kind suggests       {{ tien(...) }}   32,6 triệu đồng
    {{ ty_le('x_share') }}      89,8%                                          {{ trieu(...) }}  32,6 (in a table)
    {{ tren_tong('x_share') }}  21/21                                          {{ ten('x') }}    its name
    {% if co('a', 'b') %}       whether any of them has a value
    {%tr for dv in don_vi_con() %} ... {{ dv.ten }} {{ dv.so('labour_days') }} ... {%tr endfor %}
    {{ bieu_do('ten') }}        the chart of that name in the parameters

Reading the tags first lets all figures be asked in a few questions, and names a mistyped code with its paragraph.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from jinja2 import nodes

from caunoi.reports.rules.wording import Style

Stretch = Literal["ca_ky", "ngay_cuoi", "nam_cuoi"]
"""Which days of the report's period a tag asks for: all, its last day, or the last calendar year that lies in it."""
STRETCHES: tuple[Stretch, ...] = get_args(Stretch)

FIGURE_TAGS: Mapping[str, Style | None] = {
    "so": None,  # as the kind of the figure suggests
    "tien": Style.MONEY,
    "trieu": Style.MILLIONS,
    "ty_le": Style.PERCENT,
    "tren_tong": Style.OUT_OF,
}
BLANKS = ("so_van_ban", "ngay_ban_hanh", "noi_ban_hanh", "chuc_vu_ky")
"""Written when the report is issued: number and symbol, long date, place, title of who signs."""
CHILDREN_TAG, CHART_TAG = "don_vi_con", "bieu_do"
WITH_CODES = frozenset([*FIGURE_TAGS, "co", "ten"])


@dataclass
class Asked:
    """Codes of the place by stretch of days, codes of the units below it by level ('' is the usual one), and charts.

    Dictionaries as ordered sets. `unclear` are calls whose code is not written out in quotes.
    """

    codes: dict[Stretch, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    child_codes: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    charts: dict[str, None] = field(default_factory=dict)
    wrong_stretches: dict[str, None] = field(default_factory=dict)

    @property
    def all_codes(self) -> dict[str, None]:
        found: dict[str, None] = {}
        for several in (*self.codes.values(), *self.child_codes.values()):
            found.update(several)
        return found


def read_tags(template: nodes.Template) -> Asked:
    asked = Asked()
    levels = dict(_loop_levels(template))
    for level in levels.values():
        asked.child_codes[level]  # a table of names alone still asks for its units
    for call in template.find_all(nodes.Call):
        texts = [arg.value for arg in call.args if isinstance(arg, nodes.Const) and isinstance(arg.value, str)]
        match call.node:
            case nodes.Name(name=name) if name in WITH_CODES:
                asked.codes[_stretch(call, asked)].update(dict.fromkeys(texts))
            case nodes.Name(name=name) if name == CHART_TAG:
                asked.charts.update(dict.fromkeys(texts))
            case nodes.Getattr(node=nodes.Name(name=row), attr=attr) if attr in WITH_CODES and row in levels:
                asked.child_codes[levels[row]].update(dict.fromkeys(texts))
    return asked


def _loop_levels(template: nodes.Template) -> Iterator[tuple[str, str]]:
    """(name of the loop's row, level asked for) of each loop over the units below."""
    for loop in template.find_all(nodes.For):
        match loop.iter, loop.target:
            case nodes.Call(node=nodes.Name(name=name)) as call, nodes.Name(name=row) if name == CHILDREN_TAG:
                first = call.args[0] if call.args else None
                yield row, str(first.value) if isinstance(first, nodes.Const) else ""


def _stretch(call: nodes.Call, asked: Asked) -> Stretch:
    for keyword in call.kwargs:
        if keyword.key == "ky" and isinstance(keyword.value, nodes.Const):
            for stretch in STRETCHES:
                if keyword.value.value == stretch:
                    return stretch
            asked.wrong_stretches[str(keyword.value.value)] = None
    return "ca_ky"
