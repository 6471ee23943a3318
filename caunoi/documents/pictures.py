"""Pictures from strangers, made harmless: decoded and encoded anew, so that nothing but the picture is left."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageOps

# What phones take and browsers show; anything else that Pillow could read stays a download.
FORMATS = ("JPEG", "PNG", "WEBP")
# Beyond this a JPEG is decoded at a half, a quarter or an eighth of its size; others would need all their memory.
MOST_PIXELS = 25_000_000
DRAFT_SIDE = 2000
LARGEST_SIDE = 5000
QUALITY = 88
EXIF_ORIENTATION = 0x0112

# Pillow's own limit knows nothing of decoding a large JPEG at a fraction of its size; ours is in `_decode`.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True)
class Picture:
    content: bytes
    media_type: str


class _TooLarge(ValueError):
    pass


def clean_picture(content: bytes, *, keep_notes: bool = False) -> Picture | None:
    """The same picture, upright, without the camera's notes (position, time, serial number), trailing bytes, scripts.

    `keep_notes`: the form asks where the photo was taken. None if it is no picture we know, is broken, or is a bomb: a
    few bytes that unpack to more pixels than a phone's camera has.
    """
    try:
        return _encode(_decode(content), keep_notes)
    except (
        OSError, ValueError, SyntaxError, EOFError, MemoryError, OverflowError, KeyError, IndexError, TypeError,
    ):  # fmt: skip
        # All of these are what Pillow's readers raise on broken files.
        return None


def _decode(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content), formats=FORMATS)
    if image.format != "PNG" and image.format != "WEBP" and image.width * image.height > MOST_PIXELS:
        image.draft(None, (DRAFT_SIDE, DRAFT_SIDE))
    if image.width * image.height > MOST_PIXELS:
        raise _TooLarge
    image.load()
    return image


def _encode(image: Image.Image, keep_notes: bool) -> Picture:
    # A phone's "MPO" is a JPEG with a second picture behind it.
    kind = image.format if image.format in ("PNG", "WEBP") else "JPEG"
    exif = image.getexif()
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    if kind == "JPEG" and upright.mode not in ("RGB", "L"):
        upright = upright.convert("RGB")
    # The colours would be wrong without the camera's profile; it says nothing about anybody.
    kept = {"icc_profile": image.info.get("icc_profile")}
    if keep_notes and len(exif):
        exif[EXIF_ORIENTATION] = 1
        kept["exif"] = exif.tobytes()
    upright.info.clear()
    made = io.BytesIO()
    upright.save(made, kind, quality=QUALITY, **{name: value for name, value in kept.items() if value})
    return Picture(made.getvalue(), f"image/{kind.lower()}")
