"""Sheets: forms to fill, each for one unit and one period, event or correction, as the scripts of the browser get them.

The page of one form carries its sheet; `GET /offline/forms.json` gives all of them ahead of need.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from django.urls import reverse

from caunoi.accounts.models import User
from caunoi.accounts.queries import units_with_role, windows_with_role
from caunoi.desk.collecting import list_forms_to_fill, rank_all, show_due, title_of
from caunoi.desk.context import WRITERS
from caunoi.desk.templatetags.caunoi import period_of_key
from caunoi.desk.units import list_working_units
from caunoi.documents.actions import read_bytes
from caunoi.forms.models import FormFile, FormVersion
from caunoi.forms.queries import get_form_version, list_form_files
from caunoi.forms.rules.questions import PERIOD_QUESTION
from caunoi.periods.wording import describe_period
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.snapshot import Unit
from caunoi.records.entities.queries import entity_csv
from caunoi.records.models import Submission, SubmissionVersion
from caunoi.records.queries import find_return_comment, get_version, list_due, list_remarks, list_returned, returned_csv
from caunoi.records.sealed import count_destroyed, has_sealed

EVENT = "event"
# The list of what waits for correction, which a form may show.
RETURNED_LIST = "returned"
# A commune and its villages. A province's officer fills in what stands on the units their role was given on.
MOST_UNITS = 60


@dataclass(frozen=True)
class SheetFile:
    """A file to have on the device. The same `hash` is the same content."""

    name: str
    url: str
    hash: str


@dataclass(frozen=True)
class Remark:
    """What an approver wrote; `question` empty: about the whole."""

    question: str
    text: str
    by: str
    at: str


@dataclass(frozen=True)
class OpenSheet:
    """`key` tells sheets apart; `many`: may be filled any number of times. `prefilled`: question -> answer; `hidden`:
    questions the page answers by itself. `instance`: what is being corrected; its photos under `instance_files_url`."""

    key: str
    address: str
    form: str
    version: str
    title: str
    unit: str
    place: str
    xform_url: str
    submit_url: str
    done_url: str
    period: str = ""
    period_name: str = ""
    due_on: str = ""
    badge: str = ""
    many: bool = False
    prefilled: dict[str, str] = field(default_factory=dict)
    hidden: list[str] = field(default_factory=list)
    files: list[SheetFile] = field(default_factory=list)
    instance: SheetFile | None = None
    instance_files_url: str = ""
    comment: Remark | None = None
    remarks: list[Remark] = field(default_factory=list)


def describe_sheet(
    version: FormVersion,
    unit_id: int,
    on: date,
    *,
    period: str = "",
    due_on: date | None = None,
    badge: str = "",
    files: list[SheetFile] | None = None,
) -> OpenSheet:
    """Of a report for a period, or of an event's form when there is no period. `files`: if they are known already."""
    unit = get_snapshot().units[unit_id]
    path = [version.form.code, unit.key, period or EVENT]
    return OpenSheet(
        key=":".join(path),
        address=reverse("fill", args=path),
        form=version.form.code,
        version=version.version,
        title=title_of(version.form),
        unit=unit.key,
        place=get_snapshot().path_name(unit_id, on),
        xform_url=_xform_url(version),
        submit_url=reverse("fill-submit", args=path),
        done_url=reverse("due"),
        period=period,
        period_name=describe_period(period_of_key(period)) if period else "",
        due_on=due_on.isoformat() if due_on else "",
        badge=badge,
        many=not period,
        prefilled={PERIOD_QUESTION: period_of_key(period).named_days.first.isoformat()} if period else {},
        hidden=[PERIOD_QUESTION] if period else [],
        files=list_sheet_files(version, unit) if files is None else files,
    )


def describe_correction(submission: Submission, version: SubmissionVersion) -> OpenSheet:
    one = submission.pk
    returned = find_return_comment(submission) if submission.state == "returned" else None
    comment = Remark("", returned.comment, returned.by_name, returned.at.isoformat()) if returned else None
    unit = get_snapshot().units[submission.org_unit_id]
    return OpenSheet(
        # A draft belongs to the version it started from: opened over a newer one it would undo that silently.
        key=f"correct:{one}:{version.number}",
        address=reverse("submission-correct", args=[one]),
        form=submission.form.code,
        version=version.form_version.version,
        title=title_of(submission.form),
        unit=unit.key,
        place=get_snapshot().path_name(submission.org_unit_id, submission.day_to),
        xform_url=_xform_url(version.form_version),
        submit_url=reverse("submission-resubmit", args=[one]),
        done_url=reverse("submission", args=[one]),
        period=submission.period_key,
        period_name=describe_period(period_of_key(submission.period_key)) if submission.period_key else "",
        due_on=submission.due_on.isoformat() if returned and submission.due_on else "",
        badge="returned" if returned else "",
        hidden=[PERIOD_QUESTION] if submission.period_key else [],
        files=list_sheet_files(version.form_version, unit),
        instance=SheetFile("", reverse("submission-instance", args=[one]), _hash_of_instance(version)),
        instance_files_url=reverse("submission-file", args=[one, version.number, "-"]).removesuffix("-/"),
        comment=comment,
        remarks=[Remark(**one) for one in list_remarks(submission)] if returned else [],
    )


