"""What phones send."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import IO, Any, cast

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from caunoi import moments
from caunoi.audit.origin import current_address
from caunoi.audit.rules import Actor
from caunoi.forms.queries import checker_of
from caunoi.forms.rules.instance import Identity, read_identity, read_instance
from caunoi.forms.rules.questions import list_with_position
from caunoi.forms.state import recall_form_version
from caunoi.openrosa import answers
from caunoi.openrosa.errors import FormIdMissing, NothingSent, SendingTooLarge
from caunoi.openrosa.phone import Phone, identify
from caunoi.records.actions.files import make_harmless, name_of
from caunoi.records.actions.held import hold, is_held
from caunoi.records.actions.resending import add_files, check_same, find_known
from caunoi.records.errors import UNPLACED, DeprecatedUnknown, UnitNotOnDay
from caunoi.records.incoming import Incoming, IncomingFile
from caunoi.records.models import Source
from caunoi.records.rules.phones import choose_files
from caunoi.records.together import receive_together
from caunoi.refusals import Refusal

# Times the limit; whoever sends more finds the line cut.
MOST_READ_AWAY = 10
XML_PART = "xml_submission_file"


@require_http_methods(["HEAD", "POST"])
def submission(request: HttpRequest, token: str | None = None) -> HttpResponse:
    at = moments.now()
    phone = identify(request, token, at)
    if request.method == "HEAD":
        # Collect learns the size limit here and nowhere else, and fails on any other 2xx.
        return answers.mark(HttpResponse(status=204))
    xml, files = _read_parts(request)
    try:
        return _receive(request, phone, xml, files, at)
    finally:
        for file in files:
            file.close()


def _receive(request: HttpRequest, phone: Phone, xml: bytes, files: list[UploadedFile], at: datetime) -> HttpResponse:
    identity = read_identity(xml)
    if not identity.form_id:
        raise FormIdMissing
    actor = Actor(phone.app_user.name, address=current_address())
    known = find_known(identity.form_id, identity.instance_id)
    if known is not None:
        check_same(known, xml, phone.unit_ids)
        add_files(known, _take_files(files, known.missing, frozenset()), by=actor, at=at)
        return _thank(_("Đã nhận bản này từ trước."))
    version = recall_form_version(identity.form_id, identity.version)
    instance = read_instance(identity, checker_of(version).questions)
    incoming = Incoming(
        form_code=identity.form_id,
        org_unit_id=phone.unit_ids[0],
        received_at=at,
        xml=xml,
        instance=instance,
        source=Source.DEVICE,
        entered_by_name=phone.app_user.name,
        device=_describe_device(request, phone),
        attachments=_take_files(
            files, choose_files(instance.files), list_with_position(checker_of(version).outline, instance.answers)
        ),
    )
    return _take(incoming, identity, phone, actor, at)


def _take(incoming: Incoming, identity: Identity, phone: Phone, actor: Actor, at: datetime) -> HttpResponse:
    """To the door; what it cannot place is held, since nobody's work may be lost by a wrong clock."""
    refused: Refusal | None = None
    for unit in phone.unit_ids:
        try:
            received = receive_together(replace(incoming, org_unit_id=unit), by=actor, at=at)
        except UnitNotOnDay as refusal:
            refused = refused or refusal  # about a day before the unit was formed: its predecessor's
        except UNPLACED as refusal:
            refused = refusal
            break
        except DeprecatedUnknown as refusal:
            if not is_held(identity.form_id, identity.deprecated_id):
                raise
            refused = refusal
            break
        else:
            return _thank(_("Đã nhận, chờ cán bộ xem lại vài câu trả lời.") if received.flags else _("Đã nhận."))
    assert refused is not None
    hold(incoming, refused, by=actor, at=at)
    return _thank(_("Đã nhận, cán bộ sẽ xếp vào đúng kỳ: %(why)s") % {"why": refused.sentence})


def _thank(sentence: str) -> HttpResponse:
    # 201: Collect takes 200 for a failure.
    return answers.message(sentence, status=201, nature="submit_success")


# ---- What came in ----------------------------------------------------------------------------------------------------


def _read_parts(request: HttpRequest) -> tuple[bytes, list[UploadedFile]]:
    """The XML and the other files. Raises SendingTooLarge, or NothingSent for what is cut or no multipart.

    A part in the middle of which the line broke must not pass for a whole photo: Django's parser forgives a missing
    end, so the end is looked for here.
    """
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or request.content_type != "multipart/form-data":
        raise NothingSent
    if int(length) > answers.max_bytes():
        _read_away(request, MOST_READ_AWAY * answers.max_bytes())
        raise SendingTooLarge(answers.max_bytes() // 1024**2)
    watched = _Watched(request)
    try:
        parser = MultiPartParser(request.META, cast(IO[bytes], watched), request.upload_handlers, "utf-8")
        _fields, files = parser.parse()
    except (
        MultiPartParserError, RequestDataTooBig, TooManyFilesSent, TooManyFieldsSent, UnreadablePostError, ValueError,
    ):  # fmt: skip
        raise NothingSent from None
    boundary = (request.content_params or {}).get("boundary", "").encode()
    if watched.length != int(length) or not watched.tail.rstrip().endswith(b"--" + boundary + b"--"):
        raise NothingSent
    given = [file for name in files for file in files.getlist(name) if isinstance(file, UploadedFile)]
    sent = files.get(XML_PART)
    if not isinstance(sent, UploadedFile):
        raise NothingSent
    with sent:
        return sent.read(), [file for file in given if file is not sent]


def _read_away(request: HttpRequest, most: int) -> None:
    """A phone that is still writing when we hang up reads no answer, and tries for ever without saying why."""
    try:
        while most > 0 and (content := request.read(1024**2)):
            most -= len(content)
    except UnreadablePostError:
        return


class _Watched:
    """A request's body as it is read: how much of it there was, and its end."""

    def __init__(self, request: HttpRequest) -> None:
        self._request, self.length, self.tail = request, 0, b""

    def read(self, size: int = -1) -> bytes:
        content = self._request.read(size) if size >= 0 else self._request.read()
        self.length += len(content)
        self.tail = (self.tail + content)[-200:]
        return content


def _take_files(sent: list[UploadedFile], wanted: Sequence[str], with_position: Collection[str]) -> list[IncomingFile]:
    """The wanted ones, made harmless. A file nobody asked for is passed over unread."""
    taken = []
    for file in sent:
        name = name_of(IncomingFile(file.name or ""))
        if name in wanted:
            taken.append(make_harmless(name, file.read(), file.content_type or "", keep_notes=name in with_position))
    return taken


def _describe_device(request: HttpRequest, phone: Phone) -> dict[str, Any]:
    return {
        "app_user": phone.app_user.pk,
        "device_id": _plain(request.GET.get("deviceID", "")),
        "user_agent": _plain(request.headers.get("User-Agent", "")),
        "client": _plain(request.headers.get("ODK-Client", "") or request.GET.get("odk-client", "")),
    }


def _plain(text: str) -> str:
    return (text if text.isprintable() else "".join(c for c in text if c.isprintable()))[:300]
