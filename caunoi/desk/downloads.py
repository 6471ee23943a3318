"""Files that people brought, handed out again: only ever as a download, under the name they came with."""

from __future__ import annotations

from typing import Protocol

from django.http import FileResponse

from caunoi.documents.actions import path_of
from caunoi.documents.models import StoredFile


class Named(Protocol):
    """`name`: as it was given when it came in."""

    name: str

    @property
    def stored(self) -> StoredFile: ...


def download(file: Named) -> FileResponse:
    answer = FileResponse(
        path_of(file.stored.sha256).open("rb"),
        as_attachment=True,
        filename=file.name,
        content_type=file.stored.media_type,
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
