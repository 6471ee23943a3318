"""Everything that is decided about one sending before any row is written."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, cast

from django.utils.crypto import salted_hmac

from caunoi.forms.errors import FormClosed, FormDerived, InstanceRefused
from caunoi.forms.models import Assignment, FormVersion, PeriodKind
from caunoi.forms.queries import checker_of, declarations_of, get_form_version, list_assignments
from caunoi.forms.rules.assignments import holds_on
from caunoi.forms.rules.check import FormChecker, Problem
from caunoi.forms.rules.entities import add_parts
from caunoi.forms.rules.instance import (
    MAX_INSTANCE_ID,
    Instance,
    build_instance,
    normal_answer,
    parse_instance,
    read_head,
)
from caunoi.forms.rules.questions import PERIOD_QUESTION, Question, clean_answer, find_event_question
from caunoi.forms.rules.xpath import clock_of
from caunoi.moments import local_date
from caunoi.periods.rules import PeriodType
from caunoi.periods.wording import describe_period
from caunoi.personal.queries import PersonalForm, find_personal_form
from caunoi.places.queries import describe_absence, get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot, Unit
from caunoi.records.actions.carried import Carried, open_carried
from caunoi.records.checks import Statement, check_statement, compare_statements, make_checks
from caunoi.records.errors import (
    AnswersRefused,
    EventDayMissing,
    EventInFuture,
    NotAssigned,
    PeriodMismatch,
    PeriodMissing,
    PeriodNotBegun,
    UnitNotOnDay,
    UnitUnknown,
)
from caunoi.records.incoming import Incoming
from caunoi.records.models import Source
from caunoi.records.rules.doubts import ACROSS, flag_of
from caunoi.records.rules.identity import row_instance_id
from caunoi.records.rules.occasions import Occasion, find_period, occasion_of_event, occasion_of_period
from caunoi.records.rules.phones import choose_files, list_oddities, list_wrong_days
from caunoi.refusals import Refusal
from caunoi.remembering import remember
from caunoi.sentences import Told, in_words_of
from caunoi.sentences import gettext as _

PERIOD_EXAMPLES = {"month": "01/2023", "quarter": "2023-Q1", "half-year": "2023-H1", "year": "2023"}
# Only an officer can judge an unlikely value; a value of the wrong type is no value, whoever sends it.
FLAGGED_KINDS = frozenset({"required", "constraint", "not-relevant", "relation", "clock"})


@dataclass(frozen=True)
class Prepared:
    """A sending that passed the door. `flags`: answers outside the form's rules, for an officer to decide."""

    item: Incoming
    version: FormVersion
    unit: Unit
    assignment: Assignment
    occasion: Occasion
    answers: dict[str, Any]
    instance_id: str
    deprecated_id: str
    xml: str
    flags: list[dict[str, Any]]
    # The files its answers name; None of a sending that came without XML.
    files: tuple[str, ...] | None = None
    # What its form asks about people; the answers stay in clear until they are laid upon their record.
    personal: PersonalForm | None = None

    @property
    def needs_approval(self) -> bool:
        return bool(self.assignment.approval_level or self.flags)

    @property
    def statement(self) -> Statement:
        form_code, questions = self.version.form.code, checker_of(self.version).by_name
        unit = self.unit
        return Statement(
            form_code, unit.id, unit.level, self.occasion, self.answers, questions, corrects=self.deprecated_id,
            instance=self.instance_id, entered_by=self.item.entered_by, source=self.item.source,
        )  # fmt: skip


@dataclass(frozen=True)
class _Opened:
    """A sending read and placed: which version, unit, occasion."""

    version: FormVersion
    checker: FormChecker
    unit: Unit
    assignment: Assignment
    occasion: Occasion
    answers: dict[str, Any]
    instance_id: str
    deprecated_id: str
    xml: str | None
    instance: Instance | None = None
    carried: Carried = field(default_factory=lambda: Carried({}))


