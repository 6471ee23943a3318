from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from caunoi.assessments.actions import fill_parts
from caunoi.assessments.models import CriteriaSet, ScoringSheet
from caunoi.assessments.queries import get_criteria_set, list_groups, list_spoken_days
from caunoi.audit.actions import write_line
from caunoi.audit.clock import lock_clock, take_numbers
from caunoi.audit.past import keep_past
from caunoi.audit.rules import Actor
from caunoi.audit.values import changes_of
from caunoi.awards.models import AwardCount, AwardKind, AwardOccasion, Dossier
from caunoi.contests.models import ContestKind
from caunoi.contributions.actions import set_purse
from caunoi.documents.actions import store_bytes
from caunoi.documents.models import DocumentKind
from caunoi.facts.actions import recount
from caunoi.facts.models import CheckSetting, DataElement, Disaggregation, Indicator, Relation
from caunoi.forms.actions import publish_form, set_assignments, set_derived, set_form_files
from caunoi.forms.models import Form, FormVersion
from caunoi.forms.queries import get_form_version
from caunoi.meetings.models import MeetingKind
from caunoi.packs.assessing import set_columns, sheet_columns
from caunoi.packs.models import LoadedPack
from caunoi.packs.queries import find_standing_parts, get_known, get_surroundings
from caunoi.packs.reading import read_pack
from caunoi.packs.rules.contents import DocumentKindRow, Pack
from caunoi.packs.rules.criteria_parts import COLUMNS as PART_COLUMNS
from caunoi.packs.rules.criteria_parts import OPTIONAL as PART_OPTIONAL
from caunoi.packs.rules.criteria_parts import FilledSet, list_filled, read_parts_of
from caunoi.packs.rules.tables import Notes, read_table
from caunoi.packs.rules.training import kind_columns, scale_columns
from caunoi.personal.models import PersonalQuestion, PersonKey
from caunoi.records.entities.actions import set_register
from caunoi.refusals import FileRefused
from caunoi.reports.models import ReportTemplate
from caunoi.training.models import MarkScale, TrainingKind

