"""Pictures from strangers, made harmless: decoded and encoded anew, so that nothing but the picture is left."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageFile, ImageOps

# What phones take and browsers show; anything else that Pillow could read stays a download.
FORMATS = ("JPEG", "MPO", "PNG", "WEBP")
MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
# A JPEG beyond this is decoded at a half, a quarter or an eighth of its size; others would need all their memory.
MOST_PIXELS = 25_000_000
LARGEST_SIDE = 5000
QUALITY = 88
EXIF_ORIENTATION = 0x0112


@dataclass(frozen=True)
class Picture:
    content: bytes
    media_type: str


def clean_picture(content: bytes, *, keep_notes: bool = False) -> Picture | None:
    """The same picture, upright, without the camera's notes (position, time, serial number), trailing bytes, scripts.

    `keep_notes`: the form asks where the photo was taken. None if it is no picture we know, is broken, or is a bomb: a
    few bytes that unpack to more pixels than a phone's camera has.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _encode(_decode(content), keep_notes)
    except (
        OSError, ValueError, SyntaxError, EOFError, MemoryError, OverflowError, KeyError, IndexError, TypeError,
        Image.DecompressionBombError, Image.DecompressionBombWarning,
    ):  # fmt: skip
        # All of these are what Pillow's readers raise on broken files.
        return None


def _decode(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content), formats=FORMATS)
    if image.format in ("JPEG", "MPO"):
        image.draft(None, (LARGEST_SIDE, LARGEST_SIDE))
    if image.width * image.height > MOST_PIXELS:
        raise Image.DecompressionBombError
    # Cut off in the middle: half a photo is not what was taken.
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
    image.load()
    return image


def _encode(image: Image.Image, keep_notes: bool) -> Picture:
    kind = "JPEG" if image.format in ("JPEG", "MPO") else str(image.format)
    exif = image.getexif()
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    if kind == "JPEG" and upright.mode not in ("RGB", "L"):
        upright = upright.convert("RGB")
    notes = b""
    if keep_notes and len(exif):
        exif[EXIF_ORIENTATION] = 1
        notes = exif.tobytes()
    made = io.BytesIO()
    # The colours would be wrong without the camera's profile; it says nothing about anybody.
    profile = image.info.get("icc_profile")
    upright.info.clear()
    upright.save(made, kind, exif=notes, icc_profile=profile, quality=QUALITY)
    return Picture(made.getvalue(), MEDIA_TYPES[kind])
