"""Whether somebody can judge a contest, with all that is known of its entries and of that account's roles."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.accounts.queries import list_grants
from caunoi.contests.errors import JudgeOfOwn
from caunoi.contests.models import Contest, Entry, Judge
from caunoi.contests.people import open_names
from caunoi.contests.queries import terms_of
from caunoi.contests.rules.conflicts import Candidate, Conflict, Standing, find_conflict
from caunoi.contests.rules.terms import PERSON
from caunoi.places.queries import get_snapshot
from caunoi.records.permissions import may_run


def check_can_judge(contest: Contest, user: User, today: date, *, namesake_confirmed: bool = False) -> None:
    """Raises JudgeOfOwn."""
    standing = _list_standing(contest, today, named=not namesake_confirmed)
    _check(contest, user, standing, today, namesake_confirmed=namesake_confirmed)


def list_conflicts(contest: Contest, users: Iterable[User], today: date) -> dict[int, str]:
    """Account's id -> why it cannot judge, for those that cannot. Whether one is a namesake is asked at the
    appointment, so that looking for a judge opens no name."""
    standing, found = _list_standing(contest, today, named=False), {}
    for user in users:
        try:
            _check(contest, user, standing, today, namesake_confirmed=True)
        except JudgeOfOwn as refused:
            found[user.pk] = refused.sentence
    return found


def check_judges(contest: Contest, today: date) -> None:
    """All of the round once more: entries came in since they were named. Namesakes were asked about then; who has come
    in since bears another's name only by chance, and is shown on no page of a judge."""
    standing = _list_standing(contest, today, named=False)
    for judge in Judge.objects.filter(contest=contest, round=contest.round, dismissed_because="").select_related(
        "user"
    ):
        _check(contest, judge.user, standing, today, namesake_confirmed=True)


def check_entered_by(contest: Contest, by: User, today: date) -> None:
    """Who judges cannot enter anything, in any round. Raises JudgeOfOwn."""
    if Judge.objects.filter(contest=contest, user=by, dismissed_because="").exists():
        raise JudgeOfOwn(_("%(name)s là giám khảo của hội thi này nên không nộp bài được.") % {"name": by})


def _check(contest: Contest, user: User, entries: list[Standing], today: date, *, namesake_confirmed: bool) -> None:
    candidate = Candidate(
        user.pk, str(user), frozenset(grant.org_unit_id for grant in list_grants(user, today)),
        may_run(user, contest.org_unit_id, today),
    )  # fmt: skip
    found = find_conflict(
        candidate, entries, own_unit=terms_of(contest).own_unit, namesake_confirmed=namesake_confirmed
    )
    if found is None:
        return
    conflict, entry = found
    said = {
        Conflict.ORGANISES: _("%(name)s là người tổ chức, xem được tên người dự thi, nên không làm giám khảo được."),
        Conflict.ENTERED: _("%(name)s đã nộp bài vào hội thi này nên không làm giám khảo được."),
        Conflict.NAMESAKE: _(
            "%(name)s trùng tên một người dự thi. Nếu là hai người khác nhau, hãy đánh dấu xác nhận rồi mời lại."
        ),
        Conflict.OWN_UNIT: _(
            "%(name)s thuộc đơn vị của một bài dự thi; loại hội thi này không cho chấm bài của đơn vị mình."
        ),
    }[conflict]
    raise JudgeOfOwn(said % {"name": user, "entry": entry}, may_stand=conflict is Conflict.NAMESAKE)


def _list_standing(contest: Contest, today: date, *, named: bool) -> list[Standing]:
    """`named`: with the names of people, which are opened only to look for namesakes."""
    rows = Entry.objects.filter(contest=contest, withdrawn_at=None)
    entries = list(rows.values_list("pk", "added_by_id", "entrant_id", "entrant__org_unit_id"))
    names = open_names(contest.entrants.filter(kind=PERSON)) if named else {}
    places = get_snapshot()
    above = {contest.org_unit_id, *places.ancestors_on(contest.org_unit_id, today)}
    lines: dict[int, frozenset[int]] = {}
    for unit in {unit for _entry, _by, _entrant, unit in entries}:
        line = {unit, *places.ancestors_on(unit, today), *places.subtree_on(unit, today)}
        lines[unit] = frozenset(line - above)
    return [Standing(entry, by, names.get(entrant, ""), lines[unit]) for entry, by, entrant, unit in entries]
