from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from caunoi.accounts.models import Role
from caunoi.accounts.scope import EVERYTHING
from caunoi.audit.models import AuditLine
from caunoi.facts.ledger import check_ledger
from caunoi.facts.questions import ask, make_question
from caunoi.facts.rules.question import Figure
from caunoi.periods.rules import Period
from caunoi.places.models import OrgUnit
from caunoi.records.models import SubmissionVersion
from caunoi.records.tests.builders import unit, user
from caunoi.refusals import NotAllowed
from caunoi.targets.actions import Decision, break_down, settle_ended
from caunoi.targets.attainment import ask_attained
from caunoi.targets.errors import (
    AllotmentMoved,
    AlreadySettled,
    EndedUndecided,
    PartEmptied,
    PartOutsideForm,
    PartsDoNotAddUp,
)
from caunoi.targets.models import Allotment
from caunoi.targets.queries import find_source, get_target, read_breakdown, read_results_before
from caunoi.targets.tests.builders import (
    AT,
    DECISION,
    YEAR,
    achieve,
    merged_commune,
    parts,
    see,
    store_programme,
    store_province,
    store_target_of_a_stock,
)

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def figure(code: str, place: str, *, as_known: int | None = None) -> Figure:
    [found] = ask(make_question([code], place, FIRST, LAST, as_known=as_known), EVERYTHING)
    return found


def test_a_whole_given_to_the_communes_is_the_sum_of_their_parts_and_of_what_is_kept() -> None:
    store_programme()
    province, (one, two, three), officer = store_province()

    saved = break_down(see(province), Decimal(300), parts((one, 120), (two, 100), (three, 50)), DECISION,
                       by=officer, at=AT)  # fmt: skip

    assert (saved.written, saved.waiting, saved.allotment.kept) == (4, 0, 30)
    assert figure("ho_giao", "Tỉnh Thử").value == 300
    assert figure("ho_giao", "Xã Ái").value == 120
    seen = see(province)
    assert (seen.whole, seen.given, seen.own) == (300, 270, 30)
    assert find_source("ho_giao", two.pk, YEAR.days, 10**9) == saved.allotment
    line = AuditLine.objects.get(action="target.break-down")
    assert (line.detail["whole"], line.detail["decision"]) == ("300", "12/QĐ-UBND")
    assert check_ledger() == []


def test_a_revision_writes_only_what_changed_and_what_was_known_before_stays() -> None:
    store_programme()
    province, (one, two, three), officer = store_province()
    given = parts((one, 100), (two, 100), (three, 100))
    first = break_down(see(province), Decimal(300), given, DECISION, by=officer, at=AT)

    later = Decision("40/QĐ-UBND", date(2026, 7, 1))
    second = break_down(see(province), Decimal(330), parts((one, 130), (two, 100), (three, 100)), later,
                        by=officer, at=AT + timedelta(days=90))  # fmt: skip

    assert second.written == 1
    assert figure("ho_giao", "Tỉnh Thử").value == 330
    assert figure("ho_giao", "Tỉnh Thử", as_known=first.allotment.known_from).value == 300
    old = find_source("ho_giao", one.pk, YEAR.days, first.allotment.known_from)
    assert old is not None and old.decision == "12/QĐ-UBND"
    assert [kept.decision for kept in see(province).history] == ["40/QĐ-UBND", "12/QĐ-UBND"]


def test_the_other_target_of_the_same_form_stays_as_it_was() -> None:
    store_programme()
    province, (one, two, three), officer = store_province()
    break_down(see(province), Decimal(30), parts((one, 30), (two, 0), (three, 0)), DECISION, by=officer, at=AT)

    area = parts((one, "1.25"), (two, "0.75"), (three, 0))
    break_down(see(province, "ha_giao"), Decimal(2), area, DECISION, by=officer, at=AT)

    assert (figure("ho_giao", "Xã Ái").value, figure("ha_giao", "Xã Ái").value) == (30, Decimal("1.25"))
    assert SubmissionVersion.objects.filter(submission__org_unit=one).count() == 2


def test_what_was_reached_stands_beside_the_result_and_never_in_it() -> None:
    store_programme()
    province, (one, two, three), officer = store_province()
    break_down(see(province), Decimal(400), parts((one, 200), (two, 100), (three, 60)), DECISION, by=officer, at=AT)
    achieve(one, date(2026, 2, 3), 50)
    achieve(two, date(2026, 3, 1), 49)
    achieve(one, date(2025, 5, 5), 7)

    question = make_question(["ho"], "Tỉnh Thử", FIRST, date(2026, 2, 28), level="commune")
    attained = ask_attained(question, EVERYTHING)

    shown = {key: (found.percent, found.result, found.target) for (_c, key, _d), found in attained.items()}
    assert shown == {one.key: (25, 50, 200), two.key: (None, None, 100), three.key: (None, None, 60)}
    assert figure("ho", "Tỉnh Thử").value == 99
    assert read_results_before(see(province), EVERYTHING) == {one.key: 7}


