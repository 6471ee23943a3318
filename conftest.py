"""What every test starts from: a home folder of its own, never the reader's data; no network; the same random cases.

Settings are read from the environment when Django loads, so the environment is set here, before that. pytest-django
loads Django only after this file because `DJANGO_SETTINGS_MODULE` is set here and not in pyproject.toml.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

HOME = Path(tempfile.mkdtemp(prefix=f"caunoi-{os.environ.get('PYTEST_XDIST_WORKER', 'tests')}-"))
(HOME / "static").mkdir()
OURS = """SECRET_KEY CAUNOI_ENGINE CAUNOI_SPARK_MASTER CAUNOI_SEGMENTS CAUNOI_BASE_URL CAUNOI_LANGUAGE
CAUNOI_STORAGE_URL CAUNOI_TRUSTED_PROXIES CAUNOI_SECOND_FACTOR_FOR CAUNOI_EMAIL_URL CAUNOI_BACKUP_FOLDER
CAUNOI_BACKUP_HOUR CAUNOI_BACKUP_KEEP CAUNOI_BACKUP_PASSPHRASE CAUNOI_BACKUP_PASSPHRASE_FILE CAUNOI_OIDC_ISSUER
CAUNOI_OIDC_CLIENT_ID CAUNOI_OIDC_SECRET CAUNOI_OIDC_NAME"""
for name in OURS.split():
    os.environ.pop(name, None)
os.environ["CAUNOI_HOME"] = str(HOME)
os.environ["DJANGO_SETTINGS_MODULE"] = "caunoi.config.settings"
# Playwright keeps an event loop in the main thread; the tests themselves are synchronous.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

import pytest  # noqa: E402 - after the environment
from hypothesis import HealthCheck  # noqa: E402
from hypothesis import settings as hypothesis_settings  # noqa: E402

SLOW_MACHINES = [HealthCheck.too_slow, HealthCheck.data_too_large]
# `make test`: the same cases on every machine and every run. `make soak`: many, new ones each time, seeds printed.
hypothesis_settings.register_profile(
    "default", derandomize=True, max_examples=40, deadline=None, suppress_health_check=SLOW_MACHINES, database=None
)
hypothesis_settings.register_profile(
    "soak", max_examples=2000, deadline=None, suppress_health_check=SLOW_MACHINES, print_blob=True
)
# `make test-postgres`: the first of the cases that SQLite is asked.
hypothesis_settings.register_profile(
    "postgres", derandomize=True, max_examples=15, deadline=None, suppress_health_check=SLOW_MACHINES, database=None
)
# `make test-spark`: each question takes Spark about a second.
hypothesis_settings.register_profile(
    "spark", derandomize=True, max_examples=4, deadline=None, suppress_health_check=SLOW_MACHINES, database=None
)
hypothesis_settings.load_profile("default")

# Two executors, each a process of its own with one core and 1,024 MB: what they are told goes over a wire.
SPARK_MASTER = "local-cluster[2,1,1024]"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=("duckdb", "spark"), default="duckdb", help="what computes figures")


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    assert HOME.resolve() == settings.CAUNOI_HOME, "Django was loaded before this file could give it a home"
    if config.getoption("engine") == "spark":
        if why := _why_no_spark():
            raise pytest.UsageError(why)
        settings.CAUNOI_ENGINE = "spark"
    settings.CAUNOI_SPARK_MASTER = SPARK_MASTER
    # Where the executors, which a master would start elsewhere, write their logs and pieces.
    os.environ["SPARK_WORKER_DIR"] = os.environ["SPARK_LOCAL_DIRS"] = str(HOME / "spark")
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"

    from caunoi.config.catalogues import compile_stale_catalogues

    compile_stale_catalogues()
    # Hashing a password slowly is the point in earnest, and the longest part of a test with five users.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    database = settings.DATABASES["default"]
    if "sqlite" in database["ENGINE"]:
        # A file as in earnest (WAL, several connections), not a shared memory that locks whole tables.
        database.setdefault("TEST", {})["NAME"] = str(HOME / "tests.sqlite3")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """The test processes are about to begin. Were the settings named in what they inherit, Django would be loaded there
    before this file gives each a home of its own, and all would write into this process's."""
    for name in ("DJANGO_SETTINGS_MODULE", "CAUNOI_HOME"):
        os.environ.pop(name, None)


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(HOME, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what touches the database, so that `make test-postgres` repeats that and nothing else."""
    uses_database = {"db", "transactional_db", "live_server", "_django_db_helper"}
    for item in items:
        if item.get_closest_marker("django_db") or uses_database & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.database)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """What a process keeps in memory of the tables must not outlive a test, which rolls its tables back."""
    yield
    from caunoi.facts import projection
    from caunoi.facts import queries as facts
    from caunoi.facts.queries import forget_catalogues
    from caunoi.forms.queries import forget_checkers
    from caunoi.forms.state import forget_versions
    from caunoi.places.queries import forget_snapshots
    from caunoi.records.together import forget_doors
    from caunoi.remembering import forget_all

    forget_snapshots()
    forget_doors()
    forget_versions()
    forget_checkers()
    forget_all()
    forget_catalogues()
    projection.forget_projections()
    facts._rules.clear()


@pytest.fixture(autouse=True)
def _pages_tell_the_audit_what_they_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a transaction of their own: the one around a test would hide that a page writes its lines outside of one,
    which servers refuse. What is due from which page: `tests/audited_pages.py`."""
    from django.db import connection
    from django.test import Client

    from caunoi.audit import actions
    from caunoi.personal import vault
    from tests.audited_pages import CountedCipher, Watch, check_reading_told, check_told

    outside: list[int] = []
    lines: list[Any] = []
    ask, write, insert = Client.request, actions.write_lines, actions.insert_rows

    def request(client: Client, **asked: Any) -> Any:
        outside.append(len(connection.savepoint_ids) if connection.in_atomic_block else -1)
        before, opened, watch = len(lines), CountedCipher.opened, Watch()
        try:
            with connection.execute_wrapper(watch):
                answer = ask(client, **asked)
        finally:
            outside.pop()
        if answer.status_code < 400 and (watch.tables or CountedCipher.opened > opened):
            address, told = answer.resolver_match.url_name, [line.action for line in lines[before:]]
            check_told(address, watch.tables, told)
            if CountedCipher.opened > opened:
                check_reading_told(address, answer.wsgi_request.user.pk, told, lines)
        return answer

    def write_lines(*entries: Any, **about: Any) -> None:
        assert not outside or len(connection.savepoint_ids) > outside[-1], "a page writes the audit in a transaction"
        write(*entries, **about)

    def insert_rows(rows: Any) -> None:
        lines.extend(rows)
        insert(rows)

    monkeypatch.setattr(Client, "request", request)
    monkeypatch.setattr(actions, "write_lines", write_lines)
    monkeypatch.setattr(actions, "insert_rows", insert_rows)
    monkeypatch.setattr(vault, "AESSIV", CountedCipher)


@pytest.fixture
def share(pytestconfig: pytest.Config) -> Callable[[int, int], int]:
    """`share(1000, 20)`: 1,000 rounds in `make soak`, 20 otherwise."""
    soak = pytestconfig.getoption("hypothesis_profile", None) == "soak"
    return lambda full, usual: full if soak else usual


@pytest.fixture
def mount_disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """`mount_disk("64k")`: an empty file system of that size."""
    disk = tmp_path / "disk"

    def mount(size: str) -> Path:
        disk.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)]
        mounted = subprocess.run(command, capture_output=True, text=True)
        # Only the machine's root may mount one, as in CI; a full disk cannot be had in any other way.
        if mounted.returncode != 0:
            disk.rmdir()
            pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
        return disk

    yield mount
    if disk.exists():
        subprocess.run(["umount", "-l", disk], check=True)


