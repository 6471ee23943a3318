"""Processes that post to a ledger, compact it and read it, until they are killed or their time is over.

`python -m tests.faults.ledger_hands begin`, then `… compact SEED` (posts and compacts), `… write SEED SECONDS`,
`… read SEED SECONDS`, `… check`, in a home of its own by environment. A process says `ready` as it begins; what
does not hold is said in sentences, with exit code 1.
"""

from __future__ import annotations

import random
import sys
import time
from datetime import UTC, date, datetime, timedelta

VILLAGES, DAYS = 8, 40
SMALL_SEGMENT = 300


def begin() -> None:
    from django.core.management import call_command
    from django.db import transaction

    from caunoi.facts.tests.builders import World
    from caunoi.places.rules.snapshot import Spell, Unit, make_snapshot

    call_command("migrate", verbosity=0)
    start = date(2000, 1, 1)
    units = [Unit(1, "xa", "commune", start), *(Unit(2 + i, f"t{i}", "village", start) for i in range(VILLAGES))]
    spells = [Spell(unit.id, unit.key, "", None if unit.id == 1 else 1, start) for unit in units]
    with transaction.atomic():
        World(make_snapshot(units, spells)).element("gio")


class Writer:
    """Each statement, correction and withdrawal is a transaction of its own."""

    def __init__(self, chance: random.Random, seed: str) -> None:
        from caunoi.facts.tests.builders import World
        from caunoi.forms.models import Form, FormVersion
        from caunoi.places.queries import get_snapshot

        self.world = World.__new__(World)
        self.world.places, self.world.submissions = get_snapshot(), {}
        self.world.form, self.world.form_version = Form.objects.get(), FormVersion.objects.get()
        self.world.at = datetime.now(UTC)
        self.chance, self.seed = chance, seed

    def write(self) -> None:
        from django.db import transaction

        known = list(self.world.submissions)
        with transaction.atomic():
            if known and self.chance.random() < 0.3:
                self.world.correct(self.chance.choice(known), "gio", self.chance.randrange(1000))
            elif known and self.chance.random() < 0.1:
                gone = self.chance.choice(known)
                self.world.withdraw(gone)
                del self.world.submissions[gone]
            else:
                day = date(2024, 1, 1) + timedelta(days=self.chance.randrange(DAYS))
                self.world.state("gio", 2 + self.chance.randrange(VILLAGES), day, self.chance.randrange(1000))
        self.world.at = datetime.now(UTC)


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
    from caunoi.facts.segments import check_segments

    now = current_number()
    wrong = [*find_differences(now), *find_differences(now // 2), *check_segments()]
    if wrong:
        print("\n".join(wrong))
        sys.exit(1)


def compact(chance: random.Random) -> None:
    """Small segments, so that all that compaction does happens again and again."""
    from caunoi.facts import segments

    segments.FILE_ROWS = SMALL_SEGMENT
    writer = Writer(chance, "")
    print("ready", flush=True)
    while True:
        for _one in range(chance.randrange(8)):
            writer.write()
        if chance.random() < 0.2:
            segments.rebuild()
        else:
            segments.compact(minimum=1)


def write(chance: random.Random, seconds: float) -> None:
    writer = Writer(chance, "")
    print("ready", flush=True)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        writer.write()


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
