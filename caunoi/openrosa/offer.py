"""Which forms and files a unit's phone may have today."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from caunoi.documents.actions import path_of
from caunoi.documents.models import StoredFile
from caunoi.forms.models import Form, FormFile, FormVersion
from caunoi.forms.queries import get_form_version, list_assignments, list_form_files
from caunoi.openrosa.errors import DeviceAddressUnknown, FormNotYours
from caunoi.places.queries import get_snapshot

MAX_HASHES = 5000
_hashes: dict[tuple[int | str, str], str] = {}


@dataclass(frozen=True)
class Offered:
    """A form in its newest version; `md5` of the bytes the phone gets."""

    version: FormVersion
    md5: str
    has_files: bool


@dataclass(frozen=True)
class OfferedFile:
    name: str
    md5: str
    media_type: str
    stored: StoredFile

    @property
    def is_register(self) -> bool:
        return False

    def open(self) -> BinaryIO:
        return path_of(self.stored.sha256).open("rb")

    def deleted(self, ids: Sequence[str]) -> dict[str, bool]:
        return dict.fromkeys(ids, False)


def list_offered(org_unit_id: int, today: date) -> list[Offered]:
    """What the unit has to fill today, by form code."""
    forms = _list_forms(org_unit_id, today)
    newest: dict[int, FormVersion] = {}
    versions = FormVersion.objects.filter(form_id__in=forms).defer("xform", "questions", "entities")
    for version in versions.order_by("published_at", "id"):
        version.form = forms[version.form_id]
        newest[version.form_id] = version
    with_files = set(
        FormFile.objects.filter(form_version_id__in=[version.pk for version in newest.values()]).values_list(
            "form_version_id", flat=True
        )
    )
    found = [Offered(version, md5_of(version), version.pk in with_files) for version in newest.values()]
    return sorted(found, key=lambda one: one.version.form.code)


def _list_forms(org_unit_id: int, today: date) -> dict[int, Form]:
    unit = get_snapshot().units.get(org_unit_id)
    if unit is None or not unit.exists_on(today):
        return {}
    assigned = {one.form_id: one.form for one in list_assignments(level=unit.level, on=today)}
    return {pk: form for pk, form in assigned.items() if form.closed_on is None or form.closed_on > today}


def open_version(org_unit_id: int, form_id: str, version: str, today: date) -> FormVersion:
    """Also an old one, of a form that the unit has today. Raises FormUnknown, FormNotYours."""
    found = get_form_version(form_id, version)
    if found.form_id not in _list_forms(org_unit_id, today):
        raise FormNotYours(found.form.title_vi)
    return found


def list_offered_files(version: FormVersion, org_unit_id: int) -> list[OfferedFile]:
    """Files that are there; one that the pack lacks would make Collect refuse the whole form."""
    return [
        OfferedFile(file.name, _md5_of_file(file.file), file.file.media_type, file.file)
        for file in list_form_files(version)
        if file.file is not None
    ]


def find_file(version: FormVersion, name: str, org_unit_id: int) -> OfferedFile:
    """Raises DeviceAddressUnknown."""
    for file in list_offered_files(version, org_unit_id):
        if file.name == name:
            return file
    raise DeviceAddressUnknown


def md5_of(version: FormVersion) -> str:
    """Computed once a process: a version never changes. Kept with the source's hash: a restored database reuses ids."""
    key = (version.pk, version.source_id)
    if key not in _hashes:
        _remember(key, version.xform.encode())
    return _hashes[key]


def _md5_of_file(stored: StoredFile) -> str:
    key = (stored.sha256, "")
    if key not in _hashes:
        _remember(key, path_of(stored.sha256).read_bytes())
    return _hashes[key]


def _remember(key: tuple[int | str, str], content: bytes) -> None:
    if len(_hashes) >= MAX_HASHES:
        _hashes.clear()
    _hashes[key] = digest(content)


def digest(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def as_file(content: bytes) -> BinaryIO:
    return io.BytesIO(content)
