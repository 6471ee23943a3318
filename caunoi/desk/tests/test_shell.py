from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from caunoi.accounts.models import Role
from caunoi.desk.middleware import RefusalMiddleware
from caunoi.desk.tests.builders import JSON, make_synthetic, signed_in, store_world, user, village_head
from caunoi.refusals import FileRefused, Mistake, NotAllowed, NotFound, Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world() -> None:
    store_world()


def sign_in(client: Client, name: str, password: str) -> Any:
    return client.post("/sign-in/", {"username": name, "password": password})


def test_every_page_asks_for_an_account_first() -> None:
    answer = Client().get("/")

    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in/?next=/"


@pytest.mark.parametrize(
    "address", ["/answers/?q=%00a", "/works/?q=%00a", "/training/?place=%00", "/search/?q=%00", "/x%00y"]
)
def test_an_address_with_a_byte_that_is_no_text_breaks_no_page(address: str) -> None:
    answer = signed_in(user("xa", [(Role.APPROVER, 2)])).get(address)

    assert answer.status_code == (404 if address == "/x%00y" else 200)


def test_a_script_whose_session_expired_is_told_where_to_sign_in_and_never_redirected() -> None:
    answer = Client().get("/session/", **JSON)

    assert answer.status_code == 401
    assert answer.json()["login_url"].startswith("/sign-in/")


def test_a_page_open_for_hours_gets_a_fresh_token() -> None:
    answer = signed_in(village_head()).get("/session/", **JSON)

    assert answer.json()["csrf"]


def test_the_right_password_leads_to_the_first_page() -> None:
    village_head()
    client = Client()

    answer = sign_in(client, "thon", "mat-khau-thu")

    assert answer.status_code == 302
    assert "Giàng A Páo" in client.get("/").content.decode()


def test_after_ten_wrong_passwords_even_the_right_one_has_to_wait() -> None:
    village_head()
    client = Client()
    for _ in range(10):
        sign_in(client, "thon", "sai")

    answer = sign_in(client, "THON", "mat-khau-thu")

    assert answer.status_code == 200
    assert "Hãy đợi 5 phút" in answer.content.decode()


def test_wrong_passwords_for_one_name_do_not_stop_another() -> None:
    village_head()
    user("khac")
    client = Client()
    for _ in range(10):
        sign_in(client, "thon", "sai")

    assert sign_in(client, "khac", "mat-khau-thu").status_code == 302


def test_signing_out_takes_a_press_of_the_button() -> None:
    client = signed_in(village_head())

    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    assert client.get("/").status_code == 302


@pytest.fixture
def demo_file(settings: object) -> Iterator[Path]:
    path = Path(settings.CAUNOI_HOME) / "demo.json"  # type: ignore[attr-defined]  # pytest-django's wrapper
    yield path
    path.unlink(missing_ok=True)


def test_the_demonstration_names_its_accounts_on_the_sign_in_page(demo_file: Path) -> None:
    account = {"username": "thon", "password": "xem-thu", "role": "Trưởng thôn", "place": "Thôn 1"}
    demo_file.write_text(json.dumps({"accounts": [account]}), encoding="utf-8")

    page = Client().get("/sign-in/").content.decode()

    assert "xem-thu" in page and "Trưởng thôn" in page


def test_an_earnest_installation_names_no_accounts() -> None:
    assert 'id="demo-accounts"' not in Client().get("/sign-in/").content.decode()


def test_made_up_data_are_called_so_on_every_page() -> None:
    make_synthetic(3)

    assert "Dữ liệu minh họa" in signed_in(village_head()).get("/").content.decode()


def test_pages_are_vietnamese_whatever_the_browser_prefers() -> None:
    page = Client().get("/sign-in/", HTTP_ACCEPT_LANGUAGE="en-US,en").content.decode()

    assert '<html lang="vi">' in page


def test_the_reader_may_choose_english() -> None:
    client = signed_in(village_head())

    client.post("/language/", {"language": "en", "next": "/"})

    assert '<html lang="en">' in client.get("/").content.decode()


def test_the_menu_offers_what_the_roles_allow() -> None:
    page = signed_in(village_head()).get("/").content.decode()

    assert 'href="/due/"' in page
    assert 'href="/inbox/"' not in page


def test_an_auditor_is_not_offered_to_write() -> None:
    page = signed_in(user("kiemtra", [(Role.AUDITOR, 1)])).get("/").content.decode()

    assert 'href="/due/"' not in page


def test_an_unknown_address_says_so_in_plain_words() -> None:
    answer = signed_in(village_head()).get("/khong-co/")

    assert answer.status_code == 404
    assert "Không có trang này" in answer.content.decode()


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (Refusal("Câu."), 400),
        (NotAllowed("Câu."), 403),
        (NotFound("Câu."), 404),
        (FileRefused("Câu.", [Mistake("a.xlsx", "t", 3, "c", "sai", "x", "y")]), 400),
    ],
)
def test_a_refusal_becomes_a_page_with_its_sentence(refusal: Refusal, status: int) -> None:
    request = RequestFactory().get("/gi-do/", HTTP_REFERER="http://testserver/inbox/")
    request.user = village_head()

    answer = RefusalMiddleware(_never).process_exception(request, refusal)

    assert answer is not None and answer.status_code == status
    assert "Câu." in answer.content.decode()
    assert 'href="http://testserver/inbox/"' in answer.content.decode()


def test_the_way_back_never_leads_to_another_site() -> None:
    request = RequestFactory().get("/gi-do/", HTTP_REFERER="http://xau.example/inbox/")
    request.user = village_head()

    answer = RefusalMiddleware(_never).process_exception(request, Refusal("Câu."))

    assert answer is not None and "xau.example" not in answer.content.decode()


def test_a_programmers_mistake_is_not_hidden() -> None:
    assert RefusalMiddleware(_never).process_exception(RequestFactory().get("/"), ValueError("x")) is None


def test_a_page_left_open_too_long_says_what_to_do() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(village_head())

    answer = client.post("/sign-out/")

    assert answer.status_code == 403
    assert "tải lại trang" in answer.content.decode()


def _never(_request: HttpRequest) -> HttpResponse:
    raise AssertionError
