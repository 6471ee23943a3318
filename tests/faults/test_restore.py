"""The drill of restoring: a backup made while phones send, restored elsewhere, gives the same answers."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.faults.device import Device
from tests.faults.server import Server

pytestmark = pytest.mark.database
PHONES = 3
PASSPHRASE = "chín nhịp cầu tre"


@dataclass
class Drill:
    """What stood when the backup began must be in it; `source` went on afterwards."""

    source: Server
    file: Path
    passphrase: Path
    acknowledged: dict[str, dict[str, str | None]]
    tokens: list[str]


@pytest.fixture(scope="module")
def drill(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Drill:
    folder = tmp_path_factory.mktemp("backups")
    passphrase = folder / "passphrase"
    passphrase.write_text(PASSPHRASE, encoding="utf-8")
    tokens = server.make_world(PHONES)
    server.start()
    devices = [Device(f"p{number}", tokens[number], server.port, random.Random(number)) for number in range(PHONES)]
    enough, end = threading.Barrier(PHONES + 1), threading.Event()

    def live(device: Device) -> None:
        seed = 0
        while not end.is_set():
            seed += 1
            device.record_some(seed)
            device.send_all()
            if seed == 4:
                enough.wait(60)

    threads = [threading.Thread(target=live, args=(device,)) for device in devices]
    for thread in threads:
        thread.start()
    enough.wait(60)
    acknowledged = {one.instance_id: one.hashes for device in devices for one in list(device.acknowledged)}
    try:
        server.command("backup", str(folder / "drill.caunoi"), "--passphrase-file", str(passphrase))
    finally:
        end.set()
        for thread in threads:
            thread.join()
    server.stop()
    assert sum(len(device.acknowledged) for device in devices) > len(acknowledged), "nobody wrote meanwhile"
    return Drill(server, folder / "drill.caunoi", passphrase, acknowledged, tokens)


def restore(drill: Drill, into: Server) -> None:
    into.command("restore", str(drill.file), "--passphrase-file", str(drill.passphrase))


@pytest.fixture(scope="module")
def restored(drill: Drill, make_server: Callable[..., Server]) -> Server:
    made = make_server()
    # As the service that was started before anybody thought of the backup: tables, and nothing in them.
    made.command("migrate")
    restore(drill, made)
    return made


def figures(server: Server, known: int) -> Any:
    return [
        json.loads(
            server.command(
                "figures", "buoi_hop_nguoi", "bao_cao_nguoi", "--place", "Xã Thử", "--from", "2024-01-01", "--to",
                "2024-03-31", "--by", "month", "--level", "village", "--book", book, "--as-known", str(known),
                "--json",
            )
        )
        for book in ("reported", "approved")
    ]  # fmt: skip


def without_coverage(books: Any) -> Any:
    return [[{name: value for name, value in one.items() if name != "coverage"} for one in book] for book in books]


def check_same_answers(source: Server, restored: Server) -> None:
    ((known,),) = restored.query("SELECT number FROM audit_knowledgeclock")
    assert known > 0
    assert json.loads(restored.command("ledger", "check", "--json"))["ok"]
    assert json.loads(restored.command("audit", "verify", "--json"))["unbroken"]
    # Coverage is today's, whatever is asked, and the source went on.
    assert without_coverage(figures(restored, known)) == without_coverage(figures(source, known))


def test_what_was_acknowledged_before_the_backup_is_restored_with_its_photos_and_the_same_figures(
    drill: Drill, restored: Server
) -> None:
    kept, files = restored.list_kept(), restored.list_files()
    assert set(drill.acknowledged) <= set(kept)
    assert {name: files.get(name, {}) for name in drill.acknowledged} == drill.acknowledged
    hashes = [sha256 for hashes in files.values() for sha256 in hashes.values() if sha256]
    assert hashes and restored.find_broken_files(hashes) == []
    check_same_answers(drill.source, restored)


def test_work_goes_on_where_it_was_restored(drill: Drill, restored: Server) -> None:
    device = Device("p0", drill.tokens[0], restored.port, random.Random(99))
    before = restored.list_kept()

    restored.start()
    device.record_some(99)
    device.send_all()
    restored.stop()

    assert device.acknowledged and not device.queue
    assert sorted(restored.list_kept()) == sorted([*before, *(one.instance_id for one in device.acknowledged)])
    assert json.loads(restored.command("ledger", "check", "--json"))["ok"]


def test_an_office_moves_to_the_other_database_and_back(
    drill: Drill, make_server: Callable[..., Server], tmp_path: Path
) -> None:
    if not drill.source.database_url:
        pytest.skip("there is no PostgreSQL here (make test-postgres brings one)")
    on_sqlite, on_postgres = make_server(sqlite=True), make_server()

    restore(drill, on_sqlite)
    on_sqlite.command("backup", str(tmp_path / "sqlite.caunoi"))
    on_postgres.command("restore", str(tmp_path / "sqlite.caunoi"))

    check_same_answers(drill.source, on_sqlite)
    check_same_answers(drill.source, on_postgres)
    ((known,),) = on_postgres.query("SELECT number FROM audit_knowledgeclock")
    assert figures(on_sqlite, known) == figures(on_postgres, known)
