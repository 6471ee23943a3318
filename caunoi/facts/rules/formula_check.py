"""What a formula may not ask: to add what can't be added, an unknown code, a circle.

Everything wrong is listed, each in a sentence with where it stands and what to do instead.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from django.utils.translation import gettext as _

from caunoi.facts.rules.formula_amounts import (
    NOT_GREATER_THAN,
    PART_OF,
    RELATIONS,
    TARGET_OF,
    TURNS_OF,
    AmountCheck,
    ElementFacts,
    FormulaMistake,
    IndicatorFacts,
    Relations,
)
from caunoi.facts.rules.formula_tree import Code, Node, codes_in, list_names
from caunoi.facts.rules.formula_units import read_unit

__all__ = [
    "NOT_GREATER_THAN",
    "PART_OF",
    "RELATIONS",
    "TARGET_OF",
    "TURNS_OF",
    "ElementFacts",
    "FormulaMistake",
    "IndicatorFacts",
    "Judged",
    "check_formula",
    "check_sum",
    "describe_unknown",
    "find_circle",
    "judge_formula",
]

# Each step doubles the days a figure is read of; what compares comparisons of comparisons nobody understands either.
MOST_STEPS = 3


@dataclass(frozen=True)
class Judged:
    """`unit` is what the formula gives; None where constants leave it open (`dist_m / 1000` may be km)."""

    mistakes: tuple[FormulaMistake, ...]
    unit: str | None


def judge_formula(
    node: Node,
    elements: Mapping[str, ElementFacts],
    relations: Relations = (),
    indicators: Mapping[str, IndicatorFacts] | None = None,
    code: str = "",
    unit: str = "",
) -> Judged:
    """All that is wrong, in the order of the text.

    `code` is the indicator's own, for finding circles; `unit` the one it declares, '' if it leaves that to the
    formula. A circle is said alone, since nothing else can be judged.
    """
    known = indicators or {}
    names = {*elements, *known, *([code] if code else [])}
    unknown = {
        name: FormulaMistake(_("Không có mã “%(code)s”.") % {"code": name}, at, suggest_code(name, names - {code}))
        for name, at in reversed(list(list_names(node)))
        if name not in names
    }
    if circle := find_circle(node, known, code):
        at = next((at for name, at in list_names(node) if name == circle[1] or name == circle[0]), 0)
        sentence = _("Công thức chạy vòng: %(circle)s.") % {"circle": " → ".join(circle)}
        return Judged((FormulaMistake(sentence, at, _("Bỏ một mã trong vòng này.")),), None)
    check = AmountCheck(elements, known, relations)
    if check.steps(node) > MOST_STEPS:
        sentence = _("So sánh kỳ lồng nhau quá %(most)d lần, kể cả trong các chỉ số được dùng.") % {"most": MOST_STEPS}
        return Judged(
            (FormulaMistake(sentence, 0, _("Tách thành các chỉ số riêng, mỗi chỉ số một lần so sánh.")),), None
        )
    amount = check.amount(node)
    found = sorted(dict.fromkeys([*unknown.values(), *check.found]), key=lambda one: one.position)
    if not found and unit and amount.unit is not None and not amount.scaled and read_unit(unit) != amount.unit:
        sentence = _("Đơn vị tính ghi “%(written)s”, nhưng công thức cho “%(computed)s”.")
        given = {"written": unit, "computed": str(amount.unit) or _("(không đơn vị)")}
        found = [FormulaMistake(sentence % given, 0, _("Ghi “%(computed)s”, hoặc sửa công thức.") % given)]
    return Judged(tuple(found), None if amount.unit is None or amount.scaled else str(amount.unit))


def check_formula(
    node: Node,
    elements: Mapping[str, ElementFacts],
    relations: Relations = (),
    indicators: Mapping[str, IndicatorFacts] | None = None,
    code: str = "",
) -> list[str]:
    """`judge_formula`, in sentences alone; [] if the formula may be asked."""
    return [str(mistake) for mistake in judge_formula(node, elements, relations, indicators, code).mistakes]


def suggest_code(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.6)
    return _("Có phải: %(codes)s?") % {"codes": ", ".join(near)} if near else ""


def describe_unknown(name: str, known: Iterable[str]) -> str:
    return f"{_('Không có mã “%(code)s”.') % {'code': name}} {suggest_code(name, known)}".strip()


def find_circle(node: Node, indicators: Mapping[str, IndicatorFacts], code: str) -> list[str]:
    """The codes of a circle the formula runs into, the first repeated at the end; [] if there is none."""
    done: set[str] = set()

    def walk(formula: Node, path: list[str]) -> list[str]:
        for name in sorted(codes_in(formula)):
            if name in path:
                return [*path[path.index(name) :], name]
            if name in indicators and name not in done:
                if found := walk(indicators[name].formula, [*path, name]):
                    return found
                done.add(name)
        return []

    return walk(node, [code] if code else [])


def check_sum(codes: Sequence[str], elements: Mapping[str, ElementFacts], relations: Relations = ()) -> list[str]:
    """Why these data elements must not be added to each other; [] if they may. For any question that adds codes."""
    check = AmountCheck(elements, {}, relations)
    amounts = [check.amount(Code(code)) for code in codes]
    for left, right in combinations(amounts, 2):
        check.adding(left, right, 0)
    return list(dict.fromkeys(str(mistake) for mistake in check.found))
