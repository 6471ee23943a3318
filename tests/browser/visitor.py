"""A person at a browser: signs in, opens pages, and every page looked at has to be accessible and to fit the screen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Response, expect

SCREENSHOTS = Path(__file__).resolve().parents[2] / "screenshots"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass(frozen=True)
class Viewport:
    name: str
    width: int
    height: int


PHONE = Viewport("phone", 390, 844)
DESKTOP = Viewport("desktop", 1280, 900)
NARROWEST = 360
# Longer than anything takes where two browsers share two slow cores: who waits that long waits in vain.
PATIENCE_MS = 60_000
# A journey is walked on a desktop unless it says otherwise, and each page looked at there is also looked at as a phone
# shows it.
on_both = pytest.mark.parametrize("viewport", [PHONE, DESKTOP], indirect=True, ids=lambda viewport: viewport.name)
only_on_phone = pytest.mark.parametrize("viewport", [PHONE], indirect=True, ids=lambda viewport: viewport.name)

# Where the page is wider than the screen, and what sticks out.
STICKING_OUT = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.body.querySelectorAll("*")]
    .filter((one) => one.getBoundingClientRect().right > width + 1 && !one.closest(".table-wrap"))
    .map((one) => `${one.tagName} #${one.id} .${one.className}`).slice(0, 8)
    .concat(`page: ${document.documentElement.scrollWidth}`);
}"""


def password_of(account: str) -> str:
    return f"{account}-demo-2026"


class Visitor:
    def __init__(self, page: Page, viewport: Viewport) -> None:
        self.page = page
        self.viewport = viewport
        self.broken: list[str] = []
        page.on("pageerror", lambda error: self.broken.append(f"script: {error}"))
        page.on("console", self._hear)
        page.on("response", self._watch)

    def _hear(self, message: ConsoleMessage) -> None:
        # A refusal (4xx) also appears on the console; which answers were expected is for the journey to say.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.broken.append(f"console: {message.text}")

    def _watch(self, response: Response) -> None:
        if response.status >= 500:
            self.broken.append(f"{response.status}: {response.url}")
        if not response.url.startswith(("http://127.0.0.1:", "http://localhost:", "blob:", "data:")):
            self.broken.append(f"asked another machine: {response.url}")

    def check_nothing_broke(self) -> None:
        assert self.broken == [], "\n".join(self.broken)

    def sign_in(self, account: str, password: str = "") -> None:
        self.page.goto("/sign-in/")
        self.page.get_by_label("Tên đăng nhập").fill(account)
        self.page.get_by_label("Mật khẩu").fill(password or password_of(account))
        self.page.locator("#sign-in button[type=submit]").click()
        expect(self.page).not_to_have_url("/sign-in/")

    def open(self, address: str, look_as: str = "") -> None:
        answer = self.page.goto(address)
        assert answer is not None and answer.ok, f"{address}: {answer and answer.status}"
        if look_as:
            self.look(look_as)

    def look(self, name: str) -> None:
        """Takes a picture of the page as it stands, and of what a phone would show of it, after checking that it fits
        and that everyone can use it."""
        page, own = self.page, self.viewport
        self._picture(name, own)
        # After the picture, which ends what is still moving: colours are half-way while they change.
        found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        if own is not PHONE:
            page.set_viewport_size({"width": PHONE.width, "height": PHONE.height})
            self._picture(name, PHONE)
        page.set_viewport_size({"width": NARROWEST, "height": 740})
        self._check_width(name)
        page.set_viewport_size({"width": own.width, "height": own.height})

    def move_to(self, viewport: Viewport) -> None:
        """Goes on with the open page on a screen of another size."""
        self.viewport = viewport
        self.page.set_viewport_size({"width": viewport.width, "height": viewport.height})

    def check_fits(self, name: str) -> None:
        """Nothing sticks out sideways, on a phone also on the narrowest."""
        self.page.wait_for_load_state()
        self._check_width(name)
        if self.viewport is PHONE:
            self.page.set_viewport_size({"width": NARROWEST, "height": PHONE.height})
            self._check_width(f"{name}, {NARROWEST} px")
            self.page.set_viewport_size({"width": PHONE.width, "height": PHONE.height})

    def _picture(self, name: str, viewport: Viewport) -> None:
        self.page.screenshot(path=SCREENSHOTS / f"{name}-{viewport.name}.png", full_page=True, animations="disabled")
        self._check_width(name)

    def _check_width(self, name: str) -> None:
        sticking_out = self.page.evaluate(STICKING_OUT)
        assert sticking_out == [], f"{name} scrolls sideways"

    def heading(self) -> str:
        return self.page.locator("h1").first.inner_text()
