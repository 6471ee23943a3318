"""Writing notices as things happen; `config/wiring.py` says upon what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from caunoi.accounts.models import Role, RoleGrant, User
from caunoi.accounts.scope import ids_in_sql
from caunoi.assessments.events import RatingReturned, RatingsClosed
from caunoi.assessments.models import Rating
from caunoi.assessments.rules.life import RatingState
from caunoi.audit.actions import write_line
from caunoi.audit.values import changes_of, mark_personal
from caunoi.awards.events import DossierDecided
from caunoi.awards.models import SUBJECT_OF_DOSSIER, Award
from caunoi.desk.context import DECIDERS, WRITERS
from caunoi.desk.notices.models import Kind, Mailing, Notice, Silence
from caunoi.desk.notices.queries import list_wanted
from caunoi.meetings.events import CalledUnitsTold
from caunoi.meetings.models import SUBJECT_OF_MEETING
from caunoi.moments import local_date
from caunoi.places.queries import get_snapshot
from caunoi.records.events import SubmissionReturned, VersionsApproved
from caunoi.records.models import SubmissionVersion
from caunoi.reports.events import ReportDecided, ReportSubmitted
from caunoi.reports.permissions import DECIDERS as REPORT_DECIDERS


def tell_returned(event: SubmissionReturned) -> None:
    """Whoever entered it; of a phone's sending, all who record for that very unit."""
    entered = SubmissionVersion.objects.filter(
        submission=event.submission_id, number=F("submission__current_number"), entered_by__isnull=False
    ).values_list("entered_by", flat=True)
    people = set(entered) or _list_recorders(event.org_unit_id, event.at)
    Notice.objects.bulk_create(
        [
            Notice(
                user_id=pk, kind=Kind.RETURNED, submission_id=event.submission_id, comment=event.comment, at=event.at
            )
            for pk in sorted(people)
        ]
    )


def tell_approved(event: VersionsApproved) -> None:
    """One notice a person, however many of their records were approved in one go."""
    versions = [version.version_id for version in event.versions]
    mine: dict[int, list[int]] = defaultdict(list)
    rows = SubmissionVersion.objects.filter(pk__in=ids_in_sql(versions), entered_by__isnull=False)
    for user, submission in rows.values_list("entered_by", "submission_id"):
        mine[user].append(submission)
    Notice.objects.bulk_create(
        [
            Notice(
                user_id=user,
                kind=Kind.APPROVED,
                submission_id=several[0] if len(several) == 1 else None,
                count=len(several),
                at=event.at,
            )
            for user, several in sorted(mine.items())
        ]
    )


def tell_rating_returned(event: RatingReturned) -> None:
    """Who had sent the unit's points, else all who record for it."""
    people = {event.sent_by_id} if event.sent_by_id is not None else _list_recorders(event.org_unit_id, event.at)
    Notice.objects.bulk_create(
        [
            Notice(user_id=pk, kind=Kind.RATING, about=f"rating:{event.rating_id}", comment=event.reason, at=event.at)
            for pk in sorted(people)
        ]
    )


def tell_ratings_closed(event: RatingsClosed) -> None:
    """Who records for a rated unit; of several units of one round, one notice."""
    ratings = dict(
        Rating.objects.filter(round=event.round_id, state=RatingState.CLOSED).values_list("org_unit_id", "pk")
    )
    mine: dict[int, list[int]] = defaultdict(list)
    for user, unit in _list_holders(ratings, WRITERS, event.at):
        mine[user].append(ratings[unit])
    Notice.objects.bulk_create(
        [
            Notice(
                user_id=user,
                kind=Kind.RATING,
                about=f"rating:{several[0]}" if len(several) == 1 else f"rating_round:{event.round_id}",
                count=len(several),
                at=event.at,
            )
            for user, several in sorted(mine.items())
        ],
        batch_size=500,
    )


def tell_decided(event: DossierDecided) -> None:
    """Who works for a unit that is commended, or to which a commended collective or person belongs."""
    units = set(Award.objects.filter(dossier=event.dossier_id).values_list("org_unit_id", flat=True))
    people = {user for user, _unit in _list_holders(units, WRITERS | DECIDERS, event.at)}
    about = f"{SUBJECT_OF_DOSSIER}{event.dossier_id}"
    Notice.objects.bulk_create(
        [Notice(user_id=pk, kind=Kind.AWARD, about=about, at=event.at) for pk in sorted(people)], batch_size=500
    )


def tell_report_submitted(event: ReportSubmitted) -> None:
    """Who may decide on the report's very unit; where nobody does, on the nearest above it that has somebody."""
    places, day = get_snapshot(), local_date(event.at)
    ends_on = places.units[event.org_unit_id].ends_on
    then = day if ends_on is None or day < ends_on else ends_on - timedelta(days=1)
    for unit in (event.org_unit_id, *places.ancestors_on(event.org_unit_id, then)):
        people = {user for user, _unit in _list_holders([unit], REPORT_DECIDERS, event.at)} - {event.by.pk}
        if people:
            _tell_report(Kind.REPORT_WAITING, event.report_id, people, event.comment, event.at)
            return


