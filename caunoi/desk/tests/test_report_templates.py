"""The page that explains the tags of report templates and checks a template."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from caunoi.accounts.models import Role
from caunoi.desk.tests.builders import signed_in, user
from caunoi.reports.checking import check_template
from caunoi.reports.composing import VALUE_NAMES
from caunoi.reports.rules.tag_help import CHAPTERS
from caunoi.reports.rules.tags import FUNCTIONS
from caunoi.reports.tests.builders import DISTRICT, make_docx, store_world


def words(response: HttpResponse) -> str:
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split()))


def test_every_tag_is_explained_and_every_explained_tag_is_there() -> None:
    explained = {name for chapter in CHAPTERS for tag in chapter.tags for name in tag.names}

    assert explained == FUNCTIONS | VALUE_NAMES


def test_every_example_of_a_printed_tag_is_a_sound_template() -> None:
    codes = ["MA_CHI_TIEU", "MA_PHAN_DAU"]
    examples = [tag.example for chapter in CHAPTERS for tag in chapter.tags if tag.example.startswith("{{")]
    parameters = {
        "chart": {"TEN_BIEU_DO": {"code": codes[0], "title": "B"}},
        "sentence": {"TEN_CAU": {"code": codes[0]}},
    }

    assert len(examples) > 20
    assert check_template(make_docx(examples), parameters, codes, "a.docx") == []


@pytest.mark.django_db
def test_an_officer_checks_a_template_and_sees_its_mistakes_by_paragraph() -> None:
    world = store_world()
    del world
    client = signed_in(user("huyen", [(Role.VIEWER, DISTRICT)]))
    bad = SimpleUploadedFile("mau.docx", make_docx(["{{ so('ngay_congg') }}"]))
    good = SimpleUploadedFile("mau.docx", make_docx(["{{ nhan_xet('a') }}"]))
    toml = SimpleUploadedFile("mau.toml", b'[sentence.a]\ncode = "ngay_cong"\n')
    broken = SimpleUploadedFile("mau.toml", b"[sentence")

    assert "{{ so('" in unescape(client.get("/reports/templates/").content.decode())
    assert "Đoạn 1 “{{ so('ngay_congg') }}”: không có chỉ tiêu nào" in words(
        client.post("/reports/templates/", {"word": bad})
    )
    assert "mau.docx không có lỗi" in words(client.post("/reports/templates/", {"word": good, "parameters": toml}))
    good.seek(0)
    assert "Tệp .toml viết sai" in words(client.post("/reports/templates/", {"word": good, "parameters": broken}))
    assert "Chưa chọn tệp" in words(client.post("/reports/templates/", {}))
