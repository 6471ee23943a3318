"""Lines 1 to 8 of the checklist: what holds at every address."""

from __future__ import annotations

import pytest

from caunoi.desk.tests.builders import event_xml
from caunoi.openrosa.tests.client import OPEN_ROSA, Phone, multipart

ADDRESSES = [
    "/formList",
    "/submission",
    "/forms/hoat_dong/1.xml",
    "/forms/hoat_dong/1/manifest",
    "/forms/hoat_dong/1/media/x.csv",
    "/forms/hoat_dong/1/media/x.csv/integrity",
]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("headers", [{}, {"X-OpenRosa-Version": "2.0"}])
def test_01_without_the_protocols_version_every_address_refuses(
    phone: Phone, address: str, headers: dict[str, str]
) -> None:
    method = "HEAD" if address == "/submission" else "GET"

    assert phone.ask(phone.prefix + address, method, headers=headers).status == 400


@pytest.mark.parametrize("address", [*ADDRESSES, "/nothing-here"])
def test_02_every_answer_carries_the_protocols_version(phone: Phone, address: str) -> None:
    method = "HEAD" if address == "/submission" else "GET"

    answer = phone.ask(phone.prefix + address, method)

    assert answer.headers["x-openrosa-version"] == "1.0"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers and "location" not in answer.headers


@pytest.mark.parametrize("address", ["/formList", "/forms/hoat_dong/1.xml", "/forms/hoat_dong/1/manifest"])
def test_03_lists_and_forms_are_xml_in_utf_8(phone: Phone, address: str) -> None:
    assert phone.get(address).headers["content-type"] == "text/xml; charset=utf-8"


def test_04_the_size_limit_is_told_with_the_answer_to_head(phone: Phone) -> None:
    answer = phone.ask(f"{phone.prefix}/submission", "HEAD")

    assert (answer.status, answer.headers["x-openrosa-accept-content-length"]) == (204, str(100 * 1024 * 1024))


@pytest.mark.parametrize("sent", ["Th 7, 1 thg 8 2026 08:00:00 GMT+07:00", "", "Sat, 01 Aug 1970 00:00:00 GMT"])
def test_05_a_wrongly_written_date_of_the_request_is_passed_over(phone: Phone, sent: str) -> None:
    headers = {**OPEN_ROSA, "Date": sent}

    assert phone.ask(f"{phone.prefix}/formList", headers=headers).status == 200
    assert phone.send(event_xml(anh=""), headers={"Date": sent}).status == 201


@pytest.mark.parametrize("address", ["/formList", "/forms/hoat_dong/1.xml", "/forms/hoat_dong/1/manifest"])
def test_06_every_address_takes_an_appended_device_id(phone: Phone, address: str) -> None:
    assert phone.get(f"{address}?deviceID=collect%3Aabc").status == 200
    assert phone.send(event_xml(anh=""), query="?deviceID=collect%3Aabc").status == 201


def test_06_also_behind_a_token_that_came_as_a_parameter(phone: Phone) -> None:
    token = phone.prefix.rpartition("/")[2]

    assert phone.ask(f"/formList?st={token}?deviceID=collect%3Aabc").status == 200
    assert phone.ask(f"/formList?st={token}&deviceID=collect%3Aabc").status == 200


@pytest.mark.parametrize("address", ["/formList/", "/submission/", "/forms/hoat_dong/1.xml/"])
def test_07_a_trailing_slash_is_not_found_and_never_redirected(phone: Phone, address: str) -> None:
    answer = phone.get(address)

    assert answer.status == 404 and "location" not in answer.headers
    assert answer.error


@pytest.mark.parametrize(
    "address, status",
    [("/formList/x", 404), ("/forms/khong_co/1.xml", 404), ("/forms/hoat_dong/9.xml", 404), ("/submission", 405)],
)
def test_08_errors_are_said_in_the_protocols_xml(phone: Phone, address: str, status: int) -> None:
    answer = phone.get(address)

    assert answer.status == status
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert answer.error


def test_08_so_are_mistakes_of_ours(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    from caunoi.openrosa import protocol

    def fail(*_anything: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(protocol, "list_offered", fail)

    answer = phone.get("/formList")

    assert answer.status == 500
    assert "gửi lại sau" in answer.error
    assert answer.headers["x-openrosa-version"] == "1.0"


def test_tokens_do_not_stand_in_the_log(phone: Phone, caplog: pytest.LogCaptureFixture) -> None:
    from caunoi.openrosa.logs import MaskTokens

    caplog.handler.addFilter(MaskTokens())
    token = phone.prefix.rpartition("/")[2]

    phone.get("/nothing-here")
    phone.ask(f"/nothing/formList?st={token}")

    assert token not in caplog.text


def test_a_body_without_end_is_not_waited_for(phone: Phone) -> None:
    body, content_type = multipart([("xml_submission_file", "a.xml", "text/xml", event_xml(anh="").encode())])

    cut = phone.ask(f"{phone.prefix}/submission", "POST", body[:-30], {**OPEN_ROSA, "Content-Type": content_type})

    assert cut.status == 400 and cut.error
