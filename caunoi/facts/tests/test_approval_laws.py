"""Whatever villages send and offices decide, in whatever order, the books say what the records say."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from caunoi.accounts.models import Role
from caunoi.approvals.models import ApprovalStep
from caunoi.approvals.rules import TRANSITIONS, State, Step
from caunoi.audit.clock import take_numbers
from caunoi.audit.rules import Actor
from caunoi.facts.ledger import check_ledger
from caunoi.facts.models import Book, DataElement, Posting
from caunoi.facts.projection import forget_projections
from caunoi.facts.queries import forget_catalogues
from caunoi.facts.segments import rebuild
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.places.queries import forget_snapshots
from caunoi.records import actions
from caunoi.records.models import Submission
from caunoi.records.tests.builders import AT, publish, report, send, unit, user
from caunoi.refusals import Refusal

TWO_LEVELS = AssignmentRow(
    "village", "month", approval_level="commune", further_levels=("province",), due_days=5, locks_days=60
)
WHO = ("commune", "province", "manager")

sendings = st.tuples(
    st.just("send"),
    st.sampled_from(["2023-04", "2023-05"]),
    st.integers(0, 3),  # so many people came
    st.sampled_from(["2", "9"]),  # 9 answered of 3 questions: outside the form's rules, for an officer to decide
)
decisions = st.tuples(
    st.just("decide"),
    st.sampled_from([*Step]),
    st.sampled_from(WHO),
    st.integers(0, 1),  # which record
)
locking = st.tuples(st.just("lock due"), st.integers(0, 80))
courses = st.lists(sendings | decisions | locking, max_size=14)


class BooksFollowTheRecords(TestCase):
    @given(course=courses)
    def test_after_any_course_of_steps_the_ledger_equals_what_the_records_imply(
        self, course: list[tuple[object, ...]]
    ) -> None:
        forget_snapshots()
        forget_catalogues()
        province = unit("Tỉnh Lào Cai", "province")
        commune = unit("Xã Bản Qua", "commune", province)
        village = unit("Thôn 1", "village", commune)
        publish("bao_cao_thang_thon", TWO_LEVELS)
        DataElement.objects.create(
            code="luot_du", name_vi="Lượt dự", kind="flow", decimals=0, levels=["village"], unit="lượt",
            form_code="bao_cao_thang_thon", expression="${so_luot_du}", day="period", nature="result", pack="thu",
            known_from=take_numbers(1)[0],
        )  # fmt: skip
        officers = {
            "commune": user("Lan", (Role.APPROVER, commune)),
            "province": user("Nam", (Role.APPROVER, province)),
            "manager": user("Sài", (Role.PROGRAMME_MANAGER, province)),
        }

        for number, one in enumerate(course):
            at = AT + timedelta(minutes=number)
            records = list(Submission.objects.order_by("pk"))
            try:
                match one:
                    case ("send", str(key), int(people), str(answered)):
                        changes = {"so_luot_du": str(people), "so_da_tra_loi": answered}
                        send(report(village, key, at=at, **changes), at=at)
                    case ("decide", Step() as step, str(who), int(which)) if records:
                        record = records[which % len(records)].pk
                        actions.decide_many(step, [record], by=officers[who], at=at, comment="vì sai số")
                    case ("lock due", int(days)):
                        actions.lock_due(by=Actor("Tự động"), at=at + timedelta(days=days))
            except Refusal:
                pass  # what is refused changes nothing, which the rest of the test would notice

        # The columnar side is kept in files, which no test's transaction undoes.
        forget_projections()
        rebuild()
        assert check_ledger() == []
        for taken in ApprovalStep.objects.all():
            assert TRANSITIONS[State(taken.from_state), Step(taken.step)] == State(taken.to_state)
        for submission in Submission.objects.all():
            standing = sum(
                posting.sign * posting.amount
                for posting in Posting.objects.filter(book=Book.APPROVED, version__submission=submission)
            )
            approved = submission.versions.filter(number=submission.approved_number or 0).first()
            expected = int(approved.answers["so_luot_du"]) if approved and submission.state != State.WITHDRAWN else 0
            assert standing == expected
            assert submission.approved_steps == 0 or submission.state != State.RETURNED
