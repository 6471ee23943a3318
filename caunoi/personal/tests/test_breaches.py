from __future__ import annotations

from datetime import date, timedelta

import pytest

from caunoi.audit.models import AuditLine
from caunoi.audit.queries import find_chain_break
from caunoi.audit.rules import Actor
from caunoi.moments import local_moment
from caunoi.personal.actions import close_breach, record_breach, tell_breach
from caunoi.personal.errors import BreachClosed, BreachInvalid, BreachUnknown
from caunoi.personal.models import Breach
from caunoi.personal.queries import get_breach, list_breaches
from caunoi.personal.rules.breaches import HOURS, read_clock

BY = Actor("Người giữ sổ")
NOTICED = local_moment(date(2026, 3, 5), 8)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("told_after", "now_after", "state", "hours_left"),
    [
        (None, timedelta(), "running", 72),
        (None, HOURS, "running", 0),
        (None, HOURS + timedelta(seconds=1), "late", 0),
        (HOURS, 100 * HOUR, "told", 0),
        (HOURS + timedelta(seconds=1), 100 * HOUR, "told-late", 0),
    ],
)
def test_the_hours_run_from_the_noticing_until_the_authority_knows(
    told_after: timedelta | None, now_after: timedelta, state: str, hours_left: int
) -> None:
    told = None if told_after is None else NOTICED + told_after

    clock = read_clock(NOTICED, told, NOTICED + now_after)

    assert (clock.state, clock.hours_left, clock.due) == (state, hours_left, NOTICED + HOURS)


def breach() -> Breach:
    return record_breach(
        what="Mất một máy tính xách tay.", kinds="họ tên, số điện thoại", people=12, measures="Khóa tài khoản.",
        noticed_at=NOTICED, by=BY, at=NOTICED + HOUR,
    )  # fmt: skip


@pytest.mark.django_db
def test_only_telling_the_authority_stops_the_clock_and_every_step_is_in_the_audit() -> None:
    made = breach()
    told = {"how": "công văn số 12", "by": BY}

    tell_breach(made.pk, whom="Người bị ảnh hưởng", authority=False, told_at=NOTICED + 2 * HOUR,
                at=NOTICED + 3 * HOUR, **told)  # fmt: skip
    assert get_breach(made.pk, NOTICED + 4 * HOUR).clock.state == "running"
    tell_breach(made.pk, whom="Cơ quan có thẩm quyền", authority=True, told_at=NOTICED + 5 * HOUR,
                at=NOTICED + 6 * HOUR, **told)  # fmt: skip
    close_breach(made.pk, outcome="Đã tìm lại máy.", by=BY, at=NOTICED + 7 * HOUR)

    [line] = list_breaches(NOTICED + 100 * HOUR)
    assert (line.clock.state, len(line.notices), line.breach.closed_by_name) == ("told", 2, BY.name)
    actions = list(AuditLine.objects.filter(subject=f"breach:{made.pk}").values_list("action", flat=True))
    assert actions == ["breach.record", "breach.tell", "breach.tell", "breach.close"]
    assert find_chain_break() is None


@pytest.mark.django_db
def test_what_cannot_have_been_is_refused() -> None:
    made = breach()
    close_breach(made.pk, outcome="Xong.", by=BY, at=NOTICED + HOUR)

    with pytest.raises(BreachInvalid):
        record_breach(what="x", kinds="y", people=None, measures="", noticed_at=NOTICED, by=BY, at=NOTICED - HOUR)
    for told_at in (NOTICED - HOUR, NOTICED + 9 * HOUR):
        with pytest.raises(BreachInvalid):
            tell_breach(made.pk, whom="x", authority=True, how="y", told_at=told_at, by=BY, at=NOTICED + 8 * HOUR)
    with pytest.raises(BreachClosed):
        close_breach(made.pk, outcome="Lần nữa.", by=BY, at=NOTICED + 2 * HOUR)
    with pytest.raises(BreachUnknown):
        close_breach(made.pk + 1, outcome="Xong.", by=BY, at=NOTICED)
