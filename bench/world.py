"""A synthetic country of the wanted size: provinces of 98 communes of 9 villages, which owe one form of 40 questions
for each of 28 months. One submission is 40 facts; each fact is posted in both books, as in earnest.

The rows are written by SQL straight into the tables (through the door it would take hours at this size); the door is
measured by figures of its own. Everything that questions read is there: units with their spells, submissions with
their days and due dates, versions, postings in the order of arrival.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Model

from caunoi.accounts.models import Role, RoleGrant, User
from caunoi.audit.actions import write_line
from caunoi.audit.clock import lock_clock, take_numbers
from caunoi.audit.rules import Actor
from caunoi.facts.models import DataElement, Posting
from caunoi.forms.actions import publish_form, set_assignments
from caunoi.forms.models import FormVersion
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import local_moment, now
from caunoi.periods.rules import BEGINNING, add_months, first_day, last_day
from caunoi.places.models import OrgUnit, OrgUnitSpell, Succession, SuccessionShare
from caunoi.places.queries import forget_snapshots
from caunoi.records.models import Submission, SubmissionVersion
from caunoi.vietnamese_text import fold

ELEMENTS, MONTHS, VILLAGES_IN_COMMUNE, COMMUNES_IN_PROVINCE = 40, 28, 9, 98
FIRST_MONTH = (2023, 1)
FORM = "so_lieu_thang"
SUBMISSION = (
    "id, form_id, org_unit_id, period_key, day_from, day_to, named_from, named_to, due_on, state, current_number,"
    " approved_number, created_at, first_received_at"
)
VERSION = (
    "id, submission_id, number, form_id, form_version_id, instance_id, xml, answers, source, entered_by_name,"
    " received_at"
)
STANDS = "world"  # the file that says how many villages were written, once all is
BY = Actor("Đo tốc độ")
PUBLISHED = local_moment(date(2022, 12, 1))
# After all the facts: communes become a third as many, as in 2025.
REFORM, MERGED = date(2025, 7, 1), 3


@dataclass(frozen=True)
class World:
    """Keys in reading order. Villages' ids follow each other from `first_village`, in order of province and commune."""

    home: Path
    facts: int
    villages: int
    first_village: int
    country: str
    provinces: tuple[str, ...]
    communes: tuple[str, ...]
    codes: tuple[str, ...]
    version: FormVersion
    user: User


def months() -> list[tuple[int, int]]:
    return [add_months(FIRST_MONTH, index) for index in range(MONTHS)]


def form_text(elements: int = ELEMENTS, *, photo: bool = False) -> str:
    questions = "\n".join(
        f"| | integer | so_{i:02d} | Số thứ {i} | Number {i} | yes | . >= 0 | Ghi số từ 0 trở lên. |"
        for i in range(1, elements + 1)
    )
    if photo:
        questions += "\n| | image | anh | Ảnh | Photo | | | |"
    return (
        "| survey |\n"
        "| | type | name | label::Tiếng Việt (vi) | label::English (en) | required | constraint |"
        " constraint_message::Tiếng Việt (vi) |\n"
        "| | date | ky_bao_cao | Tháng báo cáo | Month | yes | | |\n"
        f"{questions}\n"
        "| settings |\n"
        "| | form_id | form_title | version | default_language |\n"
        f"| | {FORM} | Số liệu tháng | 1 | Tiếng Việt (vi) |\n"
    )


def publish(elements: int = ELEMENTS, *, photo: bool = False) -> FormVersion:
    """The form with its assignment and data elements."""
    version = publish_form(
        content=form_text(elements, photo=photo).encode(),
        file_type="md",
        file_name=f"{FORM}.md",
        pack="do-toc-do",
        by=BY,
        at=PUBLISHED,
    )
    set_assignments(FORM, [AssignmentRow("village", "month", approval_level="commune")], by=BY, at=PUBLISHED)
    with connection.cursor(), _atomic():
        known = take_numbers(1)[0]
        DataElement.objects.bulk_create(
            [
                DataElement(
                    code=f"d_{i:02d}", name_vi=f"Số thứ {i}", name_en=f"Number {i}", unit="lượt", kind="flow",
                    levels=["village"], form_code=FORM, expression=f"${{so_{i:02d}}}", day="period", pack="do-toc-do",
                    known_from=known,
                )
                for i in range(1, elements + 1)
            ]
        )  # fmt: skip
        write_line("bench.publish", "bench", by=BY, at=PUBLISHED)
    return version


