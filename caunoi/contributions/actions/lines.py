"""The index of what records say of works: written as records arrive, and anew when a pack says otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from django.db import transaction

from caunoi.contributions.models import PackPurse, WorkLine
from caunoi.contributions.queries import find_form, list_purses, read_uuid
from caunoi.contributions.rules.purse import Line, Purse, read_lines, write_purse
from caunoi.records.events import VersionsArrived
from caunoi.records.models import SubmissionVersion

_AT_ONCE = 1000


def take_lines(event: VersionsArrived) -> None:
    """In the transaction in which the records arrive."""
    codes = {one.form_code for one in event.versions}
    purses = {pack: purse for pack, purse in list_purses().items() if any(form.form in codes for form in purse.forms)}
    if not purses:
        return
    concerned = {one.version_id: one for one in event.versions if find_form(purses, one.form_code) is not None}
    numbers = dict(SubmissionVersion.objects.filter(pk__in=list(concerned)).values_list("pk", "number"))
    made: list[WorkLine] = []
    for pk, one in concerned.items():
        made += _make_lines(purses, one.form_code, one.submission_id, numbers[pk], one.answers)
    _write(made)


@transaction.atomic
def set_purse(
    *, pack: str, purse: Purse, list_template: str | None, letter_template: str | None
) -> Literal["created", "changed", "unchanged", "removed"]:
    """What the pack says from now on; records that came before are read again. The templates: keys of stored files."""
    stored = PackPurse.objects.select_for_update().filter(pack=pack).first()
    definition = write_purse(purse)
    if stored is None and purse.is_empty:
        return "unchanged"
    if purse.is_empty:
        WorkLine.objects.filter(pack=pack).delete()
        PackPurse.objects.filter(pack=pack).delete()
        return "removed"
    wanted = {
        "definition": definition, "list_template_id": list_template, "letter_template_id": letter_template,
    }  # fmt: skip
    if stored is not None and all(getattr(stored, name) == value for name, value in wanted.items()):
        return "unchanged"
    if stored is None:
        PackPurse.objects.create(pack=pack, **wanted)
    else:
        for name, value in wanted.items():
            setattr(stored, name, value)
        stored.save()
    _read_again(pack, purse)
    return "created" if stored is None else "changed"


def _read_again(pack: str, purse: Purse) -> None:
    WorkLine.objects.filter(pack=pack).delete()
    codes = [one.form for one in purse.forms]
    rows = SubmissionVersion.objects.filter(form__code__in=codes).order_by("pk")
    made: list[WorkLine] = []
    for form_code, submission, number, answers in rows.values_list(
        "form__code", "submission_id", "number", "answers"
    ).iterator(chunk_size=_AT_ONCE):
        made += _make_lines({pack: purse}, form_code, submission, number, answers)
        if len(made) >= _AT_ONCE:
            _write(made)
            made = []
    _write(made)


def _make_lines(
    purses: Mapping[str, Purse], form_code: str, submission: int, number: int, answers: Mapping[str, Any]
) -> Iterable[WorkLine]:
    found = find_form(purses, form_code)
    if found is None:
        return []
    pack, purse, form = found
    work = read_uuid(answers.get(form.work))
    lines = read_lines(purse, form_code, answers)
    if not lines and work is not None:
        # It gives or costs nothing in figures, and still tells of the work: a photo, a length.
        lines = [Line(form.side, "", "", 0)]
    return [
        WorkLine(
            submission_id=submission, number=number, pack=pack, register=form.register, work=work,
            side=line.side.value, source=line.source, kind=line.kind, amount=line.amount,
        )
        for line in lines
    ]  # fmt: skip


def _write(lines: list[WorkLine]) -> None:
    # A version that waited for an officer arrives a second time once it is let in.
    WorkLine.objects.bulk_create(lines, batch_size=_AT_ONCE, ignore_conflicts=True)
