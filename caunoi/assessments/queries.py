from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils.translation import gettext as _

from caunoi.accounts.scope import Scope, ids_in_sql
from caunoi.assessments.errors import CriteriaSetUnknown, RatingUnknown, SheetUnknown
from caunoi.assessments.figures import ask_figures
from caunoi.assessments.models import (
    CriteriaSet,
    CriterionStatement,
    EvidenceFile,
    GroupSpell,
    ProgressRecord,
    Rating,
    RatingRound,
    ScoringSheet,
    StatementFile,
)
from caunoi.assessments.rules.criteria import (
    Group,
    Judged,
    Part,
    SetCriterion,
    Stated,
    find_group,
    judge,
    judge_parts,
    read_criteria,
    read_parts,
)
from caunoi.assessments.rules.life import RatingState
from caunoi.assessments.rules.sheet import Sheet, read_sheet
from caunoi.audit.clock import current_number
from caunoi.periods.rules import Days, Period, PeriodType, period_from_key
from caunoi.places.queries import get_snapshot, named_on

# -- ratings ----------------------------------------------------------------------------------------------------------


ROUND_SORTS = {"day": "day_to", "sheet": "series", "state": "closed_at", "units": "units", "waiting": "waiting"}


@dataclass(frozen=True)
class RoundFilters:
    """`text`: of the name of the unit that runs it. `series`: of its sheet. `units`: ids; None: all. `year`: its period
    ends in."""

    text: str = ""
    series: str = ""
    state: Literal["", "open", "closed"] = ""
    units: frozenset[int] | None = None
    year: int | None = None


def list_rounds(scope: Scope, filters: RoundFilters | None = None, sort: str = "-day") -> QuerySet[RatingRound]:
    """Rounds with a unit that the reader may see, the newest first; `units` and `waiting` count all of them."""
    mine = Rating.objects.filter(scope.condition()).values("round_id")
    counted = Count("ratings", filter=~Q(ratings__state=RatingState.LEFT_OUT))
    waiting = Count("ratings", filter=Q(ratings__state__in=[RatingState.OPEN, RatingState.SENT, RatingState.RETURNED]))
    name, sign = sort.removeprefix("-"), "-" if sort.startswith("-") else ""
    return (
        _narrow(RatingRound.objects.filter(pk__in=mine), filters or RoundFilters())
        .annotate(units=counted, waiting=waiting)
        .select_related("org_unit")
        .order_by(f"{sign}{ROUND_SORTS.get(name, 'day_to')}", f"{sign}day_to", f"{sign}pk")
    )


def _narrow(rounds: QuerySet[RatingRound], filters: RoundFilters) -> QuerySet[RatingRound]:
    if filters.series:
        rounds = rounds.filter(series=filters.series)
    if filters.state:
        rounds = rounds.filter(closed_at__isnull=filters.state == "open")
    if filters.units is not None:
        rounds = rounds.filter(org_unit_id__in=ids_in_sql(filters.units))
    if filters.year is not None:
        rounds = rounds.filter(day_to__year=filters.year)
    return rounds.filter(named_on(filters.text, unit="org_unit", day="day_to"))


def list_series() -> list[ScoringSheet]:
    """The newest sheet of each series."""
    return list({one.series: one for one in ScoringSheet.objects.order_by("series", "code")}.values())


def get_round(round_id: int, scope: Scope) -> RatingRound:
    found = list_rounds(scope).filter(pk=round_id).first()
    if found is None:
        raise RatingUnknown()
    return found


def list_ratings(round_: RatingRound, scope: Scope) -> list[Rating]:
    """Those the reader may see, in the order of the places."""
    return list(round_.ratings.filter(scope.condition()).order_by("pk"))


def get_rating(round_id: int, unit_key: str, scope: Scope) -> Rating:
    found = (
        Rating.objects.filter(scope.condition(), round_id=round_id, org_unit__key=unit_key)
        .select_related("round", "org_unit", "round__org_unit")
        .first()
    )
    if found is None:
        raise RatingUnknown()
    return found


