"""The one door through which every record enters, one by one or by the ten thousands, with the same checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop

from caunoi import events
from caunoi.approvals.actions import Taken, record_steps
from caunoi.approvals.errors import StepImpossible
from caunoi.approvals.rules import State, Step, find_next
from caunoi.audit.actions import Entry, write_lines
from caunoi.audit.clock import take_numbers
from caunoi.audit.rules import Actor
from caunoi.bulk_rows import insert_rows
from caunoi.moments import local_date
from caunoi.records.actions.door import Door, Prepared, flag_disagreements
from caunoi.records.actions.files import files_of, write_files
from caunoi.records.actions.opening import check_open, due_on, read_granted
from caunoi.records.actions.sealing import Seals
from caunoi.records.actions.stored import CHUNK, Record, StoredRecords, Written, chunks
from caunoi.records.errors import (
    CorrectsAnother,
    DeprecatedStale,
    DeprecatedUnknown,
    InstanceTaken,
    InstanceWithdrawn,
    SentTwiceAtOnce,
    SeveralRefused,
)
from caunoi.records.events import Arrived, VersionsApproved, VersionsArrived
from caunoi.records.incoming import Incoming, IncomingFile, Outcome, Received
from caunoi.records.models import RepeatedInstance, Source, Submission, SubmissionVersion
from caunoi.records.permissions import check_may_enter, is_locked_by_now
from caunoi.records.sealed import fingerprint, is_same_repeated, is_same_sending
from caunoi.refusals import Refusal

Advance = Callable[[int], None]
# Versions an announcement carries: memory stays flat, round trips few.
ANNOUNCED = 5000


def receive(incoming: Incoming, *, by: Actor, at: datetime) -> Received:
    """Take in one sending. Raises a Refusal; nothing is written then.

    `by` acts; `incoming.entered_by` answers for the content and needs a role that may enter for the unit.
    """
    if incoming.entered_by is not None:
        check_may_enter(incoming.entered_by, incoming.org_unit_id, at)
    return receive_many([incoming], by=by, at=at)[0]


def receive_many(
    items: Sequence[Incoming], *, by: Actor, at: datetime, progress: Advance | None = None
) -> list[Received]:
    """Take in many, in their order, all or none. The first refusal stops it.

    Later items may correct earlier ones of the same call. Whether each may enter for its unit is the caller's to check.
    `progress` is told how many more are done, three times over: checked, written, announced.
    """
    door = Door()
    prepared = []
    for item in items:
        prepared.append(door.prepare(item))
        if progress is not None and len(prepared) % CHUNK == 0:
            progress(CHUNK)
    try:
        return store(prepared, by=by, at=at, progress=progress)
    except SeveralRefused as several:
        raise several.refusals[0][1] from None


def store(
    prepared: Sequence[Prepared],
    *,
    by: Actor,
    at: datetime,
    progress: Advance | None = None,
    action: str = "submission.receive",
    detail: Mapping[str, str] | None = None,
    senders: Sequence[Actor] = (),
) -> list[Received]:
    """Write what passed the door. Raises SeveralRefused with all that cannot follow what is stored already.

    `action` and `detail` go into the audit line. `senders`: one for each sending, if each was sent by itself and gets
    an audit line of its own.
    """
    prepared = flag_disagreements(prepared)
    for last_try in (False, True):
        try:
            with transaction.atomic():
                return _Arrival(prepared, by, at, progress, action, dict(detail or {}), senders).run()
        except IntegrityError as error:
            # Two first reports for one unit and period, each not yet seeing the other: the unique constraint let one
            # through. Looked at again, ours is its correction or the same.
            if last_try:
                raise SentTwiceAtOnce from error
    raise AssertionError("the second try returns or raises")


def rehearse(prepared: Sequence[Prepared], *, by: Actor, at: datetime) -> list[Prepared]:
    """Whether `store` would take them now, and with which flags. Raises SeveralRefused as it would; writes nothing."""
    flagged = flag_disagreements(prepared)
    with transaction.atomic():
        _Arrival(flagged, by, at, None, "", {}, ()).lay_all()
    return flagged


class _Arrival:
    """One call's work. All reading and locking first, then deciding in memory, then writing in bulk."""

    def __init__(
        self,
        prepared: Sequence[Prepared],
        by: Actor,
        at: datetime,
        progress: Advance | None,
        action: str,
        detail: dict[str, str],
        senders: Sequence[Actor],
    ) -> None:
        self.prepared, self.by, self.at, self.progress = prepared, by, at, progress
        self.action, self.detail, self.senders = action, detail, senders
        self.stored = StoredRecords(prepared)
        self.seals = Seals()
        self.granted = read_granted(prepared)
        self.newly_repeated: list[RepeatedInstance] = []
        self.new: list[Record] = []
        self.written: list[Written] = []
        self.steps: list[tuple[Record, int, Step, State, State, Actor, datetime]] = []
        self.files: list[tuple[SubmissionVersion, IncomingFile]] = []
        # By place in `prepared`: whether it brought a version, and whether it brought anything at all.
        self.wrote: list[bool] = []
        self.changed: list[bool] = []

    def run(self) -> list[Received]:
        results = self.lay_all()
        self._write()
        self._announce()
        received = [
            Received(
                record.submission.pk,
                version.pk,
                version.number,
                outcome,
                record.submission.state,
                version.number == record.submission.current_number,
                tuple(f"{flag['label']}: {flag['message']}" for flag in version.flags),
            )
            for record, version, outcome in results
        ]
        self._audit(received)
        return received

    # Deciding

    def lay_all(self) -> list[tuple[Record, SubmissionVersion, Outcome]]:
        results = []
        refused: list[tuple[int, Refusal]] = []
        for index, one in enumerate(self.prepared):
            versions, files = len(self.written), len(self.files)
            try:
                results.append(self._lay(one))
            except Refusal as refusal:
                refused.append((index, refusal))
            self.wrote.append(len(self.written) > versions)
            self.changed.append(self.wrote[-1] or len(self.files) > files)
        if refused:
            raise SeveralRefused(refused)
        return results

    def _lay(self, one: Prepared) -> tuple[Record, SubmissionVersion, Outcome]:
        form = one.version.form_id
        known = self.stored.by_instance.get((form, one.instance_id))
        if known is not None:
            return self._repeat(one, *known)
        if (before := self.stored.repeated.get((form, one.instance_id))) is not None:
            record, repeated, sha256 = before
            if not is_same_repeated(sha256, one.xml, repeated.xml, [str(record.submission)]):
                raise InstanceTaken
            return record, repeated, "unchanged"
        if one.deprecated_id:
            record = self._find_deprecated(one)
            sealed = self.seals.seal(one, record)
        else:
            same = (
                self.stored.by_occasion.get((form, one.unit.id, one.occasion.period_key))
                if one.occasion.period_key
                else None
            )
            if same is None:
                return self._begin(one)
            record = same
            sealed = self.seals.seal(one, record)
            if (version := _find_same(sealed, record)) is not None:
                self._remember(one, record, version)
                return record, version, "unchanged"
        return self._correct(sealed, record)

    def _repeat(
        self, one: Prepared, record: Record, version: SubmissionVersion
    ) -> tuple[Record, SubmissionVersion, Outcome]:
        """Phones resend after a timeout although the first try arrived, and sends large photos in later requests.
        Same instance, same bytes: keep only the files we lack. Other bytes: refuse, or two answers would share one
        identity."""
        same = is_same_sending(version.xml, one.xml, [str(record.submission)])
        if not same or record.submission.org_unit_id != one.unit.id:
            raise InstanceTaken
        if one.item.source == Source.DEVICE and record.state is State.WITHDRAWN:
            raise InstanceWithdrawn
        self.files.extend((version, file) for file in files_of(one) if file.content is not None)
        return record, version, "unchanged"

    def _remember(self, one: Prepared, record: Record, version: SubmissionVersion) -> None:
        if one.item.source == Source.SPREADSHEET:
            return  # a row's identity is its content
        known = RepeatedInstance(
            version=version,
            form_id=one.version.form_id,
            instance_id=one.instance_id,
            sha256=fingerprint(one.xml, version.xml, [str(record.submission)]),
        )
        self.stored.repeated[known.form_id, known.instance_id] = (record, version, known.sha256)
        self.newly_repeated.append(known)

    def _find_deprecated(self, one: Prepared) -> Record:
        known = self.stored.by_instance.get((one.version.form_id, one.deprecated_id))
        if known is None:
            raise DeprecatedUnknown
        record, version = known
        submission = record.submission
        if submission.org_unit_id != one.unit.id or submission.period_key != one.occasion.period_key:
            raise CorrectsAnother
        if version.number != submission.current_number:
            raise DeprecatedStale
        return record

    def _begin(self, one: Prepared) -> tuple[Record, SubmissionVersion, Outcome]:
        occasion = one.occasion
        check_open(one, self.granted)
        submission = Submission(
            form_id=one.version.form_id,
            org_unit_id=one.unit.id,
            period_key=occasion.period_key,
            day_from=occasion.days.first,
            day_to=occasion.days.last,
            named_from=occasion.named.first,
            named_to=occasion.named.last,
            due_on=due_on(one, self.granted, one.item.received_at),
            state=State.DRAFT.value,
            current_number=0,
            created_at=self.at,
            first_received_at=one.item.received_at,
        )
        record = Record(submission, [])
        self.new.append(record)
        if occasion.period_key:
            self.stored.by_occasion[one.version.form_id, one.unit.id, occasion.period_key] = record
        return record, self._add_version(self.seals.seal(one, record), record, Step.SUBMIT), "new"

    def _correct(self, one: Prepared, record: Record) -> tuple[Record, SubmissionVersion, Outcome]:
        if find_next(record.state, Step.CORRECT) is None:
            raise StepImpossible(record.state, Step.CORRECT)
        if record.state is not State.RETURNED:  # who asked for a correction gets it, however late
            check_open(one, self.granted)
        if record.state is State.APPROVED and is_locked_by_now(
            record.submission, one.assignment, local_date(one.item.received_at)
        ):
            raise StepImpossible(State.LOCKED, Step.CORRECT)
        submission, occasion = record.submission, one.occasion
        # A corrected event may have another day; what was posted keeps its own.
        submission.day_from, submission.day_to = occasion.days.first, occasion.days.last
        submission.named_from, submission.named_to = occasion.named.first, occasion.named.last
        if not occasion.period_key:
            # A period's day stays that of its first arrival: being late is not mended afterwards, nor made.
            submission.due_on = due_on(one, self.granted, submission.first_received_at)
        submission.approved_steps = 0
        record.changed = True
        return record, self._add_version(one, record, Step.CORRECT), "corrected"

    def _add_version(self, one: Prepared, record: Record, step: Step) -> SubmissionVersion:
        submission, item = record.submission, one.item
        number = submission.current_number + 1
        version = SubmissionVersion(
            number=number,
            form_id=one.version.form_id,
            form_version_id=one.version.pk,
            instance_id=one.instance_id,
            deprecated_id=one.deprecated_id,
            xml=one.xml,
            answers=one.answers,
            source=item.source,
            entered_by=item.entered_by,
            entered_by_name=item.actor.name or self.by.name,
            received_at=item.received_at,
            flags=one.flags,
            device=dict(item.device),
        )
        record.versions.append(version)
        self.stored.by_instance[one.version.form_id, one.instance_id] = (record, version)
        self.files.extend((version, file) for file in files_of(one))
        submission.current_number = number
        written = Written(
            record, version, one, submission.reported_number, submission.approved_number, not one.needs_approval
        )
        record.written.append(written)
        self.written.append(written)
        actor = Actor(version.entered_by_name, item.actor.user_id)
        self._step(record, number, step, State.SUBMITTED, actor, item.received_at)
        if not one.flags:
            submission.reported_number = number
        if written.is_approved:
            automatic = Actor(gettext_noop("Tự động: biểu mẫu không cần duyệt"))
            decided = self.by if item.is_derived else automatic
            self._step(record, number, Step.APPROVE, State.APPROVED, decided, item.received_at)
            submission.approved_number = number
        return version

    def _step(self, record: Record, number: int, step: Step, to: State, by: Actor, at: datetime) -> None:
        before = record.state
        assert find_next(before, step) is to
        record.submission.state = to.value
        self.steps.append((record, number, step, before, to, by, at))

    # Writing

    def _write(self) -> None:
        changed = [record for record in self.stored.by_id.values() if record.changed]
        if self.new or changed:
            (number,) = take_numbers(1)
            for record in self.new:
                record.submission.known_from = number
            for record in (*self.new, *changed):
                record.submission.changed = number
            for one in self.written:
                if one.is_approved and one.replaces_approved is None:
                    one.record.submission.approved_from = number
        insert_rows([record.submission for record in self.new])
        self.seals.write()
        for record in changed:
            record.submission.save()
        for one in self.written:
            one.version.submission_id = one.record.submission.pk
        insert_rows([one.version for one in self.written])
        for repeated in self.newly_repeated:
            repeated.version_id = repeated.version.pk
        insert_rows(self.newly_repeated)
        self._tell(len(self.written))
        write_files(self.files, at=self.at)
        record_steps(
            Taken(str(record.submission), number, step, before, to, by, at)
            for record, number, step, before, to, by, at in self.steps
        )

    def _announce(self) -> None:
        for batch in _in_rounds(self.written):
            for chunk in chunks(batch, ANNOUNCED):
                arrived = [_arrived(one, one.record.id_of(one.replaces_reported)) for one in chunk]
                events.announce(VersionsArrived(arrived, self.at))
                approved = [_arrived(one, one.record.id_of(one.replaces_approved)) for one in chunk if one.is_approved]
                if approved:
                    events.announce(VersionsApproved(approved, self.at))
                self._tell(len(chunk))

    def _tell(self, count: int) -> None:
        if self.progress is not None and count:
            self.progress(count)

    def _audit(self, received: Sequence[Received]) -> None:
        """One line for the call, or one for each sender; nothing changed, nothing to tell."""
        calls = [(range(len(received)), self.by)]
        if self.senders:
            calls = [(range(index, index + 1), by) for index, by in enumerate(self.senders)]
        told = [(places, by) for places, by in calls if any(self.changed[place] for place in places)]
        if told:
            write_lines([self._entry(places, received, by) for places, by in told], by=self.by, at=self.at)

    def _entry(self, places: Sequence[int], received: Sequence[Received], by: Actor) -> Entry:
        ids = sorted({received[place].submission_id for place in places if self.changed[place]})
        forms = (self.prepared[place].version.form.code for place in places if self.wrote[place])
        detail = {
            **self.detail,
            "outcomes": dict(sorted(Counter(received[place].outcome for place in places).items())),
            "forms": dict(sorted(Counter(forms).items())),
            "first": ids[0],
            "last": ids[-1],
        }
        subject = f"submission:{ids[0]}" if len(ids) == 1 else f"submissions:{ids[0]}-{ids[-1]}"
        return Entry(self.action, subject, detail, by)


