"""The form in a real browser over a weak line: until the first question can be answered."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from bench.line import WeakLine
from bench.measuring import Bench, Measured, NotMeasured
from bench.phones import CAUNOI, environment_of, served
from bench.web import ROOT

BITS_PER_S, ROUND_TRIP_S = 400_000, 0.4
PATIENCE_MS = 240_000
ACCOUNT = "thon"
_taken: dict[str, float] = {}


def measure(bench: Bench) -> dict[str, float]:
    """Seconds: the sign-in page, the form right after the first sign-in, on a second visit, and with the line cut."""
    if not _taken:
        environment = environment_of(bench.home / "browser", "")
        subprocess.run([str(CAUNOI), "demo", "--small", "--no-serve"], cwd=ROOT, env=environment, check=True,
                       capture_output=True)  # fmt: skip
        with served([str(CAUNOI), "serve", "--port", "PORT"], environment) as (port, _peak):
            line = WeakLine(port, bits_per_s=BITS_PER_S, round_trip_s=ROUND_TRIP_S)
            visit(bench.home / "profile", line)
    return _taken


def visit(profile: Path, line: WeakLine) -> None:
    try:
        from playwright.sync_api import sync_playwright

        from tests.browser.device import Device, wait_until_ready
        from tests.browser.visitor import password_of
    except ImportError as missing:
        raise NotMeasured(f"no browser: {missing}") from missing
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        raise NotMeasured("Chromium is not installed (apt-get install chromium)")
    launch: dict[str, Any] = {"executable_path": chromium, "args": ["--disable-gpu", "--disable-quic"]}
    if os.geteuid() == 0:
        launch["args"].append("--no-sandbox")
    with sync_playwright() as playwright:
        device = Device(playwright, launch, profile, f"http://127.0.0.1:{line.port}")

        def switch_on() -> None:
            device.switch_on()
            device.context.set_default_timeout(PATIENCE_MS)
            device.context.set_default_navigation_timeout(PATIENCE_MS)

        def open_form(address: str) -> float:
            begun = time.perf_counter()
            device.page.goto(address, wait_until="commit")
            device.page.locator("#form-host .question-container label").first.wait_for(timeout=PATIENCE_MS)
            return time.perf_counter() - begun

        switch_on()
        begun = time.perf_counter()
        device.page.goto("/sign-in/")
        _taken["sign-in"] = time.perf_counter() - begun
        device.page.get_by_label("Tên đăng nhập").fill(ACCOUNT)
        device.page.get_by_label("Mật khẩu").fill(password_of(ACCOUNT))
        device.page.locator("#sign-in button[type=submit]").click()
        device.page.wait_for_url(lambda url: "/sign-in/" not in url, wait_until="commit")
        device.page.goto("/due/", wait_until="domcontentloaded")
        address = device.page.locator("#due-list .card a").first.get_attribute("href") or ""
        _taken["first"] = open_form(address)
        device.page.goto("/due/", wait_until="domcontentloaded")
        for _try in range(20):
            try:
                wait_until_ready(device.page)
                break
            except AssertionError:
                continue
        device.switch_off()
        switch_on()
        _taken["second"] = open_form(address)
        device.switch_off()
        line.cut()
        switch_on()
        _taken["offline"] = open_form(address)
        device.switch_off()


def _measured(bench: Bench, name: str) -> Measured:
    taken = measure(bench)
    return Measured(taken[name], "s", taken["sign-in"], "the sign-in page on the same line, first visit", 0)


def form_interactive_s(bench: Bench) -> Measured:
    """400 kbit/s, 400 ms: the form opened at once after the first sign-in, while its script is still being fetched."""
    return _measured(bench, "first")


def form_interactive_again_s(bench: Bench) -> Measured:
    """A second visit, in a browser started anew."""
    return _measured(bench, "second")


def form_interactive_offline_s(bench: Bench) -> Measured:
    return _measured(bench, "offline")
