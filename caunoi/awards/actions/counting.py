"""What was decided, as figures: records of the packs' forms, sent through the one door like any other."""

from __future__ import annotations

from datetime import datetime

from caunoi.accounts.models import User
from caunoi.awards.models import AwardCount, AwardKind, CountSent, Dossier
from caunoi.awards.rules.counting import Decided, make_answers
from caunoi.awards.rules.recipients import RecipientKind, count_by_unit
from caunoi.forms.queries import list_assignments
from caunoi.places.queries import get_snapshot
from caunoi.records.actions import Incoming, receive_many, withdraw
from caunoi.records.models import Source, SubmissionVersion


def send_counts(dossier: Dossier, *, by: User, at: datetime) -> int:
    """One record for each unit that owes the form, of the recipients in it; how many. Called again, what counts
    otherwise by now is corrected, and what counts nobody any more is withdrawn."""
    kind = AwardKind.objects.filter(code=dossier.kind_code).first()
    written = 0
    for count in AwardCount.objects.filter(nature=kind.nature) if kind is not None else []:
        written += _send(dossier, count, by=by, at=at)
    return written


def _send(dossier: Dossier, count: AwardCount, *, by: User, at: datetime) -> int:
    assert dossier.decided_on is not None, "only what was decided is counted"
    rows = dossier.awards.filter(withdrawn_at=None).values_list("recipient", "org_unit_id")
    recipients = [(RecipientKind(kind), unit) for kind, unit in rows]
    owing = _find_owing({unit for _kind, unit in recipients}, count.form_code, dossier)
    counted = count_by_unit(recipients, owing)
    decided = Decided(
        dossier.decided_on, dossier.decision, dossier.occasion_code, get_snapshot().units[dossier.org_unit_id].level
    )
    sent = {one.org_unit_id: one.submission_id for one in dossier.counts.filter(submission__form__code=count.form_code)}
    instances = _list_instances(list(sent.values()))
    wanted = {unit: make_answers(count.answers, decided, several) for unit, several in counted.items()}
    items = [
        Incoming(
            count.form_code, unit, at, answers=answers, source=Source.BROWSER, entered_by=by,
            deprecated_id=instances.get(sent[unit]) if unit in sent else None,
        )
        for unit, answers in wanted.items()
    ]  # fmt: skip
    received = receive_many(items, by=by.actor, at=at) if items else []
    for item, one in zip(items, received, strict=True):
        CountSent.objects.get_or_create(dossier=dossier, org_unit_id=item.org_unit_id, submission_id=one.submission_id)
    for unit in sent.keys() - wanted.keys():
        withdraw(sent[unit], by=by, at=at, comment=dossier.decision)
        dossier.counts.filter(org_unit_id=unit).delete()
    return len(items)


def _find_owing(units: set[int], form_code: str, dossier: Dossier) -> dict[int, int]:
    """A unit -> itself or the nearest above it that sends the form on the decision's day."""
    day, places = dossier.decided_on, get_snapshot()
    assert day is not None
    levels = {one.level for one in list_assignments(form_code, on=day)}
    found = {}
    for unit in units:
        if not places.exists_on(unit, day):
            continue
        nearest = next(
            (one for one in (unit, *places.ancestors_on(unit, day)) if places.units[one].level in levels), None
        )
        if nearest is not None:
            found[unit] = nearest
    return found


def _list_instances(submissions: list[int]) -> dict[int, str]:
    """The instance of each record's newest version, which a correction names."""
    rows = SubmissionVersion.objects.filter(submission_id__in=submissions).order_by("number")
    return dict(rows.values_list("submission_id", "instance_id"))