def get_evidence(rating: Rating, file_id: int) -> EvidenceFile:
    """`rating`: one that the reader may see."""
    found = rating.files.filter(pk=file_id).select_related("stored").first()
    if found is None:
        raise RatingUnknown()
    return found


def find_rating_of(submission_id: int, scope: Scope) -> Rating | None:
    """The closed rating that a record carries the class of."""
    return Rating.objects.filter(scope.condition(), submission=submission_id).select_related("org_unit").first()


def read_sheet_of(round_: RatingRound) -> Sheet:
    return read_sheet(round_.sheet)


def list_sheets(on: date) -> list[ScoringSheet]:
    """The versions that hold on a day."""
    held = Q(from_day__isnull=True) | Q(from_day__lte=on)
    return list(ScoringSheet.objects.filter(held, Q(to_day__isnull=True) | Q(to_day__gte=on)))


def get_sheet(series: str, on: date) -> ScoringSheet:
    found = next((sheet for sheet in list_sheets(on) if sheet.series == series), None)
    if found is None:
        raise SheetUnknown(
            _("Không có bảng chấm “%(series)s” còn hiệu lực ngày %(day)s. Hãy chọn bảng chấm hoặc kỳ khác.")
            % {"series": series, "day": f"{on:%d/%m/%Y}"}
        )
    return found


def period_of_round(round_: RatingRound) -> Period:
    type_: PeriodType = round_.period_type  # type: ignore[assignment]  # only kinds of periods are opened
    return period_from_key(round_.period_key, type_, 15 if round_.cut_off == 15 else 1)


# -- criteria ---------------------------------------------------------------------------------------------------------


def list_criteria_sets() -> list[CriteriaSet]:
    return list(CriteriaSet.objects.all())


def get_criteria_set(code: str) -> CriteriaSet:
    found = CriteriaSet.objects.filter(code=code).first()
    if found is None:
        raise CriteriaSetUnknown()
    return found


def list_spoken_days() -> dict[str, tuple[date, date]]:
    """By the set's code the first and last day on which anything was said of it: criteria stated, units put into
    groups, progress recorded. Sets of which nothing was are left out."""
    found: dict[str, tuple[date, date]] = {}
    for model, column in ((CriterionStatement, "day"), (GroupSpell, "from_day"), (ProgressRecord, "day")):
        days = model._default_manager.order_by().values("set_code").annotate(first=Min(column), last=Max(column))
        for code, first, last in days.values_list("set_code", "first", "last"):
            early, late = found.get(code, (first, last))
            found[code] = min(early, first), max(late, last)
    return found


def list_groups(set_: CriteriaSet) -> list[Group]:
    return [Group(**one) for one in set_.groups]


def list_units(set_: CriteriaSet, day: date, scope: Scope) -> list[int]:
    """The units of the set's level on the day that the reader may see, in the order of the places."""
    places = get_snapshot()
    tops = places.children_on(None, day)
    units = [unit for top in tops for unit in places.at_level(top, set_.level, day)]
    return [unit for unit in units if scope.sees_record(unit, Days(day, day))]


def list_parts_on(set_: CriteriaSet, day: date) -> dict[str, list[Part]]:
    """By the criterion's code those of its parts that hold on the day."""
    found: dict[str, list[Part]] = defaultdict(list)
    for one in read_parts(set_.parts):
        if one.holds_on(day):
            found[one.criterion].append(one)
    return found


