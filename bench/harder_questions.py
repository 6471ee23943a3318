"""The same questions under harder terms: on other boundaries, as known before, just after something was posted; and the
way from a national figure down to its records."""

from __future__ import annotations

import statistics
import time
from dataclasses import replace
from datetime import date, timedelta

from django.test import Client

from bench.door import answers
from bench.measuring import Bench, Measured, median_ms, timed_ms
from bench.questions import RAW, YEAR, province_question, raw, rebuild
from bench.world import BY, FORM, REFORM, World, months
from caunoi.accounts.models import Role, RoleGrant, User
from caunoi.accounts.scope import EVERYTHING
from caunoi.audit.clock import current_number
from caunoi.facts.lines import csv_text
from caunoi.facts.questions import Question, ask
from caunoi.moments import local_moment
from caunoi.periods.rules import add_months, first_day, last_day
from caunoi.places.models import OrgUnit
from caunoi.records.actions import Incoming, receive, receive_many
from caunoi.records.models import Source, Submission

TAIL = 250
_tailed: set[str] = set()


def query_recast_ms(bench: Bench) -> Measured:
    """The province question on the boundaries after the communes merged; beside it on those of its own year."""
    rebuild(bench.world)
    question = province_question(bench.world)
    other = replace(question, boundaries=REFORM + timedelta(days=1))
    ours, theirs = (sum(figure.value or 0 for figure in ask(one)) for one in (other, question))
    if ours != theirs:
        raise AssertionError(f"the total is not conserved: {ours} and {theirs}")
    return Measured(
        median_ms(lambda: ask(other)), "ms", median_ms(lambda: ask(question)), "on its own boundaries",
        bench.world.facts,
    )  # fmt: skip


def query_as_known_ms(bench: Bench) -> Measured:
    """The province question as known when half of the ledger was there; beside it as known now."""
    rebuild(bench.world)
    question = province_question(bench.world)
    before = replace(question, as_known=current_number() // 2)
    return Measured(
        median_ms(lambda: ask(before)), "ms", median_ms(lambda: ask(question)), "as known now", bench.world.facts
    )


def query_with_tail_ms(bench: Bench) -> Measured:
    """The province question while 10,000 values (20,000 postings, with what approval adds) wait for no segment yet."""
    rebuild(bench.world)
    without = median_ms(lambda: ask(province_question(bench.world)))
    _lengthen_tail(bench.world)
    return Measured(
        median_ms(lambda: ask(province_question(bench.world))), "ms", without, "all of it in segments",
        bench.world.facts,
    )  # fmt: skip


def freshness_ms(bench: Bench) -> Measured:
    """A month of one commune's villages, asked right after a report arrived; beside it when nothing is new."""
    world = bench.world
    rebuild(world)
    question = Question(
        world.codes, world.communes[0], *YEAR, boundaries=YEAR[1], as_known=current_number(), level="village",
        by="month", book="reported", cut_off=None,
    )  # fmt: skip

    def ask_now() -> None:
        ask(replace(question, as_known=current_number()))

    still = median_ms(ask_now)
    after = []
    for number in range(9):
        _send(world, [number], _month_after())
        after.append(timed_ms(ask_now))
    return Measured(statistics.median(after), "ms", still, "the same question with nothing new", world.facts)


def rollup_all_s(bench: Bench) -> Measured:
    """Every element, month and commune of the nation, with coverage and each figure's address, as a CSV file on the
    disk; beside it the bare sums, as a CSV file too."""
    world = bench.world
    rebuild(world)
    first, last = first_day(months()[0], 1), last_day(months()[-1], 1)
    question = Question(
        world.codes, world.country, first, last, boundaries=last, as_known=current_number(), level="commune",
        by="month", book="approved", cut_off=None,
    )  # fmt: skip
    theirs, ours = bench.home / "raw.csv", bench.home / "nation.csv"
    connection, _seconds = raw(world)
    sql = "SELECT element, commune, month, sum(amount) FROM facts GROUP BY ALL"
    baseline = timed_ms(lambda: connection.execute(f"COPY ({sql}) TO '{theirs}'")) / 1000
    begun = time.perf_counter()
    with ours.open("wb") as file:
        file.writelines(csv_text(question, EVERYTHING))
    seconds = time.perf_counter() - begun
    totals = [
        connection.execute(
            f"SELECT sum(column{column:0{width}}) FROM read_csv('{file}', header=false, skip=1, all_varchar=false)"
        ).fetchone()
        for file, column, width in ((ours, 6, 2), (theirs, 3, 1))
    ]
    ours.unlink()
    theirs.unlink()
    if totals[0] != totals[1]:
        raise AssertionError(f"different answers: {totals}")
    return Measured(seconds, "s", baseline, RAW, world.facts)


def lineage_ms(bench: Bench) -> Measured:
    """The page that explains a national figure, its parts by province and the first of its records, as the server makes
    it for an officer of the nation; without the network."""
    world = bench.world
    rebuild(world)
    first, last = first_day(months()[0], 1), YEAR[1]
    (figure,) = ask(
        Question(
            world.codes[:1], world.country, first, last, boundaries=last, as_known=current_number(), level=None,
            by=None, book="approved", cut_off=None,
        )
    )  # fmt: skip
    question = median_ms(lambda: ask(replace(province_question(world), codes=world.codes[:1])))
    officer, _new = User.objects.get_or_create(username="lineage")
    country = OrgUnit.objects.get(key=world.country)
    RoleGrant.objects.get_or_create(user=officer, org_unit=country, role=Role.VIEWER, from_day=date(2020, 1, 1))
    client = Client()
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")

    def open_page() -> None:
        page = client.get(f"/figures/{figure.ref}/", secure=True)
        if page.status_code != 200 or b"<table" not in page.content:
            raise AssertionError(f"status {page.status_code}")

    return Measured(median_ms(open_page), "ms", question, "one element of one province", world.facts)


def _month_after() -> tuple[int, int]:
    """The month after the last that was sent: nothing of it is there yet, also in a world that is used again."""
    last = Submission.objects.order_by("-id")[0].period_key
    return add_months((int(last[:4]), int(last[5:])), 1)


def _send(world: World, villages: list[int], month: tuple[int, int]) -> None:
    at = local_moment(max(date(2026, 11, 1), first_day(add_months(month, 1), 1)))
    items = [
        Incoming(
            FORM, world.first_village + number, at, f"{month[0]}-{month[1]:02d}", answers=answers(number),
            source=Source.SPREADSHEET,
        )
        for number in villages
    ]  # fmt: skip
    if len(items) == 1:
        receive(items[0], by=BY, at=at)
    else:
        receive_many(items, by=BY, at=at)


def _lengthen_tail(world: World) -> None:
    if str(world.home) not in _tailed:
        _send(world, list(range(min(TAIL, world.villages))), _month_after())
        _tailed.add(str(world.home))
