from __future__ import annotations

import io
import shutil
import zipfile

import docx
import pytest
from PIL import Image

from caunoi.documents.errors import DocumentFileRefused
from caunoi.documents.uploads import prepare_file

PROGRAM = b"MZ\x90\x00" + b"\0" * 60
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


def word(text: str = "Kế hoạch thực hiện Nghị quyết", **parts: bytes) -> bytes:
    made = docx.Document()
    made.add_paragraph(text)
    target = io.BytesIO()
    made.save(target)
    with zipfile.ZipFile(target, "a") as file:
        for name, content in parts.items():
            file.writestr(f"word/{name}.bin", content)
    return target.getvalue()


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 40)).save(made, "PNG")
    return made.getvalue()


@pytest.mark.parametrize("name", ["ke-hoach.pdf.exe", "x.pdf.SCR", "x.docx .js", "ke-hoach\u202efdp.exe", "x.html"])
def test_a_program_that_looks_like_a_document_is_refused_whatever_it_holds(name: str) -> None:
    for content in (PROGRAM, PDF):
        with pytest.raises(DocumentFileRefused) as refused:
            prepare_file(name, content)
        assert "không nhận" in refused.value.sentence


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ke-hoach.pdf", PROGRAM),
        ("ke-hoach.docx", PROGRAM),
        ("anh.jpg", b"<script>alert(1)</script>"),
        ("ke-hoach.pdf", b"PK\x03\x04 cut short"),
        ("van-ban.txt", b"\0\1\2"),
        ("van-ban.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 20),
        ("van-ban.pdf", b""),
    ],
)
def test_content_that_is_no_document_is_refused_whatever_its_name(name: str, content: bytes) -> None:
    with pytest.raises(DocumentFileRefused):
        prepare_file(name, content)


def test_a_word_file_with_macros_is_refused() -> None:
    with pytest.raises(DocumentFileRefused, match="macro"):
        prepare_file("ke-hoach.docx", word(vbaProject=b"Sub AutoOpen()"))


def test_an_ending_inside_the_name_is_made_harmless_and_said() -> None:
    kept = prepare_file("ke-hoach.exe.pdf", PDF)

    assert kept.name == "ke-hoach_exe.pdf"
    assert "đuôi kép" in kept.note


def test_a_pdf_named_as_a_word_file_is_kept_as_what_it_is() -> None:
    kept = prepare_file("ke-hoach.docx", PDF)

    assert (kept.name, kept.media_type) == ("ke-hoach.pdf", "application/pdf")
    assert "thực ra là .pdf" in kept.note


@pytest.mark.parametrize("name", ["../../etc/ke hoach.txt", "C:\\giay to\\ke hoach.txt", 'ke "hoach"\r\n.txt'])
def test_a_name_holds_no_folders_quotes_or_line_breaks(name: str) -> None:
    kept = prepare_file(name, "Nội dung".encode())

    assert kept.name.startswith("ke ")
    assert not set(kept.name) & set('/\\"\r\n')


def test_the_words_of_a_word_file_are_read_with_their_accents() -> None:
    assert "Kế hoạch thực hiện Nghị quyết" in prepare_file("a.docx", word()).text


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs Debian's poppler-utils")
def test_a_pdf_that_cannot_be_read_is_kept_without_words() -> None:
    assert prepare_file("a.pdf", PDF).text == ""


def test_a_scan_is_kept_as_a_picture_without_what_hides_behind_it() -> None:
    kept = prepare_file("anh.png", picture() + b"<?php evil ?>")

    assert kept.media_type == "image/png"
    assert b"php" not in kept.content
