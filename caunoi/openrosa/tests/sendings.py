"""What the village's phone fills in, with today's date: the server judges days by its own clock."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta

from PIL import Image

from caunoi import moments


def activity(
    instance: str = "", corrects: str = "", form: str = "hoat_dong", version: str = "1", **answers: str
) -> str:
    """A meeting of today; an answer given as '' is left out. Answers may be XML."""
    given = {"ngay": moments.today().isoformat(), "loai": "hop", "so_nguoi": "30", **answers}
    body = "".join(f"<{name}>{value}</{name}>" for name, value in given.items() if value)
    before = f"<deprecatedID>{corrects}</deprecatedID>" if corrects else ""
    meta = f"<meta><instanceID>{instance or f'uuid:{uuid.uuid4()}'}</instanceID>{before}</meta>"
    return f'<data id="{form}" version="{version}">{body}{meta}</data>'


def days_ago(days: int) -> str:
    return (moments.today() - timedelta(days=days)).isoformat()


def photo(colour: str = "red", size: tuple[int, int] = (40, 30), kind: str = "JPEG", **options: object) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, kind, **options)
    return made.getvalue()