@pytest.fixture(scope="session")
def full_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home folder of the demonstration, in SQLite: made by the command itself, once by the first test process of a
    run that asks, read and copied by all, changed by none."""
    return _load_demo(tmp_path_factory, "full-demo")


@pytest.fixture(scope="session")
def small_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same of the small one."""
    return _load_demo(tmp_path_factory, "small-demo", "--small")


def _load_demo(tmp_path_factory: pytest.TempPathFactory, name: str, *arguments: str) -> Path:
    base = tmp_path_factory.getbasetemp()
    # Processes of one run share it; two runs never do.
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    folder.mkdir(exist_ok=True)
    home = folder / "home"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "demo.json").exists():
            kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SECRET_KEY")}
            command = [sys.executable, "-c", "from caunoi.cli.main import main; main()", "demo", "--no-serve"]
            made = subprocess.run(
                [*command, *arguments], env={**kept, "CAUNOI_HOME": str(home)}, capture_output=True, text=True,
                timeout=600, check=False,
            )  # fmt: skip
            assert made.returncode == 0, made.stdout + made.stderr
    return home


def _why_no_spark() -> str:
    """Empty if the tests can start Spark here."""
    if find_spec("pyspark") is None or find_spec("sqlglot") is None:
        return "the extra `spark` is not installed (make test-spark installs it)"
    if shutil.which("java") is None:
        return "Java is not installed (apt-get install openjdk-17-jre-headless)"
    return ""


@pytest.fixture
def spark(settings: Any) -> None:
    """Figures of this test are computed by Spark."""
    if why := _why_no_spark():
        pytest.skip(why)
    settings.CAUNOI_ENGINE = "spark"


@pytest.fixture(scope="session")
def chromium() -> str:
    """Debian's browser. On a machine without one the journeys are left out, but never unnoticed in CI."""
    for candidate in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(candidate):
            return found
    if os.environ.get("CI"):
        pytest.fail("Chromium is missing: apt-get install chromium")
    pytest.skip("Chromium is not installed (apt-get install chromium)")


@pytest.fixture(scope="session")
def browser_type_launch_args(chromium: str) -> dict[str, Any]:
    quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
    # Chromium's own sandbox refuses to start as root, which is who runs CI.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": chromium, "args": [*quiet, *sandbox]}
