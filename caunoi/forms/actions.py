from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.audit.actions import write_line
from caunoi.audit.clock import take_numbers
from caunoi.audit.past import keep_past
from caunoi.audit.rules import Actor
from caunoi.audit.values import changes_of
from caunoi.documents.actions import store_bytes
from caunoi.forms.errors import (
    AssignmentsOverlap,
    ExtensionNotAllowed,
    ExtensionNotOwed,
    ExtensionReasonMissing,
    ExtensionTooShort,
    VersionTaken,
)
from caunoi.forms.models import Assignment, Extension, Form, FormFile, FormVersion
from caunoi.forms.queries import extending_scopes, find_owed, get_form
from caunoi.forms.rules.assignments import AssignmentRow, find_overlap
from caunoi.forms.rules.deadlines import due_day
from caunoi.forms.rules.entities import list_file_names
from caunoi.forms.rules.entities import to_json as entities_to_json
from caunoi.forms.rules.questions import to_json
from caunoi.moments import local_date
from caunoi.periods.rules import Days
from caunoi.periods.wording import describe_period
from caunoi.places.queries import get_snapshot

# An extension is for catching up, not for keeping a period open for good.
LONGEST_EXTENSION = timedelta(days=366)

MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
    "md": "text/markdown",
}


@transaction.atomic
def publish_form(
    *,
    content: bytes,
    file_type: str,
    file_name: str,
    pack: str,
    by: Actor,
    at: datetime,
    media: Mapping[str, bytes] | None = None,
) -> FormVersion:
    """The form's new version; the same content again gives the same version back and changes nothing.

    `media`: the files beside it, by name (`set_form_files`). Raises FileRefused for a form with mistakes, VersionTaken
    for other content under a published version.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    known = FormVersion.objects.select_related("form").filter(source_id=sha256, form__pack=pack).first()
    if known is not None:
        if media is not None:
            set_form_files(known, media, by=by, at=at)
        return known
    # pyxform and what it brings along are slow to import, and only who publishes a form needs them.
    from caunoi.forms.rules.compile import compile_xlsform  # noqa: PLC0415
    from caunoi.forms.rules.sheets import detect_file_type  # noqa: PLC0415

    compiled = compile_xlsform(content, file_type, file_name)
    form = Form.objects.filter(code=compiled.form_id).first()
    if form is not None and form.pack != pack:
        raise VersionTaken(
            _("Biểu mẫu “%(form)s” thuộc gói “%(pack)s”. Hãy đổi form_id trong tệp %(file)s.")
            % {"form": compiled.form_id, "pack": form.pack, "file": file_name}
        )
    if form is not None and form.versions.filter(version=compiled.version).exists():
        raise VersionTaken(
            _("Nội dung tệp %(file)s đã đổi nhưng version vẫn là “%(version)s”. Hãy tăng version ở trang settings.")
            % {"file": file_name, "version": compiled.version}
        )
    titles = {"title_vi": compiled.titles.get("vi", compiled.form_id), "title_en": compiled.titles.get("en", "")}
    form, _created = Form.objects.update_or_create(
        code=compiled.form_id, defaults=titles, create_defaults={**titles, "pack": pack}
    )
    kind = detect_file_type(content)
    version = FormVersion.objects.create(
        form=form,
        version=compiled.version,
        source=store_bytes(content, media_type=MEDIA_TYPES[kind], at=at),
        file_type=kind,
        xform=compiled.xform,
        questions=to_json(compiled.questions),
        entities=entities_to_json(compiled.entities),
        published_at=at,
        known_from=take_numbers(1)[0],
    )
    detail = {"version": version.version, "sha256": sha256, "pack": pack}
    _write_form_files(version, media or {}, at)
    write_line("form.publish", f"form:{form.code}", detail, by=by, at=at)
    return version


@transaction.atomic
def set_form_files(version: FormVersion, media: Mapping[str, bytes], *, by: Actor, at: datetime) -> bool:
    """These files and no others stand beside the version. False if nothing changed."""
    changed = _write_form_files(version, media, at)
    if changed:
        detail = {"version": version.version, "files": sorted(media)}
        write_line("form.files", f"form:{version.form.code}", detail, by=by, at=at)
    return changed


def _write_form_files(version: FormVersion, media: Mapping[str, bytes], at: datetime) -> bool:
    """A list (`.csv`) that nobody gave is a register's, made anew whenever a device asks; another missing file stays
    named, so that it can be told what is missing."""
    wanted: dict[str, tuple[str | None, str]] = {}
    for name in [*list_file_names(version.xform), *media]:
        if name in media:
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            wanted[name] = (store_bytes(media[name], media_type=kind, at=at).sha256, "")
        else:
            wanted[name] = (None, name.removesuffix(".csv") if name.endswith(".csv") else "")
    stored = {one.name: (one.file_id, one.entity_list) for one in version.files.all()}
    if stored == wanted:
        return False
    version.files.exclude(name__in=[name for name in wanted if stored.get(name) == wanted[name]]).delete()
    FormFile.objects.bulk_create(
        FormFile(form_version=version, name=name, file_id=file, entity_list=register)
        for name, (file, register) in wanted.items()
        if stored.get(name) != (file, register)
    )
    return True


@transaction.atomic
def set_assignments(form_code: str, rows: Sequence[AssignmentRow], *, by: Actor, at: datetime) -> bool:
    """These and no others are the form's assignments from now on. False if nothing changed.

    Raises AssignmentsOverlap if two rows hold for the same level on the same day.
    """
    form = get_form(form_code)
    if (overlap := find_overlap(rows)) is not None:
        raise AssignmentsOverlap(form_code, overlap[0].level)
    # Locked, so that two loads at once cannot each add their rows to the other's.
    Form.objects.select_for_update().get(pk=form.pk)
    stored = {_row_of(one): one for one in form.assignments.all()}
    if stored.keys() == set(rows):
        return False
    number = take_numbers(1)[0]
    gone = [one for row, one in stored.items() if row not in rows]
    keep_past(gone, until=number)
    Assignment.objects.filter(pk__in=[one.pk for one in gone]).delete()
    for row in rows:
        if row not in stored:
            Assignment.objects.create(
                form=form,
                level=row.level,
                period_kind=row.period_kind,
                cut_off=row.cut_off,
                due_days=row.due_days,
                approval_level=row.approval_level,
                self_approval_allowed=row.self_approval_allowed,
                covers=list(row.covers),
                from_day=row.from_day,
                to_day=row.to_day,
                closes_days=row.closes_days,
                locks_days=row.locks_days,
                further_levels=list(row.further_levels),
                known_from=number,
            )
    detail = {"changes": {"assignments": [sorted(map(str, stored)), sorted(map(str, rows))]}}
    write_line("form.assign", f"form:{form_code}", detail, by=by, at=at)
    return True


@transaction.atomic
def set_derived(pack: str, form_codes: Collection[str], *, by: Actor, at: datetime) -> None:
    """These forms of a pack, and no others of it, are nobody's to fill by hand."""
    forms = Form.objects.filter(pack=pack)
    begin = forms.filter(code__in=form_codes, is_derived=False)
    end = forms.filter(is_derived=True).exclude(code__in=form_codes)
    changed = sorted({*begin.values_list("code", flat=True), *end.values_list("code", flat=True)})
    if not changed:
        return
    take_numbers(1)  # what processes remember of forms is of the number before
    begin.update(is_derived=True)
    end.update(is_derived=False)
    write_line("form.derive", f"pack:{pack}", {"forms": changed}, by=by, at=at)