def _hash_of_instance(version: SubmissionVersion) -> str:
    """A device that holds what a record said about a person fetches it anew once that was erased."""
    if not has_sealed(version.answers):
        return version.instance_id
    return f"{version.instance_id} {count_destroyed(version)}"


def _xform_url(version: FormVersion) -> str:
    return reverse("offline-xform", args=[version.form.code, version.version])


@dataclass(frozen=True)
class FileContent:
    content: bytes
    media_type: str


def list_sheet_files(version: FormVersion, unit: Unit) -> list[SheetFile]:
    """What the form needs beside it on the device; files that the pack lacks are left out."""
    path = [version.form.code, version.version, unit.key]
    found = []
    for one in list_form_files(version):
        hash_ = one.file_id or _hash_of_list(one, version, unit)
        if hash_:
            found.append(SheetFile(one.name, reverse("offline-file", args=[*path, one.name]), hash_))
    return found


def _hash_of_list(file: FormFile, version: FormVersion, unit: Unit) -> str:
    content = _list_content(file, version, unit)
    return hashlib.md5(content, usedforsecurity=False).hexdigest() if content is not None else ""


def _list_content(file: FormFile, version: FormVersion, unit: Unit) -> bytes | None:
    """A list made anew on each request: things of a register, or what was returned to the unit."""
    if not file.entity_list:
        return None
    if file.entity_list == RETURNED_LIST:
        return returned_csv(version.form.code, unit.id)
    return entity_csv(file.entity_list, unit.id)


def find_sheet_file(version: FormVersion, unit: Unit, name: str) -> FileContent | None:
    for one in list_form_files(version):
        if one.name != name:
            continue
        if one.file is not None:
            return FileContent(read_bytes(one.file.sha256), one.file.media_type)
        content = _list_content(one, version, unit)
        return FileContent(content, "text/csv; charset=utf-8") if content is not None else None
    return None


def list_open_sheets(user: User, on: date) -> list[OpenSheet]:
    """What is due and open for the user, in the order of the page of what is due; then forms about events."""
    units = _units_to_fill_for(user, on)
    versions: dict[str, FormVersion] = {}

    def version_of(code: str) -> FormVersion:
        if code not in versions:
            versions[code] = get_form_version(code)
        return versions[code]

    # A unit's ten months of one form need the same lists: made once.
    files: dict[tuple[int, int], list[SheetFile]] = {}

    def files_of(version: FormVersion, unit: int) -> list[SheetFile]:
        if (version.pk, unit) not in files:
            files[version.pk, unit] = list_sheet_files(version, get_snapshot().units[unit])
        return files[version.pk, unit]

    found = [
        describe_correction(one, get_version(one, one.current_number))
        for one in list_returned(windows_with_role(user, WRITERS, on))
        if one.org_unit_id in units
    ]
    todo = [(show_due(due, on), due) for due in list_due(units, on) if due.submission is None]
    for card, due in sorted(todo, key=lambda one: rank_all(one[0])):
        version, unit = version_of(due.form_code), due.org_unit_id
        found.append(
            describe_sheet(
                version,
                unit,
                due.last_day,
                period=due.period_key,
                due_on=due.due_on,
                badge=card.badge,
                files=files_of(version, unit),
            )
        )
    for unit in units:
        for form in list_forms_to_fill(user, on, unit):
            if form.is_event:
                version = version_of(form.code)
                found.append(describe_sheet(version, unit, on, files=files_of(version, unit)))
    return found


def _units_to_fill_for(user: User, on: date) -> Collection[int]:
    working = [unit.id for unit in list_working_units(user, WRITERS, on)]
    reached = units_with_role(user, WRITERS, on)
    return reached if len(reached) <= MOST_UNITS else working[:MOST_UNITS]