def test_what_is_there_is_held_against_the_target_of_the_last_asked_day_only() -> None:
    store_programme()
    store_target_of_a_stock()
    province, (one, two, three), officer = store_province()
    wanted = get_target("ho_co_giao")
    for year, whole, given in ((2025, 100, (60, 40, 0)), (2026, 150, (80, 50, 20))):
        seen = read_breakdown(wanted, province.pk, Period("year", (year, 1)))
        break_down(seen, Decimal(whole), parts(*zip((one, two, three), given, strict=True)), DECISION,
                   by=officer, at=AT)  # fmt: skip
    achieve(one, date(2025, 5, 5), 30)
    achieve(one, date(2026, 2, 3), 40)
    achieve(two, date(2025, 6, 6), 35)

    def reached(first: date, last: date, place: str) -> tuple[object, ...]:
        question = make_question(["ho_co"], place, first, last)
        return tuple((a.percent, a.result, a.target) for a in ask_attained(question, EVERYTHING).values())

    assert reached(date(2025, 1, 1), date(2025, 12, 31), "Xã Ái") == ((50, 30, 60),)
    assert reached(FIRST, date(2026, 2, 28), "Xã Ái") == ((50, 40, 80),)
    # Both years asked: there are 75 of the 150 that are to be, not of the 250 of both years' targets.
    assert reached(date(2025, 1, 1), date(2026, 2, 28), "Tỉnh Thử") == ((50, 75, 150),)
    assert figure("ho_co", "Tỉnh Thử").value == 75


@pytest.mark.parametrize(
    ("whole", "given", "refusal"),
    [
        (100, (50, 40, 20), PartsDoNotAddUp),
        (9000, (6000, 1000, 2000), PartOutsideForm),
    ],
)
def test_parts_that_are_too_much_are_refused_and_nothing_is_written(
    whole: int, given: tuple[int, ...], refusal: type[Exception]
) -> None:
    store_programme()
    province, communes, officer = store_province()

    with pytest.raises(refusal):
        break_down(see(province), Decimal(whole), parts(*zip(communes, given, strict=True)), DECISION,
                   by=officer, at=AT)  # fmt: skip

    assert not Allotment.objects.exists() and not SubmissionVersion.objects.exists()


def test_a_level_that_cannot_keep_anything_gives_all_of_it() -> None:
    store_programme("commune")
    province, (one, two, three), officer = store_province()

    with pytest.raises(PartsDoNotAddUp, match="còn thiếu 10 hộ"):
        break_down(see(province), Decimal(100), parts((one, 50), (two, 40)), DECISION, by=officer, at=AT)
    saved = break_down(see(province), Decimal(90), parts((one, 50), (two, 40)), DECISION, by=officer, at=AT)

    assert saved.written == 2
    with pytest.raises(PartEmptied, match="Xã Bình"):
        break_down(see(province), Decimal(90), parts((one, 90)), DECISION, by=officer, at=AT)


def test_who_saw_an_older_breakdown_is_told_and_who_may_not_set_is_refused() -> None:
    store_programme()
    province, (one, two, three), officer = store_province()
    seen = see(province)
    given = parts((one, 1), (two, 1), (three, 1))
    break_down(seen, Decimal(3), given, DECISION, by=officer, at=AT)

    with pytest.raises(AllotmentMoved):
        break_down(seen, Decimal(3), given, DECISION, by=officer, at=AT)
    stranger = user("xa", (Role.APPROVER, one), (Role.RECORDER, one))
    with pytest.raises(NotAllowed):
        break_down(see(province), Decimal(3), given, DECISION, by=stranger, at=AT)


