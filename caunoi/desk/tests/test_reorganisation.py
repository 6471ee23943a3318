"""Pages for a reorganisation of several units: prepare, look at its effect, apply, undo; and who may."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from caunoi.accounts.actions import grant_role
from caunoi.accounts.models import Role, RoleGrant, User
from caunoi.audit.models import AuditLine
from caunoi.desk.tests.builders import signed_in, user
from caunoi.forms.models import Extension, Form
from caunoi.places.actions import load_changes, load_successions, load_units
from caunoi.places.models import OrgUnit, Reorganisation
from caunoi.places.queries import get_snapshot
from caunoi.places.tests.csv_files import CHANGES, NOON, OFFICER, SUCCESSIONS, UNITS, write
from caunoi.places.undoing import list_pointing, list_words

pytestmark = pytest.mark.django_db

DAY = date(2027, 1, 1)
MERGE = {
    "kind": "merge", "rows": "3", "do": "add", "old-0": "Xã Bắc", "share-0": "0,4", "old-1": "90.1", "share-1": "60%",
    "old-2": "", "share-2": "", "name": "Xã Đại Đồng", "code": "90.9", "parent": "", "basis": "dân số",
}  # fmt: skip
FILE = (
    "kind,old,share_of_old,share_of_new,basis,name,code,parent\n"
    "merge,Xã Bắc,1,0.4,dân số,Xã Đại Đồng,90.9,90\n"
    "merge,Xã Hợp Nhất,1,0.6,dân số,Xã Đại Đồng,90.9,90\n"
)


@pytest.fixture(autouse=True)
def places(tmp_path: Path) -> None:
    load_units(write(tmp_path, "units.csv", UNITS), by=OFFICER, at=NOON)
    load_changes(write(tmp_path, "changes.csv", CHANGES), by=OFFICER, at=NOON)
    load_successions(write(tmp_path, "successions.csv", SUCCESSIONS), by=OFFICER, at=NOON)


def unit(key: str) -> int:
    return OrgUnit.objects.get(key=key).pk


def with_role(role: Role, key: str, name: str = "ai") -> Client:
    return signed_in(user(name, [(role, unit(key))]))


def prepare(client: Client) -> str:
    given = {"title": "Sắp xếp 2027", "day": "01/01/2027", "note": "Nghị quyết 9"}
    return client.post("/places/reorganisations/new/", given)["Location"]


def text_of(page: HttpResponse) -> str:
    return " ".join(page.content.decode().split())


def upload(client: Client, address: str, text: str) -> Any:
    file = SimpleUploadedFile("sap-xep.csv", text.encode(), "text/csv")
    return client.post(f"{address}upload/", {"file": file}, follow=True)


def test_a_draft_says_who_prepared_it_and_changes_nothing() -> None:
    client = with_role(Role.ADMINISTRATOR, "p", "Lan")
    before = get_snapshot()

    address = prepare(client)
    client.post(f"{address}step/", MERGE)

    page = text_of(client.get(address))
    assert "Lan" in page and "đang chuẩn bị" in page
    assert "Xã Bắc" in page and "Xã Đại Đồng (90.9)" in page
    assert get_snapshot() is before


def test_its_effect_is_shown_before_it_counts() -> None:
    client = with_role(Role.ADMINISTRATOR, "p")
    user("xa", [(Role.APPROVER, unit("north"))], "Nguyễn Thị Hoa")
    address = prepare(client)

    client.post(f"{address}step/", MERGE)

    page = text_of(client.get(address))
    assert "2 đơn vị kết thúc, 1 đơn vị bắt đầu, 5 đơn vị chuyển" in page
    assert "Nguyễn Thị Hoa" in page and "vai trò theo đơn vị kế tục" in page
    assert "Xã Hợp Nhất" in page.partition('id="roles"')[2].partition("</table>")[0]


def test_a_village_taken_from_a_commune_is_lost_to_its_officers_and_gained_by_others() -> None:
    client = with_role(Role.ADMINISTRATOR, "p")
    user("bac", [(Role.VIEWER, unit("north"))], "Cán bộ Bắc")
    user("nhat", [(Role.VIEWER, unit("united"))], "Cán bộ Nhất")
    address = prepare(client)

    client.post(f"{address}step/", {"kind": "transfer", "rows": "3", "do": "add", "old-0": "n1", "parent": "90.1"})

    rows = text_of(client.get(address)).partition('id="roles"')[2].partition("</table>")[0].split("<tr>")
    of = {name: next(row for row in rows if name in row) for name in ("Cán bộ Bắc", "Cán bộ Nhất")}
    assert of["Cán bộ Bắc"].count("Thôn 1") == 1
    assert of["Cán bộ Nhất"].count("Thôn 1") == 2  # gained, and its older records wait for a confirmation


def test_applied_with_a_tick_and_undone_with_a_tick() -> None:
    client = with_role(Role.ADMINISTRATOR, "p")
    address = prepare(client)
    upload(client, address, FILE)

    without = client.post(f"{address}apply/")
    applied = client.post(f"{address}apply/", {"sure": "yes"})
    name = next(get_snapshot().name_on(u.id, DAY) for u in get_snapshot().units.values() if u.starts_on == DAY)
    undone = client.post(f"{address}undo/", {"sure": "yes"}, follow=True)

    assert without.status_code == 422 and "đánh dấu" in text_of(without)
    assert "Đã áp dụng" in text_of(applied) and name == "Xã Đại Đồng"
    assert "Đã hoàn tác" in text_of(undone)
    assert get_snapshot().exists_on(unit("north"), DAY)
    assert Reorganisation.objects.get().undone_by == "ai"


def test_a_draft_is_renamed_loses_a_step_and_is_dropped_with_a_line_of_each() -> None:
    client = with_role(Role.ADMINISTRATOR, "p")
    address = prepare(client)
    client.post(f"{address}step/", MERGE)

    client.post(f"{address}change/", {"title": "Sắp xếp đợt hai", "day": "01/01/2027", "note": ""})
    assert "Sắp xếp đợt hai" in text_of(client.get(address))
    client.post(f"{address}step/1/remove/")
    assert Reorganisation.objects.get().rows == []
    client.post(f"{address}drop/")

    told = AuditLine.objects.filter(action__startswith="reorganisation.").order_by("number")
    assert list(told.values_list("action", flat=True)) == [
        "reorganisation.prepare", *["reorganisation.change"] * 3, "reorganisation.drop",
    ]  # fmt: skip


def test_all_mistakes_of_a_file_are_shown_at_once_and_the_steps_stay() -> None:
    client = with_role(Role.ADMINISTRATOR, "p")
    address = prepare(client)
    client.post(f"{address}step/", MERGE)

    page = upload(client, address, FILE.replace("0.4", "0.5").replace("Xã Bắc", "Xã Bắcc"))

    said = text_of(page)
    assert page.status_code == 422
    assert "Xã Bắcc" in said and "cộng lại là" in said
    assert len(Reorganisation.objects.get().rows) == 2


def test_steps_come_back_as_the_file_they_could_have_been() -> None:
    client = with_role(Role.ADMINISTRATOR, "p")
    address = prepare(client)
    upload(client, address, FILE)

    file = client.get(f"{address}file/").content.decode("utf-8-sig")
    upload(client, address, file)

    assert file.splitlines()[0].startswith("day,kind,old,new,share_of_old")
    assert [row["share_of_new"] for row in Reorganisation.objects.get().rows] == ["0.4", "0.6"]
    assert client.post(f"{address}apply/", {"sure": "yes"}).status_code == 200


def test_a_role_given_at_a_new_unit_is_named_and_goes_only_when_that_is_ticked() -> None:
    client = with_role(Role.ADMINISTRATOR, "p")
    address = prepare(client)
    upload(client, address, FILE)
    client.post(f"{address}apply/", {"sure": "yes"})
    new = next(u for u in get_snapshot().units.values() if u.starts_on == DAY)
    officer = User.objects.create(username="moi")
    grant_role(user=officer, role=Role.VIEWER, org_unit_id=new.id, from_day=DAY, by=OFFICER, at=NOON)

    page = text_of(client.get(address))
    kept = client.post(f"{address}undo/", {"sure": "yes"})
    client.post(f"{address}undo/", {"sure": "yes", "take-back": "yes"})

    assert "Xã Đại Đồng: 1 vai trò đã giao" in page
    assert kept.status_code == 409 and "vai trò đã giao" in text_of(kept)
    assert not RoleGrant.objects.filter(user=officer).exists()
    assert get_snapshot().exists_on(unit("north"), DAY)


def test_what_was_granted_to_a_new_unit_stands_in_the_way_of_undoing() -> None:
    client = with_role(Role.ADMINISTRATOR, "p")
    address = prepare(client)
    upload(client, address, FILE)
    client.post(f"{address}apply/", {"sure": "yes"})
    new = next(u for u in get_snapshot().units.values() if u.starts_on == DAY)
    form = Form.objects.create(code="bieu", title_vi="Biểu", title_en="Form")
    Extension.objects.create(
        form=form, org_unit_id=new.id, period_key="2027-01", until=date(2027, 3, 1), reason="lũ",
        granted_by="ai", granted_at=NOON, known_from=1,
    )  # fmt: skip

    refused = client.post(f"{address}undo/", {"sure": "yes", "take-back": "yes"})

    assert refused.status_code == 409 and "Xã Đại Đồng: 1 lần gia hạn." in text_of(refused)
    assert get_snapshot().exists_on(new.id, DAY)


def test_whatever_may_stand_in_the_way_of_undoing_has_a_word() -> None:
    assert {model._meta.label for model, _name in list_pointing()} == set(list_words())


def test_a_level_can_be_abolished_in_one_step() -> None:
    client = with_role(Role.ADMINISTRATOR, "vn")
    address = prepare(client)

    client.post(
        f"{address}step/", {"kind": "abolish", "rows": "1", "do": "add", "level": "commune", "under": "Tỉnh Thử"}
    )
    client.post(f"{address}apply/", {"sure": "yes"})

    assert {get_snapshot().units[u].key for u in get_snapshot().children_on(unit("p"), DAY)} == {
        "n1", "n2", "e1", "e2", "w1",
    }  # fmt: skip


def test_others_do_not_see_or_apply_a_draft_beyond_their_reach() -> None:
    address = prepare(with_role(Role.ADMINISTRATOR, "p"))
    upload(signed_in(User.objects.get(username="ai")), address, FILE)
    below = with_role(Role.ADMINISTRATOR, "north", "duoi")
    viewer = with_role(Role.VIEWER, "p", "xem")

    assert below.get(address).status_code == 404
    assert below.post(f"{address}apply/", {"sure": "yes"}).status_code == 404
    assert viewer.get("/places/reorganisations/").status_code == 403
    assert get_snapshot().exists_on(unit("north"), DAY)
