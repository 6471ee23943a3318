"""What a backup's file promises: what was written comes back, and anything else is refused before it is believed."""

from __future__ import annotations

import io
import sqlite3
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caunoi.backups import envelope
from caunoi.backups.envelope import MAGIC, Writer, read_pieces
from caunoi.backups.errors import BackupCutShort, BackupDamaged, BackupNewer, NotABackup, PassphraseNeeded
from caunoi.backups.loading import read_rows
from caunoi.backups.parts import PartsWriter, read_parts
from caunoi.backups.tables import SqliteSnapshot
from caunoi.refusals import Refusal

PASSPHRASE = "chín nhịp cầu tre"
CONTENTS = st.lists(st.lists(st.binary(max_size=300), max_size=4), max_size=4)


def written(contents: list[list[bytes]], passphrase: str = "") -> bytes:
    file = io.BytesIO()
    writer = PartsWriter(Writer(file, passphrase))
    for number, blocks in enumerate(contents):
        writer.add({"name": number}, blocks)
    writer.finish()
    return file.getvalue()


def read(content: bytes, passphrase: str = "") -> list[bytes]:
    return [b"".join(part.blocks()) for part in read_parts(read_pieces(io.BytesIO(content), passphrase))]


@given(CONTENTS)
def test_what_was_written_is_read(contents: list[list[bytes]]) -> None:
    assert read(written(contents)) == [b"".join(blocks) for blocks in contents]


def test_what_was_written_in_several_pieces_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelope, "PIECE", 100)
    blocks = [bytes([number]) * 70 for number in range(50)]

    for passphrase in ("", PASSPHRASE):
        assert read(written([blocks, blocks], passphrase), passphrase) == [b"".join(blocks)] * 2


@given(CONTENTS, st.data())
def test_a_file_cut_short_anywhere_is_refused(contents: list[list[bytes]], data: st.DataObject) -> None:
    whole = written(contents)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]

    with pytest.raises((BackupCutShort, NotABackup)):
        read(cut)


@given(CONTENTS, st.data())
def test_a_file_with_one_bit_changed_is_refused(contents: list[list[bytes]], data: st.DataObject) -> None:
    changed = bytearray(written(contents))
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(Refusal):
        read(bytes(changed))


@settings(max_examples=10)
@given(data=st.data())
def test_an_encrypted_file_cut_or_changed_is_refused(data: st.DataObject) -> None:
    changed = bytearray(LOCKED)
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(Refusal):
        read(bytes(changed), PASSPHRASE)
    with pytest.raises((BackupCutShort, NotABackup)):
        read(LOCKED[: data.draw(st.integers(0, len(LOCKED) - 1))], PASSPHRASE)


LOCKED = written([[b"ten nguoi"] * 20], PASSPHRASE)


def test_pieces_left_out_or_moved_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelope, "PIECE", 100)
    whole = written([[b"x" * 60, b"y" * 60, b"z" * 60, b"t" * 60]], PASSPHRASE)
    head = len(MAGIC) + 6 + struct.unpack(">I", whole[len(MAGIC) + 2 : len(MAGIC) + 6])[0] + 32
    pieces, at = [], head
    while at < len(whole):
        end = at + 5 + struct.unpack(">I", whole[at + 1 : at + 5])[0]
        pieces.append(whole[at:end])
        at = end

    assert len(pieces) > 3
    for wrong in ([*pieces[:1], *pieces[2:]], [pieces[1], pieces[0], *pieces[2:]], [*pieces, pieces[-1]]):
        with pytest.raises(BackupDamaged):
            read(whole[:head] + b"".join(wrong), PASSPHRASE)


def test_nothing_of_an_encrypted_file_is_readable_and_a_wrong_passphrase_is_said() -> None:
    assert b"ten nguoi" not in LOCKED

    with pytest.raises(PassphraseNeeded, match="Hãy cho biết mật khẩu"):
        read(LOCKED)
    with pytest.raises(PassphraseNeeded, match="không mở được"):
        read(LOCKED, PASSPHRASE + " ")


def test_a_file_of_a_newer_kind_and_a_file_of_another_kind_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelope, "VERSION", 2)
    newer = written([])
    monkeypatch.undo()

    with pytest.raises(BackupNewer):
        read(newer)
    with pytest.raises(NotABackup):
        read(b"PK\x03\x04" + b"\0" * 100)
    with pytest.raises(NotABackup):
        read(b"")


@given(st.lists(st.tuples(st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
                          st.none() | st.integers(-(2**63), 2**63 - 1), st.none() | st.binary())))  # fmt: skip
def test_rows_of_any_texts_numbers_and_bytes_come_back(rows: list[tuple[str | None, int | None, bytes | None]]) -> None:
    database = sqlite3.connect(":memory:")
    database.execute('CREATE TABLE t (chu varchar(10), so bigint, "khóa" BLOB)')
    database.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
    snapshot = SqliteSnapshot(database)

    told = list(read_rows(snapshot.read_rows("t", snapshot.list_tables()["t"]), 3, [2]))

    assert [(text, None if number is None else int(number), content) for text, number, content in told] == rows
