"""Posting to the ledger. Facts are posted and reversed, never edited; whatever happens to a submission, the postings
of its versions tell its whole history.

Two books: `reported` follows arrivals, `approved` follows the last step of approval.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache
from typing import NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext as _

from caunoi.accounts.scope import ids_in_sql
from caunoi.audit.clock import lock_clock, take_numbers
from caunoi.bulk_rows import insert_values
from caunoi.facts.errors import FactRefused
from caunoi.facts.models import Book, DataElement, Posting
from caunoi.facts.queries import element_rules
from caunoi.facts.registers import derive_series
from caunoi.facts.rules.derivation import DerivedFact, ElementRule, Frame, derive
from caunoi.records.events import Arrived, EntitiesChanged, SubmissionsWithdrawn, VersionsApproved, VersionsArrived
from caunoi.records.models import Entity, SubmissionVersion

RulesOf = Callable[[str], tuple[list[ElementRule], dict[str, int]]]


class _Line(NamedTuple):
    """`book`: its number; a month's reports are a hundred thousand of these."""

    book: int
    element_id: int
    org_unit_id: int
    fact: DerivedFact
    version_id: int | None
    sign: int


def post_reported(event: VersionsArrived) -> None:
    """On arrival: the new version's facts, and the reversal of the version it replaces. Flagged ones wait."""
    _replace(Book.REPORTED, [arrived for arrived in event.versions if not arrived.flagged])


def post_approved(event: VersionsApproved) -> None:
    """At the last step of approval. An officer's approval also settles a flagged version: it enters both books."""
    _replace(Book.REPORTED, [arrived for arrived in event.versions if arrived.flagged])
    _replace(Book.APPROVED, event.versions)


def reverse_withdrawn(event: SubmissionsWithdrawn) -> None:
    """A withdrawal reverses both books."""
    with transaction.atomic():
        standing = _standing(_list_stated(_versions_of(event.submission_ids)))
        _write([], standing)


def post_registers(event: EntitiesChanged) -> None:
    """When things of a register changed: their numbers in these units are derived anew, and what differs is posted."""
    elements = list(DataElement.objects.filter(register__in=event.list_codes))
    if elements:
        _post_series(elements, event.org_unit_ids, event.decided)


def recount(pack: str) -> None:
    """All numbers of things that a pack has just begun to count, or to count otherwise."""
    elements = list(DataElement.objects.filter(pack=pack).exclude(register=""))
    if elements:
        counted = Entity.objects.filter(entity_list__code__in=[element.register for element in elements])
        posted = Posting.objects.filter(data_element__in=elements)
        units = {unit for rows in (counted, posted) for unit in rows.values_list("org_unit_id", flat=True)}
        _post_series(elements, units, frozenset())


def _post_series(elements: Sequence[DataElement], units: Collection[int], decided: Collection[int]) -> None:
    with transaction.atomic():
        # Before the things are read: two who change things of one unit at the same time would each post a number that
        # lacks the other's.
        lock_clock()
        wanted = {
            (book, element, unit, step.day): step
            for (book, element, unit), steps in derive_series(elements, units, decided).items()
            for step in steps
        }
        outdated = []
        for posting in _standing(Posting.objects.filter(data_element__in=elements, org_unit_id__in=ids_in_sql(units))):
            key = (posting.book, posting.data_element_id, posting.org_unit_id, posting.day_from)
            if key in wanted and wanted[key].amount == posting.amount:
                del wanted[key]
            else:
                outdated.append(posting)
        codes = {element.pk: element.code for element in elements}
        lines = [
            _Line(
                int(book), element, unit,
                DerivedFact(codes[element], day, day, day, day, "", "", step.amount), step.source_id, 1,
            )
            for (book, element, unit, day), step in wanted.items()
        ]  # fmt: skip
        if lines or outdated:
            _write(lines, outdated)


def derive_version(arrived: Arrived, rules_of: RulesOf = element_rules) -> list[tuple[int, DerivedFact]]:
    """(data element id, fact) pairs that a version states. Refuses with FactRefused: a value is never cut unseen."""
    rules, ids = rules_of(arrived.form_code)
    frame = Frame(arrived.day_from, arrived.day_to, arrived.named_from, arrived.named_to, arrived.org_unit_level)
    derived = derive(rules, arrived.answers, frame)
    if derived.problems:
        raise FactRefused(
            _("Không ghi được số liệu của biểu %(form)s, ngày %(day)s: %(problems)s")
            % {
                "form": arrived.form_code,
                "day": arrived.day_to.strftime("%d/%m/%Y"),
                "problems": " ".join(f"{problem.code}: {problem.sentence}" for problem in derived.problems),
            }
        )
    return [(ids[fact.code], fact) for fact in derived.facts]


