from __future__ import annotations

from collections import defaultdict

from caunoi import moments
from caunoi.assessments.models import CriteriaSet, ScoringSheet
from caunoi.assessments.queries import list_groups, list_spoken_days
from caunoi.assessments.rules.criteria import read_criteria, read_parts
from caunoi.assessments.rules.levels import read_levels
from caunoi.awards.models import FIELD_OF_PERSON, AwardCount, AwardKind, AwardOccasion
from caunoi.contests.models import FIELD_OF_PERSON as FIELD_OF_ENTRANT
from caunoi.contests.models import ContestKind
from caunoi.documents.models import DocumentKind
from caunoi.facts.models import DataElement, Disaggregation, Indicator, Posting, Relation
from caunoi.facts.rules.formula import FormulaError, parse_formula
from caunoi.facts.rules.formula_check import ElementFacts, IndicatorFacts
from caunoi.forms.models import FormVersion
from caunoi.meetings.models import MeetingKind
from caunoi.packs.models import LoadedPack
from caunoi.packs.rules.contents import KnownRegister, PublishedForm, StandingElement, Surroundings
from caunoi.packs.rules.criteria_parts import StandingParts
from caunoi.packs.rules.criteria_sets import SpokenSet
from caunoi.packs.rules.ratings import Known
from caunoi.personal.models import PersonalQuestion
from caunoi.records.models import EntityList, SubmissionVersion
from caunoi.reports.models import ReportTemplate
from caunoi.training.models import FIELD_OF_PERSON as TRAINING_PERSON
from caunoi.training.models import MarkScale, TrainingKind


def list_packs() -> list[LoadedPack]:
    return list(LoadedPack.objects.order_by("code"))


def get_surroundings(pack: str) -> Surroundings:
    """What is loaded besides this pack, and what of this pack must stand."""
    elements = list(DataElement.objects.exclude(pack=pack))
    indicators = list(Indicator.objects.exclude(pack=pack))
    return Surroundings(
        owners={one.code: one.pack for one in elements} | {one.code: one.pack for one in indicators},
        elements={
            one.code: ElementFacts(one.kind, one.nature, one.unit, tuple(one.levels), tuple(one.classes))
            for one in elements
        },
        indicators={one.code: facts for one in indicators if (facts := _indicator_facts(one)) is not None},
        relations=tuple(Relation.objects.exclude(pack=pack).values_list("code", "relation", "other")),
        report_owners=dict(ReportTemplate.objects.exclude(pack=pack).values_list("code", "pack")),
        forms=_published_forms(),
        standing=_standing(pack),
        registers={one.code: KnownRegister(one.pack, tuple(one.properties)) for one in EntityList.objects.all()},
        disaggregation_owners=dict(Disaggregation.objects.exclude(pack=pack).values_list("code", "pack")),
        document_kind_owners=dict(DocumentKind.objects.exclude(pack=pack).values_list("code", "pack")),
        sheet_owners=dict(ScoringSheet.objects.exclude(pack=pack).values_list("code", "pack")),
        criteria_set_owners=dict(CriteriaSet.objects.exclude(pack=pack).values_list("code", "pack")),
        spoken_sets=_spoken_sets(pack),
        award_owners=_award_owners(pack),
        meeting_kind_owners=dict(MeetingKind.objects.exclude(pack=pack).values_list("code", "pack")),
        contest_owners=_contest_owners(pack),
        training_owners=_training_owners(pack),
    )


def _spoken_sets(pack: str) -> dict[str, SpokenSet]:
    spoken = list_spoken_days()
    return {
        one.code: SpokenSet(
            one.level, tuple(list_groups(one)), tuple(read_criteria(one.criteria)), *spoken[one.code],
            standing=_standing_parts(one), set_levels=tuple(read_levels(one.levels)),
        )
        for one in CriteriaSet.objects.filter(pack=pack)
        if one.code in spoken
    }  # fmt: skip


def _standing_parts(set_: CriteriaSet) -> StandingParts:
    return StandingParts(tuple(read_parts(set_.parts)), moments.today())