def make_units(villages: int) -> tuple[OrgUnit, list[OrgUnit], list[OrgUnit], list[OrgUnit]]:
    """Country, provinces, communes, villages."""
    communes = -(-villages // VILLAGES_IN_COMMUNE)
    provinces = -(-communes // COMMUNES_IN_PROVINCE)
    with _atomic():
        lock_clock()
        known = take_numbers(1)[0]

        def make(level: str, count: int, prefix: str) -> list[OrgUnit]:
            made = [OrgUnit(key=f"{prefix}{i}", level=level, known_from=known, synthetic=True) for i in range(count)]
            OrgUnit.objects.bulk_create(made, batch_size=2000)
            return list(OrgUnit.objects.filter(level=level).order_by("id"))

        country = make("country", 1, "nuoc")
        tree = [
            (country, "Cả nước", country, 1),
            (make("province", provinces, "t"), "Tỉnh", country, provinces),
            (make("commune", communes, "x"), "Xã", country, COMMUNES_IN_PROVINCE),
            (make("village", villages, "v"), "Thôn", country, VILLAGES_IN_COMMUNE),
        ]
        above: list[OrgUnit] = []
        for units, word, _root, size in tree:
            OrgUnitSpell.objects.bulk_create(
                [
                    OrgUnitSpell(
                        org_unit=unit, name=f"{word} {i}", short_name=str(i), search_name=fold(f"{word} {i}"),
                        code=unit.key, parent=above[min(i // size, len(above) - 1)] if above else None,
                        from_day=BEGINNING,
                    )
                    for i, unit in enumerate(units)
                ],
                batch_size=2000,
            )  # fmt: skip
            above = units
        write_line("bench.places", "bench", by=BY, at=PUBLISHED)
    forget_snapshots()
    return country[0], tree[1][0], tree[2][0], tree[3][0]


def make_world(home: Path, facts: int, elements: int = ELEMENTS) -> World:
    """`elements`: questions of the form, so many facts has each submission."""
    villages = max(facts // (elements * MONTHS), 1)
    version = publish(elements)
    _country, _provinces, communes, stated = make_units(villages)
    user = User.objects.create_user(username="do", password="do-toc-do-1", full_name="Người đo")
    for role in (Role.VIEWER, Role.APPROVER, Role.RECORDER):
        RoleGrant.objects.create(user=user, role=role, org_unit=communes[0], from_day=date(2020, 1, 1))
    _check_dense(stated)
    merge_communes(communes)
    write_ledger(version, stated[0].pk, villages, elements)
    (home / STANDS).write_text(str(villages))
    return _world(home, version, user, elements)


def stored_world(home: Path, facts: int) -> World | None:
    """The world that an earlier run made in this home, whole; None where there is none."""
    if not (home / STANDS).exists():
        return None
    if (home / STANDS).read_text() != str(max(facts // (ELEMENTS * MONTHS), 1)):
        raise RuntimeError(f"the world in {home} has another size; give another BENCH_HOME or its BENCH_FACTS")
    return _world(home, FormVersion.objects.get(form__code=FORM), User.objects.get(username="do"))


def _world(home: Path, version: FormVersion, user: User, elements: int = ELEMENTS) -> World:
    units = OrgUnit.objects.order_by("id")
    (country,), provinces, communes, stated = (
        list(units.filter(level=level, starts_on=BEGINNING).values_list("key", "id"))
        for level in ("country", "province", "commune", "village")
    )
    return World(
        home, len(stated) * elements * MONTHS, len(stated), stated[0][1], country[0],
        tuple(key for key, _id in provinces), tuple(key for key, _id in communes),
        tuple(f"d_{i:02d}" for i in range(1, elements + 1)), version, user,
    )  # fmt: skip


def merge_communes(communes: list[OrgUnit]) -> None:
    """Neighbours of one province become one new commune; their villages pass to it."""
    parents = dict(OrgUnitSpell.objects.filter(org_unit__in=communes).values_list("org_unit_id", "parent_id"))
    groups: list[list[OrgUnit]] = []
    for unit in communes:
        if groups and len(groups[-1]) < MERGED and parents[groups[-1][0].pk] == parents[unit.pk]:
            groups[-1].append(unit)
        else:
            groups.append([unit])
    with _atomic():
        lock_clock()
        known = take_numbers(1)[0]
        new = [
            OrgUnit(key=f"m{i}", level="commune", starts_on=REFORM, known_from=known, synthetic=True)
            for i in range(len(groups))
        ]
        OrgUnit.objects.bulk_create(new, batch_size=2000)
        new = list(OrgUnit.objects.filter(level="commune", starts_on=REFORM).order_by("id"))
        became = {old.pk: made.pk for made, olds in zip(new, groups, strict=True) for old in olds}
        villages = list(OrgUnitSpell.objects.filter(parent_id__in=became))
        OrgUnitSpell.objects.filter(org_unit__level__in=["commune", "village"]).update(to_day=REFORM)
        OrgUnit.objects.filter(pk__in=became).update(ends_on=REFORM)
        for spell in villages:
            spell.pk, spell.parent_id, spell.from_day, spell.to_day = None, became[spell.parent_id or 0], REFORM, None
        named = [
            OrgUnitSpell(
                org_unit=made, name=f"Xã mới {i}", short_name=f"mới {i}", search_name=fold(f"Xã mới {i}"),
                code=made.key, parent_id=parents[olds[0].pk], from_day=REFORM,
            )
            for i, (made, olds) in enumerate(zip(new, groups, strict=True))
        ]  # fmt: skip
        OrgUnitSpell.objects.bulk_create([*named, *villages], batch_size=2000)
        merges = Succession.objects.bulk_create(
            [Succession(day=REFORM, kind="merge", known_from=known) for _made in new], batch_size=2000
        )
        shares = []
        for merge, made, olds in zip(merges, new, groups, strict=True):
            parts = [10**12 // len(olds)] * (len(olds) - 1)
            for old, part in zip(olds, [*parts, 10**12 - sum(parts)], strict=True):
                shares.append(SuccessionShare(succession=merge, old=old, new=made, old_parts=10**12, new_parts=part))
        SuccessionShare.objects.bulk_create(shares, batch_size=2000)
        write_line("bench.reform", "bench", by=BY, at=PUBLISHED)
    forget_snapshots()


def write_ledger(version: FormVersion, first_village: int, villages: int, count: int) -> None:
    """Submissions, versions and postings of `count` elements, a month at a time, in the order in which they would have
    arrived."""
    elements = list(DataElement.objects.filter(form_code=FORM).order_by("code").values_list("id", flat=True))
    _check_dense_ids(elements)
    with _atomic():
        first_seq = take_numbers(villages * MONTHS * count * 2)[0]
    if Submission.objects.exists():
        raise RuntimeError("the ledger is written into an empty database")
    tables = [model._meta.db_table for model in (Submission, SubmissionVersion, Posting)]
    begun = time.monotonic()
    with connection.cursor() as cursor, _without_indexes(tables):
        for table, rows in (("bench_villages", villages), ("bench_elements", count), ("bench_books", 2)):
            cursor.execute(f"CREATE TEMP TABLE {table} (i INTEGER PRIMARY KEY)")
            cursor.execute(
                f"INSERT INTO {table} WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %s)"
                " SELECT i FROM n",
                [rows],
            )
        rest = [_defaults(Submission, SUBMISSION), _defaults(SubmissionVersion, VERSION)]
        for index, month in enumerate(months()):
            first, last = first_day(month, 1), last_day(month, 1)
            due = date.fromordinal(last.toordinal() + 5)
            # Every ninth village is late.
            on_time, late = (local_moment(date.fromordinal(due.toordinal() + days)) for days in (-2, 3))
            base = index * villages
            with _atomic():
                cursor.execute(
                    f"""
                    INSERT INTO {tables[0]} ({SUBMISSION}{rest[0].columns})
                    SELECT %s + i + 1, %s, %s + i, %s, %s, %s, %s, %s, %s, 'approved', 1, 1, %s,
                        CASE WHEN i %% 9 = 0 THEN %s ELSE %s END{rest[0].marks}
                    FROM bench_villages""",
                    [base, version.form_id, first_village, f"{month[0]:04d}-{month[1]:02d}", first, last, first, last,
                     due, _utc(on_time), _utc(late), _utc(on_time), *rest[0].values],
                )  # fmt: skip
                cursor.execute(
                    f"""
                    INSERT INTO {tables[1]} ({VERSION}{rest[1].columns})
                    SELECT %s + i + 1, %s + i + 1, 1, %s, %s, 'bench-' || (%s + i), '<x/>', '{{}}', 'spreadsheet',
                        'Trưởng thôn', %s{rest[1].marks}
                    FROM bench_villages""",
                    [base, base, version.form_id, version.pk, base, _utc(on_time), *rest[1].values],
                )
                cursor.execute(
                    f"""
                    INSERT INTO {tables[2]} (seq, book, data_element_id, org_unit_id, day_from, day_to, named_from,
                        named_to, disaggregation, class_code, amount, sign, version_id)
                    SELECT %s + ((%s + v.i) * 2 + b.i) * {count} + e.i, b.i, %s + e.i, %s + v.i, %s, %s, %s, %s,
                        '', '', (v.i * 7 + e.i * 13 + %s * 31) %% 97, 1, %s + v.i + 1
                    FROM bench_villages v CROSS JOIN bench_books b CROSS JOIN bench_elements e""",
                    [first_seq, base, elements[0], first_village, first, last, first, last, index, base],
                )
            _say(f"    ledger: month {index + 1}/{MONTHS}, {(index + 1) * villages * count:,} facts")
    with _atomic():
        write_line("bench.ledger", "bench", by=BY, at=now())
    _say(f"    ledger written in {time.monotonic() - begun:.0f} s\n")


@dataclass(frozen=True)
class _Defaults:
    columns: str
    marks: str
    values: list[Any]


def _defaults(model: type[Model], given: str) -> _Defaults:
    """The columns that are not given, with what an untouched row of the model has in them."""
    names = {name.strip() for name in given.split(",")}
    fields = [f for f in model._meta.concrete_fields if f.column not in names and not f.null]
    return _Defaults(
        "".join(f", {f.column}" for f in fields),
        ", %s" * len(fields),
        [f.get_db_prep_save(f.get_default(), connection) for f in fields],
    )


def _utc(moment: datetime) -> str:
    return str(connection.ops.adapt_datetimefield_value(moment))


def _say(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{text}", end="", file=sys.stderr, flush=True)


@contextmanager
def _atomic() -> Iterator[None]:
    from django.db import transaction

    with transaction.atomic():
        yield


@contextmanager
def _without_indexes(tables: list[str]) -> Iterator[None]:
    """Secondary indexes are built once at the end: ten times faster than row by row, and the same afterwards."""
    marks = ", ".join(["%s"] * len(tables))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({marks})",
            tables,
        )
        indexes = cursor.fetchall()
        cursor.execute("PRAGMA synchronous=OFF")
        for name, _sql in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for number, (_name, sql) in enumerate(indexes, 1):
            _say(f"    ledger: index {number}/{len(indexes)}                              ")
            cursor.execute(sql)
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("ANALYZE")


def _check_dense(units: list[OrgUnit]) -> None:
    _check_dense_ids([unit.pk for unit in units])


def _check_dense_ids(ids: list[int]) -> None:
    if ids != list(range(ids[0], ids[0] + len(ids))):
        raise RuntimeError("ids are not consecutive; the ledger is generated by arithmetic on them")
