"""A backup into an empty home. Until all of it stands, it stands aside: files and SQLite's database in a folder of
their own, PostgreSQL's tables in one transaction. Whoever dies on the way leaves a home that counts as empty."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from caunoi.backups import home
from caunoi.backups.checking import Show, Summary, check_backup, open_backup
from caunoi.backups.envelope import damaged
from caunoi.backups.errors import BackupNewer, HomeNotEmpty, NotRestored
from caunoi.backups.loading import Loader, PostgresLoader, SqliteLoader
from caunoi.backups.parts import Part
from caunoi.backups.tables import MIGRATIONS, list_postgres_tables, list_sqlite_tables
from caunoi.refusals import explain_os_error, find_os_reason

Migration = tuple[str, str]
# Filled by migrations alone, before anybody did anything.
FILLED_BY_MIGRATIONS = {MIGRATIONS, "django_content_type", "auth_permission"}
SECRET_MODE = 0o600


@dataclass(frozen=True)
class Restored:
    """`secret_differs`: the environment gives another SECRET_KEY than the backup's, which seals phones' tokens and what
    is personal. `erased_again`: keys that had been destroyed since the backup; `lists_erased`: a list of them was
    there, or nobody is named in what was restored."""

    summary: Summary
    secret_differs: bool
    lists_erased: bool = False
    erased_again: int = 0


def restore_backup(path: Path, *, passphrase: str = "", show: Show = lambda _done, _all: None) -> Restored:
    """Refused, with nothing changed, unless all of the file is whole and the home and the database hold nothing."""
    summary = check_backup(path, passphrase=passphrase, show=show)
    _check_known(summary)
    interrupted = _aside().exists()
    _check_empty(interrupted)
    try:
        if interrupted:
            _clear_interrupted()
        _aside().mkdir(parents=True)
        try:
            with open_backup(path, passphrase=passphrase, show=show) as parts:
                _restore(parts, summary)
        except BaseException:
            _clear_interrupted()
            raise
        given = os.environ.get("SECRET_KEY")
        return Restored(summary, bool(given) and given != (home.home() / home.SECRET).read_text().strip())
    except (OSError, sqlite3.OperationalError, psycopg.OperationalError) as error:
        raise NotRestored(_explain(error)) from error


# -- what must hold before -----------------------------------------------------------------------------------------


def _check_known(summary: Summary) -> None:
    known = set(MigrationExecutor(None).loader.disk_migrations)
    if unknown := sorted(set(summary.migrations) - known):
        raise BackupNewer(
            _(
                "Bản sao lưu do Cầu Nối %(product)s ghi ra, mới hơn phần mềm này (không biết %(migration)s). Hãy cập"
                " nhật phần mềm rồi khôi phục lại."
            )
            % {"product": summary.product, "migration": ".".join(unknown[0])}
        )


def _check_empty(interrupted: bool) -> None:
    found = [] if interrupted else home.holds_anything()
    if not found and (table := _find_filled()):
        found = [_("bảng %(table)s của cơ sở dữ liệu") % {"table": table}]
    if found:
        raise HomeNotEmpty(
            _(
                "Nơi khôi phục phải trống, mà %(home)s đã có: %(found)s. Hãy đặt CAUNOI_HOME là thư mục trống (và"
                " DATABASE_URL là cơ sở dữ liệu trống)."
            )
            % {"home": home.home(), "found": ", ".join(found)}
        )


def _find_filled() -> str | None:
    """A table that somebody wrote to; tables as migrations leave them count as empty."""
    if connection.vendor == "sqlite" and not _database().exists():
        return None
    with connection.cursor() as cursor:
        for table in sorted(_list_tables() - FILLED_BY_MIGRATIONS):
            cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")
            if cursor.fetchone() is not None:
                return table
    return None


def _list_tables() -> set[str]:
    """Without those in which SQLite keeps an index over words, which are never empty."""
    connection.ensure_connection()
    raw = connection.connection
    return set(list_sqlite_tables(raw) if connection.vendor == "sqlite" else list_postgres_tables(raw))


# -- aside, then in place ------------------------------------------------------------------------------------------


def _restore(parts: Iterator[Part], summary: Summary) -> None:
    about = next(parts).about
    # Not "files": a folder of that name would be one of the backup's own.
    folder = _aside() / "home"
    folder.mkdir()
    if connection.vendor == "sqlite":
        place = _database()
        with _sqlite_aside() as database:
            # Backups of PostgreSQL, and those of before, do not say how to make the tables; migrating takes seconds.
            if about.get("schema"):
                _make_tables(database, about["schema"])
            else:
                _migrate_to(summary.migrations)
            connection.close()
            with closing(sqlite3.connect(database, isolation_level=None)) as raw:
                # Nobody reads it yet; it is flushed once, at the end.
                for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-65536"):
                    raw.execute(f"PRAGMA {pragma}")
                raw.execute("BEGIN")
                _load(parts, SqliteLoader(raw), about["sequences"], folder)
                raw.execute("COMMIT")
            _migrate_on()
            connection.close()
            os.sync()
            _move(folder)
            # Of an empty database that stood there; a log left behind would be taken for the new one's.
            for suffix in ("", "-wal", "-shm"):
                place.with_name(place.name + suffix).unlink(missing_ok=True)
            os.replace(database, place)
    else:
        with transaction.atomic():
            _drop_tables()
            _migrate_to(summary.migrations)
            connection.ensure_connection()
            _load(parts, PostgresLoader(connection.connection), about["sequences"], folder)
            os.sync()
            _move(folder)
        _migrate_on()
    shutil.rmtree(_aside())


def _load(parts: Iterator[Part], loader: Loader, sequences: dict[str, int], folder: Path) -> None:
    loader.begin()
    for part in parts:
        if part.about["part"] == "table":
            loader.load(part.about["name"], part.about["columns"], part.blocks())
        elif part.about["part"] == "file":
            _write_file(folder, part)
    loader.finish(sequences)


def _write_file(folder: Path, part: Part) -> None:
    name = Path(part.about["name"])
    if name.is_absolute() or ".." in name.parts or not name.parts:
        raise damaged()
    target = folder / name
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, SECRET_MODE)
    with os.fdopen(descriptor, "wb") as file:
        for block in part.blocks():
            file.write(block)


def _move(folder: Path) -> None:
    for path in folder.iterdir():
        target = home.home() / path.name
        if target.is_dir():
            shutil.rmtree(target)
        os.replace(path, target)


@contextmanager
def _sqlite_aside() -> Iterator[Path]:
    """Django's database is the one aside for the while. It need not survive a power cut: it is flushed at the end."""
    name, options = connection.settings_dict["NAME"], connection.settings_dict["OPTIONS"]
    connection.close()
    aside = _aside() / "database"
    connection.settings_dict["NAME"] = aside
    hasty = "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF;"
    connection.settings_dict["OPTIONS"] = {**options, "init_command": hasty}
    try:
        yield aside
    finally:
        connection.close()
        connection.settings_dict |= {"NAME": name, "OPTIONS": options}


