"""Why a figure is not what a report printed: which facts behind it were corrected since, how often and when.

Counted for whoever may see the figure; who entered and approved a correction stands behind the figure's own link, for
those whose records these are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from caunoi.accounts.scope import Scope
from caunoi.audit.queries import moment_of
from caunoi.facts.changes import Changes, ChangesAsked, list_place_changes
from caunoi.facts.models import Kind
from caunoi.facts.queries import Catalogue, get_catalogue
from caunoi.facts.rules.formula import codes_in, parse_formula
from caunoi.moments import local_date
from caunoi.reports.rules.manifest import Line

# Of a report whose every figure has changed the first hundred say why; the others lead to the list of changes.
MOST = 100


@dataclass(frozen=True)
class Correction:
    """`facts`: how many facts behind the figure came, went or changed. `at`: when the last of it became known.
    `places`: units were merged, split or moved since, which may change the figure too."""

    facts: int
    at: datetime | None
    places: bool


def explain_corrections(
    lines: Iterable[Line], *, boundaries: date, since: int, until: int, scope: Scope
) -> Mapping[str, Correction]:
    """By ref."""
    catalogue = get_catalogue()
    places = bool(list_place_changes(since, until))
    found: dict[str, Correction] = {}
    for line in lines:
        if line.ref in found or len(found) >= MOST:
            continue
        first, last = date.fromisoformat(line.first), date.fromisoformat(line.last)
        codes = elements_behind(line.code, catalogue)
        if any(catalogue.elements[code].kind in (Kind.STOCK, Kind.CATEGORY, Kind.OWN_LEVEL) for code in codes):
            # The latest value up to the last day, which may have been stated long before the first.
            first = date(1900, 1, 1)
        if not codes:
            found[line.ref] = Correction(0, None, places)
            continue
        changes = Changes(ChangesAsked(line.place, first, last, boundaries, since, until, tuple(codes)), scope)
        known = changes.newest
        found[line.ref] = Correction(len(changes), None if known is None else moment_of(known), places)
    return found


def elements_behind(code: str, catalogue: Catalogue) -> list[str]:
    """The data elements that a code rests on, through indicators of indicators."""
    found: dict[str, None] = {}
    waiting, seen = [code], set[str]()
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        if one in catalogue.elements:
            found[one] = None
        elif (indicator := catalogue.indicators.get(one)) is not None:
            waiting.extend(codes_in(parse_formula(indicator.formula)))
    return list(found)


def say_why(correction: Correction) -> str:
    """`2 số liệu gốc được sửa hoặc bổ sung, gần nhất ngày 03/02/2024`"""
    parts = []
    if correction.facts:
        parts.append(_("%(count)d số liệu gốc được sửa hoặc bổ sung") % {"count": correction.facts})
        if correction.at is not None:
            parts.append(_("gần nhất ngày %(day)s") % {"day": f"{local_date(correction.at):%d/%m/%Y}"})
    elif correction.places:
        parts.append(_("đơn vị hành chính được sắp xếp lại"))
    else:
        parts.append(_("cách tính của chỉ tiêu đã thay đổi"))
    return ", ".join(parts)
