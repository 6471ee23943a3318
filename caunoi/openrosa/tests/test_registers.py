"""Lines 23 to 27 of the checklist: registers as lists on the phone."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable
from datetime import timedelta

import pytest

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.desk.tests.builders import EVENT, publish
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.openrosa.tests.client import Phone
from caunoi.openrosa.tests.sendings import activity
from caunoi.openrosa.tests.test_form_list import MANIFEST, entries, files
from caunoi.records.actions import return_
from caunoi.records.entities.tests.builders import FORM, GROUP, OTHER, entity_xml, group_xml, register
from caunoi.records.models import EntityProblem, Submission

LIST = "/forms/ghi_doi/1/media/doi.csv"


@pytest.fixture
def groups(officer: User) -> None:
    """Villages record performing groups by this form; the register is in use."""
    publish(FORM, [AssignmentRow("village", "event", approval_level="")])
    register()


def send_group(phone: Phone, instance: str, entity: str, **answers: str) -> None:
    assert phone.send(group_xml(instance, entity, day=moments.today(), **answers)).status == 201


def found_group(phone: Phone, uuid: str = GROUP, name: str = "Đội Thôn 1", **answers: str) -> None:
    answers = {"ten": name, "so_nguoi": "12", **answers}
    send_group(phone, f"uuid:{uuid[:8]}", entity_xml(uuid, create=True, label=name), **answers)


def rows(phone: Phone) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(phone.get(LIST).body.decode())))


def listed(phone: Phone) -> dict[str, str]:
    """The register's entry in the manifest."""
    entry = next(one for one in entries(phone) if one["formID"] == "ghi_doi")
    (file,) = files(phone, entry["manifestUrl"])
    return {leaf.tag.removeprefix(MANIFEST): leaf.text or "" for leaf in file} | {"type": file.get("type", "")}


def test_23_a_register_is_an_entity_list_with_an_address_for_what_is_gone(phone: Phone, groups: None) -> None:
    file = listed(phone)

    assert (file["filename"], file["type"]) == ("doi.csv", "entityList")
    assert file["integrityUrl"].startswith(f"http://{phone.host}{phone.prefix}/")
    assert phone.ask(file["integrityUrl"]).status == 200


def test_24_its_hash_changes_with_the_things_and_is_that_of_the_bytes(phone: Phone, groups: None) -> None:
    def check_hash() -> str:
        file = listed(phone)
        content = phone.ask(file["downloadUrl"]).body
        assert file["hash"] == "md5:" + hashlib.md5(content, usedforsecurity=False).hexdigest()
        return file["hash"]

    empty = check_hash()
    found_group(phone)
    created = check_hash()
    update = entity_xml(GROUP, update=True, label="Đội Thôn 1", base=1)
    send_group(phone, "uuid:u", update, doi=GROUP, ten="Đội Thôn 1", so_nguoi="15")
    updated = check_hash()

    assert len({empty, created, updated}) == 3


def test_25_every_row_has_name_label_and_version(phone: Phone, groups: None) -> None:
    found_group(phone, name="Đội “Hoa, Ban”")

    header = phone.get(LIST).body.decode().splitlines()[0]
    assert header == "name,label,__version,ten,so_nguoi,trang_thai"
    assert rows(phone) == [
        {"name": GROUP, "label": "Đội “Hoa, Ban”", "__version": "1", "ten": "Đội “Hoa, Ban”", "so_nguoi": "12",
         "trang_thai": ""}
    ]  # fmt: skip


def test_26_an_unchanged_list_is_304_and_the_etag_changes_with_it(phone: Phone, groups: None) -> None:
    before = phone.get(LIST).headers["etag"]
    assert phone.get(LIST, If_None_Match=before).status == 304

    found_group(phone)

    assert phone.get(LIST, If_None_Match=before).status == 200
    assert phone.get(LIST).headers["etag"] != before


def test_27_the_phone_learns_what_is_gone(phone: Phone, groups: None) -> None:
    found_group(phone, GROUP)
    found_group(phone, OTHER, "Đội khác")
    ended = entity_xml(OTHER, update=True, label="Đội khác", base=1)
    send_group(phone, "uuid:end", ended, doi=OTHER, ten="Đội khác", trang_thai="ngung")

    answer = phone.get(f"{LIST}/integrity?id={GROUP},{OTHER}")

    assert answer.tree.tag == "data"
    said = {one.get("id"): one.findtext("deleted") for one in answer.tree.findall("entities/entity")}
    assert said == {GROUP: "false", OTHER: "true"}


def test_27_a_file_that_is_no_list_has_no_such_address(phone: Phone, groups: None) -> None:
    assert phone.get("/forms/ghi_doi/1/media/khac.csv/integrity?id=a").status == 404
    assert phone.get(f"{LIST}/integrity").texts("entity") == []


def test_what_the_register_cannot_take_never_fails_the_sending(phone: Phone, groups: None) -> None:
    found_group(phone)
    again = entity_xml(GROUP, create=True, label="Đội khác")

    send_group(phone, "uuid:again", again, ten="Đội khác", so_nguoi="9")

    assert EntityProblem.objects.count() == 1
    assert [row["label"] for row in rows(phone)] == ["Đội Thôn 1"]


def test_each_village_sees_its_own(phone: Phone, phone_of: Callable[[int], Phone], groups: None) -> None:
    found_group(phone)

    assert [row["name"] for row in rows(phone)] == [GROUP]
    assert rows(phone_of(4)) == []


def test_what_came_back_is_a_list_the_form_may_ask_for(phone: Phone, officer: User) -> None:
    form = EVENT.replace("| hoat_dong |", "| co_tra_lai |").replace(
        "|  | date | ngay |",
        "|  | select_one_from_file returned.csv | tra_lai | Trả lại | Returned | |\n|  | date | ngay |",
    )
    publish(form, [AssignmentRow("village", "event", approval_level="commune")])
    phone.send(activity("uuid:a", form="co_tra_lai", ngay=(moments.today() - timedelta(1)).isoformat()))
    return_(Submission.objects.get().pk, by=officer, at=moments.now(), comment="Thiếu ảnh")
    address = "/forms/co_tra_lai/1/media/returned.csv"

    returned = phone.get(address).body.decode()

    assert "Thiếu ảnh" in returned and "uuid:a" in returned
    (row,) = csv.DictReader(io.StringIO(returned))
    phone.send(activity("uuid:b", corrects="uuid:a", form="co_tra_lai"))
    gone = phone.get(f"{address}/integrity?id={row['name']}")
    assert gone.texts("deleted") == ["true"]
