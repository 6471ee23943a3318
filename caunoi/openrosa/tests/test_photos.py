"""What comes with a sending is made harmless: pictures are drawn anew, everything else is only ever downloaded."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib
from collections.abc import Mapping

import pytest
from PIL import Image

from caunoi.accounts.models import User
from caunoi.desk.tests.builders import EVENT, publish, signed_in
from caunoi.documents.actions import read_bytes
from caunoi.documents.pictures import clean_picture
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.openrosa.tests.client import Phone
from caunoi.openrosa.tests.sendings import activity, photo
from caunoi.records.models import Attachment, Submission, SubmissionVersion

PNG = b"\x89PNG\r\n\x1a\n"
GPS, ORIENTATION, MAKE = 0x8825, 0x0112, 0x010F
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def taken_at_home(orientation: int = 1) -> bytes:
    """A photo that says where it was taken, 40 x 30, the upper left corner black."""
    image = Image.new("RGB", (40, 30), "white")
    image.paste("black", (0, 0, 16, 16))
    exif = Image.Exif()
    exif[MAKE] = "Máy của tôi"
    exif[ORIENTATION] = orientation
    exif.get_ifd(GPS)[2] = (22.0, 30.0, 0.0)
    made = io.BytesIO()
    image.save(made, "JPEG", exif=exif, quality=95)
    return made.getvalue()


def png_bomb() -> bytes:
    """A few kilobytes that claim to be 50,000 x 50,000."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 0, 0, 0, 0)
    return PNG + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 10**6)) + chunk(b"IEND", b"")


def stored(name: str = "anh.jpg") -> tuple[bytes, str]:
    file = Attachment.objects.get(name=name).file
    return read_bytes(file.sha256), file.media_type


def page_headers(officer: User, name: str) -> Mapping[str, str]:
    submission = Submission.objects.get()
    with contextlib.closing(signed_in(officer).get(f"/submissions/{submission.pk}/files/1/{name}/")) as answer:
        return answer.headers


def test_a_photo_loses_its_position_and_camera(phone: Phone) -> None:
    phone.send(activity(anh="anh.jpg"), {"anh.jpg": taken_at_home()})

    content, media_type = stored()
    image = Image.open(io.BytesIO(content))
    assert (media_type, image.format, image.size) == ("image/jpeg", "JPEG", (40, 30))
    assert len(image.getexif()) == 0
    assert "Máy của tôi".encode() not in content


def test_a_photo_taken_sideways_stands_upright(phone: Phone) -> None:
    phone.send(activity(anh="anh.jpg"), {"anh.jpg": taken_at_home(orientation=6)})

    image = Image.open(io.BytesIO(stored()[0])).convert("L")
    assert image.size == (30, 40)
    assert image.getpixel((28, 2)) < 80 < 200 < image.getpixel((2, 38))


def test_a_form_may_ask_for_the_position(phone: Phone) -> None:
    form = (
        EVENT.replace("| hoat_dong |", "| vi_tri |")
        .replace(
            "|  | type | name | label::Tiếng Việt (vi) | label::English (en) | required |",
            "|  | type | name | label::Tiếng Việt (vi) | label::English (en) | required | appearance |",
        )
        .replace("| survey | | | | | |", "| survey | | | | | | |")
        .replace("|  | image | anh | Ảnh | Photo | |", "|  | image | anh | Ảnh | Photo | | with-position |")
    )
    publish(form, [AssignmentRow("village", "event", approval_level="commune")])

    phone.send(activity(form="vi_tri", anh="anh.jpg"), {"anh.jpg": taken_at_home(orientation=6)})

    exif = Image.open(io.BytesIO(stored()[0])).getexif()
    assert tuple(float(part) for part in exif.get_ifd(GPS)[2]) == (22.0, 30.0, 0.0)
    assert exif[ORIENTATION] == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"not a picture", SVG, b"<html><script>alert(1)</script>", photo()[:300], png_bomb(), b"GIF89a" + b"\0" * 50],
    ids=["empty", "text", "svg", "html", "cut", "bomb", "gif"],
)
def test_what_is_no_picture_is_kept_and_never_shown_as_one(phone: Phone, officer: User, content: bytes) -> None:
    phone.send(activity(anh="anh.jpg"), {"anh.jpg": content})

    assert stored() == (content, "application/octet-stream")
    answer = page_headers(officer, "anh.jpg")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
def test_pictures_keep_their_kind_and_lose_what_hangs_on_them(phone: Phone, officer: User, kind: str) -> None:
    phone.send(activity(anh="anh.jpg"), {"anh.jpg": photo(kind=kind) + SVG})

    content, media_type = stored()
    assert media_type == f"image/{kind.lower()}"
    assert SVG not in content
    assert page_headers(officer, "anh.jpg")["Content-Type"] == media_type


def test_a_very_large_photo_is_made_smaller(phone: Phone) -> None:
    cleaned = clean_picture(photo(size=(12_000, 9_000)))

    assert cleaned is not None
    assert max(Image.open(io.BytesIO(cleaned.content)).size) <= 5000


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\\b.jpg", "x" * 300 + ".jpg", ".."])
def test_hostile_file_names_are_not_kept(phone: Phone, name: str) -> None:
    assert phone.send(activity("uuid:a", anh=name), {name: photo(), "passwd": photo(), "b.jpg": photo()}).status == 201

    assert not Attachment.objects.exists()
    assert [flag["kind"] for flag in SubmissionVersion.objects.get().flags] == ["file-name"]


def test_a_file_name_that_was_not_announced_is_nothing(phone: Phone) -> None:
    assert phone.send(activity(anh="anh.jpg"), {"../anh.jpg\x01": photo(), "x\x00.jpg": photo()}).status in (201, 400)

    assert all(one.name == "anh.jpg" for one in Attachment.objects.all())
