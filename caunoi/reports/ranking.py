"""Short lists of the units below: the largest and smallest of a figure, those without it, those whose reports lack."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from caunoi.reports.asking import Asking, Child, LateUnit, PrintedFigure
from caunoi.reports.rules.tags import LATE_LIST, LATE_TAG
from caunoi.reports.rules.wording import word_list, word_number

NOBODY = "không có đơn vị nào"
USUAL, MOST_NAMED = 3, 15


def make_rankings(asking: Asking) -> Mapping[str, Callable[..., Any]]:
    return {
        "don_vi_cao_nhat": partial(rank, asking, largest=True),
        "don_vi_thap_nhat": partial(rank, asking, largest=False),
        "cao_nhat": partial(_word_ranking, asking, largest=True),
        "thap_nhat": partial(_word_ranking, asking, largest=False),
        "chua_co": partial(_word_without, asking),
        LATE_LIST: partial(_list_late, asking),
        LATE_TAG: partial(_word_late, asking),
    }


def rank(asking: Asking, code: str, so_luong: int = USUAL, *, cap: str = "", largest: bool) -> list[Child]:
    """Units that have a value, the largest (smallest) first; equals in the order of the table. Nobody is best of a
    place where the figure is missing everywhere."""
    valued = [(figure.value, child) for child in asking.children[cap] if (figure := child.figure(code)) is not None]
    present = [(value, child) for value, child in valued if value is not None]
    present.sort(key=lambda pair: -pair[0] if largest else pair[0])
    return [child for _value, child in present[:so_luong]]


def _word_ranking(asking: Asking, code: str, so_luong: int = USUAL, *, cap: str = "", largest: bool) -> str:
    chosen = rank(asking, code, so_luong, cap=cap, largest=largest)
    named = [f"{child.ten} ({child.so(code)})" for child in chosen]  # type: ignore[attr-defined]  # set for each tag
    return word_list(named) if named else NOBODY


def _word_without(asking: Asking, code: str, *others: str, cap: str = "") -> str:
    """Names of the units below without a value of any of the codes, each leading to why the first has none."""
    lacking = [(child, child.find(code, "ca_ky")) for child in asking.children[cap] if not child.co(code, *others)]
    named = [
        asking.stamp(PrintedFigure(found[1], asking.natural[code], child.ten, found[0]))
        for child, found in lacking
        if found is not None
    ]
    return _shorten(named)


def _list_late(asking: Asking, *, cap: str = "") -> list[LateUnit]:
    return asking.late[cap]


def _word_late(asking: Asking, *, cap: str = "") -> str:
    return _shorten([str(unit) for unit in asking.late[cap][:MOST_NAMED]], len(asking.late[cap]))


def _shorten(named: list[str], total: int | None = None) -> str:
    """`a, b, c và 27 đơn vị khác`"""
    count = len(named) if total is None else total
    if not named:
        return NOBODY
    if count > MOST_NAMED:
        named = [*named[:MOST_NAMED], f"{word_number(Decimal(count - MOST_NAMED))} đơn vị khác"]
    return word_list(named)
