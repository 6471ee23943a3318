"""Reading records. Whatever is shown to a reader passes through their scope."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, cast

from django.db.models import DateField, F, Func, OuterRef, Q, QuerySet, Subquery
from django.db.models.sql.compiler import SQLCompiler

from caunoi.accounts.models import User
from caunoi.accounts.scope import Scope, ids_in_sql
from caunoi.approvals.models import ApprovalStep
from caunoi.approvals.rules import State, Step, is_last_step
from caunoi.forms.models import Assignment, PeriodKind
from caunoi.forms.queries import checker_of, list_assignments, list_granted, period_of
from caunoi.forms.rules.deadlines import closing_day, due_day
from caunoi.periods.rules import CutOff, Days, Period, PeriodType, list_touching
from caunoi.periods.wording import describe_period
from caunoi.places.queries import get_snapshot
from caunoi.records.errors import SubmissionUnknown
from caunoi.records.models import Submission, SubmissionVersion
from caunoi.records.permissions import Authority, Terms, deciding_for
from caunoi.records.rules.doubts import tell_flag
from caunoi.refusals import Refusal

# What is older than this is asked about on the coverage page, not in everybody's list of things to do.
LOOKING_BACK = timedelta(days=366)
MISSING, LATE = "missing", "late"
UNITS_AT_ONCE = 500


@dataclass(frozen=True)
class Due:
    """A report a unit owes. `state`: `missing` (nothing sent, still on time), `late` (nothing sent, due day over), or
    the submission's state."""

    assignment_id: int
    form_code: str
    title: str
    title_en: str
    org_unit_id: int
    period_key: str
    period_label: str
    first_day: date
    last_day: date
    due_on: date
    submission: Submission | None
    state: str
    until: date | None = None
    """the day of an extension, already counted in `due_on`"""
    closes_on: date | None = None
    """the last day on which it is accepted"""

    def is_closed(self, today: date) -> bool:
        return self.submission is None and self.closes_on is not None and self.closes_on < today


# One record


def get_submission(submission_id: int, scope: Scope) -> Submission:
    """Raises SubmissionUnknown also where the reader may not see it: the two are never told apart."""
    found = scope.filter_submissions(Submission.objects.select_related("form", "org_unit").filter(pk=submission_id))
    submission = found.first()
    if submission is None:
        raise SubmissionUnknown
    return submission


def get_version(submission: Submission, number: int) -> SubmissionVersion:
    version = submission.versions.select_related("form_version__form", "submission").filter(number=number).first()
    if version is None:
        raise SubmissionUnknown
    return version


def list_versions(submission: Submission) -> list[SubmissionVersion]:
    """Oldest first."""
    return list(submission.versions.select_related("form_version").order_by("number"))


def find_previous(submission: Submission, scope: Scope) -> SubmissionVersion | None:
    """The newest version of the same unit's record before this one (last month's report), if the reader may see it."""
    earlier = scope.filter_submissions(
        Submission.objects.filter(
            form_id=submission.form_id, org_unit_id=submission.org_unit_id, day_to__lt=submission.day_from
        ).exclude(state__in=[State.WITHDRAWN, State.DRAFT])
    )
    before = earlier.order_by("-day_to", "-pk").first()
    return get_version(before, before.current_number) if before else None


def find_submission_of_period(form_code: str, org_unit_id: int, period_key: str) -> Submission | None:
    """The one report for this form, unit and period that was not withdrawn."""
    found = Submission.objects.filter(form__code=form_code, org_unit_id=org_unit_id, period_key=period_key)
    return found.exclude(state=State.WITHDRAWN).first()


def find_return_comment(submission: Submission) -> ApprovalStep | None:
    """The last return, with who, when and what they wrote."""
    return ApprovalStep.objects.filter(subject=str(submission), step=Step.RETURN.value).order_by("-id").first()


def describe_return(submission: Submission) -> str:
    """What the last return says, in one text for a list: the comment, then each remark after its question's label."""
    step = find_return_comment(submission)
    if step is None:
        return ""
    said = [step.comment] if step.comment else []
    if step.remarks:
        version = get_version(submission, submission.current_number)
        known = checker_of(version.form_version).by_name
        said += [
            f"{known[one['question']].label() if one['question'] in known else one['question']}: {one['text']}"
            for one in step.remarks
        ]
    return "\n".join(said)


