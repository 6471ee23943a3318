"""Criteria, weights, scale, ties and prizes of one contest, from those of its kind until the first mark is given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.audit.actions import write_line
from caunoi.contests.actions.planning import lock_contest
from caunoi.contests.errors import ContestTermsFixed, ContestTermsInvalid
from caunoi.contests.models import Contest
from caunoi.contests.permissions import check_may_organise
from caunoi.contests.queries import count_fixed_rounds
from caunoi.contests.rules.declaring import DECLARED, Declared, Fault, Wrong, declare, list_faults
from caunoi.contests.rules.life import Step
from caunoi.contests.rules.ranking import WHOLE
from caunoi.moments import local_date
from caunoi.vietnamese_text import format_number


@transaction.atomic
def declare_terms(contest_id: int, declared: Declared, *, by: User, at: datetime) -> Contest:
    """Raises ContestTermsInvalid with all that is wrong, ContestTermsFixed for what has a mark."""
    # A mark and a change of what it is given for wait for each other here.
    contest = lock_contest(contest_id, Step.DECLARE)
    check_may_organise(by, contest, local_date(at))
    fixed = count_fixed_rounds(contest)
    codes = [one["code"] for one in contest.terms["rounds"]]
    if fixed and (declared.whole is not None or declared.rounds.keys() & set(codes[:fixed])):
        raise ContestTermsFixed
    if wrong := list_faults(contest.terms, declared):
        raise ContestTermsInvalid([_say(one) for one in wrong])
    contest.declared_by_name, contest.declared_at = str(by), at
    return _put(contest, declare(contest.terms, declared), by, at)


@transaction.atomic
def take_back_terms(contest_id: int, *, by: User, at: datetime) -> Contest:
    """Those of its kind again, as the pack has them now. Raises ContestTermsFixed."""
    contest = lock_contest(contest_id, Step.DECLARE)
    check_may_organise(by, contest, local_date(at))
    if count_fixed_rounds(contest):
        raise ContestTermsFixed
    contest.declared_by_name, contest.declared_at = "", None
    return _put(contest, contest.terms | {name: contest.kind.terms[name] for name in DECLARED}, by, at)


def _put(contest: Contest, terms: Mapping[str, Any], by: User, at: datetime) -> Contest:
    changed = {name: [contest.terms[name], terms[name]] for name in DECLARED if contest.terms[name] != terms[name]}
    contest.terms = dict(terms)
    contest.save()
    detail = {"own": contest.declared_at is not None, "changed": changed}
    write_line("contest.declare", contest.subject, detail, by=by.actor, at=at)
    return contest


def _say(wrong: Wrong) -> str:
    named = {"name": wrong.where}
    match wrong.fault:
        case Fault.NAME:
            return _("“%(name)s”: hãy ghi tên, nhiều nhất 200 ký tự.") % named
        case Fault.NAME_TWICE:
            return _("“%(name)s” được ghi hai lần. Hãy đổi tên hoặc bỏ một dòng.") % named
        case Fault.NO_CRITERION:
            return _("Vòng “%(name)s” chưa có tiêu chí nào.") % named
        case Fault.TOO_MANY:
            return _("Mỗi vòng có nhiều nhất 20 tiêu chí, mỗi hội thi nhiều nhất 20 loại giải.")
        case Fault.WEIGHT:
            return _("Trọng số của “%(name)s” phải lớn hơn 0.") % named
        case Fault.WEIGHTS:
            return _say_weights(wrong)
        case Fault.SCALE_ENDS:
            return _("Điểm cao nhất phải lớn hơn điểm thấp nhất, nhiều nhất 1.000.000.")
        case Fault.SCALE_STEP:
            return _(
                "Các nấc điểm phải chia hết khoảng từ điểm thấp nhất đến điểm cao nhất, nhiều nhất bốn chữ số thập"
                " phân."
            )
        case Fault.TIE:
            return _("Bằng điểm không so theo “%(name)s” được: đó không phải tiêu chí có ở mọi vòng.") % named
        case Fault.TIE_TWICE:
            return _("Bằng điểm so theo “%(name)s” hai lần. Hãy bỏ một lần.") % named
        case Fault.PRIZE_NUMBER:
            return _("“%(name)s”: số giải phải từ 1 đến 1.000.") % named


def _say_weights(wrong: Wrong) -> str:
    apart = wrong.together - WHOLE
    said = (
        _("Vòng “%(name)s”: trọng số cộng lại được %(sum)s%%, thừa %(apart)s%%; phải đúng 100%%.")
        if apart > 0
        else _("Vòng “%(name)s”: trọng số cộng lại được %(sum)s%%, thiếu %(apart)s%%; phải đúng 100%%.")
    )
    return said % {"name": wrong.where, "sum": format_number(wrong.together), "apart": format_number(abs(apart))}
