"""What the pages of training show: lines of lists, one class, who learns in it, the plan beside the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import QueryDict
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.accounts.scope import Scope
from caunoi.desk.list_filters import AskedFor, read_choice, read_code, read_text, read_unit, read_year
from caunoi.desk.templatetags.caunoi import day_
from caunoi.desk.units import WorkingUnit, list_working_units
from caunoi.facts.access import ask_as
from caunoi.facts.queries import get_catalogue
from caunoi.facts.questions import make_question
from caunoi.facts.rules.question import Figure
from caunoi.languages import in_reader_language
from caunoi.places.queries import get_snapshot
from caunoi.targets.attainment import Attained, ask_attained, list_target_codes
from caunoi.targets.queries import list_targets
from caunoi.training.models import ClassSession, ClassState, Learner, TrainingClass, TrainingKind
from caunoi.training.people import Opened, open_learners
from caunoi.training.permissions import MAY_ENTER
from caunoi.training.queries import Filters, Sizes, find_scale, read_sizes
from caunoi.training.rules.results import Attended

NAMED = 5
# The badges of the house that look right for these.
CLASS_BADGES = {"open": "submitted", "closed": "approved", "cancelled": "withdrawn"}


def read_filters(typed: QueryDict, today: date) -> AskedFor[Filters]:
    key, units = read_unit(typed, today)
    return AskedFor(
        Filters(
            text=read_text(typed),
            kind=read_code(typed, "kind"),
            state=read_choice(typed, "state", ClassState.values),
            units=units,
            year=read_year(typed),
        ),
        key,
    )


def list_holders(user: User, today: date) -> list[WorkingUnit]:
    """Units whose classes the user opens: those their roles stand on."""
    return list_working_units(user, MAY_ENTER, today)


@dataclass(frozen=True)
class Line:
    """A class in a list."""

    id: int
    title: str
    kind: str
    unit: str
    day_from: date
    day_to: date
    state: str
    badge: str
    sizes: Sizes

    @property
    def when(self) -> str:
        return show_days(self)

    @property
    def numbers(self) -> list[tuple[str, int | None]]:
        return [(_("Người học"), self.sizes.learners), (_("Hoàn thành"), self.sizes.completed)]


def show_lines(classes: Sequence[TrainingClass]) -> list[Line]:
    places, sizes = get_snapshot(), read_sizes(classes)
    return [
        Line(
            id=one.pk,
            title=one.title,
            kind=in_reader_language(one.kind.name_vi, one.kind.name_en),
            unit=places.name_on(one.org_unit_id, one.day_to),
            day_from=one.day_from,
            day_to=one.day_to,
            state=str(ClassState(one.state).label),
            badge=CLASS_BADGES[one.state],
            sizes=sizes[one.pk],
        )
        for one in classes
    ]


def show_days(found: TrainingClass | Line) -> str:
    """`01/10/2026`, or with both days."""
    first, last = day_(found.day_from), day_(found.day_to)
    return first if first == last else f"{first} – {last}"


@dataclass(frozen=True)
class LearnerLine:
    """`typed`: what stands in the field of the mark, `was`: the mark that its writer saw there; `result`: the class of
    result, in the reader's language."""

    id: int
    name: str
    known: bool
    unit: str
    present: int
    mark: Decimal | None
    typed: str
    was: str
    result: str
    completed: bool


def show_learners(
    found: TrainingClass,
    learners: Sequence[Learner],
    opened: Mapping[int, Opened],
    judged: Mapping[int, Attended],
    typed: Mapping[int, tuple[str, str]],
) -> list[LearnerLine]:
    """`typed`: marks that were sent and refused, each with what stood there before."""
    places, names = get_snapshot(), name_bands(found)
    lines = []
    for one in learners:
        mark = opened[one.pk].mark
        written = _spell(mark)
        sent, was = typed.get(one.pk, (written, written))
        lines.append(
            LearnerLine(
                id=one.pk,
                name=opened[one.pk].name,
                known=opened[one.pk].known,
                unit=places.name_on(one.org_unit_id, found.day_to),
                present=judged[one.pk].present,
                mark=mark,
                typed=sent,
                was=was,
                result=names.get(judged[one.pk].band, ""),
                completed=judged[one.pk].completed,
            )
        )
    return lines


