"""A ledger compacted by processes that die, and by several at a time: nothing lost, nothing doubled."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from django.db import connection

from tests.faults.server import ROOT, Server

pytestmark = [pytest.mark.soak, pytest.mark.database]
ROUNDS, USUAL_ROUNDS = 200, 4
SECONDS, USUAL_SECONDS = 60, 6
HANDS = [sys.executable, "-m", "tests.faults.ledger_hands"]


@pytest.fixture(scope="module")
def home(server: Server) -> Server:
    run(server, "begin")
    return server


def run(server: Server, *task: str) -> None:
    done = subprocess.run([*HANDS, *task], cwd=ROOT, env=server.environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(task)}: {done.stdout[-2000:]}{done.stderr[-2000:]}"


@contextmanager
def at_work(server: Server, *task: str) -> Iterator[subprocess.Popen[str]]:
    """A process that has begun its task."""
    with subprocess.Popen(
        [*HANDS, *task], cwd=ROOT, env=server.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "ready\n", process.stdout.read()
            yield process
        finally:
            process.kill()


def test_whoever_dies_while_compacting_loses_and_doubles_nothing(
    home: Server, share: Callable[[int, int], int]
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    for number in range(share(ROUNDS, USUAL_ROUNDS)):
        chance = random.Random(f"{seed} {number}")
        with at_work(home, "compact", f"{seed} {number} a"), at_work(home, "compact", f"{seed} {number} b"):
            # No condition to wait for: at which moment of their work they die is what is left to chance.
            time.sleep(chance.uniform(0, 0.8))
        run(home, "check")
    leftovers = [path.name for path in Path(home.home, "ledger").glob("*.part")]
    home.command("ledger", "rebuild")
    run(home, "check")
    assert [path.name for path in Path(home.home, "ledger").glob("*.part")] == [], leftovers


def test_four_write_and_four_read_while_one_compacts(home: Server, share: Callable[[int, int], int]) -> None:
    # On SQLite the processes would stand in line for the write lock, and nothing would happen at the same time.
    if connection.vendor != "postgresql":
        pytest.skip("writers at the same time are PostgreSQL's; SQLite lets one in after the other")
    seconds = str(share(SECONDS, USUAL_SECONDS))
    with ExitStack() as stack:
        hands = [
            stack.enter_context(at_work(home, task, str(number), seconds))
            for task in ("write", "read")
            for number in range(4)
        ]
        stack.enter_context(at_work(home, "compact", "9"))
        said = []
        for process in hands:
            said.append(process.communicate(timeout=300)[0])
            assert process.returncode == 0, said[-1]
    done = sum((Counter(json.loads(one)) for one in said if one), Counter[str]())
    assert min(done[act] for act in ("report", "hold_event", "approve", "withdraw")) > 0, done
    run(home, "check")
    home.command("ledger", "check")
