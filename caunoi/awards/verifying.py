"""Is this paper genuine? Asked by whoever holds it, by its code alone: there is no list and no search."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_noop

from caunoi.audit.actions import note_read
from caunoi.audit.rules import Actor
from caunoi.awards.models import Award, AwardKind
from caunoi.awards.people import open_names
from caunoi.awards.queries import name_of_kind
from caunoi.awards.rules.codes import Standing, judge_standing, read_code, signed_content
from caunoi.awards.rules.recipients import RecipientKind
from caunoi.places.queries import get_snapshot
from caunoi.reports.signing import holds, is_ours


@dataclass(frozen=True)
class Checked:
    """`award` None: nothing of ours has this code. What stands here stands on the paper too."""

    standing: Standing
    award: Award | None = None
    kind: AwardKind | None = None
    recipient: str = ""
    issuer: str = ""
    day: date | None = None


def check_code(text: str, *, at: datetime) -> Checked:
    code = read_code(text)
    if code is None:
        return Checked(Standing.UNKNOWN)
    ours = is_ours(code.signed_by)
    genuine = ours and holds(signed_content(code.key), code.signature, code.signed_by)
    award = Award.objects.select_related("dossier").filter(key=code.key).first() if genuine else None
    standing = judge_standing(
        is_ours=ours, holds=genuine, is_kept=award is not None,
        is_withdrawn=award is not None and award.withdrawn_at is not None,
    )  # fmt: skip
    if award is None:
        return Checked(standing)
    if award.recipient == RecipientKind.PERSON.value:
        # Once a day and paper: who asks has no account here.
        note_read("award", award.subject, {"by": "code"}, by=Actor(gettext_noop("Người kiểm tra giấy")), at=at)
    day = award.dossier.decided_on
    assert day is not None, "a code is given with the decision"
    return Checked(
        standing, award, name_of_kind(award.dossier.kind_code), open_names([award])[award.pk],
        get_snapshot().path_name(award.dossier.org_unit_id, day), day,
    )  # fmt: skip