def tell_kept(learners: Sequence[Learner], typed: Mapping[int, str]) -> str:
    """Whose marks somebody else wrote while this page was open, and which they stay. `typed`: what was sent instead."""
    opened = open_learners(learners)
    named = [
        _("%(name)s (bạn ghi %(typed)s, đang giữ %(kept)s)")
        % {"name": opened[one.pk].name, "typed": typed[one.pk] or "–", "kept": _spell(opened[one.pk].mark) or "–"}
        for one in learners[:NAMED]
    ]
    listed = "; ".join(named) + ("…" if len(learners) > NAMED else "")
    return _(
        "Trong lúc trang này mở, người khác đã ghi điểm khác cho: %(names)s. Điểm đang giữ không đổi; nếu cần sửa, hãy"
        " ghi lại."
    ) % {"names": listed}


def _spell(mark: Decimal | None) -> str:
    return "" if mark is None else f"{mark:f}".replace(".", ",")


def name_bands(found: TrainingClass) -> dict[str, str]:
    """Classes of result that held when the class ended, the highest first, in the reader's language."""
    scale = find_scale(found.kind)
    bands = [one for one in scale.bands if one.holds_on(found.day_to)] if scale is not None else []
    return {
        one.code: in_reader_language(one.name_vi, one.name_en)
        for one in sorted(bands, key=lambda one: one.at_least, reverse=True)
    }


@dataclass(frozen=True)
class SessionLine:
    """`present`: counted from the list of learners, or stated; None: nobody has counted."""

    session: ClassSession
    present: int | None
    stated: str
    to_come: bool


def show_sessions(
    found: TrainingClass, there: Mapping[int, set[int]], today: date, *, named: bool
) -> list[SessionLine]:
    return [
        SessionLine(
            one,
            (len(there[one.pk]) if one.pk in there else None) if named else one.present,
            "" if one.present is None else str(one.present),
            one.day > today,
        )
        for one in found.sessions.all()
    ]


# -- Plan and result --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PlanLine:
    """One thing counted of a kind: the plan and the result apart. `target`: its code where it is set on the page of
    targets; `attained`: in %, with result and plan; None: no plan was set."""

    result: Figure
    name: str
    unit: str
    target: str
    attained: Attained | None


@dataclass(frozen=True)
class PlanGroup:
    kind: TrainingKind
    lines: list[PlanLine]


def read_plan(place: str, year: int, today: date, scope: Scope) -> list[PlanGroup]:
    """Of a unit (by key) and calendar year, up to today, by kind: in two questions for all kinds."""
    kinds = [one for one in TrainingKind.objects.all() if one.figures]
    elements = get_catalogue().elements
    codes = list(dict.fromkeys(code for one in kinds for code in one.figures if code in elements))
    if not codes:
        return []
    first = date(year, 1, 1)
    question = make_question(codes, place, first, max(first, min(date(year, 12, 31), today)))
    results = {one.code: one for one in ask_as(question, scope)}
    attained = {code: one for (code, _place, _first), one in ask_attained(question, scope).items()}
    targets, settable = list_target_codes(), {one.code for one in list_targets()}
    return [
        PlanGroup(
            kind,
            [
                PlanLine(
                    results[code],
                    in_reader_language(elements[code].name_vi, elements[code].name_en),
                    elements[code].unit,
                    targets.get(code, "") if targets.get(code, "") in settable else "",
                    attained.get(code),
                )
                for code in kind.figures
                if code in results
            ],
        )
        for kind in kinds
    ]
