"""Sendings of several threads share transactions; nobody who sends can tell, except by the clock."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caunoi import events
from caunoi.audit.models import AuditLine
from caunoi.audit.queries import find_chain_break
from caunoi.audit.rules import Actor
from caunoi.forms.actions import close_form
from caunoi.forms.errors import FormClosed
from caunoi.places.models import OrgUnit
from caunoi.records import together
from caunoi.records.actions import Incoming, IncomingFile, Received
from caunoi.records.actions.arrival import store
from caunoi.records.errors import DeprecatedUnknown, InstanceTaken
from caunoi.records.events import VersionsArrived
from caunoi.records.models import Attachment, Submission, SubmissionVersion
from caunoi.records.tests.builders import AT, BY, DAY, EVENTS, cleanup, publish, report, send, unit
from caunoi.records.together import receive_together
from caunoi.refusals import Refusal

pytestmark = pytest.mark.django_db(transaction=True)
WAIT = 30


@pytest.fixture
def commune() -> OrgUnit:
    publish("bao_cao_thang_thon")
    return unit("Xã Bản Qua", "commune", code="10.082.02683")


def villages(commune: OrgUnit, count: int) -> list[OrgUnit]:
    start = OrgUnit.objects.count()
    return [unit(f"Thôn {i}", "village", commune, code=f"{commune.key}.{start + i}") for i in range(count)]


def take(incoming: Incoming, by: Actor = BY) -> Received | Refusal:
    try:
        return receive_together(incoming, by=by, at=AT)
    except Refusal as refusal:
        return refusal


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Each in a thread of its own, all begun together."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            start.wait(WAIT)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls, timeout=WAIT * 2))


def wait_until(so: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT
    while not so():
        assert time.monotonic() < end, "it never came to it"
        time.sleep(0.005)


class Writing:
    """Holds the writing of the first arrival until released; remembers how many versions came together each time."""

    def __init__(self) -> None:
        self.begun, self.released, self.groups = threading.Event(), threading.Event(), list[int]()

    def __call__(self, event: VersionsArrived) -> None:
        self.groups.append(len(event.versions))
        self.begun.set()
        assert self.released.wait(WAIT)


@pytest.fixture
def writing() -> Iterator[Writing]:
    held = Writing()
    events.on(VersionsArrived, held)
    yield held
    events._handlers[VersionsArrived].remove(held)


def send_while_first_is_written(writing: Writing, first: Incoming, others: Sequence[Incoming]) -> list[Any]:
    """What each of the others got, who all came, in this order, while the first one was being written."""

    def run(incoming: Incoming) -> Received | Refusal:
        try:
            return take(incoming)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(others) + 1) as pool:
        pool.submit(run, first)
        assert writing.begun.wait(WAIT)
        waiting = []
        for number, incoming in enumerate(others, 1):
            waiting.append(pool.submit(run, incoming))
            wait_until(lambda n=number: len(together._queue._waiting) == n)  # type: ignore[misc]
        writing.released.set()
        return [one.result(WAIT) for one in waiting]


def test_who_comes_alone_is_stored_at_once(commune: OrgUnit) -> None:
    (village,) = villages(commune, 1)

    received = receive_together(report(village), by=BY, at=AT)

    assert (received.outcome, received.number) == ("new", 1)
    assert Submission.objects.get().pk == received.submission_id


def test_those_who_come_while_one_is_written_go_together(commune: OrgUnit, writing: Writing) -> None:
    first, *others = villages(commune, 6)

    results = send_while_first_is_written(writing, report(first), [report(one) for one in others])

    assert writing.groups == [1, 5]
    assert [Submission.objects.get(pk=one.submission_id).org_unit_id for one in results] == [v.pk for v in others]


def test_those_who_come_while_another_process_writes_go_together(commune: OrgUnit, writing: Writing) -> None:
    """Also the one who came first, and waits for that process in the name of all."""
    several = villages(commune, 4)
    has_begun, may_end = threading.Event(), threading.Event()

    def write_elsewhere() -> None:
        try:
            with transaction.atomic():
                together._wait_for_turn()
                has_begun.set()
                assert may_end.wait(WAIT)
        finally:
            connection.close()

    def run(village: OrgUnit) -> Received | Refusal:
        try:
            return take(report(village))
        finally:
            connection.close()

    writing.released.set()
    with ThreadPoolExecutor(5) as pool:
        pool.submit(write_elsewhere)
        assert has_begun.wait(WAIT)
        waiting = [pool.submit(run, one) for one in several]
        wait_until(lambda: len(together._queue._waiting) == 4)
        may_end.set()
        results = [one.result(WAIT) for one in waiting]

    assert [one.outcome for one in results] == ["new"] * 4  # none was refused
    assert writing.groups == [4]


def test_each_of_a_group_has_an_audit_line_that_names_its_sender(commune: OrgUnit, writing: Writing) -> None:
    first, *others = villages(commune, 4)
    lines = AuditLine.objects.count()

    results = send_while_first_is_written(
        writing, report(first), [report(one, entered_by_name=f"Trưởng thôn {one.pk}") for one in others]
    )

    told = AuditLine.objects.filter(action="submission.receive").order_by("number")
    assert AuditLine.objects.count() == lines + 4
    assert [line.subject for line in told][1:] == [f"submission:{one.submission_id}" for one in results]
    assert find_chain_break() is None


def test_a_correction_that_waits_behind_its_first_report_follows_it(commune: OrgUnit, writing: Writing) -> None:
    first, village = villages(commune, 2)

    results = send_while_first_is_written(
        writing, report(first), [report(village), report(village, so_luot_du="70"), report(village, so_luot_du="80")]
    )

    assert [(one.outcome, one.number) for one in results] == [("new", 1), ("corrected", 2), ("corrected", 3)]
    assert {one.submission_id for one in results} == {results[0].submission_id}


def test_one_that_is_refused_takes_nobody_with_it(commune: OrgUnit, writing: Writing) -> None:
    first, good, bad, other = villages(commune, 4)

    results = send_while_first_is_written(
        writing, report(first), [report(good), report(bad, deprecated_id="uuid:nobody"), report(other)]
    )

    assert isinstance(results[1], DeprecatedUnknown)
    assert [one.outcome for one in (results[0], results[2])] == ["new", "new"]
    assert not Submission.objects.filter(org_unit_id=bad.pk).exists()


def test_a_refusal_is_said_in_the_language_of_who_sent(commune: OrgUnit, writing: Writing) -> None:
    first, one, two = villages(commune, 3)

    def run(village: OrgUnit, language: str, corrects: str) -> str:
        try:
            with translation.override(language):
                return str(take(report(village, deprecated_id=corrects)))
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        pool.submit(run, first, "vi", "")
        assert writing.begun.wait(WAIT)
        vi, en = (pool.submit(run, *given, "uuid:nobody") for given in ((one, "vi"), (two, "en")))
        wait_until(lambda: len(together._queue._waiting) == 2)
        writing.released.set()

        assert "Không tìm thấy bản ghi" in vi.result(WAIT)
        assert "Không tìm thấy" not in en.result(WAIT)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_mistake_of_ours_fails_the_one_it_is_about_and_leaves_nobody_waiting(
    commune: OrgUnit, writing: Writing, place: int
) -> None:
    """Whoever writes for all: the one it is about, or another."""
    first, good, bad, other = villages(commune, 4)

    def stumble(event: VersionsArrived) -> None:
        if any(one.org_unit_id == bad.pk for one in event.versions):
            raise ZeroDivisionError

    events.on(VersionsArrived, stumble)
    try:

        def run(village: OrgUnit) -> Any:
            try:
                return take(report(village))
            except ZeroDivisionError as error:
                return error
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            pool.submit(run, first)
            assert writing.begun.wait(WAIT)
            waiting = []
            several = [good, other]
            several.insert(place, bad)
            for number, village in enumerate(several, 1):
                waiting.append(pool.submit(run, village))
                wait_until(lambda n=number: len(together._queue._waiting) == n)  # type: ignore[misc]
            writing.released.set()
            results = [one.result(WAIT) for one in waiting]
    finally:
        events._handlers[VersionsArrived].remove(stumble)

    assert isinstance(results.pop(place), ZeroDivisionError)
    assert [one.outcome for one in results] == ["new", "new"]
    assert take(report(bad)).outcome == "new"


def test_the_same_sending_from_many_threads_is_one_record(commune: OrgUnit) -> None:
    (village,) = villages(commune, 1)
    sending = report(village, instance_id="uuid:one", attachments=[IncomingFile("anh.jpg", b"photo", "image/jpeg")])

    results = at_once([lambda: take(sending)] * 8)

    assert sorted(one.outcome for one in results) == ["new"] + ["unchanged"] * 7
    assert SubmissionVersion.objects.count() == Attachment.objects.count() == 1


def test_two_contents_under_one_identity_are_never_both_taken(commune: OrgUnit) -> None:
    (village,) = villages(commune, 1)
    sendings = [report(village, instance_id="uuid:one", so_luot_du=str(60 + i)) for i in range(4)]

    results = at_once([lambda one=one: take(one) for one in sendings])  # type: ignore[misc]

    assert sorted(type(one) is InstanceTaken for one in results) == [False, True, True, True]


def test_different_reports_of_one_month_become_versions_of_one_record(commune: OrgUnit) -> None:
    (village,) = villages(commune, 1)
    sendings = [report(village, so_luot_du=str(60 + i)) for i in range(6)]

    results = at_once([lambda one=one: take(one) for one in sendings])  # type: ignore[misc]

    assert sorted(one.number for one in results) == [1, 2, 3, 4, 5, 6]
    assert Submission.objects.get().current_number == 6


def test_a_form_that_was_closed_meanwhile_takes_nothing_more(commune: OrgUnit) -> None:
    one, two = villages(commune, 2)
    receive_together(report(one), by=BY, at=AT)
    close_form("bao_cao_thang_thon", on=DAY, by=BY, at=AT)

    with pytest.raises(FormClosed):
        receive_together(report(two), by=BY, at=AT)


def test_inside_a_transaction_of_the_caller_it_is_part_of_that(commune: OrgUnit) -> None:
    (village,) = villages(commune, 1)

    with transaction.atomic():
        receive_together(report(village), by=BY, at=AT)
        transaction.set_rollback(True)

    assert not Submission.objects.exists()


def test_a_child_process_waits_for_nobody_of_its_parent(commune: OrgUnit, writing: Writing) -> None:
    (village,) = villages(commune, 1)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(at_once, [lambda: take(report(village))])
        assert writing.begun.wait(WAIT)
        child = os.fork()
        if child == 0:
            os._exit(1 if together._queue._is_writing else 0)
        writing.released.set()

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


ANSWERS = st.sampled_from(["60", "61", "62", "-1", "x"])
SENDING = st.tuples(
    st.sampled_from(["report", "again", "edit", "stale edit", "event"]),
    st.sampled_from(["2023-04", "2023-05"]),
    ANSWERS,
)


class Client:
    """One village that sends one thing after another, the next only after the answer."""

    def __init__(self, village: OrgUnit, take: Callable[[Incoming], Received | Refusal]) -> None:
        self.village, self.take = village, take
        self.sent: list[Incoming] = []
        self.told: list[tuple[object, ...]] = []

    def run(self, plan: Sequence[tuple[str, str, str]]) -> list[tuple[object, ...]]:
        for number, (kind, month, answer) in enumerate(plan):
            result = self.take(self._make(kind, month, answer, f"uuid:{self.village.pk}-{number}"))
            if isinstance(result, Received):
                self.told.append((result.outcome, result.number, result.state, result.is_current))
            else:
                self.told.append((type(result).__name__,))
        return self.told

    def _make(self, kind: str, month: str, answer: str, instance: str) -> Incoming:
        if kind == "again" and self.sent:
            return self.sent[-1]
        if kind == "event":
            made = cleanup(self.village, instance_id=instance, so_nguoi=answer)
        else:
            settings: dict[str, Any] = {"instance_id": instance, "so_luot_du": answer}
            before = [one for one in self.sent if one.period_key == month]
            if kind == "edit" and before:
                settings["deprecated_id"] = before[-1].instance_id
            elif kind == "stale edit" and before:
                settings["deprecated_id"] = before[0].instance_id
            made = report(self.village, month, **settings)
        self.sent.append(made)
        return made


def stored_of(village: OrgUnit) -> list[tuple[object, ...]]:
    prefix = f"uuid:{village.pk}-"
    return sorted(
        (
            one.submission.form.code, one.submission.period_key, one.number, one.instance_id.removeprefix(prefix),
            one.deprecated_id.removeprefix(prefix), sorted(one.answers.items()), one.submission.state,
            one.submission.current_number, one.submission.reported_number, one.entered_by_name, str(one.flags),
        )
        for one in SubmissionVersion.objects.filter(submission__org_unit=village).select_related("submission__form")
    )  # fmt: skip


@given(plans=st.lists(st.lists(SENDING, min_size=1, max_size=4), min_size=2, max_size=5))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_together_gives_what_one_by_one_gives(commune: OrgUnit, plans: list[list[tuple[str, str, str]]]) -> None:
    publish("ngay_ra_quan", EVENTS)
    singly, jointly = villages(commune, len(plans)), villages(commune, len(plans))

    def one_by_one(incoming: Incoming) -> Received | Refusal:
        try:
            return send(incoming)
        except Refusal as refusal:
            return refusal

    expected = [Client(village, one_by_one).run(plan) for village, plan in zip(singly, plans, strict=True)]
    clients = [Client(village, take) for village in jointly]
    found = at_once([lambda c=c, p=p: c.run(p) for c, p in zip(clients, plans, strict=True)])  # type: ignore[misc]

    assert found == expected
    assert [stored_of(village) for village in jointly] == [stored_of(village) for village in singly]
    assert find_chain_break() is None


def test_who_writes_for_all_is_never_told_anothers_trouble(
    commune: OrgUnit, writing: Writing, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, other = villages(commune, 2)
    failed = list[int]()

    def fail_once_for_other(prepared: Sequence[Any], **more: Any) -> list[Received]:
        if [p.unit.id for p in prepared] == [other.pk] and not failed:
            failed.append(other.pk)
            raise OperationalError("database is locked")
        return store(prepared, **more)

    monkeypatch.setattr(together, "store", fail_once_for_other)
    taken = report(first, instance_id="uuid:một")
    again = report(first, instance_id="uuid:một", so_luot_du="99")

    results = send_while_first_is_written(writing, taken, [again, report(other)])

    assert isinstance(results[0], InstanceTaken)
    assert isinstance(results[1], Received)
    assert failed == [other.pk]
