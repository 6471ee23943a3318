"""S3-compatible storage keeps stored files and the ledger's segments; a machine's disk holds copies of them."""

from __future__ import annotations

import hashlib
import json
import os
import socket
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from caunoi.accounts.models import Role
from caunoi.backups.making import write_backup
from caunoi.cli.storage import storage as storage_command
from caunoi.desk.tests.builders import signed_in, user
from caunoi.documents.actions import keep_bytes, path_of, read_bytes, store_bytes
from caunoi.documents.errors import StorageUnreachable, StoredFileMissing
from caunoi.documents.s3 import read_address
from caunoi.documents.storage import ObjectStorage
from caunoi.facts.errors import LedgerBroken
from caunoi.facts.ledger import check_ledger
from caunoi.facts.models import Segment
from caunoi.facts.projection import forget_projections
from caunoi.facts.questions import ask, make_question
from caunoi.facts.segments import compact, folder, rebuild
from caunoi.facts.tests.builders import World
from caunoi.moments import local_moment
from caunoi.places.tests.test_chains import chained
from tests.machines import move_to_another_machine

pytestmark = pytest.mark.django_db
AT = local_moment(date(2024, 1, 1))
MAY = date(2024, 5, 1)


@pytest.fixture
def world() -> World:
    made = World(chained())
    made.element("ngay_cong")
    made.state("ngay_cong", 5, MAY, 10)
    made.state("ngay_cong", 5, date(2024, 4, 1), 20)
    return made


def total() -> Any:
    return ask(make_question(["ngay_cong"], "u1", date(2024, 1, 1), date(2024, 12, 31)))[0].value


def put_damaged(storage: ObjectStorage, name: str) -> None:
    storage.put_bytes(name, b"khong phai the")


def test_stored_bytes_are_read_on_every_machine(storage: ObjectStorage, settings: Any) -> None:
    stored = store_bytes(b"anh o ban", media_type="image/jpeg", at=AT)

    move_to_another_machine(settings)

    assert read_bytes(stored.sha256) == b"anh o ban"
    assert [path.name for path in path_of(stored.sha256).parent.iterdir()] == [stored.sha256]


def test_what_the_storage_lacks_or_has_damaged_is_named_and_nothing_wrong_is_read(
    storage: ObjectStorage, settings: Any
) -> None:
    sha256 = keep_bytes(b"van ban so 1")
    move_to_another_machine(settings)
    put_damaged(storage, f"files/{sha256[:2]}/{sha256}")

    for gone in (sha256, hashlib.sha256(b"chua tung co").hexdigest()):
        with pytest.raises(StoredFileMissing, match=gone[:16]):
            path_of(gone)
        assert list((settings.CAUNOI_HOME / "files" / gone[:2]).iterdir()) == []


def test_a_sending_that_was_cut_off_is_made_good(storage: ObjectStorage, settings: Any) -> None:
    content = b"anh bi ngat giua chung"
    sha256 = hashlib.sha256(content).hexdigest()
    settings.CAUNOI_STORAGE_URL, url = "", settings.CAUNOI_STORAGE_URL
    stored = store_bytes(content, media_type="image/jpeg", at=AT)
    settings.CAUNOI_STORAGE_URL = url

    said = json.loads(CliRunner().invoke(storage_command, ["send", "--json"], catch_exceptions=False).stdout)
    move_to_another_machine(settings)

    assert stored.sha256 == sha256 and said == {"files": 1, "segments": 0, "missing": []}
    assert read_bytes(sha256) == content


def test_a_backup_holds_what_only_the_storage_had(storage: ObjectStorage, settings: Any, tmp_path: Path) -> None:
    store_bytes(b"chi co trong kho", media_type="text/plain", at=AT)
    move_to_another_machine(settings)

    made = write_backup(tmp_path / "sao-luu.caunoi", at=AT)

    assert made.missing == () and made.damaged == ()


