"""Units of measure as a fraction of names: `ngày công/hộ`, `đồng/người/năm`, `km·chuyến`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

PERCENT_TEXT = "%"
POINTS_TEXT = "điểm %"


@dataclass(frozen=True)
class Unit:
    """Names above and below the bar, in alphabetical order, none on both sides. Nothing at all: a pure ratio."""

    top: tuple[str, ...] = ()
    bottom: tuple[str, ...] = ()

    def __str__(self) -> str:
        above = "·".join(self.top) or ("1" if self.bottom else "")
        return above + "".join(f"/{name}" for name in self.bottom)

    def __mul__(self, other: Unit) -> Unit:
        return _cancel([*self.top, *other.top], [*self.bottom, *other.bottom])

    def __truediv__(self, other: Unit) -> Unit:
        return _cancel([*self.top, *other.bottom], [*self.bottom, *other.top])

    def per(self, other: Unit, times: Decimal) -> Unit:
        """`ca` per 1,000 `người` is `ca/1.000 người`."""
        if times == 1 or not other.top:
            return self / other
        first, *rest = other.top
        return self / Unit(tuple(sorted([f"{_grouped(times)} {first}", *rest])), other.bottom)


def read_unit(text: str) -> Unit:
    """As written by people; `1/hộ` and `/hộ` mean the same."""
    above, *below = [part.strip() for part in text.split("/")]
    return _cancel(_names(above), [name for part in below for name in _names(part)])


def _names(text: str) -> list[str]:
    return [name for part in text.split("·") if (name := part.strip()) and name != "1"]


def _cancel(top: list[str], bottom: list[str]) -> Unit:
    above, below = Counter(top), Counter(bottom)
    return Unit(tuple(sorted((above - below).elements())), tuple(sorted((below - above).elements())))


def _grouped(times: Decimal) -> str:
    whole, _dot, rest = f"{times:f}".partition(".")
    return f"{int(whole):,}".replace(",", ".") + (f",{rest}" if rest.strip("0") else "")


PERCENT, POINTS = Unit((PERCENT_TEXT,)), Unit((POINTS_TEXT,))
