from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.visitor import Visitor, only_on_phone


@only_on_phone
def test_a_wrong_password_is_said_and_the_name_stays_typed(visitor: Callable[..., Visitor]) -> None:
    someone = visitor()
    someone.open("/sign-in/", look_as="sign-in")

    someone.page.get_by_label("Tên đăng nhập").fill("thon")
    someone.page.get_by_label("Mật khẩu").fill("sai-mat-khau")
    someone.page.locator("#sign-in button[type=submit]").click()

    expect(someone.page.get_by_role("alert")).to_be_visible()
    expect(someone.page.get_by_label("Tên đăng nhập")).to_have_value("thon")
    someone.look("sign-in-refused")


def test_each_account_of_the_demonstration_finds_its_own_work(visitor: Callable[..., Visitor]) -> None:
    for account in ("thon", "xa", "tinh", "kiemtra"):
        someone = visitor(account)
        someone.open("/")

        someone.look(f"home-{account}")

        assert someone.heading() == "Trang chính"


def test_an_address_that_does_not_exist_says_so(visitor: Callable[..., Visitor]) -> None:
    someone = visitor("xa")

    answer = someone.page.goto("/khong-co-trang-nay/")

    assert answer is not None and answer.status == 404
    someone.look("not-found")
