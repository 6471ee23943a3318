"""Targets on the boundaries of two days, side by side. Those of what adds up go with a place into what it became; those
of an indicator are each unit's own and end with it, so that one may stand on one side only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _

from caunoi.accounts.scope import Scope
from caunoi.facts.rules.question import Figure, round_half_up, text_of
from caunoi.facts.side_by_side import Pair, Side, SideBySide, comparison_rows
from caunoi.languages import show_number
from caunoi.targets.attainment import Attained, AttainedBy, ask_attained, list_formulas


@dataclass(frozen=True)
class AttainedSide:
    """Of each of a side's figures what was reached of its target, None where it has none."""

    figures: tuple[tuple[Figure, Attained | None], ...]

    @property
    def has_any(self) -> bool:
        return any(attained is not None for _figure, attained in self.figures)

    @property
    def whole(self) -> tuple[Decimal, Decimal] | None:
        """(result so far, target) of all units together; None of a single one, of what doesn't add up, and where any
        of them has no target: part of a whole would be taken for all of it."""
        several = [
            attained for _figure, attained in self.figures if attained is not None and attained.percent is not None
        ]
        if len(several) < max(2, len(self.figures)):
            return None
        return sum((one.result or Decimal(0) for one in several), Decimal(0)), sum(
            (one.target for one in several), Decimal(0)
        )

    @property
    def percent(self) -> Decimal | None:
        if self.whole is None or not self.whole[1]:
            return None
        return round_half_up(self.whole[0] * 100 / self.whole[1], 1)

    def say(self) -> str:
        """Of all units together."""
        if self.whole is None or self.percent is None:
            return ""
        words = {"percent": show_number(self.percent), "target": show_number(self.whole[1])}
        return _("đạt %(percent)s%% chỉ tiêu %(target)s") % words

    def cells(self) -> list[str]:
        """Target, and how far it is reached: of all units together where that can be told, else of each in turn."""
        if not self.has_any:
            return ["", ""]
        if self.whole is not None:
            return [text_of(self.whole[1]) or "", text_of(self.percent) or ""]
        several = [attained for _figure, attained in self.figures]
        reached = [None if one is None else one.percent if one.indicator is None else one.apart for one in several]
        return [
            "; ".join((one and text_of(one.target)) or "–" for one in several),
            "; ".join(text_of(one) or "–" for one in reached),
        ]


@dataclass(frozen=True)
class AttainedPair:
    """`pair` with what was reached of targets on both boundaries. `one_sided`: in a sentence, that there is a target
    on one of them only."""

    pair: Pair
    left: AttainedSide
    right: AttainedSide
    one_sided: str


def attain_pairs(compared: SideBySide, scope: Scope) -> list[AttainedPair]:
    """The totals, then the pairs; of what the comparison was asked for, one question more a side, or none."""
    days = (compared.question.boundaries, compared.other_day)
    roots = (_list_roots([one.left for one in compared.totals]), _list_roots([one.right for one in compared.totals]))
    found: list[AttainedBy] = [{}, {}]
    if list_formulas(compared.question.codes, compared.question.as_known):
        for side, day, keys in zip(found, days, roots, strict=True):
            for key in keys:
                for level in dict.fromkeys((None, compared.question.level)):
                    side |= ask_attained(replace(compared.question, place=key, boundaries=day, level=level), scope)
    several = []
    for pair in [*compared.totals, *compared.pairs]:
        left, right = (
            AttainedSide(tuple((one, by.get((one.code, one.place, one.first))) for one in side.figures))
            for side, by in zip((pair.left, pair.right), found, strict=True)
        )
        said = ""
        if left.has_any != right.has_any:
            only = days[0] if left.has_any else days[1]
            said = _("Chỉ có chỉ tiêu phấn đấu theo ranh giới ngày %(day)s.") % {"day": f"{only:%d/%m/%Y}"}
        several.append(AttainedPair(pair, left, right, said))
    return several


def _list_roots(sides: Sequence[Side]) -> list[str]:
    return list(dict.fromkeys(figure.place for side in sides for figure in side.figures))


def list_rows(compared: SideBySide, pairs: Sequence[AttainedPair]) -> list[list[str]]:
    """The comparison's header and rows, with targets after them where any of its codes has one."""
    rows = comparison_rows(compared)
    if not list_formulas(compared.question.codes, compared.question.as_known):
        return rows
    days = [f"{day:%d/%m/%Y}" for day in (compared.question.boundaries, compared.other_day)]
    further = [
        title % day
        for day in days
        for title in (_("Chỉ tiêu phấn đấu, ranh giới %s"), _("Đạt chỉ tiêu (%% hoặc chênh lệch), ranh giới %s"))
    ]
    cells = [[*one.left.cells(), *one.right.cells(), one.one_sided] for one in pairs]
    return [row + more for row, more in zip(rows, [[*further, _("Ghi chú về chỉ tiêu")], *cells], strict=True)]
