"""The immutable columnar files of the ledger: written beside, synced, then named in the database in one transaction.

A crash leaves a file nobody names, which a later compaction removes. Everything here can be deleted and rebuilt with
the same answers.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction

from caunoi.audit.clock import lock_clock
from caunoi.documents.storage import ObjectStorage, find_storage
from caunoi.facts.engines.cluster import publish, withdraw
from caunoi.facts.errors import LedgerBroken, SegmentsNotWritten
from caunoi.facts.intact import Mend, check_intact, describe_damaged, describe_missing, find_fault
from caunoi.facts.models import Posting, Segment
from caunoi.facts.postings import COLUMNAR, TABLE, read_postings
from caunoi.moments import now
from caunoi.refusals import explain_os_error, find_os_reason

if TYPE_CHECKING:
    import duckdb

# What arrives day by day is joined to the last stretch while that one is not much larger, so that each posting is
# rewritten only a few times and a question finds all months of a unit side by side.
JOINED_WHILE_LARGER = 4
# A stretch is cut into files by book and units: a question about a commune reads one of fifty.
FILE_ROWS = 4_000_000
# Below this the tail is read quickly enough at the first question of a process; above, it is worth a segment.
COMPACT_FROM = 50_000
ROW_GROUP = 40_960
# Another process may have looked up the file's name just before it was replaced.
KEPT_AFTER_REPLACEMENT_S = 3600
IN_STORAGE = "ledger"

Advance = Callable[[int], None]
_numbers = itertools.count()


def folder() -> Path:
    """Where this machine writes them, and reads them unless `storage()` says otherwise."""
    given = "" if storage() else settings.CAUNOI_SEGMENTS
    return Path(given or Path(settings.CAUNOI_HOME) / "ledger")


def storage() -> str | None:
    """The address from which a cluster reads them (s3a://bucket/folder), without a closing slash; None: `folder()`."""
    return settings.CAUNOI_SEGMENTS.rstrip("/") if "://" in settings.CAUNOI_SEGMENTS else None


def check_here(files: Iterable[tuple[str, str]]) -> None:
    """`files`: names and hashes. They are on this machine, unchanged, afterwards: with object storage, what is missing
    or damaged here is fetched from it. Raises LedgerBroken and StorageUnreachable."""
    store = find_storage()
    mend: Mend | None = None if store is None else partial(_bring_here, store)
    check_intact(((folder() / name, sha256) for name, sha256 in files), mend)


def _bring_here(store: ObjectStorage, path: Path, sha256: str) -> bool | None:
    return store.fetch(_name_in_storage(path.name), path, sha256)


def send_segments(advance: Advance | None = None) -> list[str]:
    """To object storage, what it has not or has damaged. Names of those that are not whole on this machine either."""
    store, wrong = find_storage(), []
    for segment in Segment.objects.all():
        path, name = folder() / segment.file, _name_in_storage(segment.file)
        if store is not None and store.hash_of(name) != segment.sha256:
            if find_fault(path, segment.sha256) is None:
                store.put_file(name, path)
            else:
                wrong.append(segment.file)
        if advance is not None:
            advance(1)
    return wrong


def _name_in_storage(file: str) -> str:
    return f"{IN_STORAGE}/{file}"


def compact(*, minimum: int = COMPACT_FROM, progress: Advance | None = None) -> int:
    """Write the tail as segments if it is long enough. Returns the new rows written; `progress` gets counts.

    Of two compactors at the same time one wins: nothing is locked while they write, for that would stop postings; when
    they name their files, the second finds its postings named already and its file is removed.
    """
    stretches = _list_stretches()
    last = stretches[-1][0].last_seq if stretches else 0
    if Posting.objects.filter(seq__gt=last).order_by()[: max(minimum, 1)].count() < max(minimum, 1):
        with _telling_of_the_disk():
            _remove_orphans()  # a small office has long to wait until its tail is worth a segment
        return 0
    with _telling_of_the_disk():
        folder().mkdir(parents=True, exist_ok=True)
        _remove_orphans()
        _remove_orphans_in_storage()
        joined = _choose_joined(stretches, Posting.objects.filter(seq__gt=last).count())
        # A damaged row would be written on under a hash that fits.
        check_here((segment.file, segment.sha256) for segment in joined)
        with _Writer() as writer:
            for segment in joined:
                writer.take_again(segment)
            written = _take_all(writer, last, progress)
            if written:
                _name_segments(writer.finish(), joined)
    return written


def rebuild(progress: Advance | None = None) -> int:
    """Write every segment again from the ledger. The new ones take the old ones' place all at once: whoever asks
    meanwhile reads the old ones, and not the whole ledger as a tail."""
    replaced = list(Segment.objects.all())
    with _telling_of_the_disk():
        folder().mkdir(parents=True, exist_ok=True)
        _remove_orphans()
        _remove_orphans_in_storage()
        with _Writer() as writer:
            written = _take_all(writer, 0, progress)
            _name_segments(writer.finish(), replaced)
    return written


@contextmanager
def _telling_of_the_disk() -> Iterator[None]:
    """Raises SegmentsNotWritten for a disk that is full or not to be written on: the worker goes on with its other
    work, and an operator reads why."""
    try:
        yield
    except OSError as error:
        # Without a number it is no disk's: a reader of the database has ended.
        if error.errno is None:
            raise
        raise SegmentsNotWritten(str(folder()), explain_os_error(error)) from error
    except _list_failures() as error:
        # It says "failed to commit" as well as "could not write", with the system's words behind it.
        if not (why := find_os_reason(str(error))):
            raise
        raise SegmentsNotWritten(str(folder()), why) from error


def _list_failures() -> tuple[type[Exception], ...]:
    import duckdb  # noqa: PLC0415 - it is there already where something has failed

    return (duckdb.Error,)


def _take_all(writer: _Writer, after: int, progress: Advance | None) -> int:
    written = 0
    for table in read_postings(after):
        writer.take(table)
        written += table.num_rows
        if progress is not None:
            progress(table.num_rows)
    return written


def _list_stretches() -> list[list[Segment]]:
    """The files that were written together, oldest stretch first."""
    found: dict[int, list[Segment]] = {}
    for segment in Segment.objects.order_by("last_seq", "book", "unit_from"):
        found.setdefault(segment.last_seq, []).append(segment)
    return list(found.values())


def _choose_joined(stretches: list[list[Segment]], arriving: int) -> list[Segment]:
    """The files of the newest stretches that the arriving rows are written together with."""
    joined: list[Segment] = []
    rows = arriving
    for stretch in reversed(stretches):
        size = sum(segment.rows for segment in stretch)
        if size > JOINED_WHILE_LARGER * rows:
            break
        joined += stretch
        rows += size
    return joined


class _Writer:
    """Collects the rows of a stretch in a database file of its own, which is packed and can be larger than memory, and
    writes them in the order in which questions read them."""

    def __init__(self) -> None:
        import duckdb  # noqa: PLC0415 - only compaction and questions need it

        self.beside = folder() / f"rows.{next(_numbers)}.{os.getpid()}.part"
        self.database: duckdb.DuckDBPyConnection = duckdb.connect(
            str(self.beside),
            config={"threads": os.cpu_count() or 2, "memory_limit": "1GB", "temp_directory": str(folder() / "tmp")},
        )
        self.database.execute(f"CREATE TABLE rows {TABLE}")

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self.database.close()
        for path in folder().glob(f"{self.beside.name}*"):
            path.unlink(missing_ok=True)

    def take(self, table: object) -> None:
        self.database.register("incoming", table)
        self.database.execute(f"INSERT INTO rows SELECT {COLUMNAR} FROM incoming")
        self.database.unregister("incoming")

    def take_again(self, segment: Segment) -> None:
        self.database.execute(f"INSERT INTO rows SELECT * FROM read_parquet('{_quoted(segment.file)}')")

    def finish(self) -> list[Segment]:
        """The collected rows as files on disk, which nobody names yet."""
        first, last = self._row("SELECT min(seq), max(seq) FROM rows")
        blocks = self.database.execute(
            f"""SELECT book, min(unit), max(unit), sum(rows) FROM (
                SELECT book, unit, count(*) AS rows, sum(count(*)) OVER (PARTITION BY book ORDER BY unit) AS up_to
                FROM rows GROUP BY book, unit
            ) GROUP BY book, (up_to - 1) // {FILE_ROWS} ORDER BY ALL"""
        ).fetchall()
        made = [
            Segment(
                first_seq=first, last_seq=last, book=book, unit_from=begin, unit_to=end, rows=int(rows),
                **self._write(first, last, book, begin, end),
            )
            for book, begin, end, rows in blocks
        ]  # fmt: skip
        _sync_folder()
        return made

    def _row(self, query: str) -> tuple[Any, ...]:
        found = self.database.execute(query).fetchone()
        assert found is not None
        return found

    def _write(self, first: int, last: int, book: int, begin: int, end: int) -> dict[str, str]:
        """A file's name, which follows from its content, and its hash."""
        beside = folder() / f"{first:015d}-{last:015d}.{next(_numbers)}.{os.getpid()}.part"
        # Questions ask few elements of many units: rows of one element and unit stand together, in small row groups
        # whose minima and maxima let the reader skip the rest.
        self.database.execute(
            f"COPY (SELECT * FROM rows WHERE book = {book} AND unit BETWEEN {begin} AND {end}"
            f" ORDER BY element, unit, span, seq) TO '{_quoted(beside.name)}'"
            f" (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
        )
        with open(beside, "rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        name = f"{first:015d}-{last:015d}-{book}-{begin:09d}-{sha256[:16]}.parquet"
        os.replace(beside, folder() / name)
        return {"file": name, "sha256": sha256}


def _name_segments(made: list[Segment], replaced: list[Segment]) -> None:
    """In one transaction: a question sees the old ones or the new ones."""
    if (store := find_storage()) is not None:
        for segment in made:
            store.put_file(_name_in_storage(segment.file), folder() / segment.file)
    if (address := storage()) is not None:
        for segment in made:
            publish(folder() / segment.file, f"{address}/{segment.file}")
    try:
        with transaction.atomic():
            # One at a time: two who each see no overlap would together name some postings twice.
            lock_clock()
            gone = Segment.objects.filter(pk__in=[one.pk for one in replaced]).delete()[0]
            if gone != len(replaced):
                raise IntegrityError("another compaction replaced them first")
            if (
                made
                and Segment.objects.filter(last_seq__gte=made[0].first_seq, first_seq__lte=made[-1].last_seq).exists()
            ):
                raise IntegrityError("another compaction has named some of these postings meanwhile")
            for segment in made:
                segment.save(force_insert=True)
        _keep_a_while(replaced)
    except IntegrityError:
        # Another compaction was quicker. A file may be the very one it has named.
        for segment in made:
            if not Segment.objects.filter(file=segment.file).exists():
                (folder() / segment.file).unlink(missing_ok=True)
                if store is not None:
                    store.delete(_name_in_storage(segment.file))


def _keep_a_while(replaced: Iterable[Segment]) -> None:
    """From now on: the files may be days old already, and questions that are being asked read them still."""
    for segment in replaced:
        with suppress(FileNotFoundError):
            os.utime(folder() / segment.file)


def _sync_folder() -> None:
    """A renamed file survives a power cut only once its folder's entry is on disk."""
    descriptor = os.open(folder(), os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_orphans() -> None:
    """Files of this machine that no segment names; those of others' work at this moment stay."""
    named = set(Segment.objects.values_list("file", flat=True))
    store, old = find_storage(), time.time() - KEPT_AFTER_REPLACEMENT_S
    for path in folder().glob("*.par*"):
        if path.name not in named and (_changed_before(old, path) or _is_of_dead_process(path)):
            path.unlink(missing_ok=True)
            if (address := storage()) is not None and path.suffix == ".parquet":
                withdraw(f"{address}/{path.name}")
            if store is not None and path.suffix == ".parquet":
                store.delete(_name_in_storage(path.name))


def _remove_orphans_in_storage() -> None:
    """What a machine sent that is no more. Another may have just looked up the name of what it fetches."""
    if (store := find_storage()) is not None:
        named = set(Segment.objects.values_list("file", flat=True))
        before = now() - timedelta(days=1)
        for name, since in list(store.list_names(IN_STORAGE)):
            if name.removeprefix(f"{IN_STORAGE}/") not in named and since < before:
                store.delete(name)


def _changed_before(moment: float, path: Path) -> bool:
    """False of a file that another process has renamed or removed meanwhile."""
    with suppress(FileNotFoundError):
        return path.stat().st_mtime < moment
    return False


def _is_of_dead_process(path: Path) -> bool:
    """`….1234.part`: what process 1234 was writing when it died."""
    if path.suffix != ".part":
        return False
    number = path.name.split(".")[-2]
    return number.isdigit() and not Path(f"/proc/{number}").exists()


def check_segments() -> list[str]:
    """Which segment files are missing, unreadable or differ from their hash, in sentences; with object storage, of
    those in it."""
    store = find_storage()
    faults = (
        find_fault(folder() / segment.file, segment.sha256) if store is None else _find_fault_in(store, segment)
        for segment in Segment.objects.all()
    )
    return [str(fault) for fault in faults if fault is not None]


def _find_fault_in(store: ObjectStorage, segment: Segment) -> LedgerBroken | None:
    found = store.hash_of(_name_in_storage(segment.file))
    if found is None:
        return describe_missing(segment.file)
    return None if found == segment.sha256 else describe_damaged(segment.file)


def _quoted(name: str) -> str:
    return str(folder() / name).replace("'", "''")
