"""Why a figure is not what a report printed: which facts behind it were corrected since, how often, when, and what was
said about it.

The records and the words said about them are for those who may see these records; whoever holds a file learns how many
facts changed, of which kind, and when.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from caunoi.accounts.scope import Scope
from caunoi.approvals.models import ApprovalStep
from caunoi.audit.queries import moment_of
from caunoi.facts.changes import Changes, ChangesAsked, FactChange, list_place_changes
from caunoi.facts.models import Kind
from caunoi.facts.queries import Catalogue, get_catalogue
from caunoi.facts.rules.formula import codes_in, parse_formula
from caunoi.moments import local_date
from caunoi.reports.rules.manifest import Line
from caunoi.sentences import tell

# Of a report whose every figure has changed the first hundred say why; the others lead to the list of changes.
MOST = 100


# Of those the first few name records, each with so many: a figure of a province may rest on thousands.
MOST_WITH_RECORDS, MOST_RECORDS = 30, 3


@dataclass(frozen=True)
class BehindIt:
    """A record because of which a fact changed. `reasons`: what was said when it was sent back, withdrawn or
    approved."""

    submission: int
    place_name: str
    entered_by: str
    approved_by: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Correction:
    """`facts`: how many facts behind the figure came, went or changed. `at`: when the last of it became known.
    `places`: units were merged, split or moved since, which may change the figure too. `kinds`: `corrected`, `new`,
    `gone`, of the first facts. `records`: of those, as far as the reader may see them."""

    facts: int
    at: datetime | None
    places: bool
    kinds: tuple[str, ...] = ()
    records: tuple[BehindIt, ...] = ()


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
        first_ones = changes[:MOST_RECORDS] if len(found) < MOST_WITH_RECORDS else []
        found[line.ref] = Correction(
            len(changes), None if known is None else moment_of(known), places,
            tuple(dict.fromkeys(change.kind for change in first_ones)), _list_records(first_ones, since),
        )  # fmt: skip
    return found


def _list_records(changes: Sequence[FactChange], since: int) -> tuple[BehindIt, ...]:
    causes = {
        cause.submission: (change, cause)
        for change in changes
        for cause in change.causes
        if cause.submission is not None
    }
    reasons: dict[str, list[str]] = defaultdict(list)
    steps = ApprovalStep.objects.filter(subject__in=[f"submission:{pk}" for pk in causes]).exclude(comment="")
    if (moment := moment_of(since)) is not None:
        steps = steps.filter(at__gt=moment)
    for step in steps.order_by("id"):
        reasons[step.subject].append(tell(step.comment))
    return tuple(
        BehindIt(
            pk, change.place_name, cause.entered_by, cause.approved_by,
            tuple(dict.fromkeys(reasons[f"submission:{pk}"])),
        )
        for pk, (change, cause) in causes.items()
    )  # fmt: skip


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
    """`2 số liệu gốc được sửa hoặc bổ sung, gần nhất ngày 03/02/2024, bản ghi được sửa`"""
    parts = []
    if correction.facts:
        parts.append(_("%(count)d số liệu gốc được sửa hoặc bổ sung") % {"count": correction.facts})
        if correction.at is not None:
            parts.append(_("gần nhất ngày %(day)s") % {"day": f"{local_date(correction.at):%d/%m/%Y}"})
        said = {"corrected": _("bản ghi được sửa"), "new": _("bản ghi đến sau"), "gone": _("bản ghi bị rút")}
        parts += [said[kind] for kind in correction.kinds]
    elif correction.places:
        parts.append(_("đơn vị hành chính được sắp xếp lại"))
    else:
        parts.append(_("cách tính của chỉ tiêu đã thay đổi"))
    return ", ".join(parts)
