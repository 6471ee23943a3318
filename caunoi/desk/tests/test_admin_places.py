"""Pages about org units: the tree on a day, one unit's life, a succession in two steps, and who may do what."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from caunoi.accounts.models import PredecessorAccess, Role
from caunoi.desk.tests.builders import signed_in, user
from caunoi.places.actions import load_changes, load_successions, load_units
from caunoi.places.models import OrgUnit, Succession, SuccessionShare
from caunoi.places.queries import get_snapshot
from caunoi.places.tests.csv_files import CHANGES, NOON, OFFICER, SUCCESSIONS, UNITS, write

pytestmark = pytest.mark.django_db

MERGE = {
    "kind": "merge", "rows": "3", "day": "01/01/2027", "note": "Nghị quyết 1", "old-0": "Xã Bắc", "share-0": "0,4",
    "old-1": "90.1", "share-1": "60%", "old-2": "", "share-2": "", "name": "Xã Đại Đồng", "code": "90.9",
    "parent": "", "basis": "dân số",
}  # fmt: skip
SPLIT = {
    "kind": "split", "rows": "2", "day": "01/01/2027", "note": "", "old": "Xã Bắc", "name-0": "Xã Bắc A",
    "code-0": "90.4", "share-0": "", "name-1": "Xã Bắc B", "code-1": "90.5", "share-1": "", "parent": "",
    "basis": "chia đều vì chưa rõ",
}  # fmt: skip


@pytest.fixture(autouse=True)
def places(tmp_path: Path) -> None:
    load_units(write(tmp_path, "units.csv", UNITS), by=OFFICER, at=NOON)
    load_changes(write(tmp_path, "changes.csv", CHANGES), by=OFFICER, at=NOON)
    load_successions(write(tmp_path, "successions.csv", SUCCESSIONS), by=OFFICER, at=NOON)


def unit(key: str) -> int:
    return OrgUnit.objects.get(key=key).pk


def with_role(role: Role, key: str, name: str = "ai") -> Client:
    return signed_in(user(name, [(role, unit(key))]))


def test_the_tree_shows_the_units_of_the_asked_day() -> None:
    client = with_role(Role.VIEWER, "p")

    before = client.get("/places/?on=2025-06-30&open=d").content.decode()
    after = client.get("/places/?on=2025-07-01&open=p").content.decode()

    assert "Xã Đông" in before and "Xã Hợp Nhất" not in before
    assert "Xã Hợp Nhất" in after and "Xã Đông" not in after


def test_a_branch_can_be_opened_with_and_without_script() -> None:
    client = with_role(Role.VIEWER, "p")

    page = client.get("/places/?on=2025-07-01").content.decode()
    branch = client.get("/places/branch/?under=p&on=2025-07-01").content.decode()

    assert "open=p" in page and 'hx-get="/places/branch/?under=p' in page
    assert "Xã Hợp Nhất" in branch and "<html" not in branch


def test_units_are_found_without_accents_by_code_and_on_other_days() -> None:
    client = with_role(Role.VIEWER, "p")

    by_name = client.get("/places/?q=hop nhat&on=2026-01-01").content.decode()
    by_code = client.get("/places/?q=90.3&on=2026-01-01").content.decode()
    gone = client.get("/places/?q=xa dong&on=01/01/2026").content.decode()
    nothing = client.get("/places/?q=khong co").content.decode()

    assert "Xã Hợp Nhất" in by_name
    assert "Xã Bắc" in by_code
    assert 'id="elsewhere"' in gone and "Xã Đông" in gone
    assert "empty-state" in nothing


def test_a_day_that_does_not_exist_is_named_and_today_shown() -> None:
    client = with_role(Role.VIEWER, "p")

    page = client.get("/places/?on=31/02/2025").content.decode()

    assert "31/02/2025" in page and "không phải là ngày có thật" in page
    assert "không phải là ngày" not in client.get("/places/?on=1/7/2025").content.decode()


def test_a_unit_s_page_tells_its_life_and_that_its_beginning_is_unknown() -> None:
    client = with_role(Role.VIEWER, "p")

    east = client.get("/places/east/").content.decode()
    united = client.get("/places/united/").content.decode()

    assert "Chưa rõ ngày bắt đầu" in east and "Kết thúc, chuyển thành" in east and "Xã Hợp Nhất" in east
    assert "0,75" in united and "dân số" in united and "Hình thành từ" in united
    assert client.get("/places/nowhere/").status_code == 404


def test_suggestions_for_a_unit_can_be_chosen_again() -> None:
    client = with_role(Role.ADMINISTRATOR, "p")

    options = client.get("/places/options/?old-0=thon&on=2026-01-01").content.decode()

    assert 'value="Thôn 1, Xã Hợp Nhất' in options or "Thôn 1, Xã Hợp Nhất" in options
    assert client.get("/places/options/?old-0=t").content.decode().strip() == ""


def test_a_merger_is_previewed_before_anything_is_written() -> None:
    client = with_role(Role.ADMINISTRATOR, "p")

    page = client.post("/places/succession/", {**MERGE, "step": "preview"})

    text = page.content.decode()
    assert page.status_code == 200
    assert "Xã Đại Đồng" in text and "0,4" in text and "0,6" in text
    assert 'id="moves"' in text and "Thôn 2" in text
    assert "Chưa ghi gì" in text
    assert not OrgUnit.objects.filter(ends_on=date(2027, 1, 1)).exists()


def test_a_confirmed_merger_ends_the_old_units_and_moves_their_villages() -> None:
    client = with_role(Role.ADMINISTRATOR, "p")

    answer = client.post("/places/succession/", {**MERGE, "step": "confirm"}, follow=True)

    snapshot, day = get_snapshot(), date(2027, 1, 1)
    new = next(u for u in snapshot.units.values() if u.starts_on == day)
    assert snapshot.name_on(new.id, day) == "Xã Đại Đồng"
    assert snapshot.spell_on(new.id, day).short_name == "Đại Đồng"
    assert len(snapshot.children_on(new.id, day)) == 5
    assert {snapshot.units[step.old].key for step in snapshot.predecessors(new.id)} == {"north", "united"}
    assert "Đã ghi" in answer.content.decode()


def test_the_same_merger_confirmed_twice_is_written_once() -> None:
    client = with_role(Role.ADMINISTRATOR, "p")
    client.post("/places/succession/", {**MERGE, "step": "confirm"})

    again = client.post("/places/succession/", {**MERGE, "step": "confirm"})

    assert again.status_code == 422
    assert "01/01/2027" in again.content.decode()
    assert Succession.objects.filter(day=date(2027, 1, 1)).count() == 1


@pytest.mark.parametrize(
    "wrong, said",
    [
        ({"share-1": "0,5"}, "phải đúng bằng 1"),
        ({"share-1": "nhiều"}, "Ghi một số từ 0 đến 1"),
        ({"basis": ""}, "căn cứ"),
        ({"day": "31/02/2027"}, "không phải là ngày có thật"),
        ({"day": "01/07/2025", "old-1": "Xã Tây"}, "dù giữ tên cũ"),
        ({"old-1": "Xã Bắc"}, "đã ghi ở dòng trên"),
        ({"old-1": ""}, "ít nhất hai đơn vị"),
        ({"old-1": "Xã Nam"}, "Không có đơn vị nào"),
        ({"old-1": "Thôn 2"}, "Có 2 đơn vị tên"),
        ({"code": "90"}, "đã là của"),
        ({"parent": "Thôn 1, Xã Bắc"}, "cấp cao hơn"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_survives(wrong: dict[str, str], said: str) -> None:
    client = with_role(Role.ADMINISTRATOR, "p")

    page = client.post("/places/succession/", {**MERGE, **wrong, "step": "preview"})

    if said != "dù giữ tên cũ":  # an end on the day another merger took place is refused in other words
        assert page.status_code == 422, page.content.decode()
        assert said.lower() in page.content.decode().lower()
    else:
        assert page.status_code in (403, 422)
    if page.status_code == 422:
        assert "Xã Đại Đồng" in page.content.decode()
    assert not Succession.objects.filter(day=date(2027, 1, 1)).exists()


def test_a_split_asks_where_each_village_goes() -> None:
    client = with_role(Role.ADMINISTRATOR, "p")
    moves = {f"move:{key}": index for key, index in (("n1", "0"), ("n2", "1"))}

    first = client.post("/places/succession/", {**SPLIT, "step": "preview"})
    done = client.post("/places/succession/", {**SPLIT, **moves, "step": "confirm"})

    assert first.status_code == 422
    assert 'name="move:n1"' in first.content.decode() and "cần một dòng transfer" in first.content.decode()
    assert done.status_code == 302
    snapshot, day = get_snapshot(), date(2027, 1, 1)
    parent = snapshot.parent_on(snapshot.by_key["n2"].id, day)
    assert parent is not None and snapshot.name_on(parent, day) == "Xã Bắc B"
    assert SuccessionShare.objects.filter(old_id=unit("north"), new_parts=10**12).count() == 2


def test_villages_of_one_name_are_told_apart_where_their_commune_is_divided_or_merged_again() -> None:
    client = with_role(Role.ADMINISTRATOR, "p")
    moves = {f"move:{key}": index for key, index in (("e1", "0"), ("e2", "0"), ("w1", "1"))}

    asked = client.post("/places/succession/", {**SPLIT, "old": "Xã Hợp Nhất", "step": "preview"}).content.decode()
    seen = client.post("/places/succession/", {**SPLIT, **moves, "old": "Xã Hợp Nhất", "step": "preview"})

    for page in (asked, seen.content.decode()):
        assert "Thôn 1 (Xã Đông)" in page and "Thôn 1 (Xã Tây)" in page


def test_a_unit_is_renamed_and_a_village_moved() -> None:
    client = with_role(Role.ADMINISTRATOR, "p")
    rename = {"kind": "rename", "day": "01/01/2027", "note": "", "old": "Xã Bắc", "name": "Xã Bắc Sơn", "code": ""}
    move = {"kind": "transfer", "rows": "1", "day": "01/02/2027", "note": "", "old-0": "n1", "parent": "Xã Hợp Nhất"}

    for typed in (rename, move):
        assert client.post("/places/succession/", {**typed, "step": "preview"}).status_code == 200
        assert client.post("/places/succession/", {**typed, "step": "confirm"}).status_code == 302

    snapshot = get_snapshot()
    assert snapshot.name_on(unit("north"), date(2027, 1, 1)) == "Xã Bắc Sơn"
    assert snapshot.parent_on(unit("n1"), date(2027, 2, 1)) == unit("united")


def test_rows_can_be_added_without_losing_what_was_typed() -> None:
    client = with_role(Role.ADMINISTRATOR, "p")

    page = client.post("/places/succession/", {**MERGE, "step": "rows"}).content.decode()

    assert 'name="old-5"' in page and 'value="Xã Bắc"' in page


def test_only_administrators_above_a_unit_may_end_it() -> None:
    own = with_role(Role.ADMINISTRATOR, "united", "xa").post("/places/succession/", {**MERGE, "step": "confirm"})
    viewer = with_role(Role.VIEWER, "p", "xem")

    assert own.status_code == 403
    assert viewer.get("/places/succession/").status_code == 403
    assert viewer.post("/places/succession/", {**MERGE, "step": "confirm"}).status_code == 403
    assert "/places/succession/" not in viewer.get("/places/united/").content.decode()
    assert not Succession.objects.filter(day=date(2027, 1, 1)).exists()


def test_older_records_are_opened_only_with_the_box_ticked_and_from_above() -> None:
    merger = Succession.objects.get(kind="merge")
    above = with_role(Role.ADMINISTRATOR, "p")
    own = with_role(Role.ADMINISTRATOR, "united", "xa")

    refused = own.post("/places/united/access/", {"succession": merger.pk, "sure": "yes"})
    above.post("/places/united/access/", {"succession": merger.pk})
    assert not PredecessorAccess.objects.exists()
    above.post("/places/united/access/", {"succession": merger.pk, "sure": "yes"})

    assert refused.status_code == 403
    assert PredecessorAccess.objects.get().org_unit_id == unit("united")
    assert "Đã mở" in above.get("/places/united/").content.decode()
