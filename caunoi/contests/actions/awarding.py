"""From the prizes of a closed contest to a dossier of awards, from which papers are printed."""

from __future__ import annotations

from dataclasses import dataclass
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
from caunoi.contests.models import Entrant, PrizeDossier
from caunoi.contests.people import open_known
from caunoi.contests.permissions import check_may_organise
from caunoi.contests.queries import list_dossiers, terms_of
from caunoi.contests.rules.life import Step
from caunoi.contests.rules.terms import COLLECTIVE, PERSON, UNIT
from caunoi.moments import local_date

KINDS = {UNIT: RecipientKind.UNIT, COLLECTIVE: RecipientKind.COLLECTIVE, PERSON: RecipientKind.PERSON}


@dataclass(frozen=True)
class Proposed:
    """`erased`: how many were given the prize and are not in the dossier, as their names were erased since."""

    dossier: Dossier
    erased: int


@transaction.atomic
def propose_awards(contest_id: int, prize: str, *, kind: str, occasion: str, by: User, at: datetime) -> Proposed:
    """All who were given that prize, each once, in a new dossier of the contest's unit; another one only after that was
    dropped. Its decision is the awards room's. Raises what that room refuses; nothing is written then."""
    # Of two at once the second waits here, and finds the dossier.
    contest = lock_contest(contest_id, Step.AWARD)
    check_may_organise(by, contest, local_date(at))
    entrants = list(Entrant.objects.filter(contest=contest, entries__prize=prize).distinct().order_by("pk"))
    names = terms_of(contest).prize_names
    if not entrants or prize not in names:
        raise ContestInvalid(_("Không có ai được giải này."))
    if prize in list_dossiers(contest):
        raise ContestInvalid(_("Giải này đã có hồ sơ khen thưởng. Hãy mở hồ sơ đó, hoặc hủy nó rồi lập lại."))
    known = open_known(entrants)
    if not known:
        raise ContestInvalid(_("Tên của mọi người được giải này đã được xóa nên không lập được hồ sơ."))
    title = _("đạt %(prize)s, %(contest)s") % {"prize": names[prize].name_vi, "contest": contest.title}
    dossier = open_dossier(
        org_unit_id=contest.org_unit_id, kind=kind, occasion=occasion, title=title[:400], by=by, at=at
    )
    recipients = [Recipient(KINDS[one.kind], one.org_unit_id, known[one.pk]) for one in entrants if one.pk in known]
    add_recipients(dossier_id=dossier.pk, recipients=recipients, others_of_same_name=True, by=by, at=at)
    PrizeDossier.objects.update_or_create(contest=contest, prize=prize, defaults={"dossier": dossier})
    made = Proposed(dossier, len(entrants) - len(recipients))
    detail = {"prize": prize, "dossier": dossier.pk, "recipients": len(recipients), "erased": made.erased}
    write_line("contest.award", contest.subject, detail, by=by.actor, at=at)
    return made
