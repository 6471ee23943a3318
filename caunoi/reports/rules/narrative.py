"""How a figure stands against an earlier one or a target, and which words say so.

Pure: values in, a verdict out; then the verdict chooses one of the sentences that a template's parameters give.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum

from caunoi.periods.rules import CutOff, Days, PeriodType, period_of
from caunoi.reports.rules.wording import word_number, word_percent


class Turn(StrEnum):
    """`from_nothing`: it was zero before, so there is no percentage to tell."""

    RISE = "rise"
    FALL = "fall"
    UNCHANGED = "unchanged"
    FROM_NOTHING = "from_nothing"
    NO_EARLIER = "no_earlier"
    NO_DATA = "no_data"
    REACHED = "reached"
    EXCEEDED = "exceeded"
    BELOW = "below"
    NO_TARGET = "no_target"


@dataclass(frozen=True)
class Verdict:
    """`amount` is never negative: percent of the earlier value, percentage points between two shares, percent of the
    target reached, or how far an indicator lies from its own. None where the turn has none."""

    turn: Turn
    amount: Decimal | None = None


def compare(now: Decimal | None, earlier: Decimal | None, *, share: bool, steady: Decimal = Decimal(0)) -> Verdict:
    """`steady`: a change of less than so many percent (of a share: points) counts as unchanged."""
    if now is None:
        return Verdict(Turn.NO_DATA)
    if earlier is None:
        return Verdict(Turn.NO_EARLIER)
    change = now - earlier
    if change == 0:
        return Verdict(Turn.UNCHANGED, Decimal(0))
    if earlier == 0 and not share:
        return Verdict(Turn.FROM_NOTHING)
    amount = abs(change) if share else _percent(abs(change), abs(earlier))
    if amount < steady:
        return Verdict(Turn.UNCHANGED, amount)
    return Verdict(Turn.RISE if change > 0 else Turn.FALL, amount)


def measure(now: Decimal | None, target: Decimal | None) -> Verdict:
    """Against a target. A target of zero cannot be reached in percent and counts as none."""
    if now is None:
        return Verdict(Turn.NO_DATA)
    if not target:
        return Verdict(Turn.NO_TARGET)
    turn = Turn.REACHED if now == target else Turn.EXCEEDED if now > target else Turn.BELOW
    return Verdict(turn, _percent(now, target))


def measure_apart(now: Decimal | None, target: Decimal | None, direction: str) -> Verdict:
    """An indicator against its own target. Exceeded is what is better than it was to be; of an indicator without a
    direction what is more."""
    if now is None:
        return Verdict(Turn.NO_DATA)
    if target is None:
        return Verdict(Turn.NO_TARGET)
    if now == target:
        return Verdict(Turn.REACHED, Decimal(0))
    better = (now > target) == (direction != "down")
    return Verdict(Turn.EXCEEDED if better else Turn.BELOW, abs(now - target))


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    with localcontext() as context:
        context.prec = 80
        return 100 * part / whole


def word_amount(verdict: Verdict, *, share: bool) -> str:
    """`12,5%`, or `2,1 điểm phần trăm` between two shares. A change too small to show with one place gets a second."""
    if verdict.amount is None:
        return ""
    if share:
        return word_apart(verdict, "%")
    return word_percent(verdict.amount, _places(verdict.amount))


def word_apart(verdict: Verdict, unit: str) -> str:
    """`2,1 điểm phần trăm`, `0,5 người/tổ`."""
    if verdict.amount is None:
        return ""
    named = "điểm phần trăm" if unit == "%" else unit
    return f"{word_number(verdict.amount, _places(verdict.amount))} {named}".strip()


def _places(amount: Decimal) -> int:
    return 1 if amount == 0 or amount >= Decimal("0.05") else 2


BEFORE: Mapping[PeriodType, str] = {
    "month": "tháng trước",
    "quarter": "quý trước",
    "half-year": "6 tháng trước",
    "year": "năm trước",
}


def word_against(stretch: str, days: Days) -> str:
    """What the report compares with, as its reader says it: `tháng trước`, `cùng kỳ năm trước`, `kỳ trước`."""
    type_ = find_type(days)
    if stretch == "cung_ky":
        return "năm trước" if type_ == "year" else "cùng kỳ năm trước"
    return "kỳ trước" if type_ is None else BEFORE[type_]


def find_type(days: Days) -> PeriodType | None:
    """The kind of named period these days are, in either calendar."""
    types: tuple[PeriodType, ...] = ("month", "quarter", "half-year", "year")
    cut_offs: tuple[CutOff, ...] = (1, 15)
    for cut_off in cut_offs:
        for type_ in types:
            if period_of(days.first, type_, cut_off).days == days:
                return type_
    return None


# -- sentences --------------------------------------------------------------------------------------------------------

PLACEHOLDERS = ("so", "so_truoc", "muc", "ky", "ten", "don_vi_tinh", "don_vi")
PLACEHOLDER = re.compile(r"\{(\w+)\}")

PHRASES: Mapping[Turn, str] = {
    Turn.RISE: "tăng {muc} so với {ky} ({so_truoc})",
    Turn.FALL: "giảm {muc} so với {ky} ({so_truoc})",
    Turn.UNCHANGED: "tương đương {ky} ({so_truoc})",
    Turn.FROM_NOTHING: "{ky} chưa phát sinh ({so_truoc})",
    Turn.NO_EARLIER: "chưa có số liệu của {ky} để so sánh",
    Turn.NO_DATA: "chưa có số liệu trong kỳ để so sánh",
    Turn.REACHED: "đạt chỉ tiêu đề ra ({so_truoc})",
    Turn.EXCEEDED: "vượt chỉ tiêu, bằng {muc} chỉ tiêu đề ra ({so_truoc})",
    Turn.BELOW: "đạt {muc} chỉ tiêu đề ra ({so_truoc})",
    Turn.NO_TARGET: "chưa có chỉ tiêu để đối chiếu",
}
"""Behind a figure that the text has already given."""

SENTENCE = "{ten}: {so} {don_vi_tinh}, %s."

APART: Mapping[str, Mapping[Turn, str]] = {
    "up": {
        Turn.EXCEEDED: "đạt chỉ tiêu đề ra ({so_truoc}), vượt {muc}",
        Turn.BELOW: "chưa đạt chỉ tiêu đề ra ({so_truoc}), kém {muc}",
    },
    "down": {
        Turn.REACHED: "đạt chỉ tiêu đề ra (không quá {so_truoc})",
        Turn.EXCEEDED: "đạt chỉ tiêu đề ra (không quá {so_truoc}), thấp hơn {muc}",
        Turn.BELOW: "chưa đạt chỉ tiêu đề ra (không quá {so_truoc}), cao hơn {muc}",
    },
    "": {
        Turn.EXCEEDED: "cao hơn chỉ tiêu đề ra ({so_truoc}) {muc}",
        Turn.BELOW: "thấp hơn chỉ tiêu đề ra ({so_truoc}) {muc}",
    },
}
"""Of an indicator against its own target, by its direction."""

SENTENCES: Mapping[Turn, str] = {
    **{turn: SENTENCE % phrase for turn, phrase in PHRASES.items()},
    Turn.NO_DATA: "{ten}: {so}.",
}
"""What a sentence of the parameters says where they give no words of their own."""


def choose(verdict: Verdict, own: Mapping[str, str], *, phrase: bool = False, direction: str | None = None) -> str:
    """The template's own words for this turn, or the usual ones. Exceeding a target falls back on reaching it.
    `direction`: of an indicator that is held against its own target."""
    if verdict.turn == Turn.EXCEEDED and Turn.EXCEEDED not in own and Turn.REACHED in own:
        return own[Turn.REACHED]
    if verdict.turn in own and own[verdict.turn]:
        return own[verdict.turn]
    apart = None if direction is None else APART[direction].get(verdict.turn)
    if apart is not None:
        return apart if phrase else SENTENCE % apart
    return (PHRASES if phrase else SENTENCES)[verdict.turn]


def fill_in(sentence: str, words: Mapping[str, str]) -> str:
    """Placeholders replaced; of one that stands for nothing the space before it goes too."""
    text = PLACEHOLDER.sub(lambda found: words.get(found.group(1), found.group(0)), sentence)
    return re.sub(r" +(?=[,.;:)])", "", re.sub(r"  +", " ", text)).strip()


def list_unknown(sentence: str) -> list[str]:
    """Placeholders that mean nothing."""
    return [name for name in PLACEHOLDER.findall(sentence) if name not in PLACEHOLDERS]
