"""What a judge has still to mark, on the first page. Whoever judges needs no role, and often has none."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.contests.queries import count_to_mark, list_judging
from caunoi.contests.rules.life import State
from caunoi.desk.templatetags.caunoi import moment
from caunoi.languages import show_number

Shown = tuple[str, str, str, bool]
"""Title, how many entries and until when, address, whether it is late."""


def list_judging_work(user: User, at: datetime) -> list[tuple[int, Shown]]:
    """How many entries wait for this judge, and the line that leads to them; one line for each contest."""
    found = []
    for judge in list_judging(user):
        contest, count = judge.contest, count_to_mark(judge)
        if not count:
            continue
        said = _("còn %(count)s bài") % {"count": show_number(Decimal(count))}
        late = contest.state == State.JUDGING.value and contest.judging_until <= at
        if contest.state == State.APPEALS.value:
            when = _("chấm lại sau khiếu nại")
        else:
            when = (_("hết hạn chấm %(until)s") if late else _("chấm đến %(until)s")) % {
                "until": moment(contest.judging_until)
            }
        address = reverse("contest-judging", args=[contest.pk])
        found.append((count, (contest.title, f"{said} · {when}", address, late)))
    return found
