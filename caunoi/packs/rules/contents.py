"""A pack as plain values, and what it must know of the packs loaded before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from caunoi.contributions.rules.purse import Purse
from caunoi.facts.rules.formula_check import ElementFacts, IndicatorFacts
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.packs.rules.criteria_sets import CriteriaSetRow, SpokenSet
from caunoi.packs.rules.meeting_kinds import MeetingKindRow
from caunoi.packs.rules.ratings import SheetRow
from caunoi.packs.rules.words import USUAL_CUT_OFF
from caunoi.periods.rules import CutOff

if TYPE_CHECKING:
    from caunoi.forms.rules.compile import CompiledForm


@dataclass(frozen=True)
class About:
    """pack.toml. `cut_off`: of months, quarters, half-years and years where a row or template names none."""

    code: str
    version: str
    licence: str
    levels: tuple[str, ...]
    title_vi: str
    title_en: str
    cut_off: CutOff = USUAL_CUT_OFF


@dataclass(frozen=True)
class FormFile:
    """`file_name` as in the pack (`forms/dong_gop.md`)."""

    file_name: str
    file_type: str
    content: bytes
    compiled: CompiledForm


@dataclass(frozen=True)
class RegisterRow:
    """One row of registers.csv. `properties`: all that its forms give, in order. `seats`: level -> value of the
    property `seats_by` -> how many. `personal`: what personal_fields.csv says of it."""

    code: str
    title_vi: str
    title_en: str
    ended_when: str
    columns: tuple[str, ...]
    properties: tuple[str, ...]
    label_from: tuple[str, ...] = ()
    seats_by: str = ""
    seats: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    review_from: str = ""
    term_until: str = ""
    personal: tuple[str, ...] = ()
    stage_by: str = ""
    stage_form: str = ""
    # As entities.rules.stages keeps them.
    transitions: tuple[Mapping[str, Any], ...] = ()
    told_by: tuple[tuple[str, str], ...] = ()
    # As entities.rules.reviews keeps them.
    reviews: tuple[Mapping[str, Any], ...] = ()
    refers_to: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class KnownRegister:
    """A register loaded before, of this pack or another."""

    pack: str
    properties: tuple[str, ...]


@dataclass(frozen=True)
class ElementRow:
    """One row of data_elements.csv; the fields are those of facts.models.DataElement."""

    code: str
    name_vi: str
    name_en: str
    unit: str
    kind: str
    decimals: int
    levels: tuple[str, ...]
    form_code: str
    expression: str
    filter: str
    day: str
    nature: str
    classes: tuple[str, ...]
    definition_vi: str
    definition_en: str
    register: str = ""
    sensitive: bool = False

    @property
    def facts(self) -> ElementFacts:
        return ElementFacts(self.kind, self.nature, self.unit, self.levels, self.classes)


@dataclass(frozen=True)
class IndicatorRow:
    """One row of indicators.csv; the fields are those of facts.models.Indicator."""

    code: str
    name_vi: str
    name_en: str
    unit: str
    decimals: int
    formula: str
    direction: str
    source_vi: str
    source_en: str


@dataclass(frozen=True, order=True)
class RelationRow:
    code: str
    relation: str
    other: str
    note: str = field(default="", compare=False)


@dataclass(frozen=True)
class DisaggregationRow:
    """One row of disaggregations.csv; the fields are those of facts.models.Disaggregation."""

    code: str
    title_vi: str
    title_en: str
    whole: str
    parts: tuple[str, ...]
    rest_vi: str
    rest_en: str
    levels: tuple[str, ...]
    period_type: str
    threshold: int
    hides_zeros: bool


@dataclass(frozen=True)
class DocumentKindRow:
    """One row of document_kinds.csv; the fields are those of documents.models.DocumentKind."""

    code: str
    name_vi: str
    name_en: str
    sign: str
    position: int


@dataclass(frozen=True)
class PersonalFieldRow:
    """One row of personal_fields.csv; the fields are those of personal.models.PersonalQuestion."""

    form_code: str
    question: str
    whose_vi: str
    whose_en: str
    purpose_vi: str
    purpose_en: str
    keep_months: int
    keep_days: int
    counted_from: str
    at_end: str
    sensitive: bool
    register: str = ""


@dataclass(frozen=True)
class AwardKindRow:
    """One row of awards/kinds.csv. `template`: awards/<code>.docx, None where there is none."""

    code: str
    name_vi: str
    name_en: str
    nature: str
    position: int
    template: bytes | None = None


@dataclass(frozen=True)
class AwardOccasionRow:
    code: str
    name_vi: str
    name_en: str
    position: int


@dataclass(frozen=True)
class AwardRows:
    """What awards/ holds. `counts`: (form, nature, question -> {value, choices}); `person`: why recipients' names are
    kept, None where no row says so."""

    kinds: tuple[AwardKindRow, ...] = ()
    occasions: tuple[AwardOccasionRow, ...] = ()
    counts: tuple[tuple[str, str, Mapping[str, Mapping[str, Any]]], ...] = ()
    person: PersonalFieldRow | None = None


@dataclass(frozen=True)
class ContributionRows:
    """What contributions/ holds; the templates: their bytes."""

    purse: Purse = Purse()
    list_template: bytes | None = None
    letter_template: bytes | None = None


@dataclass(frozen=True)
class ContestKindRow:
    """One row of contests/kinds.csv with all that belongs to it, as contests.models.ContestKind keeps it."""

    code: str
    name_vi: str
    name_en: str
    levels: tuple[str, ...]
    terms: Mapping[str, Any]
    form_code: str
    answers: Mapping[str, str]
    position: int


@dataclass(frozen=True)
class ContestRows:
    """What contests/ holds. `person`: why entrants' names are kept, None where no row says so."""

    kinds: tuple[ContestKindRow, ...] = ()
    person: PersonalFieldRow | None = None