def tell_flags(version: SubmissionVersion, language: str) -> list[dict[str, Any]]:
    """The doubts about a version in the reader's language."""
    known = checker_of(version.form_version).by_name if version.flags else {}
    return [tell_flag(flag, known, language) for flag in version.flags]


def list_remarks(submission: Submission) -> list[dict[str, str]]:
    """[{"question", "text", "by", "at"}]: what the last return says of single answers, until the record is approved.

    `at` in ISO 8601; `question` is its name in the form.
    """
    steps = ApprovalStep.objects.filter(
        subject=str(submission), step__in=[Step.RETURN, Step.ENDORSE, Step.APPROVE]
    ).order_by("-id")
    last = steps.first()
    if last is None or last.step != Step.RETURN:
        return []
    return [
        {"question": one["question"], "text": one["text"], "by": last.by_name, "at": last.at.isoformat()}
        for one in last.remarks
    ]


def find_obstacle_to(submission: Submission, step: Step, user: User, at: datetime) -> Refusal | None:
    """Why the user could not take the step now (a comment given where needed), or None: which buttons to show."""
    version = get_version(submission, submission.current_number)
    terms = Terms(user, at)
    return terms.find_obstacle(terms.find_step(step, submission), submission, version, comment="…", number=None)


def find_step_to(submission: Submission, step: Step, user: User, at: datetime) -> Step:
    """What approving means for this record now: `endorse` while a further level has to approve."""
    return Terms(user, at).find_step(step, submission)


# What came in


def list_submissions(scope: Scope) -> QuerySet[Submission]:
    """Everything the reader may see, newest days first."""
    found = scope.filter_submissions(Submission.objects.select_related("form", "org_unit"))
    return found.order_by("-day_to", "-pk")


def annotate_newest_receipt(found: QuerySet[Submission]) -> QuerySet[Submission]:
    """To sort by `newest_received_at`, when the current version came. Whether it was on time, the first one's receipt
    says."""
    newest = SubmissionVersion.objects.filter(submission=OuterRef("pk"), number=OuterRef("current_number"))
    return found.annotate(newest_received_at=Subquery(newest.values("received_at")[:1]))


def list_newest_receipts(pks: Collection[int]) -> dict[int, datetime]:
    found = SubmissionVersion.objects.filter(submission__in=ids_in_sql(pks), number=F("submission__current_number"))
    return dict(found.values_list("submission_id", "received_at"))


def list_waiting(scope: Scope) -> QuerySet[Submission]:
    """Sent and not decided, the longest waiting first."""
    return list_submissions(scope).filter(state=State.SUBMITTED).order_by("first_received_at", "pk")


def list_waiting_for(user: User, at: datetime) -> QuerySet[Submission]:
    """Those of them that this user may decide about."""
    authority = Authority(user, at)
    # By levels of approval, not by assignment: a province's scope is a list of thousands of units, few levels differ.
    decided: dict[tuple[str, ...], Q] = {}
    for assignment in list_assignments():
        here = Q(form_id=assignment.form_id, org_unit__level=assignment.level)
        if assignment.from_day is not None:
            here &= Q(day_to__gte=assignment.from_day)
        if assignment.to_day is not None:
            here &= Q(day_to__lte=assignment.to_day)
        decided[assignment.approval_levels] = decided.get(assignment.approval_levels, Q(pk__in=[])) | here
    wanted = Q(pk__in=[])
    for levels, here in decided.items():
        for done in range(max(len(levels), 1)):
            is_last = is_last_step(levels, done)
            step = Step.APPROVE if is_last else Step.ENDORSE
            seen = Q(pk__in=[])
            for scope in authority.scopes(step, deciding_for(step, levels, done)):
                seen |= scope.condition()
            turn = Q() if len(levels) < 2 else Q(approved_steps__gte=done) if is_last else Q(approved_steps=done)
            wanted |= here & turn & seen
    found = Submission.objects.select_related("form", "org_unit").filter(wanted, state=State.SUBMITTED)
    return found.order_by("first_received_at", "pk")


def list_flagged(scope: Scope) -> QuerySet[Submission]:
    """Waiting with answers outside the form's rules: in no book until an officer decides."""
    return list_waiting(scope).exclude(reported_number=F("current_number"))


def list_returned(scope: Scope) -> QuerySet[Submission]:
    return list_submissions(scope).filter(state=State.RETURNED)


