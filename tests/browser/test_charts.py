"""The province officer draws figures, points at them, and builds a dashboard for the first page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.test_figures import ask
from tests.browser.visitor import Visitor

NAME = "Ngày công các xã"


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("trend", {"level": "", "by": "quarter"}),
        ("comparison", {}),
        ("map", {}),
        ("classes", {"codes": "commune_rating", "first": "01/01/2022", "last": "31/12/2022"}),
    ],
    ids=str,
)
def test_a_chart_is_a_picture_and_comes_alive_under_the_mouse(
    visitor: Callable[..., Visitor], kind: str, more: dict[str, str]
) -> None:
    officer = visitor("tinh")
    page = officer.page
    officer.open(ask(chart=kind, **more), look_as=f"chart-{kind}")
    figure = page.locator("figure[data-chart]")
    expect(figure.locator("picture")).to_be_visible()

    figure.hover()

    drawn = figure.locator("svg")
    expect(drawn).to_be_visible()
    expect(figure.locator("picture")).to_be_hidden()
    expect(drawn.locator("[aria-roledescription]").first).to_be_attached()
    officer.look(f"chart-{kind}-alive")


def test_coverage_is_shaded_by_unit_and_period(visitor: Callable[..., Visitor]) -> None:
    officer = visitor("tinh")
    officer.open("/coverage/?level=commune&by=heat", look_as="coverage-heat")
    expect(officer.page.locator("table.heat tbody tr").first).to_be_visible()


def test_a_saved_chart_becomes_part_of_the_first_page(visitor: Callable[..., Visitor]) -> None:
    officer = visitor("tinh")
    page = officer.page
    officer.open(ask(chart="comparison"))
    page.locator("#save-view > summary").click()
    page.locator("#save-view").get_by_label("Tên", exact=True).fill(NAME)
    page.locator("#save-view button[type=submit]").click()
    officer.open("/views/", look_as="views")
    expect(page.get_by_role("link", name=NAME).first).to_be_visible()

    officer.open("/dashboards/")
    page.locator("#new-dashboard").get_by_label("Tên", exact=True).fill("Bảng tuần")
    page.locator("#new-dashboard button[type=submit]").click()
    expect(page.locator("#add-tile")).to_be_visible()
    page.locator("#add-tile select[name$=view]").select_option(label=NAME)
    page.locator("#add-tile select[name$=show]").select_option("chart")
    page.locator("#add-tile button[type=submit]").click()
    officer.look("dashboard-change")
    page.get_by_role("link", name="Xem bảng").first.click()
    expect(page.locator("figure[data-chart] picture, figure picture").first).to_be_visible()
    officer.look("dashboard")

    page.get_by_role("button", name="Đặt lên trang chính").click()
    board = page.locator("#board")
    # It is fetched when somebody scrolls as far as there.
    board.scroll_into_view_if_needed()
    expect(board.locator("figure picture")).to_be_visible()
    officer.look("home-with-dashboard")
