"""Criteria, weights, scale, ties and prizes that an organiser declares for one contest."""

from __future__ import annotations

import io
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caunoi.audit.models import AuditLine
from caunoi.contests.actions import (
    appoint_judge,
    begin_judging,
    begin_next_round,
    declare_terms,
    dismiss_judge,
    rank_round,
    take_back_terms,
)
from caunoi.contests.errors import ContestNotYours, ContestStepImpossible, ContestTermsFixed, ContestTermsInvalid
from caunoi.contests.models import Contest, ContestKind
from caunoi.contests.queries import count_fixed_rounds, read_ranking, round_of, terms_of
from caunoi.contests.rules.declaring import (
    MOST_CRITERIA,
    Declared,
    DeclaredCriterion,
    DeclaredPrize,
    DeclaredWhole,
    Fault,
    declare,
    list_faults,
)
from caunoi.contests.rules.published import compare, list_lines, read_published
from caunoi.contests.rules.ranking import Mark, rank_entries
from caunoi.contests.rules.terms import Scale, read_terms
from caunoi.contests.tests.builders import (
    DURING,
    JUDGING_UNTIL,
    PLANNED_AT,
    Places,
    judging,
    make_world,
    mark,
    named,
    opened,
    plan,
    terms,
)
from caunoi.contests.tests.test_rules import written

SCALE = Scale(Decimal(0), Decimal(10), Decimal("0.5"))
TWO_ROUNDS = terms(
    rounds=[
        named("so_khao", advance=1, criteria=[named("noi_dung", weight="60"), named("trinh_bay", weight="40")]),
        named("chung_khao", advance=None, criteria=[named("noi_dung", weight="100")]),
    ]
)


def criteria(**weights: str) -> list[DeclaredCriterion]:
    return [DeclaredCriterion(name, Decimal(weight)) for name, weight in weights.items()]


def whole(
    *ties: str, scale: Scale = SCALE, prizes: list[DeclaredPrize] | None = None
) -> DeclaredWhole:  # fmt: skip
    return DeclaredWhole(scale, ties, [DeclaredPrize("nhat", 1)] if prizes is None else prizes)


OWN = Declared(
    {"cham": [DeclaredCriterion("Tính sáng tạo", Decimal("62.5")), DeclaredCriterion("trinh_bay", Decimal("37.5"))]},
    DeclaredWhole(Scale(Decimal(0), Decimal(100), Decimal(1)), ["Tính sáng tạo", "highest"],
                  [DeclaredPrize("nhi", 2), DeclaredPrize("Giải của khán giả", 1)]),
)  # fmt: skip


# ---- What is declared -----------------------------------------------------------------------------------------------


def test_what_is_declared_replaces_what_the_kind_said_and_what_keeps_its_name_keeps_its_code() -> None:
    style = named("trinh_bay", weight="40") | {"name_en": "Style"}
    kept = terms(rounds=[named("cham", advance=None, criteria=[named("noi_dung", weight="60"), style])])

    made = declare(kept, OWN)

    (round_,) = read_terms(made).rounds
    assert [(one.code, one.weight) for one in round_.terms.criteria] == [
        ("rieng_tinh_sang_tao", Decimal("62.5")), ("trinh_bay", Decimal("37.5")),
    ]  # fmt: skip
    assert [one.name_en for one in round_.names] == ["", "Style"]
    assert made["ties"] == ["rieng_tinh_sang_tao", "highest"] and made["highest"] == "100"
    assert [(one["code"], one["number"]) for one in made["prizes"]] == [("nhi", 2), ("rieng_giai_cua_khan_gia", 1)]
    assert made["entrants"] == kept["entrants"] and made["judges"] == kept["judges"]


def test_two_names_of_one_spelling_without_accents_are_two_criteria() -> None:
    made = declare(terms(), Declared({"cham": [*criteria(Bãi="50"), *criteria(Bài="50")]}))

    codes = [one.code for one in read_terms(made).rounds[0].terms.criteria]
    assert codes == ["rieng_bai", "rieng_bai_2"]


def test_rounds_that_call_one_criterion_by_two_names_never_bring_it_twice_into_one() -> None:
    kept = terms(rounds=[
        named("mot", advance=None, criteria=[named("noi_dung", name_vi="Nội dung", weight="100")]),
        named("hai", advance=None, criteria=[named("noi_dung", name_vi="Nội dung bài nói", weight="100")]),
    ])  # fmt: skip
    both = [DeclaredCriterion("Nội dung", Decimal(50)), DeclaredCriterion("Nội dung bài nói", Decimal(50))]

    made = declare(kept, Declared({"mot": both}))

    assert len({one.code for one in read_terms(made).rounds[0].terms.criteria}) == 2


