"""From the prizes of a closed contest to a dossier of awards, from which papers are printed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.audit.actions import write_line
from caunoi.awards.actions import add_recipients, open_dossier
from caunoi.awards.models import Dossier
from caunoi.awards.rules.recipients import Recipient, RecipientKind
from caunoi.contests.actions.planning import lock_contest
from caunoi.contests.errors import ContestInvalid
from caunoi.contests.models import Entrant
from caunoi.contests.people import open_names
from caunoi.contests.permissions import check_may_organise
from caunoi.contests.queries import terms_of
from caunoi.contests.rules.life import Step
from caunoi.contests.rules.terms import COLLECTIVE, PERSON, UNIT
from caunoi.moments import local_date

KINDS = {UNIT: RecipientKind.UNIT, COLLECTIVE: RecipientKind.COLLECTIVE, PERSON: RecipientKind.PERSON}


@transaction.atomic
def propose_awards(contest_id: int, prize: str, *, kind: str, occasion: str, by: User, at: datetime) -> Dossier:
    """All who were given that prize, each once, in a new dossier of the contest's unit. Its decision is the awards
    room's. Raises what that room refuses; nothing is written then."""
    contest = lock_contest(contest_id, Step.AWARD)
    check_may_organise(by, contest, local_date(at))
    entrants = list(Entrant.objects.filter(contest=contest, entries__prize=prize).distinct().order_by("pk"))
    names = terms_of(contest).prize_names
    if not entrants or prize not in names:
        raise ContestInvalid(_("Không có ai được giải này."))
    title = _("đạt %(prize)s, %(contest)s") % {"prize": names[prize].name_vi, "contest": contest.title}
    dossier = open_dossier(
        org_unit_id=contest.org_unit_id, kind=kind, occasion=occasion, title=title[:400], by=by, at=at
    )
    opened = open_names(entrants)
    recipients = [Recipient(KINDS[one.kind], one.org_unit_id, opened[one.pk]) for one in entrants]
    add_recipients(dossier_id=dossier.pk, recipients=recipients, others_of_same_name=True, by=by, at=at)
    detail = {"prize": prize, "dossier": dossier.pk, "recipients": len(recipients)}
    write_line("contest.award", contest.subject, detail, by=by.actor, at=at)
    return dossier