def _replace(book: Book, versions: Sequence[Arrived]) -> None:
    if not versions:
        return
    with transaction.atomic(savepoint=False):
        # The version itself is looked up too: announcing the same arrival twice must post nothing twice.
        ids = [arrived.version_id for arrived in versions]
        replaced = [a.previous_version_id for a in versions if a.previous_version_id is not None]
        already = _list_posted(book, ids)
        if already:
            standing = _standing(_list_stated(already, book))
            already = {row.version_id for row in standing if row.version_id is not None}
        rules_of = cache(element_rules)  # whether the catalogue changed is asked once a batch, not once a record
        number = int(book)
        lines = [
            _Line(number, element_id, arrived.org_unit_id, fact, arrived.version_id, 1)
            for arrived in versions
            if arrived.version_id not in already
            for element_id, fact in derive_version(arrived, rules_of)
        ]
        standing = _standing(_list_stated(replaced, book))
        _write(lines, standing)


def _list_posted(book: Book, version_ids: Sequence[int]) -> set[int]:
    """Those of the versions that have any line in the book; nearly always none, and asked for each sending."""
    with connection.cursor() as cursor:
        found: set[int] = set()
        for start in range(0, len(version_ids), 500):
            chunk = version_ids[start : start + 500]
            marks = ", ".join(["%s"] * len(chunk))
            cursor.execute(
                f"SELECT DISTINCT version_id FROM facts_posting WHERE book = %s AND version_id IN ({marks})",
                [int(book), *chunk],
            )
            found.update(pk for (pk,) in cursor.fetchall())
        return found


def _list_stated(version_ids: Collection[int], *books: Book) -> list[Posting]:
    """What these versions state themselves. A number of things names the submission that changed it last, but stands
    or falls with the register.

    By version alone, the rest is chosen here: given an order or a join to choose by, SQLite walks through the whole
    ledger instead of looking up a few versions.
    """
    if not version_ids:
        return []
    counted = set(DataElement.objects.exclude(register="").values_list("pk", flat=True))
    ids = sorted(version_ids)
    return [
        posting
        for start in range(0, len(ids), 500)
        for posting in Posting.objects.filter(version_id__in=ids[start : start + 500])
        if posting.data_element_id not in counted and (not books or posting.book in books)
    ]


def _versions_of(submission_ids: Collection[int]) -> list[int]:
    versions = SubmissionVersion.objects.filter(submission_id__in=ids_in_sql(submission_ids))
    return list(versions.values_list("pk", flat=True))


def _standing(postings: Iterable[Posting]) -> list[Posting]:
    """The postings among these that no later line has reversed."""
    open_: dict[tuple[object, ...], list[Posting]] = defaultdict(list)
    for posting in sorted(postings, key=lambda posting: posting.seq):
        key = (
            posting.book, posting.version_id, posting.data_element_id, posting.org_unit_id, posting.day_from,
            posting.day_to, posting.disaggregation, posting.class_code, abs(posting.amount),
        )  # fmt: skip
        if posting.sign == 1:
            open_[key].append(posting)
        elif open_[key]:
            open_[key].pop()
    return sorted((p for several in open_.values() for p in several), key=lambda posting: posting.seq)


# Written by the cursor and not as model instances: a month's reports are a hundred thousand lines, and preparing each
# field of each line took Django longer than deriving and storing them.
_COLUMNS = (
    "seq", "book", "data_element_id", "org_unit_id", "day_from", "day_to", "named_from", "named_to",
    "disaggregation", "class_code", "amount", "sign", "version_id",
)  # fmt: skip


def _write(lines: Sequence[_Line], reversed_: Iterable[Posting]) -> None:
    """Reversals first, then the new lines, numbered in that order under the clock's lock."""
    reversals = list(reversed_)
    numbers = iter(take_numbers(len(lines) + len(reversals)))
    day = cache(connection.ops.adapt_datefield_value)
    rows = [
        (
            next(numbers), old.book, old.data_element_id, old.org_unit_id,
            day(old.day_from), day(old.day_to), day(old.named_from), day(old.named_to),
            old.disaggregation, old.class_code, -old.amount, -1, old.version_id,
        )
        for old in reversals
    ]  # fmt: skip
    rows += [
        (
            next(numbers), book, element, unit, day(fact.day_from), day(fact.day_to), day(fact.named_from),
            day(fact.named_to), fact.disaggregation, fact.class_code, fact.amount, sign, version,
        )
        for book, element, unit, fact, version, sign in lines
    ]  # fmt: skip
    insert_values("facts_posting", _COLUMNS, rows)
