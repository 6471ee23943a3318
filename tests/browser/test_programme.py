"""What the field does, row by row, as it is read on a phone and on a desktop: each list leads to one of its things."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.visitor import Visitor, on_both

# What is done; where it is listed; the link that leads on, or nothing; what is seen there then.
ROWS = [
    ("organisation", "/registers/nhan_su/seats/", "", "#seats"),
    ("documents", "/documents/", "#documents tbody a", "h1"),
    ("conferences", "/meetings/?kind=trien_khai", "#meetings tbody a", "#meeting-state"),
    ("dialogue", "/meetings/?kind=doi_thoai", "#meetings tbody a", "#question-title + .cards"),
    ("visits and dialogues: requests, questions", "/meetings/matters/", ".card a", "#meeting-state"),
    ("answers anybody reads", "/answers/", "", "article"),
    ("training", "/training/", "#classes tbody a", "#class-state"),
    ("training: plan beside result", "/training/plan/", "", "table"),
    ("contests", "/contests/", "#contests tbody a", "h1"),
    ("contributions and works", "/works/", "#works tbody a", "h1"),
    ("campaign days", "/campaigns/", "#campaigns a", "h1"),
    ("models", "/registers/mo_hinh_dan_van/", "#entities tbody a", "#steps"),
    ("new rural criteria", "/criteria/", "#criteria-sets a", "table"),
    ("ratings", "/ratings/", "#rounds tbody a", "h1"),
    ("commendations", "/awards/", "", "h1"),
    ("culture: groups", "/registers/doi_van_nghe/", "#entities tbody a", "#values"),
    ("culture: clubs", "/registers/cau_lac_bo/", "#entities tbody a", "#values"),
    ("culture: titles", "/registers/danh_hieu_van_hoa/", "", "h1"),
    ("local history", "/registers/lich_su_dia_phuong/", "", "h1"),
    ("loudspeakers", "/registers/cum_loa/", "#entities tbody a", "#steps"),
    ("official channels", "/registers/kenh_chinh_thuc/", "#entities tbody a", "#steps"),
    ("targets", "/figures/", "", "h1"),
    ("reports", "/reports/", "", "#new-report"),
]


@on_both
def test_each_row_of_what_the_field_does_is_read_from_its_list(visitor: Callable[..., Visitor]) -> None:
    someone = visitor("xa")
    page = someone.page
    for what, address, link, seen in ROWS:
        someone.open(address)
        someone.check_fits(what)
        if link:
            page.locator(f"#main {link}").first.click()
            someone.check_fits(f"{what}, one")
        expect(page.locator(f"#main {seen}").first, what).to_be_visible()
