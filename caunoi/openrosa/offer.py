"""Which forms and files a unit's phone may have today."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from django.utils.translation import gettext as _

from caunoi.documents.actions import path_of
from caunoi.documents.models import StoredFile
from caunoi.forms.models import Form, FormFile, FormVersion
from caunoi.forms.queries import get_form_version, list_assignments, list_form_files
from caunoi.openrosa import returned
from caunoi.openrosa.errors import DeviceAddressUnknown, FormNotYours
from caunoi.places.queries import get_snapshot
from caunoi.records.entities.queries import deleted_of, entity_csv
from caunoi.records.queries import returned_csv

MAX_HASHES = 5000
_hashes: dict[str, str] = {}
_shown: dict[tuple[int, str, bool], _Shown] = {}


@dataclass(frozen=True)
class _Shown:
    """What is remembered of a version as phones get it: `md5` of the bytes, and whether they tell what came back."""

    md5: str
    tells_returned: bool


@dataclass(frozen=True)
class Offered:
    """A version of a form the unit has today. `is_decided`: somebody approves what is sent, or sends it back."""

    version: FormVersion
    is_decided: bool

    @property
    def md5(self) -> str:
        """Of the bytes the phone gets. Computed once a process: a version never changes. Kept with the source's hash:
        a restored database reuses ids."""
        return self._shown.md5

    @property
    def tells_returned(self) -> bool:
        return self._shown.tells_returned

    @property
    def content(self) -> bytes:
        return (self._with_note() or self.version.xform).encode()

    def _with_note(self) -> str | None:
        words = _("Cán bộ đã trả lại để sửa:")
        return returned.with_returned_note(self.version.xform, words) if self.is_decided else None

    @property
    def _shown(self) -> _Shown:
        key = (self.version.pk, self.version.source_id, self.is_decided)
        if key not in _shown:
            noted = self._with_note()
            if len(_shown) >= MAX_HASHES:
                _shown.clear()
            _shown[key] = _Shown(_digest((noted or self.version.xform).encode()), noted is not None)
        return _shown[key]


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


def list_offered(org_unit_id: int, today: date) -> list[tuple[Offered, bool]]:
    """What the unit has to fill today, each in its newest version and whether it has files, by form code."""
    assigned = _list_assigned(org_unit_id, today)
    newest: dict[int, FormVersion] = {}
    versions = FormVersion.objects.filter(form_id__in=assigned).defer("xform", "questions", "entities")
    for version in versions.order_by("published_at", "id"):
        version.form = assigned[version.form_id].form
        newest[version.form_id] = version
    with_files = set(
        FormFile.objects.filter(form_version_id__in=[version.pk for version in newest.values()]).values_list(
            "form_version_id", flat=True
        )
    )
    found = [Offered(version, assigned[form].is_decided) for form, version in newest.items()]
    found.sort(key=lambda one: one.version.form.code)
    return [(one, one.tells_returned or one.version.pk in with_files) for one in found]


@dataclass(frozen=True)
class _Assigned:
    form: Form
    is_decided: bool


def _list_assigned(org_unit_id: int, today: date) -> dict[int, _Assigned]:
    unit = get_snapshot().units.get(org_unit_id)
    if unit is None or not unit.exists_on(today):
        return {}
    assigned = list_assignments(level=unit.level, on=today, by_hand=True)
    decided = {one.form_id for one in assigned if one.approval_levels}
    return {
        one.form_id: _Assigned(one.form, one.form_id in decided)
        for one in assigned
        if one.form.closed_on is None or one.form.closed_on > today
    }


def open_version(org_unit_id: int, form_id: str, version: str, today: date) -> Offered:
    """Also an old one, of a form that the unit has today. Raises FormUnknown, FormNotYours."""
    found = get_form_version(form_id, version)
    assigned = _list_assigned(org_unit_id, today).get(found.form_id)
    if assigned is None:
        raise FormNotYours(found.form.title_vi)
    return Offered(found, assigned.is_decided)


def list_offered_files(offered: Offered, org_unit_id: int) -> list[OfferedFile]:
    """Files that are there; one that the pack lacks would make Collect refuse the whole form."""
    found = [_offer(file, offered.version, org_unit_id) for file in _list_files(offered)]
    return [file for file in found if file is not None]


def find_file(offered: Offered, name: str, org_unit_id: int) -> OfferedFile:
    """Raises DeviceAddressUnknown."""
    named = next((file for file in _list_files(offered) if file.name == name), None)
    found = _offer(named, offered.version, org_unit_id) if named is not None else None
    if found is None:
        raise DeviceAddressUnknown
    return found


def _list_files(offered: Offered) -> list[FormFile]:
    found = list_form_files(offered.version)
    if offered.tells_returned:
        found.append(FormFile(form_version=offered.version, name=returned.FILE, entity_list=returned.LIST))
    return found


def _offer(file: FormFile, version: FormVersion, org_unit_id: int) -> OfferedFile | None:
    if file.file is not None:
        return OfferedFile(file.name, _md5_of_file(file.file), file.file.media_type, file.file)
    if not file.entity_list:
        return None
    if file.entity_list == returned.LIST:
        content = returned_csv(version.form.code, org_unit_id)
    else:
        content = entity_csv(file.entity_list, org_unit_id)
    return OfferedFile(file.name, _digest(content), "text/csv; charset=utf-8", content=content)


def list_gone(offered: Offered, name: str, ids: Sequence[str], org_unit_id: int) -> dict[str, bool]:
    """Which of the things of a list that a phone has are no longer in it. Raises DeviceAddressUnknown for a file that
    is no list."""
    file = next((one for one in _list_files(offered) if one.name == name and one.entity_list), None)
    if file is None:
        raise DeviceAddressUnknown
    if file.entity_list != returned.LIST:
        return deleted_of(file.entity_list, ids, org_unit_id)
    rows = csv.DictReader(io.StringIO(returned_csv(offered.version.form.code, org_unit_id).decode()))
    listed = {row["name"] for row in rows}
    return {id_: id_ not in listed for id_ in ids}


def _md5_of_file(stored: StoredFile) -> str:
    if stored.sha256 not in _hashes:
        if len(_hashes) >= MAX_HASHES:
            _hashes.clear()
        _hashes[stored.sha256] = _digest(path_of(stored.sha256).read_bytes())
    return _hashes[stored.sha256]


def _digest(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