class Door:
    """Checks many sendings against the same forms, assignments and places, each read once."""

    def __init__(self) -> None:
        self.places: PlaceSnapshot = get_snapshot()
        self._checks = make_checks()
        self._versions: dict[tuple[str, str], FormVersion] = {}
        self._assignments: dict[tuple[str, str], list[Assignment]] = {}
        self._event_questions: dict[int, Question | None] = {}
        self._personal: dict[str, PersonalForm | None] = {}

    def again(self) -> Door:
        """For further sendings, as long as nothing about their forms changed: keeps what this one read of them."""
        other = Door()
        other._versions, other._assignments = self._versions, self._assignments
        other._event_questions = self._event_questions
        return other

    def prepare(self, item: Incoming) -> Prepared:
        """Raises the first refusal, in the order of the questions *what, where, when, is it well answered*."""
        opened = self._open(item)
        answers, problems, name = self._check(item, opened)
        # A phone cannot be asked again: the protocol knows no answer that brings its owner back to a question.
        checked_by = () if item.source == Source.DEVICE else problems
        if refused := [p for p in checked_by if item.source == Source.SPREADSHEET or p.kind not in FLAGGED_KINDS]:
            raise AnswersRefused(refused)
        return self._pass(item, opened, answers, problems, name)

    def list_refusals(self, item: Incoming) -> list[Refusal]:
        """All that stands against a row of a spreadsheet, not only the first; empty if it would pass."""
        found: list[Refusal] = []
        version = self.version_of(item)
        checker = checker_of(version)
        carried = self._open_carried(item)
        checked = checker.check(
            _normal(carried.answers, checker), local_date(item.received_at), item.received_at, calculate=True
        )
        problems = _without_carried(checked.problems, carried, checker)
        problems = [p for p in problems if p.question != PERIOD_QUESTION]
        try:
            opened = self._open(item)
            told = _without_empty(checked.answers)
            problems += self._check_further(item, opened, told, problems, self._name(item, opened, told))
        except (EventDayMissing, EventInFuture) as refusal:
            event = self._event_question(version, checker)
            if event is None or all(p.question != event.name for p in problems):
                found.append(refusal)
        except Refusal as refusal:
            found.append(refusal)
        return [*found, AnswersRefused(problems)] if problems else found

    def version_of(self, item: Incoming) -> FormVersion:
        wanted = item.form_version
        if item.xml is not None:
            given = item.instance
            form_id, version = (given.form_id, given.version) if given is not None else read_head(item.xml)
            if form_id != item.form_code:
                raise InstanceRefused(_wrong_form(form_id, item.form_code))
            wanted = wanted or version
        key = (item.form_code, wanted)
        if key not in self._versions:
            self._versions[key] = get_form_version(item.form_code, wanted)
        return self._versions[key]

    def _open(self, item: Incoming) -> _Opened:
        version = self.version_of(item)
        today = local_date(item.received_at)
        closed_on = version.form.closed_on
        if closed_on is not None and closed_on <= today:
            raise FormClosed(_title(version), closed_on)
        if version.form.is_derived and not item.is_derived:
            raise FormDerived(_title(version))
        checker = checker_of(version)
        instance_id, deprecated_id, xml = item.instance_id or "", item.deprecated_id or "", None
        instance: Instance | None = None
        carried = Carried({})
        if item.xml is not None:
            instance = item.instance or parse_instance(item.xml, checker.questions)
            answers, xml = dict(instance.answers), item.xml.decode()
            instance_id, deprecated_id = instance.instance_id, instance.deprecated_id
            if item.is_placed and item.deprecated_id is not None:
                deprecated_id = item.deprecated_id
        else:
            carried = self._open_carried(item)
            answers = _normal(carried.answers, checker)
        if len(instance_id) > MAX_INSTANCE_ID or len(deprecated_id) > MAX_INSTANCE_ID:
            raise InstanceRefused(_("Mã nhận dạng của bản gửi dài quá %(count)d ký tự.") % {"count": MAX_INSTANCE_ID})
        unit = self.places.units.get(item.org_unit_id)
        if unit is None:
            raise UnitUnknown
        assignment, occasion = self._place(item, version, checker, unit, answers)
        self._check_days(unit, assignment, occasion, today, is_ahead=item.is_ahead)
        if occasion.period_key and checker.names_period and (item.is_placed or PERIOD_QUESTION not in answers):
            answers[PERIOD_QUESTION] = occasion.named.first.isoformat()
        if item.placed_on is not None and (event := self._event_question(version, checker)) is not None:
            answers[event.name] = item.placed_on.isoformat()
        return _Opened(
            version, checker, unit, assignment, occasion, answers, instance_id, deprecated_id, xml, instance, carried
        )

    def _open_carried(self, item: Incoming) -> Carried:
        personal = self.personal_of(item.form_code)
        return open_carried(item.answers or {}, personal, item.form_code, item.deprecated_id or "")

    def _place(
        self, item: Incoming, version: FormVersion, checker: FormChecker, unit: Unit, answers: Mapping[str, Any]
    ) -> tuple[Assignment, Occasion]:
        """Under which assignment, and for which period or day."""
        title = _title(version)
        refusal: Refusal | None = None
        last = local_date(item.received_at)
        for assignment in self._assignments_of(item.form_code, unit.level):
            try:
                occasion = self._occasion(item, version, checker, assignment, answers)
            except Refusal as error:
                refusal = refusal or error
                continue
            if holds_on(assignment, occasion.days.last):
                return assignment, occasion
            last = occasion.days.last
        raise refusal or NotAssigned(title, self.places.name_on(unit.id, last), last)

    def _occasion(
        self,
        item: Incoming,
        version: FormVersion,
        checker: FormChecker,
        assignment: Assignment,
        answers: Mapping[str, Any],
    ) -> Occasion:
        if assignment.period_kind == PeriodKind.EVENT:
            return occasion_of_event(item.placed_on or self._event_day(version, checker, answers), assignment.due_days)
        kind = cast(PeriodType, assignment.period_kind)
        if item.is_placed:
            answers = {}
        answered = str(answers.get(PERIOD_QUESTION) or "")
        wanted = item.period_key or answered
        period = find_period(wanted, kind, assignment.cut_off) if wanted else None
        if period is None:
            raise PeriodMissing(_title(version), PERIOD_EXAMPLES[kind])
        if item.period_key and answered and find_period(answered, kind, assignment.cut_off) != period:
            raise PeriodMismatch(describe_period(period), answered)
        return occasion_of_period(period, assignment.due_days)

    def _event_day(self, version: FormVersion, checker: FormChecker, answers: Mapping[str, Any]) -> date:
        question = self._event_question(version, checker)
        try:
            return date.fromisoformat(str(answers.get(question.name) or "") if question else "")
        except ValueError:
            named = in_words_of(question.labels or {"vi": question.name}) if question else _title(version)
            raise EventDayMissing(named) from None

    def _event_question(self, version: FormVersion, checker: FormChecker) -> Question | None:
        if version.pk not in self._event_questions:
            self._event_questions[version.pk] = find_event_question(checker.questions)
        return self._event_questions[version.pk]

    def _check_days(
        self, unit: Unit, assignment: Assignment, occasion: Occasion, today: date, *, is_ahead: bool
    ) -> None:
        if not unit.exists_on(occasion.days.last):
            raise UnitNotOnDay(describe_absence(unit.id, occasion.days.last, self.places))
        if occasion.days.first > today and not is_ahead:
            if not occasion.period_key:
                raise EventInFuture(occasion.days.first)
            period = find_period(occasion.period_key, cast(PeriodType, assignment.period_kind), assignment.cut_off)
            raise PeriodNotBegun(describe_period(period) if period else occasion.period_key, occasion.days.first)

    def _check(self, item: Incoming, opened: _Opened) -> tuple[dict[str, Any], tuple[Problem, ...], str]:
        """The answers with what was calculated, all problems, and what `_name` says of the sending."""
        checked = opened.checker.check(
            opened.answers,
            local_date(item.received_at),
            item.received_at,
            calculate=item.source == Source.SPREADSHEET,
        )
        answers = _without_empty(checked.answers)
        problems = _without_carried(checked.problems, opened.carried, opened.checker)
        if item.source == Source.DEVICE and opened.instance is not None:
            event_day = None if opened.occasion.period_key else opened.occasion.days.first
            problems += list_oddities(
                opened.checker.outline, opened.instance, answers, event_day, local_date(item.received_at)
            )
        elif item.source == Source.BROWSER:
            # A form in the browser takes the day from the same clock as an app, and is sent as long afterwards.
            problems += list_wrong_days(opened.checker.outline, answers, local_date(item.received_at))
        name = self._name(item, opened, answers)
        return answers, (*problems, *self._check_further(item, opened, answers, checked.problems, name)), name

    def _check_further(
        self, item: Incoming, opened: _Opened, answers: Mapping[str, Any], known: Sequence[Problem], name: str
    ) -> Sequence[Problem]:
        code, unit, questions = opened.version.form.code, opened.unit, opened.checker.by_name
        return check_statement(
            self._checks,
            Statement(
                code, unit.id, unit.level, opened.occasion, answers, questions, corrects=opened.deprecated_id,
                instance=name, entered_by=item.entered_by, source=item.source,
            ),
            known,
        )  # fmt: skip

    def _name(self, item: Incoming, opened: _Opened, answers: Mapping[str, Any]) -> str:
        """The sending's own identity; blank if it gets one only when it is stored."""
        if opened.instance_id or item.source != Source.SPREADSHEET:
            return opened.instance_id
        told = _without_people(answers, self.personal_of(item.form_code))
        return row_instance_id(item.form_code, opened.unit.key, opened.occasion.period_key, told)

    def check_unplaced(
        self,
        form_code: str,
        checker: FormChecker,
        answers: Mapping[str, Any],
        known: Sequence[Problem],
        *,
        levels: Collection[str],
        on: date,
        unread: Collection[str] = (),
    ) -> list[Problem]:
        """Further problems of answers whose unit or day is not known: those that stand whichever of the levels it is.

        `unread`: questions from which nothing may be concluded. `on` stands in for the day.
        """
        event = find_event_question(checker.questions)
        filled = {**answers, event.name: on.isoformat()} if event else answers
        occasion, unknown = occasion_of_event(on, 0), frozenset(unread)
        found = [
            check_statement(
                self._checks, Statement(form_code, 0, level, occasion, filled, checker.by_name, unknown), known
            )
            for level in levels
        ]
        return [problem for problem in found[0] if all(problem in others for others in found)] if found else []

    def _pass(
        self, item: Incoming, opened: _Opened, answers: dict[str, Any], problems: tuple[Problem, ...], name: str
    ) -> Prepared:
        instance_id = name or f"uuid:{uuid.uuid4()}"
        personal = self.personal_of(item.form_code)
        xml = opened.xml
        if xml is None:
            xml = build_instance(
                opened.checker.outline,
                item.form_code,
                opened.version.version,
                instance_id,
                answers,
                opened.deprecated_id,
            )
            if opened.version.entities:
                clock = clock_of(local_date(item.received_at), item.received_at)
                xml = add_parts(xml, declarations_of(opened.version), instance_id, clock)
        return Prepared(
            item,
            opened.version,
            opened.unit,
            opened.assignment,
            opened.occasion,
            answers,
            instance_id,
            opened.deprecated_id,
            xml,
            [flag_of(_without_person(problem, personal)) for problem in problems],
            None if opened.instance is None else tuple(choose_files(opened.instance.files)),
            personal,
        )

    def personal_of(self, form_code: str) -> PersonalForm | None:
        if form_code not in self._personal:
            # In a tuple: that a form asks nothing about anybody is also worth remembering.
            (self._personal[form_code],) = remember(
                ("personal form", form_code), lambda: (find_personal_form(form_code),)
            )
        return self._personal[form_code]

    def _assignments_of(self, form_code: str, level: str) -> list[Assignment]:
        key = (form_code, level)
        if key not in self._assignments:
            self._assignments[key] = list_assignments(form_code, level=level)
        return self._assignments[key]


