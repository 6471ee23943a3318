"""What phones download: the list of forms, a form, the list of its files, each file."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from caunoi import moments
from caunoi.openrosa import answers
from caunoi.openrosa.answers import ListedFile, ListedForm
from caunoi.openrosa.errors import DeviceAddressUnknown
from caunoi.openrosa.offer import find_file, list_gone, list_offered, list_offered_files, open_version
from caunoi.openrosa.phone import Phone, identify


@require_safe
@gzip_page
def form_list(request: HttpRequest, token: str | None = None) -> HttpResponse:
    """What the phone's unit has to fill today, each form in its newest version; `?formID=` for one alone."""
    at = moments.now()
    phone = identify(request, token, at)
    wanted = request.GET.get("formID")
    offered = list_offered(phone.unit_ids[0], moments.local_date(at))
    return answers.form_list(
        ListedForm(
            form_id=one.version.form.code,
            name=one.version.form.title_vi,
            version=one.version.version,
            hash=f"md5:{one.md5}",
            download_url=_address(phone, "device-form", one.version.form.code, one.version.version),
            manifest_url=_address(phone, "device-manifest", one.version.form.code, one.version.version)
            if has_files
            else "",
        )
        for one, has_files in offered
        if wanted is None or one.version.form.code == wanted
    )


@require_safe
@gzip_page
def form(request: HttpRequest, form_id: str, version: str, token: str | None = None) -> HttpResponseBase:
    at = moments.now()
    phone = identify(request, token, at)
    found = open_version(phone.unit_ids[0], form_id, version, moments.local_date(at))
    return _conditional(request, found.md5, lambda: HttpResponse(found.content, content_type=answers.XML))


@require_safe
@gzip_page
def manifest(request: HttpRequest, form_id: str, version: str, token: str | None = None) -> HttpResponse:
    at = moments.now()
    phone = identify(request, token, at)
    found = open_version(phone.unit_ids[0], form_id, version, moments.local_date(at))
    return answers.manifest(
        ListedFile(
            name=file.name,
            hash=f"md5:{file.md5}",
            download_url=_address(phone, "device-media", form_id, version, name=file.name),
            integrity_url=_address(phone, "device-integrity", form_id, version, name=file.name)
            if file.is_register
            else "",
        )
        for file in list_offered_files(found, phone.unit_ids[0])
    )


@require_safe
@gzip_page
def media(request: HttpRequest, form_id: str, version: str, name: str, token: str | None = None) -> HttpResponseBase:
    at = moments.now()
    phone = identify(request, token, at)
    found = open_version(phone.unit_ids[0], form_id, version, moments.local_date(at))
    file = find_file(found, name, phone.unit_ids[0])
    return _conditional(
        request,
        file.md5,
        lambda: FileResponse(file.open(), as_attachment=True, filename=file.name, content_type=file.media_type),
    )


@require_safe
@gzip_page
def integrity(request: HttpRequest, form_id: str, version: str, name: str, token: str | None = None) -> HttpResponse:
    """Which of the things a phone has are gone: `?id=a,b`."""
    at = moments.now()
    phone = identify(request, token, at)
    found = open_version(phone.unit_ids[0], form_id, version, moments.local_date(at))
    asked = [id_ for id_ in request.GET.get("id", "").split("?")[0].split(",") if id_]
    return answers.integrity(list_gone(found, name, asked, phone.unit_ids[0]))


def _address(phone: Phone, address: str, form_id: str, version: str, **more: str) -> str:
    return phone.address(address, form_id=form_id, version=version, **more)


def _conditional(request: HttpRequest, md5: str, make: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """304 without reading anything where the phone has it already."""
    etag = f'"{md5}"'
    unchanged = get_conditional_response(request, etag=etag)
    response = unchanged if isinstance(unchanged, HttpResponseNotModified) else make()
    response["ETag"] = etag
    return answers.mark(response)


# ---- When something is not there or fails ----------------------------------------------------------------------------


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    with translation.override(settings.CAUNOI_LANGUAGE):
        return answers.refuse(DeviceAddressUnknown(), 404)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    with translation.override(settings.CAUNOI_LANGUAGE):
        sentence = _("Máy chủ không hiểu yêu cầu này. Hãy quét lại mã QR mà cán bộ xã đã cấp.")
        return answers.message(sentence, status=400, nature="error")


def server_error(request: HttpRequest) -> HttpResponse:
    """Without the database: whatever failed may fail again. The phone keeps the sending and tries later."""
    with translation.override(settings.CAUNOI_LANGUAGE):
        sentence = _("Máy chủ gặp lỗi. Bản ghi vẫn còn trên điện thoại; hãy gửi lại sau ít phút.")
        return answers.message(sentence, status=500, nature="error")