def test_figures_are_answered_from_segments_that_another_machine_wrote(
    storage: ObjectStorage, settings: Any, world: World
) -> None:
    compact(minimum=1)
    world.state("ngay_cong", 5, date(2024, 6, 1), 5)

    move_to_another_machine(settings)
    answered = total()

    assert answered == 35
    assert {path.name for path in folder().glob("*.parquet")} == set(Segment.objects.values_list("file", flat=True))
    assert check_ledger() == []


@pytest.mark.parametrize("damage", ["flipped", "cut", "gone"])
def test_a_damaged_copy_is_fetched_again(storage: ObjectStorage, settings: Any, world: World, damage: str) -> None:
    compact(minimum=1)
    for path in folder().glob("*.parquet"):
        content = bytearray(path.read_bytes())
        if damage == "gone":
            path.unlink()
        else:
            content[len(content) // 2] ^= 1
            path.write_bytes(content if damage == "flipped" else content[: len(content) // 2])
    forget_projections()

    assert total() == 30


def test_a_segment_damaged_in_the_storage_is_named_and_written_anew(
    storage: ObjectStorage, settings: Any, world: World
) -> None:
    compact(minimum=1)
    named = Segment.objects.first()
    assert named is not None
    put_damaged(storage, f"ledger/{named.file}")
    move_to_another_machine(settings)

    with pytest.raises(LedgerBroken, match="hỏng.*caunoi ledger rebuild"):
        total()
    assert any(named.file in one for one in check_ledger())

    rebuild()
    move_to_another_machine(settings, "may-3")
    assert total() == 30


def test_replaced_segments_leave_the_storage_after_a_while(storage: ObjectStorage, settings: Any, world: World) -> None:
    compact(minimum=1)
    first = {name for name, _since in storage.list_names("ledger")}
    world.state("ngay_cong", 5, date(2024, 7, 1), 2)
    compact(minimum=1)
    for path in folder().glob("*.parquet"):
        os.utime(path, (0, 0))

    world.state("ngay_cong", 5, date(2024, 8, 1), 2)
    compact(minimum=1)

    kept = {name for name, _since in storage.list_names("ledger")}
    named = {f"ledger/{file}" for file in Segment.objects.values_list("file", flat=True)}
    assert first and named <= kept and not first & kept
    assert total() == 34


def test_without_the_storage_nothing_is_kept_and_pages_say_so(
    storage: ObjectStorage, settings: Any, world: World
) -> None:
    compact(minimum=1)
    client = signed_in(user("tinh", [(Role.VIEWER, 1), (Role.VIEWER, 2)]))
    move_to_another_machine(settings)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.CAUNOI_STORAGE_URL = f"s3://kho/x?endpoint=http://127.0.0.1:{nobody.getsockname()[1]}"

        with pytest.raises(StorageUnreachable, match="CAUNOI_STORAGE_URL"):
            store_bytes(b"khong den noi", media_type="text/plain", at=AT)
        page = client.get("/figures/?codes=ngay_cong&place=u1&first=01/01/2024&last=31/12/2024").content.decode()

    assert "Không dùng được kho lưu trữ" in page


@pytest.mark.parametrize(
    "url",
    [
        "s3://kho/cau-noi", "s3://?endpoint=http://a", "http://kho?endpoint=http://a", "s3://kho?endpoint=a:9000",
        "s3://khoa:mat@kho?endpoint=http://a", "s3://kho?endpoint=http://a&acl=x", "/srv/kho",
        "s3://kho?endpoint=https://a/duong",
    ],
)  # fmt: skip
def test_an_address_that_says_too_little_or_too_much_is_no_address(url: str) -> None:
    with pytest.raises(ValueError):
        read_address(url)


def test_an_address_says_bucket_folder_and_server() -> None:
    found = read_address("s3://kho/cau-noi/?endpoint=https://luutru.example.vn:9000&region=vn-1")

    assert (found.folder, found.endpoint) == ("kho/cau-noi", "luutru.example.vn:9000")
    assert (found.scheme, found.region) == ("https", "vn-1")