@pytest.mark.parametrize(
    ("declared", "faults"),
    [
        (Declared({"cham": criteria(a="60", b="39.9")}), [(Fault.WEIGHTS, "cham")]),
        (Declared({"cham": criteria(a="33.33", b="33.33", c="33.33")}), [(Fault.WEIGHTS, "cham")]),
        (Declared({"cham": criteria(a="100", b="0")}), [(Fault.WEIGHT, "b")]),
        (Declared({"cham": []}), [(Fault.NO_CRITERION, "cham")]),
        (Declared({"cham": [*criteria(a="50"), *criteria(A="50")]}), [(Fault.NAME_TWICE, "A")]),
        (Declared({"cham": criteria(**{f"c{at}": "4" for at in range(25)})}), [(Fault.TOO_MANY, "cham")]),
        (Declared({}, whole(scale=Scale(Decimal(5), Decimal(5), Decimal(1)))), [(Fault.SCALE_ENDS, "")]),
        (Declared({}, whole(scale=Scale(Decimal(0), Decimal(10), Decimal(3)))), [(Fault.SCALE_STEP, "")]),
        (Declared({}, whole(scale=Scale(Decimal(0), Decimal(10), Decimal("0.00001")))), [(Fault.SCALE_STEP, "")]),
        (Declared({}, whole(scale=Scale(Decimal(0), Decimal(10), Decimal(0)))), [(Fault.SCALE_STEP, "")]),
        (Declared({}, whole("noi_dung", "ai cao hơn")), [(Fault.TIE, "ai cao hơn")]),
        (Declared({}, whole("median", "median")), [(Fault.TIE_TWICE, "median")]),
        (Declared({}, whole(prizes=[DeclaredPrize("nhat", 0)])), [(Fault.PRIZE_NUMBER, "nhat")]),
        (Declared({}, whole(prizes=[DeclaredPrize("a", 1), DeclaredPrize("a", 1)])), [(Fault.NAME_TWICE, "a")]),
        # The kind's tie asks for the criterion that is taken away.
        (Declared({"cham": criteria(a="100")}), [(Fault.TIE, "noi_dung")]),
        (OWN, []),
    ],
)
def test_what_does_not_fit_together_is_told_by_its_name(declared: Declared, faults: list[tuple[Fault, str]]) -> None:
    kept = terms(rounds=[named("cham", advance=None, criteria=[named("noi_dung", weight="60"),
                                                               named("trinh_bay", weight="40")])])  # fmt: skip

    assert [(one.fault, one.where) for one in list_faults(kept, declared)] == faults


def test_a_tie_is_told_apart_by_a_criterion_of_every_round_only() -> None:
    ties = [whole(one) for one in ("noi_dung", "trinh_bay")]

    assert [bool(list_faults(TWO_ROUNDS, Declared({}, one))) for one in ties] == [False, True]


@st.composite
def own_terms(draw: st.DrawFn) -> dict[str, Any]:
    """Of any contest: some criteria whose weights are 100 together, told apart by any of them."""
    size = draw(st.integers(1, min(6, MOST_CRITERIA)))
    cuts = sorted(draw(st.lists(st.integers(1, 9_999), min_size=size - 1, max_size=size - 1, unique=True)))
    weights = [Decimal(end - start) / 100 for start, end in zip([0, *cuts], [*cuts, 10_000], strict=True)]
    names = [f"Tiêu chí {at}" for at in range(size)]
    ties = draw(st.lists(st.sampled_from([*names, "median", "highest", "lowest"]), max_size=3, unique=True))
    rows = [DeclaredCriterion(name, weight) for name, weight in zip(names, weights, strict=True)]
    return declare(terms(), Declared({"cham": rows}, whole(*ties)))


@given(own_terms(), st.data(), st.randoms(use_true_random=False))
def test_by_a_contests_own_criteria_the_order_of_marks_does_not_matter_and_anybody_computes_the_same(
    kept: dict[str, Any], data: st.DataObject, chance: Random
) -> None:
    own = read_terms(kept).rounds[0].terms
    entries, judges = [1, 2, 3, 4], [1, 2]
    values = st.sampled_from([Decimal("7"), Decimal("7.5"), Decimal("8")])
    marks = [Mark(entry, judge, one.code, data.draw(values))
             for entry in entries for judge in judges for one in own.criteria]  # fmt: skip
    ranking = rank_entries(own, entries, judges, marks)

    text = written(list_lines(own, {one: f"Bài {one}" for one in entries}, marks, ranking))
    for several in (entries, judges, marks):
        chance.shuffle(several)
    again, differences = compare(read_published(io.StringIO(text, newline="")))

    assert rank_entries(own, entries, judges, marks) == ranking
    assert again.rows == ranking.rows and differences == []


# ---- By whom, until when --------------------------------------------------------------------------------------------


@pytest.fixture
def places(db: None) -> Places:
    return make_world()


def declare_own(contest: Contest, places: Places, declared: Declared = OWN) -> Contest:
    return declare_terms(contest.pk, declared, by=places.officer, at=DURING)


