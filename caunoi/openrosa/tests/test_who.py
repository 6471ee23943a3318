"""Lines 9 to 13 of the checklist: whose phone it is."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import transaction

from caunoi import moments
from caunoi.accounts.app_users import create_app_user, note_seen, revoke_app_user, token_of
from caunoi.accounts.models import AppUser, User
from caunoi.audit.clock import take_numbers
from caunoi.desk.tests.builders import village_head
from caunoi.openrosa.guesses import ALLOWED
from caunoi.openrosa.tests.client import OPEN_ROSA, Phone
from caunoi.openrosa.tests.sendings import activity, days_ago
from caunoi.places.models import OrgUnit, OrgUnitSpell, Succession, SuccessionShare
from caunoi.records.models import HeldSending, Submission
from caunoi.refusals import NotAllowed


@pytest.mark.parametrize("address", ["/formList", "/submission", "/forms/hoat_dong/1.xml"])
def test_09_without_a_token_the_answer_is_401(phone: Phone, address: str) -> None:
    answer = Phone(f"http://{phone.host}").ask(address, "HEAD" if address == "/submission" else "GET")

    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")


@pytest.mark.parametrize("prefix", ["/key/never-was-one", "/key/x%00y", "/key/" + "a" * 3000])
def test_10_a_wrong_token_is_403_so_that_collect_asks_for_no_password(phone: Phone, prefix: str) -> None:
    stranger = Phone(f"http://{phone.host}", prefix)

    assert stranger.get("/formList").status == 403
    assert stranger.send(activity()).status == 403
    assert not Submission.objects.exists()


def test_10_so_is_a_revoked_one(phone: Phone, officer: User) -> None:
    revoke_app_user(AppUser.objects.get(), by=officer, at=moments.now())

    refused = phone.get("/formList")

    assert refused.status == 403 and "thu hồi" in refused.error
    assert phone.send(activity()).status == 403


def test_11_a_token_may_come_as_a_password_when_asked_for_one(phone: Phone) -> None:
    token = phone.prefix.rpartition("/")[2]
    right = base64.b64encode(f"ai cũng được:{token}".encode()).decode()
    wrong = base64.b64encode(b"x:y").decode()

    assert phone.ask("/formList", headers={**OPEN_ROSA, "Authorization": f"Basic {right}"}).status == 200
    assert phone.ask("/formList", headers={**OPEN_ROSA, "Authorization": f"Basic {wrong}"}).status == 401
    assert phone.ask("/formList", headers={**OPEN_ROSA, "Authorization": "Basic ???"}).status == 401


def test_12_a_token_as_parameter_is_equivalent_and_addresses_given_back_carry_it(phone: Phone) -> None:
    token = phone.prefix.rpartition("/")[2]

    listed = phone.ask(f"/formList?st={token}")

    assert listed.body == phone.get("/formList").body
    assert all(f"{phone.host}/key/{token}/forms/" in address for address in listed.texts("downloadUrl"))
    assert phone.ask(f"/submission?st={token}", "HEAD").status == 204
    assert phone.ask(f"/forms/hoat_dong/1.xml?st={token}").status == 200


def test_13_a_unit_that_owes_nothing_has_an_empty_list_and_no_manifest(phone_of: Callable[[int], Phone]) -> None:
    commune = phone_of(2)

    listed = commune.get("/formList")

    assert (listed.status, listed.texts("formID")) == (200, [])
    assert commune.get("/forms/hoat_dong/1/manifest").status == 403
    assert commune.get("/forms/hoat_dong/1.xml").status == 403


# ---- Beyond the checklist ----------------------------------------------------------------------------------------


def test_the_unit_is_the_tokens_whatever_the_answers_say(phone: Phone) -> None:
    assert phone.send(activity(don_vi="u4", thon="Thôn 2")).status == 201

    assert Submission.objects.get().org_unit_id == 3


def test_a_form_that_the_tokens_unit_does_not_owe_is_held_and_counts_for_nobody(
    phone_of: Callable[[int], Phone],
) -> None:
    commune = phone_of(2)

    assert commune.send(activity("uuid:a")).status == 201

    assert HeldSending.objects.get().org_unit_id == 2
    assert not Submission.objects.exists()


def test_another_villages_phone_cannot_correct_or_repeat_a_record(
    phone: Phone, phone_of: Callable[[int], Phone]
) -> None:
    other = phone_of(4)
    first = activity("uuid:a")
    phone.send(first)

    assert other.send(first).status == 409
    assert other.send(activity("uuid:b", corrects="uuid:a")).status in (201, 409)
    assert Submission.objects.get().current_number == 1


def test_tokens_are_not_stored_in_the_open(phone: Phone) -> None:
    token = phone.prefix.rpartition("/")[2]
    stored = AppUser.objects.get()

    assert len(token) >= 43
    assert token not in stored.token_sha256 + stored.sealed_token
    assert token_of(stored) == token


def test_guessing_is_slowed_down_and_never_shuts_out_a_right_token(phone: Phone) -> None:
    stranger = Phone(f"http://{phone.host}", "/key/guess")
    statuses = [stranger.get("/formList").status for _guess in range(ALLOWED + 2)]

    assert statuses == [403] * ALLOWED + [429] * 2
    assert stranger.get("/formList").headers["retry-after"]
    assert phone.get("/formList").status == 200


def test_last_seen_is_written_once_a_minute(phone: Phone) -> None:
    phone.get("/formList", User_Agent="org.odk.collect.android/v2026.1")
    first = AppUser.objects.get()
    assert first.last_seen_at is not None and first.last_device == "org.odk.collect.android/v2026.1"

    phone.get("/formList")
    assert AppUser.objects.get().last_seen_at == first.last_seen_at

    later = first.last_seen_at + timedelta(minutes=2)
    note_seen(first, device="", at=later)
    assert AppUser.objects.get().last_seen_at == later


def test_only_who_decides_for_the_unit_gives_it_access(officer: User) -> None:
    for who, unit in [(village_head(), 3), (officer, 6)]:
        with pytest.raises(NotAllowed):
            create_app_user(org_unit_id=unit, name="", by=who, at=moments.now())
    assert create_app_user(org_unit_id=4, name=" ", by=officer, at=moments.now()).name == "Thôn 2"


def test_after_a_merger_the_phone_speaks_for_the_successor_and_of_earlier_days_for_its_own(phone: Phone) -> None:
    day = date.fromisoformat(days_ago(10))
    succeed(day)

    assert phone.get("/formList").texts("formID") == ["hoat_dong"]
    assert phone.send(activity("uuid:new")).status == 201
    before = activity("uuid:old", ngay=days_ago(20))
    assert phone.send(before).status == 201
    assert phone.send(before).status == 201

    units = dict(Submission.objects.values_list("versions__instance_id", "org_unit_id"))
    assert units == {"uuid:new": 7, "uuid:old": 3}
    assert not HeldSending.objects.exists()


def succeed(day: date) -> None:
    """Thôn 1 and Thôn 2 became Thôn Mới (7)."""
    with transaction.atomic():
        OrgUnit.objects.filter(pk__in=[3, 4]).update(ends_on=day)
        OrgUnitSpell.objects.filter(org_unit_id__in=[3, 4]).update(to_day=day)
        known = take_numbers(1)[0]
        new = OrgUnit.objects.create(id=7, key="u7", level="village", starts_on=day, known_from=known)
        OrgUnitSpell.objects.create(
            org_unit=new, name="Thôn Mới", short_name="Mới", search_name="thon moi", parent_id=2, from_day=day
        )
        merger = Succession.objects.create(day=day, kind="merge", known_from=known)
        for old in (3, 4):
            SuccessionShare.objects.create(
                succession=merger, old_id=old, new=new, old_parts=10**12, new_parts=10**12 // 2, basis="gộp"
            )