def find_standing_parts(set_: CriteriaSet) -> StandingParts | None:
    """None: nothing was said of the set, so that nothing binds what is filled in."""
    return _standing_parts(set_) if set_.code in list_spoken_days() else None


def get_known() -> Known:
    """What formulas may name: all that is loaded."""
    elements = {
        one.code: ElementFacts(one.kind, one.nature, one.unit, tuple(one.levels), tuple(one.classes))
        for one in DataElement.objects.all()
    }
    facts = {one.code: facts for one in Indicator.objects.all() if (facts := _indicator_facts(one)) is not None}
    return Known(elements, facts, list(Relation.objects.values_list("code", "relation", "other")))


def _training_owners(pack: str) -> dict[str, str]:
    """By file and code; the one row about people by its file alone."""
    found: dict[str, str] = {}
    for file, model in (("kinds", TrainingKind), ("scales", MarkScale)):
        rows = model._default_manager.exclude(pack=pack).values_list("code", "pack")
        found |= {f"{file} {code}": other for code, other in rows}
    form, question = TRAINING_PERSON
    declared = PersonalQuestion.objects.filter(form_code=form, question=question).exclude(pack=pack)
    if (other := declared.first()) is not None:
        found["persons"] = other.pack
    return found


def _contest_owners(pack: str) -> dict[str, str]:
    kinds = ContestKind.objects.exclude(pack=pack).values_list("code", "pack")
    return {f"kinds {code}": other for code, other in kinds} | _who_declares(FIELD_OF_ENTRANT, pack)


def _who_declares(field: tuple[str, str], pack: str) -> dict[str, str]:
    """`persons` -> another pack that says why names of that field are kept, if one does."""
    declared = PersonalQuestion.objects.filter(form_code=field[0], question=field[1]).exclude(pack=pack)
    other = declared.values_list("pack", flat=True).first()
    return {} if other is None else {"persons": other}


def _award_owners(pack: str) -> dict[str, str]:
    """By file and code; the one row about people by its file alone."""
    found: dict[str, str] = {}
    for file, model, column in (
        ("kinds", AwardKind, "code"), ("occasions", AwardOccasion, "code"), ("counts", AwardCount, "form_code"),
    ):  # fmt: skip
        rows = model._default_manager.exclude(pack=pack).values_list(column, "pack")
        found |= {f"{file} {code}": other for code, other in rows}
    return found | _who_declares(FIELD_OF_PERSON, pack)


def _indicator_facts(one: Indicator) -> IndicatorFacts | None:
    try:
        return IndicatorFacts(parse_formula(one.formula), one.unit)
    except FormulaError:
        # Read when it was loaded, by an older version of the product; its own pack will be told at its next load.
        return None


def _published_forms() -> dict[str, PublishedForm]:
    versions: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    rows = FormVersion.objects.order_by("published_at", "id")
    for code, pack, version, sha256 in rows.values_list("form__code", "form__pack", "version", "source_id"):
        versions[code, pack][version] = sha256
    return {code: PublishedForm(pack, several) for (code, pack), several in versions.items()}


def _standing(pack: str) -> dict[str, StandingElement]:
    elements = list(DataElement.objects.filter(pack=pack))
    # One look each at an index, instead of a walk over the whole ledger.
    with_facts = {one.id for one in elements if Posting.objects.filter(data_element=one).exists()}
    sent: dict[str, set[str]] = defaultdict(set)
    forms = {one.form_code for one in elements if one.id in with_facts}
    levels = SubmissionVersion.objects.filter(form__code__in=forms).order_by()
    for code, level in levels.values_list("form__code", "submission__org_unit__level").distinct():
        sent[code].add(level)
    return {
        one.code: StandingElement(
            kind=one.kind,
            decimals=one.decimals,
            levels=frozenset(one.levels),
            form_code=one.form_code,
            expression=one.expression,
            filter=one.filter,
            day=one.day,
            has_facts=one.id in with_facts,
            register=one.register,
            levels_sent=frozenset(sent[one.form_code]),
        )
        for one in elements
    }
