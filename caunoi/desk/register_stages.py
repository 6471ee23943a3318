"""What pages show of a thing's stages: its steps with the records behind them, what may come next, what records tell of
it besides (repairs and their costs), and how many things reached which stage in which year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from caunoi.accounts.scope import Scope
from caunoi.approvals.rules import State
from caunoi.desk.registers import Told, address_of
from caunoi.forms.queries import questions_of
from caunoi.forms.rules.questions import FILES, find_event_question
from caunoi.languages import in_reader_language, show_number
from caunoi.periods.rules import Days
from caunoi.places.queries import get_snapshot
from caunoi.records.entities.queries import Filters, Property, find_today, list_properties, visible_entities
from caunoi.records.entities.reading import read_versions
from caunoi.records.entities.rules.stages import Reached, Stages, Transition, count_by_year, list_reached
from caunoi.records.entities.rules.versions import Version
from caunoi.records.entities.stages import list_stage_forms, read_said_by, record_key
from caunoi.records.models import Attachment, Entity, EntityList, EntityVersion, SubmissionVersion
from caunoi.sentences import tell

PICTURES = ("image/jpeg", "image/png", "image/webp")
# Of a thing told of by hundreds of records the page shows so many; the sums are of all.
MOST_RECORDS = 50


@dataclass(frozen=True)
class Photo:
    address: str
    label: str


@dataclass(frozen=True)
class StepLine:
    """`until`: the day of the next step, None of the one it is at. `record_address` blank: not the reader's to see, or
    a person's decision."""

    stage: str
    day: date
    until: date | None
    by_name: str
    record_address: str
    told: tuple[Told, ...]
    photos: tuple[Photo, ...]


@dataclass(frozen=True)
class NextStep:
    stage: str
    title: str
    address: str


@dataclass(frozen=True)
class RecordLine:
    day: date
    address: str
    cells: tuple[Told, ...]


@dataclass(frozen=True)
class RecordTable:
    """Records of one form about the thing, newest first. `sums`: (year, sum), the newest first, if it adds something
    up; `total` of all years."""

    title: str
    lines: tuple[RecordLine, ...]
    count: int
    sum_label: str
    sums: tuple[tuple[int, str], ...]
    total: str


def list_next(entity: Entity, stages: Stages, reached: Sequence[Reached]) -> list[NextStep]:
    at = reached[-1].stage if reached else ""
    found = []
    for one in stages.leading_from(at):
        address = f"{address_of(entity, 'register-entity-stage')}?to={one.after}"
        found.append(NextStep(one.after, title_of(one), address))
    return found


def title_of(transition: Transition) -> str:
    return in_reader_language(transition.title_vi, transition.title_en) or transition.after