def tell_report_decided(event: ReportDecided) -> None:
    """Who made it and who submitted it; nobody hears of what they decided themselves, nor any longer that it waits."""
    waiting = Notice.objects.filter(kind=Kind.REPORT_WAITING, about=f"report:{event.report_id}", read_at=None)
    waiting.update(read_at=event.at)
    kind = Kind.REPORT_APPROVED if event.approved else Kind.REPORT_RETURNED
    _tell_report(kind, event.report_id, event.people - {event.by.pk}, event.comment, event.at)


def _tell_report(kind: Kind, report_id: int, people: Collection[int], comment: str, at: datetime) -> None:
    known = User.objects.filter(pk__in=people).order_by("pk").values_list("pk", flat=True)
    Notice.objects.bulk_create(
        [Notice(user_id=pk, kind=kind, about=f"report:{report_id}", comment=comment, at=at) for pk in known],
        batch_size=500,
    )


def tell_called(event: CalledUnitsTold) -> None:
    """Who works for these units. What was told of the meeting before and nobody has read is told by this one: each
    notice reads the hour at which the meeting stands. Who may not see it any more hears only by what name they knew
    it. Nobody leaves a meeting to which another unit of theirs is still called."""
    about = f"{SUBJECT_OF_MEETING}{event.meeting_id}"
    left = _list_workers(event.no_longer, event.at) - _list_workers(event.called, event.at)
    told = dict.fromkeys(left, Kind.MEETING_LEFT)
    told |= dict.fromkeys(_list_workers(event.newly, event.at), Kind.MEETING_CALLED)
    told |= dict.fromkeys(_list_workers(event.otherwise, event.at), Kind.MEETING_CHANGED)
    told.pop(event.by_id, None)
    earlier = Notice.objects.filter(user_id__in=ids_in_sql(told), about=about)
    earlier.filter(read_at=None).update(read_at=event.at)
    earlier.filter(user_id__in=ids_in_sql(left)).delete()
    Notice.objects.bulk_create(
        [
            Notice(
                user_id=pk, kind=kind, about=about, at=event.at,
                comment=event.title if kind == Kind.MEETING_LEFT else event.because,
            )
            for pk, kind in sorted(told.items())
        ],
        batch_size=500,
    )  # fmt: skip


def mark_read(*, user: User, at: datetime) -> None:
    """All that the page has shown. No audit line: it changes nothing that anybody else goes by."""
    Notice.objects.filter(user=user, read_at=None).update(read_at=at)


@transaction.atomic
def choose_letters(*, user: User, kinds: Collection[str], at: datetime) -> None:
    """The kinds somebody wants letters of; of all others none. What was chosen before is chosen without a line."""
    # Protects from two choices at once: each line tells what it changed.
    row = User.objects.select_for_update().get(pk=user.pk)
    old, new = list_wanted(row.pk), set(Kind.values).intersection(kinds)
    if old == new:
        return
    Silence.objects.filter(user=row, kind__in=new).delete()
    Silence.objects.bulk_create([Silence(user=row, kind=kind) for kind in sorted(old - new)])
    changes = changes_of({"letters": sorted(old)}, {"letters": sorted(new)})
    write_line("notice.choose", f"user:{row.pk}", {"changes": changes}, by=row.actor, at=at)


@transaction.atomic
def try_address_again(*, user: User, at: datetime) -> None:
    """Whoever owns an address that was refused says that it is right: the next letter is sent to it."""
    refused = Mailing.objects.select_for_update().filter(user=user).exclude(refused_address="").first()
    if refused is None:
        return
    detail = {"email": mark_personal(refused.refused_address)}
    refused.refused_address = refused.refused_because = ""
    refused.refused_at = refused.last_on = None
    refused.save()
    write_line("notice.retry", f"user:{user.pk}", detail, by=user.actor, at=at)


def silence(*, user_id: int, kinds: Collection[str], at: datetime) -> None:
    """By the link in a letter: whoever has the letter acts for whom it was written to."""
    if user := User.objects.filter(pk=user_id).first():
        choose_letters(user=user, kinds=list_wanted(user.pk) - set(kinds), at=at)


def _list_recorders(org_unit_id: int, at: datetime) -> set[int]:
    return {user for user, _unit in _list_holders([org_unit_id], WRITERS, at)}


def _list_workers(units: Collection[int], at: datetime) -> set[int]:
    return {user for user, _unit in _list_holders(units, WRITERS | DECIDERS, at)}


def _list_holders(units: Collection[int], roles: Collection[Role], at: datetime) -> list[tuple[int, int]]:
    """(user, unit) of those who hold one of the roles on one of these very units that day, each once."""
    day = local_date(at)
    grants = RoleGrant.objects.filter(org_unit_id__in=ids_in_sql(units), role__in=roles, from_day__lte=day)
    return list(grants.exclude(to_day__lte=day).values_list("user_id", "org_unit_id").distinct())
