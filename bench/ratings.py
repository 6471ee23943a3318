"""Closing a round of rating: figures read again, classes held against the caps, and recorded through the door."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal

from django.db import connection

from bench.measuring import Bench, Measured
from bench.world import BY, ELEMENTS, FORM, make_units, publish
from caunoi.accounts.models import Role, RoleGrant, User
from caunoi.assessments.actions import close_round, open_round, review_complete
from caunoi.assessments.actions.rounds import fingerprint_of
from caunoi.assessments.models import ScoringSheet
from caunoi.assessments.rules.sheet import LINEAR, Band, Criterion, Sheet, write_sheet
from caunoi.forms.actions import publish_form, set_assignments, set_derived
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import local_moment
from caunoi.periods.rules import Period
from caunoi.records.actions import Incoming, approve_many, receive_many

TEAMS, LINES = 1_536, 10
JANUARY = Period("month", (2024, 1))
AT = local_moment(date(2024, 3, 2))
RESULT = "ket_qua_xep_loai"
RESULT_FORM = f"""\
| survey |
| | type | name | label::Tiếng Việt (vi) | label::English (en) |
| | date | ky_bao_cao | Tháng | Month |
| | select_one loai | xep_loai | Xếp loại | Class |

| choices |
| | list_name | name | label::Tiếng Việt (vi) | label::English (en) |
| | loai | tot | Tốt | Good |
| | loai | yeu | Yếu | Weak |

| settings |
| | form_id | form_title | version | default_language |
| | {RESULT} | Kết quả xếp loại | 1 | Tiếng Việt (vi) |
"""


def rating_close_s(bench: Bench) -> Measured:
    """All villages of a country, ten lines each, all by figures. The baseline writes as many plain rows, durably."""
    publish()
    country, _provinces, _communes, villages = make_units(TEAMS)
    by = User.objects.create(username="xep-loai")
    RoleGrant.objects.create(user=by, role=Role.APPROVER, org_unit=country, from_day=date(2020, 1, 1))
    _publish()
    sent = [
        Incoming(
            FORM, one.pk, AT, "2024-01", {f"so_{i:02d}": str((n * 7 + i * 13) % 97) for i in range(1, ELEMENTS + 1)}
        )
        for n, one in enumerate(villages)
    ]
    approve_many([one.submission_id for one in receive_many(sent, by=BY, at=AT)], by=by, at=AT)
    round_ = open_round(series="do", org_unit_id=country.pk, period=JANUARY, by=by, at=AT)
    review_complete(round_id=round_.pk, counted=TEAMS, by=by, at=AT)
    seen = fingerprint_of(list(round_.ratings.all()))
    begun = time.perf_counter()
    close_round(round_id=round_.pk, seen=seen, exception_reason="", by=by, at=AT)
    taken = time.perf_counter() - begun
    return Measured(taken, "s", _plainly(TEAMS), f"{TEAMS} plain rows, each flushed", TEAMS * LINES)


def _publish() -> None:
    publish_form(content=RESULT_FORM.encode(), file_type="md", file_name=f"{RESULT}.md", pack="do-toc-do", by=BY, at=AT)
    set_assignments(RESULT, [AssignmentRow("village", "month")], by=BY, at=AT)
    set_derived("do-toc-do", {RESULT}, by=BY, at=AT)
    most = Decimal(10)
    scale = ((Decimal(0), Decimal(0)), (Decimal(97), most))
    criteria = tuple(
        Criterion(f"dong_{i}", f"Dòng {i}", f"Line {i}", most, LINEAR, f"d_{i:02d}", scale, "zero")
        for i in range(1, LINES + 1)
    )
    bands = (
        Band("tot", "Tốt", "Good", Decimal(50), Decimal(100)), Band("yeu", "Yếu", "Weak", Decimal(0), Decimal(50)),
    )  # fmt: skip
    sheet = Sheet(
        "do", "Đo", "Measured", "village", most * LINES, criteria, bands, form=RESULT, question="xep_loai"
    )  # fmt: skip
    ScoringSheet.objects.create(
        pack="do-toc-do", code="do", series="do", title_vi="Đo", title_en="Measured", level="village",
        run_by="country", period_type="month", content=write_sheet(sheet),
    )  # fmt: skip


def _plainly(rows: int) -> float:
    begun = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE xep_loai_tho (don_vi INTEGER PRIMARY KEY, loai TEXT)")
        for number in range(rows):
            cursor.execute("INSERT INTO xep_loai_tho VALUES (%s, %s)", [number, "tot"])
    return time.perf_counter() - begun
