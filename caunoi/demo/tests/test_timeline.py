from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from caunoi.demo.rules.drafts import Draft
from caunoi.demo.rules.timeline import (
    Course,
    Fate,
    Kind,
    Sending,
    Step,
    Unfinished,
    choose_course,
    make_batches,
    make_steps,
)

SENDING = Sending(10, 2, 1, ("Đề nghị kiểm tra lại.",), {"bao_cao": ("so_ho",)})
UNFINISHED = Unfinished(frozenset({"nay"}), date(2026, 10, 1), 8, 12, 5)
END = date(2023, 2, 14)


def report(number: int = 0, records: str = "m", **answers: str) -> Draft:
    return Draft(records, number, "bao_cao", "v1", None, date(2026, 10, 1), {"so_ho": "5", **answers})


def steps_of(course: Course, number: int = 0) -> list[Step]:
    return make_steps(report(number), Fate(course), END, 5, SENDING)


def test_some_ten_of_a_hundred_come_late() -> None:
    late = sum(steps_of(Course.PLAIN, n)[0].at.date() > END + timedelta(days=5) for n in range(2000))

    assert 160 < late < 240


def test_a_report_is_sent_after_its_period() -> None:
    assert all(steps_of(Course.PLAIN, n)[0].at.date() > END for n in range(200))


def test_a_returned_record_is_wrong_by_one_then_right_and_approved() -> None:
    steps = steps_of(Course.RETURNED)

    assert [step.kind for step in steps] == [Kind.RECEIVE, Kind.RETURN, Kind.RECEIVE, Kind.APPROVE]
    assert [step.answers["so_ho"] for step in steps] == ["6", "6", "5", "5"]
    assert steps[1].comment == "Đề nghị kiểm tra lại."
    assert [step.at for step in steps] == sorted(step.at for step in steps)


def test_a_corrected_record_was_approved_wrong_before() -> None:
    steps = steps_of(Course.CORRECTED)

    assert [step.kind for step in steps] == [Kind.RECEIVE, Kind.APPROVE, Kind.RECEIVE, Kind.APPROVE]
    assert [step.answers["so_ho"] for step in steps] == ["6", "6", "5", "5"]


def test_a_record_without_a_number_to_get_wrong_is_never_returned() -> None:
    silent = [Draft("m", n, "xep_loai", "v1", date(2023, 1, 1), None, {}) for n in range(500)]

    assert {choose_course(draft, SENDING, UNFINISHED, {}).course for draft in silent} == {Course.PLAIN}


def test_only_the_last_month_is_unfinished() -> None:
    last = Counter(choose_course(report(n, "nay"), SENDING, UNFINISHED, {}).course for n in range(1000))
    other = {choose_course(report(n, "m"), SENDING, UNFINISHED, {}).course for n in range(1000)}

    assert last[Course.MISSING] and last[Course.WAITING] and last[Course.STAYS_RETURNED]
    assert other == {Course.PLAIN, Course.RETURNED, Course.CORRECTED}


def test_a_story_decides_about_its_record() -> None:
    told = {"m:3": Fate(Course.WAITING)}

    assert choose_course(report(3), SENDING, UNFINISHED, told).course == Course.WAITING


def test_records_are_written_in_order_and_no_steps_of_one_record_change_places() -> None:
    courses = [Course.PLAIN, Course.RETURNED, Course.CORRECTED, Course.WAITING]
    steps = [step for n in range(200) for step in steps_of(courses[n % 4], n)]

    batches = list(make_batches(steps, 7))

    assert sum(len(batch.steps) for batch in batches) == len(steps)
    assert [batch.at for batch in batches] == sorted(batch.at for batch in batches)
    written = [step for batch in batches for step in batch.steps]
    for n in range(200):
        own = [step for step in written if step.draft.number == n]
        assert own == steps_of(courses[n % 4], n)
    for batch in batches:
        assert len({step.draft.key for step in batch.steps}) == len(batch.steps)
        assert all(step.kind == batch.kind and step.at <= batch.at for step in batch.steps)