def _make_tables(database: Path, schema: list[str]) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as raw:
        raw.execute("BEGIN")
        for statement in schema:
            if not statement.startswith("CREATE "):
                raise damaged()
            raw.execute(statement)
        raw.execute("COMMIT")


def _migrate_to(applied: tuple[Migration, ...]) -> None:
    """The tables as they were when the backup was made, without what is told at the end of migrating."""
    executor = MigrationExecutor(connection)
    wanted = set(applied)
    graph = executor.loader.graph
    followed = {
        node
        for node in wanted
        if any(child.key in wanted and child.key[0] == node[0] for child in graph.node_map[node].children)
    }
    executor.migrate(sorted(wanted - followed))


def _migrate_on() -> None:
    call_command("migrate", verbosity=0)


def _drop_tables() -> None:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(table)} CASCADE")


def _clear_interrupted() -> None:
    """What an interrupted restoring left: all aside, and what was moved already (there was nothing before)."""
    connection.close()
    shutil.rmtree(_aside(), ignore_errors=True)
    for path in list(home.list_kept()):
        (home.home() / path).unlink(missing_ok=True)


def _aside() -> Path:
    return home.home() / home.RESTORING


def _database() -> Path:
    return Path(str(connection.settings_dict["NAME"]))


def _explain(error: Exception) -> str:
    text = str(error).lower()
    if getattr(error, "errno", 0) in (errno.ENOSPC, errno.EDQUOT) or "full" in text or "no space" in text:
        return _("Không đủ chỗ trống ở %(home)s để khôi phục; phần đã ghi được bỏ. Hãy dọn chỗ rồi làm lại.") % {
            "home": home.home()
        }
    return _("Không khôi phục được vào %(home)s: %(why)s. Phần đã ghi được bỏ.") % {
        "home": home.home(),
        "why": _why(error),
    }


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return explain_os_error(error)
    said = str(error)
    return find_os_reason(said) or (said.splitlines()[0] if said else type(error).__name__)
