"""Each published figure comes through the capability that the field has for it: a register, a room that counts, what a
pack declares. A form that only states the number would be a stand-in; the few that are stated say why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from caunoi.assessments.models import ProgressRecord, Rating
from caunoi.audit.models import AuditLine
from caunoi.awards.models import CountSent
from caunoi.boards.models import Campaign
from caunoi.contests.models import Contest, ContestState, EntryMark
from caunoi.contests.queries import terms_of
from caunoi.contributions.models import WorkLine
from caunoi.demo.tests.test_acceptance import PROVINCES, ROWS, days_of
from caunoi.facts.models import Book, DataElement, Kind, Posting
from caunoi.facts.plan import Plan
from caunoi.facts.queries import get_catalogue
from caunoi.facts.questions import ask, make_question
from caunoi.meetings.models import Meeting
from caunoi.places.queries import get_snapshot
from caunoi.records.models import Entity, EntityList, EntityVersion, Submission, SubmissionVersion
from caunoi.targets.queries import list_targets
from caunoi.training.models import TrainingClass, TrainingKind

LAST_DAY = date(2026, 10, 31)
Check = Callable[[DataElement, set[int]], bool]
"""Given a data element behind a figure and the approved records that state it."""


def by_register(element: DataElement, records: set[int]) -> bool:
    """Counted from the things of a register, or from the units themselves; agencies without a title are in none."""
    return bool(element.register) or element.kind == Kind.UNITS or element.code == "agencies_total"


def by_step(element: DataElement, records: set[int]) -> bool:
    """Each record is a step of a thing in a register."""
    steps = EntityVersion.objects.filter(entity__entity_list__stage_form=element.form_code)
    return records <= set(steps.values_list("source__submission_id", flat=True))


def by_telling(element: DataElement, records: set[int]) -> bool:
    """Each record tells of a thing in a register, and which."""
    register = next(one for one in EntityList.objects.all() if element.form_code in dict(one.told_by))
    things = {str(uuid) for uuid in register.entities.values_list("uuid", flat=True)}
    answers = SubmissionVersion.objects.filter(submission_id__in=records).values_list("answers", flat=True)
    return all(things & {str(value).removeprefix("uuid:") for value in told.values()} for told in answers)


def by_contribution(element: DataElement, records: set[int]) -> bool:
    """Given for a work that is named."""
    return records <= set(WorkLine.objects.exclude(work=None).values_list("submission_id", flat=True))


def by_class(element: DataElement, records: set[int]) -> bool:
    return records <= set(TrainingClass.objects.values_list("submission_id", flat=True))


def by_meeting(element: DataElement, records: set[int]) -> bool:
    return records <= set(Meeting.objects.values_list("submission_id", flat=True))


def by_award(element: DataElement, records: set[int]) -> bool:
    return records <= set(CountSent.objects.values_list("submission_id", flat=True))


def by_rating(element: DataElement, records: set[int]) -> bool:
    return records <= set(Rating.objects.values_list("submission_id", flat=True))


def by_criteria(element: DataElement, records: set[int]) -> bool:
    return records <= set(ProgressRecord.objects.values_list("submission_id", flat=True))


def by_campaign(element: DataElement, records: set[int]) -> bool:
    days = Submission.objects.filter(pk__in=records).values_list("day_from", flat=True).distinct()
    declared = Campaign.objects.filter(form__code=element.form_code, deleted_at=None)
    return all(declared.filter(first__lte=day, last__gte=day).exists() for day in days)


def by_target(element: DataElement, records: set[int]) -> bool:
    return element.code in {one.code for one in list_targets()}


def by_places(element: DataElement, records: set[int]) -> bool:
    return element.kind == Kind.UNITS


def by_contest(element: DataElement, records: set[int]) -> bool:
    """Closed, each entry marked by every judge of each round it came into."""
    held = Contest.objects.filter(submission__in=records, state=ContestState.CLOSED)
    return held.count() == len(records) and all(count_marks_lacking(one) == 0 for one in held)


def count_marks_lacking(contest: Contest) -> int:
    judging = Counter(contest.judges.values_list("round", flat=True))
    wanted = sum(
        len(terms.names) * judging[number] * contest.entries.filter(last_round__gte=number).count()
        for number, terms in enumerate(terms_of(contest).rounds)
    )
    return wanted - EntryMark.objects.filter(entry__contest=contest).count()


def by_sending_away(element: DataElement, records: set[int]) -> bool:
    """Staff sent to classes of others: the same form as one's own classes, which nobody here holds."""
    return TrainingKind.objects.filter(form_code=element.form_code).exists()


def by_vote(element: DataElement, records: set[int]) -> bool:
    """A village's round, which counts families and lists none."""
    return element.form_code == "binh_xet_van_hoa"


def by_review(element: DataElement, records: set[int]) -> bool:
    """The yearly review of boards and teams, by unit and day. Where registers were kept by then all are counted from
    them; the others keep none, and type."""
    reviews = AuditLine.objects.filter(action="register.send").values_list("detail__submission", flat=True)
    kept = Entity.objects.filter(entity_list__code__in=["nhan_su", "to_tuyen_van"], begins_on__year=2023)
    theirs = Submission.objects.filter(
        pk__in=records, org_unit_id__in=kept.values("org_unit_id"), day_to__year=2023, form__code=element.form_code
    )
    return bool(reviews) and set(theirs.values_list("pk", flat=True)) <= set(reviews)


def by_count_alone(element: DataElement, records: set[int]) -> bool:
    """Organisations, their members and artisans are never listed, so nothing but a number can be stated."""
    return element.form_code in ("to_chuc_xa", "xep_loai_to_chuc", "van_hoa_xa")


