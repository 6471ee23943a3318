from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from caunoi.accounts.scope import Scope, ids_in_sql
from caunoi.records.entities.queries import list_offered
from caunoi.records.models import Entity
from caunoi.training.errors import ClassUnknown
from caunoi.training.models import (
    ClassSession,
    ClassState,
    Learner,
    MarkScale,
    Presence,
    TrainingClass,
    TrainingKind,
)
from caunoi.training.people import Opened
from caunoi.training.rules.results import (
    Attended,
    Counts,
    Demand,
    Scale,
    count_named,
    count_stated,
    is_completed,
    read_band,
)
from caunoi.vietnamese_text import fold

# -- Lists ------------------------------------------------------------------------------------------------------------

SORTS = {"day": "day_from", "title": "words", "state": "state"}


@dataclass(frozen=True)
class Filters:
    """`units`: ids; None: all. `year`: it begins in."""

    text: str = ""
    kind: str = ""
    state: str = ""
    units: frozenset[int] | None = None
    year: int | None = None


def list_classes(scope: Scope, filters: Filters, sort: str = "-day") -> QuerySet[TrainingClass]:
    classes = TrainingClass.objects.filter(scope.condition())
    if filters.kind:
        classes = classes.filter(kind__code=filters.kind)
    if filters.state in ClassState.values:
        classes = classes.filter(state=filters.state)
    if filters.units is not None:
        classes = classes.filter(org_unit_id__in=ids_in_sql(filters.units))
    if filters.year is not None:
        classes = classes.filter(day_from__year=filters.year)
    for word in fold(filters.text).split():
        classes = classes.filter(words__contains=word)
    name, sign = sort.removeprefix("-"), "-" if sort.startswith("-") else ""
    return classes.select_related("kind").order_by(f"{sign}{SORTS.get(name, 'day_from')}", f"{sign}pk")


def get_class(class_id: int, scope: Scope) -> TrainingClass:
    """Raises ClassUnknown also for one the reader may not see."""
    found = TrainingClass.objects.filter(scope.condition(), pk=class_id).select_related("kind").first()
    if found is None:
        raise ClassUnknown
    return found


def list_kinds(level: str = "") -> list[TrainingKind]:
    """Those a unit of the level holds; all of them without one."""
    return [kind for kind in TrainingKind.objects.all() if not level or level in kind.levels]


def list_lecturers_offered(kind: TrainingKind, org_unit_id: int, on: date) -> list[Entity]:
    """Those of the kind's register that a class of the unit may name; none where the kind names no register."""
    return list(list_offered(kind.lecturers, org_unit_id, on).order_by("label", "pk")) if kind.lecturers else []


def list_lecturers(found: TrainingClass) -> list[Entity]:
    return list(Entity.objects.filter(pk__in=found.lecturers.values("lecturer")).order_by("label", "pk"))


def find_scale(kind: TrainingKind) -> Scale | None:
    """None: its classes give no marks."""
    row = MarkScale.objects.filter(code=kind.scale).first() if kind.scale else None
    if row is None:
        return None
    return Scale(row.highest, row.decimals, tuple(read_band(band) for band in row.bands))


def get_learner(found: TrainingClass, learner_id: int) -> Learner:
    learner = found.learners.filter(pk=learner_id).first()
    if learner is None:
        raise ClassUnknown
    return learner


# -- What one counts --------------------------------------------------------------------------------------------------


def count_presences(learners: Sequence[Learner]) -> dict[int, int]:
    """By learner, in how many sessions they were."""
    rows = Presence.objects.filter(learner__in=[one.pk for one in learners]).values_list("learner_id")
    return dict.fromkeys([one.pk for one in learners], 0) | dict(rows.annotate(Count("pk")).order_by())


def judge_learners(
    found: TrainingClass, learners: Sequence[Learner], opened: Mapping[int, Opened], sessions: int
) -> dict[int, Attended]:
    """Attendance, class of result and completion as they stand now; of a closed class, completion as it was found, and
    of somebody erased the class of result."""
    scale, present = find_scale(found.kind), count_presences(learners)
    demand = Demand(found.kind.min_attendance, found.kind.min_mark if scale is not None else None)
    judged = {}
    for one in learners:
        mark = opened[one.pk].mark
        band = scale.find_band(mark, found.day_to) if scale is not None and mark is not None else None
        result = one.band if not opened[one.pk].known else band.code if band else ""
        completed = one.completed
        if completed is None or found.state != ClassState.CLOSED:
            completed = is_completed(demand, present[one.pk], sessions, mark)
        judged[one.pk] = Attended(present[one.pk], completed, result)
    return judged


def read_counts(found: TrainingClass, judged: Mapping[int, Attended]) -> Counts:
    """`judged`: its learners; empty of a class without names, which counts what was stated."""
    sessions = list(found.sessions.values_list("day", "present"))
    if judged:
        return count_named(judged.values(), [day for day, _present in sessions], found.hours)
    return count_stated(found.learners_stated, found.completed_stated, sessions, found.hours)


@dataclass(frozen=True)
class Sizes:
    """Of a class in a list, without opening anything. `completed` None: not closed yet."""

    learners: int
    sessions: int
    completed: int | None


def read_sizes(classes: Sequence[TrainingClass]) -> dict[int, Sizes]:
    """In two questions for all of them."""
    ids = [one.pk for one in classes]

    def count(model: type[Learner] | type[ClassSession]) -> Counter[int]:
        rows = model._default_manager.filter(training_class_id__in=ids).values_list("training_class_id")
        return Counter(dict(rows.annotate(Count("pk")).order_by()))

    learners, sessions = count(Learner), count(ClassSession)
    return {
        one.pk: Sizes(
            learners[one.pk] or one.learners_stated or 0, sessions[one.pk],
            one.counted.get("completed") if one.state == ClassState.CLOSED else None,
        )
        for one in classes
    }  # fmt: skip


def read_presences(found: TrainingClass) -> dict[int, set[int]]:
    """By session, the learners who were there."""
    there: dict[int, set[int]] = defaultdict(set)
    for session, learner in Presence.objects.filter(session__training_class=found).values_list("session", "learner"):
        there[session].add(learner)
    return there
