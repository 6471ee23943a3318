"""All papers of a dossier in one go: part by part, sealed while they wait, gone on with after a stop."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import docx
import pytest
from pytest_django import Settings

from caunoi.accounts.models import Role, User
from caunoi.audit.models import AuditLine
from caunoi.awards import printing
from caunoi.awards.actions import begin_batch, erase_recipient, make_parts, withdraw_award
from caunoi.awards.bundling import count_made, list_made, write_bundle
from caunoi.awards.errors import AwardsNotYours, AwardStepNotPossible
from caunoi.awards.models import AwardKind, Dossier, PaperBatch
from caunoi.awards.rules.recipients import Recipient, RecipientKind
from caunoi.awards.tests.builders import AT, PACK, add, decide, dossier, person, store_awards
from caunoi.desk.tests.builders import commune_officer, signed_in, store_world, user
from caunoi.desk.views import award_papers
from caunoi.documents.actions import store_bytes
from caunoi.documents.waiting import KEPT, clear_waiting

pytestmark = pytest.mark.django_db
NAMES = ["Vàng Thị Mỷ", "Lý A Sùng", "Giàng A Páo", "Sùng Thị Chứ", "Lò Văn Tính"]


@pytest.fixture
def officer(settings: Settings, tmp_path: Path) -> User:
    settings.CAUNOI_HOME = tmp_path
    store_world()
    store_awards()
    return commune_officer()


@pytest.fixture
def five(officer: User, monkeypatch: pytest.MonkeyPatch) -> Dossier:
    """Five people, two papers a part."""
    monkeypatch.setattr(printing, "PART", 2)
    made = dossier(2, officer)
    add(made, officer, *(person(3, name) for name in NAMES))
    return decide(made, officer)


def begin(found: Dossier, by: User) -> PaperBatch:
    return begin_batch(dossier_id=found.pk, by=by, at=AT)


def make(found: Dossier, by: User) -> list[int]:
    return list(make_parts(begin(found, by), clock=lambda: AT))


def read_bundle(packed: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        parts = {name: docx.Document(io.BytesIO(file.read(name))) for name in file.namelist()}
    return {name: "\n".join(one.text for one in part.paragraphs) for name, part in parts.items()}


def fetch(answer: Any) -> dict[str, str]:
    return read_bundle(b"".join(answer.streaming_content))


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_hundreds_of_papers_that_were_broken_off_are_gone_on_with_and_packed_whole(
    officer: User, tmp_path: Path
) -> None:
    made = dossier(2, officer)
    groups = [Recipient(RecipientKind.COLLECTIVE, 3, f"Tổ liên gia {number:03}") for number in range(1, 601)]
    add(made, officer, *groups, person(3, NAMES[0]))
    decide(made, officer)

    broken_off = make_parts(begin(made, officer), clock=lambda: AT)
    assert next(broken_off) == 500
    broken_off.close()
    (first,) = list_made(PaperBatch.objects.get())
    colleague = commune_officer(2, "dong-nghiep")
    assert make(made, colleague) == [601]
    into = io.BytesIO()
    assert write_bundle(PaperBatch.objects.get(), into) == 601

    assert list_made(PaperBatch.objects.get())[0] == first, "the part that was there was not made again"
    told = AuditLine.objects.filter(action="award.batch").order_by("pk")
    assert [(one.actor, one.detail["first"]) for one in told] == [(str(officer), 1), (str(colleague), 501)]
    one, two = read_bundle(into.getvalue()).values()
    assert one.upper().count("TỔ LIÊN GIA") == 500 and two.upper().count("TỔ LIÊN GIA") == 100
    assert "TỔ LIÊN GIA 001" in one.upper() and NAMES[0].upper() in two.upper()


def test_what_waits_on_the_server_can_be_read_by_nobody_without_its_key(
    five: Dossier, officer: User, tmp_path: Path
) -> None:
    make(five, officer)

    kept = [path.read_bytes() for path in (tmp_path / "waiting").iterdir()]
    assert len(kept) == 3 and not any(b"PK\x03\x04" in one or b"document.xml" in one for one in kept)


def test_the_page_tells_how_many_are_made_without_script_and_gives_them_as_one_file(
    five: Dossier, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(award_papers, "UNTOLD_SECONDS", 0)
    client, address = signed_in(officer), f"/awards/dossiers/{five.pk}/"
    assert 'id="all-papers"' in client.get(address).content.decode()

    asked = client.get(f"{address}papers/all/")
    assert "Đã in 0/5 giấy." in words(asked) and "In 5 giấy" in words(asked)
    pressed = [client.post(f"{address}papers/all/") for _again in range(3)]
    assert ["Đã in 2/5" in words(pressed[0]), "In tiếp 1 giấy" in words(pressed[1])] == [True, True]
    assert "Đã in 5/5 giấy." in words(pressed[2]) and "In tiếp" not in words(pressed[2])
    packed = client.post(f"{address}papers/zip")

    texts = fetch(packed)
    assert list(texts) == [f"giay_khen-{part}.docx" for part in ("00001-00002", "00003-00004", "00005-00005")]
    assert all(name in "\n".join(texts.values()) for name in NAMES)
    assert [one.detail for one in AuditLine.objects.filter(action="award.print")] == [{"first": 1, "last": 5}]


@pytest.mark.parametrize("how", ["erased", "taken back"])
def test_what_was_made_is_dropped_when_one_of_the_papers_must_not_be_printed_any_more(
    how: str, five: Dossier, officer: User
) -> None:
    manager, award = user("quan-ly", [(Role.PROGRAMME_MANAGER, 2)]), five.awards.select_related("dossier").get(number=1)
    make(five, officer)
    half = make_parts(PaperBatch.objects.get(), clock=lambda: AT)

    if how == "erased":
        erase_recipient(award=award, because="Người đó yêu cầu", by=manager, at=AT)
    else:
        withdraw_award(dossier_id=five.pk, award_id=award.pk, because="In nhầm", by=officer, at=AT)

    assert count_made(five) == 0
    with pytest.raises(AwardStepNotPossible):
        list(half)
    client = signed_in(officer)
    page = client.post(f"/awards/dossiers/{five.pk}/papers/zip")
    assert "hết hạn giữ hoặc đã bị bỏ" in words(page) and "In 5 giấy" in words(page)
    make(five, officer)
    packed = client.post(f"/awards/dossiers/{five.pk}/papers/zip")
    texts = "\n".join(fetch(packed).values())
    assert NAMES[0] not in texts and NAMES[1] in texts


def test_after_a_day_or_with_another_template_all_is_made_again(five: Dossier, officer: User) -> None:
    make(five, officer)
    first = PaperBatch.objects.get().wrapped

    other = store_bytes((PACK / "awards" / "giay_chung_nhan.docx").read_bytes(), media_type="application/zip", at=AT)
    AwardKind.objects.update(template=other)
    anew = begin(five, officer)
    make(five, officer)
    assert anew.wrapped != first and count_made(five) == 5
    clear_waiting(at=AT + KEPT + timedelta(minutes=1))

    assert count_made(five) == 0
    assert begin(five, officer).wrapped != anew.wrapped


def test_only_who_keeps_the_dossier_prints_it_and_only_once_it_is_decided(five: Dossier, officer: User) -> None:
    draft, viewer = dossier(2, officer), user("xem", [(Role.VIEWER, 2)])

    with pytest.raises(AwardsNotYours):
        begin(five, viewer)
    with pytest.raises(AwardStepNotPossible):
        begin(draft, officer)
    for client, found, status in (
        (signed_in(viewer), five, 403),
        (signed_in(commune_officer(5, "xa5")), five, 404),
        (signed_in(officer), draft, 400),
    ):
        address = f"/awards/dossiers/{found.pk}/papers/"
        asked = [client.get(f"{address}all/"), client.post(f"{address}all/"), client.post(f"{address}zip")]
        assert [one.status_code for one in asked] == [status] * 3
