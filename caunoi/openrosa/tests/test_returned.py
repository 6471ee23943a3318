"""What an officer sent back stands at the head of the form on the phone, whatever the form asks for."""

from __future__ import annotations

import csv
import io
from xml.etree import ElementTree

import pytest

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.desk.tests.builders import EVENT, publish
from caunoi.forms.actions import set_assignments
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.openrosa.returned import with_returned_note
from caunoi.openrosa.tests.client import Phone
from caunoi.openrosa.tests.sendings import activity
from caunoi.openrosa.tests.test_form_list import MANIFEST, entries, files, md5
from caunoi.records.actions import return_
from caunoi.records.models import Submission, SubmissionVersion

LIST = "/forms/hoat_dong/1/media/returned.csv"
X = "{http://www.w3.org/2002/xforms}"


def sent_back(phone: Phone, officer: User, comment: str = "Thiếu ảnh") -> None:
    phone.send(activity("uuid:a"))
    return_(Submission.objects.get().pk, by=officer, at=moments.now(), comment=comment)


def rows(phone: Phone) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(phone.get(LIST).body.decode())))


def test_the_form_comes_with_a_note_and_the_list_it_reads(phone: Phone) -> None:
    (entry,) = entries(phone)

    form = phone.ask(entry["downloadUrl"])
    assert entry["hash"] == md5(form.body)
    (source,) = [one.get("src") for one in form.tree.iter(f"{X}instance") if one.get("id") == "returned"]
    first = form.tree.find("{http://www.w3.org/1999/xhtml}body/*")
    assert source == "jr://file-csv/returned.csv"
    assert first is not None and first.get("ref") == "/data/meta/returned"
    assert "Cán bộ đã trả lại" in "".join(first.itertext())
    (file,) = files(phone, entry["manifestUrl"])
    assert (file.findtext(f"{MANIFEST}filename"), file.get("type")) == ("returned.csv", "entityList")


def test_the_list_tells_the_officers_words_until_the_record_is_corrected(phone: Phone, officer: User) -> None:
    sent_back(phone, officer)
    day = f"{moments.today():%d/%m/%Y}"

    (row,) = rows(phone)

    assert row["told"] == f"{day}: Thiếu ảnh" and row["submission"] == "uuid:a"
    phone.send(activity("uuid:b", corrects="uuid:a"))
    assert rows(phone) == []
    assert phone.get(f"{LIST}/integrity?id={row['name']}").texts("deleted") == ["true"]


def test_what_the_note_leaves_in_an_instance_is_no_answer(phone: Phone) -> None:
    xml = activity("uuid:a").replace("</instanceID>", "</instanceID><returned/>")

    assert phone.send(xml).status == 201

    version = SubmissionVersion.objects.get()
    assert version.flags == [] and "returned" not in version.answers


def test_a_form_that_nobody_decides_about_has_no_note(phone: Phone, officer: User) -> None:
    set_assignments("hoat_dong", [AssignmentRow("village", "event")], by=officer.actor, at=moments.now())

    (entry,) = entries(phone)

    assert b"returned" not in phone.ask(entry["downloadUrl"]).body
    assert "manifestUrl" not in entry
    assert phone.get(LIST).status == 404


def test_a_form_that_shows_the_list_itself_is_left_as_it_is(phone: Phone, officer: User) -> None:
    form = EVENT.replace("| hoat_dong |", "| tu_hien |").replace(
        "|  | date | ngay |",
        "|  | select_one_from_file returned.csv | tra_lai | Trả lại | Returned | |\n|  | date | ngay |",
    )
    publish(form, [AssignmentRow("village", "event", approval_level="commune")])

    entry = next(one for one in entries(phone) if one["formID"] == "tu_hien")

    assert phone.ask(entry["downloadUrl"]).body.count(b"file-csv/returned.csv") == 1
    assert len(files(phone, entry["manifestUrl"])) == 1


@pytest.mark.parametrize("meta", ["<meta><instanceID/></meta>", ""])
def test_the_note_lies_in_the_devices_part_of_an_instance(meta: str) -> None:
    form = (
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><model>'
        f'<instance><data id="x"><a/>{meta}</data></instance><bind nodeset="/data/a"/></model></h:head>'
        '<h:body><input ref="/data/a"/></h:body></h:html>'
    )

    noted = ElementTree.fromstring(with_returned_note(form, "Trả lại") or "")

    answers = noted.find(f".//{X}instance/{X}data")
    assert answers is not None
    assert [one.tag.removeprefix(X) for one in answers] == ["a", "meta"]
    assert answers.find(f"{X}meta/{X}returned") is not None
    assert [one.get("ref") for one in noted.iter(f"{X}input")] == ["/data/meta/returned", "/data/a"]
