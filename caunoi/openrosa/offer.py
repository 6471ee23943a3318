"""Which forms and files a unit's phone may have today."""

from __future__ import annotations

import csv
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
from caunoi.records.entities.queries import deleted_of, entity_csv
from caunoi.records.queries import returned_csv

# The list a form may ask for instead of a register's: what waits for this unit's correction, and why.
RETURNED = "returned"
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
    """A file of the pack (`stored`), or a list made anew on each request: a register's, or what came back."""

    name: str
    md5: str
    media_type: str
    stored: StoredFile | None = None
    content: bytes = b""

    @property
    def is_register(self) -> bool:
        return self.stored is None

    def open(self) -> BinaryIO:
        return io.BytesIO(self.content) if self.stored is None else path_of(self.stored.sha256).open("rb")


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
    found = [_offer(file, version, org_unit_id) for file in list_form_files(version)]
    return [file for file in found if file is not None]


def find_file(version: FormVersion, name: str, org_unit_id: int) -> OfferedFile:
    """Raises DeviceAddressUnknown."""
    named = next((file for file in list_form_files(version) if file.name == name), None)
    offered = _offer(named, version, org_unit_id) if named is not None else None
    if offered is None:
        raise DeviceAddressUnknown
    return offered


def _offer(file: FormFile, version: FormVersion, org_unit_id: int) -> OfferedFile | None:
    if file.file is not None:
        return OfferedFile(file.name, _md5_of_file(file.file), file.file.media_type, file.file)
    if not file.entity_list:
        return None
    if file.entity_list == RETURNED:
        content = returned_csv(version.form.code, org_unit_id)
    else:
        content = entity_csv(file.entity_list, org_unit_id)
    return OfferedFile(file.name, _digest(content), "text/csv; charset=utf-8", content=content)


def list_gone(version: FormVersion, name: str, ids: Sequence[str], org_unit_id: int) -> dict[str, bool]:
    """Which of the things of a list that a phone has are no longer in it. Raises DeviceAddressUnknown for a file that
    is no list."""
    file = next((one for one in list_form_files(version) if one.name == name and one.entity_list), None)
    if file is None:
        raise DeviceAddressUnknown
    if file.entity_list != RETURNED:
        return deleted_of(file.entity_list, ids, org_unit_id)
    rows = csv.DictReader(io.StringIO(returned_csv(version.form.code, org_unit_id).decode()))
    listed = {row["name"] for row in rows}
    return {id_: id_ not in listed for id_ in ids}


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
    _hashes[key] = _digest(content)


def _digest(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