DOCUMENT_KIND_COLUMNS = [one.name for one in fields(DocumentKindRow)]
# What is being done, how much of it is done, how much there is.
Progress = Callable[[str, int, int], None]
# Of one load, in one audit line; what is beyond them is counted.
MOST_TOLD = 200
# All of a form's personal questions have the same.
KEEPING_COLUMNS = ("keep_months", "keep_days", "counted_from", "at_end")
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass
class LoadResult:
    """How many forms, data elements, indicators, relations, check settings, tables for release, kinds of documents,
    personal fields, scoring sheets, sets of criteria, kinds and occasions of awards, assignments (by form) and report
    templates."""

    pack: str = ""
    version: str = ""
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    # For the audit: "dataelement so_ho.name_vi" -> [old, new] of rows that changed, the first MOST_TOLD of them.
    changes: dict[str, list[Any]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def changed_anything(self) -> bool:
        return bool(self.created or self.changed or self.removed)


def load_pack(folder: Path, *, by: Actor, at: datetime, progress: Progress | None = None) -> LoadResult:
    """All of the pack or nothing. Loading the same folder again changes nothing. Raises FileRefused.

    Read and checked inside the transaction, behind the clock's lock: two packs loaded at the same moment could
    otherwise both claim a code, and a fact could be posted between the check and the change of its data element.
    """
    tell = progress or _silent
    with transaction.atomic():
        lock_clock()
        tell(_("Kiểm tra gói"), 0, 1)
        pack = read_pack(folder, get_surroundings)
        tell(_("Kiểm tra gói"), 1, 1)
        return _load(pack, by, at, tell)


def load_parts(set_code: str, name: str, content: bytes, *, by: Actor, at: datetime) -> int | None:
    """Fills in what the criteria of a set fall into: the file takes the place of what stood. Gives how many there are;
    None: they are the same already. Raises FileRefused."""
    notes = Notes()
    with transaction.atomic():
        lock_clock()
        set_ = get_criteria_set(set_code)
        rows = list_filled(read_table(name, content, PART_COLUMNS, notes, PART_OPTIONAL))
        for row in rows:
            if row["set"] != set_code:
                notes.add(row, "set", _("Tệp này chỉ điền cho bộ “%(code)s”.") % {"code": set_code})
        if not rows and not notes.mistakes:
            notes.add_file(name, _("Tệp chưa điền chỉ tiêu nào."))
        filled = FilledSet(set_.level, [one["code"] for one in set_.criteria], list_groups(set_))
        parts = read_parts_of(rows, filled, get_known(), find_standing_parts(set_), notes)
        if notes.mistakes:
            sentence = _("Tệp “%(name)s” có %(count)d lỗi nên chưa điền gì cả. Hãy sửa các lỗi sau rồi gửi lại.")
            raise FileRefused(sentence % {"name": name, "count": len(notes.mistakes)}, notes.mistakes)
        return len(parts) if fill_parts(set_=set_, parts=parts, by=by, at=at) else None


def _silent(step: str, done: int, total: int) -> None: ...


def _load(pack: Pack, by: Actor, at: datetime, tell: Progress) -> LoadResult:
    about = pack.about
    result = LoadResult(about.code, about.version)
    _load_forms(pack, by, at, tell, result)
    _load_registers(pack, by, at, result)
    # One number for all of them: between two, a formula could be known without the elements it names.
    number = cache(lambda: take_numbers(1)[0])
    elements = {row.code: _columns(asdict(row)) for row in pack.elements}
    _replace(DataElement, about.code, elements, lambda one: one.code, result, number=number)
    # What a pack begins to count may be registered already; and it may say otherwise when a thing has ended.
    recount(about.code)
    indicators = {row.code: asdict(row) for row in pack.indicators}
    _replace(Indicator, about.code, indicators, lambda one: one.code, result, number=number)
    relations = {(one.code, one.relation, one.other): asdict(one) for one in pack.relations}
    _replace(Relation, about.code, relations, lambda one: (one.code, one.relation, one.other), result, number=number)
    checks = {(one.code, one.level): asdict(one) for one in pack.checks}
    _replace(CheckSetting, about.code, checks, lambda one: (one.code, one.level), result)
    disaggregations = {row.code: _columns(asdict(row)) for row in pack.disaggregations}
    _replace(Disaggregation, about.code, disaggregations, lambda one: one.code, result)
    kinds = {row.code: asdict(row) for row in pack.document_kinds}
    # A kind that left the pack stays with the documents that are of it.
    for kind in DocumentKind.objects.filter(pack=about.code, document__isnull=False).exclude(code__in=kinds).distinct():
        kinds[kind.code] = {column: getattr(kind, column) for column in DOCUMENT_KIND_COLUMNS}
    _replace(DocumentKind, about.code, kinds, lambda one: one.code, result)
    set_derived(about.code, {row.sheet.form for row in pack.sheets if row.sheet.form}, by=by, at=at)
    sheets = {row.sheet.code: sheet_columns(row) for row in pack.sheets}
    _replace(ScoringSheet, about.code, sheets, lambda one: one.code, result)
    sets = {row.code: set_columns(row) for row in pack.criteria_sets}
    # What was said of a set stays with it, also when a pack no longer brings the set.
    spoken = list_spoken_days()
    for code in CriteriaSet.objects.filter(pack=about.code).exclude(code__in=sets).values_list("code", flat=True):
        if code in spoken:
            sets[code] = {}
    _replace(CriteriaSet, about.code, sets, lambda one: one.code, result)
    _load_awards(pack, at, result)
    _load_meeting_kinds(pack, at, result)
    _load_contest_kinds(pack, result)
    _load_training(pack, result)
    _load_contributions(pack, at, result)
    personal = {(one.form_code, one.register, one.question): asdict(one) for one in pack.personal_fields}
    for person in (pack.awards.person, pack.contests.person, pack.training.person):
        if person is not None:
            personal[person.form_code, "", person.question] = asdict(person)
    _keep_declared(about.code, personal)
    _replace(PersonalQuestion, about.code, personal, lambda one: (one.form_code, one.register, one.question), result)
    reports = {
        report.code: {
            "code": report.code,
            "title_vi": report.title_vi,
            "title_en": report.title_en,
            "template_id": store_bytes(report.template, media_type=WORD, at=at).sha256,
            "parameters": report.parameters,
        }
        for report in pack.reports
    }
    _replace(ReportTemplate, about.code, reports, lambda one: one.code, result)
    _note_loaded(pack, by, at, result)
    return result


def _keep_declared(pack: str, personal: dict[tuple[str, str, str], dict[str, Any]]) -> None:
    """A question that left the pack stays declared as long as records of its form name people: they would otherwise be
    kept for ever, and be open to nobody. Kept as long as the pack now says of the form, if it says anything. Properties
    of registers likewise."""
    now = {(form_code, register): columns for (form_code, register, _question), columns in personal.items()}
    alive = set(PersonKey.objects.filter(destroyed_at=None).values_list("form_code", "register").distinct())
    for kept in PersonalQuestion.objects.filter(pack=pack):
        of = (kept.form_code, kept.register)
        if of in alive and (*of, kept.question) not in personal:
            columns = now.get(of, {})
            personal[(*of, kept.question)] = {
                column: columns.get(column, getattr(kept, column)) for column in KEEPING_COLUMNS
            }


def _load_forms(pack: Pack, by: Actor, at: datetime, tell: Progress, result: LoadResult) -> None:
    known = set(FormVersion.objects.filter(form__pack=pack.about.code).values_list("form__code", "version"))
    codes = {code for code, _version in known}
    for done, form in enumerate(pack.forms):
        tell(_("Nạp biểu mẫu"), done, len(pack.forms))
        code, version = form.compiled.form_id, form.compiled.version
        if (code, version) in known:  # the same content: the pack was checked
            published = get_form_version(code, version)
            if set_form_files(published, pack.media.get(code, {}), by=by, at=at):
                result.changed += 1
            else:
                result.unchanged += 1
            continue
        publish_form(
            content=form.content,
            file_type=form.file_type,
            file_name=form.file_name,
            pack=pack.about.code,
            by=by,
            at=at,
            media=pack.media.get(code, {}),
        )
        if code in codes:
            result.changed += 1
        else:
            result.created += 1
    tell(_("Nạp biểu mẫu"), len(pack.forms), len(pack.forms))
    # A form that left the pack stays with its submissions, but nobody owes it any more.
    for code in codes - pack.assignments.keys():
        result.removed += set_assignments(code, [], by=by, at=at)
    had = set(Form.objects.filter(assignments__isnull=False).values_list("code", flat=True))
    for code, rows in pack.assignments.items():
        changed = set_assignments(code, rows, by=by, at=at)
        if not changed:
            result.unchanged += 1 if rows else 0
        elif code not in had:
            result.created += 1
        elif rows:
            result.changed += 1
        else:
            result.removed += 1


def _load_registers(pack: Pack, by: Actor, at: datetime, result: LoadResult) -> None:
    """A register that left the pack stays with its things; forms may feed it as before."""
    for row in pack.registers:
        outcome = set_register(**asdict(row), pack=pack.about.code, by=by, at=at)
        match outcome:
            case "created":
                result.created += 1
            case "changed":
                result.changed += 1
            case "unchanged":
                result.unchanged += 1


def _load_awards(pack: Pack, at: datetime, result: LoadResult) -> None:
    about, awards = pack.about, pack.awards
    kinds = {
        row.code: {
            **{column: value for column, value in asdict(row).items() if column != "template"},
            "template_id": store_bytes(row.template, media_type=WORD, at=at).sha256 if row.template else None,
        }
        for row in awards.kinds
    }
    # What was decided keeps its kind and its template, also when a pack no longer brings them.
    for code in AwardKind.objects.filter(pack=about.code).exclude(code__in=kinds).values_list("code", flat=True):
        if Dossier.objects.filter(kind_code=code).exists():
            kinds[code] = {}
    _replace(AwardKind, about.code, kinds, lambda one: one.code, result)
    occasions = {row.code: asdict(row) for row in awards.occasions}
    for code in (
        AwardOccasion.objects.filter(pack=about.code).exclude(code__in=occasions).values_list("code", flat=True)
    ):
        if Dossier.objects.filter(occasion_code=code).exists():
            occasions[code] = {}
    _replace(AwardOccasion, about.code, occasions, lambda one: one.code, result)
    counts = {
        form: {"form_code": form, "nature": nature, "answers": dict(answers)} for form, nature, answers in awards.counts
    }
    _replace(AwardCount, about.code, counts, lambda one: one.form_code, result)


def _load_meeting_kinds(pack: Pack, at: datetime, result: LoadResult) -> None:
    kinds = {
        row.code: {
            **{column: value for column, value in _columns(asdict(row)).items() if column != "template"},
            "minutes_id": store_bytes(row.template, media_type=WORD, at=at).sha256 if row.template else None,
        }
        for row in pack.meeting_kinds
    }
    # A kind that left the pack stays with the meetings that are of it.
    gone = MeetingKind.objects.filter(pack=pack.about.code, meeting__isnull=False).exclude(code__in=kinds)
    kinds |= dict.fromkeys(gone.values_list("code", flat=True), {})
    _replace(MeetingKind, pack.about.code, kinds, lambda one: one.code, result)


def _load_contest_kinds(pack: Pack, result: LoadResult) -> None:
    kinds = {row.code: _columns(asdict(row)) for row in pack.contests.kinds}
    # A kind that left the pack stays with the contests that are of it.
    gone = ContestKind.objects.filter(pack=pack.about.code, contest__isnull=False).exclude(code__in=kinds)
    kinds |= dict.fromkeys(gone.values_list("code", flat=True), {})
    _replace(ContestKind, pack.about.code, kinds, lambda one: one.code, result)


def _load_contributions(pack: Pack, at: datetime, result: LoadResult) -> None:
    given = pack.contributions
    keys = [
        store_bytes(one, media_type=WORD, at=at).sha256 if one else None
        for one in (given.list_template, given.letter_template)
    ]
    outcome = set_purse(pack=pack.about.code, purse=given.purse, list_template=keys[0], letter_template=keys[1])
    if not given.purse.is_empty or outcome == "removed":
        setattr(result, outcome, getattr(result, outcome) + 1)


def _load_training(pack: Pack, result: LoadResult) -> None:
    code = pack.about.code
    kinds = {row.code: kind_columns(row) for row in pack.training.kinds}
    scales = {row.code: scale_columns(row) for row in pack.training.scales}
    # A kind that left the pack stays with the classes that are of it, and the scale of their marks with it.
    for kept in TrainingKind.objects.filter(pack=code, trainingclass__isnull=False).exclude(code__in=kinds).distinct():
        kinds[kept.code] = {}
        if kept.scale and kept.scale not in scales:
            scales[kept.scale] = {}
    _replace(MarkScale, code, scales, lambda one: one.code, result)
    _replace(TrainingKind, code, kinds, lambda one: one.code, result)


def _columns(row: Mapping[str, Any]) -> dict[str, Any]:
    """As the tables keep it: lists in JSON columns."""
    return {column: list(value) if isinstance(value, tuple) else value for column, value in row.items()}


M = TypeVar(
    "M",
    DataElement,
    Indicator,
    Relation,
    CheckSetting,
    Disaggregation,
    DocumentKind,
    ScoringSheet,
    CriteriaSet,
    PersonalQuestion,
    ReportTemplate,
    AwardKind,
    AwardOccasion,
    AwardCount,
    MeetingKind,
    ContestKind,
    MarkScale,
    TrainingKind,
)
Key = Any  # str or a tuple of them: whatever names a row of the table


def _replace(
    model: type[M],
    pack: str,
    wanted: Mapping[Key, dict[str, Any]],
    key: Callable[[M], Key],
    result: LoadResult,
    *,
    number: Callable[[], int] | None = None,
) -> None:
    """These and no others are the pack's rows. With a knowledge number for what changes, what is the same keeps its
    own, and what was is kept."""
    stored: dict[Key, M] = {key(one): one for one in _rows(model).filter(pack=pack)}
    new = [columns for name, columns in wanted.items() if name not in stored]
    different = [
        (stored[name], columns)
        for name, columns in wanted.items()
        if name in stored and any(getattr(stored[name], column) != value for column, value in columns.items())
    ]
    gone = [one.pk for name, one in stored.items() if name not in wanted]
    known = {}
    if number is not None and (new or different or gone):
        known = {"known_from": number()}
        changed = [one for name, one in stored.items() if name not in wanted] + [one for one, _columns in different]
        keep_past(changed, until=known["known_from"])
    if gone:
        _rows(model).filter(pk__in=gone).delete()
    _rows(model).bulk_create([model(pack=pack, **columns, **known) for columns in new])
    for one, columns in different:
        _tell_changes(result, one, key(one), columns)
        for column, value in {**columns, **known}.items():
            setattr(one, column, value)
        one.save()
    result.created += len(new)
    result.changed += len(different)
    result.removed += len(gone)
    result.unchanged += len(wanted) - len(new) - len(different)


def _tell_changes(result: LoadResult, row: M, name: Key, columns: Mapping[str, Any]) -> None:
    spelt = name if isinstance(name, str) else " ".join(map(str, name))
    for column, pair in changes_of({column: getattr(row, column) for column in columns}, columns).items():
        if len(result.changes) < MOST_TOLD:
            result.changes[f"{row._meta.model_name} {spelt}.{column}"] = pair


def _rows(model: type[M]) -> models.QuerySet[M]:
    return model._default_manager.all()


def _note_loaded(pack: Pack, by: Actor, at: datetime, result: LoadResult) -> None:
    about = pack.about
    old = LoadedPack.objects.filter(code=about.code).first()
    if old is not None and old.content_hash == pack.content_hash and not result.changed_anything:
        return
    LoadedPack.objects.update_or_create(
        code=about.code,
        defaults={
            "version": about.version,
            "title_vi": about.title_vi,
            "title_en": about.title_en,
            "content_hash": pack.content_hash,
            "loaded_at": at,
        },
    )
    detail = {
        "version": about.version,
        "old_version": old.version if old else "",
        "content": pack.content_hash,
        "created": result.created,
        "changed": result.changed,
        "removed": result.removed,
        **({"changes": result.changes} if result.changes else {}),
    }
    write_line("pack.load", f"pack:{about.code}", detail, by=by, at=at)
