"""Two officers press "close" on the same month's rating at the same moment: one closes it, the other is told who did.

SQLite lets one write after the other, PostgreSQL holds the second at the round's row: the same is true on both.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.db import connection, transaction

from caunoi.accounts.models import Role
from caunoi.assessments.actions import Typed, open_round, review_rating
from caunoi.assessments.models import Rating, RatingRound
from caunoi.assessments.tests.builders import SHEET, province_officer, store_sheet, store_world
from caunoi.audit.clock import take_numbers
from caunoi.audit.models import AuditLine
from caunoi.desk.tests.builders import user
from caunoi.facts.ledger import check_ledger
from caunoi.facts.models import DataElement, Posting
from caunoi.facts.questions import ask, make_question
from caunoi.forms.actions import set_derived
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import local_moment
from caunoi.periods.rules import Period
from caunoi.records.models import SubmissionVersion
from caunoi.records.tests.builders import BY, publish
from tests.faults.server import ROOT

pytestmark = pytest.mark.django_db(transaction=True)
FORM = "xep_loai_to_thang"
AT = local_moment(date(2024, 5, 6))
MONTHS, VILLAGES = (1, 2, 3), 8
NAMES = {"tinh": "Trần Văn Tỉnh", "pho": "Lê Thị Phó"}


@transaction.atomic
def store_rounds() -> list[int]:
    """Of three months, each reviewed to its end; every other village is good, the rest are weak."""
    world = store_world(VILLAGES)
    publish(FORM, AssignmentRow("village", "month"), at=AT)
    set_derived("tuyen-van", {FORM}, by=BY, at=AT)
    DataElement.objects.create(
        code="loai_thon", name_vi="Xếp loại thôn", kind="category", levels=["village"], unit="thôn", form_code=FORM,
        expression="${xep_loai}", day="period", classes=["xuat_sac", "tot", "yeu"], pack="thu",
        known_from=take_numbers(1)[0],
    )  # fmt: skip
    world.indicator("ty_le_tot", "share_at_least(loai_thon, 'tot')")
    store_sheet(replace(SHEET, caps=(), form=FORM, question="xep_loai"))
    first = province_officer()
    user("pho", [(Role.APPROVER, 1), (Role.VIEWER, 1)], NAMES["pho"])
    rounds = []
    for month in MONTHS:
        for number, village in enumerate(world.places.at_level(1, "village", AT.date())):
            world.state("so_hop", village, date(2024, month, 10), 0 if number % 2 else 6)
        opened = open_round(
            series=SHEET.code, org_unit_id=1, period=Period("month", (2024, month)), by=first, at=AT
        )  # fmt: skip
        for rating in opened.ratings.all():
            review_rating(rating_id=rating.pk, points={"phoi_hop": Typed(Decimal(20))}, by=first, at=AT)
        rounds.append(opened.pk)
    return rounds


class Officer:
    """At a process of their own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None and process.stdout is not None
        self.hears, self.says = process.stdin, process.stdout

    def tell(self, line: object) -> None:
        self.hears.write(f"{line}\n")
        self.hears.flush()

    def answer(self) -> str:
        line = self.says.readline()
        assert line, "the officer's process ended"
        return line.rstrip("\n")


@contextmanager
def sit_down(name: str) -> Iterator[Officer]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.closing_hands", name], cwd=ROOT, text=True,
        env=os.environ | {"DATABASE_URL": own_database()}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        try:
            yield Officer(process)
        finally:
            process.kill()


def own_database() -> str:
    """This test's, for another process."""
    name = quote(str(connection.settings_dict["NAME"]))
    if connection.vendor == "sqlite":
        return f"sqlite://{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def test_one_closes_the_month_and_the_other_is_told_who_and_when() -> None:
    rounds = store_rounds()
    told: dict[int, dict[str, dict[str, Any]]] = {}

    with ExitStack() as stack:
        officers = {name: stack.enter_context(sit_down(name)) for name in NAMES}
        for round_ in rounds:
            for one in officers.values():
                one.tell(round_)
            assert [one.answer() for one in officers.values()] == ["ready", "ready"]
            for one in officers.values():
                one.tell("press")
            told[round_] = {name: json.loads(one.answer()) for name, one in officers.items()}

    closed_by = dict(RatingRound.objects.values_list("pk", "closed_by_name"))
    for round_, answers in told.items():
        (winner,) = [name for name, answer in answers.items() if answer["status"] == 302]
        (loser,) = set(answers) - {winner}
        assert closed_by[round_] == NAMES[winner]
        assert answers[loser]["status"] == 422
        assert re.match(rf"{NAMES[winner]} đã chốt đợt này lúc \d\d:\d\d, \d\d/\d\d/20\d\d;", answers[loser]["said"])
    # All of a month or nothing of it, and that once.
    assert Counter(Rating.objects.values_list("round_id", "state")) == {(one, "closed"): VILLAGES for one in rounds}
    assert AuditLine.objects.filter(action="rating.close").count() == len(MONTHS)
    assert SubmissionVersion.objects.filter(form__code=FORM).count() == len(MONTHS) * VILLAGES
    posted = Counter(
        Posting.objects.filter(data_element__code="loai_thon").values_list("book", "org_unit_id", "day_from")
    )
    assert len(posted) == 2 * len(MONTHS) * VILLAGES and set(posted.values()) == {1}
    shares = ask(make_question(["ty_le_tot"], "u1", date(2024, 1, 1), date(2024, 3, 31), by="month"))
    assert [(one.numerator, one.denominator) for one in shares] == [(VILLAGES // 2, VILLAGES)] * len(MONTHS)
    assert check_ledger() == []
