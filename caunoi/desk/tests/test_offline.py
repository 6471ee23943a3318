from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from caunoi import moments
from caunoi.accounts.models import Role
from caunoi.desk.tests.builders import (
    EVENT,
    LOADED,
    commune_officer,
    event_xml,
    monthly_xml,
    publish,
    publish_event,
    publish_monthly,
    signed_in,
    store_world,
    user,
    village_head,
)
from caunoi.desk.tests.test_collect_fill import AUGUST, send
from caunoi.documents.actions import store_bytes
from caunoi.forms.models import FormFile
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import local_moment
from caunoi.records.actions import return_
from caunoi.records.models import Submission

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world() -> None:
    store_world()


def sheets_of(client: Client) -> list[dict[str, Any]]:
    sheets: list[dict[str, Any]] = client.get("/offline/forms.json").json()["sheets"]
    return sheets


def test_the_list_has_each_report_that_is_due_and_each_form_about_an_event() -> None:
    publish_monthly()
    publish_event()

    sheets = sheets_of(signed_in(village_head()))

    august = next(sheet for sheet in sheets if sheet["period"] == "2026-08")
    assert (august["form"], august["version"], august["unit"]) == ("bao_cao_thang", "1", "u3")
    assert august["address"] == AUGUST
    assert august["prefilled"] == {"ky_bao_cao": "2026-08-01"}
    assert [sheet["address"] for sheet in sheets if sheet["many"]] == ["/fill/hoat_dong/u3/event/"]


def test_the_list_tells_the_time_so_that_a_device_with_another_day_can_be_noticed() -> None:
    before = moments.now()

    told = signed_in(village_head()).get("/offline/forms.json").json()["now"]

    assert before <= datetime.fromisoformat(told) <= moments.now()


def test_a_report_that_was_sent_is_no_longer_on_the_list() -> None:
    publish_monthly()
    client = signed_in(village_head())
    send(client, AUGUST, monthly_xml())

    assert "2026-08" not in [sheet["period"] for sheet in sheets_of(client)]


def test_a_returned_report_is_on_the_list_with_what_was_sent_and_the_officers_words() -> None:
    publish_monthly()
    officer, client = commune_officer(), signed_in(village_head())
    send(client, AUGUST, monthly_xml())
    one = Submission.objects.get()
    return_(one.pk, by=officer, at=local_moment(date(2026, 9, 2)), comment="Kiểm tra lại số cuộc họp.")

    returned = next(sheet for sheet in sheets_of(client) if sheet["badge"] == "returned")

    assert returned["address"] == f"/submissions/{one.pk}/correct/"
    assert returned["comment"]["text"] == "Kiểm tra lại số cuộc họp."
    assert client.get(returned["instance"]["url"]).content.decode() == monthly_xml()


def test_the_list_of_one_village_knows_nothing_of_another() -> None:
    publish_monthly()

    assert {sheet["unit"] for sheet in sheets_of(signed_in(village_head(4, "thon2")))} == {"u4"}


def test_a_reader_who_records_nothing_has_an_empty_list() -> None:
    publish_monthly()

    assert sheets_of(signed_in(user("xem", [(Role.VIEWER, 3)]))) == []


def test_the_older_version_of_a_form_can_still_be_fetched_and_sent() -> None:
    publish_event()
    client = signed_in(village_head())
    before = sheets_of(client)[0]
    newer = EVENT.replace("| 1 | Tiếng Việt", "| 2 | Tiếng Việt").replace("Số người", "Số người dự")
    publish(newer, [AssignmentRow("village", "event", approval_level="commune")])

    xform, answer = client.get(before["xform_url"]), send(client, "/fill/hoat_dong/u3/event/", event_xml())

    assert "Số người</value>" in xform.content.decode()
    assert answer.json()["ok"] is True
    assert Submission.objects.get().versions.get().form_version.version == "1"


def test_a_form_comes_with_the_files_it_needs() -> None:
    version = publish_event()
    stored = store_bytes(b"name,label\na,A\n", media_type="text/csv", at=LOADED)
    FormFile.objects.create(form_version=version, name="doi.csv", file=stored)
    client = signed_in(village_head())

    (file,) = sheets_of(client)[0]["files"]

    assert (file["name"], file["hash"]) == ("doi.csv", stored.sha256)
    assert client.get(file["url"]).content == b"name,label\na,A\n"
    assert signed_in(village_head(4, "thon2")).get(file["url"]).status_code == 404


def test_the_pages_that_are_kept_name_nobody() -> None:
    client = signed_in(village_head())

    for page in ("list", "form"):
        kept = client.get(f"/offline/frame/{page}/?language=vi").content.decode()
        assert "Giàng A Páo" not in kept
        assert "csrf" not in kept


def test_the_service_worker_is_another_one_when_what_it_keeps_changes() -> None:
    vietnamese = Client().get("/service-worker.js?language=vi")
    english = Client().get("/service-worker.js?language=en")

    assert vietnamese["Content-Type"].startswith("text/javascript")
    assert vietnamese["Cache-Control"] == "no-cache"
    assert vietnamese.content == Client().get("/service-worker.js?language=vi").content
    assert vietnamese.content != english.content


def test_everything_the_service_worker_fetches_is_there() -> None:
    script = Client().get("/service-worker.js?kind=module").content.decode()
    shell = json.loads(script.split("const SHELL = ", 1)[1].split(";\n", 1)[0])

    assert script.startswith('import "/static/desk/collect/background.js";')
    assert all(finders.find(file["url"].removeprefix("/static/")) for file in [*shell["files"], *shell["vendored"]])
    assert all(Client().get(page).status_code == 200 for page in shell["pages"].values())
    modules = {
        file["url"].rsplit("/", 1)[1] for file in shell["files"] if file["url"].startswith("/static/desk/collect/")
    }
    assert {"fill.js", "kept.js", "start.js", "queue.js"} <= modules


def test_the_session_says_whose_it_is() -> None:
    head = village_head()

    assert signed_in(head).get("/session/").json()["user"] == head.pk