def test_a_part_waits_where_somebody_else_approves_it() -> None:
    store_programme()
    province, (one, two, three), _officer = store_province()
    manager = user("quan-ly", (Role.PROGRAMME_MANAGER, province))

    saved = break_down(see(province), Decimal(30), parts((one, 10), (two, 10), (three, 10)), DECISION,
                       by=manager, at=AT)  # fmt: skip

    assert (saved.written, saved.waiting) == (3, 3)
    assert figure("ho_giao", "Tỉnh Thử").value is None
    assert all(line.waiting for line in see(province).lines)
    approver = user("duyet", (Role.PROGRAMME_MANAGER, province), (Role.APPROVER, province))
    same = parts((one, 10), (two, 10), (three, 10))
    assert break_down(see(province), Decimal(30), same, DECISION, by=approver, at=AT).waiting == 0
    assert figure("ho_giao", "Tỉnh Thử").value == 30


def test_what_a_commune_passes_on_to_its_villages_counts_once() -> None:
    store_programme("province", "commune", "village")
    province, (one, two, three), officer = store_province()
    village = unit("Thôn Một", "village", one)
    given = parts((one, 120), (two, 100), (three, 80))
    break_down(see(province), Decimal(300), given, DECISION, by=officer, at=AT)
    break_down(see(one), Decimal(120), parts((village, 90)), DECISION, by=officer, at=AT)
    stale = see(province)

    assert (stale.whole, stale.given, {line.unit: line.value for line in stale.lines}) == (300, 300, given)
    with pytest.raises(PartOutsideForm, match="Xã Ái: đơn vị này đã giao xuống dưới 90"):
        break_down(stale, Decimal(260), given | parts((one, 80)), DECISION, by=officer, at=AT)
    raised = break_down(stale, Decimal(310), given | parts((one, 130)), DECISION, by=officer, at=AT)

    assert raised.written == 1
    assert [figure("ho_giao", name).value for name in ("Tỉnh Thử", "Xã Ái", "Thôn Một")] == [310, 130, 90]
    assert see(one).own == 40

    stale = see(province)
    break_down(see(one), Decimal(100), parts((village, 90)), DECISION, by=officer, at=AT)
    with pytest.raises(AllotmentMoved, match="Người khác"):
        break_down(stale, Decimal(310), given | parts((one, 130)), DECISION, by=officer, at=AT)


# -- A unit that ended ------------------------------------------------------------------------------------------------


def test_a_target_of_a_unit_that_ended_asks_what_becomes_of_it_and_the_total_stays() -> None:
    store_programme()
    province, (one, two, three), officer = store_province()
    break_down(see(province), Decimal(300), parts((one, 120), (two, 100), (three, 80)), DECISION, by=officer, at=AT)
    new = merged_commune(province, [one, two])
    seen = see(province)

    assert [(gone.name, gone.value, [(h.name, h.suggested) for h in gone.heirs]) for gone in seen.ended] == [
        ("Xã Ái", 120, [("Xã Mới", 120)]),
        ("Xã Bình", 100, [("Xã Mới", 100)]),
    ]
    with pytest.raises(EndedUndecided, match="Xã Ái, Xã Bình"):
        break_down(seen, Decimal(300), parts((three, 80)), DECISION, by=officer, at=AT)

    with pytest.raises(PartsDoNotAddUp):
        settle_ended(seen, seen.ended[0], parts_of(new, 100), reason="Sáp nhập", by=officer, at=AT)
    settle_ended(seen, seen.ended[0], parts_of(new, 120), reason="Sáp nhập", by=officer, at=AT)
    with pytest.raises(AlreadySettled):
        settle_ended(seen, seen.ended[0], parts_of(new, 120), reason="Sáp nhập", by=officer, at=AT)
    settle_ended(see(province), see(province).ended[0], parts_of(new, 100), reason="Sáp nhập", by=officer, at=AT)

    assert figure("ho_giao", "Tỉnh Thử").value == 300
    assert figure("ho_giao", "Xã Mới").value == 220
    assert figure("ho_giao", "Xã Mới").estimated is False
    assert (see(province).ended, see(province).whole) == ((), 300)
    assert check_ledger() == []


def test_a_target_given_up_with_its_unit_leaves_the_whole() -> None:
    store_programme()
    province, (one, two, three), officer = store_province()
    break_down(see(province), Decimal(300), parts((one, 120), (two, 100), (three, 80)), DECISION, by=officer, at=AT)
    merged_commune(province, [one, two])

    seen = see(province)
    with pytest.raises(PartsDoNotAddUp):
        settle_ended(seen, seen.ended[1], {}, reason="Giao lại", by=officer, at=AT)
    settle_ended(seen, seen.ended[1], {}, drop=True, reason="Thôi giao", by=officer, at=AT)

    assert figure("ho_giao", "Tỉnh Thử").value == 200


def parts_of(place: OrgUnit, value: int) -> dict[int, Decimal]:
    return {place.pk: Decimal(value)}