def by_publishing(element: DataElement, records: set[int]) -> bool:
    """What a unit publishes of itself, reckoned elsewhere."""
    return element.kind == Kind.OWN_LEVEL


CAPABILITIES: dict[str, Check] = {
    "boards": by_review,
    "teams": by_review,
    "board_staff": by_review,
    "team_members": by_review,
    "conferences": by_meeting,
    "conference_sites": by_meeting,
    "conference_attendances": by_meeting,
    "booklets_issued": by_meeting,
    "contest_entrants": by_contest,
    "contests_held": by_contest,
    "contest_entries": by_contest,
    "land_donated_m2": by_contribution,
    "labour_days": by_contribution,
    "cash_contributed_vnd": by_contribution,
    "income_per_head_vnd": by_publishing,
    "models_recognised": by_step,
    "communes_rated_good_share": by_rating,
    "teams_rated_fair_or_better_share": by_rating,
    "official_channels": by_register,
    "communes_with_website_share": by_register,
    "agencies_with_channel_share": by_register,
    "cleanup_participants": by_campaign,
    "waste_collected_m3": by_campaign,
    "road_widened_km_target": by_target,
    "criteria_met": by_criteria,
    "communes": by_places,
    "organisations": by_count_alone,
    "organisation_members": by_count_alone,
    "organisations_rated_excellent_share": by_count_alone,
    "organisations_rated_good_share": by_count_alone,
    "loudspeaker_repair_vnd": by_telling,
    "loudspeaker_stations": by_register,
    "loudspeaker_clusters": by_register,
    "loudspeaker_clusters_timed": by_register,
    "staff_sent_professional_training": by_sending_away,
    "staff_sent_theory_training": by_sending_away,
    "training_classes": by_class,
    "training_learners": by_class,
    "briefings": by_meeting,
    "briefing_attendances": by_meeting,
    "heritage_talks": by_meeting,
    "heritage_talk_attendances": by_meeting,
    "lecturers_graduate_share": by_register,
    "agencies_cultured_share": by_register,
    "neighbourhoods_cultured_share": by_register,
    "families_cultured_share": by_vote,
    "performing_groups": by_register,
    "artisans_active": by_count_alone,
    "heritage_clubs": by_register,
    "tradition_rooms": by_register,
    "local_histories_done_share": by_register,
    "local_histories_in_progress": by_register,
    "collectives_commended": by_award,
    "individuals_commended": by_award,
}


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['place']} {row['code']} {row['from']}" for row in ROWS])
def test_a_published_figure_comes_through_its_capability(demo: Path, row: dict[str, str]) -> None:
    question = make_question([row["code"]], row["place"], *days_of(row))
    elements = Plan(question, get_catalogue()).elements.values()

    for element in elements:
        records = records_behind(element, question.place, *days_of(row))
        assert records or element.register or element.kind == Kind.UNITS, element.code
        assert CAPABILITIES[row["code"]](element, records), element.code


def test_the_repair_of_a_station_is_told_of_it_and_costs_nothing_among_the_clusters(demo: Path) -> None:
    days = date(2026, 5, 1), date(2026, 5, 31)
    stations, clusters = (
        DataElement.objects.get(code=code) for code in ("loudspeaker_station_repair_vnd", "loudspeaker_repair_vnd")
    )
    question = make_question([stations.code], "Tỉnh Lào Cai", *days)
    told = records_behind(stations, question.place, *days)

    assert len(told) == 7 and by_telling(stations, told)
    assert not told & records_behind(clusters, question.place, *days)
    said = SubmissionVersion.objects.filter(submission_id__in=told).filter(
        postings__data_element=stations, postings__book=Book.APPROVED
    )
    costs = [int(version.answers["kinh_phi"]) for version in said]
    assert ask(question)[0].value == sum(costs)


def records_behind(element: DataElement, place: str, first: date, last: date) -> set[int]:
    """Approved records of the element's form under the place that state it: of flows those within the days, of what
    stands on a day all until then."""
    places = get_snapshot()
    units = places.subtree_on(places.by_key[place].id, last)
    found = Submission.objects.filter(
        form__code=element.form_code, state="approved", org_unit_id__in=list(units), day_to__lte=last
    )
    if element.kind == Kind.FLOW:
        found = found.filter(day_from__gte=first)
    said = Posting.objects.filter(data_element=element.pk, book=Book.APPROVED, version__submission__in=found)
    return set(said.values_list("version__submission_id", flat=True))


# What a register adds up -> the number that each of its things states; of works only those under way.
SUMS = {
    "team_members_listed": ("so_thanh_vien", ""),
    "performing_group_members": ("so_thanh_vien", ""),
    "club_members": ("so_thanh_vien", ""),
    "loudspeakers": ("so_loa", ""),
    "loudspeakers_working": ("so_loa", "hoat_dong"),
    "works_planned_cost_vnd": ("chi_du_kien", "dang_lam"),
}


@pytest.mark.parametrize("code", SUMS)
def test_what_a_register_adds_up_is_what_its_things_state_one_by_one(demo: Path, code: str) -> None:
    name, stage = SUMS[code]
    register = DataElement.objects.get(code=code).register
    things = Entity.objects.filter(entity_list__code=register, ended_on=None, removed=False, merged_into=None)
    stated = [
        int(one.properties[name])
        for one in things
        if one.properties.get(name) and stage in ("", one.properties["trang_thai"])
    ]

    asked = [make_question([code], new, LAST_DAY, LAST_DAY, book="reported") for _olds, new in PROVINCES]

    assert len(stated) > 3
    assert sum(figure.value or 0 for question in asked for figure in ask(question)) == sum(stated)


def test_every_published_code_is_in_the_table() -> None:
    assert CAPABILITIES.keys() == {row["code"] for row in ROWS}
