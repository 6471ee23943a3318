"""The small demonstration, copied for every test process; a server on it; people who visit its pages.

While writing journeys, `CAUNOI_BROWSER_HOME=/tmp/demo` names a demonstration already made and skips making it.
"""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Playwright, expect

from tests.browser.device import Device, OwnServer
from tests.browser.serving import CAUNOI, REPOSITORY, environment, wait_for_server
from tests.browser.visitor import DESKTOP, PATIENCE_MS, PHONE, Viewport, Visitor

expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True)
class Server:
    address: str
    home: Path

    def sql(self, statement: str, *values: object) -> list[Any]:
        """What a person at the machine could do beside the pages: end sessions, read what arrived."""
        with closing(sqlite3.connect(self.home / "caunoi.sqlite3", timeout=30)) as database:
            rows = database.execute(statement, values).fetchall()
            database.commit()
            return rows


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def demo_home(request: pytest.FixtureRequest) -> Path:
    if given := os.environ.get("CAUNOI_BROWSER_HOME"):
        return Path(given)
    made: Path = request.getfixturevalue("small_demo")
    return made


@pytest.fixture(scope="module")
def server(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for each file: what a journey of another file merged or approved must not be met here, whichever files share
    a test process."""
    home = tmp_path_factory.mktemp("server") / "home"
    shutil.copytree(demo_home, home)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    log = (home / "server.log").open("w+")
    process = subprocess.Popen(
        [CAUNOI, "serve", "--port", str(port)],
        env=environment(home, CAUNOI_BASE_URL=address), cwd=REPOSITORY, stdout=log, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        wait_for_server(address, process, log)
        yield Server(address, home)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.seek(0)
        said = log.read()
        log.close()
    # What the pages hide from the reader stands in the log: an answer 500 that no journey noticed fails here.
    assert "Traceback" not in said, said


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    """Without pytest-playwright's own `device`, which is a name of another thing here."""
    return {}


@pytest.fixture(params=[DESKTOP], ids=lambda viewport: viewport.name)
def viewport(request: pytest.FixtureRequest) -> Viewport:
    return request.param  # type: ignore[no-any-return]  # pytest's own Any


@pytest.fixture(scope="module")
def signed_in() -> dict[str, Any]:
    """The cookies of each account after its first sign-in: hashing a password takes longer than most pages."""
    return {}


@pytest.fixture
def visitor(
    new_context: Callable[..., BrowserContext], viewport: Viewport, server: Server, signed_in: dict[str, Any]
) -> Iterator[Callable[..., Visitor]]:
    """`visitor("xa")` opens a browser of their own for that account of the demonstration and signs in.

    `fresh`: by the sign-in page, with a session that nobody else uses. `scripts`: whether the browser runs them.
    """
    made: list[Visitor] = []

    def open_browser(
        account: str = "", *, on: Viewport = viewport, fresh: bool = False, scripts: bool = True
    ) -> Visitor:
        known = None if fresh else signed_in.get(account)
        context = new_context(
            base_url=server.address,
            viewport={"width": on.width, "height": on.height},
            has_touch=on is PHONE,
            is_mobile=on is PHONE,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            reduced_motion="reduce",
            storage_state=known,
            java_script_enabled=scripts,
        )
        context.set_default_timeout(PATIENCE_MS)
        someone = Visitor(context.new_page(), on)
        made.append(someone)
        if account and known is None:
            someone.sign_in(account)
            if not fresh:
                signed_in[account] = context.storage_state()
        return someone

    yield open_browser
    for someone in made:
        someone.check_nothing_broke()


@pytest.fixture
def own_server(demo_home: Path, tmp_path: Path) -> Iterator[OwnServer]:
    """For journeys in which it is stopped."""
    server = OwnServer(demo_home, tmp_path / "home")
    try:
        server.start()
        server.begin_counting()
        yield server
    finally:
        server.stop()


@pytest.fixture
def device(
    playwright: Playwright, browser_type_launch_args: dict[str, Any], tmp_path: Path, own_server: OwnServer
) -> Iterator[Callable[..., Device]]:
    made: list[Device] = []

    def switch_on(account: str = "thon", viewport: Viewport = PHONE) -> Device:
        one = Device(
            playwright, browser_type_launch_args, tmp_path / f"profile-{len(made)}", own_server.address, viewport
        )
        one.switch_on()
        made.append(one)
        if account:
            one.prepare(account)
        return one

    yield switch_on
    for one in made:
        one.switch_off()
