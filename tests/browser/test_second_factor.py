"""An invited person's own account: a passkey of the device, codes of an app, and signing in by either.

At http://localhost: browsers bind passkeys to a name, and 127.0.0.1 is none.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.browser.visitor import Visitor, only_on_phone

PASSWORD = "mot-cau-mat-khau-dai"


def code_of(secret: str) -> str:
    """RFC 6238, as an authenticator app computes it."""
    key = base64.b32decode(secret)
    mac = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def hold_a_device(page: Page) -> None:
    """Chromium's virtual authenticator, whose owner always puts the finger on it."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                "isUserVerified": True, "automaticPresenceSimulation": True,
            }
        },
    )  # fmt: skip


def sign_out(page: Page) -> None:
    if page.locator(".mobile-nav > summary").is_visible():
        page.locator(".mobile-nav > summary").click()
    page.get_by_role("button", name="Đăng xuất").locator("visible=true").click()
    expect(page.locator("#sign-in")).to_be_visible()


def say_the_password_again(page: Page) -> None:
    page.locator("#again").get_by_label("Mật khẩu").fill(PASSWORD)
    page.locator("#again button[type=submit]").click()


@only_on_phone
def test_an_invited_person_signs_in_with_a_passkey_and_with_a_code(
    visitor: Callable[..., Visitor], server: Server
) -> None:
    admin = visitor("tinh")
    admin.open("/users/invitations/", look_as="invitations-none")
    admin.open("/users/invitations/new/", look_as="invitation-new")
    admin.page.get_by_label("Họ và tên").fill("Lù Thị Mẩy")
    admin.page.get_by_label("Vai trò").select_option("auditor")
    admin.page.get_by_label("Ở đơn vị").fill("15")
    admin.page.locator("#invitation-new button[type=submit]").click()
    code = admin.page.locator("#code").inner_text()
    admin.look("invitation-code")

    someone = visitor()
    page, home = someone.page, server.address.replace("127.0.0.1", "localhost")
    hold_a_device(page)
    page.goto(f"{home}/invitation/?code={code}")
    someone.look("invitation")
    name = f"may.{someone.viewport.name}"
    page.get_by_label("Tên đăng nhập").fill(name)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.locator("#invitation-form button[type=submit]").click()
    expect(page.locator("h1").first).to_have_text("Trang chính")

    page.goto(f"{home}/account/")
    someone.look("account")
    page.locator("#passkey-new").click()
    someone.look("account-again")
    say_the_password_again(page)
    someone.look("passkey-new")
    page.get_by_role("button", name="Thêm khóa").click()
    expect(page.locator("#recovery-codes li")).to_have_count(10)
    someone.look("recovery-codes")

    sign_out(page)
    someone.look("sign-in-passkey")
    page.locator("#passkey-sign-in").click()
    expect(page.locator("h1").first).to_have_text("Trang chính")

    page.goto(f"{home}/account/codes/on/")
    say_the_password_again(page)
    secret = page.locator("#secret").inner_text()
    someone.look("codes-on")
    page.get_by_label("Mã đang hiện").fill(code_of(secret))
    page.locator("#totp-on button[type=submit]").click()
    expect(page.locator("#second-factor")).to_contain_text("Đang bật")
    someone.look("account-second-factor")

    sign_out(page)
    page.get_by_label("Tên đăng nhập").fill(name)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.locator("#sign-in button[type=submit]").click()
    someone.look("second-factor")
    page.get_by_label("Mã xác nhận").fill(code_of(secret))
    page.locator("#second-factor-form button[type=submit]").click()
    expect(page.locator("h1").first).to_have_text("Trang chính")