RETURNED_HEADER = ("name", "label", "__version", "submission", "question", "comment", "told")


def returned_csv(form_code: str, org_unit_id: int) -> bytes:
    """The list `returned.csv` for a phone: what waits for the unit's correction, one row a remark, and one with an
    empty `question` for the comment on the whole. Header name,label,__version,submission,question,comment,told; UTF-8.

    `name` is unique and stays the same; `submission` is the instanceID of the version to correct, which a device needs
    for its `deprecatedID`; `told` is label and comment as one text.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(RETURNED_HEADER)
    found = Submission.objects.select_related("form").filter(
        form__code=form_code, org_unit_id=org_unit_id, state=State.RETURNED
    )
    for submission in found.order_by("-day_to", "pk"):
        step = find_return_comment(submission)
        if step is None:
            continue
        version = get_version(submission, submission.current_number)
        known = checker_of(version.form_version).by_name
        when = _describe_occasion(submission)
        said = [("", step.comment)] if step.comment else []
        said += [(one["question"], one["text"]) for one in step.remarks]
        for number, (question, text) in enumerate(said):
            label = f"{when}: {known[question].label()}" if question in known else when
            told = f"{label}: {text}"
            writer.writerow([f"r{step.pk}-{number}", label, step.pk, version.instance_id, question, text, told])
    return buffer.getvalue().encode()


def _describe_occasion(submission: Submission) -> str:
    for assignment in list_assignments(submission.form.code):
        period = period_of(assignment, submission.period_key) if submission.period_key else None
        if period is not None:
            return describe_period(period)
    return f"{submission.day_from:%d/%m/%Y}"


def list_late(scope: Scope) -> QuerySet[Submission]:
    """Arrived after their due day (a day of Vietnam), newest first."""
    arrived = list_submissions(scope).annotate(arrived_on=_DayOfVietnam("first_received_at"))
    return arrived.filter(due_on__lt=F("arrived_on")).exclude(state=State.WITHDRAWN)


class _DayOfVietnam(Func):
    """`__date` calls back into Python for every row on SQLite: a second for a province. Vietnam has no summer time."""

    output_field = DateField()

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="date(%(expressions)s, '+7 hours')", **extra)

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> Any:
        template = "(%(expressions)s AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
        return self.as_sql(compiler, connection, template=template, **extra)


# What is owed


def list_due(unit_ids: Collection[int], today: date) -> list[Due]:
    """What these units have to do, the most urgent first: reports of begun periods that were not sent (a year back at
    most, while they are accepted) and returned ones; and, to see that it arrived, what was sent for the two newest
    periods of each form."""
    found = []
    for assignment, periods in _list_owed(today):
        newest = {period.key for period in periods[-2:]}
        for due in _list_status(assignment, periods, unit_ids, today):
            if due.is_closed(today):
                continue
            if due.submission is None or due.state == State.RETURNED or due.period_key in newest:
                found.append(due)
    return sorted(found, key=lambda due: (due.due_on, due.title, due.org_unit_id))


def list_missing(
    scope: Scope, today: date, *, form_code: str = "", unit_ids: Collection[int] | None = None
) -> list[Due]:
    """Reports of ended periods (a year back at most) that nobody has sent, oldest first; of one form and of these
    units alone where they are given."""
    found = [
        owed.due_of(unit, None, today)
        for owed, unit in _list_absent(scope, today)
        if (not form_code or owed.assignment.form.code == form_code) and (unit_ids is None or unit in unit_ids)
    ]
    return sorted(found, key=lambda due: (due.due_on, due.title, due.org_unit_id))


def count_missing(scope: Scope, today: date) -> int:
    """How many `list_missing` would list; a province owes tens of thousands, which nobody needs to see their number."""
    return sum(1 for _absent in _list_absent(scope, today))


def count_missing_up_to(most: int, scope: Scope, today: date) -> int:
    """As `count_missing`, and no further: of a country that owes hundreds of thousands it reads a few units."""
    return sum(1 for _absent in islice(_list_absent(scope, today, at_once=UNITS_AT_ONCE), most))


def _list_absent(scope: Scope, today: date, at_once: int | None = None) -> Iterator[tuple[_Owed, int]]:
    """(What is owed, unit that has not sent it), of units and days in the scope. `at_once`: so many units are read
    together, for who stops early."""
    places = get_snapshot()
    for assignment, periods in _list_owed(today):
        # Of a commune's dozen units, not of a country's hundred thousand.
        within = places.units if scope.everything else scope.unit_ids & places.units.keys()
        units = [unit for unit in within if places.units[unit].level == assignment.level]
        ended = _list_owing(assignment, [period for period in periods if period.days.last < today])
        size = at_once or max(len(units), 1)
        for several in (units[start : start + size] for start in range(0, len(units) if ended else 0, size)):
            rows = _sent(assignment, [owed.period_key for owed in ended], several)
            sent = set(rows.values_list("period_key", "org_unit_id"))
            for owed in ended:
                for unit in several:
                    if (
                        (owed.period_key, unit) not in sent
                        and places.exists_on(unit, owed.days.last)
                        and scope.sees_record(unit, owed.days)
                    ):
                        yield owed, unit


def list_reporting(assignment: Assignment, period: Period, unit_ids: Collection[int], today: date) -> list[Due]:
    """For one form and period: every unit of these that owes it, with what it sent."""
    return list(_list_status(assignment, [period], unit_ids, today))


def _list_owed(today: date) -> Iterator[tuple[Assignment, list[Period]]]:
    """Periodic assignments of open forms with the periods that had begun, up to a year back, in order."""
    for assignment in list_assignments(by_hand=True):
        form = assignment.form
        if assignment.period_kind == PeriodKind.EVENT or (form.closed_on is not None and form.closed_on <= today):
            continue
        kind, cut_off = cast(PeriodType, assignment.period_kind), cast(CutOff, assignment.cut_off)
        periods = list_touching(Days(today - LOOKING_BACK, today), kind, cut_off)
        owed = [period for period in periods if period.days.first <= today and _is_owed(assignment, period)]
        if owed:
            yield assignment, owed


def _is_owed(assignment: Assignment, period: Period) -> bool:
    return (assignment.from_day is None or assignment.from_day <= period.days.first) and (
        assignment.to_day is None or period.days.last <= assignment.to_day
    )


def _list_status(
    assignment: Assignment, periods: Iterable[Period], unit_ids: Collection[int], today: date
) -> Iterator[Due]:
    places = get_snapshot()
    units = [unit for unit in unit_ids if unit in places.units and places.units[unit].level == assignment.level]
    owing = _list_owing(assignment, periods)
    if not units or not owing:
        return
    rows = _sent(assignment, [owed.period_key for owed in owing], units)
    sent = {(submission.org_unit_id, submission.period_key): submission for submission in rows}
    for owed in owing:
        for unit in units:
            if places.exists_on(unit, owed.days.last):
                yield owed.due_of(unit, sent.get((unit, owed.period_key)), today)


def _sent(assignment: Assignment, period_keys: Collection[str], units: Collection[int]) -> QuerySet[Submission]:
    found = Submission.objects.filter(
        form_id=assignment.form_id, period_key__in=period_keys, org_unit_id__in=ids_in_sql(units)
    )
    return found.exclude(state=State.WITHDRAWN)


@dataclass(frozen=True)
class _Owed:
    """One form for one period, whoever owes it; described once for thousands of units."""

    assignment: Assignment
    period_key: str
    label: str
    days: Days
    untils: Mapping[int, date]
    """unit -> the day of its extension"""

    def due_of(self, unit: int, submission: Submission | None, today: date) -> Due:
        until = self.untils.get(unit)
        due_on = due_day(self.assignment, self.days.last, until)
        return Due(
            self.assignment.pk,
            self.assignment.form.code,
            self.assignment.form.title_vi,
            self.assignment.form.title_en,
            unit,
            self.period_key,
            self.label,
            self.days.first,
            self.days.last,
            due_on,
            submission,
            submission.state if submission else LATE if due_on < today else MISSING,
            until,
            closing_day(self.assignment, self.days.last, until),
        )


def _list_owing(assignment: Assignment, periods: Iterable[Period]) -> list[_Owed]:
    several = list(periods)
    untils: dict[str, dict[int, date]] = {}
    granted = list_granted([assignment.form_id], period_keys=[period.key for period in several]) if several else {}
    for (_form, unit, key), extensions in granted.items():
        untils.setdefault(key, {})[unit] = extensions[-1].until
    return [
        _Owed(assignment, period.key, describe_period(period), period.days, untils.get(period.key, {}))
        for period in several
    ]
