"""A phone or PC of its own, whose browser can be killed, and a server of its own, which can be stopped.

Not Playwright's `set_offline` alone: what a service worker fetches is another matter than what a page fetches, and a
server that is gone is what a person without signal really sees.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page, Playwright, expect

from tests.browser.filling import wait_for_form
from tests.browser.serving import CAUNOI, REPOSITORY, environment, wait_for_server
from tests.browser.visitor import PATIENCE_MS, PHONE, Viewport, Visitor


class OwnServer:
    """A copy of the demonstration on a port of its own: the address stays through stops and starts."""

    def __init__(self, demo_home: Path, home: Path) -> None:
        shutil.copytree(demo_home, home)
        self.home = home
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self.newest_before = 0

    def start(self) -> None:
        path = self.home / "server.log"
        with path.open("a+") as log:
            self._process = subprocess.Popen(
                [CAUNOI, "serve", "--port", str(self.port)],
                env=environment(self.home, CAUNOI_BASE_URL=self.address), cwd=REPOSITORY,
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
            wait_for_server(self.address, self._process, log)

    def kill(self) -> None:
        """As when the power is cut: all its processes at once, in the middle of whatever they do."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def sql(self, statement: str, *values: object) -> list[Any]:
        with closing(sqlite3.connect(self.home / "caunoi.sqlite3", timeout=30)) as database:
            rows = database.execute(statement, values).fetchall()
            database.commit()
            return rows

    def begin_counting(self) -> None:
        self.newest_before = int(self.sql("SELECT coalesce(max(id), 0) FROM records_submissionversion")[0][0])

    def count(self, form: str) -> int:
        """Versions stored of a form since then: a record that arrived twice would be two."""
        statement = (
            "SELECT count(*) FROM records_submissionversion v JOIN records_submission s ON s.id = v.submission_id"
            " JOIN forms_form f ON f.id = s.form_id WHERE f.code = ? AND v.id > ?"
        )
        return int(self.sql(statement, form, self.newest_before)[0][0])


class Device:
    """A browser with a profile on the disk: what it keeps survives its end."""

    def __init__(self, playwright: Playwright, launch_args: dict[str, Any], profile: Path, address: str,
                 viewport: Viewport = PHONE) -> None:  # fmt: skip
        self._playwright, self._launch_args, self._profile = playwright, launch_args, profile
        self._address, self._viewport = address, viewport
        self.context: BrowserContext
        self.page: Page
        self.person: Visitor

    def switch_on(self) -> Page:
        self.context = self._playwright.chromium.launch_persistent_context(
            self._profile,
            **self._launch_args,
            base_url=self._address,
            viewport={"width": self._viewport.width, "height": self._viewport.height},
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.page = self.context.pages[0]
        self.person = Visitor(self.page, self._viewport)
        return self.page

    def kill(self) -> None:
        """As when the battery is out, or the system needs the memory."""
        wanted = f"--user-data-dir={self._profile}".encode()
        for process in Path("/proc").glob("[0-9]*"):
            try:
                arguments = (process / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if wanted in arguments:
                os.kill(int(process.name), signal.SIGKILL)
        time.sleep(0.5)
        with suppress(Error):  # it is dead already
            self.context.close()
        for lock in self._profile.glob("Singleton*"):
            lock.unlink(missing_ok=True)

    def switch_off(self) -> None:
        with suppress(Error):
            self.context.close()

    def prepare(self, account: str) -> None:
        """Signs in and waits until the forms are on the device: all that is needed before going where no signal is."""
        self.person.sign_in(account)
        self.visit_once()

    def visit_once(self) -> None:
        self.page.goto("/due/")
        wait_until_ready(self.page)


READY = """async () => {
  const worker = (await navigator.serviceWorker.getRegistration())?.active;
  if (!worker || worker.state !== "activated" || !navigator.serviceWorker.controller) return false;
  const open = indexedDB.open("caunoi-collect");
  const database = await new Promise((resolve) => { open.onsuccess = () => resolve(open.result); });
  const all = (name) => new Promise((resolve) => {
    const request = database.transaction(name).objectStore(name).getAll();
    request.onsuccess = () => resolve(request.result);
  });
  const lists = await all("lists"), forms = await all("forms"), user = document.body.dataset.user;
  database.close();
  const sheets = lists.find((list) => list.user === user)?.sheets ?? [];
  const kept = new Set(forms.map(({ key }) => key));
  return sheets.length > 0 && sheets.every(({ form, version }) => kept.has(`${user}:${form}:${version}`));
}"""


def wait_until_ready(page: Page) -> None:
    """On the page as it stands: whatever breaks on the way, it has to go on by itself, as people do not reload."""
    given_up = time.monotonic() + 2 * PATIENCE_MS / 1000
    while time.monotonic() < given_up:
        if page.evaluate(READY):
            return
        page.wait_for_timeout(100)
    raise AssertionError("the forms did not come onto the device")


def records_on(page: Page) -> list[dict[str, Any]]:
    """What the browser keeps, without files."""
    found: list[dict[str, Any]] = page.evaluate("""async () => {
      const open = indexedDB.open("caunoi-collect");
      const database = await new Promise((resolve) => { open.onsuccess = () => resolve(open.result); });
      const rows = await new Promise((resolve) => {
        const request = database.transaction("records").objectStore("records").getAll();
        request.onsuccess = () => resolve(request.result);
      });
      database.close();
      return rows.map(({ files, ...row }) => ({ ...row, files: files.map(({ name, blob }) => [name, blob.size]) }));
    }""")
    return found


def wait_for_records(page: Page, *states: str) -> list[dict[str, Any]]:
    """Until exactly these states are kept, whatever their order."""
    given_up = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < given_up:
        found = records_on(page)
        if sorted(one["state"] for one in found) == sorted(states):
            return found
        page.wait_for_timeout(100)
    raise AssertionError(f"kept: {[one['state'] for one in records_on(page)]}, expected: {list(states)}")


def wait_for_draft(page: Page, days: str) -> None:
    """Until the draft holds those working days. The page tells of every saving, also of one before the last words."""
    given_up = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < given_up:
        if any(one["state"] == "draft" and f">{days}<" in one["xml"] for one in records_on(page)):
            expect(page.locator("#form-draft-note")).to_contain_text("Đã lưu nháp")
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"no draft with {days} days: {[one['xml'] for one in records_on(page)]}")


def open_event(page: Page, title: str) -> None:
    page.goto("/due/")
    page.locator("#event-forms, #offline-events").get_by_role("link", name=title).click()
    wait_for_form(page)


def expect_shell(page: Page) -> None:
    """A page of ours, shown although no server answered."""
    expect(page.locator("body[data-frame]")).to_be_visible()
