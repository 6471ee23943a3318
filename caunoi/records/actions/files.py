"""Photos and other files of sendings: announced by the answers, sent with them or later, kept through corrections."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime

from caunoi.documents.actions import store_bytes
from caunoi.documents.models import StoredFile
from caunoi.documents.pictures import clean_picture
from caunoi.records.actions.door import Prepared
from caunoi.records.incoming import IncomingFile
from caunoi.records.models import Attachment, Source, SubmissionVersion

SOUND_OR_FILM = re.compile(r"(?:audio|video)/[a-z0-9.+-]{1,60}")


def files_of(one: Prepared) -> Sequence[IncomingFile]:
    """What to keep beside a new version: everything it announces, here or still on its way.

    A phone's other files are passed over: nobody could say what they belong to.
    """
    if one.files is None:
        return one.item.attachments
    announced = choose_announced(one.files, one.item.attachments)
    if one.item.source == Source.DEVICE:
        return announced
    known = {file.name for file in announced}
    return [*announced, *(file for file in one.item.attachments if name_of(file) not in known)]


def choose_announced(names: Iterable[str], sent: Iterable[IncomingFile]) -> list[IncomingFile]:
    """One for each name, without content where it has not come."""
    by_name = {name_of(file): file for file in sent}
    return [
        IncomingFile(name, by_name[name].content, by_name[name].media_type) if name in by_name else IncomingFile(name)
        for name in names
    ]


def name_of(file: IncomingFile) -> str:
    """As answers spell it: phones send the same name composed in one place and decomposed in the other."""
    return unicodedata.normalize("NFC", file.name).strip()


def write_files(files: Sequence[tuple[SubmissionVersion, IncomingFile]], *, at: datetime) -> int:
    """How many changed. A file that is here already stays as it is; one that was only announced is filled, in later
    versions too; one that only stands in from the version before gives way to the correction's own."""
    changed = 0
    for version, file in files:
        stored = None
        if file.content is not None:
            stored = store_bytes(file.content, media_type=file.media_type, at=at)
        elif version.number > 1:
            stored = _find_before(version, file.name)
        attachment, created = Attachment.objects.get_or_create(
            version=version, name=file.name, defaults={"file": stored}
        )
        if stored is None:
            continue
        if not created:
            stands_in = attachment.file_id is None or file.name in list_standing_in(version)
            if not stands_in or attachment.file_id == stored.pk:
                continue
            attachment.file = stored
            attachment.save(update_fields=["file"])
        changed += 1
        # The photo of a first version may come after its correction, which was waiting for it.
        waiting = Attachment.objects.filter(
            version__submission_id=version.submission_id, version__number__gt=version.number, name=file.name, file=None
        )
        Attachment.objects.filter(pk__in=list(waiting.values_list("pk", flat=True))).update(file=stored)
    return changed


def list_standing_in(version: SubmissionVersion) -> set[str]:
    """Names under which a correction has, until its own comes, what an earlier version had."""
    if version.number == 1:
        return set()
    ours = Attachment.objects.filter(version=version).exclude(file=None).values_list("name", "file_id")
    earlier = Attachment.objects.filter(
        version__submission_id=version.submission_id, version__number__lt=version.number
    ).values_list("name", "file_id")
    return {name for name, _file in set(ours) & set(earlier)}


def _find_before(version: SubmissionVersion, name: str) -> StoredFile | None:
    """What the version before had under this name: a correction sends only what is new."""
    before = Attachment.objects.filter(
        version__submission_id=version.submission_id, version__number__lt=version.number, name=name
    ).exclude(file=None)
    found = before.select_related("file").order_by("-version__number").first()
    return found.file if found is not None else None


def make_harmless(name: str, content: bytes, claimed_type: str, *, keep_notes: bool) -> IncomingFile:
    """A picture decoded and encoded anew, without the camera's notes unless the form asks for them; anything else as a
    download. Whoever sends it: position must not depend on the sender's own script having taken it out."""
    picture = clean_picture(content, keep_notes=keep_notes)
    if picture is not None:
        return IncomingFile(name, picture.content, picture.media_type)
    claimed = claimed_type.lower()
    # Whatever claims to be a picture and cannot be decoded is never shown as one.
    return IncomingFile(name, content, claimed if SOUND_OR_FILM.fullmatch(claimed) else "application/octet-stream")