def flag_disagreements(prepared: Sequence[Prepared]) -> list[Prepared]:
    """What disagrees with what is stored already is flagged, whatever brought it: the other may be the wrong one."""
    checks = make_checks()
    forms = {code for check in checks for code in check.compared_forms()}
    found = list(prepared)
    concerned = [index for index, one in enumerate(found) if one.version.form.code in forms]
    several = compare_statements(checks, [found[index].statement for index in concerned])
    for index, problems in zip(concerned, several, strict=True):
        if problems:
            flags = [*found[index].flags, *({**flag_of(problem), ACROSS: True} for problem in problems)]
            found[index] = replace(found[index], flags=flags)
    return found


def _normal(answers: Mapping[str, Any], checker: FormChecker) -> dict[str, Any]:
    """Clean text, one spelling per value, nothing that is empty. Unknown names stay: the check names them."""
    normal: dict[str, Any] = {}
    for name, value in answers.items():
        if value.__class__ is str and value.isascii() and value.isdigit() and value[0] != "0":
            normal[name] = value  # as it would come out below: most answers of most files
        elif isinstance(value, list):
            if rows := [row for row in (_normal(one, checker) for one in value if isinstance(one, Mapping)) if row]:
                normal[name] = rows
        elif value not in (None, ""):
            question = checker.by_name.get(name)
            text = str(value)
            if text := normal_answer(question, text) if question else clean_answer(text):
                normal[name] = text
    return normal


