"""What happens after what: the one table of events and what runs on them, in order, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa import signals as mfa

from caunoi import events
from caunoi.accounts.events import AccountsChanged
from caunoi.accounts.signing_in import note_added, note_removed, note_renewed, note_used
from caunoi.accounts.unmaking import take_back_access
from caunoi.assessments.events import RatingReturned, RatingsClosed
from caunoi.awards.events import DossierDecided
from caunoi.backups.alarm import tell_overdue
from caunoi.backups.erased import spread_lists
from caunoi.contributions import actions as contributions
from caunoi.contributions.checking import works_named
from caunoi.desk.alarms import sound
from caunoi.desk.breach_clocks import tell_breaches
from caunoi.desk.notices import actions as notices
from caunoi.desk.notices.bounces import tell_bounced
from caunoi.desk.notices.outages import tell_outage
from caunoi.desk.search import actions as search
from caunoi.documents.events import DutiesChanged
from caunoi.facts import actions as facts
from caunoi.facts.checking import is_counted_by, state_together
from caunoi.meetings.events import CalledUnitsTold
from caunoi.personal.events import KeysDestroyed, PersonErased
from caunoi.places.events import PlacesChanged, UnitsUnmade
from caunoi.records import events as records
from caunoi.records.actions.forgetting import forget_person
from caunoi.records.actions.rechecking import look_again_after_arrival, look_again_after_withdrawal
from caunoi.records.checks import FurtherCheck, further_check
from caunoi.records.entities import actions as entities
from caunoi.records.entities.checking import FollowStages
from caunoi.reports.events import ReportDecided, ReportIssued, ReportMade, ReportSubmitted
from caunoi.reports.registering import register_issued
from caunoi.tasks import actions as tasks

TABLE: list[tuple[type[Any], Callable[[Any], None]]] = [
    (records.VersionsArrived, facts.post_reported),
    (
        records.VersionsArrived,
        lambda event: tasks.close_tasks("correct", [v.submission_key for v in event.versions], at=event.at),
    ),
    (records.VersionsArrived, entities.take_entities),
    (records.VersionsArrived, contributions.take_lines),
    (records.VersionsArrived, look_again_after_arrival),
    (records.VersionsApproved, facts.post_approved),
    (records.VersionsApproved, entities.tell_approved),
    (records.SubmissionsWithdrawn, facts.reverse_withdrawn),
    (records.SubmissionsWithdrawn, entities.undo_withdrawn),
    (records.SubmissionsWithdrawn, look_again_after_withdrawal),
    (records.EntitiesChanged, facts.post_registers),
    (
        records.SubmissionReturned,
        lambda event: tasks.open_task(
            "correct", org_unit_id=event.org_unit_id, subject=event.submission_key, note=event.comment, at=event.at
        ),
    ),
    (DutiesChanged, tasks.follow_duties),
    (ReportMade, search.index_report),
    (ReportIssued, register_issued),
    (ReportIssued, search.index_report),
    (records.SubmissionReturned, notices.tell_returned),
    (records.VersionsApproved, notices.tell_approved),
    (RatingReturned, notices.tell_rating_returned),
    (RatingsClosed, notices.tell_ratings_closed),
    (DossierDecided, notices.tell_decided),
    (CalledUnitsTold, notices.tell_called),
    (ReportSubmitted, notices.tell_report_submitted),
    (ReportDecided, notices.tell_report_decided),
    (records.EntitiesChanged, search.index_entities),
    (PlacesChanged, search.index_units),
    (AccountsChanged, search.index_accounts),
    (PersonErased, forget_person),
    (KeysDestroyed, spread_lists),
    (UnitsUnmade, take_back_access),
    (UnitsUnmade, tasks.drop_tasks),
]

# What allauth announces while somebody changes or uses a second factor.
SECOND_FACTOR = [
    (mfa.authenticator_added, note_added),
    (mfa.authenticator_removed, note_removed),
    (mfa.authenticator_reset, note_renewed),
    (mfa.authenticator_used, note_used),
]

# What the door asks of later rooms before anything is written.
CHECKS: list[Callable[[], FurtherCheck]] = [state_together, works_named, lambda: FollowStages(is_counted_by)]
# What stands first on the first page.
ALARMS = [tell_breaches, tell_overdue, tell_outage, tell_bounced]


def connect() -> None:
    for event, handler in TABLE:
        events.on(event, handler)
    for announced, note in SECOND_FACTOR:
        announced.connect(note)
    for make in CHECKS:
        further_check(make)
    for source in ALARMS:
        sound(source)
