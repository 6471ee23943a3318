"""Which figures a template asks for, read from its tags before anything is asked.

A template is a Word file whose paragraphs hold Jinja tags:

    {{ so('labour_days') }}     the figure, written as its kind suggests       {{ tien(...) }}   32,6 triệu đồng
    {{ ty_le('x_share') }}      89,8%                                          {{ trieu(...) }}  32,6 (in a table)
    {{ tren_tong('x_share') }}  21/21                                          {{ ten('x') }}    its name
    {% if co('a', 'b') %}       whether any of them has a value
    {%tr for dv in don_vi_con() %} ... {{ dv.ten }} {{ dv.so('labour_days') }} ... {%tr endfor %}
    {{ bieu_do('ten') }}        the chart of that name in the parameters
    {{ nhan_xet('ten') }}       the sentence of that name in the parameters, its words chosen by the figures
    {{ so_sanh('x', voi='cung_ky') }}  tăng 12,5% so với cùng kỳ năm trước (1.097)

All of them, with examples: `rules/tag_help.py`, which the help page shows.
Reading the tags first lets all figures be asked in a few questions, and names a mistyped code with its paragraph.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from jinja2 import nodes

from caunoi.reports.rules.wording import Style

Stretch = Literal["ca_ky", "ngay_cuoi", "nam_cuoi", "ky_truoc", "cung_ky"]
"""Which days a tag asks for: the report's period, its last day, the last calendar year that lies in it; the period just
before, or the same days a year earlier."""
EARLIER: tuple[Stretch, ...] = ("ky_truoc", "cung_ky")
STRETCHES: tuple[Stretch, ...] = get_args(Stretch)

FIGURE_TAGS: Mapping[str, Style | None] = {
    "so": None,  # as the kind of the figure suggests
    "tien": Style.MONEY,
    "trieu": Style.MILLIONS,
    "ty_le": Style.PERCENT,
    "tren_tong": Style.OUT_OF,
}
BLANKS = ("so_van_ban", "ngay_ban_hanh", "noi_ban_hanh", "chuc_vu_ky", "nguoi_ky")
"""Written when the report is issued: number and symbol, long date, place, title and name of who signs."""
CHILDREN_TAG, CHART_TAG, SENTENCE_TAG = "don_vi_con", "bieu_do", "nhan_xet"
COMPARE_TAG, TARGET_TAG = "so_sanh", "so_chi_tieu"
WITH_CODES = frozenset([*FIGURE_TAGS, "co", "ten", COMPARE_TAG, TARGET_TAG])
TOP_LISTS = frozenset(["don_vi_cao_nhat", "don_vi_thap_nhat"])
"""Loops over the units below with the largest or smallest value of a code."""
LATE_LIST, LATE_TAG = "don_vi_chua_bao_cao", "chua_bao_cao"
CHILD_TAGS = frozenset([*TOP_LISTS, "cao_nhat", "thap_nhat", "chua_co"])
"""Tags about the units below that name a code; `cap='commune'` asks for another level than the usual one."""
REPORTS_LIST = "bao_cao_dinh_ky"
_UNIT_ROW = frozenset([*FIGURE_TAGS, "ten", "ma", "co", COMPARE_TAG])
ROW_TAGS: Mapping[str, frozenset[str]] = {
    CHILDREN_TAG: _UNIT_ROW,
    **dict.fromkeys(TOP_LISTS, _UNIT_ROW),
    LATE_LIST: frozenset(["ten", "ma", "phai_co", "da_co", "thieu"]),
    REPORTS_LIST: frozenset(["ten", "phai_co", "da_co", "dung_han", "ty_le"]),
}
"""What a row of each loop may say of itself, after its dot. Anything else would print nothing, unnoticed."""
FUNCTIONS = frozenset([*WITH_CODES, *CHILD_TAGS, CHILDREN_TAG, CHART_TAG, SENTENCE_TAG, LATE_LIST, LATE_TAG])


@dataclass
class Asked:
    """Codes of the place by stretch of days, codes of the units below it by level ('' is the usual one) and stretch,
    charts and sentences. `late` are levels whose missing reports are listed. Dictionaries as ordered sets."""

    codes: dict[Stretch, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    child_codes: dict[tuple[str, Stretch], dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    charts: dict[str, None] = field(default_factory=dict)
    sentences: dict[str, None] = field(default_factory=dict)
    late: dict[str, None] = field(default_factory=dict)
    functions: dict[str, None] = field(default_factory=dict)
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
        asked.child_codes[level, "ca_ky"]  # a table of names alone still asks for its units
    for call in template.find_all(nodes.Call):
        texts = [arg.value for arg in call.args if isinstance(arg, nodes.Const) and isinstance(arg.value, str)]
        match call.node:
            case nodes.Name(name=name) if name in WITH_CODES:
                _add(asked.codes, name, call, texts, asked)
            case nodes.Name(name=name) if name == CHART_TAG:
                asked.charts.update(dict.fromkeys(texts))
            case nodes.Name(name=name) if name == SENTENCE_TAG:
                asked.sentences.update(dict.fromkeys(texts))
            case nodes.Name(name=name) if name in CHILD_TAGS:
                asked.child_codes[_level(call), "ca_ky"].update(dict.fromkeys(texts))
            case nodes.Name(name=name) if name in (LATE_LIST, LATE_TAG):
                asked.late[_level(call)] = None
            case nodes.Name(name=name) if name != CHILDREN_TAG:
                asked.functions[name] = None
            case nodes.Getattr(node=nodes.Name(name=row), attr=attr) if attr in WITH_CODES and row in levels:
                level = levels[row]
                of_level = {stretch: asked.child_codes[level, stretch] for stretch in _stretches(attr, call, asked)}
                for codes in of_level.values():
                    codes.update(dict.fromkeys(texts))
    return asked


def _add(
    codes: dict[Stretch, dict[str, None]], name: str, call: nodes.Call, texts: Sequence[str], asked: Asked
) -> None:
    for stretch in _stretches(name, call, asked):
        codes[stretch].update(dict.fromkeys(texts))


def _loop_levels(template: nodes.Template) -> Iterator[tuple[str, str]]:
    """(name of the loop's row, level asked for) of each loop over the units below."""
    for loop in template.find_all(nodes.For):
        match loop.iter, loop.target:
            case nodes.Call(node=nodes.Name(name=name)) as call, nodes.Name(name=row) if name == CHILDREN_TAG:
                first = call.args[0] if call.args else None
                yield row, str(first.value) if isinstance(first, nodes.Const) else ""
            case nodes.Call(node=nodes.Name(name=name)) as call, nodes.Name(name=row) if name in TOP_LISTS:
                yield row, _level(call)


def list_wrong_row_tags(template: nodes.Template) -> list[tuple[str, str, frozenset[str]]]:
    """(`dv.tenn`, `tenn`, what it could have been) of each word after a row's dot that no such row knows."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for loop in template.find_all(nodes.For):
        of = loop.iter.node if isinstance(loop.iter, nodes.Call) else loop.iter
        if not isinstance(of, nodes.Name) or of.name not in ROW_TAGS or not isinstance(loop.target, nodes.Name):
            continue
        for said in loop.find_all(nodes.Getattr):
            row, known = loop.target.name, ROW_TAGS[of.name]
            if isinstance(said.node, nodes.Name) and said.node.name == row and said.attr not in known:
                found[f"{row}.{said.attr}", said.attr] = known
    return [(whole, word, known) for (whole, word), known in found.items()]


def list_levels(template: nodes.Template) -> list[str]:
    """The levels that tags about the units below ask for by name."""
    calls = [call for call in template.find_all(nodes.Call) if isinstance(call.node, nodes.Name)]
    named = [_level(call) for call in calls]
    named += [level for _row, level in _loop_levels(template)]
    return [level for level in dict.fromkeys(named) if level]


def _level(call: nodes.Call) -> str:
    return next((str(k.value.value) for k in call.kwargs if k.key == "cap" and isinstance(k.value, nodes.Const)), "")


def _stretches(name: str, call: nodes.Call, asked: Asked) -> tuple[Stretch, ...]:
    """A comparison asks for its own days and for those it compares with."""
    if name == TARGET_TAG:
        return ("ca_ky",)
    if name == COMPARE_TAG:
        return ("ca_ky", _stretch(call, "voi", EARLIER, asked) or EARLIER[1])
    return (_stretch(call, "ky", STRETCHES, asked) or "ca_ky",)


def _stretch(call: nodes.Call, key: str, known: Sequence[Stretch], asked: Asked) -> Stretch | None:
    for keyword in call.kwargs:
        if keyword.key == key and isinstance(keyword.value, nodes.Const):
            for stretch in known:
                if keyword.value.value == stretch:
                    return stretch
            asked.wrong_stretches[str(keyword.value.value)] = None
    return None
