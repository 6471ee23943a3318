"""The law of sending, under any interleaving of sends, resends, cuts, kills and restarts."""

from __future__ import annotations

import os
import random
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping

import pytest

from tests.faults.device import Device
from tests.faults.proxy import FATES, Line
from tests.faults.server import Server

Files = dict[str, str | None]
pytestmark = [pytest.mark.soak, pytest.mark.database]
PHONES = 4
SCHEDULES, USUAL_SCHEDULES = 1000, 15
KILLS, USUAL_KILLS = 100, 3
FIRST_SEED = 20_260_101


def run_schedule(seed: int, tokens: list[str], line: Line, *, kills: bool) -> list[Device]:
    """Phones that record and send at the same time over a bad line, then over a good one until nothing waits."""
    chance = random.Random(seed)
    devices = [
        Device(f"p{number}", tokens[number], line.port, random.Random(f"{seed} {number}"))
        for number in chance.sample(range(PHONES), chance.randint(2, PHONES))
    ]
    line.begin(seed, kill_at=chance.randint(1, 4) if kills else None)
    for device in devices:
        device.record_some(seed)

    def live(device: Device) -> None:
        for _try in range(device.chance.randint(1, 3)):
            device.send_all()

    threads = [threading.Thread(target=live, args=(device,)) for device in devices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    line.calm()
    line.settle()
    for device in devices:
        for _try in range(len(device.queue) + 1):
            device.send_all()
        assert [one.instance_id for one in device.queue] == [], f"seed {seed}: {device.answers[-1]}"
    return devices


def find_breaches(server: Server, expected: Mapping[str, Files]) -> list[str]:
    """What the law was broken by, in sentences. `expected`: what was acknowledged, with the hashes of its files."""
    kept, files = Counter(server.list_kept()), server.list_files()
    breaches = [f"{instance} is stored {kept[instance]} times" for instance in expected if kept[instance] != 1]
    for instance, hashes in expected.items():
        if files.get(instance, {}) != hashes:
            breaches.append(f"{instance} has the files {files.get(instance)}")
    wanted = {sha256 for hashes in expected.values() for sha256 in hashes.values() if sha256}
    return breaches + [f"file {sha256} is damaged" for sha256 in server.find_broken_files(wanted)]


def test_what_is_acknowledged_is_stored_exactly_once_whatever_happens_on_the_way(
    server: Server, share: Callable[[int, int], int], capfd: pytest.CaptureFixture[str]
) -> None:
    schedules, kills = share(SCHEDULES, USUAL_SCHEDULES), share(KILLS, USUAL_KILLS)
    first = FIRST_SEED if schedules == USUAL_SCHEDULES else random.SystemRandom().randrange(10**6)
    first = int(os.environ.get("FAULTS_SEED") or first)
    with capfd.disabled():
        print(f"\nfaults: schedules {first} to {first + schedules - 1}; again: FAULTS_SEED={first}", file=sys.stderr)
    tokens = server.make_world(PHONES)
    server.start()
    line = Line(server.port, server.kill_and_restart)
    acknowledged: dict[str, Files] = {}
    try:
        for number in range(schedules):
            # Spread over the run, so that what a kill leaves behind meets later sendings.
            kill = number * kills // schedules != (number + 1) * kills // schedules
            devices = run_schedule(first + number, tokens, line, kills=kill)
            sent = {record.instance_id: record.hashes for device in devices for record in device.acknowledged}
            assert find_breaches(server, sent) == [], f"seed {first + number}"
            acknowledged |= sent
    finally:
        line.close()

    assert find_breaches(server, acknowledged) == []
    assert sorted(server.list_kept()) == sorted(acknowledged), "and nothing else is stored"
    server.command("ledger", "check")
    server.command("audit", "verify")
    assert server.kills == kills
    assert set(FATES) <= set(line.happened), "each thing that may happen did happen"
