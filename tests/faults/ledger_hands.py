"""Processes that send records through the door, compact the ledger and read it, until they are killed or their time is
over.

`python -m tests.faults.ledger_hands begin`, then `… compact SEED` (sends and compacts), `… write SEED SECONDS`,
`… read SEED SECONDS`, `… check`, in a home of its own by environment. A process says `ready` as it begins; what
does not hold is said in sentences, with exit code 1.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from caunoi.approvals.rules import State
from tests.faults.world import EVENT, FORMS, MONTHLY

VILLAGES, DAYS = 8, 40
APPROVER = "lan"
SMALL_SEGMENT = 300


def begin() -> None:
    from django.core.management import call_command
    from django.db import transaction

    call_command("migrate", verbosity=0)

    from caunoi.accounts.models import Role
    from caunoi.audit.clock import take_numbers
    from caunoi.facts.models import DataElement
    from caunoi.forms.actions import publish_form, set_assignments
    from caunoi.forms.rules.assignments import AssignmentRow
    from caunoi.moments import local_moment
    from caunoi.records.tests.builders import BY, unit, user

    at = local_moment(date(2024, 1, 1))
    for code in (EVENT, MONTHLY):
        publish_form(content=FORMS[code].encode(), file_type="md", file_name=f"{code}.md", pack="thu", by=BY, at=at)
        kind = "event" if code == EVENT else "month"
        set_assignments(code, [AssignmentRow("village", kind, approval_level="commune")], by=BY, at=at)
        with transaction.atomic():
            DataElement.objects.create(
                code=f"{code}_nguoi", name_vi="Số người", kind="flow", levels=["village"], form_code=code,
                expression="${so_nguoi}", day="${ngay}" if code == EVENT else "period", pack="thu",
                known_from=take_numbers(1)[0],
            )  # fmt: skip
    commune = unit("Xã Thử", "commune")
    for number in range(VILLAGES):
        unit(f"Thôn {number}", "village", commune)
    user(APPROVER, (Role.APPROVER, commune))


class Hand:
    """Somebody who sends, corrects, approves and withdraws through the door, each in a transaction of its own, and
    meets others at the same records: what the door refuses is not done, and is nobody's fault."""

    def __init__(self, chance: random.Random) -> None:
        from caunoi.accounts.models import User
        from caunoi.places.models import OrgUnit

        self.chance, self.officer = chance, User.objects.get(username=APPROVER)
        self.villages = list(OrgUnit.objects.filter(level="village").order_by("pk"))
        self.done: Counter[str] = Counter()

    def act(self) -> None:
        from caunoi.refusals import Refusal

        act = self.chance.choice([self.report, self.report, self.hold_event, self.approve, self.approve, self.withdraw])
        try:
            self.done[act.__name__] += act()
        except Refusal as refusal:
            self.done[refusal.code] += 1

    def report(self) -> int:
        """Of one of few months: the second report of a village's month corrects the first."""
        month = f"2023-{self.chance.randrange(1, 13):02d}"
        return self._send(MONTHLY, month, {"ky_bao_cao": f"{month}-01"})

    def hold_event(self) -> int:
        day = date(2023, 1, 1) + timedelta(days=self.chance.randrange(DAYS))
        return self._send(EVENT, "", {"ngay": day.isoformat()})

    def _send(self, form: str, month: str, answers: dict[str, str]) -> int:
        from caunoi.records.tests.builders import send, sending

        now, village = datetime.now(UTC), self.chance.choice(self.villages)
        value = {"so_nguoi": str(self.chance.randrange(1000))}
        send(sending(form, village, answers, value, now, month), at=now)
        return 1

    def approve(self) -> int:
        from caunoi.records.actions import approve

        return self._decide(State.SUBMITTED, lambda pk: approve(pk, by=self.officer, at=datetime.now(UTC)))

    def withdraw(self) -> int:
        from caunoi.records.actions import withdraw

        return self._decide(
            self.chance.choice([State.SUBMITTED, State.APPROVED]),
            lambda pk: withdraw(pk, by=self.officer, at=datetime.now(UTC), comment="Ghi nhầm"),
        )

    def _decide(self, state: str, decide: Callable[[int], None]) -> int:
        from caunoi.records.models import Submission

        waiting = list(Submission.objects.filter(state=state).order_by("-pk").values_list("pk", flat=True)[:8])
        if not waiting:
            return 0
        decide(self.chance.choice(waiting))
        return 1


def find_differences(known: int) -> list[str]:
    """Between the ledger and what the projection shows of it, up to a knowledge number."""
    from django.db import connection

    from caunoi.facts.projection import get_projection

    columns = "sum(amount), sum(sign), count(*), sum(seq)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT book, org_unit_id, day_from, {columns} FROM facts_posting WHERE seq <= %s GROUP BY 1, 2, 3",
            [known],
        )
        ledger = {tuple(map(str, row)) for row in cursor.fetchall()}
    session = get_projection().open()
    shown = session.rows(
        f"SELECT book, unit, day_from, {columns} FROM {session.postings()} p JOIN spans USING (span)"
        f" WHERE seq <= {int(known)} GROUP BY ALL"
    )
    projection = {tuple(map(str, row)) for row in shown}
    return [f"only in the ledger: {row}" for row in sorted(ledger - projection)] + [
        f"only in the projection: {row}" for row in sorted(projection - ledger)
    ]


def check() -> None:
    from caunoi.audit.clock import current_number
    from caunoi.facts.ledger import check_ledger

    now = current_number()
    wrong = [*check_ledger(), *find_differences(now), *find_differences(now // 2)]
    if wrong:
        print("\n".join(wrong))
        sys.exit(1)


def compact(chance: random.Random) -> None:
    """Small segments, so that all that compaction does happens again and again."""
    from caunoi.facts import segments

    segments.FILE_ROWS = SMALL_SEGMENT
    hand = Hand(chance)
    print("ready", flush=True)
    while True:
        for _one in range(chance.randrange(8)):
            hand.act()
        if chance.random() < 0.2:
            segments.rebuild()
        else:
            segments.compact(minimum=1)


def write(chance: random.Random, seconds: float) -> None:
    """Says at the end what it did, and what was refused how often."""
    hand = Hand(chance)
    print("ready", flush=True)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        hand.act()
    print(json.dumps(hand.done))


def read(chance: random.Random, seconds: float) -> None:
    """What was known at a number is the same whenever it is asked, whatever is written and compacted meanwhile."""
    from caunoi.audit.clock import current_number
    from caunoi.facts.projection import get_projection

    seen: dict[int, tuple[object, ...]] = {}
    print("ready", flush=True)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        known = current_number() if chance.random() < 0.5 or not seen else chance.choice(list(seen))
        session = get_projection().open()
        (found,) = session.rows(
            f"SELECT count(*), sum(amount), sum(seq) FROM {session.postings()} p WHERE seq <= {int(known)}"
        )
        if seen.setdefault(known, found) != found:
            print(f"as known at {known}: {seen[known]} and then {found}")
            sys.exit(1)


def main(task: str, *given: str) -> None:
    import django

    django.setup()
    chance = random.Random(given[0] if given else 0)
    if task == "begin":
        begin()
    elif task == "check":
        check()
    elif task == "compact":
        compact(chance)
    else:
        {"write": write, "read": read}[task](chance, float(given[1]))


if __name__ == "__main__":
    main(*sys.argv[1:])