@dataclass(frozen=True)
class TrainingKindRow:
    """One row of training/kinds.csv, as training.models.TrainingKind keeps it."""

    code: str
    name_vi: str
    name_en: str
    levels: tuple[str, ...]
    names: bool
    scale: str
    min_attendance: Decimal | None
    min_mark: Decimal | None
    form_code: str
    answers: Mapping[str, str]
    certificate: str
    occasion: str
    figures: tuple[str, ...]
    lecturers: str
    position: int


@dataclass(frozen=True)
class MarkScaleRow:
    """One row of training/scales.csv with its rows of results.csv, as training.models.MarkScale keeps them."""

    code: str
    name_vi: str
    name_en: str
    highest: Decimal
    decimals: int
    bands: tuple[dict[str, str], ...]


@dataclass(frozen=True)
class TrainingRows:
    kinds: tuple[TrainingKindRow, ...] = ()
    scales: tuple[MarkScaleRow, ...] = ()
    person: PersonalFieldRow | None = None


@dataclass(frozen=True)
class CheckRow:
    """One row of checks.csv. `code` and `level` blank: all of them; `values`: column -> text, only what is given."""

    code: str
    level: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class ReportFile:
    """`reports/<code>.docx` and its `.toml`, parsed; what the parameters mean is the reports room's business."""

    code: str
    title_vi: str
    title_en: str
    template: bytes
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Pack:
    """`content_hash` covers all files of the folder, names and bytes. `assignments` by form code; `media`: the files
    beside each form, by form code and name."""

    about: About
    content_hash: str
    forms: tuple[FormFile, ...]
    elements: tuple[ElementRow, ...]
    indicators: tuple[IndicatorRow, ...]
    assignments: Mapping[str, tuple[AssignmentRow, ...]]
    relations: tuple[RelationRow, ...]
    reports: tuple[ReportFile, ...]
    registers: tuple[RegisterRow, ...] = ()
    media: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)
    checks: tuple[CheckRow, ...] = ()
    disaggregations: tuple[DisaggregationRow, ...] = ()
    document_kinds: tuple[DocumentKindRow, ...] = ()
    sheets: tuple[SheetRow, ...] = ()
    criteria_sets: tuple[CriteriaSetRow, ...] = ()
    personal_fields: tuple[PersonalFieldRow, ...] = ()
    awards: AwardRows = AwardRows()
    meeting_kinds: tuple[MeetingKindRow, ...] = ()
    training: TrainingRows = TrainingRows()
    contests: ContestRows = ContestRows()
    contributions: ContributionRows = ContributionRows()


@dataclass(frozen=True)
class PublishedForm:
    """`versions`: version -> SHA-256 of its source, oldest first."""

    pack: str
    versions: Mapping[str, str]


@dataclass(frozen=True)
class StandingElement:
    """A data element of this pack as loaded before. `levels_sent`: levels whose units already sent its form."""

    kind: str
    decimals: int
    levels: frozenset[str]
    form_code: str
    expression: str
    filter: str
    day: str
    has_facts: bool
    register: str = ""
    levels_sent: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Surroundings:
    """What is loaded already. `owners`: code of another pack's data element or indicator -> that pack."""

    owners: Mapping[str, str] = field(default_factory=dict)
    elements: Mapping[str, ElementFacts] = field(default_factory=dict)
    indicators: Mapping[str, IndicatorFacts] = field(default_factory=dict)
    relations: tuple[tuple[str, str, str], ...] = ()
    report_owners: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[str, PublishedForm] = field(default_factory=dict)
    standing: Mapping[str, StandingElement] = field(default_factory=dict)
    registers: Mapping[str, KnownRegister] = field(default_factory=dict)
    disaggregation_owners: Mapping[str, str] = field(default_factory=dict)
    document_kind_owners: Mapping[str, str] = field(default_factory=dict)
    sheet_owners: Mapping[str, str] = field(default_factory=dict)
    criteria_set_owners: Mapping[str, str] = field(default_factory=dict)
    spoken_sets: Mapping[str, SpokenSet] = field(default_factory=dict)
    award_owners: Mapping[str, str] = field(default_factory=dict)
    meeting_kind_owners: Mapping[str, str] = field(default_factory=dict)
    contest_owners: Mapping[str, str] = field(default_factory=dict)
    training_owners: Mapping[str, str] = field(default_factory=dict)


NOTHING_LOADED = Surroundings()