def _find_same(one: Prepared, record: Record) -> SubmissionVersion | None:
    """The version this sending repeats, or None if it says something new."""
    if one.item.source == Source.SPREADSHEET:
        # Importing a file again says nothing new, even after its content was corrected since.
        return next((version for version in reversed(record.versions) if version.answers == one.answers), None)
    # A returned report sent again as it was is the answer "it is right as it stands", and must reach the officer again.
    if record.state is State.RETURNED or record.current.answers != one.answers:
        return None
    return record.current


def _arrived(one: Written, previous_version_id: int | None) -> Arrived:
    # The version's own days, not the submission's: a later version of the same call may have moved the event.
    occasion = one.prepared.occasion
    return Arrived(
        submission_id=one.record.submission.pk,
        version_id=one.version.pk,
        form_code=one.prepared.version.form.code,
        form_version_id=one.prepared.version.pk,
        org_unit_id=one.prepared.unit.id,
        org_unit_level=one.prepared.unit.level,
        day_from=occasion.days.first,
        day_to=occasion.days.last,
        named_from=occasion.named.first,
        named_to=occasion.named.last,
        answers=one.prepared.answers,
        previous_version_id=previous_version_id,
        flagged=bool(one.prepared.flags),
    )


def _in_rounds(written: Iterable[Written]) -> Iterator[list[Written]]:
    """First versions, then second ones, and so on: what a version replaces must be posted before it arrives."""
    rounds: dict[int, list[Written]] = {}
    for one in written:
        rounds.setdefault(one.record.written.index(one), []).append(one)
    yield from rounds.values()
