from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal

import docx
import pytest

from caunoi.accounts.models import Role
from caunoi.accounts.queries import scope_of
from caunoi.audit.models import AuditLine
from caunoi.awards.actions import decide_dossier
from caunoi.awards.printing import write_papers
from caunoi.moments import local_moment
from caunoi.personal.models import PersonKey
from caunoi.records.entities.tests import builders as entities
from caunoi.records.models import Submission, SubmissionVersion
from caunoi.records.tests.builders import user
from caunoi.training.actions import (
    add_session,
    bring_learners,
    change_class,
    erase_class,
    erase_learner,
    mark_presences,
    propose_certificates,
    remove_learner,
    remove_session,
    set_marks,
    state_counts,
    take_step,
)
from caunoi.training.errors import (
    ClassHasRecord,
    ClassMoved,
    ClassNotYours,
    ClassStepImpossible,
    ClassUnknown,
    LearnerTwice,
    MarkOutsideScale,
    TrainingInvalid,
)
from caunoi.training.models import Learner, MarkScale, TrainingClass, TrainingKind
from caunoi.training.people import list_overdue, open_learners
from caunoi.training.queries import Filters, get_class, list_classes, list_lecturers
from caunoi.training.rules.drafts import Person
from caunoi.training.tests.builders import (
    AFTER,
    FIRST,
    LAST,
    NAMES,
    OPENED_AT,
    Places,
    add,
    band,
    draft,
    hold,
    make_world,
    open_one,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def places() -> Places:
    return make_world()


def close(found: TrainingClass, places: Places) -> TrainingClass:
    return take_step(found.pk, "close", by=places.officer, at=AFTER)


# ---- A class and its record -----------------------------------------------------------------------------------------


def test_a_closed_class_fills_its_kinds_form_with_what_it_counted(places: Places) -> None:
    found = open_one(places)
    learners = hold(found, places)

    closed = close(found, places)

    answers = SubmissionVersion.objects.get(submission=closed.submission).answers
    assert {name: answers[name] for name in ("so_nguoi", "so_luot", "so_tiet", "so_ngay", "so_hoan_thanh")} == {
        "so_nguoi": "3", "so_luot": "5", "so_tiet": "16", "so_ngay": "2", "so_hoan_thanh": "1",
    }  # fmt: skip
    assert closed.counted["results"] == {"gioi": 2, "khong_dat": 1}
    assert [Learner.objects.get(pk=one.pk).completed for one in learners] == [True, False, False]
    assert not any(name in str(answers) for name in NAMES)


def test_a_class_names_who_taught_it_out_of_the_register_that_its_kind_names(places: Places) -> None:
    entities.publish(entities.FORM, "commune")
    entities.register()
    TrainingKind.objects.update(lecturers=entities.LIST)
    entities.create(places.commune, "Giảng viên kiêm nhiệm 1", entities.GROUP)
    entities.create(places.other, "Giảng viên mời 1", entities.OTHER)
    own, foreign = entities.group(entities.GROUP), entities.group(entities.OTHER)

    found = open_one(places, lecturers=(own.pk,))
    with pytest.raises(TrainingInvalid):
        change_class(found.pk, seen_number=1, draft=draft(lecturers=(foreign.pk,)), by=places.officer, at=OPENED_AT)

    assert [one.label for one in list_lecturers(found)] == ["Giảng viên kiêm nhiệm 1"]
    assert AuditLine.objects.get(action="training.open").detail["lecturers"] == [str(own.uuid)]
    # Who left the register since stays in the classes that they taught.
    entities.update(places.commune, label=own.label, trang_thai="ngung", day=FIRST)
    kept = change_class(found.pk, seen_number=1, draft=draft(lecturers=(own.pk,)), by=places.officer, at=OPENED_AT)
    assert list_lecturers(kept) == [own]
    assert not list_lecturers(change_class(found.pk, seen_number=2, draft=draft(), by=places.officer, at=OPENED_AT))


def test_of_two_who_close_a_class_at_once_the_second_is_told(places: Places) -> None:
    found = open_one(places)
    hold(found, places)
    close(found, places)

    with pytest.raises(ClassStepImpossible):
        close(found, places)
    assert Submission.objects.count() == 1


def test_opened_again_and_closed_otherwise_its_record_is_corrected(places: Places) -> None:
    found = open_one(places)
    learners = hold(found, places)
    close(found, places)
    take_step(found.pk, "reopen", because="Chấm lại", by=places.officer, at=AFTER)
    set_marks(found.pk, {learners[1].pk: Decimal("6.5")}, by=places.officer, at=AFTER)

    closed = close(found, places)

    assert Submission.objects.count() == 1
    newest = SubmissionVersion.objects.filter(submission=closed.submission).order_by("-number").first()
    assert newest is not None and newest.number == 2 and newest.answers["so_hoan_thanh"] == "2"


def test_a_class_that_filled_a_record_is_not_cancelled(places: Places) -> None:
    found = open_one(places)
    hold(found, places)
    close(found, places)
    take_step(found.pk, "reopen", because="Xem lại", by=places.officer, at=AFTER)

    with pytest.raises(ClassHasRecord):
        take_step(found.pk, "cancel", because="Không mở", by=places.officer, at=AFTER)


def test_a_class_is_not_closed_before_its_last_day(places: Places) -> None:
    found = open_one(places)
    hold(found, places)

    with pytest.raises(TrainingInvalid):
        take_step(found.pk, "close", by=places.officer, at=local_moment(FIRST))


def test_theory_training_is_counts_only(places: Places) -> None:
    found = open_one(places, kind="ly_luan")
    with pytest.raises(TrainingInvalid):
        add(found, places)
    first, second = found.sessions.values_list("pk", flat=True)

    state_counts(
        found.pk, learners=30, completed=28, present={first: 30, second: 28}, by=places.officer, at=AFTER
    )  # fmt: skip
    closed = close(found, places)

    answers = SubmissionVersion.objects.get(submission=closed.submission).answers
    assert (answers["so_nguoi"], answers["so_luot"], answers["so_hoan_thanh"]) == ("30", "58", "28")
    assert not PersonKey.objects.exists()


def test_counts_that_cannot_be_are_refused(places: Places) -> None:
    found = open_one(places, kind="ly_luan")
    session = found.sessions.values_list("pk", flat=True)[0]

    for learners, completed, present in ((10, 11, 5), (10, 5, 11), (2001, 5, 1)):
        with pytest.raises(TrainingInvalid):
            state_counts(
                found.pk, learners=learners, completed=completed, present={session: present}, by=places.officer,
                at=AFTER,
            )  # fmt: skip


# ---- Who sees and keeps ---------------------------------------------------------------------------------------------


def test_a_class_is_found_by_those_above_and_not_by_neighbours(places: Places) -> None:
    found = open_one(places)
    neighbour = user("lang-gieng", (Role.EDITOR, places.other))
    today = date(2026, 4, 1)

    assert get_class(found.pk, scope_of(places.viewer, today)) == found
    with pytest.raises(ClassUnknown):
        get_class(found.pk, scope_of(neighbour, today))
    with pytest.raises(ClassNotYours):
        take_step(found.pk, "cancel", because="x", by=neighbour, at=AFTER)


def test_classes_are_searched_without_accents(places: Places) -> None:
    found = open_one(places)
    scope = scope_of(places.viewer, date(2026, 4, 1))

    assert list(list_classes(scope, Filters(text="boi duong MIENG"))) == [found]
    assert not list_classes(scope, Filters(text="boi duong", year=2025)).exists()
    assert not list_classes(scope, Filters(state="closed")).exists()


def test_a_class_that_cannot_be_is_refused(places: Places) -> None:
    for wrong in (
        {"kind": "khong_co"},
        {"title": " "},
        {"day_to": FIRST - timedelta(days=1)},
        {"day_to": FIRST + timedelta(days=2000)},
        {"place": "x" * 301},
    ):
        with pytest.raises(TrainingInvalid):
            open_one(places, **wrong)


def test_two_who_change_a_class_at_once_do_not_undo_each_other(places: Places) -> None:
    found = open_one(places)
    change_class(found.pk, seen_number=1, draft=draft(hours=20), by=places.officer, at=OPENED_AT)

    with pytest.raises(ClassMoved):
        change_class(found.pk, seen_number=1, draft=draft(hours=24), by=places.officer, at=OPENED_AT)


# ---- Sessions and attendance ----------------------------------------------------------------------------------------


def test_a_session_outside_the_class_is_refused(places: Places) -> None:
    found = open_one(places)

    for day in (FIRST - timedelta(days=1), LAST + timedelta(days=1)):
        with pytest.raises(TrainingInvalid):
            add_session(found.pk, day=day, by=places.officer, at=OPENED_AT)


def test_a_session_with_somebody_in_it_stays(places: Places) -> None:
    found = open_one(places)
    hold(found, places)
    added = add_session(found.pk, day=LAST, title="Chiều", by=places.officer, at=OPENED_AT)

    remove_session(found.pk, added.pk, by=places.officer, at=OPENED_AT)
    with pytest.raises(TrainingInvalid):
        remove_session(found.pk, found.sessions.values_list("pk", flat=True)[0], by=places.officer, at=OPENED_AT)
    with pytest.raises(TrainingInvalid):
        change_class(found.pk, seen_number=1, draft=draft(day_to=FIRST), by=places.officer, at=OPENED_AT)


def test_nobody_was_in_a_session_to_come(places: Places) -> None:
    found = open_one(places)
    learners = {one.pk for one in add(found, places)}
    session = found.sessions.values_list("pk", flat=True)[0]

    with pytest.raises(TrainingInvalid):
        mark_presences(found.pk, {session: learners}, learners=learners, by=places.officer, at=OPENED_AT)


def test_two_who_count_different_learners_keep_each_others_ticks(places: Places) -> None:
    found = open_one(places)
    first, second, _third = (one.pk for one in add(found, places))
    session = found.sessions.values_list("pk", flat=True)[0]

    mark_presences(found.pk, {session: {first}}, learners={first}, by=places.officer, at=AFTER)
    mark_presences(found.pk, {session: {second}}, learners={second}, by=places.officer, at=AFTER)
    mark_presences(found.pk, {session: set()}, learners={second}, by=places.officer, at=AFTER)

    session_row = found.sessions.get(pk=session)
    assert list(session_row.presences.values_list("learner", flat=True)) == [first]


def test_two_who_count_one_session_change_only_what_each_ticked_or_unticked(places: Places) -> None:
    found = open_one(places)
    first, second, third = everybody = [one.pk for one in add(found, places)]
    session = found.sessions.values_list("pk", flat=True)[0]
    mark_presences(found.pk, {session: {first}}, learners=everybody, by=places.officer, at=AFTER)
    seen = {session: {first}}

    mark_presences(found.pk, {session: {first, second}}, learners=everybody, seen=seen, by=places.officer, at=AFTER)
    mark_presences(found.pk, {session: {third}}, learners=everybody, seen=seen, by=places.officer, at=AFTER)

    there = found.sessions.get(pk=session).presences.order_by("learner").values_list("learner", flat=True)
    assert list(there) == [second, third]


def test_a_session_and_a_learner_of_another_class_are_refused(places: Places) -> None:
    found, other = open_one(places), open_one(places, title="lớp khác")
    learners = {one.pk for one in add(found, places)}
    foreign = other.sessions.values_list("pk", flat=True)[0]

    with pytest.raises(TrainingInvalid):
        mark_presences(found.pk, {foreign: learners}, learners=learners, by=places.officer, at=AFTER)
    with pytest.raises(TrainingInvalid):
        mark_presences(other.pk, {foreign: learners}, learners=learners, by=places.officer, at=AFTER)


# ---- Learners and marks ---------------------------------------------------------------------------------------------


def test_names_and_marks_are_sealed_wherever_they_stand(places: Places) -> None:
    found = open_one(places)
    learners = hold(found, places)

    stored = list(Learner.objects.values_list("name", "mark"))
    told = " ".join(f"{line.detail}" for line in AuditLine.objects.all())
    assert all(name.startswith("sealed:") and mark.startswith("sealed:") for name, mark in stored)
    assert not any(name in told for name in NAMES) and "8.5" not in told
    opened = open_learners(found.learners.all())
    assert (opened[learners[0].pk].name, opened[learners[0].pk].mark) == (NAMES[0], Decimal("8.5"))


def test_a_learner_twice_is_asked_about(places: Places) -> None:
    found = open_one(places)
    add(found, places, "Vàng Thị Mỷ")

    with pytest.raises(LearnerTwice, match="Vàng thị Mỷ"):
        add(found, places, "Vàng thị Mỷ", "Lý A Sùng")
    assert found.learners.count() == 1
    add(found, places, "Vàng thị Mỷ", others_of_same_name=True)
    assert found.learners.count() == 2


def test_a_mark_outside_the_scale_is_refused(places: Places) -> None:
    found = open_one(places)
    learner = add(found, places)[0]

    for mark in ("10.1", "-1", "7.25"):
        with pytest.raises(MarkOutsideScale):
            set_marks(found.pk, {learner.pk: Decimal(mark)}, by=places.officer, at=AFTER)


def test_two_who_mark_one_class_keep_each_others_marks(places: Places) -> None:
    found = open_one(places)
    first, second, third = (one.pk for one in add(found, places))
    blank = dict.fromkeys((first, second, third))
    set_marks(found.pk, {**blank, first: Decimal(8), third: Decimal(6)}, seen=blank, by=places.officer, at=AFTER)

    typed = {**blank, second: Decimal(7), third: Decimal(5)}
    changed, kept = set_marks(found.pk, typed, seen=blank, by=places.officer, at=AFTER)
    taken_back = set_marks(found.pk, {first: None}, seen={first: Decimal(8)}, by=places.officer, at=AFTER)

    assert (changed, kept, taken_back) == (1, [third], (1, []))
    opened = open_learners(found.learners.all())
    assert [opened[pk].mark for pk in (first, second, third)] == [None, Decimal(7), Decimal(6)]


def test_nobody_is_named_where_no_pack_says_why() -> None:
    places = make_world(declared=False)

    with pytest.raises(TrainingInvalid):
        add(open_one(places), places)


def test_who_is_taken_out_leaves_no_name(places: Places) -> None:
    found = open_one(places)
    learner = add(found, places)[0]

    remove_learner(found.pk, learner.pk, by=places.officer, at=OPENED_AT)

    assert found.learners.count() == 2
    assert PersonKey.objects.get(subject=learner.subject).destroyed_at is not None


def test_erased_name_and_mark_are_gone_and_the_counts_stay(places: Places) -> None:
    found = open_one(places)
    learner = hold(found, places)[0]
    counted = close(found, places).counted

    erase_learner(found.pk, learner.pk, because="Người học yêu cầu", by=places.officer, at=AFTER)

    opened = open_learners(found.learners.all())[learner.pk]
    assert not opened.known and opened.mark is None
    take_step(found.pk, "reopen", because="Sửa số tiết", by=places.officer, at=AFTER)
    assert close(found, places).counted == counted and counted["results"] == {"gioi": 2, "khong_dat": 1}


def test_names_kept_long_enough_are_told_to_who_may_erase_them(places: Places) -> None:
    found = open_one(places)
    hold(found, places)

    assert list_overdue(places.officer, local_moment(date(2028, 3, 1))) == []
    late = local_moment(date(2028, 3, 20))
    assert list_overdue(places.officer, late) == [found]
    assert erase_class(found.pk, because="Hết thời hạn giữ", by=places.officer, at=late) == 3
    assert list_overdue(places.officer, late) == []


def test_a_class_keeps_the_thresholds_of_its_own_days(places: Places) -> None:
    found = open_one(places)
    hold(found, places)
    bands = [band("gioi", "Giỏi", "9", "10", "2026-04-01"), band("gioi", "Giỏi", "8", "10", last="2026-03-31")]
    MarkScale.objects.update(bands=bands)

    assert close(found, places).counted["results"] == {"gioi": 2}


def test_a_list_of_names_and_marks_goes_in_at_once_or_not_at_all(places: Places) -> None:
    found = open_one(places)
    standing = add(found, places)[0]
    people = [Person(places.village.pk, "Má Thị Di"), Person(places.commune.pk, "Hầu A Pháo")]

    with pytest.raises(MarkOutsideScale):
        bring_learners(found.pk, people, [Decimal(11), None], {}, by=places.officer, at=AFTER)
    assert found.learners.count() == 3
    done = bring_learners(
        found.pk, people, [Decimal(9), None], {standing.pk: Decimal(7)}, by=places.officer, at=AFTER
    )  # fmt: skip

    assert done == (2, 1) and found.learners.count() == 5


# ---- Certificates ---------------------------------------------------------------------------------------------------


def test_who_completed_gets_a_paper_with_the_class_on_it_once(places: Places) -> None:
    found = open_one(places)
    hold(found, places)
    close(found, places)

    dossier = propose_certificates(found.pk, by=places.officer, at=AFTER)
    with pytest.raises(TrainingInvalid):
        propose_certificates(found.pk, by=places.officer, at=AFTER)
    decided = decide_dossier(dossier_id=dossier.pk, number="12/QĐ-UBND", day=LAST, by=places.officer, at=AFTER)
    paper = io.BytesIO()
    write_papers(decided, 1, 1, paper)

    said = "\n".join(one.text for one in docx.Document(paper).paragraphs)
    assert decided.awards.count() == 1 and NAMES[0] in said
    assert "lớp bồi dưỡng tuyên truyền miệng, từ ngày 10/03/2026 đến ngày 11/03/2026" in said
    with pytest.raises(TrainingInvalid):
        take_step(found.pk, "reopen", because="Sửa", by=places.officer, at=AFTER)


def test_before_it_is_closed_a_class_gives_no_papers(places: Places) -> None:
    found = open_one(places)
    hold(found, places)

    with pytest.raises(ClassStepImpossible):
        propose_certificates(found.pk, by=places.officer, at=AFTER)