class ThingStory:
    """One thing, with the records that told of it as far as the reader sees them: a few statements, however many."""

    def __init__(
        self, entity: Entity, history: Sequence[EntityVersion], rules: Sequence[Version], stages: Stages, scope: Scope
    ) -> None:
        self.entity, self.rules, self.stages = entity, rules, stages
        self.properties = {one.name: one for one in list_properties(entity.entity_list)}
        self.said_by = read_said_by(rules)
        self.reached = list_reached(rules, stages.name, self.said_by) if stages.name else []
        self._by_number = {one.number: one for one in history}
        records = {
            one.source.submission_id: one.source.submission
            for one in history
            if one.source is not None
            and one.source.submission.state != State.WITHDRAWN
            and scope.sees_record(
                one.source.submission.org_unit_id, Days(one.source.submission.day_from, one.source.submission.day_to)
            )
        }
        versions = SubmissionVersion.objects.filter(submission_id__in=list(records)).select_related(
            "form", "form_version", "submission"
        )
        self._records = {
            one.submission_id: one for one in versions if one.number == records[one.submission_id].current_number
        }
        self._photos = self._read_photos()

    def _read_photos(self) -> dict[int, list[Photo]]:
        rows = Attachment.objects.filter(version__in=list(self._records.values()), file__media_type__in=PICTURES)
        found: dict[int, list[Photo]] = {}
        for one in rows.select_related("version").order_by("version_id", "name"):
            record = one.version.submission_id
            address = reverse("submission-file", args=[record, one.version.number, one.name])
            day = self._records[record].submission.day_to
            label = _("Ảnh ngày %(day)s") % {"day": f"{day:%d/%m/%Y}"}
            found.setdefault(record, []).append(Photo(address, label))
        return found

    def list_steps(self) -> list[StepLine]:
        """Newest first."""
        asked = {name for one in self.stages.transitions for name in one.asks}
        keys = {record_key(one): one for one in self._records}
        lines = []
        ends = [*(one.day for one in self.reached), None][1:]
        for one, until in zip(self.reached, ends, strict=True):
            record = keys.get(one.said_by)
            version = self._records[record] if record is not None else None
            told = self._list_answers(version, asked) if version is not None else ()
            row = self._by_number.get(one.number)
            lines.append(
                StepLine(
                    self.show(one.stage), one.day, until, tell(row.by_name) if row else "",
                    reverse("submission", args=[record]) if record is not None else "",
                    told, tuple(self._photos.get(record, ())) if record is not None else (),
                )
            )  # fmt: skip
        return lines[::-1]

    def show(self, stage: str) -> str:
        language = get_language() or "vi"
        one = self.properties.get(self.stages.name)
        return one.show(stage, language) if one else stage

    def list_other_photos(self) -> list[Photo]:
        """Of records that told of no step."""
        steps = {one.said_by for one in self.reached}
        return [photo for pk, several in self._photos.items() if record_key(pk) not in steps for photo in several]

    def list_tables(self) -> list[RecordTable]:
        found = []
        for form_code, summed in self.entity.entity_list.told_by:
            records = [one for one in self._records.values() if one.form.code == form_code]
            if records:
                found.append(
                    self._table(sorted(records, key=lambda one: (-one.submission.day_to.toordinal(), -one.pk)), summed)
                )
        return found

    def _table(self, records: Sequence[SubmissionVersion], summed: str) -> RecordTable:
        language = get_language() or "vi"
        sums: dict[int, Decimal] = {}
        for one in records:
            year = one.submission.day_to.year
            sums[year] = sums.get(year, Decimal(0)) + _number(one.answers.get(summed))
        names = self._names_asked(records[0])
        question = next((one for one in questions_of(records[0].form_version) if one.name == summed), None)
        return RecordTable(
            in_reader_language(records[0].form.title_vi, records[0].form.title_en),
            tuple(
                RecordLine(
                    one.submission.day_to,
                    reverse("submission", args=[one.submission_id]),
                    self._list_answers(one, names),
                )
                for one in records[:MOST_RECORDS]
            ),
            len(records),
            question.label(language) if question else "",
            tuple((year, show_number(sums[year])) for year in sorted(sums, reverse=True)) if question else (),
            show_number(sum(sums.values(), Decimal(0))),
        )

    def _names_asked(self, version: SubmissionVersion) -> set[str]:
        """What such a record says besides which thing it is about, its name, its day and the thing's own properties."""
        forms = [one for one in list_stage_forms(self.entity.entity_list) if one.version.form_id == version.form_id]
        left_out = {name for one in forms for name in (one.of, one.label)}
        event = find_event_question(questions_of(version.form_version))
        if event is not None:
            left_out.add(event.name)
        return {one.name for one in questions_of(version.form_version) if one.is_asked} - left_out

    def _list_answers(self, version: SubmissionVersion, names: set[str]) -> tuple[Told, ...]:
        language = get_language() or "vi"
        return tuple(
            Told(one.label(language), Property(one.name, one).show(text, language))
            for one in questions_of(version.form_version)
            if one.name in names
            and one.type not in FILES
            and isinstance(text := version.answers.get(one.name), str)
            and text
        )


def _number(text: object) -> Decimal:
    try:
        return Decimal(str(text))
    except InvalidOperation:
        return Decimal(0)


# References


@dataclass(frozen=True)
class Reference:
    """A thing of a register that is named by another, maybe of another commune. `address` blank: not the reader's."""

    label: str
    unit: str
    address: str


