"""A document and what became of it below: which units answered it, on the boundaries of a day, level by level."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from caunoi.accounts.scope import Scope
from caunoi.documents.models import Deadline, Document, DocumentAddress, DoneMark, Duty
from caunoi.documents.reach import extend_scope, keep_seen
from caunoi.documents.rules.answering import DONE, DONE_LATE, Asked, State, find_state
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot

# A resolution passes through fewer levels than there are; a circle cannot be entered.
MOST_LEVELS = 8


@dataclass
class Branch:
    """A unit of the asked day. `state` None: nothing is asked of it, but of units under it. `by_note`: done as a note
    says, without a document. `counts`: of the asked units under it, by state."""

    unit: int
    name: str
    level: str
    state: State | None = None
    due_on: date | None = None
    done_on: date | None = None
    by_note: bool = False
    answers: list[Answer] = field(default_factory=list)
    below: list[Branch] = field(default_factory=list)
    counts: Counter[State] = field(default_factory=Counter)


@dataclass(frozen=True)
class Answer:
    """An implementing document, and the units it goes on to."""

    document: Document
    branches: tuple[Branch, ...]
    counts: Counter[State]


@dataclass(frozen=True)
class Cascade:
    """`totals`: level -> its asked units by state. `hidden`: asked units the reader may not see."""

    branches: tuple[Branch, ...]
    totals: Mapping[str, Counter[State]]
    hidden: int


@dataclass(frozen=True)
class _Read:
    """All that was read, by document."""

    implementing: Mapping[int, Sequence[Document]]
    asked: Mapping[int, Sequence[Asked]]
    marks: Mapping[int, Mapping[int, date]]


def build_cascade(document: Document, scope: Scope, on: date) -> Cascade:
    """As it stood at the end of that day, on its boundaries. A handful of statements, however many units."""
    places = get_snapshot()
    read = _read(document, scope, on)
    visible = None if scope.everything else extend_scope(scope)
    units, hidden = _stand(document, read, visible, on, places, 0)
    totals: dict[str, Counter[State]] = {}
    for unit in units:
        if unit.state is not None:
            totals.setdefault(unit.level, Counter())[unit.state] += 1
    return Cascade(tuple(_arrange(units, document, on, places)), totals, hidden)


def _read(document: Document, scope: Scope, on: date) -> _Read:
    implementing: dict[int, list[Document]] = defaultdict(list)
    level, everything = [document.pk], [document.pk]
    for _level in range(MOST_LEVELS):
        rows = Document.objects.filter(implements__in=level, withdrawn_at__isnull=True, issued_on__lte=on)
        found = {one.pk: one for one in rows.select_related("kind").order_by("issued_on", "pk")}
        seen = set(keep_seen(list(found), scope))
        for one in found.values():
            if one.pk in seen and one.implements_id is not None:
                implementing[one.implements_id].append(one)
        level = list(seen)
        everything += level
        if not level:
            break
    return _Read(implementing, _read_asked(everything), _read_marks(everything, on))


def _read_asked(documents: Sequence[int]) -> dict[int, list[Asked]]:
    """Of each document the units a document is wanted of; where none is, those anything is asked of; otherwise those it
    is addressed to."""
    deadlines = {one.pk: one for one in Deadline.objects.filter(document__in=documents)}
    wanting = {one.document_id for one in deadlines.values() if one.wants_document}
    asked: dict[int, list[Asked]] = defaultdict(list)
    for deadline_id, unit in Duty.objects.filter(deadline__in=deadlines).values_list("deadline", "org_unit"):
        deadline = deadlines[deadline_id]
        if deadline.wants_document or deadline.document_id not in wanting:
            asked[deadline.document_id].append(Asked(unit, deadline.due_on))
    addresses = DocumentAddress.objects.filter(document__in=[one for one in documents if one not in asked])
    for document, unit in addresses.values_list("document", "org_unit"):
        asked[document].append(Asked(unit, None))
    return asked


def _read_marks(documents: Sequence[int], on: date) -> dict[int, dict[int, date]]:
    found: dict[int, dict[int, date]] = defaultdict(dict)
    rows = DoneMark.objects.filter(deadline__document__in=documents, done_on__lte=on)
    for document, unit, day in rows.values_list("deadline__document", "org_unit", "done_on"):
        found[document][unit] = min(day, found[document].get(unit, day))
    return found


def _stand(
    document: Document, read: _Read, visible: Scope | None, on: date, places: PlaceSnapshot, depth: int
) -> tuple[list[Branch], int]:
    """The asked units of the day with how they stand, in reading order; how many the reader may not see."""
    asked: dict[int, list[Asked]] = defaultdict(list)
    for one in read.asked.get(document.pk, ()):
        for mapped in places.map_unit(one.unit, on) if one.unit in places.units else ():
            asked[mapped.unit].append(one)
    by_unit: dict[int, list[Document]] = defaultdict(list)
    for answer in read.implementing.get(document.pk, ()):
        if answer.issuing_unit_id is not None:
            by_unit[answer.issuing_unit_id].append(answer)
    answered: dict[int, date] = {unit: answers[0].issued_on for unit, answers in by_unit.items()}
    marked = read.marks.get(document.pk, {})
    for unit, day in marked.items():
        answered[unit] = min(day, answered.get(unit, day))
    branches = []
    hidden = 0
    for unit in sorted(asked, key=lambda unit: places.order_key(unit, on)):
        if visible is not None and unit not in visible.windows:
            hidden += 1
            continue
        duties = asked[unit]
        state, done_on = find_state(unit, duties, answered, on)
        own = list(dict.fromkeys([unit, *(one.unit for one in duties)]))
        documents = [answer for one in own for answer in by_unit.get(one, ())]
        branch = Branch(
            unit=unit,
            name=places.distinct_name_on(unit, on),
            level=places.units[unit].level,
            state=state,
            due_on=min((one.due_on for one in duties if one.due_on is not None), default=None),
            done_on=done_on,
            by_note=done_on is not None and not documents,
        )
        for answer in documents if depth < MOST_LEVELS else ():
            under, _hidden = _stand(answer, read, visible, on, places, depth + 1)
            counts = Counter(each.state for each in under if each.state is not None)
            branch.answers.append(Answer(answer, tuple(_arrange(under, answer, on, places)), counts))
        branches.append(branch)
    return branches, hidden


def _arrange(branches: Iterable[Branch], document: Document, on: date, places: PlaceSnapshot) -> list[Branch]:
    """Units under the units between them and the document's own: villages under their communes."""
    roots = {mapped.unit for mapped in places.map_unit(document.org_unit_id, on)}
    nodes = {branch.unit: branch for branch in branches}
    top: list[Branch] = []
    for branch in list(nodes.values()):
        if branch.unit in roots:
            top.append(branch)
            continue
        below = branch
        for above in places.ancestors_on(branch.unit, on):
            if above in roots:
                top.append(below)
                break
            known = nodes.get(above)
            node = known or Branch(above, places.distinct_name_on(above, on), places.units[above].level)
            nodes[above] = node
            if branch.state is not None:
                node.counts[branch.state] += 1
            if below not in node.below:
                node.below.append(below)
            below = node
        else:
            top.append(below)
    return list({branch.unit: branch for branch in top}.values())


def count_done(counts: Mapping[State, int]) -> int:
    return counts.get(DONE, 0) + counts.get(DONE_LATE, 0)