@transaction.atomic
def close_form(form_code: str, *, on: date | None, by: Actor, at: datetime) -> None:
    """Nothing is accepted from that day on; None opens the form again."""
    form = get_form(form_code)
    old, form.closed_on = form.closed_on, on
    form.save(update_fields=["closed_on"])
    detail = {"changes": changes_of({"closed_on": old}, {"closed_on": on})}
    write_line("form.close", f"form:{form_code}", detail, by=by, at=at)


@transaction.atomic
def extend(
    form_code: str,
    org_unit_ids: Collection[int],
    period_key: str,
    until: date,
    reason: str,
    *,
    by: User,
    at: datetime,
) -> list[Extension]:
    """The units may send the form for the period until that day, and are on time until then. All or none.

    Counts for what arrives from now on: a report that came late before stays late. Raises ExtensionReasonMissing,
    ExtensionNotOwed, ExtensionTooShort, ExtensionNotAllowed, FormUnknown.
    """
    form, today, places = get_form(form_code), local_date(at), get_snapshot()
    if not reason.strip():
        raise ExtensionReasonMissing
    units = sorted(set(org_unit_ids))
    for unit in units:
        name = places.path_name(unit, today) if unit in places.units else str(unit)
        owed = find_owed(form_code, unit, period_key)
        if owed is None:
            raise ExtensionNotOwed(name, form.title_vi, period_key)
        assignment, period = owed
        name = places.path_name(unit, period.days.last)
        days = Days(period.days.last, period.days.last)
        if not any(scope.sees(unit, days) for scope in extending_scopes(by, assignment, at)):
            raise ExtensionNotAllowed(name)
        if period.days.first > today:
            raise ExtensionNotOwed(name, form.title_vi, describe_period(period))
        first = max(today, due_day(assignment, period.days.last) + timedelta(days=1))
        if not first <= until <= today + LONGEST_EXTENSION:
            raise ExtensionTooShort(first, today + LONGEST_EXTENSION)
    if not units:
        return []
    number = take_numbers(1)[0]
    made = [
        Extension.objects.create(
            form=form,
            org_unit_id=unit,
            period_key=period_key,
            until=until,
            reason=reason.strip(),
            granted_by=str(by),
            granted_at=at,
            known_from=number,
        )
        for unit in units
    ]
    detail = {
        "period": period_key,
        "until": str(until),
        "reason": reason.strip(),
        "units": [places.units[unit].key for unit in units],
    }
    write_line("form.extend", f"form:{form_code}", detail, by=by.actor, at=at)
    return made


@transaction.atomic
def extend_several(
    wanted: Mapping[tuple[str, str], Collection[int]], until: date, reason: str, *, by: User, at: datetime
) -> list[Extension]:
    """(form code, period key) -> units: all of them are extended, or none."""
    made: list[Extension] = []
    for (form_code, period_key), units in wanted.items():
        made += extend(form_code, units, period_key, until, reason, by=by, at=at)
    return made


def _row_of(one: Assignment) -> AssignmentRow:
    return AssignmentRow(
        level=one.level,
        period_kind=one.period_kind,
        cut_off=one.cut_off,
        due_days=one.due_days,
        approval_level=one.approval_level,
        self_approval_allowed=one.self_approval_allowed,
        covers=tuple(one.covers),
        from_day=one.from_day,
        to_day=one.to_day,
        closes_days=one.closes_days,
        locks_days=one.locks_days,
        further_levels=tuple(one.further_levels),
    )