def judge_units(set_: CriteriaSet, units: Sequence[int], day: date) -> dict[int, list[Judged]]:
    """Each unit's criteria on a day with their parts, in the set's order: one question and two statements for all."""
    criteria, parts = read_criteria(set_.criteria), list_parts_on(set_, day)
    groups = groups_on(set_, units, day)
    stated = _list_stated(set_, units, day)
    rules = [rule for one in criteria for rule in ([part.rule for part in parts.get(one.code, [])] or [one])]
    figures = _ask(rules, set_, units, day)

    def judge_one(unit: int, rule: SetCriterion) -> Judged:
        figure = figures.get((unit, rule.formula)) if rule.formula else None
        return judge(rule, groups.get(unit, ""), figure, stated.get((unit, rule.code)))

    return {
        unit: [
            judge_parts(one, [judge_one(unit, part.rule) for part in parts[one.code]])
            if one.code in parts
            else judge_one(unit, one)
            for one in criteria
        ]
        for unit in units
    }


def _ask(
    criteria: Sequence[SetCriterion], set_: CriteriaSet, units: Sequence[int], day: date
) -> dict[tuple[int, str], tuple[Any, str, str]]:
    """Figures of the year so far, of states those on the day. Asked at the smallest unit that holds them all: one
    commune's page does not reckon a country's communes."""
    formulas = [criterion.formula for criterion in criteria if criterion.formula]
    if not formulas or not units:
        return {}
    places = get_snapshot()
    # From the top down to the unit itself.
    chains = [[*reversed(places.ancestors_on(unit, day)), unit] for unit in units]
    found: dict[tuple[int, str], tuple[Any, str, str]] = {}
    for top in sorted({chain[0] for chain in chains}):
        under = [chain for chain in chains if chain[0] == top]
        shared = [steps[0] for steps in zip(*under, strict=False) if len(set(steps)) == 1]
        answers = ask_figures(
            formulas, place=shared[-1], level=set_.level, days=Days(date(day.year, 1, 1), day), boundaries=day,
            cut_off=1, as_known=current_number(), only=set(units),
        )  # fmt: skip
        found |= {key: (one.value, one.why, one.ref) for key, one in answers.items()}
    return found


def groups_on(set_: CriteriaSet, units: Collection[int], day: date) -> dict[int, str]:
    spells: dict[int, list[tuple[date, str]]] = defaultdict(list)
    rows = GroupSpell.objects.filter(set_code=set_.code, org_unit_id__in=ids_in_sql(units)).order_by("from_day", "pk")
    for unit, first, group in rows.values_list("org_unit_id", "from_day", "group"):
        spells[unit].append((first, group))
    return {unit: find_group(several, day) for unit, several in spells.items()}


def _list_stated(set_: CriteriaSet, units: Collection[int], day: date) -> dict[tuple[int, str], Stated]:
    rows = CriterionStatement.objects.filter(set_code=set_.code, org_unit_id__in=ids_in_sql(units), day__lte=day)
    return {
        (row.org_unit_id, row.criterion): Stated(row.met, row.evidence, row.day, row.by_name, row.value, row.pk)
        for row in rows.order_by("day", "pk")
    }


def list_statements(set_: CriteriaSet, unit: int) -> list[CriterionStatement]:
    """All that was ever said of one unit, the newest first."""
    rows = CriterionStatement.objects.filter(set_code=set_.code, org_unit_id=unit).prefetch_related("files")
    return list(rows.order_by("-day", "-pk"))


def list_statement_files(statements: Collection[int]) -> dict[int, list[StatementFile]]:
    found: dict[int, list[StatementFile]] = defaultdict(list)
    for one in StatementFile.objects.filter(statement_id__in=ids_in_sql(statements)):
        found[one.statement_id].append(one)
    return dict(found)


def get_statement_file(set_: CriteriaSet, unit: int, file_id: int) -> StatementFile:
    """`unit`: one that the reader may see."""
    own = StatementFile.objects.filter(statement__set_code=set_.code, statement__org_unit_id=unit)
    found = own.filter(pk=file_id).select_related("stored").first()
    if found is None:
        raise CriteriaSetUnknown()
    return found


def list_recorded(set_: CriteriaSet, unit: int) -> list[ProgressRecord]:
    """What of one unit's progress went into the figures, the newest day first."""
    return list(ProgressRecord.objects.filter(set_code=set_.code, org_unit_id=unit).select_related("submission"))
