"""Lines 14 to 28 of the checklist: the list of forms, a form, its manifest and files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.desk.tests.builders import EVENT, publish
from caunoi.forms.actions import close_form, publish_form, set_assignments
from caunoi.forms.errors import VersionTaken
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.openrosa.tests.client import Phone

LIST = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"
VILLAGES = [AssignmentRow("village", "event", approval_level="commune")]
WITH_FILES = (
    EVENT.replace("| hoat_dong |", "| kem_tep |")
    .replace("|  | image | anh | Ảnh | Photo | |", "|  | select_one_from_file to.csv | to | Tổ | Team | |")
    .replace(
        "|  | select_one loai |", "|  | select_one_from_file danh_muc.csv | dm | Mục | Item | |\n|  | select_one loai |"
    )
)
CSV = "name,label\na,Mục A\n".encode()


def md5(content: bytes) -> str:
    return "md5:" + hashlib.md5(content, usedforsecurity=False).hexdigest()


def entries(phone: Phone, query: str = "") -> list[dict[str, str]]:
    listed = phone.get(f"/formList{query}")
    assert (listed.status, listed.tree.tag) == (200, f"{LIST}xforms")
    return [{leaf.tag.removeprefix(LIST): leaf.text or "" for leaf in form} for form in listed.tree]


def files(phone: Phone, address: str) -> list[ElementTree.Element]:
    answer = phone.ask(address)
    assert (answer.status, answer.tree.tag) == (200, f"{MANIFEST}manifest")
    return list(answer.tree)


def publish_with_files(officer: User) -> None:
    publish_form(
        content=WITH_FILES.encode(), file_type="md", file_name="m.md", pack="thu", by=officer.actor,
        at=moments.now(), media={"danh_muc.csv": CSV},
    )  # fmt: skip
    set_assignments("kem_tep", VILLAGES, by=officer.actor, at=moments.now())


def test_14_15_16_an_entry_has_all_that_collect_needs_and_the_hash_of_what_is_served(
    phone: Phone, officer: User
) -> None:
    decided_by_nobody(officer)

    (entry,) = entries(phone)

    assert (entry["formID"], entry["name"], entry["version"]) == ("hoat_dong", "Hoạt động của thôn", "1")
    served = phone.ask(entry["downloadUrl"])
    assert served.status == 200
    assert entry["hash"] == md5(served.body)
    assert "manifestUrl" not in entry


def decided_by_nobody(officer: User) -> None:
    """Without anyone who could send it back, the form has nothing to tell about that."""
    set_assignments("hoat_dong", [AssignmentRow("village", "event")], by=officer.actor, at=moments.now())


def test_14_a_form_with_files_names_its_manifest(phone: Phone, officer: User) -> None:
    decided_by_nobody(officer)
    publish_with_files(officer)

    assert ["manifestUrl" in entry for entry in entries(phone)] == [False, True]


def test_16_a_packed_form_is_the_same_form(phone: Phone) -> None:
    import gzip

    (entry,) = entries(phone)
    plain = phone.ask(entry["downloadUrl"])
    path = entry["downloadUrl"].partition(phone.prefix)[2]

    packed = phone.get(path, Accept_Encoding="gzip")

    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body


def test_17_the_list_can_be_asked_for_one_form(phone: Phone) -> None:
    assert [entry["formID"] for entry in entries(phone, "?formID=hoat_dong")] == ["hoat_dong"]
    assert entries(phone, "?formID=khong_co") == []


@pytest.mark.parametrize("days", [0, -1, -400])
def test_18_closed_forms_are_absent(phone: Phone, officer: User, days: int) -> None:
    close_form("hoat_dong", on=moments.today() + timedelta(days), by=officer.actor, at=moments.now())

    assert entries(phone) == []


def test_18_a_form_that_closes_tomorrow_is_there_today(phone: Phone, officer: User) -> None:
    close_form("hoat_dong", on=moments.today() + timedelta(1), by=officer.actor, at=moments.now())

    assert len(entries(phone)) == 1


@pytest.mark.parametrize(
    "row",
    [
        AssignmentRow("commune", "event"),
        AssignmentRow("village", "event", to_day=moments.today() - timedelta(1)),
        AssignmentRow("village", "event", from_day=moments.today() + timedelta(1)),
    ],
    ids=["another level", "no longer", "not yet"],
)
def test_18_so_are_forms_that_the_unit_does_not_owe_today(phone: Phone, officer: User, row: AssignmentRow) -> None:
    set_assignments("hoat_dong", [row], by=officer.actor, at=moments.now())

    assert entries(phone) == []


def test_only_the_newest_version_is_listed_and_older_ones_can_still_be_had(phone: Phone, officer: User) -> None:
    newer = EVENT.replace("Hoạt động của thôn | 1 |", "Hoạt động của thôn | 2 |")
    publish_form(
        content=newer.encode(), file_type="md", file_name="m.md", pack="thu", by=officer.actor, at=moments.now()
    )

    assert [entry["version"] for entry in entries(phone)] == ["2"]
    assert phone.get("/forms/hoat_dong/1.xml").status == 200


@pytest.mark.parametrize("form_id", ["họp & bàn", "a/b", "50%25", "a?b#c", "<x>"])
def test_19_form_ids_are_encoded_in_addresses_and_escaped_once_in_xml(phone: Phone, form_id: str) -> None:
    publish(EVENT.replace("| hoat_dong |", f"| {form_id} |"), VILLAGES)

    entry = next(entry for entry in entries(phone) if entry["formID"] != "hoat_dong")

    assert entry["formID"] == form_id
    assert phone.ask(entry["downloadUrl"]).status == 200
    assert md5(phone.ask(entry["downloadUrl"]).body) == entry["hash"]


def test_20_two_packs_cannot_use_one_form_id(officer: User) -> None:
    """Where others keep such forms apart by project, here the second pack is told to choose another id."""
    with pytest.raises(VersionTaken, match="hoat_dong"):
        publish_form(
            content=EVENT.replace("| 1 |", "| 5 |").encode(), file_type="md", file_name="m.md", pack="khac",
            by=officer.actor, at=moments.now(),
        )  # fmt: skip


def test_21_a_form_without_files_has_an_empty_manifest(phone: Phone, officer: User) -> None:
    decided_by_nobody(officer)

    assert files(phone, f"{phone.prefix}/forms/hoat_dong/1/manifest") == []


def test_22_every_file_has_name_hash_and_address_and_a_lacking_one_is_left_out(phone: Phone, officer: User) -> None:
    publish_with_files(officer)
    address = next(entry["manifestUrl"] for entry in entries(phone) if entry["formID"] == "kem_tep")

    listed = [one for one in files(phone, address) if one.get("type") is None]

    (file,) = listed
    named = {leaf.tag.removeprefix(MANIFEST): leaf.text or "" for leaf in file}
    assert named["filename"] == "danh_muc.csv"
    served = phone.ask(named["downloadUrl"])
    assert (served.status, served.body) == (200, CSV)
    assert named["hash"] == md5(CSV)
    assert served.headers["content-disposition"].startswith("attachment")


def test_26_what_did_not_change_is_answered_304(phone: Phone, officer: User) -> None:
    publish_with_files(officer)
    for path in ("/forms/kem_tep/1/media/danh_muc.csv", "/forms/kem_tep/1.xml"):
        etag = phone.get(path).headers["etag"]

        assert phone.get(path, If_None_Match=etag).status == 304
        assert phone.get(path, If_None_Match=etag).body == b""
        assert phone.get(path, If_None_Match='"older"').status == 200


def test_28_of_a_closed_form_nothing_is_given(phone: Phone, officer: User) -> None:
    publish_with_files(officer)
    close_form("kem_tep", on=moments.today(), by=officer.actor, at=moments.now())

    for path in (".xml", "/manifest", "/media/danh_muc.csv"):
        assert phone.get(f"/forms/kem_tep/1{path}").status == 403


def test_a_file_the_form_does_not_have_is_404(phone: Phone) -> None:
    answer = phone.get("/forms/hoat_dong/1/media/..%2F..%2Fsecret-key")

    assert answer.status == 404 and answer.error


def test_another_level_has_another_list(phone_of: Callable[[int], Phone]) -> None:
    publish(EVENT.replace("| hoat_dong |", "| cua_xa |"), [AssignmentRow("commune", "event")])

    assert [entry["formID"] for entry in entries(phone_of(2))] == ["cua_xa"]
    assert [entry["formID"] for entry in entries(phone_of(3))] == ["hoat_dong"]
