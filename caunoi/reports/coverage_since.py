"""Whether the periodic reports that a report counted are still as many: due, there and on time, then and now."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from caunoi.accounts.scope import Scope
from caunoi.facts.access import may_see
from caunoi.facts.coverage import FormCoverage, add_up, list_form_coverage
from caunoi.facts.rules.question import BookName, Coverage
from caunoi.periods.rules import Days
from caunoi.places.queries import get_snapshot
from caunoi.refusals import Refusal
from caunoi.reports.rules.manifest import CoverageLine, Manifest, Outcome
from caunoi.reports.rules.wording import word_number

NOTHING = Coverage(0, 0, 0)


@dataclass(frozen=True)
class CoverageCheck:
    """Of one periodic form in the report's place; without a form, of all of them in a unit that was listed as late.
    `now`: None where it can't be counted any more, or isn't this reader's to know."""

    form: str
    title: str
    place: str
    place_name: str
    printed: Coverage
    now: Coverage | None

    @property
    def outcome(self) -> Outcome:
        if self.now is None:
            return Outcome.UNREADABLE
        return Outcome.UNCHANGED if self.now == self.printed else Outcome.CORRECTED_SINCE


def check_coverage(made: Manifest, *, now: int, scope: Scope) -> tuple[CoverageCheck, ...]:
    """Every line of the list, then the forms that came to owe something since. Nothing of files that count no
    reports."""
    own = [line for line in made.coverage if line.form]
    if not made.coverage:
        return ()
    rows = _count(made, made.place, None, now, scope)
    forms = None if rows is None else {row.form_code: row for row in rows}
    checks = [
        CoverageCheck(line.form, line.title, made.place, made.place_name, _printed(line), _find(forms, line.form))
        for line in own
    ]
    checks += [
        CoverageCheck(row.form_code, row.title, made.place, made.place_name, NOTHING, row.coverage)
        for row in rows or ()
        if row.form_code not in {line.form for line in own}
    ]
    return (*checks, *_check_late(made, now, scope))


def _check_late(made: Manifest, now: int, scope: Scope) -> list[CoverageCheck]:
    """The units below that the report lists as late: one question for all of a level."""
    units = get_snapshot(now).by_key
    counted: dict[str, dict[str, list[Coverage]]] = {}
    checks = []
    for line in made.coverage:
        if line.form:
            continue
        known = None
        if line.place in units and _sees(made, line.place, scope):
            level = units[line.place].level
            if level not in counted:
                counted[level] = defaultdict(list)
                for row in _count(made, made.place, level, now, scope) or ():
                    counted[level][row.place].append(row.coverage)
            known = add_up(counted[level][line.place])
        checks.append(CoverageCheck("", "", line.place, line.place_name, _printed(line), known))
    return checks


def _count(made: Manifest, place: str, level: str | None, now: int, scope: Scope) -> list[FormCoverage] | None:
    """None: the place is no longer there on that day, or isn't this reader's."""
    days, day = _days(made), date.fromisoformat(made.boundaries)
    if level is None and not _sees(made, place, scope):
        return None
    book: BookName = "reported" if made.book == "reported" else "approved"
    try:
        return list_form_coverage(place, days.first, days.last, boundaries=day, level=level, book=book, as_known=now)
    except Refusal:
        return None


def _find(forms: dict[str, FormCoverage] | None, code: str) -> Coverage | None:
    if forms is None:
        return None
    return forms[code].coverage if code in forms else NOTHING


def _printed(line: CoverageLine) -> Coverage:
    return Coverage(line.expected, line.reported, line.on_time)


def _sees(made: Manifest, place: str, scope: Scope) -> bool:
    return may_see(place, _days(made), date.fromisoformat(made.boundaries), scope)


def _days(made: Manifest) -> Days:
    return Days(date.fromisoformat(made.first), date.fromisoformat(made.last))


# -- in words ---------------------------------------------------------------------------------------------------------


def say_coverage(check: CoverageCheck) -> str:
    """`Báo cáo thôn, Xã Y Tý: lúc lập 3/4 (đúng hạn 2), hiện nay 4/4 (đúng hạn 2)`"""
    whose = ", ".join(name for name in (check.title, check.place_name) if name)
    if check.now is None:
        said = _("%(whose)s: lúc lập %(was)s, không đối chiếu được hoặc ngoài phạm vi của bạn")
    else:
        said = _("%(whose)s: lúc lập %(was)s, hiện nay %(is)s")
    return said % {"whose": whose, "was": _say(check.printed), "is": "" if check.now is None else _say(check.now)}


def say_unchanged(checks: tuple[CoverageCheck, ...]) -> str:
    """Of a report whose every count of reports still holds; blank where it counted none."""
    total = add_up(check.printed for check in checks if check.form)
    if not checks or any(check.outcome != Outcome.UNCHANGED for check in checks):
        return ""
    return _("Báo cáo định kỳ đã duyệt: %(count)s, vẫn như lúc lập.") % {"count": _say(total)}


def _say(coverage: Coverage) -> str:
    words = {name: word_number(Decimal(number)) for name, number in coverage._asdict().items()}
    return _("%(reported)s/%(expected)s (đúng hạn %(on_time)s)") % words
