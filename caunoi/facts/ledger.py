"""Derives every posting again from the records and compares: what the books must hold, and what they hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from itertools import groupby

from django.utils.translation import gettext as _

from caunoi.accounts.scope import ids_in_sql
from caunoi.approvals.rules import State
from caunoi.facts.actions import RulesOf, derive_version
from caunoi.facts.models import Book, DataElement, Posting
from caunoi.facts.projection import get_projection
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


def check_ledger(progress: Callable[[int], None] | None = None) -> list[str]:
    """Differences as sentences; empty if records, ledger and projection say the same. `progress` gets counts."""
    differences = check_segments()
    rules_of = cache(element_rules)
    for submissions in _batches():
        expected = _expected(submissions, rules_of)
        held = _held([s.pk for s in submissions])
        for submission in submissions:
            wanted, found = expected.get(submission.pk, Counter()), held.get(submission.pk, Counter())
            if wanted != found:
                differences.append(
                    _("Bản ghi %(id)d: sổ thiếu %(missing)d dòng, thừa %(extra)d dòng so với bản ghi.")
                    % {
                        "id": submission.pk,
                        "missing": sum((wanted - found).values()),
                        "extra": sum((found - wanted).values()),
                    }
                )
        if progress is not None:
            progress(len(submissions))
    differences += _compare_registers()
    if not differences:
        differences += _compare_projection()
    return differences


def _batches() -> Iterator[list[Submission]]:
    last = 0
    while batch := list(
        Submission.objects.filter(pk__gt=last).select_related("form", "org_unit").order_by("pk")[:BATCH]
    ):
        last = batch[-1].pk
        yield batch


def _expected(submissions: list[Submission], rules_of: RulesOf) -> dict[int, Counter[Line]]:
    """What each submission's versions imply: the newest one that nothing holds back is reported, the approved one
    approved."""
    by_id = {s.pk: s for s in submissions}
    expected: dict[int, Counter[Line]] = {}
    versions = SubmissionVersion.objects.filter(submission_id__in=by_id).order_by("submission_id", "number")
    for submission_id, several in groupby(versions, key=lambda version: version.submission_id):
        submission = by_id[submission_id]
        lines = expected[submission_id] = Counter()
        if submission.state == State.WITHDRAWN:
            continue
        listed = list(several)
        approved = [v for v in listed if v.number == submission.approved_number]
        reported = [v for v in listed if not holds_back(v.flags) or v.number <= (submission.approved_number or 0)][-1:]
        for book, chosen in ((Book.REPORTED, reported), (Book.APPROVED, approved)):
            for version in chosen:
                lines.update(_derive(book, submission, version, rules_of))
    return expected


def _derive(book: Book, submission: Submission, version: SubmissionVersion, rules_of: RulesOf) -> Iterator[Line]:
    arrived = arrived_of(submission, version, submission.org_unit.level)
    for element_id, fact in derive_version(arrived, rules_of):
        yield (
            int(book), element_id, submission.org_unit_id, str(fact.day_from), str(fact.day_to), str(fact.named_from),
            str(fact.named_to), fact.disaggregation, fact.class_code, fact.amount,
        )  # fmt: skip


def _held(submission_ids: list[int]) -> dict[int, Counter[Line]]:
    held: dict[int, Counter[Line]] = {}
    stated = Posting.objects.filter(version__submission_id__in=submission_ids, data_element__register="")
    for row in stated.values_list(
        "version__submission_id", "sign", "book", "data_element_id", "org_unit_id", "day_from", "day_to",
        "named_from", "named_to", "disaggregation", "class_code", "amount",
    ):  # fmt: skip
        submission_id, sign, book, element, unit, *days, disaggregation, class_code, amount = row
        line: Line = (
            book, element, unit, str(days[0]), str(days[1]), str(days[2]), str(days[3]), disaggregation, class_code,
            amount * sign,
        )  # fmt: skip
        counts = held.setdefault(submission_id, Counter())
        counts[line] += sign
        if not counts[line]:
            del counts[line]
    return held


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
            series: {(step.day, step.count): 1 for step in steps}
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


def _compare_projection() -> list[str]:
    """Row count, sums and highest number of the columnar side against the ledger."""
    session = get_projection().open()
    row = session.rows(f"SELECT count(*), coalesce(max(p.seq), 0) FROM {session.postings()} p")[0]
    count = Posting.objects.count()
    last = Posting.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    if (int(row[0]), int(row[1])) != (count, last):
        return [
            _(
                "Bản cột có %(columnar)d dòng (số cuối %(a)d), sổ có %(ledger)d dòng (số cuối %(b)d)."
                " Chạy: caunoi ledger rebuild"
            )
            % {"columnar": row[0], "a": row[1], "ledger": count, "b": last}
        ]
    return []