def test_a_contest_is_marked_and_ranked_by_its_own_criteria_whatever_its_kind_says_later(places: Places) -> None:
    contest = declare_own(opened(places, "một", "hai"), places)
    ContestKind.objects.update(terms=terms(highest="5", prizes=[]))
    contest = begin_judging(contest.pk, by=places.officer, at=DURING)
    codes = [one.code for one in round_of(contest).terms.criteria]

    marked = {"một": ("90", "50"), "hai": ("60", "100")}
    for title, values in marked.items():
        for judge in (places.guest, places.leader):
            mark(contest, judge, title, *values, criteria=codes)
    version = rank_round(contest.pk, by=places.officer, at=DURING)

    # Both are 75 together; the first tie is by the contest's own criterion.
    titles = {one.blind: one.title for one in contest.entries.all()}
    assert [(titles[one.entry], one.rank, one.score) for one in read_ranking(version).rows] == [
        ("một", 1, 75), ("hai", 2, 75),
    ]  # fmt: skip
    told = AuditLine.objects.get(action="contest.declare").detail
    assert told["own"] is True and told["changed"]["highest"] == ["10", "100"]
    contest.refresh_from_db()
    assert contest.declared_by_name == str(places.officer) and contest.declared_at == DURING


def test_from_the_first_mark_of_a_round_on_its_criteria_stay_as_they_are(places: Places) -> None:
    contest = judging(places, "một")
    declare_own(contest, places, Declared({"cham": criteria(**{"noi_dung": "50", "Trình bày": "50"})}))
    mark(contest, places.guest, "một", "8", None)

    for late in (OWN, Declared(OWN.rounds), Declared({}, OWN.whole)):
        with pytest.raises(ContestTermsFixed):
            declare_own(contest, places, late)
    with pytest.raises(ContestTermsFixed):
        take_back_terms(contest.pk, by=places.officer, at=DURING)
    # Also where the marks count no more: they were given by what was declared.
    dismiss_judge(contest.pk, contest.judges.get(user=places.guest).pk, because="Ốm", by=places.officer, at=DURING)
    assert count_fixed_rounds(contest) == 1


def test_a_later_rounds_criteria_may_change_until_its_own_first_mark(places: Places) -> None:
    ContestKind.objects.update(terms=TWO_ROUNDS | {"ties": ["noi_dung"], "judges": 1})
    contest = judging(places, "một")
    for judge in (places.guest, places.leader):
        mark(contest, judge, "một", "8", "7")
    last = Declared({"chung_khao": criteria(noi_dung="70", ung_xu="30")})

    with pytest.raises(ContestTermsInvalid, match="noi_dung"):
        declare_own(contest, places, Declared({"chung_khao": criteria(ung_xu="100")}))
    declare_own(contest, places, last)
    rank_round(contest.pk, by=places.officer, at=DURING)
    contest = begin_next_round(contest.pk, judging_until=JUDGING_UNTIL, by=places.officer, at=DURING)
    contest = declare_own(contest, places, Declared({"chung_khao": criteria(noi_dung="80", ung_xu="20")}))
    appoint_judge(contest.pk, places.guest, by=places.officer, at=DURING)
    codes = [one.code for one in round_of(contest).terms.criteria]
    mark(contest, places.guest, "một", "8", "9", criteria=codes)

    with pytest.raises(ContestTermsFixed):
        declare_own(contest, places, last)
    assert [str(one.weight) for one in terms_of(contest).rounds[1].terms.criteria] == ["80", "20"]


def test_weights_that_are_not_the_whole_are_refused_with_what_they_come_to(places: Places) -> None:
    contest = plan(places)

    with pytest.raises(ContestTermsInvalid) as refused:
        declare_own(contest, places, Declared({"cham": criteria(a="60", b="39.95")}, whole(prizes=[
            DeclaredPrize("nhat", 1_001)])))  # fmt: skip

    assert refused.value.sentences == (
        "Vòng “cham”: trọng số cộng lại được 99,95%, thiếu 0,05%; phải đúng 100%.",
        "“nhat”: số giải phải từ 1 đến 1.000.",
    )
    contest.refresh_from_db()
    assert contest.terms == terms() and contest.declared_at is None


def test_the_kinds_criteria_come_back_until_a_mark_is_given(places: Places) -> None:
    contest = declare_own(plan(places), places)

    contest = take_back_terms(contest.pk, by=places.officer, at=PLANNED_AT)

    assert contest.terms == terms() and contest.declared_at is None and contest.declared_by_name == ""
    assert AuditLine.objects.filter(action="contest.declare").order_by("pk").last().detail["own"] is False


def test_only_who_organises_declares_and_only_while_the_contest_takes_it(places: Places) -> None:
    contest = plan(places)
    for other in (places.head, places.leader):
        with pytest.raises(ContestNotYours):
            declare_terms(contest.pk, OWN, by=other, at=PLANNED_AT)

    Contest.objects.filter(pk=contest.pk).update(state="ranked")

    with pytest.raises(ContestStepImpossible):
        declare_own(contest, places)
