"""What comes in: one submission's durable round trip, and a spreadsheet."""

from __future__ import annotations

import csv
import io
import sqlite3
import statistics
from datetime import date

from django.db import connection

from bench.measuring import Bench, Measured, timed_ms
from bench.world import BY, ELEMENTS, FORM, make_units, publish
from caunoi.accounts.scope import EVERYTHING
from caunoi.forms.rules.questions import PERIOD_COLUMN, UNIT_COLUMN
from caunoi.moments import local_moment
from caunoi.places.models import OrgUnit
from caunoi.records.actions import Incoming, receive
from caunoi.records.models import Source, Submission
from caunoi.records.spreadsheet import import_file

AT = local_moment(date(2024, 3, 2))
SENDINGS = 200
ROWS = 2000
_villages: list[OrgUnit] = []


def villages() -> list[OrgUnit]:
    if not _villages:
        publish()
        _villages.extend(make_units(ROWS)[3])
    return _villages


def durable(bench: Bench, table: str) -> sqlite3.Connection:
    """A SQLite database set as the product sets its own."""
    connection = sqlite3.connect(bench.home / "plain.sqlite3")
    connection.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; {table};")
    return connection


def answers(number: int) -> dict[str, str]:
    return {f"so_{i:02d}": str((number * 7 + i * 13) % 97) for i in range(1, ELEMENTS + 1)}


def submission_roundtrip_ms(bench: Bench) -> Measured:
    """From `receive` to its return: checked, stored, audited and posted, on SQLite with synchronous=FULL."""
    units = villages()

    def send(number: int) -> None:
        receive(
            Incoming(FORM, units[number].pk, AT, "2024-01", answers=answers(number), source=Source.DEVICE), by=BY, at=AT
        )

    send(SENDINGS)
    ours = statistics.median(timed_ms(lambda n=n: send(n)) for n in range(SENDINGS))  # type: ignore[misc]
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        if cursor.fetchone()[0] != 2:
            raise AssertionError("the database does not write durably")
    plain = durable(bench, "CREATE TABLE t (i INTEGER PRIMARY KEY, x TEXT)")
    text = str(answers(1))

    def insert(number: int) -> None:
        plain.execute("INSERT INTO t VALUES (?, ?)", (number, text))
        plain.commit()

    insert(SENDINGS)
    baseline = statistics.median(timed_ms(lambda n=n: insert(n)) for n in range(SENDINGS))  # type: ignore[misc]
    return Measured(ours, "ms", baseline, "one durable insert into SQLite", SENDINGS * ELEMENTS)


def import_values_per_s(bench: Bench) -> Measured:
    """A workbook of 2,000 rows with 40 values each: read, checked, stored, audited, posted."""
    units = villages()
    content = workbook(units)
    before = Submission.objects.count()
    milliseconds = timed_ms(
        lambda: import_file(FORM, content, "so-lieu.xlsx", by=None, by_name=BY.name, at=AT, scope=EVERYTHING)
    )
    if Submission.objects.count() - before != len(units):
        raise AssertionError("not every row became a submission")
    values = len(units) * ELEMENTS
    return Measured(
        values / (milliseconds / 1000), "values/s", baseline_values_per_s(bench, units),
        "csv reader and executemany into one SQLite table", values,
    )  # fmt: skip


def workbook(units: list[OrgUnit]) -> bytes:
    import xlsxwriter

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, [UNIT_COLUMN, PERIOD_COLUMN, *answers(0)])
    for row, unit in enumerate(units, 1):
        sheet.write_row(row, 0, [unit.key, "2024-02", *(int(v) for v in answers(row).values())])
    book.close()
    return target.getvalue()


def baseline_values_per_s(bench: Bench, units: list[OrgUnit]) -> float:
    path = bench.home / "values.csv"
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        for row, unit in enumerate(units, 1):
            writer.writerow([unit.key, "2024-02", *answers(row).values()])
    plain = durable(bench, "CREATE TABLE v (unit TEXT, month TEXT, name TEXT, x INTEGER)")

    def load() -> None:
        with open(path, newline="", encoding="utf-8") as file:
            plain.executemany(
                "INSERT INTO v VALUES (?, ?, ?, ?)",
                ((line[0], line[1], i, int(value)) for line in csv.reader(file) for i, value in enumerate(line[2:])),
            )
        plain.commit()

    return len(units) * ELEMENTS / (timed_ms(load) / 1000)
