"""The real server and the worker, given what is personal on pages, by phones and by letters, also where they fail:
nothing of it stands in what they log."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote, quote_plus, urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest
from django.template import Context, Template, VariableDoesNotExist

from caunoi.config.logs import PlainFormatter
from tests.faults.server import CAUNOI, ROOT, Server

NAME, PHONE, EMAIL = "Lý Thị Kin Dao", "0987654321", "kin.dao@thon.example"
FILE = "lythikindao.jpg"
PASSWORD, WRONG = "mot-cau-rieng-cua-toi", "mot-cau-go-nham"
MAKE_PHONE = """
import django
django.setup()
from caunoi.accounts.app_users import create_app_user, token_of
from caunoi.accounts.models import User
from caunoi.moments import now
from caunoi.places.models import OrgUnit
by = User.objects.get(username="tinh")
print(token_of(create_app_user(org_unit_id=OrgUnit.objects.filter(level="village")[0].pk, name="May", by=by, at=now())))
"""


class Browser:
    """Cookies and the token of the last page; whatever is answered is read, also a refusal."""

    def __init__(self, server: Server) -> None:
        self.root, self.cookies = f"http://127.0.0.1:{server.port}", CookieJar()
        self._open = build_opener(HTTPCookieProcessor(self.cookies)).open

    def get(self, path: str) -> str:
        return self._ask(Request(self.root + path))[1]

    def post(self, path: str, body: bytes | None = None, kind: str = "", **typed: str) -> tuple[int, str]:
        token = next((one.value for one in self.cookies if one.name == "csrftoken"), "") or ""
        headers = {"X-CSRFToken": token, "Referer": self.root, "X-OpenRosa-Version": "1.0"}
        if kind:
            headers["Content-Type"] = kind
        content = urlencode(typed).encode() if body is None else body
        return self._ask(Request(self.root + path, content, headers))

    def send_file(self, path: str, field: str, name: str, content: bytes, **typed: str) -> tuple[int, str]:
        parts = [
            f'--R\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in typed.items()
        ]
        parts.append(f'--R\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n')
        body = "".join(parts).encode() + content + b"\r\n--R--\r\n"
        return self.post(path, body, "multipart/form-data; boundary=R")

    def _ask(self, request: Request) -> tuple[int, str]:
        try:
            with self._open(request, timeout=60) as answer:
                return answer.status, answer.read().decode(errors="replace")
        except HTTPError as refused:
            return refused.code, refused.read().decode(errors="replace")


@pytest.fixture
def server(small_demo: Path, tmp_path: Path) -> Iterator[Server]:
    made = Server(shutil.copytree(small_demo, tmp_path / "home"))
    yield made
    made.stop()


def sign_in(server: Server, name: str, password: str = "") -> Browser:
    browser = Browser(server)
    browser.get("/sign-in/")
    accounts = json.loads((server.home / "demo.json").read_text())["accounts"]
    password = password or next(one["password"] for one in accounts if one["username"] == name)
    browser.post("/sign-in/", username=name, password=password)
    return browser


def test_nothing_personal_stands_in_the_log_of_the_server_and_of_the_worker(server: Server) -> None:
    token = run(server, sys.executable, "-c", MAKE_PHONE).split()[-1]
    server.start()
    admin = sign_in(server, "tinh")
    code = invite(admin)
    of_codes = use_the_account(server, admin, code)
    ask_for_people(admin)
    send_what_is_refused(server, admin, token)
    break_a_page(server, admin, token)
    server.stop()
    said = run(server, str(CAUNOI), "worker", "--once")

    log = (server.home / "serve.log").read_text() + said
    assert "Not Found: /nothing/" in log and "no such table" in log and log.count("Traceback") >= 3
    spelt = (NAME, quote(NAME), quote_plus(NAME), "Kin Dao", FILE)
    for secret in (*spelt, PHONE, EMAIL, PASSWORD, WRONG, code, token, of_codes):
        assert secret not in log, next(line for line in log.splitlines() if secret in line)


def test_of_a_mistake_of_ours_the_place_and_the_kind_are_told_and_not_what_it_says() -> None:
    try:
        try:
            Template("{{ a|add:b }}").render(Context({"people": NAME}))
        except VariableDoesNotExist as error:
            assert NAME in str(error), "Django tells all that the page knew"
            raise ValueError(f"invalid: {PHONE}") from error
    except ValueError as error:
        told = PlainFormatter().formatException((type(error), error, error.__traceback__))

    assert NAME not in told and PHONE not in told
    assert told.index("VariableDoesNotExist") < told.rindex("builtins.ValueError") and "test_logs.py" in told


def run(server: Server, *command: str) -> str:
    """What it says on either way."""
    done = subprocess.run(
        command, cwd=ROOT, env=server.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=120, check=True,
    )  # fmt: skip
    return done.stdout


def invite(admin: Browser) -> str:
    asked = {"full_name": NAME, "email": EMAIL, "role": "recorder", "unit": "Xã Y Tý", "from_day": "01/02/2026"}
    answer = admin.post("/users/invitations/new/", **asked)[1]
    return answer.split('id="code"')[1].split(">")[1].split("<")[0].strip()


def use_the_account(server: Server, admin: Browser, code: str) -> str:
    """The code and passwords right and wrong, a second factor; gives its secret."""
    new = Browser(server)
    new.get(f"/invitation/?code={quote(code)}")
    new.post("/invitation/", code=code, username="ab", password="")
    new.post("/invitation/", code=code + "X", username=EMAIL, password=PASSWORD)
    new.post("/invitation/", code=code, username="kin.dao", password=PASSWORD)
    (number,) = server.query("SELECT id FROM accounts_user WHERE username = 'kin.dao'")
    typed = {"what": "about", "full_name": NAME, "phone": PHONE, "email": EMAIL, "language": "vi", "is_active": "on"}
    admin.post(f"/users/{number[0]}/", **typed)
    sign_in(server, EMAIL, WRONG)
    own = sign_in(server, "kin.dao", PASSWORD)
    own.post("/account/password/", current=WRONG, password=PASSWORD)
    own.get("/account/codes/on/")
    _status, page = own.post("/account/again/", password=PASSWORD, next="/account/codes/on/")
    secret = page.split('id="secret">')[1].split("<")[0]
    own.post("/account/codes/on/", code="000000")
    return secret


def ask_for_people(admin: Browser) -> None:
    for path in ("/search/?q=", "/users/?q=", "/audit/?actor=", "/figures/?codes=", "/nothing/?q=", "/users/999999/?q=",
                 "/registers/khong_co/?q=", "/nothing/", "/submissions/1/files/1/", "/held/1/files/"):  # fmt: skip
        for secret in (NAME, PHONE, EMAIL, f"{NAME}.jpg"):
            admin.get(f"{path}{quote(secret)}/")
    for folder in ("submissions/1/files/1", "held/1/files"):
        admin.get(f"/{folder}/{FILE}/")
    admin.post("/personal-data/find/", name=NAME)
    admin.post("/users/999999/", full_name=NAME)


def send_what_is_refused(server: Server, admin: Browser, token: str) -> None:
    admin.send_file("/import/", "file", f"{NAME}.xlsx", f"{NAME},{PHONE}".encode())
    admin.send_file("/documents/new/", "files", f"{NAME}.pdf.exe", b"MZ" + NAME.encode(), title=NAME)
    admin.send_file("/packs/", "file", f"{NAME}.zip", NAME.encode())
    stranger = Browser(server)
    assert stranger.post("/users/new/", full_name=NAME, password=PASSWORD)[0] == 403, "without a token of a page"
    for key in (token, f"{token}x"):
        for xml in (f"<data id='x'><ten>{NAME}</ten>", f"<data id='khong_co'><ten>{NAME}</ten></data>", NAME):
            stranger.send_file(f"/key/{key}/submission", "xml_submission_file", f"{NAME}.xml", xml.encode())
    stranger.get(f"/key/{token}/forms/{quote(NAME)}/1.xml")


def break_a_page(server: Server, admin: Browser, token: str) -> None:
    """Mistakes of ours, told with all that Python tells of them."""
    for table in ("records_submission", "personal_personkey", "accounts_user", "audit_auditline"):
        server.query(f"ALTER TABLE {table} RENAME TO {table}_gone")
        admin.get(f"/search/?q={quote(NAME)}")
        admin.post("/personal-data/find/", name=NAME)
        admin.post("/users/new/", username="moi", full_name=NAME, phone=PHONE, password=PASSWORD, language="vi")
        sign_in(server, "kin.dao", PASSWORD)
        xml = f"<data id='x'><ten>{NAME}</ten><meta><instanceID>uuid:1</instanceID></meta></data>"
        admin.send_file(f"/key/{token}/submission", "xml_submission_file", "a.xml", xml.encode())
        server.query(f"ALTER TABLE {table}_gone RENAME TO {table}")