def list_references(entity: Entity, scope: Scope, today: date) -> dict[str, Reference]:
    """Property -> the thing it names. Of what the reader may not see only its name and unit, as the thing itself says
    so on its page."""
    found = {}
    for name, code in entity.entity_list.refers_to.items():
        identity = read_identity(entity.properties.get(name, ""))
        other = Entity.objects.filter(entity_list__code=code, uuid=identity).first() if identity else None
        if other is not None:
            seen = visible_entities(scope, today).filter(pk=other.pk).exists()
            found[name] = _reference(other, today, seen)
    return found


def list_referring(entity: Entity, scope: Scope, today: date) -> list[Reference]:
    """Things that name this one, of those the reader may see, by name."""
    found = []
    for register in EntityList.objects.exclude(refers_to={}):
        for name, code in register.refers_to.items():
            if code != entity.entity_list.code:
                continue
            rows = visible_entities(scope, today).filter(entity_list=register, removed=False, merged_into=None)
            named = rows.filter(**{f"properties__{name}": str(entity.uuid)}).order_by("search", "uuid")
            found += [_reference(one, today, True) for one in named[:MOST_RECORDS]]
    return found


def _reference(entity: Entity, today: date, seen: bool) -> Reference:
    unit = get_snapshot().path_name(entity.org_unit_id, today)
    return Reference(entity.label, unit, address_of(entity) if seen else "")


def read_identity(text: str) -> UUID | None:
    """Out of an identity, or of the address of a thing's page."""
    for part in reversed(text.strip().strip("/").split("/")):
        try:
            return UUID(part.removeprefix("uuid:"))
        except ValueError:
            continue
    return None


def find_named(code: str, text: str, scope: Scope, today: date) -> Entity | None:
    """The thing that somebody names by its page's address, or by its whole name; None if there is none or several."""
    identity = read_identity(text)
    if identity is not None:
        return Entity.objects.filter(entity_list__code=code, uuid=identity, removed=False).first()
    named = visible_entities(scope, today).filter(entity_list__code=code, removed=False, merged_into=None)
    found = list(named.filter(label__iexact=text.strip())[:2])
    return found[0] if len(found) == 1 else None


# Counting


@dataclass(frozen=True)
class CountLine:
    """`now`: so many are at the stage, `by_field` of them with each choice of the field; `by_year`: so many reached it
    in that year."""

    stage: str
    label: str
    now: int
    by_field: tuple[tuple[str, int], ...]
    by_year: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Counted:
    lines: tuple[CountLine, ...]
    years: tuple[str, ...]
    fields: tuple[str, ...]


MOST_YEARS = 6


def count_stages(
    register: EntityList, stages: Stages, scope: Scope, filters: Filters, field: Property | None
) -> Counted:
    """`field`: a property with choices by which what is there now is told apart."""
    things = list(find_today(register, scope, filters).filter(removed=False, merged_into=None))
    versions = read_versions([one.pk for one in things])
    said_by = read_said_by([version for several in versions.values() for version in several])
    reached = [list_reached(versions[one.pk], stages.name, said_by) for one in things]
    by_year = count_by_year(reached)
    years = sorted({year for counts in by_year.values() for year in counts}, reverse=True)[:MOST_YEARS]
    language = get_language() or "vi"
    own = next((one for one in list_properties(register) if one.name == stages.name), None)
    named = [one.name for one in own.question.choices] if own and own.question else sorted(by_year)
    offered = field.question.choices if field and field.question else ()
    choices = [(one.name, one.label(language)) for one in offered]
    lines = []
    for stage in named:
        there = [one.properties for one in things if one.properties.get(stages.name) == stage]
        lines.append(
            CountLine(
                stage, own.show(stage, language) if own else stage, len(there),
                tuple((label, sum(_is(one, field, choice) for one in there)) for choice, label in choices),
                tuple((str(year), by_year.get(stage, {}).get(year, 0)) for year in years),
            )
        )  # fmt: skip
    return Counted(tuple(lines), tuple(str(year) for year in years), tuple(label for _name, label in choices))


def _is(properties: Mapping[str, str], field: Property | None, choice: str) -> bool:
    return field is not None and properties.get(field.name) == choice
