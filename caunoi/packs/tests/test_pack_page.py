"""The page that takes a pack as a zip: check it, load it, and read all its mistakes at once."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from caunoi.accounts.models import Role
from caunoi.desk.tests.builders import signed_in, store_world, user
from caunoi.facts.models import DataElement
from caunoi.packs.models import LoadedPack

pytestmark = pytest.mark.django_db

PACK = Path(__file__).resolve().parents[3] / "packs" / "tuyen-van"


@pytest.fixture(autouse=True)
def world() -> None:
    store_world()


def zipped(**replaced: str) -> SimpleUploadedFile:
    """The pack of the repository with some files' text replaced (`data_elements_csv="..."`)."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in sorted(PACK.rglob("*")):
            if path.is_file():
                name = path.relative_to(PACK.parent).as_posix()
                text = replaced.get(path.name.replace(".", "_"))
                archive.writestr(name, text.encode() if text is not None else path.read_bytes())
    return SimpleUploadedFile("goi.zip", content.getvalue(), content_type="application/zip")


def test_a_pack_is_checked_then_loaded_and_loading_again_changes_nothing() -> None:
    client = signed_in(user("quan-ly", [(Role.PROGRAMME_MANAGER, 1)]))

    checked = client.post("/packs/", {"file": zipped(), "step": "check"})
    assert "không có lỗi" in checked.content.decode()
    assert not LoadedPack.objects.exists()
    loaded = client.post("/packs/", {"file": zipped(), "step": "load"}, follow=True)
    again = client.post("/packs/", {"file": zipped(), "step": "load"}, follow=True)

    assert "Đã nạp gói" in loaded.content.decode()
    assert "không có gì thay đổi" in again.content.decode()
    assert DataElement.objects.exists()


def test_every_mistake_of_the_pack_is_listed_and_nothing_is_loaded() -> None:
    client = signed_in(user("quan-tri", [(Role.ADMINISTRATOR, 1)]))
    rows = (PACK / "data_elements.csv").read_text(encoding="utf-8-sig").splitlines()
    broken = "\n".join([rows[0], rows[1].replace("flow", "dong"), rows[1], *rows[1:]])

    page = client.post("/packs/", {"file": zipped(data_elements_csv=broken), "step": "load"})

    text = page.content.decode()
    assert page.status_code == 422
    assert 'id="mistakes"' in text and text.count("data_elements.csv") >= 2
    assert not LoadedPack.objects.exists() and not DataElement.objects.exists()


def test_what_is_no_zip_is_refused_in_a_sentence() -> None:
    client = signed_in(user("quan-tri", [(Role.ADMINISTRATOR, 1)]))

    page = client.post("/packs/", {"file": SimpleUploadedFile("goi.zip", b"khong phai"), "step": "load"})
    nothing = client.post("/packs/", {"step": "load"})

    assert page.status_code == nothing.status_code == 422
    assert "hỏng" in page.content.decode()
    assert "chọn tệp" in nothing.content.decode()


def test_packs_are_loaded_at_the_top_and_not_by_a_commune() -> None:
    assert signed_in(user("xa", [(Role.ADMINISTRATOR, 2)])).get("/packs/").status_code == 403
    assert signed_in(user("xem", [(Role.VIEWER, 1)])).get("/packs/").status_code == 403
