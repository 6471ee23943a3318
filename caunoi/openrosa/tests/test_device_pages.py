"""The officer's pages about phones."""

from __future__ import annotations

import base64
import json
import re
import zlib
from datetime import date
from typing import Any

import pytest

from caunoi import moments
from caunoi.accounts.app_users import create_app_user, revoke_app_user, token_of
from caunoi.accounts.models import AppUser, Role, User
from caunoi.audit.models import AuditLine
from caunoi.desk.tests.builders import commune_officer, signed_in, store_world, user, village_head
from caunoi.facts.tests.builders import store_places
from caunoi.openrosa.settings_code import draw_code
from caunoi.places.rules.snapshot import Spell, Unit, make_snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> User:
    store_world()
    return commune_officer()


def give(officer: User, unit: int = 3, name: str = "Giàng A Páo") -> AppUser:
    return create_app_user(org_unit_id=unit, name=name, by=officer, at=moments.now())


def settings_on(page: str) -> list[dict[str, object]]:
    """What a phone would read from each code of the page, after checking that the picture says just that."""
    found = []
    for encoded, picture in re.findall(r'data-settings="([^"]+)"\s*>(<svg.*?</svg>)', page, re.DOTALL):
        assert picture == draw_code(encoded)
        found.append(json.loads(zlib.decompress(base64.b64decode(encoded))))
    return found


def test_an_officer_gives_a_village_access_and_gets_its_code(officer: User) -> None:
    client = signed_in(officer)

    answer = client.post("/devices/new/", {"unit": ["3"], "name": "Giàng A Páo"}, follow=True)

    phone = AppUser.objects.get()
    assert (phone.org_unit_id, phone.name, phone.created_by) == (3, "Giàng A Páo", "Nguyễn Thị Hoa")
    assert settings_on(answer.content.decode()) == [
        {
            "general": {
                "server_url": f"http://127.0.0.1:8000/key/{token_of(phone)}",
                "form_update_mode": "match_exactly",
                "autosend": "wifi_and_cellular",
            },
            "project": {"name": "Thôn 1"},
            "admin": {},
        }
    ]
    assert AuditLine.objects.filter(action="app-user.create").count() == 1


def test_several_villages_at_once_give_one_sheet_each(officer: User) -> None:
    answer = signed_in(officer).post("/devices/new/", {"unit": ["3", "4"], "name": "một người"}, follow=True)

    assert [one["project"] for one in settings_on(answer.content.decode())] == [{"name": "Thôn 1"}, {"name": "Thôn 2"}]
    assert set(AppUser.objects.values_list("name", flat=True)) == {"Thôn 1", "Thôn 2"}


def test_sheets_of_two_villages_of_one_name_are_told_apart() -> None:
    start = date(1900, 1, 1)
    rows = [(2, "commune", "Xã Bản Qua", None), (3, "village", "Thôn 1", 2), (4, "village", "Thôn 1", 2)]
    store_places(
        make_snapshot(
            [Unit(pk, f"u{pk}", level, start) for pk, level, *_ in rows],
            [Spell(pk, name, "", parent, start, None, name) for pk, _, name, parent in rows],
        )
    )

    answer = signed_in(commune_officer()).post("/devices/new/", {"unit": ["3", "4"]}, follow=True)

    headings = re.findall(r'<h2 id="sheet-\d+">\s*(.*?)\s*</h2>', answer.content.decode(), re.DOTALL)
    assert headings == ["Thôn 1 (u3), Xã Bản Qua", "Thôn 1 (u4), Xã Bản Qua"]


def test_all_or_none_get_access(officer: User) -> None:
    answer = signed_in(officer).post("/devices/new/", {"unit": ["3", "6"]})

    assert answer.status_code == 422
    assert not AppUser.objects.exists()


def test_nothing_chosen_is_said_in_words(officer: User) -> None:
    answer = signed_in(officer).post("/devices/new/", {"name": "x"})

    assert answer.status_code == 422 and "Chưa chọn đơn vị nào" in answer.content.decode()


def test_the_page_offers_the_units_within_reach(officer: User) -> None:
    page = signed_in(officer).get("/devices/new/", {"place": "xa ban qua"}).content.decode()
    elsewhere = signed_in(officer).get("/devices/new/", {"place": "Xã Cốc San"})

    assert "Thôn 1" in page and "Thôn 2" in page and "Thôn 3" not in page
    assert elsewhere.status_code == 422 and "Bạn không cấp quyền được" in elsewhere.content.decode()


def test_the_list_shows_state_and_is_searched_without_accents(officer: User) -> None:
    give(officer, 3, "Giàng A Páo")
    revoke_app_user(give(officer, 4, "Lý Thị Mẩy"), by=officer, at=moments.now())
    client = signed_in(officer)

    everyone = client.get("/devices/").content.decode()
    found = client.get("/devices/", {"q": "may"}).content.decode()

    assert "Chưa dùng" in everyone and "Đã thu hồi" in everyone
    assert "Lý Thị Mẩy" in found and "Giàng A Páo" not in found


def test_revoking_takes_the_code_away(officer: User) -> None:
    phone, client = give(officer), signed_in(officer)

    answer = client.post(f"/devices/{phone.pk}/revoke/", follow=True)

    assert "Đã thu hồi quyền" in answer.content.decode()
    assert settings_on(client.get(f"/devices/{phone.pk}/").content.decode()) == []
    assert settings_on(client.get(f"/devices/sheets/?id={phone.pk}").content.decode()) == []
    assert AppUser.objects.get().revoked_by == "Nguyễn Thị Hoa"


def test_other_communes_phones_are_not_to_be_seen(officer: User) -> None:
    phone = give(officer)
    stranger = signed_in(user("khac", [(Role.APPROVER, 5)]))

    assert stranger.get(f"/devices/{phone.pk}/").status_code == 404
    assert stranger.post(f"/devices/{phone.pk}/revoke/").status_code == 404
    assert "Giàng" not in stranger.get("/devices/").content.decode()
    assert settings_on(stranger.get(f"/devices/sheets/?id={phone.pk}").content.decode()) == []


def test_who_gives_no_access_is_refused(officer: User) -> None:
    client = signed_in(village_head())

    assert client.get("/devices/").status_code == 403
    assert 'href="/devices/"' not in client.get("/").content.decode()


def test_a_code_that_leads_only_to_the_server_itself_is_warned_about(officer: User) -> None:
    assert "near-home" in signed_in(officer).get(f"/devices/{give(officer).pk}/").content.decode()


def test_after_the_secret_key_changed_the_page_says_what_to_do(officer: User, settings: Any) -> None:
    phone = give(officer)
    settings.SECRET_KEY = "another"

    page = signed_in(officer).get(f"/devices/{phone.pk}/").content.decode()

    assert "Hãy thu hồi và cấp mã mới" in page