def _without_empty(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answers.items() if value not in ("", [])}


def _without_carried(problems: Sequence[Problem], carried: Carried, checker: FormChecker) -> list[Problem]:
    """What is erased is not missing: nobody can write it down again. What is sealed elsewhere is no answer here."""
    found = [
        problem
        for problem in problems
        if problem.question not in carried.foreign
        and not (problem.question in carried.erased and problem.kind == "required")
    ]
    for name in sorted(carried.foreign & checker.by_name.keys()):
        message = _(
            "Đây là dữ liệu cá nhân đã niêm phong của bản ghi khác hoặc câu hỏi khác, hay lúc này không mở được. "
            "Hãy ghi lại nội dung."
        )
        found.append(Problem(name, checker.by_name[name].label(), "", message, "", "type"))
    return found


def _without_people(answers: Mapping[str, Any], personal: PersonalForm | None) -> Mapping[str, Any]:
    """For naming a row by its content: of people a mark that only this server could have made."""
    if personal is None:
        return answers
    marks = {
        name: salted_hmac("rows about people", str(answers[name]), algorithm="sha256").hexdigest()
        for name in personal.names & answers.keys()
    }
    return {**answers, **marks}


def _without_person(problem: Problem, personal: PersonalForm | None) -> Problem:
    return replace(problem, value="") if personal is not None and problem.question in personal.names else problem


def _title(version: FormVersion) -> Told:
    """In the language of whoever reads the sentence it stands in."""
    return in_words_of({"vi": version.form.title_vi, "en": version.form.title_en})


def _wrong_form(found: str, wanted: str) -> str:
    return _("Bản gửi thuộc biểu mẫu “%(found)s”, không phải “%(wanted)s”.") % {"found": found, "wanted": wanted}
