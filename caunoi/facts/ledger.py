"""Derives every posting again from the records and compares: what the books must hold, and what they hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from itertools import groupby

from django.db import connection
from django.utils.translation import gettext as _

from caunoi.accounts.scope import ids_in_sql
from caunoi.approvals.rules import State
from caunoi.facts.actions import RulesOf, derive_version
from caunoi.facts.ledger_columns import compare_columns
from caunoi.facts.models import Book, DataElement, Posting
from caunoi.facts.queries import element_rules
from caunoi.facts.registers import derive_series
from caunoi.facts.segments import check_segments
from caunoi.places.queries import get_snapshot
from caunoi.records.models import Entity, Submission, SubmissionVersion
from caunoi.records.rules.doubts import holds_back
from caunoi.records.statements import arrived_of

Line = tuple[int, int, int, str, str, str, str, str, str, int]
"""(book, data element, org unit, day_from, day_to, named_from, named_to, disaggregation, class, amount)"""

BATCH = 2000
ROWS = 10_000


def check_ledger(progress: Callable[[int], None] | None = None) -> list[str]:
    """Differences as sentences; empty if records, ledger and projection say the same. `progress` gets counts."""
    differences = check_segments()
    rules_of = cache(element_rules)
    for submissions in _batches():
        expected = _expected(submissions, rules_of)
        held = _held(submissions[0].pk, submissions[-1].pk)
        for submission in submissions:
            stated, lines = expected.get(submission.pk, []), held.get(submission.pk, [])
            if sorted(stated) == lines:
                continue
            wanted, found = Counter(stated), _net(lines)
            if wanted != found:
                differences.append(
                    _("Bản ghi %(id)d: sổ thiếu %(missing)d dòng, thừa %(extra)d dòng so với bản ghi.")
                    % {
                        "id": submission.pk,
                        "missing": (wanted - found).total(),
                        "extra": (found - wanted).total(),
                    }
                )
        if progress is not None:
            progress(len(submissions))
    differences += _compare_registers()
    if not differences:
        differences += compare_columns()
    return differences


def _batches() -> Iterator[list[Submission]]:
    last = 0
    while batch := list(
        Submission.objects.filter(pk__gt=last).select_related("form", "org_unit").order_by("pk")[:BATCH]
    ):
        last = batch[-1].pk
        yield batch


def _expected(submissions: list[Submission], rules_of: RulesOf) -> dict[int, list[tuple[Line, int]]]:
    """What each submission's versions imply, with the sign 1: the newest one that nothing holds back is reported, the
    approved one approved."""
    by_id = {s.pk: s for s in submissions}
    expected: dict[int, list[tuple[Line, int]]] = {}
    versions = SubmissionVersion.objects.filter(submission_id__in=by_id).order_by("submission_id", "number")
    for submission_id, several in groupby(versions.defer("xml"), key=lambda version: version.submission_id):
        submission = by_id[submission_id]
        lines = expected[submission_id] = []
        if submission.state == State.WITHDRAWN:
            continue
        listed = list(several)
        approved = [v for v in listed if v.number == submission.approved_number]
        reported = [v for v in listed if not holds_back(v.flags) or v.number <= (submission.approved_number or 0)][-1:]
        for version in listed:
            in_books = ((Book.REPORTED, reported), (Book.APPROVED, approved))
            if books := [int(book) for book, chosen in in_books if version in chosen]:
                lines += _derive(books, submission, version, rules_of)
    return expected


def _derive(
    books: Sequence[int], submission: Submission, version: SubmissionVersion, rules_of: RulesOf
) -> Iterator[tuple[Line, int]]:
    """What a version states, once for each of the books."""
    arrived = arrived_of(submission, version, submission.org_unit.level)
    unit, texts = submission.org_unit_id, cache(date.isoformat)
    for element_id, fact in derive_version(arrived, rules_of):
        days = texts(fact.day_from), texts(fact.day_to), texts(fact.named_from), texts(fact.named_to)
        for book in books:
            yield (book, element_id, unit, *days, fact.disaggregation, fact.class_code, fact.amount), 1


def _held(first: int, last: int) -> dict[int, list[tuple[Line, int]]]:
    """(line, sign) of the postings that versions of these submissions state, in their order."""
    held: dict[int, list[tuple[Line, int]]] = {}
    registers = set(DataElement.objects.exclude(register="").values_list("pk", flat=True))
    # Days as text: making dates of them took longer than comparing.
    days = ", ".join(f"CAST(p.{day} AS TEXT)" for day in ("day_from", "day_to", "named_from", "named_to"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT v.submission_id, p.sign, p.amount * p.sign, p.book, p.data_element_id, p.org_unit_id, {days},"
            " p.disaggregation, p.class_code"
            f" FROM {SubmissionVersion._meta.db_table} v JOIN {Posting._meta.db_table} p ON p.version_id = v.id"
            " WHERE v.submission_id BETWEEN %s AND %s",
            [first, last],
        )
        while rows := cursor.fetchmany(ROWS):
            for submission_id, sign, amount, *line in rows:
                if line[1] not in registers:
                    held.setdefault(submission_id, []).append(((*line, amount), sign))
    for lines in held.values():
        lines.sort()
    return held


def _net(lines: Iterable[tuple[Line, int]]) -> Counter[tuple[Line, int]]:
    """What stands of them; what was reversed more often than posted counts below zero."""
    counts: Counter[tuple[Line, int]] = Counter()
    for line, sign in lines:
        counts[line, 1] += sign
    return Counter({key: count for key, count in counts.items() if count})


def _compare_registers() -> list[str]:
    """The numbers of things, out of the registers themselves."""
    elements = {element.pk: element for element in DataElement.objects.exclude(register="")}
    if not elements:
        return []
    things = Entity.objects.filter(entity_list__code__in={element.register for element in elements.values()})
    posted = Posting.objects.filter(data_element__in=elements)
    units = sorted({unit for rows in (things, posted) for unit in rows.values_list("org_unit_id", flat=True)})
    places, differences = get_snapshot(), []
    for start in range(0, len(units), BATCH):
        chunk = units[start : start + BATCH]
        wanted = {
            series: {(step.day, step.amount): 1 for step in steps}
            for series, steps in derive_series(elements.values(), chunk).items()
        }
        held: dict[tuple[int, int, int], Counter[tuple[date, int]]] = {}
        for book, element, unit, day, amount, sign in posted.filter(org_unit_id__in=ids_in_sql(chunk)).values_list(
            "book", "data_element_id", "org_unit_id", "day_from", "amount", "sign"
        ):
            held.setdefault((book, element, unit), Counter())[day, amount * sign] += sign
        for book, element, unit in sorted(wanted.keys() | held.keys()):
            expected = Counter(wanted.get((book, element, unit), {}))
            found = +held.get((book, element, unit), Counter())
            if expected != found:
                differences.append(
                    _("%(code)s của %(unit)s: sổ thiếu %(missing)d dòng, thừa %(extra)d dòng so với sổ theo dõi.")
                    % {
                        "code": elements[element].code,
                        "unit": places.units[unit].key,
                        "missing": sum((expected - found).values()),
                        "extra": sum((found - expected).values()),
                    }
                )
    return differences
