"""The XML and headers of the protocol, from plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from xml.sax.saxutils import escape, quoteattr

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase

from caunoi.refusals import Refusal

VERSION = "1.0"
XML = "text/xml; charset=utf-8"
R = TypeVar("R", bound=HttpResponseBase)
_RESPONSE = "http://openrosa.org/http/response"
_LIST = "http://openrosa.org/xforms/xformsList"
_MANIFEST = "http://openrosa.org/xforms/xformsManifest"


@dataclass(frozen=True)
class ListedForm:
    """`hash`: `md5:` and the digest of exactly the bytes `download_url` serves; `manifest_url` blank: no files."""

    form_id: str
    name: str
    version: str
    hash: str
    download_url: str
    manifest_url: str = ""


@dataclass(frozen=True)
class ListedFile:
    """`integrity_url` only of a register's list: where the phone asks which of its entities are gone."""

    name: str
    hash: str
    download_url: str
    integrity_url: str = ""


def max_bytes() -> int:
    return int(settings.CAUNOI_MAX_SUBMISSION_MB) * 1024 * 1024


def mark(response: R) -> R:
    """The headers without which Collect takes nothing for an answer."""
    response["X-OpenRosa-Version"] = VERSION
    response["X-OpenRosa-Accept-Content-Length"] = str(max_bytes())
    response["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


def xml(body: str, status: int = 200) -> HttpResponse:
    return mark(HttpResponse(f'<?xml version="1.0" encoding="UTF-8"?>\n{body}', content_type=XML, status=status))


def message(sentence: str, *, status: int, nature: str = "") -> HttpResponse:
    kind = f' nature="{nature}"' if nature else ""
    body = f'<OpenRosaResponse xmlns="{_RESPONSE}"><message{kind}>{escape(sentence)}</message></OpenRosaResponse>'
    return xml(body, status)


def refuse(refusal: Refusal, status: int) -> HttpResponse:
    return message(refusal.sentence, status=status, nature="error")


def form_list(forms: Iterable[ListedForm]) -> HttpResponse:
    entries = "".join(
        "<xform>"
        f"<formID>{escape(form.form_id)}</formID><name>{escape(form.name)}</name>"
        f"<version>{escape(form.version)}</version><hash>{form.hash}</hash>"
        f"<downloadUrl>{escape(form.download_url)}</downloadUrl>"
        + (f"<manifestUrl>{escape(form.manifest_url)}</manifestUrl>" if form.manifest_url else "")
        + "</xform>"
        for form in forms
    )
    return xml(f'<xforms xmlns="{_LIST}">{entries}</xforms>')


def manifest(files: Iterable[ListedFile]) -> HttpResponse:
    entries = "".join(
        ('<mediaFile type="entityList">' if file.integrity_url else "<mediaFile>")
        + f"<filename>{escape(file.name)}</filename><hash>{file.hash}</hash>"
        f"<downloadUrl>{escape(file.download_url)}</downloadUrl>"
        + (f"<integrityUrl>{escape(file.integrity_url)}</integrityUrl>" if file.integrity_url else "")
        + "</mediaFile>"
        for file in files
    )
    return xml(f'<manifest xmlns="{_MANIFEST}">{entries}</manifest>')


def integrity(deleted: Mapping[str, bool]) -> HttpResponse:
    entries = "".join(
        f"<entity id={quoteattr(id_)}><deleted>{'true' if gone else 'false'}</deleted></entity>"
        for id_, gone in deleted.items()
    )
    return xml(f"<data><entities>{entries}</entities></data>")
